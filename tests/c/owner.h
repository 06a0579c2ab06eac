/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner of a product, as the tests of signed images have him: files that tests/c/make-images made, counters that
 * fail on cue, and both providers of crypto.
 */
#ifndef OWNER_H
#define OWNER_H

#include "support.h"

/* A file of IMAGES_DIR in a block of exactly its size, aligned to 16; the program ends if it isn't there. */
struct file {
  uint8_t *bytes;
  size_t len;
};
struct file file_read(const char *name);
void file_free(struct file *file);

/* The counters. */
#define COUNTERS 8
struct counters {
  char container[COUNTERS][24];
  uint64_t confirmed[COUNTERS];
  /* Every container's floor, but not the trust store's. */
  uint64_t floor;
  unsigned raised;
  bool read_fails;
  bool raise_fails;
};
extern struct counters counters;
uint64_t counter_of(const char *container);

/* What the runtime is given: it may be changed while one is open. `owner_reset` sets both anew, and the counters. */
extern struct sampan_authority authority;
extern struct sampan_crypto crypto;
void owner_reset(bool psa);

/* A runtime with that authority, and one with the first trust store in force. */
struct sampan_runtime *owner_open(bool signed_only);
struct sampan_runtime *owner_open_trusting(bool signed_only);

#endif
