/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_report.h"

#include <string.h>

#include "board.h"
#include "firmware.h"
#include "heartbeat.h"
#include "print.h"

enum { NS_PER_S = 1000000000 };

static uint32_t checks_made;
static uint32_t checks_failed;

static uint32_t beats_at_begin;
static uint32_t slice_most_ticks;         /* since demo_jitter_begin */
static uint32_t slice_longest_ticks;      /* since demo_slice_restart */

static struct sampan_runtime *watched_runtime;
static uint32_t watched_id;
static uint32_t watch_ended_ticks;
static bool watch_ended;

uint32_t demo_insn(uint32_t ticks)
{
    return ticks * (NS_PER_S / board_ticks_hz());
}

void demo_check(bool held, const char *what)
{
    checks_made++;
    if (!held) {
        checks_failed++;
        print("check failed: %s\n", what);
    }
}

uint32_t demo_checks_made(void)
{
    return checks_made;
}

uint32_t demo_checks_failed(void)
{
    return checks_failed;
}

static void watch_look(void)
{
    struct sampan_container_status status = { .size = sizeof status };
    uint32_t now_ticks = board_ticks();
    if (watched_id != 0 && !watch_ended &&
        sampan_container_status(watched_runtime, watched_id, &status) == SAMPAN_STATUS_OK &&
        status.exit_kind != SAMPAN_EXIT_KIND_NONE) {
        watch_ended = true;
        watch_ended_ticks = now_ticks;
    }
}

/* The linker puts this in the place of sampan_runtime_poll, so that every slice of the firmware is measured. */
sampan_status __real_sampan_runtime_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us);
sampan_status __wrap_sampan_runtime_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us);

sampan_status __wrap_sampan_runtime_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us)
{
    uint32_t begun_ticks = board_ticks();
    sampan_status status = __real_sampan_runtime_poll(rt, out_deadline_us);
    uint32_t taken_ticks = board_ticks() - begun_ticks;
    if (taken_ticks > slice_most_ticks) {
        slice_most_ticks = taken_ticks;
    }
    if (taken_ticks > slice_longest_ticks) {
        slice_longest_ticks = taken_ticks;
    }
    watch_look();
    return status;
}

void demo_jitter_begin(void)
{
    struct heartbeat_report heartbeat;
    struct firmware_loop_report loop;
    heartbeat_read(&heartbeat, true);
    firmware_loop_read(&loop, true);
    beats_at_begin = heartbeat.beats;
    slice_most_ticks = 0;
}

void demo_jitter_end(struct demo_jitter *out_jitter)
{
    struct heartbeat_report heartbeat;
    struct firmware_loop_report loop;
    heartbeat_read(&heartbeat, false);
    firmware_loop_read(&loop, false);
    out_jitter->beats = heartbeat.beats - beats_at_begin;
    out_jitter->heartbeat_insn = demo_insn(heartbeat.late_most_ticks - heartbeat.late_least_ticks);
    out_jitter->control_insn = demo_insn(loop.late_most_ticks);
    out_jitter->slice_insn = demo_insn(slice_most_ticks);
}

void demo_slice_restart(void)
{
    slice_longest_ticks = 0;
}

uint32_t demo_slice_longest_insn(void)
{
    return demo_insn(slice_longest_ticks);
}

void demo_watch_begin(struct sampan_runtime *rt, uint32_t id)
{
    watched_runtime = rt;
    watched_id = id;
    watch_ended = false;
}

bool demo_watch_ended(uint32_t *out_ticks)
{
    *out_ticks = watch_ended_ticks;
    return watch_ended;
}

const char *demo_engine_text(uint8_t engine)
{
    switch (engine) {
    case SAMPAN_ENGINE_KIND_WASMI:
        return "wasmi";
    case SAMPAN_ENGINE_KIND_PACKED:
        return "packed";
    case SAMPAN_ENGINE_KIND_NATIVE:
        return "native";
    default:
        return "unknown";
    }
}

void demo_row_refused(const char *name, const char *why, struct demo_row *out_row)
{
    *out_row = (struct demo_row){ .engine = "none", .state = "refused" };
    strncpy(out_row->name, name, sizeof out_row->name - 1);
    strncpy(out_row->exit, why, sizeof out_row->exit - 1);
}

void demo_row_read(struct sampan_runtime *rt, uint32_t id, struct demo_row *out_row)
{
    struct sampan_container_status status = { .size = sizeof status };
    memset(out_row, 0, sizeof *out_row);
    out_row->stats.size = sizeof out_row->stats;
    demo_check(sampan_container_status(rt, id, &status) == SAMPAN_STATUS_OK, "a container tells its status");
    demo_check(sampan_container_stats(rt, id, &out_row->stats) == SAMPAN_STATUS_OK, "a container tells its figures");
    memcpy(out_row->name, status.name, sizeof out_row->name);
    out_row->engine = demo_engine_text(status.engine);
    out_row->state = sampan_state_text(status.state);
    if (status.exit_kind == SAMPAN_EXIT_KIND_NONE) {
        strcpy(out_row->exit, "none");
        return;
    }
    size_t len = sampan_exit_text(status.exit_kind, status.exit_code, out_row->exit, sizeof out_row->exit - 1);
    out_row->exit[len < sizeof out_row->exit ? len : sizeof out_row->exit - 1] = '\0';
}

void demo_row_print(const struct demo_row *row)
{
    const struct sampan_container_stats *stats = &row->stats;
    print("table name=%-15s engine=%-6s state=%-8s memory_used=%-6u memory_peak=%-6u memory_limit=%-6u linear=%-5u",
          row->name, row->engine, row->state, (unsigned)stats->memory_used, (unsigned)stats->memory_peak,
          (unsigned)stats->memory_limit, (unsigned)stats->memory_linear);
    print(" fuel=%-9llu cpu_us=%-7llu exit=\"%s\"\n", (unsigned long long)stats->fuel,
          (unsigned long long)stats->cpu_us, row->exit);
}
