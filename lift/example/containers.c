/* SPDX-License-Identifier: Apache-2.0 */
/* All that the gateway's firmware got for the lift, beside the generated shim. */
#include "containers.h"

#include "board.h"
#include "print.h"
#include "sampan_baremetal.h"
#include "sampan_lift.h"

extern struct sampan_lift lz4_lift; /* in the shim */
extern const uint8_t image_lifted[];
extern const uint32_t image_lifted_len;

static uint8_t arena[12 * 1024] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;

static uint64_t now_us(void *ctx)
{
    (void)ctx;
    const struct sampan_platform *platform = sampan_baremetal_platform();
    return platform->now_us(platform->ctx);
}

/* The superloop's turn, taken from within a call of the library. */
static void wait(void *ctx, uint64_t deadline_us)
{
    (void)ctx;
    uint64_t due_us;
    if (sampan_baremetal_poll(runtime, &due_us) == SAMPAN_STATUS_OK) {
        sampan_baremetal_wait(due_us < deadline_us ? due_us : deadline_us);
    }
}

void containers_init(void)
{
    struct sampan_lift_options options = {
        .image = image_lifted, .image_len = image_lifted_len, .now_us = now_us, .wait = wait, .limit_us = 100000,
    };
    sampan_status status = sampan_baremetal_init(arena, sizeof arena, &runtime);
    options.runtime = runtime;
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_lift_start(&lz4_lift, &options);
    }
    if (status != SAMPAN_STATUS_OK) {
        print("containers: %s\n", sampan_status_text(status));
        board_exit(1);
    }
}
