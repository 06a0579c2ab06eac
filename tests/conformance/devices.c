/* SPDX-License-Identifier: Apache-2.0 */
/* The table of devices, what they tell by themselves, and each kind against what the port says it's wired to. */
#include "suite.h"

#include <string.h>

enum {
    LIMIT_US = 2 * S,
    LOOP_LEN = 16,
    WALL_2020_S = 1577836800,
};

static const struct conformance_wiring *wiring;
static struct sampan_runtime *runtime;
static const struct sampan_operation at_once = { .size = sizeof at_once };

static const struct sampan_device *device_at(uint32_t place)
{
    return &port->platform->devices[place];
}

static bool find(uint8_t kind, const char *name, uint32_t *out_place)
{
    return expect_status(SAMPAN_STATUS_OK, sampan_device_find(runtime, kind, name, out_place), "a device is found by its name") &&
           expect(*out_place < port->platform->devices_len, "a device's place is in the table", *out_place);
}

/* ---- the table ---- */

static void table(struct sampan_runtime *rt)
{
    const struct sampan_platform *platform = port->platform;
    for (uint32_t place = 0; place < platform->devices_len; place++) {
        const struct sampan_device *device = device_at(place);
        uint32_t found = UINT32_MAX;
        expect_status(SAMPAN_STATUS_OK, sampan_device_find(rt, device->kind, device->name, &found), "a device is found by its name");
        expect(found == place, "a name leads to its own device", found);
        uint8_t other = device->kind == SAMPAN_DEVICE_KIND_GPIO ? SAMPAN_DEVICE_KIND_SPI : SAMPAN_DEVICE_KIND_GPIO;
        sampan_status status = sampan_device_find(rt, other, device->name, &found);
        expect(status == SAMPAN_STATUS_NOT_FOUND || device_at(found)->kind == other, "a name is one of its kind", status);
    }
    uint32_t untouched = 77;
    expect_status(SAMPAN_STATUS_NOT_FOUND, sampan_device_find(rt, SAMPAN_DEVICE_KIND_GPIO, "no-such-device", &untouched),
                  "an unknown name isn't found");
    expect(untouched == 77, "nothing is written for an unknown name", untouched);
}

/* ---- events ---- */

static uint32_t events_of(struct sampan_runtime *rt)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    expect_status(SAMPAN_STATUS_OK, sampan_runtime_stats(rt, &stats), "statistics are told");
    return stats.device_events;
}

/* Polls and waits until so many events have come in all. */
static bool expect_events(struct sampan_runtime *rt, uint32_t count, const char *what)
{
    uint64_t until_us = now_us() + LIMIT_US;
    uint32_t come;
    while ((come = events_of(rt)) < count && now_us() < until_us) {
        uint64_t deadline_us = SAMPAN_NEVER;
        expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds");
        if (events_of(rt) < count) {
            port->wait(deadline_us < until_us ? deadline_us : until_us);
        }
    }
    return expect(come == count, what, come);
}

static void post(void *ctx)
{
    const struct sampan_device *device = device_at(0);
    sampan_device_event(ctx, device->kind, 0, 1);
}

static void event_interrupt(struct sampan_runtime *rt)
{
    port->interrupt_after(MS, post, rt);
    expect_events(rt, 1, "an event from an interrupt comes in");
}

static void event_task(struct sampan_runtime *rt)
{
    port->task_start(0, -1, post, rt);
    expect_events(rt, 1, "an event from a task comes in");
    port->task_join(0);
}

/* More events than there is room for: those that are lost are counted, and a parked call is answered all the same. */
static void event_flood(struct sampan_runtime *rt)
{
    static const struct probe_step steps[] = { { PROBE_WAIT, 0 }, { PROBE_EXIT, 0 } };
    static struct probe probe;
    uint32_t taken = 0;
    if (!expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "waiter", steps), "a container starts")) {
        return;
    }
    while (probe.token == 0) {
        uint64_t deadline_us;
        if (!expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds")) {
            return;
        }
    }
    for (uint32_t count = 0; count < 3 * SAMPAN_MAX_DEVICE_EVENTS; count++) {
        sampan_status status = sampan_device_event(rt, device_at(0)->kind, 0, 1);
        taken += status == SAMPAN_STATUS_OK;
        expect(status == SAMPAN_STATUS_OK || status == SAMPAN_STATUS_BUSY, "an event is taken or lost", status);
    }
    expect(taken == SAMPAN_MAX_DEVICE_EVENTS, "as many events as documented are taken", taken);
    expect_status(SAMPAN_STATUS_OK, sampan_call_complete(rt, probe.token, 0), "events leave answers their room");
    if (run_until_ended(rt, probe.id, LIMIT_US)) {
        expect_ended(rt, probe.id, SAMPAN_EXIT_KIND_EXITED, 0);
    }
    expect(events_of(rt) == taken, "events that were taken come in", events_of(rt));
}

static void event_unknown(struct sampan_runtime *rt)
{
    uint32_t past = (uint32_t)port->platform->devices_len;
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, sampan_device_event(rt, device_at(0)->kind, past, 1),
                  "no event of a device that isn't there");
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, sampan_device_event(rt, 0, 0, 1), "no event of no kind");
}

/* ---- digital lines ---- */

static void gpio_set(const struct sampan_device *line, uint8_t level)
{
    expect(line->ops.gpio->write != NULL, "an output can be set", 0);
    expect_status(SAMPAN_STATUS_OK, line->ops.gpio->write(line->ctx, level), "a line is set");
}

static void gpio_level(struct sampan_runtime *rt)
{
    uint32_t out, in;
    (void)rt;
    if (!find(SAMPAN_DEVICE_KIND_GPIO, wiring->gpio_out, &out) || !find(SAMPAN_DEVICE_KIND_GPIO, wiring->gpio_in, &in)) {
        return;
    }
    const struct sampan_device *line = device_at(in);
    for (uint8_t round = 0; round < 6; round++) {
        uint8_t level = 77;
        gpio_set(device_at(out), round & 1);
        expect_status(SAMPAN_STATUS_OK, line->ops.gpio->read(line->ctx, &level), "a line is read");
        expect(level == (round & 1), "a line follows what it's wired to", level);
    }
    if (in != out) {
        const struct sampan_gpio_ops *ops = line->ops.gpio;
        sampan_status status = ops->write == NULL ? SAMPAN_STATUS_UNSUPPORTED : ops->write(line->ctx, 1);
        expect_status(SAMPAN_STATUS_UNSUPPORTED, status, "an input can't be set");
    }
}

static void gpio_edges(struct sampan_runtime *rt)
{
    uint32_t out, in;
    if (!find(SAMPAN_DEVICE_KIND_GPIO, wiring->gpio_out, &out) || !find(SAMPAN_DEVICE_KIND_GPIO, wiring->gpio_in, &in)) {
        return;
    }
    const struct sampan_device *line = device_at(in);
    gpio_set(device_at(out), 0);
    expect_status(SAMPAN_STATUS_OK, line->ops.gpio->watch(line->ctx, rt, in, SAMPAN_EDGE_RISING), "rising edges are watched");
    gpio_set(device_at(out), 1);
    gpio_set(device_at(out), 0);
    expect_events(rt, 1, "a rising edge is told, and no other");
    uint32_t both = SAMPAN_EDGE_RISING | SAMPAN_EDGE_FALLING;
    expect_status(SAMPAN_STATUS_OK, line->ops.gpio->watch(line->ctx, rt, in, both), "both edges are watched");
    gpio_set(device_at(out), 1);
    gpio_set(device_at(out), 0);
    expect_events(rt, 3, "both edges are told");
    expect_status(SAMPAN_STATUS_OK, line->ops.gpio->watch(line->ctx, rt, in, 0), "a line is watched no more");
    gpio_set(device_at(out), 1);
    gpio_set(device_at(out), 0);
    expect(events_of(rt) == 3, "then no edge is told", events_of(rt));
}

/* ---- analogue inputs ---- */

static void expect_voltage(const struct sampan_device *input, int64_t raw)
{
    uint32_t raw_max = 0;
    int32_t min_uv = 0, max_uv = 0;
    expect_status(SAMPAN_STATUS_OK, input->ops.adc->scale(input->ctx, &raw_max, &min_uv, &max_uv), "a scale is told");
    if (!expect(raw_max >= 1 && raw_max <= INT32_MAX && min_uv < max_uv, "a scale has sense", raw_max) ||
        !expect(raw >= 0 && raw <= raw_max, "a count is in its scale", raw)) {
        return;
    }
    int64_t off_uv = min_uv + raw * ((int64_t)max_uv - min_uv) / raw_max - wiring->adc_uv;
    expect(off_uv >= -wiring->adc_tolerance_uv && off_uv <= wiring->adc_tolerance_uv, "a voltage is what it is", off_uv);
}

/* With a token as a container's call has one, so that it may be done later; then the answer goes to the container. */
static void adc_read(struct sampan_runtime *rt)
{
    static const struct probe_step steps[] = { { PROBE_WAIT, 0 }, { PROBE_SLEEP, 1 }, { PROBE_EXIT, 0 } };
    static struct probe probe;
    uint32_t place, raw = UINT32_MAX;
    if (!find(SAMPAN_DEVICE_KIND_ADC, wiring->adc, &place) ||
        !expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "reader", steps), "a container starts")) {
        return;
    }
    while (probe.token == 0) {
        uint64_t deadline_us;
        if (!expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds")) {
            return;
        }
    }
    const struct sampan_device *input = device_at(place);
    const struct sampan_operation operation = { .size = sizeof operation, .rt = rt, .token = probe.token };
    uint64_t begun_us = now_us();
    sampan_status status = input->ops.adc->read(input->ctx, &operation, &raw);
    expect(now_us() - begun_us <= port->slack_us + MS, "an operation doesn't block", (int64_t)(now_us() - begun_us));
    if (status == SAMPAN_STATUS_OK) {
        expect_status(SAMPAN_STATUS_OK, sampan_call_complete(rt, probe.token, raw), "a call is answered");
    } else {
        expect_status(SAMPAN_STATUS_PENDING, status, "a conversion is done or under way");
    }
    if (run_until_step(rt, &probe, 2, LIMIT_US)) {
        expect_voltage(input, probe.result);
    }
}

static void adc_at_once(struct sampan_runtime *rt)
{
    uint32_t place, raw = UINT32_MAX;
    (void)rt;
    if (find(SAMPAN_DEVICE_KIND_ADC, wiring->adc, &place)) {
        const struct sampan_device *input = device_at(place);
        sampan_status status = input->ops.adc->read(input->ctx, &at_once, &raw);
        if (status == SAMPAN_STATUS_OK) {
            expect_voltage(input, raw);
        } else {
            expect_status(SAMPAN_STATUS_BUSY, status, "nothing is pending where nobody waits");
        }
    }
}

/* ---- buses ---- */

static sampan_status i2c(uint32_t place, uint16_t address, const uint8_t *write, size_t write_len, uint8_t *read, size_t read_len)
{
    const struct sampan_device *bus = device_at(place);
    return bus->ops.i2c->transfer(bus->ctx, address, 7, write, write_len, read, read_len, &at_once);
}

/* Two registers of 8 bits or more that keep what is written, the device's pointer chosen by the first byte. */
static void i2c_registers(struct sampan_runtime *rt)
{
    uint32_t place;
    (void)rt;
    if (!find(SAMPAN_DEVICE_KIND_I2C, wiring->i2c, &place)) {
        return;
    }
    for (uint8_t round = 0; round < 4; round++) {
        for (uint8_t idx = 0; idx < 2; idx++) {
            uint8_t value = (uint8_t)(0x10 + 0x20 * round + idx);
            const uint8_t set[] = { wiring->i2c_registers[idx], value, 0 };
            expect_status(SAMPAN_STATUS_OK, i2c(place, wiring->i2c_address, set, wiring->i2c_register_len + 1u, NULL, 0),
                          "a register is written");
        }
        for (uint8_t idx = 0; idx < 2; idx++) {
            uint8_t got[2] = { 0, 0 };
            uint8_t value = (uint8_t)(0x10 + 0x20 * round + idx);
            expect_status(SAMPAN_STATUS_OK,
                          i2c(place, wiring->i2c_address, &wiring->i2c_registers[idx], 1, got, wiring->i2c_register_len),
                          "a register is read");
            expect(got[0] == value, "a register keeps what was written", got[0]);
            got[0] = 0;
            expect_status(SAMPAN_STATUS_OK, i2c(place, wiring->i2c_address, &wiring->i2c_registers[idx], 1, NULL, 0),
                          "a register is chosen");
            expect_status(SAMPAN_STATUS_OK, i2c(place, wiring->i2c_address, NULL, 0, got, wiring->i2c_register_len),
                          "a device is read alone");
            expect(got[0] == value, "a device that is read alone tells what was chosen", got[0]);
        }
    }
}

static void i2c_nobody(struct sampan_runtime *rt)
{
    uint32_t place;
    uint8_t byte = 0;
    (void)rt;
    if (find(SAMPAN_DEVICE_KIND_I2C, wiring->i2c, &place)) {
        expect_status(SAMPAN_STATUS_NOT_FOUND, i2c(place, wiring->i2c_nobody, &byte, 1, NULL, 0), "nobody is written to");
        expect_status(SAMPAN_STATUS_NOT_FOUND, i2c(place, wiring->i2c_nobody, NULL, 0, &byte, 1), "nobody is read");
        expect_status(SAMPAN_STATUS_NOT_FOUND, i2c(place, wiring->i2c_nobody, &byte, 1, &byte, 1), "nobody answers");
    }
}

static void spi_loop(struct sampan_runtime *rt)
{
    uint32_t place;
    (void)rt;
    if (!find(SAMPAN_DEVICE_KIND_SPI, wiring->spi, &place)) {
        return;
    }
    const struct sampan_device *peripheral = device_at(place);
    uint8_t bytes[LOOP_LEN + 1];
    for (size_t len = 1; len <= LOOP_LEN; len++) {
        for (size_t idx = 0; idx <= len; idx++) {
            bytes[idx] = (uint8_t)(0xa0 + idx * 3 + len);
        }
        expect_status(SAMPAN_STATUS_OK, peripheral->ops.spi->transfer(peripheral->ctx, bytes, len, &at_once), "bytes are exchanged");
        for (size_t idx = 0; idx <= len; idx++) {
            expect(bytes[idx] == (uint8_t)(0xa0 + idx * 3 + len), "what is sent comes back, and no more", (int64_t)idx);
        }
    }
}

/* ---- serial lines ---- */

static uint32_t uart_take(const struct sampan_device *line, uint8_t *buf, size_t len)
{
    uint32_t count = 0;
    expect_status(SAMPAN_STATUS_OK, line->ops.uart->read(line->ctx, buf, len, &count), "a serial line is read");
    expect(count <= len, "no more is read than there is room for", count);
    return count;
}

static void uart_loop(struct sampan_runtime *rt)
{
    static const uint8_t sent[] = "sampan\0\xff!";
    uint32_t place;
    if (!find(SAMPAN_DEVICE_KIND_UART, wiring->uart, &place)) {
        return;
    }
    const struct sampan_device *line = device_at(place);
    uint8_t got[sizeof sent];
    expect(uart_take(line, got, sizeof got) == 0, "nothing has come before anything is sent", 0);
    if (line->ops.uart->watch != NULL) {
        expect_status(SAMPAN_STATUS_OK, line->ops.uart->watch(line->ctx, rt, place, SAMPAN_READY_READ), "a serial line is watched");
    }
    uint64_t until_us = now_us() + LIMIT_US;
    uint32_t written = 0, read = 0;
    while (read < sizeof sent && now_us() < until_us) {
        uint32_t count = 0;
        if (written < sizeof sent) {
            sampan_status status = line->ops.uart->write(line->ctx, &sent[written], sizeof sent - written, &at_once, &count);
            expect(status == SAMPAN_STATUS_BUSY || (status == SAMPAN_STATUS_OK && count > 0), "bytes are sent, or there is no room",
                   status);
            written += count;
        }
        read += uart_take(line, &got[read], sizeof got - read);
    }
    expect(read == sizeof sent && memcmp(got, sent, sizeof sent) == 0, "what is sent comes back", read);
    if (line->ops.uart->watch != NULL) {
        uint64_t deadline_us = 0;
        expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds");
        expect(events_of(rt) > 0, "that bytes have come is told", events_of(rt));
        expect_status(SAMPAN_STATUS_OK, line->ops.uart->watch(line->ctx, rt, place, 0), "a serial line is watched no more");
    }
}

/* ---- sensors and the time of day ---- */

static void sensor_read(struct sampan_runtime *rt)
{
    uint32_t place;
    int32_t value = INT32_MIN;
    (void)rt;
    if (!find(SAMPAN_DEVICE_KIND_SENSOR, wiring->sensor, &place)) {
        return;
    }
    const struct sampan_device *sensor = device_at(place);
    const struct sampan_sensor_ops *ops = sensor->ops.sensor;
    if (!expect(ops->channels_len > 0 && ops->channels != NULL, "a sensor measures something", (int64_t)ops->channels_len)) {
        return;
    }
    for (size_t channel = 0; channel < ops->channels_len; channel++) {
        expect(ops->channels[channel].name != NULL, "what is measured has a name", (int64_t)channel);
        expect(ops->channels[channel].unit <= SAMPAN_SENSOR_UNIT_PARTS_PER_MILLION, "it has a unit", ops->channels[channel].unit);
    }
    expect_status(SAMPAN_STATUS_OK, ops->read(sensor->ctx, 0, &at_once, &value), "a sensor is read");
    expect(value >= wiring->sensor_min && value <= wiring->sensor_max, "a sensor tells what is", value);
}

static void wall_clock(void)
{
    const struct sampan_platform *platform = port->platform;
    uint64_t begun_us = platform->wall_us(platform->ctx);
    uint64_t from_us = now_us();
    expect(begun_us / S >= WALL_2020_S, "the time of day is none of the past", (int64_t)(begun_us / S));
    spin_until(from_us + 20 * MS);
    int64_t passed_us = (int64_t)(platform->wall_us(platform->ctx) - begun_us);
    expect(passed_us >= 10 * MS && passed_us <= 20 * MS + 1000 * MS, "the time of day goes on as the clock does", passed_us);
}

/* One check with a runtime in service that the helpers here know of. */
static void (*current)(struct sampan_runtime *rt);

static void with_runtime(struct sampan_runtime *rt)
{
    runtime = rt;
    current(rt);
}

static void check_if(bool possible, const char *name, void (*check)(struct sampan_runtime *rt), const char *why)
{
    if (possible) {
        current = check;
        suite_check_runtime(name, with_runtime);
    } else {
        suite_skip(name, why);
    }
}

void checks_devices(void)
{
    static const struct conformance_wiring none;
    wiring = port->wiring != NULL ? port->wiring : &none;
    bool any = port->platform->devices_len > 0;
    check_if(any, "device.table", table, "no devices");
    check_if(any, "device.event-unknown", event_unknown, "no devices");
    check_if(any, "device.event-flood", event_flood, "no devices");
    check_if(any && port->interrupt_after != NULL, "device.event-interrupt", event_interrupt, any ? "no interrupts" : "no devices");
    check_if(any && port->task_start != NULL, "device.event-task", event_task, any ? "no tasks" : "no devices");
    check_if(wiring->gpio_out != NULL, "gpio.level", gpio_level, "no line that can be set and read");
    check_if(wiring->gpio_edges, "gpio.edges", gpio_edges, "no line whose edges can be made");
    check_if(wiring->adc != NULL, "adc.read", adc_read, "no analogue input");
    check_if(wiring->adc != NULL, "adc.at-once", adc_at_once, "no analogue input");
    check_if(wiring->i2c != NULL && wiring->i2c_register_len > 0, "i2c.registers", i2c_registers, "nobody on an I2C bus");
    check_if(wiring->i2c != NULL, "i2c.nobody", i2c_nobody, "no I2C bus");
    check_if(wiring->spi != NULL, "spi.loop", spi_loop, "no SPI peripheral");
    check_if(wiring->uart != NULL, "uart.loop", uart_loop, "no serial line to spare");
    check_if(wiring->sensor != NULL, "sensor.read", sensor_read, "no sensor");
    if (port->platform->wall_us != NULL && port->platform->wall_us(port->platform->ctx) != 0) {
        suite_check("wall.clock", wall_clock);
    } else {
        suite_skip("wall.clock", "the time of day isn't known");
    }
}
