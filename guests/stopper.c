/* SPDX-License-Identifier: Apache-2.0 */
/* Heeds a stop: its sleep ends early when one is asked, and then it leaves with code 7. */
#include <stdint.h>
#include <time.h>

__attribute__((import_module("sampan:lifecycle"), import_name("stop-requested"))) int32_t stop_requested(void);

int main(void)
{
    const struct timespec hour = { .tv_sec = 3600 };
    while (!stop_requested()) {
        nanosleep(&hour, NULL);
    }
    return 7;
}
