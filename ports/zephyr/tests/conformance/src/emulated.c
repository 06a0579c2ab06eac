/* SPDX-License-Identifier: Apache-2.0 */
/* What native_sim has no emulator of: a peripheral on its SPI bus that gives back what it's sent, and a thermometer. */
#include <string.h>

#include <zephyr/device.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/drivers/spi.h>
#include <zephyr/drivers/spi_emul.h>

#include "devices.h"

static int echo_init(const struct emul *target, const struct device *parent)
{
    ARG_UNUSED(target);
    ARG_UNUSED(parent);
    return 0;
}

/* Of one buffer each way, and that of the same length. */
static int echo_io(const struct emul *target, const struct spi_config *config, const struct spi_buf_set *sent,
                   const struct spi_buf_set *received)
{
    ARG_UNUSED(target);
    ARG_UNUSED(config);
    if (sent->count != 1 || received->count != 1 || sent->buffers[0].len != received->buffers[0].len) {
        return -EINVAL;
    }
    memset(received->buffers[0].buf, 0, received->buffers[0].len); /* who sends from where it receives would see it */
    memcpy(received->buffers[0].buf, sent->buffers[0].buf, sent->buffers[0].len);
    return 0;
}

static struct spi_emul_api echo_api = { .io = echo_io };

DEVICE_DT_DEFINE(DT_ALIAS(echo), NULL, NULL, NULL, NULL, POST_KERNEL, 90, NULL);
EMUL_DT_DEFINE(DT_ALIAS(echo), echo_init, NULL, NULL, &echo_api, NULL);

static int thermometer_fetch(const struct device *device, enum sensor_channel channel)
{
    ARG_UNUSED(device);
    return channel == SENSOR_CHAN_ALL ? 0 : -ENOTSUP;
}

static int thermometer_get(const struct device *device, enum sensor_channel channel, struct sensor_value *value)
{
    ARG_UNUSED(device);
    if (channel != SENSOR_CHAN_AMBIENT_TEMP) {
        return -ENOTSUP;
    }
    *value = (struct sensor_value){ .val1 = -CONFORMANCE_MC / 1000, .val2 = -(CONFORMANCE_MC % 1000) * 1000 };
    return 0;
}

static DEVICE_API(sensor, thermometer_api) = { .sample_fetch = thermometer_fetch, .channel_get = thermometer_get };

DEVICE_DT_DEFINE(DT_ALIAS(thermometer), NULL, NULL, NULL, NULL, POST_KERNEL, 90, &thermometer_api);
