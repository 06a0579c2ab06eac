// SPDX-License-Identifier: Apache-2.0
//! Runs one module on the packed engine and on wasmi, in the same way.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

use sampan_engine::{
    Activation, Arena, Engine, Host, HostFunction, HostReply, Limits, Linker, Location, Outcome, Status,
    TrapKind, ValueType,
};
use sampan_engine_packed::{PackedEngine, PackedInstance};
use sampan_pack::{Options, pack};

/// Bytes of stack of every instance here.
pub(crate) const STACK_BYTES: u32 = 16 * 1024;

/// Leaks bytes where images must lie: aligned to 4.
pub(crate) fn leak(bytes: &[u8]) -> &'static [u8] {
    let words: Vec<u32> = bytes
        .chunks(4)
        .map(|chunk| {
            let mut quad = [0; 4];
            quad[..chunk.len()].copy_from_slice(chunk);
            u32::from_le_bytes(quad)
        })
        .collect();
    let words: &'static [u32] = Vec::leak(words);
    // SAFETY: the words live for ever, and hold at least as many bytes.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), bytes.len()) }
}

/// Links `env.log` (an i32), `env.mix` (i32, i64, f32, f64 to i64) and `env.half` (f64 to f64).
pub(crate) struct Imports;

const NAMES: [(&str, &[ValueType], &[ValueType]); 4] = [
    ("log", &[ValueType::I32], &[]),
    ("mix", &[ValueType::I32, ValueType::I64, ValueType::F32, ValueType::F64], &[ValueType::I64]),
    ("half", &[ValueType::F64], &[ValueType::F64]),
    ("nothing", &[], &[]),
];

impl Linker for Imports {
    fn resolve(
        &mut self,
        module: &str,
        name: &str,
        params: &[ValueType],
        results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        let known = NAMES.iter().position(|known| module == "env" && known.0 == name);
        let idx = known.ok_or(Status::UnknownImport)?;
        let (_, known_params, known_results) = NAMES[idx];
        if known_params != params || known_results != results {
            return Err(Status::ImportType);
        }
        Ok(HostFunction(idx as u16))
    }
}

/// What the host functions compute, for both engines.
pub(crate) fn host(function: usize, values: &[u64], log: &mut Vec<i32>) -> u64 {
    match function {
        0 => {
            log.push(values[0] as i32);
            0
        }
        1 => {
            let float = f64::from(f32::from_bits(values[2] as u32));
            let sum = float + f64::from_bits(values[3]);
            values[0].wrapping_add(values[1]).wrapping_add(sum as i64 as u64)
        }
        2 => (f64::from_bits(values[0]) / 2.0).to_bits(),
        _ => 0,
    }
}

#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) log: Vec<i32>,
    /// Answers by parking.
    pub(crate) parks: bool,
    pub(crate) parked: u64,
}

impl Host for Recorder {
    fn call(&mut self, function: HostFunction, values: &mut [u64], _memory: &mut [u8]) -> HostReply {
        let result = host(usize::from(function.0), values, &mut self.log);
        if self.parks {
            self.parked = result;
            return HostReply::Park;
        }
        values[0] = result;
        HostReply::Return
    }
}

/// A loaded module.
pub(crate) struct Loaded {
    pub(crate) engine: PackedEngine,
    pub(crate) instance: PackedInstance,
    pub(crate) recorder: Recorder,
    pub(crate) fuel: u64,
}

impl Loaded {
    pub(crate) fn new(wasm: &[u8]) -> Self {
        Self::with_options(wasm, &Options::default())
    }

    pub(crate) fn with_options(wasm: &[u8], options: &Options) -> Self {
        let packed = pack(wasm, options).unwrap_or_else(|error| panic!("{error}"));
        Self::from_image(&packed.image).unwrap_or_else(|status| panic!("load: {status:?}"))
    }

    pub(crate) fn from_image(image: &[u8]) -> Result<Self, Status> {
        let mut engine = PackedEngine::new();
        let image = leak(image);
        let limits = Limits { stack_bytes: STACK_BYTES };
        assert!(engine.accepts(image));
        let need = engine.memory_need(image, &limits)?;
        assert!(need.exact);
        let arena = Vec::leak(vec![0; need.bytes as usize * 5 / 4 + 8192]);
        let mut arena = Arena::new(arena);
        let region = arena.allocate(need.bytes as usize).expect("the arena is large enough");
        let instance = engine.load(image, region, &limits, &mut Imports).map_err(|error| error.status)?;
        Ok(Self { engine, instance, recorder: Recorder::default(), fuel: 0 })
    }

    pub(crate) fn memory(&mut self) -> &mut [u8] {
        self.engine.memory(&mut self.instance)
    }

    /// Runs an export to its end in slices of `slice` fuel.
    pub(crate) fn run(&mut self, export: &str, slice: u32) -> Outcome {
        self.engine.begin(&mut self.instance, export).unwrap();
        let mut reply = None;
        for _ in 0..50_000_000_u64 {
            let Activation { outcome, fuel } =
                self.engine.resume(&mut self.instance, reply.take(), slice, &mut self.recorder);
            self.fuel += fuel;
            match outcome {
                Outcome::Yielded => {}
                Outcome::Waiting => reply = Some(self.recorder.parked),
                ended => return ended,
            }
        }
        panic!("{export} doesn't end");
    }

    pub(crate) fn frames(&self) -> Vec<Location> {
        let mut frames = [Location { function: 0, offset: 0 }; 8];
        let count = self.engine.frames(&self.instance, &mut frames);
        frames[..count].to_vec()
    }
}

/// The same module on wasmi.
pub(crate) struct Reference {
    store: wasmi::Store<Vec<i32>>,
    instance: wasmi::Instance,
}

impl Reference {
    pub(crate) fn new(wasm: &[u8]) -> Self {
        let mut config = wasmi::Config::default();
        config.wasm_custom_page_sizes(true).wasm_tail_call(true);
        let engine = wasmi::Engine::new(&config);
        let module = wasmi::Module::new(&engine, wasm).unwrap();
        let mut store = wasmi::Store::new(&engine, Vec::new());
        let mut linker = wasmi::Linker::new(&engine);
        linker
            .func_wrap("env", "log", |mut caller: wasmi::Caller<'_, Vec<i32>>, value: i32| {
                caller.data_mut().push(value);
            })
            .unwrap();
        linker
            .func_wrap("env", "mix", |a: i32, b: i64, c: f32, d: f64| -> i64 {
                let values = [u64::from(a as u32), b as u64, u64::from(c.to_bits()), d.to_bits()];
                host(1, &values, &mut Vec::new()) as i64
            })
            .unwrap();
        linker.func_wrap("env", "half", |value: f64| -> f64 { value / 2.0 }).unwrap();
        linker.func_wrap("env", "nothing", || {}).unwrap();
        let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
        Self { store, instance }
    }

    pub(crate) fn memory(&mut self) -> &mut [u8] {
        match self.instance.get_memory(&self.store, "memory") {
            Some(memory) => memory.data_mut(&mut self.store),
            None => &mut [],
        }
    }

    pub(crate) fn log(&self) -> &[i32] {
        self.store.data()
    }

    pub(crate) fn run(&mut self, export: &str) -> Outcome {
        let function = self.instance.get_typed_func::<(), ()>(&self.store, export).unwrap();
        match function.call(&mut self.store, ()) {
            Ok(()) => Outcome::Finished,
            Err(error) => Outcome::Trapped(trap_kind(error.as_trap_code().expect("a trap"))),
        }
    }
}

fn trap_kind(code: wasmi::TrapCode) -> TrapKind {
    match code {
        wasmi::TrapCode::UnreachableCodeReached => TrapKind::Unreachable,
        wasmi::TrapCode::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
        wasmi::TrapCode::TableOutOfBounds => TrapKind::TableOutOfBounds,
        wasmi::TrapCode::IndirectCallToNull => TrapKind::IndirectCallToNull,
        wasmi::TrapCode::IntegerDivisionByZero => TrapKind::DivisionByZero,
        wasmi::TrapCode::IntegerOverflow => TrapKind::IntegerOverflow,
        wasmi::TrapCode::BadConversionToInteger => TrapKind::BadConversion,
        wasmi::TrapCode::StackOverflow => TrapKind::StackOverflow,
        wasmi::TrapCode::BadSignature => TrapKind::IndirectCallType,
        other => panic!("wasmi: {other:?}"),
    }
}

/// Runs an export on both engines, in small and in large slices, and compares all that can be seen.
pub(crate) fn same(wat: &str, exports: &[&str]) -> Loaded {
    let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}\n{wat}"));
    let mut reference = Reference::new(&wasm);
    let expected: Vec<Outcome> = exports.iter().map(|export| reference.run(export)).collect();
    let mut last = None;
    let mut fuels = Vec::new();
    for (slice, parks) in [(1_000_000_000, false), (1, true), (7, false), (0, true)] {
        let memory_bytes = Some(8 << 16);
        let options = Options { memory_bytes, table_entries: 1000 };
        let mut loaded = Loaded::with_options(&wasm, &options);
        loaded.recorder.parks = parks;
        for (export, expected) in exports.iter().zip(&expected) {
            assert_eq!(loaded.run(export, slice), *expected, "{export} in slices of {slice}\n{wat}");
        }
        assert_eq!(loaded.recorder.log, reference.log(), "log in slices of {slice}\n{wat}");
        assert!(loaded.memory() == reference.memory(), "memory in slices of {slice}\n{wat}");
        fuels.push(loaded.fuel);
        last = Some(loaded);
    }
    assert!(fuels.iter().all(|fuel| *fuel == fuels[0]), "fuel depends on slices: {fuels:?}\n{wat}");
    last.unwrap()
}
