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
    /// The platform, or this device of it, can't do that.
    Unsupported = -14,
    /// Not now: try again later, after the event where there is one.
    Busy = -15,
    /// What was done before doesn't allow this.
    WrongState = -16,
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
    /// `gpio`
    Gpio,
    /// `adc`
    Adc,
    /// `i2c`
    I2c,
    /// `spi`
    Spi,
    /// `uart`
    Uart,
    /// `sensor`
    Sensor,
    /// `net.connect`
    NetConnect,
    /// `net.udp`
    NetUdp,
    /// `net.listen`
    NetListen,
    /// `net.dns`
    NetDns,
}

impl Permit {
    /// Every permission with its name.
    pub(crate) const NAMES: [(Self, &'static str); 18] = [
        (Self::Log, "log"),
        (Self::Clock, "clock"),
        (Self::Timer, "timer"),
        (Self::Random, "random"),
        (Self::MsgPub, "msg.pub"),
        (Self::MsgSub, "msg.sub"),
        (Self::Health, "health"),
        (Self::Kv, "kv"),
        (Self::Gpio, "gpio"),
        (Self::Adc, "adc"),
        (Self::I2c, "i2c"),
        (Self::Spi, "spi"),
        (Self::Uart, "uart"),
        (Self::Sensor, "sensor"),
        (Self::NetConnect, "net.connect"),
        (Self::NetUdp, "net.udp"),
        (Self::NetListen, "net.listen"),
        (Self::NetDns, "net.dns"),
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
    #[cfg(feature = "gpio")]
    GpioOpen,
    #[cfg(feature = "gpio")]
    GpioRead,
    #[cfg(feature = "gpio")]
    GpioWrite,
    #[cfg(feature = "gpio")]
    GpioWatch,
    #[cfg(feature = "gpio")]
    GpioClose,
    #[cfg(feature = "adc")]
    AdcOpen,
    #[cfg(feature = "adc")]
    AdcRead,
    #[cfg(feature = "adc")]
    AdcScale,
    #[cfg(feature = "adc")]
    AdcClose,
    #[cfg(feature = "i2c")]
    I2cOpen,
    #[cfg(feature = "i2c")]
    I2cTransfer,
    #[cfg(feature = "i2c")]
    I2cClose,
    #[cfg(feature = "spi")]
    SpiOpen,
    #[cfg(feature = "spi")]
    SpiTransfer,
    #[cfg(feature = "spi")]
    SpiClose,
    #[cfg(feature = "uart")]
    UartOpen,
    #[cfg(feature = "uart")]
    UartWrite,
    #[cfg(feature = "uart")]
    UartRead,
    #[cfg(feature = "uart")]
    UartWatch,
    #[cfg(feature = "uart")]
    UartClose,
    #[cfg(feature = "sensor")]
    SensorOpen,
    #[cfg(feature = "sensor")]
    SensorChannel,
    #[cfg(feature = "sensor")]
    SensorRead,
    #[cfg(feature = "sensor")]
    SensorClose,
    #[cfg(feature = "net")]
    NetConnect,
    #[cfg(feature = "net")]
    NetConnected,
    #[cfg(feature = "net")]
    NetConnectUdp,
    #[cfg(feature = "net")]
    NetListen,
    #[cfg(feature = "net")]
    NetAccept,
    #[cfg(feature = "net")]
    NetBindUdp,
    #[cfg(feature = "net")]
    NetSend,
    #[cfg(feature = "net")]
    NetSendTo,
    #[cfg(feature = "net")]
    NetReceive,
    #[cfg(feature = "net")]
    NetReceiveFrom,
    #[cfg(feature = "net")]
    NetWatch,
    #[cfg(feature = "net")]
    NetLocal,
    #[cfg(feature = "net")]
    NetClose,
    #[cfg(feature = "net")]
    NetResolve,
}

/// Every call. An import is bound to its index.
pub(super) const CALLS: &[Entry] = &[
    Entry {
        id: Id::LifecycleStopRequested,
        module: "sampan:lifecycle",
        name: "stop-requested",
        signature: b"()i",
        permit: None,
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
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
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Text(63)],
        #[cfg(test)]
        examples: &["limit"],
        #[cfg(test)]
        after: "kv.set",
    },
    #[cfg(feature = "gpio")]
    Entry {
        id: Id::GpioOpen,
        module: "sampan:gpio/1",
        name: "open",
        signature: b"(ii)i",
        permit: Some(Permit::Gpio),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(31)],
        #[cfg(test)]
        examples: &["led0"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "gpio")]
    Entry {
        id: Id::GpioRead,
        module: "sampan:gpio/1",
        name: "read",
        signature: b"(i)i",
        permit: Some(Permit::Gpio),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::GpioOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "gpio.open",
    },
    #[cfg(feature = "gpio")]
    Entry {
        id: Id::GpioWrite,
        module: "sampan:gpio/1",
        name: "write",
        signature: b"(ii)i",
        permit: Some(Permit::Gpio),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::GpioOpen), Kind::U32],
        #[cfg(test)]
        examples: &["", "1"],
        #[cfg(test)]
        after: "gpio.open",
    },
    #[cfg(feature = "gpio")]
    Entry {
        id: Id::GpioWatch,
        module: "sampan:gpio/1",
        name: "watch",
        signature: b"(ii)i",
        permit: Some(Permit::Gpio),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::GpioOpen), Kind::U32],
        #[cfg(test)]
        examples: &["", "3"],
        #[cfg(test)]
        after: "gpio.open",
    },
    #[cfg(feature = "gpio")]
    Entry {
        id: Id::GpioClose,
        module: "sampan:gpio/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::Gpio),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::GpioOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "gpio.open",
    },
    #[cfg(feature = "adc")]
    Entry {
        id: Id::AdcOpen,
        module: "sampan:adc/1",
        name: "open",
        signature: b"(ii)i",
        permit: Some(Permit::Adc),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(31)],
        #[cfg(test)]
        examples: &["light"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "adc")]
    Entry {
        id: Id::AdcRead,
        module: "sampan:adc/1",
        name: "read",
        signature: b"(i)i",
        permit: Some(Permit::Adc),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::AdcOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "adc.open",
    },
    #[cfg(feature = "adc")]
    Entry {
        id: Id::AdcScale,
        module: "sampan:adc/1",
        name: "scale",
        signature: b"(ii)i",
        permit: Some(Permit::Adc),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::AdcOpen), Kind::Struct { len: 12, align: 4 }],
        #[cfg(test)]
        examples: &["", "0"],
        #[cfg(test)]
        after: "adc.open",
    },
    #[cfg(feature = "adc")]
    Entry {
        id: Id::AdcClose,
        module: "sampan:adc/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::Adc),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::AdcOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "adc.open",
    },
    #[cfg(feature = "i2c")]
    Entry {
        id: Id::I2cOpen,
        module: "sampan:i2c/1",
        name: "open",
        signature: b"(ii)i",
        permit: Some(Permit::I2c),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(31)],
        #[cfg(test)]
        examples: &["i2c0"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "i2c")]
    Entry {
        id: Id::I2cTransfer,
        module: "sampan:i2c/1",
        name: "transfer",
        signature: b"(iiiiii)i",
        permit: Some(Permit::I2c),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::I2cOpen), Kind::U32, Kind::Bytes(1024), Kind::Buffer(1024)],
        #[cfg(test)]
        examples: &["", "72", "a", "2"],
        #[cfg(test)]
        after: "i2c.open",
    },
    #[cfg(feature = "i2c")]
    Entry {
        id: Id::I2cClose,
        module: "sampan:i2c/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::I2c),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::I2cOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "i2c.open",
    },
    #[cfg(feature = "spi")]
    Entry {
        id: Id::SpiOpen,
        module: "sampan:spi/1",
        name: "open",
        signature: b"(ii)i",
        permit: Some(Permit::Spi),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(31)],
        #[cfg(test)]
        examples: &["display"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "spi")]
    Entry {
        id: Id::SpiTransfer,
        module: "sampan:spi/1",
        name: "transfer",
        signature: b"(iii)i",
        permit: Some(Permit::Spi),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::SpiOpen), Kind::Buffer(4096)],
        #[cfg(test)]
        examples: &["", "4"],
        #[cfg(test)]
        after: "spi.open",
    },
    #[cfg(feature = "spi")]
    Entry {
        id: Id::SpiClose,
        module: "sampan:spi/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::Spi),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::SpiOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "spi.open",
    },
    #[cfg(feature = "uart")]
    Entry {
        id: Id::UartOpen,
        module: "sampan:uart/1",
        name: "open",
        signature: b"(ii)i",
        permit: Some(Permit::Uart),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(31)],
        #[cfg(test)]
        examples: &["gps"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "uart")]
    Entry {
        id: Id::UartWrite,
        module: "sampan:uart/1",
        name: "write",
        signature: b"(iii)i",
        permit: Some(Permit::Uart),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::UartOpen), Kind::Bytes(4096)],
        #[cfg(test)]
        examples: &["", "hello"],
        #[cfg(test)]
        after: "uart.open",
    },
    #[cfg(feature = "uart")]
    Entry {
        id: Id::UartRead,
        module: "sampan:uart/1",
        name: "read",
        signature: b"(iii)i",
        permit: Some(Permit::Uart),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::UartOpen), Kind::Buffer(4096)],
        #[cfg(test)]
        examples: &["", "8"],
        #[cfg(test)]
        after: "uart.open",
    },
    #[cfg(feature = "uart")]
    Entry {
        id: Id::UartWatch,
        module: "sampan:uart/1",
        name: "watch",
        signature: b"(ii)i",
        permit: Some(Permit::Uart),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::UartOpen), Kind::U32],
        #[cfg(test)]
        examples: &["", "1"],
        #[cfg(test)]
        after: "uart.open",
    },
    #[cfg(feature = "uart")]
    Entry {
        id: Id::UartClose,
        module: "sampan:uart/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::Uart),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::UartOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "uart.open",
    },
    #[cfg(feature = "sensor")]
    Entry {
        id: Id::SensorOpen,
        module: "sampan:sensor/1",
        name: "open",
        signature: b"(ii)i",
        permit: Some(Permit::Sensor),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(31)],
        #[cfg(test)]
        examples: &["room"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "sensor")]
    Entry {
        id: Id::SensorChannel,
        module: "sampan:sensor/1",
        name: "channel",
        signature: b"(iiiii)i",
        permit: Some(Permit::Sensor),
        also: &[],
        matched: None,
        wide: false,
        params: &[
            Kind::Handle(super::HandleKind::SensorOpen),
            Kind::U32,
            Kind::Buffer(4096),
            Kind::Struct { len: 12, align: 4 },
        ],
        #[cfg(test)]
        examples: &["", "0", "16", "0"],
        #[cfg(test)]
        after: "sensor.open",
    },
    #[cfg(feature = "sensor")]
    Entry {
        id: Id::SensorRead,
        module: "sampan:sensor/1",
        name: "read",
        signature: b"(iii)i",
        permit: Some(Permit::Sensor),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::SensorOpen), Kind::U32, Kind::Struct { len: 4, align: 4 }],
        #[cfg(test)]
        examples: &["", "0", "0"],
        #[cfg(test)]
        after: "sensor.open",
    },
    #[cfg(feature = "sensor")]
    Entry {
        id: Id::SensorClose,
        module: "sampan:sensor/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::Sensor),
        also: &[],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::SensorOpen)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "sensor.open",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetConnect,
        module: "sampan:net/1",
        name: "connect",
        signature: b"(ii)i",
        permit: Some(Permit::NetConnect),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127)],
        #[cfg(test)]
        examples: &["10.0.0.5:80"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetConnected,
        module: "sampan:net/1",
        name: "connected",
        signature: b"(i)i",
        permit: Some(Permit::NetConnect),
        also: &[Permit::NetListen, Permit::NetUdp],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::NetConnect)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "net.connect",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetConnectUdp,
        module: "sampan:net/1",
        name: "connect-udp",
        signature: b"(ii)i",
        permit: Some(Permit::NetUdp),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127)],
        #[cfg(test)]
        examples: &["10.0.0.5:53"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetListen,
        module: "sampan:net/1",
        name: "listen",
        signature: b"(ii)i",
        permit: Some(Permit::NetListen),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127)],
        #[cfg(test)]
        examples: &["0.0.0.0:8080"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetAccept,
        module: "sampan:net/1",
        name: "accept",
        signature: b"(iiii)i",
        permit: Some(Permit::NetListen),
        also: &[],
        matched: None,
        wide: false,
        params: &[
            Kind::Handle(super::HandleKind::NetConnect),
            Kind::Buffer(64),
            Kind::Struct { len: 8, align: 4 },
        ],
        #[cfg(test)]
        examples: &["", "64", "0"],
        #[cfg(test)]
        after: "net.listen",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetBindUdp,
        module: "sampan:net/1",
        name: "bind-udp",
        signature: b"(ii)i",
        permit: Some(Permit::NetListen),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127)],
        #[cfg(test)]
        examples: &["0.0.0.0:5683"],
        #[cfg(test)]
        after: "",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetSend,
        module: "sampan:net/1",
        name: "send",
        signature: b"(iii)i",
        permit: Some(Permit::NetConnect),
        also: &[Permit::NetListen, Permit::NetUdp],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::NetConnect), Kind::Bytes(4096)],
        #[cfg(test)]
        examples: &["", "hello"],
        #[cfg(test)]
        after: "net.connect",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetSendTo,
        module: "sampan:net/1",
        name: "send-to",
        signature: b"(iiiii)i",
        permit: Some(Permit::NetUdp),
        also: &[],
        matched: Some(1),
        wide: false,
        params: &[Kind::Handle(super::HandleKind::NetConnect), Kind::Text(127), Kind::Bytes(4096)],
        #[cfg(test)]
        examples: &["", "10.0.0.5:53", "hello"],
        #[cfg(test)]
        after: "net.bind-udp",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetReceive,
        module: "sampan:net/1",
        name: "receive",
        signature: b"(iii)i",
        permit: Some(Permit::NetConnect),
        also: &[Permit::NetListen, Permit::NetUdp],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::NetConnect), Kind::Buffer(4096)],
        #[cfg(test)]
        examples: &["", "16"],
        #[cfg(test)]
        after: "net.connect",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetReceiveFrom,
        module: "sampan:net/1",
        name: "receive-from",
        signature: b"(iiiiii)i",
        permit: Some(Permit::NetListen),
        also: &[Permit::NetUdp],
        matched: None,
        wide: false,
        params: &[
            Kind::Handle(super::HandleKind::NetConnect),
            Kind::Buffer(4096),
            Kind::Buffer(64),
            Kind::Struct { len: 8, align: 4 },
        ],
        #[cfg(test)]
        examples: &["", "16", "64", "0"],
        #[cfg(test)]
        after: "net.bind-udp",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetWatch,
        module: "sampan:net/1",
        name: "watch",
        signature: b"(ii)i",
        permit: Some(Permit::NetConnect),
        also: &[Permit::NetListen, Permit::NetUdp],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::NetConnect), Kind::U32],
        #[cfg(test)]
        examples: &["", "1"],
        #[cfg(test)]
        after: "net.connect",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetLocal,
        module: "sampan:net/1",
        name: "local",
        signature: b"(iii)i",
        permit: Some(Permit::NetConnect),
        also: &[Permit::NetListen, Permit::NetUdp],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::NetConnect), Kind::Buffer(64)],
        #[cfg(test)]
        examples: &["", "64"],
        #[cfg(test)]
        after: "net.connect",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetClose,
        module: "sampan:net/1",
        name: "close",
        signature: b"(i)i",
        permit: Some(Permit::NetConnect),
        also: &[Permit::NetListen, Permit::NetUdp],
        matched: None,
        wide: false,
        params: &[Kind::Handle(super::HandleKind::NetConnect)],
        #[cfg(test)]
        examples: &[""],
        #[cfg(test)]
        after: "net.connect",
    },
    #[cfg(feature = "net")]
    Entry {
        id: Id::NetResolve,
        module: "sampan:net/1",
        name: "resolve",
        signature: b"(iiii)i",
        permit: Some(Permit::NetDns),
        also: &[],
        matched: Some(0),
        wide: false,
        params: &[Kind::Text(127), Kind::Buffer(64)],
        #[cfg(test)]
        examples: &["broker.local", "64"],
        #[cfg(test)]
        after: "",
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
            #[cfg(feature = "gpio")]
            Id::GpioOpen => self.gpio_open(memory, args.input(0)),
            #[cfg(feature = "gpio")]
            Id::GpioRead => self.gpio_read(args.handle(0)),
            #[cfg(feature = "gpio")]
            Id::GpioWrite => self.gpio_write(args.handle(0), args.u32(1)),
            #[cfg(feature = "gpio")]
            Id::GpioWatch => self.gpio_watch(args.handle(0), args.u32(1)),
            #[cfg(feature = "gpio")]
            Id::GpioClose => self.gpio_close(args.handle(0)),
            #[cfg(feature = "adc")]
            Id::AdcOpen => self.adc_open(memory, args.input(0)),
            #[cfg(feature = "adc")]
            Id::AdcRead => self.adc_read(args.handle(0)),
            #[cfg(feature = "adc")]
            Id::AdcScale => self.adc_scale(memory, args.handle(0), args.output(1)),
            #[cfg(feature = "adc")]
            Id::AdcClose => self.adc_close(args.handle(0)),
            #[cfg(feature = "i2c")]
            Id::I2cOpen => self.i2c_open(memory, args.input(0)),
            #[cfg(feature = "i2c")]
            Id::I2cTransfer => {
                self.i2c_transfer(memory, args.handle(0), args.u32(1), args.input(2), args.output(3))
            }
            #[cfg(feature = "i2c")]
            Id::I2cClose => self.i2c_close(args.handle(0)),
            #[cfg(feature = "spi")]
            Id::SpiOpen => self.spi_open(memory, args.input(0)),
            #[cfg(feature = "spi")]
            Id::SpiTransfer => self.spi_transfer(memory, args.handle(0), args.output(1)),
            #[cfg(feature = "spi")]
            Id::SpiClose => self.spi_close(args.handle(0)),
            #[cfg(feature = "uart")]
            Id::UartOpen => self.uart_open(memory, args.input(0)),
            #[cfg(feature = "uart")]
            Id::UartWrite => self.uart_write(memory, args.handle(0), args.input(1)),
            #[cfg(feature = "uart")]
            Id::UartRead => self.uart_read(memory, args.handle(0), args.output(1)),
            #[cfg(feature = "uart")]
            Id::UartWatch => self.uart_watch(args.handle(0), args.u32(1)),
            #[cfg(feature = "uart")]
            Id::UartClose => self.uart_close(args.handle(0)),
            #[cfg(feature = "sensor")]
            Id::SensorOpen => self.sensor_open(memory, args.input(0)),
            #[cfg(feature = "sensor")]
            Id::SensorChannel => {
                self.sensor_channel(memory, args.handle(0), args.u32(1), args.output(2), args.output(3))
            }
            #[cfg(feature = "sensor")]
            Id::SensorRead => self.sensor_read(memory, args.handle(0), args.u32(1), args.output(2)),
            #[cfg(feature = "sensor")]
            Id::SensorClose => self.sensor_close(args.handle(0)),
            #[cfg(feature = "net")]
            Id::NetConnect => self.net_connect(memory, args.input(0)),
            #[cfg(feature = "net")]
            Id::NetConnected => self.net_connected(args.handle(0)),
            #[cfg(feature = "net")]
            Id::NetConnectUdp => self.net_connect_udp(memory, args.input(0)),
            #[cfg(feature = "net")]
            Id::NetListen => self.net_listen(memory, args.input(0)),
            #[cfg(feature = "net")]
            Id::NetAccept => self.net_accept(memory, args.handle(0), args.output(1), args.output(2)),
            #[cfg(feature = "net")]
            Id::NetBindUdp => self.net_bind_udp(memory, args.input(0)),
            #[cfg(feature = "net")]
            Id::NetSend => self.net_send(memory, args.handle(0), args.input(1)),
            #[cfg(feature = "net")]
            Id::NetSendTo => self.net_send_to(memory, args.handle(0), args.input(1), args.input(2)),
            #[cfg(feature = "net")]
            Id::NetReceive => self.net_receive(memory, args.handle(0), args.output(1)),
            #[cfg(feature = "net")]
            Id::NetReceiveFrom => {
                self.net_receive_from(memory, args.handle(0), args.output(1), args.output(2), args.output(3))
            }
            #[cfg(feature = "net")]
            Id::NetWatch => self.net_watch(args.handle(0), args.u32(1)),
            #[cfg(feature = "net")]
            Id::NetLocal => self.net_local(memory, args.handle(0), args.output(1)),
            #[cfg(feature = "net")]
            Id::NetClose => self.net_close(args.handle(0)),
            #[cfg(feature = "net")]
            Id::NetResolve => self.net_resolve(memory, args.input(0), args.output(1)),
        }
    }
}
