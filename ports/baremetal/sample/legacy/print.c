/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "board.h"

struct field {
    bool left;
    bool zero;
    size_t width;
};

static void put_repeated(char c, size_t count)
{
    while (count-- > 0) {
        board_put(&c, 1);
    }
}

static void put_field(const struct field *field, const char *text, size_t len)
{
    size_t padding = len < field->width ? field->width - len : 0;
    if (!field->left) {
        put_repeated(field->zero ? '0' : ' ', padding);
    }
    board_put(text, len);
    if (field->left) {
        put_repeated(' ', padding);
    }
}

static void put_number(const struct field *field, uint64_t value, uint32_t base, bool negative)
{
    char digits[22];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    if (negative) {
        digits[--at] = '-';
    }
    put_field(field, &digits[at], sizeof digits - at);
}

static const char *parse_field(const char *format, struct field *field)
{
    *field = (struct field){ 0 };
    for (; *format == '-' || *format == '0'; format++) {
        field->left |= *format == '-';
        field->zero |= *format == '0';
    }
    for (; *format >= '0' && *format <= '9'; format++) {
        field->width = field->width * 10 + (size_t)(*format - '0');
    }
    return format;
}

void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    while (*format != '\0') {
        const char *percent = strchr(format, '%');
        size_t plain = percent != NULL ? (size_t)(percent - format) : strlen(format);
        board_put(format, plain);
        format += plain;
        if (percent == NULL) {
            break;
        }
        struct field field;
        format = parse_field(format + 1, &field);
        bool is_long_long = strncmp(format, "ll", 2) == 0;
        format += is_long_long ? 2 : 0;
        switch (*format) {
        case 's': {
            const char *text = va_arg(arguments, const char *);
            put_field(&field, text, strlen(text));
            break;
        }
        case 'c': {
            char c = (char)va_arg(arguments, int);
            put_field(&field, &c, 1);
            break;
        }
        case 'd': {
            int value = va_arg(arguments, int);
            put_number(&field, value < 0 ? 0u - (unsigned)value : (unsigned)value, 10, value < 0);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t value = is_long_long ? va_arg(arguments, unsigned long long) : va_arg(arguments, unsigned);
            put_number(&field, value, *format == 'x' ? 16 : 10, false);
            break;
        }
        default:
            board_put("%", 1);
            break;
        }
        format += *format != '\0';
    }
    va_end(arguments);
}
