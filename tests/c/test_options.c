/* SPDX-License-Identifier: Apache-2.0 */
/* Options of a container: every limit at its edge and beyond it. */
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "tests.h"

/* Create answers `expected`, and on an error nothing has changed. */
static void create(struct sampan_runtime *rt, int32_t expected, struct sampan_container_options options) {
  options.size = sizeof options;
  size_t used = arena_used(rt);
  uint32_t id;
  memset(&id, PATTERN, sizeof id);
  int32_t code = sampan_container_create(rt, module_returns.bytes, module_returns.len, &options, &id);
  CHECK_EQUAL(expected, code);
  if (code == SAMPAN_STATUS_OK) {
    container_drop(rt, id);
  } else {
    CHECK(untouched(&id, sizeof id));
  }
  CHECK_EQUAL(used, arena_used(rt));
}

#define CREATE(expected, ...) create(rt, SAMPAN_STATUS_##expected, (struct sampan_container_options){__VA_ARGS__})

static void names(struct sampan_runtime *rt) {
  static const char *const bad[] = {"",          "sampan",    "has space",  "umlaut\xc3\xa4", "slash/", "colon:",
                                    "new\nline", "\x7f",       "123456789012345678901234",
                                    "a name that is far longer than any name may be, by all accounts"};
  CREATE(OK, .name = "a");
  CREATE(OK, .name = "-_.Az09");
  CREATE(OK, .name = "12345678901234567890123"); /* SAMPAN_MAX_NAME */
  for (size_t idx = 0; idx < sizeof bad / sizeof bad[0]; idx++) {
    CREATE(INVALID_ARGUMENT, .name = bad[idx]);
  }
  uint32_t first = container_new(rt, &module_returns);
  struct sampan_container_status status = status_of(rt, first);
  CHECK(strcmp(status.name, "c0") == 0);
  CREATE(DUPLICATE, .name = "c0");
  CREATE(OK, .name = "c1");
  container_drop(rt, first);
  CREATE(OK, .name = "c0");
}

static void numbers(struct sampan_runtime *rt) {
  CREATE(OK, .share = 1);
  CREATE(OK, .share = SAMPAN_MAX_SHARE);
  CREATE(INVALID_ARGUMENT, .share = SAMPAN_MAX_SHARE + 1);
  CREATE(INVALID_ARGUMENT, .share = UINT16_MAX);
  CREATE(OK, .priority = SAMPAN_MAX_PRIORITY);
  CREATE(INVALID_ARGUMENT, .priority = SAMPAN_MAX_PRIORITY + 1);
  CREATE(INVALID_ARGUMENT, .priority = UINT8_MAX);
  CREATE(NO_MEMORY, .memory_limit = 1);
  CREATE(NO_MEMORY, .memory_limit = 65536);
  CREATE(OK, .memory_limit = 1u << 20);
  CREATE(OK, .memory_limit = (1u << 20) + 1);
  CREATE(NO_MEMORY, .memory_limit = ARENA_LEN);
  CREATE(NO_MEMORY, .memory_limit = 1u << 31);
  CREATE(NO_MEMORY, .memory_limit = UINT32_MAX);
  CREATE(OK, .stack_len = 1);
  CREATE(OK, .stack_len = 65537, .memory_limit = 1u << 20);
  CREATE(NO_MEMORY, .stack_len = 1u << 30);
  CREATE(NO_MEMORY, .stack_len = UINT32_MAX);
  CREATE(NO_MEMORY, .stack_len = 1u << 20, .memory_limit = 1u << 20);
}

/* `count` texts that take `bytes` together, their NULs included. */
static void texts(struct sampan_runtime *rt, int32_t expected, uint32_t count, size_t bytes, bool environment) {
  const char *list[SAMPAN_MAX_ARGS + 2];
  char *text = malloc(bytes + 1);
  if (text == NULL || count == 0 || count > SAMPAN_MAX_ARGS + 2 || bytes < 2 * (size_t)count) {
    abort();
  }
  memset(text, 'x', bytes);
  text[bytes - 1] = '\0';
  size_t start = 0;
  for (uint32_t idx = 0; idx < count; idx++) {
    list[idx] = text + start;
    if (idx + 1 < count) {
      text[start + 1] = '\0';
      start += 2;
    }
  }
  struct sampan_container_options options = {0};
  if (environment) {
    const char *name[] = {""};
    options.args = name; /* else the container's name is its argument, and takes room */
    options.args_len = 1;
    options.env = list;
    options.env_len = count;
  } else {
    options.args = list;
    options.args_len = count;
  }
  create(rt, expected, options);
  free(text);
}

static void arguments(struct sampan_runtime *rt) {
  texts(rt, SAMPAN_STATUS_OK, SAMPAN_MAX_ARGS, 1000, false);
  texts(rt, SAMPAN_STATUS_INVALID_ARGUMENT, SAMPAN_MAX_ARGS + 1, 1000, false);
  texts(rt, SAMPAN_STATUS_OK, SAMPAN_MAX_ARGS, SAMPAN_MAX_ARGS_BYTES, false);
  texts(rt, SAMPAN_STATUS_INVALID_ARGUMENT, SAMPAN_MAX_ARGS, SAMPAN_MAX_ARGS_BYTES + 1, false);
  texts(rt, SAMPAN_STATUS_INVALID_ARGUMENT, 1, 100000, false);
  texts(rt, SAMPAN_STATUS_OK, SAMPAN_MAX_ARGS, 1000, true);
  texts(rt, SAMPAN_STATUS_INVALID_ARGUMENT, SAMPAN_MAX_ARGS + 1, 1000, true);
  texts(rt, SAMPAN_STATUS_OK, 1, SAMPAN_MAX_ARGS_BYTES - 1, true);
  texts(rt, SAMPAN_STATUS_INVALID_ARGUMENT, 1, SAMPAN_MAX_ARGS_BYTES, true);
  const char *const with_null[] = {"one", NULL, "three"};
  CREATE(NULL_POINTER, .args_len = 1);
  CREATE(NULL_POINTER, .env_len = 1);
  CREATE(NULL_POINTER, .args = with_null, .args_len = 3);
  CREATE(NULL_POINTER, .env = with_null, .env_len = 2);
  CREATE(OK, .args = with_null, .args_len = 1, .env = with_null);
  CREATE(INVALID_ARGUMENT, .args = with_null, .args_len = UINT32_MAX);
  CREATE(INVALID_ARGUMENT, .env_len = UINT32_MAX);
}

static void pointers(struct sampan_runtime *rt) {
  const struct module *module = &module_returns;
  uint32_t id;
  memset(&id, PATTERN, sizeof id);
  CHECK_STATUS(NULL_POINTER, sampan_container_create(NULL, module->bytes, module->len, NULL, &id));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_create((struct sampan_runtime *)&id, module->bytes, module->len, NULL, &id));
  CHECK_STATUS(NULL_POINTER, sampan_container_create(rt, NULL, module->len, NULL, &id));
  CHECK_STATUS(BAD_IMAGE, sampan_container_create(rt, NULL, 0, NULL, &id));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_create(rt, module->bytes, SIZE_MAX, NULL, &id));
  CHECK_STATUS(NULL_POINTER, sampan_container_create(rt, module->bytes, module->len, NULL, NULL));
  CHECK(untouched(&id, sizeof id));
}

static void slots(void) {
  struct sampan_config config = config_default();
  config.max_containers = 3;
  struct sampan_runtime *rt = runtime_open_with(&config);
  uint32_t ids[4];
  for (int idx = 0; idx < 3; idx++) {
    ids[idx] = container_new(rt, &module_returns);
  }
  CREATE(NO_SLOT, .name = "fourth");
  container_drop(rt, ids[1]);
  CREATE(OK, .name = "fourth");
  runtime_close(rt);
}

void test_options(void) {
  group("options of a container");
  struct sampan_runtime *rt = runtime_open();
  pointers(rt);
  names(rt);
  numbers(rt);
  arguments(rt);
  runtime_close(rt);
  slots();
}
