/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "board.h"
#include "print.h"
#include "sampan_baremetal.h"

enum { HEARTBEAT_HZ = 100 };

static uint8_t arena[208 * 1024] __attribute__((aligned(16)));
static volatile uint32_t beats;

static void beat(uint32_t late_ticks)
{
    (void)late_ticks;
    beats++;
}

/* Thousands of containers end here; that each ended as it should is checked, not logged. */
static void log_nothing(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line,
                        size_t line_len)
{
    (void)ctx, (void)level, (void)source, (void)source_len, (void)line, (void)line_len;
}

struct sampan_runtime *test_begin(void)
{
    struct sampan_runtime *rt = NULL;
    struct sampan_platform platform = *sampan_baremetal_platform();
    const struct sampan_config config = {
        .size = sizeof config,
        .arena = arena,
        .arena_len = sizeof arena,
        .platform = &platform,
    };
    platform.log = log_nothing;
    board_heartbeat_start(HEARTBEAT_HZ, beat);
    sampan_status status = sampan_runtime_init(&config, &rt);
    test_check(status == SAMPAN_STATUS_OK, "the runtime starts", (uint32_t)status);
    return rt;
}

void test_check(bool held, const char *what, uint32_t value)
{
    if (!held) {
        print("failed: %s (%u)\n", what, (unsigned)value);
        board_exit(1);
    }
}

size_t test_arena_used(struct sampan_runtime *rt)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    sampan_status status = sampan_runtime_stats(rt, &stats);
    test_check(status == SAMPAN_STATUS_OK, "the runtime tells its figures", (uint32_t)status);
    return stats.arena_used;
}

uint32_t test_beats(void)
{
    return beats;
}

struct sampan_container_status test_status(struct sampan_runtime *rt, uint32_t id)
{
    struct sampan_container_status status = { .size = sizeof status };
    sampan_status result = sampan_container_status(rt, id, &status);
    test_check(result == SAMPAN_STATUS_OK, "a container tells its status", (uint32_t)result);
    return status;
}

uint64_t test_activations(struct sampan_runtime *rt, uint32_t id)
{
    struct sampan_container_stats stats = { .size = sizeof stats };
    sampan_status status = sampan_container_stats(rt, id, &stats);
    test_check(status == SAMPAN_STATUS_OK, "a container tells its figures", (uint32_t)status);
    return stats.activations;
}

bool test_poll_until_ended(struct sampan_runtime *rt, uint32_t id, uint32_t polls_max)
{
    for (uint32_t poll = 0; poll < polls_max; poll++) {
        uint64_t deadline_us;
        sampan_status status = sampan_baremetal_poll(rt, &deadline_us);
        test_check(status == SAMPAN_STATUS_OK, "a poll succeeds", (uint32_t)status);
        if (test_status(rt, id).exit_kind != SAMPAN_EXIT_KIND_NONE) {
            return true;
        }
    }
    return false;
}
