/* SPDX-License-Identifier: Apache-2.0 */
/* Sensors: whole numbers and millionths are put together as the channel's power of ten says. */
#include "sampan_zephyr_devices.h"

int32_t sampan_zephyr_sensor_read(void *ctx, uint32_t channel, const struct sampan_operation *operation, int32_t *out_value)
{
    const struct sampan_zephyr_sensor *sensor = ctx;
    struct sensor_value value;
    ARG_UNUSED(operation);
    if (channel != 0) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    if (!device_is_ready(sensor->device) || sensor_sample_fetch(sensor->device) != 0 ||
        sensor_channel_get(sensor->device, sensor->channel, &value) != 0) {
        return SAMPAN_STATUS_PLATFORM;
    }
    int64_t scaled = (int64_t)value.val1 * 1000000 + value.val2;
    for (int exponent = -6; exponent < sensor->exponent; exponent++) {
        scaled /= 10;
    }
    if (scaled < INT32_MIN || scaled > INT32_MAX) {
        return SAMPAN_STATUS_PLATFORM;
    }
    *out_value = (int32_t)scaled;
    return SAMPAN_STATUS_OK;
}
