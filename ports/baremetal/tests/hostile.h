/* SPDX-License-Identifier: Apache-2.0 */
/* Small modules that cost an engine much: each is valid, and nothing in its size tells what it takes. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stddef.h>
#include <stdint.h>

enum hostile {
    HOSTILE_LOCALS,     /* one function with 10 000 locals */
    HOSTILE_BLOCKS,     /* 1333 blocks, one in the other */
    HOSTILE_PARAMETERS, /* a function type with 1000 parameters */
    HOSTILE_BRANCHES,   /* a br_table with 3000 targets */
    HOSTILE_TABLE,      /* a table of 100 000 entries */
    HOSTILE_OPERANDS,   /* 1500 values on the operand stack */
    HOSTILE_COUNT,
};

enum { HOSTILE_LEN_MAX = 6000 };

const char *hostile_name(enum hostile kind);

/* Writes the module to `buf`, which has room for HOSTILE_LEN_MAX bytes, and returns its length. */
size_t hostile_write(enum hostile kind, uint8_t *buf);

#endif
