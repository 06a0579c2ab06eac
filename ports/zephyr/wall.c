/* SPDX-License-Identifier: Apache-2.0 */
/* The time of day is the kernel's, which somebody sets: SNTP, the application, or here the board's real-time clock. */
#include <time.h>

#include <zephyr/init.h>
#include <zephyr/sys/clock.h>
#include <zephyr/sys/timeutil.h>

#include "port.h"

/* As long as nobody has set it, the kernel's time of day is the time since it started. */
static bool known(void)
{
    struct timespec offset;
    sys_clock_getrtoffset(&offset);
    return offset.tv_sec != 0 || offset.tv_nsec != 0;
}

uint64_t port_wall_us(void *ctx)
{
    struct timespec now;
    ARG_UNUSED(ctx);
    if (!known() || sys_clock_gettime(SYS_CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / NSEC_PER_USEC;
}

#ifdef CONFIG_SAMPAN_WALL_RTC

#include <zephyr/drivers/rtc.h>

static int set_from_rtc(void)
{
    const struct device *const rtc = DEVICE_DT_GET(DT_ALIAS(rtc));
    struct rtc_time time;
    if (known() || !device_is_ready(rtc) || rtc_get_time(rtc, &time) != 0) {
        return 0; /* then it isn't known, which is no reason not to start */
    }
    const struct timespec now = { .tv_sec = (time_t)timeutil_timegm64(rtc_time_to_tm(&time)), .tv_nsec = time.tm_nsec };
    (void)sys_clock_settime(SYS_CLOCK_REALTIME, &now);
    return 0;
}

SYS_INIT(set_from_rtc, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);

#endif
