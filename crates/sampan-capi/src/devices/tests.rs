// SPDX-License-Identifier: Apache-2.0
//! Drivers written as C would, behind the platform's traits.

extern crate std;
use super::*;
use crate::flash::sampan_flash;
use crate::net::{sampan_net, sampan_net_address};
use ::sampan_platform::{
    Adc, AdcScale, Flash, FlashGeometry, Gpio, I2c, I2cAddress, Net, Sensor, Socket, Spi, Uart, WallClock,
};
use sampan_abi::{SensorUnit, SocketKind};
use std::vec::Vec;

/// What every fake driver gets as its `ctx`: the status that it answers, a number, and what it was called with.
struct Fake {
    status: i32,
    value: u32,
    seen: Vec<u32>,
}

/// # Safety
///
/// `ctx` is a [`Fake`] that nobody else touches.
unsafe fn fake<'a>(ctx: *mut c_void) -> &'a mut Fake {
    // SAFETY: the caller's promise.
    unsafe { &mut *ctx.cast::<Fake>() }
}

unsafe extern "C" fn read_level(ctx: *mut c_void, out_level: *mut u8) -> i32 {
    // SAFETY: called with a `Fake` and a writable output, as everything here.
    let fake = unsafe { fake(ctx) };
    // SAFETY: as above.
    unsafe { out_level.write(fake.value as u8) };
    fake.status
}

unsafe extern "C" fn write_level(ctx: *mut c_void, level: u8) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    fake.seen.push(level.into());
    fake.status
}

unsafe extern "C" fn watch(ctx: *mut c_void, _: *mut sampan_runtime, index: u32, bits: u32) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    fake.seen.extend([index, bits]);
    fake.status
}

unsafe extern "C" fn read_raw(ctx: *mut c_void, operation: *const sampan_operation, out: *mut u32) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    // SAFETY: as above; the operation is readable.
    let operation = unsafe { *operation };
    fake.seen.extend([operation.size, operation.token as u32, operation.write_addr, operation.read_addr]);
    // SAFETY: as above.
    unsafe { out.write(fake.value) };
    fake.status
}

unsafe extern "C" fn scale(ctx: *mut c_void, raw_max: *mut u32, min_uv: *mut i32, max_uv: *mut i32) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    // SAFETY: as above.
    unsafe { raw_max.write(fake.value) };
    // SAFETY: as above.
    unsafe { min_uv.write(-5) };
    // SAFETY: as above.
    unsafe { max_uv.write(5) };
    fake.status
}

unsafe extern "C" fn i2c(
    ctx: *mut c_void,
    address: u16,
    bits: u8,
    write: *const u8,
    write_len: usize,
    read: *mut u8,
    read_len: usize,
    _: *const sampan_operation,
) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    fake.seen.extend([address.into(), bits.into(), write_len as u32, read_len as u32]);
    if write_len > 0 {
        // SAFETY: readable for its length.
        fake.seen.push(unsafe { write.read() }.into());
    }
    if read_len > 0 {
        // SAFETY: writable for its length.
        unsafe { read.write_bytes(9, read_len) };
    }
    fake.status
}

unsafe extern "C" fn spi(ctx: *mut c_void, bytes: *mut u8, len: usize, _: *const sampan_operation) -> i32 {
    // SAFETY: writable for its length.
    unsafe { bytes.write_bytes(7, len) };
    // SAFETY: as above.
    unsafe { fake(ctx) }.status
}

unsafe extern "C" fn send(
    ctx: *mut c_void,
    _: *const u8,
    _: usize,
    _: *const sampan_operation,
    out_len: *mut u32,
) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    // SAFETY: as above.
    unsafe { out_len.write(fake.value) };
    fake.status
}

unsafe extern "C" fn receive(ctx: *mut c_void, _: *mut u8, _: usize, out_len: *mut u32) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    // SAFETY: as above.
    unsafe { out_len.write(fake.value) };
    fake.status
}

unsafe extern "C" fn measure(
    ctx: *mut c_void,
    channel: u32,
    _: *const sampan_operation,
    out: *mut i32,
) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    fake.seen.push(channel);
    // SAFETY: as above.
    unsafe { out.write(fake.value.cast_signed()) };
    fake.status
}

const fn size_of_u32<T>() -> u32 {
    size_of::<T>() as u32
}

const GPIO: sampan_gpio_ops = sampan_gpio_ops {
    size: size_of_u32::<sampan_gpio_ops>(),
    read: Some(read_level),
    write: Some(write_level),
    watch: Some(watch),
};
/// Of a version that had only the first function.
const OLD_GPIO: sampan_gpio_ops = sampan_gpio_ops {
    size: core::mem::offset_of!(sampan_gpio_ops, write) as u32,
    read: Some(read_level),
    write: Some(write_level),
    watch: None,
};
const ADC: sampan_adc_ops =
    sampan_adc_ops { size: size_of_u32::<sampan_adc_ops>(), read: Some(read_raw), scale: Some(scale) };
const I2C: sampan_i2c_ops = sampan_i2c_ops { size: size_of_u32::<sampan_i2c_ops>(), transfer: Some(i2c) };
const SPI: sampan_spi_ops = sampan_spi_ops { size: size_of_u32::<sampan_spi_ops>(), transfer: Some(spi) };
const UART: sampan_uart_ops = sampan_uart_ops {
    size: size_of_u32::<sampan_uart_ops>(),
    write: Some(send),
    read: Some(receive),
    watch: Some(watch),
};

/// A platform with one device of each kind, all on `fake`, in the order of their numbers, then an old line.
fn platform(fake: *mut Fake) -> CPlatform {
    let ctx = fake.cast::<c_void>();
    let channels = Vec::leak(std::vec![
        sampan_sensor_channel { name: c"t".as_ptr(), unit: SensorUnit::Celsius as u8, exponent: -2 },
        sampan_sensor_channel { name: c"odd".as_ptr(), unit: 200, exponent: 0 },
    ]);
    let sensor = std::boxed::Box::leak(std::boxed::Box::new(sampan_sensor_ops {
        size: size_of_u32::<sampan_sensor_ops>(),
        channels: channels.as_ptr(),
        channels_len: 2,
        read: Some(measure),
    }));
    let device = |name: &'static core::ffi::CStr, kind: DeviceKind, ops| sampan_device {
        name: name.as_ptr(),
        ctx,
        ops,
        kind: kind as u8,
    };
    let devices = Vec::leak(std::vec![
        device(c"d", DeviceKind::Gpio, sampan_device_ops { gpio: &GPIO }),
        device(c"d", DeviceKind::Adc, sampan_device_ops { adc: &ADC }),
        device(c"d", DeviceKind::I2c, sampan_device_ops { i2c: &I2C }),
        device(c"d", DeviceKind::Spi, sampan_device_ops { spi: &SPI }),
        device(c"d", DeviceKind::Uart, sampan_device_ops { uart: &UART }),
        device(c"d", DeviceKind::Sensor, sampan_device_ops { sensor }),
        device(c"old", DeviceKind::Gpio, sampan_device_ops { gpio: &OLD_GPIO }),
    ]);
    with(ctx, |ops| {
        ops.devices = devices.as_ptr();
        ops.devices_len = devices.len();
    })
}

unsafe extern "C" fn now_us(_: *mut c_void) -> u64 {
    0
}
unsafe extern "C" fn lock(_: *mut c_void) -> i32 {
    0
}
unsafe extern "C" fn unlock(_: *mut c_void) {}
unsafe extern "C" fn entropy(_: *mut c_void, _: *mut u8, _: usize) -> i32 {
    0
}
unsafe extern "C" fn log(_: *mut c_void, _: u8, _: *const c_char, _: usize, _: *const c_char, _: usize) {}
unsafe extern "C" fn fatal(_: *mut c_void, _: *const c_char, _: usize) {}
unsafe extern "C" fn wall_us(ctx: *mut c_void) -> u64 {
    // SAFETY: as above.
    unsafe { fake(ctx) }.value.into()
}

fn with(ctx: *mut c_void, change: impl FnOnce(&mut sampan_platform)) -> CPlatform {
    let mut ops = sampan_platform {
        size: size_of_u32::<sampan_platform>(),
        ctx,
        now_us: Some(now_us),
        lock: Some(lock),
        unlock: Some(unlock),
        wake: Some(unlock),
        entropy: Some(entropy),
        log: Some(log),
        fatal: Some(fatal),
        wall_us: Some(wall_us),
        devices: core::ptr::null(),
        devices_len: 0,
        flash: core::ptr::null(),
        net: core::ptr::null(),
    };
    change(&mut ops);
    // SAFETY: everything that it leads to is leaked or constant.
    unsafe { CPlatform::new(&ops) }.unwrap()
}

const DEVICE: [Device; 8] =
    [Device(0), Device(1), Device(2), Device(3), Device(4), Device(5), Device(6), Device(7)];
const WAITING: Operation = Operation { token: 5, write_address: 6, read_address: 7 };
const PENDING: i32 = Status::Pending.to_raw();
const NOT_FOUND: i32 = Status::NotFound.to_raw();

#[test]
fn a_device_is_one_of_its_kind_only() {
    let mut fake = Fake { status: 0, value: 1, seen: Vec::new() };
    let platform = platform(&raw mut fake);
    for (place, kind) in DeviceKind::ALL.into_iter().enumerate().take(6) {
        assert_eq!(platform.find(kind, "d"), Some(DEVICE[place]));
        assert_eq!(platform.device(place as u16), Some((kind, "d")));
    }
    assert_eq!((platform.find(DeviceKind::Net, "d"), platform.device(7)), (None, None));
    for place in [1, 7] {
        assert_eq!(platform.gpio_read(DEVICE[place]), Err(Error::InvalidArgument));
        assert_eq!(
            platform.i2c_transfer(DEVICE[place], I2cAddress::Seven(1), &[1], &mut [], WAITING),
            Err(Error::InvalidArgument)
        );
    }
    assert_eq!(platform.adc_read(DEVICE[0], WAITING), Err(Error::InvalidArgument));
    // What an older driver doesn't have isn't called, whatever lies behind its struct.
    assert_eq!(platform.gpio_read(DEVICE[6]), Ok(true));
    assert_eq!(platform.gpio_write(DEVICE[6], true), Err(Error::Unsupported));
    assert!(fake.seen.is_empty());
}

#[test]
fn what_drivers_answer_is_passed_on_and_what_has_no_sense_is_not() {
    let mut fake = Fake { status: 0, value: 3, seen: Vec::new() };
    let fake_ptr: *mut Fake = &raw mut fake;
    let platform = platform(fake_ptr);
    let set = |status, value| {
        // SAFETY: `fake` outlives all, and no call is under way.
        unsafe { (*fake_ptr).status = status };
        // SAFETY: as above.
        unsafe { (*fake_ptr).value = value };
    };
    // SAFETY: as above.
    let seen = || core::mem::take(unsafe { &mut (*fake_ptr).seen });

    assert_eq!(platform.gpio_write(DEVICE[0], true), Ok(()));
    assert_eq!(platform.gpio_watch(DEVICE[0], 3), Ok(()));
    assert_eq!(seen(), [1, 0, 3]);
    assert_eq!(platform.adc_read(DEVICE[1], WAITING), Ok(Progress::Done(3)));
    assert_eq!(seen(), [size_of_u32::<sampan_operation>(), 5, 6, 7]);
    assert_eq!(platform.adc_scale(DEVICE[1]), Ok(AdcScale { raw_max: 3, min_uv: -5, max_uv: 5 }));
    let mut got = [0; 2];
    assert_eq!(
        platform.i2c_transfer(DEVICE[2], I2cAddress::Ten(0x3ff), &[8], &mut got, WAITING),
        Ok(Progress::Done(2))
    );
    assert_eq!((seen(), got), (std::vec![0x3ff, 10, 1, 2, 8], [9, 9]));
    assert_eq!(platform.spi_transfer(DEVICE[3], &mut got, WAITING), Ok(Progress::Done(2)));
    assert_eq!(got, [7, 7]);
    assert_eq!(platform.uart_write(DEVICE[4], &[0; 3], WAITING), Ok(Progress::Done(3)));
    assert_eq!(platform.uart_read(DEVICE[4], &mut [0; 3]), Ok(3));
    assert_eq!(platform.sensor_read(DEVICE[5], 1, WAITING), Ok(Progress::Done(3)));
    let channel = platform.sensor_channel(DEVICE[5], 0).unwrap();
    assert_eq!((channel.name, channel.unit, channel.exponent), ("t", SensorUnit::Celsius, -2));
    assert_eq!(platform.wall_us(), Some(3));

    for address in [I2cAddress::Seven(0x80), I2cAddress::Ten(0x400)] {
        assert_eq!(
            platform.i2c_transfer(DEVICE[2], address, &[1], &mut [], WAITING),
            Err(Error::InvalidArgument)
        );
    }
    assert_eq!(
        platform.i2c_transfer(DEVICE[2], I2cAddress::Seven(1), &[], &mut [], WAITING),
        Err(Error::InvalidArgument)
    );
    assert_eq!(platform.spi_transfer(DEVICE[3], &mut [], WAITING), Err(Error::InvalidArgument));
    assert_eq!(platform.sensor_read(DEVICE[5], 2, WAITING), Err(Error::InvalidArgument));
    assert!(
        platform.sensor_channel(DEVICE[5], 1).is_none() && platform.sensor_channel(DEVICE[5], 2).is_none()
    );
    // More than there was room for, or a scale that no input has, is a defect of the driver.
    set(0, 4);
    assert_eq!(platform.uart_write(DEVICE[4], &[0; 3], WAITING), Err(Error::Io));
    assert_eq!(platform.uart_read(DEVICE[4], &mut [0; 3]), Err(Error::Io));
    for raw_max in [0, 1 << 31] {
        set(0, raw_max);
        assert_eq!(platform.adc_scale(DEVICE[1]), Err(Error::Io));
    }
    set(0, 0);
    assert_eq!(platform.wall_us(), None);
    // Later, if somebody waits; else that is a defect too.
    set(PENDING, 0);
    assert_eq!(platform.adc_read(DEVICE[1], WAITING), Ok(Progress::Pending));
    assert_eq!(platform.adc_read(DEVICE[1], Operation::NOW), Err(Error::Io));
    assert_eq!(platform.gpio_read(DEVICE[0]), Err(Error::Io));
    for (code, error) in
        [(NOT_FOUND, Error::NotFound), (Status::Busy.to_raw(), Error::Busy), (-1000, Error::Io)]
    {
        set(code, 0);
        assert_eq!(platform.spi_transfer(DEVICE[3], &mut [1], WAITING), Err(error));
        assert_eq!(platform.gpio_write(DEVICE[0], false), Err(error));
        assert_eq!(platform.uart_watch(DEVICE[4], 1), Err(error));
    }
}

unsafe extern "C" fn flash_read(ctx: *mut c_void, offset: u32, _: *mut u8, len: usize) -> i32 {
    // SAFETY: as above.
    unsafe { fake(ctx) }.seen.extend([offset, len as u32]);
    0
}
unsafe extern "C" fn flash_erase(ctx: *mut c_void, offset: u32, len: u32) -> i32 {
    // SAFETY: as above.
    unsafe { fake(ctx) }.seen.extend([offset, len]);
    0
}
unsafe extern "C" fn flash_program(ctx: *mut c_void, offset: u32, _: *const u8, len: usize) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    fake.seen.extend([offset, len as u32]);
    fake.status
}

#[test]
fn flash_is_reached_in_whole_units_inside_the_region_only() {
    let mut fake = Fake { status: Status::WrongState.to_raw(), value: 0, seen: Vec::new() };
    let ctx = (&raw mut fake).cast::<c_void>();
    let flash = sampan_flash {
        size: size_of_u32::<sampan_flash>(),
        len: 1024,
        erase_len: 256,
        program_len: 8,
        mapped: core::ptr::null(),
        ctx,
        read: Some(flash_read),
        erase: Some(flash_erase),
        program: Some(flash_program),
    };
    let platform = with(ctx, |ops| ops.flash = std::boxed::Box::leak(std::boxed::Box::new(flash)));
    let geometry = FlashGeometry { len: 1024, erase_len: 256, program_len: 8, mapped_address: 0 };
    assert_eq!(platform.flash_geometry(), Some(geometry));
    let mut buffer = [0; 16];
    for (offset, error) in [(1009, Error::OutOfRange), (u32::MAX, Error::OutOfRange)] {
        assert_eq!(platform.flash_read(offset, &mut buffer), Err(error));
        assert_eq!(platform.flash_program(offset, &buffer), Err(error));
    }
    assert_eq!(platform.flash_program(4, &buffer), Err(Error::InvalidArgument));
    assert_eq!(platform.flash_program(8, &buffer[..9]), Err(Error::InvalidArgument));
    assert_eq!(platform.flash_erase(256, 100), Err(Error::InvalidArgument));
    assert_eq!(platform.flash_erase(768, 512), Err(Error::OutOfRange));
    assert_eq!(platform.flash_read(1023, &mut buffer[..1]), Ok(()));
    assert_eq!(platform.flash_erase(768, 256), Ok(()));
    assert_eq!(platform.flash_program(1008, &buffer), Err(Error::WrongState));
    assert_eq!(fake.seen, [1023, 1, 768, 256, 1008, 16]);
}

unsafe extern "C" fn net_open(ctx: *mut c_void, kind: u8, ip_len: u8, out_socket: *mut u32) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    fake.seen.extend([u32::from(kind), u32::from(ip_len)]);
    // SAFETY: as above.
    unsafe { out_socket.write(42) };
    fake.status
}

unsafe extern "C" fn net_send(
    ctx: *mut c_void,
    socket: u32,
    _: *const u8,
    len: usize,
    address: *const sampan_net_address,
    out_len: *mut u32,
) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    fake.seen.extend([socket, len as u32]);
    if !address.is_null() {
        // SAFETY: readable where it isn't NULL.
        let address = unsafe { *address };
        fake.seen.extend([
            u32::from(address.ip_len),
            address.ip[3].into(),
            address.ip[15].into(),
            address.port.into(),
        ]);
    }
    // SAFETY: as above.
    unsafe { out_len.write(fake.value) };
    fake.status
}

unsafe extern "C" fn net_local(ctx: *mut c_void, _: u32, out: *mut sampan_net_address) -> i32 {
    // SAFETY: as above.
    let fake = unsafe { fake(ctx) };
    let address = sampan_net_address { ip: [1; 16], ip_len: fake.value as u8, port: 80 };
    // SAFETY: as above.
    unsafe { out.write(address) };
    fake.status
}

#[test]
fn sockets_pass_addresses_both_ways() {
    let mut fake = Fake { status: 0, value: 4, seen: Vec::new() };
    let fake_ptr: *mut Fake = &raw mut fake;
    let ctx = fake_ptr.cast::<c_void>();
    // SAFETY: all members are numbers and nullable pointers.
    let mut net = unsafe { core::mem::zeroed::<sampan_net>() };
    net.size = size_of_u32::<sampan_net>();
    net.ctx = ctx;
    net.open = Some(net_open);
    net.send = Some(net_send);
    net.local = Some(net_local);
    let platform = with(ctx, |ops| ops.net = std::boxed::Box::leak(std::boxed::Box::new(net)));
    let socket = Socket(42);
    assert_eq!(platform.net_open(SocketKind::Datagram, true), Ok(socket));
    assert_eq!(platform.net_send(socket, &[0; 5], Some("10.0.0.5:1883".parse().unwrap())), Ok(4));
    assert_eq!(platform.net_send(socket, &[0; 5], Some("[::7]:1".parse().unwrap())), Ok(4));
    assert_eq!(platform.net_send(socket, &[0; 3], None), Err(Error::Io));
    // SAFETY: no call is under way.
    let seen = core::mem::take(unsafe { &mut (*fake_ptr).seen });
    assert_eq!(seen, [2, 16, 42, 5, 4, 5, 0, 1883, 42, 5, 16, 0, 7, 1, 42, 3]);
    assert_eq!(platform.net_local(socket), Ok("1.1.1.1:80".parse().unwrap()));
    // SAFETY: no call is under way.
    unsafe { (*fake_ptr).value = 5 };
    assert_eq!(platform.net_local(socket), Err(Error::Io));
    assert_eq!(platform.net_listen(socket), Err(Error::Unsupported));
    let bare = with(ctx, |_| ());
    assert_eq!(bare.net_open(SocketKind::Stream, false), Err(Error::Unsupported));
    assert_eq!((bare.flash_geometry(), bare.has_events()), (None, false));
}
