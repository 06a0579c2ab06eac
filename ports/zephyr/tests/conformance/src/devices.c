/* SPDX-License-Identifier: Apache-2.0 */
#include "devices.h"

#include <zephyr/kernel.h>

#ifdef CONFIG_EMUL

#include <zephyr/drivers/adc/adc_emul.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/drivers/rtc.h>
#include <zephyr/init.h>
#include <zephyr/storage/flash_map.h>

#include "sampan_zephyr_devices.h"

SAMPAN_ZEPHYR_GPIO_OUTPUT(led0);
SAMPAN_ZEPHYR_GPIO_INPUT(in0);
SAMPAN_ZEPHYR_ADC(light);
SAMPAN_ZEPHYR_I2C(bus);
SAMPAN_ZEPHYR_SPI(echo);
SAMPAN_ZEPHYR_UART(loop);
SAMPAN_ZEPHYR_SENSOR(thermometer, SENSOR_CHAN_AMBIENT_TEMP, "temperature", SAMPAN_SENSOR_UNIT_CELSIUS, -3);

#define LIGHT_MV 1650

/* An emulated clock knows the time only once it's told; the port takes it from there when the system starts. */
static int set_rtc(void)
{
    static const struct rtc_time time = { .tm_year = 126, .tm_mon = 0, .tm_mday = 2, .tm_hour = 3, .tm_min = 4, .tm_sec = 5 };
    return rtc_set_time(DEVICE_DT_GET(DT_ALIAS(rtc)), &time);
}

SYS_INIT(set_rtc, POST_KERNEL, 99);

/* The output's driver, and then the wire from its pin to the input's. */
static int32_t wired_write(void *ctx, uint8_t level)
{
    const struct gpio_dt_spec out = GPIO_DT_SPEC_GET(DT_ALIAS(led0), gpios), in = GPIO_DT_SPEC_GET(DT_ALIAS(in0), gpios);
    int32_t status = sampan_zephyr_gpio_output_ops.write(ctx, level);
    (void)gpio_emul_input_set(in.port, in.pin, gpio_emul_output_get(out.port, out.pin));
    return status;
}

const struct conformance_wiring *devices_prepare(struct sampan_platform *platform)
{
    static const struct conformance_wiring wiring = {
        .gpio_out = "led0",
        .gpio_in = "in0",
        .gpio_edges = true,
        .adc = "light",
        .adc_uv = LIGHT_MV * 1000,
        .adc_tolerance_uv = 2000,
        .i2c = "bus",
        .i2c_nobody = 0x20,
        .i2c_address = 0x50,
        .i2c_register_len = 1,
        .i2c_registers = { 2, 9 },
        .spi = "echo",
        .uart = "loop",
        .sensor = "thermometer",
        .sensor_min = -CONFORMANCE_MC,
        .sensor_max = -CONFORMANCE_MC,
    };
    static struct sampan_gpio_ops wired;
    static struct sampan_device table[8];
    const struct adc_dt_spec light = ADC_DT_SPEC_GET(DT_ALIAS(light));
    wired = sampan_zephyr_gpio_output_ops;
    wired.write = wired_write;
    for (size_t idx = 0; idx < platform->devices_len; idx++) {
        table[idx] = platform->devices[idx];
        if (table[idx].ops.gpio == &sampan_zephyr_gpio_output_ops) {
            table[idx].ops.gpio = &wired;
        }
    }
    platform->devices = table;
    platform->flash = sampan_zephyr_flash(FIXED_PARTITION_ID(storage_partition));
    (void)adc_emul_const_value_set(light.dev, light.channel_id, LIGHT_MV);
    return &wiring;
}

#elif defined(CONFIG_GPIO) && DT_NODE_EXISTS(DT_ALIAS(led0))

#include "sampan_zephyr_devices.h"

SAMPAN_ZEPHYR_GPIO_OUTPUT(led0);

/* An LED whose controller tells what it was set to. */
const struct conformance_wiring *devices_prepare(struct sampan_platform *platform)
{
    static const struct conformance_wiring wiring = { .gpio_out = "led0", .gpio_in = "led0" };
    ARG_UNUSED(platform);
    return &wiring;
}

#else

const struct conformance_wiring *devices_prepare(struct sampan_platform *platform)
{
    ARG_UNUSED(platform);
    return NULL;
}

#endif
