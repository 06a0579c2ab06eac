// SPDX-License-Identifier: Apache-2.0
//! Tests made of the table: every call of the guest ABI with and without its permission, and every one of its addresses.
//!
//! Nothing here names a call but those few whose arguments can't be told in advance; one that is added to the
//! description is tested with it.

mod fuzz;

use super::check::{Entry, Kind, code_bits};
use super::table::{CALLS, Code, Id, Permit};
use crate::ContainerOptions;
use crate::tests::script::{Op, Script};
use crate::tests::world::{REACTIONS, World, permitted_to};
use sampan_abi::{ContainerState, ExitReason, LogLevel, Status};
use sampan_image::DeniedAction;
use std::format;
use std::string::String;
use std::vec::Vec;

/// Bytes of guest memory; what a call's arguments name lies from here on.
const MEMORY_LEN: u32 = 2048;
const ARGUMENTS: u32 = 64;
/// All that can be permitted.
const ALL: &[&str] = &[
    "adc:*",
    "clock",
    "gpio:*",
    "health",
    "i2c:*",
    "kv:256",
    "log",
    "msg.pub:#",
    "msg.sub:#",
    "net.connect:*:*",
    "net.dns:*",
    "net.listen:*:*",
    "net.udp:*:*",
    "random",
    "sensor:*",
    "spi:*",
    "timer",
    "uart:*",
];
/// Some of each, of which no example is a part.
const OTHERS: &[&str] = &[
    "adc:dark",
    "gpio:led1",
    "i2c:i2c1",
    "msg.pub:mine/#",
    "msg.sub:mine/+",
    "net.connect:10.0.0.5:8080",
    "net.connect:10.0.0.50:*",
    "net.dns:broker.local.example",
    "net.listen:0.0.0.0:8081",
    "net.listen:127.0.0.1:*",
    "net.udp:10.0.0.5:5",
    "sensor:rooms",
    "spi:displa",
    "uart:GPS",
];

/// Values with which a call works, and the bytes that they name.
struct Prepared {
    values: Vec<u64>,
    writes: Vec<(u32, Vec<u8>)>,
}

fn prepare(entry: &Entry) -> Prepared {
    let mut prepared = Prepared { values: Vec::new(), writes: Vec::new() };
    let mut at = ARGUMENTS;
    for (kind, example) in entry.params.iter().zip(entry.examples) {
        let number = || example.parse::<u64>().unwrap();
        match kind {
            Kind::U32 | Kind::U64 => prepared.values.push(number()),
            #[cfg(feature = "ocre")]
            Kind::CText(_) => unreachable!("none of Sampan's own calls has one"),
            Kind::Text(_) | Kind::Bytes(_) => {
                prepared.writes.push((at, example.as_bytes().to_vec()));
                prepared.values.extend([u64::from(at), example.len() as u64]);
                at += 128;
            }
            Kind::Buffer(_) => {
                prepared.values.extend([u64::from(at), number()]);
                at += 128;
            }
            Kind::Struct { .. } => {
                prepared.values.push(u64::from(at));
                at += 128;
            }
            // The first handle that a container opens.
            Kind::Handle(_) => prepared.values.push(1 << 8),
        }
    }
    prepared
}

fn signature(entry: &Entry) -> &'static str {
    core::str::from_utf8(entry.signature).unwrap()
}

/// Makes the call with these values.
fn call(script: Script, entry: &Entry, prepared: &Prepared) -> Script {
    let write =
        |script: Script, (at, bytes): &(u32, Vec<u8>)| script.op(Op::Write(u64::from(*at), bytes.clone()));
    let script = prepared.writes.iter().fold(script, write);
    script.call(entry.module, entry.name, signature(entry), &prepared.values)
}

fn find(name: &str) -> Option<&'static Entry> {
    let (area, name) = name.split_once('.')?;
    CALLS.iter().find(|entry| entry.name == name && entry.module.starts_with(&format!("sampan:{area}/")))
}

/// Makes what the call needs there to be.
fn prelude(script: Script, entry: &Entry) -> Script {
    let script = match entry.id {
        // A message comes only to who has subscribed.
        Id::MsgReceive => prelude_call(script, "msg.subscribe"),
        _ => script,
    };
    if entry.after.is_empty() { script } else { prelude_call(script, entry.after) }
}

fn prelude_call(script: Script, name: &str) -> Script {
    let entry = find(name).unwrap();
    call(prelude(script, entry), entry, &prepare(entry))
}

fn world() -> World {
    let mut world = World::new();
    world.runtime.set_wall_clock(1_700_000_000_000_000);
    world
}

/// Whether the call's arguments can't be told in advance: its handle is in what another one wrote, or it waits for
/// somebody else. Those have tests of their own.
fn needs_a_partner(entry: &Entry) -> bool {
    matches!(entry.id, Id::MsgReply | Id::MsgRequest)
}

fn last(results: &[u64]) -> u64 {
    *results.last().unwrap()
}

#[test]
fn every_permitted_call_works() {
    for entry in CALLS.iter().filter(|entry| !needs_a_partner(entry)) {
        let mut world = world();
        let script = call(prelude(Script::new().memory(MEMORY_LEN), entry), entry, &prepare(entry));
        let id = world.create_with(&script, &permitted_to(ALL)).unwrap();
        world.runtime.start(id).unwrap();
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        let result = last(&world.results());
        let negative = if entry.wide { (result as i64) < 0 } else { (result as u32 as i32) < 0 };
        assert!(!negative, "{} {} answers {}", entry.module, entry.name, result as i32);
        assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 0);
    }
}

/// What is left of `ALL` without what permits a call.
fn all_but(entry: &Entry) -> &'static [&'static str] {
    let permits = |permit: &Permit| entry.permit == Some(*permit) || entry.also.contains(permit);
    let names: Vec<_> =
        Permit::NAMES.iter().filter(|(permit, _)| permits(permit)).map(|(_, name)| *name).collect();
    let left = ALL.iter().filter(|text| !names.contains(&text.split(':').next().unwrap()));
    Vec::leak(left.copied().collect())
}

/// Runs one call in a container that lacks its permission; its memory must be as before.
fn run_denied(
    entry: &Entry,
    options: ContainerOptions<'_>,
    (denied, exit, state): (DeniedAction, ExitReason, ContainerState),
) {
    let options = ContainerOptions { denied, ..options };
    let goes_on = denied == DeniedAction::Error;
    let what = format!("{} {} {:?}", entry.module, entry.name, options.denied);
    let mut world = world();
    let prepared = prepare(entry);
    // Twice: one that goes on is told once and counted twice.
    let script = call(Script::new().memory(MEMORY_LEN), entry, &prepared);
    let script = call(script, entry, &prepared).op(Op::Dump(0, u64::from(MEMORY_LEN)));
    let id = world.create_with(&script, &options).unwrap();
    world.runtime.start(id).unwrap();
    world.board.take_lines();
    assert_eq!(world.run_to_end(id), exit, "{what}");
    let stats = world.runtime.container_stats(id).unwrap();
    assert_eq!(stats.denied_calls, if goes_on { 2 } else { 1 }, "{what}");
    let told = world.board.take_lines();
    let told: Vec<_> = told.iter().filter(|(_, _, text)| text.contains("denied: needs")).collect();
    assert_eq!(told.len(), 1, "{what}");
    assert!(told[0].0 == LogLevel::Error && told[0].2.contains(entry.name), "{what}: {told:?}");
    if goes_on {
        assert_eq!(world.results(), [code_bits(Code::Denied, entry.wide); 2], "{what}");
        let mut memory = std::vec![0_u8; MEMORY_LEN as usize];
        for (at, bytes) in &prepared.writes {
            memory[*at as usize..][..bytes.len()].copy_from_slice(bytes);
        }
        assert_eq!(world.dumps(), [memory], "{what}");
    }
    assert!(stats.messages == 0 && stats.heartbeats == 0 && !stats.confirmed, "{what}");
    assert_eq!(world.board.fakes().touched(), 0, "{what}: no device was asked for anything");
    assert_eq!(world.state(id), state, "{what}");
    if state == ContainerState::Quarantined {
        assert_eq!(world.runtime.restart(id), Err(Status::WrongState));
        assert_eq!(world.runtime.start(id), Err(Status::WrongState));
        assert_eq!(world.runtime.remove(id), Err(Status::WrongState));
        assert_eq!(world.runtime.kill(id), Err(Status::WrongState));
        assert_eq!(world.runtime.release(id), Ok(()));
        assert_eq!(world.state(id), ContainerState::Stopped);
    }
    assert_eq!(world.runtime.release(id), Err(Status::WrongState));
}

#[test]
fn every_call_without_its_permission_does_nothing_and_is_answered_by_policy() {
    for entry in CALLS {
        // A handle can't be there without the permission that makes it, and that is told first.
        if entry.permit.is_none() {
            continue;
        }
        for reaction in REACTIONS {
            run_denied(entry, permitted_to(all_but(entry)), reaction);
            run_denied(entry, ContainerOptions::default(), reaction);
        }
    }
}

#[test]
fn every_call_outside_the_granted_pattern_is_denied() {
    let mut tested = 0;
    // One that takes a handle too finds none before it is asked what the text is.
    let has_no_handle = |entry: &&Entry| !entry.params.iter().any(|kind| matches!(kind, Kind::Handle(_)));
    for entry in CALLS.iter().filter(|entry| entry.matched.is_some()).filter(has_no_handle) {
        run_denied(entry, permitted_to(OTHERS), REACTIONS[0]);
        tested += 1;
    }
    assert_eq!(tested, 14);
}

/// Places in the values of a call where an address is, with the index of its length, and length and alignment of a struct.
fn addresses(entry: &Entry) -> Vec<(usize, Option<usize>, u64, u64)> {
    let mut at = 0;
    let mut found = Vec::new();
    for kind in entry.params {
        match kind {
            Kind::Text(_) | Kind::Bytes(_) | Kind::Buffer(_) => {
                found.push((at, Some(at + 1), 1, 1));
                at += 1;
            }
            #[cfg(feature = "ocre")]
            Kind::CText(_) => unreachable!("none of Sampan's own calls has one"),
            Kind::Struct { len, align } => found.push((at, None, u64::from(*len), u64::from(*align))),
            Kind::U32 | Kind::U64 | Kind::Handle(_) => {}
        }
        at += 1;
    }
    found
}

/// Makes one call with these values after all that it needs, and returns its answer.
fn answer(entry: &Entry, values: Vec<u64>) -> (u64, Vec<u8>) {
    let mut world = world();
    let prepared = Prepared { values, writes: prepare(entry).writes };
    let script = prelude(Script::new().memory(MEMORY_LEN), entry);
    let script = call(script, entry, &prepared).op(Op::Dump(0, u64::from(MEMORY_LEN)));
    let id = world.create_with(&script, &permitted_to(ALL)).unwrap();
    world.runtime.start(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    (last(&world.results()), world.dumps().pop().unwrap())
}

#[test]
fn no_address_leads_outside_of_the_memory() {
    let bad = code_bits(Code::BadAddress, false);
    let end = u64::from(MEMORY_LEN);
    let all_ones = u64::from(u32::MAX);
    for entry in CALLS.iter().filter(|entry| entry.id != Id::MsgReply) {
        for (address, len, size, align) in addresses(entry) {
            let mut cases: Vec<(u64, u64)> =
                std::vec![(end, 1), (end - 1, 2), (all_ones, 1), (0x8000_0000, 1), (end + 64, 8)];
            if len.is_some() {
                cases.extend([
                    (end + 1, 0),
                    (1, all_ones),
                    (all_ones, all_ones),
                    (0x8000_0000, 0x8000_0000),
                    (0, end + 1),
                ]);
            } else {
                let mut starts = std::vec![1, u64::from(ARGUMENTS) + align / 2, end - size + align];
                starts.extend((1..size.div_ceil(align)).map(|behind| end - behind * align));
                cases.extend(starts.into_iter().map(|start| (start, 0)));
            }
            for (start, bytes) in cases {
                let mut values = prepare(entry).values;
                values[address] = start;
                if let Some(len) = len {
                    values[len] = bytes;
                }
                let what = format!("{} {}: {start:#x}, {bytes:#x}", entry.module, entry.name);
                let (result, memory) = answer(entry, values);
                assert_eq!(result, bad, "{what}");
                let mut before = std::vec![0_u8; MEMORY_LEN as usize];
                let outside = prepare(entry).writes;
                if entry.after.is_empty() && entry.id != Id::MsgReceive {
                    for (at, bytes) in &outside {
                        before[*at as usize..][..bytes.len()].copy_from_slice(bytes);
                    }
                    assert_eq!(memory, before, "{what}");
                }
            }
        }
    }
}

#[test]
fn lengths_and_texts_are_checked() {
    let invalid = code_bits(Code::Invalid, false);
    for entry in CALLS.iter().filter(|entry| entry.id != Id::MsgReply) {
        let mut at = 0;
        for kind in entry.params {
            if let Kind::Text(max) | Kind::Bytes(max) = kind
                && *max < MEMORY_LEN
            {
                let mut values = prepare(entry).values;
                (values[at], values[at + 1]) = (0, u64::from(max + 1));
                assert_eq!(answer(entry, values).0, invalid, "{} {}", entry.module, entry.name);
            }
            at += if matches!(kind, Kind::Text(_) | Kind::Bytes(_) | Kind::Buffer(_)) { 2 } else { 1 };
        }
        if let Some(Kind::Text(_)) = entry.params.first() {
            let mut world = world();
            let mut prepared = prepare(entry);
            prepared.writes[0].1 = b"\xff\xfe".to_vec();
            prepared.values[1] = 2;
            let script = call(Script::new().memory(MEMORY_LEN), entry, &prepared);
            let id = world.create_with(&script, &permitted_to(ALL)).unwrap();
            world.runtime.start(id).unwrap();
            assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
            assert_eq!(last(&world.results()), invalid);
        }
    }
}

#[test]
fn handles_of_another_kind_or_closed_or_made_up_are_refused() {
    let bad = code_bits(Code::BadHandle, false);
    for entry in CALLS.iter().filter(|entry| entry.params.iter().any(|kind| matches!(kind, Kind::Handle(_))))
    {
        for handle in [0, 1, 0xff, 1 << 8 | 1, 1 << 8 | 0xff, 2 << 8, u64::from(u32::MAX)] {
            let mut values = prepare(entry).values;
            values[0] = handle;
            if entry.id != Id::MsgReply {
                assert_eq!(answer(entry, values).0, bad, "{} {} {handle:#x}", entry.module, entry.name);
            }
        }
        // A handle that another kind of call made, and one that is closed.
        let other = if entry.module.contains("timer") { "msg.subscribe" } else { "timer.create" };
        let script = prelude_call(Script::new().memory(MEMORY_LEN), other);
        let script = call(script, entry, &prepare(entry));
        let mut world = world();
        let id = world.create_with(&script, &permitted_to(ALL)).unwrap();
        world.runtime.start(id).unwrap();
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(last(&world.results()), bad, "{} {}", entry.module, entry.name);
    }
}

#[test]
fn names_are_those_of_the_image() {
    for (_, name) in Permit::NAMES {
        let texts = [String::from(name), format!("{name}:a"), format!("{name}:100"), format!("{name}:a:1")];
        assert!(texts.iter().any(|text| sampan_image::Permission::parse(text).is_ok()), "{name}");
    }
}
