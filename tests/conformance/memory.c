/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: any alignment, nothing beside it touched, and runtimes come and go on it. */
#include "suite.h"

#include <string.h>

enum {
    OFFSETS = 17,
    GUARD = 0xc3,
    ROUNDS_DEFAULT = 100,
    SMALL_LENGTHS = 40,
};

static size_t heap_at_start;

static void alignment(void)
{
    static const struct probe_step steps[] = { { PROBE_WORK, 10 }, { PROBE_SLEEP, 1 }, { PROBE_EXIT, 9 } };
    for (size_t offset = 0; offset < OFFSETS; offset++) {
        memset(port->arena, GUARD, offset);
        expect_life(offset, steps, SAMPAN_EXIT_KIND_EXITED, 9);
        for (size_t idx = 0; idx < offset; idx++) {
            expect(port->arena[idx] == GUARD, "no byte before the arena is written", (int64_t)offset);
        }
    }
}

/* An arena that is too small is refused, whatever its length, and nothing behind it is written. */
static void too_small(void)
{
    for (size_t step = 0; step < SMALL_LENGTHS; step++) {
        size_t len = step * step;
        struct sampan_runtime *rt = NULL;
        const struct sampan_config config = {
            .size = sizeof config,
            .arena = port->arena,
            .arena_len = len,
            .platform = port->platform,
        };
        memset(port->arena, GUARD, len + 64);
        sampan_status status = sampan_runtime_init(&config, &rt);
        if (status == SAMPAN_STATUS_OK) {
            runtime_end(rt); /* the packed engine alone needs little */
        } else {
            expect_status(SAMPAN_STATUS_NO_MEMORY, status, "a small arena is refused");
        }
        for (size_t idx = len; idx < len + 64; idx++) {
            expect(port->arena[idx] == GUARD, "no byte behind the arena is written", (int64_t)len);
        }
    }
}

/* Every third runtime is taken down with a container running in it. */
static void again(void)
{
    static const struct probe_step ends[] = { { PROBE_EXIT, 1 } };
    static const struct probe_step spins[] = { { PROBE_SPIN, 0 } };
    static struct probe probe;
    uint32_t rounds = port->rounds != 0 ? port->rounds : ROUNDS_DEFAULT;
    struct sampan_runtime_stats first = { .size = sizeof first }, stats = { .size = sizeof stats };
    for (uint32_t round = 0; round < rounds; round++) {
        struct sampan_runtime *rt = runtime_begin(0);
        if (rt == NULL) {
            return;
        }
        expect_status(SAMPAN_STATUS_OK, sampan_runtime_stats(rt, round == 0 ? &first : &stats), "figures are told");
        expect(round == 0 || stats.arena_used == first.arena_used, "an arena is as the first time", round);
        if (round % 3 == 0) {
            expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "left", spins), "a container starts");
            run_until_step(rt, &probe, 1, 5 * S);
        } else if (round % 3 == 1) {
            expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "ends", ends), "a container starts");
            if (run_until_ended(rt, probe.id, 5 * S)) {
                expect_ended(rt, probe.id, SAMPAN_EXIT_KIND_EXITED, 1);
            }
        }
        runtime_end(rt);
    }
}

static void no_heap(void)
{
    size_t in_use = port->heap_used();
    expect(in_use == heap_at_start, "the port takes nothing from a heap", (int64_t)(in_use - heap_at_start));
}

void checks_memory_begin(void)
{
    heap_at_start = port->heap_used != NULL ? port->heap_used() : 0;
}

void checks_memory(void)
{
    suite_check("memory.alignment", alignment);
    suite_check("memory.too-small", too_small);
    suite_check("runtime.again", again);
    if (port->heap_used != NULL) {
        suite_check("memory.no-heap", no_heap);
    } else {
        suite_skip("memory.no-heap", "no heap, or none that can be asked");
    }
}
