/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The platform of these tests: a clock that only they move, a lock that knows its holder, a log that is kept,
 * and failures on cue.
 */
#ifndef PORT_H
#define PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codes.h"

struct port {
  _Atomic uint64_t now_us;
  atomic_uint wakes;
  /* What `entropy` answers. */
  atomic_int entropy_result;
  /* The how-manieth lock from now is refused, 0 for none; and with what. */
  atomic_int lock_fails_at;
  atomic_int lock_failure;
};

extern struct port port;

/* A complete platform on `port`. */
struct sampan_platform port_platform(void);

/* Clock at one second, nothing failing, log empty. */
void port_reset(void);

/* Whether a line of `source`, or of anyone if that is NULL, that contains `text` was logged since the reset. */
bool log_has(const char *source, const char *text);
/* Whether a line of exactly these bytes was logged at this level. */
bool log_has_line(uint8_t level, const char *source, const char *line, size_t len);
/* Lines logged since the reset. */
size_t log_count(void);

#endif
