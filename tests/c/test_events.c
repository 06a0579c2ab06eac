/* SPDX-License-Identifier: Apache-2.0 */
/* Events: each change told once, in a callback that may call what it likes. */
#include <string.h>

#include "support.h"
#include "tests.h"

struct told {
  struct sampan_runtime *rt;
  unsigned count;
  struct sampan_event last;
  /* What the callback does beside. */
  void (*then)(struct told *told, const struct sampan_event *event);
};

static void tell(void *ctx, const struct sampan_event *event) {
  struct told *told = ctx;
  CHECK_EQUAL(sizeof *event, event->size);
  told->count++;
  told->last = *event;
  if (told->then != NULL) {
    told->then(told, event);
  }
}

static struct sampan_runtime *open_telling(struct told *told) {
  struct sampan_config config = config_default();
  config.event = tell;
  config.event_ctx = told;
  memset(told, 0, sizeof *told);
  told->rt = runtime_open_with(&config);
  return told->rt;
}

static void last_was(const struct told *told, unsigned count, uint32_t id, uint8_t state, uint8_t kind, int32_t code) {
  CHECK_EQUAL(count, told->count);
  CHECK_EQUAL(id, told->last.container);
  CHECK_EQUAL(state, told->last.state);
  CHECK_EQUAL(kind, told->last.exit_kind);
  CHECK_EQUAL(code, told->last.exit_code);
}

static void told_once(void) {
  struct told told;
  struct sampan_runtime *rt = open_telling(&told);
  uint32_t id = container_new(rt, &module_sleep);
  poll_once(rt);
  CHECK_EQUAL(0, told.count); /* a new one has not changed */
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  CHECK_EQUAL(0, told.count); /* only from within a poll */
  poll_once(rt);
  last_was(&told, 1, id, SAMPAN_CONTAINER_STATE_RUNNING, SAMPAN_EXIT_KIND_NONE, 0);
  poll_once(rt);
  CHECK_EQUAL(1, told.count);
  /* Changes that follow one another are one. */
  CHECK_STATUS(OK, sampan_container_pause(rt, id));
  CHECK_STATUS(OK, sampan_container_resume(rt, id));
  CHECK_STATUS(OK, sampan_container_pause(rt, id));
  poll_once(rt);
  last_was(&told, 2, id, SAMPAN_CONTAINER_STATE_PAUSED, SAMPAN_EXIT_KIND_NONE, 0);
  CHECK_STATUS(OK, sampan_container_kill(rt, id));
  poll_once(rt);
  last_was(&told, 3, id, SAMPAN_CONTAINER_STATE_STOPPED, SAMPAN_EXIT_KIND_KILLED, 0);
  /* One that is removed before the poll is told no more. */
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  CHECK_STATUS(OK, sampan_container_kill(rt, id));
  CHECK_STATUS(OK, sampan_container_remove(rt, id));
  poll_once(rt);
  CHECK_EQUAL(3, told.count);
  /* Started and ended within one poll. */
  id = container_run(rt, &module_small_memory);
  poll_once(rt);
  last_was(&told, 4, id, SAMPAN_CONTAINER_STATE_FAULTED, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS);
  poll_once(rt);
  CHECK_EQUAL(4, told.count);
  runtime_close(rt);
}

/* The first event calls nearly everything; those that this makes do nothing more. */
static void call_everything(struct told *told, const struct sampan_event *event) {
  struct sampan_runtime *rt = told->rt;
  struct sampan_runtime_stats counters = {.size = sizeof counters};
  told->then = NULL;
  CHECK_STATUS(OK, sampan_runtime_stats(rt, &counters));
  CHECK_EQUAL(event->state, state_of(rt, event->container));
  CHECK_STATUS(WRONG_CONTEXT, sampan_runtime_deinit(rt));
  CHECK_STATUS(OK, sampan_container_remove(rt, event->container));
  uint32_t id = container_run(rt, &module_exit_code);
  CHECK_STATUS(OK, sampan_container_pause(rt, id));
  CHECK_STATUS(OK, sampan_container_resume(rt, id));
  poll_until_idle(rt, 10);
  CHECK_STATUS(WRONG_CONTEXT, sampan_runtime_deinit(rt)); /* still inside the outer poll */
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 7);
  CHECK_STATUS(OK, sampan_runtime_wake(rt));
}

static void callback_calls(void) {
  struct told told;
  struct sampan_runtime *rt = open_telling(&told);
  size_t used = arena_used(rt);
  uint32_t id = container_run(rt, &module_returns);
  told.then = call_everything;
  poll_once(rt);
  CHECK(told.then == NULL && told.count >= 2);
  CHECK_STATUS(STALE_ID, sampan_container_kill(rt, id));
  uint32_t ids[2];
  size_t count = 0;
  CHECK_STATUS(OK, sampan_container_list(rt, ids, 2, &count));
  CHECK_EQUAL(1, count);
  container_drop(rt, ids[0]);
  CHECK_EQUAL(used, arena_used(rt));
  runtime_close(rt);
}

/* A supervisor's whole job: what ends is restarted. */
static void restart_it(struct told *told, const struct sampan_event *event) {
  if (event->state == SAMPAN_CONTAINER_STATE_STOPPED) {
    CHECK_STATUS(OK, sampan_container_restart(told->rt, event->container));
  }
}

static void callback_restarts(void) {
  struct told told;
  struct sampan_runtime *rt = open_telling(&told);
  uint32_t id = container_run(rt, &module_returns);
  told.then = restart_it;
  for (int round = 0; round < 50; round++) {
    poll_once(rt);
  }
  struct sampan_container_stats stats = {.size = sizeof stats};
  CHECK_STATUS(OK, sampan_container_stats(rt, id, &stats));
  CHECK_EQUAL(50, stats.restarts);
  runtime_close(rt);
}

void test_events(void) {
  group("events");
  told_once();
  callback_calls();
  callback_restarts();
}
