/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap for programs whose libc allocates only while it starts, as wasi-libc does for the arguments of main.
 *
 * It is a kilobyte and nothing is ever given back. It stands in the place of wasi-libc's, which can't be used
 * with a memory that is measured in bytes: see README.md.
 */
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

static alignas(max_align_t) uint8_t heap[1024];
static size_t heap_used;

void *malloc(size_t len)
{
    size_t taken = (len + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (len > sizeof heap || taken > sizeof heap - heap_used) {
        return NULL;
    }
    void *block = &heap[heap_used];
    heap_used += taken;
    return block;
}

/* The heap is zero where it has never been used, which is all that is ever handed out. */
void *calloc(size_t count, size_t len)
{
    return count == 0 || len <= SIZE_MAX / count ? malloc(count * len) : NULL;
}

void free(void *block)
{
    (void)block;
}
