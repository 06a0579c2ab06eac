/* SPDX-License-Identifier: Apache-2.0 */
/* The lives of containers from one end to the other, on this port's engine stack, clock and lock. */
#include "suite.h"

enum {
    LIMIT_US = 20 * S,
    WORK_ROUNDS = 20000,
    SWITCHES_MIN = 5,
};

static void ends(void)
{
    static const struct probe_step leaves[] = { { PROBE_WORK, 100 }, { PROBE_EXIT, 7 } };
    static const struct probe_step traps[] = { { PROBE_TRAP, 0 } };
    expect_life(0, leaves, SAMPAN_EXIT_KIND_EXITED, 7);
    expect_life(0, traps, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_UNREACHABLE);
}

static bool start(struct sampan_runtime *rt, uint32_t idx, struct probe *probe, const char *name,
                  const struct probe_step *steps)
{
    return expect_status(SAMPAN_STATUS_OK, probe_start(rt, idx, probe, name, steps), "a container starts");
}

/* One that never comes back is killed while it runs, and a witness beside it gets on. */
static void killed(struct sampan_runtime *rt)
{
    static const struct probe_step spins[] = { { PROBE_SPIN, 0 } };
    static const struct probe_step sleeps[] = { { PROBE_SLEEP, 1 }, { PROBE_SLEEP, 1 }, { PROBE_SLEEP, 1 }, { PROBE_EXIT, 3 } };
    static struct probe rogue, witness;
    if (!start(rt, 0, &rogue, "rogue", spins) || !start(rt, 1, &witness, "witness", sleeps) ||
        !run_until_step(rt, &rogue, 1, LIMIT_US) || !run_until_ended(rt, witness.id, LIMIT_US)) {
        return;
    }
    expect_ended(rt, witness.id, SAMPAN_EXIT_KIND_EXITED, 3);
    expect_status(SAMPAN_STATUS_OK, sampan_container_kill(rt, rogue.id), "a container is killed");
    if (run_until_ended(rt, rogue.id, LIMIT_US)) {
        expect_ended(rt, rogue.id, SAMPAN_EXIT_KIND_KILLED, 0);
    }
}

/* A deadline kills one that doesn't heed a stop. */
static void stopped(struct sampan_runtime *rt)
{
    static const struct probe_step spins[] = { { PROBE_SPIN, 0 } };
    static struct probe rogue;
    if (!start(rt, 0, &rogue, "rogue", spins) || !run_until_step(rt, &rogue, 1, LIMIT_US)) {
        return;
    }
    uint64_t deadline_us = now_us() + 5 * MS;
    expect_status(SAMPAN_STATUS_OK, sampan_container_stop(rt, rogue.id, deadline_us), "a container is asked to stop");
    if (run_until_ended(rt, rogue.id, LIMIT_US)) {
        expect(now_us() >= deadline_us, "it isn't killed before its deadline", 0);
        expect_ended(rt, rogue.id, SAMPAN_EXIT_KIND_KILLED, 0);
    }
}

struct answer {
    struct sampan_runtime *rt;
    struct probe *probe;
    volatile int32_t status;
    atomic_bool begun;
    atomic_bool done;
};

static void give_answer(void *ctx)
{
    struct answer *answer = ctx;
    answer->begun = true;
    answer->status = sampan_call_complete(answer->rt, answer->probe->token, 41);
    answer->done = true;
}

static void give_answer_later(void *ctx)
{
    port->sleep(2 * MS);
    give_answer(ctx);
}

/* A container waits in a call, and the answer comes from where `begin` makes it come from. */
static void answered(struct sampan_runtime *rt, void (*begin)(struct answer *answer))
{
    static const struct probe_step steps[] = { { PROBE_WAIT, 0 }, { PROBE_SLEEP, 1 }, { PROBE_EXIT, 0 } };
    static struct probe probe;
    static struct answer answer;
    if (!start(rt, 0, &probe, "waiter", steps)) {
        return;
    }
    for (uint64_t end_us = now_us() + LIMIT_US; probe.token == 0 && now_us() < end_us;) {
        uint64_t deadline_us;
        expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds");
    }
    answer = (struct answer){ .rt = rt, .probe = &probe };
    begin(&answer);
    if (run_until_step(rt, &probe, 2, LIMIT_US)) {
        expect(answer.begun, "the call ends after its answer", 0);
        expect(wait_for(&answer.done, now_us() + S), "who answers comes back", 0);
        expect_status(SAMPAN_STATUS_OK, answer.status, "a call is answered");
        expect(probe.result == 41, "a container gets the answer", probe.result);
    }
}

static void begin_here(struct answer *answer)
{
    give_answer(answer);
}

static void begin_interrupt(struct answer *answer)
{
    port->interrupt_after(2 * MS, give_answer, answer);
}

static void begin_task(struct answer *answer)
{
    port->task_start(0, 1, give_answer_later, answer);
}

static void answered_here(struct sampan_runtime *rt)
{
    answered(rt, begin_here);
}

static void answered_interrupt(struct sampan_runtime *rt)
{
    answered(rt, begin_interrupt);
}

static void answered_task(struct sampan_runtime *rt)
{
    answered(rt, begin_task);
    port->task_join(0);
}

/* Keeps taking the core from the container's engine, and uses the registers that it uses. */
struct disturbance {
    atomic_bool stop;
    atomic_uint rounds;
    atomic_bool wrong;
};

static void disturb(void *ctx)
{
    struct disturbance *disturbance = ctx;
    volatile float step = 0.5f;
    float sum = 0;
    while (!disturbance->stop) {
        port->sleep(MS);
        for (uint32_t turn = 0; turn < 64; turn++) {
            sum += step;
        }
        if (sum != 32.0f) {
            disturbance->wrong = true;
        }
        sum -= 32.0f;
        disturbance->rounds = disturbance->rounds + 1; /* nobody else writes it */
    }
}

/* Tasks are switched while the engine runs, wherever its stack is: neither side's registers suffer. */
static void switched(struct sampan_runtime *rt)
{
    static const struct probe_step steps[] = {
        { PROBE_WORK, WORK_ROUNDS }, { PROBE_WORK, WORK_ROUNDS }, { PROBE_SLEEP, 1 }, { PROBE_EXIT, 0 },
    };
    static struct probe probe;
    static struct disturbance disturbance;
    disturbance = (struct disturbance){ 0 };
    port->task_start(0, 1, disturb, &disturbance);
    for (uint64_t end_us = now_us() + LIMIT_US; disturbance.rounds < SWITCHES_MIN && now_us() < end_us;) {
        if (!start(rt, 0, &probe, "worker", steps) || !run_until_step(rt, &probe, 3, LIMIT_US)) {
            break;
        }
        expect(probe.result == WORK_ROUNDS, "a container's calculation comes out right", probe.result);
        if (!run_until_ended(rt, probe.id, LIMIT_US)) {
            break;
        }
        expect_ended(rt, probe.id, SAMPAN_EXIT_KIND_EXITED, 0);
    }
    disturbance.stop = true;
    port->task_join(0);
    expect(disturbance.rounds >= SWITCHES_MIN, "tasks are switched meanwhile", disturbance.rounds);
    expect(!disturbance.wrong, "a task's calculation comes out right", disturbance.rounds);
}

void checks_containers(void)
{
    suite_check("container.ends", ends);
    suite_check_runtime("container.killed", killed);
    suite_check_runtime("container.stopped", stopped);
    suite_check_runtime("call.answered", answered_here);
    if (port->interrupt_after != NULL) {
        suite_check_runtime("call.interrupt", answered_interrupt);
    } else {
        suite_skip("call.interrupt", "no interrupts");
    }
    if (port->task_start == NULL) {
        suite_skip("call.task", "no tasks");
        suite_skip("container.switched", "no tasks");
        return;
    }
    suite_check_runtime("call.task", answered_task);
    suite_check_runtime("container.switched", switched);
}
