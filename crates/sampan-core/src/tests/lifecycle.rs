// SPDX-License-Identifier: Apache-2.0
//! Every move in every state, ids that are stale, and events.

use super::script::{Op, Script};
use super::world::{World, permitted};
use crate::{CallToken, ContainerOptions, Event};
use sampan_abi::ContainerState::{Created, Faulted, Paused, Running, Stopped};
use sampan_abi::{ContainerId, ContainerState, EngineKind, ExitReason, Status, TrapKind};
use std::string::ToString;
use std::vec::Vec;

/// How a container got to where a move is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Busy,
    Asleep,
    Pending,
    AskedToStop,
    PausedBusy,
    PausedAsleep,
    PausedPending,
    Done,
    Killed,
    Trapped,
}

use Phase::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Start,
    Pause,
    Resume,
    Stop,
    Kill,
    Restart,
    Remove,
}

use Method::*;

const METHODS: [Method; 7] = [Start, Pause, Resume, Stop, Kill, Restart, Remove];

/// What a method leads to: a state, none because the container is gone, or a refusal.
const WRONG: Result<Option<ContainerState>, Status> = Err(Status::WrongState);
const GONE: Result<Option<ContainerState>, Status> = Ok(None);

const fn to(state: ContainerState) -> Result<Option<ContainerState>, Status> {
    Ok(Some(state))
}

/// For each phase: the state that it is, and what each of [`METHODS`] does in it.
type Row = (Phase, ContainerState, [Result<Option<ContainerState>, Status>; 7]);

const BUSY_ROW: [Result<Option<ContainerState>, Status>; 7] =
    [WRONG, to(Paused), WRONG, to(Running), to(Stopped), to(Running), WRONG];
const PAUSED_ROW: [Result<Option<ContainerState>, Status>; 7] =
    [WRONG, WRONG, to(Running), to(Running), to(Stopped), to(Running), WRONG];
const ENDED_ROW: [Result<Option<ContainerState>, Status>; 7] =
    [WRONG, WRONG, WRONG, WRONG, WRONG, to(Running), GONE];

const TABLE: [Row; 11] = [
    (New, Created, [to(Running), WRONG, WRONG, WRONG, to(Stopped), to(Running), GONE]),
    (Busy, Running, BUSY_ROW),
    (Asleep, Running, BUSY_ROW),
    (Pending, Running, BUSY_ROW),
    (AskedToStop, Running, [WRONG, WRONG, WRONG, to(Running), to(Stopped), to(Running), WRONG]),
    (PausedBusy, Paused, PAUSED_ROW),
    (PausedAsleep, Paused, PAUSED_ROW),
    (PausedPending, Paused, PAUSED_ROW),
    (Done, Stopped, ENDED_ROW),
    (Killed, Stopped, ENDED_ROW),
    (Trapped, Faulted, ENDED_ROW),
];

/// A container in `phase`, in a world without log lines and events to take.
fn reach(phase: Phase) -> (World, ContainerId) {
    let mut world = World::new();
    world.offer_wait();
    let script = match phase {
        Asleep | PausedAsleep => Script::new().sleep(1_000_000),
        Pending | PausedPending => Script::new().call("env", "wait", "()i", &[]),
        Done => Script::new(),
        Trapped => Script::new().op(Op::Trap(TrapKind::Unreachable)),
        _ => Script::new().op(Op::Forever),
    };
    let id = world.create(&script);
    if phase != New {
        world.runtime.start(id).unwrap();
        world.runtime.poll();
    }
    match phase {
        AskedToStop => world.runtime.stop(id, u64::MAX).unwrap(),
        PausedBusy | PausedAsleep | PausedPending => world.runtime.pause(id).unwrap(),
        Killed => world.runtime.kill(id).unwrap(),
        _ => {}
    }
    world.board.take_lines();
    while world.runtime.take_event().is_some() {}
    (world, id)
}

fn apply(world: &mut World, id: ContainerId, method: Method) -> Result<(), Status> {
    match method {
        Start => world.runtime.start(id),
        Pause => world.runtime.pause(id),
        Resume => world.runtime.resume(id),
        Stop => world.runtime.stop(id, u64::MAX),
        Kill => world.runtime.kill(id),
        Restart => world.runtime.restart(id),
        Remove => world.runtime.remove(id),
    }
}

#[test]
fn every_method_in_every_state_does_what_the_table_says() {
    for (phase, state, row) in TABLE {
        for (method, expected) in METHODS.into_iter().zip(row) {
            let (mut world, id) = reach(phase);
            let before = world.runtime.status(id).unwrap();
            assert_eq!(before.state, state, "{phase:?}");
            let result = apply(&mut world, id, method);
            assert_eq!(result, expected.map(|_| ()), "{method:?} when {phase:?}");
            match expected {
                Ok(Some(after)) => assert_eq!(world.state(id), after, "{method:?} when {phase:?}"),
                Ok(None) => assert_eq!(world.runtime.status(id), Err(Status::StaleId)),
                Err(_) => {
                    assert_eq!(world.runtime.status(id), Ok(before), "{method:?} when {phase:?}");
                    assert_eq!(world.board.take_lines(), [], "{method:?} when {phase:?}");
                    assert_eq!(world.runtime.take_event(), None, "{method:?} when {phase:?}");
                }
            }
            // Whatever was done, the runtime goes on, and so does the contract with the engine.
            (0..3).for_each(|_| assert_ne!(world.runtime.poll(), 1));
        }
    }
}

#[test]
fn status_tells_what_a_container_waits_for() {
    for (phase, waiting, stopping) in [
        (New, false, false),
        (Busy, false, false),
        (Asleep, true, false),
        (Pending, true, false),
        (AskedToStop, false, true),
        (PausedPending, false, false),
        (Done, false, false),
    ] {
        let (world, id) = reach(phase);
        let status = world.runtime.status(id).unwrap();
        assert_eq!((status.waiting, status.stopping), (waiting, stopping), "{phase:?}");
        assert_eq!((status.engine, status.name.as_str()), (EngineKind::Packed, "c0"));
    }
}

#[test]
fn a_stale_id_of_any_kind_is_refused_by_every_method() {
    let mut world = World::new();
    let removed = world.create(&Script::new());
    world.runtime.remove(removed).unwrap();
    let here = world.create(&Script::new());
    let other = |slot, generation| ContainerId::new(slot, generation).unwrap();
    let stale = [
        removed,                                           // its slot is another's now
        other(here.slot(), here.generation() + 1),         // not yet
        other(1, 1),                                       // a slot that was never used
        other(8, 1),                                       // no slot
        other(255, 0x00ff_ffff),                           // nowhere near
        ContainerId::from_raw(here.to_raw() ^ 1).unwrap(), // one bit off
        ContainerId::from_raw(here.to_raw() | 1 << 31).unwrap(),
    ];
    for id in stale {
        for method in METHODS {
            assert_eq!(apply(&mut world, id, method), Err(Status::StaleId), "{method:?} {id:?}");
        }
        assert_eq!(world.runtime.status(id), Err(Status::StaleId));
        assert_eq!(world.runtime.container_stats(id), Err(Status::StaleId));
        let token = CallToken::from_raw(u64::from(id.to_raw()) << 32 | 1).unwrap();
        assert_eq!(world.runtime.pending_memory(token, 0, 1), Err(Status::StaleCall));
    }
    assert_eq!(world.state(here), Created);
    assert_eq!(world.runtime.ids().collect::<Vec<_>>(), [here]);
}

#[test]
fn a_slot_is_used_again_by_a_later_generation() {
    let mut world = World::new();
    let first = world.create(&Script::new());
    let mut last = world.create(&Script::new());
    for _ in 0..20 {
        world.runtime.remove(last).unwrap();
        let next = world.create(&Script::new());
        assert_eq!((next.slot(), next.generation()), (last.slot(), last.generation() + 1));
        last = next;
    }
    assert_eq!((first.slot(), first.generation(), last.slot()), (0, 1, 1));
    assert_eq!(world.runtime.next_generation(), 23);
    world.runtime.remove(first).unwrap();
    assert_eq!(world.create(&Script::new()), ContainerId::new(0, 23).unwrap());
}

#[test]
fn containers_are_found_by_name_and_listed_by_slot() {
    let mut world = World::new();
    let named = ContainerOptions { name: b"pump.control_2-a", ..permitted() };
    let first = world.create(&Script::new());
    let second = world.create_with(&Script::new(), &named).unwrap();
    let third = world.create(&Script::new());
    assert_eq!(world.runtime.find(b"c0"), Ok(first));
    assert_eq!(world.runtime.find(b"pump.control_2-a"), Ok(second));
    assert_eq!(world.runtime.find(b"c2"), Ok(third));
    for unknown in [&b""[..], b"c1", b"C0", b"pump", b"c0\0", &[0xff; 300]] {
        assert_eq!(world.runtime.find(unknown), Err(Status::NotFound), "{unknown:?}");
    }
    world.runtime.remove(first).unwrap();
    assert_eq!(world.runtime.find(b"c0"), Err(Status::NotFound));
    assert_eq!(world.runtime.ids().collect::<Vec<_>>(), [second, third]);
    assert_eq!(world.runtime.status(second).unwrap().name.as_str().to_string(), "pump.control_2-a");
}

#[test]
fn events_are_told_once_each_and_coalesced() {
    let mut world = World::new();
    let id = world.create(&Script::new().op(Op::Forever));
    let other = world.create(&Script::new().exit(9));
    assert_eq!(world.runtime.take_event(), None, "creation is no change of state");
    world.runtime.start(id).unwrap();
    world.runtime.start(other).unwrap();
    world.runtime.pause(id).unwrap();
    world.runtime.resume(id).unwrap();
    world.runtime.pause(id).unwrap();
    assert_eq!(world.run_to_end(other), ExitReason::Exited(9));
    let event = |id, state, exit| Some(Event { id, state, exit });
    assert_eq!(world.runtime.take_event(), event(id, Paused, None));
    assert_eq!(world.runtime.take_event(), event(other, Stopped, Some(ExitReason::Exited(9))));
    assert_eq!(world.runtime.take_event(), None);
    world.runtime.stop(id, 0).unwrap();
    assert_eq!(world.runtime.take_event(), event(id, Running, None));
    world.runtime.poll();
    assert_eq!(world.runtime.take_event(), event(id, Stopped, Some(ExitReason::Killed)));
    world.runtime.restart(id).unwrap();
    world.runtime.kill(id).unwrap();
    world.runtime.restart(id).unwrap();
    assert_eq!(world.runtime.take_event(), event(id, Running, None), "an old end isn't told of a new run");
    world.runtime.kill(id).unwrap();
    world.runtime.remove(id).unwrap();
    let successor = world.create(&Script::new());
    assert_eq!(successor.slot(), id.slot());
    assert_eq!(world.runtime.take_event(), None, "another container's events aren't its slot's next one's");
}

#[test]
fn restart_runs_from_the_beginning_with_fresh_memory_and_the_same_identity() {
    let mut world = World::new();
    let script = Script::without_entry()
        .function("_initialize")
        .op(Op::Dump(0, 4))
        .op(Op::Write(0, b"init".to_vec()))
        .function("_start")
        .op(Op::Dump(0, 4))
        .op(Op::Write(0, b"used".to_vec()))
        .op(Op::Work(50));
    let id = world.start(&script);
    for restarts in 0..3 {
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.dumps(), [b"\0\0\0\0".to_vec(), b"init".to_vec()]);
        assert_eq!(world.runtime.container_stats(id).unwrap().restarts, restarts);
        let used = world.used();
        world.runtime.restart(id).unwrap();
        assert_eq!(world.used(), used);
    }
}

#[test]
fn statistics_count_what_happened() {
    let mut world = World::new();
    let id = world.start(&Script::new().stop_requested().op(Op::Work(2_500)).stop_requested());
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    let stats = world.runtime.container_stats(id).unwrap();
    assert_eq!((stats.fuel, stats.activations, stats.host_calls), (2_502, 3, 2));
    assert_eq!((stats.cpu_us, stats.longest_us, stats.restarts), (250, 100, 0));
    assert_eq!((stats.memory.region, stats.memory.linear), (256 + 64, 256));
    let all = world.stats();
    assert_eq!((all.containers, all.polls, all.arena_used), (1, 3, all.arena_peak));
}
