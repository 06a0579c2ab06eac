/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every kernel natively and in the engine, and prints what each took, one line a figure. Which kernels there are
 * is in images.h, which `ci/bench` writes; without any (NO_KERNELS) the firmware is linked for its size alone.
 */
#include "bench.h"

#define INSTRUCTIONS_PER_TICK 40u
#define SEED 0x5a3bu
#define SWITCHES 1000u

int bench_main(void);

uint8_t *bench_arena(size_t *length)
{
	static uint8_t arena[1536 * 1024] __attribute__((aligned(16)));

	*length = sizeof arena;
	return arena;
}

static void print_number(uint64_t value)
{
	char text[24];
	size_t at = sizeof text;

	text[--at] = 0;
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	bench_print(" ");
	bench_print(&text[at]);
}

static void print_text(const char *text)
{
	bench_print(" ");
	bench_print(text);
}

/* What one reading of the counter costs is part of every interval; this much is taken off. */
static uint32_t empty_interval(void)
{
	uint32_t start = bench_ticks();

	return bench_ticks() - start;
}

static int run_engine(const struct bench_kernel *kernel)
{
	struct bench_run run = { 0 };
	size_t length = (size_t)(kernel->image_end - kernel->image);
	int32_t status = bench_engine_run(kernel->image, length, SEED, &run);

	if (status != 0) {
		bench_print("failed");
		print_text(kernel->name);
		print_number((uint64_t)(uint32_t)-status);
		bench_print("\n");
		return 1;
	}
	bench_print("engine");
	print_text(kernel->name);
	print_text(bench_engine_name());
	print_number((uint64_t)run.run_ticks * INSTRUCTIONS_PER_TICK);
	print_number(run.checksum);
	print_number(run.fuel);
	bench_print("\nload");
	print_text(kernel->name);
	print_text(bench_engine_name());
	print_number((uint64_t)run.load_ticks * INSTRUCTIONS_PER_TICK);
	print_number(length);
	bench_print("\n");
	return 0;
}

#ifdef NO_KERNELS
/* Not constant, so that the compiler can't tell that the engine is never called. */
static struct bench_kernel kernels[1];
#else
#include "images.h"
#endif

int bench_main(void)
{
	int failures = 0;
	uint32_t overhead = empty_interval();
	const struct bench_kernel *last = NULL;

	__asm__ volatile("" : : "r"(kernels) : "memory");
	for (size_t idx = 0; idx < sizeof kernels / sizeof kernels[0]; idx++) {
		const struct bench_kernel *kernel = &kernels[idx];

		if (kernel->native != NULL) {
			uint32_t start = bench_ticks();
			uint32_t checksum = kernel->native(SEED);
			uint32_t ticks = bench_ticks() - start - overhead;

			bench_print("native");
			print_text(kernel->name);
			print_number((uint64_t)ticks * INSTRUCTIONS_PER_TICK);
			print_number(checksum);
			bench_print("\n");
		}
		if (kernel->image != NULL) {
			failures += run_engine(kernel);
			last = kernel;
		}
	}
	if (last != NULL) {
		uint32_t ticks = bench_engine_switch(last->image, (size_t)(last->image_end - last->image), SWITCHES);

		bench_print("switch");
		print_text(bench_engine_name());
		print_number((uint64_t)ticks * INSTRUCTIONS_PER_TICK / SWITCHES);
		bench_print("\n");
	}
	bench_print("end\n");
	return failures;
}
