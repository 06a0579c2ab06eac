/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions and stack of one call. */
#include "bench.h"

#define INSTRUCTIONS_PER_TICK 40u
#define PAINTED (24u * 1024u)
#define PAINT 0xa5

static void print_number(uint32_t value)
{
	char text[12];
	size_t at = sizeof text;

	text[--at] = 0;
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	bench_print(" ");
	bench_print(&text[at]);
}

/* Paints the stack below, calls, and finds how far the paint is gone. */
__attribute__((noinline)) int bench_measure(const char *name, int32_t (*call)(void))
{
	volatile uint8_t *top = __builtin_frame_address(0);
	volatile uint8_t *bottom = top - PAINTED;
	uint32_t used = PAINTED;

	/* Not what this function itself uses, nor the calls that paint. */
	for (volatile uint8_t *at = bottom; at < top - 256; at++) {
		*at = PAINT;
	}
	uint32_t start = bench_ticks();
	int32_t status = call();
	uint32_t ticks = bench_ticks() - start;

	for (volatile uint8_t *at = bottom; *at == PAINT && used > 0; at++) {
		used--;
	}
	bench_print("verify ");
	bench_print(name);
	print_number(ticks * INSTRUCTIONS_PER_TICK);
	print_number(used);
	bench_print("\n");
	if (status != 0) {
		bench_print("failed");
		print_number((uint32_t)status);
		bench_print("\n");
	}
	return status != 0;
}
