// SPDX-License-Identifier: Apache-2.0
//! WASI `poll_oneoff`: how containers sleep.

use super::script::{Op, Script, clock_subscription};
use super::world::World;
use sampan_abi::ExitReason;
use std::vec;
use std::vec::Vec;

const SUCCESS: u64 = 0;
const FAULT: u64 = 21;
const INTR: u64 = 27;
const INVAL: u64 = 28;

/// Where the events and their number go, behind up to four subscriptions.
const EVENTS: u64 = 192;
const COUNT: u64 = EVENTS + 4 * 32;

/// An event as it is expected: user data, error, type.
type Event = (u64, u16, u8);

fn stream_subscription(user_data: u64, tag: u8, fd: u32) -> Vec<u8> {
    let mut bytes = vec![0; 48];
    bytes[..8].copy_from_slice(&user_data.to_le_bytes());
    bytes[8] = tag;
    bytes[16..20].copy_from_slice(&fd.to_le_bytes());
    bytes
}

fn relative(user_data: u64, microseconds: u64) -> Vec<u8> {
    clock_subscription(user_data, 1, microseconds * 1000, false)
}

fn absolute(user_data: u64, microseconds: u64) -> Vec<u8> {
    clock_subscription(user_data, 1, microseconds * 1000, true)
}

fn polling(subscriptions: &[Vec<u8>]) -> Script {
    let args = [0, EVENTS, subscriptions.len() as u64, COUNT];
    let script = Script::new().memory(512).op(Op::Write(0, subscriptions.concat()));
    script.op(Op::Write(COUNT, vec![0xff; 4])).wasi("poll_oneoff", "(iiii)i", &args).op(Op::Dump(EVENTS, 132))
}

/// Polls, and returns how long that took and the events.
fn poll(world: &mut World, subscriptions: &[Vec<u8>]) -> (u64, Vec<Event>) {
    let started_us = world.now_us();
    assert_eq!(world.results_of(&polling(subscriptions)), [SUCCESS]);
    let memory = world.dumps().remove(0);
    let count = u32::from_le_bytes(memory[128..].try_into().unwrap()) as usize;
    assert!(memory[count * 32..128].iter().all(|&byte| byte == 0), "nothing behind the events");
    let event = |bytes: &[u8]| {
        assert!(bytes[11..].iter().all(|&byte| byte == 0));
        let user_data = u64::from_le_bytes(bytes[..8].try_into().unwrap());
        (user_data, u16::from_le_bytes([bytes[8], bytes[9]]), bytes[10])
    };
    (world.now_us() - started_us, memory[..count * 32].chunks(32).map(event).collect())
}

/// The operations around a poll take fuel for less than this.
const SLACK_US: u64 = 2;

fn takes(world: &mut World, subscriptions: &[Vec<u8>], due_us: u64, events: &[Event]) {
    let (took_us, got) = poll(world, subscriptions);
    assert_eq!(got, events);
    assert!((due_us..=due_us + SLACK_US).contains(&took_us), "{took_us} us instead of {due_us}");
}

#[test]
fn a_relative_clock_sleeps_that_long() {
    let mut world = World::new();
    for microseconds in [0, 1, 999, 1_000, 3_600_000_000] {
        takes(
            &mut world,
            &[relative(0xabcd_ef01_2345_6789, microseconds)],
            microseconds,
            &[(0xabcd_ef01_2345_6789, 0, 0)],
        );
    }
    takes(&mut world, &[clock_subscription(5, 0, 1, false)], 1, &[(5, 0, 0)]);
    takes(&mut world, &[clock_subscription(5, 0, 1_001, false)], 2, &[(5, 0, 0)]);
}

#[test]
fn an_absolute_clock_sleeps_until_then() {
    let mut world = World::new();
    world.board.advance_to(10_000);
    takes(&mut world, &[absolute(1, 15_000)], 5_000, &[(1, 0, 0)]);
    for past in [0, 1, 10_000] {
        takes(&mut world, &[absolute(1, past)], 0, &[(1, 0, 0)]);
    }
}

#[test]
fn the_first_of_several_clocks_ends_the_poll_and_all_due_are_told() {
    let mut world = World::new();
    takes(&mut world, &[relative(1, 900), relative(2, 300), relative(3, 600)], 300, &[(2, 0, 0)]);
    takes(&mut world, &[relative(1, 300), relative(2, 900), relative(3, 300)], 300, &[(1, 0, 0), (3, 0, 0)]);
    let soon = world.now_us() + 50;
    takes(&mut world, &[relative(1, 300), absolute(2, soon)], 50, &[(2, 0, 0)]);
    takes(&mut world, &[relative(1, 300), absolute(2, 0), relative(3, 0)], 0, &[(2, 0, 0), (3, 0, 0)]);
}

#[test]
fn streams_are_ready_at_once_and_other_descriptors_are_told_as_bad() {
    let mut world = World::new();
    let subscriptions = [
        stream_subscription(1, 2, 1),
        relative(2, 500),
        stream_subscription(3, 1, 0),
        stream_subscription(4, 2, 9),
    ];
    takes(&mut world, &subscriptions, 0, &[(1, 0, 2), (3, 0, 1), (4, 8, 2)]);
    let unknown_clock = clock_subscription(6, 3, 1_000_000, false);
    takes(&mut world, &[unknown_clock, relative(2, 500)], 0, &[(6, 28, 0)]);
}

#[test]
fn a_timeout_without_end_is_a_wait_until_something_else_happens() {
    for timeout in [clock_subscription(1, 1, u64::MAX, false), clock_subscription(1, 1, u64::MAX, true)] {
        let mut world = World::new();
        world.board.advance_to(1_000_000);
        let id = world.start(&polling(&[timeout]));
        let deadline_us = world.runtime.poll();
        assert!(deadline_us >= u64::MAX / 1000);
        world.board.pass_us(1_000_000_000);
        assert_eq!(world.runtime.poll(), deadline_us);
        world.runtime.stop(id, u64::MAX).unwrap();
        assert_eq!(world.run_to_end(id), ExitReason::Stopped(0));
    }
}

#[test]
fn a_count_out_of_range_is_invalid() {
    let mut world = World::new();
    let ask = |script: Script, count: u64| script.wasi("poll_oneoff", "(iiii)i", &[0, EVENTS, count, COUNT]);
    let counts = [0, 33, 1 << 16, 1 << 31, u64::from(u32::MAX)];
    let script = counts.into_iter().fold(Script::new().memory(512), ask);
    assert_eq!(world.results_of(&script.op(Op::Dump(0, 512))), [INVAL; 5]);
    assert_eq!(world.dumps(), [[0; 512]]);
    let most = Script::new().memory(48 * 32 + 32 * 32 + 4);
    let most = most.wasi("poll_oneoff", "(iiii)i", &[0, 48 * 32, 32, 48 * 32 + 32 * 32]);
    assert_eq!(world.results_of(&most.op(Op::Dump(48 * 32 + 32 * 32, 4))), [SUCCESS]);
    assert_eq!(world.dumps(), [32_u32.to_le_bytes()]);
}

#[test]
fn a_stop_ends_a_sleep_at_once_and_lets_no_other_begin() {
    let mut world = World::new();
    let script = Script::new().memory(512).sleep(1_000_000).sleep(1_000_000).stop_requested();
    let id = world.start(&script);
    world.runtime.poll();
    world.board.pass_us(100);
    world.runtime.stop(id, u64::MAX).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Stopped(0));
    assert_eq!(world.results(), [INTR, INTR, 1]);
    assert!(world.now_us() < 200);
}

#[test]
fn events_may_overlap_their_subscriptions() {
    let mut world = World::new();
    let subscriptions = [relative(1, 10), relative(2, 10), relative(3, 10)].concat();
    let script = Script::new().memory(512).op(Op::Write(0, subscriptions));
    let script = script.wasi("poll_oneoff", "(iiii)i", &[0, 0, 3, 400]).op(Op::Dump(400, 4));
    assert_eq!(world.results_of(&script), [SUCCESS]);
    assert_eq!(world.dumps(), [3_u32.to_le_bytes()]);
}

#[test]
fn bad_addresses_are_told_after_the_sleep_too_and_change_nothing_outside() {
    let mut world = World::new();
    for (subscriptions, events, count) in
        [(0, 512 - 31, 400), (0, u64::from(u32::MAX), 400), (0, 100, 509), (0, 100, 512)]
    {
        let script = Script::new().memory(512).op(Op::Write(0, relative(1, 10)));
        let script = script.wasi("poll_oneoff", "(iiii)i", &[subscriptions, events, 1, count]);
        assert_eq!(world.results_of(&script), [FAULT]);
    }
}
