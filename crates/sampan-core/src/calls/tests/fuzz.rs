// SPDX-License-Identifier: Apache-2.0
//! Any host function with any arguments, in a memory of any size, with any permissions and reactions.
//!
//! The functions are those of the tables: Sampan's own, WASI's and Ocre's. Whatever is asked of them, nothing panics, every call
//! answers a code that its ABI documents, not a byte of the container's memory changes but in the ranges that the call was given
//! to write, every refusal is counted, and what the container held is free once it has ended. `ci/fuzz` runs many more.

mod callee;
mod wasi;

use super::{ALL, MEMORY_LEN, OTHERS, Op, Prepared, Script, find, permitted_to, prepare, world};
use crate::ContainerOptions;
use crate::tests::script::Import;
use crate::tests::world::World;
use callee::{Callee, Counted};
use core::cell::Cell;
use core::ops::Range;
use sampan_abi::{ContainerId, ContainerState, ExitReason, Status, TrapKind};
use sampan_image::DeniedAction;
use sampan_platform::Error;
use std::vec::Vec;

/// Calls of a case.
const CALLS_OF_A_CASE: usize = 30;

struct Random(Cell<u64>);

impl Random {
    fn below(&self, end: u64) -> u64 {
        crate::tests::world::random(&self.0) % end
    }

    fn one_of<T: Copy>(&self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    fn permissions(&self) -> &'static [&'static str] {
        match self.below(4) {
            0 => OTHERS,
            1 => Vec::leak(ALL.iter().copied().filter(|_| self.below(2) == 0).collect()),
            _ => ALL,
        }
    }

    /// Values with which the call works, or near those, or of no sense at all.
    fn values(&self, callee: &Callee, memory_len: u32) -> Prepared {
        let mut prepared = callee.prepare(self);
        let spoilt = self.one_of(&[0, 2, 5]);
        for value in &mut prepared.values {
            if self.below(8) >= spoilt {
                continue;
            }
            *value = match self.below(5) {
                0 => self.below(300),
                1 => (u64::from(memory_len) + 10).saturating_sub(self.below(20)),
                2 => u64::from(u32::MAX) - self.below(300),
                3 => (self.below(4) + 1) << 8 | self.below(9),
                _ => crate::tests::world::random(&self.0),
            };
        }
        callee.bound_wait(&mut prepared.values, self);
        prepared.writes.retain(|(at, bytes)| *at as usize + bytes.len() <= memory_len as usize);
        prepared
    }
}

/// A call of the script: what it was, with what, and which of the calls it is.
struct Made {
    callee: Callee,
    values: Vec<u64>,
    number: usize,
}

fn script(random: &Random, memory_len: u32) -> (Script, Vec<Made>) {
    let callees = callee::all();
    let whole = || Op::Dump(0, u64::from(memory_len));
    let mut script = Script::new().memory(memory_len);
    let mut made = Vec::new();
    for _ in 0..CALLS_OF_A_CASE {
        let callee = random.one_of(&callees);
        if memory_len >= MEMORY_LEN && random.below(2) == 0 {
            script = callee.prelude(script);
        }
        let Prepared { values, writes } = random.values(&callee, memory_len);
        for (at, bytes) in writes {
            script = script.op(Op::Write(u64::from(at), bytes));
        }
        let number = imports(&script).len();
        let (module, name, signature) = callee.import();
        script = script.op(whole()).call(module, name, signature, &values).op(whole());
        made.push(Made { callee, values, number });
    }
    (script, made)
}

/// What each call of the script calls.
fn imports(script: &Script) -> Vec<&Import> {
    let calls = script.functions.iter().flat_map(|(_, ops)| ops);
    calls
        .filter_map(|op| if let Op::Call(idx, _) = op { Some(&script.imports[*idx as usize]) } else { None })
        .collect()
}

/// Runs to the end. A container that waits for what nobody brings is killed.
fn run_or_kill(world: &mut World, id: ContainerId) -> ExitReason {
    for _ in 0..10_000 {
        let deadline_us = world.runtime.poll();
        if let Some(reason) = world.exit(id) {
            return reason;
        }
        if deadline_us == u64::MAX {
            world.runtime.kill(id).unwrap();
            continue;
        }
        world.board.advance_to(deadline_us);
    }
    panic!("it never ends");
}

/// Whether the container may end so, given the call in which it did; `None` if it made all.
fn is_right_end(reason: ExitReason, ending: Option<&Import>, denied: DeniedAction) -> bool {
    let Some((module, name, _)) = ending else { return reason == ExitReason::Exited(0) };
    match reason {
        ExitReason::Exited(_) => name == "proc_exit",
        ExitReason::Denied => matches!(denied, DeniedAction::Stop | DeniedAction::Quarantine),
        ExitReason::Trapped(TrapKind::CallDenied) => denied == DeniedAction::Trap,
        // Only a socket may keep it waiting without end.
        ExitReason::Killed => {
            module.starts_with("wasi") && (name.starts_with("sock_") || name.starts_with("fd_"))
        }
        _ => false,
    }
}

/// No answer is another one than is documented, and nothing was written but where it may be.
fn check_calls(world_dumps: &[Vec<u8>], results: &[u64], made: &[Made], what: &str) {
    let mut mail = 0..0;
    for (made, dumps) in made.iter().zip(world_dumps.chunks_exact(2)) {
        let Made { callee, values, number } = made;
        let (_, name, _) = callee.import();
        let result = results[*number];
        let outputs = callee.outputs(values, &dumps[0], &mail);
        for (at, (before, after)) in dumps[0].iter().zip(&dumps[1]).enumerate() {
            let may = || outputs.iter().any(|range: &Range<u64>| range.contains(&(at as u64)));
            assert!(before == after || may(), "{what}: {name} wrote at {at}, may at {outputs:?}");
        }
        if name == "mail" && result == 0 {
            mail = outputs[0].clone();
        }
    }
}

/// Every refusal is counted, and nothing else is; what of the answers may be something else leaves room.
fn check_counts(world: &World, id: ContainerId, calls: &[&Import], results: &[u64], what: &str) {
    let stats = world.runtime.container_stats(id).unwrap();
    let answers: Vec<Counted> = calls
        .iter()
        .zip(results)
        .map(|(import, result)| {
            callee::judge(import, *result).unwrap_or_else(|| panic!("{what}: {import:?} answers {result:#x}"))
        })
        .collect();
    let count = |counted: Counted| answers.iter().filter(|answer| **answer == counted).count() as u64;
    let made = results.len() as u64 + u64::from(results.len() < calls.len());
    assert_eq!(stats.host_calls, made, "{what}: {stats:?}");
    let ended = u64::from(matches!(world.exit(id), Some(ExitReason::Denied | ExitReason::Trapped(_))));
    let (denied, throttled) = (count(Counted::Denied) + ended, count(Counted::Throttled));
    let denied = denied..=denied + count(Counted::PerhapsDenied);
    assert!(denied.contains(&stats.denied_calls), "{what}: {denied:?}, {stats:?}");
    let throttled = throttled..=throttled + count(Counted::PerhapsThrottled);
    assert!(throttled.contains(&stats.throttled_calls), "{what}: {throttled:?}, {stats:?}");
}

/// The container ended in the state that its end and its policy say, and holds nothing of the platform's any more.
fn check_end(world: &mut World, id: ContainerId, denied: DeniedAction, what: &str) {
    let state = match world.exit(id) {
        Some(ExitReason::Denied) if denied == DeniedAction::Quarantine => ContainerState::Quarantined,
        Some(ExitReason::Trapped(_)) => ContainerState::Faulted,
        _ => ContainerState::Stopped,
    };
    assert_eq!(world.state(id), state, "{what}");
    assert_eq!(world.board.fakes().held(), (Vec::new(), 0), "{what}: it has ended and holds something");
    if state == ContainerState::Quarantined {
        for refused in [world.runtime.restart(id), world.runtime.remove(id), world.runtime.kill(id)] {
            assert_eq!(refused, Err(Status::WrongState), "{what}");
        }
        assert_eq!(world.runtime.release(id), Ok(()), "{what}");
    }
}

/// The runtime goes on as before, for the same container and for another one, whose handles count from the first.
fn check_runtime(world: &mut World, id: ContainerId, what: &str) {
    world.runtime.restart(id).unwrap();
    run_or_kill(world, id);
    let _ = world.runtime.release(id);
    world.board.fakes().fails.set(None);
    world.results();
    let opened = ["gpio.open", "timer.create", "uart.open", "net.connect"];
    let script = opened.iter().fold(Script::new().memory(MEMORY_LEN), |script, name| {
        let entry = find(name).unwrap();
        super::call(script, entry, &prepare(entry))
    });
    let other = world.create_with(&script, &permitted_to(ALL)).unwrap();
    world.runtime.start(other).unwrap();
    assert_eq!(world.run_to_end(other), ExitReason::Exited(0), "{what}");
    assert_eq!(world.results(), [1 << 8, 1 << 8 | 1, 1 << 8 | 2, 1 << 8 | 3], "{what}");
}

fn run(case: u64) -> ExitReason {
    let what = std::format!("SAMPAN_CALLS_SEED={case}");
    let random = Random(Cell::new(case.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1));
    let memory_len = random.one_of(&[0, 1, 63, 100, 200, 500, MEMORY_LEN, MEMORY_LEN, MEMORY_LEN, 4099]);
    let (script, made) = script(&random, memory_len);
    let calls = imports(&script);
    let mut world = world();
    world.board.fakes().fails.set(random.one_of(&[None, None, Some(Error::Busy), Some(Error::NoRoom)]));
    let usual = DeniedAction::Error;
    let others = [DeniedAction::Trap, DeniedAction::Stop, DeniedAction::Quarantine];
    let denied = if random.below(2) == 0 { usual } else { random.one_of(&others) };
    let options = ContainerOptions {
        denied,
        calls_per_second: random.one_of(&[0, 0, 0, 10]),
        args: &wasi::ARGS,
        env: &wasi::ENV,
        ..permitted_to(random.permissions())
    };
    let id = world.create_with(&script, &options).unwrap();
    world.runtime.start(id).unwrap();
    let reason = run_or_kill(&mut world, id);
    let (results, dumps) = (world.results(), world.dumps());
    let ending = calls.get(results.len()).copied();
    assert!(is_right_end(reason, ending, denied), "{what}: {reason:?} in {ending:?}");
    assert_eq!(ending.is_none(), dumps.len() == 2 * made.len(), "{what}");
    check_counts(&world, id, &calls, &results, &what);
    check_calls(&dumps, &results, &made, &what);
    check_end(&mut world, id, denied, &what);
    check_runtime(&mut world, id, &what);
    reason
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn any_call_with_any_arguments_answers_and_writes_nowhere_else() {
    let number =
        |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seed, cases) = (number("SAMPAN_CALLS_SEED", 1_u64), number("SAMPAN_CALLS_CASES", 300_u64));
    for case in seed..seed.saturating_add(cases) {
        run(case);
    }
}

#[test]
fn the_cases_cover_every_function_and_every_end() {
    let mut called = std::collections::BTreeSet::new();
    for case in 1..=100 {
        let random = Random(Cell::new(case));
        called.extend(script(&random, MEMORY_LEN).1.iter().map(|made| made.callee.import()));
    }
    let all: Vec<_> = crate::host_functions().map(|(module, name, _)| (module, name)).collect();
    let has = |import: &(&str, &str)| called.iter().any(|(module, name, _)| (*module, *name) == *import);
    assert_eq!(all.iter().find(|import| !has(import)), None);
    let mut ends: Vec<ExitReason> = (1..=60).map(run).collect();
    ends.retain(|end| matches!(end, ExitReason::Exited(0) | ExitReason::Denied | ExitReason::Trapped(_)));
    ends.sort_by_key(|end| std::format!("{end:?}"));
    ends.dedup();
    assert_eq!(ends.len(), 3, "{ends:?}");
}
