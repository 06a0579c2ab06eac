/* SPDX-License-Identifier: Apache-2.0 */
#include "devices.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "sockets.h"

enum {
    FLASH_LEN = 64 * 1024,
    FLASH_ERASE_LEN = 4096,
    FLASH_PROGRAM_LEN = 8,
    ADC_RAW_MAX = 4095,
    ADC_UV = 3300000,
    REGISTERS = 8,
    I2C_ADDRESS = 0x48,
    UART_LEN = 64,
};

/* ---- a line that follows another ---- */

static atomic_uchar wire;

static struct {
    struct sampan_runtime *rt;
    uint32_t index;
    uint32_t edges;
} line_watch;

static int32_t line_read(void *ctx, uint8_t *out_level)
{
    (void)ctx;
    *out_level = wire;
    return SAMPAN_STATUS_OK;
}

static int32_t line_write(void *ctx, uint8_t level)
{
    (void)ctx;
    uint32_t edge = level == 0 ? SAMPAN_EDGE_FALLING : SAMPAN_EDGE_RISING;
    if (atomic_exchange(&wire, level != 0) != (level != 0) && (line_watch.edges & edge) != 0) {
        sampan_device_event(line_watch.rt, SAMPAN_DEVICE_KIND_GPIO, line_watch.index, edge);
    }
    return SAMPAN_STATUS_OK;
}

static int32_t line_watch_set(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t edges)
{
    (void)ctx;
    line_watch.rt = rt;
    line_watch.index = index;
    line_watch.edges = edges;
    return SAMPAN_STATUS_OK;
}

/* ---- an analogue input whose conversions take until it's served ---- */

static struct sampan_operation conversion;
static atomic_bool converting;

static int32_t input_read(void *ctx, const struct sampan_operation *operation, uint32_t *out_raw)
{
    (void)ctx, (void)out_raw;
    if (operation->token == 0 || converting) {
        return SAMPAN_STATUS_BUSY;
    }
    conversion = *operation;
    converting = true;
    return SAMPAN_STATUS_PENDING;
}

static int32_t input_scale(void *ctx, uint32_t *out_raw_max, int32_t *out_min_uv, int32_t *out_max_uv)
{
    (void)ctx;
    *out_raw_max = ADC_RAW_MAX;
    *out_min_uv = 0;
    *out_max_uv = ADC_UV;
    return SAMPAN_STATUS_OK;
}

static void input_serve(void)
{
    if (converting) {
        sampan_call_complete(conversion.rt, conversion.token, ADC_RAW_MAX / 2);
        converting = false;
    }
}

/* ---- a bus with one device: registers, and a pointer to one of them ---- */

static int32_t bus_transfer(void *ctx, uint16_t address, uint8_t address_bits, const uint8_t *write, size_t write_len,
                            uint8_t *read, size_t read_len, const struct sampan_operation *operation)
{
    static uint8_t registers[REGISTERS];
    static uint8_t chosen;
    (void)ctx, (void)operation;
    if (address_bits != 7) {
        return SAMPAN_STATUS_UNSUPPORTED;
    }
    if (address != I2C_ADDRESS) {
        return SAMPAN_STATUS_NOT_FOUND;
    }
    for (size_t idx = 0; idx < write_len; idx++) {
        if (idx == 0) {
            chosen = write[0] % REGISTERS;
        } else {
            registers[(chosen + idx - 1) % REGISTERS] = write[idx];
        }
    }
    for (size_t idx = 0; idx < read_len; idx++) {
        read[idx] = registers[(chosen + idx) % REGISTERS];
    }
    return SAMPAN_STATUS_OK;
}

static int32_t loop_transfer(void *ctx, uint8_t *bytes, size_t len, const struct sampan_operation *operation)
{
    (void)ctx, (void)bytes, (void)len, (void)operation;
    return SAMPAN_STATUS_OK; /* what went out came back into its place */
}

/* ---- a serial line that ends where it begins ---- */

static struct {
    uint8_t bytes[UART_LEN];
    uint32_t len;
    struct sampan_runtime *rt;
    uint32_t index;
    uint32_t readiness;
} serial;

static void serial_tell(void)
{
    if (serial.len > 0 && (serial.readiness & SAMPAN_READY_READ) != 0) {
        sampan_device_event(serial.rt, SAMPAN_DEVICE_KIND_UART, serial.index, SAMPAN_READY_READ);
    }
}

static int32_t serial_write(void *ctx, const uint8_t *bytes, size_t len, const struct sampan_operation *operation, uint32_t *out_len)
{
    size_t room = UART_LEN - serial.len;
    (void)ctx, (void)operation;
    len = len < room ? len : room;
    if (len == 0) {
        return SAMPAN_STATUS_BUSY;
    }
    memcpy(&serial.bytes[serial.len], bytes, len);
    serial.len += (uint32_t)len;
    *out_len = (uint32_t)len;
    serial_tell();
    return SAMPAN_STATUS_OK;
}

static int32_t serial_read(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len)
{
    (void)ctx;
    len = len < serial.len ? len : serial.len;
    memcpy(buf, serial.bytes, len);
    memmove(serial.bytes, &serial.bytes[len], serial.len - len);
    serial.len -= (uint32_t)len;
    *out_len = (uint32_t)len;
    return SAMPAN_STATUS_OK;
}

static int32_t serial_watch(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t readiness)
{
    (void)ctx;
    serial.rt = rt;
    serial.index = index;
    serial.readiness = readiness;
    serial_tell();
    return SAMPAN_STATUS_OK;
}

/* ---- a sensor: how long the program has run ---- */

static int32_t uptime_read(void *ctx, uint32_t channel, const struct sampan_operation *operation, int32_t *out_value)
{
    struct timespec time;
    (void)ctx, (void)operation;
    if (channel != 0) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    *out_value = (int32_t)(time.tv_sec * 1000 + time.tv_nsec / 1000000);
    return SAMPAN_STATUS_OK;
}

/* ---- the table ---- */

static const struct sampan_gpio_ops output_ops = { .size = sizeof output_ops, .read = line_read, .write = line_write };
static const struct sampan_gpio_ops input_ops = { .size = sizeof input_ops, .read = line_read, .watch = line_watch_set };
static const struct sampan_adc_ops adc_ops = { .size = sizeof adc_ops, .read = input_read, .scale = input_scale };
static const struct sampan_i2c_ops i2c_ops = { .size = sizeof i2c_ops, .transfer = bus_transfer };
static const struct sampan_spi_ops spi_ops = { .size = sizeof spi_ops, .transfer = loop_transfer };
static const struct sampan_uart_ops uart_ops = {
    .size = sizeof uart_ops, .write = serial_write, .read = serial_read, .watch = serial_watch,
};
static const struct sampan_sensor_channel uptime_channel = { .name = "cpu-time", .unit = SAMPAN_SENSOR_UNIT_SECOND, .exponent = -3 };
static const struct sampan_sensor_ops sensor_ops = {
    .size = sizeof sensor_ops, .channels = &uptime_channel, .channels_len = 1, .read = uptime_read,
};

const struct sampan_device host_devices[HOST_DEVICES_LEN] = {
    { .name = "out", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &output_ops },
    { .name = "in", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &input_ops },
    { .name = "half", .kind = SAMPAN_DEVICE_KIND_ADC, .ops.adc = &adc_ops },
    { .name = "bus", .kind = SAMPAN_DEVICE_KIND_I2C, .ops.i2c = &i2c_ops },
    { .name = "loop", .kind = SAMPAN_DEVICE_KIND_SPI, .ops.spi = &spi_ops },
    { .name = "loop", .kind = SAMPAN_DEVICE_KIND_UART, .ops.uart = &uart_ops },
    { .name = "uptime", .kind = SAMPAN_DEVICE_KIND_SENSOR, .ops.sensor = &sensor_ops },
};

const struct conformance_wiring host_wiring = {
    .gpio_out = "out",
    .gpio_in = "in",
    .gpio_edges = true,
    .adc = "half",
    .adc_uv = ADC_UV / 2,
    .adc_tolerance_uv = 1000,
    .i2c = "bus",
    .i2c_nobody = 0x20,
    .i2c_address = I2C_ADDRESS,
    .i2c_register_len = 1,
    .i2c_registers = { 2, 3 },
    .spi = "loop",
    .uart = "loop",
    .sensor = "uptime",
    .sensor_min = 1,
    .sensor_max = 1000000,
};

/* ---- flash: a file in memory, with what a part would refuse ---- */

static uint8_t *flash_bytes;

static int32_t flash_read(void *ctx, uint32_t offset, uint8_t *buf, size_t len)
{
    (void)ctx;
    memcpy(buf, &flash_bytes[offset], len);
    return SAMPAN_STATUS_OK;
}

static int32_t flash_erase(void *ctx, uint32_t offset, uint32_t len)
{
    (void)ctx;
    memset(&flash_bytes[offset], 0xff, len);
    return SAMPAN_STATUS_OK;
}

static int32_t flash_program(void *ctx, uint32_t offset, const uint8_t *data, size_t len)
{
    (void)ctx;
    for (size_t idx = 0; idx < len; idx++) {
        if (flash_bytes[offset + idx] != 0xff) {
            return SAMPAN_STATUS_WRONG_STATE;
        }
    }
    memcpy(&flash_bytes[offset], data, len);
    return SAMPAN_STATUS_OK;
}

const struct sampan_flash *host_flash_make(void)
{
    static struct sampan_flash flash = {
        .size = sizeof flash,
        .len = FLASH_LEN,
        .erase_len = FLASH_ERASE_LEN,
        .program_len = FLASH_PROGRAM_LEN,
        .read = flash_read,
        .erase = flash_erase,
        .program = flash_program,
    };
    FILE *file = tmpfile(); /* it's gone when the program ends */
    if (file == NULL || ftruncate(fileno(file), FLASH_LEN) != 0) {
        return NULL;
    }
    void *bytes = mmap(NULL, FLASH_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    fclose(file);
    if (bytes == MAP_FAILED) {
        return NULL;
    }
    flash_bytes = bytes;
    flash.mapped = bytes;
    return &flash;
}

uint64_t host_wall_us(void *ctx)
{
    struct timespec time;
    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

void host_devices_serve(void)
{
    input_serve();
    host_sockets_serve();
}
