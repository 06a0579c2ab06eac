// SPDX-License-Identifier: Apache-2.0
//! Sockets of WASI: where they may go and what they answer; and every bad pointer, list and state.

use super::messages::start;
use super::script::{Op, Script};
use super::wasi_bounds::{MEMORY_LEN, outside};
use super::world::{REACTIONS, World, permitted_to};
use crate::{CallToken, ContainerOptions};
use core::net::SocketAddr;
use sampan_abi::{ContainerState, DeviceKind, ExitReason, Status};
use sampan_platform::{DeviceEvent, Error};
use std::string::String;
use std::vec;
use std::vec::Vec;

mod waiting;

const SUCCESS: u64 = 0;
const AFNOSUPPORT: u64 = 5;
const AGAIN: u64 = 6;
const BADF: u64 = 8;
const CONNREFUSED: u64 = 14;
const FAULT: u64 = 21;
const INPROGRESS: u64 = 26;
const INTR: u64 = 27;
const INVAL: u64 = 28;
const IO: u64 = 29;
const ISCONN: u64 = 30;
const MFILE: u64 = 33;
const MSGSIZE: u64 = 35;
const NFILE: u64 = 41;
const NOENT: u64 = 44;
const NOSYS: u64 = 52;
const NOTCONN: u64 = 53;
const NOTSUP: u64 = 58;
const NOTCAPABLE: u64 = 76;

const DATAGRAM: u64 = 0;
const STREAM: u64 = 1;
const NONBLOCK: u64 = 4;
const BOTH_WAYS: u64 = 3;
/// The descriptors that a container opens first.
const FIRST: u64 = 1 << 8;
const SECOND: u64 = FIRST + 1;
const THIRD: u64 = FIRST + 2;
const ANYWHERE: &[&str] = &["net.connect:*:*", "net.dns:*", "net.listen:*:*", "net.udp:*:*"];

/// Where calls have their addresses, answers, vectors, hints, texts and bytes.
const ADDRESS: u64 = 0;
const OUT: u64 = 24;
const VECTOR: u64 = 32;
const HINTS: u64 = 48;
const FOUND: u64 = 64;
const HOST: u64 = 96;
const BYTES: u64 = 512;

fn memory() -> Script {
    Script::new().memory(8192)
}

/// An address as `lib-socket` has it.
fn address_bytes(text: &str) -> Vec<u8> {
    let address: SocketAddr = text.parse().unwrap();
    let mut bytes = match address {
        SocketAddr::V4(address) => [&0_u32.to_le_bytes()[..], &address.ip().octets()].concat(),
        SocketAddr::V6(address) => {
            let words = address.ip().segments().into_iter().flat_map(u16::to_le_bytes);
            1_u32.to_le_bytes().into_iter().chain(words).collect()
        }
    };
    bytes.extend(address.port().to_le_bytes());
    bytes.resize(24, 0);
    bytes
}

fn vector_bytes(address: u64, len: u64) -> Vec<u8> {
    [(address as u32).to_le_bytes(), (len as u32).to_le_bytes()].concat()
}

impl Script {
    fn socket(self, kind: u64) -> Self {
        self.wasi("sock_open", "(iiii)i", &[u64::from(u32::MAX), 0, kind, OUT])
    }

    fn at(self, name: &str, fd: u64, address: &str) -> Self {
        self.op(Op::Write(ADDRESS, address_bytes(address))).wasi(name, "(ii)i", &[fd, ADDRESS])
    }

    fn of(self, name: &str, fd: u64, value: u64) -> Self {
        self.wasi(name, "(ii)i", &[fd, value])
    }

    fn one(self, name: &str, fd: u64) -> Self {
        self.wasi(name, "(i)i", &[fd])
    }

    fn listener(self, address: &str) -> Self {
        self.socket(STREAM).at("sock_bind", FIRST, address).of("sock_listen", FIRST, 4)
    }

    fn sock_accept(self, fd: u64, flags: u64) -> Self {
        self.wasi("sock_accept", "(iii)i", &[fd, flags, OUT])
    }

    fn vector(self, len: u64) -> Self {
        self.op(Op::Write(VECTOR, vector_bytes(BYTES, len)))
    }

    fn sock_send(self, fd: u64, len: u64) -> Self {
        self.vector(len).wasi("sock_send", "(iiiii)i", &[fd, VECTOR, 1, 0, OUT])
    }

    fn sock_send_to(self, fd: u64, to: &str) -> Self {
        let script = self.vector(4).op(Op::Write(ADDRESS, address_bytes(to)));
        script.wasi("sock_send_to", "(iiiiii)i", &[fd, VECTOR, 1, 0, ADDRESS, OUT])
    }

    fn sock_receive(self, fd: u64, len: u64) -> Self {
        self.vector(len).wasi("sock_recv", "(iiiiii)i", &[fd, VECTOR, 1, 0, OUT, OUT + 4])
    }

    fn look_up(self, host: &str, service: &str, hints: [u8; 3], room: u64) -> Self {
        let texts = [host.as_bytes(), b"\0", service.as_bytes(), b"\0"].concat();
        let service = HOST + host.len() as u64 + 1;
        let [kind, family, enabled] = hints;
        let hints = vec![kind, 0, 0, 0, family, 0, 0, 0, enabled, 0, 0, 0];
        let script = self.op(Op::Write(HOST, texts)).op(Op::Write(HINTS, hints));
        script.wasi("sock_addr_resolve", "(iiiiii)i", &[HOST, service, HINTS, FOUND, room, OUT])
    }
}

/// Runs to the end; what its calls answered, none of them denied.
fn run(world: &mut World, script: &Script) -> Vec<u64> {
    let id = start(world, script, &permitted_to(ANYWHERE));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 0);
    world.runtime.remove(id).unwrap();
    world.results()
}

fn settle(world: &mut World) {
    while world.runtime.poll() <= world.now_us() {}
}

fn addresses(world: &World) -> Vec<String> {
    world.board.fakes().addresses.take()
}

fn net_event(world: &World, index: u32) {
    world.inbox.event(DeviceEvent { kind: DeviceKind::Net, index, value: 3 }).unwrap();
}

#[test]
fn a_stream_is_connected_written_read_described_and_closed() {
    let mut world = World::new();
    let script = memory().socket(STREAM).op(Op::Dump(OUT, 4)).at("sock_connect", FIRST, "10.0.0.5:80");
    let script = script.sock_send(FIRST, 5).op(Op::Dump(OUT, 4));
    let script = script.op(Op::Write(OUT, vec![9; 8])).sock_receive(FIRST, 8);
    let script = script.op(Op::Dump(OUT, 6)).op(Op::Dump(BYTES, 5));
    let script = script.vector(2).wasi("fd_read", "(iiii)i", &[FIRST, VECTOR, 1, OUT]).op(Op::Dump(OUT, 4));
    let script = script.vector(3).wasi("fd_write", "(iiii)i", &[FIRST, VECTOR, 1, OUT]).op(Op::Dump(OUT, 4));
    let script = script.of("sock_addr_remote", FIRST, ADDRESS).op(Op::Dump(ADDRESS, 24));
    let script = script.of("sock_addr_local", FIRST, ADDRESS).op(Op::Dump(ADDRESS, 24));
    let script = script.of("fd_fdstat_get", FIRST, BYTES).op(Op::Dump(BYTES, 24));
    let script = script.one("fd_close", FIRST).one("fd_close", FIRST).one("sock_close", FIRST);
    let results = run(&mut world, &script.sock_send(FIRST, 5));
    assert_eq!(results, [[SUCCESS; 10].as_slice(), &[BADF; 3]].concat());
    let dumps = world.dumps();
    assert_eq!(dumps[0], (FIRST as u32).to_le_bytes());
    assert_eq!((dumps[1][0], &dumps[2][..], &dumps[3][..]), (5, &[4, 0, 0, 0, 0, 0][..], &b"pong\0"[..]));
    assert_eq!((dumps[4][0], dumps[5][0]), (2, 3));
    assert_eq!(dumps[6], address_bytes("10.0.0.5:80"));
    assert_eq!(dumps[7], address_bytes("[2001:db8:1111:2222:3333:4444:5555:6666]:54321"));
    assert_eq!((dumps[8][0], dumps[8][2], dumps[8][8]), (6, 0, 0b100_1010), "a stream that waits");
    assert_eq!(addresses(&world), ["10.0.0.5:80"]);
}

#[test]
fn a_listener_takes_connections_and_datagrams_tell_whom_they_are_from() {
    let mut world = World::new();
    let script = memory().listener("0.0.0.0:80").of("sock_listen", FIRST, 1).sock_accept(FIRST, 0);
    let script = script.op(Op::Dump(OUT, 4)).of("sock_addr_remote", SECOND, ADDRESS);
    let script = script.op(Op::Dump(ADDRESS, 24)).sock_receive(SECOND, 4).socket(DATAGRAM);
    let script = script.at("sock_bind", THIRD, "[::]:5683").sock_send_to(THIRD, "[2001:db8::1]:7");
    let from = [THIRD, VECTOR, 1, 0, ADDRESS, OUT];
    let script = script.wasi("sock_recv_from", "(iiiiii)i", &from).op(Op::Dump(ADDRESS, 24));
    let script = script.of("fd_fdstat_get", THIRD, BYTES).op(Op::Dump(BYTES, 1));
    let script = script.at("sock_connect", THIRD, "10.0.0.7:9").sock_send(THIRD, 0);
    assert_eq!(run(&mut world, &script.of("sock_addr_remote", THIRD, ADDRESS)), [SUCCESS; 15]);
    let dumps = world.dumps();
    assert_eq!(dumps[0], (SECOND as u32).to_le_bytes());
    assert_eq!((&dumps[1], &dumps[2]), (&address_bytes("10.0.0.9:1234"), &address_bytes("10.0.0.9:1234")));
    assert_eq!(dumps[3], [5]);
    assert_eq!(addresses(&world), ["0.0.0.0:80", "[::]:5683", "[2001:db8::1]:7", "10.0.0.7:9"]);
}

#[test]
fn only_what_a_pattern_covers_is_reached() {
    const GRANTED: &[&str] = &[
        "net.connect:10.0.0.5:1883",
        "net.connect:[2001:db8::1]:443",
        "net.listen:*:80",
        "net.udp:10.0.0.9:*",
        "net.dns:*",
    ];
    let connect = |address| memory().socket(STREAM).at("sock_connect", FIRST, address);
    let bind = |address| memory().socket(STREAM).at("sock_bind", FIRST, address);
    let send = |address| memory().socket(DATAGRAM).sock_send_to(FIRST, address);
    let direct = |address| memory().socket(DATAGRAM).at("sock_connect", FIRST, address);
    let cases = [
        (connect("10.0.0.5:1883"), true),
        (connect("10.0.0.5:1884"), false),
        (connect("10.0.0.50:1883"), false),
        (connect("10.0.0.9:1883"), false),
        (connect("[2001:db8::1]:443"), true),
        (connect("[::ffff:10.0.0.5]:1883"), false),
        (bind("0.0.0.0:80"), true),
        (bind("127.0.0.1:80"), true),
        (bind("0.0.0.0:81"), false),
        (bind("0.0.0.0:0"), false),
        (send("10.0.0.9:1"), true),
        (send("10.0.0.5:1883"), false),
        (direct("10.0.0.9:1"), true),
        (direct("10.0.0.5:1883"), false),
    ];
    for (idx, (script, reached)) in cases.into_iter().enumerate() {
        let mut world = World::new();
        let id = start(&mut world, &script, &permitted_to(GRANTED));
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results()[1], if reached { SUCCESS } else { NOTCAPABLE }, "case {idx}");
        assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, u64::from(!reached));
        assert_eq!(addresses(&world).len(), usize::from(reached), "case {idx}");
    }
    let mut world = World::new();
    let script = memory().socket(STREAM).at("sock_connect", FIRST, "10.0.0.6:1");
    let id = start(&mut world, &script, &permitted_to(GRANTED));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    let texts = world.take_texts("c0");
    let denied = "wasi_snapshot_preview1 sock_connect denied: needs net.connect:10.0.0.6:1";
    assert!(texts.iter().any(|text| text == denied), "{texts:?}");
}

#[test]
fn without_permission_nothing_is_there() {
    let all = || {
        let script = memory().socket(STREAM).at("sock_bind", FIRST, "0.0.0.0:1");
        let script = script.at("sock_connect", FIRST, "10.0.0.5:1").of("sock_listen", FIRST, 1);
        let script = script.sock_accept(FIRST, 0).sock_send(FIRST, 1).sock_receive(FIRST, 1);
        let script = script.sock_send_to(FIRST, "10.0.0.5:1").of("sock_shutdown", FIRST, 3);
        let script = script.one("sock_close", FIRST).of("sock_addr_local", FIRST, ADDRESS);
        script.of("sock_set_reuse_addr", FIRST, 1).look_up("host", "", [0; 3], 1)
    };
    let mut world = World::new();
    let id = start(&mut world, &all(), &permitted_to(&["log"]));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [NOTCAPABLE; 13]);
    assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 13);
    // Only names may be looked up, or everything but names.
    let id = start(&mut world, &all(), &permitted_to(&["net.dns:host"]));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [[NOTCAPABLE; 12].as_slice(), &[SUCCESS]].concat());
    assert_eq!(world.board.fakes().touched(), 1);
    let script = memory().look_up("host", "", [0; 3], 1).look_up("other", "", [0; 3], 1);
    for (permission, expected) in
        [("net.connect:*:*", [NOTCAPABLE; 2]), ("net.dns:other", [NOTCAPABLE, SUCCESS])]
    {
        let permissions: &'static [&'static str] = vec![permission].leak();
        let id = start(&mut world, &script, &permitted_to(permissions));
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), expected);
    }
    assert_eq!(world.board.fakes().names.take(), ["host", "other"]);
}

#[test]
fn a_denied_socket_is_reacted_to_as_the_policy_says() {
    let none = (&[][..], memory().socket(STREAM));
    let pattern = (ANYWHERE_BUT, memory().socket(STREAM).at("sock_connect", FIRST, "10.0.0.6:1"));
    let name = (ANYWHERE_BUT, memory().look_up("host", "", [0; 3], 1));
    for (permissions, script) in [none, pattern, name] {
        for (denied, reason, state) in REACTIONS {
            let mut world = World::new();
            let options = ContainerOptions { denied, ..permitted_to(permissions) };
            let id = start(&mut world, &script, &options);
            assert_eq!(world.run_to_end(id), reason);
            assert_eq!(world.runtime.status(id).unwrap().state, state);
            assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 1);
            assert_eq!(world.board.fakes().held().1, 0);
            if state == ContainerState::Quarantined {
                world.runtime.release(id).unwrap();
            }
        }
    }
}

const ANYWHERE_BUT: &[&str] = &["net.connect:10.0.0.5:1", "net.dns:elsewhere"];

/// One function with good arguments, which of them is a pointer to how many bytes, and what it needs before it.
type Case = (&'static str, &'static str, &'static [u64], &'static [(usize, u32)], fn(Script) -> Script);

/// At 0 there is an address and behind it room, at 32 a vector of 8 bytes, at 48 hints, at 64 room, at 96 a host's name, at 100 no
/// text; from 104 on is room.
#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn every_pointer_outside_memory_is_a_bad_address_and_the_last_one_inside_is_good() {
    let nothing: fn(Script) -> Script = |script| script;
    let stream: fn(Script) -> Script =
        |script| script.socket(STREAM).at("sock_connect", FIRST, "10.0.0.5:80");
    let datagram: fn(Script) -> Script = |script| script.socket(DATAGRAM);
    let listener: fn(Script) -> Script = |script| script.listener("0.0.0.0:80");
    let cases: [Case; 14] = [
        ("sock_open", "(iiii)i", &[0, 0, 1, 64], &[(3, 4)], nothing),
        ("sock_bind", "(ii)i", &[FIRST, 0], &[(1, 24)], datagram),
        ("sock_connect", "(ii)i", &[FIRST, 0], &[(1, 24)], datagram),
        ("sock_accept", "(iii)i", &[FIRST, 0, 64], &[(2, 4)], listener),
        ("sock_recv", "(iiiiii)i", &[FIRST, 32, 1, 0, 64, 68], &[(1, 8), (4, 4), (5, 2)], stream),
        ("sock_recv_from", "(iiiiii)i", &[FIRST, 32, 1, 0, 64, 88], &[(1, 8), (4, 24), (5, 4)], stream),
        ("sock_send", "(iiiii)i", &[FIRST, 32, 1, 0, 64], &[(1, 8), (4, 4)], stream),
        ("sock_send_to", "(iiiiii)i", &[FIRST, 32, 1, 0, 0, 64], &[(1, 8), (4, 24), (5, 4)], datagram),
        ("sock_addr_local", "(ii)i", &[FIRST, 64], &[(1, 24)], stream),
        ("sock_addr_remote", "(ii)i", &[FIRST, 64], &[(1, 24)], stream),
        (
            "sock_addr_resolve",
            "(iiiiii)i",
            &[96, 100, 48, 64, 1, 104],
            &[(0, 1), (1, 1), (2, 12), (3, 28), (5, 4)],
            nothing,
        ),
        ("fd_read", "(iiii)i", &[FIRST, 32, 1, 64], &[(1, 8), (3, 4)], stream),
        ("fd_write", "(iiii)i", &[FIRST, 32, 1, 64], &[(1, 8), (3, 4)], stream),
        ("fd_fdstat_get", "(ii)i", &[FIRST, 64], &[(1, 24)], stream),
    ];
    let prepared = |before: fn(Script) -> Script| {
        let script = before(Script::new().memory(MEMORY_LEN));
        let script = script.op(Op::Write(0, address_bytes("10.0.0.5:80")));
        let script = script.op(Op::Write(VECTOR, vector_bytes(104, 8))).op(Op::Write(HINTS, vec![0; 12]));
        script.op(Op::Write(96, b"host\0".to_vec()))
    };
    let mut world = World::new();
    for (name, signature, args, pointers, before) in cases {
        let skipped = run(&mut world, &prepared(before)).len();
        for &(at, len) in pointers {
            let call = |script: Script, address: u32| {
                let mut args = args.to_vec();
                args[at] = u64::from(address);
                script.wasi(name, signature, &args)
            };
            let results = run(&mut world, &call(prepared(before), args[at] as u32));
            assert_eq!(results[skipped..], [SUCCESS], "{name}, argument {at}");
            let results = run(&mut world, &call(prepared(before), MEMORY_LEN - len));
            // The zeros at the end of memory are no address to go to, and no name.
            assert_ne!(results[skipped..], [FAULT], "{name}, argument {at} at the end");
            let touched = world.board.fakes().touched();
            run(&mut world, &prepared(before));
            let alone = world.board.fakes().touched() - touched;
            let bad = outside(len);
            let results = run(&mut world, &bad.iter().copied().fold(prepared(before), call));
            assert_eq!(results[skipped..], vec![FAULT; bad.len()], "{name}, argument {at}");
            let reached = world.board.fakes().touched() - touched - 2 * alone;
            assert_eq!(reached, 0, "{name}, argument {at}: nothing was done before");
        }
    }
}

#[test]
fn lists_of_vectors_are_bounded_and_checked_whole() {
    let list = |script: Script, vectors: &[(u64, u64)], name: &str, count: u64| {
        let bytes: Vec<u8> = vectors.iter().flat_map(|(address, len)| vector_bytes(*address, *len)).collect();
        script.op(Op::Write(BYTES, bytes)).wasi(name, "(iiii)i", &[FIRST, BYTES, count, OUT])
    };
    type Vectors = &'static [(u64, u64)];
    const TOP: u64 = u32::MAX as u64;
    for name in ["fd_read", "fd_write"] {
        let cases: [(Vectors, u64, u64); 9] = [
            (&[(0, 4)], 1, SUCCESS),
            (&[(0, 0), (0, 4), (9, 4)], 3, SUCCESS),
            (&[(0, 4), (8190, 4)], 2, FAULT),
            (&[(TOP, 2)], 1, FAULT),
            (&[(2, TOP)], 1, FAULT),
            (&[(0, 4)], 961, FAULT),
            (&[(0, 4)], 1025, INVAL),
            (&[(0, 4)], TOP, INVAL),
            (&[], 0, SUCCESS),
        ];
        for (vectors, count, expected) in cases {
            let mut world = World::new();
            let script = memory().socket(STREAM).at("sock_connect", FIRST, "10.0.0.5:80");
            let results = run(&mut world, &list(script, vectors, name, count));
            assert_eq!(results[2], expected, "{name} {vectors:?} {count}");
        }
        let mut world = World::new();
        let overflowing = [FIRST, TOP - 3, 1, OUT];
        let script = memory().socket(DATAGRAM).at("sock_connect", FIRST, "10.0.0.5:80");
        let script = list(script, &[(0, 4), (0, 0), (8, 4)], name, 3);
        let script = list(script, &[(0, 0), (8, 4)], name, 2).wasi(name, "(iiii)i", &overflowing);
        let results = run(&mut world, &script);
        assert_eq!(results[2..], [NOTSUP, SUCCESS, FAULT], "{name}: a datagram lies in one piece");
    }
    let mut world = World::new();
    let script = memory().socket(DATAGRAM).at("sock_connect", FIRST, "10.0.0.5:80").sock_send(FIRST, 4096);
    let script = script.sock_send(FIRST, 4097).socket(STREAM).at("sock_connect", SECOND, "10.0.0.5:80");
    let script = script.sock_send(SECOND, 5000).op(Op::Dump(OUT, 4));
    let flags = [SECOND, VECTOR, 1, 1, OUT, OUT];
    let script = script.wasi("sock_recv", "(iiiiii)i", &flags);
    assert_eq!(run(&mut world, &script)[2..], [SUCCESS, MSGSIZE, SUCCESS, SUCCESS, SUCCESS, NOTSUP]);
    assert_eq!(world.dumps(), [4096_u32.to_le_bytes().to_vec()], "a stream takes a part");
}

#[test]
fn what_a_socket_is_not_ready_for_is_said() {
    let mut world = World::new();
    let script = memory().socket(STREAM).of("sock_listen", FIRST, 1).sock_accept(FIRST, 0);
    let script = script.sock_send(FIRST, 1).sock_receive(FIRST, 1).of("sock_addr_remote", FIRST, ADDRESS);
    let script = script.of("sock_shutdown", FIRST, BOTH_WAYS).at("sock_connect", FIRST, "10.0.0.5:80");
    let script = script.at("sock_connect", FIRST, "10.0.0.5:80").at("sock_bind", FIRST, "0.0.0.0:1");
    let script = script.sock_send_to(FIRST, "10.0.0.5:80").socket(DATAGRAM).of("sock_listen", SECOND, 1);
    let script = script.at("sock_connect", SECOND, "10.0.0.5:0").sock_send_to(SECOND, "10.0.0.5:0");
    let results = run(&mut world, &script);
    let expected = [SUCCESS, INVAL, INVAL, NOTCONN, NOTCONN, NOTCONN, NOTCONN, SUCCESS, ISCONN, INVAL];
    assert_eq!(results[..10], expected);
    assert_eq!(results[10..], [NOTSUP, SUCCESS, NOTSUP, INVAL, INVAL]);
    // No such family, type, kind of address, flags.
    let open = |script: Script, family, kind| script.wasi("sock_open", "(iiii)i", &[0, family, kind, OUT]);
    let script = open(open(open(memory(), 2, 1), 0, 2), 1, 1);
    let script = script.op(Op::Write(ADDRESS, vec![2; 24])).of("sock_bind", FIRST, ADDRESS);
    let script = script.of("fd_fdstat_set_flags", FIRST, 1).of("fd_fdstat_set_flags", 1, NONBLOCK);
    let expected = [AFNOSUPPORT, INVAL, SUCCESS, AFNOSUPPORT, NOTSUP, NOSYS];
    assert_eq!(run(&mut world, &script), expected);
    // Descriptors of other things are no sockets, and sockets are no handles of `sampan:net`.
    let script = memory().at("sock_bind", 1, "0.0.0.0:1").sock_send(3, 1).sock_accept(FIRST, 0);
    let script = script.socket(STREAM).call("sampan:net/1", "close", "(i)i", &[FIRST]);
    assert_eq!(run(&mut world, &script), [BADF, BADF, BADF, SUCCESS, -4_i32 as u32 as u64]);
    for (error, connected, opened) in
        [(Error::NotFound, CONNREFUSED, IO), (Error::NoRoom, NFILE, NFILE), (Error::Io, IO, IO)]
    {
        let script = memory().socket(STREAM).op(Op::Work(2000)).at("sock_connect", FIRST, "10.0.0.5:80");
        let id = start(&mut world, &script.socket(STREAM), &permitted_to(ANYWHERE));
        world.runtime.poll();
        world.board.fakes().fails.set(Some(error));
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        world.board.fakes().fails.set(None);
        assert_eq!(world.results(), [SUCCESS, connected, opened]);
        world.runtime.remove(id).unwrap();
    }
}

#[test]
fn options_there_are_none_of_and_a_connection_ends_both_ways() {
    let mut world = World::new();
    let script = memory().socket(STREAM).of("sock_set_reuse_addr", FIRST, 1).of("sock_set_reuse_addr", 9, 1);
    let script = script.of("sock_set_keep_alive", FIRST, 1).of("sock_get_recv_buf_size", FIRST, OUT);
    let script = script.wasi("sock_set_recv_timeout", "(iI)i", &[FIRST, 1]);
    let script = script.wasi("sock_set_linger", "(iii)i", &[FIRST, 1, 1]).of("sock_set_ip_ttl", 9, 1);
    let script = script.at("sock_connect", FIRST, "10.0.0.5:80");
    let script = (0..=4).fold(script, |script, how| script.of("sock_shutdown", FIRST, how));
    let script = script.sock_receive(FIRST, 1).of("sock_addr_remote", FIRST, ADDRESS);
    let results = run(&mut world, &script);
    assert_eq!(results[..8], [SUCCESS, SUCCESS, BADF, NOTSUP, NOTSUP, NOTSUP, NOTSUP, BADF]);
    assert_eq!(results[8..], [SUCCESS, INVAL, NOTSUP, NOTSUP, SUCCESS, INVAL, NOTCONN, NOTCONN]);
}
