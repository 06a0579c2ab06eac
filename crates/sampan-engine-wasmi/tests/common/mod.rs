// SPDX-License-Identifier: Apache-2.0
//! What the tests share: an arena and engine, a linker that takes everything, and a scripted host.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::alloc::System;

use sampan_engine::{
    Activation, Arena, Engine, Host, HostFunction, HostReply, Limits, Linker, LoadError, Outcome, Region,
    Status, TrapKind, ValueType,
};
use sampan_engine_wasmi::{RegionAllocator, WasmiEngine, WasmiInstance, wall};

#[global_allocator]
static ALLOCATOR: RegionAllocator<System> = RegionAllocator::new(System);

pub const LIMITS: Limits = Limits { stack_bytes: 4096 };
pub const REGION_BYTES: usize = 512 * 1024;

/// Host functions by name, the module name being `host`.
const FUNCTIONS: &[&str] = &["add", "park", "end", "trap", "log", "wide", "float", "double", "poke", "panic"];

/// Resolves `host.*` of any type, and nothing else.
#[derive(Debug, Default)]
pub struct Names {
    pub asked: Vec<String>,
}

impl Linker for Names {
    fn resolve(
        &mut self,
        module: &str,
        name: &str,
        _params: &[ValueType],
        _results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        self.asked.push(format!("{module}.{name}"));
        let found = FUNCTIONS.iter().position(|&known| module == "host" && known == name);
        found.map(|idx| HostFunction(idx as u16)).ok_or(Status::UnknownImport)
    }
}

/// Does what the functions' names say, and notes the calls.
#[derive(Debug, Default)]
pub struct Script {
    pub logged: Vec<u64>,
    pub memory_seen: usize,
}

impl Host for Script {
    fn call(&mut self, function: HostFunction, values: &mut [u64], memory: &mut [u8]) -> HostReply {
        self.memory_seen = memory.len();
        match FUNCTIONS[usize::from(function.0)] {
            "add" => values[0] = u64::from((values[0] as u32).wrapping_add(values[1] as u32)),
            "park" => return HostReply::Park,
            "end" => return HostReply::End,
            "trap" => return HostReply::Trap(TrapKind::DivisionByZero),
            "log" => self.logged.push(values[0]),
            "wide" => values[0] = values[0].wrapping_add(values[1]).wrapping_add(values[2]),
            "float" => {
                values[0] = u64::from((f32::from_bits(values[0] as u32) * 2.0).to_bits());
            }
            "double" => values[0] = (f64::from_bits(values[0]) * 2.0).to_bits(),
            "poke" => memory[values[0] as usize] = values[1] as u8,
            "panic" => panic!("the host's own"),
            other => unreachable!("{other}"),
        }
        HostReply::Return
    }
}

/// An engine and the arena that it and its instances live in.
#[derive(Debug)]
pub struct Bench {
    pub arena: Arena,
    pub engine: WasmiEngine,
    pub at_rest: usize,
}

/// Memory that lives for ever, as an image or arena must.
pub fn leak(bytes: Vec<u8>) -> &'static mut [u8] {
    Vec::leak(bytes)
}

/// A module from its text.
pub fn module(text: &str) -> &'static [u8] {
    leak(wat::parse_str(text).expect("test module"))
}

impl Bench {
    pub fn new() -> Self {
        let mut arena = Arena::new(leak(vec![0; 8 * 1024 * 1024]));
        let stack = arena.allocate(wall::DEFAULT_STACK_BYTES).unwrap();
        let engine = WasmiEngine::new(stack).unwrap();
        let at_rest = arena.used();
        Self { arena, engine, at_rest }
    }

    pub fn try_load_in(
        &mut self,
        image: &'static [u8],
        bytes: usize,
    ) -> Result<WasmiInstance, (Status, &'static str)> {
        let region = self.arena.allocate(bytes).unwrap();
        match self.engine.load(image, region, &LIMITS, &mut Names::default()) {
            Ok(instance) => Ok(instance),
            Err(LoadError { status, detail, region }) => {
                assert_eq!(region.len(), bytes);
                self.arena.free(region);
                Err((status, detail))
            }
        }
    }

    pub fn load(&mut self, image: &'static [u8]) -> WasmiInstance {
        self.try_load_in(image, REGION_BYTES).expect("loads")
    }

    pub fn load_text(&mut self, text: &str) -> WasmiInstance {
        self.load(module(text))
    }

    /// Begins `run` and lets it run to its end in slices of `fuel`; parked calls get 7.
    pub fn run(&mut self, instance: &mut WasmiInstance, fuel: u32, host: &mut dyn Host) -> Activation {
        self.engine.begin(instance, "run").expect("begins");
        self.finish(instance, fuel, host)
    }

    pub fn finish(&mut self, instance: &mut WasmiInstance, fuel: u32, host: &mut dyn Host) -> Activation {
        let mut total = 0;
        let mut reply = None;
        for _ in 0..50_000_000 {
            let activation = self.engine.resume(instance, reply.take(), fuel, host);
            total += activation.fuel;
            match activation.outcome {
                Outcome::Yielded => {}
                Outcome::Waiting => reply = Some(7),
                outcome => return Activation { outcome, fuel: total },
            }
        }
        panic!("does not end");
    }

    pub fn unload(&mut self, instance: WasmiInstance) {
        let region: Region = self.engine.unload(instance);
        self.arena.free(region);
    }

    /// Unloads, and checks that nothing of any instance is left.
    pub fn done(mut self, instance: WasmiInstance) {
        self.unload(instance);
        assert_eq!(self.arena.used(), self.at_rest);
    }
}
