/* SPDX-License-Identifier: Apache-2.0 */
/* I2C controllers. */
#include <errno.h>

#include <zephyr/drivers/i2c.h>

#include "sampan_zephyr_devices.h"

static int32_t bus_transfer(void *ctx, uint16_t address, uint8_t address_bits, const uint8_t *write, size_t write_len,
                            uint8_t *read, size_t read_len, const struct sampan_operation *operation)
{
    const struct device *bus = ctx;
    uint8_t mode = address_bits == 10 ? I2C_MSG_ADDR_10_BITS : 0;
    struct i2c_msg parts[2];
    uint8_t count = 0;
    ARG_UNUSED(operation);
    if (!device_is_ready(bus)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    if (write_len > SAMPAN_ZEPHYR_I2C_MOST || read_len > SAMPAN_ZEPHYR_I2C_MOST) {
        return SAMPAN_STATUS_OUT_OF_BOUNDS;
    }
    if (write_len > 0) {
        parts[count++] = (struct i2c_msg){ (uint8_t *)write, (uint32_t)write_len, I2C_MSG_WRITE | mode };
    }
    if (read_len > 0) {
        uint8_t again = count > 0 ? I2C_MSG_RESTART : 0;
        parts[count++] = (struct i2c_msg){ read, (uint32_t)read_len, I2C_MSG_READ | again | mode };
    }
    parts[count - 1].flags |= I2C_MSG_STOP;
    switch (i2c_transfer(bus, parts, count, address)) {
    case 0:
        return SAMPAN_STATUS_OK;
    case -EBUSY:
    case -EAGAIN:
        return SAMPAN_STATUS_BUSY;
    case -EIO: /* what drivers answer when nobody acknowledges */
    case -ENXIO:
    case -ENODEV:
        return SAMPAN_STATUS_NOT_FOUND;
    case -ENOTSUP:
    case -ENOSYS:
        return SAMPAN_STATUS_UNSUPPORTED;
    default:
        return SAMPAN_STATUS_PLATFORM;
    }
}

const struct sampan_i2c_ops sampan_zephyr_i2c_ops = { .size = sizeof(struct sampan_i2c_ops), .transfer = bus_transfer };
