/* SPDX-License-Identifier: Apache-2.0 */
/* As much of ESP-IDF's header as the component uses. */
#include <stdint.h>

int64_t esp_timer_get_time(void);
