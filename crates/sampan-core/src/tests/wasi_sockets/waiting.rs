// SPDX-License-Identifier: Apache-2.0
//! What waits on a socket of WASI's, and what ends that: an event, a stop, a kill, the container's end.

use super::*;
use crate::tests::net::ways_to_end;

#[test]
fn what_cannot_be_waited_for_is_said() {
    let calls: [fn(Script) -> Script; 4] = [
        |script| script.sock_accept(FIRST, 0),
        |script| script.sock_send(SECOND, 5),
        |script| script.sock_receive(SECOND, 4),
        |script| script.wasi("fd_read", "(iiii)i", &[SECOND, VECTOR, 1, OUT]),
    ];
    for call in calls {
        let mut world = World::new();
        let script = memory().listener("0.0.0.0:80").socket(STREAM);
        let script = script.at("sock_connect", SECOND, "10.0.0.5:80").op(Op::Work(2000));
        let id = start(&mut world, &call(script.vector(4)), &permitted_to(ANYWHERE));
        world.runtime.poll();
        assert_eq!(world.results().len(), 5);
        // A watch fails as well, so what can't be waited for is said.
        world.board.fakes().fails.set(Some(Error::Busy));
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), [AGAIN]);
    }
}

#[test]
fn waiting_ends_with_an_event_of_the_socket_alone() {
    let mut world = World::new();
    world.board.fakes().busy.set(true);
    let script = memory().listener("0.0.0.0:80").socket(DATAGRAM).sock_accept(FIRST, 0);
    let script = script.op(Op::Dump(OUT, 4)).of("sock_addr_remote", THIRD, ADDRESS);
    let id = start(&mut world, &script.sock_receive(THIRD, 4), &permitted_to(ANYWHERE));
    settle(&mut world);
    assert_eq!(world.results(), [SUCCESS; 4]);
    assert!(world.runtime.status(id).unwrap().waiting);
    assert_eq!(world.board.fakes().sockets.borrow()[&0], 1, "it's told when something has come");
    // Another's event, and one after which there is nothing all the same.
    net_event(&world, 1);
    settle(&mut world);
    world.board.fakes().sockets.borrow_mut().insert(0, 0);
    net_event(&world, 0);
    settle(&mut world);
    assert!(world.runtime.status(id).unwrap().waiting);
    assert_eq!(world.board.fakes().sockets.borrow()[&0], 1, "it asks to be told again");
    assert_eq!(world.runtime.poll(), u64::MAX, "it costs nothing meanwhile");
    world.board.fakes().busy.set(false);
    net_event(&world, 0);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [SUCCESS; 3]);
    assert_eq!(world.dumps(), [(THIRD as u32).to_le_bytes()]);
}

#[test]
fn a_lost_event_leaves_nobody_waiting() {
    let mut world = World::new();
    world.board.fakes().busy.set(true);
    let script = memory().listener("0.0.0.0:80").sock_accept(FIRST, 0);
    let id = start(&mut world, &script, &permitted_to(ANYWHERE));
    settle(&mut world);
    world.board.fakes().busy.set(false);
    net_event(&world, 7);
    net_event(&world, 7);
    let lost = DeviceEvent { kind: DeviceKind::Net, index: 0, value: 1 };
    assert_eq!(world.inbox.event(lost), Err(Status::Busy));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [SUCCESS; 4]);
}

#[test]
fn a_connection_is_waited_for_and_what_is_to_be_sent() {
    for call in ["sock_connect", "sock_send"] {
        let mut world = World::new();
        world.board.fakes().later.set(call == "sock_connect");
        let script = memory().socket(STREAM).at("sock_connect", FIRST, "10.0.0.5:80").op(Op::Work(2000));
        let script = script.sock_send(FIRST, 5).of("sock_addr_remote", FIRST, ADDRESS);
        let id = start(&mut world, &script, &permitted_to(ANYWHERE));
        world.runtime.poll();
        world.board.fakes().busy.set(true);
        settle(&mut world);
        assert!(world.runtime.status(id).unwrap().waiting);
        assert_eq!(world.board.fakes().sockets.borrow()[&0], 2, "{call}: it's told when there is room");
        world.board.fakes().later.set(false);
        world.board.fakes().busy.set(false);
        net_event(&world, 0);
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), [SUCCESS; 4]);
    }
}

#[test]
fn who_is_not_to_wait_is_told_to_try_again() {
    let mut world = World::new();
    world.board.fakes().busy.set(true);
    world.board.fakes().later.set(true);
    let script = memory().listener("0.0.0.0:80").of("fd_fdstat_set_flags", FIRST, NONBLOCK);
    let script = script.sock_accept(FIRST, 0).socket(STREAM).of("fd_fdstat_set_flags", SECOND, NONBLOCK);
    let script = script.of("fd_fdstat_get", FIRST, BYTES).op(Op::Dump(BYTES + 2, 1));
    let script = script.at("sock_connect", SECOND, "10.0.0.5:80").at("sock_connect", SECOND, "10.0.0.5:80");
    let script = script.sock_send(SECOND, 1).socket(DATAGRAM).of("fd_fdstat_set_flags", THIRD, NONBLOCK);
    let results = run(&mut world, &script.sock_receive(THIRD, 1));
    assert_eq!(results[..7], [SUCCESS, SUCCESS, SUCCESS, SUCCESS, AGAIN, SUCCESS, SUCCESS]);
    assert_eq!(results[7..], [SUCCESS, INPROGRESS, INPROGRESS, NOTCONN, SUCCESS, SUCCESS, AGAIN]);
    assert_eq!(world.dumps(), [[NONBLOCK as u8]]);
    // A connection may be taken as one that doesn't wait.
    world.board.fakes().busy.set(false);
    let script = memory().listener("0.0.0.0:80").sock_accept(FIRST, NONBLOCK).sock_accept(FIRST, 8);
    let script = script.of("fd_fdstat_get", SECOND, BYTES).op(Op::Dump(BYTES + 2, 1));
    assert_eq!(run(&mut world, &script)[3..], [SUCCESS, INVAL, SUCCESS]);
    assert_eq!(world.dumps(), [[NONBLOCK as u8]]);
}

#[test]
fn a_stop_a_pause_and_a_kill_reach_who_waits() {
    let mut world = World::new();
    world.board.fakes().busy.set(true);
    let script = memory().listener("0.0.0.0:80").sock_accept(FIRST, 0).sock_accept(FIRST, 0);
    let id = start(&mut world, &script, &permitted_to(ANYWHERE));
    settle(&mut world);
    world.runtime.pause(id).unwrap();
    net_event(&world, 0);
    settle(&mut world);
    world.runtime.resume(id).unwrap();
    world.runtime.stop(id, u64::MAX).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Stopped(0));
    assert_eq!(world.results(), [SUCCESS, SUCCESS, SUCCESS, INTR, INTR]);
    let id = start(&mut world, &script, &permitted_to(ANYWHERE));
    settle(&mut world);
    assert_eq!(world.board.fakes().held().1, 1);
    world.runtime.kill(id).unwrap();
    assert_eq!(world.board.fakes().held().1, 0);
    net_event(&world, 0);
    settle(&mut world);
}

#[test]
fn sockets_are_closed_however_their_container_ends_and_are_as_many_as_handles() {
    let holder = || memory().listener("0.0.0.0:80").sock_accept(FIRST, 0);
    for (script, reason) in ways_to_end(holder) {
        let mut world = World::new();
        let id = start(&mut world, &script, &permitted_to(ANYWHERE));
        if reason == ExitReason::Killed {
            world.run_until(2000);
            assert_eq!(world.board.fakes().held().1, 2);
            world.results();
            world.runtime.restart(id).unwrap();
            assert_eq!(world.board.fakes().held().1, 0);
            world.run_until(4000);
            assert_eq!(world.results(), [SUCCESS, BADF, BADF, BADF], "numbers from before match nothing");
            world.runtime.kill(id).unwrap();
        } else {
            assert_eq!(world.run_to_end(id), reason);
        }
        assert_eq!(world.board.fakes().held().1, 0, "{reason}");
    }
    let mut world = World::new();
    let options = ContainerOptions { handles: 1, ..permitted_to(ANYWHERE) };
    let script = holder().socket(STREAM).one("fd_close", FIRST).socket(STREAM);
    let id = start(&mut world, &script, &options);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [SUCCESS, SUCCESS, SUCCESS, MFILE, MFILE, SUCCESS, SUCCESS]);
    let options = ContainerOptions { calls_per_second: 2, ..permitted_to(ANYWHERE) };
    let id = start(&mut world, &memory().listener("0.0.0.0:80"), &options);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [SUCCESS, SUCCESS, AGAIN]);
}

#[test]
fn a_name_is_looked_up_now_or_later_as_asked() {
    let mut world = World::new();
    let any = [0xff, 2, 1];
    let script = memory().look_up("host", "", [0; 3], 1).op(Op::Dump(OUT, 4)).op(Op::Dump(FOUND, 28));
    let script = script.look_up("host", "80", [0, 0, 1], 4).op(Op::Dump(FOUND, 28));
    let script = script.look_up("host", "80", [1, 1, 1], 1).op(Op::Dump(OUT, 4));
    let script = script.op(Op::Write(FOUND, vec![7; 28])).look_up("::1", "", any, 0);
    let script = script.op(Op::Dump(OUT, 4)).op(Op::Dump(FOUND, 28)).look_up("host", "http", any, 1);
    let script = script.look_up("host", "65536", any, 1).look_up(&"n".repeat(128), "", any, 1);
    let none = [0, HOST + 5, HINTS, FOUND, 1, OUT];
    let script = script.look_up("host", "", any, 1).wasi("sock_addr_resolve", "(iiiiii)i", &none);
    let script = script.look_up("host", "", any, 0x0924_9250).look_up("host", "", any, u64::from(u32::MAX));
    let results = run(&mut world, &script);
    assert_eq!(results[..4], [SUCCESS; 4]);
    assert_eq!(results[4..], [NOENT, NOENT, INVAL, SUCCESS, INVAL, FAULT, FAULT]);
    let (dumps, one, none) = (world.dumps(), vec![1, 0, 0, 0], vec![0; 4]);
    let found = |address, kind| [address_bytes(address), vec![kind, 0, 0, 0]].concat();
    assert_eq!((&dumps[0], &dumps[1]), (&one, &found("10.0.0.7:0", 1)));
    assert_eq!((&dumps[2], &dumps[3]), (&found("10.0.0.7:80", 0), &none));
    assert_eq!((&dumps[4], &dumps[5]), (&one, &vec![7; 28]));
    assert_eq!(world.board.fakes().names.take().len(), 4);

    world.board.fakes().later.set(true);
    let script = memory().look_up("host", "7", any, 1).op(Op::Dump(FOUND, 28)).look_up("gone", "", any, 1);
    let id = start(&mut world, &script, &permitted_to(ANYWHERE));
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 7];
    for answer in [0, u64::from(Status::NotFound.to_raw() as u32)] {
        settle(&mut world);
        let operation = world.board.fakes().pending.borrow_mut().pop().unwrap();
        let token = CallToken::from_raw(operation.token).unwrap();
        world.runtime.pending_memory(token, 0, 16).unwrap().copy_from_slice(&mapped);
        world.inbox.complete(operation.token, answer).unwrap();
    }
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [SUCCESS, NOENT]);
    assert_eq!(world.dumps(), [found("10.0.0.7:7", 1)]);
}
