/* SPDX-License-Identifier: Apache-2.0 */
/* The exception that polls, under the name that the board's vectors have for it. */
#include "exception.h"

#include "arch.h"
#include "sampan_baremetal.h"
#include "sampan_interrupt.h"

static volatile uint32_t entries;
static volatile uint32_t entries_locked;

#if defined(__riscv)
#define EXCEPTION_HANDLER Software_Handler
#else
#define EXCEPTION_HANDLER PendSV_Handler
#endif

void EXCEPTION_HANDLER(void);

void EXCEPTION_HANDLER(void)
{
    const struct sampan_platform *platform = sampan_baremetal_platform();
    entries++;
    if (platform->lock(platform->ctx) == SAMPAN_STATUS_OK) {
        platform->unlock(platform->ctx);
    } else {
        entries_locked++;
    }
    sampan_interrupt_serve();
}

uint32_t exception_entries(void)
{
    return entries;
}

uint32_t exception_entries_locked(void)
{
    return entries_locked;
}
