/* SPDX-License-Identifier: Apache-2.0 */
/* All that the gateway's firmware got for the lift, beside the generated shim. */
#include "containers.h"

#include "board.h"
#include "print.h"
#include "sampan_baremetal.h"
#include "sampan_lift.h"
#include "sampan_lift_baremetal.h"

extern struct sampan_lift lz4_lift; /* in the shim */
extern const uint8_t image_lifted[];
extern const uint32_t image_lifted_len;

static uint8_t arena[12 * 1024] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;

void containers_init(void)
{
    struct sampan_lift_options options = {
        .image = image_lifted, .image_len = image_lifted_len, .now_us = sampan_lift_baremetal_now_us,
        .wait = sampan_lift_baremetal_wait, .limit_us = 100000,
    };
    sampan_status status = sampan_baremetal_init(arena, sizeof arena, &runtime);
    options.runtime = runtime;
    options.ctx = runtime;
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_lift_start(&lz4_lift, &options);
    }
    if (status != SAMPAN_STATUS_OK) {
        print("containers: %s\n", sampan_status_text(status));
        board_exit(1);
    }
}
