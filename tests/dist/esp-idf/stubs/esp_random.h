/* SPDX-License-Identifier: Apache-2.0 */
/* As much of ESP-IDF's header as the component uses. */
#include <stddef.h>

void esp_fill_random(void *buf, size_t len);
