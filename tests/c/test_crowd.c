/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads and four containers publish 100 000 messages at the same time, and all of them get all: none is lost but
 * those that a full mailbox counts, and nobody waits for ever.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "support.h"
#include "tests.h"

#define THREADS 2
#define CONTAINERS 4
#define PER_THREAD 20000u
#define PER_CONTAINER 15000u
#define MESSAGES (THREADS * PER_THREAD + CONTAINERS * PER_CONTAINER)
/* Far more than are needed: who is still at it then has been starved. */
#define MOST_POLLS 10000000u

static struct sampan_runtime *rt;
static uint32_t ids[CONTAINERS];
static atomic_bool told;
/* What came from each container and from the threads, and when one was the first to be done, the least of the others.
 * Written with the runtime's lock held. */
static _Atomic uint32_t from[CONTAINERS], from_threads;
static uint32_t least;

static void take(void *ctx, const struct sampan_message *message) {
  (void)ctx;
  if (message->sender == 0) {
    atomic_fetch_add(&from_threads, 1);
    return;
  }
  for (size_t idx = 0; idx < CONTAINERS; idx++) {
    if (message->sender == ids[idx] && atomic_fetch_add(&from[idx], 1) + 1 == PER_CONTAINER && least == 0) {
      least = PER_CONTAINER;
      for (size_t other = 0; other < CONTAINERS; other++) {
        uint32_t count = atomic_load(&from[other]);
        least = count < least ? count : least;
      }
    }
  }
}

static int32_t tell(struct sampan_runtime *unused, struct sampan_call *call, uint64_t *values) {
  (void)unused, (void)call;
  values[0] = atomic_load(&told);
  return SAMPAN_STATUS_OK;
}

static uint32_t taken_in_all(void) {
  uint32_t sum = atomic_load(&from_threads);
  for (size_t idx = 0; idx < CONTAINERS; idx++) {
    sum += atomic_load(&from[idx]);
  }
  return sum;
}

static void *publish(void *unused) {
  (void)unused;
  for (unsigned count = 0; count < PER_THREAD; count++) {
    uint32_t taken = 0;
    CHECK_STATUS(OK, sampan_message_publish(rt, "all", 3, (const uint8_t *)"thread", 6, &taken));
    CHECK(taken >= 1 && taken <= 1 + CONTAINERS); /* the firmware has no mailbox to be full */
    sched_yield();
  }
  return NULL;
}

static bool all_ended(void) {
  for (size_t idx = 0; idx < CONTAINERS; idx++) {
    if (state_of(rt, ids[idx]) == SAMPAN_CONTAINER_STATE_RUNNING) {
      return false;
    }
  }
  return true;
}

/* Polls until all containers have ended; tells them when there is no more to come. */
static void *poller(void *unused) {
  (void)unused;
  const struct timespec rest = {.tv_nsec = 20000};
  unsigned polls = 0;
  do {
    uint64_t deadline_us = poll_once(rt);
    if (taken_in_all() == MESSAGES + 1) {
      atomic_store(&told, true);
    }
    /* With nothing to run, the lock is for the threads that publish. */
    if (deadline_us > atomic_load(&port.now_us)) {
      nanosleep(&rest, NULL);
    } else {
      sched_yield();
    }
    atomic_fetch_add(&port.now_us, 100);
  } while (!all_ended() && CHECK(++polls < MOST_POLLS));
  return NULL;
}

static void run_all(void) {
  pthread_t polling, publishing[THREADS];
  /* The one that they wait for. */
  CHECK_STATUS(OK, sampan_message_publish(rt, "all", 3, NULL, 0, NULL));
  CHECK(pthread_create(&polling, NULL, poller, NULL) == 0);
  for (unsigned idx = 0; idx < THREADS; idx++) {
    CHECK(pthread_create(&publishing[idx], NULL, publish, NULL) == 0);
  }
  for (unsigned idx = 0; idx < THREADS; idx++) {
    CHECK(pthread_join(publishing[idx], NULL) == 0);
  }
  CHECK(pthread_join(polling, NULL) == 0);
}

static void check_all(void) {
  CHECK_EQUAL(THREADS * PER_THREAD + 1, atomic_load(&from_threads));
  for (size_t idx = 0; idx < CONTAINERS; idx++) {
    struct sampan_container_stats stats = {.size = sizeof stats};
    CHECK_STATUS(OK, sampan_container_stats(rt, ids[idx], &stats));
    CHECK_EQUAL(PER_CONTAINER, atomic_load(&from[idx]));
    CHECK_EQUAL(MESSAGES + 1, stats.messages + stats.messages_lost);
    CHECK(stats.messages >= PER_CONTAINER / 10 && stats.messages_lost > 0);
    ended_with(rt, ids[idx], SAMPAN_EXIT_KIND_EXITED, (int32_t)stats.messages);
    container_drop(rt, ids[idx]);
  }
  CHECK(least >= PER_CONTAINER / 2);
}

void test_crowd(void) {
  static const char *const mail[] = {"msg.pub:all", "msg.sub:all/#"};
  struct sampan_container_options options = {.size = sizeof options, .memory_limit = CONTAINER_LEN,
                                             .permissions = mail, .permissions_len = 2, .mailbox_len = 256};
  struct sampan_config config = config_default();
  group("many who publish at the same time");
  config.max_subscribers = 1;
  rt = runtime_open_with(&config);
  size_t used = arena_used(rt);
  act_set(tell);
  CHECK_STATUS(OK, sampan_message_subscribe(rt, "all", take, NULL));
  for (size_t idx = 0; idx < CONTAINERS; idx++) {
    CHECK_STATUS(OK, sampan_container_create(rt, module_crowd.bytes, module_crowd.len, &options, &ids[idx]));
    CHECK_STATUS(OK, sampan_container_start(rt, ids[idx]));
  }
  /* Until each has subscribed and waits. */
  poll_until_idle(rt, 100);
  run_all();
  check_all();
  CHECK_EQUAL(used, arena_used(rt));
  runtime_close(rt);
}
