/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes blocks of all sizes and gives them back, in an order that looks random, and looks after each step whether
 * what was written to one is still there. Leaves with 0 if so, and if all of the heap is free at the end.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

enum { BLOCKS = 40, STEPS = 20000, LARGEST = 90 };

static uint8_t *blocks[BLOCKS];
static size_t lens[BLOCKS];

static uint32_t random_below(uint32_t bound)
{
    static uint32_t state = 1;
    state = state * 1103515245u + 12345u;
    return (state >> 16) % bound;
}

/* Whether the first `len` bytes of a block are what `fill` wrote. */
static int holds(uint32_t which, size_t len)
{
    for (size_t idx = 0; idx < len; idx++) {
        if (blocks[which][idx] != (uint8_t)(which + idx)) {
            return 0;
        }
    }
    return (uintptr_t)blocks[which] % 16 == 0;
}

static void fill(uint32_t which, size_t len)
{
    lens[which] = len;
    for (size_t idx = 0; idx < len; idx++) {
        blocks[which][idx] = (uint8_t)(which + idx);
    }
}

static int step(uint32_t *refusals)
{
    uint32_t which = random_below(BLOCKS);
    size_t len = random_below(LARGEST);
    if (blocks[which] != NULL && random_below(2) == 0) {
        free(blocks[which]);
        blocks[which] = NULL;
        return 1;
    }
    uint8_t *block = random_below(2) == 0 || blocks[which] != NULL ? realloc(blocks[which], len) : calloc(len, 1);
    if (block == NULL) {
        ++*refusals;
        return holds(which, blocks[which] == NULL ? 0 : lens[which]);
    }
    size_t kept = blocks[which] == NULL ? 0 : len < lens[which] ? len : lens[which];
    blocks[which] = block;
    int held = holds(which, kept);
    fill(which, len);
    return held;
}

int main(void)
{
    uint32_t refusals = 0;
    for (int idx = 0; idx < STEPS; idx++) {
        if (!step(&refusals)) {
            return 1;
        }
        for (uint32_t which = 0; which < BLOCKS; which++) {
            if (blocks[which] != NULL && !holds(which, lens[which])) {
                return 2;
            }
        }
    }
    for (int idx = 0; idx < BLOCKS; idx++) {
        free(blocks[idx]);
    }
    /* A heap of 2048 bytes has been full now and then, and is one block again. */
    /* Called by way of pointers, since compilers know better what these functions answer. */
    void *(*volatile allocate)(size_t) = malloc;
    void *(*volatile allocate_zeroed)(size_t, size_t) = calloc;
    errno = 0;
    if (refusals == 0 || allocate(2048) != NULL || errno != ENOMEM) {
        return 3;
    }
    if (allocate(SIZE_MAX) != NULL || allocate_zeroed(SIZE_MAX / 2, 3) != NULL) {
        return 4;
    }
    return allocate(2000) == NULL ? 5 : 0;
}
