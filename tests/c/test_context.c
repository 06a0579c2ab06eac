/* SPDX-License-Identifier: Apache-2.0 */
/* From inside a host function the lock is held already: all that takes it answers so, and changes nothing. */
#include <stdatomic.h>
#include <string.h>

#include "support.h"
#include "tests.h"

static uint32_t other_id;
static uint64_t other_token;

static int32_t answer_nothing(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)ctx, (void)call, (void)values;
  return 0;
}

static void lifecycle_refused(struct sampan_runtime *rt, uint32_t id) {
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_start(rt, id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_pause(rt, id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_resume(rt, id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_kill(rt, id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_restart(rt, id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_remove(rt, id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_stop(rt, id, 0));
}

static void rest_refused(struct sampan_runtime *rt, uint32_t id) {
  struct sampan_container_status status = {.size = sizeof status};
  struct sampan_container_stats stats = {.size = sizeof stats};
  struct sampan_runtime_stats counters = {.size = sizeof counters};
  struct sampan_host_function function = {
    .size = sizeof function, .module = "late", .name = "f", .signature = "()", .call = answer_nothing,
  };
  uint8_t pattern[16];
  uint32_t out_id;
  size_t count;
  uint64_t deadline_us;
  memset(pattern, PATTERN, sizeof pattern);
  memset(&out_id, PATTERN, sizeof out_id);
  memset(&count, PATTERN, sizeof count);
  memset(&deadline_us, PATTERN, sizeof deadline_us);
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_create(rt, module_returns.bytes, module_returns.len, NULL, &out_id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_status(rt, id, &status));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_stats(rt, id, &stats));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_find(rt, "c0", 2, &out_id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_list(rt, &out_id, 1, &count));
  CHECK_STATUS(WRONG_CONTEXT, sampan_host_register(rt, &function));
  CHECK_STATUS(WRONG_CONTEXT, sampan_pending_read(rt, other_token, 0, pattern, sizeof pattern));
  CHECK_STATUS(WRONG_CONTEXT, sampan_pending_write(rt, other_token, 0, pattern, sizeof pattern));
  CHECK_STATUS(WRONG_CONTEXT, sampan_runtime_poll(rt, &deadline_us));
  CHECK_STATUS(WRONG_CONTEXT, sampan_runtime_stats(rt, &counters));
  CHECK_STATUS(WRONG_CONTEXT, sampan_runtime_deinit(rt));
  CHECK(untouched(pattern, sizeof pattern) && untouched(&out_id, sizeof out_id));
  CHECK(untouched(&count, sizeof count) && untouched(&deadline_us, sizeof deadline_us));
  CHECK(status.state == 0 && stats.fuel == 0 && counters.polls == 0);
  /* There is one already, wherever one asks from. */
  struct sampan_config config = {.size = sizeof config, .arena = pattern, .arena_len = sizeof pattern};
  struct sampan_platform platform = port_platform();
  struct sampan_runtime *second = NULL;
  config.platform = &platform;
  CHECK_STATUS(WRONG_STATE, sampan_runtime_init(&config, &second));
}

static int32_t call_everything(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  uint32_t self = 0;
  CHECK_STATUS(OK, sampan_call_container(call, &self));
  lifecycle_refused(rt, self);
  lifecycle_refused(rt, other_id);
  rest_refused(rt, other_id);
  CHECK_STATUS(OK, sampan_runtime_wake(rt));
  CHECK_STATUS(OK, sampan_call_complete(rt, other_token, 12));
  values[0] = 1;
  return 0;
}

static int32_t park(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  (void)rt, (void)values;
  CHECK_STATUS(OK, sampan_call_defer(call, &other_token));
  return SAMPAN_STATUS_PENDING;
}

static void in_a_host_function(void) {
  struct sampan_runtime *rt = runtime_open();
  act_set(park);
  other_id = container_run(rt, &module_host_call);
  poll_until_idle(rt, 10);
  act_set(call_everything);
  uint32_t id = container_run(rt, &module_host_call);
  poll_until_idle(rt, 10);
  CHECK_EQUAL(1, act_count());
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 1);
  poll_until_idle(rt, 10);
  ended_with(rt, other_id, SAMPAN_EXIT_KIND_EXITED, 12);
  runtime_close(rt);
}

/* A lock that can't be had is answered, and nothing is written. Undocumented codes of a lock are no status. */
static void lock_fails(void) {
  static const int32_t answers[][2] = {
    {SAMPAN_STATUS_WRONG_CONTEXT, SAMPAN_STATUS_WRONG_CONTEXT}, {SAMPAN_STATUS_PLATFORM, SAMPAN_STATUS_PLATFORM},
    {SAMPAN_STATUS_PENDING, SAMPAN_STATUS_PLATFORM},            {SAMPAN_STATUS_STALE_ID, SAMPAN_STATUS_PLATFORM},
    {-1000, SAMPAN_STATUS_PLATFORM},                            {INT32_MAX, SAMPAN_STATUS_PLATFORM},
  };
  struct sampan_runtime *rt = runtime_open();
  for (size_t idx = 0; idx < sizeof answers / sizeof answers[0]; idx++) {
    size_t count;
    memset(&count, PATTERN, sizeof count);
    atomic_store(&port.lock_failure, answers[idx][0]);
    atomic_store(&port.lock_fails_at, 1);
    /* In parentheses it's the function itself, whose answer isn't noted: no comment of one names PLATFORM. */
    CHECK_EQUAL(answers[idx][1], (sampan_container_list)(rt, NULL, 0, &count));
    CHECK(untouched(&count, sizeof count));
  }
  runtime_close(rt);
}

static void ignore_event(void *ctx, const struct sampan_event *event) { (void)ctx, (void)event; }

/* A poll takes the lock again to tell events: if it can't, it tells no deadline either. */
static void lock_fails_between_events(void) {
  struct sampan_config config = config_default();
  config.event = ignore_event;
  struct sampan_runtime *rt = runtime_open_with(&config);
  container_run(rt, &module_returns);
  uint64_t deadline_us;
  memset(&deadline_us, PATTERN, sizeof deadline_us);
  atomic_store(&port.lock_fails_at, 2);
  CHECK_STATUS(WRONG_CONTEXT, sampan_runtime_poll(rt, &deadline_us));
  CHECK(untouched(&deadline_us, sizeof deadline_us));
  runtime_close(rt);
}

void test_context(void) {
  group("calls from the wrong context");
  in_a_host_function();
  lock_fails();
  lock_fails_between_events();
}
