/* SPDX-License-Identifier: Apache-2.0 */
#include "owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "root_keys.h"
#include "sampan_crypto_psa.h"

static const uint8_t vendor[16] = {0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf,
                                   0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe};

struct counters counters;
struct sampan_authority authority;
struct sampan_crypto crypto;

struct file file_read(const char *name) {
  char path[512];
  struct file file = {NULL, 0};
  snprintf(path, sizeof path, "%s/%s.suit", IMAGES_DIR, name);
  FILE *stream = fopen(path, "rb");
  if (stream == NULL || fseek(stream, 0, SEEK_END) != 0) {
    fprintf(stderr, "%s can't be read\n", path);
    abort();
  }
  file.len = (size_t)ftell(stream);
  rewind(stream);
  file.bytes = malloc(file.len);
  if (file.bytes == NULL || fread(file.bytes, 1, file.len, stream) != file.len) {
    abort();
  }
  fclose(stream);
  return file;
}

void file_free(struct file *file) {
  free(file->bytes);
  file->bytes = NULL;
}

/* The place of a container's counter; the first free one if it has none. */
static size_t place_of(const char *container, size_t len) {
  for (size_t idx = 0; idx < COUNTERS; idx++) {
    const char *name = counters.container[idx];
    if (counters.confirmed[idx] == 0 || (strlen(name) == len && memcmp(name, container, len) == 0)) {
      return idx;
    }
  }
  abort();
}

uint64_t counter_of(const char *container) { return counters.confirmed[place_of(container, strlen(container))]; }

static int32_t counter_read(void *ctx, const char *container, size_t container_len, struct sampan_counter *out) {
  CHECK(ctx == &counters);
  if (counters.read_fails) {
    return SAMPAN_STATUS_PLATFORM;
  }
  out->confirmed = counters.confirmed[place_of(container, container_len)];
  out->floor = container_len == 0 ? 0 : counters.floor;
  return SAMPAN_STATUS_OK;
}

static int32_t counter_raise(void *ctx, const char *container, size_t container_len, uint64_t sequence) {
  CHECK(ctx == &counters);
  if (counters.raise_fails) {
    return SAMPAN_STATUS_PLATFORM;
  }
  size_t place = place_of(container, container_len);
  CHECK(sequence > counters.confirmed[place]);
  memcpy(counters.container[place], container, container_len);
  counters.container[place][container_len] = 0;
  counters.confirmed[place] = sequence;
  counters.raised++;
  return SAMPAN_STATUS_OK;
}

void owner_reset(bool psa) {
  memset(&counters, 0, sizeof counters);
  memset(&crypto, 0, sizeof crypto);
  memset(&authority, 0, sizeof authority);
  crypto.size = sizeof crypto;
  crypto.ctx = &counters;
  if (psa) {
    CHECK_EQUAL(SAMPAN_STATUS_OK, sampan_crypto_psa_init(&crypto));
  }
  crypto.counter_read = counter_read;
  crypto.counter_raise = counter_raise;
  authority.size = sizeof authority;
  authority.crypto = &crypto;
  memcpy(authority.vendor_id, vendor, sizeof vendor);
  memcpy(authority.root_keys, root_keys, sizeof root_keys);
}

struct sampan_runtime *owner_open(bool signed_only) {
  struct sampan_config config = config_default();
  config.authority = &authority;
  config.signed_only = signed_only;
  config.max_containers = 2;
  return runtime_open_with(&config);
}

struct sampan_runtime *owner_open_trusting(bool signed_only) {
  /* It stays as long as the program: more than one runtime looks at it. */
  static struct file store;
  if (store.bytes == NULL) {
    store = file_read("trust1");
  }
  struct sampan_runtime *rt = owner_open(signed_only);
  CHECK_STATUS(OK, sampan_trust_install(rt, store.bytes, store.len));
  return rt;
}
