/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host call takes with libsampan.a: instructions of a container that makes CALLS of them and nothing else, with
 * and without the permission, on each engine. One line each: `calls`, engine, `permitted` or `denied`, instructions.
 */
#include "bench.h"
#include "platform.h"

int bench_main(void);

#define INSTRUCTIONS_PER_TICK 40u

extern const uint8_t calls_packed[], calls_packed_end[], calls_wasmi[], calls_wasmi_end[];

static uint8_t arena[512 * 1024] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;

static void print_number(uint32_t value)
{
	char text[12];
	size_t at = sizeof text;

	text[--at] = 0;
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	bench_print(&text[at]);
}

/* Runs the image to its end; the ticks that it took, or 0 if it didn't make its calls or not with that result. */
static uint32_t run(const uint8_t *image, size_t len, bool permitted)
{
	static const char *const clock[] = { "clock" };
	struct sampan_container_options options = {
		.size = sizeof options, .permissions = clock, .permissions_len = permitted, .stack_len = 8192,
		.denied_action = SAMPAN_DENIED_ACTION_ERROR,
	};
	struct sampan_container_status status = { .size = sizeof status };
	struct sampan_container_stats stats = { .size = sizeof stats };
	uint64_t deadline_us;
	uint32_t id, ticks;

	if (sampan_container_create(runtime, image, len, &options, &id) != SAMPAN_STATUS_OK ||
	    sampan_container_start(runtime, id) != SAMPAN_STATUS_OK) {
		return 0;
	}
	ticks = bench_ticks();
	do {
		if (sampan_runtime_poll(runtime, &deadline_us) != SAMPAN_STATUS_OK ||
		    sampan_container_status(runtime, id, &status) != SAMPAN_STATUS_OK) {
			return 0;
		}
	} while (status.state == SAMPAN_CONTAINER_STATE_RUNNING);
	ticks = bench_ticks() - ticks;
	if (status.exit_kind != SAMPAN_EXIT_KIND_EXITED ||
	    sampan_container_stats(runtime, id, &stats) != SAMPAN_STATUS_OK || stats.host_calls != CALLS ||
	    stats.denied_calls != (permitted ? 0 : CALLS) || sampan_container_remove(runtime, id) != SAMPAN_STATUS_OK) {
		return 0;
	}
	return ticks;
}

static int measure(const char *engine, const uint8_t *image, const uint8_t *end)
{
	int failures = 0;

	for (int permitted = 0; permitted < 2; permitted++) {
		uint32_t ticks = run(image, (size_t)(end - image), permitted != 0);

		bench_print("calls ");
		bench_print(engine);
		bench_print(permitted ? " permitted " : " denied ");
		print_number(ticks * INSTRUCTIONS_PER_TICK);
		bench_print("\n");
		failures += ticks == 0;
	}
	return failures;
}

int bench_main(void)
{
	struct sampan_config config = {
		.size = sizeof config, .arena = arena, .arena_len = sizeof arena, .platform = &bench_platform,
	};
	int failures = sampan_runtime_init(&config, &runtime) != SAMPAN_STATUS_OK;

	failures += measure("packed", calls_packed, calls_packed_end);
	failures += measure("wasmi", calls_wasmi, calls_wasmi_end);
	bench_print("end\n");
	return failures;
}
