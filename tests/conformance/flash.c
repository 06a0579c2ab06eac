/* SPDX-License-Identifier: Apache-2.0 */
/* The flash region: erased is 0xff, a unit is programmed once, nothing beside it changes, and all of it is kept. */
#include "suite.h"

#include <string.h>

enum {
    UNIT_MAX = 256, /* the largest unit of programming that is checked */
    CHUNK_LEN = 64,
};

static const struct sampan_flash *flash;

static void flash_take(uint32_t offset, uint8_t *buf, size_t len)
{
    memset(buf, 0x77, len);
    expect_status(SAMPAN_STATUS_OK, flash->read(flash->ctx, offset, buf, len), "flash is read");
}

static void flash_erase(uint32_t offset, uint32_t len)
{
    expect_status(SAMPAN_STATUS_OK, flash->erase(flash->ctx, offset, len), "flash is erased");
}

static void flash_put(uint32_t offset, const uint8_t *data, size_t len)
{
    expect_status(SAMPAN_STATUS_OK, flash->program(flash->ctx, offset, data, len), "flash is programmed");
}

/* Whether all bytes there are erased. */
static bool is_erased(uint32_t offset, uint32_t len)
{
    uint8_t chunk[CHUNK_LEN];
    for (uint32_t at = 0; at < len; at += CHUNK_LEN) {
        size_t chunk_len = len - at < CHUNK_LEN ? len - at : CHUNK_LEN;
        flash_take(offset + at, chunk, chunk_len);
        for (size_t idx = 0; idx < chunk_len; idx++) {
            if (chunk[idx] != 0xff) {
                return false;
            }
        }
    }
    return true;
}

/* One unit's bytes, different for each `seed`, none of them 0xff. */
static const uint8_t *unit_of(uint8_t seed)
{
    static uint8_t unit[UNIT_MAX];
    for (uint32_t idx = 0; idx < flash->program_len; idx++) {
        unit[idx] = (uint8_t)((seed * 31 + idx * 7) & 0x7f);
    }
    return unit;
}

static bool holds(uint32_t offset, uint8_t seed)
{
    uint8_t got[UNIT_MAX];
    flash_take(offset, got, flash->program_len);
    return memcmp(got, unit_of(seed), flash->program_len) == 0;
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static void geometry(void)
{
    expect(is_power_of_two(flash->erase_len), "what is erased together is a power of two", flash->erase_len);
    expect(is_power_of_two(flash->program_len), "what is programmed together is a power of two", flash->program_len);
    expect(flash->program_len <= flash->erase_len && flash->program_len <= UNIT_MAX, "units have sense", flash->program_len);
    expect(flash->len % flash->erase_len == 0 && flash->len / flash->erase_len >= 2, "the region has whole units, two at least",
           flash->len);
}

static void erase(void)
{
    uint32_t unit_len = flash->erase_len;
    flash_erase(0, flash->len);
    expect(is_erased(0, flash->len), "what is erased is 0xff", 0);
    flash_put(0, unit_of(1), flash->program_len);
    flash_put(unit_len - flash->program_len, unit_of(2), flash->program_len);
    flash_put(unit_len, unit_of(3), flash->program_len);
    flash_erase(0, unit_len);
    expect(is_erased(0, unit_len), "a unit is erased whole", 0);
    expect(holds(unit_len, 3), "the unit beside it isn't touched", 0);
    flash_put(0, unit_of(4), flash->program_len);
    flash_erase(unit_len, unit_len);
    expect(holds(0, 4), "nor the unit before it", 0);
    flash_erase(flash->len - unit_len, unit_len);
    expect(is_erased(flash->len - unit_len, unit_len), "the last unit is erased", 0);
}

static void program(void)
{
    enum { UNITS = 8 };
    uint32_t unit_len = flash->program_len;
    flash_erase(0, flash->erase_len);
    /* Every second unit, so that the ones between must stay erased. */
    for (uint32_t idx = 0; idx < UNITS && (idx + 1) * 2 * unit_len <= flash->erase_len; idx++) {
        flash_put(idx * 2 * unit_len, unit_of((uint8_t)idx), unit_len);
        expect(holds(idx * 2 * unit_len, (uint8_t)idx), "what is programmed is read", idx);
        expect(is_erased(idx * 2 * unit_len + unit_len, unit_len), "what is beside it stays erased", idx);
    }
    for (uint32_t idx = 0; idx < UNITS && (idx + 1) * 2 * unit_len <= flash->erase_len; idx++) {
        expect(holds(idx * 2 * unit_len, (uint8_t)idx), "what was programmed before stays", idx);
    }
    uint32_t last = flash->len - unit_len;
    flash_erase(flash->len - flash->erase_len, flash->erase_len);
    flash_put(last, unit_of(9), unit_len);
    expect(holds(last, 9), "the last unit is programmed", last);
}

/* Reads at every offset, and in place where that can be done. */
static void read(void)
{
    uint8_t whole[CHUNK_LEN], part[CHUNK_LEN];
    uint32_t unit_len = flash->program_len;
    flash_erase(0, flash->erase_len);
    for (uint32_t at = 0; at < CHUNK_LEN && at < flash->erase_len; at += unit_len) {
        flash_put(at, unit_of((uint8_t)(at + 3)), unit_len);
    }
    flash_take(0, whole, CHUNK_LEN);
    for (uint32_t from = 0; from < CHUNK_LEN; from++) {
        size_t len = CHUNK_LEN - from;
        flash_take(from, part, len);
        expect(memcmp(part, &whole[from], len) == 0, "flash is read at any offset", from);
    }
    expect_status(SAMPAN_STATUS_OK, flash->read(flash->ctx, flash->len, part, 0), "no bytes are read at the end");
    if (flash->mapped != NULL) {
        expect(memcmp(flash->mapped, whole, CHUNK_LEN) == 0, "in place are the same bytes", 0);
    }
}

/* A unit that was programmed is refused, or its bits only go from 1 to 0; none comes back without an erase. */
static void overwrite(void)
{
    uint8_t got[UNIT_MAX], ones[UNIT_MAX];
    memset(ones, 0xff, sizeof ones);
    flash_erase(0, flash->erase_len);
    flash_put(0, unit_of(5), flash->program_len);
    sampan_status status = flash->program(flash->ctx, 0, ones, flash->program_len);
    expect(status == SAMPAN_STATUS_OK || status == SAMPAN_STATUS_WRONG_STATE || status == SAMPAN_STATUS_PLATFORM,
           "a second write is refused or done", status);
    expect(holds(0, 5), "a second write brings no bit back", status);
    status = flash->program(flash->ctx, 0, unit_of(6), flash->program_len);
    flash_take(0, got, flash->program_len);
    for (uint32_t idx = 0; idx < flash->program_len; idx++) {
        uint8_t before = unit_of(5)[idx];
        expect((got[idx] & ~before) == 0, "a second write sets no bit", idx);
        expect(status == SAMPAN_STATUS_OK || got[idx] == before, "a write that is refused changes nothing", idx);
    }
}

static void kept(void)
{
    flash_erase(0, flash->erase_len);
    flash_put(0, unit_of(7), flash->program_len);
    for (uint32_t round = 0; round < 3; round++) {
        struct sampan_runtime *rt = runtime_begin(0);
        expect(holds(0, 7), "what was programmed outlives the runtime", round);
        if (rt != NULL) {
            runtime_end(rt);
        }
    }
    flash_erase(0, flash->erase_len);
}

void checks_flash(void)
{
    static const struct {
        const char *name;
        void (*check)(void);
    } checks[] = {
        { "flash.geometry", geometry }, { "flash.erase", erase },         { "flash.program", program },
        { "flash.read", read },         { "flash.overwrite", overwrite }, { "flash.kept", kept },
    };
    flash = port->platform->flash;
    for (size_t idx = 0; idx < sizeof checks / sizeof checks[0]; idx++) {
        if (flash != NULL) {
            suite_check(checks[idx].name, checks[idx].check);
        } else {
            suite_skip(checks[idx].name, "no flash region");
        }
    }
}
