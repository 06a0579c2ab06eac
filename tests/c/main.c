/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every function of sampan.h, with good and bad arguments.
 *
 *   capi                 all tests
 *   capi use-after-free  breaks a rule on purpose, so that ci/capi sees that AddressSanitizer is on
 *   capi overflow        the same for UndefinedBehaviorSanitizer
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "harness.h"
#include "tests.h"

static int use_after_free(void) {
  char *volatile block = malloc(16);
  free(block);
  return block[0];
}

static int overflow(void) {
  volatile int most = INT_MAX;
  return most + 1;
}

static void run_all(void) {
  test_texts();
  test_init();
  test_structs();
  test_options();
  test_images();
  test_lifecycle();
  test_host();
  test_pending();
  test_context();
  test_events();
  test_devices();
  test_calls();
  test_wasi();
  test_messages();
  test_threads();
  test_crowd();
  test_malformed();
  test_trust();
  test_signed();
  group("every documented code was answered, and no other");
  codes_check();
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "use-after-free") == 0) {
    return use_after_free();
  }
  if (argc == 2 && strcmp(argv[1], "overflow") == 0) {
    return overflow();
  }
  if (argc != 1) {
    fprintf(stderr, "usage: %s [use-after-free | overflow]\n", argv[0]);
    return 2;
  }
  run_all();
  return report();
}
