/* SPDX-License-Identifier: Apache-2.0 */
/* A platform on which nothing happens but what is measured. */
#ifndef BENCH_PLATFORM_H
#define BENCH_PLATFORM_H

#include <sampan.h>

/* Its clock stands still, it has no entropy and no console; a defect ends the machine with 5. */
extern const struct sampan_platform bench_platform;

#endif
