/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_latency.h"

#include <stddef.h>

#include "board.h"
#include "demo_report.h"
#include "demo_steps.h"
#include "firmware.h"
#include "heartbeat.h"
#include "print.h"
#include "signed_images.h"

enum {
    CALLS_MAX = 4,      /* containers that may wait for a beat at a time */
    ROUNDS = 5,         /* each case is measured so often, at another moment of a slice each time */
    STOP_DELAY_US = 3000,
    US_PER_S = 1000000,
};

static struct sampan_runtime *runtime;

/* A container that waits for a beat. The interrupt takes, the host function adds. */
struct waiting_call {
    uint64_t token; /* 0: a free place */
    uint32_t container;
};

static volatile struct waiting_call waiting_calls[CALLS_MAX];
static volatile uint32_t withheld_container; /* its calls get no answer */
static volatile uint32_t beat_number;
static volatile bool beats_held;

static volatile bool kill_wanted;
static volatile bool kill_requested;
static volatile uint32_t kill_requested_ticks;

static void on_beat(void)
{
    if (beats_held) {
        return;
    }
    beat_number++;
    for (size_t idx = 0; idx < CALLS_MAX; idx++) {
        volatile struct waiting_call *call = &waiting_calls[idx];
        if (call->token != 0 && call->container != withheld_container) {
            sampan_call_complete(runtime, call->token, beat_number);
            call->token = 0;
        }
    }
    if (kill_wanted) {
        kill_wanted = false;
        kill_requested_ticks = board_ticks();
        kill_requested = true;
    }
}

static int32_t host_next_beat(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)values;
    uint64_t token;
    uint32_t container;
    sampan_status status = sampan_call_container(call, &container);
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_call_defer(call, &token);
    }
    if (status != SAMPAN_STATUS_OK) {
        return status;
    }
    status = SAMPAN_STATUS_TABLE_FULL;
    uint32_t masked = arch_interrupts_mask();
    for (size_t idx = 0; idx < CALLS_MAX; idx++) {
        if (waiting_calls[idx].token == 0) {
            waiting_calls[idx].container = container;
            waiting_calls[idx].token = token;
            status = SAMPAN_STATUS_PENDING;
            break;
        }
    }
    arch_interrupts_restore(masked);
    return status;
}

/* A container is gone: nobody waits for the answer any more. */
static void calls_forget(uint32_t container)
{
    uint32_t masked = arch_interrupts_mask();
    for (size_t idx = 0; idx < CALLS_MAX; idx++) {
        if (waiting_calls[idx].container == container) {
            waiting_calls[idx].token = 0;
        }
    }
    arch_interrupts_restore(masked);
}

sampan_status demo_beat_offer(struct sampan_runtime *rt)
{
    static const struct sampan_host_function next_beat = {
        sizeof next_beat, "oven", "next-beat", "()i", host_next_beat, NULL, NULL,
    };
    runtime = rt;
    heartbeat_notify(on_beat);
    return sampan_host_register(rt, &next_beat);
}

void demo_beats_hold(bool held)
{
    beats_held = held;
}

uint32_t demo_kill_from_interrupt(struct sampan_runtime *rt, uint32_t id)
{
    kill_requested = false;
    kill_wanted = true;
    while (!kill_requested) {
        firmware_round();
    }
    demo_check(sampan_container_kill(rt, id) == SAMPAN_STATUS_OK, "a kill is done at once");
    uint32_t ended_ticks = board_ticks();
    demo_check_ended(rt, id, SAMPAN_EXIT_KIND_KILLED, 0);
    return ended_ticks - kill_requested_ticks;
}

/* Runs the main loop until the watched container has ended, for a second at most; returns when that was. */
static uint32_t run_until_watched_ended(void)
{
    uint32_t ended_ticks = board_ticks();
    uint64_t end_us = demo_now_us() + US_PER_S;
    bool ended = false;
    while (!ended && demo_now_us() < end_us) {
        firmware_round();
        ended = demo_watch_ended(&ended_ticks);
    }
    demo_check(ended, "a container that was asked to stop ends");
    return ended_ticks;
}

/* Ticks from the deadline of a stop to the end of a container that doesn't heed it. */
static uint32_t stop_at_deadline(struct sampan_runtime *rt, uint32_t id)
{
    uint32_t asked_ticks = board_ticks();
    uint64_t asked_us = demo_now_us();
    demo_watch_begin(rt, id);
    demo_check(sampan_container_stop(rt, id, asked_us + STOP_DELAY_US) == SAMPAN_STATUS_OK, "a stop is taken");
    uint32_t ended_ticks = run_until_watched_ended();
    demo_check_ended(rt, id, SAMPAN_EXIT_KIND_KILLED, 0);
    uint32_t deadline_ticks = asked_ticks + STOP_DELAY_US * (board_ticks_hz() / US_PER_S);
    int32_t late_ticks = (int32_t)(ended_ticks - deadline_ticks);
    demo_check(late_ticks >= -(int32_t)(board_ticks_hz() / US_PER_S), "no container is killed before its deadline");
    return late_ticks > 0 ? (uint32_t)late_ticks : 0;
}

/* Ticks from a stop to the end of a container that heeds it. */
static uint32_t stop_heeded(struct sampan_runtime *rt, uint32_t id)
{
    uint32_t asked_ticks = board_ticks();
    demo_watch_begin(rt, id);
    demo_check(sampan_container_stop(rt, id, demo_now_us() + US_PER_S) == SAMPAN_STATUS_OK, "a stop is taken");
    uint32_t ended_ticks = run_until_watched_ended();
    demo_check_ended(rt, id, SAMPAN_EXIT_KIND_STOPPED, 7);
    return ended_ticks - asked_ticks;
}

struct latency_case {
    const char *doing;
    const char *by;
    struct signed_image images[2]; /* for the packed engine, for wasmi */
    uint32_t (*end)(struct sampan_runtime *rt, uint32_t id);
};

#define SUBJECT(name)                                                        \
    {                                                                        \
        { signed_subject_##name##_packed, &signed_subject_##name##_packed_len }, \
        { signed_subject_##name##_wasmi, &signed_subject_##name##_wasmi_len } \
    }

static const struct latency_case cases[] = {
    { "busy-loop", "kill", SUBJECT(rogue_loop), demo_kill_from_interrupt },
    { "sleep", "kill", SUBJECT(sleeper), demo_kill_from_interrupt },
    { "host-call", "kill", SUBJECT(waiter), demo_kill_from_interrupt },
    { "busy-loop", "stop-deadline", SUBJECT(rogue_loop), stop_at_deadline },
    { "sleep", "stop-deadline", SUBJECT(sleeper), stop_at_deadline },
    { "host-call", "stop-deadline", SUBJECT(waiter), stop_at_deadline },
    { "sleep", "stop-heeded", SUBJECT(stopper), stop_heeded },
};

static void measure(struct sampan_runtime *rt, const char *engine, const struct latency_case *one,
                    struct signed_image image)
{
    uint32_t most_ticks = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t id;
        if (!demo_start(rt, image, &id)) {
            return;
        }
        withheld_container = id;
        demo_run_ms(5 + 3 * round);
        uint32_t taken_ticks = one->end(rt, id);
        if (taken_ticks > most_ticks) {
            most_ticks = taken_ticks;
        }
        demo_check(sampan_container_remove(rt, id) == SAMPAN_STATUS_OK, "an ended container is removed");
        calls_forget(id);
    }
    uint32_t slice_insn = demo_slice_longest_insn();
    bool within = demo_insn(most_ticks) <= slice_insn + DEMO_LOOP_INSN;
    demo_check(within, "a container ends within a slice");
    print("latency engine=%-6s doing=%-9s by=%-13s worst_insn=%-7u slice_insn=%-7u rounds=%u within_slice=%s\n", engine,
          one->doing, one->by, (unsigned)demo_insn(most_ticks), (unsigned)slice_insn, (unsigned)ROUNDS,
          within ? "yes" : "no");
}

void demo_latency_run(struct sampan_runtime *rt)
{
    static const char *const engines[] = { "packed", "wasmi" };
    static const uint32_t slice_max_insn[] = { DEMO_SLICE_MAX_INSN, DEMO_SLICE_MAX_WASMI_INSN };
    for (size_t engine = 0; engine < 2; engine++) {
        demo_slice_restart(); /* so that neither engine is held to the slices of the other */
        for (size_t idx = 0; idx < sizeof cases / sizeof cases[0]; idx++) {
            measure(rt, engines[engine], &cases[idx], cases[idx].images[engine]);
        }
        demo_check(demo_slice_longest_insn() <= slice_max_insn[engine], "a slice is as short as it should be");
    }
}
