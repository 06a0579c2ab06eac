/* SPDX-License-Identifier: Apache-2.0 */
/* Serial lines, looked at rather than waited for: few bytes at a time, since sending one waits for room. */
#include <zephyr/drivers/uart.h>

#include "sampan_zephyr_devices.h"

#define WRITE_MOST 8

static int32_t line_write(void *ctx, const uint8_t *bytes, size_t len, const struct sampan_operation *operation, uint32_t *out_len)
{
    const struct device *line = ctx;
    ARG_UNUSED(operation);
    if (!device_is_ready(line)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    uint32_t count = (uint32_t)MIN(len, WRITE_MOST);
    for (uint32_t idx = 0; idx < count; idx++) {
        uart_poll_out(line, bytes[idx]);
    }
    *out_len = count;
    return SAMPAN_STATUS_OK;
}

static int32_t line_read(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len)
{
    const struct device *line = ctx;
    uint32_t count = 0;
    if (!device_is_ready(line)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    while (count < len && uart_poll_in(line, &buf[count]) == 0) {
        count++;
    }
    *out_len = count;
    return SAMPAN_STATUS_OK;
}

const struct sampan_uart_ops sampan_zephyr_uart_ops = {
    .size = sizeof(struct sampan_uart_ops), .write = line_write, .read = line_read,
};
