/* SPDX-License-Identifier: Apache-2.0 */
#include "log_capture.h"

#include <string.h>

#include <zephyr/logging/log_backend.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/logging/log_output.h>
#include <zephyr/sys/util.h>

enum { LOG_LEN = 4096 };

static char text[LOG_LEN];
static size_t text_len;

static int capture(uint8_t *data, size_t len, void *ctx)
{
    size_t kept = MIN(len, LOG_LEN - text_len);
    ARG_UNUSED(ctx);
    memcpy(&text[text_len], data, kept);
    text_len += kept;
    return (int)len;
}

static uint8_t line[256];
LOG_OUTPUT_DEFINE(output, capture, line, sizeof line);

static void process(const struct log_backend *const backend, union log_msg_generic *message)
{
    ARG_UNUSED(backend);
    log_output_msg_process(&output, &message->log, LOG_OUTPUT_FLAG_LEVEL | LOG_OUTPUT_FLAG_CRLF_LFONLY);
}

static const struct log_backend_api api = { .process = process };
LOG_BACKEND_DEFINE(capture_backend, api, true);

const char *log_capture_taken(size_t *out_len)
{
    static char taken[LOG_LEN];
    unsigned int key = irq_lock();
    memcpy(taken, text, text_len);
    *out_len = text_len;
    text_len = 0;
    irq_unlock(key);
    return taken;
}
