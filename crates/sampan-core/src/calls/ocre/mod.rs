// SPDX-License-Identifier: Apache-2.0
//! Ocre's guest ABI: its names and types for what Sampan's own calls do.
//!
//! Each function is checked as Sampan's own are, for the same permissions, and leads to the same timers, subscriptions
//! and mailboxes, so that containers of both kinds can talk to each other. What differs is how it is told: numbers
//! that the container chooses in the place of handles, texts that a NUL ends, subscriptions by the beginning of a
//! topic, and errors as negative `errno`s.
//!
//! Ocre hands messages over in memory that its runtime takes from the container's heap. Nothing here reaches into
//! a heap: a container says by `sampan:ocre/1` `mail` where it wants them, which what `sampan cc --ocre` links does.
//!
//! Source of names, types and errors: `ocre_api.h` of Ocre's SDK and `ocre_api` of its runtime.

mod event;
mod gpio;
mod message;
mod sensor;
mod timer;

pub(crate) use event::OcreDesk;
pub(super) use message::{is_prefix, matches};

use super::check::{Answer, Args, Kind, Needs, Refused};
use super::memory::{CheckedMemory, GuestMemory, Output};
use super::table::{Code, Permit};
use super::{Broker, Handler, OCRE_BASE};
use crate::container::Wait;
use gpio::{Action, By};
use sampan_abi::{ExitReason, Signature};
use sampan_engine::HostReply;
use sampan_platform::Platform;
use sensor::{Ask, Which};

/// Import module of Ocre's functions.
const MODULE: &str = "env";
/// Import module of what Ocre hasn't and its containers here need.
pub(super) const OWN_MODULE: &str = "sampan:ocre/1";
/// Bytes of a topic or a content type in Ocre's SDK, without its NUL.
const MAX_TEXT: u32 = 127;
/// Bytes of a message, as for Sampan's own calls.
const MAX_PAYLOAD: u32 = 4096;
/// Bytes of each member of `struct _ocre_posix_utsname`, and how many there are.
const NAME_LEN: usize = 65;
const NAMES: usize = 6;

/// Numbers of errors, as the C libraries of Ocre's hosts have them.
mod errno {
    pub(super) const EPERM: i32 = -1;
    pub(super) const ENOENT: i32 = -2;
    pub(super) const EINTR: i32 = -4;
    pub(super) const EIO: i32 = -5;
    pub(super) const EAGAIN: i32 = -11;
    pub(super) const ENOMEM: i32 = -12;
    pub(super) const EBUSY: i32 = -16;
    pub(super) const ENODEV: i32 = -19;
    pub(super) const EINVAL: i32 = -22;
    pub(super) const ENOSPC: i32 = -28;
    pub(super) const ENOMSG: i32 = -42;
    pub(super) const ENOTSUP: i32 = -95;
    pub(super) const ETIMEDOUT: i32 = -110;

    pub(super) const fn of(code: super::Code) -> i32 {
        use super::Code;
        match code {
            Code::Denied => EPERM,
            Code::BadAddress | Code::Invalid | Code::BadHandle | Code::WrongState => EINVAL,
            Code::Full => ENOMEM,
            Code::NotFound => ENOENT,
            Code::Empty => ENOMSG,
            Code::Io => EIO,
            Code::Rate => EAGAIN,
            Code::Stopping => EINTR,
            Code::TooSmall => ENOSPC,
            Code::NotReady => ENODEV,
            Code::Timeout => ETIMEDOUT,
            Code::Unsupported => ENOTSUP,
            Code::Busy => EBUSY,
        }
    }
}

/// How a function ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Done(i32),
    /// With a number that isn't whole.
    Real(f64),
    Parked,
    /// The container doesn't go on.
    Ends(HostReply),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Done(value) => Self::Done(i32::try_from(value).unwrap_or(i32::MAX)),
            Answer::Parked => Self::Parked,
            Answer::Failed(code) => code.into(),
        }
    }
}

impl From<Code> for Outcome {
    fn from(code: Code) -> Self {
        Self::Done(errno::of(code))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Id {
    Uname,
    Sleep,
    GetEvent,
    RegisterDispatcher,
    Publish,
    Subscribe,
    FreeEvent,
    TimerCreate,
    TimerStart,
    TimerStop,
    TimerDelete,
    TimerRemaining,
    GpioInit,
    Gpio(Action, By),
    SensorsInit,
    SensorsDiscover,
    /// By number or by name.
    Sensors(Ask, By),
    SensorsList,
    Mail,
}

/// One function. An import is bound to its index.
struct Function {
    id: Id,
    signature: &'static [u8],
    needs: Needs,
}

const fn function(
    name: &'static str,
    signature: &'static [u8],
    id: Id,
    permit: Option<Permit>,
    params: &'static [Kind],
) -> Function {
    // Where the first parameter is a text, it is what the permission's argument must cover.
    let matched = match (permit, params) {
        (Some(_), [Kind::CText(_), ..]) => Some(0),
        _ => None,
    };
    Function { id, signature, needs: Needs { module: MODULE, name, permit, also: &[], matched, params } }
}

const NUMBER: Kind = Kind::U32;
const TEXT: Kind = Kind::CText(MAX_TEXT + 1);
const WORD: Kind = Kind::Struct { len: 4, align: 1 };
const UTSNAME: Kind = Kind::Struct { len: (NAME_LEN * NAMES) as u32, align: 1 };
const TIMER: Option<Permit> = Some(Permit::Timer);
const GPIO: Option<Permit> = Some(Permit::Gpio);
const SENSOR: Option<Permit> = Some(Permit::Sensor);

/// A function of lines: by port and pin, or by name.
const fn gpio(name: &'static str, action: Action, by: By) -> Function {
    let sets = matches!(action, Action::Configure | Action::Set);
    let (signature, params): (&[u8], &[Kind]) = match (by, sets) {
        (By::Number, true) => (b"(iii)i", &[NUMBER; 3]),
        (By::Number, false) => (b"(ii)i", &[NUMBER; 2]),
        (By::Name, true) => (b"(ii)i", &[TEXT, NUMBER]),
        (By::Name, false) => (b"(i)i", &[TEXT]),
    };
    function(name, signature, Id::Gpio(action, by), GPIO, params)
}

/// A function of sensors, likewise; `signature` has the type of a channel's number and of the result.
const fn sensor(name: &'static str, signature: &'static [u8], ask: Ask, by: By) -> Function {
    let params: &[Kind] = match (by, ask) {
        (By::Number, Ask::ChannelType | Ask::Read) => &[NUMBER; 2],
        (By::Number, _) => &[NUMBER],
        (By::Name, Ask::ChannelType | Ask::Read) => &[TEXT, NUMBER],
        (By::Name, _) => &[TEXT],
    };
    function(name, signature, Id::Sensors(ask, by), SENSOR, params)
}

/// Every function of Ocre's.
const FUNCTIONS: [Function; 38] = [
    function("uname", b"(i)i", Id::Uname, None, &[UTSNAME]),
    function("ocre_sleep", b"(i)i", Id::Sleep, None, &[NUMBER]),
    function("ocre_get_event", b"(iiiiii)i", Id::GetEvent, None, &[WORD; 6]),
    function("ocre_register_dispatcher", b"(ii)i", Id::RegisterDispatcher, None, &[NUMBER, TEXT]),
    function(
        "ocre_publish_message",
        b"(iiii)i",
        Id::Publish,
        Some(Permit::MsgPub),
        &[TEXT, TEXT, Kind::Bytes(MAX_PAYLOAD)],
    ),
    function("ocre_subscribe_message", b"(i)i", Id::Subscribe, Some(Permit::MsgSub), &[TEXT]),
    function("ocre_messaging_free_module_event_data", b"(iii)i", Id::FreeEvent, None, &[NUMBER; 3]),
    function("ocre_timer_create", b"(i)i", Id::TimerCreate, TIMER, &[NUMBER]),
    function("ocre_timer_start", b"(iii)i", Id::TimerStart, TIMER, &[NUMBER; 3]),
    function("ocre_timer_stop", b"(i)i", Id::TimerStop, TIMER, &[NUMBER]),
    function("ocre_timer_delete", b"(i)i", Id::TimerDelete, TIMER, &[NUMBER]),
    function("ocre_timer_get_remaining", b"(i)i", Id::TimerRemaining, TIMER, &[NUMBER]),
    function("ocre_gpio_init", b"()i", Id::GpioInit, GPIO, &[]),
    gpio("ocre_gpio_configure", Action::Configure, By::Number),
    gpio("ocre_gpio_pin_set", Action::Set, By::Number),
    gpio("ocre_gpio_pin_get", Action::Get, By::Number),
    gpio("ocre_gpio_pin_toggle", Action::Toggle, By::Number),
    gpio("ocre_gpio_register_callback", Action::Watch, By::Number),
    gpio("ocre_gpio_unregister_callback", Action::Unwatch, By::Number),
    gpio("ocre_gpio_configure_by_name", Action::Configure, By::Name),
    gpio("ocre_gpio_set_by_name", Action::Set, By::Name),
    gpio("ocre_gpio_get_by_name", Action::Get, By::Name),
    gpio("ocre_gpio_toggle_by_name", Action::Toggle, By::Name),
    gpio("ocre_gpio_register_callback_by_name", Action::Watch, By::Name),
    gpio("ocre_gpio_unregister_callback_by_name", Action::Unwatch, By::Name),
    function("ocre_sensors_init", b"()i", Id::SensorsInit, SENSOR, &[]),
    function("ocre_sensors_discover", b"()i", Id::SensorsDiscover, SENSOR, &[]),
    sensor("ocre_sensors_open", b"(i)i", Ask::Open, By::Number),
    sensor("ocre_sensors_get_handle", b"(i)i", Ask::Handle, By::Number),
    sensor("ocre_sensors_get_channel_count", b"(i)i", Ask::ChannelCount, By::Number),
    sensor("ocre_sensors_get_channel_type", b"(ii)i", Ask::ChannelType, By::Number),
    sensor("ocre_sensors_read", b"(ii)F", Ask::Read, By::Number),
    sensor("ocre_sensors_open_by_name", b"(i)i", Ask::Open, By::Name),
    sensor("ocre_sensors_get_handle_by_name", b"(i)i", Ask::Handle, By::Name),
    sensor("ocre_sensors_get_channel_count_by_name", b"(i)i", Ask::ChannelCount, By::Name),
    sensor("ocre_sensors_get_channel_type_by_name", b"(ii)i", Ask::ChannelType, By::Name),
    sensor("ocre_sensors_read_by_name", b"(ii)F", Ask::Read, By::Name),
    function("ocre_sensors_get_list", b"(ii)i", Id::SensorsList, SENSOR, &[NUMBER; 2]),
];

/// Where messages are to be put.
const MAIL: Function = function("mail", b"(ii)i", Id::Mail, None, &[Kind::Buffer(u32::MAX)]);

pub(super) fn find(module: &str, name: &str) -> Option<(u16, Signature)> {
    let idx = match module {
        OWN_MODULE => FUNCTIONS.len(),
        MODULE => FUNCTIONS.iter().position(|function| function.needs.name == name)?,
        _ => return None,
    };
    let function = FUNCTIONS.get(idx).unwrap_or(&MAIL);
    let signature = Signature::parse(function.signature).ok()?;
    (function.needs.name == name).then_some((OCRE_BASE + idx as u16, signature))
}

/// Every function with its type, and what is checked of a call to it.
pub(super) fn functions() -> impl Iterator<Item = (&'static str, &'static Needs)> {
    const ALL: &[Function] = &FUNCTIONS;
    const OWN: Function = Function { needs: Needs { module: OWN_MODULE, ..MAIL.needs }, ..MAIL };
    let text = |function: &'static Function| core::str::from_utf8(function.signature).unwrap_or("");
    ALL.iter().chain([&OWN]).map(move |function| (text(function), &function.needs))
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// Makes one of Ocre's calls.
    pub(super) fn call_ocre(
        &mut self,
        number: u16,
        values: &mut [u64],
        memory: GuestMemory<'_>,
    ) -> HostReply {
        let idx = usize::from(number - OCRE_BASE);
        let function = match FUNCTIONS.get(idx) {
            Some(function) => function,
            None if idx == FUNCTIONS.len() => &MAIL,
            None => return self.end(ExitReason::EngineFault),
        };
        let mut memory = CheckedMemory::new(memory);
        let mut args = Args::default();
        let outcome = match self.receive(&function.needs, values, &mut memory, &mut args) {
            Ok(()) => self.ocre(function, &args, &mut memory),
            Err(Refused::Code(code)) => code.into(),
            Err(Refused::Reply(reply)) => return reply,
        };
        let is_real = function.signature.ends_with(b"F");
        let value = match outcome {
            Outcome::Done(value) if is_real => f64::from(value).to_bits(),
            Outcome::Done(value) => u64::from(value as u32),
            Outcome::Real(value) => value.to_bits(),
            Outcome::Parked => return HostReply::Park,
            Outcome::Ends(reply) => return reply,
        };
        if let Some(result) = values.first_mut() {
            *result = value;
        }
        HostReply::Return
    }

    fn ocre(&mut self, function: &Function, args: &Args, memory: &mut CheckedMemory<'_>) -> Outcome {
        match function.id {
            Id::Uname => self.ocre_uname(memory, args.output(0)),
            Id::Sleep => self.ocre_sleep(args.u32(0)),
            Id::GetEvent => self.ocre_get_event(memory, core::array::from_fn(|idx| args.output(idx))),
            Id::RegisterDispatcher => self.ocre_register_dispatcher(args.u32(0)),
            Id::Publish => self.ocre_publish(memory, args.input(0), args.input(1), args.input(2)),
            Id::Subscribe => self.ocre_subscribe(memory, args.input(0)),
            Id::FreeEvent => self.ocre_free_event(core::array::from_fn(|idx| args.u32(idx))),
            Id::TimerCreate => self.ocre_timer_create(args.u32(0)),
            Id::TimerStart => self.ocre_timer_start(args.u32(0), args.u32(1), args.u32(2) != 0),
            Id::TimerStop => self.ocre_timer_stop(args.u32(0)),
            Id::TimerDelete => self.ocre_timer_delete(args.u32(0)),
            Id::TimerRemaining => self.ocre_timer_remaining(args.u32(0)),
            // There is nothing to be made ready.
            Id::GpioInit | Id::SensorsInit => Outcome::Done(0),
            Id::Gpio(action, by) => self.ocre_gpio((function, action, by), args, memory),
            Id::SensorsDiscover => self.ocre_sensors_discover(),
            Id::Sensors(ask, By::Number) => {
                self.ocre_sensors(memory, ask, Which::Number(args.u32(0)), args.u32(1))
            }
            Id::Sensors(ask, By::Name) => {
                self.ocre_sensors(memory, ask, Which::Name(args.input(0)), args.u32(1))
            }
            // In Ocre it fills the container's memory with addresses of the host's.
            Id::SensorsList => Outcome::Done(errno::ENOTSUP),
            Id::Mail => self.ocre_mail(args.output(0)),
        }
    }

    /// Names of system, node, release, version, machine and domain.
    fn ocre_uname(&mut self, memory: &mut CheckedMemory<'_>, out: Output) -> Outcome {
        let names: [&str; NAMES] = [
            "Sampan",
            self.guest.name.as_str(),
            env!("CARGO_PKG_VERSION"),
            "",
            if cfg!(target_arch = "arm") { "ARM" } else { "" },
            "",
        ];
        for (place, name) in memory.output(out).chunks_exact_mut(NAME_LEN).zip(names) {
            place.fill(0);
            let (place, _) = place.split_at_mut(NAME_LEN - 1);
            place.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
        }
        Outcome::Done(0)
    }

    /// Waits, needs no permission for it, and is over when the container is asked to stop.
    fn ocre_sleep(&mut self, milliseconds: u32) -> Outcome {
        if (milliseconds as i32) < 0 {
            return Outcome::Done(errno::EINVAL);
        }
        if self.guest.stop_requested {
            return Outcome::Done(0);
        }
        let sleep_us = u64::from(milliseconds).saturating_mul(1000);
        self.guest.wait = Wait::Sleep { deadline_us: self.platform.now_us().saturating_add(sleep_us) };
        Outcome::Parked
    }
}
