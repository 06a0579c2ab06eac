/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where ESP-IDF's kernel differs from the one that it was made of, for chips with one core. Comes before the port's
 * sources, and before nothing else.
 */
#ifndef ESP_KERNEL_H
#define ESP_KERNEL_H

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#if defined(portNUM_PROCESSORS) && portNUM_PROCESSORS != 1
#error "Sampan's port knows one core: set CONFIG_FREERTOS_UNICORE"
#endif

/* Its macros take a spin lock, which one core has no use for. */
#undef taskENTER_CRITICAL
#undef taskEXIT_CRITICAL
#define taskENTER_CRITICAL() vPortEnterCritical()
#define taskEXIT_CRITICAL() vPortExitCritical()

#define SAMPAN_FREERTOS_IN_INTERRUPT() xPortInIsrContext()

#endif
