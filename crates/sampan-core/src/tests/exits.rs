// SPDX-License-Identifier: Apache-2.0
//! How a container ends and what is told of it: a fault is never a success.

use super::script::{Op, Script};
use super::world::{SLICE_US, World};
use sampan_abi::ContainerState::{Faulted, Running, Stopped};
use sampan_abi::{ContainerState, ExitReason, LogLevel, Status, TrapKind};
use std::string::ToString;

/// Runs `script` to its end and checks state, event and log line against the reason.
fn ends(world: &mut World, script: &Script, reason: ExitReason, state: ContainerState) {
    let id = world.start(script);
    while world.runtime.take_event().is_some() {}
    world.board.take_lines();
    assert_eq!(world.run_to_end(id), reason);
    assert_eq!(world.state(id), state, "{reason}");
    assert_eq!(state == Faulted, reason.is_fault(), "{reason}");
    let event = world.runtime.take_event().unwrap();
    assert_eq!((event.id, event.state, event.exit), (id, state, Some(reason)));
    assert_eq!(world.runtime.take_event(), None);
    let level = if state == Faulted { LogLevel::Error } else { LogLevel::Debug };
    let text = std::format!("ended: {reason}");
    assert_eq!(world.board.take_lines(), [(level, "c0".to_string(), text)]);
    assert_eq!(world.runtime.poll(), u64::MAX, "one that has ended has nothing to do");
    world.runtime.remove(id).unwrap();
}

#[test]
fn every_way_to_end_is_told_as_what_it_is() {
    let mut world = World::new();
    ends(&mut world, &Script::new(), ExitReason::Exited(0), Stopped);
    ends(&mut world, &Script::new().op(Op::Work(12_345)), ExitReason::Exited(0), Stopped);
    for code in [0, 1, 42, 255, -1, i32::MIN, i32::MAX] {
        ends(&mut world, &Script::new().exit(code).op(Op::Forever), ExitReason::Exited(code), Stopped);
    }
    for kind in TrapKind::ALL {
        ends(&mut world, &Script::new().op(Op::Trap(kind)), ExitReason::Trapped(kind), Faulted);
    }
    let outside = Script::new().op(Op::Write(256, std::vec![1]));
    ends(&mut world, &outside, ExitReason::Trapped(TrapKind::MemoryOutOfBounds), Faulted);
    ends(&mut world, &Script::new().op(Op::OutOfMemory), ExitReason::OutOfMemory, Faulted);
    ends(&mut world, &Script::new().op(Op::EngineFault), ExitReason::EngineFault, Faulted);
    for code in [-1, -40, 7, i32::MIN] {
        let script = Script::new().call("env", "fail", "(i)i", &[u64::from(code as u32)]);
        if code == -1 {
            world.offer("fail", "(i)i", |_, values| values[0] as u32 as i32);
        }
        ends(&mut world, &script, ExitReason::HostError(code), Faulted);
    }
}

#[test]
fn the_initialiser_ends_a_container_as_the_entry_does() {
    let mut world = World::new();
    let initialise = || Script::without_entry().function("_initialize");
    let script = initialise().op(Op::Trap(TrapKind::Unreachable)).function("_start");
    ends(&mut world, &script, ExitReason::Trapped(TrapKind::Unreachable), Faulted);
    let script = initialise().exit(3).function("_start").op(Op::Forever);
    ends(&mut world, &script, ExitReason::Exited(3), Stopped);
    let script = initialise().op(Op::Work(5_000)).sleep(100).function("_start").exit(4);
    ends(&mut world, &script, ExitReason::Exited(4), Stopped);
    for (status, reason) in [
        (Status::NoMemory, ExitReason::OutOfMemory),
        (Status::Internal, ExitReason::EngineFault),
        (Status::NotFound, ExitReason::EngineFault),
    ] {
        let id = world.start(&initialise().op(Op::Work(5_000)).function("_start"));
        world.runtime.engine().fail_begin.set(Some(status));
        assert_eq!(world.run_to_end(id), reason);
        world.runtime.remove(id).unwrap();
    }
}

#[test]
fn a_start_that_fails_is_a_fault_and_can_be_tried_again() {
    for (status, reason) in [
        (Status::NoMemory, ExitReason::OutOfMemory),
        (Status::Internal, ExitReason::EngineFault),
        (Status::NotFound, ExitReason::LinkError(Status::NotFound)),
    ] {
        let mut world = World::new();
        let id = world.create(&Script::new().exit(1));
        world.runtime.engine().fail_begin.set(Some(status));
        assert_eq!(world.runtime.start(id), Err(status));
        assert_eq!((world.state(id), world.exit(id)), (Faulted, Some(reason)));
        assert_eq!(world.take_texts("c0"), [std::format!("ended: {reason}")]);
        assert_eq!(world.runtime.take_event().unwrap().exit, Some(reason));
        world.runtime.restart(id).unwrap();
        assert_eq!((world.state(id), world.exit(id)), (Running, None));
        assert_eq!(world.run_to_end(id), ExitReason::Exited(1));
    }
}

#[test]
fn a_restart_that_fails_ends_whatever_ran_and_can_be_tried_again() {
    for (status, reason) in [
        (Status::UnknownImport, ExitReason::LinkError(Status::UnknownImport)),
        (Status::ImportType, ExitReason::LinkError(Status::ImportType)),
        (Status::BadImage, ExitReason::LinkError(Status::BadImage)),
        (Status::NoMemory, ExitReason::OutOfMemory),
        (Status::Internal, ExitReason::EngineFault),
    ] {
        let mut world = World::new();
        let id = world.start(&Script::new().op(Op::Work(100)).sleep(1_000));
        world.runtime.poll();
        world.runtime.stop(id, 5_000).unwrap();
        world.runtime.engine().fail_reset.set(Some(status));
        assert_eq!(world.runtime.restart(id), Err(status));
        let after = world.runtime.status(id).unwrap();
        assert_eq!((after.state, after.exit, after.waiting), (Faulted, Some(reason), false));
        assert!(!after.stopping, "the stop was of the run that is over");
        assert_eq!(world.runtime.container_stats(id).unwrap().restarts, 0);
        assert_eq!(world.runtime.poll(), u64::MAX);
        assert_eq!(world.runtime.stop(id, 0), Err(Status::WrongState));
        world.runtime.restart(id).unwrap();
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.runtime.container_stats(id).unwrap().restarts, 1);
    }
}

#[test]
fn a_restart_whose_entry_cannot_begin_is_a_fault() {
    let mut world = World::new();
    let id = world.start(&Script::new().op(Op::Forever));
    world.runtime.engine().fail_begin.set(Some(Status::NoMemory));
    assert_eq!(world.runtime.restart(id), Err(Status::NoMemory));
    assert_eq!(world.exit(id), Some(ExitReason::OutOfMemory));
    assert_eq!(world.runtime.poll(), u64::MAX);
}

/// Asks again and again whether it is to stop, and then exits with `code`.
fn heeding(code: i32) -> Script {
    Script::new().op(Op::Work(10)).stop_requested().op(Op::JumpIfZero(0)).exit(code)
}

#[test]
fn a_stop_that_is_heeded_is_stopped_with_the_containers_code() {
    let mut world = World::new();
    for (script, code) in [
        (heeding(0), 0),
        (heeding(77), 77),
        (Script::new().op(Op::Work(10)).stop_requested().op(Op::JumpIfZero(0)), 0),
        (Script::new().sleep(1_000_000).exit(5), 5),
    ] {
        let id = world.start(&script);
        world.runtime.poll();
        assert_eq!(world.state(id), Running);
        world.runtime.stop(id, world.now_us() + 2 * SLICE_US).unwrap();
        assert!(world.runtime.status(id).unwrap().stopping);
        assert_eq!(world.run_to_end(id), ExitReason::Stopped(code));
        assert_eq!(world.state(id), Stopped);
        assert!(!world.runtime.status(id).unwrap().stopping);
        world.runtime.remove(id).unwrap();
    }
}

#[test]
fn a_stop_that_is_not_heeded_kills_within_a_slice_of_its_deadline() {
    let mut world = World::new();
    world.offer_wait();
    for script in [
        Script::new().op(Op::Forever),
        Script::new().sleep(1_000).repeat(),
        Script::new().call("env", "wait", "()i", &[]),
    ] {
        let id = world.start(&script);
        world.runtime.poll();
        let deadline_us = world.now_us() + 10 * SLICE_US;
        world.runtime.stop(id, deadline_us).unwrap();
        assert_eq!(world.run_to_end(id), ExitReason::Killed);
        assert_eq!(world.state(id), Stopped);
        assert!((deadline_us..deadline_us + SLICE_US).contains(&world.now_us()), "{}", world.now_us());
        world.runtime.remove(id).unwrap();
    }
}

#[test]
fn a_second_stop_only_brings_the_deadline_forward() {
    let mut world = World::new();
    let id = world.start(&Script::new().op(Op::Forever));
    let (sooner, later) = (world.now_us() + 5 * SLICE_US, world.now_us() + 50 * SLICE_US);
    world.runtime.stop(id, later).unwrap();
    world.runtime.stop(id, sooner).unwrap();
    world.runtime.stop(id, u64::MAX).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Killed);
    assert_eq!(world.now_us(), sooner);
}

#[test]
fn a_stop_whose_deadline_has_passed_kills_at_the_next_poll() {
    let mut world = World::new();
    let id = world.start(&heeding(0));
    let fuel = world.runtime.container_stats(id).unwrap().fuel;
    world.runtime.stop(id, 0).unwrap();
    world.runtime.poll();
    assert_eq!(world.exit(id), Some(ExitReason::Killed));
    assert_eq!(world.runtime.container_stats(id).unwrap().fuel, fuel, "it got no slice more");
}

#[test]
fn a_fault_on_the_way_to_a_stop_is_a_fault() {
    let mut world = World::new();
    world.offer("fail", "()", |_, _| -9);
    for (script, reason) in [
        (
            Script::new().sleep(1_000).op(Op::Trap(TrapKind::Unreachable)),
            ExitReason::Trapped(TrapKind::Unreachable),
        ),
        (Script::new().sleep(1_000).op(Op::OutOfMemory), ExitReason::OutOfMemory),
        (Script::new().sleep(1_000).op(Op::EngineFault), ExitReason::EngineFault),
        (Script::new().sleep(1_000).call("env", "fail", "()", &[]), ExitReason::HostError(-9)),
    ] {
        let id = world.start(&script);
        world.runtime.poll();
        world.runtime.stop(id, u64::MAX).unwrap();
        assert_eq!(world.run_to_end(id), reason);
        assert_eq!(world.state(id), Faulted);
        world.runtime.remove(id).unwrap();
    }
}

#[test]
fn a_restarted_container_is_not_asked_to_stop_any_more() {
    let mut world = World::new();
    let id = world.start(&Script::new().stop_requested().op(Op::Work(300)).sleep(100).exit(6));
    world.runtime.stop(id, world.now_us() + SLICE_US).unwrap();
    world.runtime.restart(id).unwrap();
    assert!(!world.runtime.status(id).unwrap().stopping);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(6));
    assert_eq!(world.results(), [0, 0], "not stopping, and the sleep was whole");
}

#[test]
fn a_stop_wakes_a_paused_container_so_that_it_can_heed() {
    let mut world = World::new();
    for script in [heeding(8), Script::new().sleep(1_000_000).exit(8)] {
        let id = world.start(&script);
        world.runtime.poll();
        world.runtime.pause(id).unwrap();
        world.runtime.stop(id, u64::MAX).unwrap();
        assert_eq!(world.state(id), Running);
        assert_eq!(world.run_to_end(id), ExitReason::Stopped(8));
        assert!(world.now_us() < 1_000_000);
        world.runtime.remove(id).unwrap();
    }
}
