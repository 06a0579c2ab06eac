/* SPDX-License-Identifier: Apache-2.0 */
/* A log backend that keeps what is put out, for the suite to look at. */
#ifndef LOG_CAPTURE_H
#define LOG_CAPTURE_H

#include <stddef.h>

/* What was put out since the last call; good until the next. Thread context. */
const char *log_capture_taken(size_t *out_len);

#endif
