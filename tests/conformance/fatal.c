/* SPDX-License-Identifier: Apache-2.0 */
/* A defect of the runtime: only the runtime ends, and can be made again on the same arena. */
#include "suite.h"

enum { LIMIT_US = 5 * S };

struct doom {
    struct sampan_runtime *rt;
    volatile sampan_status status; /* what a poll said, if it came back */
    volatile uint32_t polls;
    volatile bool called;
    volatile bool returned;
};

static struct doom doom;

/* Stands in for a defect: the runtime calls fatal from wherever it is, here with the lock held, on the engine's stack. */
static int32_t break_down(struct sampan_call *call, uint64_t *values)
{
    static const char message[] = "broken on purpose, as a check";
    (void)call, (void)values;
    doom.called = true;
    port->platform->fatal(port->platform->ctx, message, sizeof message - 1);
    doom.returned = true;
    return SAMPAN_STATUS_INTERNAL;
}

static void poll_until_broken(void *ctx)
{
    uint64_t end_us = now_us() + LIMIT_US;
    (void)ctx;
    while (doom.status == SAMPAN_STATUS_OK && !doom.returned && now_us() < end_us) {
        uint64_t deadline_us;
        doom.polls++;
        doom.status = poll_once(doom.rt, &deadline_us);
    }
}

static void once(void)
{
    static const struct probe_step steps[] = { { PROBE_EXIT, 0 } };
    static struct probe probe;
    doom = (struct doom){ .rt = runtime_begin(0) };
    if (doom.rt == NULL ||
        !expect_status(SAMPAN_STATUS_OK, probe_start(doom.rt, 0, &probe, "doomed", steps), "a container starts")) {
        return;
    }
    probe_intercept = break_down;
    port->run_expendable(poll_until_broken, NULL);
    probe_intercept = NULL;
    expect(doom.called, "fatal was called", doom.polls);
    expect(!doom.returned, "fatal doesn't return", 0);
    expect(doom.status == SAMPAN_STATUS_OK || doom.status == SAMPAN_STATUS_INTERNAL,
           "a poll that comes back tells of a defect", doom.status);
    /* The library has taken it out of service itself when it meets a defect of its own. */
    sampan_status status = sampan_runtime_deinit(doom.rt);
    expect(status == SAMPAN_STATUS_OK || status == SAMPAN_STATUS_INVALID_ARGUMENT, "the lock is free again", status);
}

static void ends_runtime(void)
{
    once();
    uint64_t begun_us = now_us();
    uint64_t deadline_us = begun_us + 3 * MS;
    while (now_us() < deadline_us) {
        port->wait(deadline_us);
    }
    expect(now_us() - begun_us < S, "the firmware goes on", 0);
}

static void again(void)
{
    static const struct probe_step steps[] = { { PROBE_SLEEP, 1 }, { PROBE_WORK, 1000 }, { PROBE_EXIT, 5 } };
    for (int round = 0; round < 3; round++) {
        once();
        expect_life(0, steps, SAMPAN_EXIT_KIND_EXITED, 5);
    }
}

void checks_fatal(void)
{
    if (port->run_expendable != NULL) {
        suite_check("fatal.ends-runtime", ends_runtime);
        suite_check("fatal.again", again);
    } else {
        suite_skip("fatal.ends-runtime", "fatal ends the system");
        suite_skip("fatal.again", "fatal ends the system");
    }
}
