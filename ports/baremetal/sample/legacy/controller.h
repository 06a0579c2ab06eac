/* SPDX-License-Identifier: Apache-2.0 */
/* PI controller of the oven. Temperatures are in thousandths of a degree Celsius. */
#ifndef CONTROLLER_H
#define CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

void controller_init(void);

/* False, and nothing changes, for a setpoint that the oven must not get: below 20 or above 90 degrees. */
bool controller_set_setpoint_mc(int32_t setpoint_mc);

int32_t controller_setpoint_mc(void);

/* One step with the measured temperature; returns the heater's duty in thousandths. */
uint32_t controller_step(uint32_t period_ms, int32_t temperature_mc);

#endif
