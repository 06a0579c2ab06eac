/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs of every size that a caller may have compiled: shorter ones are older callers, longer ones newer.
 *
 * Each struct ends at a page that can't be touched, so that a byte read or written too many is seen even in
 * code without a sanitizer.
 */
#include <stddef.h>
#include <string.h>

#include "support.h"
#include "tests.h"

/* Larger than any struct, and a multiple of every alignment. */
#define LONGEST 4096u

typedef int32_t use_struct(struct sampan_runtime *rt, void *place);

/* A place of `size` bytes for a struct that begins with its size; it holds what `filled` has, then zeros. */
static void *placed(uint32_t size, const void *filled, size_t filled_len) {
  uint8_t *place = struct_before_guard(size);
  memset(place, 0, size);
  memcpy(place, filled, filled_len < size ? filled_len : size);
  memcpy(place, &size, sizeof size);
  return place;
}

/* Sizes that no struct has. */
static void sizes_refused(struct sampan_runtime *rt, use_struct *use, const void *filled, size_t len) {
  static const uint32_t sizes[] = {0, 1, 3, LONGEST + 1, 1u << 20, UINT32_MAX};
  for (size_t idx = 0; idx < sizeof sizes / sizeof sizes[0]; idx++) {
    uint8_t *place = placed(LONGEST, filled, len);
    memcpy(place, &sizes[idx], sizeof sizes[idx]);
    CHECK_EQUAL(SAMPAN_STATUS_INVALID_ARGUMENT, use(rt, place));
  }
  for (size_t offset = 1; offset < 4; offset++) {
    uint8_t *place = placed(LONGEST, filled, len);
    memmove(place + offset, place, LONGEST - offset);
    uint32_t size = LONGEST - 8;
    memcpy(place + offset, &size, sizeof size);
    CHECK_EQUAL(SAMPAN_STATUS_INVALID_ARGUMENT, use(rt, place + offset));
  }
  CHECK_EQUAL(SAMPAN_STATUS_NULL_POINTER, use(rt, NULL));
}

/* Longer structs: a tail of zeros is fine, anything else in it is from a newer version. */
static void tails(struct sampan_runtime *rt, use_struct *use, int32_t good, const void *filled, size_t len) {
  for (uint32_t size = (uint32_t)len; size <= LONGEST; size = size < len + 64 ? size + 8 : size * 2) {
    CHECK_EQUAL(good, use(rt, placed(size, filled, len)));
    if (size > len) {
      uint8_t *place = placed(size, filled, len);
      place[size - 1] = 1;
      CHECK_EQUAL(SAMPAN_STATUS_VERSION, use(rt, place));
      place[size - 1] = 0;
      place[len] = 0x80;
      CHECK_EQUAL(SAMPAN_STATUS_VERSION, use(rt, place));
    }
  }
}

static int32_t use_config(struct sampan_runtime *rt, void *place) {
  (void)rt;
  struct sampan_runtime *made = NULL;
  int32_t code = sampan_runtime_init(place, &made);
  if (code == SAMPAN_STATUS_OK) {
    runtime_close(made);
  }
  return code;
}

static void configs(void) {
  struct sampan_config config = config_default();
  sizes_refused(NULL, use_config, &config, sizeof config);
  tails(NULL, use_config, SAMPAN_STATUS_OK, &config, sizeof config);
  /* What a shorter one lacks is zero: no platform, no arena; or else a default. */
  for (uint32_t size = 8; size < sizeof config; size += 8) {
    int32_t good = size < offsetof(struct sampan_config, max_containers) ? SAMPAN_STATUS_NULL_POINTER : SAMPAN_STATUS_OK;
    CHECK_EQUAL(good, use_config(NULL, placed(size, &config, sizeof config)));
  }
}

static int32_t use_platform(struct sampan_runtime *rt, void *place) {
  struct sampan_config config = config_default();
  config.platform = place;
  return use_config(rt, &config);
}

static void platforms(void) {
  struct sampan_platform platform = port_platform();
  sizes_refused(NULL, use_platform, &platform, sizeof platform);
  tails(NULL, use_platform, SAMPAN_STATUS_OK, &platform, sizeof platform);
  /* An older port ends with `fatal`; what it lacks is no device, flash, socket or time of day. */
  for (uint32_t size = 8; size < sizeof platform; size += 8) {
    int32_t good = size < offsetof(struct sampan_platform, wall_us) ? SAMPAN_STATUS_NULL_POINTER : SAMPAN_STATUS_OK;
    CHECK_EQUAL(good, use_platform(NULL, placed(size, &platform, sizeof platform)));
  }
}

static int32_t use_options(struct sampan_runtime *rt, void *place) {
  if (place == NULL) {
    return SAMPAN_STATUS_NULL_POINTER; /* the one struct that may be left out: see test_options */
  }
  uint32_t id = 0;
  int32_t code = sampan_container_create(rt, module_returns.bytes, module_returns.len, place, &id);
  if (code == SAMPAN_STATUS_OK) {
    container_drop(rt, id);
  } else {
    CHECK_EQUAL(0, id);
  }
  return code;
}

static void options(struct sampan_runtime *rt) {
  struct sampan_container_options options = {.size = sizeof options, .name = "versions", .share = 5, .priority = 7};
  sizes_refused(rt, use_options, &options, sizeof options);
  tails(rt, use_options, SAMPAN_STATUS_OK, &options, sizeof options);
  for (uint32_t size = 8; size < sizeof options; size += 8) {
    CHECK_STATUS(OK, use_options(rt, placed(size, &options, sizeof options)));
  }
}

static int32_t answer_nothing(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)ctx, (void)call, (void)values;
  return 0;
}

static int32_t use_function(struct sampan_runtime *rt, void *place) { return sampan_host_register(rt, place); }

static void functions(void) {
  struct sampan_host_function function = {
    .size = sizeof function, .module = "versions", .name = "one", .signature = "()", .call = answer_nothing,
  };
  struct sampan_runtime *rt = runtime_open();
  sizes_refused(rt, use_function, &function, sizeof function);
  for (uint32_t size = 8; size < offsetof(struct sampan_host_function, ctx); size += 8) {
    CHECK_STATUS(NULL_POINTER, use_function(rt, placed(size, &function, sizeof function)));
  }
  uint32_t without_ctx = offsetof(struct sampan_host_function, ctx);
  CHECK_STATUS(OK, use_function(rt, placed(without_ctx, &function, sizeof function)));
  /* Once it's registered, a good struct answers that. */
  tails(rt, use_function, SAMPAN_STATUS_DUPLICATE, &function, sizeof function);
  runtime_close(rt);
}

static uint32_t known_id;

static int32_t use_status(struct sampan_runtime *rt, void *place) {
  return sampan_container_status(rt, known_id, place);
}

static int32_t use_stats(struct sampan_runtime *rt, void *place) {
  return sampan_container_stats(rt, known_id, place);
}

static int32_t use_runtime_stats(struct sampan_runtime *rt, void *place) { return sampan_runtime_stats(rt, place); }

/* A struct that is filled: as much as it has room for, and not its size. What its padding gets is nobody's
 * business. */
static void outputs(struct sampan_runtime *rt, use_struct *use, size_t len, size_t padding, size_t padding_end) {
  uint8_t whole[LONGEST];
  uint32_t size = (uint32_t)len;
  memset(whole, PATTERN, sizeof whole);
  memcpy(whole, &size, sizeof size);
  sizes_refused(rt, use, whole, sizeof whole);
  CHECK_EQUAL(SAMPAN_STATUS_OK, use(rt, whole));
  for (size = 4; size <= LONGEST; size = size < len + 64 ? size + 4 : size * 2) {
    uint8_t *place = struct_before_guard(size);
    if ((uintptr_t)place % 8 != 0) {
      continue;
    }
    memcpy(place, &size, sizeof size);
    CHECK_EQUAL(SAMPAN_STATUS_OK, use(rt, place));
    size_t written = size < len ? size : len;
    for (size_t idx = 4; idx < written; idx++) {
      CHECK(place[idx] == whole[idx] || (idx >= padding && idx < padding_end));
    }
    CHECK(memcmp(place, &size, sizeof size) == 0);
    CHECK(untouched(place + written, size - written));
  }
}

void test_structs(void) {
  group("structs of other versions");
  configs();
  platforms();
  functions();
  struct sampan_runtime *rt = runtime_open();
  options(rt);
  known_id = container_run(rt, &module_sleep);
  poll_until_idle(rt, 10);
  outputs(rt, use_status, sizeof(struct sampan_container_status),
          offsetof(struct sampan_container_status, stopping) + sizeof(uint8_t),
          offsetof(struct sampan_container_status, exit_code));
  outputs(rt, use_stats, sizeof(struct sampan_container_stats),
          offsetof(struct sampan_container_stats, messages_lost) + sizeof(uint64_t),
          sizeof(struct sampan_container_stats));
  outputs(rt, use_runtime_stats, sizeof(struct sampan_runtime_stats),
          offsetof(struct sampan_runtime_stats, engine_stack_peak) + sizeof(uint32_t),
          offsetof(struct sampan_runtime_stats, polls));
  runtime_close(rt);
}
