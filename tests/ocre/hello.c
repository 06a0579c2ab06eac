/* SPDX-License-Identifier: Apache-2.0 */
/* Hello, by WASI alone. */
#include <stdio.h>

int main(void)
{
    printf("hello from a container\n");
    return 0;
}
