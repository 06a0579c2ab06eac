// SPDX-License-Identifier: Apache-2.0
//! The devices and sockets of the tests' board: they remember what was asked of them, and do what a test says.

use super::world::Board;
use core::net::{IpAddr, SocketAddr};
use sampan_abi::{DeviceKind, SensorUnit, SocketKind};
use sampan_platform::{
    Adc, AdcScale, Device, Devices, Error, Gpio, I2c, I2cAddress, Net, Operation, Progress, Sensor,
    SensorChannel, Socket, Spi, Uart,
};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;

/// The table: a device's place is its index.
const TABLE: [(DeviceKind, &str); 10] = [
    (DeviceKind::Gpio, "led0"),
    (DeviceKind::Gpio, "button0"),
    (DeviceKind::Adc, "light"),
    (DeviceKind::I2c, "i2c0"),
    (DeviceKind::Spi, "display"),
    (DeviceKind::Uart, "gps"),
    (DeviceKind::Sensor, "room"),
    (DeviceKind::Gpio, "relay"),
    (DeviceKind::Gpio, "gpio2.3"),
    (DeviceKind::Sensor, "cellar"),
];
pub(crate) const BUTTON: u32 = 1;
pub(crate) const GPS: u32 = 5;
const SCALE: AdcScale = AdcScale { raw_max: 4095, min_uv: -5, max_uv: 3_300_000 };

/// State of the devices, and what a test has them do.
#[derive(Default)]
pub(crate) struct Fakes {
    /// Operations begun so far, of any device or socket.
    touched: Cell<u32>,
    /// What the next operations fail with.
    pub(crate) fails: Cell<Option<Error>>,
    /// Whether there is nothing to be taken from sockets, and no room in them.
    pub(crate) busy: Cell<bool>,
    /// Whether operations are answered later.
    pub(crate) later: Cell<bool>,
    /// Those that are.
    pub(crate) pending: RefCell<Vec<Operation>>,
    /// What is watched for on each device.
    pub(crate) watched: RefCell<BTreeMap<u32, u32>>,
    /// Sockets that are open, and what is watched for on each.
    pub(crate) sockets: RefCell<BTreeMap<u32, u32>>,
    /// Where sockets were bound, connected or sent to.
    pub(crate) addresses: RefCell<Vec<String>>,
    /// Names that were looked up.
    pub(crate) names: RefCell<Vec<String>>,
}

impl Fakes {
    pub(crate) fn touched(&self) -> u32 {
        self.touched.get()
    }

    fn touch(&self) -> Result<(), Error> {
        self.touched.set(self.touched.get() + 1);
        self.fails.get().map_or(Ok(()), Err)
    }

    fn operate<T>(&self, operation: Operation, value: T) -> Result<Progress<T>, Error> {
        self.touch()?;
        if !self.later.get() {
            return Ok(Progress::Done(value));
        }
        assert_ne!(operation.token, 0);
        self.pending.borrow_mut().push(operation);
        Ok(Progress::Pending)
    }

    fn watch(&self, device: Device, bits: u32) -> Result<(), Error> {
        self.touch()?;
        self.watched.borrow_mut().insert(device.0.into(), bits);
        Ok(())
    }

    fn open(&self) -> Socket {
        let mut sockets = self.sockets.borrow_mut();
        // The lowest that is free, so that a number is soon used again.
        let number = (0..).find(|number| !sockets.contains_key(number)).unwrap();
        sockets.insert(number, 0);
        Socket(number)
    }

    fn socket(&self, socket: Socket) -> Result<(), Error> {
        self.touch()?;
        assert!(self.sockets.borrow().contains_key(&socket.0), "a socket that isn't open");
        Ok(())
    }

    /// What a socket that takes and gives says.
    fn moving(&self, socket: Socket) -> Result<(), Error> {
        self.socket(socket)?;
        if self.busy.get() { Err(Error::Busy) } else { Ok(()) }
    }

    /// What the devices still have to do for somebody.
    pub(crate) fn held(&self) -> (Vec<(u32, u32)>, usize) {
        let watched = self.watched.borrow();
        let watched = watched.iter().filter(|(_, bits)| **bits != 0).map(|(index, bits)| (*index, *bits));
        (watched.collect(), self.sockets.borrow().len())
    }
}

impl Devices for Board {
    fn find(&self, kind: DeviceKind, name: &str) -> Option<Device> {
        TABLE.iter().position(|entry| *entry == (kind, name)).map(|place| Device(place as u16))
    }

    fn device(&self, place: u16) -> Option<(DeviceKind, &str)> {
        TABLE.get(usize::from(place)).copied()
    }
}

impl Gpio for Board {
    fn gpio_read(&self, line: Device) -> Result<bool, Error> {
        self.fakes().touch()?;
        Ok(u32::from(line.0) == BUTTON)
    }

    fn gpio_write(&self, _line: Device, _active: bool) -> Result<(), Error> {
        self.fakes().touch()
    }

    fn gpio_watch(&self, line: Device, edges: u32) -> Result<(), Error> {
        self.fakes().watch(line, edges)
    }
}

impl Adc for Board {
    fn adc_read(&self, _input: Device, operation: Operation) -> Result<Progress<u32>, Error> {
        self.fakes().operate(operation, 2048)
    }

    fn adc_scale(&self, _input: Device) -> Result<AdcScale, Error> {
        self.fakes().touch().map(|()| SCALE)
    }
}

impl I2c for Board {
    fn i2c_transfer(
        &self,
        _bus: Device,
        address: I2cAddress,
        write: &[u8],
        read: &mut [u8],
        operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        assert!(address.parts().is_some() && !(write.is_empty() && read.is_empty()));
        read.fill(write.first().copied().unwrap_or(0xee));
        self.fakes().operate(operation, read.len() as u32)
    }
}

impl Spi for Board {
    fn spi_transfer(
        &self,
        _peripheral: Device,
        bytes: &mut [u8],
        operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        assert_eq!(operation.write_address, operation.read_address);
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
        self.fakes().operate(operation, bytes.len() as u32)
    }
}

impl Uart for Board {
    fn uart_write(&self, _line: Device, bytes: &[u8], operation: Operation) -> Result<Progress<u32>, Error> {
        assert!(!bytes.is_empty());
        self.fakes().operate(operation, bytes.len() as u32)
    }

    fn uart_read(&self, _line: Device, buffer: &mut [u8]) -> Result<usize, Error> {
        self.fakes().touch()?;
        buffer.iter_mut().zip(b"fix").for_each(|(place, byte)| *place = *byte);
        Ok(buffer.len().min(3))
    }

    fn uart_watch(&self, line: Device, readiness: u32) -> Result<(), Error> {
        self.fakes().watch(line, readiness)
    }
}

impl Sensor for Board {
    fn sensor_channel(&self, _sensor: Device, channel: u32) -> Option<SensorChannel<'_>> {
        let room = SensorChannel { name: "temperature", unit: SensorUnit::Celsius, exponent: -3 };
        (channel == 0).then_some(room)
    }

    fn sensor_read(
        &self,
        _sensor: Device,
        channel: u32,
        operation: Operation,
    ) -> Result<Progress<i32>, Error> {
        if channel > 0 {
            return Err(Error::InvalidArgument);
        }
        self.fakes().operate(operation, -5250)
    }
}

impl Net for Board {
    fn net_open(&self, _kind: SocketKind, _ipv6: bool) -> Result<Socket, Error> {
        self.fakes().touch()?;
        Ok(self.fakes().open())
    }

    fn net_bind(&self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        self.fakes().socket(socket)?;
        self.fakes().addresses.borrow_mut().push(address.to_string());
        Ok(())
    }

    fn net_local(&self, socket: Socket) -> Result<SocketAddr, Error> {
        self.fakes().socket(socket)?;
        Ok("[2001:db8:1111:2222:3333:4444:5555:6666]:54321".parse().unwrap())
    }

    fn net_listen(&self, socket: Socket) -> Result<(), Error> {
        self.fakes().socket(socket)
    }

    fn net_accept(&self, socket: Socket) -> Result<(Socket, SocketAddr), Error> {
        self.fakes().moving(socket)?;
        Ok((self.fakes().open(), "10.0.0.9:1234".parse().unwrap()))
    }

    fn net_connect(&self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        self.fakes().addresses.borrow_mut().push(address.to_string());
        self.fakes().socket(socket)?;
        if self.fakes().later.get() { Err(Error::Busy) } else { Ok(()) }
    }

    fn net_send(&self, socket: Socket, bytes: &[u8], to: Option<SocketAddr>) -> Result<usize, Error> {
        self.fakes().moving(socket)?;
        self.fakes().addresses.borrow_mut().extend(to.map(|to| to.to_string()));
        Ok(bytes.len())
    }

    fn net_receive(&self, socket: Socket, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        self.fakes().moving(socket)?;
        buffer.iter_mut().zip(b"pong").for_each(|(place, byte)| *place = *byte);
        Ok((buffer.len().min(4), "10.0.0.9:1234".parse().unwrap()))
    }

    fn net_watch(&self, socket: Socket, readiness: u32) -> Result<(), Error> {
        self.fakes().socket(socket)?;
        self.fakes().sockets.borrow_mut().insert(socket.0, readiness);
        Ok(())
    }

    fn net_close(&self, socket: Socket) -> Result<(), Error> {
        let closed = self.fakes().sockets.borrow_mut().remove(&socket.0);
        assert!(closed.is_some(), "a socket was closed twice");
        Ok(())
    }

    fn net_resolve(&self, name: &str, operation: Operation) -> Result<Progress<IpAddr>, Error> {
        self.fakes().names.borrow_mut().push(name.into());
        self.fakes().operate(operation, "10.0.0.7".parse().unwrap())
    }
}
