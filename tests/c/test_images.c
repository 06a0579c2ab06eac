/* SPDX-License-Identifier: Apache-2.0 */
/* Modules that are refused, with the reason in the log, and how the others end. */
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "tests.h"

static void refused(struct sampan_runtime *rt, int32_t expected, const struct module *module, const char *line) {
  size_t used = arena_used(rt);
  uint32_t id;
  memset(&id, PATTERN, sizeof id);
  port_reset();
  CHECK_EQUAL(expected, sampan_container_create(rt, module->bytes, module->len, NULL, &id));
  CHECK(untouched(&id, sizeof id));
  CHECK_EQUAL(used, arena_used(rt));
  CHECK(log_has("c0", line));
  CHECK(log_has("c0", "not created: "));
}

static void refusals(struct sampan_runtime *rt) {
  static const uint8_t elf[] = "\x7f" "ELF\x02\x01\x01\0";
  static const uint8_t component[] = "\0asm\x0d\0\x01\0";
  const struct module no_module = {"elf", elf, sizeof elf - 1};
  const struct module a_component = {"component", component, sizeof component - 1};
  refused(rt, SAMPAN_STATUS_BAD_IMAGE, &no_module, "bad image");
  refused(rt, SAMPAN_STATUS_UNSUPPORTED, &a_component, "unsupported image");
  refused(rt, SAMPAN_STATUS_UNKNOWN_IMPORT, &module_unknown_import, "plant.open_valve");
  refused(rt, SAMPAN_STATUS_IMPORT_TYPE, &module_mistyped_import, "test.act");
  refused(rt, SAMPAN_STATUS_IMPORT_TYPE, &module_mistyped_import, "()i");
  refused(rt, SAMPAN_STATUS_UNSUPPORTED, &module_imported_memory, "unsupported image");
  refused(rt, SAMPAN_STATUS_UNSUPPORTED, &module_start_function, "unsupported image");
  refused(rt, SAMPAN_STATUS_NO_ENTRY, &module_no_entry, "no entry point");
  refused(rt, SAMPAN_STATUS_NO_ENTRY, &module_entry_with_parameter, "no entry point");
}

static void ends(struct sampan_runtime *rt, const struct module *module, uint8_t kind, int32_t code) {
  size_t used = arena_used(rt);
  uint32_t id = container_run(rt, module);
  poll_until_idle(rt, 10000);
  if (!ended_with(rt, id, kind, code)) {
    fprintf(stderr, "that was %s\n", module->name);
  }
  container_drop(rt, id);
  CHECK_EQUAL(used, arena_used(rt));
}

static uint8_t wanted_trap;

static int32_t tell_trap(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  (void)rt, (void)call;
  values[0] = wanted_trap;
  return 0;
}

static void endings(struct sampan_runtime *rt) {
  ends(rt, &module_returns, SAMPAN_EXIT_KIND_EXITED, 0);
  ends(rt, &module_exit_code, SAMPAN_EXIT_KIND_EXITED, 7);
  ends(rt, &module_initialise, SAMPAN_EXIT_KIND_EXITED, 1);
  ends(rt, &module_small_memory, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS);
  for (wanted_trap = SAMPAN_TRAP_KIND_UNREACHABLE; wanted_trap <= SAMPAN_TRAP_KIND_STACK_OVERFLOW; wanted_trap++) {
    act_set(tell_trap);
    ends(rt, &module_traps, SAMPAN_EXIT_KIND_TRAPPED, wanted_trap);
  }
}

/* Memory that grows ends where the limit is, and the container lives to tell. */
static void growth(struct sampan_runtime *rt) {
  struct sampan_container_options options = {.size = sizeof options, .memory_limit = 1u << 20};
  uint32_t id = 0;
  CHECK_STATUS(OK, sampan_container_create(rt, module_growth_bomb.bytes, module_growth_bomb.len, &options, &id));
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  poll_until_idle(rt, 10000);
  struct sampan_container_status status = status_of(rt, id);
  CHECK_EQUAL(SAMPAN_EXIT_KIND_EXITED, status.exit_kind);
  CHECK(status.exit_code >= 2 && status.exit_code < 16);
  struct sampan_container_stats stats = {.size = sizeof stats};
  CHECK_STATUS(OK, sampan_container_stats(rt, id, &stats));
  CHECK_EQUAL((uint32_t)status.exit_code * 65536, stats.memory_linear);
  CHECK_EQUAL(1u << 20, stats.memory_limit);
  CHECK(stats.memory_used <= stats.memory_peak && stats.memory_peak <= stats.memory_limit);
  container_drop(rt, id);
}

static void small_memory(struct sampan_runtime *rt) {
  uint32_t id = 0;
  CHECK_STATUS(OK, sampan_container_create(rt, module_small_memory.bytes, module_small_memory.len, NULL, &id));
  struct sampan_container_stats stats = {.size = sizeof stats};
  CHECK_STATUS(OK, sampan_container_stats(rt, id, &stats));
  CHECK_EQUAL(2048, stats.memory_linear);
  CHECK(stats.memory_limit < 65536);
  container_drop(rt, id);
}

/* The test archive fails allocations on cue: not in the header. */
uint8_t sampan_test_fail_allocation(uint32_t nth);

/* Each allocation of a load and of a restart fails once: refused or faulted, and the region comes back whole. */
static void failing_allocations(struct sampan_runtime *rt) {
  size_t used = arena_used(rt);
  uint32_t refusals_seen = 0;
  for (uint32_t nth = 1; nth < 10000; nth++) {
    uint32_t id = 0;
    sampan_test_fail_allocation(nth);
    int32_t code = sampan_container_create(rt, module_print.bytes, module_print.len, NULL, &id);
    if (sampan_test_fail_allocation(0) == 1) {
      CHECK_STATUS(OK, code);
      container_drop(rt, id);
      break;
    }
    if (code == SAMPAN_STATUS_OK) {
      container_drop(rt, id); /* it could do without */
    } else {
      refusals_seen++;
      CHECK_EQUAL(SAMPAN_STATUS_NO_MEMORY, code);
    }
    CHECK_EQUAL(used, arena_used(rt));
  }
  CHECK(refusals_seen > 10);
  uint32_t id = container_run(rt, &module_print);
  for (uint32_t nth = 1; nth < refusals_seen; nth++) {
    sampan_test_fail_allocation(nth);
    int32_t code = sampan_container_restart(rt, id);
    sampan_test_fail_allocation(0);
    if (code != SAMPAN_STATUS_OK) {
      CHECK_EQUAL(SAMPAN_STATUS_NO_MEMORY, code);
      ended_with(rt, id, SAMPAN_EXIT_KIND_OUT_OF_MEMORY, 0);
    }
  }
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 100);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 0);
  container_drop(rt, id);
  CHECK_EQUAL(used, arena_used(rt));
}

void test_images(void) {
  group("modules that are refused, and how the others end");
  struct sampan_runtime *rt = runtime_open();
  refusals(rt);
  endings(rt);
  growth(rt);
  small_memory(rt);
  group("allocations that fail");
  failing_allocations(rt);
  runtime_close(rt);
}
