/* SPDX-License-Identifier: Apache-2.0 */
/* Init and deinit: each bad config, arenas of every size and alignment, one runtime at a time. */
#include <string.h>

#include "support.h"
#include "tests.h"

/* The least engine stack that init takes. */
#define LITTLE_STACK (32u * 1024)

/* Init answers `expected`, and gives no runtime out. */
static void refused(int32_t expected, const struct sampan_config *config) {
  struct sampan_runtime *rt = NULL;
  memset(&rt, PATTERN, sizeof rt);
  CHECK_EQUAL(expected, sampan_runtime_init(config, &rt));
  CHECK(untouched(&rt, sizeof rt));
}

static void bad_pointers(void) {
  struct sampan_config config = config_default();
  CHECK_STATUS(NULL_POINTER, sampan_runtime_init(&config, NULL));
  refused(SAMPAN_STATUS_NULL_POINTER, NULL);
  config.arena = NULL;
  refused(SAMPAN_STATUS_NULL_POINTER, &config);
  config = config_default();
  config.platform = NULL;
  refused(SAMPAN_STATUS_NULL_POINTER, &config);
}

static void missing_members(void) {
  struct sampan_config config = config_default();
  for (unsigned member = 0; member < 7; member++) {
    struct sampan_platform platform = port_platform();
    switch (member) {
      case 0: platform.now_us = NULL; break;
      case 1: platform.lock = NULL; break;
      case 2: platform.unlock = NULL; break;
      case 3: platform.wake = NULL; break;
      case 4: platform.entropy = NULL; break;
      case 5: platform.log = NULL; break;
      default: platform.fatal = NULL; break;
    }
    config.platform = &platform;
    refused(SAMPAN_STATUS_NULL_POINTER, &config);
  }
}

static void numbers(void) {
  static const uint32_t too_many_containers[] = {SAMPAN_MAX_CONTAINERS + 1, 1000000, UINT32_MAX};
  static const uint32_t too_many_functions[] = {SAMPAN_MAX_HOST_FUNCTIONS + 1, UINT32_MAX};
  static const uint32_t bad_slices[] = {1, SAMPAN_MIN_SLICE_FUEL - 1, SAMPAN_MAX_SLICE_FUEL + 1, UINT32_MAX};
  struct sampan_config config = config_default();
  for (size_t idx = 0; idx < 3; idx++) {
    config.max_containers = too_many_containers[idx];
    refused(SAMPAN_STATUS_INVALID_ARGUMENT, &config);
  }
  config = config_default();
  for (size_t idx = 0; idx < 2; idx++) {
    config.max_host_functions = too_many_functions[idx];
    refused(SAMPAN_STATUS_INVALID_ARGUMENT, &config);
  }
  config = config_default();
  for (size_t idx = 0; idx < 4; idx++) {
    config.slice_fuel = bad_slices[idx];
    refused(SAMPAN_STATUS_INVALID_ARGUMENT, &config);
  }
  config = config_default();
  config.engine_stack_len = 1;
  refused(SAMPAN_STATUS_INVALID_ARGUMENT, &config);
  config.engine_stack_len = LITTLE_STACK - 1;
  refused(SAMPAN_STATUS_INVALID_ARGUMENT, &config);
  config.engine_stack_len = UINT32_MAX;
  refused(SAMPAN_STATUS_NO_MEMORY, &config);
  config = config_default();
  config.arena_len = SIZE_MAX;
  refused(SAMPAN_STATUS_INVALID_ARGUMENT, &config);
}

static void largest_tables(void) {
  struct sampan_config config = config_default();
  config.max_containers = SAMPAN_MAX_CONTAINERS;
  config.max_host_functions = SAMPAN_MAX_HOST_FUNCTIONS;
  config.slice_fuel = SAMPAN_MAX_SLICE_FUEL;
  config.engine_stack_len = 1000001; /* no multiple of anything */
  struct sampan_runtime *rt = runtime_open_with(&config);
  container_drop(rt, container_run(rt, &module_returns));
  runtime_close(rt);
}

/* Arenas that end at a guard page, with a byte of pattern before them that must stay. */
static void every_size(void) {
  size_t least = 0;
  for (size_t len = 0; len <= LITTLE_STACK + 8 * 1024; len++) {
    struct sampan_config config = config_default();
    uint8_t *start = arena_before_guard(len + 16);
    config.arena = start + 16;
    config.arena_len = len;
    config.engine_stack_len = LITTLE_STACK;
    config.max_containers = 2;
    config.max_host_functions = 4;
    struct sampan_runtime *rt = NULL;
    int32_t code = sampan_runtime_init(&config, &rt);
    if (code == SAMPAN_STATUS_OK) {
      least = least == 0 ? len : least;
      CHECK(arena_used(rt) <= len);
      runtime_close(rt);
    } else {
      CHECK_EQUAL(SAMPAN_STATUS_NO_MEMORY, code);
      CHECK(rt == NULL);
    }
    CHECK(untouched(start, 16));
  }
  CHECK(least > LITTLE_STACK && least < LITTLE_STACK + 8 * 1024);
}

static void every_alignment(void) {
  for (size_t offset = 0; offset < 64; offset++) {
    struct sampan_config config = config_default();
    uint8_t *memory = arena_before_guard(ARENA_LEN);
    config.arena = memory + offset;
    config.arena_len = ARENA_LEN - 64;
    struct sampan_runtime *rt = runtime_open_with(&config);
    uint32_t id = container_run(rt, &module_exit_code);
    poll_until_idle(rt, 10);
    ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 7);
    runtime_close(rt);
    CHECK(untouched(memory, offset));
    CHECK(untouched(memory + offset + ARENA_LEN - 64, 64 - offset));
  }
}

/* What init takes is enough to load and run on: no stack that overruns what lies before it. */
static void least_stack(void) {
  struct sampan_config config = config_default();
  config.engine_stack_len = LITTLE_STACK;
  struct sampan_runtime *rt = runtime_open_with(&config);
  for (size_t idx = 0; idx < modules_len; idx++) {
    uint32_t id = 0;
    int32_t code = sampan_container_create(rt, modules[idx]->bytes, modules[idx]->len, NULL, &id);
    if (code == SAMPAN_STATUS_OK) {
      CHECK_STATUS(OK, sampan_container_start(rt, id));
      poll_until_idle(rt, 10);
      container_drop(rt, id);
    }
  }
  struct sampan_runtime_stats stats = {.size = sizeof stats};
  CHECK_STATUS(OK, sampan_runtime_stats(rt, &stats));
  CHECK(stats.engine_stack_peak > 0 && stats.engine_stack_peak < stats.engine_stack_len);
  runtime_close(rt);
}

/* Arenas too small for a container, and larger ones: what is created runs, what isn't changes nothing. */
static void sizes_with_a_container(void) {
  bool refused_once = false;
  bool ran_once = false;
  for (size_t len = 300 * 1024; len < 480 * 1024; len += 4099) {
    struct sampan_config config = config_default();
    config.arena = arena_before_guard(len);
    config.arena_len = len;
    config.engine_stack_len = 256 * 1024;
    struct sampan_runtime *rt = runtime_open_with(&config);
    size_t used = arena_used(rt);
    uint32_t id = 0;
    int32_t code = sampan_container_create(rt, module_exit_code.bytes, module_exit_code.len, NULL, &id);
    if (code == SAMPAN_STATUS_OK) {
      ran_once = true;
      CHECK_STATUS(OK, sampan_container_start(rt, id));
      poll_until_idle(rt, 10);
      ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 7);
      container_drop(rt, id);
    } else {
      refused_once = true;
      CHECK_EQUAL(SAMPAN_STATUS_NO_MEMORY, code);
      CHECK(log_has("c0", "not created"));
    }
    CHECK_EQUAL(used, arena_used(rt));
    runtime_close(rt);
  }
  CHECK(refused_once && ran_once);
}

static void one_at_a_time(void) {
  struct sampan_config config = config_default();
  struct sampan_runtime *rt = runtime_open_with(&config);
  refused(SAMPAN_STATUS_WRONG_STATE, &config);
  uint32_t id = container_run(rt, &module_endless);
  poll_once(rt);
  CHECK_STATUS(NULL_POINTER, sampan_runtime_deinit(NULL));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_runtime_deinit((struct sampan_runtime *)&config));
  runtime_close(rt);
  /* Out of service: each answers, none looks at the arena. */
  memset(config.arena, PATTERN, config.arena_len);
  CHECK_STATUS(INVALID_ARGUMENT, sampan_runtime_deinit(rt));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_kill(rt, id));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_call_complete(rt, UINT64_C(1) << 40, 0));
  CHECK(untouched(config.arena, config.arena_len));
  /* The same arena serves again, with nothing of before. */
  rt = runtime_open_with(&config);
  size_t count = 1;
  CHECK_STATUS(OK, sampan_container_list(rt, NULL, 0, &count));
  CHECK_EQUAL(0, count);
  CHECK_STATUS(STALE_ID, sampan_container_kill(rt, id));
  uint32_t next = container_run(rt, &module_endless);
  CHECK_EQUAL(id & 0xff, next & 0xff);
  CHECK_STATUS(STALE_ID, sampan_container_kill(rt, id));
  container_drop(rt, next);
  runtime_close(rt);
}

void test_init(void) {
  group("init: configs");
  bad_pointers();
  missing_members();
  numbers();
  largest_tables();
  group("init: arenas");
  every_size();
  every_alignment();
  least_stack();
  sizes_with_a_container();
  group("init: one runtime at a time");
  one_at_a_time();
}
