/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "sampan.h"

/* After so many a broken rule is known, and the log is no use when it is longer. */
#define MAX_PRINTED 100

static atomic_ulong passed;
static atomic_ulong failed;

/* Counts; true if a failure is to be printed. */
static bool count(bool good) {
  if (good) {
    atomic_fetch_add(&passed, 1);
    return false;
  }
  return atomic_fetch_add(&failed, 1) < MAX_PRINTED;
}

bool check_true(bool condition, const char *file, int line, const char *text) {
  if (count(condition)) {
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
  }
  return condition;
}

bool check_equal(int64_t expected, int64_t actual, const char *file, int line, const char *text) {
  if (count(expected == actual)) {
    fprintf(stderr, "%s:%d: %s is %" PRId64 ", not %" PRId64 "\n", file, line, text, actual, expected);
  }
  return expected == actual;
}

bool check_status(int32_t expected, int32_t actual, const char *file, int line, const char *text) {
  if (count(expected == actual)) {
    fprintf(stderr, "%s:%d: %s answers \"%s\" (%" PRId32 "), not \"%s\"\n", file, line, text,
            sampan_status_text(actual), actual, sampan_status_text(expected));
  }
  return expected == actual;
}

void group(const char *name) {
  printf("-- %s\n", name);
  fflush(stdout);
}

int report(void) {
  unsigned long good = atomic_load(&passed);
  unsigned long bad = atomic_load(&failed);
  printf("%lu passed, %lu failed\n", good, bad);
  return bad == 0 && good > 0 ? 0 : 1;
}
