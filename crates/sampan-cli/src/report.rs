// SPDX-License-Identifier: Apache-2.0
//! The report at the end of a run: a table for people, JSON for programs.

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
        let widths = HEADINGS.iter().enumerate().map(|(column, _)| {
            rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0)
        });
        let widths: Vec<usize> = widths.collect();
        let lines = rows.iter().map(|row| {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
                if column < FIRST_FIGURE { format!("{cell:width$}") } else { format!("{cell:>width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        });
        let arena = &self.arena;
        let whole = format!(
            "{}, time {}; arena {} of {} used, peak {}",
            self.ending,
            seconds(self.time_us),
            size(arena.used),
            size(arena.bytes),
            size(arena.peak)
        );
        lines.collect::<String>() + &whole
    }

    /// One line of JSON.
    ///
    /// # Errors
    /// Never for this type; the encoder's signature has it.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}
