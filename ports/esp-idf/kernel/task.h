/* SPDX-License-Identifier: Apache-2.0 */
/* ESP-IDF keeps the kernel's headers in a directory of their own. */
#include "freertos/task.h"
