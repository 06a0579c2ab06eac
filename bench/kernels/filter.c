/* SPDX-License-Identifier: Apache-2.0 */
/* A signal through a 16-tap FIR filter and a cascade of four biquads, in single precision. */
#include "kernel.h"

uint32_t kernel_filter(uint32_t seed);

#define SAMPLES 2000
#define TAPS 16
#define SECTIONS 4

struct biquad {
	float b0, b1, b2, a1, a2;
	float z1, z2;
};

static float biquad_step(struct biquad *q, float in)
{
	float out = q->b0 * in + q->z1;

	q->z1 = q->b1 * in - q->a1 * out + q->z2;
	q->z2 = q->b2 * in - q->a2 * out;
	return out;
}

uint32_t kernel_filter(uint32_t seed)
{
	float history[TAPS] = { 0 };
	float taps[TAPS];
	struct biquad sections[SECTIONS];
	uint32_t at = 0, checksum = 0;

	for (int tap = 0; tap < TAPS; tap++) {
		taps[tap] = (float)(TAPS - tap) / 136.0f;
	}
	for (int section = 0; section < SECTIONS; section++) {
		float shift = 0.01f * (float)section;
		struct biquad q = { 0.2066f, 0.4131f, 0.2066f, -0.3695f + shift, 0.1958f, 0.0f, 0.0f };

		sections[section] = q;
	}
	for (int sample = 0; sample < SAMPLES; sample++) {
		float sum = 0.0f;

		history[at] = (float)(int32_t)(random_next(&seed) >> 16) / 32768.0f - 1.0f;
		for (uint32_t tap = 0; tap < TAPS; tap++) {
			sum += taps[tap] * history[(at - tap) & (TAPS - 1)];
		}
		at = (at + 1) & (TAPS - 1);
		for (int section = 0; section < SECTIONS; section++) {
			sum = biquad_step(&sections[section], sum);
		}
		checksum = checksum_add(checksum, (uint32_t)(int32_t)(sum * 65536.0f));
	}
	return checksum;
}
