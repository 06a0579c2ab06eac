/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's port to the host: each task is a thread, one of which runs, and the tick is a signal.
 *
 * The port of Sampan gets no counter here, so the tick alone tells the time. Output goes past stdio, whose locks
 * know nothing of the kernel.
 */
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "FreeRTOS.h"
#include "devices.h"
#include "target.h"
#include "task.h"

const uint32_t target_clock_step_us = 1000000 / configTICK_RATE_HZ;
/* The host may have other work; a wrong unit would still be seen. */
const uint32_t target_slack_us = 500000;
const uint32_t target_near_wrap_us = 0;

/* A thread's own, since the kernel may switch to another one from within the hook. */
static _Thread_local volatile long in_tick;

long host_in_interrupt(void)
{
    return in_tick;
}

/* The tick has 64 bits here. */
void (*const target_clock_near_wrap)(void) = NULL;

static int32_t entropy(uint8_t *buf, size_t len)
{
    return getentropy(buf, len);
}

const struct sampan_freertos_hooks target_hooks = { .entropy = entropy, .put = target_put };

const struct conformance_wiring *const target_wiring = &host_wiring;

struct sampan_freertos_hooks target_hooks_with_devices(void)
{
    struct sampan_freertos_hooks hooks = target_hooks;
    hooks.wall_us = host_wall_us;
    hooks.devices = host_devices;
    hooks.devices_len = HOST_DEVICES_LEN;
    hooks.flash = host_flash_make();
    hooks.net = &host_net;
    return hooks;
}

void target_init(void)
{
}

void target_put(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t done = write(STDOUT_FILENO, text, len);
        if (done <= 0) {
            abort();
        }
        text += done;
        len -= (size_t)done;
    }
}

_Noreturn void target_exit(int code)
{
    _exit(code);
}

void vApplicationTickHook(void)
{
    in_tick = 1;
    target_interrupt_serve();
    host_devices_serve();
    in_tick = 0;
}

/*
 * The tick's signal ends the sleep. ThreadSanitizer also needs a call here: it holds signals back until the thread's next
 * call that it intercepts.
 */
void vApplicationIdleHook(void)
{
    usleep(100);
}
