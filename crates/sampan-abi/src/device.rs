// SPDX-License-Identifier: Apache-2.0
//! Kinds of devices, what sensors measure in, and what an event's value says.

/// What a device of the platform's table is. A name is unique among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DeviceKind {
    /// One digital line.
    Gpio = 1,
    /// One channel of an analogue-digital converter.
    Adc = 2,
    /// An I2C bus, this side being its controller.
    I2c = 3,
    /// A peripheral on an SPI bus: its chip select, mode and clock go with the name.
    Spi = 4,
    /// A serial line.
    Uart = 5,
    /// A sensor with a driver of its own.
    Sensor = 6,
    /// A socket: not in the table, but events have this kind.
    Net = 7,
}

impl DeviceKind {
    /// Every kind, for tables and tests.
    ///
    /// cbindgen:ignore
    pub const ALL: [Self; 7] =
        [Self::Gpio, Self::Adc, Self::I2c, Self::Spi, Self::Uart, Self::Sensor, Self::Net];

    /// Reads a number from the wire; `None` for one that names no kind.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|&kind| kind as u8 == raw)
    }
}

/// What a sensor's channel measures in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SensorUnit {
    /// A number without a unit, or a count.
    None = 0,
    /// Degrees Celsius.
    Celsius = 1,
    /// Relative humidity, or another part of a whole, in percent.
    Percent = 2,
    /// Pascal.
    Pascal = 3,
    /// Lux.
    Lux = 4,
    /// Metre.
    Metre = 5,
    /// Metre per second.
    MetrePerSecond = 6,
    /// Metre per second squared.
    MetrePerSecondSquared = 7,
    /// Radian per second.
    RadianPerSecond = 8,
    /// Tesla.
    Tesla = 9,
    /// Volt.
    Volt = 10,
    /// Ampere.
    Ampere = 11,
    /// Watt.
    Watt = 12,
    /// Hertz.
    Hertz = 13,
    /// Second.
    Second = 14,
    /// Gram.
    Gram = 15,
    /// Parts per million.
    PartsPerMillion = 16,
}

impl SensorUnit {
    /// Every unit, for tables and tests.
    ///
    /// cbindgen:ignore
    pub const ALL: [Self; 17] = [
        Self::None,
        Self::Celsius,
        Self::Percent,
        Self::Pascal,
        Self::Lux,
        Self::Metre,
        Self::MetrePerSecond,
        Self::MetrePerSecondSquared,
        Self::RadianPerSecond,
        Self::Tesla,
        Self::Volt,
        Self::Ampere,
        Self::Watt,
        Self::Hertz,
        Self::Second,
        Self::Gram,
        Self::PartsPerMillion,
    ];

    /// Reads a number from the wire; `None` for one that names no unit.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|&unit| unit as u8 == raw)
    }
}

/// What a socket carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SocketKind {
    /// A stream: TCP.
    Stream = 1,
    /// Datagrams: UDP.
    Datagram = 2,
}

/// Of a digital line: bit of what is watched for, and value of an event: it went to the active level.
pub const EDGE_RISING: u32 = 1;
/// Of a digital line, likewise: it left the active level.
pub const EDGE_FALLING: u32 = 2;
/// Of a serial line or a socket: bit of what is watched for, and of an event's value: something can be read or accepted.
pub const READY_READ: u32 = 1;
/// Of a serial line or a socket, likewise: there is room to write; a connection was made, or couldn't be.
pub const READY_WRITE: u32 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        for kind in DeviceKind::ALL {
            assert_eq!(DeviceKind::from_raw(kind as u8), Some(kind));
        }
        for unit in SensorUnit::ALL {
            assert_eq!(SensorUnit::from_raw(unit as u8), Some(unit));
        }
        assert_eq!(DeviceKind::from_raw(0), None);
        assert_eq!(DeviceKind::from_raw(8), None);
        assert_eq!(SensorUnit::from_raw(17), None);
    }
}
