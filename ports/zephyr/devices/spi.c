/* SPDX-License-Identifier: Apache-2.0 */
/* Devices on SPI buses. */
#include <string.h>

#include "sampan_zephyr_devices.h"

static int32_t peripheral_transfer(void *ctx, uint8_t *bytes, size_t len, const struct sampan_operation *operation)
{
    const struct spi_dt_spec *peripheral = ctx;
    uint8_t sent[SAMPAN_ZEPHYR_SPI_MOST];
    ARG_UNUSED(operation);
    if (!spi_is_ready_dt(peripheral)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    if (len > sizeof sent) {
        return SAMPAN_STATUS_OUT_OF_BOUNDS;
    }
    /* Not every driver receives into what it sends. */
    memcpy(sent, bytes, len);
    const struct spi_buf out = { sent, len }, in = { bytes, len };
    const struct spi_buf_set out_set = { &out, 1 }, in_set = { &in, 1 };
    return spi_transceive_dt(peripheral, &out_set, &in_set) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

const struct sampan_spi_ops sampan_zephyr_spi_ops = { .size = sizeof(struct sampan_spi_ops), .transfer = peripheral_transfer };
