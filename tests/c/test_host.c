/* SPDX-License-Identifier: Apache-2.0 */
/* Host functions: what can be registered, what they are given, what their answers mean. */
#include <string.h>

#include "support.h"
#include "tests.h"

static int32_t answer_nothing(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)ctx, (void)call, (void)values;
  return 0;
}

static int32_t offer(struct sampan_runtime *rt, const char *module, const char *name, const char *signature) {
  struct sampan_host_function function = {
    .size = sizeof function, .module = module, .name = name, .signature = signature, .call = answer_nothing,
  };
  return sampan_host_register(rt, &function);
}

static void registrations(struct sampan_runtime *rt) {
  static const char *const bad_signatures[] = {"", "()ii", "(", ")", "i", "(x)", "(i)x", "(i", "i(i)", "(iiiiiiiiiiiii)",
                                               "(iiiiiiiiiiiii)i", "()i and more than any signature has room for"};
  static const char longest[] = "123456789012345678901234567890123456789012345678901234567890123";
  char too_long[sizeof longest + 1] = {0};
  memset(too_long, 'n', sizeof longest);
  CHECK_EQUAL(SAMPAN_MAX_IMPORT_NAME, sizeof longest - 1);
  for (size_t idx = 0; idx < sizeof bad_signatures / sizeof bad_signatures[0]; idx++) {
    CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "m", "f", bad_signatures[idx]));
  }
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "sampan:", "f", "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "sampan:mine", "f", "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "wasi_snapshot_preview1", "fd_write", "(iiii)i"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "", "f", "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "m", "", "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, too_long, "f", "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "m", too_long, "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "m\xff", "f", "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer(rt, "m", "\xc3", "()"));
  CHECK_STATUS(NULL_POINTER, offer(rt, NULL, "f", "()"));
  CHECK_STATUS(NULL_POINTER, offer(rt, "m", NULL, "()"));
  CHECK_STATUS(NULL_POINTER, offer(rt, "m", "f", NULL));
  CHECK_STATUS(NULL_POINTER, offer(NULL, "m", "f", "()"));
  CHECK_STATUS(INVALID_ARGUMENT, offer((struct sampan_runtime *)too_long, "m", "f", "()"));
  CHECK_STATUS(DUPLICATE, offer(rt, "test", "act", "()"));
  CHECK_STATUS(OK, offer(rt, "test", "Act", "()"));
  CHECK_STATUS(OK, offer(rt, longest, longest, "(iIfFiIfFiIfF)F")); /* SAMPAN_MAX_PARAMS */
  CHECK_STATUS(OK, offer(rt, "sampan", "\xc3\xa4", "()I"));
}

static void full_table(void) {
  struct sampan_config config = config_default();
  config.max_host_functions = 3;
  struct sampan_runtime *rt = runtime_open_with(&config); /* takes one place */
  CHECK_STATUS(OK, offer(rt, "m", "a", "()"));
  CHECK_STATUS(OK, offer(rt, "m", "b", "()"));
  CHECK_STATUS(TABLE_FULL, offer(rt, "m", "c", "()"));
  CHECK_STATUS(DUPLICATE, offer(rt, "m", "b", "()"));
  runtime_close(rt);
}

static double as_f64(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static float as_f32(uint64_t bits) {
  uint32_t low = (uint32_t)bits;
  float value;
  memcpy(&value, &low, sizeof value);
  return value;
}

static int32_t mixed(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)ctx, (void)call;
  CHECK(values[0] == UINT32_MAX); /* zero-extended */
  CHECK(values[1] == UINT64_MAX - 1);
  CHECK(as_f32(values[2]) == 1.5f && values[2] >> 32 == 0);
  CHECK(as_f64(values[3]) == -0.25);
  values[0] = values[3];
  return 0;
}

static int32_t f32(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)ctx, (void)call;
  CHECK(as_f32(values[0]) == 0.5f);
  values[0] = 0xffffffff3f800000; /* 1.0; what lies above 32 bits is ignored */
  return 0;
}

static int32_t i64(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)ctx, (void)call;
  CHECK(values[0] == UINT64_C(0x123456789abcdef0));
  values[0] = UINT64_C(0x0fedcba987654321);
  return 0;
}

static int32_t twelve(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)ctx, (void)call;
  uint64_t sum = 0;
  for (int idx = 0; idx < SAMPAN_MAX_PARAMS; idx++) {
    sum += values[idx];
  }
  values[0] = sum;
  return 0;
}

static int32_t none(void *ctx, struct sampan_call *call, uint64_t *values) {
  (void)call;
  values[0] = UINT64_MAX; /* there is room for a result, wanted or not */
  *(bool *)ctx = true;
  return 0;
}

static void values_of_each_type(struct sampan_runtime *rt) {
  bool reached = false;
  const struct sampan_host_function functions[] = {
    {sizeof functions[0], "test", "mixed", "(iIfF)F", mixed, NULL, NULL},
    {sizeof functions[0], "test", "f32", "(f)f", f32, NULL, NULL},
    {sizeof functions[0], "test", "i64", "(I)I", i64, NULL, NULL},
    {sizeof functions[0], "test", "twelve", "(iiiiiiiiiiii)i", twelve, NULL, NULL},
    {sizeof functions[0], "test", "none", "()", none, &reached, NULL},
  };
  for (size_t idx = 0; idx < sizeof functions / sizeof functions[0]; idx++) {
    CHECK_STATUS(OK, sampan_host_register(rt, &functions[idx]));
  }
  uint32_t id = container_run(rt, &module_host_types);
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 0);
  CHECK(reached);
  container_drop(rt, id);
}

/* What the host function answers, by its own code and its result. */
static int32_t wanted_code;
static int32_t wanted_result;

static int32_t answer(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  (void)rt, (void)call;
  values[0] = (uint32_t)wanted_result;
  return wanted_code;
}

static int32_t defer_and_answer(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  uint64_t token = 0;
  CHECK_STATUS(OK, sampan_call_defer(call, &token));
  return answer(rt, call, values);
}

static void codes(struct sampan_runtime *rt) {
  static const int32_t failures[] = {-1, 2, -1000, INT32_MIN, INT32_MAX};
  uint32_t id = container_new(rt, &module_host_call);
  act_set(answer);
  wanted_result = INT32_MIN;
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, INT32_MIN);
  for (size_t idx = 0; idx < sizeof failures / sizeof failures[0]; idx++) {
    wanted_code = failures[idx];
    CHECK_STATUS(OK, sampan_container_restart(rt, id));
    poll_until_idle(rt, 10);
    ended_with(rt, id, SAMPAN_EXIT_KIND_HOST_ERROR, failures[idx]);
  }
  /* Pending without a token, and a token without pending: the firmware's own defects. */
  wanted_code = SAMPAN_STATUS_PENDING;
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_HOST_ERROR, SAMPAN_STATUS_WRONG_STATE);
  act_set(defer_and_answer);
  wanted_code = 0;
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_HOST_ERROR, SAMPAN_STATUS_WRONG_STATE);
  wanted_code = -9;
  CHECK_STATUS(OK, sampan_container_restart(rt, id));
  poll_until_idle(rt, 10);
  ended_with(rt, id, SAMPAN_EXIT_KIND_HOST_ERROR, -9);
  container_drop(rt, id);
}

/* Bytes of guest memory. */
static uint32_t guest_len;

struct range {
  uint32_t addr;
  size_t len;
};

static int32_t access_memory(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  (void)rt;
  uint8_t buf[16];
  uint8_t *bytes = NULL;
  const uint32_t end = guest_len;
  values[0] = 42;
  /* Starts, lengths: all that is inside, then all that isn't. */
  const uint32_t some = end < 8 ? end : 8;
  const struct range inside[] = {{0, 0}, {end, 0}, {0, some}, {end - some, some}};
  const struct range outside[] = {
    {end, 1},         {end + 1, 0},    {0, (size_t)end + 1}, {UINT32_MAX, 0}, {UINT32_MAX, 1},
    {UINT32_MAX, 16}, {1, SIZE_MAX},   {end, SIZE_MAX},      {0, SIZE_MAX / 2 + 1},
  };
  for (size_t idx = 0; idx < sizeof inside / sizeof inside[0]; idx++) {
    uint32_t addr = inside[idx].addr;
    size_t len = inside[idx].len;
    memset(buf, PATTERN, sizeof buf);
    CHECK_STATUS(OK, sampan_call_write(call, addr, len == 0 ? NULL : buf, len));
    memset(buf, 0, sizeof buf);
    CHECK_STATUS(OK, sampan_call_read(call, addr, len == 0 ? NULL : buf, len));
    CHECK(untouched(buf, len));
    CHECK_STATUS(OK, sampan_call_slice(call, addr, len, &bytes));
    CHECK(len == 0 || untouched(bytes, len));
  }
  memset(buf, PATTERN, sizeof buf);
  memset(&bytes, PATTERN, sizeof bytes);
  for (size_t idx = 0; idx < sizeof outside / sizeof outside[0]; idx++) {
    CHECK_STATUS(OUT_OF_BOUNDS, sampan_call_read(call, outside[idx].addr, buf, outside[idx].len));
    CHECK_STATUS(OUT_OF_BOUNDS, sampan_call_write(call, outside[idx].addr, buf, outside[idx].len));
    CHECK_STATUS(OUT_OF_BOUNDS, sampan_call_slice(call, outside[idx].addr, outside[idx].len, &bytes));
  }
  CHECK(untouched(buf, sizeof buf) && untouched(&bytes, sizeof bytes));
  if (end > 0) {
    CHECK_STATUS(NULL_POINTER, sampan_call_read(call, 0, NULL, 1));
    CHECK_STATUS(NULL_POINTER, sampan_call_write(call, 0, NULL, 1));
  }
  CHECK_STATUS(NULL_POINTER, sampan_call_slice(call, 0, 0, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_call_read(NULL, 0, buf, 1));
  CHECK_STATUS(NULL_POINTER, sampan_call_write(NULL, 0, buf, 1));
  CHECK_STATUS(NULL_POINTER, sampan_call_slice(NULL, 0, 1, &bytes));
  uint32_t id = 0;
  uint64_t token;
  memset(&token, PATTERN, sizeof token);
  CHECK_STATUS(OK, sampan_call_container(call, &id));
  CHECK(id >> 8 != 0);
  CHECK_STATUS(NULL_POINTER, sampan_call_container(call, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_call_container(NULL, &id));
  CHECK_STATUS(NULL_POINTER, sampan_call_defer(call, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_call_defer(NULL, &token));
  CHECK(untouched(&token, sizeof token));
  return 0;
}

static void memory(struct sampan_runtime *rt) {
  const struct module *const callers[] = {&module_host_call, &module_no_memory};
  for (int idx = 0; idx < 2; idx++) {
    guest_len = idx == 0 ? 65536 : 0;
    act_set(access_memory);
    uint32_t id = container_run(rt, callers[idx]);
    poll_until_idle(rt, 10);
    CHECK_EQUAL(1, act_count());
    ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 42);
    container_drop(rt, id);
  }
}

/* Calls without end can't hold the runtime: each poll comes back. */
static void storm(struct sampan_runtime *rt) {
  act_set(NULL);
  uint32_t id = container_run(rt, &module_host_storm);
  for (int round = 0; round < 20; round++) {
    CHECK(poll_once(rt) <= port.now_us);
  }
  CHECK(act_count() >= 20 && act_count() < 20 * 1000);
  container_drop(rt, id);
}

void test_host(void) {
  group("host functions");
  struct sampan_runtime *rt = runtime_open();
  registrations(rt);
  values_of_each_type(rt);
  codes(rt);
  memory(rt);
  storm(rt);
  runtime_close(rt);
  full_table();
}
