/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_steps.h"

#include "demo_latency.h"
#include "demo_report.h"
#include "firmware.h"
#include "heartbeat.h"
#include "print.h"
#include "sampan_baremetal.h"

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
    if (heartbeat_pending()) {
        firmware_round(); /* a beat that was due before isn't waited for */
    }
    while (!heartbeat_pending()) {
        firmware_round();
    }
    sampan_runtime_wake(rt); /* so that the round, which takes the beat, doesn't sleep until the next one */
    firmware_round();
}

bool demo_create(struct sampan_runtime *rt, struct signed_image image, uint32_t *out_id)
{
    demo_run_until_step_done(rt);
    demo_beats_hold(true);
    sampan_status status = sampan_image_create(rt, image.bytes, *image.len, out_id);
    demo_beats_hold(false);
    if (status != SAMPAN_STATUS_OK) {
        print("image: %s\n", sampan_status_text(status));
    }
    demo_check(status == SAMPAN_STATUS_OK, "an image verifies, and a container is made of it");
    demo_run_until_step_done(rt);
    return status == SAMPAN_STATUS_OK;
}

bool demo_start(struct sampan_runtime *rt, struct signed_image image, uint32_t *out_id)
{
    if (!demo_create(rt, image, out_id)) {
        return false;
    }
    bool started = sampan_container_start(rt, *out_id) == SAMPAN_STATUS_OK;
    demo_check(started, "a container starts");
    return started;
}

void demo_check_ended(struct sampan_runtime *rt, uint32_t id, uint8_t exit_kind, int32_t exit_code)
{
    struct sampan_container_status status = { .size = sizeof status };
    demo_check(sampan_container_status(rt, id, &status) == SAMPAN_STATUS_OK && status.exit_kind == exit_kind &&
                   status.exit_code == exit_code,
               "a container ends for the right reason");
}
