/* SPDX-License-Identifier: Apache-2.0 */
#include "controller.h"

enum {
    SETPOINT_MIN_MC = 20000,
    SETPOINT_MAX_MC = 90000,
    SETPOINT_DEFAULT_MC = 40000,
};

static const float PROPORTIONAL = 0.20f;       /* duty a degree */
static const float INTEGRAL_PER_SECOND = 0.08f; /* duty a degree and second */

static int32_t setpoint_mc;
static float integral;

void controller_init(void)
{
    setpoint_mc = SETPOINT_DEFAULT_MC;
    integral = 0.0f;
}

bool controller_set_setpoint_mc(int32_t wanted_mc)
{
    if (wanted_mc < SETPOINT_MIN_MC || wanted_mc > SETPOINT_MAX_MC) {
        return false;
    }
    setpoint_mc = wanted_mc;
    return true;
}

int32_t controller_setpoint_mc(void)
{
    return setpoint_mc;
}

uint32_t controller_step(uint32_t period_ms, int32_t temperature_mc)
{
    float error_c = (float)(setpoint_mc - temperature_mc) / 1000.0f;
    float duty = PROPORTIONAL * error_c + integral;
    /* Integrate only while the heater isn't at its end: else it winds up. */
    if (duty > 0.0f && duty < 1.0f) {
        integral += INTEGRAL_PER_SECOND * error_c * (float)period_ms / 1000.0f;
    }
    if (duty < 0.0f) {
        duty = 0.0f;
    }
    if (duty > 1.0f) {
        duty = 1.0f;
    }
    return (uint32_t)(duty * 1000.0f);
}
