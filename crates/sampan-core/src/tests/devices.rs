// SPDX-License-Identifier: Apache-2.0
//! Devices as containers have them: what they do, what they tell and to whom, and that nobody keeps one who has ended.

use super::devices_board::{BUTTON, GPS};
use super::messages::{mailer, start};
use super::script::{Op, Script};
use super::world::{World, permitted_to};
use crate::ContainerOptions;
use sampan_abi::{ContainerId, DeviceKind, ExitReason, Status, TrapKind};
use sampan_image::{DeniedAction, Policy};
use sampan_platform::{DeviceEvent, Error};
use std::vec::Vec;

const BAD_HANDLE: u64 = -4_i32 as u32 as u64;
const DENIED: u64 = -1_i32 as u32 as u64;
const INVALID: u64 = -3_i32 as u32 as u64;
const FULL: u64 = -5_i32 as u32 as u64;
const NOT_FOUND: u64 = -6_i32 as u32 as u64;
const IO: u64 = -8_i32 as u32 as u64;
const TOO_SMALL: u64 = -11_i32 as u32 as u64;
const BUSY: u64 = -15_i32 as u32 as u64;
/// The first handle that a container opens, and the second.
const FIRST: u64 = 1 << 8;
const SECOND: u64 = 1 << 8 | 1;
const DEVICES: &[&str] =
    &["adc:*", "gpio:*", "i2c:*", "sensor:*", "spi:*", "uart:*", "timer", "clock", "msg.pub:#", "msg.sub:#"];

impl Script {
    /// Writes a text to 512.
    pub(super) fn text(self, text: &str) -> Self {
        self.op(Op::Write(512, text.as_bytes().to_vec()))
    }

    fn open(self, area: &str, name: &str) -> Self {
        let module = std::format!("sampan:{area}/1");
        self.text(name).call(&module, "open", "(ii)i", &[512, name.len() as u64])
    }

    fn watch(self, area: &str, handle: u64, bits: u64) -> Self {
        self.call(&std::format!("sampan:{area}/1"), "watch", "(ii)i", &[handle, bits])
    }

    fn close(self, area: &str, handle: u64) -> Self {
        self.call(&std::format!("sampan:{area}/1"), "close", "(i)i", &[handle])
    }

    fn show_event(self) -> Self {
        self.op(Op::Dump(320, 24))
    }
}

/// A container that watches the button and waits for ever.
fn watcher() -> Script {
    mailer().open("gpio", "button0").watch("gpio", FIRST, 3).wait_event(u64::MAX).show_event()
}

fn settle(world: &mut World) {
    while world.runtime.poll() <= world.now_us() {}
}

fn edge(world: &World, value: u32) {
    world.inbox.event(DeviceEvent { kind: DeviceKind::Gpio, index: BUTTON, value }).unwrap();
}

/// Kind, source and value of an event that was shown.
fn event(dump: &[u8]) -> (u32, u64, u32, u32) {
    let word = |at: usize| u32::from_le_bytes(dump[at..at + 4].try_into().unwrap());
    (word(0), word(4).into(), word(8), word(12))
}

fn run(world: &mut World, script: &Script) -> Vec<u64> {
    let id = start(world, script, &permitted_to(DEVICES));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    world.results()
}

#[test]
fn each_kind_does_what_it_says() {
    let mut world = World::new();
    let script = mailer().open("gpio", "button0").call("sampan:gpio/1", "read", "(i)i", &[FIRST]);
    let script = script.call("sampan:gpio/1", "write", "(ii)i", &[FIRST, 2]);
    let script = script.open("i2c", "i2c0").op(Op::Write(600, b"\x42\x01".to_vec()));
    let transfer = |script: Script, address, values: [u64; 4]| {
        let [write, write_len, read, read_len] = values;
        let values = [SECOND, address, write, write_len, read, read_len];
        script.call("sampan:i2c/1", "transfer", "(iiiiii)i", &values)
    };
    let script = transfer(script, 0x7f, [600, 2, 602, 3]).op(Op::Dump(600, 6));
    let script = transfer(script, 0x83ff, [603, 2, 600, 3]);
    let script = transfer(script, 0x8000, [700, 0, 700, 2]);
    let script = [0x80, 0x7fff, 0x8400, u64::from(u32::MAX)]
        .into_iter()
        .fold(script, |script, address| transfer(script, address, [600, 1, 700, 1]));
    let script = transfer(script, 1, [600, 0, 600, 0]);
    let script = [[600, 4, 603, 1], [603, 1, 600, 4], [600, 2, 600, 2], [600, 4, 601, 1]]
        .into_iter()
        .fold(script, |script, values| transfer(script, 1, values));
    let expected = [FIRST, 1, INVALID, SECOND, 3, 3, 2];
    let results = run(&mut world, &script);
    assert_eq!(results[..7], expected);
    assert!(results[7..].len() == 9 && results[7..].iter().all(|result| *result == INVALID), "{results:?}");
    assert_eq!(world.dumps(), [b"\x42\x01\x42\x42\x42\x00".to_vec()]);

    let script = mailer().open("spi", "display").call("sampan:spi/1", "transfer", "(iii)i", &[FIRST, 0, 3]);
    let script = script.op(Op::Dump(0, 4)).call("sampan:spi/1", "transfer", "(iii)i", &[FIRST, 0, 0]);
    let script = script.open("uart", "gps").call("sampan:uart/1", "read", "(iii)i", &[SECOND, 64, 2]);
    let script = script.op(Op::Dump(64, 3)).call("sampan:uart/1", "write", "(iii)i", &[SECOND, 0, 0]);
    assert_eq!(run(&mut world, &script), [FIRST, 3, INVALID, SECOND, 2, 0]);
    assert_eq!(world.dumps(), [[!b'p', !b'l', !b'a', b'n'].to_vec(), b"fi\0".to_vec()]);

    let channel = |script: Script, number, len| {
        script.call("sampan:sensor/1", "channel", "(iiiii)i", &[FIRST, number, 64, len, 128])
    };
    let script = channel(channel(mailer().open("sensor", "room"), 0, 10), 0, 11).op(Op::Dump(64, 76));
    let script = channel(script, 1, 11).call("sampan:sensor/1", "read", "(iii)i", &[FIRST, 0, 144]);
    let script = script.op(Op::Dump(144, 4)).call("sampan:sensor/1", "read", "(iii)i", &[FIRST, 1, 144]);
    let script = script.open("adc", "light").call("sampan:adc/1", "scale", "(ii)i", &[SECOND, 160]);
    let results = run(&mut world, &script.op(Op::Dump(160, 12)));
    assert_eq!(results, [FIRST, TOO_SMALL, 0, NOT_FOUND, 0, INVALID, SECOND, 0]);
    let dumps = world.dumps();
    assert_eq!(&dumps[0][..12], b"temperature\0");
    assert_eq!(dumps[0][64..], [1, 0, 0, 0, 0xfd, 0xff, 0xff, 0xff, 11, 0, 0, 0]);
    assert_eq!(dumps[1], (-5250_i32).to_le_bytes());
    assert_eq!(dumps[2][..8], [0xff, 0x0f, 0, 0, 0xfb, 0xff, 0xff, 0xff]);
}

#[test]
fn a_line_by_a_negative_number_is_no_line() {
    let mut world = World::new();
    let script = [-1_i32, i32::MIN, -256].into_iter().fold(mailer(), |script, line| {
        let line = u64::from(line as u32);
        let script = script.call("sampan:gpio/1", "read", "(i)i", &[line]);
        script.call("sampan:gpio/1", "write", "(ii)i", &[line, 1]).watch("gpio", line, 1).close("gpio", line)
    });
    assert_eq!(run(&mut world, &script), [BAD_HANDLE; 12]);
    let names = ["-1", "4294967295", "", "*", "LED0", "led", "light"];
    let script = names.into_iter().fold(mailer(), |script, name| script.open("gpio", name));
    assert_eq!(run(&mut world, &script), [NOT_FOUND; 7]);
    let id = start(&mut world, &script, &permitted_to(&["gpio:led0", "adc:light"]));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [DENIED; 7]);
    assert_eq!(world.board.fakes().touched(), 0);
}

#[test]
fn handles_are_for_their_own_kind_and_as_many_as_allowed() {
    let mut world = World::new();
    let script = mailer().open("adc", "light").watch("gpio", FIRST, 1).watch("uart", FIRST, 1);
    let script = script.close("spi", FIRST).open("adc", "light").close("adc", FIRST).open("spi", "display");
    let options = ContainerOptions { handles: 2, ..permitted_to(DEVICES) };
    let script = script.open("spi", "display").close("adc", FIRST);
    let id = start(&mut world, &script, &options);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    let again = 2 << 8;
    let expected = [FIRST, BAD_HANDLE, BAD_HANDLE, BAD_HANDLE, SECOND, 0, again, FULL, BAD_HANDLE];
    assert_eq!(world.results(), expected);
}

#[test]
fn failures_of_the_platform_are_told_as_codes() {
    for (error, code) in [
        (Error::Io, IO),
        (Error::NotFound, NOT_FOUND),
        (Error::Unsupported, -14_i32 as u32 as u64),
        (Error::InvalidArgument, INVALID),
        (Error::OutOfRange, INVALID),
        (Error::Busy, BUSY),
        (Error::WrongState, -16_i32 as u32 as u64),
        (Error::NoRoom, FULL),
    ] {
        let mut world = World::new();
        world.board.fakes().fails.set(Some(error));
        let script = mailer().open("gpio", "led0").call("sampan:gpio/1", "read", "(i)i", &[FIRST]);
        let script = script.call("sampan:gpio/1", "write", "(ii)i", &[FIRST, 0]).watch("gpio", FIRST, 1);
        let script = script.open("adc", "light").call("sampan:adc/1", "read", "(i)i", &[SECOND]);
        let script = script.call("sampan:adc/1", "scale", "(ii)i", &[SECOND, 64]);
        assert_eq!(run(&mut world, &script), [FIRST, code, code, code, SECOND, code, code]);
    }
}

#[test]
fn an_operation_may_be_answered_later_and_its_bytes_lie_where_the_guest_said() {
    let mut world = World::new();
    world.board.fakes().later.set(true);
    let script = mailer().open("sensor", "room").call("sampan:sensor/1", "read", "(iii)i", &[FIRST, 0, 144]);
    let script = script.op(Op::Dump(144, 4)).open("i2c", "i2c0");
    let script = script.call("sampan:i2c/1", "transfer", "(iiiiii)i", &[SECOND, 1, 0, 5, 64, 9]);
    let script = script.open("adc", "light").call("sampan:adc/1", "read", "(i)i", &[SECOND + 1]);
    let id = start(&mut world, &script, &permitted_to(DEVICES));
    let next = |world: &mut World| {
        settle(world);
        assert!(world.runtime.status(id).unwrap().waiting);
        world.board.fakes().pending.borrow_mut().pop().unwrap()
    };
    let operation = next(&mut world);
    assert_eq!((operation.write_address, operation.read_address), (0, 144));
    let token = crate::CallToken::from_raw(operation.token).unwrap();
    world.runtime.pending_memory(token, 144, 4).unwrap().copy_from_slice(&77_i32.to_le_bytes());
    assert_eq!(world.runtime.pending_memory(token, 1021, 4), Err(Status::OutOfBounds));
    // Whoever else's answer it is, it isn't this one's.
    world.inbox.complete(operation.token ^ 1, 5).unwrap();
    settle(&mut world);
    assert!(world.runtime.status(id).unwrap().waiting);
    world.inbox.complete(operation.token, 0).unwrap();
    let operation = next(&mut world);
    assert_eq!((operation.write_address, operation.read_address), (0, 64));
    world.inbox.complete(operation.token, u64::from(Status::NotFound.to_raw() as u32)).unwrap();
    let operation = next(&mut world);
    world.inbox.complete(operation.token, u64::from(-1_i32 as u32)).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, 0, SECOND, NOT_FOUND, SECOND + 1, IO]);
    assert_eq!(world.dumps(), [77_i32.to_le_bytes().to_vec()]);
}

#[test]
fn an_answer_to_who_was_killed_is_dropped() {
    let mut world = World::new();
    world.board.fakes().later.set(true);
    let script = mailer().open("adc", "light").call("sampan:adc/1", "read", "(i)i", &[FIRST]).repeat();
    let id = start(&mut world, &script, &permitted_to(DEVICES));
    settle(&mut world);
    let operation = world.board.fakes().pending.borrow_mut().pop().unwrap();
    world.runtime.kill(id).unwrap();
    let token = crate::CallToken::from_raw(operation.token).unwrap();
    assert_eq!(world.runtime.pending_memory(token, 0, 1), Err(Status::StaleCall));
    world.runtime.remove(id).unwrap();
    let successor = start(&mut world, &script, &permitted_to(DEVICES));
    settle(&mut world);
    world.inbox.complete(operation.token, 9).unwrap();
    settle(&mut world);
    assert!(world.runtime.status(successor).unwrap().waiting);
    assert_eq!(world.results(), [FIRST, FIRST], "no read was answered");
    // One that fails ends its caller, as a function of the firmware's does.
    let operation = world.board.fakes().pending.borrow_mut().pop().unwrap();
    world.inbox.fail(operation.token, -9).unwrap();
    assert_eq!(world.run_to_end(successor), ExitReason::HostError(-9));
}

#[test]
fn edges_are_told_to_who_watches_them_and_counted_until_then() {
    let mut world = World::new();
    let script = watcher().op(Op::Work(5000)).wait_event(0).show_event().wait_event(0);
    let id = start(&mut world, &script, &permitted_to(DEVICES));
    let other = mailer().open("gpio", "button0").watch("gpio", FIRST, 2).wait_event(u64::MAX).show_event();
    let other = start(&mut world, &other, &permitted_to(DEVICES));
    let idle = mailer().open("gpio", "button0").wait_event(u64::MAX);
    let idle = start(&mut world, &idle, &permitted_to(DEVICES));
    settle(&mut world);
    world.results();
    edge(&world, 1);
    world.runtime.poll();
    (0..2).for_each(|_| edge(&world, 1));
    world.runtime.poll();
    edge(&world, 2);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.run_to_end(other), ExitReason::Exited(0));
    let events: Vec<_> = world.dumps().iter().map(|dump| event(dump)).collect();
    let mut expected = std::vec![(3, FIRST, 1, 1), (3, FIRST, 3, 3), (3, FIRST, 2, 1)];
    assert!(events.iter().all(|event| expected.contains(event)) && events.len() == 3, "{events:?}");
    expected.retain(|event| !events.contains(event));
    assert!(expected.is_empty());
    assert!(world.runtime.status(idle).unwrap().waiting, "it watches nothing");
}

#[test]
fn a_line_that_two_watch_is_watched_until_both_have_ended() {
    let mut world = World::new();
    let rising = mailer().open("gpio", "button0").watch("gpio", FIRST, 1).wait_event(u64::MAX);
    let rising = start(&mut world, &rising, &permitted_to(DEVICES));
    settle(&mut world);
    assert_eq!(world.board.fakes().held().0, [(BUTTON, 1)]);
    let falling = mailer().open("gpio", "button0").watch("gpio", FIRST, 2).wait_event(u64::MAX);
    let falling = start(&mut world, &falling, &permitted_to(DEVICES));
    settle(&mut world);
    assert_eq!(world.board.fakes().held().0, [(BUTTON, 3)]);
    world.runtime.kill(rising).unwrap();
    assert_eq!(world.board.fakes().held().0, [(BUTTON, 2)]);
    let rising = mailer().open("gpio", "button0").watch("gpio", FIRST, 1).wait_event(u64::MAX);
    let rising = start(&mut world, &rising, &permitted_to(DEVICES));
    settle(&mut world);
    assert_eq!(world.board.fakes().held().0, [(BUTTON, 3)]);
    // A watch that fails leaves what was.
    world.board.fakes().fails.set(Some(Error::Unsupported));
    let failing = mailer().open("gpio", "button0").watch("gpio", FIRST, 3).watch("gpio", FIRST, 4);
    world.results();
    assert_eq!(run(&mut world, &failing), [FIRST, -14_i32 as u32 as u64, INVALID]);
    world.board.fakes().fails.set(None);
    // Two handles of one container.
    let own = mailer().open("uart", "gps").open("uart", "gps").watch("uart", FIRST, 1);
    let own = own.watch("uart", SECOND, 3).close("uart", SECOND).wait_event(u64::MAX);
    let own = start(&mut world, &own, &permitted_to(DEVICES));
    settle(&mut world);
    assert_eq!(world.board.fakes().held().0, [(BUTTON, 3), (GPS, 1)]);
    for (id, left) in [(falling, 2), (rising, 1), (own, 0)] {
        world.runtime.kill(id).unwrap();
        assert_eq!(world.board.fakes().held().0.len(), left);
    }
}

#[test]
fn an_event_of_a_dead_container_is_not_its_successors() {
    let mut world = World::new();
    let id = start(&mut world, &watcher(), &permitted_to(DEVICES));
    settle(&mut world);
    // It has happened, and wasn't taken in, or was but not told.
    edge(&world, 1);
    world.runtime.kill(id).unwrap();
    world.runtime.remove(id).unwrap();
    let patient = mailer().open("gpio", "button0").watch("gpio", FIRST, 3).wait_event(10).wait_event(0);
    let successor = start(&mut world, &patient, &permitted_to(DEVICES));
    assert_eq!(successor.slot(), id.slot());
    world.results();
    assert_eq!(world.run_to_end(successor), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, 0, 0, 0]);

    // A restart is a successor too, and its handles have other numbers.
    let again = 2 << 8;
    let busy = mailer().open("gpio", "button0").watch("gpio", FIRST, 3).watch("gpio", again, 3);
    let busy = busy.op(Op::Work(100_000)).wait_event(0);
    let busy = start(&mut world, &busy, &permitted_to(DEVICES));
    for _ in 0..3 {
        world.runtime.poll();
    }
    edge(&world, 1);
    world.runtime.poll();
    world.runtime.restart(busy).unwrap();
    world.results();
    assert_eq!(world.run_to_end(busy), ExitReason::Exited(0));
    assert_eq!(world.results(), [again, BAD_HANDLE, 0, 0]);
}

#[test]
fn whoever_ends_however_keeps_no_device() {
    let holder = || {
        mailer().open("gpio", "button0").watch("gpio", FIRST, 3).open("uart", "gps").watch("uart", SECOND, 1)
    };
    let ends: [(Script, ExitReason); 8] = [
        (holder(), ExitReason::Exited(0)),
        (holder().exit(3), ExitReason::Exited(3)),
        (holder().op(Op::Trap(TrapKind::Unreachable)), ExitReason::Trapped(TrapKind::Unreachable)),
        (holder().op(Op::OutOfMemory), ExitReason::OutOfMemory),
        (holder().op(Op::EngineFault), ExitReason::EngineFault),
        (holder().call("env", "fail", "()i", &[]), ExitReason::HostError(-7)),
        (holder().open("spi", "display"), ExitReason::Denied),
        (holder().op(Op::Forever), ExitReason::Killed),
    ];
    for (script, reason) in ends {
        let mut world = World::new();
        world.offer("fail", "()i", |_, _| -7);
        let options = ContainerOptions { denied: DeniedAction::Stop, ..permitted_to(&["gpio:*", "uart:*"]) };
        let id = start(&mut world, &script, &options);
        if reason == ExitReason::Killed {
            world.run_until(2000);
            assert_eq!(world.board.fakes().held().0, [(BUTTON, 3), (GPS, 1)]);
            world.runtime.stop(id, 3000).unwrap();
        }
        assert_eq!(world.run_to_end(id), reason);
        assert!(world.board.fakes().touched() >= 4, "{reason}");
        assert_eq!(world.board.fakes().held().0, [], "{reason}");
    }
}

#[test]
fn timers_messages_and_lines_take_turns() {
    let mut world = World::new();
    let script = mailer().subscribe().timer(1, 1).open("gpio", "button0").watch("gpio", SECOND + 1, 1);
    let script = script.open("uart", "gps").watch("uart", SECOND + 2, 1).op(Op::Work(5000));
    let script = (0..8).fold(script, |script, _| script.op(Op::Work(50)).wait_event(0).show_event());
    let id = start(&mut world, &script, &permitted_to(DEVICES));
    world.runtime.poll();
    world.runtime.publish("plant/1", b"x").unwrap();
    edge(&world, 1);
    let ready = DeviceEvent { kind: DeviceKind::Uart, index: GPS, value: 1 };
    world.inbox.event(ready).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    let kinds: Vec<_> = world.dumps().iter().map(|dump| event(dump).0).collect();
    assert_eq!(kinds, [1, 2, 3, 1, 2, 4, 1, 2]);
}

#[test]
fn a_callback_is_called_for_an_edge() {
    let mut world = World::new();
    let script = mailer().open("gpio", "button0").watch("gpio", FIRST, 2).function("sampan_on_event");
    let script = script.wait_event(0).show_event();
    let id = start(&mut world, &script, &permitted_to(DEVICES));
    settle(&mut world);
    edge(&world, 1);
    settle(&mut world);
    assert!(world.dumps().is_empty());
    for _ in 0..2 {
        edge(&world, 2);
        settle(&mut world);
        assert_eq!(event(&world.dumps().pop().unwrap()), (3, FIRST, 2, 1));
    }
    assert!(world.runtime.status(id).unwrap().waiting);
}

/// What a policy says of devices: `led` and `key`, which the board calls `led0` and `button0`.
const POLICY: &[u8] = b"\xa3\x01\x01\x03\x80\x0a\xa2\x63key\x67button0\x63led\x64led0";

#[test]
fn a_policy_gives_devices_other_names() {
    let policy = Policy::parse(POLICY).unwrap();
    let mut world = World::new();
    let names = ["led", "led0", "relay", "key"];
    let script = names.into_iter().fold(mailer(), |script, name| script.open("gpio", name));
    let script = script.call("sampan:gpio/1", "read", "(i)i", &[SECOND]);
    let options = ContainerOptions { devices: policy.devices, ..permitted_to(&["gpio:led", "gpio:key"]) };
    let id: ContainerId = start(&mut world, &script, &options);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, DENIED, DENIED, SECOND, 1], "the button, which alone is active");
}
