/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of the devicetree that containers may be granted.
 *
 * One line in a source file offers the device that has an alias, under the alias's name:
 *
 *   SAMPAN_ZEPHYR_GPIO_OUTPUT(led0);
 *
 * Pin, polarity, bus and speed are the devicetree's. What isn't offered so doesn't exist for containers. Drivers of buses
 * here block for as long as the bytes take, so they take few at a time: more is answered with SAMPAN_STATUS_OUT_OF_BOUNDS.
 */
#ifndef SAMPAN_ZEPHYR_DEVICES_H
#define SAMPAN_ZEPHYR_DEVICES_H

#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/drivers/adc.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/drivers/spi.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/iterable_sections.h>
#include <zephyr/sys/ring_buffer.h>

#include "sampan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of one transfer, at most. */
#define SAMPAN_ZEPHYR_I2C_MOST 16
#define SAMPAN_ZEPHYR_SPI_MOST 64

struct sampan_zephyr_gpio {
    struct gpio_dt_spec spec;
    gpio_flags_t direction;
    bool configured;
    struct gpio_callback callback;
    struct sampan_runtime *rt;
    uint32_t index;
    atomic_t edges;
};

struct sampan_zephyr_adc {
    struct adc_dt_spec spec;
    struct k_work work;
    bool prepared;
    atomic_t busy;
    struct sampan_operation operation;
};

struct sampan_zephyr_uart {
    const struct device *device;
#ifdef CONFIG_UART_INTERRUPT_DRIVEN
    struct k_spinlock guard;
    struct ring_buf received;
    uint8_t buffer[CONFIG_SAMPAN_UART_RX_LEN];
    uint32_t lost; /* bytes for which the buffer had no room */
    bool prepared;
    struct sampan_runtime *rt;
    uint32_t index;
    uint32_t watched;
#endif
};

struct sampan_zephyr_sensor {
    const struct device *device;
    enum sensor_channel channel;
    int8_t exponent;
};

extern const struct sampan_gpio_ops sampan_zephyr_gpio_output_ops, sampan_zephyr_gpio_input_ops;
extern const struct sampan_adc_ops sampan_zephyr_adc_ops;
extern const struct sampan_i2c_ops sampan_zephyr_i2c_ops;
extern const struct sampan_spi_ops sampan_zephyr_spi_ops;
extern const struct sampan_uart_ops sampan_zephyr_uart_ops;
int32_t sampan_zephyr_sensor_read(void *ctx, uint32_t channel, const struct sampan_operation *operation, int32_t *out_value);

#define SAMPAN_ZEPHYR_DEVICE(alias, device_kind, member, driver, context)                                              \
    static const STRUCT_SECTION_ITERABLE(sampan_device, sampan_device_##member##_##alias) = {                          \
        .name = #alias, .kind = device_kind, .ops.member = driver, .ctx = (void *)(context),                           \
    }

#define SAMPAN_ZEPHYR_GPIO(alias, flags, driver)                                                                       \
    static struct sampan_zephyr_gpio sampan_gpio_##alias = {                                                           \
        .spec = GPIO_DT_SPEC_GET(DT_ALIAS(alias), gpios), .direction = flags,                                          \
    };                                                                                                                 \
    SAMPAN_ZEPHYR_DEVICE(alias, SAMPAN_DEVICE_KIND_GPIO, gpio, driver, &sampan_gpio_##alias)

/* A node with `gpios`: an output, which is read too where the controller can; or an input, whose edges are told. */
#define SAMPAN_ZEPHYR_GPIO_OUTPUT(alias) SAMPAN_ZEPHYR_GPIO(alias, GPIO_OUTPUT_INACTIVE, &sampan_zephyr_gpio_output_ops)
#define SAMPAN_ZEPHYR_GPIO_INPUT(alias) SAMPAN_ZEPHYR_GPIO(alias, GPIO_INPUT, &sampan_zephyr_gpio_input_ops)

/* A node with `io-channels`. Converts on the system's work queue. */
#define SAMPAN_ZEPHYR_ADC(alias)                                                                                       \
    static struct sampan_zephyr_adc sampan_adc_##alias = { .spec = ADC_DT_SPEC_GET(DT_ALIAS(alias)) };                 \
    SAMPAN_ZEPHYR_DEVICE(alias, SAMPAN_DEVICE_KIND_ADC, adc, &sampan_zephyr_adc_ops, &sampan_adc_##alias)

/* An I2C controller. */
#define SAMPAN_ZEPHYR_I2C(alias)                                                                                       \
    SAMPAN_ZEPHYR_DEVICE(alias, SAMPAN_DEVICE_KIND_I2C, i2c, &sampan_zephyr_i2c_ops, DEVICE_DT_GET(DT_ALIAS(alias)))

/* A device on an SPI bus, with words of 8 bits. */
#define SAMPAN_ZEPHYR_SPI(alias)                                                                                       \
    static const struct spi_dt_spec sampan_spi_##alias = SPI_DT_SPEC_GET(DT_ALIAS(alias), SPI_WORD_SET(8));            \
    SAMPAN_ZEPHYR_DEVICE(alias, SAMPAN_DEVICE_KIND_SPI, spi, &sampan_zephyr_spi_ops, &sampan_spi_##alias)

/*
 * A serial line: not the console's. With CONFIG_UART_INTERRUPT_DRIVEN its interrupt is taken, and what comes is kept and told;
 * without, only what the hardware keeps is read.
 */
#define SAMPAN_ZEPHYR_UART(alias)                                                                                      \
    static struct sampan_zephyr_uart sampan_uart_##alias = { .device = DEVICE_DT_GET(DT_ALIAS(alias)) };               \
    SAMPAN_ZEPHYR_DEVICE(alias, SAMPAN_DEVICE_KIND_UART, uart, &sampan_zephyr_uart_ops, &sampan_uart_##alias)

/*
 * A sensor, and one of its channels: a `enum sensor_channel`, and the name, unit and power of ten that containers get it
 * with, from -6 to 0.
 */
#define SAMPAN_ZEPHYR_SENSOR(alias, sensor_channel, channel_name, channel_unit, channel_exponent)                      \
    static const struct sampan_sensor_channel sampan_channel_##alias = {                                               \
        .name = channel_name, .unit = channel_unit, .exponent = channel_exponent,                                      \
    };                                                                                                                 \
    static const struct sampan_sensor_ops sampan_sensor_ops_##alias = {                                                \
        .size = sizeof(struct sampan_sensor_ops), .channels = &sampan_channel_##alias, .channels_len = 1,              \
        .read = sampan_zephyr_sensor_read,                                                                             \
    };                                                                                                                 \
    static const struct sampan_zephyr_sensor sampan_sensor_##alias = {                                                 \
        .device = DEVICE_DT_GET(DT_ALIAS(alias)), .channel = sensor_channel, .exponent = channel_exponent,             \
    };                                                                                                                 \
    SAMPAN_ZEPHYR_DEVICE(alias, SAMPAN_DEVICE_KIND_SENSOR, sensor, &sampan_sensor_ops_##alias, &sampan_sensor_##alias)

/*
 * A flash partition, for the member `flash` of the platform: `id` as from FIXED_PARTITION_ID. NULL if it can't be used.
 * Once. Thread context.
 */
const struct sampan_flash *sampan_zephyr_flash(uint8_t id);

#ifdef __cplusplus
}
#endif

#endif
