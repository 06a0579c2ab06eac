/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread polls while others create, start, kill, remove and answer: each call gets one of the codes that
 * the race allows, every container comes to an end, and the arena is whole afterwards.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "support.h"
#include "tests.h"

#define OWNERS 3
#define ROUNDS 400
#define TOKENS 64

static struct sampan_runtime *shared;
static _Atomic bool done;
/* Tokens on their way from the host function to the thread that plays the interrupt; 0 is none. */
static _Atomic uint64_t tokens[TOKENS];
static atomic_ulong completed;

static int32_t park(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  (void)rt, (void)values;
  uint64_t token = 0;
  CHECK_STATUS(OK, sampan_call_defer(call, &token));
  for (size_t idx = 0; idx < TOKENS; idx++) {
    uint64_t none = 0;
    if (atomic_compare_exchange_strong(&tokens[idx], &none, token)) {
      return SAMPAN_STATUS_PENDING;
    }
  }
  return -1; /* more calls than anyone answers: the container is faulted, which its owner allows for */
}

static void *poller(void *unused) {
  (void)unused;
  while (!atomic_load(&done)) {
    poll_once(shared);
    atomic_fetch_add(&port.now_us, 100);
    sched_yield();
  }
  return NULL;
}

/* Answers a call, every fifth with a failure, every third twice; tries again while the queue is full. */
static void answer(uint64_t token, unsigned count) {
  int32_t code = SAMPAN_STATUS_BUSY;
  while (code == SAMPAN_STATUS_BUSY && !atomic_load(&done)) {
    code = count % 5 == 4 ? sampan_call_fail(shared, token, -8) : sampan_call_complete(shared, token, 3);
    CHECK(code == SAMPAN_STATUS_OK || code == SAMPAN_STATUS_BUSY);
    sched_yield();
  }
  atomic_fetch_add(&completed, 1);
  if (count % 3 == 0) {
    code = sampan_call_complete(shared, token, 4);
    CHECK(code == SAMPAN_STATUS_OK || code == SAMPAN_STATUS_BUSY);
  }
}

/* Plays the interrupts: it never takes the lock. */
static void *interrupt(void *unused) {
  (void)unused;
  unsigned count = 0;
  while (!atomic_load(&done)) {
    for (size_t idx = 0; idx < TOKENS; idx++) {
      uint64_t token = atomic_exchange(&tokens[idx], 0);
      if (token != 0) {
        answer(token, count++);
      }
    }
    sched_yield();
  }
  return NULL;
}

/* Waits until a container has ended; it's killed if it takes its time. */
static void wait_for_end(uint32_t id) {
  for (unsigned tries = 0;; tries++) {
    uint8_t state = state_of(shared, id);
    if (state == SAMPAN_CONTAINER_STATE_STOPPED || state == SAMPAN_CONTAINER_STATE_FAULTED) {
      return;
    }
    if (tries == 20) {
      int32_t code = sampan_container_kill(shared, id);
      CHECK(code == SAMPAN_STATUS_OK || code == SAMPAN_STATUS_WRONG_STATE);
    }
    sched_yield();
  }
}

static void one_round(unsigned round) {
  static const struct module *const run[] = {
    &module_host_call, &module_endless, &module_returns, &module_stoppable, &module_small_memory, &module_print,
  };
  const struct module *module = run[round % (sizeof run / sizeof run[0])];
  uint32_t id = 0;
  int32_t code = sampan_container_create(shared, module->bytes, module->len, NULL, &id);
  if (!CHECK_STATUS(OK, code)) {
    return;
  }
  CHECK_STATUS(OK, sampan_container_start(shared, id));
  CHECK_STATUS(WRONG_STATE, sampan_container_start(shared, id));
  switch (round % 4) {
    case 0:
      code = sampan_container_pause(shared, id);
      CHECK(code == SAMPAN_STATUS_OK || code == SAMPAN_STATUS_WRONG_STATE);
      code = sampan_container_resume(shared, id);
      CHECK(code == SAMPAN_STATUS_OK || code == SAMPAN_STATUS_WRONG_STATE);
      break;
    case 1:
      code = sampan_container_stop(shared, id, atomic_load(&port.now_us) + 500);
      CHECK(code == SAMPAN_STATUS_OK || code == SAMPAN_STATUS_WRONG_STATE);
      break;
    case 2: CHECK_STATUS(OK, sampan_container_restart(shared, id)); break;
    default: break;
  }
  wait_for_end(id);
  CHECK_STATUS(OK, sampan_container_remove(shared, id));
  CHECK_STATUS(STALE_ID, sampan_container_kill(shared, id));
}

static void *owner(void *first) {
  for (unsigned round = 0; round < ROUNDS; round++) {
    one_round(*(unsigned *)first + round);
  }
  return NULL;
}

void test_threads(void) {
  group("threads");
  shared = runtime_open();
  size_t used = arena_used(shared);
  act_set(park);
  pthread_t polling, interrupting, owning[OWNERS];
  unsigned firsts[OWNERS];
  atomic_store(&done, false);
  CHECK(pthread_create(&polling, NULL, poller, NULL) == 0);
  CHECK(pthread_create(&interrupting, NULL, interrupt, NULL) == 0);
  for (unsigned idx = 0; idx < OWNERS; idx++) {
    firsts[idx] = idx * 5;
    CHECK(pthread_create(&owning[idx], NULL, owner, &firsts[idx]) == 0);
  }
  for (unsigned idx = 0; idx < OWNERS; idx++) {
    CHECK(pthread_join(owning[idx], NULL) == 0);
  }
  atomic_store(&done, true);
  CHECK(pthread_join(interrupting, NULL) == 0);
  CHECK(pthread_join(polling, NULL) == 0);
  CHECK(atomic_load(&completed) > 0);
  CHECK_EQUAL(used, arena_used(shared));
  runtime_close(shared);
}
