/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_steps.h"

#include "demo_report.h"
#include "firmware.h"
#include "heartbeat.h"
#include "print.h"
#include "sampan_baremetal.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };

uint64_t demo_now_us(void)
{
    const struct sampan_platform *platform = sampan_baremetal_platform();
    return platform->now_us(platform->ctx);
}

void demo_run_ms(uint32_t duration_ms)
{
    uint64_t end_us = demo_now_us() + (uint64_t)duration_ms * 1000;
    while (demo_now_us() < end_us) {
        firmware_round();
    }
}

void demo_run_until_step_done(struct sampan_runtime *rt)
{
    while (!heartbeat_pending()) {
        firmware_round();
    }
    sampan_runtime_wake(rt); /* so that the round, which takes the beat, doesn't sleep until the next one */
    firmware_round();
}

bool demo_start(struct sampan_runtime *rt, const char *name, const uint8_t *image, uint32_t image_len,
                uint32_t memory_limit, uint32_t *out_id)
{
    const struct sampan_container_options options = {
        .size = sizeof options,
        .permissions = permissions,
        .permissions_len = sizeof permissions / sizeof permissions[0],
        .name = name,
        .memory_limit = memory_limit,
    };
    demo_run_until_step_done(rt);
    sampan_status status = sampan_container_create(rt, image, image_len, &options, out_id);
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_container_start(rt, *out_id);
    }
    if (status != SAMPAN_STATUS_OK) {
        print("%s: %s\n", name, sampan_status_text(status));
    }
    demo_check(status == SAMPAN_STATUS_OK, "a container starts");
    return status == SAMPAN_STATUS_OK;
}

void demo_check_ended(struct sampan_runtime *rt, uint32_t id, uint8_t exit_kind, int32_t exit_code)
{
    struct sampan_container_status status = { .size = sizeof status };
    demo_check(sampan_container_status(rt, id, &status) == SAMPAN_STATUS_OK && status.exit_kind == exit_kind &&
                   status.exit_code == exit_code,
               "a container ends for the right reason");
}
