/* SPDX-License-Identifier: Apache-2.0 */
#include "plant.h"

static const float ROOM_C = 21.0f;
static const float HEATER_C_PER_S = 40.0f; /* rise at full duty without losses */
static const float LOSS_PER_S = 0.25f;     /* share of the difference to the room that is lost */

static float temperature_c;

void plant_init(void)
{
    temperature_c = ROOM_C;
}

void plant_step(uint32_t period_ms, uint32_t duty_permille)
{
    float seconds = (float)period_ms / 1000.0f;
    float gain = HEATER_C_PER_S * (float)duty_permille / 1000.0f;
    temperature_c += seconds * (gain - LOSS_PER_S * (temperature_c - ROOM_C));
}

int32_t plant_temperature_mc(void)
{
    return (int32_t)(temperature_c * 1000.0f);
}
