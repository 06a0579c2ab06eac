// SPDX-License-Identifier: Apache-2.0
//! Every pointer of every WASI function, at every address around the end of memory and of all addresses.

use super::script::{Op, Script, clock_subscription};
use super::world::{World, permitted};
use crate::ContainerOptions;
use sampan_abi::ExitReason;
use std::vec;
use std::vec::Vec;

const SUCCESS: u64 = 0;
const FAULT: u64 = 21;
pub(crate) const MEMORY_LEN: u32 = 128;
/// A text and two pointers of this many bytes are what both lists of texts have.
const TEXTS: [&[u8]; 2] = [b"A=12345", b"B=1234"];
const TEXTS_LEN: u32 = 15;

/// One function with good arguments, and which of them is a pointer to how many bytes.
struct Case {
    name: &'static str,
    signature: &'static str,
    args: &'static [u64],
    pointers: &'static [(usize, u32)],
}

const fn case(
    name: &'static str,
    signature: &'static str,
    args: &'static [u64],
    pointers: &'static [(usize, u32)],
) -> Case {
    Case { name, signature, args, pointers }
}

/// At 0 there is a subscription that is due at once, at 48 one vector of 8 bytes; from 64 on is room.
const CASES: [Case; 11] = [
    case("args_get", "(ii)i", &[64, 80], &[(0, 8), (1, TEXTS_LEN)]),
    case("args_sizes_get", "(ii)i", &[64, 80], &[(0, 4), (1, 4)]),
    case("environ_get", "(ii)i", &[64, 80], &[(0, 8), (1, TEXTS_LEN)]),
    case("environ_sizes_get", "(ii)i", &[64, 80], &[(0, 4), (1, 4)]),
    case("clock_res_get", "(ii)i", &[1, 64], &[(1, 8)]),
    case("clock_time_get", "(iIi)i", &[1, 0, 64], &[(2, 8)]),
    case("fd_fdstat_get", "(ii)i", &[1, 64], &[(1, 24)]),
    case("fd_read", "(iiii)i", &[0, 48, 1, 64], &[(3, 4)]),
    case("fd_write", "(iiii)i", &[1, 48, 1, 64], &[(1, 8), (3, 4)]),
    case("poll_oneoff", "(iiii)i", &[0, 64, 1, 96], &[(0, 48), (1, 32), (3, 4)]),
    case("random_get", "(ii)i", &[64, 16], &[(0, 16)]),
];

/// Addresses from which `len` bytes aren't all within memory, around every edge.
pub(crate) fn outside(len: u32) -> Vec<u32> {
    let behind = MEMORY_LEN - len + 1..MEMORY_LEN + 64;
    let sign = 0x8000_0000 - 64..=0x8000_0000 + 64;
    let top = u32::MAX - 64..=u32::MAX;
    behind.chain(sign).chain(top).collect()
}

fn prepared() -> Script {
    let vector = [64_u32.to_le_bytes(), 8_u32.to_le_bytes()].concat();
    let script = Script::new().memory(MEMORY_LEN);
    script.op(Op::Write(0, clock_subscription(1, 1, 0, false))).op(Op::Write(48, vector))
}

fn run(world: &mut World, script: &Script) -> Vec<u64> {
    let options = ContainerOptions { args: &TEXTS, env: &TEXTS, ..permitted() };
    let id = world.create_with(script, &options).unwrap();
    world.runtime.start(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    world.runtime.remove(id).unwrap();
    world.results()
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn every_pointer_outside_memory_is_a_bad_address_and_the_last_one_inside_is_good() {
    let mut world = World::new();
    for Case { name, signature, args, pointers } in CASES {
        for &(at, len) in pointers {
            let call = |script: Script, address: u32| {
                let mut args = args.to_vec();
                args[at] = u64::from(address);
                script.wasi(name, signature, &args)
            };
            let good = [args[at] as u32, MEMORY_LEN - len];
            // The contents at the end of memory are zeros: no vector, or a clock that is due.
            let good_results = run(&mut world, &good.into_iter().fold(prepared(), call));
            assert_eq!(good_results, [SUCCESS; 2], "{name}, argument {at}");
            let bad = outside(len);
            // The engine checks on unload that nothing behind the memory was changed.
            let results = run(&mut world, &bad.iter().copied().fold(prepared(), call));
            for (address, result) in bad.iter().zip(&results) {
                assert_eq!(*result, FAULT, "{name}, argument {at}, address {address:#x}");
            }
            assert_eq!(results.len(), bad.len());
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn a_vector_that_reaches_outside_memory_is_a_bad_address() {
    let mut world = World::new();
    for len in [1, 8, 100] {
        let write = |script: Script, address: u32| {
            let vector = [address.to_le_bytes(), u32::to_le_bytes(len)].concat();
            script.op(Op::Write(48, vector)).wasi("fd_write", "(iiii)i", &[1, 48, 1, 64])
        };
        let bad = outside(len);
        let results = run(&mut world, &bad.iter().copied().fold(prepared(), write));
        assert_eq!(results, vec![FAULT; bad.len()]);
        assert!(world.take_texts("c0").iter().all(|text| text.starts_with("ended")), "nothing was printed");
    }
}

#[test]
fn a_list_that_begins_inside_memory_and_ends_outside_is_a_bad_address() {
    let mut world = World::new();
    // More vectors and subscriptions than memory can hold, of which the first ones are good.
    let vectors = prepared().op(Op::Write(0, vec![0; 128])).wasi("fd_write", "(iiii)i", &[1, 64, 9, 0]);
    assert_eq!(run(&mut world, &vectors), [FAULT]);
    let subscriptions = prepared().wasi("poll_oneoff", "(iiii)i", &[0, 64, 3, 96]);
    assert_eq!(run(&mut world, &subscriptions), [FAULT]);
    let events = prepared().op(Op::Write(48, clock_subscription(2, 1, 0, false)));
    let events = events.wasi("poll_oneoff", "(iiii)i", &[0, 96, 2, 60]);
    assert_eq!(run(&mut world, &events), [FAULT]);
}

#[test]
fn a_guest_without_memory_can_only_be_told_of_bad_addresses() {
    let mut world = World::new();
    for Case { name, signature, args, .. } in CASES {
        let script = Script::new().memory(0).wasi(name, signature, args);
        assert_eq!(run(&mut world, &script), [FAULT], "{name}");
    }
}
