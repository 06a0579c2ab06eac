/* SPDX-License-Identifier: Apache-2.0 */
/* Sampan in ESP-IDF: the FreeRTOS port, set up by menuconfig. */
#ifndef SAMPAN_ESP_H
#define SAMPAN_ESP_H

#include "sampan_freertos.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The clock of esp_timer, random bytes of esp_fill_random, which are only as good as the chip's documentation says while no
 * radio is on, and the log on stdout. Lives for ever.
 */
extern const struct sampan_freertos_hooks sampan_esp_hooks;

/*
 * Makes a runtime and its task of what menuconfig says, in static memory. Firmware that wants more calls
 * sampan_freertos_start itself, with sampan_esp_hooks. Returns what that does. From app_main or any other task.
 */
sampan_status sampan_esp_start(struct sampan_runtime **out_runtime);

#ifdef __cplusplus
}
#endif

#endif
