/* SPDX-License-Identifier: Apache-2.0 */
/* Greets whom its arguments name, and leaves with how many there were. */
#include <stdio.h>

int main(int argc, char **argv)
{
    printf("hello from %s\n", argc > 0 ? argv[0] : "nowhere");
    for (int idx = 1; idx < argc; idx++) {
        printf("hello, %s\n", argv[idx]);
    }
    return argc > 0 ? argc - 1 : 0;
}
