/* SPDX-License-Identifier: Apache-2.0 */
#include "sampan_lift_baremetal.h"

#include "sampan_baremetal.h"

uint64_t sampan_lift_baremetal_now_us(void *ctx)
{
    (void)ctx;
    const struct sampan_platform *platform = sampan_baremetal_platform();
    return platform->now_us(platform->ctx);
}

void sampan_lift_baremetal_wait(void *ctx, uint64_t deadline_us)
{
    uint64_t due_us;
    if (sampan_baremetal_poll(ctx, &due_us) == SAMPAN_STATUS_OK) {
        sampan_baremetal_wait(due_us < deadline_us ? due_us : deadline_us);
    }
}
