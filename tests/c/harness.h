/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that count and go on: one failure doesn't hide the next. Any thread may check.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stdint.h>

/* The condition holds, or the report names file, line and condition. */
#define CHECK(condition) check_true(condition, __FILE__, __LINE__, #condition)

/* Two integers are equal, or the report shows both. */
#define CHECK_EQUAL(expected, actual) \
  check_equal((int64_t)(expected), (int64_t)(actual), __FILE__, __LINE__, #actual)

/* A call answers this status, given without its prefix: CHECK_STATUS(STALE_ID, sampan_...). */
#define CHECK_STATUS(expected, call) \
  check_status(SAMPAN_STATUS_##expected, call, __FILE__, __LINE__, #call)

bool check_true(bool condition, const char *file, int line, const char *text);
bool check_equal(int64_t expected, int64_t actual, const char *file, int line, const char *text);
bool check_status(int32_t expected, int32_t actual, const char *file, int line, const char *text);

/* Names the group of checks that follows. */
void group(const char *name);

/* Prints the totals as `N passed, N failed`; returns the exit code that goes with them. */
int report(void);

#endif
