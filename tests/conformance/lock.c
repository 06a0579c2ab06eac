/* SPDX-License-Identifier: Apache-2.0 */
/* The lock: who waits for it, who is refused it, and that who waits isn't starved by a task between. */
#include "suite.h"

enum {
    HOLD_US = 5 * MS,
    MIDDLE_US = 200 * MS, /* how long the middle task would hold the core */
    LIMIT_US = 5 * S,
};

static int32_t lock(void)
{
    return port->platform->lock(port->platform->ctx);
}

static void unlock(void)
{
    port->platform->unlock(port->platform->ctx);
}

static void recursion(void)
{
    for (int round = 0; round < 3; round++) {
        if (!expect_status(SAMPAN_STATUS_OK, lock(), "the lock is given")) {
            return;
        }
        expect_status(SAMPAN_STATUS_WRONG_CONTEXT, lock(), "who has it is refused it");
        unlock();
    }
}

struct attempt {
    struct sampan_runtime *rt;
    atomic_bool done;
    volatile int32_t lock_status;
    volatile int32_t call_status;
};

static void attempt_in_interrupt(void *ctx)
{
    struct attempt *attempt = ctx;
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    attempt->lock_status = lock();
    attempt->call_status = sampan_runtime_stats(attempt->rt, &stats);
    attempt->done = true;
}

static void interrupt(struct sampan_runtime *rt)
{
    static struct attempt attempt;
    attempt = (struct attempt){ .rt = rt };
    port->interrupt_after(MS, attempt_in_interrupt, &attempt);
    expect(wait_for(&attempt.done, now_us() + S), "an interrupt came", 0);
    expect_status(SAMPAN_STATUS_WRONG_CONTEXT, attempt.lock_status, "an interrupt is refused the lock");
    expect_status(SAMPAN_STATUS_WRONG_CONTEXT, attempt.call_status, "an interrupt is refused a call");
    expect_status(SAMPAN_STATUS_OK, lock(), "the lock is free afterwards");
    unlock();
}

/* What the tasks of a check tell each other. */
struct scene {
    atomic_bool held;
    atomic_bool middle_ended;
    atomic_bool high_got_it;
    atomic_bool middle_ended_first;
    volatile uint64_t released_us;
    volatile uint64_t got_us;
};

static struct scene scene;

static void low_holds(void *ctx)
{
    (void)ctx;
    expect_status(SAMPAN_STATUS_OK, lock(), "a task gets the lock");
    scene.held = true;
    spin_until(now_us() + HOLD_US);
    scene.released_us = now_us();
    unlock();
}

static void middle_spins(void *ctx)
{
    uint64_t end_us = now_us() + MIDDLE_US;
    (void)ctx;
    while (!scene.high_got_it && now_us() < end_us) {
    }
    scene.middle_ended = true;
}

static void high_waits(void *ctx)
{
    (void)ctx;
    int32_t status = lock();
    scene.got_us = now_us();
    scene.middle_ended_first = scene.middle_ended;
    expect_status(SAMPAN_STATUS_OK, status, "a task that waited gets the lock");
    scene.high_got_it = true;
    if (status == SAMPAN_STATUS_OK) {
        unlock();
    }
}

static bool low_has_it(void)
{
    uint64_t limit_us = now_us() + LIMIT_US;
    scene = (struct scene){ 0 };
    port->task_start(0, -1, low_holds, NULL);
    while (!scene.held && now_us() < limit_us) {
        port->sleep(MS);
    }
    return expect(scene.held, "a task gets on", 0);
}

static void waits(void)
{
    if (low_has_it()) {
        port->task_start(1, 1, high_waits, NULL);
        port->task_join(1);
        expect(scene.got_us >= scene.released_us && scene.released_us > 0, "the lock excludes others",
               (int64_t)(scene.released_us - scene.got_us));
    }
    port->task_join(0);
}

/* The high one waits for the low one, and the middle one would keep the low one from the core. */
static void inheritance(void)
{
    if (low_has_it()) {
        port->task_start(1, 2, high_waits, NULL);
        port->task_start(2, 1, middle_spins, NULL);
        port->task_join(1);
        port->task_join(2);
        expect(scene.high_got_it && !scene.middle_ended_first, "who holds the lock inherits the priority of who waits",
               (int64_t)(scene.got_us - scene.released_us));
    }
    port->task_join(0);
}

void checks_lock(void)
{
    suite_check("lock.recursion", recursion);
    if (port->interrupt_after != NULL) {
        suite_check_runtime("lock.interrupt", interrupt);
    } else {
        suite_skip("lock.interrupt", "no interrupts");
    }
    if (port->task_start == NULL) {
        suite_skip("lock.waits", "no tasks");
        suite_skip("lock.inheritance", "no tasks");
        return;
    }
    suite_check("lock.waits", waits);
    if (port->strict_priorities) {
        suite_check("lock.inheritance", inheritance);
    } else {
        suite_skip("lock.inheritance", "priorities aren't strict");
    }
}
