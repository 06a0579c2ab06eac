/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sampan.h, with every answer noted: one that isn't documented is a failure, and so is a documented one that
 * no test has provoked by the end.
 */
#ifndef CODES_H
#define CODES_H

#include <stdint.h>

#include "sampan.h"

/* A status as a bit: errors are -1 to -24, pending is 1. */
#define C(name) code_bit(SAMPAN_STATUS_##name)

enum noted_function {
#define FUNCTION(name, documented, unprovoked) NOTED_##name,
#include "codes.def"
#undef FUNCTION
  NOTED_COUNT
};

uint32_t code_bit(int32_t code);

/* Notes an answer and passes it on. */
int32_t note_code(enum noted_function function, int32_t code);

/* Fails for every documented code that was never answered. */
void codes_check(void);

#define sampan_call_complete(...) note_code(NOTED_sampan_call_complete, sampan_call_complete(__VA_ARGS__))
#define sampan_call_container(...) note_code(NOTED_sampan_call_container, sampan_call_container(__VA_ARGS__))
#define sampan_call_defer(...) note_code(NOTED_sampan_call_defer, sampan_call_defer(__VA_ARGS__))
#define sampan_call_fail(...) note_code(NOTED_sampan_call_fail, sampan_call_fail(__VA_ARGS__))
#define sampan_call_read(...) note_code(NOTED_sampan_call_read, sampan_call_read(__VA_ARGS__))
#define sampan_call_slice(...) note_code(NOTED_sampan_call_slice, sampan_call_slice(__VA_ARGS__))
#define sampan_call_write(...) note_code(NOTED_sampan_call_write, sampan_call_write(__VA_ARGS__))
#define sampan_clock_set(...) note_code(NOTED_sampan_clock_set, sampan_clock_set(__VA_ARGS__))
#define sampan_container_create(...) note_code(NOTED_sampan_container_create, sampan_container_create(__VA_ARGS__))
#define sampan_container_find(...) note_code(NOTED_sampan_container_find, sampan_container_find(__VA_ARGS__))
#define sampan_container_kill(...) note_code(NOTED_sampan_container_kill, sampan_container_kill(__VA_ARGS__))
#define sampan_container_list(...) note_code(NOTED_sampan_container_list, sampan_container_list(__VA_ARGS__))
#define sampan_container_pause(...) note_code(NOTED_sampan_container_pause, sampan_container_pause(__VA_ARGS__))
#define sampan_container_release(...) note_code(NOTED_sampan_container_release, sampan_container_release(__VA_ARGS__))
#define sampan_container_remove(...) note_code(NOTED_sampan_container_remove, sampan_container_remove(__VA_ARGS__))
#define sampan_container_restart(...) note_code(NOTED_sampan_container_restart, sampan_container_restart(__VA_ARGS__))
#define sampan_container_resume(...) note_code(NOTED_sampan_container_resume, sampan_container_resume(__VA_ARGS__))
#define sampan_container_start(...) note_code(NOTED_sampan_container_start, sampan_container_start(__VA_ARGS__))
#define sampan_container_stats(...) note_code(NOTED_sampan_container_stats, sampan_container_stats(__VA_ARGS__))
#define sampan_container_status(...) note_code(NOTED_sampan_container_status, sampan_container_status(__VA_ARGS__))
#define sampan_container_stop(...) note_code(NOTED_sampan_container_stop, sampan_container_stop(__VA_ARGS__))
#define sampan_device_event(...) note_code(NOTED_sampan_device_event, sampan_device_event(__VA_ARGS__))
#define sampan_device_find(...) note_code(NOTED_sampan_device_find, sampan_device_find(__VA_ARGS__))
#define sampan_host_register(...) note_code(NOTED_sampan_host_register, sampan_host_register(__VA_ARGS__))
#define sampan_image_confirm(...) note_code(NOTED_sampan_image_confirm, sampan_image_confirm(__VA_ARGS__))
#define sampan_image_create(...) note_code(NOTED_sampan_image_create, sampan_image_create(__VA_ARGS__))
#define sampan_image_part(...) note_code(NOTED_sampan_image_part, sampan_image_part(__VA_ARGS__))
#define sampan_image_permission(...) note_code(NOTED_sampan_image_permission, sampan_image_permission(__VA_ARGS__))
#define sampan_image_policy(...) note_code(NOTED_sampan_image_policy, sampan_image_policy(__VA_ARGS__))
#define sampan_image_signer(...) note_code(NOTED_sampan_image_signer, sampan_image_signer(__VA_ARGS__))
#define sampan_image_verify(...) note_code(NOTED_sampan_image_verify, sampan_image_verify(__VA_ARGS__))
#define sampan_message_publish(...) note_code(NOTED_sampan_message_publish, sampan_message_publish(__VA_ARGS__))
#define sampan_message_reply(...) note_code(NOTED_sampan_message_reply, sampan_message_reply(__VA_ARGS__))
#define sampan_message_subscribe(...) note_code(NOTED_sampan_message_subscribe, sampan_message_subscribe(__VA_ARGS__))
#define sampan_pending_read(...) note_code(NOTED_sampan_pending_read, sampan_pending_read(__VA_ARGS__))
#define sampan_pending_write(...) note_code(NOTED_sampan_pending_write, sampan_pending_write(__VA_ARGS__))
#define sampan_runtime_deinit(...) note_code(NOTED_sampan_runtime_deinit, sampan_runtime_deinit(__VA_ARGS__))
#define sampan_runtime_init(...) note_code(NOTED_sampan_runtime_init, sampan_runtime_init(__VA_ARGS__))
#define sampan_runtime_poll(...) note_code(NOTED_sampan_runtime_poll, sampan_runtime_poll(__VA_ARGS__))
#define sampan_runtime_stats(...) note_code(NOTED_sampan_runtime_stats, sampan_runtime_stats(__VA_ARGS__))
#define sampan_runtime_wake(...) note_code(NOTED_sampan_runtime_wake, sampan_runtime_wake(__VA_ARGS__))
#define sampan_trust_install(...) note_code(NOTED_sampan_trust_install, sampan_trust_install(__VA_ARGS__))
#define sampan_trust_key(...) note_code(NOTED_sampan_trust_key, sampan_trust_key(__VA_ARGS__))
#define sampan_trust_sequence(...) note_code(NOTED_sampan_trust_sequence, sampan_trust_sequence(__VA_ARGS__))

#endif
