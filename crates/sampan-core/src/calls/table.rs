// SPDX-License-Identifier: Apache-2.0
//! The guest ABI's calls, as the dispatcher reads them.
//!
//! Generated from crates/sampan-abi/host_calls.toml by `cargo xtask bindings`; do not edit.

use super::check::{Answer, Args, Entry, Kind};
use super::memory::CheckedMemory;
use super::{Broker, Handler};
use sampan_platform::Platform;

/// What a call answers instead of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Code {
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
}

/// A permission that calls ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    /// `log`
    Log,
    /// `clock`
    Clock,
    /// `timer`
    Timer,
    /// `random`
    Random,
    /// `msg.pub`
    MsgPub,
    /// `msg.sub`
    MsgSub,
    /// `health`
    Health,
    /// `kv`
    Kv,
}

impl Permit {
    /// Every permission with its name.
    pub(crate) const NAMES: [(Self, &'static str); 8] = [
        (Self::Log, "log"),
        (Self::Clock, "clock"),
        (Self::Timer, "timer"),
        (Self::Random, "random"),
        (Self::MsgPub, "msg.pub"),
        (Self::MsgSub, "msg.sub"),
        (Self::Health, "health"),
        (Self::Kv, "kv"),
    ];
}

/// Names a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    LifecycleStopRequested,
    #[cfg(feature = "log")]
    LogWrite,
    #[cfg(feature = "clock")]
    ClockMonotonic,
    #[cfg(feature = "clock")]
    ClockWall,
    #[cfg(feature = "timer")]
    TimerCreate,
    #[cfg(feature = "timer")]
    TimerSet,
    #[cfg(feature = "timer")]
    TimerClose,
    #[cfg(feature = "random")]
    RandomFill,
    #[cfg(feature = "msg")]
    MsgPublish,
    #[cfg(feature = "msg")]
    MsgSubscribe,
    #[cfg(feature = "msg")]
    MsgUnsubscribe,
    #[cfg(feature = "msg")]
    MsgReceive,
    #[cfg(feature = "msg")]
    MsgRequest,
    #[cfg(feature = "msg")]
    MsgReply,
    #[cfg(feature = "event")]
    EventWait,
    #[cfg(feature = "health")]
    HealthConfirm,
    #[cfg(feature = "health")]
    HealthHeartbeat,
    #[cfg(feature = "kv")]
    KvSet,
    #[cfg(feature = "kv")]
    KvGet,
    #[cfg(feature = "kv")]
    KvDelete,
}

/// Every call. An import is bound to its index.
pub(super) const CALLS: &[Entry] = &[
    Entry {
        id: Id::LifecycleStopRequested,
        module: "sampan:lifecycle",
        name: "stop-requested",
        signature: b"()i",
        permit: None,
        matched: None,
        wide: false,
        params: &[],
        #[cfg(test)]
        examples: &[],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "log")]
    Entry {
        id: Id::LogWrite,
        module: "sampan:log/1",
        name: "write",
        signature: b"(iii)i",
        permit: Some(Permit::Log),
        matched: None,
        wide: false,
        params: &[Kind::U32, Kind::Bytes(512)],
        #[cfg(test)]
        examples: &["3", "hello"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "clock")]
    Entry {
        id: Id::ClockMonotonic,
        module: "sampan:clock/1",
        name: "monotonic",
        signature: b"()I",
        permit: Some(Permit::Clock),
        matched: None,
        wide: true,
        params: &[],
        #[cfg(test)]
        examples: &[],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "clock")]
    Entry {
        id: Id::ClockWall,
        module: "sampan:clock/1",
        name: "wall",
        signature: b"()I",
        permit: Some(Permit::Clock),
        matched: None,
        wide: true,
        params: &[],
        #[cfg(test)]
        examples: &[],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "timer")]
    Entry {
        id: Id::TimerCreate,
        module: "sampan:timer/1",
        name: "create",
        signature: b"(II)i",
        permit: Some(Permit::Timer),
        matched: None,
        wide: false,
        params: &[Kind::U64, Kind::U64],
        #[cfg(test)]
        examples: &["1000", "0"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "timer")]
    Entry {
        id: Id::TimerSet,
        module: "sampan:timer/1",
        name: "set",
        signature: b"(iII)i",
        permit: Some(Permit::Timer),
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::TimerCreate), Kind::U64, Kind::U64],
        #[cfg(test)]
        examples: &["", "1000", "0"],
        #[cfg(test)]
        after: "timer.create",
    },
    #[cfg(feature = "timer")]
    Entry {
        id: Id::TimerClose,
        module: "sampan:timer/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::Timer),
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::TimerCreate)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "timer.create",
    },
    #[cfg(feature = "random")]
    Entry {
        id: Id::RandomFill,
        module: "sampan:random/1",
        name: "fill",
        signature: b"(ii)i",
        permit: Some(Permit::Random),
        matched: None,
        wide: false,
        params: &[Kind::Buffer(4096)],
        #[cfg(test)]
        examples: &["8"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "msg")]
    Entry {
        id: Id::MsgPublish,
        module: "sampan:msg/1",
        name: "publish",
        signature: b"(iiii)i",
        permit: Some(Permit::MsgPub),
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127), Kind::Bytes(4096)],
        #[cfg(test)]
        examples: &["plant/1", "21.5"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "msg")]
    Entry {
        id: Id::MsgSubscribe,
        module: "sampan:msg/1",
        name: "subscribe",
        signature: b"(ii)i",
        permit: Some(Permit::MsgSub),
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127)],
        #[cfg(test)]
        examples: &["plant/+"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "msg")]
    Entry {
        id: Id::MsgUnsubscribe,
        module: "sampan:msg/1",
        name: "unsubscribe",
        signature: b"(i)i",
        permit: Some(Permit::MsgSub),
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::MsgSubscribe)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "msg.subscribe",
    },
    #[cfg(feature = "msg")]
    Entry {
        id: Id::MsgReceive,
        module: "sampan:msg/1",
        name: "receive",
        signature: b"(iiiii)i",
        permit: Some(Permit::MsgSub),
        matched: None,
        wide: false,
        params: &[Kind::Buffer(127), Kind::Buffer(4096), Kind::Struct { len: 16, align: 4 }],
        #[cfg(test)]
        examples: &["127", "64", "0"],
        #[cfg(test)]
        after: "msg.publish",
    },
    #[cfg(feature = "msg")]
    Entry {
        id: Id::MsgRequest,
        module: "sampan:msg/1",
        name: "request",
        signature: b"(iiiiIii)i",
        permit: Some(Permit::MsgPub),
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127), Kind::Bytes(4096), Kind::U64, Kind::Buffer(4096)],
        #[cfg(test)]
        examples: &["plant/1", "21.5", "1000", "16"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "msg")]
    Entry {
        id: Id::MsgReply,
        module: "sampan:msg/1",
        name: "reply",
        signature: b"(iii)i",
        permit: Some(Permit::MsgSub),
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::MsgReceive), Kind::Bytes(4096)],
        #[cfg(test)]
        examples: &["", "ok"],
        #[cfg(test)]
        after: "msg.receive",
    },
    #[cfg(feature = "event")]
    Entry {
        id: Id::EventWait,
        module: "sampan:event/1",
        name: "wait",
        signature: b"(Ii)i",
        permit: None,
        matched: None,
        wide: false,
        params: &[Kind::U64, Kind::Struct { len: 24, align: 8 }],
        #[cfg(test)]
        examples: &["1000", "0"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "health")]
    Entry {
        id: Id::HealthConfirm,
        module: "sampan:health/1",
        name: "confirm",
        signature: b"()i",
        permit: Some(Permit::Health),
        matched: None,
        wide: false,
        params: &[],
        #[cfg(test)]
        examples: &[],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "health")]
    Entry {
        id: Id::HealthHeartbeat,
        module: "sampan:health/1",
        name: "heartbeat",
        signature: b"()i",
        permit: Some(Permit::Health),
        matched: None,
        wide: false,
        params: &[],
        #[cfg(test)]
        examples: &[],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "kv")]
    Entry {
        id: Id::KvSet,
        module: "sampan:kv/1",
        name: "set",
        signature: b"(iiii)i",
        permit: Some(Permit::Kv),
        matched: None,
        wide: false,
        params: &[Kind::Text(63), Kind::Bytes(4096)],
        #[cfg(test)]
        examples: &["limit", "80"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "kv")]
    Entry {
        id: Id::KvGet,
        module: "sampan:kv/1",
        name: "get",
        signature: b"(iiii)i",
        permit: Some(Permit::Kv),
        matched: None,
        wide: false,
        params: &[Kind::Text(63), Kind::Buffer(4096)],
        #[cfg(test)]
        examples: &["limit", "16"],
        #[cfg(test)]
        after: "kv.set",
    },
    #[cfg(feature = "kv")]
    Entry {
        id: Id::KvDelete,
        module: "sampan:kv/1",
        name: "delete",
        signature: b"(ii)i",
        permit: Some(Permit::Kv),
        matched: None,
        wide: false,
        params: &[Kind::Text(63)],
        #[cfg(test)]
        examples: &["limit"],
        #[cfg(test)]
        after: "kv.set",
    },
];

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// Runs the handler of a call whose arguments have all been checked.
    pub(super) fn handle(&mut self, id: Id, args: &Args, memory: &mut CheckedMemory<'_>) -> Answer {
        match id {
            Id::LifecycleStopRequested => self.lifecycle_stop_requested(),
            #[cfg(feature = "log")]
            Id::LogWrite => self.log_write(memory, args.u32(0), args.input(1)),
            #[cfg(feature = "clock")]
            Id::ClockMonotonic => self.clock_monotonic(),
            #[cfg(feature = "clock")]
            Id::ClockWall => self.clock_wall(),
            #[cfg(feature = "timer")]
            Id::TimerCreate => self.timer_create(args.u64(0), args.u64(1)),
            #[cfg(feature = "timer")]
            Id::TimerSet => self.timer_set(args.handle(0), args.u64(1), args.u64(2)),
            #[cfg(feature = "timer")]
            Id::TimerClose => self.timer_close(args.handle(0)),
            #[cfg(feature = "random")]
            Id::RandomFill => self.random_fill(memory, args.output(0)),
            #[cfg(feature = "msg")]
            Id::MsgPublish => self.msg_publish(memory, args.input(0), args.input(1)),
            #[cfg(feature = "msg")]
            Id::MsgSubscribe => self.msg_subscribe(memory, args.input(0)),
            #[cfg(feature = "msg")]
            Id::MsgUnsubscribe => self.msg_unsubscribe(args.handle(0)),
            #[cfg(feature = "msg")]
            Id::MsgReceive => self.msg_receive(memory, args.output(0), args.output(1), args.output(2)),
            #[cfg(feature = "msg")]
            Id::MsgRequest => {
                self.msg_request(memory, args.input(0), args.input(1), args.u64(2), args.output(3))
            }
            #[cfg(feature = "msg")]
            Id::MsgReply => self.msg_reply(memory, args.handle(0), args.input(1)),
            #[cfg(feature = "event")]
            Id::EventWait => self.event_wait(memory, args.u64(0), args.output(1)),
            #[cfg(feature = "health")]
            Id::HealthConfirm => self.health_confirm(),
            #[cfg(feature = "health")]
            Id::HealthHeartbeat => self.health_heartbeat(),
            #[cfg(feature = "kv")]
            Id::KvSet => self.kv_set(memory, args.input(0), args.input(1)),
            #[cfg(feature = "kv")]
            Id::KvGet => self.kv_get(memory, args.input(0), args.output(1)),
            #[cfg(feature = "kv")]
            Id::KvDelete => self.kv_delete(memory, args.input(0)),
        }
    }
}
