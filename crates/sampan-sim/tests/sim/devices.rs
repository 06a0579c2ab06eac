// SPDX-License-Identifier: Apache-2.0
//! Fake devices, on the platform as the core uses them, and in a simulation as time passes.

use crate::guests;
use crate::support::{image, named, simulator};
use sampan_abi::{DeviceKind, EDGE_FALLING, EDGE_RISING, ExitReason, READY_READ, READY_WRITE, SensorUnit};
use sampan_abi::{SocketKind, Status};
use sampan_platform::{
    Adc, AdcScale, Device, Devices, Error, Flash, Gpio, I2c, I2cAddress, Net, Operation, Progress, Sensor,
    Spi, Uart, WallClock,
};
use sampan_sim::{Ending, FakeDevice, RecordedLog, SimClock, SimDevices, SimEntropy, SimFlash, SimPlatform};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

const SCALE: AdcScale = AdcScale { raw_max: 4095, min_uv: 0, max_uv: 3_300_000 };
const ADDRESS: I2cAddress = I2cAddress::Seven(0x48);

fn board() -> SimDevices {
    let devices = [
        ("led0", FakeDevice::output()),
        ("button0", FakeDevice::input([(3000, true), (2000, true), (4000, false)])),
        ("light", FakeDevice::analogue(SCALE, 500)),
        ("level", FakeDevice::analogue(SCALE, 0)),
        ("i2c-sensors", FakeDevice::i2c([ADDRESS, I2cAddress::Ten(0x123)])),
        ("loop", FakeDevice::spi_loop()),
        ("gps", FakeDevice::serial([(1000, b"fix".to_vec())])),
        ("room", FakeDevice::sensor([("t", SensorUnit::Celsius, -3), ("rh", SensorUnit::Percent, 0)])),
    ];
    SimDevices::new(devices.map(|(name, device)| (name.to_owned(), device)))
        .with_flash(SimFlash::new(8192, 4096, 8).unwrap())
        .with_net()
        .with_wall_clock(1_800_000_000_000_000)
}

fn platform(devices: SimDevices) -> (SimPlatform, SimClock) {
    let clock = SimClock::virtual_time();
    let log = Arc::new(RecordedLog::default());
    (SimPlatform::new(clock.clone(), SimEntropy::seeded(1), log, devices), clock)
}

fn find(platform: &SimPlatform, kind: DeviceKind, name: &str) -> Device {
    platform.find(kind, name).unwrap()
}

#[test]
fn devices_are_found_by_kind_and_name_and_do_only_what_their_kind_does() {
    let (platform, _) = platform(board());
    for place in 0..8 {
        let (kind, name) = platform.device(place).unwrap();
        assert_eq!(platform.find(kind, name), Some(Device(place)));
    }
    assert_eq!((platform.device(8), platform.find(DeviceKind::Spi, "led0")), (None, None));
    for place in [1, 8, u16::MAX] {
        let device = Device(place);
        assert_eq!(platform.adc_read(device, Operation::NOW), Err(Error::InvalidArgument));
        assert_eq!(platform.spi_transfer(device, &mut [1], Operation::NOW), Err(Error::InvalidArgument));
        assert_eq!(platform.uart_read(device, &mut [0]), Err(Error::InvalidArgument));
        assert_eq!(platform.sensor_read(device, 0, Operation::NOW), Err(Error::InvalidArgument));
    }
    let (bare, _) = self::platform(SimDevices::default());
    assert_eq!(bare.gpio_read(Device(0)), Err(Error::InvalidArgument));
    assert_eq!((bare.wall_us(), bare.flash_geometry()), (None, None));
    assert_eq!(bare.flash_read(0, &mut [0]), Err(Error::Unsupported));
    assert_eq!(bare.net_open(SocketKind::Stream, false), Err(Error::Unsupported));
}

#[test]
fn each_kind_does_what_it_says() {
    let devices = board();
    let (platform, clock) = platform(devices.clone());
    let led = find(&platform, DeviceKind::Gpio, "led0");
    clock.advance(7);
    platform.gpio_write(led, true).unwrap();
    assert_eq!((platform.gpio_read(led), devices.level("led0")), (Ok(true), Some(true)));
    assert_eq!(devices.history("led0"), [(7, true)]);
    let button = find(&platform, DeviceKind::Gpio, "button0");
    assert_eq!(platform.gpio_write(button, true), Err(Error::Unsupported));

    let level = find(&platform, DeviceKind::Adc, "level");
    devices.set_raw("level", 9999);
    assert_eq!(platform.adc_read(level, Operation::NOW), Ok(Progress::Done(4095)));
    let light = find(&platform, DeviceKind::Adc, "light");
    assert_eq!(platform.adc_read(light, Operation::NOW), Err(Error::Busy));

    let bus = find(&platform, DeviceKind::I2c, "i2c-sensors");
    devices.set_register("i2c-sensors", ADDRESS, 6, 42);
    let mut got = [0; 3];
    let written = platform.i2c_transfer(bus, ADDRESS, &[5, 41], &mut [], Operation::NOW);
    assert_eq!(written, Ok(Progress::Done(0)));
    let read = platform.i2c_transfer(bus, ADDRESS, &[5], &mut got, Operation::NOW);
    assert_eq!((read, got), (Ok(Progress::Done(3)), [41, 42, 0]));
    for (address, error) in [
        (I2cAddress::Seven(0x20), Error::NotFound),
        (I2cAddress::Ten(0x48), Error::NotFound),
        (I2cAddress::Seven(0x80), Error::InvalidArgument),
    ] {
        assert_eq!(platform.i2c_transfer(bus, address, &[1], &mut [], Operation::NOW), Err(error));
    }
    assert_eq!(
        platform.i2c_transfer(bus, ADDRESS, &[], &mut [], Operation::NOW),
        Err(Error::InvalidArgument)
    );

    let room = find(&platform, DeviceKind::Sensor, "room");
    devices.set_value("room", 0, -5250);
    assert_eq!(platform.sensor_read(room, 0, Operation::NOW), Ok(Progress::Done(-5250)));
    let channel = platform.sensor_channel(room, 1).unwrap();
    assert_eq!((channel.name, channel.unit, channel.exponent), ("rh", SensorUnit::Percent, 0));
    assert!(platform.sensor_channel(room, 2).is_none());
    assert_eq!(platform.wall_us(), Some(1_800_000_000_000_007));

    let gps = find(&platform, DeviceKind::Uart, "gps");
    let mut bytes = [0; 2];
    assert_eq!(platform.uart_read(gps, &mut bytes), Ok(0));
    clock.advance(1000);
    assert_eq!((platform.uart_read(gps, &mut bytes), bytes), (Ok(2), *b"fi"));
    assert_eq!(platform.uart_read(gps, &mut bytes), Ok(1));
    platform.uart_write(gps, b"hello", Operation::NOW).unwrap();
    assert_eq!(devices.take_sent("gps"), b"hello");

    platform.flash_program(8, &[3; 8]).unwrap();
    devices.flash().unwrap().tear(0, 1);
    assert_eq!(platform.flash_erase(0, 4096), Err(Error::Io));
}

#[test]
fn sockets_reach_one_another() {
    let (platform, _) = platform(board());
    let any = "127.0.0.1:0".parse().unwrap();
    let listener = platform.net_open(SocketKind::Stream, false).unwrap();
    platform.net_bind(listener, any).unwrap();
    platform.net_listen(listener).unwrap();
    let address = platform.net_local(listener).unwrap();
    let other = platform.net_open(SocketKind::Stream, false).unwrap();
    assert_eq!(platform.net_bind(other, address), Err(Error::WrongState));
    assert_eq!(platform.net_accept(listener), Err(Error::Busy));
    assert_eq!(platform.net_connect(other, "127.0.0.1:1".parse().unwrap()), Err(Error::NotFound));
    platform.net_connect(other, address).unwrap();
    let (server, from) = platform.net_accept(listener).unwrap();
    assert_eq!(platform.net_local(other), Ok(from));
    let mut got = [0; 8];
    assert_eq!(platform.net_receive(server, &mut got), Err(Error::Busy));
    let sent: usize = std::iter::from_fn(|| platform.net_send(other, &[1; 1000], None).ok()).sum();
    assert_eq!(sent, 4096);
    assert_eq!(platform.net_send(other, &[1], None), Err(Error::Busy));
    assert_eq!(platform.net_receive(server, &mut got), Ok((8, from)));
    platform.net_close(other).unwrap();
    let rest: usize = std::iter::from_fn(|| Some(platform.net_receive(server, &mut got).unwrap().0))
        .take_while(|count| *count > 0)
        .sum();
    assert_eq!(rest, 4088);
    assert_eq!(platform.net_send(server, &[1], None), Err(Error::WrongState));
    assert_eq!(platform.net_close(other), Err(Error::InvalidArgument));

    let first = platform.net_open(SocketKind::Datagram, true).unwrap();
    let second = platform.net_open(SocketKind::Datagram, true).unwrap();
    platform.net_bind(second, "[::1]:53".parse().unwrap()).unwrap();
    assert_eq!(platform.net_send(first, &[1], None), Err(Error::WrongState));
    platform.net_connect(first, "[::1]:53".parse().unwrap()).unwrap();
    assert_eq!(platform.net_send(first, &[0; 1473], None), Err(Error::OutOfRange));
    assert_eq!(platform.net_send(first, b"0123456789", None), Ok(10));
    assert_eq!(platform.net_receive(second, &mut got), Ok((8, platform.net_local(first).unwrap())));
    assert_eq!((got, platform.net_receive(second, &mut got)), (*b"01234567", Err(Error::Busy)));
    let all = std::iter::from_fn(|| platform.net_open(SocketKind::Stream, false).ok()).count();
    assert_eq!((all, platform.net_open(SocketKind::Stream, false)), (60, Err(Error::NoRoom)));
    assert_eq!(
        platform.net_resolve("10.0.0.5", Operation::NOW),
        Ok(Progress::Done("10.0.0.5".parse().unwrap()))
    );
    assert_eq!(platform.net_resolve("nowhere", Operation::NOW), Err(Error::NotFound));
}

/// Runs a container that waits in a call, which the conversion of `light` answers; what was told meanwhile.
fn run() -> (u32, u64, Option<ExitReason>) {
    let devices = board();
    devices.set_raw("light", 7);
    let (mut sim, _) = simulator(|settings| settings.devices = devices);
    let token = Arc::new(Mutex::new(None));
    let place = Arc::clone(&token);
    sim.register("env", "ask", "(ii)i", move |call, _| {
        *place.lock().unwrap() = Some(call.defer());
        Status::Pending.to_raw()
    })
    .unwrap();
    let platform = sim.runtime().platform();
    let (button, gps) =
        (find(platform, DeviceKind::Gpio, "button0"), find(platform, DeviceKind::Uart, "gps"));
    platform.gpio_watch(button, EDGE_RISING | EDGE_FALLING).unwrap();
    platform.uart_watch(gps, READY_READ).unwrap();
    let socket = platform.net_open(SocketKind::Datagram, false).unwrap();
    platform.net_watch(socket, READY_READ | READY_WRITE).unwrap();
    let id = sim.runtime().create(image(guests::ASKS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    let ending = sim.run(10_000, |sim| {
        if sim.clock().is_virtual()
            && sim.runtime().stats().device_events >= 4
            && let Some(token) = token.lock().unwrap().take()
        {
            let platform = sim.runtime().platform();
            let light = find(platform, DeviceKind::Adc, "light");
            let operation = Operation { token: token.to_raw(), ..Operation::NOW };
            assert_eq!(platform.adc_read(light, operation), Ok(Progress::Pending));
            assert_eq!(platform.adc_read(light, operation), Err(Error::Busy));
        }
        ControlFlow::Continue(())
    });
    assert_eq!(ending, Ending::AllEnded);
    let now_us = sampan_platform::Clock::now_us(sim.clock());
    (sim.runtime().stats().device_events, now_us, sim.runtime().status(id).unwrap().exit)
}

#[test]
fn time_jumps_to_what_devices_do_and_the_run_is_the_same_every_time() {
    let first = run();
    // One edge up and one down, bytes on the line, room at the socket; then the conversion's 500 us.
    assert_eq!((first.0, first.2), (4, Some(ExitReason::Exited(7))));
    assert!((4500..4700).contains(&first.1), "{first:?}");
    assert_eq!(run(), first);
}
