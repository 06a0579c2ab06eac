/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an MPS2 board has for containers: two LEDs and two buttons, an I2C bus with a thermometer if QEMU is given one, an SPI
 * controller that loops back, and a second UART.
 */
#include "devices.h"

#include <stdbool.h>

#include "board_config.h"
#include "sbcon.h"

struct fpga_io {
    volatile uint32_t leds;
    uint32_t reserved;
    volatile const uint32_t buttons;
};

struct pl022 {
    volatile uint32_t control0;
    volatile uint32_t control1;
    volatile uint32_t data;
    volatile const uint32_t state;
    volatile uint32_t prescale;
};

struct cmsdk_uart {
    volatile uint32_t data;
    volatile uint32_t state;
    volatile uint32_t control;
    volatile uint32_t interrupt;
    volatile uint32_t baud_divisor;
};

#define FPGA_IO ((struct fpga_io *)BOARD_FPGAIO)
#define SPI ((struct pl022 *)BOARD_SPI)
#define UART1 ((struct cmsdk_uart *)BOARD_UART1)

enum {
    SPI_CONTROL0_8_BITS = 7,
    SPI_CONTROL1_LOOP = 1,
    SPI_CONTROL1_ENABLE = 2,
    SPI_STATE_RX_READY = 4,
    SPI_PRESCALE = 2,
    SPI_MOST = 512, /* bytes that take no longer than an operation may */
    UART_STATE_TX_FULL = 1,
    UART_STATE_RX_FULL = 2,
    UART_CONTROL_TX_RX = 3,
    UART_BAUD = 115200,
    I2C_MOST = 8, /* at 100 kHz */
    THERMOMETER = 0x48,
};

/* ---- lines: `ctx` is the bit's number ---- */

static int32_t led_read(void *ctx, uint8_t *out_level)
{
    *out_level = FPGA_IO->leds >> (uintptr_t)ctx & 1;
    return SAMPAN_STATUS_OK;
}

static int32_t led_write(void *ctx, uint8_t level)
{
    uint32_t bit = 1u << (uintptr_t)ctx;
    FPGA_IO->leds = level != 0 ? FPGA_IO->leds | bit : FPGA_IO->leds & ~bit;
    return SAMPAN_STATUS_OK;
}

static int32_t button_read(void *ctx, uint8_t *out_level)
{
    *out_level = FPGA_IO->buttons >> (uintptr_t)ctx & 1;
    return SAMPAN_STATUS_OK;
}

/* ---- buses ---- */

static int32_t bus_transfer(void *ctx, uint16_t address, uint8_t address_bits, const uint8_t *write, size_t write_len,
                            uint8_t *read, size_t read_len, const struct sampan_operation *operation)
{
    (void)operation;
    if (address_bits != 7) {
        return SAMPAN_STATUS_UNSUPPORTED;
    }
    if (write_len > I2C_MOST || read_len > I2C_MOST - write_len) {
        return SAMPAN_STATUS_OUT_OF_BOUNDS;
    }
    return sbcon_transfer(ctx, (uint8_t)address, write, write_len, read, read_len);
}

static int32_t spi_transfer(void *ctx, uint8_t *bytes, size_t len, const struct sampan_operation *operation)
{
    (void)ctx, (void)operation;
    if (len > SPI_MOST) {
        return SAMPAN_STATUS_OUT_OF_BOUNDS;
    }
    SPI->prescale = SPI_PRESCALE;
    SPI->control0 = SPI_CONTROL0_8_BITS;
    SPI->control1 = SPI_CONTROL1_ENABLE | SPI_CONTROL1_LOOP;
    for (size_t idx = 0; idx < len; idx++) {
        SPI->data = bytes[idx];
        while (!(SPI->state & SPI_STATE_RX_READY)) {
        }
        bytes[idx] = (uint8_t)SPI->data;
    }
    SPI->control1 = 0;
    return SAMPAN_STATUS_OK;
}

/* ---- the second UART: one byte of room on each side ---- */

static void uart_enable(void)
{
    UART1->baud_divisor = BOARD_CLOCK_HZ / UART_BAUD;
    UART1->control = UART_CONTROL_TX_RX;
}

static int32_t uart_write(void *ctx, const uint8_t *bytes, size_t len, const struct sampan_operation *operation, uint32_t *out_len)
{
    uint32_t count = 0;
    (void)ctx, (void)operation;
    uart_enable();
    while (count < len && !(UART1->state & UART_STATE_TX_FULL)) {
        UART1->data = bytes[count++];
    }
    if (count == 0 && len > 0) {
        return SAMPAN_STATUS_BUSY;
    }
    *out_len = count;
    return SAMPAN_STATUS_OK;
}

static int32_t uart_read(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len)
{
    uint32_t count = 0;
    (void)ctx;
    uart_enable();
    while (count < len && (UART1->state & UART_STATE_RX_FULL) != 0) {
        buf[count++] = (uint8_t)UART1->data;
    }
    *out_len = count;
    return SAMPAN_STATUS_OK;
}

/* ---- a TMP105 on the bus ---- */

/* Its register 0 has 1/256 of a degree, of which the part measures 1/16. */
static int32_t thermometer_read(void *ctx, uint32_t channel, const struct sampan_operation *operation, int32_t *out_value)
{
    static const uint8_t temperature_register = 0;
    uint8_t raw[2];
    (void)channel, (void)operation;
    int32_t status = sbcon_transfer(ctx, THERMOMETER, &temperature_register, 1, raw, sizeof raw);
    if (status == SAMPAN_STATUS_OK) {
        *out_value = (int16_t)(raw[0] << 8 | raw[1]) * 1000 / 256;
    }
    return status == SAMPAN_STATUS_NOT_FOUND ? (int32_t)SAMPAN_STATUS_PLATFORM : status;
}

static const struct sampan_gpio_ops led_ops = { .size = sizeof led_ops, .read = led_read, .write = led_write };
static const struct sampan_gpio_ops button_ops = { .size = sizeof button_ops, .read = button_read };
static const struct sampan_i2c_ops i2c_ops = { .size = sizeof i2c_ops, .transfer = bus_transfer };
static const struct sampan_spi_ops spi_ops = { .size = sizeof spi_ops, .transfer = spi_transfer };
static const struct sampan_uart_ops uart_ops = { .size = sizeof uart_ops, .write = uart_write, .read = uart_read };
static const struct sampan_sensor_channel temperature = {
    .name = "temperature", .unit = SAMPAN_SENSOR_UNIT_CELSIUS, .exponent = -3,
};
static const struct sampan_sensor_ops thermometer_ops = {
    .size = sizeof thermometer_ops, .channels = &temperature, .channels_len = 1, .read = thermometer_read,
};

const struct sampan_device board_devices[] = {
    { .name = "led0", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &led_ops, .ctx = (void *)0 },
    { .name = "led1", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &led_ops, .ctx = (void *)1 },
    { .name = "button0", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &button_ops, .ctx = (void *)0 },
    { .name = "button1", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &button_ops, .ctx = (void *)1 },
    { .name = "i2c-sensors", .kind = SAMPAN_DEVICE_KIND_I2C, .ops.i2c = &i2c_ops, .ctx = (void *)BOARD_I2C },
    { .name = "loop", .kind = SAMPAN_DEVICE_KIND_SPI, .ops.spi = &spi_ops },
    { .name = "uart1", .kind = SAMPAN_DEVICE_KIND_UART, .ops.uart = &uart_ops },
    { .name = "thermometer", .kind = SAMPAN_DEVICE_KIND_SENSOR, .ops.sensor = &thermometer_ops, .ctx = (void *)BOARD_I2C },
};
const size_t board_devices_len = sizeof board_devices / sizeof board_devices[0];

uint64_t board_wall_us(void *ctx)
{
    (void)ctx;
    return 0;
}
