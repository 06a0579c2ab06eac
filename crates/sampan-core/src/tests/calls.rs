// SPDX-License-Identifier: Apache-2.0
//! The firmware's host functions: values, guest memory, and calls that are answered later.

use super::script::{Op, Script};
use super::world::{Responder, World};
use crate::{CallToken, Config, HostRegistration};
use sampan_abi::{ContainerId, DeviceKind, ExitReason, LogLevel, Signature, Status, limits};
use sampan_platform::DeviceEvent;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

const DROPPED: &str = "answer to a call that is over dropped";
const WRONG_STATE: i32 = Status::WrongState.to_raw();

fn waiting() -> Script {
    Script::new().call("env", "wait", "()i", &[])
}

fn sum(values: &[u64]) -> u64 {
    values.iter().fold(0, |sum: u64, value| sum.wrapping_add(*value))
}

fn token(raw: u64) -> CallToken {
    CallToken::from_raw(raw).unwrap()
}

#[test]
fn values_go_in_and_the_result_comes_out() {
    let mut world = World::new();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&seen);
    world.offer("sum", "(iIfFi)I", move |call, values| {
        sink.borrow_mut().push((call.container(), values.to_vec()));
        values[0] = sum(values);
        0
    });
    world.offer("none", "()", |_, values| i32::from(values.len() != 1));
    let args = [1, u64::MAX, 0x3f80_0000, 1.5_f64.to_bits(), 0xffff_ffff];
    let script = Script::new().call("env", "sum", "(iIfFi)I", &args).call("env", "none", "()", &[]);
    let id = world.start(&script);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(*seen.borrow(), [(id, args.to_vec())]);
    assert_eq!(world.results(), [sum(&args)]);
    assert_eq!(world.runtime.container_stats(id).unwrap().host_calls, 2);
}

#[test]
fn guest_memory_is_reached_within_its_bounds_only() {
    let mut world = World::new();
    world.offer("fill", "(ii)i", |call, values| {
        let (address, len) = (values[0] as u32, values[1] as usize);
        values[0] = match call.memory(address, len) {
            Ok(bytes) => {
                bytes.fill(7);
                0
            }
            Err(status) => status.to_raw() as u32 as u64,
        };
        0
    });
    let outside = Status::OutOfBounds.to_raw() as u32 as u64;
    let all_ones = u64::from(u32::MAX);
    let cases = [
        (0, 256, 0),
        (255, 1, 0),
        (256, 0, 0),
        (256, 1, outside),
        (257, 0, outside),
        (0, 257, outside),
        (255, 2, outside),
        (1, all_ones, outside),
        (all_ones, 1, outside),
        (all_ones, all_ones, outside),
        (1, u64::MAX, outside),
        (0x8000_0000, 0x8000_0000, outside),
    ];
    let call = |script: Script, (address, len, _): (u64, u64, u64)| {
        script.call("env", "fill", "(ii)i", &[address, len])
    };
    let script = cases.into_iter().fold(Script::new(), call).op(Op::Dump(0, 256));
    assert_eq!(world.results_of(&script), cases.map(|(_, _, result)| result));
    assert_eq!(world.dumps(), [[7; 256].to_vec()]);
}

#[test]
fn registrations_are_checked() {
    let config = Config { max_host_functions: 3, ..Config::default() };
    let mut world = World::with(16 * 1024, &config).unwrap();
    let signature = Signature::parse(b"()i").unwrap();
    let mut register = |module, name| {
        let handler = Responder::of_calls(|_, _| 0);
        world.runtime.register(HostRegistration { module, name, signature, permission: None, handler })
    };
    let longest: &'static str = String::leak("m".repeat(limits::MAX_IMPORT_NAME));
    let too_long: &'static str = String::leak("m".repeat(limits::MAX_IMPORT_NAME + 1));
    for (module, name) in [
        ("", "a"),
        ("env", ""),
        (too_long, "a"),
        ("env", too_long),
        ("sampan:", "a"),
        ("sampan:gpio", "a"),
        ("wasi_snapshot_preview1", "fd_write"),
        ("wasi_snapshot_preview1", "a"),
    ] {
        assert_eq!(register(module, name), Err(Status::InvalidArgument), "{module}.{name}");
    }
    assert_eq!(register("env", "a"), Ok(()));
    assert_eq!(register(longest, longest), Ok(()));
    assert_eq!(register("env", "a"), Err(Status::Duplicate));
    assert_eq!(register("sampan", "a"), Ok(()));
    assert_eq!(register("env", "a"), Err(Status::Duplicate), "told before that the table is full");
    assert_eq!(register("env", "b"), Err(Status::TableFull));
    let script = Script::new().call(longest, longest, "()i", &[]).call("sampan", "a", "()i", &[]);
    assert_eq!(world.results_of(&script), [0, 0]);
}

#[test]
fn an_answer_from_another_thread_resumes_its_caller() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    let id = world.start(&waiting().call("env", "wait", "()i", &[]));
    for result in [u64::MAX, 5] {
        assert_eq!(world.runtime.poll(), u64::MAX);
        assert!(world.runtime.status(id).unwrap().waiting);
        let (inbox, token) = (world.inbox, tokens.borrow_mut().pop().unwrap());
        std::thread::spawn(move || inbox.complete(token, result).unwrap()).join().unwrap();
    }
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [u64::MAX, 5]);
}

#[test]
fn an_answer_within_the_call_itself_is_not_lost() {
    let mut world = World::new();
    let inbox = world.inbox;
    world.offer("wait", "()i", move |call, _| {
        inbox.complete(call.defer().to_raw(), 11).unwrap();
        Status::Pending.to_raw()
    });
    assert_eq!(world.results_of(&waiting()), [11]);
}

#[test]
fn a_failed_answer_ends_the_caller_with_its_code() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    for code in [-3, 0, 1, i32::MIN] {
        let id = world.start(&waiting());
        world.runtime.poll();
        if code == -3 {
            world.runtime.pause(id).unwrap();
        }
        world.inbox.fail(tokens.borrow_mut().pop().unwrap(), code).unwrap();
        world.runtime.poll();
        assert_eq!(world.exit(id), Some(ExitReason::HostError(code)));
        world.runtime.remove(id).unwrap();
    }
}

#[test]
fn a_paused_caller_keeps_its_answer_until_it_is_resumed() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    let id = world.start(&waiting());
    world.runtime.poll();
    world.runtime.pause(id).unwrap();
    world.inbox.complete(tokens.borrow()[0], 21).unwrap();
    assert_eq!(world.runtime.poll(), u64::MAX);
    assert_eq!(world.results(), [0; 0]);
    world.runtime.resume(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [21]);
}

#[test]
fn a_second_answer_is_dropped_and_told() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    let id = world.start(&waiting().call("env", "wait", "()i", &[]));
    world.runtime.poll();
    let first = tokens.borrow()[0];
    world.inbox.complete(first, 1).unwrap();
    world.inbox.complete(first, 2).unwrap();
    world.inbox.fail(first, -1).unwrap();
    world.runtime.poll();
    assert_eq!(world.take_texts("sampan"), [DROPPED, DROPPED]);
    world.inbox.complete(first, 3).unwrap();
    world.runtime.poll();
    assert_eq!(world.take_texts("sampan"), [DROPPED]);
    assert!(world.runtime.status(id).unwrap().waiting, "it waits in its second call");
    world.inbox.complete(tokens.borrow()[1], 4).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [1, 4]);
}

/// What ends a call before its answer comes.
fn interruptions() -> [fn(&mut World, ContainerId); 5] {
    [
        |world, id| world.runtime.kill(id).unwrap(),
        |world, id| world.runtime.restart(id).unwrap(),
        |world, id| {
            world.runtime.kill(id).unwrap();
            world.runtime.restart(id).unwrap();
        },
        |world, id| {
            world.runtime.kill(id).unwrap();
            world.runtime.remove(id).unwrap();
        },
        |world, id| {
            world.runtime.kill(id).unwrap();
            world.runtime.remove(id).unwrap();
            let next = world.start(&waiting());
            assert_eq!(next.slot(), id.slot());
        },
    ]
}

#[test]
fn a_late_answer_is_dropped_and_never_answers_another_call() {
    for interrupt in interruptions() {
        let mut world = World::new();
        let tokens = world.offer_wait();
        let id = world.start(&waiting());
        world.runtime.poll();
        interrupt(&mut world, id);
        // Whoever is there now has come to its own call when the old answer arrives.
        world.runtime.poll();
        let before: Vec<_> = world.runtime.ids().map(|id| world.runtime.status(id)).collect();
        let late = tokens.borrow()[0];
        assert_eq!(world.runtime.pending_memory(token(late), 0, 1), Err(Status::StaleCall));
        world.board.take_lines();
        world.inbox.complete(late, 99).unwrap();
        world.inbox.fail(late, -99).unwrap();
        world.runtime.poll();
        let told = (LogLevel::Warning, "sampan".into(), DROPPED.into());
        assert_eq!(world.board.take_lines(), [told.clone(), told]);
        let after: Vec<_> = world.runtime.ids().map(|id| world.runtime.status(id)).collect();
        assert_eq!(after, before);
        assert_eq!(world.results(), [0; 0]);
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn made_up_tokens_answer_nothing() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    let id = world.start(&waiting());
    world.runtime.poll();
    let real = tokens.borrow()[0];
    for bit in 0..64 {
        world.inbox.fail(real ^ 1 << bit, -1).unwrap();
        world.runtime.poll();
    }
    for raw in [0, 1, u64::MAX, real >> 32, real << 32] {
        world.inbox.fail(raw, -1).unwrap();
        world.runtime.poll();
    }
    assert_eq!(world.take_texts("sampan").len(), 64 + 5);
    assert!(world.runtime.status(id).unwrap().waiting);
    assert_eq!(token(real).to_raw(), real);
    assert_eq!(CallToken::from_raw(u64::from(u32::MAX)), None);
}

#[test]
fn each_of_many_callers_gets_its_own_answer() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    let ids: Vec<_> = (0..4).map(|_| world.start(&waiting().op(Op::Work(1)))).collect();
    ids.iter().for_each(|_| assert_ne!(world.runtime.poll(), 1));
    assert_eq!(tokens.borrow().len(), ids.len());
    for (idx, raw) in tokens.borrow().iter().enumerate().rev() {
        world.inbox.complete(*raw, idx as u64).unwrap();
        world.runtime.poll();
        let caller = ContainerId::from_raw((raw >> 32) as u32).unwrap();
        assert!(ids.contains(&caller));
        assert_eq!(world.results(), [idx as u64]);
        assert_eq!(world.exit(caller), Some(ExitReason::Exited(0)));
    }
}

#[test]
fn a_full_inbox_is_told_to_who_answers() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    let id = world.start(&waiting());
    world.runtime.poll();
    (0..8).for_each(|number| world.inbox.complete(number, 0).unwrap());
    assert_eq!(world.inbox.complete(tokens.borrow()[0], 1), Err(Status::Busy));
    world.runtime.poll();
    assert_eq!(world.take_texts("sampan").len(), 8);
    world.inbox.complete(tokens.borrow()[0], 1).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
}

#[test]
fn memory_of_a_waiting_caller_can_be_reached_within_bounds() {
    let mut world = World::new();
    let tokens = world.offer_wait();
    let script = Script::new().op(Op::Write(10, b"question".to_vec())).call("env", "wait", "()i", &[]);
    let id = world.start(&script.op(Op::Dump(10, 8)));
    world.runtime.poll();
    let call = token(tokens.borrow()[0]);
    assert_eq!(world.runtime.pending_memory(call, 10, 8).unwrap(), b"question");
    world.runtime.pause(id).unwrap();
    world.runtime.pending_memory(call, 10, 8).unwrap().copy_from_slice(b"answered");
    world.runtime.resume(id).unwrap();
    for (address, len, fits) in [
        (0, 256, true),
        (256, 0, true),
        (255, 2, false),
        (256, 1, false),
        (0, usize::MAX, false),
        (u32::MAX, 1, false),
        (u32::MAX, usize::MAX, false),
        (1, usize::MAX, false),
    ] {
        let got = world.runtime.pending_memory(call, address, len).map(|bytes| bytes.len());
        assert_eq!(got, if fits { Ok(len) } else { Err(Status::OutOfBounds) }, "{address} {len}");
    }
    let other = token(call.to_raw() + 1);
    assert_eq!(world.runtime.pending_memory(other, 0, 1), Err(Status::StaleCall));
    world.inbox.complete(call.to_raw(), 0).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.runtime.pending_memory(call, 0, 1), Err(Status::StaleCall));
    assert_eq!(world.dumps(), [b"answered".to_vec()]);
}

#[test]
fn defer_and_the_code_must_agree() {
    // Whether it defers, what it returns, and the code that its caller ends with.
    let pending = Status::Pending.to_raw();
    for (defers, code, ends_with) in [
        (true, 0, WRONG_STATE),
        (false, pending, WRONG_STATE),
        (true, -5, -5),
        (true, 2, 2),
        (false, 2, 2),
        (false, i32::MIN, i32::MIN),
    ] {
        let mut world = World::new();
        world.offer("odd", "()i", move |call, _| {
            if defers {
                call.defer();
            }
            code
        });
        let id = world.start(&Script::new().call("env", "odd", "()i", &[]));
        assert_eq!(world.run_to_end(id), ExitReason::HostError(ends_with), "{defers} {code}");
    }
}

#[test]
fn a_token_of_a_call_that_was_not_parked_after_all_answers_nothing() {
    for code in [0, -5] {
        let mut world = World::new();
        let tokens = Rc::new(RefCell::new(Vec::new()));
        let (sink, calls) = (Rc::clone(&tokens), Cell::new(0));
        world.offer("wait", "()i", move |call, _| {
            sink.borrow_mut().push(call.defer().to_raw());
            calls.set(calls.get() + 1);
            if calls.get() == 1 { code } else { Status::Pending.to_raw() }
        });
        let id = world.start(&waiting());
        assert!(world.run_to_end(id).is_fault());
        world.runtime.restart(id).unwrap();
        world.runtime.poll();
        assert!(world.runtime.status(id).unwrap().waiting);
        let stale = tokens.borrow()[0];
        world.inbox.complete(stale, 66).unwrap();
        world.runtime.poll();
        assert_eq!(world.take_texts("sampan"), [DROPPED]);
        assert!(world.runtime.status(id).unwrap().waiting);
        world.inbox.complete(tokens.borrow()[1], 1).unwrap();
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), [1]);
    }
}

#[test]
fn deferring_twice_is_one_call() {
    let mut world = World::new();
    let inbox = world.inbox;
    world.offer("wait", "()i", move |call, _| {
        let (first, second) = (call.defer(), call.defer());
        assert_eq!(first, second);
        inbox.complete(first.to_raw(), 3).unwrap();
        Status::Pending.to_raw()
    });
    let script = waiting().call("env", "wait", "()i", &[]);
    assert_eq!(world.results_of(&script), [3, 3]);
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn calls_end_a_slice_too_and_keep_their_results() {
    let mut world = World::new();
    world.offer("next", "(i)i", |_, values| {
        values[0] += 1;
        0
    });
    let call = |script: Script, number: u64| script.call("env", "next", "(i)i", &[number]);
    let id = world.start(&(0..200).fold(Script::new(), call));
    let mut calls = 0;
    while world.exit(id).is_none() {
        world.runtime.poll();
        let now = world.runtime.container_stats(id).unwrap().host_calls;
        assert!(now - calls <= 50, "{} calls in one slice", now - calls);
        calls = now;
    }
    assert_eq!(world.results(), (1..=200).collect::<Vec<_>>());
    assert_eq!(world.exit(id), Some(ExitReason::Exited(0)));
}

#[test]
fn events_of_devices_are_taken_by_a_poll_and_what_is_too_many_is_counted() {
    let mut world = World::new();
    let event = |value| DeviceEvent { kind: DeviceKind::Gpio, index: 3, value };
    assert_eq!((world.inbox.event(event(1)), world.inbox.event(event(2))), (Ok(()), Ok(())));
    assert_eq!(world.inbox.event(event(1)), Err(Status::Busy));
    assert_eq!((world.stats().device_events, world.stats().device_events_lost), (0, 1));
    assert_eq!(world.runtime.poll(), u64::MAX);
    assert_eq!((world.stats().device_events, world.stats().device_events_lost), (2, 1));
    // One that comes while a slice runs makes the poll ask for another at once.
    let inbox = world.inbox;
    world.offer("post", "()i", move |_, values| {
        values[0] = u64::from(inbox.event(event(1)).is_err());
        0
    });
    let id = world.start(&Script::new().call("env", "post", "()i", &[]).sleep(5));
    assert_eq!(world.runtime.poll(), 0);
    assert_eq!(world.stats().device_events, 2);
    world.runtime.poll();
    assert_eq!((world.stats().device_events, world.results()), (3, std::vec![0]));
    world.runtime.kill(id).unwrap();
}
