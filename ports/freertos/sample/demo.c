/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rogues, all at once and over and over, beside native tasks of higher, equal and lower priority than the runtime's:
 * every task keeps its period.
 *
 * It only calls the public API, in the runtime's task; nothing here is needed to use containers.
 */
#include "demo.h"

#include "board.h"
#include "firmware.h"
#include "images.h"
#include "print.h"
#include "sampan_freertos.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };

enum {
    STORY_PRIORITY = 6,
    STORY_STACK_WORDS = 512,
    ALONE_MS = 400,
    ROGUES_MS = 1200,
    RESTART_MS = 50,
};

struct rogue {
    const char *name;
    const uint8_t *image;
    const uint32_t *image_len;
    uint32_t memory_limit;
    uint8_t exit_kind; /* how it ends whenever it ends; KILLED for the one that never does */
    int32_t exit_code;
    uint32_t id;
    uint32_t ended;
};

static struct rogue rogues[] = {
    { "rogue-write", module_rogue_write, &module_rogue_write_len, 0, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS, 0, 0 },
    { "rogue-loop", module_rogue_loop, &module_rogue_loop_len, 0, SAMPAN_EXIT_KIND_KILLED, 0, 0, 0 },
    { "rogue-recursion", module_rogue_recursion, &module_rogue_recursion_len, 0, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_STACK_OVERFLOW, 0, 0 },
    { "rogue-memory", module_rogue_memory, &module_rogue_memory_len, 24 * 1024, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_UNREACHABLE, 0, 0 },
};

enum { ROGUES = sizeof rogues / sizeof rogues[0] };

/* How late a task may be, in microseconds: a container's slice counts for none of them but those below the runtime. */
static struct {
    struct periodic *periodic;
    const char *against_runtime;
    uint32_t late_max_us;
} const natives[] = {
    { &sensor, "higher", 100 },
    { &control, "equal", 2000 },
    { &console, "lower", 14000 },
    { &telemetry, "lower", 14000 },
};

enum { NATIVES = sizeof natives / sizeof natives[0] };

static struct sampan_runtime *runtime;
static uint32_t checks_failed;
static size_t used_before;

extern uint8_t __flash_used[], __ram_used[];

static void check(bool held, const char *what)
{
    if (!held) {
        checks_failed++;
        print("failed: %s\n", what);
    }
}

static size_t arena_used(void)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    check(sampan_runtime_stats(runtime, &stats) == SAMPAN_STATUS_OK, "the runtime tells its figures");
    return stats.arena_used;
}

static sampan_status rogues_create(void *ctx)
{
    uint32_t id;
    (void)ctx;
    used_before = arena_used();
    for (size_t idx = 0; idx < ROGUES; idx++) {
        struct rogue *rogue = &rogues[idx];
        const struct sampan_container_options options = {
            .size = sizeof options,
            .permissions = permissions,
            .permissions_len = sizeof permissions / sizeof permissions[0],
            .name = rogue->name,
            .memory_limit = rogue->memory_limit,
        };
        check(sampan_container_create(runtime, rogue->image, *rogue->image_len, &options, &rogue->id) == SAMPAN_STATUS_OK &&
                  sampan_container_start(runtime, rogue->id) == SAMPAN_STATUS_OK,
              rogue->name);
    }
    check(sampan_container_create(runtime, module_rogue_import, module_rogue_import_len, NULL, &id) ==
              SAMPAN_STATUS_UNKNOWN_IMPORT,
          "a call that wasn't given is refused");
    return SAMPAN_STATUS_OK;
}

/* Whoever has ended begins again. */
static sampan_status rogues_restart(void *ctx)
{
    (void)ctx;
    for (size_t idx = 0; idx < ROGUES; idx++) {
        struct rogue *rogue = &rogues[idx];
        struct sampan_container_status status = { .size = sizeof status };
        check(sampan_container_status(runtime, rogue->id, &status) == SAMPAN_STATUS_OK, "a rogue tells its status");
        if (status.exit_kind == SAMPAN_EXIT_KIND_NONE) {
            continue;
        }
        check(status.exit_kind == rogue->exit_kind && status.exit_code == rogue->exit_code, "a rogue ends as it should");
        rogue->ended++;
        check(sampan_container_restart(runtime, rogue->id) == SAMPAN_STATUS_OK, "a rogue begins again");
    }
    return SAMPAN_STATUS_OK;
}

static sampan_status rogues_remove(void *ctx)
{
    struct sampan_container_stats stats = { .size = sizeof stats };
    (void)ctx;
    for (size_t idx = 0; idx < ROGUES; idx++) {
        sampan_container_stats(runtime, rogues[idx].id, &stats);
        print("rogue name=%-15s ended=%-3u slices=%u\n", rogues[idx].name, (unsigned)rogues[idx].ended,
              (unsigned)stats.activations);
        check(stats.activations > 0, "a rogue has run");
        sampan_container_kill(runtime, rogues[idx].id); /* it may have ended */
        check(sampan_container_remove(runtime, rogues[idx].id) == SAMPAN_STATUS_OK, "a rogue is removed");
    }
    check(arena_used() == used_before, "their memory comes back whole");
    return SAMPAN_STATUS_OK;
}

static void natives_restart(void)
{
    struct periodic_report report;
    for (size_t idx = 0; idx < NATIVES; idx++) {
        periodic_read(natives[idx].periodic, &report, true);
    }
}

static void natives_report(const char *during, uint32_t ms)
{
    for (size_t idx = 0; idx < NATIVES; idx++) {
        struct periodic *periodic = natives[idx].periodic;
        struct periodic_report report;
        periodic_read(periodic, &report, false);
        uint32_t steps = ms / periodic->period_ticks;
        bool kept = report.steps + 1 >= steps && report.steps <= steps + 1 && report.late_most_us <= natives[idx].late_max_us;
        print("native during=%-6s task=%-9s priority=%-6s steps=%-3u late_most_us=%-5u stack_unused=%-4u kept=%s\n", during,
              periodic->name, natives[idx].against_runtime, (unsigned)report.steps, (unsigned)report.late_most_us,
              (unsigned)report.stack_unused, kept ? "yes" : "no");
        check(kept, periodic->name);
        check(report.stack_unused > 0, "a task's stack is enough");
    }
}

static sampan_status memory_report(void *ctx)
{
    (void)ctx;
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    size_t unused = sampan_freertos_stack_unused();
    check(sampan_runtime_stats(runtime, &stats) == SAMPAN_STATUS_OK, "the runtime tells its figures");
    print("memory flash_used=%u ram_used=%u\n", (unsigned)(uintptr_t)__flash_used, (unsigned)(uintptr_t)__ram_used);
    print("stack task=sampan len=%u used=%u\n", (unsigned)SAMPAN_FREERTOS_STACK_LEN,
          (unsigned)(SAMPAN_FREERTOS_STACK_LEN - unused));
    print("arena len=%u peak=%u engine_stack_len=%u engine_stack_peak=%u\n", (unsigned)stats.arena_len,
          (unsigned)stats.arena_peak, (unsigned)stats.engine_stack_len, (unsigned)stats.engine_stack_peak);
    check(unused > 0, "the runtime's stack is enough");
    return SAMPAN_STATUS_OK;
}

static void story_run(void *ctx)
{
    (void)ctx;
    vTaskDelay(ALONE_MS / 4);
    natives_restart();
    vTaskDelay(ALONE_MS);
    natives_report("calm", ALONE_MS);
    natives_restart();
    TickType_t begun = xTaskGetTickCount();
    sampan_freertos_call(rogues_create, NULL);
    for (uint32_t ms = 0; ms < ROGUES_MS; ms += RESTART_MS) {
        vTaskDelay(RESTART_MS);
        sampan_freertos_call(rogues_restart, NULL);
    }
    natives_report("rogues", xTaskGetTickCount() - begun);
    sampan_freertos_call(rogues_remove, NULL);
    sampan_freertos_call(memory_report, NULL);
    print("demo failed=%u result=%s\n", (unsigned)checks_failed, checks_failed == 0 ? "passed" : "failed");
    board_exit(checks_failed == 0 ? 0 : 1);
}

void demo_start(struct sampan_runtime *rt)
{
    static StackType_t stack[STORY_STACK_WORDS];
    static StaticTask_t storage;
    runtime = rt;
    xTaskCreateStatic(story_run, "story", STORY_STACK_WORDS, NULL, STORY_PRIORITY, stack, &storage);
}
