// SPDX-License-Identifier: Apache-2.0
//! Ocre's digital lines: Sampan's, by name, or by port and pin.
//!
//! A port and a pin are a name as well, `gpio7.13` for pin 13 of port 7: the permission is for that, and the policy or the
//! board's table says which line it is. Which way a line goes is the table's; what a container configures
//! is only what it means to do with it, and is held to that.

use super::event::{KIND_GPIO, Words};
use super::{Function, MODULE, Outcome, errno};
use crate::calls::check::{Answer, Args};
use crate::calls::memory::CheckedMemory;
use crate::calls::table::Permit;
use crate::calls::{Broker, HandleKind, Handler};
use crate::desk::{HandlePlace, Hold};
use crate::text::Short;
use sampan_abi::DeviceKind;
use sampan_image::Argument;
use sampan_platform::Platform;

/// What a function does with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Configure,
    Set,
    Get,
    Toggle,
    Watch,
    Unwatch,
}

/// How a function says which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Number,
    Name,
}

/// Ports and pins are below these.
const PORTS: u32 = 16;
const PINS: u32 = 64;
/// Tags of lines that were configured, by the direction.
const INPUT: u8 = 1;
const OUTPUT: u8 = 2;
/// Port and pin, a byte each, of a line that was configured by its name.
const UNNUMBERED: u16 = 0xffff;
/// Both edges.
const EDGES: u32 = 3;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn ocre_gpio(
        &mut self,
        (function, action, by): (&Function, Action, By),
        args: &Args,
        memory: &CheckedMemory<'_>,
    ) -> Outcome {
        let (port, pin) = (args.u32(0), args.u32(1));
        let number = Short::new(format_args!("gpio{port}.{pin}"));
        let (name, numbers, value) = match by {
            By::Name => (memory.text(args.input(0)), UNNUMBERED, args.u32(1)),
            By::Number if port >= PORTS || pin >= PINS => return Outcome::Done(errno::EINVAL),
            By::Number => (number.as_str(), (port << 8 | pin) as u16, args.u32(2)),
        };
        let region = self.guest.strings.region.bytes();
        // A name was checked before; a number is a name only now.
        if by == By::Number && !self.guest.desk.grants.allows(region, Permit::Gpio, Argument::Name(name)) {
            let reply = self.deny(Permit::Gpio, MODULE, function.needs.name, || name);
            return reply.map_or(Outcome::Done(errno::EPERM), Outcome::Ends);
        }
        let board_name = self.guest.desk.board_name(region, name);
        let Some(device) = self.platform.find(DeviceKind::Gpio, board_name) else {
            return Outcome::Done(errno::ENODEV);
        };
        let region = self.guest.strings.region.bytes();
        let handles = &mut self.guest.desk.handles;
        let known = handles.tagged_hold(region, HandleKind::GpioOpen, u32::from(device.0));
        if action != Action::Configure {
            return known.map_or(Outcome::Done(errno::EINVAL), |line| self.act(action, line, value));
        }
        let tag = match value {
            0 => INPUT,
            1 => OUTPUT,
            _ => return Outcome::Done(errno::EINVAL),
        };
        let line = known.or_else(|| {
            let number = handles.open(region, HandleKind::GpioOpen, u64::from(device.0), 0)?;
            handles.find(region, HandleKind::GpioOpen, number)
        });
        let Some(line) = line else { return Outcome::Done(errno::ENOMEM) };
        handles.set_tag(region, line, tag);
        let hold = Hold { role: numbers, ..handles.hold(region, line) };
        handles.set(region, line, hold.to_raw(), 0);
        self.gpio_watch(line, 0).into()
    }

    /// Does it with a line that was configured: reads any, sets outputs, watches inputs.
    fn act(&mut self, action: Action, line: HandlePlace, value: u32) -> Outcome {
        let region = self.guest.strings.region.bytes();
        let is_output = self.guest.desk.handles.tag(region, line) == OUTPUT;
        let is_watched = self.guest.desk.handles.hold(region, line).watched != 0;
        match action {
            Action::Get => self.gpio_read(line).into(),
            Action::Set if is_output => self.gpio_write(line, u32::from(value != 0)).into(),
            Action::Toggle if is_output => match self.gpio_read(line) {
                Answer::Done(level) => self.gpio_write(line, u32::from(level == 0)).into(),
                other => other.into(),
            },
            Action::Watch if !is_output => self.gpio_watch(line, EDGES).into(),
            Action::Unwatch if is_watched => self.gpio_watch(line, 0).into(),
            _ => Outcome::Done(errno::EINVAL),
        }
    }

    /// Edges that come before they are told are told once, with the level that the line has by then. What
    /// a line or a socket of Sampan's own calls has to tell stays for those.
    pub(super) fn next_ocre_edge(&mut self) -> Option<Words> {
        if !self.guest.desk.handles.news {
            return None;
        }
        let region = self.guest.strings.region.bytes();
        let handles = &mut self.guest.desk.handles;
        let line = handles.take_edges(region)?;
        let [pin, port] = handles.hold(region, line).role.to_le_bytes().map(u32::from);
        let device = self.device(line);
        let level = self.platform.gpio_read(device).unwrap_or(false);
        Some([KIND_GPIO, pin, port, u32::from(level), 0, 0])
    }
}
