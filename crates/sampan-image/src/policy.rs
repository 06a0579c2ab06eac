// SPDX-License-Identifier: Apache-2.0
//! The policy component: what the operator grants a container, and what becomes of it at a fault.
//!
//! What a policy doesn't say has the value that the runtime gives it; what it says twice, out of order or
//! out of range refuses it whole. Texts are borrowed from the payload and were all read once.

use crate::cbor::{Keys, Reader};
use crate::error::{Error, ErrorKind};
use crate::permission::{MAX_PERMISSIONS, Permission, Permissions};
use sampan_abi::limits::{MAX_ARGS, MAX_ARGS_BYTES, MAX_HANDLES, MAX_PRIORITY, MAX_SHARE};

/// Version of the policy's format.
pub const POLICY_VERSION: u32 = 1;
/// Devices of one policy, at most.
const MAX_DEVICES: usize = 32;
/// Bytes of a device's name, at most.
const MAX_DEVICE_BYTES: usize = 31;

const KEY_VERSION: i32 = 1;
const KEY_REQUESTED: i32 = 2;
const KEY_GRANTED: i32 = 3;
const KEY_BUDGETS: i32 = 4;
const KEY_DENIED: i32 = 5;
const KEY_FAULT: i32 = 6;
const KEY_ARGS: i32 = 7;
const KEY_ENV: i32 = 8;
const KEY_AUTOSTART: i32 = 9;
const KEY_DEVICES: i32 = 10;

/// What follows a call that isn't permitted. It's recorded in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeniedAction {
    /// The call answers with an error.
    #[default]
    Error = 0,
    /// The container traps.
    Trap = 1,
    /// The container is stopped.
    Stop = 2,
    /// The container is put aside until the operator lets it run again.
    Quarantine = 3,
}

impl DeniedAction {
    /// Every action with its name.
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::Error, "error"),
        (Self::Trap, "trap"),
        (Self::Stop, "stop"),
        (Self::Quarantine, "quarantine"),
    ];
}

/// What follows a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaultAction {
    /// It stays faulted.
    #[default]
    Stop = 0,
    /// It is started again, later each time.
    Restart = 1,
    /// It is put aside until the operator lets it run again.
    Quarantine = 2,
    /// The firmware is told, and decides.
    Escalate = 3,
}

impl FaultAction {
    /// Every action with its name.
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::Stop, "stop"),
        (Self::Restart, "restart"),
        (Self::Quarantine, "quarantine"),
        (Self::Escalate, "escalate"),
    ];
}

/// Limits of a container; `None` leaves one to the runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Bytes of memory: the engine's, stack and linear memory together.
    pub memory_bytes: Option<u32>,
    /// Bytes of stack.
    pub stack_bytes: Option<u32>,
    /// Weight of the CPU time, 1 to 1000.
    pub cpu_share: Option<u32>,
    /// Priority within its share, 0 (first) to 7.
    pub priority: Option<u32>,
    /// Longest activation in ms.
    pub activation_ms: Option<u32>,
    /// Host calls a second.
    pub calls_per_second: Option<u32>,
    /// Messages in its mailbox.
    pub queue_depth: Option<u32>,
    /// Handles open at a time.
    pub handles: Option<u32>,
    /// Bytes of key-value storage.
    pub kv_bytes: Option<u32>,
}

/// What follows a fault, in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultPolicy {
    /// What to do.
    pub action: FaultAction,
    /// Delay of the first restart in ms; it doubles with each one.
    pub backoff_ms: Option<u32>,
    /// Longest delay of a restart in ms.
    pub backoff_cap_ms: Option<u32>,
    /// Number of faults within the window that lead to quarantine, whatever the action.
    pub quarantine_after: Option<u32>,
    /// The window in seconds.
    pub window_s: Option<u32>,
}

/// A policy.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// What the module asks for, in an image that has code but no module.
    pub requested: Option<Permissions<'a>>,
    /// What the operator grants.
    pub granted: Permissions<'a>,
    /// Limits.
    pub budgets: Budgets,
    /// What follows a denied call.
    pub denied: DeniedAction,
    /// What follows a fault.
    pub fault: FaultPolicy,
    /// Arguments after the container's name.
    pub args: Texts<'a>,
    /// Environment, `NAME=value` each.
    pub env: Texts<'a>,
    /// Whether it starts by itself.
    pub autostart: bool,
    /// Devices by the names that the container knows them by.
    pub devices: Devices<'a>,
}

/// Texts that were read once.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    count: usize,
    reader: Reader<'a>,
}

impl<'a> Texts<'a> {
    const NONE: Self = Self { count: 0, reader: Reader::new(&[]) };

    /// The texts, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut reader = self.reader;
        (0..self.count).filter_map(move |_| reader.text().ok())
    }
}

/// Devices that were read once.
#[derive(Clone, Copy, Debug)]
pub struct Devices<'a>(Texts<'a>);

impl<'a> Devices<'a> {
    /// None that has another name.
    pub const NONE: Self = Self(Texts::NONE);

    /// Pairs: the container's name for a device, and the board's.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut reader = self.0.reader;
        (0..self.0.count).filter_map(move |_| Some((reader.text().ok()?, reader.text().ok()?)))
    }

    /// The board's name for a device; the same as the container's unless the policy has another.
    #[must_use]
    pub fn board_name<'b>(&self, device: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.iter().find(|(name, _)| *name == device).map_or(device, |(_, board)| board)
    }
}

impl<'a> Policy<'a> {
    /// Reads the payload of a component `p`.
    ///
    /// # Errors
    /// What departs from the format, by its kind and offset in `input`.
    pub fn parse(input: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(input);
        let mut keys = reader.map()?;
        keys.expect(&mut reader, KEY_VERSION)?;
        let offset = reader.offset();
        if reader.number(u32::MAX)? != POLICY_VERSION {
            return Err(ErrorKind::WrongVersion.at(offset));
        }
        let mut policy = Self::empty();
        let mut granted = None;
        let mut bytes = MAX_ARGS_BYTES;
        let mut offset = reader.offset();
        while let Some(key) = keys.next(&mut reader)? {
            match key {
                KEY_REQUESTED => policy.requested = Some(permissions(&mut reader)?),
                KEY_GRANTED => granted = Some(permissions(&mut reader)?),
                KEY_BUDGETS => policy.budgets = budgets(&mut reader)?,
                KEY_DENIED => policy.denied = choice(&mut reader, &DeniedAction::NAMES)?,
                KEY_FAULT => policy.fault = fault(&mut reader)?,
                KEY_ARGS => policy.args = texts(&mut reader, &mut bytes)?,
                KEY_ENV => policy.env = env(&mut reader, &mut bytes)?,
                KEY_AUTOSTART => policy.autostart = reader.boolean()?,
                KEY_DEVICES => policy.devices = devices(&mut reader)?,
                _ => return Err(ErrorKind::UnknownKey.at(offset)),
            }
            offset = reader.offset();
        }
        reader.finish()?;
        policy.granted = keys.require(granted)?;
        Ok(policy)
    }

    const fn empty() -> Self {
        Self {
            requested: None,
            granted: Permissions::NONE,
            budgets: Budgets {
                memory_bytes: None,
                stack_bytes: None,
                cpu_share: None,
                priority: None,
                activation_ms: None,
                calls_per_second: None,
                queue_depth: None,
                handles: None,
                kv_bytes: None,
            },
            denied: DeniedAction::Error,
            fault: FaultPolicy {
                action: FaultAction::Stop,
                backoff_ms: None,
                backoff_cap_ms: None,
                quarantine_after: None,
                window_s: None,
            },
            args: Texts::NONE,
            env: Texts::NONE,
            autostart: false,
            devices: Devices(Texts::NONE),
        }
    }
}

/// Reads permissions, which come sorted by their bytes.
fn permissions<'a>(reader: &mut Reader<'a>) -> Result<Permissions<'a>, Error> {
    let count = reader.array(MAX_PERMISSIONS)?;
    let list = Permissions::of_array(count, *reader);
    let mut last = "";
    for _ in 0..count {
        let offset = reader.offset();
        let text = reader.text()?;
        if Permission::parse(text).is_err() {
            return Err(ErrorKind::BadPermission.at(offset));
        }
        if text <= last {
            return Err(ErrorKind::KeyOrder.at(offset));
        }
        last = text;
    }
    Ok(list)
}

fn budgets(reader: &mut Reader<'_>) -> Result<Budgets, Error> {
    let mut budgets = Budgets::default();
    let mut keys = reader.map()?;
    let mut offset = reader.offset();
    while let Some(key) = keys.next(reader)? {
        let (place, least, most) = match key {
            1 => (&mut budgets.memory_bytes, 1, u32::MAX),
            2 => (&mut budgets.stack_bytes, 1, u32::MAX),
            3 => (&mut budgets.cpu_share, 1, u32::from(MAX_SHARE)),
            4 => (&mut budgets.priority, 0, u32::from(MAX_PRIORITY)),
            5 => (&mut budgets.activation_ms, 1, u32::MAX),
            6 => (&mut budgets.calls_per_second, 1, u32::MAX),
            7 => (&mut budgets.queue_depth, 1, u32::from(u16::MAX)),
            8 => (&mut budgets.handles, 1, u32::from(MAX_HANDLES)),
            9 => (&mut budgets.kv_bytes, 0, u32::MAX),
            _ => return Err(ErrorKind::UnknownKey.at(offset)),
        };
        *place = Some(number(reader, least, most)?);
        offset = reader.offset();
    }
    Ok(budgets)
}

fn fault(reader: &mut Reader<'_>) -> Result<FaultPolicy, Error> {
    let mut fault = FaultPolicy::default();
    let mut keys: Keys = reader.map()?;
    let start = reader.offset();
    keys.expect(reader, 1)?;
    fault.action = choice(reader, &FaultAction::NAMES)?;
    let mut offset = reader.offset();
    while let Some(key) = keys.next(reader)? {
        let place = match key {
            2 => &mut fault.backoff_ms,
            3 => &mut fault.backoff_cap_ms,
            4 => &mut fault.quarantine_after,
            5 => &mut fault.window_s,
            _ => return Err(ErrorKind::UnknownKey.at(offset)),
        };
        *place = Some(number(reader, 1, u32::MAX)?);
        offset = reader.offset();
    }
    // Each pair says nothing without the other, and delays are those of restarts.
    let pairs = fault.backoff_ms.is_some() == fault.backoff_cap_ms.is_some()
        && fault.quarantine_after.is_some() == fault.window_s.is_some();
    if !pairs {
        return Err(ErrorKind::MissingKey.at(start));
    }
    let restarts = fault.action == FaultAction::Restart;
    if fault.backoff_ms > fault.backoff_cap_ms || fault.backoff_ms.is_some() && !restarts {
        return Err(ErrorKind::OutOfRange.at(start));
    }
    Ok(fault)
}

fn number(reader: &mut Reader<'_>, least: u32, most: u32) -> Result<u32, Error> {
    let offset = reader.offset();
    let value = reader.number(most)?;
    if value < least { Err(ErrorKind::OutOfRange.at(offset)) } else { Ok(value) }
}

/// Reads a number that stands for one of the names, by its place.
fn choice<T: Copy>(reader: &mut Reader<'_>, names: &[(T, &str)]) -> Result<T, Error> {
    let offset = reader.offset();
    let number = usize::try_from(reader.number(u32::MAX)?).ok();
    let name = number.and_then(|number| names.get(number));
    name.map(|(value, _)| *value).ok_or(ErrorKind::OutOfRange.at(offset))
}

/// Reads texts that C can have, of `bytes` at most with their terminators.
fn texts<'a>(reader: &mut Reader<'a>, bytes: &mut usize) -> Result<Texts<'a>, Error> {
    let count = reader.array(MAX_ARGS)?;
    let texts = Texts { count, reader: *reader };
    for _ in 0..count {
        let offset = reader.offset();
        let text = reader.text()?;
        if text.contains('\0') {
            return Err(ErrorKind::OutOfRange.at(offset));
        }
        let left = bytes.checked_sub(text.len()).and_then(|left| left.checked_sub(1));
        *bytes = left.ok_or(ErrorKind::TooMany.at(offset))?;
    }
    Ok(texts)
}

/// Reads an environment: each name once.
fn env<'a>(reader: &mut Reader<'a>, bytes: &mut usize) -> Result<Texts<'a>, Error> {
    let offset = reader.offset();
    let texts = texts(reader, bytes)?;
    for (idx, text) in texts.iter().enumerate() {
        let name = text.split_once(['=']).map(|(name, _)| name).filter(|name| !name.is_empty());
        let name = name.ok_or(ErrorKind::BadName.at(offset))?;
        let same = |other: &str| other.split_once(['=']).is_some_and(|(other, _)| other == name);
        if texts.iter().take(idx).any(same) {
            return Err(ErrorKind::RepeatedParameter.at(offset));
        }
    }
    Ok(texts)
}

/// Reads a map of names to names, sorted.
fn devices<'a>(reader: &mut Reader<'a>) -> Result<Devices<'a>, Error> {
    let start = reader.offset();
    let mut keys = reader.map()?;
    let count = keys.left();
    if count > MAX_DEVICES {
        return Err(ErrorKind::TooMany.at(start));
    }
    let devices = Devices(Texts { count, reader: *reader });
    let mut last = "";
    while keys.left() > 0 {
        let offset = reader.offset();
        let name = device(reader)?;
        device(reader)?;
        if (name.len(), name) <= (last.len(), last) {
            return Err(ErrorKind::KeyOrder.at(offset));
        }
        last = name;
        keys.pass();
    }
    Ok(devices)
}

fn device<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Error> {
    let offset = reader.offset();
    let name = reader.text()?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if (1..=MAX_DEVICE_BYTES).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(name)
    } else {
        Err(ErrorKind::BadName.at(offset))
    }
}
