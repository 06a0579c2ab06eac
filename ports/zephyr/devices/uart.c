/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serial lines. Received by the interrupt into a buffer where the driver has one; without, they are looked at, and what comes
 * isn't told. Few bytes are sent at a time, since sending one waits for room.
 */
#include <zephyr/drivers/uart.h>

#include "sampan_zephyr_devices.h"

#define WRITE_MOST 8

static int32_t line_write(void *ctx, const uint8_t *bytes, size_t len, const struct sampan_operation *operation, uint32_t *out_len)
{
    struct sampan_zephyr_uart *line = ctx;
    ARG_UNUSED(operation);
    if (!device_is_ready(line->device)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    uint32_t count = (uint32_t)MIN(len, WRITE_MOST);
    for (uint32_t idx = 0; idx < count; idx++) {
        uart_poll_out(line->device, bytes[idx]);
    }
    *out_len = count;
    return SAMPAN_STATUS_OK;
}

#ifdef CONFIG_UART_INTERRUPT_DRIVEN

/* With the guard held. That something can be read is told when it becomes so: whoever reads takes all. */
static void tell(const struct sampan_zephyr_uart *line, uint32_t readiness)
{
    if ((line->watched & readiness) != 0) {
        (void)sampan_device_event(line->rt, SAMPAN_DEVICE_KIND_UART, line->index, line->watched & readiness);
    }
}

static void on_interrupt(const struct device *device, void *ctx)
{
    struct sampan_zephyr_uart *line = ctx;
    k_spinlock_key_t key = k_spin_lock(&line->guard);
    bool was_empty = ring_buf_is_empty(&line->received);
    while (uart_irq_update(device) > 0 && uart_irq_rx_ready(device) > 0) {
        uint8_t byte;
        if (uart_fifo_read(device, &byte, 1) != 1) {
            break;
        }
        line->lost += ring_buf_put(&line->received, &byte, 1) == 0;
    }
    if (was_empty && !ring_buf_is_empty(&line->received)) {
        tell(line, SAMPAN_READY_READ);
    }
    k_spin_unlock(&line->guard, key);
}

static int32_t prepare(struct sampan_zephyr_uart *line)
{
    if (!device_is_ready(line->device)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    if (!line->prepared) {
        ring_buf_init(&line->received, sizeof line->buffer, line->buffer);
        if (uart_irq_callback_user_data_set(line->device, on_interrupt, line) != 0) {
            return SAMPAN_STATUS_UNSUPPORTED;
        }
        uart_irq_rx_enable(line->device);
        line->prepared = true;
    }
    return SAMPAN_STATUS_OK;
}

static int32_t line_read(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len)
{
    struct sampan_zephyr_uart *line = ctx;
    int32_t status = prepare(line);
    if (status == SAMPAN_STATUS_OK) {
        k_spinlock_key_t key = k_spin_lock(&line->guard);
        *out_len = ring_buf_get(&line->received, buf, (uint32_t)MIN(len, sizeof line->buffer));
        k_spin_unlock(&line->guard, key);
    }
    return status;
}

static int32_t line_watch(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t readiness)
{
    struct sampan_zephyr_uart *line = ctx;
    int32_t status = prepare(line);
    if (status == SAMPAN_STATUS_OK) {
        k_spinlock_key_t key = k_spin_lock(&line->guard);
        line->rt = rt;
        line->index = index;
        line->watched = readiness;
        tell(line, (ring_buf_is_empty(&line->received) ? 0 : SAMPAN_READY_READ) | SAMPAN_READY_WRITE);
        k_spin_unlock(&line->guard, key);
    }
    return status;
}

const struct sampan_uart_ops sampan_zephyr_uart_ops = {
    .size = sizeof(struct sampan_uart_ops), .write = line_write, .read = line_read, .watch = line_watch,
};

#else

static int32_t line_read(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len)
{
    struct sampan_zephyr_uart *line = ctx;
    uint32_t count = 0;
    if (!device_is_ready(line->device)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    while (count < len && uart_poll_in(line->device, &buf[count]) == 0) {
        count++;
    }
    *out_len = count;
    return SAMPAN_STATUS_OK;
}

const struct sampan_uart_ops sampan_zephyr_uart_ops = {
    .size = sizeof(struct sampan_uart_ops), .write = line_write, .read = line_read,
};

#endif
