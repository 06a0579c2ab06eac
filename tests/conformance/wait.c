/* SPDX-License-Identifier: Apache-2.0 */
/* The wait between two polls: what ends it, when, and that no wake is lost. */
#include "suite.h"

enum {
    LATER_US = 3 * MS,
    LIMIT_US = 5 * S,
    SLEEPS = 5,
};

/* Waits once and returns how long it took. */
static uint64_t waited_us(uint64_t deadline_us)
{
    uint64_t begun_us = now_us();
    port->wait(deadline_us);
    return now_us() - begun_us;
}

/* A wait until a deadline, early returns put together. */
static void deadline(void)
{
    static const uint32_t waits_us[] = { 1, 500, 1000, 1001, 3000, 20000 };
    for (size_t idx = 0; idx < sizeof waits_us / sizeof waits_us[0]; idx++) {
        uint64_t deadline_us = now_us() + waits_us[idx];
        uint32_t waits = 0;
        for (; now_us() < deadline_us && waits < 1000; waits++) {
            port->wait(deadline_us);
        }
        int64_t late_us = (int64_t)(now_us() - deadline_us);
        expect(late_us >= 0, "a wait doesn't come back early for ever", waits);
        expect(late_us <= port->slack_us, "a wait ends no later than its slack", late_us);
    }
}

static void past(void)
{
    uint64_t took_us = waited_us(now_us());
    expect(took_us <= port->slack_us, "a deadline that has passed isn't waited for", (int64_t)took_us);
    took_us = waited_us(0);
    expect(took_us <= port->slack_us, "a deadline of long ago isn't waited for", (int64_t)took_us);
}

static void wake_before(struct sampan_runtime *rt)
{
    sampan_runtime_wake(rt);
    uint64_t took_us = waited_us(now_us() + LIMIT_US);
    expect(took_us <= port->slack_us, "a wake before the wait ends it", (int64_t)took_us);
    uint64_t deadline_us = now_us() + LATER_US;
    uint32_t waits = 0;
    while (now_us() < deadline_us) {
        port->wait(deadline_us);
        waits++;
    }
    expect(waits < 100, "a wake is used up by a wait", waits);
}

struct waking {
    struct sampan_runtime *rt;
    atomic_bool done;
};

static void wake(void *ctx)
{
    struct waking *waking = ctx;
    waking->done = true;
    sampan_runtime_wake(waking->rt);
}

static void wake_later(void *ctx)
{
    port->sleep(LATER_US);
    wake(ctx);
}

static void expect_woken(struct waking *waking)
{
    uint64_t begun_us = now_us();
    expect(wait_for(&waking->done, begun_us + LIMIT_US), "a wake came", 0);
    uint64_t took_us = now_us() - begun_us;
    expect(took_us < LIMIT_US / 2, "a wake ends the wait", (int64_t)took_us);
}

static void wake_interrupt(struct sampan_runtime *rt)
{
    static struct waking waking;
    waking = (struct waking){ .rt = rt };
    port->interrupt_after(LATER_US, wake, &waking);
    expect_woken(&waking);
    /* One that comes while nobody waits is kept. */
    waking.done = false;
    port->interrupt_after(100, wake, &waking);
    while (!waking.done) {
        now_us();
    }
    uint64_t took_us = waited_us(now_us() + LIMIT_US);
    expect(took_us <= port->slack_us, "a wake from an interrupt is kept for the next wait", (int64_t)took_us);
}

static void wake_task(struct sampan_runtime *rt)
{
    static struct waking waking;
    waking = (struct waking){ .rt = rt };
    port->task_start(0, -1, wake_later, &waking);
    expect_woken(&waking);
    port->task_join(0);
}

/* A container that sleeps wakes neither early nor late. */
static void container_sleep(struct sampan_runtime *rt)
{
    static const struct probe_step steps[] = {
        { PROBE_SLEEP, 1 }, { PROBE_SLEEP, 2 }, { PROBE_SLEEP, 5 }, { PROBE_SLEEP, 10 }, { PROBE_SLEEP, 37 }, { PROBE_EXIT, 0 },
    };
    static struct probe probe;
    if (!expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "sleeper", steps), "a container starts")) {
        return;
    }
    for (uint32_t sleep = 0; sleep < SLEEPS; sleep++) {
        if (!run_until_step(rt, &probe, sleep + 1, LIMIT_US)) {
            return;
        }
        uint64_t begun_us = probe.stepped_us;
        if (!run_until_step(rt, &probe, sleep + 2, LIMIT_US)) {
            return;
        }
        int64_t late_us = (int64_t)(probe.stepped_us - begun_us) - (int64_t)steps[sleep].argument * MS;
        expect(late_us >= 0, "a sleep doesn't end early", late_us);
        expect(late_us <= port->slack_us, "a sleep ends no later than the slack", late_us);
    }
    if (run_until_ended(rt, probe.id, LIMIT_US)) {
        expect_ended(rt, probe.id, SAMPAN_EXIT_KIND_EXITED, 0);
    }
}

void checks_wait(void)
{
    suite_check("wait.deadline", deadline);
    suite_check("wait.past", past);
    suite_check_runtime("wait.sleep", container_sleep);
    suite_check_runtime("wake.before", wake_before);
    if (port->interrupt_after != NULL) {
        suite_check_runtime("wake.interrupt", wake_interrupt);
    } else {
        suite_skip("wake.interrupt", "no interrupts");
    }
    if (port->task_start != NULL) {
        suite_check_runtime("wake.task", wake_task);
    } else {
        suite_skip("wake.task", "no tasks");
    }
}
