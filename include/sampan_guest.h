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
  /** The platform, or this device of it, can't do that. */
  SAMPAN_GUEST_UNSUPPORTED = -14,
  /** Not now: try again later, after the event where there is one. */
  SAMPAN_GUEST_BUSY = -15,
  /** What was done before doesn't allow this. */
  SAMPAN_GUEST_WRONG_STATE = -16,
};

/** What has happened. */
struct sampan_guest_event {
  /**
   * 1: a timer ran out. 2: a message is in the mailbox. 3: edges on a digital line. 4: a serial line is
   * ready. 5: a socket is ready.
   */
  uint32_t kind;
  /** The handle it comes from: the timer, the subscription, the line or the socket. */
  uint32_t source;
  /**
   * How often the timer has run out since it was last told. Of lines and sockets: what was watched for and
   * has happened since, as bits, and 2^32 times how often.
   */
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

/** What the counts of an analogue input mean; it's linear between the two ends. */
struct sampan_guest_adc_scale {
  /** The largest count, at least 1. */
  uint32_t raw_max;
  /** Microvolts at count 0; negative for an input that's differential. */
  int32_t min_uv;
  /** Microvolts at the largest count. */
  int32_t max_uv;
};

/** One thing that a sensor measures: a value times 10^exponent, in a unit. */
struct sampan_guest_sensor_channel {
  /**
   * 0 a number, 1 degrees Celsius, 2 percent, 3 Pa, 4 lx, 5 m, 6 m/s, 7 m/s^2, 8 rad/s, 9 T, 10 V, 11 A, 12
   * W, 13 Hz, 14 s, 15 g, 16 ppm.
   */
  uint32_t unit;
  /** Power of ten: -3 for thousandths. */
  int32_t exponent;
  /** Bytes of the channel's name. */
  uint32_t name_len;
};

/** What a sensor measured. */
struct sampan_guest_sensor_value {
  /** The value, to be scaled as the channel says. */
  int32_t value;
};

/** From where something came over the net. */
struct sampan_guest_peer {
  /** Bytes of the address as text. */
  uint32_t address_len;
  /** Bytes of the payload. */
  uint32_t payload_len;
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
 * Waiting for what the container may be told: timers that ran out, messages, edges, lines and sockets that
 * are ready. It needs no permission, since what there is to be told does. A container that exports a function
 * `sampan_on_event` may instead return from its entry point: it lives on, and the function is called whenever
 * there is something to be told, and a last time when it is to stop.
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

/*
 * Digital lines, by the names that the board gives them; direction, pull and active level are the board's.
 * Containers may share a line.
 */

/**
 * Answers a handle for a line.
 *
 * - `name`: The line.
 *
 * Permission: `gpio:…`, whose argument covers `name`.
 */
SAMPAN_GUEST_IMPORT("sampan:gpio/1", "open")
int32_t sampan_gpio_open(const char *name, uint32_t name_len);

/**
 * Answers 1 if the line is active, else 0.
 *
 * - `line`: The line.
 *
 * Permission: `gpio`.
 */
SAMPAN_GUEST_IMPORT("sampan:gpio/1", "read")
int32_t sampan_gpio_read(uint32_t line);

/**
 * Makes an output active or not.
 *
 * - `line`: The line.
 * - `active`: 1: active; 0: not.
 *
 * Permission: `gpio`.
 */
SAMPAN_GUEST_IMPORT("sampan:gpio/1", "write")
int32_t sampan_gpio_write(uint32_t line, uint32_t active);

/**
 * Says which edges are told as events from now on. Edges that come before the last ones were told are told
 * with them. What was not told yet is forgotten.
 *
 * - `line`: The line.
 * - `edges`: Bits: 1 to the active level, 2 from it. 0: none any more.
 *
 * Permission: `gpio`.
 */
SAMPAN_GUEST_IMPORT("sampan:gpio/1", "watch")
int32_t sampan_gpio_watch(uint32_t line, uint32_t edges);

/**
 * Gives a line up. No event of it comes any more.
 *
 * - `line`: The line.
 *
 * Permission: `gpio`.
 */
SAMPAN_GUEST_IMPORT("sampan:gpio/1", "close")
int32_t sampan_gpio_close(uint32_t line);

/*
 * Analogue inputs, by the names that the board gives them.
 */

/**
 * Answers a handle for an input.
 *
 * - `name`: The input.
 *
 * Permission: `adc:…`, whose argument covers `name`.
 */
SAMPAN_GUEST_IMPORT("sampan:adc/1", "open")
int32_t sampan_adc_open(const char *name, uint32_t name_len);

/**
 * Converts once and answers the count.
 *
 * - `input`: The input.
 *
 * Permission: `adc`.
 */
SAMPAN_GUEST_IMPORT("sampan:adc/1", "read")
int32_t sampan_adc_read(uint32_t input);

/**
 * Tells what the counts mean.
 *
 * - `input`: The input.
 * - `scale`: Gets the scale.
 *
 * Permission: `adc`.
 */
SAMPAN_GUEST_IMPORT("sampan:adc/1", "scale")
int32_t sampan_adc_scale(uint32_t input, struct sampan_guest_adc_scale *scale);

/**
 * Gives an input up.
 *
 * - `input`: The input.
 *
 * Permission: `adc`.
 */
SAMPAN_GUEST_IMPORT("sampan:adc/1", "close")
int32_t sampan_adc_close(uint32_t input);

/*
 * I2C buses, by the names that the board gives them; the container is the controller, and reaches all that is
 * on a bus that it's granted.
 */

/**
 * Answers a handle for a bus.
 *
 * - `name`: The bus.
 *
 * Permission: `i2c:…`, whose argument covers `name`.
 */
SAMPAN_GUEST_IMPORT("sampan:i2c/1", "open")
int32_t sampan_i2c_open(const char *name, uint32_t name_len);

/**
 * Writes, reads, or writes and then reads after a repeated start; what is empty is left out. Answers the
 * number of bytes read. `not_found` if nobody has the address. `invalid` also where what is written and what
 * is read overlap, or both are empty.
 *
 * - `bus`: The bus.
 * - `address`: Address of 7 bits; one of 10 bits plus 0x8000.
 * - `write`: What is written.
 * - `read`: Gets what is read.
 *
 * Permission: `i2c`.
 */
SAMPAN_GUEST_IMPORT("sampan:i2c/1", "transfer")
int32_t sampan_i2c_transfer(uint32_t bus, uint32_t address, const void *write, uint32_t write_len, void *read, uint32_t read_len);

/**
 * Gives a bus up.
 *
 * - `bus`: The bus.
 *
 * Permission: `i2c`.
 */
SAMPAN_GUEST_IMPORT("sampan:i2c/1", "close")
int32_t sampan_i2c_close(uint32_t bus);

/*
 * SPI peripherals, by the names that the board gives them, which bring chip select, mode and clock.
 */

/**
 * Answers a handle for a peripheral.
 *
 * - `name`: The peripheral.
 *
 * Permission: `spi:…`, whose argument covers `name`.
 */
SAMPAN_GUEST_IMPORT("sampan:spi/1", "open")
int32_t sampan_spi_open(const char *name, uint32_t name_len);

/**
 * Selects the peripheral, sends bytes while it receives as many in their place, and lets it go. Answers their
 * number. `invalid` for none.
 *
 * - `peripheral`: The peripheral.
 * - `bytes`: What is sent, and then what was received.
 *
 * Permission: `spi`.
 */
SAMPAN_GUEST_IMPORT("sampan:spi/1", "transfer")
int32_t sampan_spi_transfer(uint32_t peripheral, void *bytes, uint32_t bytes_len);

/**
 * Gives a peripheral up.
 *
 * - `peripheral`: The peripheral.
 *
 * Permission: `spi`.
 */
SAMPAN_GUEST_IMPORT("sampan:spi/1", "close")
int32_t sampan_spi_close(uint32_t peripheral);

/*
 * Serial lines, by the names that the board gives them; speed and format are the board's.
 */

/**
 * Answers a handle for a line.
 *
 * - `name`: The line.
 *
 * Permission: `uart:…`, whose argument covers `name`.
 */
SAMPAN_GUEST_IMPORT("sampan:uart/1", "open")
int32_t sampan_uart_open(const char *name, uint32_t name_len);

/**
 * Sends bytes, as many as there is room for, and answers how many: at least one, unless there are none. Where
 * there is no room it sends all of them later.
 *
 * - `line`: The line.
 * - `bytes`: What is sent.
 *
 * Permission: `uart`.
 */
SAMPAN_GUEST_IMPORT("sampan:uart/1", "write")
int32_t sampan_uart_write(uint32_t line, const void *bytes, uint32_t bytes_len);

/**
 * Takes bytes that have come and answers how many; 0 if there are none. `io` once if some were lost or
 * damaged.
 *
 * - `line`: The line.
 * - `buffer`: Gets the bytes.
 *
 * Permission: `uart`.
 */
SAMPAN_GUEST_IMPORT("sampan:uart/1", "read")
int32_t sampan_uart_read(uint32_t line, void *buffer, uint32_t buffer_len);

/**
 * Says what is told as events from now on; what is so already is told at once. What was not told yet is
 * forgotten.
 *
 * - `line`: The line.
 * - `readiness`: Bits: 1 bytes have come, 2 there is room to write. 0: nothing any more.
 *
 * Permission: `uart`.
 */
SAMPAN_GUEST_IMPORT("sampan:uart/1", "watch")
int32_t sampan_uart_watch(uint32_t line, uint32_t readiness);

/**
 * Gives a line up. No event of it comes any more.
 *
 * - `line`: The line.
 *
 * Permission: `uart`.
 */
SAMPAN_GUEST_IMPORT("sampan:uart/1", "close")
int32_t sampan_uart_close(uint32_t line);

/*
 * Sensors that have a driver in the firmware, by the names that the board gives them. Each measures one thing
 * or more, on named channels.
 */

/**
 * Answers a handle for a sensor.
 *
 * - `name`: The sensor.
 *
 * Permission: `sensor:…`, whose argument covers `name`.
 */
SAMPAN_GUEST_IMPORT("sampan:sensor/1", "open")
int32_t sampan_sensor_open(const char *name, uint32_t name_len);

/**
 * Tells what a channel measures; `not_found` past the last one. If the name doesn't fit, `channel` tells its
 * length.
 *
 * - `sensor`: The sensor.
 * - `number`: Which channel, counted from 0.
 * - `name`: Gets the channel's name.
 * - `channel`: Gets the rest.
 *
 * Permission: `sensor`.
 */
SAMPAN_GUEST_IMPORT("sampan:sensor/1", "channel")
int32_t sampan_sensor_channel(uint32_t sensor, uint32_t number, void *name, uint32_t name_len, struct sampan_guest_sensor_channel *channel);

/**
 * Measures. `invalid` for a channel that isn't there.
 *
 * - `sensor`: The sensor.
 * - `number`: Which channel.
 * - `value`: Gets the value.
 *
 * Permission: `sensor`.
 */
SAMPAN_GUEST_IMPORT("sampan:sensor/1", "read")
int32_t sampan_sensor_read(uint32_t sensor, uint32_t number, struct sampan_guest_sensor_value *value);

/**
 * Gives a sensor up.
 *
 * - `sensor`: The sensor.
 *
 * Permission: `sensor`.
 */
SAMPAN_GUEST_IMPORT("sampan:sensor/1", "close")
int32_t sampan_sensor_close(uint32_t sensor);

/*
 * Sockets. Addresses are texts, `host:port` or `[IPv6]:port`. None of these calls waits for the other side:
 * `watch` says what for, and an event tells when to ask again. Names are looked up where `connect` and
 * `connect-udp` are given one, as part of the call and under its permission.
 */

/**
 * Begins a connection by TCP and answers a handle; `connected` tells how far it has come.
 *
 * - `address`: To where: a name or an address, and a port.
 *
 * Permission: `net.connect:…`, whose argument covers `address`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "connect")
int32_t sampan_net_connect(const char *address, uint32_t address_len);

/**
 * Answers 0 once a connection is there; `busy` while it's being made; another code if it can't be.
 *
 * - `socket`: The socket.
 *
 * Permission: `net.connect`, or instead `net.listen` or `net.udp`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "connected")
int32_t sampan_net_connected(uint32_t socket);

/**
 * Makes a socket for datagrams to and from one place, and answers its handle.
 *
 * - `address`: To where: a name or an address, and a port.
 *
 * Permission: `net.udp:…`, whose argument covers `address`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "connect-udp")
int32_t sampan_net_connect_udp(const char *address, uint32_t address_len);

/**
 * Takes connections by TCP from now on. Answers a handle.
 *
 * - `address`: Where: an address of the device, or `0.0.0.0` or `[::]` for any, and a port; `*` for any port
 * that is free.
 *
 * Permission: `net.listen:…`, whose argument covers `address`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "listen")
int32_t sampan_net_listen(const char *address, uint32_t address_len);

/**
 * Takes the next connection that was made, and answers a handle for it; `empty` if there is none.
 *
 * - `socket`: One of `listen`.
 * - `address`: Gets the address of the other side, cut off where it doesn't fit.
 * - `peer`: Gets the length of the address.
 *
 * Permission: `net.listen`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "accept")
int32_t sampan_net_accept(uint32_t socket, void *address, uint32_t address_len, struct sampan_guest_peer *peer);

/**
 * Makes a socket for datagrams from anywhere to one address of the device. Answers a handle.
 *
 * - `address`: As for `listen`.
 *
 * Permission: `net.listen:…`, whose argument covers `address`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "bind-udp")
int32_t sampan_net_bind_udp(const char *address, uint32_t address_len);

/**
 * Sends as much of a stream as there is room for, or one datagram, to where the socket is connected. Answers
 * how many bytes.
 *
 * - `socket`: The socket.
 * - `bytes`: What is sent.
 *
 * Permission: `net.connect`, or instead `net.listen` or `net.udp`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "send")
int32_t sampan_net_send(uint32_t socket, const void *bytes, uint32_t bytes_len);

/**
 * Sends one datagram. `not_found` for an address that is a name.
 *
 * - `socket`: One for datagrams.
 * - `address`: To where.
 * - `bytes`: What is sent.
 *
 * Permission: `net.udp:…`, whose argument covers `address`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "send-to")
int32_t sampan_net_send_to(uint32_t socket, const char *address, uint32_t address_len, const void *bytes, uint32_t bytes_len);

/**
 * Takes what has come of a stream, or one datagram, cut to the buffer. Answers how many bytes; 0 once the
 * other side has ended a stream; `empty` if nothing has come.
 *
 * - `socket`: The socket.
 * - `buffer`: Gets the bytes.
 *
 * Permission: `net.connect`, or instead `net.listen` or `net.udp`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "receive")
int32_t sampan_net_receive(uint32_t socket, void *buffer, uint32_t buffer_len);

/**
 * As `receive`, and tells from where.
 *
 * - `socket`: One for datagrams.
 * - `buffer`: Gets the bytes.
 * - `address`: Gets the address, cut off where it doesn't fit.
 * - `peer`: Gets both lengths.
 *
 * Permission: `net.listen`, or instead `net.udp`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "receive-from")
int32_t sampan_net_receive_from(uint32_t socket, void *buffer, uint32_t buffer_len, void *address, uint32_t address_len, struct sampan_guest_peer *peer);

/**
 * Says what is told as events from now on; what is so already is told at once. Each bit is told once, and
 * then no more until it's asked for again.
 *
 * - `socket`: The socket.
 * - `readiness`: Bits: 1 there is something to receive or to accept, 2 there is room to send, or a connection
 * was made or couldn't be. 0: nothing any more.
 *
 * Permission: `net.connect`, or instead `net.listen` or `net.udp`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "watch")
int32_t sampan_net_watch(uint32_t socket, uint32_t readiness);

/**
 * Writes a socket's own address and answers its length.
 *
 * - `socket`: The socket.
 * - `address`: Gets the address.
 *
 * Permission: `net.connect`, or instead `net.listen` or `net.udp`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "local")
int32_t sampan_net_local(uint32_t socket, void *address, uint32_t address_len);

/**
 * Ends a socket. No event of it comes any more.
 *
 * - `socket`: The socket.
 *
 * Permission: `net.connect`, or instead `net.listen` or `net.udp`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "close")
int32_t sampan_net_close(uint32_t socket);

/**
 * Looks a host's name up, writes its address as text without a port, and answers the length of it.
 *
 * - `name`: The name.
 * - `address`: Gets the address.
 *
 * Permission: `net.dns:…`, whose argument covers `name`.
 */
SAMPAN_GUEST_IMPORT("sampan:net/1", "resolve")
int32_t sampan_net_resolve(const char *name, uint32_t name_len, void *address, uint32_t address_len);

#ifdef __cplusplus
}
#endif

#endif /* SAMPAN_GUEST_H */
