// SPDX-License-Identifier: Apache-2.0
//! Sockets as containers have them: where they may go, what they're told, and that each is closed with its container.

use super::messages::{mailer, start};
use super::script::{Op, Script};
use super::world::{World, permitted_to};
use crate::{CallToken, ContainerOptions};
use sampan_abi::{DeviceKind, ExitReason, Status, TrapKind};
use sampan_platform::{DeviceEvent, Error};
use std::string::String;
use std::vec::Vec;

const DENIED: u64 = -1_i32 as u32 as u64;
const INVALID: u64 = -3_i32 as u32 as u64;
const BAD_HANDLE: u64 = -4_i32 as u32 as u64;
const FULL: u64 = -5_i32 as u32 as u64;
const NOT_FOUND: u64 = -6_i32 as u32 as u64;
const EMPTY: u64 = -7_i32 as u32 as u64;
const TOO_SMALL: u64 = -11_i32 as u32 as u64;
const BUSY: u64 = -15_i32 as u32 as u64;
const WRONG_STATE: u64 = -16_i32 as u32 as u64;
/// The handles that a container opens first.
const FIRST: u64 = 1 << 8;
const SECOND: u64 = 1 << 8 | 1;
const THIRD: u64 = 1 << 8 | 2;
const ANYWHERE: &[&str] = &["net.connect:*:*", "net.dns:*", "net.listen:*:*", "net.udp:*:*"];

impl Script {
    fn net(self, name: &str, address: &str) -> Self {
        self.text(address).call("sampan:net/1", name, "(ii)i", &[512, address.len() as u64])
    }

    fn send_to(self, handle: u64, address: &str) -> Self {
        let values = [handle, 512, address.len() as u64, 16, 5];
        self.text(address).call("sampan:net/1", "send-to", "(iiiii)i", &values)
    }

    fn on(self, name: &str, handle: u64) -> Self {
        self.call("sampan:net/1", name, "(i)i", &[handle])
    }

    /// Address to 64, struct to 128.
    fn accept(self, handle: u64) -> Self {
        self.call("sampan:net/1", "accept", "(iiii)i", &[handle, 64, 64, 128])
    }

    fn resolve(self, name: &str, room: u64) -> Self {
        self.text(name).call("sampan:net/1", "resolve", "(iiii)i", &[512, name.len() as u64, 64, room])
    }
}

fn run(world: &mut World, script: &Script, permissions: &'static [&'static str]) -> Vec<u64> {
    let id = start(world, script, &permitted_to(permissions));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    world.results()
}

fn settle(world: &mut World) {
    while world.runtime.poll() <= world.now_us() {}
}

fn addresses(world: &World) -> Vec<String> {
    world.board.fakes().addresses.take()
}

#[test]
fn only_what_a_pattern_covers_is_reached() {
    const GRANTED: &[&str] = &[
        "net.connect:10.0.0.5:1883",
        "net.connect:Broker.local:*",
        "net.connect:*:80",
        "net.connect:[2001:db8::1]:443",
    ];
    let cases = [
        ("10.0.0.5:1883", Some("10.0.0.5:1883")),
        ("10.0.0.5:1884", None),
        ("10.0.0.50:1883", None),
        ("10.0.0.6:80", Some("10.0.0.6:80")),
        ("[::ffff:10.0.0.6]:80", Some("[::ffff:10.0.0.6]:80")),
        ("broker.LOCAL:7", Some("10.0.0.7:7")),
        ("evil.broker.local:7", None),
        ("broker.local.:7", None),
        ("10.0.0.7:7", None),
        ("[2001:db8::1]:443", Some("[2001:db8::1]:443")),
        ("[2001:db8:0::1]:443", None),
        ("[2001:db8::1]:444", None),
    ];
    for (address, reached) in cases {
        let mut world = World::new();
        let expected = if reached.is_some() { FIRST } else { DENIED };
        assert_eq!(run(&mut world, &mailer().net("connect", address), GRANTED), [expected], "{address}");
        assert_eq!(addresses(&world), reached.into_iter().collect::<Vec<_>>(), "{address}");
        assert_eq!(world.board.fakes().touched() != 0, reached.is_some(), "{address}");
    }
    // What is no address is neither denied nor counted, and a pattern is no address to go to.
    let bad = [
        "",
        "10.0.0.5",
        "10.0.0.5:",
        "10.0.0.5:0",
        "10.0.0.5:65536",
        "::1:80",
        "a b:1",
        "*:80",
        "10.0.0.6:*",
    ];
    for address in bad {
        let mut world = World::new();
        let script = mailer().net("connect", address).net("connect-udp", address);
        let id = start(&mut world, &script, &permitted_to(ANYWHERE));
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), [INVALID; 2], "{address}");
        assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 0);
        assert_eq!(world.board.fakes().touched(), 0);
    }
}

#[test]
fn datagrams_go_where_they_may_and_to_nobody_by_name() {
    const GRANTED: &[&str] = &["net.listen:*:5683", "net.udp:10.0.0.9:*"];
    let mut world = World::new();
    let script =
        mailer().net("bind-udp", "0.0.0.0:5683").net("bind-udp", "*:5683").net("bind-udp", "[::1]:5683");
    let script = script.net("bind-udp", "*:*").net("bind-udp", "0.0.0.0:5684").net("bind-udp", "host:5683");
    let script =
        script.send_to(FIRST, "10.0.0.9:1").send_to(FIRST, "10.0.0.8:1").send_to(FIRST, "10.0.0.9:*");
    let expected = [FIRST, SECOND, THIRD, DENIED, DENIED, NOT_FOUND, 5, DENIED, INVALID];
    assert_eq!(run(&mut world, &script, GRANTED), expected);
    assert_eq!(addresses(&world), ["0.0.0.0:5683", "0.0.0.0:5683", "[::1]:5683", "10.0.0.9:1"]);
    let script = mailer().net("bind-udp", "*:*").send_to(FIRST, "host:1").send_to(FIRST, "10.0.0.9:*");
    let values = [FIRST, 32, 3, 64, 8, 128];
    let script = script.call("sampan:net/1", "receive-from", "(iiiiii)i", &values);
    let results = run(&mut world, &script.op(Op::Dump(32, 104)), ANYWHERE);
    assert_eq!(results, [FIRST, NOT_FOUND, INVALID, 3]);
    let dump = world.dumps().pop().unwrap();
    assert_eq!((&dump[..4], &dump[32..41]), (&b"pon\0"[..], &b"10.0.0.9\0"[..]));
    assert_eq!(dump[96..], [13, 0, 0, 0, 3, 0, 0, 0]);
    assert_eq!(addresses(&world), ["0.0.0.0:0"]);
}

#[test]
fn calls_on_a_socket_are_for_its_kind() {
    let mut world = World::new();
    let script = mailer()
        .net("listen", "127.0.0.1:80")
        .net("connect", "10.0.0.5:80")
        .net("connect-udp", "10.0.0.5:80");
    let script = script.accept(FIRST).op(Op::Dump(64, 72)).accept(SECOND).accept(THIRD);
    let script =
        script.send_to(FIRST, "10.0.0.5:80").send_to(SECOND, "10.0.0.5:80").send_to(THIRD, "10.0.0.5:80");
    let script = [FIRST, SECOND, THIRD, THIRD + 1]
        .into_iter()
        .fold(script, |script, handle| script.on("connected", handle));
    let results = run(&mut world, &script.on("close", THIRD).on("close", THIRD), ANYWHERE);
    let expected = [FIRST, SECOND, THIRD, THIRD + 1, BAD_HANDLE, BAD_HANDLE, BAD_HANDLE, BAD_HANDLE, 5];
    assert_eq!(results[..9], expected);
    assert_eq!(results[9..], [WRONG_STATE, 0, 0, 0, 0, BAD_HANDLE]);
    let dump = world.dumps().pop().unwrap();
    assert_eq!((&dump[..14], &dump[64..]), (&b"10.0.0.9:1234\0"[..], &[13, 0, 0, 0, 0, 0, 0, 0][..]));

    let local = |script: Script, room| script.call("sampan:net/1", "local", "(iii)i", &[FIRST, 64, room]);
    let script = local(local(mailer().net("listen", "*:80"), 46), 45).op(Op::Dump(64, 47));
    assert_eq!(run(&mut world, &script, &["net.listen:*:80"]), [FIRST, 46, TOO_SMALL]);
    assert_eq!(world.dumps(), [b"[2001:db8:1111:2222:3333:4444:5555:6666]:54321\0".to_vec()]);
}

#[test]
fn a_connection_under_way_is_asked_after() {
    let mut world = World::new();
    world.board.fakes().later.set(true);
    let script = mailer().net("connect", "10.0.0.5:80").on("connected", FIRST);
    let script =
        script.call("sampan:net/1", "watch", "(ii)i", &[FIRST, 2]).wait_event(u64::MAX).op(Op::Dump(320, 16));
    let script = script.on("connected", FIRST).on("connected", FIRST);
    let id = start(&mut world, &script, &permitted_to(&["net.connect:10.0.0.5:80"]));
    settle(&mut world);
    assert_eq!(world.results(), [FIRST, BUSY, 0]);
    world.board.fakes().later.set(false);
    let ready = |value| DeviceEvent { kind: DeviceKind::Net, index: 0, value };
    world.inbox.event(ready(1)).unwrap();
    settle(&mut world);
    assert!(world.runtime.status(id).unwrap().waiting, "it doesn't watch for that");
    (0..2).for_each(|_| world.inbox.event(ready(3)).unwrap());
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [1, 0, 0]);
    let dump = world.dumps().pop().unwrap();
    assert_eq!(dump, [5, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0], "told once");
    assert_eq!(addresses(&world), ["10.0.0.5:80"; 3], "asked no more once it's there");
}

#[test]
fn a_name_is_looked_up_where_no_guest_can_reach() {
    let mut world = World::new();
    world.board.fakes().later.set(true);
    let script =
        mailer().net("connect", "broker.local:1883").resolve("time.local", 7).resolve("time.local", 8);
    let script = script.op(Op::Dump(64, 9)).net("connect", "gone.local:1").resolve("::1", 64);
    let id = start(&mut world, &script, &permitted_to(ANYWHERE));
    let next = |world: &mut World| {
        settle(world);
        assert!(world.runtime.status(id).unwrap().waiting);
        let operation = world.board.fakes().pending.borrow_mut().pop().unwrap();
        assert_eq!((operation.write_address, operation.read_address), (0, 0));
        CallToken::from_raw(operation.token).unwrap()
    };
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 7];
    let token = next(&mut world);
    for (address, len) in [(0, 17), (1, 16), (16, 1), (u32::MAX, 1)] {
        assert_eq!(world.runtime.pending_memory(token, address, len), Err(Status::OutOfBounds));
    }
    world.runtime.pending_memory(token, 0, 16).unwrap().copy_from_slice(&mapped);
    world.inbox.complete(token.to_raw(), 0).unwrap();
    for _ in 0..2 {
        let token = next(&mut world);
        world.runtime.pending_memory(token, 0, 16).unwrap().copy_from_slice(&mapped);
        world.inbox.complete(token.to_raw(), 0).unwrap();
    }
    let token = next(&mut world);
    world.inbox.complete(token.to_raw(), u64::from(Status::NotFound.to_raw() as u32)).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, TOO_SMALL, 8, NOT_FOUND, 3]);
    assert_eq!(world.dumps(), [b"10.0.0.7\0".to_vec()]);
    assert_eq!(addresses(&world), ["10.0.0.7:1883"]);
    assert_eq!(world.board.fakes().names.take(), ["broker.local", "time.local", "time.local", "gone.local"]);
}

#[test]
fn sockets_without_a_handle_are_closed_at_once() {
    let mut world = World::new();
    let script =
        mailer().net("listen", "*:80").net("connect", "10.0.0.5:80").net("bind-udp", "*:1").accept(FIRST);
    let options = ContainerOptions { handles: 1, ..permitted_to(ANYWHERE) };
    let id = start(&mut world, &script.wait_event(u64::MAX), &options);
    settle(&mut world);
    assert_eq!(world.results(), [FIRST, FULL, FULL, FULL]);
    assert_eq!(world.board.fakes().held().1, 1);
    world.runtime.kill(id).unwrap();
    world.board.fakes().fails.set(Some(Error::Busy));
    let script = mailer().net("listen", "*:80").net("bind-udp", "*:80").net("connect", "10.0.0.5:80");
    assert_eq!(run(&mut world, &script, ANYWHERE), [BUSY; 3]);
}

#[test]
fn where_nothing_has_come_it_is_said_so() {
    let mut world = World::new();
    let script = mailer().net("listen", "*:80").net("bind-udp", "*:80").op(Op::Work(2000)).accept(FIRST);
    let script = script.call("sampan:net/1", "receive", "(iii)i", &[SECOND, 64, 8]);
    let script = script.call("sampan:net/1", "receive-from", "(iiiiii)i", &[SECOND, 32, 3, 64, 8, 128]);
    let script = script.call("sampan:net/1", "send", "(iii)i", &[SECOND, 0, 5]);
    let id = start(&mut world, &script, &permitted_to(ANYWHERE));
    world.runtime.poll();
    world.board.fakes().fails.set(Some(Error::Busy));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, SECOND, EMPTY, EMPTY, EMPTY, BUSY]);
}

/// A container that begins with this, and ends in one way or the other.
pub(super) fn ways_to_end(holder: impl Fn() -> Script) -> [(Script, ExitReason); 4] {
    [
        (holder(), ExitReason::Exited(0)),
        (holder().op(Op::Trap(TrapKind::Unreachable)), ExitReason::Trapped(TrapKind::Unreachable)),
        (holder().op(Op::EngineFault), ExitReason::EngineFault),
        (holder().op(Op::Forever), ExitReason::Killed),
    ]
}

#[test]
fn sockets_are_closed_however_their_container_ends() {
    let holder = || mailer().net("listen", "*:80").net("connect", "10.0.0.5:80").accept(FIRST);
    for (script, reason) in ways_to_end(holder) {
        let mut world = World::new();
        let id = start(&mut world, &script, &permitted_to(ANYWHERE));
        if reason == ExitReason::Killed {
            world.run_until(2000);
            assert_eq!(world.board.fakes().held().1, 3);
            world.runtime.restart(id).unwrap();
            assert_eq!(world.board.fakes().held().1, 0);
            world.run_until(4000);
            assert_eq!(
                world.board.fakes().held().1,
                2,
                "its handles have other numbers: it has none to accept by"
            );
            world.runtime.kill(id).unwrap();
        } else {
            assert_eq!(world.run_to_end(id), reason);
        }
        assert_eq!(world.board.fakes().held().1, 0, "{reason}");
    }
}

#[test]
fn an_event_of_a_socket_that_was_closed_is_nobody_elses() {
    let mut world = World::new();
    let watch = |script: Script| script.call("sampan:net/1", "watch", "(ii)i", &[FIRST, 3]);
    let script = watch(mailer().net("bind-udp", "*:1")).wait_event(u64::MAX);
    let id = start(&mut world, &script, &permitted_to(ANYWHERE));
    settle(&mut world);
    world.inbox.event(DeviceEvent { kind: DeviceKind::Net, index: 0, value: 1 }).unwrap();
    world.runtime.kill(id).unwrap();
    world.results();
    let patient = watch(mailer().net("bind-udp", "*:1")).wait_event(10);
    // Its socket has the same number.
    assert_eq!(run(&mut world, &patient, ANYWHERE), [FIRST, 0, 0]);
}
