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
mod message;
mod timer;

pub(crate) use event::OcreDesk;
pub(super) use message::{is_prefix, matches};

use super::check::{Answer, Args, Kind, Needs, Refused};
use super::memory::{CheckedMemory, GuestMemory, Output};
use super::table::{Code, Permit};
use super::{Broker, Handler, OCRE_BASE};
use crate::container::Wait;
use sampan_abi::{ExitReason, Signature};
use sampan_engine::HostReply;
use sampan_platform::Platform;

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
    pub(super) const ETIMEDOUT: i32 = -110;
}

/// How a function ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done(i32),
    Parked,
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
        Self::Done(match code {
            Code::Denied => errno::EPERM,
            Code::BadAddress | Code::Invalid | Code::BadHandle => errno::EINVAL,
            Code::Full => errno::ENOMEM,
            Code::NotFound => errno::ENOENT,
            Code::Empty => errno::ENOMSG,
            Code::Io => errno::EIO,
            Code::Rate => errno::EAGAIN,
            Code::Stopping => errno::EINTR,
            Code::TooSmall => errno::ENOSPC,
            Code::NotReady => errno::ENODEV,
            Code::Timeout => errno::ETIMEDOUT,
        })
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
    Function { id, signature, needs: Needs { module: MODULE, name, permit, matched, params } }
}

const NUMBER: Kind = Kind::U32;
const TEXT: Kind = Kind::CText(MAX_TEXT + 1);
const WORD: Kind = Kind::Struct { len: 4, align: 1 };
const UTSNAME: Kind = Kind::Struct { len: (NAME_LEN * NAMES) as u32, align: 1 };
const TIMER: Option<Permit> = Some(Permit::Timer);

/// Every function of Ocre's that there is here.
const FUNCTIONS: [Function; 12] = [
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
        let outcome = match self.receive(function.needs, values, &mut memory) {
            Ok(args) => self.ocre(function.id, &args, &mut memory),
            Err(Refused::Code(code)) => code.into(),
            Err(Refused::Reply(reply)) => return reply,
        };
        let Outcome::Done(value) = outcome else { return HostReply::Park };
        if let Some(result) = values.first_mut() {
            *result = u64::from(value as u32);
        }
        HostReply::Return
    }

    fn ocre(&mut self, id: Id, args: &Args, memory: &mut CheckedMemory<'_>) -> Outcome {
        match id {
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
