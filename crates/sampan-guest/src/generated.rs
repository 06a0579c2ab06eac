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
    /// The platform, or this device of it, can't do that.
    Unsupported = -14,
    /// Not now: try again later, after the event where there is one.
    Busy = -15,
    /// What was done before doesn't allow this.
    WrongState = -16,
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
            -14 => Self::Unsupported,
            -15 => Self::Busy,
            -16 => Self::WrongState,
            _ => Self::Unknown,
        }
    }
}

/// What has happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Event {
    /// 1: a timer ran out. 2: a message is in the mailbox. 3: edges on a digital line. 4: a serial line is ready. 5: a socket is ready.
    pub kind: u32,
    /// The handle it comes from: the timer, the subscription, the line or the socket.
    pub source: u32,
    /// How often the timer has run out since it was last told. Of lines and sockets: what was watched for and has happened since, as bits, and 2^32 times how often.
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

/// What the counts of an analogue input mean; it's linear between the two ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct AdcScale {
    /// The largest count, at least 1.
    pub raw_max: u32,
    /// Microvolts at count 0; negative for an input that's differential.
    pub min_uv: i32,
    /// Microvolts at the largest count.
    pub max_uv: i32,
}

/// One thing that a sensor measures: a value times 10^exponent, in a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct SensorChannel {
    /// 0 a number, 1 degrees Celsius, 2 percent, 3 Pa, 4 lx, 5 m, 6 m/s, 7 m/s^2, 8 rad/s, 9 T, 10 V, 11 A, 12 W, 13 Hz, 14 s, 15 g, 16 ppm.
    pub unit: u32,
    /// Power of ten: -3 for thousandths.
    pub exponent: i32,
    /// Bytes of the channel's name.
    pub name_len: u32,
}

/// What a sensor measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct SensorValue {
    /// The value, to be scaled as the channel says.
    pub value: i32,
}

/// From where something came over the net.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Peer {
    /// Bytes of the address as text.
    pub address_len: u32,
    /// Bytes of the payload.
    pub payload_len: u32,
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
    /// Permission: `msg.pub:…`, whose argument covers `topic`.
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
    /// Permission: `msg.sub:…`, whose argument covers `filter`.
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
    /// Permission: `msg.pub:…`, whose argument covers `topic`.
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

/// Waiting for what the container may be told: timers that ran out, messages, edges, lines and sockets that are ready. It needs no permission, since what there is to be told does. A container that exports a function `sampan_on_event` may instead return from its entry point: it lives on, and the function is called whenever there is something to be told, and a last time when it is to stop.
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

/// Digital lines, by the names that the board gives them; direction, pull and active level are the board's. Containers may share a line.
pub mod gpio {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:gpio/1")]
    unsafe extern "C" {
        #[link_name = "open"]
        fn import_open(name: *const u8, name_len: usize) -> i32;
        #[link_name = "read"]
        fn import_read(line: u32) -> i32;
        #[link_name = "write"]
        fn import_write(line: u32, active: u32) -> i32;
        #[link_name = "watch"]
        fn import_watch(line: u32, edges: u32) -> i32;
        #[link_name = "close"]
        fn import_close(line: u32) -> i32;
    }

    /// Answers a handle for a line.
    ///
    /// - `name`: The line.
    ///
    /// Permission: `gpio:…`, whose argument covers `name`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn open(name: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_open(name.as_ptr(), name.len()) };
        crate::narrow(answer)
    }

    /// Answers 1 if the line is active, else 0.
    ///
    /// - `line`: The line.
    ///
    /// Permission: `gpio`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn read(line: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_read(line) };
        crate::narrow(answer)
    }

    /// Makes an output active or not.
    ///
    /// - `line`: The line.
    /// - `active`: 1: active; 0: not.
    ///
    /// Permission: `gpio`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn write(line: u32, active: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_write(line, active) };
        crate::narrow(answer)
    }

    /// Says which edges are told as events from now on. Edges that come before the last ones were told are told with them. What was not told yet is forgotten.
    ///
    /// - `line`: The line.
    /// - `edges`: Bits: 1 to the active level, 2 from it. 0: none any more.
    ///
    /// Permission: `gpio`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn watch(line: u32, edges: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_watch(line, edges) };
        crate::narrow(answer)
    }

    /// Gives a line up. No event of it comes any more.
    ///
    /// - `line`: The line.
    ///
    /// Permission: `gpio`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(line: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(line) };
        crate::narrow(answer)
    }
}

/// Analogue inputs, by the names that the board gives them.
pub mod adc {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:adc/1")]
    unsafe extern "C" {
        #[link_name = "open"]
        fn import_open(name: *const u8, name_len: usize) -> i32;
        #[link_name = "read"]
        fn import_read(input: u32) -> i32;
        #[link_name = "scale"]
        fn import_scale(input: u32, scale: *mut crate::AdcScale) -> i32;
        #[link_name = "close"]
        fn import_close(input: u32) -> i32;
    }

    /// Answers a handle for an input.
    ///
    /// - `name`: The input.
    ///
    /// Permission: `adc:…`, whose argument covers `name`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn open(name: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_open(name.as_ptr(), name.len()) };
        crate::narrow(answer)
    }

    /// Converts once and answers the count.
    ///
    /// - `input`: The input.
    ///
    /// Permission: `adc`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn read(input: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_read(input) };
        crate::narrow(answer)
    }

    /// Tells what the counts mean.
    ///
    /// - `input`: The input.
    /// - `scale`: Gets the scale.
    ///
    /// Permission: `adc`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn scale(input: u32, scale: &mut crate::AdcScale) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_scale(input, &raw mut *scale) };
        crate::narrow(answer)
    }

    /// Gives an input up.
    ///
    /// - `input`: The input.
    ///
    /// Permission: `adc`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(input: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(input) };
        crate::narrow(answer)
    }
}

/// I2C buses, by the names that the board gives them; the container is the controller, and reaches all that is on a bus that it's granted.
pub mod i2c {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:i2c/1")]
    unsafe extern "C" {
        #[link_name = "open"]
        fn import_open(name: *const u8, name_len: usize) -> i32;
        #[link_name = "transfer"]
        fn import_transfer(
            bus: u32,
            address: u32,
            write: *const u8,
            write_len: usize,
            read: *mut u8,
            read_len: usize,
        ) -> i32;
        #[link_name = "close"]
        fn import_close(bus: u32) -> i32;
    }

    /// Answers a handle for a bus.
    ///
    /// - `name`: The bus.
    ///
    /// Permission: `i2c:…`, whose argument covers `name`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn open(name: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_open(name.as_ptr(), name.len()) };
        crate::narrow(answer)
    }

    /// Writes, reads, or writes and then reads after a repeated start; what is empty is left out. Answers the number of bytes read. `not_found` if nobody has the address. `invalid` also where what is written and what is read overlap, or both are empty.
    ///
    /// - `bus`: The bus.
    /// - `address`: Address of 7 bits; one of 10 bits plus 0x8000.
    /// - `write`: What is written.
    /// - `read`: Gets what is read.
    ///
    /// Permission: `i2c`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn transfer(bus: u32, address: u32, write: &[u8], read: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe {
            import_transfer(bus, address, write.as_ptr(), write.len(), read.as_mut_ptr(), read.len())
        };
        crate::narrow(answer)
    }

    /// Gives a bus up.
    ///
    /// - `bus`: The bus.
    ///
    /// Permission: `i2c`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(bus: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(bus) };
        crate::narrow(answer)
    }
}

/// SPI peripherals, by the names that the board gives them, which bring chip select, mode and clock.
pub mod spi {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:spi/1")]
    unsafe extern "C" {
        #[link_name = "open"]
        fn import_open(name: *const u8, name_len: usize) -> i32;
        #[link_name = "transfer"]
        fn import_transfer(peripheral: u32, bytes: *mut u8, bytes_len: usize) -> i32;
        #[link_name = "close"]
        fn import_close(peripheral: u32) -> i32;
    }

    /// Answers a handle for a peripheral.
    ///
    /// - `name`: The peripheral.
    ///
    /// Permission: `spi:…`, whose argument covers `name`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn open(name: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_open(name.as_ptr(), name.len()) };
        crate::narrow(answer)
    }

    /// Selects the peripheral, sends bytes while it receives as many in their place, and lets it go. Answers their number. `invalid` for none.
    ///
    /// - `peripheral`: The peripheral.
    /// - `bytes`: What is sent, and then what was received.
    ///
    /// Permission: `spi`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn transfer(peripheral: u32, bytes: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_transfer(peripheral, bytes.as_mut_ptr(), bytes.len()) };
        crate::narrow(answer)
    }

    /// Gives a peripheral up.
    ///
    /// - `peripheral`: The peripheral.
    ///
    /// Permission: `spi`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(peripheral: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(peripheral) };
        crate::narrow(answer)
    }
}

/// Serial lines, by the names that the board gives them; speed and format are the board's.
pub mod uart {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:uart/1")]
    unsafe extern "C" {
        #[link_name = "open"]
        fn import_open(name: *const u8, name_len: usize) -> i32;
        #[link_name = "write"]
        fn import_write(line: u32, bytes: *const u8, bytes_len: usize) -> i32;
        #[link_name = "read"]
        fn import_read(line: u32, buffer: *mut u8, buffer_len: usize) -> i32;
        #[link_name = "watch"]
        fn import_watch(line: u32, readiness: u32) -> i32;
        #[link_name = "close"]
        fn import_close(line: u32) -> i32;
    }

    /// Answers a handle for a line.
    ///
    /// - `name`: The line.
    ///
    /// Permission: `uart:…`, whose argument covers `name`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn open(name: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_open(name.as_ptr(), name.len()) };
        crate::narrow(answer)
    }

    /// Sends bytes, as many as there is room for, and answers how many: at least one, unless there are none. Where there is no room it sends all of them later.
    ///
    /// - `line`: The line.
    /// - `bytes`: What is sent.
    ///
    /// Permission: `uart`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn write(line: u32, bytes: &[u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_write(line, bytes.as_ptr(), bytes.len()) };
        crate::narrow(answer)
    }

    /// Takes bytes that have come and answers how many; 0 if there are none. `io` once if some were lost or damaged.
    ///
    /// - `line`: The line.
    /// - `buffer`: Gets the bytes.
    ///
    /// Permission: `uart`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn read(line: u32, buffer: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_read(line, buffer.as_mut_ptr(), buffer.len()) };
        crate::narrow(answer)
    }

    /// Says what is told as events from now on; what is so already is told at once. What was not told yet is forgotten.
    ///
    /// - `line`: The line.
    /// - `readiness`: Bits: 1 bytes have come, 2 there is room to write. 0: nothing any more.
    ///
    /// Permission: `uart`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn watch(line: u32, readiness: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_watch(line, readiness) };
        crate::narrow(answer)
    }

    /// Gives a line up. No event of it comes any more.
    ///
    /// - `line`: The line.
    ///
    /// Permission: `uart`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(line: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(line) };
        crate::narrow(answer)
    }
}

/// Sensors that have a driver in the firmware, by the names that the board gives them. Each measures one thing or more, on named channels.
pub mod sensor {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:sensor/1")]
    unsafe extern "C" {
        #[link_name = "open"]
        fn import_open(name: *const u8, name_len: usize) -> i32;
        #[link_name = "channel"]
        fn import_channel(
            sensor: u32,
            number: u32,
            name: *mut u8,
            name_len: usize,
            channel: *mut crate::SensorChannel,
        ) -> i32;
        #[link_name = "read"]
        fn import_read(sensor: u32, number: u32, value: *mut crate::SensorValue) -> i32;
        #[link_name = "close"]
        fn import_close(sensor: u32) -> i32;
    }

    /// Answers a handle for a sensor.
    ///
    /// - `name`: The sensor.
    ///
    /// Permission: `sensor:…`, whose argument covers `name`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn open(name: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_open(name.as_ptr(), name.len()) };
        crate::narrow(answer)
    }

    /// Tells what a channel measures; `not_found` past the last one. If the name doesn't fit, `channel` tells its length.
    ///
    /// - `sensor`: The sensor.
    /// - `number`: Which channel, counted from 0.
    /// - `name`: Gets the channel's name.
    /// - `channel`: Gets the rest.
    ///
    /// Permission: `sensor`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn channel(
        sensor: u32,
        number: u32,
        name: &mut [u8],
        channel: &mut crate::SensorChannel,
    ) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer =
            unsafe { import_channel(sensor, number, name.as_mut_ptr(), name.len(), &raw mut *channel) };
        crate::narrow(answer)
    }

    /// Measures. `invalid` for a channel that isn't there.
    ///
    /// - `sensor`: The sensor.
    /// - `number`: Which channel.
    /// - `value`: Gets the value.
    ///
    /// Permission: `sensor`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn read(sensor: u32, number: u32, value: &mut crate::SensorValue) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_read(sensor, number, &raw mut *value) };
        crate::narrow(answer)
    }

    /// Gives a sensor up.
    ///
    /// - `sensor`: The sensor.
    ///
    /// Permission: `sensor`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(sensor: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(sensor) };
        crate::narrow(answer)
    }
}

/// Sockets. Addresses are texts, `host:port` or `[IPv6]:port`. None of these calls waits for the other side: `watch` says what for, and an event tells when to ask again. Names are looked up where `connect` and `connect-udp` are given one, as part of the call and under its permission.
pub mod net {
    use crate::Error;

    #[allow(clashing_extern_declarations, reason = "names are those of a module, and modules differ")]
    #[link(wasm_import_module = "sampan:net/1")]
    unsafe extern "C" {
        #[link_name = "connect"]
        fn import_connect(address: *const u8, address_len: usize) -> i32;
        #[link_name = "connected"]
        fn import_connected(socket: u32) -> i32;
        #[link_name = "connect-udp"]
        fn import_connect_udp(address: *const u8, address_len: usize) -> i32;
        #[link_name = "listen"]
        fn import_listen(address: *const u8, address_len: usize) -> i32;
        #[link_name = "accept"]
        fn import_accept(socket: u32, address: *mut u8, address_len: usize, peer: *mut crate::Peer) -> i32;
        #[link_name = "bind-udp"]
        fn import_bind_udp(address: *const u8, address_len: usize) -> i32;
        #[link_name = "send"]
        fn import_send(socket: u32, bytes: *const u8, bytes_len: usize) -> i32;
        #[link_name = "send-to"]
        fn import_send_to(
            socket: u32,
            address: *const u8,
            address_len: usize,
            bytes: *const u8,
            bytes_len: usize,
        ) -> i32;
        #[link_name = "receive"]
        fn import_receive(socket: u32, buffer: *mut u8, buffer_len: usize) -> i32;
        #[link_name = "receive-from"]
        fn import_receive_from(
            socket: u32,
            buffer: *mut u8,
            buffer_len: usize,
            address: *mut u8,
            address_len: usize,
            peer: *mut crate::Peer,
        ) -> i32;
        #[link_name = "watch"]
        fn import_watch(socket: u32, readiness: u32) -> i32;
        #[link_name = "local"]
        fn import_local(socket: u32, address: *mut u8, address_len: usize) -> i32;
        #[link_name = "close"]
        fn import_close(socket: u32) -> i32;
        #[link_name = "resolve"]
        fn import_resolve(name: *const u8, name_len: usize, address: *mut u8, address_len: usize) -> i32;
    }

    /// Begins a connection by TCP and answers a handle; `connected` tells how far it has come.
    ///
    /// - `address`: To where: a name or an address, and a port.
    ///
    /// Permission: `net.connect:…`, whose argument covers `address`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn connect(address: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_connect(address.as_ptr(), address.len()) };
        crate::narrow(answer)
    }

    /// Answers 0 once a connection is there; `busy` while it's being made; another code if it can't be.
    ///
    /// - `socket`: The socket.
    ///
    /// Permission: `net.connect`, or instead `net.listen` or `net.udp`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn connected(socket: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_connected(socket) };
        crate::narrow(answer)
    }

    /// Makes a socket for datagrams to and from one place, and answers its handle.
    ///
    /// - `address`: To where: a name or an address, and a port.
    ///
    /// Permission: `net.udp:…`, whose argument covers `address`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn connect_udp(address: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_connect_udp(address.as_ptr(), address.len()) };
        crate::narrow(answer)
    }

    /// Takes connections by TCP from now on. Answers a handle.
    ///
    /// - `address`: Where: an address of the device, or `0.0.0.0` or `[::]` for any, and a port; `*` for any port that is free.
    ///
    /// Permission: `net.listen:…`, whose argument covers `address`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn listen(address: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_listen(address.as_ptr(), address.len()) };
        crate::narrow(answer)
    }

    /// Takes the next connection that was made, and answers a handle for it; `empty` if there is none.
    ///
    /// - `socket`: One of `listen`.
    /// - `address`: Gets the address of the other side, cut off where it doesn't fit.
    /// - `peer`: Gets the length of the address.
    ///
    /// Permission: `net.listen`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn accept(socket: u32, address: &mut [u8], peer: &mut crate::Peer) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_accept(socket, address.as_mut_ptr(), address.len(), &raw mut *peer) };
        crate::narrow(answer)
    }

    /// Makes a socket for datagrams from anywhere to one address of the device. Answers a handle.
    ///
    /// - `address`: As for `listen`.
    ///
    /// Permission: `net.listen:…`, whose argument covers `address`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn bind_udp(address: &str) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_bind_udp(address.as_ptr(), address.len()) };
        crate::narrow(answer)
    }

    /// Sends as much of a stream as there is room for, or one datagram, to where the socket is connected. Answers how many bytes.
    ///
    /// - `socket`: The socket.
    /// - `bytes`: What is sent.
    ///
    /// Permission: `net.connect`, or instead `net.listen` or `net.udp`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn send(socket: u32, bytes: &[u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_send(socket, bytes.as_ptr(), bytes.len()) };
        crate::narrow(answer)
    }

    /// Sends one datagram. `not_found` for an address that is a name.
    ///
    /// - `socket`: One for datagrams.
    /// - `address`: To where.
    /// - `bytes`: What is sent.
    ///
    /// Permission: `net.udp:…`, whose argument covers `address`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn send_to(socket: u32, address: &str, bytes: &[u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer =
            unsafe { import_send_to(socket, address.as_ptr(), address.len(), bytes.as_ptr(), bytes.len()) };
        crate::narrow(answer)
    }

    /// Takes what has come of a stream, or one datagram, cut to the buffer. Answers how many bytes; 0 once the other side has ended a stream; `empty` if nothing has come.
    ///
    /// - `socket`: The socket.
    /// - `buffer`: Gets the bytes.
    ///
    /// Permission: `net.connect`, or instead `net.listen` or `net.udp`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn receive(socket: u32, buffer: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_receive(socket, buffer.as_mut_ptr(), buffer.len()) };
        crate::narrow(answer)
    }

    /// As `receive`, and tells from where.
    ///
    /// - `socket`: One for datagrams.
    /// - `buffer`: Gets the bytes.
    /// - `address`: Gets the address, cut off where it doesn't fit.
    /// - `peer`: Gets both lengths.
    ///
    /// Permission: `net.listen`, or instead `net.udp`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn receive_from(
        socket: u32,
        buffer: &mut [u8],
        address: &mut [u8],
        peer: &mut crate::Peer,
    ) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe {
            import_receive_from(
                socket,
                buffer.as_mut_ptr(),
                buffer.len(),
                address.as_mut_ptr(),
                address.len(),
                &raw mut *peer,
            )
        };
        crate::narrow(answer)
    }

    /// Says what is told as events from now on; what is so already is told at once. Each bit is told once, and then no more until it's asked for again.
    ///
    /// - `socket`: The socket.
    /// - `readiness`: Bits: 1 there is something to receive or to accept, 2 there is room to send, or a connection was made or couldn't be. 0: nothing any more.
    ///
    /// Permission: `net.connect`, or instead `net.listen` or `net.udp`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn watch(socket: u32, readiness: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_watch(socket, readiness) };
        crate::narrow(answer)
    }

    /// Writes a socket's own address and answers its length.
    ///
    /// - `socket`: The socket.
    /// - `address`: Gets the address.
    ///
    /// Permission: `net.connect`, or instead `net.listen` or `net.udp`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn local(socket: u32, address: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_local(socket, address.as_mut_ptr(), address.len()) };
        crate::narrow(answer)
    }

    /// Ends a socket. No event of it comes any more.
    ///
    /// - `socket`: The socket.
    ///
    /// Permission: `net.connect`, or instead `net.listen` or `net.udp`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn close(socket: u32) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer = unsafe { import_close(socket) };
        crate::narrow(answer)
    }

    /// Looks a host's name up, writes its address as text without a port, and answers the length of it.
    ///
    /// - `name`: The name.
    /// - `address`: Gets the address.
    ///
    /// Permission: `net.dns:…`, whose argument covers `name`.
    ///
    /// # Errors
    /// Any [`Error`] that the reference page names for this call.
    pub fn resolve(name: &str, address: &mut [u8]) -> Result<u32, Error> {
        // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.
        let answer =
            unsafe { import_resolve(name.as_ptr(), name.len(), address.as_mut_ptr(), address.len()) };
        crate::narrow(answer)
    }
}
