/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What most tests begin with: memory that ends at a guard page, a runtime, containers in a state.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "harness.h"
#include "modules.h"
#include "port.h"

/* A fill that no library writes by chance. */
#define PATTERN 0xa7

/* Room for eight containers of a page and the engine's stack. */
#define ARENA_LEN (4u << 20)

/* The last `len` bytes before a page that can't be touched, filled with PATTERN; at most ARENA_LEN. One
 * block at a time: the next call gives the same memory. */
uint8_t *arena_before_guard(size_t len);
/* The same for the struct of a caller; at most a page. */
void *struct_before_guard(size_t len);

/* Whether all bytes are PATTERN. */
bool untouched(const void *start, size_t len);

/* A whole config: ARENA_LEN bytes, `port`, defaults. */
struct sampan_config config_default(void);
/* A runtime on that config, or on a changed one, with the host function `test.act` `()i`. Resets the port. */
struct sampan_runtime *runtime_open(void);
struct sampan_runtime *runtime_open_with(const struct sampan_config *config);
void runtime_close(struct sampan_runtime *rt);

/* What `test.act` does from now on, and what it's given. NULL: it answers 0. */
typedef int32_t act_function(struct sampan_runtime *rt, struct sampan_call *call, uint64_t *values);
void act_set(act_function *function);
/* How often it was called since it was set. */
unsigned act_count(void);

/* Creates a container with a page of memory and plenty to run in, all else by default. */
#define CONTAINER_LEN (192u << 10)
/* What containers may do: print, sleep, draw random numbers. */
extern const char *const permissions[3];
uint32_t container_new(struct sampan_runtime *rt, const struct module *module);
/* Creates and starts one. */
uint32_t container_run(struct sampan_runtime *rt, const struct module *module);
/* Ends it if need be, and removes it. */
void container_drop(struct sampan_runtime *rt, uint32_t id);

/* Its status; all zero if it can't be had. */
struct sampan_container_status status_of(struct sampan_runtime *rt, uint32_t id);
uint8_t state_of(struct sampan_runtime *rt, uint32_t id);
/* Whether it ended so. */
bool ended_with(struct sampan_runtime *rt, uint32_t id, uint8_t exit_kind, int32_t exit_code);
/* Bytes of the arena in use. */
size_t arena_used(struct sampan_runtime *rt);

/* One poll; returns the deadline. */
uint64_t poll_once(struct sampan_runtime *rt);
/* Polls until nothing is to be done at once, `most` times at most; returns the deadline, 0 if there was no end. */
uint64_t poll_until_idle(struct sampan_runtime *rt, unsigned most);

#endif
