/* SPDX-License-Identifier: Apache-2.0 */
#include "hostile.h"

#include <string.h>

enum {
    SECTION_TYPE = 1,
    SECTION_FUNCTION = 3,
    SECTION_TABLE = 4,
    SECTION_EXPORT = 7,
    SECTION_CODE = 10,
    TYPE_I32 = 0x7f,
    TYPE_FUNCREF = 0x70,
    TYPE_FUNCTION = 0x60,
    BLOCK_EMPTY = 0x40,
    OP_BLOCK = 0x02,
    OP_END = 0x0b,
    OP_BR_TABLE = 0x0e,
    OP_DROP = 0x1a,
    OP_I32_CONST = 0x41,
    LEN_BYTES = 5, /* a length that is written later takes the longest form of its LEB128 */
};

struct writer {
    uint8_t *bytes;
    size_t len;
};

static void put(struct writer *writer, uint8_t byte)
{
    writer->bytes[writer->len++] = byte;
}

static void put_repeated(struct writer *writer, uint8_t byte, uint32_t count)
{
    memset(&writer->bytes[writer->len], byte, count);
    writer->len += count;
}

static void put_number(struct writer *writer, uint32_t number)
{
    while (number >= 0x80) {
        put(writer, (uint8_t)(number | 0x80));
        number >>= 7;
    }
    put(writer, (uint8_t)number);
}

/* Leaves room for a length; what counts starts behind it. */
static size_t open_length(struct writer *writer)
{
    writer->len += LEN_BYTES;
    return writer->len;
}

static void close_length(struct writer *writer, size_t start)
{
    uint32_t len = (uint32_t)(writer->len - start);
    for (size_t idx = 0; idx < LEN_BYTES; idx++) {
        uint8_t more = idx < LEN_BYTES - 1 ? 0x80 : 0;
        writer->bytes[start - LEN_BYTES + idx] = (uint8_t)((len >> (7 * idx) & 0x7f) | more);
    }
}

static size_t open_section(struct writer *writer, uint8_t section)
{
    put(writer, section);
    return open_length(writer);
}

/* Type 0 is that of `_start`; type 1, where there is one, has very many parameters. */
static void put_types(struct writer *writer, enum hostile kind)
{
    size_t section = open_section(writer, SECTION_TYPE);
    put_number(writer, kind == HOSTILE_PARAMETERS ? 2 : 1);
    put(writer, TYPE_FUNCTION);
    put_number(writer, 0);
    put_number(writer, 0);
    if (kind == HOSTILE_PARAMETERS) {
        put(writer, TYPE_FUNCTION);
        put_number(writer, 1000);
        put_repeated(writer, TYPE_I32, 1000);
        put_number(writer, 0);
    }
    close_length(writer, section);
}

static void put_functions(struct writer *writer, enum hostile kind)
{
    size_t section = open_section(writer, SECTION_FUNCTION);
    put_number(writer, kind == HOSTILE_PARAMETERS ? 2 : 1);
    put_number(writer, 0);
    if (kind == HOSTILE_PARAMETERS) {
        put_number(writer, 1);
    }
    close_length(writer, section);
}

static void put_table(struct writer *writer)
{
    size_t section = open_section(writer, SECTION_TABLE);
    put_number(writer, 1);
    put(writer, TYPE_FUNCREF);
    put(writer, 0);
    put_number(writer, 100000);
    close_length(writer, section);
}

static void put_export(struct writer *writer)
{
    static const char name[] = "_start";
    size_t section = open_section(writer, SECTION_EXPORT);
    put_number(writer, 1);
    put_number(writer, sizeof name - 1);
    memcpy(&writer->bytes[writer->len], name, sizeof name - 1);
    writer->len += sizeof name - 1;
    put(writer, 0);
    put_number(writer, 0);
    close_length(writer, section);
}

static void put_instructions(struct writer *writer, enum hostile kind)
{
    switch (kind) {
    case HOSTILE_BLOCKS:
        for (uint32_t block = 0; block < 1333; block++) {
            put(writer, OP_BLOCK);
            put(writer, BLOCK_EMPTY);
        }
        put_repeated(writer, OP_END, 1333);
        break;
    case HOSTILE_BRANCHES:
        put(writer, OP_I32_CONST);
        put_number(writer, 0);
        put(writer, OP_BR_TABLE);
        put_number(writer, 3000);
        put_repeated(writer, 0, 3001);
        break;
    case HOSTILE_OPERANDS:
        for (uint32_t operand = 0; operand < 1500; operand++) {
            put(writer, OP_I32_CONST);
            put_number(writer, 1);
        }
        put_repeated(writer, OP_DROP, 1500);
        break;
    default:
        break;
    }
}

static void put_code(struct writer *writer, enum hostile kind)
{
    size_t section = open_section(writer, SECTION_CODE);
    put_number(writer, kind == HOSTILE_PARAMETERS ? 2 : 1);
    size_t body = open_length(writer);
    if (kind == HOSTILE_LOCALS) {
        put_number(writer, 1);
        put_number(writer, 10000);
        put(writer, TYPE_I32);
    } else {
        put_number(writer, 0);
    }
    put_instructions(writer, kind);
    put(writer, OP_END);
    close_length(writer, body);
    if (kind == HOSTILE_PARAMETERS) {
        put_number(writer, 2);
        put_number(writer, 0);
        put(writer, OP_END);
    }
    close_length(writer, section);
}

const char *hostile_name(enum hostile kind)
{
    static const char *const names[HOSTILE_COUNT] = {
        "10000-locals", "1333-blocks", "1000-parameters", "3000-branches", "100000-table", "1500-operands",
    };
    return names[kind];
}

size_t hostile_write(enum hostile kind, uint8_t *buf)
{
    static const uint8_t header[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    struct writer writer = { .bytes = buf };
    memcpy(buf, header, sizeof header);
    writer.len = sizeof header;
    put_types(&writer, kind);
    put_functions(&writer, kind);
    if (kind == HOSTILE_TABLE) {
        put_table(&writer);
    }
    put_export(&writer);
    put_code(&writer, kind);
    return writer.len;
}
