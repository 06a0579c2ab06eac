/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oven that is controlled: a heater, a mass, the room around it. Here a simulation stands in for the
 * sensor and the heater's PWM. Temperatures are in thousandths of a degree Celsius.
 */
#ifndef PLANT_H
#define PLANT_H

#include <stdint.h>

void plant_init(void);

/* Advances the oven by `period_ms` with the heater at `duty_permille` (0 to 1000). */
void plant_step(uint32_t period_ms, uint32_t duty_permille);

int32_t plant_temperature_mc(void);

#endif
