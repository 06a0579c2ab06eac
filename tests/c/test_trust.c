/* SPDX-License-Identifier: Apache-2.0 */
/* Trust stores: which are put in force, what they list, and what becomes of containers when a key is revoked. */
#include <string.h>

#include "owner.h"
#include "tests.h"

static void listed(struct sampan_runtime *rt) {
  static const struct {
    const char *prefix;
    uint8_t roles;
    uint8_t revoked;
  } expected[] = {
    {"plant.", SAMPAN_KEY_ROLE_DEVELOPER, 0},
    {"", SAMPAN_KEY_ROLE_OPERATOR, 0},
    {"", SAMPAN_KEY_ROLE_DEVELOPER | SAMPAN_KEY_ROLE_OPERATOR, 0},
    {"plant.spare", SAMPAN_KEY_ROLE_DEVELOPER | SAMPAN_KEY_ROLE_OPERATOR, 0},
    {"lamp", SAMPAN_KEY_ROLE_DEVELOPER | SAMPAN_KEY_ROLE_OPERATOR, 0},
    {"", SAMPAN_KEY_ROLE_DEVELOPER | SAMPAN_KEY_ROLE_OPERATOR, 1},
  };
  struct sampan_trust_key key = {.size = sizeof key};
  uint32_t count = sizeof expected / sizeof expected[0];
  for (uint32_t idx = 0; idx < count; idx++) {
    CHECK_STATUS(OK, sampan_trust_key(rt, idx, &key));
    CHECK(strcmp(expected[idx].prefix, key.prefix) == 0);
    CHECK_EQUAL(expected[idx].roles, key.roles);
    CHECK_EQUAL(expected[idx].revoked, key.revoked);
    CHECK_EQUAL(10, key.id_len);
  }
  CHECK_STATUS(NOT_FOUND, sampan_trust_key(rt, count, &key));
  CHECK_STATUS(NOT_FOUND, sampan_trust_key(rt, UINT32_MAX, &key));
  CHECK_STATUS(NULL_POINTER, sampan_trust_key(rt, 0, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_trust_key(NULL, 0, &key));
  key.size = 3;
  CHECK_STATUS(INVALID_ARGUMENT, sampan_trust_key(rt, 0, &key));
}

static uint64_t sequence_of(struct sampan_runtime *rt) {
  uint64_t sequence = 0;
  CHECK_STATUS(OK, sampan_trust_sequence(rt, &sequence));
  return sequence;
}

static void without_store(struct sampan_runtime *rt, const struct file *image) {
  struct sampan_trust_key key = {.size = sizeof key};
  uint64_t sequence = PATTERN;
  uint32_t id = PATTERN;
  CHECK_STATUS(NOT_FOUND, sampan_trust_sequence(rt, &sequence));
  CHECK_STATUS(NOT_FOUND, sampan_trust_key(rt, 0, &key));
  CHECK_STATUS(UNTRUSTED, sampan_image_create(rt, image->bytes, image->len, &id));
  CHECK(log_has("sampan", "there is no trust store"));
  CHECK_STATUS(NULL_POINTER, sampan_trust_sequence(rt, NULL));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_trust_sequence((struct sampan_runtime *)&key, &sequence));
  CHECK(sequence == PATTERN && id == PATTERN);
}

static void refused(struct sampan_runtime *rt, int32_t expected, const struct file *store, const char *line) {
  bool empty = sampan_trust_sequence(rt, &(uint64_t){0}) == SAMPAN_STATUS_NOT_FOUND;
  uint64_t before = empty ? 0 : sequence_of(rt);
  port_reset();
  CHECK_EQUAL(expected, sampan_trust_install(rt, store->bytes, store->len));
  CHECK(log_has("sampan", line));
  CHECK_EQUAL(before, empty ? 0 : sequence_of(rt));
}

/* An authority that is wrong in one place. */
static void authorities(const struct file *store) {
  struct sampan_config config = config_default();
  struct sampan_runtime *rt = NULL;
  config.signed_only = 1;
  CHECK_STATUS(INVALID_ARGUMENT, sampan_runtime_init(&config, &rt));
  config.authority = &authority;
  config.signed_only = 2;
  CHECK_STATUS(INVALID_ARGUMENT, sampan_runtime_init(&config, &rt));
  config = config_default();
  rt = runtime_open_with(&config);
  CHECK_STATUS(WRONG_STATE, sampan_trust_install(rt, store->bytes, store->len));
  runtime_close(rt);
  rt = owner_open(false);
  CHECK_STATUS(NULL_POINTER, sampan_trust_install(NULL, store->bytes, store->len));
  CHECK_STATUS(NULL_POINTER, sampan_trust_install(rt, NULL, store->len));
  CHECK_STATUS(BAD_IMAGE, sampan_trust_install(rt, NULL, 0));
  authority.crypto = NULL;
  CHECK_STATUS(NULL_POINTER, sampan_trust_install(rt, store->bytes, store->len));
  owner_reset(false);
  crypto.counter_read = NULL;
  CHECK_STATUS(NULL_POINTER, sampan_trust_install(rt, store->bytes, store->len));
  owner_reset(false);
  crypto.counter_raise = NULL;
  CHECK_STATUS(NULL_POINTER, sampan_trust_install(rt, store->bytes, store->len));
  owner_reset(false);
  memcpy(authority.root_keys[1], authority.root_keys[0], sizeof authority.root_keys[0]);
  CHECK_STATUS(INVALID_ARGUMENT, sampan_trust_install(rt, store->bytes, store->len));
  owner_reset(false);
  authority.vendor_id[0] ^= 1;
  refused(rt, SAMPAN_STATUS_WRONG_DEVICE, store, "trust store refused: another vendor's id (at byte ");
  runtime_close(rt);
  /* A newer firmware's. */
  owner_reset(false);
  static struct {
    struct sampan_authority known;
    uint64_t unknown;
  } newer;
  newer.known = authority;
  newer.known.size = sizeof newer;
  newer.unknown = 1;
  config.authority = &newer.known;
  rt = runtime_open_with(&config);
  CHECK_STATUS(VERSION, sampan_trust_install(rt, store->bytes, store->len));
  newer.unknown = 0;
  CHECK_STATUS(OK, sampan_trust_install(rt, store->bytes, store->len));
  runtime_close(rt);
}

static void succession(void) {
  struct file second = file_read("trust2"), third = file_read("trust3"), fourth = file_read("trust4");
  struct file foreign = file_read("trust_foreign"), first = file_read("trust1"), image = file_read("pump1");
  owner_reset(false);
  struct sampan_runtime *rt = owner_open(false);
  without_store(rt, &image);
  refused(rt, SAMPAN_STATUS_UNTRUSTED, &foreign, "trust store refused: a signature by no trusted key (at byte ");
  counters.read_fails = true;
  refused(rt, SAMPAN_STATUS_PLATFORM, &first, "trust store refused: no counter to compare with");
  counters.read_fails = false;
  counters.raise_fails = true;
  refused(rt, SAMPAN_STATUS_PLATFORM, &first, "trust store refused: no counter to compare with");
  counters.raise_fails = false;
  CHECK_STATUS(OK, sampan_trust_install(rt, first.bytes, first.len));
  CHECK(log_has("sampan", "trust store 7 is in force"));
  CHECK_EQUAL(7, counter_of(""));
  listed(rt);
  refused(rt, SAMPAN_STATUS_ROLLBACK, &first, "trust store refused: a sequence number not above the counter");
  refused(rt, SAMPAN_STATUS_UNTRUSTED, &image, "trust store refused: ");
  first.len -= 1;
  refused(rt, SAMPAN_STATUS_BAD_IMAGE, &first, "trust store refused: bytes missing at its end");
  first.len += 1;
  CHECK_STATUS(OK, sampan_trust_install(rt, second.bytes, second.len));
  CHECK_STATUS(OK, sampan_trust_install(rt, third.bytes, third.len));
  refused(rt, SAMPAN_STATUS_UNTRUSTED, &fourth, "trust store refused: a signature by a revoked key");
  CHECK_EQUAL(9, sequence_of(rt));
  runtime_close(rt);
  /* After a reset: not the one before, but the same. */
  rt = owner_open(false);
  refused(rt, SAMPAN_STATUS_ROLLBACK, &second, "trust store refused: a sequence number not above the counter");
  CHECK_STATUS(OK, sampan_trust_install(rt, third.bytes, third.len));
  runtime_close(rt);
  authorities(&first);
  file_free(&first), file_free(&second), file_free(&third), file_free(&fourth), file_free(&foreign), file_free(&image);
}

/* A store that is altered anywhere is refused, and the one in force stays. */
static void altered(void) {
  struct file store = file_read("trust2");
  owner_reset(false);
  struct sampan_runtime *rt = owner_open_trusting(false);
  for (size_t idx = 0; idx < store.len; idx++) {
    uint8_t bit = (uint8_t)(1u << (idx % 8));
    store.bytes[idx] ^= bit;
    CHECK(sampan_trust_install(rt, store.bytes, store.len) != SAMPAN_STATUS_OK);
    store.bytes[idx] ^= bit;
  }
  CHECK_EQUAL(7, sequence_of(rt));
  runtime_close(rt);
  file_free(&store);
}

static struct {
  unsigned revoked;
  uint32_t container;
} told;

static void note_event(void *ctx, const struct sampan_event *event) {
  CHECK(ctx == &told);
  if (event->exit_kind == SAMPAN_EXIT_KIND_REVOKED) {
    told.revoked++;
    told.container = event->container;
  }
}

/* A key is revoked while what it signed runs. */
static void revocation(void) {
  struct file second = file_read("trust2"), image = file_read("pump1"), spare = file_read("spare");
  owner_reset(false);
  memset(&told, 0, sizeof told);
  struct file first = file_read("trust1");
  struct sampan_config config = config_default();
  config.authority = &authority;
  config.signed_only = 1;
  config.event = note_event;
  config.event_ctx = &told;
  struct sampan_runtime *rt = runtime_open_with(&config);
  size_t used = arena_used(rt);
  CHECK_STATUS(OK, sampan_trust_install(rt, first.bytes, first.len));
  uint32_t id = 0, spare_id = 0;
  CHECK_STATUS(OK, sampan_image_create(rt, image.bytes, image.len, &id));
  CHECK_STATUS(OK, sampan_image_create(rt, spare.bytes, spare.len, &spare_id));
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  CHECK_STATUS(OK, sampan_container_start(rt, spare_id));
  poll_until_idle(rt, 100);
  unsigned wakes = atomic_load(&port.wakes);
  CHECK_STATUS(OK, sampan_trust_install(rt, second.bytes, second.len));
  CHECK(atomic_load(&port.wakes) > wakes);
  CHECK(log_has("plant.pump", "no longer trusted: a signature by a revoked key (at byte "));
  CHECK(ended_with(rt, id, SAMPAN_EXIT_KIND_REVOKED, 0));
  poll_once(rt);
  CHECK_EQUAL(1, told.revoked);
  CHECK_EQUAL(id, told.container);
  CHECK_STATUS(WRONG_STATE, sampan_container_start(rt, id));
  CHECK_STATUS(UNTRUSTED, sampan_container_restart(rt, id));
  CHECK_STATUS(WRONG_STATE, sampan_image_confirm(rt, id));
  CHECK_EQUAL(SAMPAN_CONTAINER_STATE_RUNNING, state_of(rt, spare_id));
  CHECK_STATUS(OK, sampan_container_restart(rt, spare_id));
  container_drop(rt, id);
  port_reset();
  CHECK_STATUS(UNTRUSTED, sampan_image_create(rt, image.bytes, image.len, &id));
  CHECK(log_has("sampan", "image refused: a signature by a revoked key (at byte "));
  container_drop(rt, spare_id);
  CHECK_EQUAL(used, arena_used(rt));
  runtime_close(rt);
  file_free(&first), file_free(&second), file_free(&image), file_free(&spare);
}

void test_trust(void) {
  group("trust stores");
  succession();
  altered();
  group("a key is revoked");
  revocation();
}
