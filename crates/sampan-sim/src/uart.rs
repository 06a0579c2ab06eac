// SPDX-License-Identifier: Apache-2.0
//! Serial lines of a simulation: what comes in follows a script, what goes out is kept.

use crate::devices::{Fake, FakeDevice, SimDevices};
use crate::platform::SimPlatform;
use sampan_abi::{DeviceKind, READY_READ, READY_WRITE};
use sampan_platform::{Clock, Device, Error, Operation, Progress, Uart};
use std::collections::VecDeque;

/// One line.
#[derive(Debug)]
pub(crate) struct Serial {
    /// When bytes come, and which; in the order of time.
    script: VecDeque<(u64, Vec<u8>)>,
    come: VecDeque<u8>,
    sent: Vec<u8>,
    watched: u32,
    /// What is to be told at once.
    news: u32,
}

impl FakeDevice {
    /// A line on which bytes come as `script` says: time in microseconds, and which.
    #[must_use]
    pub fn serial(script: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Self {
        let mut script: Vec<_> = script.into_iter().collect();
        script.sort_by_key(|(at_us, _)| *at_us);
        Self(Fake::Uart(Serial {
            script: script.into(),
            come: VecDeque::new(),
            sent: Vec::new(),
            watched: 0,
            news: 0,
        }))
    }
}

impl Serial {
    fn receive(&mut self, now_us: u64) {
        while let Some((_, bytes)) = self.script.pop_front_if(|(at_us, _)| *at_us <= now_us) {
            self.come.extend(bytes);
            self.news |= self.watched & READY_READ;
        }
    }

    pub(crate) fn next(&mut self, now_us: u64) -> Option<u32> {
        self.receive(now_us);
        Some(std::mem::take(&mut self.news)).filter(|news| *news != 0)
    }

    pub(crate) fn due_us(&self) -> u64 {
        if self.news != 0 { 0 } else { self.script.front().map_or(u64::MAX, |(at_us, _)| *at_us) }
    }
}

impl SimDevices {
    /// What was sent on the line of that name since the last time.
    #[must_use]
    pub fn take_sent(&self, name: &str) -> Vec<u8> {
        let sent = self.by_name(DeviceKind::Uart, name, |fake| match fake {
            Fake::Uart(serial) => std::mem::take(&mut serial.sent),
            _ => Vec::new(),
        });
        sent.unwrap_or_default()
    }
}

impl Uart for SimPlatform {
    fn uart_write(&self, line: Device, bytes: &[u8], _operation: Operation) -> Result<Progress<u32>, Error> {
        let Fake::Uart(serial) = &mut *self.devices.fake(line)? else { return Err(Error::InvalidArgument) };
        serial.sent.extend(bytes);
        u32::try_from(bytes.len()).map(Progress::Done).map_err(|_| Error::OutOfRange)
    }

    fn uart_read(&self, line: Device, buffer: &mut [u8]) -> Result<usize, Error> {
        let Fake::Uart(serial) = &mut *self.devices.fake(line)? else { return Err(Error::InvalidArgument) };
        serial.receive(self.now_us());
        let count = buffer.len().min(serial.come.len());
        buffer.iter_mut().zip(serial.come.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }

    fn uart_watch(&self, line: Device, readiness: u32) -> Result<(), Error> {
        let Fake::Uart(serial) = &mut *self.devices.fake(line)? else { return Err(Error::InvalidArgument) };
        serial.watched = readiness;
        serial.news = readiness & READY_WRITE;
        if !serial.come.is_empty() {
            serial.news |= readiness & READY_READ;
        }
        Ok(())
    }
}
