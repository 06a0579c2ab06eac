// SPDX-License-Identifier: Apache-2.0
//! The C interface: extern functions over `sampan-core`, and nothing else.
//!
//! Every function checks what it is given, makes one call into the core under the platform's lock, and
//! maps the result to a status. The rules that hold for all of them:
//!
//! - A pointer is checked for NULL; beyond that the caller promises what the function's comment says.
//! - Outputs are written only on success.
//! - Structs that the caller fills begin with `size`, as the caller compiled it. A shorter struct is an
//!   older caller: what it lacks is zero, and zero means the default. A longer one is refused with
//!   `SAMPAN_STATUS_VERSION` if it sets anything that this library doesn't know.
//! - One runtime at a time: any other `rt` than the one that `sampan_runtime_init` returned is refused.
//! - Names and other texts that firmware writes as literals are NUL-terminated; data has a length.
//!
//! `include/sampan.h` is generated from this crate by cbindgen.
#![no_std]

mod call;
mod check;
mod container;
mod crypto;
mod devices;
mod engine;
mod flash;
mod host;
mod image;
mod message;
mod net;
mod platform;
mod runtime;
mod text;
mod trust;
mod types;

pub use call::{
    sampan_call, sampan_call_complete, sampan_call_container, sampan_call_defer, sampan_call_fail,
    sampan_call_read, sampan_call_slice, sampan_call_write, sampan_pending_read, sampan_pending_write,
};
pub use container::{
    sampan_container_create, sampan_container_find, sampan_container_kill, sampan_container_list,
    sampan_container_pause, sampan_container_release, sampan_container_remove, sampan_container_restart,
    sampan_container_resume, sampan_container_start, sampan_container_stats, sampan_container_status,
    sampan_container_stop,
};
pub use crypto::{sampan_bytes, sampan_counter, sampan_crypto};
pub use devices::{
    sampan_adc_ops, sampan_device, sampan_device_event, sampan_device_find, sampan_device_ops,
    sampan_gpio_ops, sampan_i2c_ops, sampan_operation, sampan_sensor_channel, sampan_sensor_ops,
    sampan_spi_ops, sampan_uart_ops,
};
pub use flash::sampan_flash;
pub use host::{sampan_host_function, sampan_host_register};
pub use image::{
    SAMPAN_NOT_SAID, sampan_image_confirm, sampan_image_create, sampan_image_info, sampan_image_part,
    sampan_image_permission, sampan_image_policy, sampan_image_signer, sampan_image_verify,
};
pub use message::{
    sampan_clock_set, sampan_message, sampan_message_publish, sampan_message_reply, sampan_message_subscribe,
};
pub use net::{sampan_net, sampan_net_address};
pub use platform::sampan_platform;
pub use runtime::{
    fatal, sampan_runtime, sampan_runtime_deinit, sampan_runtime_init, sampan_runtime_poll,
    sampan_runtime_stats, sampan_runtime_wake,
};
pub use text::{sampan_abi_version, sampan_exit_text, sampan_state_text, sampan_status_text, sampan_version};
pub use trust::{sampan_authority, sampan_trust_install, sampan_trust_key, sampan_trust_sequence};
pub use types::{
    SAMPAN_NEVER, sampan_config, sampan_container_options, sampan_container_stats, sampan_container_status,
    sampan_denied_action, sampan_event, sampan_runtime_stats,
};
