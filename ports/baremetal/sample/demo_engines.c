/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_engines.h"

#include <stddef.h>

#include "board.h"
#include "demo_latency.h"
#include "demo_report.h"
#include "demo_steps.h"
#include "firmware.h"
#include "print.h"
#include "signed_images.h"

enum {
    LIFE_MAX_US = 5000000,
    INSN_A_US = 1000,
};

/* main of guests/compute.c, compiled for this processor. */
int compute_natively(void);

struct engine_case {
    uint8_t kind;
    struct signed_image image;
};

static const struct engine_case cases[] = {
    { SAMPAN_ENGINE_KIND_PACKED, { signed_compute_packed, &signed_compute_packed_len } },
    { SAMPAN_ENGINE_KIND_WASMI, { signed_compute_wasmi, &signed_compute_wasmi_len } },
};

struct engine_cost {
    uint32_t verify_insn;
    uint32_t load_insn; /* once it's verified */
    uint32_t run_insn;
    struct sampan_container_stats stats;
};

static bool has_ended(struct sampan_runtime *rt, uint32_t id)
{
    struct sampan_container_status status = { .size = sizeof status };
    return sampan_container_status(rt, id, &status) == SAMPAN_STATUS_OK && status.exit_kind != SAMPAN_EXIT_KIND_NONE;
}

static void check_engine(struct sampan_runtime *rt, uint32_t id, uint8_t kind)
{
    struct sampan_container_status status = { .size = sizeof status };
    demo_check(sampan_container_status(rt, id, &status) == SAMPAN_STATUS_OK && status.engine == kind,
               "an image goes to its engine");
}

/* The program in a container, from load to end. */
static void measure(struct sampan_runtime *rt, const struct engine_case *one, int32_t result,
                    struct engine_cost *out_cost)
{
    struct sampan_image_info info = { .size = sizeof info };
    uint32_t id;
    *out_cost = (struct engine_cost){ .stats = { .size = sizeof out_cost->stats } };
    demo_run_until_step_done(rt);
    demo_beats_hold(true);
    uint32_t begun_ticks = board_ticks();
    sampan_status status = sampan_image_verify(rt, one->image.bytes, *one->image.len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info);
    out_cost->verify_insn = demo_insn(board_ticks() - begun_ticks);
    demo_check(status == SAMPAN_STATUS_OK, "an image verifies");
    demo_run_until_step_done(rt);
    begun_ticks = board_ticks();
    status = sampan_image_create(rt, one->image.bytes, *one->image.len, &id);
    uint32_t created_insn = demo_insn(board_ticks() - begun_ticks);
    demo_beats_hold(false);
    /* Both verify, and what tells of an image reads it once more. */
    out_cost->load_insn = created_insn > out_cost->verify_insn ? created_insn - out_cost->verify_insn : 0;
    demo_check(status == SAMPAN_STATUS_OK, "a program is loaded");
    if (status != SAMPAN_STATUS_OK) {
        return;
    }
    check_engine(rt, id, one->kind);
    demo_check(sampan_container_start(rt, id) == SAMPAN_STATUS_OK, "a container starts");
    uint64_t end_us = demo_now_us() + LIFE_MAX_US;
    while (!has_ended(rt, id) && demo_now_us() < end_us) {
        firmware_round();
    }
    demo_check_ended(rt, id, SAMPAN_EXIT_KIND_EXITED, result);
    demo_check(sampan_container_stats(rt, id, &out_cost->stats) == SAMPAN_STATUS_OK, "a container tells its figures");
    out_cost->run_insn = (uint32_t)(out_cost->stats.cpu_us * INSN_A_US);
    demo_check(sampan_container_remove(rt, id) == SAMPAN_STATUS_OK, "an ended container is removed");
}

/* Prints `key=`, and how many times `part` goes into `whole`. */
static void print_times(const char *key, uint32_t whole, uint32_t part)
{
    uint64_t hundredths = part > 0 ? ((uint64_t)whole * 100 + part / 2) / part : 0;
    print(" %s=%u.%02u", key, (unsigned)(hundredths / 100), (unsigned)(hundredths % 100));
}

void demo_engines_run(struct sampan_runtime *rt)
{
    struct engine_cost costs[sizeof cases / sizeof cases[0]];
    demo_run_until_step_done(rt); /* so that no beat comes while the native one runs */
    uint32_t begun_ticks = board_ticks();
    int32_t result = compute_natively();
    uint32_t native_insn = demo_insn(board_ticks() - begun_ticks);
    print("engine name=native run_insn=%u\n", (unsigned)native_insn);
    for (size_t idx = 0; idx < sizeof cases / sizeof cases[0]; idx++) {
        const struct sampan_container_stats *stats = &costs[idx].stats;
        measure(rt, &cases[idx], result, &costs[idx]);
        print("engine name=%-6s run_insn=%-9u", demo_engine_text(cases[idx].kind), (unsigned)costs[idx].run_insn);
        print_times("times_native", costs[idx].run_insn, native_insn);
        print(" verify_insn=%u load_insn=%-7u memory_peak=%-5u memory_limit=%-5u linear=%u\n", (unsigned)costs[idx].verify_insn,
              (unsigned)costs[idx].load_insn,
              (unsigned)stats->memory_peak, (unsigned)stats->memory_limit, (unsigned)stats->memory_linear);
    }
    print("engine");
    print_times("wasmi_to_packed", costs[1].run_insn, costs[0].run_insn);
    print("\n");
    demo_check(costs[0].run_insn < costs[1].run_insn, "the packed engine is the faster one");
    demo_check(costs[0].load_insn < costs[1].load_insn, "it loads faster");
    demo_check(costs[0].stats.memory_peak < costs[1].stats.memory_peak, "it takes less memory");
}
