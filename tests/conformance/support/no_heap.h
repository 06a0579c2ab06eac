/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NO_HEAP_H
#define NO_HEAP_H

#include <stddef.h>

/* Bytes that were asked for since the start: for the hook `heap_used`. */
size_t no_heap_asked_for(void);

#endif
