/* SPDX-License-Identifier: Apache-2.0 */
/* Formatted text on the console, without a heap or libc's printf. */
#ifndef PRINT_H
#define PRINT_H

/* Knows %s %c %d %u %x %llu and %%, a width, and the flags '-' and '0'. Thread context. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

#endif
