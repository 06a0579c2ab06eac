/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty.h"

#include <stdlib.h>
#include <string.h>

static unsigned count;

int64_t faulty_sum(int8_t narrow, uint64_t wide, float single, double precise)
{
    return narrow + (int64_t)wide + (int64_t)single + (int64_t)precise;
}

double faulty_half(float number)
{
    return number / 2.0;
}

void faulty_reverse(uint8_t *bytes, size_t len)
{
    for (size_t idx = 0; idx < len / 2; idx++) {
        uint8_t byte = bytes[idx];
        bytes[idx] = bytes[len - 1 - idx];
        bytes[len - 1 - idx] = byte;
    }
}

int faulty_length(const char *text)
{
    return text == NULL ? -1 : (int)strlen(text);
}

unsigned faulty_count(void)
{
    return ++count;
}

static int recurse(volatile int *deeper)
{
    volatile int here = *deeper;
    return here + recurse(&here);
}

int faulty_fail(int how, uint8_t *out)
{
    volatile int forever = 1;
    memset(out, 0xee, 4);
    switch (how) {
    case FAULTY_TRAPS:
        __builtin_trap();
    case FAULTY_LOOPS:
        while (forever) {
        }
        break;
    case FAULTY_LEAVES:
        exit(0);
    case FAULTY_RECURSES:
        return recurse(&forever);
    default:
        break;
    }
    return 7;
}
