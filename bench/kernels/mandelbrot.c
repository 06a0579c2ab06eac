/* SPDX-License-Identifier: Apache-2.0 */
/* The Mandelbrot set in double precision, which a Cortex-M4F computes in software. */
#include "kernel.h"

uint32_t kernel_mandelbrot(uint32_t seed);

#define WIDTH 16
#define HEIGHT 12
#define DEPTH 24

uint32_t kernel_mandelbrot(uint32_t seed)
{
	double shift = (double)(seed & 0xff) / 65536.0;
	uint32_t checksum = 0;

	for (int row = 0; row < HEIGHT; row++) {
		double ci = (double)row * (2.5 / HEIGHT) - 1.25 + shift;

		for (int column = 0; column < WIDTH; column++) {
			double cr = (double)column * (3.0 / WIDTH) - 2.0;
			double zr = 0.0, zi = 0.0;
			uint32_t depth = 0;

			while (depth < DEPTH && zr * zr + zi * zi < 4.0) {
				double next = zr * zr - zi * zi + cr;

				zi = 2.0 * zr * zi + ci;
				zr = next;
				depth++;
			}
			checksum = checksum_add(checksum, depth);
		}
	}
	return checksum;
}
