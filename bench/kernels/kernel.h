/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel: a piece of work of the kind that firmware does, about half a million instructions long when it is
 * compiled natively. The same file is compiled for the Cortex-M4F and to WebAssembly. What it returns depends on all
 * that it computed and on the seed, so no compiler can leave work out, and both sides must agree on it.
 */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* The next of a sequence of pseudo-random numbers (xorshift32); a state is never 0. */
static inline uint32_t random_next(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*state = x;
	return x;
}

/* Mixes a value into a checksum. */
static inline uint32_t checksum_add(uint32_t checksum, uint32_t value)
{
	return ((checksum << 5) | (checksum >> 27)) ^ (value * 2654435761u);
}

#endif
