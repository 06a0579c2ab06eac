/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The story that the demonstration tells: useful containers at work beside native firmware, five rogues
 * contained one after the other, how fast a container can be ended, and what it all took. All of them come in signed
 * images, on a runtime that takes nothing else.
 *
 * It only calls the public API and the firmware's main loop; nothing here is needed to use containers.
 */
#include "demo.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "controller.h"
#include "demo_engines.h"
#include "demo_latency.h"
#include "demo_owner.h"
#include "demo_report.h"
#include "demo_signed.h"
#include "demo_steps.h"
#include "firmware.h"
#include "plant.h"
#include "print.h"
#include "signed_images.h"

enum {
    USEFUL_MS = 1200,
    ROGUE_MS = 200,
};

struct rogue {
    const char *name;
    struct signed_image image;
    bool ends_by_itself; /* else it has to be killed */
    uint8_t exit_kind;
    int32_t exit_code;
};

static const struct rogue rogues[] = {
    { "rogue-write", { signed_rogue_write, &signed_rogue_write_len }, true, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS },
    { "rogue-loop", { signed_rogue_loop, &signed_rogue_loop_len }, false, SAMPAN_EXIT_KIND_KILLED, 0 },
    { "rogue-recursion", { signed_rogue_recursion, &signed_rogue_recursion_len }, true, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_STACK_OVERFLOW },
    { "rogue-memory", { signed_rogue_memory, &signed_rogue_memory_len }, true, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_UNREACHABLE },
};

enum { ROGUES = sizeof rogues / sizeof rogues[0], USEFUL = 3 };

static const char *const useful_names[USEFUL] = { "control", "printer", "waiter" };

static struct demo_row rogue_rows[ROGUES];

extern uint8_t __flash_used[], __flash_size[], __ram_used[], __ram_size[];

static uint32_t useful_id(struct sampan_runtime *rt, size_t idx)
{
    uint32_t id = 0;
    demo_check(sampan_container_find(rt, useful_names[idx], strlen(useful_names[idx]), &id) == SAMPAN_STATUS_OK,
               "a useful container is found by its name");
    return id;
}

static size_t arena_used(struct sampan_runtime *rt)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    demo_check(sampan_runtime_stats(rt, &stats) == SAMPAN_STATUS_OK, "the runtime tells its figures");
    return stats.arena_used;
}

/* Whether every useful container runs and has got further than `before`; updates `before`. */
static bool useful_go_on(struct sampan_runtime *rt, uint64_t before[USEFUL])
{
    bool go_on = true;
    for (size_t idx = 0; idx < USEFUL; idx++) {
        uint32_t id = useful_id(rt, idx);
        struct sampan_container_status status = { .size = sizeof status };
        struct sampan_container_stats stats = { .size = sizeof stats };
        go_on &= sampan_container_status(rt, id, &status) == SAMPAN_STATUS_OK &&
                 status.state == SAMPAN_CONTAINER_STATE_RUNNING &&
                 sampan_container_stats(rt, id, &stats) == SAMPAN_STATUS_OK && stats.activations > before[idx];
        before[idx] = stats.activations;
    }
    return go_on;
}

static void jitter_print(const struct demo_jitter *jitter)
{
    bool within = jitter->heartbeat_insn <= jitter->slice_insn &&
                  jitter->control_insn <= jitter->slice_insn + DEMO_LOOP_INSN;
    print(" beats=%-3u heartbeat_jitter_insn=%-6u control_late_insn=%-6u slice_insn=%-6u within_slice=%s\n",
          (unsigned)jitter->beats, (unsigned)jitter->heartbeat_insn, (unsigned)jitter->control_insn,
          (unsigned)jitter->slice_insn, within ? "yes" : "no");
    demo_check(jitter->beats > 0, "the heartbeat goes on");
    demo_check(jitter->slice_insn <= DEMO_SLICE_MAX_INSN, "a slice is as short as it should be");
    demo_check(within, "heartbeat and control loop are late by a slice at most");
}

static void show_useful(struct sampan_runtime *rt, uint64_t activations[USEFUL])
{
    uint32_t id;
    struct demo_jitter jitter;
    print("\n== Useful containers at work beside the control loop\n");
    demo_check(demo_beat_offer(rt) == SAMPAN_STATUS_OK, "oven.next-beat is offered");
    demo_start(rt, SIGNED(control), &id);
    demo_start(rt, SIGNED(printer), &id);
    demo_start(rt, SIGNED(waiter), &id); /* its image has the module alone: wasmi runs it */
    demo_run_until_step_done(rt);
    demo_jitter_begin();
    demo_run_ms(USEFUL_MS);
    demo_jitter_end(&jitter);
    bool go_on = useful_go_on(rt, activations);
    demo_check(go_on, "the useful containers run");
    /* 40 degrees is what the firmware starts with: another setpoint is the container's. */
    demo_check(controller_setpoint_mc() != 40000, "the control program has set the setpoint");
    print("oven setpoint_mc=%d temperature_mc=%d set_by=control\n", (int)controller_setpoint_mc(),
          (int)plant_temperature_mc());
    for (size_t idx = 0; idx < USEFUL; idx++) {
        struct sampan_container_stats stats = { .size = sizeof stats };
        sampan_container_stats(rt, useful_id(rt, idx), &stats);
        print("useful name=%-8s host_calls=%-4llu activations=%llu\n", useful_names[idx],
              (unsigned long long)stats.host_calls, (unsigned long long)stats.activations);
    }
    print("native during=useful");
    jitter_print(&jitter);
}

static void show_rogue(struct sampan_runtime *rt, const struct rogue *rogue, struct demo_row *out_row,
                       uint64_t activations[USEFUL])
{
    uint32_t id;
    struct demo_jitter jitter;
    size_t used_before = arena_used(rt);
    uint32_t kill_ticks = 0;
    demo_row_refused(rogue->name, "not created", out_row);
    if (!demo_create(rt, rogue->image, &id)) {
        return;
    }
    demo_jitter_begin();
    demo_check(sampan_container_start(rt, id) == SAMPAN_STATUS_OK, "a container starts");
    demo_run_ms(ROGUE_MS);
    if (!rogue->ends_by_itself) {
        kill_ticks = demo_kill_from_interrupt(rt, id);
    }
    demo_jitter_end(&jitter);
    demo_check_ended(rt, id, rogue->exit_kind, rogue->exit_code);
    demo_row_read(rt, id, out_row);
    demo_check(sampan_container_remove(rt, id) == SAMPAN_STATUS_OK, "an ended container is removed");
    bool returned = arena_used(rt) == used_before;
    bool others_go_on = useful_go_on(rt, activations);
    demo_check(returned, "its memory comes back whole");
    demo_check(others_go_on, "the useful containers go on");
    print("rogue name=%-15s state=%-7s exit=\"%s\"", out_row->name, out_row->state, out_row->exit);
    if (!rogue->ends_by_itself) {
        print(" kill_latency_insn=%u", (unsigned)demo_insn(kill_ticks));
    }
    print(" memory_returned=%s others_go_on=%s\n", returned ? "yes" : "no", others_go_on ? "yes" : "no");
    print("native during=%s", rogue->name);
    jitter_print(&jitter);
}

/* The fifth rogue never becomes a container: what it calls is checked before any of it runs. */
static void show_rogue_import(struct sampan_runtime *rt, uint64_t activations[USEFUL])
{
    struct demo_jitter jitter;
    uint32_t id;
    size_t used_before = arena_used(rt);
    demo_run_until_step_done(rt);
    demo_beats_hold(true);
    sampan_status status = sampan_image_create(rt, signed_rogue_import, signed_rogue_import_len, &id);
    demo_beats_hold(false);
    demo_run_until_step_done(rt);
    demo_jitter_begin();
    demo_run_ms(ROGUE_MS);
    demo_jitter_end(&jitter);
    bool returned = arena_used(rt) == used_before;
    bool others_go_on = useful_go_on(rt, activations);
    demo_check(status == SAMPAN_STATUS_UNKNOWN_IMPORT, "a call that wasn't given is refused");
    demo_check(returned, "its memory comes back whole");
    demo_check(others_go_on, "the useful containers go on");
    print("rogue name=%-15s state=%-7s exit=\"%s\" memory_returned=%s others_go_on=%s\n", "rogue-import", "refused",
          sampan_status_text(status), returned ? "yes" : "no", others_go_on ? "yes" : "no");
    print("native during=rogue-import");
    jitter_print(&jitter);
}

static void show_table(struct sampan_runtime *rt)
{
    struct demo_row row;
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    print("\n== All containers, and what was used\n");
    for (size_t idx = 0; idx < USEFUL; idx++) {
        demo_row_read(rt, useful_id(rt, idx), &row);
        demo_row_print(&row);
    }
    for (size_t idx = 0; idx < ROGUES; idx++) {
        demo_row_print(&rogue_rows[idx]);
    }
    demo_row_refused("rogue-import", sampan_status_text(SAMPAN_STATUS_UNKNOWN_IMPORT), &row);
    demo_row_print(&row);
    demo_check(sampan_runtime_stats(rt, &stats) == SAMPAN_STATUS_OK, "the runtime tells its figures");
    print("memory flash_used=%u flash_size=%u ram_used=%u ram_size=%u\n", (unsigned)(uintptr_t)__flash_used,
          (unsigned)(uintptr_t)__flash_size, (unsigned)(uintptr_t)__ram_used, (unsigned)(uintptr_t)__ram_size);
    print("arena len=%u used=%u peak=%u overhead_per_container=%u engine_stack_len=%u engine_stack_peak=%u\n",
          (unsigned)stats.arena_len, (unsigned)stats.arena_used, (unsigned)stats.arena_peak,
          (unsigned)stats.container_overhead, (unsigned)stats.engine_stack_len, (unsigned)stats.engine_stack_peak);
    demo_check(stats.container_overhead <= 512, "a container takes 512 bytes of the runtime at most");
}

static struct sampan_runtime *take_over(const struct demo_firmware *firmware)
{
    print("\n== Only what the owner's keys allow: vendor, two root keys, and the trust store that one of them has signed\n");
    demo_owner_take_over(firmware->runtime, firmware->arena, firmware->arena_len);
    for (size_t idx = 0; idx < 2; idx++) {
        demo_check(sampan_host_register(*firmware->runtime, firmware->functions[idx]) == SAMPAN_STATUS_OK,
                   "the oven's functions are offered");
    }
    return *firmware->runtime;
}

_Noreturn void demo_run(const struct demo_firmware *firmware)
{
    uint64_t activations[USEFUL] = { 0 };
    print("\n== Sampan %s on %s: one instruction is one nanosecond, one count of the timer is %u instructions\n",
          sampan_version(), BOARD_NAME, (unsigned)demo_insn(1));
    struct sampan_runtime *rt = take_over(firmware);
    show_useful(rt, activations);
    print("\n== Five rogues, one after the other\n");
    for (size_t idx = 0; idx < ROGUES; idx++) {
        show_rogue(rt, &rogues[idx], &rogue_rows[idx], activations);
    }
    show_rogue_import(rt, activations);
    print("\n== How long it takes to end a container, from the interrupt or the deadline\n");
    demo_latency_run(rt);
    print("\n== One program natively and on both engines, in instructions and bytes\n");
    demo_engines_run(rt);
    show_table(rt);
    print("\n== What is refused: plain, unsigned, altered, by a foreign key, outdated; and a key revoked\n");
    demo_beats_hold(true);
    demo_signed_run(rt);
    bool passed = demo_checks_failed() == 0;
    print("\ndemo checks=%u failed=%u result=%s\n", (unsigned)demo_checks_made(), (unsigned)demo_checks_failed(),
          passed ? "passed" : "failed");
    board_exit(passed ? 0 : 1);
}
