/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A control program: takes an oven through a profile of setpoints.
 *
 * It sees the oven through two functions that the firmware offers, and moves on once the oven has come
 * near the step's temperature. The closed loop itself stays native.
 */
#include <stdint.h>
#include <time.h>

__attribute__((import_module("oven"), import_name("temperature"))) int32_t oven_temperature_mc(void);
__attribute__((import_module("oven"), import_name("set-setpoint"))) int32_t oven_set_setpoint_mc(int32_t mc);

static const int32_t profile_mc[] = { 45000, 60000, 52000 };

enum { STEPS = sizeof profile_mc / sizeof profile_mc[0], NEAR_MC = 500 };

int main(void)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
    for (uint32_t step = 0;; step = (step + 1) % STEPS) {
        if (oven_set_setpoint_mc(profile_mc[step]) != 0) {
            return 1;
        }
        int32_t away_mc;
        do {
            nanosleep(&pause, NULL);
            away_mc = oven_temperature_mc() - profile_mc[step];
        } while (away_mc > NEAR_MC || away_mc < -NEAR_MC);
    }
}
