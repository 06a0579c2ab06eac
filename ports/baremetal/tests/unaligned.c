/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the machine traps an access that isn't aligned, as every ARMv6-M does. Where it does, this ends as a fault and
 * not with code 0, and then what passes beside it makes no such access.
 */
#include "board.h"
#include "print.h"

int main(void)
{
    static uint32_t words[2] = { 0x03020100, 0x07060504 };
    const uint8_t *address = (const uint8_t *)words + 1;
    uint32_t value;
    print("unaligned load\n");
    __asm volatile("ldr %0, [%1]" : "=l"(value) : "l"(address) : "memory");
    print("unaligned value=0x%x result=not-trapped\n", (unsigned)value);
    return 0;
}
