// SPDX-License-Identifier: Apache-2.0
//! Devices that the command line offers.

use crate::support::{Directory, run};

/// Shows on `led0` how often `key` changed, waits for two edges, and sends what came on `gps` back; exits with a sensor's value.
const GUEST: &str = r#"(module
    (import "sampan:gpio/1" "open" (func $gpio_open (param i32 i32) (result i32)))
    (import "sampan:gpio/1" "write" (func $gpio_write (param i32 i32) (result i32)))
    (import "sampan:gpio/1" "watch" (func $gpio_watch (param i32 i32) (result i32)))
    (import "sampan:uart/1" "open" (func $uart_open (param i32 i32) (result i32)))
    (import "sampan:uart/1" "read" (func $uart_read (param i32 i32 i32) (result i32)))
    (import "sampan:uart/1" "write" (func $uart_write (param i32 i32 i32) (result i32)))
    (import "sampan:sensor/1" "open" (func $sensor_open (param i32 i32) (result i32)))
    (import "sampan:sensor/1" "read" (func $sensor_read (param i32 i32 i32) (result i32)))
    (import "sampan:event/1" "wait" (func $wait (param i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "led0keygpsroom")
    (func $open_all
        (if (i32.ne (call $gpio_open (i32.const 0) (i32.const 4)) (i32.const 256)) (then (call $exit (i32.const 1))))
        (if (i32.ne (call $gpio_open (i32.const 4) (i32.const 3)) (i32.const 257)) (then (call $exit (i32.const 2))))
        (if (i32.ne (call $uart_open (i32.const 7) (i32.const 3)) (i32.const 258)) (then (call $exit (i32.const 3))))
        (if (i32.ne (call $sensor_open (i32.const 10) (i32.const 4)) (i32.const 259)) (then (call $exit (i32.const 4)))))
    (func (export "_start")
        (call $open_all)
        (drop (call $gpio_watch (i32.const 257) (i32.const 3)))
        (drop (call $wait (i64.const -1) (i32.const 64)))
        (drop (call $gpio_write (i32.const 256) (i32.const 1)))
        (drop (call $wait (i64.const -1) (i32.const 64)))
        (drop (call $gpio_write (i32.const 256) (i32.const 0)))
        (drop (call $uart_write (i32.const 258) (i32.const 128)
            (call $uart_read (i32.const 258) (i32.const 128) (i32.const 16))))
        (drop (call $sensor_read (i32.const 259) (i32.const 0) (i32.const 96)))
        (call $exit (i32.load (i32.const 96)))))"#;

const DEVICES: [&str; 8] = [
    "--device",
    "gpio:led0",
    "--device",
    "gpio:key=100,250",
    "--device",
    "uart:gps=fix",
    "--device",
    "sensor:room=21",
];
const PERMITS: [&str; 6] = ["--permit", "gpio:*", "--permit", "uart:gps", "--permit", "sensor:room"];

#[test]
fn a_container_uses_what_is_offered_and_permitted() {
    let outcome = run(GUEST, &[&DEVICES[..], &PERMITS, &["-v"]].concat());
    assert_eq!(outcome.code, 21, "{outcome:?}");
    for line in
        ["sampan: gpio led0: not active, was set 2 times\n", "sampan: uart gps: was sent 3 bytes: \"fix\"\n"]
    {
        assert!(outcome.stderr.contains(line), "{outcome:?}");
    }
    assert!(outcome.stderr.contains("time 0.25"), "it waits for the second edge: {outcome:?}");
    let outcome = run(GUEST, &[&DEVICES[2..], &PERMITS].concat());
    assert_eq!(outcome.code, 1, "there is no such device: {outcome:?}");
    let outcome = run(GUEST, &DEVICES);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stderr.contains("denied: needs gpio:led0"), "{outcome:?}");
}

#[test]
fn both_engines_see_the_same_devices() {
    let outcome = run(GUEST, &[&DEVICES[..], &PERMITS, &["--engine", "both"]].concat());
    assert_eq!(outcome.code, 21, "{outcome:?}");
    assert!(outcome.stderr.contains("the engines agree"), "{outcome:?}");
}

#[test]
fn devices_without_sense_are_refused() {
    let directory = Directory::new().module("app.wasm", GUEST);
    for device in ["led0", "net:a", "gpio:key=2,1", "adc:a=4096"] {
        let outcome = directory.sampan(&["run", "app.wasm", "--device", device]);
        assert_eq!(outcome.code, 64, "{device}: {outcome:?}");
    }
    let outcome = directory.sampan(&["run", "app.wasm", "--device", "spi:a", "--device", "spi:a"]);
    outcome.expect(64, "sampan: --device: a is there already\n");
}
