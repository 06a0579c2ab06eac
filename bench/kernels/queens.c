/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to put eight queens on a board, by recursion, and Ackermann's function for calls and nothing else. */
#include "kernel.h"

uint32_t kernel_queens(uint32_t seed);

#define SIZE 8

static uint32_t place(uint32_t columns, uint32_t left, uint32_t right, uint32_t row, uint32_t *checksum)
{
	uint32_t free = ~(columns | left | right) & ((1u << SIZE) - 1), solutions = 0;

	if (row == SIZE) {
		*checksum = checksum_add(*checksum, left ^ right);
		return 1;
	}
	while (free != 0) {
		uint32_t queen = free & (0u - free);

		free ^= queen;
		solutions += place(columns | queen, (left | queen) << 1, (right | queen) >> 1, row + 1, checksum);
	}
	return solutions;
}

static uint32_t ackermann(uint32_t m, uint32_t n)
{
	if (m == 0) {
		return n + 1;
	}
	return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

uint32_t kernel_queens(uint32_t seed)
{
	uint32_t checksum = seed, solutions = 0;

	for (int pass = 0; pass < 6; pass++) {
		solutions += place(0, 0, 0, 0, &checksum);
	}
	return checksum_add(checksum, solutions + ackermann(2, 30 + (seed & 1)));
}
