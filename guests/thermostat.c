/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a room at 21 degrees, give or take half a one: reads a sensor and switches a heater of the firmware's. */
#include <stdint.h>
#include <time.h>

__attribute__((import_module("room"), import_name("temperature"))) int32_t room_temperature_mc(void);
__attribute__((import_module("room"), import_name("heat"))) void room_heat(int32_t on);

enum { WANTED_MC = 21000, BAND_MC = 500 };

int main(void)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
    for (;;) {
        int32_t mc = room_temperature_mc();
        if (mc < WANTED_MC - BAND_MC) {
            room_heat(1);
        } else if (mc > WANTED_MC + BAND_MC) {
            room_heat(0);
        }
        nanosleep(&pause, NULL);
    }
}
