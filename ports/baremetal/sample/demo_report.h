/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the demonstration measures and says.
 *
 * Every line that states a fact starts with a word and has key=value columns after it, for a person and for
 * a script. Durations are in instructions, which the counter tells in steps of demo_insn(1).
 */
#ifndef DEMO_REPORT_H
#define DEMO_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "sampan.h"

enum {
    DEMO_LOOP_INSN = 3000, /* what the main loop does between two polls may come on top of a slice */
    /* 10 000 units of fuel: 14 and 12 instructions each on Cortex-M, 25 and 130 on RV32. */
#if defined(__riscv)
    DEMO_SLICE_MAX_INSN = 300000,
    DEMO_SLICE_MAX_WASMI_INSN = 1500000,
#else
    DEMO_SLICE_MAX_INSN = 200000, /* with the packed engine */
    DEMO_SLICE_MAX_WASMI_INSN = 200000,
#endif
};

/* Jitter over a stretch of the demonstration. */
struct demo_jitter {
    uint32_t beats;
    uint32_t heartbeat_insn; /* spread of the delay from timer to interrupt routine */
    uint32_t control_insn;   /* longest delay from a beat to the control step in the main loop */
    uint32_t slice_insn;     /* longest sampan_runtime_poll */
};

/* A container as it was when it was looked at; it may be gone since. */
struct demo_row {
    char name[24];
    const char *engine;
    const char *state;
    char exit[64];
    struct sampan_container_stats stats;
};

/* Instructions that so many counts of the board's counter stand for, at a nanosecond each. */
uint32_t demo_insn(uint32_t ticks);

/* Counts a check, and says on the console when it failed. */
void demo_check(bool held, const char *what);

uint32_t demo_checks_made(void);
uint32_t demo_checks_failed(void);

void demo_jitter_begin(void);
void demo_jitter_end(struct demo_jitter *out_jitter);

/* Longest poll since demo_slice_restart, or since the firmware started. */
uint32_t demo_slice_longest_insn(void);
void demo_slice_restart(void);

/* Notes the moment at which container `id` is found ended after a poll, from now on. */
void demo_watch_begin(struct sampan_runtime *rt, uint32_t id);
bool demo_watch_ended(uint32_t *out_ticks);

/* Name of an engine, by enum sampan_engine_kind. */
const char *demo_engine_text(uint8_t engine);

/* What the table says of a container that never came to be; `name` and `why` are short enough for the row. */
void demo_row_refused(const char *name, const char *why, struct demo_row *out_row);

/* Looks at a container for the closing table. */
void demo_row_read(struct sampan_runtime *rt, uint32_t id, struct demo_row *out_row);

void demo_row_print(const struct demo_row *row);

#endif
