/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules that are cut short at every byte, and mutated ones: create answers a documented code, memory comes
 * back, and what is accepted runs without harm for a bounded time.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "tests.h"

#define MUTATIONS 20000
#define POLLS 20

/* Counts of a sweep, so that one which refuses or accepts everything is seen. */
static unsigned accepted;
static unsigned refused;

/* xorshift64*: the same sequence in every run. */
static uint64_t random_state = UINT64_C(0x5a4d50414e);

static uint32_t random_below(uint32_t limit) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)((random_state * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % limit;
}

/* Loads, runs for a few polls, and removes. The image is a block of its own length, so that reading past it
 * is seen. */
static void try_image(struct sampan_runtime *rt, const uint8_t *image, size_t len) {
  size_t used = arena_used(rt);
  struct sampan_container_options options = {.size = sizeof options, .memory_limit = 1u << 18};
  uint32_t id = 0;
  int32_t code = sampan_container_create(rt, image, len, &options, &id);
  if (code == SAMPAN_STATUS_OK) {
    accepted++;
    CHECK_STATUS(OK, sampan_container_start(rt, id));
    for (int polls = 0; polls < POLLS && poll_once(rt) <= atomic_load(&port.now_us); polls++) {
    }
    struct sampan_container_status status = status_of(rt, id);
    CHECK(status.exit_kind != SAMPAN_EXIT_KIND_ENGINE_FAULT);
    container_drop(rt, id);
  } else {
    refused++;
    CHECK(code == SAMPAN_STATUS_BAD_IMAGE || code == SAMPAN_STATUS_UNSUPPORTED || code == SAMPAN_STATUS_NO_MEMORY ||
          code == SAMPAN_STATUS_UNKNOWN_IMPORT || code == SAMPAN_STATUS_IMPORT_TYPE || code == SAMPAN_STATUS_NO_ENTRY);
  }
  CHECK_EQUAL(used, arena_used(rt));
}

static void truncated(struct sampan_runtime *rt) {
  for (size_t idx = 0; idx < modules_len; idx++) {
    for (size_t len = 0; len < modules[idx]->len; len++) {
      uint8_t *image = malloc(len == 0 ? 1 : len);
      if (image == NULL) {
        abort();
      }
      memcpy(image, modules[idx]->bytes, len);
      try_image(rt, image, len);
      free(image);
    }
  }
  /* A cut between two sections leaves a module: without its code, or without what it exports. */
  CHECK(refused > 1000 && refused > accepted);
}

/* One to four changes: a byte, a bit, a removal, an insertion, a piece copied elsewhere. */
static size_t mutate(uint8_t *image, size_t len, size_t room) {
  for (uint32_t change = 0; change <= random_below(4); change++) {
    uint32_t at = random_below((uint32_t)len);
    uint32_t count = 1 + random_below(4);
    switch (random_below(5)) {
      case 0: image[at] = (uint8_t)random_below(256); break;
      case 1: image[at] ^= (uint8_t)(1u << random_below(8)); break;
      case 2:
        if (at + count < len) {
          memmove(image + at, image + at + count, len - at - count);
          len -= count;
        }
        break;
      case 3:
        if (len + count <= room) {
          memmove(image + at + count, image + at, len - at);
          len += count;
        }
        break;
      default: {
        uint32_t from = random_below((uint32_t)len);
        uint32_t end = at > from ? at : from;
        memmove(image + at, image + from, count < len - end ? count : len - end);
      }
    }
  }
  return len;
}

static void mutated(struct sampan_runtime *rt) {
  accepted = refused = 0;
  for (uint32_t round = 0; round < MUTATIONS; round++) {
    const struct module *module = modules[random_below((uint32_t)modules_len)];
    uint8_t scratch[2048];
    if (module->len > sizeof scratch - 64) {
      abort();
    }
    memcpy(scratch, module->bytes, module->len);
    size_t len = mutate(scratch, module->len, sizeof scratch);
    uint8_t *image = malloc(len);
    if (image == NULL) {
      abort();
    }
    memcpy(image, scratch, len);
    try_image(rt, image, len);
    free(image);
  }
  CHECK(accepted > MUTATIONS / 100 && refused > MUTATIONS / 10);
}

void test_malformed(void) {
  struct sampan_runtime *rt = runtime_open();
  group("modules cut short");
  truncated(rt);
  group("modules mutated");
  mutated(rt);
  runtime_close(rt);
}
