/* SPDX-License-Identifier: Apache-2.0 */
/* Rogue: writes far outside its memory, to where the firmware's RAM would be. */
#include <stdint.h>

int main(void)
{
    *(volatile uint32_t *)0x20000000u = 0xdeadbeefu;
    return 0;
}
