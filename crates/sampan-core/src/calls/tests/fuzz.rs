// SPDX-License-Identifier: Apache-2.0
//! Any call of the table with any arguments, in a memory of any size, with any permissions.
//!
//! Whatever they are, nothing panics, every call answers a code that the guest ABI documents, and not a byte of
//! the container's memory changes but in the ranges that the call was given to write. `ci/fuzz` runs many more.

use super::{ALL, CALLS, Code, Entry, Id, Kind, MEMORY_LEN, OTHERS, Op, Prepared, Script};
use super::{ExitReason, TrapKind, call, permitted_to, prelude, prepare, world};
use crate::ContainerOptions;
use core::cell::Cell;
use core::ops::Range;
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

    /// Values near those with which the call works, or of no sense at all.
    fn values(&self, entry: &Entry, memory_len: u32) -> Prepared {
        let mut prepared = prepare(entry);
        for value in &mut prepared.values {
            *value = match self.below(8) {
                0 => self.below(300),
                1 => (u64::from(memory_len) + 10).saturating_sub(self.below(20)),
                2 => u64::from(u32::MAX) - self.below(300),
                3 => (self.below(4) + 1) << 8 | self.below(9),
                4 => crate::tests::world::random(&self.0),
                _ => *value,
            };
        }
        // Nobody is there to end a long wait.
        match entry.id {
            Id::EventWait => prepared.values[0] = self.below(1000),
            Id::MsgRequest => prepared.values[4] = self.below(1000),
            _ => {}
        }
        prepared.writes.retain(|(at, bytes)| *at as usize + bytes.len() <= memory_len as usize);
        prepared
    }
}

/// A call of the script: what it was, where it may write, and which of the results is its own.
struct Made {
    entry: &'static Entry,
    outputs: Vec<Range<u64>>,
    result: usize,
}

/// Where a call with these values may write.
fn outputs(entry: &Entry, values: &[u64]) -> Vec<Range<u64>> {
    let mut values = values.iter().map(|value| u64::from(*value as u32));
    let mut next = || values.next().unwrap();
    let mut found = Vec::new();
    for kind in entry.params {
        let start = next();
        match kind {
            Kind::Buffer(_) => found.push(start..start + next()),
            Kind::Struct { len, .. } => found.push(start..start + u64::from(*len)),
            Kind::Text(_) | Kind::Bytes(_) => _ = next(),
            #[cfg(feature = "ocre")]
            Kind::CText(_) => {}
            Kind::U32 | Kind::U64 | Kind::Handle(_) => {}
        }
    }
    found
}

/// Whether it is no error, or one between the first code of the table and its last.
fn is_documented(entry: &Entry, result: u64) -> bool {
    let result = if entry.wide { result as i64 } else { i64::from(result as u32 as i32) };
    result >= 0 || (Code::WrongState as i64..=Code::Denied as i64).contains(&result)
}

fn script(random: &Random, memory_len: u32) -> (Script, Vec<Made>) {
    let whole = || Op::Dump(0, u64::from(memory_len));
    let mut script = Script::new().memory(memory_len);
    let mut made = Vec::new();
    for _ in 0..CALLS_OF_A_CASE {
        let entry = &CALLS[random.below(CALLS.len() as u64) as usize];
        if memory_len >= MEMORY_LEN && random.below(2) == 0 {
            script = prelude(script, entry);
        }
        let Prepared { values, writes } = random.values(entry, memory_len);
        for (at, bytes) in writes {
            script = script.op(Op::Write(u64::from(at), bytes));
        }
        let is_call = |op: &&Op| matches!(op, Op::Call(..));
        let result = script.functions.last().unwrap().1.iter().filter(is_call).count();
        made.push(Made { entry, outputs: outputs(entry, &values), result });
        script = call(script.op(whole()), entry, &Prepared { values, writes: Vec::new() }).op(whole());
    }
    (script, made)
}

fn run(case: u64) {
    let what = std::format!("SAMPAN_CALLS_SEED={case}");
    let random = Random(Cell::new(case.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1));
    let memory_len = random.one_of(&[0, 1, 63, 100, 200, 500, MEMORY_LEN, MEMORY_LEN, MEMORY_LEN, 4099]);
    let (script, made) = script(&random, memory_len);
    let mut world = world();
    world.board.fakes().fails.set(random.one_of(&[None, None, Some(Error::Busy), Some(Error::NoRoom)]));
    let usual = DeniedAction::Error;
    let denied = random.one_of(&[usual, usual, usual, DeniedAction::Trap, DeniedAction::Stop]);
    let calls_per_second = random.one_of(&[0, 0, 0, 10]);
    let options = ContainerOptions { denied, calls_per_second, ..permitted_to(random.permissions()) };
    let id = world.create_with(&script, &options).unwrap();
    world.runtime.start(id).unwrap();
    let reason = world.run_to_end(id);
    let (results, dumps) = (world.results(), world.dumps());
    let refused = match denied {
        DeniedAction::Trap => ExitReason::Trapped(TrapKind::CallDenied),
        _ => ExitReason::Denied,
    };
    if reason == ExitReason::Exited(0) {
        assert_eq!(dumps.len(), 2 * made.len(), "{what}");
    } else {
        assert!(denied != usual && reason == refused, "{what}: {reason:?}");
    }
    for (made, dumps) in made.iter().zip(dumps.chunks_exact(2)) {
        let name = made.entry.name;
        assert!(
            is_documented(made.entry, results[made.result]),
            "{what}: {name} answers {:#x}",
            results[made.result]
        );
        for (at, (before, after)) in dumps[0].iter().zip(&dumps[1]).enumerate() {
            let may = || made.outputs.iter().any(|range| range.contains(&(at as u64)));
            assert!(before == after || may(), "{what}: {name} wrote at {at}");
        }
    }
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
