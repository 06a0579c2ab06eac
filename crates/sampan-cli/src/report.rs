// SPDX-License-Identifier: Apache-2.0
//! The report at the end of a run: a table for people, JSON for programs.

use crate::compare::{Comparison, Observation};
use crate::exit::ExitStatus;
use crate::run::Failure;
use crate::units::{seconds, size};
use sampan_core::{ContainerStats, ContainerStatus, RuntimeStats};
use sampan_sim::Ending;
use serde::Serialize;

/// What became of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// `all ended`, `time limit` or `deadlock`.
    ending: &'static str,
    /// Exit code of the tool.
    exit_code: u8,
    /// Time that the run took on the containers' clock.
    time_us: u64,
    arena: Arena,
    containers: Vec<Container>,
}

#[derive(Debug, Serialize)]
struct Arena {
    bytes: usize,
    used: usize,
    peak: usize,
    /// The runtime's own data for each container.
    container_overhead: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct Container {
    name: String,
    file: String,
    engine: &'static str,
    state: &'static str,
    /// `null` if it hasn't ended.
    exit: Option<Exit>,
    memory: Memory,
    fuel: u64,
    cpu_us: u64,
    longest_us: u32,
    activations: u64,
    host_calls: u64,
}

#[derive(Debug, Serialize)]
struct Exit {
    /// Number of the kind, as in `enum sampan_exit_kind`.
    kind: u8,
    code: i32,
    text: String,
}

#[derive(Debug, Serialize)]
struct Memory {
    limit: u32,
    used: u32,
    peak: u32,
    linear: u32,
}

impl Container {
    pub(crate) fn new(file: String, status: &ContainerStatus, stats: &ContainerStats) -> Self {
        let exit = |reason: sampan_abi::ExitReason| Exit {
            kind: reason.kind() as u8,
            code: reason.code(),
            text: reason.to_string(),
        };
        Self {
            name: status.name.as_str().to_owned(),
            file,
            engine: status.engine.text(),
            state: status.state.text(),
            exit: status.exit.map(exit),
            memory: Memory {
                limit: stats.memory.region,
                used: stats.memory.used,
                peak: stats.memory.peak,
                linear: stats.memory.linear,
            },
            fuel: stats.fuel,
            cpu_us: stats.cpu_us,
            longest_us: stats.longest_us,
            activations: stats.activations,
            host_calls: stats.host_calls,
        }
    }

    fn reason(&self) -> &str {
        self.exit.as_ref().map_or("waits for ever", |exit| &exit.text)
    }

    fn row(&self) -> Row {
        let memory = &self.memory;
        [
            self.name.clone(),
            self.state.to_owned(),
            self.reason().to_owned(),
            size(memory.used as usize),
            size(memory.peak as usize),
            size(memory.limit as usize),
            self.fuel.to_string(),
            seconds(self.cpu_us),
        ]
    }
}

type Row = [String; 8];

const HEADINGS: [&str; 8] = ["NAME", "STATE", "REASON", "MEMORY", "PEAK", "LIMIT", "FUEL", "CPU"];
/// Columns from here on hold figures.
const FIRST_FIGURE: usize = 3;

impl Report {
    pub(crate) fn new(
        ending: Ending,
        exit_code: u8,
        time_us: u64,
        stats: &RuntimeStats,
        containers: Vec<Container>,
    ) -> Self {
        let ending = match ending {
            Ending::AllEnded => "all ended",
            Ending::TimeLimit => "time limit",
            Ending::Deadlock => "deadlock",
            Ending::BrokenOff => "broken off",
        };
        let arena = Arena {
            bytes: stats.arena_len,
            used: stats.arena_used,
            peak: stats.arena_peak,
            container_overhead: stats.container_overhead,
        };
        Self { ending, exit_code, time_us, arena, containers }
    }

    /// The table, and a line on the whole.
    pub(crate) fn table(&self) -> String {
        let rows: Vec<Row> = std::iter::once(HEADINGS.map(str::to_owned))
            .chain(self.containers.iter().map(Container::row))
            .collect();
        let arena = &self.arena;
        let whole = format!(
            "{}, time {}; arena {} of {} used, peak {}",
            self.ending,
            seconds(self.time_us),
            size(arena.used),
            size(arena.bytes),
            size(arena.peak)
        );
        align(&rows, FIRST_FIGURE) + &whole
    }

    /// One line of JSON.
    ///
    /// # Errors
    /// Never for this type; the encoder's signature has it.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

/// Rows as lines whose columns are as wide as they must be; from `first_figure` on they are set to the right.
fn align<const COLUMNS: usize>(rows: &[[String; COLUMNS]], first_figure: usize) -> String {
    let widths = (0..COLUMNS)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0));
    let widths: Vec<usize> = widths.collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < first_figure { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    });
    lines.collect()
}

/// What a comparison of engines found.
#[derive(Debug, Serialize)]
pub(crate) struct ComparisonReport {
    agree: bool,
    /// Exit code of the tool.
    exit_code: u8,
    /// Seed of the random numbers.
    seed: u64,
    files: Vec<ComparedFile>,
}

/// One module, and its run on each engine.
#[derive(Debug, Serialize)]
pub(crate) struct ComparedFile {
    agree: bool,
    differences: Vec<String>,
    runs: Vec<ComparedRun>,
    #[serde(skip)]
    exits: Vec<Option<sampan_abi::ExitReason>>,
}

#[derive(Debug, Serialize)]
struct ComparedRun {
    #[serde(flatten)]
    container: Container,
    /// Time on the machine that the tool runs on.
    host_us: u64,
}

impl ComparedFile {
    pub(crate) fn new(file: String, comparison: &Comparison, runs: [&Observation; 2]) -> Self {
        let made = |run: &Observation| ComparedRun {
            container: Container::new(file.clone(), &run.status, &run.stats),
            host_us: u64::try_from(run.host_time.as_micros()).unwrap_or(u64::MAX),
        };
        Self {
            agree: comparison.differences.is_empty(),
            differences: comparison.differences.clone(),
            runs: runs.map(made).into(),
            exits: runs.map(|run| run.status.exit).into(),
        }
    }

    pub(crate) const fn agrees(&self) -> bool {
        self.agree
    }

    /// How each run ended.
    pub(crate) fn exits(&self) -> impl Iterator<Item = Option<sampan_abi::ExitReason>> + '_ {
        self.exits.iter().copied()
    }
}

const COMPARED_HEADINGS: [&str; 11] =
    ["NAME", "ENGINE", "STATE", "REASON", "MEMORY", "PEAK", "LIMIT", "CALLS", "FUEL", "CPU", "HERE"];
/// Columns of the comparison from here on hold figures.
const FIRST_COMPARED_FIGURE: usize = 4;

impl ComparedRun {
    fn row(&self) -> [String; 11] {
        let [name, state, reason, memory, peak, limit, fuel, cpu] = self.container.row();
        let engine = self.container.engine.to_owned();
        let calls = self.container.host_calls.to_string();
        [name, engine, state, reason, memory, peak, limit, calls, fuel, cpu, seconds(self.host_us)]
    }
}

impl ComparisonReport {
    pub(crate) fn new(exit_code: u8, seed: u64, files: Vec<ComparedFile>) -> Self {
        Self { agree: files.iter().all(ComparedFile::agrees), exit_code, seed, files }
    }

    pub(crate) const fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// The table, without the last line's end.
    pub(crate) fn table(&self) -> String {
        let runs = self.files.iter().flat_map(|file| &file.runs).map(ComparedRun::row);
        let rows: Vec<_> = std::iter::once(COMPARED_HEADINGS.map(str::to_owned)).chain(runs).collect();
        align(&rows, FIRST_COMPARED_FIGURE).trim_end().to_owned()
    }

    /// One line of JSON.
    ///
    /// # Errors
    /// Never for this type; the encoder's signature has it.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(|error| Failure::new(ExitStatus::Internal, error.to_string()))
    }
}
