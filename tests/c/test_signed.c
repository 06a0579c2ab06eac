/* SPDX-License-Identifier: Apache-2.0 */
/* Signed images: good ones run as their policy says, all others are refused with nothing changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "owner.h"
#include "tests.h"

static void refused(struct sampan_runtime *rt, int32_t expected, const char *name, const char *line) {
  struct file image = file_read(name);
  size_t used = arena_used(rt);
  uint32_t id;
  memset(&id, PATTERN, sizeof id);
  port_reset();
  if (!CHECK_EQUAL(expected, sampan_image_create(rt, image.bytes, image.len, &id))) {
    fprintf(stderr, "that was %s\n", name);
  }
  CHECK(untouched(&id, sizeof id));
  CHECK_EQUAL(used, arena_used(rt));
  CHECK(log_has(NULL, line));
  file_free(&image);
}

static void refusals(bool psa) {
  owner_reset(psa);
  struct sampan_runtime *rt = owner_open_trusting(true);
  refused(rt, SAMPAN_STATUS_UNTRUSTED, "unsigned", "image refused: no signature (at byte ");
  refused(rt, SAMPAN_STATUS_UNTRUSTED, "foreign", "image refused: a signature by no trusted key (at byte ");
  refused(rt, SAMPAN_STATUS_UNTRUSTED, "prefix", "image refused: a signature by a key that may not speak for this");
  refused(rt, SAMPAN_STATUS_UNTRUSTED, "lamp", "image refused: a signature by a key that may not speak for this");
  refused(rt, SAMPAN_STATUS_UNTRUSTED, "role", "image refused: a part that nobody with the role for it has signed");
  refused(rt, SAMPAN_STATUS_UNTRUSTED, "withdrawn", "image refused: a signature by a revoked key (at byte ");
  refused(rt, SAMPAN_STATUS_WRONG_DEVICE, "device", "image refused: another vendor's id (at byte ");
  refused(rt, SAMPAN_STATUS_UNTRUSTED, "trust1", "image refused: a signature by no trusted key");
  refused(rt, SAMPAN_STATUS_NO_ENTRY, "entry", "no entry point");
  refused(rt, SAMPAN_STATUS_UNSUPPORTED, "memory", "unsupported image");
  refused(rt, SAMPAN_STATUS_UNKNOWN_IMPORT, "unknown", "plant.open_valve");
  refused(rt, SAMPAN_STATUS_IMPORT_TYPE, "mistyped", "test.act");
  uint32_t id = 0;
  port_reset();
  CHECK_STATUS(UNTRUSTED, sampan_container_create(rt, module_sleep.bytes, module_sleep.len, NULL, &id));
  CHECK(log_has("sampan", "not created: only signed images run"));
  runtime_close(rt);
}

/* Every truncation, and bits over the whole image. A pass of all bits takes too long under the sanitizers. */
static void alterations(bool psa, const char *name) {
  struct file image = file_read(name);
  owner_reset(psa);
  struct sampan_runtime *rt = owner_open_trusting(true);
  size_t used = arena_used(rt);
  uint32_t id = 0;
  for (size_t idx = 0; idx < image.len; idx++) {
    uint8_t bit = (uint8_t)(1u << (idx * 5 % 8));
    image.bytes[idx] ^= bit;
    int32_t code = sampan_image_create(rt, image.bytes, image.len, &id);
    image.bytes[idx] ^= bit;
    CHECK(code == SAMPAN_STATUS_UNTRUSTED || code == SAMPAN_STATUS_BAD_IMAGE);
  }
  for (size_t len = 0; len < image.len; len++) {
    uint8_t *part = malloc(len + (len == 0));
    memcpy(part, image.bytes, len);
    CHECK_STATUS(BAD_IMAGE, sampan_image_create(rt, part, len, &id));
    free(part);
  }
  CHECK_EQUAL(0, id);
  CHECK_EQUAL(used, arena_used(rt));
  CHECK_STATUS(OK, sampan_image_create(rt, image.bytes, image.len, &id));
  container_drop(rt, id);
  runtime_close(rt);
  file_free(&image);
}

/* The built-in and PSA's provider say the same of an image and of what is made of it. */
static void verdicts_agree(const char *name) {
  struct file image = file_read(name);
  int32_t *codes = calloc(image.len, sizeof *codes);
  struct sampan_image_info info = {.size = sizeof info};
  for (int psa = 0; psa < 2; psa++) {
    owner_reset(psa != 0);
    struct sampan_runtime *rt = owner_open_trusting(true);
    CHECK_STATUS(OK, sampan_image_verify(rt, image.bytes, image.len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info));
    for (size_t idx = 0; idx < image.len; idx++) {
      uint8_t bit = (uint8_t)(1u << (idx * 3 % 8));
      image.bytes[idx] ^= bit;
      int32_t code = sampan_image_verify(rt, image.bytes, image.len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info);
      image.bytes[idx] ^= bit;
      CHECK(code != SAMPAN_STATUS_OK && (psa == 0 || code == codes[idx]));
      codes[idx] = code;
    }
    runtime_close(rt);
  }
  free(codes);
  file_free(&image);
}

/* The second test vector of RFC 8032. A provider without PureEdDSA has no verdict on it, nor on a wrong one. */
static void ed25519_by_psa(void) {
  static const uint8_t key[32] = {0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a,
                                  0xa7, 0x4d, 0x1b, 0x7e, 0xbc, 0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4,
                                  0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
  static const uint8_t message[1] = {0x72};
  uint8_t signature[64] = {0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f,
                           0x64, 0x25, 0x40, 0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76,
                           0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99,
                           0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e, 0xae,
                           0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};
  owner_reset(true);
  if (crypto.verify_ed25519 == NULL) {
    return; /* headers without the name: built in, if at all */
  }
  int32_t good = crypto.verify_ed25519(crypto.ctx, key, message, sizeof message, signature);
  CHECK(good == SAMPAN_STATUS_OK || good == SAMPAN_STATUS_PLATFORM);
  signature[0] ^= 1;
  int32_t bad = crypto.verify_ed25519(crypto.ctx, key, message, sizeof message, signature);
  CHECK_EQUAL(good == SAMPAN_STATUS_OK ? SAMPAN_STATUS_UNTRUSTED : SAMPAN_STATUS_PLATFORM, bad);
  printf("PureEdDSA by PSA Crypto: %s\n", good == SAMPAN_STATUS_OK ? "verified" : "not in this provider");
}

static void texts(const struct file *image, uint8_t list, const char *const *expected) {
  char text[32];
  size_t len = 0;
  uint32_t idx = 0;
  for (; expected[idx] != NULL; idx++) {
    CHECK_STATUS(OK, sampan_image_permission(image->bytes, image->len, list, idx, text, sizeof text, &len));
    CHECK(strcmp(expected[idx], text) == 0);
    CHECK_EQUAL(strlen(expected[idx]), len);
  }
  CHECK_STATUS(NOT_FOUND, sampan_image_permission(image->bytes, image->len, list, idx, text, sizeof text, &len));
}

static void image_permissions(const struct file *image) {
  static const char *const requested[] = {"clock", "gpio:led0", "log", "random", "timer", NULL};
  static const char *const granted[] = {"clock", "log", "random", "timer", NULL};
  static const char *const denied[] = {"gpio:led0", NULL};
  char text[4] = "";
  size_t len = 0;
  texts(image, SAMPAN_PERMISSION_LIST_REQUESTED, requested);
  texts(image, SAMPAN_PERMISSION_LIST_GRANTED, granted);
  texts(image, SAMPAN_PERMISSION_LIST_EFFECTIVE, granted);
  texts(image, SAMPAN_PERMISSION_LIST_REFUSED, denied);
  const uint8_t *bytes = image->bytes;
  uint8_t refused_list = SAMPAN_PERMISSION_LIST_REFUSED;
  CHECK_STATUS(OK, sampan_image_permission(bytes, image->len, refused_list, 0, text, sizeof text, &len));
  CHECK(strcmp("gpi", text) == 0 && len == 9);
  CHECK_STATUS(OK, sampan_image_permission(bytes, image->len, refused_list, 0, NULL, 0, &len));
  CHECK_STATUS(NULL_POINTER, sampan_image_permission(bytes, image->len, refused_list, 0, NULL, 1, &len));
  CHECK_STATUS(NULL_POINTER, sampan_image_permission(bytes, image->len, refused_list, 0, text, 1, NULL));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_permission(bytes, image->len, 0, 0, text, 1, &len));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_permission(bytes, image->len, 5, 0, text, 1, &len));
  CHECK_STATUS(BAD_IMAGE, sampan_image_permission(bytes, image->len - 1, refused_list, 0, text, 1, &len));
}

static void policy_texts(const struct file *image) {
  static const char *const expected[] = {"--fast", "MODE=test", "led=led0"};
  const uint8_t *bytes = image->bytes;
  char text[32];
  size_t len = 0;
  for (uint8_t list = SAMPAN_POLICY_LIST_ARGS; list <= SAMPAN_POLICY_LIST_DEVICES; list++) {
    CHECK_STATUS(OK, sampan_image_policy(bytes, image->len, list, 0, text, sizeof text, &len));
    CHECK(strcmp(expected[list - 1], text) == 0 && len == strlen(text));
    CHECK_STATUS(NOT_FOUND, sampan_image_policy(bytes, image->len, list, 1, text, sizeof text, &len));
  }
  CHECK_STATUS(OK, sampan_image_policy(bytes, image->len, SAMPAN_POLICY_LIST_ENV, 0, text, 5, &len));
  CHECK(strcmp("MODE", text) == 0 && len == 9);
  CHECK_STATUS(NULL_POINTER, sampan_image_policy(bytes, image->len, SAMPAN_POLICY_LIST_ENV, 0, NULL, 1, &len));
  CHECK_STATUS(NULL_POINTER, sampan_image_policy(bytes, image->len, SAMPAN_POLICY_LIST_ENV, 0, text, 1, NULL));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_policy(bytes, image->len, 0, 0, text, 1, &len));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_policy(bytes, image->len, 4, 0, text, 1, &len));
  CHECK_STATUS(BAD_IMAGE, sampan_image_policy(bytes, image->len - 1, SAMPAN_POLICY_LIST_ENV, 0, text, 1, &len));
}

static void parts(const struct file *image) {
  static const char letters[] = "bmps";
  struct sampan_image_part part = {.size = sizeof part};
  struct sampan_image_signer signer = {.size = sizeof signer};
  for (uint32_t idx = 0; idx < 4; idx++) {
    CHECK_STATUS(OK, sampan_image_part(image->bytes, image->len, idx, &part));
    CHECK_EQUAL(letters[idx], part.part);
    CHECK(part.offset < image->len && part.len <= image->len - part.offset);
    CHECK(idx != 0 || (part.offset % 4 == 0 && memcmp(image->bytes + part.offset, "SPK", 3) == 0));
    CHECK(idx != 1 || memcmp(image->bytes + part.offset, "\0asm", 4) == 0);
  }
  CHECK_STATUS(NOT_FOUND, sampan_image_part(image->bytes, image->len, 4, &part));
  CHECK_STATUS(BAD_IMAGE, sampan_image_part(image->bytes, image->len - 1, 0, &part));
  CHECK_STATUS(NULL_POINTER, sampan_image_part(image->bytes, image->len, 0, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_image_part(NULL, 1, 0, &part));
  part.size = 0;
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_part(image->bytes, image->len, 0, &part));
  CHECK_STATUS(OK, sampan_image_signer(image->bytes, image->len, 1, &signer));
  CHECK_EQUAL(10, signer.key_id_len);
  CHECK_STATUS(NOT_FOUND, sampan_image_signer(image->bytes, image->len, 2, &signer));
  CHECK_STATUS(BAD_IMAGE, sampan_image_signer(image->bytes, 0, 0, &signer));
  CHECK_STATUS(NULL_POINTER, sampan_image_signer(image->bytes, image->len, 0, NULL));
  signer.size = 1;
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_signer(image->bytes, image->len, 0, &signer));
}

static void inspection(void) {
  struct file image = file_read("pump2");
  struct sampan_image_info info = {.size = sizeof info};
  owner_reset(false);
  struct sampan_runtime *rt = owner_open_trusting(true);
  CHECK_STATUS(OK, sampan_image_verify(rt, image.bytes, image.len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info));
  CHECK(strcmp("plant.pump", info.container) == 0);
  CHECK(info.version[0] == 1 && info.version[1] == 2 && info.version[2] == 2 && info.sequence == 2);
  CHECK(info.parts_len == 4 && info.signers_len == 2);
  CHECK_EQUAL(SAMPAN_KEY_ROLE_DEVELOPER | SAMPAN_KEY_ROLE_OPERATOR, info.roles);
  CHECK(info.requested_len == 5 && info.effective_len == 4 && info.refused_len == 1);
  CHECK(info.memory_bytes == SAMPAN_NOT_SAID && info.stack_bytes == 4096 && info.calls_per_second == 100);
  CHECK(info.cpu_share == 300 && info.priority == 2 && info.autostart == 1 && info.denied == 2);
  CHECK(info.fault == 1 && info.backoff_ms == 100 && info.backoff_cap_ms == 60000 && info.window_s == SAMPAN_NOT_SAID);
  const uint8_t *bytes = image.bytes;
  CHECK_STATUS(NULL_POINTER, sampan_image_verify(rt, bytes, image.len, SAMPAN_IMAGE_PURPOSE_RUN, NULL));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_verify(rt, bytes, image.len, 0, &info));
  CHECK_STATUS(BAD_IMAGE, sampan_image_verify(rt, bytes, 0, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  CHECK_STATUS(NULL_POINTER, sampan_image_verify(rt, NULL, 1, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  image_permissions(&image);
  policy_texts(&image);
  parts(&image);
  runtime_close(rt);
  file_free(&image);
}

/* It runs, with its own name, arguments and engine. */
static void good(bool psa) {
  struct file pump = file_read("pump1"), plain = file_read("plain"), packed = file_read("packed");
  owner_reset(psa);
  struct sampan_runtime *rt = owner_open_trusting(true);
  size_t used = arena_used(rt);
  uint32_t id = 0, other = 0, third = 0;
  CHECK_STATUS(OK, sampan_image_create(rt, pump.bytes, pump.len, &id));
  CHECK(strcmp("plant.pump", status_of(rt, id).name) == 0);
  CHECK_EQUAL(SAMPAN_ENGINE_KIND_PACKED, status_of(rt, id).engine);
  CHECK_STATUS(DUPLICATE, sampan_image_create(rt, pump.bytes, pump.len, &other));
  CHECK_STATUS(OK, sampan_image_create(rt, plain.bytes, plain.len, &other));
  CHECK_EQUAL(SAMPAN_ENGINE_KIND_WASMI, status_of(rt, other).engine);
  CHECK_STATUS(NO_SLOT, sampan_image_create(rt, packed.bytes, packed.len, &third));
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  CHECK_STATUS(OK, sampan_container_start(rt, other));
  atomic_store(&port.now_us, poll_until_idle(rt, 100));
  poll_until_idle(rt, 100);
  CHECK(ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 3));
  CHECK(ended_with(rt, other, SAMPAN_EXIT_KIND_EXITED, 0));
  container_drop(rt, other);
  CHECK_STATUS(OK, sampan_image_create(rt, packed.bytes, packed.len, &other));
  CHECK_STATUS(NULL_POINTER, sampan_image_create(rt, packed.bytes, packed.len, NULL));
  CHECK_STATUS(NULL_POINTER, sampan_image_create(rt, NULL, 5, &third));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_create((struct sampan_runtime *)&counters, packed.bytes, packed.len, &third));
  container_drop(rt, id);
  container_drop(rt, other);
  CHECK_EQUAL(used, arena_used(rt));
  runtime_close(rt);
  file_free(&pump), file_free(&plain), file_free(&packed);
}

/* Counters move when a healthy container is confirmed, and then shut out what is older. */
static void rollback(void) {
  struct file first = file_read("pump1"), second = file_read("pump2"), third = file_read("pump3");
  struct file failing = file_read("failing");
  struct sampan_image_info info = {.size = sizeof info};
  owner_reset(false);
  struct sampan_runtime *rt = owner_open_trusting(true);
  uint32_t id = 0, bad = 0;
  CHECK_STATUS(OK, sampan_image_create(rt, second.bytes, second.len, &id));
  CHECK_STATUS(WRONG_STATE, sampan_image_confirm(rt, id));
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  poll_until_idle(rt, 100);
  CHECK_EQUAL(0, counter_of("plant.pump"));
  counters.raise_fails = true;
  CHECK_STATUS(PLATFORM, sampan_image_confirm(rt, id));
  counters.raise_fails = false;
  CHECK_STATUS(OK, sampan_image_verify(rt, first.bytes, first.len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info));
  unsigned raised = counters.raised;
  CHECK_STATUS(OK, sampan_image_confirm(rt, id));
  CHECK_STATUS(OK, sampan_image_confirm(rt, id));
  CHECK_EQUAL(2, counter_of("plant.pump"));
  CHECK_EQUAL(raised + 1, counters.raised);
  container_drop(rt, id);
  CHECK_STATUS(STALE_ID, sampan_image_confirm(rt, id));
  CHECK_STATUS(NULL_POINTER, sampan_image_confirm(NULL, id));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_image_confirm((struct sampan_runtime *)&counters, id));
  refused(rt, SAMPAN_STATUS_ROLLBACK, "pump1", "image refused: a sequence number not above the counter (at byte ");
  CHECK_STATUS(ROLLBACK, sampan_image_verify(rt, second.bytes, second.len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info));
  CHECK_STATUS(OK, sampan_image_verify(rt, second.bytes, second.len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  CHECK_STATUS(OK, sampan_image_create(rt, second.bytes, second.len, &id));
  container_drop(rt, id);
  counters.floor = 3;
  refused(rt, SAMPAN_STATUS_ROLLBACK, "pump2", "image refused: a sequence number below the floor (at byte ");
  CHECK_STATUS(OK, sampan_image_verify(rt, third.bytes, third.len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info));
  counters.floor = 0;
  counters.read_fails = true;
  refused(rt, SAMPAN_STATUS_PLATFORM, "pump3", "image refused: no counter to compare with");
  CHECK_STATUS(PLATFORM, sampan_image_verify(rt, third.bytes, third.len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  counters.read_fails = false;
  /* What fails isn't healthy. */
  CHECK_STATUS(OK, sampan_image_create(rt, failing.bytes, failing.len, &bad));
  CHECK_STATUS(OK, sampan_container_start(rt, bad));
  poll_until_idle(rt, 100);
  CHECK_STATUS(WRONG_STATE, sampan_image_confirm(rt, bad));
  container_drop(rt, bad);
  runtime_close(rt);
  file_free(&first), file_free(&second), file_free(&third), file_free(&failing);
}

static struct file context_image;

/* From a host function the lock is held: nothing of this may be called. */
static int32_t call_signed(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values) {
  struct sampan_image_info info = {.size = sizeof info};
  struct sampan_trust_key key = {.size = sizeof key};
  uint64_t sequence = 0;
  uint32_t id = 0, self = 0;
  const uint8_t *bytes = context_image.bytes;
  size_t len = context_image.len;
  CHECK_STATUS(OK, sampan_call_container(call, &self));
  CHECK_STATUS(WRONG_CONTEXT, sampan_image_create(rt, bytes, len, &id));
  CHECK_STATUS(WRONG_CONTEXT, sampan_image_verify(rt, bytes, len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  CHECK_STATUS(WRONG_CONTEXT, sampan_image_confirm(rt, self));
  CHECK_STATUS(WRONG_CONTEXT, sampan_trust_install(rt, bytes, len));
  CHECK_STATUS(WRONG_CONTEXT, sampan_trust_sequence(rt, &sequence));
  CHECK_STATUS(WRONG_CONTEXT, sampan_trust_key(rt, 0, &key));
  values[0] = 1;
  return 0;
}

/* What isn't about the image: context, state, versions, memory. */
static void the_rest(void) {
  struct file image = file_read("pump1"), other = file_read("device"), bare = file_read("unsigned");
  struct sampan_image_info info = {.size = sizeof info};
  uint32_t id = 0, plain = 0;
  context_image = image;
  owner_reset(false);
  struct sampan_runtime *rt = owner_open_trusting(false);
  act_set(call_signed);
  plain = container_run(rt, &module_host_call);
  poll_until_idle(rt, 100);
  CHECK(act_count() > 0);
  CHECK_STATUS(WRONG_STATE, sampan_image_confirm(rt, plain)); /* it came in no signed image */
  container_drop(rt, plain);
  CHECK_STATUS(WRONG_DEVICE, sampan_image_verify(rt, other.bytes, other.len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  CHECK_STATUS(UNTRUSTED, sampan_image_verify(rt, bare.bytes, bare.len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  runtime_close(rt);
  rt = runtime_open();
  CHECK_STATUS(WRONG_STATE, sampan_image_create(rt, image.bytes, image.len, &id));
  CHECK_STATUS(WRONG_STATE, sampan_image_verify(rt, image.bytes, image.len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  runtime_close(rt);
  static struct {
    struct sampan_crypto known;
    uint64_t unknown;
  } newer;
  newer.known = crypto;
  newer.known.size = sizeof newer;
  rt = owner_open_trusting(true);
  authority.crypto = &newer.known;
  newer.unknown = 1;
  CHECK_STATUS(VERSION, sampan_image_create(rt, image.bytes, image.len, &id));
  CHECK_STATUS(VERSION, sampan_image_verify(rt, image.bytes, image.len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
  CHECK_STATUS(VERSION, sampan_image_confirm(rt, 0x100));
  newer.unknown = 0;
  CHECK_STATUS(OK, sampan_image_create(rt, image.bytes, image.len, &id));
  runtime_close(rt);
  file_free(&image), file_free(&other), file_free(&bare);
}

static void no_memory(void) {
  struct file image = file_read("pump1"), store = file_read("trust1");
  struct sampan_config config = config_default();
  uint32_t id = 0;
  owner_reset(false);
  config.authority = &authority;
  config.max_containers = 1;
  config.arena = arena_before_guard(64u << 10);
  config.arena_len = 64u << 10;
  config.engine_stack_len = 32u << 10;
  struct sampan_runtime *rt = runtime_open_with(&config);
  CHECK_STATUS(OK, sampan_trust_install(rt, store.bytes, store.len));
  size_t used = arena_used(rt);
  CHECK_STATUS(NO_MEMORY, sampan_image_create(rt, image.bytes, image.len, &id));
  CHECK_EQUAL(used, arena_used(rt));
  runtime_close(rt);
  file_free(&image), file_free(&store);
}

void test_signed(void) {
  group("signed images run");
  for (int psa = 0; psa < 2; psa++) {
    good(psa != 0);
    group(psa != 0 ? "images that are refused, by PSA Crypto" : "images that are refused");
    refusals(psa != 0);
    alterations(psa != 0, "plain");
  }
  group("both providers of crypto agree");
  verdicts_agree("packed");
  group("Ed25519 by PSA Crypto");
  ed25519_by_psa();
  group("signed images are looked into");
  inspection();
  group("older images");
  rollback();
  the_rest();
  no_memory();
}
