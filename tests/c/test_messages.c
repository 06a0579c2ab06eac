/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between firmware and containers, permissions that are denied, quarantine and release. */
#include <string.h>

#include "support.h"
#include "tests.h"

static const char *const mail[] = {"msg.pub:plant/#"};

static struct {
  struct sampan_runtime *rt;
  uint32_t count;
  uint32_t sender;
  uint64_t token;
  char payload[16];
} heard;

/* Keeps what it gets. The lock is held, so every call on the runtime is refused. */
static void receive(void *ctx, const struct sampan_message *message) {
  struct sampan_runtime *rt = ctx;
  heard.count++;
  heard.sender = message->sender;
  heard.token = message->token;
  CHECK_EQUAL(sizeof *message, message->size);
  CHECK(message->topic_len == 7 && memcmp(message->topic, "plant/1", 7) == 0);
  CHECK(message->payload_len < sizeof heard.payload);
  memcpy(heard.payload, message->payload, message->payload_len);
  CHECK_STATUS(WRONG_CONTEXT, sampan_message_publish(rt, "a", 1, NULL, 0, NULL));
  CHECK_STATUS(WRONG_CONTEXT, sampan_message_subscribe(rt, "a", receive, rt));
  CHECK_STATUS(WRONG_CONTEXT, sampan_message_reply(rt, UINT64_MAX, NULL, 0));
  CHECK_STATUS(WRONG_CONTEXT, sampan_container_release(rt, UINT32_MAX));
  CHECK_STATUS(WRONG_CONTEXT, sampan_clock_set(rt, 0));
}

static uint32_t post(struct sampan_runtime *rt, struct sampan_container_options options) {
  uint32_t id = 0;
  options.size = sizeof options;
  CHECK_STATUS(OK, sampan_container_create(rt, module_post.bytes, module_post.len, &options, &id));
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  poll_until_idle(rt, 20);
  return id;
}

static void exchange(struct sampan_runtime *rt) {
  uint32_t id = post(rt, (struct sampan_container_options){.permissions = mail, .permissions_len = 1});
  CHECK_EQUAL(2, heard.count);
  CHECK_EQUAL(id, heard.sender);
  CHECK(strcmp(heard.payload, "hello") == 0 && heard.token != 0);
  CHECK_STATUS(OK, sampan_message_reply(rt, heard.token, (const uint8_t *)"well", 4));
  poll_until_idle(rt, 20);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 4);
  CHECK_STATUS(STALE_CALL, sampan_message_reply(rt, heard.token, NULL, 0));
  container_drop(rt, id);

  static const uint8_t large[SAMPAN_MAX_PAYLOAD + 1];
  id = post(rt, (struct sampan_container_options){.permissions = mail, .permissions_len = 1, .mailbox_len = 64});
  CHECK_STATUS(BUSY, sampan_message_reply(rt, heard.token, large, 64));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_message_reply(rt, heard.token, large, sizeof large));
  CHECK_STATUS(NULL_POINTER, sampan_message_reply(rt, heard.token, NULL, 1));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_message_reply(rt, 0, NULL, 0));
  CHECK_STATUS(NULL_POINTER, sampan_message_reply(NULL, heard.token, NULL, 0));
  container_drop(rt, id);
}

static void firmware_publishes(struct sampan_runtime *rt) {
  uint32_t taken = 0;
  heard.count = 0;
  CHECK_STATUS(OK, sampan_message_publish(rt, "plant/1", 7, (const uint8_t *)"x", 1, &taken));
  CHECK_STATUS(OK, sampan_message_publish(rt, "plant/1", 7, NULL, 0, NULL));
  CHECK(taken == 1 && heard.count == 2 && heard.sender == 0 && heard.token == 0);
  CHECK_STATUS(INVALID_ARGUMENT, sampan_message_publish(rt, "plant/+", 7, NULL, 0, &taken));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_message_publish(rt, "\xff", 1, NULL, 0, &taken));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_message_publish(rt, NULL, 0, NULL, 0, &taken));
  CHECK_STATUS(NULL_POINTER, sampan_message_publish(rt, NULL, 1, NULL, 0, &taken));
  CHECK_STATUS(NULL_POINTER, sampan_message_publish(rt, "a", 1, NULL, 1, &taken));
  CHECK_STATUS(NULL_POINTER, sampan_message_publish(NULL, "a", 1, NULL, 0, &taken));
}

static void subscriptions(struct sampan_runtime *rt) {
  CHECK_STATUS(NULL_POINTER, sampan_message_subscribe(NULL, "a", receive, rt));
  CHECK_STATUS(NULL_POINTER, sampan_message_subscribe(rt, NULL, receive, rt));
  CHECK_STATUS(NULL_POINTER, sampan_message_subscribe(rt, "a", NULL, rt));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_message_subscribe(rt, "#/a", receive, rt));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_message_subscribe(rt, "", receive, rt));
  CHECK_STATUS(OK, sampan_message_subscribe(rt, "plant/#", receive, rt));
  CHECK_STATUS(OK, sampan_message_subscribe(rt, "another", receive, rt));
  CHECK_STATUS(TABLE_FULL, sampan_message_subscribe(rt, "one/too/many", receive, rt));
}

/* A call without its permission, under each policy. */
static void denials(struct sampan_runtime *rt) {
  static const struct {
    uint8_t action, state, kind;
    int32_t code;
  } cases[] = {
    {SAMPAN_DENIED_ACTION_ERROR, SAMPAN_CONTAINER_STATE_STOPPED, SAMPAN_EXIT_KIND_EXITED, -1},
    {SAMPAN_DENIED_ACTION_TRAP, SAMPAN_CONTAINER_STATE_FAULTED, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_CALL_DENIED},
    {SAMPAN_DENIED_ACTION_STOP, SAMPAN_CONTAINER_STATE_STOPPED, SAMPAN_EXIT_KIND_DENIED, 0},
    {SAMPAN_DENIED_ACTION_QUARANTINE, SAMPAN_CONTAINER_STATE_QUARANTINED, SAMPAN_EXIT_KIND_DENIED, 0},
  };
  heard.count = 0;
  for (size_t idx = 0; idx < sizeof cases / sizeof cases[0]; idx++) {
    struct sampan_container_stats stats = {.size = sizeof stats};
    uint32_t id = post(rt, (struct sampan_container_options){.denied_action = cases[idx].action});
    struct sampan_container_status status = status_of(rt, id);
    CHECK_EQUAL(cases[idx].state, status.state);
    CHECK_EQUAL(cases[idx].kind, status.exit_kind);
    CHECK_EQUAL(cases[idx].code, status.exit_code);
    CHECK_STATUS(OK, sampan_container_stats(rt, id, &stats));
    CHECK_EQUAL(idx == 0 ? 2 : 1, stats.denied_calls);
    if (status.state == SAMPAN_CONTAINER_STATE_QUARANTINED) {
      CHECK_STATUS(WRONG_STATE, sampan_container_restart(rt, id));
      CHECK_STATUS(WRONG_STATE, sampan_container_remove(rt, id));
      CHECK_STATUS(OK, sampan_container_release(rt, id));
    }
    CHECK_STATUS(WRONG_STATE, sampan_container_release(rt, id));
    container_drop(rt, id);
    CHECK_STATUS(STALE_ID, sampan_container_release(rt, id));
  }
  CHECK_EQUAL(0, heard.count);
  CHECK_STATUS(NULL_POINTER, sampan_container_release(NULL, 0));
}

static void lists(struct sampan_runtime *rt) {
  static const char *const bad[] = {"", "no such", "log:x", "msg.pub", "kv:01", "\xff", NULL};
  const char *many[SAMPAN_MAX_PERMISSIONS + 1];
  uint32_t id = 0;
  for (size_t idx = 0; idx < sizeof bad / sizeof bad[0]; idx++) {
    struct sampan_container_options options = {.size = sizeof options, .permissions = &bad[idx], .permissions_len = 1};
    int32_t expected = bad[idx] == NULL ? SAMPAN_STATUS_NULL_POINTER : SAMPAN_STATUS_INVALID_ARGUMENT;
    CHECK_EQUAL(expected, sampan_container_create(rt, module_post.bytes, module_post.len, &options, &id));
  }
  for (size_t idx = 0; idx <= SAMPAN_MAX_PERMISSIONS; idx++) {
    many[idx] = "log";
  }
  struct sampan_container_options options = {.size = sizeof options, .permissions = many,
                                             .permissions_len = SAMPAN_MAX_PERMISSIONS + 1};
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_create(rt, module_post.bytes, module_post.len, &options, &id));
  options = (struct sampan_container_options){.size = sizeof options, .permissions_len = 1};
  CHECK_STATUS(NULL_POINTER, sampan_container_create(rt, module_post.bytes, module_post.len, &options, &id));
  options = (struct sampan_container_options){.size = sizeof options, .denied_action = 4};
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_create(rt, module_post.bytes, module_post.len, &options, &id));
  options = (struct sampan_container_options){.size = sizeof options, .handles = SAMPAN_MAX_HANDLES + 1};
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_create(rt, module_post.bytes, module_post.len, &options, &id));
  options = (struct sampan_container_options){.size = sizeof options, .mailbox_len = SAMPAN_MAX_MAILBOX + 1};
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_create(rt, module_post.bytes, module_post.len, &options, &id));
}

void test_messages(void) {
  group("messages and permissions");
  struct sampan_config config = config_default();
  config.max_subscribers = 2;
  struct sampan_runtime *rt = runtime_open_with(&config);
  struct sampan_runtime *const wrong = (struct sampan_runtime *)&config;
  subscriptions(rt);
  exchange(rt);
  firmware_publishes(rt);
  denials(rt);
  lists(rt);
  CHECK_STATUS(INVALID_ARGUMENT, sampan_container_release(wrong, 0));
  CHECK_STATUS(OK, sampan_clock_set(rt, 1700000000000000));
  CHECK_STATUS(NULL_POINTER, sampan_clock_set(NULL, 0));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_clock_set(wrong, 0));
  runtime_close(rt);
}
