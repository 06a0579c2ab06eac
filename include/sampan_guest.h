/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampan, from inside a container: the calls that it can make to its host.
 *
 * Generated from crates/sampan-abi/host_calls.toml by `cargo xtask bindings`; do not edit.
 *
 * Every call answers a number of at least 0, or one of `enum sampan_guest_code`. Each needs the permission that
 * its comment names. Texts are UTF-8 with a length and need no NUL. Compile for wasm32.
 */

#ifndef SAMPAN_GUEST_H
#define SAMPAN_GUEST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __wasm__
#define SAMPAN_GUEST_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define SAMPAN_GUEST_EXPORT(name) __attribute__((export_name(name)))
#else
#define SAMPAN_GUEST_IMPORT(module, name)
#define SAMPAN_GUEST_EXPORT(name)
#endif

/** What a call answers instead of a result. */
enum sampan_guest_code {
  /** The container lacks the permission, or what it asked for is outside it. It's counted, and logged once. */
  SAMPAN_GUEST_DENIED = -1,
  /**
   * An address range isn't wholly in the container's memory, or an address isn't aligned. Nothing was read or
   * written.
   */
  SAMPAN_GUEST_BAD_ADDRESS = -2,
  /** A value is out of its documented range, or a text isn't UTF-8. */
  SAMPAN_GUEST_INVALID = -3,
  /** The handle is of another kind, or was closed. */
  SAMPAN_GUEST_BAD_HANDLE = -4,
  /** A limit of the container, or of the one that should have got it, is reached. */
  SAMPAN_GUEST_FULL = -5,
  /** There is no such thing. */
  SAMPAN_GUEST_NOT_FOUND = -6,
  /** Nothing is there to be taken. */
  SAMPAN_GUEST_EMPTY = -7,
  /** The platform failed. */
  SAMPAN_GUEST_IO = -8,
  /** The container has made as many calls in this second as it may. */
  SAMPAN_GUEST_RATE = -9,
  /** The container was asked to stop: it should end now. */
  SAMPAN_GUEST_STOPPING = -10,
  /** A buffer doesn't hold what is there, which stays where it is. */
  SAMPAN_GUEST_TOO_SMALL = -11,
  /** What was asked for isn't known yet. */
  SAMPAN_GUEST_NOT_READY = -12,
  /** The time ran out before there was an answer. */
  SAMPAN_GUEST_TIMEOUT = -13,
};

/** What has happened. */
struct sampan_guest_event {
  /** 1: a timer ran out. 2: a message is in the mailbox. */
  uint32_t kind;
  /** The handle it comes from: the timer, or the subscription. */
  uint32_t source;
  /** How often the timer has run out since it was last told. */
  uint64_t value;
  /** Bytes of the message's topic. */
  uint32_t topic_len;
  /** Bytes of the message's payload. */
  uint32_t payload_len;
};

/** What belongs to a message that was received. */
struct sampan_guest_message {
  /** Bytes of the topic. */
  uint32_t topic_len;
  /** Bytes of the payload. */
  uint32_t payload_len;
  /** The subscription that it came through. */
  uint32_t subscription;
  /** Handle to answer it with, 0 if nobody waits for an answer. */
  uint32_t reply;
};

/*
 * What a container is told about its own life.
 */

/**
 * Answers 1 once the container's owner has asked it to stop, else 0. A stop also ends a sleep early, so that
 * a loop that sleeps and asks ends in time.
 *
 * Permission: none.
 */
SAMPAN_GUEST_IMPORT("sampan:lifecycle", "stop-requested")
int32_t sampan_lifecycle_stop_requested(void);

/*
 * Lines in the device's log, under the container's name.
 */

/**
 * Writes a line, or one for each newline in it. Lines longer than 120 bytes are split.
 *
 * - `level`: 2 for a warning, 3 for information. The other levels are the runtime's own.
 * - `text`: The line, without its end.
 *
 * Permission: `log`.
 */
SAMPAN_GUEST_IMPORT("sampan:log/1", "write")
int32_t sampan_log_write(uint32_t level, const void *text, uint32_t text_len);

/*
 * Time.
 */

/**
 * Answers microseconds since an arbitrary start; it never goes back.
 *
 * Permission: `clock`.
 */
SAMPAN_GUEST_IMPORT("sampan:clock/1", "monotonic")
int64_t sampan_clock_monotonic(void);

/**
 * Answers microseconds since 1970-01-01 UTC, or `not_ready` until the firmware has told the time.
 *
 * Permission: `clock`.
 */
SAMPAN_GUEST_IMPORT("sampan:clock/1", "wall")
int64_t sampan_clock_wall(void);

/*
 * Timers, as many as the container has handles for. One that runs out is an event; one that runs out again
 * before it was told is told once, with how often.
 */

/**
 * Makes a timer that runs out after a delay, and then periodically. Answers its handle.
 *
 * - `delay_us`: Microseconds until it runs out first.
 * - `period_us`: Microseconds between one time and the next; 0: once only.
 *
 * Permission: `timer`.
 */
SAMPAN_GUEST_IMPORT("sampan:timer/1", "create")
int32_t sampan_timer_create(uint64_t delay_us, uint64_t period_us);

/**
 * Sets a timer anew. What it has run out before and wasn't told is forgotten.
 *
 * - `timer`: The timer.
 * - `delay_us`: As for `create`.
 * - `period_us`: As for `create`.
 *
 * Permission: `timer`.
 */
SAMPAN_GUEST_IMPORT("sampan:timer/1", "set")
int32_t sampan_timer_set(uint32_t timer, uint64_t delay_us, uint64_t period_us);

/**
 * Gives a timer up. No event comes of it any more.
 *
 * - `timer`: The timer.
 *
 * Permission: `timer`.
 */
SAMPAN_GUEST_IMPORT("sampan:timer/1", "close")
int32_t sampan_timer_close(uint32_t timer);

/*
 * Random numbers fit for keys, if the platform's source is.
 */

/**
 * Fills a buffer with random bytes.
 *
 * - `buffer`: What is filled.
 *
 * Permission: `random`.
 */
SAMPAN_GUEST_IMPORT("sampan:random/1", "fill")
int32_t sampan_random_fill(void *buffer, uint32_t buffer_len);

/*
 * Messages between containers, and with the firmware, on topics as MQTT has them. Each container has a
 * mailbox of its own, with bounds; a message that a full mailbox can't take is dropped there, counted, and
 * hinders nobody else.
 */

/**
 * Sends a message to all who have subscribed to its topic, the container itself included. Answers how many
 * got it. A mailbox that was full isn't among them; its container's statistics count what it lost.
 *
 * - `topic`: The topic, without wildcards.
 * - `payload`: The message. Copied.
 *
 * Permission: `msg.pub:…`, whose argument covers `topic`.
 */
SAMPAN_GUEST_IMPORT("sampan:msg/1", "publish")
int32_t sampan_msg_publish(const char *topic, uint32_t topic_len, const void *payload, uint32_t payload_len);

/**
 * Has messages delivered whose topics a filter matches: `+` is any one level, `#` at the end all that follow.
 * A topic that two subscriptions match comes once. Answers a handle.
 *
 * - `filter`: The filter. The permission must cover all that it matches.
 *
 * Permission: `msg.sub:…`, whose argument covers `filter`.
 */
SAMPAN_GUEST_IMPORT("sampan:msg/1", "subscribe")
int32_t sampan_msg_subscribe(const char *filter, uint32_t filter_len);

/**
 * Ends a subscription. Messages that are in the mailbox already stay there.
 *
 * - `subscription`: The subscription.
 *
 * Permission: `msg.sub`.
 */
SAMPAN_GUEST_IMPORT("sampan:msg/1", "unsubscribe")
int32_t sampan_msg_unsubscribe(uint32_t subscription);

/**
 * Takes the oldest message out of the mailbox. If it doesn't fit it stays, and `message` tells its lengths.
 *
 * - `topic`: Gets the topic.
 * - `payload`: Gets the payload.
 * - `message`: Gets the lengths and what else belongs to the message.
 *
 * Permission: `msg.sub`.
 */
SAMPAN_GUEST_IMPORT("sampan:msg/1", "receive")
int32_t sampan_msg_receive(void *topic, uint32_t topic_len, void *payload, uint32_t payload_len, struct sampan_guest_message *message);

/**
 * Publishes a message and waits for the first answer to it. Answers the length of the answer; what the buffer
 * doesn't hold of it is cut off. `not_found` if nobody got the message.
 *
 * - `topic`: The topic, without wildcards.
 * - `payload`: The message. Copied.
 * - `timeout_us`: Microseconds to wait at most.
 * - `answer`: Gets the answer.
 *
 * Permission: `msg.pub:…`, whose argument covers `topic`.
 */
SAMPAN_GUEST_IMPORT("sampan:msg/1", "request")
int32_t sampan_msg_request(const char *topic, uint32_t topic_len, const void *payload, uint32_t payload_len, uint64_t timeout_us, void *answer, uint32_t answer_len);

/**
 * Answers a message whose sender waits, and closes the handle, also if the sender no longer waits
 * (`not_found`).
 *
 * - `reply`: From the message.
 * - `payload`: The answer. Copied.
 *
 * Permission: `msg.sub`.
 */
SAMPAN_GUEST_IMPORT("sampan:msg/1", "reply")
int32_t sampan_msg_reply(uint32_t reply, const void *payload, uint32_t payload_len);

/*
 * Waiting for what the container may be told: timers that ran out, messages. It needs no permission, since
 * what there is to be told does. A container that exports a function `sampan_on_event` may instead return
 * from its entry point: it lives on, and the function is called whenever there is something to be told, and a
 * last time when it is to stop.
 */

/**
 * Takes the next event and answers 1, or 0 if none came in time. A message stays in the mailbox until
 * `msg.receive` takes it.
 *
 * - `timeout_us`: Microseconds to wait at most; 0: not at all; the largest number: for ever.
 * - `event`: Gets the event.
 *
 * Permission: none.
 */
SAMPAN_GUEST_IMPORT("sampan:event/1", "wait")
int32_t sampan_event_wait(uint64_t timeout_us, struct sampan_guest_event *event);

/*
 * What a container says of its own health.
 */

/**
 * Says that this version works: what was on trial is kept.
 *
 * Permission: `health`.
 */
SAMPAN_GUEST_IMPORT("sampan:health/1", "confirm")
int32_t sampan_health_confirm(void);

/**
 * Says that the container still does its work.
 *
 * Permission: `health`.
 */
SAMPAN_GUEST_IMPORT("sampan:health/1", "heartbeat")
int32_t sampan_health_heartbeat(void);

/*
 * Values by their keys, within the bytes that the permission gives; each takes 4 bytes beside its own. They
 * last as long as the container exists, restarts included.
 */

/**
 * Stores a value, in place of any that the key has. With `full` the old one is still there.
 *
 * - `key`: The key: 1 byte or more.
 * - `value`: The value.
 *
 * Permission: `kv`.
 */
SAMPAN_GUEST_IMPORT("sampan:kv/1", "set")
int32_t sampan_kv_set(const char *key, uint32_t key_len, const void *value, uint32_t value_len);

/**
 * Reads a value and answers its length.
 *
 * - `key`: The key.
 * - `buffer`: Gets the value.
 *
 * Permission: `kv`.
 */
SAMPAN_GUEST_IMPORT("sampan:kv/1", "get")
int32_t sampan_kv_get(const char *key, uint32_t key_len, void *buffer, uint32_t buffer_len);

/**
 * Forgets a value.
 *
 * - `key`: The key.
 *
 * Permission: `kv`.
 */
SAMPAN_GUEST_IMPORT("sampan:kv/1", "delete")
int32_t sampan_kv_delete(const char *key, uint32_t key_len);

#ifdef __cplusplus
}
#endif

#endif /* SAMPAN_GUEST_H */
