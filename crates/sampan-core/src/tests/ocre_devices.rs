// SPDX-License-Identifier: Apache-2.0
//! Ocre's lines and sensors: what they answer, which of them a container may have, and that nobody keeps one who has ended.

use super::devices_board::{BUTTON, GPS};
use super::messages::start;
use super::ocre::{EVENT, answers, errno, words};
use super::script::{Op, Script};
use super::world::{REACTIONS, World, permitted_to};
use crate::ContainerOptions;
use sampan_abi::{ContainerState, DeviceKind, ExitReason};
use sampan_image::DeniedAction;
use sampan_platform::DeviceEvent;
use std::vec::Vec;

const EPERM: u64 = errno(1);
const ENOENT: u64 = errno(2);
const ENODEV: u64 = errno(19);
const EINVAL: u64 = errno(22);
const ENOMSG: u64 = errno(42);
const ENOTSUP: u64 = errno(95);
const MINUS_ONE: u64 = u32::MAX as u64;
const IN: u64 = 0;
const OUT: u64 = 1;

/// What lies where in the memory of a container here.
const MEMORY_LEN: u32 = 1024;
const LED: u64 = 8;
const BUTTON_NAME: u64 = 16;
const ROOM: u64 = 32;
const CELLAR: u64 = 48;
const GPS_NAME: u64 = 64;
const NOBODY: u64 = 80;
const UNTERMINATED: u64 = 1020;

fn names() -> Script {
    let names: [(u64, &[u8]); 7] = [
        (LED, b"led0\0"),
        (BUTTON_NAME, b"button0\0"),
        (ROOM, b"room\0"),
        (CELLAR, b"cellar\0"),
        (GPS_NAME, b"gps\0"),
        (NOBODY, b"nobody\0"),
        (UNTERMINATED, b"led0"),
    ];
    names
        .into_iter()
        .fold(Script::new().memory(MEMORY_LEN), |script, (at, name)| script.op(Op::Write(at, name.to_vec())))
}

impl Script {
    /// Configures by name, as input or output.
    fn line(self, name: u64, direction: u64) -> Self {
        self.env("ocre_gpio_configure_by_name", &[name, direction])
    }

    fn named(self, action: &str, name: u64) -> Self {
        self.env(&std::format!("ocre_gpio_{action}_by_name"), &[name])
    }

    fn read(self, sensor: u64, channel: u64) -> Self {
        self.call("env", "ocre_sensors_read", "(ii)F", &[sensor, channel])
    }

    fn read_by_name(self, name: u64, channel: u64) -> Self {
        self.call("env", "ocre_sensors_read_by_name", "(ii)F", &[name, channel])
    }
}

/// Every function of lines and sensors, by the numbers and names of some that the board has.
fn calls() -> Vec<(&'static str, Vec<u64>)> {
    let mut calls = std::vec![
        ("ocre_gpio_configure", std::vec![2, 3, OUT]),
        ("ocre_gpio_pin_set", std::vec![2, 3, 1]),
        ("ocre_gpio_configure_by_name", std::vec![LED, OUT]),
        ("ocre_gpio_set_by_name", std::vec![LED, 1]),
        ("ocre_gpio_init", Vec::new()),
        ("ocre_sensors_init", Vec::new()),
        ("ocre_sensors_discover", Vec::new()),
        ("ocre_sensors_get_channel_type", std::vec![0, 0]),
        ("ocre_sensors_get_channel_type_by_name", std::vec![ROOM, 0]),
        ("ocre_sensors_get_list", std::vec![128, 2]),
    ];
    for name in ["pin_get", "pin_toggle", "register_callback", "unregister_callback"] {
        calls.push((std::format!("ocre_gpio_{name}").leak(), std::vec![2, 3]));
    }
    for name in ["get", "toggle", "register_callback", "unregister_callback"] {
        calls.push((std::format!("ocre_gpio_{name}_by_name").leak(), std::vec![LED]));
    }
    for name in ["open", "get_handle", "get_channel_count"] {
        calls.push((std::format!("ocre_sensors_{name}").leak(), std::vec![0]));
        calls.push((std::format!("ocre_sensors_{name}_by_name").leak(), std::vec![ROOM]));
    }
    calls
}

#[test]
fn every_call_without_its_permission_does_nothing_and_is_answered_by_policy() {
    let mut scripts: Vec<_> =
        calls().into_iter().map(|(name, args)| (names().env(name, &args), EPERM)).collect();
    let real = (-1.0_f64).to_bits();
    scripts.extend([(names().read_by_name(ROOM, 0), real), (names().read(0, 0), real)]);
    for (script, answer) in scripts {
        for (denied, exit, state) in REACTIONS {
            let mut world = World::new();
            let options = ContainerOptions { denied, ..permitted_to(&["timer"]) };
            let id = start(&mut world, &script, &options);
            assert_eq!(world.run_to_end(id), exit, "{:?}", script.imports);
            assert_eq!(world.state(id), state, "{:?}", script.imports);
            assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 1);
            assert_eq!(world.board.fakes().touched(), 0, "{:?}", script.imports);
            if denied == DeniedAction::Error {
                assert_eq!(world.results(), [answer], "{:?}", script.imports);
            }
            if state == ContainerState::Quarantined {
                world.runtime.release(id).unwrap();
            }
        }
    }
}

#[test]
fn a_container_has_the_lines_and_sensors_that_its_patterns_cover() {
    let script = names().line(LED, OUT).line(BUTTON_NAME, IN).env("ocre_gpio_configure", &[2, 3, OUT]);
    assert_eq!(answers(&script, &["gpio:led0"]), [0, EPERM, EPERM]);
    assert_eq!(answers(&script, &["gpio:gpio2.3"]), [EPERM, EPERM, 0]);
    assert_eq!(answers(&script, &["gpio:gpio2.30", "gpio:led"]), [EPERM; 3]);
    assert_eq!(answers(&script, &["gpio:*"]), [0; 3]);
    // Sensors are numbered among those that it may read, and there is no way to another one's number.
    let script = names().env("ocre_sensors_discover", &[]).env("ocre_sensors_open", &[1]);
    let script = script.env("ocre_sensors_get_handle_by_name", &[CELLAR]);
    let script = script.env("ocre_sensors_get_handle_by_name", &[ROOM]);
    assert_eq!(answers(&script, &["sensor:*"]), [2, 0, 1, 0]);
    assert_eq!(answers(&script, &["sensor:cellar"]), [1, EINVAL, 0, EPERM]);
    assert_eq!(answers(&script, &["sensor:attic"]), [0, EINVAL, EPERM, EPERM]);
}

#[test]
fn a_line_does_what_it_was_configured_for() {
    let script = names().named("get", LED).line(LED, 2).line(LED, OUT).named("get", LED);
    let script = script.env("ocre_gpio_set_by_name", &[LED, 1]).named("toggle", LED);
    let script = script.named("register_callback", LED).named("unregister_callback", LED);
    assert_eq!(answers(&script, &["gpio:*"]), [EINVAL, EINVAL, 0, 0, 0, 0, EINVAL, EINVAL]);
    let script = names().line(BUTTON_NAME, IN).named("get", BUTTON_NAME);
    let script = script.env("ocre_gpio_set_by_name", &[BUTTON_NAME, 1]).named("toggle", BUTTON_NAME);
    let script = script.named("register_callback", BUTTON_NAME).named("unregister_callback", BUTTON_NAME);
    let script = script.named("unregister_callback", BUTTON_NAME).line(NOBODY, OUT);
    assert_eq!(answers(&script, &["gpio:*"]), [0, 1, EINVAL, EINVAL, 0, 0, EINVAL, ENODEV]);
    let numbered = |script: Script, name: &str, rest: &[u64]| {
        script.env(&std::format!("ocre_gpio_{name}"), &[&[2, 3], rest].concat())
    };
    let script = numbered(numbered(names(), "configure", &[OUT]), "pin_set", &[7]);
    let script = numbered(numbered(script, "pin_toggle", &[]), "pin_get", &[]);
    assert_eq!(answers(&script, &["gpio:*"]), [0; 4]);
}

#[test]
fn a_sensor_tells_what_it_measures() {
    let ask =
        |script: Script, name: &str, args: &[u64]| script.env(&std::format!("ocre_sensors_{name}"), args);
    let script = ask(ask(names(), "open", &[0]), "get_handle", &[1]);
    let script = ask(ask(script, "get_channel_count", &[0]), "get_channel_type", &[0, 0]);
    let script = ask(ask(script, "open_by_name", &[ROOM]), "get_channel_count_by_name", &[CELLAR]);
    let script = ask(ask(script, "get_channel_type_by_name", &[ROOM, 0]), "open_by_name", &[NOBODY]);
    let script =
        ask(script, "get_list", &[128, 2]).read(0, 0).read_by_name(CELLAR, 0).read_by_name(NOBODY, 0);
    let real = f64::to_bits;
    #[rustfmt::skip]
    let expected = [0, 1, 1, 0, 0, 1, 0, ENOENT, ENOTSUP, real(-5.25), real(-5.25), real(-2.0)];
    assert_eq!(answers(&script, &["sensor:*"]), expected);
}

#[test]
fn numbers_that_are_none_are_errors() {
    let mut script = names();
    for (port, pin) in [(MINUS_ONE, 0), (0, MINUS_ONE), (16, 0), (0, 64), (0x8000_0000, 3), (2 + (1 << 8), 3)]
    {
        script = script.env("ocre_gpio_configure", &[port, pin, OUT]).env("ocre_gpio_pin_get", &[port, pin]);
        script = script.env("ocre_gpio_register_callback", &[port, pin]);
    }
    assert_eq!(answers(&script, &["gpio:*"]), [EINVAL; 18]);
    let mut script = names();
    for number in [MINUS_ONE, 0x8000_0000, 2, 0x1_0000] {
        script = script.env("ocre_sensors_open", &[number]);
        script = script.env("ocre_sensors_get_channel_count", &[number]);
        script = script.env("ocre_sensors_get_channel_type", &[0, number]);
    }
    assert_eq!(answers(&script, &["sensor:*"]), [EINVAL; 12]);
    let script = names().read(MINUS_ONE, 0).read(0, MINUS_ONE).read(2, 0).read_by_name(ROOM, MINUS_ONE);
    assert_eq!(answers(&script, &["sensor:*"]), [(-22.0_f64).to_bits(); 4]);
}

#[test]
fn names_at_bad_addresses_are_errors() {
    let end = u64::from(MEMORY_LEN);
    for bad in [end, MINUS_ONE, 0x8000_0000, UNTERMINATED] {
        let script = names().line(bad, OUT).named("get", bad).named("register_callback", bad);
        let script = script.env("ocre_sensors_open_by_name", &[bad]).read_by_name(bad, 0);
        let expected = [EINVAL, EINVAL, EINVAL, EINVAL, (-22.0_f64).to_bits()];
        assert_eq!(answers(&script, &["gpio:*", "sensor:*"]), expected, "{bad:#x}");
    }
}

fn edge(world: &World) {
    world.inbox.event(DeviceEvent { kind: DeviceKind::Gpio, index: BUTTON, value: 1 }).unwrap();
}

#[test]
fn edges_are_told_and_what_is_not_ocres_stays_for_who_asks_for_it() {
    let mut world = World::new();
    let script = names().line(BUTTON_NAME, IN).named("register_callback", BUTTON_NAME);
    let script = script.call("sampan:uart/1", "open", "(ii)i", &[GPS_NAME, 3]);
    let script = script.call("sampan:uart/1", "watch", "(ii)i", &[1 << 8 | 1, 1]).ocre_sleep(10);
    let script = script.get_event().op(Op::Dump(EVENT, 24)).get_event();
    let script = script.call("sampan:event/1", "wait", "(Ii)i", &[0, 256]).op(Op::Dump(256, 12));
    let id = start(&mut world, &script, &permitted_to(&["gpio:*", "uart:*"]));
    world.run_until(1000);
    edge(&world);
    world.inbox.event(DeviceEvent { kind: DeviceKind::Uart, index: GPS, value: 1 }).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [0, 0, 1 << 8 | 1, 0, 0, 0, ENOMSG, 1]);
    let dumps = world.dumps();
    assert_eq!(words(&dumps[0]), [1, 255, 255, 1, 0, 0]);
    assert_eq!(words(&dumps[1]), [4, 1 << 8 | 1, 1]);
}

#[test]
fn a_line_is_nobodys_once_its_container_is_dead() {
    let mut world = World::new();
    let script = names().line(BUTTON_NAME, IN).named("register_callback", BUTTON_NAME).ocre_sleep(100_000);
    let id = start(&mut world, &script, &permitted_to(&["gpio:*"]));
    world.run_until(1000);
    assert_eq!(world.board.fakes().held(), (std::vec![(BUTTON, 3)], 0));
    world.runtime.kill(id).unwrap();
    assert_eq!(world.board.fakes().held(), (Vec::new(), 0));
    edge(&world);
    // Who comes after it gets neither its edges nor its configuration.
    let heir = names().get_event().named("get", BUTTON_NAME);
    let heir = start(&mut world, &heir, &permitted_to(&["gpio:*"]));
    world.results();
    assert_eq!(world.run_to_end(heir), ExitReason::Exited(0));
    assert_eq!(world.results(), [ENOMSG, EINVAL]);
}
