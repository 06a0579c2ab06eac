/* SPDX-License-Identifier: Apache-2.0 */
/* A monitor that prints with plain printf what it reads from the oven. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

__attribute__((import_module("oven"), import_name("temperature"))) int32_t oven_temperature_mc(void);

int main(void)
{
    const struct timespec pause = { .tv_nsec = 250 * 1000 * 1000 };
    for (unsigned reading = 1;; reading++) {
        int32_t mc = oven_temperature_mc();
        printf("reading %u: the oven has %d.%03d degrees\n", reading, (int)(mc / 1000), (int)(mc % 1000));
        nanosleep(&pause, NULL);
    }
}
