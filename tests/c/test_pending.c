/* SPDX-License-Identifier: Apache-2.0 */
/* Parked calls: answered once, late, twice, not at all, and their memory meanwhile. */
#include <stdatomic.h>
#include <string.h>

#include "support.h"
#include "tests.h"

#define OVER "answer to a call that is over dropped"

static uint64_t last_token;

static int32_t park(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  (void)rt, (void)values;
  CHECK_STATUS(OK, sampan_call_defer(call, &last_token));
  return SAMPAN_STATUS_PENDING;
}

/* The answer may come before the call is parked: an interrupt is quicker. */
static int32_t park_and_complete(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  int32_t code = park(rt, call, values);
  CHECK_STATUS(OK, sampan_call_complete(rt, last_token, 11));
  return code;
}

/* A token is given out, but the call fails at once. */
static int32_t park_and_fail(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  park(rt, call, values);
  return -5;
}

static uint32_t parked(struct sampan_runtime *rt) {
  act_set(park);
  uint32_t id = container_run(rt, &module_host_call);
  CHECK_EQUAL(SAMPAN_NEVER, poll_until_idle(rt, 10));
  CHECK_EQUAL(1, status_of(rt, id).waiting);
  return id;
}

static void answers(struct sampan_runtime *rt) {
  uint32_t id = parked(rt);
  unsigned wakes = atomic_load(&port.wakes);
  CHECK_STATUS(OK, sampan_call_complete(rt, last_token, 0xffffffff00000005));
  CHECK(atomic_load(&port.wakes) > wakes);
  CHECK_EQUAL(1, status_of(rt, id).waiting); /* until the next poll */
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 5);
  container_drop(rt, id);

  static const int32_t failures[] = {-77, 0, 1, INT32_MIN, INT32_MAX};
  for (size_t idx = 0; idx < sizeof failures / sizeof failures[0]; idx++) {
    id = parked(rt);
    CHECK_STATUS(OK, sampan_call_fail(rt, last_token, failures[idx]));
    poll_until_idle(rt, 10);
    ended_with(rt, id, SAMPAN_EXIT_KIND_HOST_ERROR, failures[idx]);
    container_drop(rt, id);
  }

  act_set(park_and_complete);
  id = container_run(rt, &module_host_call);
  poll_until_idle(rt, 10);
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 11);
  container_drop(rt, id);
}

static void twice_and_late(struct sampan_runtime *rt) {
  port_reset();
  uint32_t id = parked(rt);
  CHECK_STATUS(OK, sampan_call_complete(rt, last_token, 1));
  CHECK_STATUS(OK, sampan_call_complete(rt, last_token, 2));
  CHECK_STATUS(OK, sampan_call_fail(rt, last_token, 3));
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 1);
  CHECK(log_has("sampan", OVER));
  container_drop(rt, id);

  /* After a kill, and after a restart that parks again. */
  id = parked(rt);
  uint64_t old_token = last_token;
  CHECK_STATUS(OK, sampan_container_kill(rt, id));
  port_reset();
  CHECK_STATUS(OK, sampan_call_complete(rt, old_token, 1));
  poll_until_idle(rt, 10);
  CHECK(log_has("sampan", OVER));
  ended_with(rt, id, SAMPAN_EXIT_KIND_KILLED, 0);
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 10);
  CHECK(last_token != old_token);
  CHECK_STATUS(OK, sampan_call_complete(rt, old_token, 1));
  poll_until_idle(rt, 10);
  CHECK_EQUAL(1, status_of(rt, id).waiting);
  container_drop(rt, id);

  /* After a removal, when the slot is another container's. */
  uint64_t removed_token = last_token;
  uint32_t other = parked(rt);
  CHECK_EQUAL(id & 0xff, other & 0xff);
  CHECK_STATUS(OK, sampan_call_complete(rt, removed_token, 1));
  poll_until_idle(rt, 10);
  CHECK_EQUAL(1, status_of(rt, other).waiting);
  container_drop(rt, other);
}

/* After the runtime that gave it out: a later one on the same arena, whose calls count from the beginning. */
static void later_runtime(void) {
  struct sampan_runtime *rt = runtime_open();
  parked(rt);
  uint64_t old_token = last_token;
  runtime_close(rt);
  rt = runtime_open();
  port_reset();
  uint32_t id = parked(rt);
  CHECK_STATUS(OK, sampan_call_complete(rt, old_token, 1));
  poll_until_idle(rt, 10);
  CHECK(log_has("sampan", OVER));
  CHECK_EQUAL(1, status_of(rt, id).waiting);
  container_drop(rt, id);
  runtime_close(rt);
}

/* A token that was given out never names a later call, even if its own was never parked. */
static void failed_after_defer(struct sampan_runtime *rt) {
  act_set(park_and_fail);
  uint32_t id = container_run(rt, &module_host_call);
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_HOST_ERROR, -5);
  uint64_t unparked = last_token;
  act_set(park);
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 10);
  CHECK(last_token != unparked);
  CHECK_STATUS(OK, sampan_call_complete(rt, unparked, 1));
  poll_until_idle(rt, 10);
  CHECK_EQUAL(1, status_of(rt, id).waiting);
  container_drop(rt, id);
}

/* An answer that comes while the container is paused is kept. */
static void while_paused(struct sampan_runtime *rt) {
  uint32_t id = parked(rt);
  CHECK_STATUS(OK, sampan_container_pause(rt, id));
  CHECK_STATUS(OK, sampan_call_complete(rt, last_token, 6));
  poll_until_idle(rt, 10);
  CHECK_EQUAL(SAMPAN_CONTAINER_STATE_PAUSED, state_of(rt, id));
  CHECK_STATUS(OK, sampan_container_resume(rt, id));
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 6);
  container_drop(rt, id);
}

static void bad_arguments(struct sampan_runtime *rt) {
  struct sampan_runtime *foreign = (struct sampan_runtime *)&last_token;
  uint64_t token = UINT64_C(0x100) << 32 | 1; /* well-formed */
  CHECK_STATUS(NULL_POINTER, sampan_call_complete(NULL, token, 0));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_call_complete(foreign, token, 0));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_call_complete(rt, 0, 0));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_call_complete(rt, UINT32_MAX, 0));
  CHECK_STATUS(NULL_POINTER, sampan_call_fail(NULL, token, -1));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_call_fail(foreign, token, -1));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_call_fail(rt, 0, -1));
  CHECK_STATUS(OK, sampan_call_fail(rt, UINT64_MAX, -1)); /* dropped at the next poll */
  poll_once(rt);
}

static void queue(uint32_t max_containers, unsigned room) {
  struct sampan_config config = config_default();
  config.max_containers = max_containers;
  struct sampan_runtime *rt = runtime_open_with(&config);
  for (int round = 0; round < 3; round++) {
    uint32_t id = parked(rt);
    for (unsigned answer = 0; answer < room; answer++) {
      CHECK_STATUS(OK, sampan_call_complete(rt, last_token, answer + 1));
    }
    CHECK_STATUS(BUSY, sampan_call_complete(rt, last_token, 99));
    CHECK_STATUS(BUSY, sampan_call_fail(rt, last_token, 99));
    poll_until_idle(rt, 10);
    ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 1);
    container_drop(rt, id);
  }
  runtime_close(rt);
}

static void memory(struct sampan_runtime *rt) {
  struct sampan_runtime *foreign = (struct sampan_runtime *)&last_token;
  uint32_t id = parked(rt);
  uint8_t buf[8];
  CHECK_STATUS(OK, sampan_pending_read(rt, last_token, 1, buf, 7));
  CHECK(memcmp(buf, "\1\2\3\4\5\6\7", 7) == 0);
  CHECK_STATUS(OK, sampan_pending_write(rt, last_token, 65536 - 8, (const uint8_t *)"abcdefgh", 8));
  CHECK_STATUS(OK, sampan_pending_read(rt, last_token, 65536 - 8, buf, 8));
  CHECK(memcmp(buf, "abcdefgh", 8) == 0);
  CHECK_STATUS(OK, sampan_pending_read(rt, last_token, 65536, NULL, 0));
  CHECK_STATUS(OK, sampan_pending_write(rt, last_token, 0, NULL, 0));

  memset(buf, PATTERN, sizeof buf);
  static const struct {
    uint32_t addr;
    size_t len;
  } outside[] = {{65536, 1}, {65529, 8}, {65537, 0}, {UINT32_MAX, 1}, {UINT32_MAX, 8}, {0, 65537}};
  static uint8_t wide[65537];
  memset(wide, PATTERN, sizeof wide);
  for (size_t idx = 0; idx < sizeof outside / sizeof outside[0]; idx++) {
    uint32_t addr = outside[idx].addr;
    CHECK_STATUS(OUT_OF_BOUNDS, sampan_pending_read(rt, last_token, addr, wide, outside[idx].len));
    CHECK_STATUS(OUT_OF_BOUNDS, sampan_pending_write(rt, last_token, addr, wide, outside[idx].len));
  }
  CHECK(untouched(wide, sizeof wide));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_pending_read(rt, last_token, 0, buf, SIZE_MAX));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_pending_write(rt, last_token, 0, buf, SIZE_MAX));
  CHECK_STATUS(NULL_POINTER, sampan_pending_read(rt, last_token, 0, NULL, 1));
  CHECK_STATUS(NULL_POINTER, sampan_pending_write(rt, last_token, 0, NULL, 1));
  CHECK_STATUS(NULL_POINTER, sampan_pending_read(NULL, last_token, 0, buf, 1));
  CHECK_STATUS(NULL_POINTER, sampan_pending_write(NULL, last_token, 0, buf, 1));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_pending_read(foreign, last_token, 0, buf, 1));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_pending_write(foreign, last_token, 0, buf, 1));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_pending_read(rt, 0, 0, buf, 1));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_pending_write(rt, 0, 0, buf, 1));
  CHECK_STATUS(STALE_CALL, sampan_pending_read(rt, last_token + 1, 0, buf, 1));
  CHECK_STATUS(STALE_CALL, sampan_pending_write(rt, UINT64_MAX, 0, buf, 1));
  CHECK_STATUS(OK, sampan_container_kill(rt, id));
  CHECK_STATUS(STALE_CALL, sampan_pending_read(rt, last_token, 0, buf, 1));
  CHECK_STATUS(STALE_CALL, sampan_pending_write(rt, last_token, 0, buf, 1));
  container_drop(rt, id);
  CHECK_STATUS(STALE_CALL, sampan_pending_read(rt, last_token, 0, buf, 1));
  CHECK(untouched(buf, sizeof buf));
}

void test_pending(void) {
  group("parked calls");
  struct sampan_runtime *rt = runtime_open();
  answers(rt);
  twice_and_late(rt);
  failed_after_defer(rt);
  while_paused(rt);
  bad_arguments(rt);
  memory(rt);
  runtime_close(rt);
  group("parked calls: a later runtime");
  later_runtime();
  group("parked calls: a full queue");
  queue(1, 1);
  queue(2, 2);
  queue(3, 4);
  queue(SAMPAN_MAX_CONTAINERS, SAMPAN_MAX_CONTAINERS);
}
