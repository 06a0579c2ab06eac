// SPDX-License-Identifier: Apache-2.0
//! The platform that a simulated runtime is given.

use crate::{SimClock, SimDevices, SimEntropy};
use sampan_abi::{DeviceKind, LogLevel};
use sampan_platform::{Clock, Device, Devices, Entropy, Error, Flash, FlashGeometry, Log, WallClock};
use std::sync::Arc;

/// Where log lines go, shared with whoever wants to read them.
pub type SharedLog = Arc<dyn Log + Send + Sync>;

/// Clock, entropy, log and devices in one. What a kind of device does is in the file of that kind.
pub struct SimPlatform {
    pub(crate) clock: SimClock,
    pub(crate) entropy: SimEntropy,
    pub(crate) log: SharedLog,
    pub(crate) devices: SimDevices,
}

impl SimPlatform {
    /// A platform outside of a simulator, for what is built on the platform alone.
    #[must_use]
    pub const fn new(clock: SimClock, entropy: SimEntropy, log: SharedLog, devices: SimDevices) -> Self {
        Self { clock, entropy, log, devices }
    }
}

impl Clock for SimPlatform {
    fn now_us(&self) -> u64 {
        self.clock.now_us()
    }
}

impl WallClock for SimPlatform {
    fn wall_us(&self) -> Option<u64> {
        self.devices.wall_start_us().map(|start_us| start_us.saturating_add(self.now_us()))
    }
}

impl Entropy for SimPlatform {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        self.entropy.fill(buffer)
    }
}

impl Log for SimPlatform {
    fn line(&self, level: LogLevel, source: &str, line: &[u8]) {
        self.log.line(level, source, line);
    }
}

impl Devices for SimPlatform {
    fn find(&self, kind: DeviceKind, name: &str) -> Option<Device> {
        self.devices.find(kind, name)
    }

    fn device(&self, place: u16) -> Option<(DeviceKind, &str)> {
        self.devices.entry(place)
    }
}

impl Flash for SimPlatform {
    fn flash_geometry(&self) -> Option<FlashGeometry> {
        self.devices.flash().map(|flash| flash.geometry())
    }

    fn flash_read(&self, offset: u32, buffer: &mut [u8]) -> Result<(), Error> {
        self.devices.flash().ok_or(Error::Unsupported)?.read(offset, buffer)
    }

    fn flash_erase(&self, offset: u32, len: u32) -> Result<(), Error> {
        self.devices.flash().ok_or(Error::Unsupported)?.erase(offset, len)
    }

    fn flash_program(&self, offset: u32, data: &[u8]) -> Result<(), Error> {
        self.devices.flash().ok_or(Error::Unsupported)?.program(offset, data)
    }
}
