/* SPDX-License-Identifier: Apache-2.0 */
/* A partition of the flash map as the platform's flash region. */
#include <zephyr/drivers/flash.h>
#include <zephyr/storage/flash_map.h>

#include "sampan_zephyr_devices.h"

static int32_t region_read(void *ctx, uint32_t offset, uint8_t *buf, size_t len)
{
    return len == 0 || flash_area_read(ctx, (off_t)offset, buf, len) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

static int32_t region_erase(void *ctx, uint32_t offset, uint32_t len)
{
    return flash_area_erase(ctx, (off_t)offset, len) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

static int32_t region_program(void *ctx, uint32_t offset, const uint8_t *data, size_t len)
{
    return flash_area_write(ctx, (off_t)offset, data, len) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

/* Pages of one size: those of the partition's first. */
const struct sampan_flash *sampan_zephyr_flash(uint8_t id)
{
    static struct sampan_flash flash = {
        .size = sizeof flash, .read = region_read, .erase = region_erase, .program = region_program,
    };
    const struct flash_area *area;
    struct flash_pages_info page;
    if (flash_area_open(id, &area) != 0 || !device_is_ready(area->fa_dev) || flash_area_erased_val(area) != 0xff ||
        flash_get_page_info_by_offs(area->fa_dev, area->fa_off, &page) != 0) {
        return NULL;
    }
    flash.ctx = (void *)area;
    flash.len = (uint32_t)area->fa_size;
    flash.erase_len = (uint32_t)page.size;
    flash.program_len = flash_area_align(area);
    return &flash;
}
