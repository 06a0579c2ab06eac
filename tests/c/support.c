/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "support.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct sampan_platform platform;
static struct sampan_runtime *act_runtime;
static act_function *act;
static atomic_uint acts;

/* Memory of `len` bytes, whole pages, with a page after it that can't be touched; returns that page. */
static uint8_t *guarded(size_t len) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint8_t *start = mmap(NULL, len + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + len, page, PROT_NONE) != 0) {
    abort();
  }
  return start + len;
}

uint8_t *arena_before_guard(size_t len) {
  static uint8_t *guard;
  if (guard == NULL) {
    guard = guarded(ARENA_LEN);
  }
  memset(guard - len, PATTERN, len);
  return guard - len;
}

void *struct_before_guard(size_t len) {
  static uint8_t *guard;
  if (guard == NULL) {
    guard = guarded(8192);
  }
  memset(guard - len, PATTERN, len);
  return guard - len;
}

bool untouched(const void *start, size_t len) {
  const uint8_t *bytes = start;
  for (size_t idx = 0; idx < len; idx++) {
    if (bytes[idx] != PATTERN) {
      return false;
    }
  }
  return true;
}

struct sampan_config config_default(void) {
  platform = port_platform();
  return (struct sampan_config){
    .size = sizeof(struct sampan_config),
    .arena = arena_before_guard(ARENA_LEN),
    .arena_len = ARENA_LEN,
    .platform = &platform,
  };
}

static int32_t call_act(void *ctx, struct sampan_call *call, uint64_t *values) {
  CHECK(ctx == &acts);
  atomic_fetch_add(&acts, 1);
  values[0] = 0;
  return act == NULL ? 0 : act(act_runtime, call, values);
}

void act_set(act_function *function) {
  act = function;
  atomic_store(&acts, 0);
}

unsigned act_count(void) { return atomic_load(&acts); }

struct sampan_runtime *runtime_open_with(const struct sampan_config *config) {
  struct sampan_runtime *rt = NULL;
  port_reset();
  act_set(NULL);
  if (!CHECK_STATUS(OK, sampan_runtime_init(config, &rt))) {
    abort(); /* nothing that follows would mean anything */
  }
  act_runtime = rt;
  struct sampan_host_function function = {
    .size = sizeof function, .module = "test", .name = "act", .signature = "()i", .call = call_act, .ctx = &acts,
  };
  CHECK_STATUS(OK, sampan_host_register(rt, &function));
  return rt;
}

struct sampan_runtime *runtime_open(void) {
  struct sampan_config config = config_default();
  return runtime_open_with(&config);
}

void runtime_close(struct sampan_runtime *rt) { CHECK_STATUS(OK, sampan_runtime_deinit(rt)); }

const char *const permissions[3] = {"clock", "log", "random"};

uint32_t container_new(struct sampan_runtime *rt, const struct module *module) {
  struct sampan_container_options options = {.size = sizeof options, .memory_limit = CONTAINER_LEN,
                                             .permissions = permissions, .permissions_len = 3};
  uint32_t id = 0;
  CHECK_STATUS(OK, sampan_container_create(rt, module->bytes, module->len, &options, &id));
  return id;
}

uint32_t container_run(struct sampan_runtime *rt, const struct module *module) {
  uint32_t id = container_new(rt, module);
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  return id;
}

void container_drop(struct sampan_runtime *rt, uint32_t id) {
  uint8_t state = state_of(rt, id);
  if (state == SAMPAN_CONTAINER_STATE_RUNNING || state == SAMPAN_CONTAINER_STATE_PAUSED) {
    CHECK_STATUS(OK, sampan_container_kill(rt, id));
  }
  CHECK_STATUS(OK, sampan_container_remove(rt, id));
}

struct sampan_container_status status_of(struct sampan_runtime *rt, uint32_t id) {
  struct sampan_container_status status;
  memset(&status, 0, sizeof status);
  status.size = sizeof status;
  CHECK_STATUS(OK, sampan_container_status(rt, id, &status));
  return status;
}

uint8_t state_of(struct sampan_runtime *rt, uint32_t id) { return status_of(rt, id).state; }

bool ended_with(struct sampan_runtime *rt, uint32_t id, uint8_t exit_kind, int32_t exit_code) {
  struct sampan_container_status status = status_of(rt, id);
  bool fault = exit_kind != SAMPAN_EXIT_KIND_EXITED && exit_kind != SAMPAN_EXIT_KIND_STOPPED &&
               exit_kind != SAMPAN_EXIT_KIND_KILLED && exit_kind != SAMPAN_EXIT_KIND_REVOKED;
  uint8_t state = fault ? SAMPAN_CONTAINER_STATE_FAULTED : SAMPAN_CONTAINER_STATE_STOPPED;
  return CHECK_EQUAL(exit_kind, status.exit_kind) && CHECK_EQUAL(exit_code, status.exit_code) &&
         CHECK_EQUAL(state, status.state) && CHECK(status.waiting == 0 && status.stopping == 0);
}

size_t arena_used(struct sampan_runtime *rt) {
  struct sampan_runtime_stats stats = {.size = sizeof stats};
  CHECK_STATUS(OK, sampan_runtime_stats(rt, &stats));
  return stats.arena_used;
}

uint64_t poll_once(struct sampan_runtime *rt) {
  uint64_t deadline_us = 0;
  CHECK_STATUS(OK, sampan_runtime_poll(rt, &deadline_us));
  return deadline_us;
}

uint64_t poll_until_idle(struct sampan_runtime *rt, unsigned most) {
  for (unsigned polls = 0; polls < most; polls++) {
    uint64_t deadline_us = poll_once(rt);
    if (deadline_us > atomic_load(&port.now_us)) {
      return deadline_us;
    }
  }
  return 0;
}
