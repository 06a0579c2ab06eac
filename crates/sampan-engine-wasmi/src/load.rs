// SPDX-License-Identifier: Apache-2.0
//! From an image to an instance, all inside the current region and on the engine's stack.
//!
//! The order matters. The engine's stacks for values and calls come first, in the empty region, at their
//! full size. Then the module is translated, instantiated and dropped, with the translator's scratch.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;

use sampan_engine::{Linker, Status, ValueType};
use wasmi::errors::ErrorKind;
use wasmi::errors::InstantiationError;
use wasmi::{
    CompilationMode, Config, Engine, Error, Extern, ExternType, FuncType, Instance, Memory, Module, Store,
};

use crate::guest::{Call, Guest};
use crate::host::{self, HostState};
use crate::limiter::Limiter;
use crate::region::{self, RegionHeap};
use crate::scan::{MAX_ARITY, Refusal};
use crate::stack_plan::StackPlan;

/// `(module (func (export "f") (call 0)))`: calls itself until the stack is full.
const RECURSION: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x05\x01\x01f\0\0\
    \x0a\x06\x01\x04\0\x10\0\x0b";

/// A module whose one function doesn't validate: `(func (drop))` on an empty stack.
const INVALID: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x05\x01\x03\0\x1a\x0b";

/// More than priming can use.
const PRIMING_FUEL: u64 = 1 << 40;

/// Loads `image`.
pub(crate) fn load(
    image: &[u8],
    plan: StackPlan,
    heap: RegionHeap,
    region_len: usize,
    linker: &mut dyn Linker,
) -> Result<NonNull<Guest>, Refusal> {
    let engine = Engine::new(&config(plan));
    prime(&engine).map_err(refusal)?;
    let mut store = Store::new(&engine, HostState::new(Limiter::new(heap, region_len)));
    store.limiter(|state| &mut state.limiter);
    let module = Module::new(&engine, image).map_err(refusal)?;
    let imports = link(&mut store, &module, linker)?;
    let instance = Instance::new(&mut store, &module, &imports).map_err(refusal)?;
    drop(imports);
    drop(module);
    // Fails by design, and the translator's scratch goes with it.
    drop(Module::new(&engine, INVALID));
    let memory = exported_memory(&store, instance);
    let state = store.data_mut();
    state.memory = memory;
    state.limiter.loading = false;
    heap.forget_growth();
    heap.keep_reserve();
    Ok(NonNull::from(Box::leak(Box::new(Guest { store, instance, call: Call::None }))))
}

/// wasmi's own limits aren't set: they'd refuse honest modules of many short functions. `scan` has those that
/// matter, and the region bounds what the rest can cost.
fn config(plan: StackPlan) -> Config {
    let mut config = Config::default();
    config
        .compilation_mode(CompilationMode::Eager)
        .consume_fuel(true)
        .ignore_custom_sections(true)
        .allow_start_fn(false)
        .wasm_custom_page_sizes(true)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .set_max_cached_stacks(1)
        .set_max_recursion_depth(plan.depth);
    // Minimum and maximum are equal, so the stack never grows; neither setter may see min > max.
    config.set_min_stack_height(0).set_max_stack_height(plan.value_bytes);
    config.set_min_stack_height(plan.value_bytes);
    config
}

/// Lets the engine allocate its stacks, both to their full size, and keep them.
fn prime(engine: &Engine) -> Result<(), Error> {
    let module = Module::new(engine, RECURSION)?;
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    store.set_fuel(PRIMING_FUEL)?;
    if let Some(func) = instance.get_func(&store, "f") {
        // Ends in a stack overflow, always.
        drop(func.call(&mut store, &[], &mut []));
    }
    Ok(())
}

/// Resolves the imports, in order.
fn link(
    store: &mut Store<HostState>,
    module: &Module,
    linker: &mut dyn Linker,
) -> Result<Vec<Extern>, Refusal> {
    let imports = module.imports();
    let mut externs = Vec::with_capacity(imports.len());
    for import in imports {
        let ExternType::Func(type_) = import.ty() else {
            return Err(Refusal::unsupported("import that is not a function"));
        };
        let (params, results) = signature(type_)?;
        let function = region::hosting(|| {
            linker.resolve(import.module(), import.name(), params.types(), results.types())
        })
        .map_err(|status| Refusal { status, detail: "" })?;
        externs.push(Extern::Func(host::link(store, function, params.types(), results.types())?));
    }
    Ok(externs)
}

/// Types of parameters or results.
struct Types {
    types: [ValueType; MAX_ARITY],
    len: usize,
}

impl Types {
    fn new(types: &[wasmi::ValType]) -> Result<Self, Refusal> {
        let mut own = [ValueType::I32; MAX_ARITY];
        if types.len() > MAX_ARITY {
            return Err(Refusal::unsupported("more than 32 parameters or results"));
        }
        for (place, &type_) in own.iter_mut().zip(types) {
            *place = host::to_value_type(type_).ok_or(Refusal {
                status: Status::ImportType,
                detail: "import that takes or gives a reference",
            })?;
        }
        Ok(Self { types: own, len: types.len() })
    }

    fn types(&self) -> &[ValueType] {
        self.types.get(..self.len).unwrap_or_default()
    }
}

fn signature(type_: &FuncType) -> Result<(Types, Types), Refusal> {
    Ok((Types::new(type_.params())?, Types::new(type_.results())?))
}

/// The module's memory, if it's exported under any name.
fn exported_memory(store: &Store<HostState>, instance: Instance) -> Option<Memory> {
    instance.exports(store).find_map(|export| export.into_memory())
}

/// Why wasmi refused.
fn refusal(error: Error) -> Refusal {
    match error.kind() {
        ErrorKind::Wasm(error) if error.message().contains("not enabled") => {
            Refusal::unsupported("uses a WebAssembly feature that is off")
        }
        ErrorKind::Wasm(_) | ErrorKind::Read(_) => Refusal::bad("not a valid module"),
        ErrorKind::Instantiation(
            InstantiationError::FailedToInstantiateMemory(_)
            | InstantiationError::FailedToInstantiateTable(_),
        ) => Refusal::no_memory("memory or tables exceed the region"),
        ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) => {
            Refusal::bad("element segment out of bounds")
        }
        ErrorKind::Instantiation(_) => Refusal::unsupported("can't be instantiated"),
        ErrorKind::Memory(_) => Refusal::bad("data segment out of bounds"),
        ErrorKind::Table(_) => Refusal::bad("element segment out of bounds"),
        ErrorKind::UserLimits(_)
        | ErrorKind::ImplementationLimits(_)
        | ErrorKind::Translation(_)
        | ErrorKind::Ir(_) => Refusal::unsupported("exceeds a limit of the engine"),
        _ => Refusal { status: Status::Internal, detail: "the engine failed" },
    }
}
