// SPDX-License-Identifier: Apache-2.0
//! Digital lines of a simulation: outputs that are remembered, inputs whose edges follow a script.

use crate::devices::{Fake, FakeDevice, SimDevices};
use crate::platform::SimPlatform;
use sampan_abi::{DeviceKind, EDGE_FALLING, EDGE_RISING};
use sampan_platform::{Clock, Device, Error, Gpio};
use std::collections::VecDeque;

/// One line.
#[derive(Debug)]
pub(crate) struct Line {
    active: bool,
    is_output: bool,
    edges: u32,
    /// When it changes by itself, and to what; in the order of time.
    script: VecDeque<(u64, bool)>,
    /// When it was set, and to what.
    history: Vec<(u64, bool)>,
}

impl FakeDevice {
    /// An output, inactive at first.
    #[must_use]
    pub const fn output() -> Self {
        Self::line(true, VecDeque::new())
    }

    /// An input, inactive at first, that changes as `script` says: time in microseconds, and level.
    #[must_use]
    pub fn input(script: impl IntoIterator<Item = (u64, bool)>) -> Self {
        let mut script: Vec<_> = script.into_iter().collect();
        script.sort_by_key(|(at_us, _)| *at_us);
        Self::line(false, script.into())
    }

    const fn line(is_output: bool, script: VecDeque<(u64, bool)>) -> Self {
        Self(Fake::Gpio(Line { active: false, is_output, edges: 0, script, history: Vec::new() }))
    }
}

impl Line {
    /// Changes as far as is due; the next edge that is watched.
    pub(crate) fn next(&mut self, now_us: u64) -> Option<u32> {
        while let Some((_, active)) = self.script.pop_front_if(|(at_us, _)| *at_us <= now_us) {
            if std::mem::replace(&mut self.active, active) == active {
                continue;
            }
            let edge = if active { EDGE_RISING } else { EDGE_FALLING };
            if self.edges & edge != 0 {
                return Some(edge);
            }
        }
        None
    }

    pub(crate) fn due_us(&self) -> u64 {
        self.script.front().map_or(u64::MAX, |(at_us, _)| *at_us)
    }
}

impl SimDevices {
    /// The level of a line; `None` if there is none of that name.
    #[must_use]
    pub fn level(&self, name: &str) -> Option<bool> {
        self.by_name(DeviceKind::Gpio, name, |fake| matches!(fake, Fake::Gpio(line) if line.active))
    }

    /// When an output was set, and to what.
    #[must_use]
    pub fn history(&self, name: &str) -> Vec<(u64, bool)> {
        let history = self.by_name(DeviceKind::Gpio, name, |fake| match fake {
            Fake::Gpio(line) => line.history.clone(),
            _ => Vec::new(),
        });
        history.unwrap_or_default()
    }
}

impl Gpio for SimPlatform {
    fn gpio_read(&self, line: Device) -> Result<bool, Error> {
        let Fake::Gpio(line) = &*self.devices.fake(line)? else { return Err(Error::InvalidArgument) };
        Ok(line.active)
    }

    fn gpio_write(&self, line: Device, active: bool) -> Result<(), Error> {
        let Fake::Gpio(line) = &mut *self.devices.fake(line)? else { return Err(Error::InvalidArgument) };
        if !line.is_output {
            return Err(Error::Unsupported);
        }
        line.active = active;
        line.history.push((self.now_us(), active));
        Ok(())
    }

    fn gpio_watch(&self, line: Device, edges: u32) -> Result<(), Error> {
        let Fake::Gpio(line) = &mut *self.devices.fake(line)? else { return Err(Error::InvalidArgument) };
        line.edges = edges;
        Ok(())
    }
}
