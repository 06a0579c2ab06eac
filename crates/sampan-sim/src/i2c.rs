// SPDX-License-Identifier: Apache-2.0
//! I2C buses of a simulation, with devices that are registers and a pointer to one of them.

use crate::devices::{Fake, FakeDevice, SimDevices};
use crate::platform::SimPlatform;
use sampan_abi::DeviceKind;
use sampan_platform::{Device, Error, I2c, I2cAddress, Operation, Progress};

/// Registers of one device on a bus; the first byte that is written chooses one, and each byte after it goes on by one.
#[derive(Debug)]
struct Registers {
    address: I2cAddress,
    values: [u8; 256],
    chosen: u8,
}

/// One bus.
#[derive(Debug)]
pub(crate) struct Bus(Vec<Registers>);

impl FakeDevice {
    /// A bus with a device of 256 registers, all 0, at each address.
    #[must_use]
    pub fn i2c(addresses: impl IntoIterator<Item = I2cAddress>) -> Self {
        let device = |address| Registers { address, values: [0; 256], chosen: 0 };
        Self(Fake::I2c(Bus(addresses.into_iter().map(device).collect())))
    }
}

impl SimDevices {
    /// Sets a register of the device at `address` of the bus of that name.
    pub fn set_register(&self, name: &str, address: I2cAddress, register: u8, value: u8) {
        let _ = self.by_name(DeviceKind::I2c, name, |fake| {
            if let Fake::I2c(Bus(devices)) = fake
                && let Some(device) = devices.iter_mut().find(|device| device.address == address)
            {
                device.values[usize::from(register)] = value;
            }
        });
    }
}

impl I2c for SimPlatform {
    fn i2c_transfer(
        &self,
        bus: Device,
        address: I2cAddress,
        write: &[u8],
        read: &mut [u8],
        _operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        let Fake::I2c(Bus(devices)) = &mut *self.devices.fake(bus)? else {
            return Err(Error::InvalidArgument);
        };
        if address.parts().is_none() || (write.is_empty() && read.is_empty()) {
            return Err(Error::InvalidArgument);
        }
        let device = devices.iter_mut().find(|device| device.address == address).ok_or(Error::NotFound)?;
        if let Some((chosen, values)) = write.split_first() {
            device.chosen = *chosen;
            for value in values {
                device.values[usize::from(device.chosen)] = *value;
                device.chosen = device.chosen.wrapping_add(1);
            }
            device.chosen = *chosen;
        }
        for place in &mut *read {
            *place = device.values[usize::from(device.chosen)];
            device.chosen = device.chosen.wrapping_add(1);
        }
        u32::try_from(read.len()).map(Progress::Done).map_err(|_| Error::OutOfRange)
    }
}
