// SPDX-License-Identifier: Apache-2.0
//! Devices and sockets as guests reach them, on both engines: one that uses all of them, one that is called back, and
//! what is left of one that is killed.

use crate::guests::SLEEPS;
use crate::support;
use sampan_abi::{ContainerState, DeviceKind, ExitReason, SensorUnit, SocketKind};
use sampan_core::{ContainerOptions, Effective, Permissions};
use sampan_engine::{Either, Engine};
use sampan_engine_packed::PackedEngine;
use sampan_engine_wasmi::WasmiEngine;
use sampan_platform::{AdcScale, Devices, Gpio, I2cAddress, Net};
use sampan_sim::{Ending, FakeDevice, RecordedLog, Settings, SimDevices, Simulator};
use std::ops::ControlFlow;
use std::sync::Arc;

pub(crate) type BothEngines = Either<PackedEngine, WasmiEngine>;

const SCALE: AdcScale = AdcScale { raw_max: 4095, min_uv: 0, max_uv: 3_300_000 };
const ADDRESS: I2cAddress = I2cAddress::Seven(0x48);
const ALL: &[&str] = &[
    "adc:light",
    "gpio:*",
    "i2c:i2c0",
    "net.connect:localhost:8080",
    "net.dns:localhost",
    "net.listen:127.0.0.1:8080",
    "sensor:room",
    "spi:loop",
    "uart:gps",
];

/// Uses everything; exits with the number of the first step whose answer isn't what it should be, or 0.
const USES_ALL: &str = r#"(module
    (import "sampan:gpio/1" "open" (func $gpio_open (param i32 i32) (result i32)))
    (import "sampan:gpio/1" "read" (func $gpio_read (param i32) (result i32)))
    (import "sampan:gpio/1" "write" (func $gpio_write (param i32 i32) (result i32)))
    (import "sampan:gpio/1" "watch" (func $gpio_watch (param i32 i32) (result i32)))
    (import "sampan:adc/1" "open" (func $adc_open (param i32 i32) (result i32)))
    (import "sampan:adc/1" "read" (func $adc_read (param i32) (result i32)))
    (import "sampan:i2c/1" "open" (func $i2c_open (param i32 i32) (result i32)))
    (import "sampan:i2c/1" "transfer" (func $i2c_transfer (param i32 i32 i32 i32 i32 i32) (result i32)))
    (import "sampan:i2c/1" "close" (func $i2c_close (param i32) (result i32)))
    (import "sampan:spi/1" "open" (func $spi_open (param i32 i32) (result i32)))
    (import "sampan:spi/1" "transfer" (func $spi_transfer (param i32 i32 i32) (result i32)))
    (import "sampan:spi/1" "close" (func $spi_close (param i32) (result i32)))
    (import "sampan:sensor/1" "open" (func $sensor_open (param i32 i32) (result i32)))
    (import "sampan:sensor/1" "channel" (func $sensor_channel (param i32 i32 i32 i32 i32) (result i32)))
    (import "sampan:sensor/1" "read" (func $sensor_read (param i32 i32 i32) (result i32)))
    (import "sampan:sensor/1" "close" (func $sensor_close (param i32) (result i32)))
    (import "sampan:uart/1" "open" (func $uart_open (param i32 i32) (result i32)))
    (import "sampan:uart/1" "watch" (func $uart_watch (param i32 i32) (result i32)))
    (import "sampan:uart/1" "read" (func $uart_read (param i32 i32 i32) (result i32)))
    (import "sampan:uart/1" "write" (func $uart_write (param i32 i32 i32) (result i32)))
    (import "sampan:net/1" "listen" (func $net_listen (param i32 i32) (result i32)))
    (import "sampan:net/1" "connect" (func $net_connect (param i32 i32) (result i32)))
    (import "sampan:net/1" "accept" (func $net_accept (param i32 i32 i32 i32) (result i32)))
    (import "sampan:net/1" "watch" (func $net_watch (param i32 i32) (result i32)))
    (import "sampan:net/1" "send" (func $net_send (param i32 i32 i32) (result i32)))
    (import "sampan:net/1" "receive" (func $net_receive (param i32 i32 i32) (result i32)))
    (import "sampan:net/1" "close" (func $net_close (param i32) (result i32)))
    (import "sampan:net/1" "resolve" (func $net_resolve (param i32 i32 i32 i32) (result i32)))
    (import "sampan:event/1" "wait" (func $wait (param i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "led0")          (data (i32.const 16) "button0")
    (data (i32.const 32) "light")        (data (i32.const 48) "i2c0")
    (data (i32.const 64) "loop")         (data (i32.const 80) "room")
    (data (i32.const 96) "gps")          (data (i32.const 112) "127.0.0.1:8080")
    (data (i32.const 144) "localhost:8080")
    (data (i32.const 512) "\05")
    (global $step (mut i32) (i32.const 0))
    (func $is (param $got i32) (param $expected i32)
        (global.set $step (i32.add (global.get $step) (i32.const 1)))
        (if (i32.ne (local.get $got) (local.get $expected)) (then (call $exit (global.get $step)))))
    ;; The next event is of this kind and from here, with these bits.
    (func $told (param $kind i32) (param $source i32) (param $bits i32)
        (call $is (call $wait (i64.const -1) (i32.const 1024)) (i32.const 1))
        (call $is (i32.load (i32.const 1024)) (local.get $kind))
        (call $is (i32.load (i32.const 1028)) (local.get $source))
        (call $is (i32.load (i32.const 1032)) (local.get $bits)))
    (func (export "_start") (local $listener i32) (local $client i32) (local $server i32)
        (call $is (call $gpio_open (i32.const 0) (i32.const 4)) (i32.const 256))
        (call $is (call $gpio_open (i32.const 16) (i32.const 7)) (i32.const 257))
        (call $is (call $gpio_watch (i32.const 257) (i32.const 3)) (i32.const 0))
        (call $is (call $uart_open (i32.const 96) (i32.const 3)) (i32.const 258))
        (call $is (call $uart_watch (i32.const 258) (i32.const 1)) (i32.const 0))
        (call $told (i32.const 4) (i32.const 258) (i32.const 1))
        (call $is (call $uart_read (i32.const 258) (i32.const 800) (i32.const 16)) (i32.const 3))
        (call $is (call $uart_write (i32.const 258) (i32.const 800) (i32.const 3)) (i32.const 3))
        (call $told (i32.const 3) (i32.const 257) (i32.const 1))
        (call $is (call $gpio_read (i32.const 257)) (i32.const 1))
        (call $is (call $gpio_write (i32.const 256) (i32.const 1)) (i32.const 0))
        (call $is (call $adc_open (i32.const 32) (i32.const 5)) (i32.const 259))
        (call $is (call $adc_read (i32.const 259)) (i32.const 7))
        (call $is (call $i2c_open (i32.const 48) (i32.const 4)) (i32.const 260))
        (call $is (call $i2c_transfer (i32.const 260) (i32.const 0x48) (i32.const 512) (i32.const 1)
            (i32.const 600) (i32.const 2)) (i32.const 2))
        (call $is (i32.load16_u (i32.const 600)) (i32.const 0x2a29))
        (call $is (call $spi_open (i32.const 64) (i32.const 4)) (i32.const 261))
        (call $is (call $spi_transfer (i32.const 261) (i32.const 512) (i32.const 4)) (i32.const 4))
        (call $is (call $sensor_open (i32.const 80) (i32.const 4)) (i32.const 262))
        (call $is (call $sensor_channel (i32.const 262) (i32.const 0) (i32.const 640) (i32.const 16)
            (i32.const 704)) (i32.const 0))
        (call $is (i32.load8_u (i32.const 640)) (i32.const 116))
        (call $is (i32.load (i32.const 704)) (i32.const 1))
        (call $is (i32.load (i32.const 708)) (i32.const -3))
        (call $is (i32.load (i32.const 712)) (i32.const 1))
        (call $is (call $sensor_read (i32.const 262) (i32.const 0) (i32.const 720)) (i32.const 0))
        (call $is (i32.load (i32.const 720)) (i32.const -5250))
        (call $is (call $i2c_close (i32.const 260)) (i32.const 0))
        (call $is (call $spi_close (i32.const 261)) (i32.const 0))
        (call $is (call $sensor_close (i32.const 262)) (i32.const 0))
        (call $is (call $spi_close (i32.const 261)) (i32.const -4))
        (local.set $listener (call $net_listen (i32.const 112) (i32.const 14)))
        (call $is (i32.lt_s (local.get $listener) (i32.const 0)) (i32.const 0))
        (call $is (call $net_watch (local.get $listener) (i32.const 1)) (i32.const 0))
        (local.set $client (call $net_connect (i32.const 144) (i32.const 14)))
        (call $is (i32.lt_s (local.get $client) (i32.const 0)) (i32.const 0))
        (call $told (i32.const 5) (local.get $listener) (i32.const 1))
        (local.set $server (call $net_accept (local.get $listener) (i32.const 860) (i32.const 32) (i32.const 900)))
        (call $is (i32.lt_s (local.get $server) (i32.const 0)) (i32.const 0))
        (call $is (call $net_receive (local.get $server) (i32.const 960) (i32.const 16)) (i32.const -7))
        (call $is (call $net_watch (local.get $server) (i32.const 1)) (i32.const 0))
        (call $is (call $net_send (local.get $client) (i32.const 0) (i32.const 4)) (i32.const 4))
        (call $told (i32.const 5) (local.get $server) (i32.const 1))
        (call $is (call $net_receive (local.get $server) (i32.const 960) (i32.const 16)) (i32.const 4))
        (call $is (i32.load (i32.const 960)) (i32.load (i32.const 0)))
        (call $is (call $net_close (local.get $client)) (i32.const 0))
        (call $is (call $net_receive (local.get $server) (i32.const 960) (i32.const 16)) (i32.const 0))
        (call $is (call $net_connect (i32.const 112) (i32.const 14)) (i32.const -1))
        (call $is (call $net_resolve (i32.const 144) (i32.const 9) (i32.const 960) (i32.const 64)) (i32.const 9))
        (call $told (i32.const 3) (i32.const 257) (i32.const 2))))"#;

/// Watches `button0` and returns; called back, it shows its level on `led0`.
const CALLED_BACK: &str = r#"(module
    (import "sampan:gpio/1" "open" (func $open (param i32 i32) (result i32)))
    (import "sampan:gpio/1" "read" (func $read (param i32) (result i32)))
    (import "sampan:gpio/1" "write" (func $write (param i32 i32) (result i32)))
    (import "sampan:gpio/1" "watch" (func $watch (param i32 i32) (result i32)))
    (import "sampan:event/1" "wait" (func $wait (param i64 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "led0button0")
    (func (export "_start")
        (drop (call $open (i32.const 0) (i32.const 4)))
        (drop (call $open (i32.const 4) (i32.const 7)))
        (drop (call $watch (i32.const 257) (i32.const 3))))
    (func (export "sampan_on_event")
        (if (i32.eq (call $wait (i64.const 0) (i32.const 64)) (i32.const 1))
            (then (drop (call $write (i32.const 256) (call $read (i32.const 257))))))))"#;

/// Holds sockets and a line, and never ends by itself.
const HOLDS: &str = r#"(module
    (import "sampan:gpio/1" "open" (func $open (param i32 i32) (result i32)))
    (import "sampan:gpio/1" "watch" (func $watch (param i32 i32) (result i32)))
    (import "sampan:net/1" "listen" (func $listen (param i32 i32) (result i32)))
    (import "sampan:event/1" "wait" (func $wait (param i64 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "button0127.0.0.1:8080")
    (func (export "_start")
        (drop (call $open (i32.const 0) (i32.const 7)))
        (drop (call $watch (i32.const 256) (i32.const 3)))
        (drop (call $listen (i32.const 7) (i32.const 14)))
        (loop (drop (call $wait (i64.const 100) (i32.const 64))) (br 0))))"#;

pub(crate) fn board() -> SimDevices {
    let devices = [
        ("led0", FakeDevice::output()),
        ("button0", FakeDevice::input([(2000, true), (9000, false)])),
        ("light", FakeDevice::analogue(SCALE, 500)),
        ("i2c0", FakeDevice::i2c([ADDRESS])),
        ("loop", FakeDevice::spi_loop()),
        ("gps", FakeDevice::serial([(1000, b"fix".to_vec())])),
        ("room", FakeDevice::sensor([("t", SensorUnit::Celsius, -3)])),
    ];
    let board = SimDevices::new(devices.map(|(name, device)| (name.to_owned(), device))).with_net();
    board.set_raw("light", 7);
    board.set_register("i2c0", ADDRESS, 5, 0x29);
    board.set_register("i2c0", ADDRESS, 6, 0x2a);
    board.set_value("room", 0, -5250);
    board
}

/// The module as each engine takes it.
pub(crate) fn images(wat: &str) -> [&'static [u8]; 2] {
    let module = support::image(wat);
    let packed = sampan_pack::pack(module, &sampan_pack::Options::default()).unwrap();
    // Code is run in place, so it lies as it would in flash.
    let memory = vec![0_u8; packed.image.len() + 16].leak();
    let start = memory.as_ptr().align_offset(16);
    let place = &mut memory[start..start + packed.image.len()];
    place.copy_from_slice(&packed.image);
    [place, module]
}

fn simulator(devices: SimDevices) -> Simulator<BothEngines> {
    let mut settings = Settings::new(Arc::new(RecordedLog::default()));
    settings.arena_bytes = 1 << 20;
    settings.devices = devices;
    let engine = Either { first: PackedEngine::new(), second: support::engine() };
    Simulator::new(settings, engine).unwrap()
}

fn permitted_to(texts: &'static [&'static str]) -> ContainerOptions<'static> {
    let permissions = Effective::granted(Permissions::of_texts(texts).unwrap());
    // wasmi keeps its data there too.
    ContainerOptions { permissions, memory_limit: 400 * 1024, ..ContainerOptions::default() }
}

/// How many sockets can be opened, which are closed again.
fn free_sockets<E: Engine>(simulator: &mut Simulator<E>) -> usize {
    let platform = simulator.runtime().platform();
    let opened: Vec<_> = std::iter::from_fn(|| platform.net_open(SocketKind::Stream, false).ok()).collect();
    opened.iter().for_each(|socket| platform.net_close(*socket).unwrap());
    opened.len()
}

#[test]
fn a_guest_uses_every_device_and_sockets() {
    for image in images(USES_ALL) {
        let devices = board();
        let mut simulator = simulator(devices.clone());
        let all = free_sockets(&mut simulator);
        let id = simulator.runtime().create(image, &permitted_to(ALL)).unwrap();
        simulator.runtime().start(id).unwrap();
        assert_eq!(simulator.run(1_000_000, |_| ControlFlow::Continue(())), Ending::AllEnded);
        let status = simulator.runtime().status(id).unwrap();
        assert_eq!((status.exit, devices.level("led0")), (Some(ExitReason::Exited(0)), Some(true)));
        assert_eq!(devices.take_sent("gps"), b"fix");
        assert_eq!(simulator.runtime().container_stats(id).unwrap().denied_calls, 1, "the address by number");
        assert_eq!(free_sockets(&mut simulator), all);
    }
}

#[test]
fn without_permission_a_guest_reaches_nothing() {
    for image in images(USES_ALL) {
        let devices = board();
        let mut simulator = simulator(devices.clone());
        let id = simulator.runtime().create(image, &permitted_to(&["gpio:button0"])).unwrap();
        simulator.runtime().start(id).unwrap();
        simulator.run(1_000_000, |_| ControlFlow::Continue(()));
        assert_eq!(simulator.runtime().status(id).unwrap().exit, Some(ExitReason::Exited(1)));
        assert_eq!(simulator.runtime().container_stats(id).unwrap().denied_calls, 1);
        assert!(devices.history("led0").is_empty() && devices.take_sent("gps").is_empty());
    }
}

#[test]
fn a_guest_is_called_back_when_its_line_changes() {
    for image in images(CALLED_BACK) {
        let devices = board();
        let mut simulator = simulator(devices.clone());
        let id = simulator.runtime().create(image, &permitted_to(&["gpio:*"])).unwrap();
        simulator.runtime().start(id).unwrap();
        simulator.run(20_000, |_| ControlFlow::Continue(()));
        assert_eq!(simulator.runtime().status(id).unwrap().state, ContainerState::Running);
        let history = devices.history("led0");
        let levels: Vec<_> = history.iter().map(|(_, active)| *active).collect();
        assert_eq!(levels, [true, false]);
        assert!((2000..2100).contains(&history[0].0) && (9000..9100).contains(&history[1].0), "{history:?}");
    }
}

#[test]
fn what_a_guest_held_is_free_once_it_is_killed() {
    for image in images(HOLDS) {
        let mut simulator = simulator(board());
        let all = free_sockets(&mut simulator);
        for round in 0..3 {
            let id = simulator.runtime().create(image, &permitted_to(ALL)).unwrap();
            simulator.runtime().start(id).unwrap();
            let limit_us = 1000 * (round + 1);
            assert_eq!(simulator.run(limit_us, |_| ControlFlow::Continue(())), Ending::TimeLimit);
            assert_eq!(free_sockets(&mut simulator), all - 1);
            simulator.runtime().kill(id).unwrap();
            assert_eq!(free_sockets(&mut simulator), all);
            simulator.runtime().remove(id).unwrap();
        }
        // Nobody watches the line any more: its edges make no events.
        let told = simulator.runtime().stats().device_events;
        let idle = simulator.runtime().create(images(SLEEPS)[0], &permitted_to(&["clock"])).unwrap();
        simulator.runtime().start(idle).unwrap();
        simulator.run(20_000, |_| ControlFlow::Continue(()));
        assert_eq!(simulator.runtime().stats().device_events, told);
        let platform = simulator.runtime().platform();
        let button = platform.find(DeviceKind::Gpio, "button0").unwrap();
        assert_eq!(platform.gpio_read(button), Ok(false), "both edges have come");
    }
}
