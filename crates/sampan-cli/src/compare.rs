// SPDX-License-Identifier: Apache-2.0
//! What two engines made of one module, compared in all that can be seen of a container.
//!
//! A run that is cut off, by the time limit or by a limit that is the engine's own (stack, memory), is
//! compared up to there: where exactly it's cut is no property of the module.

use crate::trace::Trace;
use sampan_abi::{ExitReason, LogLevel, TrapKind};
use sampan_core::{ContainerStats, ContainerStatus};
use sampan_sim::LogLine;
use std::time::Duration;

/// Bytes of a line that are shown.
const SHOWN_LINE: usize = 60;

/// One run of one container.
#[derive(Debug)]
pub(crate) struct Observation {
    pub(crate) lines: Vec<LogLine>,
    pub(crate) trace: Trace,
    pub(crate) status: ContainerStatus,
    /// As the runtime has them, but for fuel and CPU time, which are those of the trace.
    pub(crate) stats: ContainerStats,
    /// Whether the time limit ended it.
    pub(crate) timed_out: bool,
    /// Time that the run took on this machine.
    pub(crate) host_time: Duration,
}

/// Why a run says nothing of what would have come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    No,
    Time,
    /// By a limit of the engine's own.
    Limit,
}

impl Observation {
    const fn cut(&self) -> Cut {
        match self.status.exit {
            _ if self.timed_out => Cut::Time,
            Some(ExitReason::OutOfMemory | ExitReason::Trapped(TrapKind::StackOverflow)) => Cut::Limit,
            _ => Cut::No,
        }
    }

    fn engine(&self) -> &'static str {
        self.status.engine.text()
    }

    /// How it ended, in words.
    pub(crate) fn end(&self) -> String {
        match self.status.exit {
            Some(reason) => reason.to_string(),
            None => format!("{}, and waits for ever", self.status.state.text()),
        }
    }

    /// Calls of host functions.
    pub(crate) fn call_count(&self) -> u64 {
        self.trace.calls.len() as u64 + self.trace.further.0
    }
}

/// How two runs of one module compare.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// What differs, a line each; nothing if the engines agree.
    pub(crate) differences: Vec<String>,
    /// What was compared, in one line.
    pub(crate) extent: String,
}

/// Compares two runs.
pub(crate) fn compare(first: &Observation, second: &Observation) -> Comparison {
    let pair = Pair { first, second };
    let mut differences = Vec::new();
    differences.extend(pair.lines());
    differences.extend(pair.calls());
    differences.extend(pair.end());
    differences.extend(pair.memory());
    Comparison { differences, extent: pair.extent() }
}

struct Pair<'o> {
    first: &'o Observation,
    second: &'o Observation,
}

impl Pair<'_> {
    /// `name: packed ONE, wasmi OTHER`
    fn tell(&self, name: &str, one: &str, other: &str) -> String {
        format!("{name}: {} {one}, {} {other}", self.first.engine(), self.second.engine())
    }

    /// Whether a run may stop after `len` things where the other goes on: it was cut off.
    fn may_end(&self, lens: (usize, usize)) -> bool {
        match lens.0.cmp(&lens.1) {
            std::cmp::Ordering::Less => self.first.cut() != Cut::No,
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Greater => self.second.cut() != Cut::No,
        }
    }

    fn lines(&self) -> Option<String> {
        let (one, other) = (&self.first.lines, &self.second.lines);
        let lens = (one.len(), other.len());
        let at = first_difference(one, other, |one, other| self.same_line(one, other, lens));
        let at = at.or_else(|| (!self.may_end(lens)).then(|| lens.0.min(lens.1)))?;
        let show = |lines: &[LogLine]| lines.get(at).map_or_else(|| "nothing more".to_owned(), show_line);
        Some(self.tell(&format!("line {} of its output", at + 1), &show(one), &show(other)))
    }

    /// A run that is cut off may leave a line unfinished.
    fn same_line(&self, one: (usize, &LogLine), other: (usize, &LogLine), lens: (usize, usize)) -> bool {
        let begins = |cut: Cut, (idx, line): (usize, &LogLine), len: usize, whole: &LogLine| {
            cut != Cut::No
                && idx + 1 == len
                && line.level == whole.level
                && whole.text.starts_with(&line.text)
        };
        one.1 == other.1
            || begins(self.first.cut(), one, lens.0, other.1)
            || begins(self.second.cut(), other, lens.1, one.1)
    }

    fn calls(&self) -> Option<String> {
        let (one, other) = (&self.first.trace, &self.second.trace);
        let lens = (one.calls.len(), other.calls.len());
        let at = first_difference(&one.calls, &other.calls, |one, other| one.1 == other.1);
        let at = at.or_else(|| (!self.may_end(lens)).then(|| lens.0.min(lens.1)));
        if let Some(at) = at {
            let show = |trace: &Trace| {
                trace.calls.get(at).map_or_else(|| "none".to_owned(), |call| trace.show(call))
            };
            return Some(self.tell(&format!("host call {}", at + 1), &show(one), &show(other)));
        }
        let is_cut = self.first.cut() != Cut::No || self.second.cut() != Cut::No;
        (one.further != other.further && !is_cut).then(|| format!("host calls after the first {}", lens.0))
    }

    fn end(&self) -> Option<String> {
        let (one, other) = (self.first.status, self.second.status);
        if self.first.cut() == Cut::Time || self.second.cut() == Cut::Time {
            return None;
        }
        if (one.exit, one.state) == (other.exit, other.state) {
            return None;
        }
        let told = self.tell("end", &self.first.end(), &self.second.end());
        let is_own = self.first.cut() == Cut::Limit || self.second.cut() == Cut::Limit;
        let hint = if is_own { " (engines need different room: see --stack and --memory)" } else { "" };
        Some(told + hint)
    }

    /// The two memories, if both runs came to an end of their own and both engines show them: wasmi shows a
    /// memory only if it's exported.
    fn memories(&self) -> Option<(&[u8], &[u8])> {
        if self.first.cut() != Cut::No || self.second.cut() != Cut::No {
            return None;
        }
        let (one, other) = (self.first.trace.memory.as_deref()?, self.second.trace.memory.as_deref()?);
        (one.is_empty() == other.is_empty()).then_some((one, other))
    }

    fn memory(&self) -> Option<String> {
        let (one, other) = self.memories()?;
        if one.len() != other.len() {
            let sizes = (format!("{} bytes", one.len()), format!("{} bytes", other.len()));
            return Some(self.tell("size of its memory", &sizes.0, &sizes.1));
        }
        let differing = || one.iter().zip(other).enumerate().filter(|(_, (one, other))| one != other);
        let (at, (one, other)) = differing().next()?;
        let name = match differing().count() {
            1 => format!("memory at {at:#x}, the only byte that differs"),
            count => format!("memory at {at:#x}, the first of {count} bytes that differ"),
        };
        Some(self.tell(&name, &format!("{one:#04x}"), &format!("{other:#04x}")))
    }

    fn extent(&self) -> String {
        let shorter =
            if self.first.call_count() <= self.second.call_count() { self.first } else { self.second };
        let memory = match self.memories() {
            Some((memory, _)) => count(memory.len() as u64, "byte") + " of memory",
            None => "not the memory".to_owned(),
        };
        let end = match (self.first.cut(), self.second.cut()) {
            (Cut::No, Cut::No) => self.first.end(),
            (Cut::Limit, Cut::Limit) => format!("up to the end: {}", self.first.end()),
            _ => "up to where the first was cut off".to_owned(),
        };
        let lines = self.first.lines.len().min(self.second.lines.len());
        let calls = count(shorter.call_count(), "host call");
        format!("{}, {calls}, {memory}; {end}", count(lines as u64, "line"))
    }
}

/// `1 line`, `2 lines`.
fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Where two lists differ first, as far as both go.
fn first_difference<T>(
    one: &[T],
    other: &[T],
    is_same: impl Fn((usize, &T), (usize, &T)) -> bool,
) -> Option<usize> {
    let pairs = one.iter().enumerate().zip(other.iter().enumerate());
    pairs.into_iter().find_map(|(one, other)| (!is_same(one, other)).then_some(one.0))
}

/// A line of output, short, and marked if it went to standard error.
fn show_line(line: &LogLine) -> String {
    let stream = if line.level == LogLevel::Warning { "on standard error " } else { "" };
    let shown: String = line.text.chars().take(SHOWN_LINE).collect();
    let more = if shown.len() < line.text.len() { "..." } else { "" };
    format!("{stream}{shown:?}{more}")
}
