/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* PTHREAD_MUTEX_ERRORCHECK */
#include "port.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define LOG_LINES 64
/* SAMPAN_MAX_LOG_LINE and SAMPAN_MAX_NAME with room to see that they are kept. */
#define LINE_ROOM 160
#define SOURCE_ROOM 32

struct log_line {
  uint8_t level;
  size_t source_len;
  size_t len;
  char source[SOURCE_ROOM];
  char line[LINE_ROOM];
};

struct port port;

/* The member `ctx` of the platform: that its address comes back is checked. */
static int port_ctx;
static pthread_mutex_t mutex;
static pthread_once_t mutex_once = PTHREAD_ONCE_INIT;
static _Atomic bool locked;
/* The newest lines, in a ring. Written with the lock held, read by a thread that is alone. */
static struct log_line lines[LOG_LINES];
static size_t lines_count;

static void make_mutex(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
}

static uint64_t port_now_us(void *ctx) {
  CHECK(ctx == &port_ctx);
  return atomic_load(&port.now_us);
}

static int32_t port_lock(void *ctx) {
  CHECK(ctx == &port_ctx);
  if (atomic_load(&port.lock_fails_at) > 0 && atomic_fetch_sub(&port.lock_fails_at, 1) == 1) {
    return atomic_load(&port.lock_failure);
  }
  int result = pthread_mutex_lock(&mutex);
  if (result == EDEADLK) {
    return SAMPAN_STATUS_WRONG_CONTEXT;
  }
  CHECK(result == 0);
  CHECK(!atomic_exchange(&locked, true));
  return 0;
}

static void port_unlock(void *ctx) {
  CHECK(ctx == &port_ctx);
  CHECK(atomic_exchange(&locked, false));
  CHECK(pthread_mutex_unlock(&mutex) == 0);
}

static void port_wake(void *ctx) {
  CHECK(ctx == &port_ctx);
  atomic_fetch_add(&port.wakes, 1);
}

static int32_t port_entropy(void *ctx, uint8_t *buf, size_t len) {
  CHECK(ctx == &port_ctx);
  memset(buf, 0x5e, len);
  return atomic_load(&port.entropy_result);
}

static void port_log(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line,
                     size_t line_len) {
  CHECK(ctx == &port_ctx);
  CHECK(atomic_load(&locked));
  CHECK(level >= SAMPAN_LOG_LEVEL_ERROR && level <= SAMPAN_LOG_LEVEL_DEBUG);
  CHECK(source_len > 0 && source_len <= SAMPAN_MAX_NAME);
  CHECK(line_len <= SAMPAN_MAX_LOG_LINE);
  struct log_line *place = &lines[lines_count++ % LOG_LINES];
  place->level = level;
  place->source_len = source_len < SOURCE_ROOM ? source_len : SOURCE_ROOM - 1;
  place->len = line_len < LINE_ROOM ? line_len : LINE_ROOM - 1;
  memcpy(place->source, source, place->source_len);
  memcpy(place->line, line, place->len);
  place->source[place->source_len] = '\0';
  place->line[place->len] = '\0';
}

/* No test provokes a defect of the runtime: this one is found. */
static void port_fatal(void *ctx, const char *message, size_t len) {
  (void)ctx;
  fprintf(stderr, "the runtime has a defect in %.*s\n", (int)len, message);
  abort();
}

struct sampan_platform port_platform(void) {
  pthread_once(&mutex_once, make_mutex);
  return (struct sampan_platform){
    .size = sizeof(struct sampan_platform),
    .ctx = &port_ctx,
    .now_us = port_now_us,
    .lock = port_lock,
    .unlock = port_unlock,
    .wake = port_wake,
    .entropy = port_entropy,
    .log = port_log,
    .fatal = port_fatal,
  };
}

void port_reset(void) {
  atomic_store(&port.now_us, 1000000);
  atomic_store(&port.wakes, 0);
  atomic_store(&port.entropy_result, 0);
  atomic_store(&port.lock_fails_at, 0);
  atomic_store(&port.lock_failure, SAMPAN_STATUS_WRONG_CONTEXT);
  lines_count = 0;
}

static size_t kept(void) { return lines_count < LOG_LINES ? lines_count : LOG_LINES; }

bool log_has(const char *source, const char *text) {
  for (size_t idx = 0; idx < kept(); idx++) {
    if ((source == NULL || strcmp(lines[idx].source, source) == 0) && strstr(lines[idx].line, text) != NULL) {
      return true;
    }
  }
  return false;
}

bool log_has_line(uint8_t level, const char *source, const char *line, size_t len) {
  for (size_t idx = 0; idx < kept(); idx++) {
    if (lines[idx].level == level && strcmp(lines[idx].source, source) == 0 && lines[idx].len == len &&
        memcmp(lines[idx].line, line, len) == 0) {
      return true;
    }
  }
  return false;
}

size_t log_count(void) { return lines_count; }
