/* SPDX-License-Identifier: Apache-2.0 */
/* Rogue: recurses without end. It branches, so that no compiler makes a loop of it; the way out is for show. */
#include <stdint.h>

static volatile uint32_t entered;

__attribute__((noinline)) static uint32_t recurse(uint32_t depth)
{
    if (++entered == 0) {
        return depth;
    }
    return recurse(depth + 1) ^ recurse(depth + 2);
}

int main(void)
{
    return (int)recurse(0);
}
