/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXCEPTION_H
#define EXCEPTION_H

#include <stdint.h>

/* How often the exception that polls came. */
uint32_t exception_entries(void);

/* How often of these it found main in a call. */
uint32_t exception_entries_locked(void);

#endif
