/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of the suite share. Nothing here is for ports. */
#ifndef SUITE_H
#define SUITE_H

#include <stdatomic.h>

#include "conformance.h"

enum {
    MS = 1000,
    S = 1000 * MS,
};

/* The port under test; set for as long as the suite runs. */
extern const struct conformance_port *port;

/* Runs one check and prints its line. */
void suite_check(const char *name, void (*check)(void));
/* The same with a runtime in service, which is taken down afterwards. */
void suite_check_runtime(const char *name, void (*check)(struct sampan_runtime *rt));
/* Prints that a check can't be made here, and why. */
void suite_skip(const char *name, const char *why);

/*
 * The check that runs fails, if `held` is false; the first of its failures is told. Returns `held`. Thread context,
 * any task.
 */
bool expect(bool held, const char *what, int64_t value);
/* The same for a status that must be `expected`. */
bool expect_status(int32_t expected, int32_t actual, const char *what);

uint64_t now_us(void);
/* Keeps the core busy until then. */
void spin_until(uint64_t time_us);
/* Waits, as the port does between two polls, until `done` is set or the time has passed; true if it was set. */
bool wait_for(atomic_bool *done, uint64_t deadline_us);

/* Makes a runtime on the arena, from its byte `offset` on. NULL if it failed, and then the check has. */
struct sampan_runtime *runtime_begin(size_t offset);
/* Takes it out of service. */
void runtime_end(struct sampan_runtime *rt);

/* ---- containers: the probe does what a script says ---- */

enum probe_operation {
    PROBE_EXIT,   /* ends with the argument as its code */
    PROBE_SLEEP,  /* sleeps so many milliseconds; result: what poll_oneoff answered */
    PROBE_PRINT,  /* prints so many bytes, of PROBE_PATTERN over and over, and a line's end */
    PROBE_SPIN,   /* never comes back */
    PROBE_WAIT,   /* calls the function that answers later; result: its answer */
    PROBE_RANDOM, /* fetches random bytes twice; result: 1 if they differ and neither is all zeros */
    PROBE_WORK,   /* calculates with integers and floats, so many rounds; result: a checksum */
    PROBE_TRAP,   /* executes unreachable */
};

#define PROBE_PATTERN_LEN 95 /* printable ASCII, from the space on */

struct probe_step {
    enum probe_operation operation;
    uint32_t argument; /* below 2^24 */
};

/* A container that runs the probe. Must stay where it is while the container exists. */
struct probe {
    const struct probe_step *steps; /* ends with PROBE_EXIT, PROBE_SPIN or PROBE_TRAP */
    uint32_t id;
    volatile uint32_t step;       /* steps begun */
    volatile int32_t result;      /* of the last step that ended */
    volatile uint64_t token;      /* of PROBE_WAIT, once it waits */
    volatile uint64_t stepped_us; /* when the newest step began */
};

/* Offers what the probe imports. Once a runtime, before the first probe. */
bool probe_offer(struct sampan_runtime *rt);
/* Creates and starts one; the status of what failed, or 0. Its place in the table of probes is `idx`, below PROBES. */
enum { PROBES = 4 };
sampan_status probe_start(struct sampan_runtime *rt, uint32_t idx, struct probe *probe, const char *name,
                          const struct probe_step *steps);
/* Called instead of the host function of the probe's next step, if it isn't NULL. */
extern int32_t (*probe_intercept)(struct sampan_call *call, uint64_t *values);

/* One poll by the port. */
sampan_status poll_once(struct sampan_runtime *rt, uint64_t *out_deadline_us);
/* Polls and waits until the container has ended, or so long; the check fails if it hasn't. */
bool run_until_ended(struct sampan_runtime *rt, uint32_t id, uint32_t limit_us);
/* Polls and waits until the probe has begun step number `step`, counted from 1; the check fails if it doesn't. */
bool run_until_step(struct sampan_runtime *rt, const struct probe *probe, uint32_t step, uint32_t limit_us);
/* Checks how a container ended, and removes it. */
void expect_ended(struct sampan_runtime *rt, uint32_t id, uint8_t exit_kind, int32_t exit_code);
/* Makes a runtime, runs a probe to its end in it, checks that end, and takes the runtime down. */
void expect_life(size_t offset, const struct probe_step *steps, uint8_t exit_kind, int32_t exit_code);

/* ---- the groups of checks, a file each ---- */

void checks_clock(void);
void checks_lock(void);
void checks_wait(void);
void checks_output(void);
/* First of all: remembers what the heap holds. */
void checks_memory_begin(void);
void checks_memory(void);
void checks_containers(void);
void checks_callers(void);
void checks_devices(void);
void checks_flash(void);
void checks_net(void);
void checks_fatal(void);

#endif
