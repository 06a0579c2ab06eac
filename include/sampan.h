/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampan: sandboxed WebAssembly containers inside existing firmware.
 *
 * Generated from crates/sampan-capi by `cargo xtask header`; do not edit.
 *
 * Every function that can fail returns `enum sampan_status`: 0 is success, errors are negative. Outputs are
 * written only on success. A struct that the caller fills begins with `size`, sizeof the struct; zero means
 * the default in every other member.
 */

#ifndef SAMPAN_H
#define SAMPAN_H

#include <stddef.h>
#include <stdint.h>

/**
 * A number that a policy leaves to the runtime.
 */
#define SAMPAN_NOT_SAID UINT32_MAX

/**
 * A deadline that never comes.
 */
#define SAMPAN_NEVER UINT64_MAX

/**
 * Version of the C ABI: raised when a caller of the old header could misread the new library.
 */
#define SAMPAN_ABI_VERSION 1

/**
 * Of a digital line: bit of what is watched for, and value of an event: it went to the active level.
 */
#define SAMPAN_EDGE_RISING 1

/**
 * Of a digital line, likewise: it left the active level.
 */
#define SAMPAN_EDGE_FALLING 2

/**
 * Of a serial line or a socket: bit of what is watched for, and of an event's value: something can be read or accepted.
 */
#define SAMPAN_READY_READ 1

/**
 * Of a serial line or a socket, likewise: there is room to write; a connection was made, or couldn't be.
 */
#define SAMPAN_READY_WRITE 2

/**
 * Parameters of one host function.
 */
#define SAMPAN_MAX_PARAMS 12

/**
 * Bytes in a container's name: ASCII letters, digits, `-`, `_` and `.`.
 */
#define SAMPAN_MAX_NAME 23

/**
 * Bytes in the module or field name of a host function.
 */
#define SAMPAN_MAX_IMPORT_NAME 63

/**
 * Containers at a time.
 */
#define SAMPAN_MAX_CONTAINERS 64

/**
 * Host functions that firmware can register.
 */
#define SAMPAN_MAX_HOST_FUNCTIONS 256

/**
 * Arguments or environment variables of one container.
 */
#define SAMPAN_MAX_ARGS 32

/**
 * Bytes of all arguments and environment variables of one container, terminators included.
 */
#define SAMPAN_MAX_ARGS_BYTES 4096

/**
 * Bytes of one log line; a longer line that a container prints is split.
 */
#define SAMPAN_MAX_LOG_LINE 120

/**
 * Largest CPU share; see `sampan_container_options`.
 */
#define SAMPAN_MAX_SHARE 1000

/**
 * Lowest priority's number; 0 is the highest.
 */
#define SAMPAN_MAX_PRIORITY 7

/**
 * Fuel of one slice, at least.
 */
#define SAMPAN_MIN_SLICE_FUEL 1000

/**
 * Fuel of one slice, at most.
 */
#define SAMPAN_MAX_SLICE_FUEL 10000000

/**
 * Permissions of one container.
 */
#define SAMPAN_MAX_PERMISSIONS 64

/**
 * Bytes of a permission.
 */
#define SAMPAN_MAX_PERMISSION 127

/**
 * Bytes of a message's topic, or of a filter.
 */
#define SAMPAN_MAX_TOPIC 127

/**
 * Bytes of a message's payload.
 */
#define SAMPAN_MAX_PAYLOAD 4096

/**
 * Subscriptions of the firmware's own.
 */
#define SAMPAN_MAX_SUBSCRIBERS 64

/**
 * Handles of one container.
 */
#define SAMPAN_MAX_HANDLES 128

/**
 * Bytes of one container's mailbox.
 */
#define SAMPAN_MAX_MAILBOX 65536

/**
 * Bytes in a device's name: ASCII letters, digits, `-`, `_` and `.`.
 */
#define SAMPAN_MAX_DEVICE_NAME 31

/**
 * Devices in the platform's table.
 */
#define SAMPAN_MAX_DEVICES 256

/**
 * Events of devices that can wait for the next poll.
 */
#define SAMPAN_MAX_DEVICE_EVENTS 16

/**
 * Result of a call into Sampan.
 */
enum sampan_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Done.
   */
  SAMPAN_STATUS_OK = 0,
  /**
   * A pointer that must not be NULL is NULL.
   */
  SAMPAN_STATUS_NULL_POINTER = -1,
  /**
   * A value is out of its documented range.
   */
  SAMPAN_STATUS_INVALID_ARGUMENT = -2,
  /**
   * The id names no container: never did, or no longer does.
   */
  SAMPAN_STATUS_STALE_ID = -3,
  /**
   * The container's state doesn't allow this.
   */
  SAMPAN_STATUS_WRONG_STATE = -4,
  /**
   * Not callable from here: an ISR, or a callback of the runtime itself.
   */
  SAMPAN_STATUS_WRONG_CONTEXT = -5,
  /**
   * The arena, or the container's memory limit, can't hold it.
   */
  SAMPAN_STATUS_NO_MEMORY = -6,
  /**
   * Every container slot is in use.
   */
  SAMPAN_STATUS_NO_SLOT = -7,
  /**
   * The image is no valid module: truncated, malformed or failing validation.
   */
  SAMPAN_STATUS_BAD_IMAGE = -8,
  /**
   * The image is valid but needs what this build doesn't offer.
   */
  SAMPAN_STATUS_UNSUPPORTED = -9,
  /**
   * The module imports a function that nothing provides; the log names it.
   */
  SAMPAN_STATUS_UNKNOWN_IMPORT = -10,
  /**
   * The module imports a function under another type; the log names it.
   */
  SAMPAN_STATUS_IMPORT_TYPE = -11,
  /**
   * The module exports no entry point `_start`.
   */
  SAMPAN_STATUS_NO_ENTRY = -12,
  /**
   * A table that has a fixed number of places is full.
   */
  SAMPAN_STATUS_TABLE_FULL = -13,
  /**
   * A name is taken.
   */
  SAMPAN_STATUS_DUPLICATE = -14,
  /**
   * A guest address range lies outside the container's memory.
   */
  SAMPAN_STATUS_OUT_OF_BOUNDS = -15,
  /**
   * The call that this would answer is over: answered, or its container ended.
   */
  SAMPAN_STATUS_STALE_CALL = -16,
  /**
   * A queue is full; try again after the next poll.
   */
  SAMPAN_STATUS_BUSY = -17,
  /**
   * The caller's struct is newer than this library and sets what it doesn't know.
   */
  SAMPAN_STATUS_VERSION = -18,
  /**
   * The platform failed.
   */
  SAMPAN_STATUS_PLATFORM = -19,
  /**
   * A defect in the runtime itself; it's out of service until it is initialised again.
   */
  SAMPAN_STATUS_INTERNAL = -20,
  /**
   * The name names nothing.
   */
  SAMPAN_STATUS_NOT_FOUND = -21,
  /**
   * Nobody whose word counts has signed it so: unsigned, altered, by a foreign or revoked key, or without a
   * role; the log says which.
   */
  SAMPAN_STATUS_UNTRUSTED = -22,
  /**
   * It's older than what proved healthy, or than the operator's floor.
   */
  SAMPAN_STATUS_ROLLBACK = -23,
  /**
   * It's for another vendor, class of device, engine or target.
   */
  SAMPAN_STATUS_WRONG_DEVICE = -24,
  /**
   * Returned by a host function: the answer comes later, through `sampan_call_complete`.
   */
  SAMPAN_STATUS_PENDING = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_status sampan_status;
#else
typedef int32_t sampan_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Where a container is in its life.
 *
 * `Created -> Running <-> Paused -> Stopped | Faulted | Quarantined`; from `Stopped` and `Faulted` back to `Running`,
 * from `Quarantined` to `Stopped` alone.
 */
enum sampan_container_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Loaded and linked; nothing of it has run.
   */
  SAMPAN_CONTAINER_STATE_CREATED = 1,
  /**
   * Runs when it is its turn, or waits in a call.
   */
  SAMPAN_CONTAINER_STATE_RUNNING = 2,
  /**
   * Keeps all it has and isn't run.
   */
  SAMPAN_CONTAINER_STATE_PAUSED = 3,
  /**
   * Ended by its own or its owner's will.
   */
  SAMPAN_CONTAINER_STATE_STOPPED = 4,
  /**
   * Ended by a fault.
   */
  SAMPAN_CONTAINER_STATE_FAULTED = 5,
  /**
   * Ended by its policy, and put aside until it is released.
   */
  SAMPAN_CONTAINER_STATE_QUARANTINED = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_container_state sampan_container_state;
#else
typedef uint8_t sampan_container_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What kind of end it was.
 */
enum sampan_exit_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It hasn't ended.
   */
  SAMPAN_EXIT_KIND_NONE = 0,
  /**
   * It returned from its entry point or called exit; the code is its own.
   */
  SAMPAN_EXIT_KIND_EXITED = 1,
  /**
   * It was asked to stop and ended by itself before the deadline; the code is its own.
   */
  SAMPAN_EXIT_KIND_STOPPED = 2,
  /**
   * It was killed, or didn't heed a stop until its deadline.
   */
  SAMPAN_EXIT_KIND_KILLED = 3,
  /**
   * It trapped; the code is the kind of trap.
   */
  SAMPAN_EXIT_KIND_TRAPPED = 4,
  /**
   * Its engine needed more memory than its limit.
   */
  SAMPAN_EXIT_KIND_OUT_OF_MEMORY = 5,
  /**
   * Its imports could no longer be satisfied; the code is a status.
   */
  SAMPAN_EXIT_KIND_LINK_ERROR = 6,
  /**
   * A host function failed; the code is what that function returned.
   */
  SAMPAN_EXIT_KIND_HOST_ERROR = 7,
  /**
   * A defect in its engine ended it.
   */
  SAMPAN_EXIT_KIND_ENGINE_FAULT = 8,
  /**
   * Its image is no longer trusted; it can't be started again.
   */
  SAMPAN_EXIT_KIND_REVOKED = 9,
  /**
   * It made a call that it isn't permitted, and its policy says that this ends it.
   */
  SAMPAN_EXIT_KIND_DENIED = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_exit_kind sampan_exit_kind;
#else
typedef uint8_t sampan_exit_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a module did that WebAssembly forbids.
 */
enum sampan_trap_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Executed `unreachable`: an abort or a failed assertion.
   */
  SAMPAN_TRAP_KIND_UNREACHABLE = 1,
  /**
   * Read or wrote outside its linear memory.
   */
  SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS = 2,
  /**
   * Accessed a table outside its bounds.
   */
  SAMPAN_TRAP_KIND_TABLE_OUT_OF_BOUNDS = 3,
  /**
   * Called through a null table entry.
   */
  SAMPAN_TRAP_KIND_INDIRECT_CALL_TO_NULL = 4,
  /**
   * Called through a table entry of another type.
   */
  SAMPAN_TRAP_KIND_INDIRECT_CALL_TYPE = 5,
  /**
   * Divided an integer by zero.
   */
  SAMPAN_TRAP_KIND_DIVISION_BY_ZERO = 6,
  /**
   * An integer operation overflowed.
   */
  SAMPAN_TRAP_KIND_INTEGER_OVERFLOW = 7,
  /**
   * Converted a float that has no integer to an integer.
   */
  SAMPAN_TRAP_KIND_BAD_CONVERSION = 8,
  /**
   * Recursed deeper than its stack.
   */
  SAMPAN_TRAP_KIND_STACK_OVERFLOW = 9,
  /**
   * Made a call that it isn't permitted, and its policy says that this is a trap.
   */
  SAMPAN_TRAP_KIND_CALL_DENIED = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_trap_kind sampan_trap_kind;
#else
typedef uint8_t sampan_trap_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The engine that runs a container.
 */
enum sampan_engine_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Plain WebAssembly, translated when loaded.
   */
  SAMPAN_ENGINE_KIND_WASMI = 1,
  /**
   * Packed bytecode, run in place.
   */
  SAMPAN_ENGINE_KIND_PACKED = 2,
  /**
   * Native code, run in place.
   */
  SAMPAN_ENGINE_KIND_NATIVE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_engine_kind sampan_engine_kind;
#else
typedef uint8_t sampan_engine_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Severity of a log line; smaller is worse.
 */
enum sampan_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Something was lost or stopped.
   */
  SAMPAN_LOG_LEVEL_ERROR = 1,
  /**
   * Something was refused or is off.
   */
  SAMPAN_LOG_LEVEL_WARNING = 2,
  /**
   * A change worth knowing; what containers print to stdout.
   */
  SAMPAN_LOG_LEVEL_INFO = 3,
  /**
   * Detail for whoever looks for a fault.
   */
  SAMPAN_LOG_LEVEL_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_log_level sampan_log_level;
#else
typedef uint8_t sampan_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an image is verified for: it decides which sequence numbers pass.
 */
enum sampan_image_purpose
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * To install: it must be newer than what proved healthy.
   */
  SAMPAN_IMAGE_PURPOSE_INSTALL = 1,
  /**
   * To run: it must not be older.
   */
  SAMPAN_IMAGE_PURPOSE_RUN = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_image_purpose sampan_image_purpose;
#else
typedef uint8_t sampan_image_purpose;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * One of the lists of permissions that an image has.
 */
enum sampan_permission_list
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * What the code asks for.
   */
  SAMPAN_PERMISSION_LIST_REQUESTED = 1,
  /**
   * What the policy grants.
   */
  SAMPAN_PERMISSION_LIST_GRANTED = 2,
  /**
   * What the container may do: what is in both.
   */
  SAMPAN_PERMISSION_LIST_EFFECTIVE = 3,
  /**
   * What the code asks for but nothing of which is granted.
   */
  SAMPAN_PERMISSION_LIST_REFUSED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_permission_list sampan_permission_list;
#else
typedef uint8_t sampan_permission_list;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * One of the lists of texts that an image's policy has.
 */
enum sampan_policy_list
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Arguments, after the container's name.
   */
  SAMPAN_POLICY_LIST_ARGS = 1,
  /**
   * Environment: `NAME=value`.
   */
  SAMPAN_POLICY_LIST_ENV = 2,
  /**
   * Devices: the container's name for one, `=`, and the board's.
   */
  SAMPAN_POLICY_LIST_DEVICES = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_policy_list sampan_policy_list;
#else
typedef uint8_t sampan_policy_list;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a key may sign; roles add up.
 */
enum sampan_key_role
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Modules, packed bytecode and bills of materials.
   */
  SAMPAN_KEY_ROLE_DEVELOPER = 1,
  /**
   * Policies.
   */
  SAMPAN_KEY_ROLE_OPERATOR = 2,
  /**
   * Native code.
   */
  SAMPAN_KEY_ROLE_AOT = 4,
  /**
   * Trust stores: one of the two keys in the firmware.
   */
  SAMPAN_KEY_ROLE_ROOT = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_key_role sampan_key_role;
#else
typedef uint8_t sampan_key_role;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a device of the platform's table is. A name is unique among those of its kind.
 */
enum sampan_device_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * One digital line.
   */
  SAMPAN_DEVICE_KIND_GPIO = 1,
  /**
   * One channel of an analogue-digital converter.
   */
  SAMPAN_DEVICE_KIND_ADC = 2,
  /**
   * An I2C bus, this side being its controller.
   */
  SAMPAN_DEVICE_KIND_I2C = 3,
  /**
   * A peripheral on an SPI bus: its chip select, mode and clock go with the name.
   */
  SAMPAN_DEVICE_KIND_SPI = 4,
  /**
   * A serial line.
   */
  SAMPAN_DEVICE_KIND_UART = 5,
  /**
   * A sensor with a driver of its own.
   */
  SAMPAN_DEVICE_KIND_SENSOR = 6,
  /**
   * A socket: not in the table, but events have this kind.
   */
  SAMPAN_DEVICE_KIND_NET = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_device_kind sampan_device_kind;
#else
typedef uint8_t sampan_device_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a sensor's channel measures in.
 */
enum sampan_sensor_unit
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A number without a unit, or a count.
   */
  SAMPAN_SENSOR_UNIT_NONE = 0,
  /**
   * Degrees Celsius.
   */
  SAMPAN_SENSOR_UNIT_CELSIUS = 1,
  /**
   * Relative humidity, or another part of a whole, in percent.
   */
  SAMPAN_SENSOR_UNIT_PERCENT = 2,
  /**
   * Pascal.
   */
  SAMPAN_SENSOR_UNIT_PASCAL = 3,
  /**
   * Lux.
   */
  SAMPAN_SENSOR_UNIT_LUX = 4,
  /**
   * Metre.
   */
  SAMPAN_SENSOR_UNIT_METRE = 5,
  /**
   * Metre per second.
   */
  SAMPAN_SENSOR_UNIT_METRE_PER_SECOND = 6,
  /**
   * Metre per second squared.
   */
  SAMPAN_SENSOR_UNIT_METRE_PER_SECOND_SQUARED = 7,
  /**
   * Radian per second.
   */
  SAMPAN_SENSOR_UNIT_RADIAN_PER_SECOND = 8,
  /**
   * Tesla.
   */
  SAMPAN_SENSOR_UNIT_TESLA = 9,
  /**
   * Volt.
   */
  SAMPAN_SENSOR_UNIT_VOLT = 10,
  /**
   * Ampere.
   */
  SAMPAN_SENSOR_UNIT_AMPERE = 11,
  /**
   * Watt.
   */
  SAMPAN_SENSOR_UNIT_WATT = 12,
  /**
   * Hertz.
   */
  SAMPAN_SENSOR_UNIT_HERTZ = 13,
  /**
   * Second.
   */
  SAMPAN_SENSOR_UNIT_SECOND = 14,
  /**
   * Gram.
   */
  SAMPAN_SENSOR_UNIT_GRAM = 15,
  /**
   * Parts per million.
   */
  SAMPAN_SENSOR_UNIT_PARTS_PER_MILLION = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_sensor_unit sampan_sensor_unit;
#else
typedef uint8_t sampan_sensor_unit;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a socket carries.
 */
enum sampan_socket_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A stream: TCP.
   */
  SAMPAN_SOCKET_KIND_STREAM = 1,
  /**
   * Datagrams: UDP.
   */
  SAMPAN_SOCKET_KIND_DATAGRAM = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_socket_kind sampan_socket_kind;
#else
typedef uint8_t sampan_socket_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What follows a call that isn't permitted. It's counted, and told to the log once, in any case.
 */
enum sampan_denied_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The call answers with an error.
   */
  SAMPAN_DENIED_ACTION_ERROR = 0,
  /**
   * The container traps.
   */
  SAMPAN_DENIED_ACTION_TRAP = 1,
  /**
   * The container is stopped.
   */
  SAMPAN_DENIED_ACTION_STOP = 2,
  /**
   * The container is put aside until `sampan_container_release`.
   */
  SAMPAN_DENIED_ACTION_QUARANTINE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum sampan_denied_action sampan_denied_action;
#else
typedef uint8_t sampan_denied_action;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * One call of a host function. Opaque, and good only until that function returns.
 */
struct sampan_call;

/**
 * Containers on one arena. Opaque: it's made by `sampan_runtime_init`.
 */
struct sampan_runtime;

/**
 * What is decided for one container. Zero the struct, then set `size` and the members.
 */
struct sampan_container_options {
  /**
   * sizeof(struct sampan_container_options) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Its name: 1 to SAMPAN_MAX_NAME letters, digits, `-`, `_`, `.`, NUL-terminated; unique; not `sampan`.
   * NULL: `c` and the number of its slot.
   */
  const char *name;
  /**
   * Arguments, NUL-terminated each; by convention the first is the program's name. Copied.
   */
  const char *const *args;
  /**
   * Number of arguments, at most SAMPAN_MAX_ARGS. 0: the container's name alone.
   */
  uint32_t args_len;
  /**
   * Environment, `KEY=value`, NUL-terminated each. Copied.
   */
  const char *const *env;
  /**
   * Number of environment variables, at most SAMPAN_MAX_ARGS.
   */
  uint32_t env_len;
  /**
   * Bytes of its memory: engine, stack and linear memory together. 0: what its engine says it needs;
   * with the wasmi engine that is an estimate.
   */
  uint32_t memory_limit;
  /**
   * Bytes of its stack of values and frames, part of the memory limit. 0: 4096.
   */
  uint32_t stack_len;
  /**
   * Weight of its CPU time against the other containers', 1 to SAMPAN_MAX_SHARE. 0: 100.
   */
  uint16_t share;
  /**
   * Who goes first among those within their share: 0 (first) to SAMPAN_MAX_PRIORITY.
   */
  uint8_t priority;
  /**
   * What it may do: permissions such as `log` or `msg.pub:plant/#`, NUL-terminated each, at most SAMPAN_MAX_PERMISSION
   * bytes. Copied. Whatever isn't listed is denied.
   */
  const char *const *permissions;
  /**
   * Number of permissions, at most SAMPAN_MAX_PERMISSIONS. 0: it may do nothing but run and end.
   */
  uint32_t permissions_len;
  /**
   * Bytes of its mailbox, at most SAMPAN_MAX_MAILBOX. 0: 1024.
   */
  uint32_t mailbox_len;
  /**
   * Calls of Sampan's own and of WASI in a second. 0: any number.
   */
  uint32_t calls_per_second;
  /**
   * Messages in its mailbox. 0: as many as its bytes hold.
   */
  uint16_t queue_depth;
  /**
   * Handles open at a time, at most SAMPAN_MAX_HANDLES. 0: 8.
   */
  uint16_t handles;
  /**
   * `enum sampan_denied_action`: what follows a call that it may not make.
   */
  uint8_t denied_action;
};

/**
 * What a container is and does. Set `size` before the call.
 */
struct sampan_container_status {
  /**
   * sizeof(struct sampan_container_status) as the caller compiled it.
   */
  uint32_t size;
  /**
   * `enum sampan_container_state`.
   */
  uint8_t state;
  /**
   * `enum sampan_exit_kind`: why it ended, if it did.
   */
  uint8_t exit_kind;
  /**
   * `enum sampan_engine_kind`: the engine that runs it.
   */
  uint8_t engine;
  /**
   * 1 if it's running but waits in a call.
   */
  uint8_t waiting;
  /**
   * 1 if it was asked to stop and hasn't ended.
   */
  uint8_t stopping;
  /**
   * The number that goes with `exit_kind`: exit code, `enum sampan_trap_kind`, status.
   */
  int32_t exit_code;
  /**
   * Its name, NUL-terminated.
   */
  char name[24];
};

/**
 * Counters of a container since it was created. Set `size` before the call.
 */
struct sampan_container_stats {
  /**
   * sizeof(struct sampan_container_stats) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Times it was restarted.
   */
  uint32_t restarts;
  /**
   * Fuel used, in its engine's units.
   */
  uint64_t fuel;
  /**
   * Time it ran, in microseconds.
   */
  uint64_t cpu_us;
  /**
   * Times it was given a slice.
   */
  uint64_t activations;
  /**
   * Host functions it called.
   */
  uint64_t host_calls;
  /**
   * Longest it ran at a stretch, in microseconds.
   */
  uint32_t longest_us;
  /**
   * Bytes of its memory.
   */
  uint32_t memory_limit;
  /**
   * Bytes of it in use.
   */
  uint32_t memory_used;
  /**
   * Most bytes of it ever in use.
   */
  uint32_t memory_peak;
  /**
   * Bytes of linear memory, part of those in use.
   */
  uint32_t memory_linear;
  /**
   * 1 once it has said that this version works.
   */
  uint32_t confirmed;
  /**
   * Times it said that it still does its work.
   */
  uint32_t heartbeats;
  /**
   * When it last said so, by the platform's clock.
   */
  uint64_t heartbeat_us;
  /**
   * Calls that it wasn't permitted.
   */
  uint64_t denied_calls;
  /**
   * Calls refused because it had made too many in that second.
   */
  uint64_t throttled_calls;
  /**
   * Messages that its mailbox took.
   */
  uint64_t messages;
  /**
   * Messages that its mailbox was too full to take.
   */
  uint64_t messages_lost;
};

/**
 * A host function. Zero the struct, then set `size` and the members.
 */
struct sampan_host_function {
  /**
   * sizeof(struct sampan_host_function) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Import module, NUL-terminated, at most SAMPAN_MAX_IMPORT_NAME bytes of UTF-8; not `sampan:…` nor
   * `wasi_snapshot_preview1`. Borrowed as long as the runtime is in service.
   */
  const char *module;
  /**
   * Import field, likewise.
   */
  const char *name;
  /**
   * Its type, NUL-terminated: parameters in parentheses, then the result if there is one, as in
   * `(iI)f`. `i` is i32, `I` i64, `f` f32, `F` f64; at most SAMPAN_MAX_PARAMS parameters.
   */
  const char *signature;
  /**
   * Answers a call. `values` has one `uint64_t` an argument (32-bit ones zero-extended, floats as
   * their bits), and the result replaces `values[0]`. Returns 0 when done; `SAMPAN_STATUS_PENDING` after
   * `sampan_call_defer`; any other code faults the container with `SAMPAN_EXIT_KIND_HOST_ERROR` and
   * that code.
   *
   * Called from within `sampan_runtime_poll`, the lock held, on the engine's stack: no function may be
   * called but `sampan_call_*` and `sampan_runtime_wake`; the others answer
   * `SAMPAN_STATUS_WRONG_CONTEXT`. Not NULL.
   */
  int32_t (*call)(void *ctx, struct sampan_call *call, uint64_t *values);
  /**
   * Handed back to `call`.
   */
  void *ctx;
  /**
   * The permission that a container needs to call it, such as `relay` or `relay:left`, NUL-terminated; borrowed likewise.
   * Without it the call isn't made: it answers -1, or NaN, or what the container's policy says. NULL: it's open to
   * every container that imports it.
   */
  const char *permission;
};

/**
 * What a verified image says. Set `size` before the call.
 */
struct sampan_image_info {
  /**
   * sizeof(struct sampan_image_info) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Version, for people: major, minor, patch.
   */
  uint32_t version[3];
  /**
   * Sequence number: rises with each release.
   */
  uint64_t sequence;
  /**
   * The container's id, NUL-terminated.
   */
  char container[24];
  /**
   * Number of its parts: see `sampan_image_part`.
   */
  uint32_t parts_len;
  /**
   * Number of its signatures: see `sampan_image_signer`.
   */
  uint32_t signers_len;
  /**
   * Permissions that its code asks for.
   */
  uint32_t requested_len;
  /**
   * Permissions that it has; some may overlap.
   */
  uint32_t effective_len;
  /**
   * Permissions that it asks for but has nothing of.
   */
  uint32_t refused_len;
  /**
   * Bytes of memory; SAMPAN_NOT_SAID, as in all budgets, if the policy doesn't say.
   */
  uint32_t memory_bytes;
  /**
   * Bytes of stack.
   */
  uint32_t stack_bytes;
  /**
   * Weight of its CPU time.
   */
  uint32_t cpu_share;
  /**
   * Priority.
   */
  uint32_t priority;
  /**
   * Longest activation in ms.
   */
  uint32_t activation_ms;
  /**
   * Host calls a second.
   */
  uint32_t calls_per_second;
  /**
   * Messages in its mailbox.
   */
  uint32_t queue_depth;
  /**
   * Handles open at a time.
   */
  uint32_t handles;
  /**
   * Bytes of key-value storage.
   */
  uint32_t kv_bytes;
  /**
   * Delay of the first restart in ms; SAMPAN_NOT_SAID, as in the next three, if the policy doesn't say.
   */
  uint32_t backoff_ms;
  /**
   * Longest delay of a restart in ms.
   */
  uint32_t backoff_cap_ms;
  /**
   * Faults within the window that lead to quarantine.
   */
  uint32_t quarantine_after;
  /**
   * The window in seconds.
   */
  uint32_t window_s;
  /**
   * `enum sampan_key_role`, added up: the roles of its signers.
   */
  uint8_t roles;
  /**
   * What follows a call that isn't permitted: 0 an error, 1 a trap, 2 stop, 3 quarantine.
   */
  uint8_t denied;
  /**
   * What follows a fault: 0 stop, 1 restart, 2 quarantine, 3 the firmware decides.
   */
  uint8_t fault;
  /**
   * 1 if it's to be started when the device starts.
   */
  uint8_t autostart;
};

/**
 * One part of an image. Set `size` before the call.
 */
struct sampan_image_part {
  /**
   * sizeof(struct sampan_image_part) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Where its payload begins, from the beginning of the image.
   */
  uint32_t offset;
  /**
   * Bytes of its payload.
   */
  uint32_t len;
  /**
   * What it is: `m` module, `b` packed bytecode, `a` native code, `p` policy, `s` bill of materials.
   */
  char part;
  /**
   * SHA-256 of its payload.
   */
  uint8_t digest[32];
};

/**
 * One signature of an image. Set `size` before the call.
 */
struct sampan_image_signer {
  /**
   * sizeof(struct sampan_image_signer) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Id of the key that it names.
   */
  uint8_t key_id[16];
  /**
   * Bytes of that id, 0 if it names none.
   */
  uint8_t key_id_len;
};

/**
 * A message that the firmware has subscribed to.
 */
struct sampan_message {
  /**
   * sizeof(struct sampan_message) as the library was compiled.
   */
  uint32_t size;
  /**
   * The container that sent it; 0: the firmware itself.
   */
  uint32_t sender;
  /**
   * Its topic, not NUL-terminated.
   */
  const char *topic;
  /**
   * Bytes of `topic`.
   */
  size_t topic_len;
  /**
   * What it says.
   */
  const uint8_t *payload;
  /**
   * Bytes of `payload`.
   */
  size_t payload_len;
  /**
   * For `sampan_message_reply`, if the sender waits for an answer; else 0.
   */
  uint64_t token;
};

/**
 * A driver of digital lines. Levels are logical: 1 is active. See `sampan_device_ops`.
 */
struct sampan_gpio_ops {
  /**
   * sizeof(struct sampan_gpio_ops) as the driver compiled it.
   */
  uint32_t size;
  /**
   * Reads the level, 0 or 1.
   */
  int32_t (*read)(void *ctx, uint8_t *out_level);
  /**
   * Sets the level, 0 or 1. NULL for an input.
   */
  int32_t (*write)(void *ctx, uint8_t level);
  /**
   * Says at which edges to call `sampan_device_event` on `rt` with SAMPAN_DEVICE_KIND_GPIO, `index` and the edge: bits
   * SAMPAN_EDGE_*, 0 for none any more. NULL if edges can't be told.
   */
  int32_t (*watch)(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t edges);
};

/**
 * By what a driver answers an operation that it couldn't do at once.
 */
struct sampan_operation {
  /**
   * sizeof(struct sampan_operation) as the library was compiled.
   */
  uint32_t size;
  /**
   * Where the bytes to be sent lie in the guest's memory: the driver's pointer to them is good only until it
   * returns; later `sampan_pending_read` fetches them.
   */
  uint32_t write_addr;
  /**
   * Where received bytes go in the guest's memory: later `sampan_pending_write` puts them there.
   */
  uint32_t read_addr;
  /**
   * The runtime, for `sampan_call_complete` and the others.
   */
  struct sampan_runtime *rt;
  /**
   * For `sampan_call_complete`, whose result is then what the operation would have answered: a negative status,
   * or else the number that it would have written, as a `uint32_t`. 0: nobody waits, so that an operation which can't
   * be done at once answers `SAMPAN_STATUS_BUSY`.
   */
  uint64_t token;
};

/**
 * A driver of analogue inputs. See `sampan_device_ops`.
 */
struct sampan_adc_ops {
  /**
   * sizeof(struct sampan_adc_ops) as the driver compiled it.
   */
  uint32_t size;
  /**
   * Converts once: a count from 0 to `raw_max`.
   */
  int32_t (*read)(void *ctx, const struct sampan_operation *operation, uint32_t *out_raw);
  /**
   * Tells what counts mean: the largest one, at least 1 and at most INT32_MAX, and the microvolts at 0 and at that.
   */
  int32_t (*scale)(void *ctx, uint32_t *out_raw_max, int32_t *out_min_uv, int32_t *out_max_uv);
};

/**
 * A driver of I2C buses, this side being the controller. See `sampan_device_ops`.
 */
struct sampan_i2c_ops {
  /**
   * sizeof(struct sampan_i2c_ops) as the driver compiled it.
   */
  uint32_t size;
  /**
   * Writes `write_len` bytes, reads `read_len`, or reads after writing by a repeated start; a length of 0 leaves that part
   * out, but never both are. `address_bits` is 7 or 10. Not acknowledged by anyone, the address is
   * answered with `SAMPAN_STATUS_NOT_FOUND`. Later, the number that it ends with is `read_len`.
   */
  int32_t (*transfer)(void *ctx,
                      uint16_t address,
                      uint8_t address_bits,
                      const uint8_t *write,
                      size_t write_len,
                      uint8_t *read,
                      size_t read_len,
                      const struct sampan_operation *operation);
};

/**
 * A driver of SPI peripherals: chip select, mode and clock go with the device. See `sampan_device_ops`.
 */
struct sampan_spi_ops {
  /**
   * sizeof(struct sampan_spi_ops) as the driver compiled it.
   */
  uint32_t size;
  /**
   * Selects the peripheral, sends `len` bytes while it receives as many into the same place, and lets it go. `len` isn't 0.
   * Later, the number that it ends with is `len`.
   */
  int32_t (*transfer)(void *ctx, uint8_t *bytes, size_t len, const struct sampan_operation *operation);
};

/**
 * A driver of serial lines. See `sampan_device_ops`.
 */
struct sampan_uart_ops {
  /**
   * sizeof(struct sampan_uart_ops) as the driver compiled it.
   */
  uint32_t size;
  /**
   * Sends as many of the bytes as there is room for, at least one, and tells how many; or all of them later.
   */
  int32_t (*write)(void *ctx,
                   const uint8_t *bytes,
                   size_t len,
                   const struct sampan_operation *operation,
                   uint32_t *out_len);
  /**
   * Takes bytes that have come, at most `len`, and tells how many; 0 if there are none.
   */
  int32_t (*read)(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len);
  /**
   * Says when to call `sampan_device_event` on `rt` with SAMPAN_DEVICE_KIND_UART, `index` and what is so: bits SAMPAN_READY_*,
   * 0 for never. What is so already is told at once. NULL if it can't be told.
   */
  int32_t (*watch)(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t readiness);
};

/**
 * One thing that a sensor measures: value * 10^exponent in a unit.
 */
struct sampan_sensor_channel {
  /**
   * As the name of a device; unique in the sensor.
   */
  const char *name;
  /**
   * `enum sampan_sensor_unit`.
   */
  uint8_t unit;
  /**
   * Power of ten that a value is multiplied by: -3 for thousandths.
   */
  int8_t exponent;
};

/**
 * A driver of sensors. See `sampan_device_ops`.
 */
struct sampan_sensor_ops {
  /**
   * sizeof(struct sampan_sensor_ops) as the driver compiled it.
   */
  uint32_t size;
  /**
   * What the sensor measures. NULL only if that is nothing. Borrowed like the table of devices.
   */
  const struct sampan_sensor_channel *channels;
  /**
   * Number of channels.
   */
  size_t channels_len;
  /**
   * Measures the channel of that number, counted from 0. Later, the value is put at the operation's `read_addr` by
   * `sampan_pending_write`, 4 bytes with the lowest first, and the number that it ends with is 0.
   */
  int32_t (*read)(void *ctx, uint32_t channel, const struct sampan_operation *operation, int32_t *out_value);
};

/**
 * The functions of one driver; all devices of a type may share them.
 *
 * They are called from thread context, the runtime's lock held, and must not block: an operation is done within the millisecond
 * or so that a slice takes, or it answers `SAMPAN_STATUS_PENDING` and `sampan_call_complete` ends it later. They may call
 * nothing of the runtime but that, `sampan_device_event` and `sampan_runtime_wake`. A function that is NULL is answered for
 * with `SAMPAN_STATUS_UNSUPPORTED`, and each may answer that, `_INVALID_ARGUMENT`, `_BUSY` or `_PLATFORM` itself.
 */
union sampan_device_ops {
  /**
   * Of SAMPAN_DEVICE_KIND_GPIO.
   */
  const struct sampan_gpio_ops *gpio;
  /**
   * Of SAMPAN_DEVICE_KIND_ADC.
   */
  const struct sampan_adc_ops *adc;
  /**
   * Of SAMPAN_DEVICE_KIND_I2C.
   */
  const struct sampan_i2c_ops *i2c;
  /**
   * Of SAMPAN_DEVICE_KIND_SPI.
   */
  const struct sampan_spi_ops *spi;
  /**
   * Of SAMPAN_DEVICE_KIND_UART.
   */
  const struct sampan_uart_ops *uart;
  /**
   * Of SAMPAN_DEVICE_KIND_SENSOR.
   */
  const struct sampan_sensor_ops *sensor;
};

/**
 * A device that containers may be granted, under the name by which they ask for it.
 *
 * Which pin, channel or bus that is, its direction, pull and clock are the driver's: no container can change them.
 */
struct sampan_device {
  /**
   * 1 to SAMPAN_MAX_DEVICE_NAME letters, digits, `-`, `_`, `.`, NUL-terminated; unique among those of its kind.
   */
  const char *name;
  /**
   * What the driver's functions get as their first argument.
   */
  void *ctx;
  /**
   * The driver's functions. Not NULL.
   */
  union sampan_device_ops ops;
  /**
   * `enum sampan_device_kind`: which member of `ops` is set. Not SAMPAN_DEVICE_KIND_NET.
   */
  uint8_t kind;
};

/**
 * The flash region that images and records are kept in. An erased byte is 0xff.
 *
 * All functions are called from thread context, one at a time, offsets and lengths within the region and multiples of the unit that
 * is concerned. They may block for as long as the part takes, and return 0 or `SAMPAN_STATUS_PLATFORM`.
 */
struct sampan_flash {
  /**
   * sizeof(struct sampan_flash) as the port compiled it.
   */
  uint32_t size;
  /**
   * Bytes of the region: a multiple of `erase_len`.
   */
  uint32_t len;
  /**
   * Bytes that are erased together: a power of two, and a multiple of `program_len`.
   */
  uint32_t erase_len;
  /**
   * Bytes that are programmed together, once between two erases: a power of two.
   */
  uint32_t program_len;
  /**
   * Where the region can be read in place; NULL if it can't.
   */
  const uint8_t *mapped;
  /**
   * Handed back as the first argument of every function.
   */
  void *ctx;
  /**
   * Reads bytes at any place. Not NULL.
   */
  int32_t (*read)(void *ctx, uint32_t offset, uint8_t *buf, size_t len);
  /**
   * Erases whole units. Power may fail meanwhile: they then hold any bits, and no other byte has changed. Not NULL.
   */
  int32_t (*erase)(void *ctx, uint32_t offset, uint32_t len);
  /**
   * Programs whole units that are erased; `SAMPAN_STATUS_WRONG_STATE` if it sees that one isn't. Power may fail meanwhile: any
   * subset of their bits is then programmed, and no other byte has changed. Not NULL.
   */
  int32_t (*program)(void *ctx, uint32_t offset, const uint8_t *data, size_t len);
};

/**
 * An address and a port of the internet protocols.
 */
struct sampan_net_address {
  /**
   * The address, in the order in which it's written; the first 4 bytes for IPv4.
   */
  uint8_t ip[16];
  /**
   * Bytes of the address: 4 or 16.
   */
  uint8_t ip_len;
  /**
   * The port, as a number.
   */
  uint16_t port;
};

/**
 * Sockets. A member that is NULL is answered for with `SAMPAN_STATUS_UNSUPPORTED`.
 *
 * All are called from thread context, the runtime's lock held, and must not block: where there is nothing to take, or no room, they
 * answer `SAMPAN_STATUS_BUSY`, and what `watch` asked for is told by `sampan_device_event`. `socket` is a number that
 * `open` or `accept` gave; any other is answered with `SAMPAN_STATUS_INVALID_ARGUMENT`. What can't be reached is answered with
 * `_NOT_FOUND`, what the socket's state doesn't allow with `_WRONG_STATE`, a family or kind that isn't there with
 * `_UNSUPPORTED`, sockets all in use with `_TABLE_FULL`, anything else with `_PLATFORM`.
 */
struct sampan_net {
  /**
   * sizeof(struct sampan_net) as the port compiled it.
   */
  uint32_t size;
  /**
   * Handed back as the first argument of every function.
   */
  void *ctx;
  /**
   * Makes a socket of a kind (`enum sampan_socket_kind`), for addresses of `ip_len` bytes.
   */
  int32_t (*open)(void *ctx, uint8_t kind, uint8_t ip_len, uint32_t *out_socket);
  /**
   * Gives it a local address; port 0: any that is free. `_WRONG_STATE` if it's taken.
   */
  int32_t (*bind)(void *ctx, uint32_t socket, const struct sampan_net_address *address);
  /**
   * Tells its local address.
   */
  int32_t (*local)(void *ctx, uint32_t socket, struct sampan_net_address *out_address);
  /**
   * Has it take connections.
   */
  int32_t (*listen)(void *ctx, uint32_t socket);
  /**
   * Gives the next connection to it, and who made it.
   */
  int32_t (*accept)(void *ctx, uint32_t socket, uint32_t *out_socket, struct sampan_net_address *out_address);
  /**
   * Connects it, or says where its datagrams go: `_BUSY` while that is under way; asked again, it tells how far that has come.
   */
  int32_t (*connect)(void *ctx, uint32_t socket, const struct sampan_net_address *address);
  /**
   * Sends as much as there is room for, or one datagram; `address` is NULL for where it's connected. Tells how many bytes.
   * `_OUT_OF_BOUNDS` for a datagram too large.
   */
  int32_t (*send)(void *ctx,
                  uint32_t socket,
                  const uint8_t *bytes,
                  size_t len,
                  const struct sampan_net_address *address,
                  uint32_t *out_len);
  /**
   * Takes what has come, 0 bytes if the other side has ended the stream; or one datagram, cut to `len`. Tells how many
   * bytes and from where.
   */
  int32_t (*receive)(void *ctx,
                     uint32_t socket,
                     uint8_t *buf,
                     size_t len,
                     uint32_t *out_len,
                     struct sampan_net_address *out_address);
  /**
   * Says when to call `sampan_device_event` on `rt` with SAMPAN_DEVICE_KIND_NET, `socket` and what is so: bits SAMPAN_READY_*, 0
   * for never. Each bit is told once, at once if it is so already, and then no more until it's asked for again.
   */
  int32_t (*watch)(void *ctx, struct sampan_runtime *rt, uint32_t socket, uint32_t readiness);
  /**
   * Ends it. Its number is free again.
   */
  int32_t (*close)(void *ctx, uint32_t socket);
  /**
   * Looks a host's name up; `name` isn't NUL-terminated. Later, 16 bytes are put at the operation's `read_addr`, an IPv4 address
   * mapped into IPv6, and the number that it ends with is 0.
   */
  int32_t (*resolve)(void *ctx,
                     const char *name,
                     size_t name_len,
                     const struct sampan_operation *operation,
                     struct sampan_net_address *out_address);
};

/**
 * Services that a port gives the runtime. Zero the struct, then set `size` and the members; those up to `fatal` are required.
 *
 * None may call into the runtime. What pointers lead to is borrowed as long as the runtime is in service, and doesn't change.
 */
struct sampan_platform {
  /**
   * sizeof(struct sampan_platform) as the port compiled it.
   */
  uint32_t size;
  /**
   * Handed back as the first argument of every member.
   */
  void *ctx;
  /**
   * Microseconds since an arbitrary start. Any context. Never goes back or wraps.
   */
  uint64_t (*now_us)(void *ctx);
  /**
   * Waits for the runtime's lock: a mutex with priority inheritance on an RTOS. Returns 0, or
   * `SAMPAN_STATUS_WRONG_CONTEXT` if the caller holds it already or is an ISR; the function that wanted
   * it answers that, and `SAMPAN_STATUS_PLATFORM` should it be anything else. Thread context.
   */
  int32_t (*lock)(void *ctx);
  /**
   * Gives the lock back. Thread context.
   */
  void (*unlock)(void *ctx);
  /**
   * Ends the wait between two polls. Any context, ISR included.
   */
  void (*wake)(void *ctx);
  /**
   * Fills `buf` with random bytes. Returns 0 or `SAMPAN_STATUS_PLATFORM`. Thread context; may block.
   */
  int32_t (*entropy)(void *ctx, uint8_t *buf, size_t len);
  /**
   * Takes one line, without its end; neither text is NUL-terminated, and `line` need not be UTF-8.
   * `source` is the container's name, or `sampan`. Thread context, lock held; should not block.
   */
  void (*log)(void *ctx,
              uint8_t level,
              const char *source,
              size_t source_len,
              const char *line,
              size_t line_len);
  /**
   * The runtime has a defect and is out of service; `message` says where. Ends the task that runs it,
   * or the system; must not return. Thread context; the lock may be held.
   */
  void (*fatal)(void *ctx, const char *message, size_t len);
  /**
   * Microseconds since 1970-01-01 00:00 UTC, 0 while that isn't known. Thread context; doesn't block. May be NULL.
   */
  uint64_t (*wall_us)(void *ctx);
  /**
   * The devices that there are, in any order. NULL only if `devices_len` is 0.
   */
  const struct sampan_device *devices;
  /**
   * Number of devices, at most SAMPAN_MAX_DEVICES.
   */
  size_t devices_len;
  /**
   * The flash region. May be NULL.
   */
  const struct sampan_flash *flash;
  /**
   * Sockets. May be NULL.
   */
  const struct sampan_net *net;
};

/**
 * A container's state has changed.
 */
struct sampan_event {
  /**
   * sizeof(struct sampan_event) as the library was compiled.
   */
  uint32_t size;
  /**
   * Whose.
   */
  uint32_t container;
  /**
   * `enum sampan_container_state`: the state it has now.
   */
  uint8_t state;
  /**
   * `enum sampan_exit_kind`: why it ended, if it did.
   */
  uint8_t exit_kind;
  /**
   * The number that goes with `exit_kind`.
   */
  int32_t exit_code;
};

/**
 * Some bytes.
 */
struct sampan_bytes {
  /**
   * Where they begin. Not NULL.
   */
  const uint8_t *start;
  /**
   * How many.
   */
  size_t len;
};

/**
 * The anti-rollback counter of one container, or of the trust store.
 */
struct sampan_counter {
  /**
   * Sequence number of the newest image that proved healthy, 0 if there was none.
   */
  uint64_t confirmed;
  /**
   * Sequence number below which no image runs, healthy or not; 0 for no such floor.
   */
  uint64_t floor;
};

/**
 * Crypto and counters. Zero the struct, then set `size` and the members. Keys stay with whoever implements
 * it: PSA Crypto (ports/crypto), a secure element, or the built-in Rust where a member is NULL.
 *
 * All are called in thread context, the runtime's lock held, and may block, but not call into the runtime.
 */
struct sampan_crypto {
  /**
   * sizeof(struct sampan_crypto) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Handed back as the first argument of every member.
   */
  void *ctx;
  /**
   * Writes the SHA-256 of the pieces, one after another, and returns 0, or `SAMPAN_STATUS_PLATFORM`.
   * NULL: built in.
   */
  int32_t (*sha256)(void *ctx, const struct sampan_bytes *pieces, size_t pieces_len, uint8_t *out_hash);
  /**
   * Whether `signature` (64 bytes: r, then s) is that of `hash` (32 bytes) under the P-256 point `key` (64
   * bytes: x, then y), all big-endian. Returns 0 if it is, `SAMPAN_STATUS_UNTRUSTED` if it isn't or if the
   * key is no point of the curve, `SAMPAN_STATUS_PLATFORM` without a verdict. NULL: built in.
   */
  int32_t (*verify_es256)(void *ctx, const uint8_t *key, const uint8_t *hash, const uint8_t *signature);
  /**
   * Whether `signature` (64 bytes) is the Ed25519 signature of `message` under `key` (32 bytes); returns as
   * `verify_es256`. NULL: built in with the feature `ed25519`, else such signatures get no verdict and are
   * refused.
   */
  int32_t (*verify_ed25519)(void *ctx,
                            const uint8_t *key,
                            const uint8_t *message,
                            size_t message_len,
                            const uint8_t *signature);
  /**
   * Reads the counter of a container by its id, not NUL-terminated; `container_len` is 0 for the trust
   * store's. Returns 0, or `SAMPAN_STATUS_PLATFORM`, which refuses the image. Required: a counter that
   * forgets would let old images come back, so there is none built in.
   */
  int32_t (*counter_read)(void *ctx,
                          const char *container,
                          size_t container_len,
                          struct sampan_counter *out_counter);
  /**
   * Makes `sequence`, which is above what `counter_read` tells, the `confirmed` of a counter for good: it
   * must survive a reset. Returns 0, or `SAMPAN_STATUS_PLATFORM` with nothing changed. Required.
   */
  int32_t (*counter_raise)(void *ctx, const char *container, size_t container_len, uint64_t sequence);
};

/**
 * Whose images run. Zero the struct, then set `size` and the members; all are required.
 */
struct sampan_authority {
  /**
   * sizeof(struct sampan_authority) as the caller compiled it.
   */
  uint32_t size;
  /**
   * The vendor's UUID; images for another one are refused. What class of device this is follows from it and
   * from the engines that are linked.
   */
  uint8_t vendor_id[16];
  /**
   * The two root keys, which sign trust stores: points on P-256, x then y, big-endian. They differ.
   */
  uint8_t root_keys[2][64];
  /**
   * Who hashes, verifies and counts. Borrowed as long as the runtime is in service. Not NULL.
   */
  const struct sampan_crypto *crypto;
};

/**
 * What the owner of a runtime decides. Zero the struct, then set `size` and the members.
 */
struct sampan_config {
  /**
   * sizeof(struct sampan_config) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Memory for everything the runtime and its containers ever use. Its bytes are the runtime's until
   * `sampan_runtime_deinit`. Any alignment; not NULL.
   */
  void *arena;
  /**
   * Bytes of `arena`.
   */
  size_t arena_len;
  /**
   * What the port provides. Copied. Not NULL.
   */
  const struct sampan_platform *platform;
  /**
   * Containers at a time, at most SAMPAN_MAX_CONTAINERS. 0: 8.
   */
  uint32_t max_containers;
  /**
   * Host functions that can be registered, at most SAMPAN_MAX_HOST_FUNCTIONS. 0: 32.
   */
  uint32_t max_host_functions;
  /**
   * Fuel of one slice, SAMPAN_MIN_SLICE_FUEL to SAMPAN_MAX_SLICE_FUEL: how long a container runs
   * before another one, or the firmware, has its turn. 0: 10000, with wasmi on a Cortex-M4 about 125000
   * instructions.
   */
  uint32_t slice_fuel;
  /**
   * Bytes of the stack that engines run on, host functions included, and interrupts where they use
   * the interrupted stack. 0: what wasmi needs, with room for both. The packed engine has no stack of
   * its own: it runs on that of the caller of `sampan_runtime_poll`.
   */
  uint32_t engine_stack_len;
  /**
   * Told when a container's state has changed, from within `sampan_runtime_poll`, without the lock:
   * it may call any function but `sampan_runtime_deinit`. Changes that follow one another between two polls are told as one.
   * May be NULL.
   */
  void (*event)(void *ctx, const struct sampan_event *event);
  /**
   * Handed back to `event`.
   */
  void *event_ctx;
  /**
   * Whose images run, for `sampan_trust_install` and `sampan_image_create`. Borrowed as long as the runtime is
   * in service. NULL: no signed image runs.
   */
  const struct sampan_authority *authority;
  /**
   * 1: only signed images run, and `sampan_container_create` refuses every module. 0: both.
   */
  uint8_t signed_only;
  /**
   * Topics that the firmware itself can subscribe to, at most SAMPAN_MAX_SUBSCRIBERS. 0: 8.
   */
  uint32_t max_subscribers;
};

/**
 * Counters of the runtime. Set `size` before the call.
 */
struct sampan_runtime_stats {
  /**
   * sizeof(struct sampan_runtime_stats) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Containers that exist.
   */
  uint32_t containers;
  /**
   * Bytes of the arena that blocks can be made of.
   */
  size_t arena_len;
  /**
   * Bytes of it in use.
   */
  size_t arena_used;
  /**
   * Most bytes of it ever in use.
   */
  size_t arena_peak;
  /**
   * Bytes of the runtime's own data for each container that can exist, beside its engine's.
   */
  uint32_t container_overhead;
  /**
   * Bytes of the stack that engines run on.
   */
  uint32_t engine_stack_len;
  /**
   * Most bytes of it ever in use.
   */
  uint32_t engine_stack_peak;
  /**
   * Polls so far.
   */
  uint64_t polls;
  /**
   * Events of devices that came in.
   */
  uint32_t device_events;
  /**
   * Events of devices that were lost, since more came than can wait for a poll.
   */
  uint32_t device_events_lost;
};

/**
 * One key of the trust store. Set `size` before the call.
 */
struct sampan_trust_key {
  /**
   * sizeof(struct sampan_trust_key) as the caller compiled it.
   */
  uint32_t size;
  /**
   * Its id.
   */
  uint8_t id[16];
  /**
   * Bytes of its id, 1 to 16.
   */
  uint8_t id_len;
  /**
   * `enum sampan_key_role`, added up: what it may sign.
   */
  uint8_t roles;
  /**
   * 1 if it's revoked: then nothing that it signed runs.
   */
  uint8_t revoked;
  /**
   * What the ids of containers begin with that it may speak for, NUL-terminated; empty for all.
   */
  char prefix[24];
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Tells which container calls.
 *
 * - `call`: as given to the host function. Not NULL.
 * - `out_id`: gets the container's id. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK` or `_NULL_POINTER`.
 * Context: the host function that `call` was given to.
 *
 * # Safety
 *
 * `call` is current. `out_id` is aligned and writable.
 */
sampan_status sampan_call_container(struct sampan_call *call, uint32_t *out_id);

/**
 * Copies bytes out of the guest's memory.
 *
 * - `call`: as given to the host function. Not NULL.
 * - `guest_addr`: where they lie in the guest's linear memory.
 * - `buf`, `len`: where they go. NULL only if `len` is 0.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, or `_OUT_OF_BOUNDS` if any of them lies outside.
 * Context: the host function that `call` was given to.
 *
 * # Safety
 *
 * `call` is current. `buf` is writable for `len` bytes.
 */
sampan_status sampan_call_read(struct sampan_call *call, uint32_t guest_addr, uint8_t *buf, size_t len);

/**
 * Copies bytes into the guest's memory.
 *
 * - `call`: as given to the host function. Not NULL.
 * - `guest_addr`: where they go in the guest's linear memory.
 * - `buf`, `len`: the bytes. NULL only if `len` is 0.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, or `_OUT_OF_BOUNDS` if any of them would lie outside; then
 * none is written.
 * Context: the host function that `call` was given to.
 *
 * # Safety
 *
 * `call` is current. `buf` is readable for `len` bytes.
 */
sampan_status sampan_call_write(struct sampan_call *call,
                                uint32_t guest_addr,
                                const uint8_t *buf,
                                size_t len);

/**
 * Gives access to bytes of the guest's memory in place.
 *
 * - `call`: as given to the host function. Not NULL.
 * - `guest_addr`, `len`: the bytes in the guest's linear memory.
 * - `out_bytes`: gets their address, good until the host function returns. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, or `_OUT_OF_BOUNDS` if any of them lies outside.
 * Context: the host function that `call` was given to.
 *
 * # Safety
 *
 * `call` is current. `out_bytes` is aligned and writable. No byte beyond `len` is touched, nor any after
 * the host function returned.
 */
sampan_status sampan_call_slice(struct sampan_call *call,
                                uint32_t guest_addr,
                                size_t len,
                                uint8_t **out_bytes);

/**
 * Parks the call: the host function then returns `SAMPAN_STATUS_PENDING`, the container waits, and
 * `sampan_call_complete` or `sampan_call_fail` answers.
 *
 * - `call`: as given to the host function. Not NULL.
 * - `out_token`: gets what names the call from then on. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK` or `_NULL_POINTER`.
 * Context: the host function that `call` was given to.
 *
 * # Safety
 *
 * `call` is current. `out_token` is aligned and writable.
 */
sampan_status sampan_call_defer(struct sampan_call *call, uint64_t *out_token);

/**
 * Answers a parked call. The container runs on at the next poll, which is woken.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `token`: from `sampan_call_defer`. One whose call is over is dropped at the next poll, with a line in the log.
 * - `result`: the result's bits; ignored if the host function has none.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, or `_BUSY` if more answers than there
 * can be containers came since the last poll.
 * Context: any, ISR and host function included; never blocks.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_call_complete(struct sampan_runtime *rt,
                                   uint64_t token,
                                   uint64_t result);

/**
 * Answers a parked call with a failure, which faults its container with `SAMPAN_EXIT_KIND_HOST_ERROR`.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `token`: from `sampan_call_defer`. One whose call is over is dropped at the next poll, with a line in the log.
 * - `code`: what the container's exit code becomes.
 *
 * Returns what `sampan_call_complete` does.
 * Context: any, ISR and host function included; never blocks.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_call_fail(struct sampan_runtime *rt,
                               uint64_t token,
                               int32_t code);

/**
 * Copies bytes out of the memory of a container that waits in a parked call.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `token`: from `sampan_call_defer`.
 * - `guest_addr`: where they lie in the guest's linear memory.
 * - `buf`, `len`: where they go. NULL only if `len` is 0.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_CALL` if the call is over,
 * `_OUT_OF_BOUNDS` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `buf` is writable for `len` bytes.
 */
sampan_status sampan_pending_read(struct sampan_runtime *rt,
                                  uint64_t token,
                                  uint32_t guest_addr,
                                  uint8_t *buf,
                                  size_t len);

/**
 * Copies bytes into the memory of a container that waits in a parked call.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `token`: from `sampan_call_defer`.
 * - `guest_addr`: where they go in the guest's linear memory.
 * - `buf`, `len`: the bytes. NULL only if `len` is 0.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_CALL` if the call is over,
 * `_OUT_OF_BOUNDS` (then none is written) or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `buf` is readable for `len` bytes.
 */
sampan_status sampan_pending_write(struct sampan_runtime *rt,
                                   uint64_t token,
                                   uint32_t guest_addr,
                                   const uint8_t *buf,
                                   size_t len);

/**
 * Loads a module without running any of it.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `image`, `image_len`: the module. Borrowed, not copied, until `sampan_container_remove`.
 * - `options`: read and copied; NULL for all defaults, which permit nothing.
 * - `out_id`: gets the new container's id. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`;
 * `_DUPLICATE` for the name; `_NO_SLOT`; `_NO_MEMORY`; `_BAD_IMAGE`, `_UNSUPPORTED`; `_UNKNOWN_IMPORT`,
 * `_IMPORT_TYPE`; `_NO_ENTRY` without an export `_start`; `_UNTRUSTED` where only signed images run; `_INTERNAL`
 * for a defect in its engine. On an error
 * nothing has changed, and if it is the module that was refused, a line in the log says what was wrong.
 * Context: thread; takes the runtime lock, so it may block. Loading isn't sliced: with an engine that
 * translates its modules it takes time in proportion to the module.
 *
 * # Safety
 *
 * `image` stays readable and unchanged for `image_len` bytes until the container is removed or the
 * runtime taken out of service. `options` and what it points to are readable. `out_id` is aligned and
 * writable.
 */
sampan_status sampan_container_create(struct sampan_runtime *rt,
                                      const uint8_t *image,
                                      size_t image_len,
                                      const struct sampan_container_options *options,
                                      uint32_t *out_id);

/**
 * Starts a container that was created and never run.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, `_WRONG_STATE`; `_NO_MEMORY` or `_INTERNAL`, and then the container is faulted.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_start(struct sampan_runtime *rt,
                                     uint32_t id);

/**
 * Keeps a running container from running. Whatever it waits for may come meanwhile.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` unless it is running and was not asked to stop.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_pause(struct sampan_runtime *rt,
                                     uint32_t id);

/**
 * Lets a paused container run on. Sleeps that ran out meanwhile are over.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` unless it is paused.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_resume(struct sampan_runtime *rt,
                                      uint32_t id);

/**
 * Ends a container now, whatever it does: a busy loop, a sleep, a pending call.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` if it has ended already.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_kill(struct sampan_runtime *rt,
                                    uint32_t id);

/**
 * Runs a container from its beginning again with fresh memory, whatever its state but quarantined. Not sliced: an
 * engine that translates its modules does so again.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`;
 * `_UNTRUSTED` once its image is no longer trusted, `_WRONG_STATE` if it is in quarantine; `_NO_MEMORY` or `_INTERNAL`, and
 * then the container is faulted.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_restart(struct sampan_runtime *rt,
                                       uint32_t id);

/**
 * Forgets a container that is neither running nor paused nor in quarantine, and gives all its memory back. Its id is
 * stale from then on.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID` or `_WRONG_STATE`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_remove(struct sampan_runtime *rt,
                                      uint32_t id);

/**
 * Lets a container go that its policy has put in quarantine: it's stopped from then on.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` unless it is in quarantine.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_release(struct sampan_runtime *rt,
                                       uint32_t id);

/**
 * Asks a container to end by itself, and kills it if it has not at the deadline.
 *
 * It learns of it by the import `stop-requested` of `sampan:lifecycle`, and a sleep ends early. A paused one runs
 * again. A second stop can only bring the deadline forward.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 * - `deadline_us`: a time of the platform's clock; one that has passed kills at the next poll.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or
 * `_WRONG_STATE` unless it is running or paused.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_container_stop(struct sampan_runtime *rt,
                                    uint32_t id,
                                    uint64_t deadline_us);

/**
 * Tells what a container is and does.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 * - `out_status`: its `size` set; gets the rest. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_ID` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `out_status` is aligned and writable for the bytes that its `size` says.
 */
sampan_status sampan_container_status(struct sampan_runtime *rt,
                                      uint32_t id,
                                      struct sampan_container_status *out_status);

/**
 * Reads a container's counters.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_container_create`.
 * - `out_stats`: its `size` set; gets the rest. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_ID` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `out_stats` is aligned and writable for the bytes that its `size` says.
 */
sampan_status sampan_container_stats(struct sampan_runtime *rt,
                                     uint32_t id,
                                     struct sampan_container_stats *out_stats);

/**
 * Finds a container by its name.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `name`, `name_len`: its name. NULL only if `name_len` is 0.
 * - `out_id`: gets its id. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_NOT_FOUND` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `name` is readable for `name_len` bytes. `out_id` is aligned and writable.
 */
sampan_status sampan_container_find(struct sampan_runtime *rt,
                                    const char *name,
                                    size_t name_len,
                                    uint32_t *out_id);

/**
 * Lists the ids of all containers.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `out_ids`, `ids_len`: get as many ids as there is room for. NULL only if `ids_len` is 0.
 * - `out_count`: gets how many containers there are, room or not. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `out_ids` is aligned and writable for `ids_len` ids, `out_count` aligned and writable.
 */
sampan_status sampan_container_list(struct sampan_runtime *rt,
                                    uint32_t *out_ids,
                                    size_t ids_len,
                                    size_t *out_count);

/**
 * Tells that a device or a socket which is watched has something new. The next poll is woken and takes it.
 *
 * - `rt`: as given to the driver's `watch`. Not NULL.
 * - `kind`: `enum sampan_device_kind`.
 * - `index`: as given to `watch`: the device's place in the table, counted from 0; or the number of the socket.
 * - `value`: what is new: bits SAMPAN_EDGE_* of a digital line, SAMPAN_READY_* of a serial line or a socket.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` also if there is no such device, or `_BUSY` if
 * SAMPAN_MAX_DEVICE_EVENTS came since the last poll: this one is lost, and counted.
 * Context: any, ISR and driver included; never blocks.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_device_event(struct sampan_runtime *rt,
                                  uint8_t kind,
                                  uint32_t index,
                                  uint32_t value);

/**
 * Finds a device by its name.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `kind`: `enum sampan_device_kind`.
 * - `name`: NUL-terminated. Not NULL.
 * - `out_index`: gets its place in the platform's table, for `sampan_device_event`. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` also for a name that no device can have, or `_NOT_FOUND`.
 * Context: any, ISR included; never blocks.
 *
 * # Safety
 *
 * `rt` stays in service during the call. `name` is readable up to its NUL, `out_index` aligned and writable.
 */
sampan_status sampan_device_find(struct sampan_runtime *rt,
                                 uint8_t kind,
                                 const char *name,
                                 uint32_t *out_index);

/**
 * Offers a host function to the containers that are created from now on.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `function`: read and copied, its texts borrowed. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` for a name, signature or permission,
 * `_VERSION`, `_DUPLICATE`, `_TABLE_FULL` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `function` is readable. Its module, name and permission stay so, unchanged, as long as the runtime is in service.
 */
sampan_status sampan_host_register(struct sampan_runtime *rt,
                                   const struct sampan_host_function *function);

/**
 * Verifies an image whole, without loading it, and tells what it says.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `image`, `image_len`: the image. NULL only if `image_len` is 0.
 * - `purpose`: `enum sampan_image_purpose`: to install, it must be newer than what proved healthy; to run, not older.
 * - `out_info`: its `size` set; gets the rest. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER` also for a missing member of the authority or its crypto,
 * `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`; `_WRONG_STATE` if the runtime has no authority; `_BAD_IMAGE`
 * if it's malformed; `_UNTRUSTED` if nobody whose word counts has signed it so; `_ROLLBACK`; `_WRONG_DEVICE`;
 * `_PLATFORM` if crypto or counters failed. A line in the log says what was wrong and at which byte.
 * Context: thread; takes the runtime lock for a signature and a hash of the image.
 *
 * # Safety
 *
 * `image` is readable for `image_len` bytes and doesn't change during the call. `out_info` is aligned and
 * writable for the bytes that its `size` says.
 */
sampan_status sampan_image_verify(struct sampan_runtime *rt,
                                  const uint8_t *image,
                                  size_t image_len,
                                  uint8_t purpose,
                                  struct sampan_image_info *out_info);

/**
 * Verifies a signed image and loads it without running any of it. It's used where it lies: in memory-mapped flash, or
 * in RAM that stays.
 *
 * Packed bytecode is taken before a module, if its engine is linked. The container's name is the id that the image has;
 * memory, stack, share, priority, arguments, environment and permissions are what its policy says. `autostart` is for
 * the caller to heed.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `image`, `image_len`: the image, aligned to 4 bytes. Borrowed, not copied, until `sampan_container_remove`.
 * - `out_id`: gets the new container's id. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`,
 * `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`, `_WRONG_STATE`, `_BAD_IMAGE`, `_UNTRUSTED`,
 * `_ROLLBACK`, `_WRONG_DEVICE`, `_PLATFORM`; `_DUPLICATE`, `_NO_SLOT`, `_NO_MEMORY`; `_UNSUPPORTED` also if it has no
 * code for an engine that is linked; `_UNKNOWN_IMPORT`, `_IMPORT_TYPE`, `_NO_ENTRY`, `_INTERNAL`. On an error nothing
 * has changed, and a line in the log says what was wrong.
 * Context: thread; takes the runtime lock for a signature, a hash of the image, and the load.
 *
 * # Safety
 *
 * `image` stays readable and unchanged for `image_len` bytes until the container is removed or the runtime taken out of
 * service. `out_id` is aligned and writable.
 */
sampan_status sampan_image_create(struct sampan_runtime *rt,
                                  const uint8_t *image,
                                  size_t image_len,
                                  uint32_t *out_id);

/**
 * Moves a container's anti-rollback counter up to the image that it runs. Call it once the container has proved
 * healthy: no older image of it is accepted from then on, so until then the one before may still come back.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `id`: from `sampan_image_create`.
 *
 * Returns `SAMPAN_STATUS_OK`, also if the counter is there already; `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_VERSION`,
 * `_WRONG_CONTEXT`, `_STALE_ID`; `_WRONG_STATE` if it came in no signed image, has never run, or ended other than by
 * itself with code 0; `_PLATFORM` if the counter failed.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_image_confirm(struct sampan_runtime *rt,
                                   uint32_t id);

/**
 * Tells one part of an image, in their order. It verifies nothing: that is `sampan_image_verify`'s.
 *
 * - `image`, `image_len`: the image. NULL only if `image_len` is 0.
 * - `index`: which one, from 0.
 * - `out_part`: its `size` set; gets the rest. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one.
 * Context: any thread, never an ISR.
 *
 * # Safety
 *
 * `image` is readable for `image_len` bytes and doesn't change during the call. `out_part` is aligned and writable
 * for the bytes that its `size` says.
 */
sampan_status sampan_image_part(const uint8_t *image,
                                size_t image_len,
                                uint32_t index,
                                struct sampan_image_part *out_part);

/**
 * Tells who says that they signed an image. It verifies nothing: that is `sampan_image_verify`'s.
 *
 * - `image`, `image_len`: the image. NULL only if `image_len` is 0.
 * - `index`: which signature, from 0.
 * - `out_signer`: its `size` set; gets the rest. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one.
 * Context: any thread, never an ISR.
 *
 * # Safety
 *
 * `image` is readable for `image_len` bytes and doesn't change during the call. `out_signer` is aligned and writable
 * for the bytes that its `size` says.
 */
sampan_status sampan_image_signer(const uint8_t *image,
                                  size_t image_len,
                                  uint32_t index,
                                  struct sampan_image_signer *out_signer);

/**
 * Writes one permission of an image as text, as in `gpio:led0`. It verifies nothing: that is
 * `sampan_image_verify`'s.
 *
 * - `image`, `image_len`: the image. NULL only if `image_len` is 0.
 * - `list`: `enum sampan_permission_list`: requested, granted, effective or refused.
 * - `index`: which one of that list, from 0.
 * - `buf`, `len`: get the text and a NUL, cut to fit. NULL only if `len` is 0.
 * - `out_len`: gets the length of the whole text without the NUL. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one.
 * Context: any thread, never an ISR.
 *
 * # Safety
 *
 * `image` is readable for `image_len` bytes and doesn't change during the call. `buf` is writable for `len` bytes,
 * `out_len` aligned and writable.
 */
sampan_status sampan_image_permission(const uint8_t *image,
                                      size_t image_len,
                                      uint8_t list,
                                      uint32_t index,
                                      char *buf,
                                      size_t len,
                                      size_t *out_len);

/**
 * Writes one text of an image's policy: an argument, a `NAME=value` of the environment, or a device as `name=board's
 * name`. It verifies nothing: that is `sampan_image_verify`'s.
 *
 * - `image`, `image_len`: the image. NULL only if `image_len` is 0.
 * - `list`: `enum sampan_policy_list`: arguments, environment or devices.
 * - `index`: which one of that list, from 0.
 * - `buf`, `len`: get the text and a NUL, cut to fit. NULL only if `len` is 0.
 * - `out_len`: gets the length of the whole text without the NUL. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one
 * and without a policy.
 * Context: any thread, never an ISR.
 *
 * # Safety
 *
 * `image` is readable for `image_len` bytes and doesn't change during the call. `buf` is writable for `len` bytes,
 * `out_len` aligned and writable.
 */
sampan_status sampan_image_policy(const uint8_t *image,
                                  size_t image_len,
                                  uint8_t list,
                                  uint32_t index,
                                  char *buf,
                                  size_t len,
                                  size_t *out_len);

/**
 * Sends a message to all containers, and all of the firmware, that have subscribed to its topic.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `topic`, `topic_len`: UTF-8 without wildcards, 1 to SAMPAN_MAX_TOPIC bytes.
 * - `payload`, `payload_len`: what it says, at most SAMPAN_MAX_PAYLOAD bytes. Copied. NULL only if `payload_len` is 0.
 * - `out_taken`: gets how many got it. What a full mailbox lost is in its container's statistics. NULL if nobody asks.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `topic` is readable for `topic_len` bytes, `payload` for `payload_len`. `out_taken` is NULL, or aligned and writable.
 */
sampan_status sampan_message_publish(struct sampan_runtime *rt,
                                     const char *topic,
                                     size_t topic_len,
                                     const uint8_t *payload,
                                     size_t payload_len,
                                     uint32_t *out_taken);

/**
 * Has the firmware get messages, as long as the runtime is in service.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `filter`: an MQTT topic filter, NUL-terminated, at most SAMPAN_MAX_TOPIC bytes. Borrowed as long as the runtime is in
 *   service. Not NULL.
 * - `receive`: gets each message whose topic the filter matches. Called from within `sampan_runtime_poll` or
 *   `sampan_message_publish`, the lock held: no function may be called but `sampan_runtime_wake`, and what the message points
 *   to is good only until it returns. Not NULL.
 * - `ctx`: handed back to `receive`.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_TABLE_FULL` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `filter` stays readable and unchanged, and `receive` callable with `ctx`, as long as the runtime is in service.
 */
sampan_status sampan_message_subscribe(struct sampan_runtime *rt,
                                       const char *filter,
                                       void (*receive)(void *ctx, const struct sampan_message *message),
                                       void *ctx);

/**
 * Answers a message whose sender waits.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `token`: from the message.
 * - `payload`, `payload_len`: the answer, at most SAMPAN_MAX_PAYLOAD bytes. Copied. NULL only if `payload_len` is 0.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_CALL` if the sender no longer
 * waits; `_BUSY` if its mailbox has no room.
 * Context: thread; takes the runtime lock, so it may block. Not the function that got the message.
 *
 * # Safety
 *
 * `payload` is readable for `payload_len` bytes.
 */
sampan_status sampan_message_reply(struct sampan_runtime *rt,
                                   uint64_t token,
                                   const uint8_t *payload,
                                   size_t payload_len);

/**
 * Tells the time of day, which containers can ask for from then on; it counts in the place of the platform's `wall_us`.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `unix_us`: microseconds since 1970-01-01 UTC.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_clock_set(struct sampan_runtime *rt,
                               uint64_t unix_us);

/**
 * Makes a runtime on a caller-given arena; one at a time.
 *
 * - `config`: read and copied. Not NULL.
 * - `out_runtime`: gets the runtime. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`; `_NULL_POINTER` also for a missing member of the config or the platform, or of a device;
 * `_INVALID_ARGUMENT` also for an engine stack too small, `signed_only` without an authority, a device's name or kind, or
 * lengths of the flash that aren't as they must be; `_VERSION`; `_DUPLICATE` for two devices of one kind and name;
 * `_WRONG_STATE` if a runtime is in service; `_NO_MEMORY` if the arena
 * can't hold the runtime's tables and the engine's stack.
 * Context: thread; doesn't block.
 *
 * # Safety
 *
 * `config` and what it points to are readable, and what the platform's members point to stays so. The arena is nobody else's until `sampan_runtime_deinit`.
 * No other call of this function or of `sampan_runtime_deinit` is under way.
 */
sampan_status sampan_runtime_init(const struct sampan_config *config,
                                  struct sampan_runtime **out_runtime);

/**
 * Takes the runtime out of service. All its containers are gone, and the arena is the caller's again.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, or `_WRONG_CONTEXT`, also from the
 * event callback.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * No other call on `rt` is under way, nor comes later.
 */
sampan_status sampan_runtime_deinit(struct sampan_runtime *rt);

/**
 * Does what is due and runs one slice of one container.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `out_deadline_us`: gets the time of the platform's clock at which to poll again, if nothing wakes
 *   the runtime before: one that has passed means at once, `SAMPAN_NEVER` only after a wake. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
 * Context: one thread, or the superloop; takes the runtime lock, for a slice at most. Host functions, and
 * then the event callback, are called from here.
 *
 * # Safety
 *
 * `out_deadline_us` is aligned and writable.
 */
sampan_status sampan_runtime_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us);

/**
 * Ends the wait between two polls.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER` or `_INVALID_ARGUMENT`.
 * Context: any, ISR included; never blocks.
 *
 * # Safety
 *
 * `rt` stays in service during the call.
 */
sampan_status sampan_runtime_wake(struct sampan_runtime *rt);

/**
 * Reads the runtime's counters.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `out_stats`: its `size` set; gets the counters. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `out_stats` is aligned and writable for the bytes that its `size` says.
 */
sampan_status sampan_runtime_stats(struct sampan_runtime *rt, struct sampan_runtime_stats *out_stats);

/**
 * Tells the library's version, as in `0.1.0`. NUL-terminated, never NULL.
 * Context: any.
 */
const char *sampan_version(void);

/**
 * Tells the version of the C ABI that the library was built for; the header's is SAMPAN_ABI_VERSION.
 * Context: any.
 */
uint32_t sampan_abi_version(void);

/**
 * Tells what a status means, as in `stale container id`. Any number; NUL-terminated, never NULL.
 * Context: any.
 */
const char *sampan_status_text(int32_t status);

/**
 * Tells what a container's state is called, as in `running`. Any number; NUL-terminated, never NULL.
 * Context: any.
 */
const char *sampan_state_text(uint8_t state);

/**
 * Writes why a container ended, as in `trap: memory access out of bounds`; `-` if it hasn't.
 *
 * - `exit_kind`, `exit_code`: from `sampan_container_status` or an event; any numbers.
 * - `buf`, `len`: get the text and a NUL, cut to fit. NULL only if `len` is 0.
 *
 * Returns the length of the whole text without the NUL; 0 if `buf` is NULL though `len` isn't 0.
 * Context: any.
 *
 * # Safety
 *
 * `buf` is writable for `len` bytes.
 */
size_t sampan_exit_text(uint8_t exit_kind, int32_t exit_code, char *buf, size_t len);

/**
 * Puts a trust store in force, and stops what it no longer allows.
 *
 * After `sampan_runtime_init` the one that the device keeps; later a newer one. Its counter moves up with it, so
 * write it to where it'll be found after a reset before this call, and keep the old one until it answers. Each
 * container that came in a signed image is judged again: one that isn't allowed any more ends with
 * `SAMPAN_EXIT_KIND_REVOKED`, whatever its state, and can't be started again.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `store`, `store_len`: the trust store. Borrowed, not copied, until another one is put in force.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER` also for a missing member of the authority or its crypto,
 * `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`; `_WRONG_STATE` if the runtime has no authority;
 * `_BAD_IMAGE` if it's malformed; `_UNTRUSTED` if no root key that counts has signed it so; `_ROLLBACK` if it
 * isn't newer; `_WRONG_DEVICE`; `_PLATFORM` if crypto or counters failed. On an error nothing has changed, and a
 * line in the log says what was wrong and at which byte.
 * Context: thread; takes the runtime lock for a signature, and one more for each signed container.
 *
 * # Safety
 *
 * `store` stays readable and unchanged for `store_len` bytes until another one is in force or the runtime is taken
 * out of service.
 */
sampan_status sampan_trust_install(struct sampan_runtime *rt,
                                   const uint8_t *store,
                                   size_t store_len);

/**
 * Tells the sequence number of the trust store in force.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `out_sequence`: gets it. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`, or `_NOT_FOUND` without a
 * trust store.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `out_sequence` is aligned and writable.
 */
sampan_status sampan_trust_sequence(struct sampan_runtime *rt,
                                    uint64_t *out_sequence);

/**
 * Tells one key of the trust store in force, revoked ones too.
 *
 * - `rt`: from `sampan_runtime_init`. Not NULL.
 * - `index`: which one, from 0.
 * - `out_key`: its `size` set; gets the rest. Not NULL.
 *
 * Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`, or `_NOT_FOUND` after the
 * last one and without a trust store.
 * Context: thread; takes the runtime lock, so it may block.
 *
 * # Safety
 *
 * `out_key` is aligned and writable for the bytes that its `size` says.
 */
sampan_status sampan_trust_key(struct sampan_runtime *rt,
                               uint32_t index,
                               struct sampan_trust_key *out_key);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SAMPAN_H */
