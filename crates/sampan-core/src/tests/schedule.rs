// SPDX-License-Identifier: Apache-2.0
//! Who runs when: shares, priorities, sleeps, and how soon kill and pause take effect.

use super::script::{Op, Script};
use super::world::{SLICE_US, World, permitted};
use crate::ContainerOptions;
use sampan_abi::{ContainerId, ContainerState, ExitReason, LogLevel};
use std::vec::Vec;

/// Time over which shares are measured.
const SECOND_US: u64 = 1_000_000;

fn start_with(world: &mut World, script: &Script, share: u16, priority: u8) -> ContainerId {
    let options = ContainerOptions { share, priority, ..permitted() };
    let id = world.create_with(script, &options).unwrap();
    world.runtime.start(id).unwrap();
    id
}

fn cpu_us(world: &World, id: ContainerId) -> u64 {
    world.runtime.container_stats(id).unwrap().cpu_us
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn shares_hold_within_a_twentieth_whatever_the_priorities() {
    let busy = Script::new().op(Op::Forever);
    let mixes: [&[(u16, u8)]; 5] = [
        &[(100, 0), (100, 0)],
        &[(100, 0), (100, 7)],
        &[(300, 7), (100, 0), (200, 3)],
        &[(1000, 0), (500, 7), (250, 7), (250, 1)],
        &[(0, 1), (100, 2), (200, 3), (400, 0), (100, 7), (100, 6)],
    ];
    for mix in mixes {
        let mut world = World::new();
        let start = |world: &mut World, &(share, priority): &(u16, u8)| {
            let due = u64::from(if share == 0 { 100 } else { share });
            (start_with(world, &busy, share, priority), due)
        };
        let all: Vec<_> = mix.iter().map(|entry| start(&mut world, entry)).collect();
        // What the window of priority lends is given back by its end: measured from the second on.
        world.run_until(SECOND_US);
        let before: Vec<_> = all.iter().map(|&(id, _)| cpu_us(&world, id)).collect();
        world.run_until(2 * SECOND_US);
        let sum: u64 = all.iter().map(|(_, due)| due).sum();
        for (&(id, due), before) in all.iter().zip(before) {
            let got = cpu_us(&world, id) - before;
            let due = SECOND_US * due / sum;
            assert!(got.abs_diff(due) <= due / 20 + SLICE_US, "{mix:?}: {got} us of {due}");
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn shares_hold_from_the_first_second_on() {
    let mut world = World::new();
    let first = start_with(&mut world, &Script::new().op(Op::Forever), 100, 0);
    let last = start_with(&mut world, &Script::new().op(Op::Forever), 300, 7);
    world.run_until(SECOND_US);
    assert!(cpu_us(&world, first).abs_diff(SECOND_US / 4) <= SECOND_US / 4 / 20);
    assert!(cpu_us(&world, last).abs_diff(SECOND_US * 3 / 4) <= SECOND_US * 3 / 4 / 20);
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn a_busy_container_of_the_highest_priority_starves_nobody() {
    let mut world = World::new();
    let hog = start_with(&mut world, &Script::new().op(Op::Forever), 1000, 0);
    let meek = start_with(&mut world, &Script::new().op(Op::Forever), 10, 7);
    // The window is 50 ms of CPU at the largest share; after it the other one has its first turn.
    world.run_until(50_000 + 3 * SLICE_US);
    assert!(cpu_us(&world, meek) >= SLICE_US, "it got {} us", cpu_us(&world, meek));
    world.run_until(SECOND_US);
    let due = SECOND_US / 101;
    let got = cpu_us(&world, meek);
    assert!(got.abs_diff(due) <= due / 10, "{got} us of {due}");
    assert_eq!(cpu_us(&world, hog) + got, world.now_us());
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn a_sleeper_of_higher_priority_goes_first_when_it_wakes() {
    let mut world = World::new();
    let sleeper = Script::new().sleep(1_000).print_at(0, 1, b"awake\n").repeat();
    start_with(&mut world, &sleeper, 100, 0);
    for _ in 0..3 {
        start_with(&mut world, &Script::new().op(Op::Forever), 100, 5);
    }
    let mut woken_at = Vec::new();
    while world.now_us() < 20_000 {
        world.runtime.poll();
        let awake = world.board.take_lines().into_iter().any(|(level, _, _)| level == LogLevel::Info);
        if awake {
            woken_at.push(world.now_us());
        }
    }
    // Each round is a sleep, at most a slice of another's that was running, and a few operations.
    assert!(woken_at.len() >= 17, "{woken_at:?}");
    for pair in woken_at.windows(2) {
        assert!(pair[1] - pair[0] <= 1_000 + SLICE_US + 10, "{woken_at:?}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn sleeping_earns_nothing_and_a_newcomer_owes_nothing() {
    let mut world = World::new();
    let steady = start_with(&mut world, &Script::new().op(Op::Forever), 100, 3);
    let rested = start_with(&mut world, &Script::new().sleep(SECOND_US / 2).op(Op::Forever), 100, 3);
    let paused = start_with(&mut world, &Script::new().op(Op::Forever), 100, 3);
    world.runtime.pause(paused).unwrap();
    world.run_until(SECOND_US / 2 + SLICE_US);
    let newcomer = start_with(&mut world, &Script::new().op(Op::Forever), 100, 3);
    world.runtime.resume(paused).unwrap();
    let ids = [steady, rested, newcomer, paused];
    let before = ids.map(|id| cpu_us(&world, id));
    world.run_until(SECOND_US);
    let quarter = (SECOND_US / 2 - SLICE_US) / 4;
    for (id, before) in ids.into_iter().zip(before) {
        let got = cpu_us(&world, id) - before;
        assert!(got.abs_diff(quarter) <= quarter / 20 + 2 * SLICE_US, "{got} us of {quarter}");
    }
}

#[test]
fn yielding_gives_the_turn_to_another() {
    let mut world = World::new();
    let polite = Script::new().wasi("sched_yield", "()i", &[]).print_at(0, 1, b"x\n").repeat();
    let first = start_with(&mut world, &polite, 100, 0);
    let second = start_with(&mut world, &polite, 100, 0);
    for _ in 0..20 {
        assert_eq!(world.runtime.poll(), 0, "one that yields is ready at once");
    }
    let turns = [first, second].map(|id| world.runtime.container_stats(id).unwrap().activations);
    assert_eq!(turns, [10, 10]);
    assert!(world.results().iter().all(|&result| result == 0));
}

/// A container that does what, and is brought there.
fn occupations() -> [Script; 4] {
    [
        Script::new().op(Op::Forever),
        Script::new().sleep(1_000_000),
        Script::new().call("env", "wait", "()i", &[]),
        Script::new().wasi("sched_yield", "()i", &[]).repeat(),
    ]
}

#[test]
fn a_kill_takes_effect_before_the_next_slice_whatever_it_does() {
    for script in occupations() {
        let mut world = World::new();
        world.offer_wait();
        let id = world.start(&script);
        (0..3).for_each(|_| assert_ne!(world.runtime.poll(), 1));
        let before = world.runtime.container_stats(id).unwrap();
        world.runtime.kill(id).unwrap();
        assert_eq!(world.exit(id), Some(ExitReason::Killed));
        assert_eq!(world.runtime.poll(), u64::MAX);
        assert_eq!(world.runtime.container_stats(id).unwrap(), before, "not an operation more");
        world.runtime.remove(id).unwrap();
        assert_eq!(world.used(), 0);
    }
}

#[test]
fn a_pause_takes_effect_before_the_next_slice_and_loses_nothing() {
    for script in occupations() {
        let mut world = World::new();
        world.offer_wait();
        let id = world.start(&script);
        (0..3).for_each(|_| assert_ne!(world.runtime.poll(), 1));
        let waiting = world.runtime.status(id).unwrap().waiting;
        let before = world.runtime.container_stats(id).unwrap();
        world.runtime.pause(id).unwrap();
        for _ in 0..5 {
            assert_eq!(world.runtime.poll(), u64::MAX, "a paused one has no deadline");
            world.board.pass_us(10);
        }
        assert_eq!(world.runtime.container_stats(id).unwrap(), before);
        assert_eq!(world.state(id), ContainerState::Paused);
        world.runtime.resume(id).unwrap();
        world.runtime.poll();
        assert_eq!(world.runtime.status(id).unwrap().waiting, waiting);
    }
}

#[test]
fn a_sleep_that_ran_out_during_a_pause_is_over_after_it() {
    let mut world = World::new();
    let id = world.start(&Script::new().sleep(1_000));
    let wakes_at = world.runtime.poll();
    world.runtime.pause(id).unwrap();
    world.board.advance_to(wakes_at + 5_000);
    assert_eq!(world.runtime.poll(), u64::MAX);
    assert_eq!(world.results(), [0; 0]);
    world.runtime.resume(id).unwrap();
    world.runtime.poll();
    assert_eq!(world.exit(id), Some(ExitReason::Exited(0)));
    assert_eq!(world.results(), [0]);
}

#[test]
fn the_deadline_that_a_poll_returns_is_exact() {
    let mut world = World::new();
    assert_eq!(world.runtime.poll(), u64::MAX, "nothing to do");
    let sleeps = [5_000, 1_000, 3_000];
    let mut due: Vec<_> = sleeps
        .into_iter()
        .map(|sleep_us| {
            let id = world.start(&Script::new().sleep(sleep_us));
            let asked_at = world.now_us();
            let deadline_us = world.runtime.poll();
            assert!(deadline_us <= asked_at + sleep_us);
            (asked_at + sleep_us, id)
        })
        .collect();
    due.sort_by_key(|&(due_us, _)| due_us);
    for (idx, &(due_us, id)) in due.iter().enumerate() {
        assert_eq!(world.runtime.poll(), due_us);
        world.board.advance_to(due_us - 1);
        assert_eq!(world.runtime.poll(), due_us, "nothing happens a microsecond early");
        assert_eq!(world.exit(id), None);
        world.board.advance_to(due_us);
        let next = due.get(idx + 1).map_or(u64::MAX, |&(next_us, _)| next_us);
        assert_eq!(world.runtime.poll(), next);
        assert_eq!(world.exit(id), Some(ExitReason::Exited(0)));
    }
}

#[test]
fn the_deadline_of_a_stop_counts_as_one() {
    let mut world = World::new();
    world.offer_wait();
    let id = world.start(&Script::new().call("env", "wait", "()i", &[]));
    let sleeper = world.start(&Script::new().sleep(9_000));
    (0..2).for_each(|_| assert_ne!(world.runtime.poll(), 1));
    let deadline_us = world.now_us() + 4_321;
    world.runtime.stop(id, deadline_us).unwrap();
    assert_eq!(world.runtime.poll(), deadline_us);
    world.board.advance_to(deadline_us);
    let next = world.runtime.poll();
    assert_eq!(world.exit(id), Some(ExitReason::Killed));
    assert!(next > deadline_us && world.exit(sleeper).is_none());
    assert_eq!(world.runtime.poll(), next);
}

#[test]
fn a_poll_runs_one_slice_of_one_container_at_most() {
    let mut world = World::new();
    let ids: Vec<_> = (0..5).map(|_| world.start(&Script::new().op(Op::Forever))).collect();
    for polls in 1..=50 {
        let before_us = world.now_us();
        assert_eq!(world.runtime.poll(), 0);
        assert_eq!(world.now_us() - before_us, SLICE_US);
        let slices = ids.iter().map(|&id| world.runtime.container_stats(id).unwrap().activations);
        assert_eq!(slices.sum::<u64>(), polls);
    }
}
