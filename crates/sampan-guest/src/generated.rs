// SPDX-License-Identifier: Apache-2.0
//! Imports and their safe functions.
//!
//! Generated from crates/sampan-abi/host_calls.toml by `cargo xtask bindings`; do not edit.

/// What a call answers instead of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[non_exhaustive]
pub enum Error {
    /// The container lacks the permission, or what it asked for is outside it. It's counted, and logged once.
    Denied = -1,
    /// An address range isn't wholly in the container's memory, or an address isn't aligned. Nothing was read or written.
    BadAddress = -2,
    /// A value is out of its documented range, or a text isn't UTF-8.
    Invalid = -3,
    /// The handle is of another kind, or was closed.
    BadHandle = -4,
    /// A limit of the container, or of the one that should have got it, is reached.
    Full = -5,
    /// There is no such thing.
    NotFound = -6,
    /// Nothing is there to be taken.
    Empty = -7,
    /// The platform failed.
    Io = -8,
    /// The container has made as many calls in this second as it may.
    Rate = -9,
    /// The container was asked to stop: it should end now.
    Stopping = -10,
    /// A buffer doesn't hold what is there, which stays where it is.
    TooSmall = -11,
    /// What was asked for isn't known yet.
    NotReady = -12,
    /// The time ran out before there was an answer.
    Timeout = -13,
    /// A code that this version doesn't know.
    Unknown = i32::MIN,
}

impl Error {
    pub(crate) const fn from_code(code: i64) -> Self {
        match code {
            -1 => Self::Denied,
            -2 => Self::BadAddress,
            -3 => Self::Invalid,
            -4 => Self::BadHandle,
            -5 => Self::Full,
            -6 => Self::NotFound,
            -7 => Self::Empty,
            -8 => Self::Io,
            -9 => Self::Rate,
            -10 => Self::Stopping,
            -11 => Self::TooSmall,
            -12 => Self::NotReady,
            -13 => Self::Timeout,
            _ => Self::Unknown,
        }
    }
}

/// What has happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Event {
    /// 1: a timer ran out. 2: a message is in the mailbox.
    pub kind: u32,
    /// The handle it comes from: the timer, or the subscription.
    pub source: u32,
    /// How often the timer has run out since it was last told.
    pub value: u64,
    /// Bytes of the message's topic.
    pub topic_len: u32,
    /// Bytes of the message's payload.
    pub payload_len: u32,
}

/// What belongs to a message that was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Message {
    /// Bytes of the topic.
    pub topic_len: u32,
    /// Bytes of the payload.
    pub payload_len: u32,
    /// The subscription that it came through.
    pub subscription: u32,
    /// Handle to answer it with, 0 if nobody waits for an answer.
    pub reply: u32,
}

/// What a container is told about its own life.
pub mod lifecycle {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:lifecycle")]
    unsafe extern "C" {
        #[link_name = "stop-requested"]
        fn import_stop_requested() -> i32;
    }

    /// Answers 1 once the container's owner has asked it to stop, else 0. A stop also ends a sleep early, so that a loop that sleeps and asks ends in time.
    ///
    ///
    /// Permission: none.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn stop_requested() -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_stop_requested() };
        crate::narrow(answer)
    }
}

/// Lines in the device's log, under the container's name.
pub mod log {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:log/1")]
    unsafe extern "C" {
        #[link_name = "write"]
        fn import_write(level: u32, text: *const u8, text_len: usize) -> i32;
    }

    /// Writes a line, or one for each newline in it. Lines longer than 120 bytes are split.
    ///
    /// - `level`: 2 for a warning, 3 for information. The other levels are the runtime's own.
    /// - `text`: The line, without its end.
    ///
    /// Permission: `log`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn write(level: u32, text: &[u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_write(level, text.as_ptr(), text.len()) };
        crate::narrow(answer)
    }
}

/// Time.
pub mod clock {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:clock/1")]
    unsafe extern "C" {
        #[link_name = "monotonic"]
        fn import_monotonic() -> i64;
        #[link_name = "wall"]
        fn import_wall() -> i64;
    }

    /// Answers microseconds since an arbitrary start; it never goes back.
    ///
    ///
    /// Permission: `clock`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn monotonic() -> Result<u64, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_monotonic() };
        crate::wide(answer)
    }

    /// Answers microseconds since 1970-01-01 UTC, or `not_ready` until the firmware has told the time.
    ///
    ///
    /// Permission: `clock`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn wall() -> Result<u64, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_wall() };
        crate::wide(answer)
    }
}

/// Timers, as many as the container has handles for. One that runs out is an event; one that runs out again before it was told is told once, with how often.
pub mod timer {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:timer/1")]
    unsafe extern "C" {
        #[link_name = "create"]
        fn import_create(delay_us: u64, period_us: u64) -> i32;
        #[link_name = "set"]
        fn import_set(timer: u32, delay_us: u64, period_us: u64) -> i32;
        #[link_name = "close"]
        fn import_close(timer: u32) -> i32;
    }

    /// Makes a timer that runs out after a delay, and then periodically. Answers its handle.
    ///
    /// - `delay_us`: Microseconds until it runs out first.
    /// - `period_us`: Microseconds between one time and the next; 0: once only.
    ///
    /// Permission: `timer`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn create(delay_us: u64, period_us: u64) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_create(delay_us, period_us) };
        crate::narrow(answer)
    }

    /// Sets a timer anew. What it has run out before and wasn't told is forgotten.
    ///
    /// - `timer`: The timer.
    /// - `delay_us`: As for `create`.
    /// - `period_us`: As for `create`.
    ///
    /// Permission: `timer`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn set(timer: u32, delay_us: u64, period_us: u64) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_set(timer, delay_us, period_us) };
        crate::narrow(answer)
    }

    /// Gives a timer up. No event comes of it any more.
    ///
    /// - `timer`: The timer.
    ///
    /// Permission: `timer`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(timer: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(timer) };
        crate::narrow(answer)
    }
}

/// Random numbers fit for keys, if the platform's source is.
pub mod random {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:random/1")]
    unsafe extern "C" {
        #[link_name = "fill"]
        fn import_fill(buffer: *mut u8, buffer_len: usize) -> i32;
    }

    /// Fills a buffer with random bytes.
    ///
    /// - `buffer`: What is filled.
    ///
    /// Permission: `random`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn fill(buffer: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_fill(buffer.as_mut_ptr(), buffer.len()) };
        crate::narrow(answer)
    }
}

/// Messages between containers, and with the firmware, on topics as MQTT has them. Each container has a mailbox of its own, with bounds; a message that a full mailbox can't take is dropped there, counted, and hinders nobody else.
pub mod msg {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:msg/1")]
    unsafe extern "C" {
        #[link_name = "publish"]
        fn import_publish(topic: *const u8, topic_len: usize, payload: *const u8, payload_len: usize) -> i32;
        #[link_name = "subscribe"]
        fn import_subscribe(filter: *const u8, filter_len: usize) -> i32;
        #[link_name = "unsubscribe"]
        fn import_unsubscribe(subscription: u32) -> i32;
        #[link_name = "receive"]
        fn import_receive(
            topic: *mut u8,
            topic_len: usize,
            payload: *mut u8,
            payload_len: usize,
            message: *mut crate::Message,
        ) -> i32;
        #[link_name = "request"]
        fn import_request(
            topic: *const u8,
            topic_len: usize,
            payload: *const u8,
            payload_len: usize,
            timeout_us: u64,
            answer: *mut u8,
            answer_len: usize,
        ) -> i32;
        #[link_name = "reply"]
        fn import_reply(reply: u32, payload: *const u8, payload_len: usize) -> i32;
    }

    /// Sends a message to all who have subscribed to its topic, the container itself included. Answers how many got it. A mailbox that was full isn't among them; its container's statistics count what it lost.
    ///
    /// - `topic`: The topic, without wildcards.
    /// - `payload`: The message. Copied.
    ///
    /// Permission: `msg.pub`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn publish(topic: &str, payload: &[u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_publish(topic.as_ptr(), topic.len(), payload.as_ptr(), payload.len()) };
        crate::narrow(answer)
    }

    /// Has messages delivered whose topics a filter matches: `+` is any one level, `#` at the end all that follow. A topic that two subscriptions match comes once. Answers a handle.
    ///
    /// - `filter`: The filter. The permission must cover all that it matches.
    ///
    /// Permission: `msg.sub`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn subscribe(filter: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_subscribe(filter.as_ptr(), filter.len()) };
        crate::narrow(answer)
    }

    /// Ends a subscription. Messages that are in the mailbox already stay there.
    ///
    /// - `subscription`: The subscription.
    ///
    /// Permission: `msg.sub`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn unsubscribe(subscription: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_unsubscribe(subscription) };
        crate::narrow(answer)
    }

    /// Takes the oldest message out of the mailbox. If it doesn't fit it stays, and `message` tells its lengths.
    ///
    /// - `topic`: Gets the topic.
    /// - `payload`: Gets the payload.
    /// - `message`: Gets the lengths and what else belongs to the message.
    ///
    /// Permission: `msg.sub`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn receive(topic: &mut [u8], payload: &mut [u8], message: &mut crate::Message) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe {
            import_receive(
                topic.as_mut_ptr(),
                topic.len(),
                payload.as_mut_ptr(),
                payload.len(),
                &raw mut *message,
            )
        };
        crate::narrow(answer)
    }

    /// Publishes a message and waits for the first answer to it. Answers the length of the answer; what the buffer doesn't hold of it is cut off. `not_found` if nobody got the message.
    ///
    /// - `topic`: The topic, without wildcards.
    /// - `payload`: The message. Copied.
    /// - `timeout_us`: Microseconds to wait at most.
    /// - `answer`: Gets the answer.
    ///
    /// Permission: `msg.pub`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn request(topic: &str, payload: &[u8], timeout_us: u64, answer: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe {
            import_request(
                topic.as_ptr(),
                topic.len(),
                payload.as_ptr(),
                payload.len(),
                timeout_us,
                answer.as_mut_ptr(),
                answer.len(),
            )
        };
        crate::narrow(answer)
    }

    /// Answers a message whose sender waits, and closes the handle, also if the sender no longer waits (`not_found`).
    ///
    /// - `reply`: From the message.
    /// - `payload`: The answer. Copied.
    ///
    /// Permission: `msg.sub`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn reply(reply: u32, payload: &[u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_reply(reply, payload.as_ptr(), payload.len()) };
        crate::narrow(answer)
    }
}

/// Waiting for what the container may be told: timers that ran out, messages. It needs no permission, since what there is to be told does. A container that exports a function `sampan_on_event` may instead return from its entry point: it lives on, and the function is called whenever there is something to be told, and a last time when it is to stop.
pub mod event {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:event/1")]
    unsafe extern "C" {
        #[link_name = "wait"]
        fn import_wait(timeout_us: u64, event: *mut crate::Event) -> i32;
    }

    /// Takes the next event and answers 1, or 0 if none came in time. A message stays in the mailbox until `msg.receive` takes it.
    ///
    /// - `timeout_us`: Microseconds to wait at most; 0: not at all; the largest number: for ever.
    /// - `event`: Gets the event.
    ///
    /// Permission: none.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn wait(timeout_us: u64, event: &mut crate::Event) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_wait(timeout_us, &raw mut *event) };
        crate::narrow(answer)
    }
}

/// What a container says of its own health.
pub mod health {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:health/1")]
    unsafe extern "C" {
        #[link_name = "confirm"]
        fn import_confirm() -> i32;
        #[link_name = "heartbeat"]
        fn import_heartbeat() -> i32;
    }

    /// Says that this version works: what was on trial is kept.
    ///
    ///
    /// Permission: `health`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn confirm() -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_confirm() };
        crate::narrow(answer)
    }

    /// Says that the container still does its work.
    ///
    ///
    /// Permission: `health`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn heartbeat() -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_heartbeat() };
        crate::narrow(answer)
    }
}

/// Values by their keys, within the bytes that the permission gives; each takes 4 bytes beside its own. They last as long as the container exists, restarts included.
pub mod kv {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:kv/1")]
    unsafe extern "C" {
        #[link_name = "set"]
        fn import_set(key: *const u8, key_len: usize, value: *const u8, value_len: usize) -> i32;
        #[link_name = "get"]
        fn import_get(key: *const u8, key_len: usize, buffer: *mut u8, buffer_len: usize) -> i32;
        #[link_name = "delete"]
        fn import_delete(key: *const u8, key_len: usize) -> i32;
    }

    /// Stores a value, in place of any that the key has. With `full` the old one is still there.
    ///
    /// - `key`: The key: 1 byte or more.
    /// - `value`: The value.
    ///
    /// Permission: `kv`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn set(key: &str, value: &[u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_set(key.as_ptr(), key.len(), value.as_ptr(), value.len()) };
        crate::narrow(answer)
    }

    /// Reads a value and answers its length.
    ///
    /// - `key`: The key.
    /// - `buffer`: Gets the value.
    ///
    /// Permission: `kv`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn get(key: &str, buffer: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_get(key.as_ptr(), key.len(), buffer.as_mut_ptr(), buffer.len()) };
        crate::narrow(answer)
    }

    /// Forgets a value.
    ///
    /// - `key`: The key.
    ///
    /// Permission: `kv`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn delete(key: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_delete(key.as_ptr(), key.len()) };
        crate::narrow(answer)
    }
}
