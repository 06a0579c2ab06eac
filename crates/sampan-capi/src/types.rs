// SPDX-License-Identifier: Apache-2.0
//! Structs that cross the C ABI, all with `size` first.
//!
//! Every field is a plain number or a pointer, so that any bytes make a valid value and zero is a
//! default. New fields go at the end.

use crate::platform::sampan_platform;
use crate::trust::sampan_authority;
use core::ffi::{c_char, c_void};

/// A deadline that never comes.
pub const SAMPAN_NEVER: u64 = u64::MAX;

/// A struct that crosses the C ABI: any bytes are a valid value of it.
///
/// # Safety
///
/// The type is `repr(C)`, begins with `size: u32`, and every bit pattern is valid for it.
pub(crate) unsafe trait CStruct: Copy {}

/// What the owner of a runtime decides. Zero the struct, then set `size` and the members.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_config {
    /// sizeof(struct sampan_config) as the caller compiled it.
    pub size: u32,
    /// Memory for everything the runtime and its containers ever use. Its bytes are the runtime's until
    /// `sampan_runtime_deinit`. Any alignment; not NULL.
    pub arena: *mut c_void,
    /// Bytes of `arena`.
    pub arena_len: usize,
    /// What the port provides. Copied. Not NULL.
    pub platform: *const sampan_platform,
    /// Containers at a time, at most SAMPAN_MAX_CONTAINERS. 0: 8.
    pub max_containers: u32,
    /// Host functions that can be registered, at most SAMPAN_MAX_HOST_FUNCTIONS. 0: 32.
    pub max_host_functions: u32,
    /// Fuel of one slice, SAMPAN_MIN_SLICE_FUEL to SAMPAN_MAX_SLICE_FUEL: how long a container runs
    /// before another one, or the firmware, has its turn. 0: 10000, with wasmi on a Cortex-M4 about 125000
    /// instructions.
    pub slice_fuel: u32,
    /// Bytes of the stack that engines run on, host functions included, and interrupts where they use
    /// the interrupted stack. 0: what wasmi needs, with room for both. The packed engine has no stack of
    /// its own: it runs on that of the caller of `sampan_runtime_poll`.
    pub engine_stack_len: u32,
    /// Told when a container's state has changed, from within `sampan_runtime_poll`, without the lock:
    /// it may call any function but `sampan_runtime_deinit`. Changes that follow one another between two polls are told as one.
    /// May be NULL.
    pub event: Option<unsafe extern "C" fn(ctx: *mut c_void, event: *const sampan_event)>,
    /// Handed back to `event`.
    pub event_ctx: *mut c_void,
    /// Whose images run, for `sampan_trust_install` and `sampan_image_create`. Borrowed as long as the runtime is
    /// in service. NULL: no signed image runs.
    pub authority: *const sampan_authority,
    /// 1: only signed images run, and `sampan_container_create` refuses every module. 0: both.
    pub signed_only: u8,
    /// Topics that the firmware itself can subscribe to, at most SAMPAN_MAX_SUBSCRIBERS. 0: 8.
    pub max_subscribers: u32,
}

/// A container's state has changed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_event {
    /// sizeof(struct sampan_event) as the library was compiled.
    pub size: u32,
    /// Whose.
    pub container: u32,
    /// `enum sampan_container_state`: the state it has now.
    pub state: u8,
    /// `enum sampan_exit_kind`: why it ended, if it did.
    pub exit_kind: u8,
    /// The number that goes with `exit_kind`.
    pub exit_code: i32,
}

/// What is decided for one container. Zero the struct, then set `size` and the members.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_container_options {
    /// sizeof(struct sampan_container_options) as the caller compiled it.
    pub size: u32,
    /// Its name: 1 to SAMPAN_MAX_NAME letters, digits, `-`, `_`, `.`, NUL-terminated; unique; not `sampan`.
    /// NULL: `c` and the number of its slot.
    pub name: *const c_char,
    /// Arguments, NUL-terminated each; by convention the first is the program's name. Copied.
    pub args: *const *const c_char,
    /// Number of arguments, at most SAMPAN_MAX_ARGS. 0: the container's name alone.
    pub args_len: u32,
    /// Environment, `KEY=value`, NUL-terminated each. Copied.
    pub env: *const *const c_char,
    /// Number of environment variables, at most SAMPAN_MAX_ARGS.
    pub env_len: u32,
    /// Bytes of its memory: engine, stack and linear memory together. 0: what its engine says it needs;
    /// with the wasmi engine that is an estimate.
    pub memory_limit: u32,
    /// Bytes of its stack of values and frames, part of the memory limit. 0: 4096.
    pub stack_len: u32,
    /// Weight of its CPU time against the other containers', 1 to SAMPAN_MAX_SHARE. 0: 100.
    pub share: u16,
    /// Who goes first among those within their share: 0 (first) to SAMPAN_MAX_PRIORITY.
    pub priority: u8,
    /// What it may do: permissions such as `log` or `msg.pub:plant/#`, NUL-terminated each, at most SAMPAN_MAX_PERMISSION
    /// bytes. Copied. Whatever isn't listed is denied.
    pub permissions: *const *const c_char,
    /// Number of permissions, at most SAMPAN_MAX_PERMISSIONS. 0: it may do nothing but run and end.
    pub permissions_len: u32,
    /// Bytes of its mailbox, at most SAMPAN_MAX_MAILBOX. 0: 1024.
    pub mailbox_len: u32,
    /// Calls of Sampan's own and of WASI in a second. 0: any number.
    pub calls_per_second: u32,
    /// Messages in its mailbox. 0: as many as its bytes hold.
    pub queue_depth: u16,
    /// Handles open at a time, at most SAMPAN_MAX_HANDLES. 0: 8.
    pub handles: u16,
    /// `enum sampan_denied_action`: what follows a call that it may not make.
    pub denied_action: u8,
}

/// What follows a call that isn't permitted. It's counted, and told to the log once, in any case.
#[repr(u8)]
#[derive(Clone, Copy)]
pub enum sampan_denied_action {
    /// The call answers with an error.
    Error = 0,
    /// The container traps.
    Trap = 1,
    /// The container is stopped.
    Stop = 2,
    /// The container is put aside until `sampan_container_release`.
    Quarantine = 3,
}

/// What a container is and does. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_container_status {
    /// sizeof(struct sampan_container_status) as the caller compiled it.
    pub size: u32,
    /// `enum sampan_container_state`.
    pub state: u8,
    /// `enum sampan_exit_kind`: why it ended, if it did.
    pub exit_kind: u8,
    /// `enum sampan_engine_kind`: the engine that runs it.
    pub engine: u8,
    /// 1 if it's running but waits in a call.
    pub waiting: u8,
    /// 1 if it was asked to stop and hasn't ended.
    pub stopping: u8,
    /// The number that goes with `exit_kind`: exit code, `enum sampan_trap_kind`, status.
    pub exit_code: i32,
    /// Its name, NUL-terminated.
    pub name: [c_char; 24],
}

/// Counters of a container since it was created. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_container_stats {
    /// sizeof(struct sampan_container_stats) as the caller compiled it.
    pub size: u32,
    /// Times it was restarted.
    pub restarts: u32,
    /// Fuel used, in its engine's units.
    pub fuel: u64,
    /// Time it ran, in microseconds.
    pub cpu_us: u64,
    /// Times it was given a slice.
    pub activations: u64,
    /// Host functions it called.
    pub host_calls: u64,
    /// Longest it ran at a stretch, in microseconds.
    pub longest_us: u32,
    /// Bytes of its memory.
    pub memory_limit: u32,
    /// Bytes of it in use.
    pub memory_used: u32,
    /// Most bytes of it ever in use.
    pub memory_peak: u32,
    /// Bytes of linear memory, part of those in use.
    pub memory_linear: u32,
    /// 1 once it has said that this version works.
    pub confirmed: u32,
    /// Times it said that it still does its work.
    pub heartbeats: u32,
    /// When it last said so, by the platform's clock.
    pub heartbeat_us: u64,
    /// Calls that it wasn't permitted.
    pub denied_calls: u64,
    /// Calls refused because it had made too many in that second.
    pub throttled_calls: u64,
    /// Messages that its mailbox took.
    pub messages: u64,
    /// Messages that its mailbox was too full to take.
    pub messages_lost: u64,
}

/// Counters of the runtime. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_runtime_stats {
    /// sizeof(struct sampan_runtime_stats) as the caller compiled it.
    pub size: u32,
    /// Containers that exist.
    pub containers: u32,
    /// Bytes of the arena that blocks can be made of.
    pub arena_len: usize,
    /// Bytes of it in use.
    pub arena_used: usize,
    /// Most bytes of it ever in use.
    pub arena_peak: usize,
    /// Bytes of the runtime's own data for each container that can exist, beside its engine's.
    pub container_overhead: u32,
    /// Bytes of the stack that engines run on.
    pub engine_stack_len: u32,
    /// Most bytes of it ever in use.
    pub engine_stack_peak: u32,
    /// Polls so far.
    pub polls: u64,
    /// Events of devices that came in.
    pub device_events: u32,
    /// Events of devices that were lost, since more came than can wait for a poll.
    pub device_events_lost: u32,
}

// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_config {}
// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_container_options {}
// SAFETY: repr(C), size first, numbers only.
unsafe impl CStruct for sampan_container_status {}
// SAFETY: repr(C), size first, numbers only.
unsafe impl CStruct for sampan_container_stats {}
// SAFETY: repr(C), size first, numbers only.
unsafe impl CStruct for sampan_runtime_stats {}
