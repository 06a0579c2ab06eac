/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap of a container: first fit over one array, neighbours joined when they are freed.
 *
 * It stands in the place of wasi-libc's, which takes memory by pages of 64 KB and can't be used where memory is
 * measured in bytes. `sampan cc` adds it to what it compiles, SAMPAN_HEAP_BYTES bytes large; what doesn't
 * allocate doesn't link it. A block costs eight bytes beside its own, and is a multiple of 16 with them. Out of heap answers NULL and sets ENOMEM.
 */
#include <errno.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ALIGNMENT 16u
/* A header lies before each block, in the ALIGNMENT bytes there: blocks begin at multiples of ALIGNMENT. */
#define HEADER 8u
#define END (SAMPAN_HEAP_BYTES / ALIGNMENT * ALIGNMENT)

/* Bytes of the chunk, header included; bit 0: in use. And those of the chunk before it. */
struct chunk {
    uint32_t size, before;
};

static alignas(ALIGNMENT) uint8_t heap[END == 0 ? ALIGNMENT : END];
static int is_ready;

/* Chunks begin HEADER bytes before a multiple of ALIGNMENT; the first bytes of the array go to that. */
#define FIRST (ALIGNMENT - HEADER)

static struct chunk *chunk_at(uint32_t offset)
{
    return (struct chunk *)(void *)&heap[offset];
}

static uint32_t size_of(const struct chunk *chunk)
{
    return chunk->size & ~1u;
}

static void make_ready(void)
{
    is_ready = 1;
    if (END > 2 * ALIGNMENT) {
        chunk_at(FIRST)->size = (END - ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    }
}

/* Where the chunks end; no header is there. */
static uint32_t end_of_chunks(void)
{
    return END > 2 * ALIGNMENT ? FIRST + (END - ALIGNMENT) / ALIGNMENT * ALIGNMENT : FIRST;
}

static void set_before(uint32_t next, uint32_t size)
{
    if (next < end_of_chunks()) {
        chunk_at(next)->before = size;
    }
}

/* Cuts a chunk to `size`, if what is left over makes a chunk of its own. */
static void cut(uint32_t offset, uint32_t size)
{
    struct chunk *chunk = chunk_at(offset);
    uint32_t whole = size_of(chunk);
    if (whole - size >= 2 * ALIGNMENT) {
        chunk_at(offset + size)->size = whole - size;
        chunk_at(offset + size)->before = size;
        set_before(offset + whole, whole - size);
        chunk->size = size | (chunk->size & 1);
    }
}

/* Joins a free chunk with the one behind it, if that is free too. */
static void join_next(uint32_t offset)
{
    struct chunk *chunk = chunk_at(offset);
    uint32_t next = offset + size_of(chunk);
    if (next < end_of_chunks() && !(chunk_at(next)->size & 1)) {
        chunk->size += chunk_at(next)->size;
        set_before(offset + size_of(chunk), size_of(chunk));
    }
}

/* Bytes of the chunk that holds `len`, or 0 if none can. */
static uint32_t chunk_size(size_t len)
{
    return len > END ? 0 : (uint32_t)(len + HEADER + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* What the allocating functions share: none calls another, since compilers take those calls for what they know. */
static void *take(size_t len)
{
    uint32_t wanted = chunk_size(len);
    if (!is_ready) {
        make_ready();
    }
    if (wanted != 0) {
        for (uint32_t at = FIRST; at < end_of_chunks(); at += size_of(chunk_at(at))) {
            struct chunk *chunk = chunk_at(at);
            if (!(chunk->size & 1) && chunk->size >= wanted) {
                chunk->size |= 1;
                cut(at, wanted);
                return &heap[at + HEADER];
            }
        }
    }
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t len)
{
    return take(len);
}

void free(void *block)
{
    if (block == NULL) {
        return;
    }
    uint32_t at = (uint32_t)((uint8_t *)block - heap) - HEADER;
    struct chunk *chunk = chunk_at(at);
    chunk->size &= ~1u;
    join_next(at);
    if (at > FIRST && !(chunk_at(at - chunk->before)->size & 1)) {
        join_next(at - chunk->before);
    }
}

void *calloc(size_t count, size_t len)
{
    if (len != 0 && count > SIZE_MAX / len) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = take(count * len);
    return block == NULL ? NULL : memset(block, 0, count * len);
}

void *realloc(void *block, size_t len)
{
    if (block == NULL) {
        return take(len);
    }
    struct chunk *chunk = (struct chunk *)(void *)((uint8_t *)block - HEADER);
    uint32_t room = size_of(chunk) - HEADER;
    if (len <= room && chunk_size(len) != 0) {
        return block;
    }
    void *larger = take(len);
    if (larger != NULL) {
        memcpy(larger, block, room);
        free(block);
    }
    return larger;
}

/* Alignments up to that of every block; larger ones are refused. */
void *aligned_alloc(size_t alignment, size_t len)
{
    if (alignment <= ALIGNMENT) {
        return take(len);
    }
    errno = ENOMEM;
    return NULL;
}

int posix_memalign(void **out_block, size_t alignment, size_t len)
{
    void *block = alignment <= ALIGNMENT ? take(len) : NULL;
    if (block == NULL) {
        return ENOMEM;
    }
    *out_block = block;
    return 0;
}
