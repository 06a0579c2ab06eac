/* SPDX-License-Identifier: Apache-2.0 */
/* Sleeps an hour at a time, and goes back to sleep when it is woken: nothing but a kill ends it. */
#include <time.h>

int main(void)
{
    const struct timespec hour = { .tv_sec = 3600 };
    for (;;) {
        nanosleep(&hour, NULL);
    }
}
