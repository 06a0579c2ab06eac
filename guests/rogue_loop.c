/* SPDX-License-Identifier: Apache-2.0 */
/* Rogue: never comes back, and never calls anything. */
#include <stdint.h>

static volatile uint32_t rounds;

int main(void)
{
    for (;;) {
        rounds++;
    }
}
