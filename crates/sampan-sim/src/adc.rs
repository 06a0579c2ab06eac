// SPDX-License-Identifier: Apache-2.0
//! Analogue inputs of a simulation, whose conversions take time.

use crate::devices::{Fake, FakeDevice, Happening, SimDevices};
use crate::platform::SimPlatform;
use sampan_abi::DeviceKind;
use sampan_platform::{Adc, AdcScale, Clock, Device, Error, Operation, Progress};

/// One input.
#[derive(Debug)]
pub(crate) struct Input {
    raw: u32,
    scale: AdcScale,
    conversion_us: u64,
    /// The call that waits, and until when.
    pending: Option<(u64, u64)>,
}

impl FakeDevice {
    /// An input at count 0. A conversion takes so long; 0: it's done at once.
    #[must_use]
    pub const fn analogue(scale: AdcScale, conversion_us: u64) -> Self {
        Self(Fake::Adc(Input { raw: 0, scale, conversion_us, pending: None }))
    }
}

impl Input {
    pub(crate) fn next(&mut self, now_us: u64) -> Option<Happening> {
        let (token, _) = self.pending.take_if(|(_, until_us)| *until_us <= now_us)?;
        Some(Happening::Answer { token, result: self.raw.into() })
    }

    pub(crate) fn due_us(&self) -> u64 {
        self.pending.map_or(u64::MAX, |(_, until_us)| until_us)
    }
}

impl SimDevices {
    /// What the input of that name measures from now on.
    pub fn set_raw(&self, name: &str, raw: u32) {
        let _ = self.by_name(DeviceKind::Adc, name, |fake| {
            if let Fake::Adc(input) = fake {
                input.raw = raw.min(input.scale.raw_max);
            }
        });
    }
}

impl Adc for SimPlatform {
    fn adc_read(&self, input: Device, operation: Operation) -> Result<Progress<u32>, Error> {
        let Fake::Adc(input) = &mut *self.devices.fake(input)? else { return Err(Error::InvalidArgument) };
        if input.conversion_us == 0 {
            return Ok(Progress::Done(input.raw));
        }
        if operation.token == 0 || input.pending.is_some() {
            return Err(Error::Busy);
        }
        input.pending = Some((operation.token, self.now_us().saturating_add(input.conversion_us)));
        Ok(Progress::Pending)
    }

    fn adc_scale(&self, input: Device) -> Result<AdcScale, Error> {
        let Fake::Adc(input) = &*self.devices.fake(input)? else { return Err(Error::InvalidArgument) };
        Ok(input.scale)
    }
}
