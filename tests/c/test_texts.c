/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and texts: any number in, a text out, and no byte more than there is room for. */
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "tests.h"

static void versions(void) {
  CHECK_EQUAL(SAMPAN_ABI_VERSION, sampan_abi_version());
  const char *version = sampan_version();
  CHECK(strlen(version) >= 5 && strspn(version, "0123456789.") == strlen(version));
}

static void statuses(void) {
  CHECK(strcmp(sampan_status_text(SAMPAN_STATUS_OK), "ok") == 0);
  CHECK(strcmp(sampan_status_text(SAMPAN_STATUS_STALE_ID), "stale container id") == 0);
  CHECK(strcmp(sampan_status_text(2), "unknown") == 0);
  CHECK(strcmp(sampan_status_text(INT32_MIN), "unknown") == 0);
  CHECK(strcmp(sampan_status_text(INT32_MAX), "unknown") == 0);
  /* All that the header names have a text of their own. */
  for (int32_t code = SAMPAN_STATUS_NOT_FOUND; code <= SAMPAN_STATUS_PENDING; code++) {
    CHECK(strcmp(sampan_status_text(code), "unknown") != 0);
    for (int32_t other = code + 1; other <= SAMPAN_STATUS_PENDING; other++) {
      CHECK(strcmp(sampan_status_text(code), sampan_status_text(other)) != 0);
    }
  }
}

static void states(void) {
  unsigned known = 0;
  for (unsigned state = 0; state <= UINT8_MAX; state++) {
    known += strcmp(sampan_state_text((uint8_t)state), "unknown") != 0;
  }
  CHECK_EQUAL(6, known);
  CHECK(strcmp(sampan_state_text(SAMPAN_CONTAINER_STATE_RUNNING), "running") == 0);
}

/* The text goes into a block of exactly `len` bytes, so that a sanitizer sees one byte more. */
static void exit_text_in(size_t len, uint8_t kind, int32_t code, const char *whole) {
  char *buf = malloc(len == 0 ? 1 : len);
  if (buf == NULL) {
    abort();
  }
  memset(buf, PATTERN, len == 0 ? 1 : len);
  CHECK_EQUAL(strlen(whole), sampan_exit_text(kind, code, buf, len));
  if (len == 0) {
    CHECK(untouched(buf, 1));
  } else {
    size_t kept = strlen(whole) < len ? strlen(whole) : len - 1;
    CHECK(memcmp(buf, whole, kept) == 0 && buf[kept] == '\0');
    CHECK(untouched(buf + kept + 1, len - kept - 1));
  }
  free(buf);
}

static void exit_texts(void) {
  const char *trap = "trap: memory access out of bounds";
  for (size_t len = 0; len <= strlen(trap) + 3; len++) {
    exit_text_in(len, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS, trap);
  }
  exit_text_in(64, SAMPAN_EXIT_KIND_NONE, 0, "-");
  exit_text_in(64, SAMPAN_EXIT_KIND_EXITED, INT32_MIN, "exit code -2147483648");
  exit_text_in(64, SAMPAN_EXIT_KIND_STOPPED, 3, "stopped, exit code 3");
  exit_text_in(64, SAMPAN_EXIT_KIND_KILLED, 7, "killed");
  exit_text_in(64, SAMPAN_EXIT_KIND_OUT_OF_MEMORY, 0, "out of memory");
  exit_text_in(64, SAMPAN_EXIT_KIND_LINK_ERROR, SAMPAN_STATUS_UNKNOWN_IMPORT, "link error: unknown import");
  exit_text_in(64, SAMPAN_EXIT_KIND_HOST_ERROR, -40, "host function failed with -40");
  exit_text_in(64, SAMPAN_EXIT_KIND_ENGINE_FAULT, 0, "engine fault");
  /* Numbers that tell nothing. */
  exit_text_in(64, SAMPAN_EXIT_KIND_TRAPPED, 200, "-");
  exit_text_in(64, SAMPAN_EXIT_KIND_TRAPPED, -1, "-");
  exit_text_in(64, SAMPAN_EXIT_KIND_LINK_ERROR, 77, "-");
  exit_text_in(64, 255, INT32_MAX, "-");
  CHECK_EQUAL(0, sampan_exit_text(SAMPAN_EXIT_KIND_KILLED, 0, NULL, 16));
  CHECK_EQUAL(6, sampan_exit_text(SAMPAN_EXIT_KIND_KILLED, 0, NULL, 0));
}

void test_texts(void) {
  group("versions and texts");
  versions();
  statuses();
  states();
  exit_texts();
}
