/* SPDX-License-Identifier: Apache-2.0 */
/* Every call of the lifecycle in every state, and with every kind of id that names nothing. */
#include <stdatomic.h>
#include <string.h>

#include "support.h"
#include "tests.h"

typedef int32_t on_container(struct sampan_runtime *rt, uint32_t id);

static int32_t start(struct sampan_runtime *rt, uint32_t id) { return sampan_container_start(rt, id); }
static int32_t pause(struct sampan_runtime *rt, uint32_t id) { return sampan_container_pause(rt, id); }
static int32_t resume(struct sampan_runtime *rt, uint32_t id) { return sampan_container_resume(rt, id); }
static int32_t kill(struct sampan_runtime *rt, uint32_t id) { return sampan_container_kill(rt, id); }
static int32_t restart(struct sampan_runtime *rt, uint32_t id) { return sampan_container_restart(rt, id); }
static int32_t drop(struct sampan_runtime *rt, uint32_t id) { return sampan_container_remove(rt, id); }
static int32_t stop(struct sampan_runtime *rt, uint32_t id) { return sampan_container_stop(rt, id, SAMPAN_NEVER); }
static int32_t status(struct sampan_runtime *rt, uint32_t id) {
  struct sampan_container_status out;
  memset(&out, PATTERN, sizeof out);
  out.size = sizeof out;
  int32_t code = sampan_container_status(rt, id, &out);
  CHECK(code == 0 || untouched((uint8_t *)&out + 4, sizeof out - 4));
  return code;
}
static int32_t stats(struct sampan_runtime *rt, uint32_t id) {
  struct sampan_container_stats out;
  memset(&out, PATTERN, sizeof out);
  out.size = sizeof out;
  int32_t code = sampan_container_stats(rt, id, &out);
  CHECK(code == 0 || untouched((uint8_t *)&out + 4, sizeof out - 4));
  return code;
}

static on_container *const calls[] = {start, pause, resume, kill, restart, drop, stop, status, stats};
#define CALLS (sizeof calls / sizeof calls[0])

enum state { CREATED, RUNNING, WAITING, STOPPING, PAUSED, PAUSED_WAITING, STOPPED, FAULTED, STATES };

static uint32_t container_in(struct sampan_runtime *rt, enum state state) {
  const struct module *module = state == WAITING || state == PAUSED_WAITING ? &module_sleep
                                : state == STOPPED                          ? &module_returns
                                : state == FAULTED                          ? &module_small_memory
                                                                            : &module_endless;
  uint32_t id = container_new(rt, module);
  if (state != CREATED) {
    CHECK_STATUS(OK, sampan_container_start(rt, id));
    poll_once(rt);
  }
  if (state == STOPPING) {
    CHECK_STATUS(OK, sampan_container_stop(rt, id, SAMPAN_NEVER));
  }
  if (state == PAUSED || state == PAUSED_WAITING) {
    CHECK_STATUS(OK, sampan_container_pause(rt, id));
  }
  return id;
}

/* What `sampan_container_status` says of a container in that state. */
static void looks(struct sampan_runtime *rt, uint32_t id, enum state state) {
  static const uint8_t states[STATES] = {
    [CREATED] = SAMPAN_CONTAINER_STATE_CREATED,   [RUNNING] = SAMPAN_CONTAINER_STATE_RUNNING,
    [WAITING] = SAMPAN_CONTAINER_STATE_RUNNING,   [STOPPING] = SAMPAN_CONTAINER_STATE_RUNNING,
    [PAUSED] = SAMPAN_CONTAINER_STATE_PAUSED,     [PAUSED_WAITING] = SAMPAN_CONTAINER_STATE_PAUSED,
    [STOPPED] = SAMPAN_CONTAINER_STATE_STOPPED,   [FAULTED] = SAMPAN_CONTAINER_STATE_FAULTED,
  };
  struct sampan_container_status now = status_of(rt, id);
  CHECK_EQUAL(states[state], now.state);
  CHECK_EQUAL(state == WAITING, now.waiting);
  CHECK_EQUAL(state == STOPPING, now.stopping);
  CHECK_EQUAL(SAMPAN_ENGINE_KIND_WASMI, now.engine);
  CHECK_EQUAL(state == STOPPED || state == FAULTED, now.exit_kind != SAMPAN_EXIT_KIND_NONE);
}

/* Whether the call is legal in that state. */
static bool legal(size_t call, enum state state) {
  bool live = state != CREATED && state != STOPPED && state != FAULTED;
  bool paused = state == PAUSED || state == PAUSED_WAITING;
  if (calls[call] == start) return state == CREATED;
  if (calls[call] == pause) return state == RUNNING || state == WAITING;
  if (calls[call] == resume) return paused;
  if (calls[call] == kill) return state != STOPPED && state != FAULTED;
  if (calls[call] == drop) return !live;
  if (calls[call] == stop) return live;
  return true;
}

static void every_call_in_every_state(struct sampan_runtime *rt) {
  size_t used = arena_used(rt);
  for (enum state state = CREATED; state < STATES; state++) {
    for (size_t call = 0; call < CALLS; call++) {
      uint32_t id = container_in(rt, state);
      looks(rt, id, state);
      unsigned wakes = atomic_load(&port.wakes);
      int32_t code = calls[call](rt, id);
      CHECK_EQUAL(legal(call, state) ? SAMPAN_STATUS_OK : SAMPAN_STATUS_WRONG_STATE, code);
      if (code != SAMPAN_STATUS_OK) {
        looks(rt, id, state); /* nothing has changed */
      } else if (calls[call] != status && calls[call] != stats) {
        CHECK(atomic_load(&port.wakes) > wakes);
      }
      if (calls[call] != drop || code != SAMPAN_STATUS_OK) {
        container_drop(rt, id);
      }
      CHECK_EQUAL(used, arena_used(rt));
    }
  }
}

static void ids_that_name_nothing(struct sampan_runtime *rt) {
  uint32_t removed = container_new(rt, &module_returns);
  CHECK_STATUS(OK, sampan_container_remove(rt, removed));
  uint32_t live = container_new(rt, &module_returns);
  CHECK(live != removed && (live & 0xff) == (removed & 0xff));
  const uint32_t stale[] = {
    0,           /* never issued by anyone */
    live & 0xff, /* no generation */
    live + 1,    /* a slot that was never used */
    live + 256,  /* a generation to come */
    live | 0xff, /* a slot that the table doesn't have */
    removed,     0xff, UINT32_MAX,
  };
  for (size_t idx = 0; idx < sizeof stale / sizeof stale[0]; idx++) {
    for (size_t call = 0; call < CALLS; call++) {
      CHECK_STATUS(STALE_ID, calls[call](rt, stale[idx]));
    }
  }
  CHECK_EQUAL(SAMPAN_CONTAINER_STATE_CREATED, state_of(rt, live));
  for (size_t call = 0; call < CALLS; call++) {
    CHECK_STATUS(NULL_POINTER, calls[call](NULL, live));
    CHECK_STATUS(INVALID_ARGUMENT, calls[call]((struct sampan_runtime *)&removed, live));
  }
  container_drop(rt, live);
}

/* A stop is heard, ignored, brought forward, or too late. */
static void stops(struct sampan_runtime *rt) {
  uint64_t now_us = atomic_load(&port.now_us);
  uint32_t id = container_run(rt, &module_stoppable);
  CHECK(poll_until_idle(rt, 100) == now_us + UINT64_C(3600000000));
  CHECK_STATUS(OK, sampan_container_stop(rt, id, now_us + 1000));
  poll_until_idle(rt, 100);
  ended_with(rt, id, SAMPAN_EXIT_KIND_STOPPED, 9);
  container_drop(rt, id);

  id = container_run(rt, &module_endless);
  CHECK_STATUS(OK, sampan_container_stop(rt, id, now_us + 2000));
  CHECK_STATUS(OK, sampan_container_stop(rt, id, now_us + 1000));
  CHECK_STATUS(OK, sampan_container_stop(rt, id, now_us + 3000));
  poll_once(rt);
  atomic_store(&port.now_us, now_us + 999);
  poll_once(rt);
  CHECK_EQUAL(1, status_of(rt, id).stopping);
  atomic_store(&port.now_us, now_us + 1000);
  poll_once(rt);
  ended_with(rt, id, SAMPAN_EXIT_KIND_KILLED, 0);
  container_drop(rt, id);

  id = container_in(rt, PAUSED);
  CHECK_STATUS(OK, sampan_container_stop(rt, id, 0));
  CHECK_EQUAL(SAMPAN_CONTAINER_STATE_RUNNING, state_of(rt, id));
  poll_once(rt);
  ended_with(rt, id, SAMPAN_EXIT_KIND_KILLED, 0);
  container_drop(rt, id);
}

/* A restart begins anew whatever was going on. */
static void restarts(struct sampan_runtime *rt) {
  uint32_t id = container_run(rt, &module_initialise);
  for (uint32_t round = 0; round < 20; round++) {
    poll_until_idle(rt, 10);
    ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 1); /* initialised once more, not twice */
    CHECK_STATUS(OK, sampan_container_restart(rt, id));
  }
  struct sampan_container_stats counters = {.size = sizeof counters};
  CHECK_STATUS(OK, sampan_container_stats(rt, id, &counters));
  CHECK_EQUAL(20, counters.restarts);
  CHECK(counters.fuel > 0 && counters.activations > 20 && counters.host_calls == 20);
  container_drop(rt, id);
}

static void find_and_list(struct sampan_runtime *rt) {
  uint32_t ids[3];
  for (int idx = 0; idx < 3; idx++) {
    ids[idx] = container_new(rt, &module_returns);
  }
  uint32_t found = 0;
  CHECK_STATUS(OK, sampan_container_find(rt, "c1xx", 2, &found));
  CHECK_EQUAL(ids[1], found);
  memset(&found, PATTERN, sizeof found);
  CHECK_STATUS(NOT_FOUND, sampan_container_find(rt, "c1", 1, &found));
  CHECK_STATUS(NOT_FOUND, sampan_container_find(rt, "c1\0", 3, &found));
  CHECK_STATUS(NOT_FOUND, sampan_container_find(rt, NULL, 0, &found));
  CHECK_STATUS(NULL_POINTER, sampan_container_find(rt, NULL, 1, &found));
  CHECK_STATUS(NULL_POINTER, sampan_container_find(rt, "c1", 2, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_container_find(NULL, "c1", 2, &found));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_find(rt, "c1", SIZE_MAX, &found));
  CHECK(untouched(&found, sizeof found));

  for (size_t room = 0; room <= 5; room++) {
    uint32_t list[5];
    size_t count = 77;
    memset(list, PATTERN, sizeof list);
    CHECK_STATUS(OK, sampan_container_list(rt, room == 0 ? NULL : list, room, &count));
    CHECK_EQUAL(3, count);
    size_t written = room < 3 ? room : 3;
    CHECK(memcmp(list, ids, written * sizeof ids[0]) == 0);
    CHECK(untouched(list + written, (5 - written) * sizeof list[0]));
  }
  uint32_t list[1];
  size_t count;
  memset(list, PATTERN, sizeof list);
  memset(&count, PATTERN, sizeof count);
  CHECK_STATUS(NULL_POINTER, sampan_container_list(rt, NULL, 1, &count));
  CHECK_STATUS(NULL_POINTER, sampan_container_list(rt, list, 1, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_container_list(NULL, list, 1, &count));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_list((struct sampan_runtime *)list, list, 1, &count));
  CHECK(untouched(list, sizeof list) && untouched(&count, sizeof count));
  for (int idx = 0; idx < 3; idx++) {
    container_drop(rt, ids[idx]);
  }
}

static void runtime_calls(struct sampan_runtime *rt) {
  uint64_t deadline_us;
  memset(&deadline_us, PATTERN, sizeof deadline_us);
  CHECK_STATUS(NULL_POINTER, sampan_runtime_poll(rt, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_runtime_poll(NULL, &deadline_us));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_runtime_poll((struct sampan_runtime *)&deadline_us, &deadline_us));
  CHECK(untouched(&deadline_us, sizeof deadline_us));
  CHECK_EQUAL(SAMPAN_NEVER, poll_once(rt));
  unsigned wakes = atomic_load(&port.wakes);
  CHECK_STATUS(OK, sampan_runtime_wake(rt));
  CHECK_EQUAL(wakes + 1, atomic_load(&port.wakes));
  CHECK_STATUS(NULL_POINTER, sampan_runtime_wake(NULL));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_runtime_wake((struct sampan_runtime *)&wakes));
  CHECK_EQUAL(wakes + 1, atomic_load(&port.wakes));
  struct sampan_runtime_stats counters = {.size = sizeof counters};
  CHECK_STATUS(OK, sampan_runtime_stats(rt, &counters));
  CHECK(counters.containers == 0 && counters.polls > 0 && counters.container_overhead > 0);
  CHECK(counters.arena_used <= counters.arena_peak && counters.arena_peak <= counters.arena_len);
  CHECK(counters.arena_len < ARENA_LEN && counters.engine_stack_peak <= counters.engine_stack_len);
  CHECK_STATUS(NULL_POINTER, sampan_runtime_stats(NULL, &counters));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_runtime_stats((struct sampan_runtime *)&counters, &counters));
}

void test_lifecycle(void) {
  group("lifecycle: every call in every state");
  struct sampan_runtime *rt = runtime_open();
  every_call_in_every_state(rt);
  group("lifecycle: ids, stops, restarts, lists");
  ids_that_name_nothing(rt);
  stops(rt);
  restarts(rt);
  find_and_list(rt);
  runtime_calls(rt);
  runtime_close(rt);
}
