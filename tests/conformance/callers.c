/* SPDX-License-Identifier: Apache-2.0 */
/* Several tasks call whatever there is to call while another one polls. */
#include "suite.h"


enum {
    CALLERS = 3,
    CALLS = 40,    /* rounds of each caller */
    CREATOR = 0,   /* the task that makes containers and ends them */
    LIMIT_US = 60 * S,
};

static struct sampan_runtime *runtime;
static volatile uint32_t rounds[CALLERS];
static atomic_bool done[CALLERS];

static const struct probe_step spins[] = { { PROBE_SPIN, 0 } };

/* A container comes, runs or doesn't, is killed and goes. */
static void create_and_kill(uint32_t round)
{
    static struct probe probe;
    struct sampan_container_status status = { .size = sizeof status };
    if (!expect_status(SAMPAN_STATUS_OK, probe_start(runtime, 1, &probe, "passing", spins), "a task starts a container")) {
        return;
    }
    if (round % 2 != 0) {
        port->sleep(MS);
    }
    expect_status(SAMPAN_STATUS_OK, sampan_container_kill(runtime, probe.id), "a task kills it");
    expect_status(SAMPAN_STATUS_OK, sampan_container_status(runtime, probe.id, &status), "a task reads its status");
    expect(status.exit_kind == SAMPAN_EXIT_KIND_KILLED, "it has been killed", status.exit_kind);
    expect_status(SAMPAN_STATUS_OK, sampan_container_remove(runtime, probe.id), "a task removes it");
}

/* Looks at everything; a container may be gone between two looks. */
static void look(void)
{
    uint32_t ids[PROBES];
    size_t count = 0;
    uint32_t id = 0;
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    expect_status(SAMPAN_STATUS_OK, sampan_runtime_stats(runtime, &stats), "a task reads the runtime's figures");
    expect_status(SAMPAN_STATUS_OK, sampan_container_list(runtime, ids, PROBES, &count), "a task lists containers");
    expect(count >= 1 && count <= 2, "as many as there are", (int64_t)count);
    expect_status(SAMPAN_STATUS_OK, sampan_container_find(runtime, "resident", 8, &id), "a task finds a container");
    for (size_t idx = 0; idx < count && idx < PROBES; idx++) {
        struct sampan_container_status status = { .size = sizeof status };
        struct sampan_container_stats figures = { .size = sizeof figures };
        int32_t result = sampan_container_status(runtime, ids[idx], &status);
        bool told = result == SAMPAN_STATUS_OK || result == SAMPAN_STATUS_STALE_ID;
        expect(told && (ids[idx] != id || result == SAMPAN_STATUS_OK), "a status is told, or the container is gone", result);
        result = sampan_container_stats(runtime, ids[idx], &figures);
        expect(result == SAMPAN_STATUS_OK || result == SAMPAN_STATUS_STALE_ID, "figures are told, or it's gone", result);
    }
    expect_status(SAMPAN_STATUS_OK, sampan_runtime_wake(runtime), "a task wakes the runtime");
}

static void call(void *ctx)
{
    uint32_t caller = *(const uint32_t *)ctx;
    for (uint32_t round = 0; round < CALLS; round++) {
        if (caller == CREATOR) {
            create_and_kill(round);
        } else {
            look();
        }
        if (round % 4 == 3) {
            port->sleep(MS);
        }
        rounds[caller] = round + 1;
    }
    done[caller] = true;
}

static bool all_done(void)
{
    bool all = true;
    for (uint32_t caller = 0; caller < CALLERS; caller++) {
        all &= done[caller];
    }
    return all;
}

/* The callers have a lower, the same and a higher priority than the one who polls, and a container that never rests. */
static void at_once(struct sampan_runtime *rt)
{
    static const uint32_t numbers[CALLERS] = { 0, 1, 2 };
    static const int priorities[CALLERS] = { 1, 0, -1 };
    static const struct probe_step sleeps_long[] = { { PROBE_SLEEP, 3600000 }, { PROBE_EXIT, 0 } };
    static struct probe resident;
    struct sampan_runtime_stats before = { .size = sizeof before }, after = { .size = sizeof after };
    runtime = rt;
    for (uint32_t caller = 0; caller < CALLERS; caller++) {
        done[caller] = false;
    }
    if (!expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &resident, "resident", sleeps_long), "a container starts") ||
        !run_until_step(rt, &resident, 1, LIMIT_US)) {
        return;
    }
    sampan_runtime_stats(rt, &before);
    for (uint32_t caller = 0; caller < CALLERS; caller++) {
        port->task_start(caller, priorities[caller], call, (void *)(uintptr_t)&numbers[caller]);
    }
    for (uint64_t end_us = now_us() + LIMIT_US; !all_done() && now_us() < end_us;) {
        uint64_t deadline_us = 0;
        expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds");
        port->sleep(MS); /* so that a task of lower priority gets on too */
    }
    for (uint32_t caller = 0; caller < CALLERS; caller++) {
        port->task_join(caller);
        expect(rounds[caller] == CALLS, "a task makes all its calls", rounds[caller]);
    }
    sampan_runtime_stats(rt, &after);
    expect(after.containers == before.containers && after.arena_used == before.arena_used, "the arena is as it was",
           (int64_t)(after.arena_used - before.arena_used));
}

void checks_callers(void)
{
    if (port->task_start != NULL) {
        suite_check_runtime("callers.at-once", at_once);
    } else {
        suite_skip("callers.at-once", "no tasks");
    }
}
