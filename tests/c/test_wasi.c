/* SPDX-License-Identifier: Apache-2.0 */
/* What a container sees of the platform through WASI: log, clock, entropy, arguments. */
#include <stdatomic.h>
#include <string.h>

#include "support.h"
#include "tests.h"

static uint32_t named(struct sampan_runtime *rt, const struct module *module, struct sampan_container_options options) {
  uint32_t id = 0;
  options.size = sizeof options;
  options.permissions = permissions;
  options.permissions_len = 3;
  CHECK_STATUS(OK, sampan_container_create(rt, module->bytes, module->len, &options, &id));
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  return id;
}

static void lines(struct sampan_runtime *rt) {
  port_reset();
  uint32_t id = named(rt, &module_print, (struct sampan_container_options){.name = "printer"});
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 0);
  CHECK(log_has_line(SAMPAN_LOG_LEVEL_INFO, "printer", "first", 5));
  CHECK(log_has_line(SAMPAN_LOG_LEVEL_INFO, "printer", "second", 6));
  CHECK(log_has_line(SAMPAN_LOG_LEVEL_INFO, "printer", "half", 4)); /* ended by the other stream */
  CHECK(log_has("printer", "oops") && !log_has_line(SAMPAN_LOG_LEVEL_INFO, "printer", "oops", 4));
  CHECK(log_has("printer", "ended: exit code 0"));
  CHECK_EQUAL(5, log_count());
  container_drop(rt, id);
}

static void arguments(struct sampan_runtime *rt) {
  const char *args[] = {"prog", "", "--rate=9"};
  const char *env[] = {"A=1", "B="};
  port_reset();
  uint32_t id = named(rt, &module_echo,
                      (struct sampan_container_options){
                        .name = "echo", .args = args, .args_len = 3, .env = env, .env_len = 2});
  args[0] = "changed since"; /* they were copied */
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 0);
  CHECK(log_has_line(SAMPAN_LOG_LEVEL_INFO, "echo", "prog\0\0--rate=9", 15));
  CHECK(log_has_line(SAMPAN_LOG_LEVEL_INFO, "echo", "A=1\0B=", 7));
  container_drop(rt, id);
  /* Without any, its name is its argument. */
  id = named(rt, &module_echo, (struct sampan_container_options){.name = "alone"});
  poll_until_idle(rt, 10);
  CHECK(log_has_line(SAMPAN_LOG_LEVEL_INFO, "alone", "alone", 6));
  container_drop(rt, id);
}

static void sleep_ends(struct sampan_runtime *rt) {
  port_reset();
  uint64_t now_us = atomic_load(&port.now_us);
  uint32_t id = container_run(rt, &module_sleep);
  uint64_t deadline_us = poll_until_idle(rt, 10);
  CHECK_EQUAL(now_us + 1000000, deadline_us);
  atomic_store(&port.now_us, deadline_us - 1);
  CHECK_EQUAL(deadline_us, poll_once(rt));
  CHECK_EQUAL(1, status_of(rt, id).waiting);
  atomic_store(&port.now_us, deadline_us);
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 3);
  container_drop(rt, id);
  /* One that is killed in its sleep leaves no deadline. */
  id = container_run(rt, &module_sleep);
  poll_until_idle(rt, 10);
  CHECK_STATUS(OK, sampan_container_kill(rt, id));
  CHECK_EQUAL(SAMPAN_NEVER, poll_once(rt));
  container_drop(rt, id);
}

static void entropy(struct sampan_runtime *rt) {
  port_reset();
  uint32_t id = container_run(rt, &module_random);
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 0);
  atomic_store(&port.entropy_result, SAMPAN_STATUS_PLATFORM);
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 29); /* EIO */
  container_drop(rt, id);
}

void test_wasi(void) {
  group("the platform as a container sees it");
  struct sampan_runtime *rt = runtime_open();
  lines(rt);
  arguments(rt);
  sleep_ends(rt);
  entropy(rt);
  runtime_close(rt);
}
