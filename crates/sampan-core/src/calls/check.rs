// SPDX-License-Identifier: Apache-2.0
//! What is checked of every call before any handler runs: permission, rate, addresses, lengths, handles.
//!
//! The table says what each call needs; this reads it. A handler gets [`Args`], whose ranges only this module
//! makes, and a [`CheckedMemory`] that takes nothing else: it has no way to an address that wasn't checked.

use super::memory::{CheckedMemory, GuestMemory, Input, Output};
use super::table::{CALLS, Code, Id, Permit};
use super::{Broker, HandleKind, Handler, OWN_BASE};
use crate::desk::HandlePlace;
use sampan_abi::Signature;
use sampan_engine::HostReply;
use sampan_image::Argument;
use sampan_platform::Platform;

/// Parameters of a call, at most.
const MAX_ARGS: usize = 6;

/// One call of the guest ABI.
pub(super) struct Entry {
    pub(super) id: Id,
    pub(super) module: &'static str,
    pub(super) name: &'static str,
    pub(super) signature: &'static [u8],
    pub(super) permit: Option<Permit>,
    /// Permissions of which each does in its place.
    pub(super) also: &'static [Permit],
    /// Index of the text that the permission's argument must cover.
    pub(super) matched: Option<u8>,
    /// Whether it answers 64 bits.
    pub(super) wide: bool,
    pub(super) params: &'static [Kind],
    /// Values that make it work.
    #[cfg(test)]
    pub(super) examples: &'static [&'static str],
    /// The call that makes what this one needs; may be empty.
    #[cfg(test)]
    pub(super) after: &'static str,
}

impl Entry {
    const fn needs(&self) -> Needs {
        let Self { module, name, permit, also, matched, params, .. } = *self;
        Needs { module, name, permit, also, matched, params }
    }
}

/// What is checked of a call, whatever it does.
#[derive(Clone, Copy)]
pub(super) struct Needs {
    pub(super) module: &'static str,
    pub(super) name: &'static str,
    pub(super) permit: Option<Permit>,
    /// Permissions any of which will do as well.
    pub(super) also: &'static [Permit],
    /// Index of the text that the permission's argument must cover.
    pub(super) matched: Option<u8>,
    pub(super) params: &'static [Kind],
}

/// Kind of a parameter; numbers are the most bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    U32,
    U64,
    Text(u32),
    /// A text that ends with a NUL, at the one address that is given.
    #[cfg(feature = "ocre")]
    CText(u32),
    Bytes(u32),
    Buffer(u32),
    Struct {
        len: u32,
        align: u32,
    },
    Handle(HandleKind),
}

/// Arguments that have been checked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Args([Arg; MAX_ARGS]);

#[derive(Clone, Copy, Debug, Default)]
enum Arg {
    #[default]
    None,
    Number(u64),
    Input(Input),
    Output(Output),
    Handle(HandlePlace),
}

impl Args {
    pub(super) fn u32(&self, idx: usize) -> u32 {
        self.u64(idx) as u32
    }

    pub(super) fn u64(&self, idx: usize) -> u64 {
        if let Some(Arg::Number(value)) = self.0.get(idx) { *value } else { 0 }
    }

    pub(super) fn input(&self, idx: usize) -> Input {
        if let Some(Arg::Input(input)) = self.0.get(idx) { *input } else { Input::default() }
    }

    pub(super) fn output(&self, idx: usize) -> Output {
        if let Some(Arg::Output(output)) = self.0.get(idx) { *output } else { Output::default() }
    }

    /// The handle's place. A table that names another kind of parameter here gets one that holds nothing.
    pub(super) fn handle(&self, idx: usize) -> HandlePlace {
        if let Some(Arg::Handle(place)) = self.0.get(idx) { *place } else { HandlePlace::NONE }
    }
}

/// How a handler ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// With a result of at least 0.
    Done(u64),
    /// Later.
    Parked,
    Failed(Code),
}

impl From<Result<u64, Code>> for Answer {
    fn from(result: Result<u64, Code>) -> Self {
        result.map_or_else(Self::Failed, Self::Done)
    }
}

pub(super) fn find(module: &str, name: &str) -> Option<(u16, Signature)> {
    let idx = CALLS.iter().position(|entry| entry.module == module && entry.name == name)?;
    let signature = Signature::parse(CALLS.get(idx)?.signature).ok()?;
    Some((OWN_BASE + idx as u16, signature))
}

/// A code as the guest sees it.
pub(super) const fn code_bits(code: Code, wide: bool) -> u64 {
    let code = code as i32;
    if wide { code as i64 as u64 } else { code as u32 as u64 }
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// Makes one of Sampan's own calls.
    pub(super) fn call_own(&mut self, number: u16, values: &mut [u64], memory: GuestMemory<'_>) -> HostReply {
        let Some(entry) = CALLS.get(usize::from(number - OWN_BASE)) else {
            return self.end(sampan_abi::ExitReason::EngineFault);
        };
        let mut memory = CheckedMemory::new(memory);
        let mut args = Args::default();
        let answer = match self.receive(&entry.needs(), values, &mut memory, &mut args) {
            Ok(()) => self.handle(entry.id, &args, &mut memory),
            Err(Refused::Code(code)) => Answer::Failed(code),
            Err(Refused::Reply(reply)) => return reply,
        };
        let value = match answer {
            Answer::Parked => return HostReply::Park,
            Answer::Done(value) => value,
            Answer::Failed(code) => code_bits(code, entry.wide),
        };
        if let Some(result) = values.first_mut() {
            *result = value;
        }
        HostReply::Return
    }

    /// Checks a call, and reacts to one that the container may not make. The arguments go into `args`: to
    /// hand them up by value would copy room for six of them at every call.
    pub(super) fn receive(
        &mut self,
        needs: &Needs,
        values: &[u64],
        memory: &mut CheckedMemory<'_>,
        args: &mut Args,
    ) -> Result<(), Refused> {
        self.admit(needs, values, memory, args).map_err(|refusal| match refusal {
            Refusal::Code(code) => Refused::Code(code),
            Refusal::Denied(permit, argument) => self
                .deny(permit, needs.module, needs.name, || memory.text(argument))
                .map_or(Refused::Code(Code::Denied), Refused::Reply),
        })
    }

    /// Checks all that can be checked without knowing what the call does.
    fn admit(
        &mut self,
        needs: &Needs,
        values: &[u64],
        memory: &mut CheckedMemory<'_>,
        args: &mut Args,
    ) -> Result<(), Refusal> {
        let has = |permit: &Permit| self.guest.desk.has(*permit);
        let lacks = needs.permit.filter(|permit| !has(permit) && !needs.also.iter().any(has));
        if let Some(permit) = lacks {
            // The argument is for the log alone, which tells of it once, and if it's there to be read.
            let told = self.guest.desk.has_told(permit);
            let matched =
                needs.matched.filter(|_| !told && self.arguments(needs, values, memory, args).is_ok());
            return Err(Refusal::Denied(
                permit,
                matched.map_or_else(Input::default, |idx| args.input(usize::from(idx))),
            ));
        }
        if !self.guest.desk.rate.take(|| self.platform.now_us()) {
            self.guest.stats.throttled_calls = self.guest.stats.throttled_calls.saturating_add(1);
            return Err(Refusal::Code(Code::Rate));
        }
        self.arguments(needs, values, memory, args).map_err(Refusal::Code)?;
        if let (Some(permit), Some(idx)) = (needs.permit, needs.matched) {
            let input = args.input(usize::from(idx));
            let action = match permit {
                Permit::MsgPub | Permit::MsgSub => Argument::Topic(memory.text(input)),
                Permit::NetConnect | Permit::NetListen | Permit::NetUdp => {
                    let address = Argument::parse_address(memory.text(input));
                    address.ok_or(Refusal::Code(Code::Invalid))?
                }
                _ => Argument::Name(memory.text(input)),
            };
            if !self.guest.desk.grants.allows(self.guest.strings.region.bytes(), permit, action) {
                return Err(Refusal::Denied(permit, input));
            }
        }
        Ok(())
    }

    fn arguments(
        &mut self,
        needs: &Needs,
        values: &[u64],
        memory: &mut CheckedMemory<'_>,
        args: &mut Args,
    ) -> Result<(), Code> {
        let mut values = values.iter().copied();
        let mut next = || values.next().unwrap_or(0);
        for (place, kind) in args.0.iter_mut().zip(needs.params) {
            let first = next();
            *place = match *kind {
                Kind::U32 => Arg::Number(u64::from(first as u32)),
                Kind::U64 => Arg::Number(first),
                Kind::Text(max) => Arg::Input(memory.check_text(first as u32, next() as u32, max)?),
                #[cfg(feature = "ocre")]
                Kind::CText(max) => Arg::Input(memory.check_c_text(first as u32, max)?),
                Kind::Bytes(max) => Arg::Input(memory.check_input(first as u32, next() as u32, max)?),
                Kind::Buffer(max) => Arg::Output(memory.check_output(first as u32, next() as u32, max)?),
                Kind::Struct { len, align } => Arg::Output(memory.check_struct(first as u32, len, align)?),
                Kind::Handle(kind) => {
                    let region = self.guest.strings.region.bytes();
                    let place = self.guest.desk.handles.find(region, kind, first as u32);
                    Arg::Handle(place.ok_or(Code::BadHandle)?)
                }
            };
        }
        Ok(())
    }
}

/// What the container gets in the place of a handler's answer.
pub(super) enum Refused {
    Code(Code),
    /// It doesn't go on.
    Reply(HostReply),
}

/// Why no handler runs.
enum Refusal {
    Code(Code),
    /// The permission that is lacking, and the text that it doesn't cover.
    Denied(Permit, Input),
}
