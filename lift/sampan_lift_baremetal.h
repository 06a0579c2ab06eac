/* SPDX-License-Identifier: Apache-2.0 */
/* How callers of a lifted library wait in a superloop, for struct sampan_lift_options; `ctx` is the runtime. */
#ifndef SAMPAN_LIFT_BAREMETAL_H
#define SAMPAN_LIFT_BAREMETAL_H

#include <stdint.h>

/* The platform's clock. Any context. */
uint64_t sampan_lift_baremetal_now_us(void *ctx);

/* Polls the runtime once, and sleeps until the next deadline, its own or the caller's. Thread context. */
void sampan_lift_baremetal_wait(void *ctx, uint64_t deadline_us);

#endif
