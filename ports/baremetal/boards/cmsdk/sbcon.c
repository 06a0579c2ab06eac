/* SPDX-License-Identifier: Apache-2.0 */
#include "sbcon.h"

#include <stdbool.h>

#include "board.h"
#include "sampan.h"

struct sbcon {
    volatile uint32_t set; /* read: the wires as they are */
    volatile uint32_t clear;
};

enum {
    SCL = 1,
    SDA = 2,
    BUS_HZ = 100000,
};

/* Half of the clock's period. */
static void pause(void)
{
    uint32_t begun = board_ticks();
    while (board_ticks() - begun < board_ticks_hz() / BUS_HZ / 2) {
    }
}

static void wires(struct sbcon *bus, bool scl, bool sda)
{
    bus->clear = (scl ? 0u : SCL) | (sda ? 0u : SDA);
    bus->set = (scl ? SCL : 0u) | (sda ? SDA : 0u);
}

/* SDA falls while SCL is high. Also from within a transfer. */
static void start(struct sbcon *bus)
{
    wires(bus, false, true);
    pause();
    wires(bus, true, true);
    pause();
    wires(bus, true, false);
    pause();
    wires(bus, false, false);
}

/* SDA rises while SCL is high. */
static void stop(struct sbcon *bus)
{
    wires(bus, false, false);
    pause();
    wires(bus, true, false);
    pause();
    wires(bus, true, true);
    pause();
}

/* One bit out, and what SDA was while SCL was high. */
static bool bit(struct sbcon *bus, bool out)
{
    wires(bus, false, out);
    pause();
    wires(bus, true, out);
    pause();
    bool in = bus->set & SDA;
    wires(bus, false, out);
    return in;
}

/* Whether it was acknowledged. */
static bool put_byte(struct sbcon *bus, uint8_t byte)
{
    for (int shift = 7; shift >= 0; shift--) {
        bit(bus, byte >> shift & 1);
    }
    return !bit(bus, true);
}

static uint8_t take_byte(struct sbcon *bus, bool last)
{
    uint8_t byte = 0;
    for (int count = 0; count < 8; count++) {
        byte = (uint8_t)(byte << 1 | bit(bus, true));
    }
    bit(bus, last);
    return byte;
}

static int32_t exchange(struct sbcon *bus, uint8_t address, const uint8_t *write, size_t write_len, uint8_t *read, size_t read_len)
{
    if (write_len > 0) {
        start(bus);
        if (!put_byte(bus, (uint8_t)(address << 1))) {
            return SAMPAN_STATUS_NOT_FOUND;
        }
        for (size_t idx = 0; idx < write_len; idx++) {
            if (!put_byte(bus, write[idx])) {
                return SAMPAN_STATUS_PLATFORM;
            }
        }
    }
    if (read_len > 0) {
        start(bus);
        if (!put_byte(bus, (uint8_t)(address << 1 | 1))) {
            return SAMPAN_STATUS_NOT_FOUND;
        }
        for (size_t idx = 0; idx < read_len; idx++) {
            read[idx] = take_byte(bus, idx + 1 == read_len);
        }
    }
    return SAMPAN_STATUS_OK;
}

int32_t sbcon_transfer(void *base, uint8_t address, const uint8_t *write, size_t write_len, uint8_t *read, size_t read_len)
{
    int32_t status = exchange(base, address, write, write_len, read, read_len);
    stop(base);
    return status;
}
