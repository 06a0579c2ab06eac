// SPDX-License-Identifier: Apache-2.0
//! The fake devices of a simulation, by name, and what they do as time passes.
//!
//! All of it follows the simulation's clock: an edge or a byte that was scripted comes when it's due, and a conversion takes
//! the time that it was given. So under virtual time a run with devices is the same every time.

use crate::adc::Input;
use crate::flash::SimFlash;
use crate::gpio::Line;
use crate::i2c::Bus;
use crate::net::SimNet;
use crate::sensor::Sensors;
use crate::turn::lock;
use crate::uart::Serial;
use sampan_abi::DeviceKind;
use sampan_core::Inbox;
use sampan_platform::{Device, DeviceEvent, Error};
use std::sync::{Arc, Mutex, MutexGuard};

/// What a device does, in its file.
#[derive(Debug)]
pub(crate) enum Fake {
    Gpio(Line),
    Adc(Input),
    I2c(Bus),
    /// Gives back what it's sent.
    Spi,
    Uart(Serial),
    Sensor(Sensors),
}

impl Fake {
    const fn kind(&self) -> DeviceKind {
        match self {
            Self::Gpio(_) => DeviceKind::Gpio,
            Self::Adc(_) => DeviceKind::Adc,
            Self::I2c(_) => DeviceKind::I2c,
            Self::Spi => DeviceKind::Spi,
            Self::Uart(_) => DeviceKind::Uart,
            Self::Sensor(_) => DeviceKind::Sensor,
        }
    }
}

/// What happens by itself at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// A device tells something.
    Event(u32),
    /// A parked call is answered.
    Answer { token: u64, result: u64 },
}

/// The devices of a simulation. Clones are the same devices, so that a test keeps one to look and to act from outside.
#[derive(Clone, Debug, Default)]
pub struct SimDevices {
    table: Arc<Vec<(DeviceKind, String, Mutex<Fake>)>>,
    flash: Option<Arc<Mutex<SimFlash>>>,
    net: Option<Arc<Mutex<SimNet>>>,
    /// Microseconds since 1970 at the simulation's time 0.
    wall_start_us: Option<u64>,
}

impl SimDevices {
    /// A simulation with these devices; of two with one kind and name only the first is ever found.
    #[must_use]
    pub fn new(devices: impl IntoIterator<Item = (String, FakeDevice)>) -> Self {
        let entry = |(name, FakeDevice(fake)): (String, FakeDevice)| (fake.kind(), name, Mutex::new(fake));
        Self { table: Arc::new(devices.into_iter().map(entry).collect()), ..Self::default() }
    }

    /// The same with a flash region.
    #[must_use]
    pub fn with_flash(self, flash: SimFlash) -> Self {
        Self { flash: Some(Arc::new(Mutex::new(flash))), ..self }
    }

    /// The same with sockets that reach one another, and nothing else.
    #[must_use]
    pub fn with_net(self) -> Self {
        Self { net: Some(Arc::default()), ..self }
    }

    /// The same with a date: microseconds since 1970 at the simulation's time 0.
    #[must_use]
    pub fn with_wall_clock(self, wall_start_us: u64) -> Self {
        Self { wall_start_us: Some(wall_start_us), ..self }
    }

    /// The flash, to let it fail or to see what it holds; `None` if there is none.
    #[must_use]
    pub fn flash(&self) -> Option<MutexGuard<'_, SimFlash>> {
        self.flash.as_deref().map(lock)
    }

    pub(crate) fn net(&self) -> Result<MutexGuard<'_, SimNet>, Error> {
        self.net.as_deref().map(lock).ok_or(Error::Unsupported)
    }

    pub(crate) const fn wall_start_us(&self) -> Option<u64> {
        self.wall_start_us
    }

    pub(crate) fn find(&self, kind: DeviceKind, name: &str) -> Option<Device> {
        let is_it = |entry: &(DeviceKind, String, _)| entry.0 == kind && entry.1 == name;
        self.table.iter().position(is_it).and_then(|place| u16::try_from(place).ok()).map(Device)
    }

    pub(crate) fn entry(&self, place: u16) -> Option<(DeviceKind, &str)> {
        self.table.get(usize::from(place)).map(|(kind, name, _)| (*kind, name.as_str()))
    }

    /// # Errors
    /// [`Error::InvalidArgument`] if there is no such device.
    pub(crate) fn fake(&self, device: Device) -> Result<MutexGuard<'_, Fake>, Error> {
        self.table.get(usize::from(device.0)).map(|(_, _, fake)| lock(fake)).ok_or(Error::InvalidArgument)
    }

    /// Runs `f` on the device of that kind and name; `None` if there is none.
    pub(crate) fn by_name<R>(
        &self,
        kind: DeviceKind,
        name: &str,
        f: impl FnOnce(&mut Fake) -> R,
    ) -> Option<R> {
        let device = self.find(kind, name)?;
        self.fake(device).ok().map(|mut fake| f(&mut fake))
    }

    /// Does what is due by now. A queue that is full takes what is left another time.
    pub(crate) fn serve(&self, now_us: u64, inbox: &Inbox) {
        for (place, (kind, _, fake)) in self.table.iter().enumerate() {
            let index = u32::try_from(place).unwrap_or(u32::MAX);
            let mut fake = lock(fake);
            while let Some(happening) = fake.next(now_us) {
                // What doesn't fit is lost, as on a board; the inbox counts it.
                let _ = match happening {
                    Happening::Event(value) => inbox.event(DeviceEvent { kind: *kind, index, value }),
                    Happening::Answer { token, result } => inbox.complete(token, result),
                };
            }
        }
        if let Ok(mut net) = self.net() {
            while let Some((index, value)) = net.next() {
                let _ = inbox.event(DeviceEvent { kind: DeviceKind::Net, index, value });
            }
        }
    }

    /// When there is something to do next; `u64::MAX` if never.
    pub(crate) fn due_us(&self) -> u64 {
        let table = self.table.iter().map(|(_, _, fake)| lock(fake).due_us()).min().unwrap_or(u64::MAX);
        let is_ready = self.net().is_ok_and(|net| net.has_news());
        if is_ready { 0 } else { table }
    }
}

/// One device, made by the functions of its kind: [`FakeDevice::output`] and so on.
#[derive(Debug)]
pub struct FakeDevice(pub(crate) Fake);

impl FakeDevice {
    /// An SPI peripheral that gives back what it's sent.
    #[must_use]
    pub const fn spi_loop() -> Self {
        Self(Fake::Spi)
    }
}

impl Fake {
    fn next(&mut self, now_us: u64) -> Option<Happening> {
        match self {
            Self::Gpio(line) => line.next(now_us).map(Happening::Event),
            Self::Adc(input) => input.next(now_us),
            Self::Uart(serial) => serial.next(now_us).map(Happening::Event),
            Self::I2c(_) | Self::Spi | Self::Sensor(_) => None,
        }
    }

    fn due_us(&self) -> u64 {
        match self {
            Self::Gpio(line) => line.due_us(),
            Self::Adc(input) => input.due_us(),
            Self::Uart(serial) => serial.due_us(),
            Self::I2c(_) | Self::Spi | Self::Sensor(_) => u64::MAX,
        }
    }
}
