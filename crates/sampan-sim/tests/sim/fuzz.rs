// SPDX-License-Identifier: Apache-2.0
//! Random sequences of host calls, the same on both engines: answers, memory and end must be equal.
//!
//! A seed makes a module that calls functions of the core's tables, all kinds of them, with arguments near those that make
//! sense. After each call the guest shows its memory, in which the answer lies too. `ci/fuzz` runs many more.

use crate::calls::{BothEngines, board, images};
use crate::support;
use sampan_abi::{ExitReason, Status, ValueType};
use sampan_core::{ContainerOptions, ContainerStats, DeniedAction, Effective, Permissions, host_functions};
use sampan_engine::Either;
use sampan_engine_packed::PackedEngine;
use sampan_sim::{Ending, RecordedLog, Settings, Simulator};
use std::fmt::Write;
use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

/// Calls of a case.
const CALLS: u32 = 25;
const MEMORY_LEN: u32 = 4096;
/// Where the answers lie, 8 bytes each.
const ANSWERS: u32 = 3072;
/// What can be named, each 64 bytes behind the one before, from 64 on.
const TEXTS: [&str; 12] = [
    "led0\\00",
    "button0\\00",
    "light\\00",
    "i2c0\\00",
    "loop\\00",
    "room\\00",
    "gps\\00",
    "127.0.0.1:8080\\00",
    "localhost\\00",
    "plant/1\\00",
    "\\40\\07\\00\\00\\10\\00\\00\\00",
    "value\\00",
];
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
const SOME: &[&str] = &["clock", "gpio:led0", "kv:64", "msg.pub:plant/#", "timer", "uart:gps"];

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end
    }

    /// An address or a length, a handle or a small number; seldom anything else.
    fn value(&mut self) -> u64 {
        match self.below(16) {
            0..=4 => 64 * (1 + self.below(14)),
            5..=8 => self.below(12),
            9..=11 => 256 + self.below(4),
            12 => 1024 + 8 * self.below(200),
            13 => u64::from(MEMORY_LEN) - self.below(20),
            14 => u64::from(u32::MAX) - self.below(9),
            _ => self.below(u64::MAX),
        }
    }

    /// The arguments of a call. A text's length often follows its address.
    fn values(&mut self, count: usize) -> Vec<u64> {
        let mut values: Vec<u64> = (0..count).map(|_| self.value()).collect();
        if count >= 2 && self.below(2) == 0 {
            let text = self.below(TEXTS.len() as u64);
            let place = self.below(count as u64 - 1) as usize * self.below(2) as usize;
            values[place] = 64 * (1 + text);
            values[place + 1] = TEXTS[text as usize].len() as u64 - 3;
        }
        values
    }
}

const fn letter(kind: ValueType) -> &'static str {
    match kind {
        ValueType::I32 => "i32",
        ValueType::I64 => "i64",
        ValueType::F32 => "f32",
        ValueType::F64 => "f64",
    }
}

/// The module of a seed.
fn module(random: &mut Random) -> String {
    let functions: Vec<_> = host_functions().collect();
    let mut imports = String::from("(import \"env\" \"show\" (func $show))");
    let mut body = String::new();
    for call in 0..CALLS {
        let (module, name, signature) = functions[random.below(functions.len() as u64) as usize];
        let mut values = random.values(signature.params().len());
        // Nobody is there to end a long wait.
        match (module, name) {
            ("sampan:event/1", "wait") => values[0] %= 1000,
            ("sampan:msg/1", "request") => values[4] %= 1000,
            _ => {}
        }
        write!(imports, "(import {module:?} {name:?} (func $f{call}").unwrap();
        signature.params().iter().for_each(|kind| write!(imports, " (param {})", letter(*kind)).unwrap());
        let mut arguments = String::new();
        for (kind, value) in signature.params().iter().zip(values) {
            let value = if *kind == ValueType::I32 { u64::from(value as u32) } else { value };
            write!(arguments, " ({}.const {value})", letter(*kind)).unwrap();
        }
        let made = format!("(call $f{call}{arguments})");
        if let Some(kind) = signature.result() {
            let kind = letter(kind);
            write!(imports, " (result {kind})").unwrap();
            write!(body, "({kind}.store (i32.const {}) {made})", ANSWERS + 8 * call).unwrap();
        } else {
            body.push_str(&made);
        }
        imports.push_str("))");
        body.push_str("(call $show)\n");
    }
    let place = |(at, text)| format!("(data (i32.const {}) \"{text}\")", 64 * (1 + at));
    let data: String = TEXTS.iter().enumerate().map(place).collect();
    let memory = format!("(memory (export \"memory\") {MEMORY_LEN} {MEMORY_LEN} (pagesize 1))");
    format!("(module {imports}{memory}{data}(func (export \"_start\")\n{body}))")
}

/// All that can be seen of a run.
struct Seen {
    shown: Vec<Vec<u8>>,
    exit: Option<ExitReason>,
    state: sampan_abi::ContainerState,
    counts: [u64; 5],
    sent: Vec<u8>,
    led: Option<bool>,
    log: Vec<String>,
}

const fn counts(stats: &ContainerStats) -> [u64; 5] {
    let ContainerStats { host_calls, denied_calls, throttled_calls, messages, messages_lost, .. } = *stats;
    [host_calls, denied_calls, throttled_calls, messages, messages_lost]
}

fn run(image: &'static [u8], options: &ContainerOptions<'_>) -> Seen {
    let (devices, log) = (board(), Arc::new(RecordedLog::default()));
    let mut settings = Settings::new(Arc::<RecordedLog>::clone(&log));
    settings.arena_bytes = 512 * 1024;
    settings.devices = devices.clone();
    // What code costs differs between engines: with this it takes no time, and only waits do.
    settings.fuel_per_second = NonZeroU32::MAX;
    let engine: BothEngines = Either { first: PackedEngine::new(), second: support::engine() };
    let mut simulator = Simulator::new(settings, engine).unwrap();
    let shown = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&shown);
    let show = move |call: &mut sampan_core::Call<'_>, _: &mut [u64]| {
        let memory = call.memory(0, MEMORY_LEN as usize).map(|bytes| bytes.to_vec());
        sink.lock().unwrap().push(memory.unwrap_or_default());
        Status::Ok.to_raw()
    };
    simulator.register("env", "show", "()", show).unwrap();
    let id = simulator.runtime().create(image, options).unwrap();
    simulator.runtime().start(id).unwrap();
    if simulator.run(u64::MAX / 4, |_| ControlFlow::Continue(())) != Ending::AllEnded {
        simulator.runtime().kill(id).unwrap();
    }
    let status = simulator.runtime().status(id).unwrap();
    let counts = counts(&simulator.runtime().container_stats(id).unwrap());
    let _ = simulator.runtime().release(id);
    simulator.runtime().remove(id).unwrap();
    assert_eq!(simulator.runtime().stats().containers, 0);
    let log = log.take().into_iter().map(|line| format!("{line:?}")).collect();
    let shown = std::mem::take(&mut *shown.lock().unwrap());
    let (exit, state) = (status.exit, status.state);
    Seen { shown, exit, state, counts, sent: devices.take_sent("gps"), led: devices.level("led0"), log }
}

/// Runs a seed on both engines; how many calls were answered, and how many of them with 0.
fn compare(case: u64) -> (usize, usize) {
    let mut random = Random(case.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let wat = module(&mut random);
    let reactions = [DeniedAction::Error, DeniedAction::Trap, DeniedAction::Stop, DeniedAction::Quarantine];
    let denied = reactions[random.below(8).saturating_sub(4) as usize];
    let texts = if random.below(3) == 0 { SOME } else { ALL };
    let options = ContainerOptions {
        denied,
        permissions: Effective::granted(Permissions::of_texts(texts).unwrap()),
        memory_limit: 400 * 1024, // wasmi keeps its data there too
        ..ContainerOptions::default()
    };
    let [packed, wasmi] = images(&wat).map(|image| run(image, &options));
    let what = format!("SAMPAN_CALLS_SEED={case}");
    for (number, (packed, wasmi)) in packed.shown.iter().zip(&wasmi.shown).enumerate() {
        let differs = packed.iter().zip(wasmi).position(|(packed, wasmi)| packed != wasmi);
        assert_eq!(differs, None, "{what}: after call {number} memory differs there\n{wat}");
    }
    assert!(packed.shown.iter().all(|memory| memory.len() == MEMORY_LEN as usize), "{what}");
    let ends = [&packed, &wasmi].map(|seen| (seen.shown.len(), seen.exit, seen.state, seen.counts));
    assert_eq!(ends[0], ends[1], "{what}: the ends differ\n{wat}");
    assert!(packed.sent == wasmi.sent && packed.led == wasmi.led, "{what}: devices differ\n{wat}");
    assert_eq!(packed.log, wasmi.log, "{what}: the logs differ\n{wat}");
    let empty = Vec::new();
    let answers = packed.shown.last().unwrap_or(&empty).get(ANSWERS as usize..).unwrap_or(&[]);
    let worked =
        answers.chunks_exact(8).take(packed.shown.len()).filter(|answer| answer[..4] == [0; 4]).count();
    (packed.shown.len(), worked)
}

#[test]
fn any_calls_do_the_same_on_both_engines() {
    let number =
        |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seed, cases) = (number("SAMPAN_CALLS_SEED", 1_u64), number("SAMPAN_CALLS_CASES", 60_u64));
    let (mut answered, mut worked) = (0, 0);
    for case in seed..seed.saturating_add(cases) {
        let (calls, successes) = compare(case);
        answered += calls;
        worked += successes;
    }
    println!("{answered} calls answered, {worked} with 0");
    // One seed alone may have none.
    assert!(cases < 30 || worked * 20 > answered, "hardly a call works: {worked} of {answered}");
}
