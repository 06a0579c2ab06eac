/* SPDX-License-Identifier: Apache-2.0 */
#include "sampan_esp.h"

#include <stdio.h>

#include "esp_random.h"
#include "esp_timer.h"
#include "sdkconfig.h"

/* Microseconds; that it wraps is the port's to see to. */
static uint32_t counter(void)
{
    return (uint32_t)esp_timer_get_time();
}

static int32_t entropy(uint8_t *buf, size_t len)
{
    esp_fill_random(buf, len);
    return 0;
}

static void put(const char *text, size_t len)
{
    fwrite(text, 1, len, stdout);
}

const struct sampan_freertos_hooks sampan_esp_hooks = {
    .counter = counter,
    .counter_hz = 1000000,
    .entropy = entropy,
    .put = put,
};

sampan_status sampan_esp_start(struct sampan_runtime **out_runtime)
{
    static uint8_t memory[CONFIG_SAMPAN_MEMORY_LEN];
    const struct sampan_freertos_config config = {
        .size = sizeof config,
        .memory = memory,
        .memory_len = sizeof memory,
        .stack_len = CONFIG_SAMPAN_STACK_LEN,
        .priority = CONFIG_SAMPAN_PRIORITY,
        .busy_ticks = CONFIG_SAMPAN_BUSY_TICKS,
        .hooks = &sampan_esp_hooks,
    };
    return sampan_freertos_start(&config, out_runtime);
}
