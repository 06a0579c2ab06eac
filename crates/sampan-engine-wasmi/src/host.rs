// SPDX-License-Identifier: Apache-2.0
//! Host functions: from wasmi's calling convention to [`Host::call`] and back.
//!
//! Common signatures have a typed trampoline, which costs 318 instructions a call; any other goes
//! through wasmi's dynamic one, which costs 770 and an allocation.

use core::ptr::NonNull;

use sampan_engine::{Host, HostFunction, HostReply, Status, ValueType};
use wasmi::{Caller, Error, F32, F64, Func, FuncType, Memory, Store, Val, ValType};

use crate::limiter::Limiter;
use crate::region;
use crate::scan::{MAX_ARITY, Refusal};

/// What wasmi keeps for us beside the module.
pub(crate) struct HostState {
    /// The host of the resume that is going on.
    host: Option<NonNull<dyn Host>>,
    /// The module's memory, if it exports it.
    pub(crate) memory: Option<Memory>,
    /// What the host answered to the call that ended the activation.
    pub(crate) reply: HostReply,
    /// Type of the result that a parked call waits for.
    pub(crate) awaited: Option<ValueType>,
    pub(crate) limiter: Limiter,
}

impl HostState {
    pub(crate) const fn new(limiter: Limiter) -> Self {
        Self { host: None, memory: None, reply: HostReply::Return, awaited: None, limiter }
    }

    /// Lets host calls reach `host`, until [`detach`](Self::detach).
    ///
    /// # Safety
    /// `host` is valid, and used by nothing else, until then or until wasmi is entered no more.
    pub(crate) unsafe fn attach(&mut self, host: &mut dyn Host) {
        let host = NonNull::from(host);
        // SAFETY: both are pointers to the same trait object; they differ in the lifetime that the caller
        // promised to keep.
        self.host = Some(unsafe { core::mem::transmute::<NonNull<dyn Host + '_>, NonNull<dyn Host>>(host) });
    }

    pub(crate) const fn detach(&mut self) {
        self.host = None;
    }
}

/// Calls the host; an error of wasmi's means that the activation stops here, as `reply` says.
fn call(
    mut caller: Caller<'_, HostState>,
    function: HostFunction,
    result: Option<ValueType>,
    values: &mut [u64],
) -> Result<(), Error> {
    let (bytes, state): (&mut [u8], _) = match caller.data().memory {
        Some(memory) => memory.data_and_store_mut(&mut caller),
        None => (&mut [], caller.data_mut()),
    };
    let reply = match state.host {
        // SAFETY: `attach`'s caller promised that it's valid and ours while wasmi runs.
        Some(mut host) => region::hosting(|| unsafe { host.as_mut() }.call(function, values, bytes)),
        None => HostReply::End,
    };
    if reply == HostReply::Return {
        return Ok(());
    }
    state.reply = reply;
    state.awaited = result;
    Err(Error::i32_exit(0))
}

/// A value as it crosses to the host.
trait Crossing: Copy {
    fn to_bits(self) -> u64;
}

impl Crossing for i32 {
    fn to_bits(self) -> u64 {
        u64::from(self.cast_unsigned())
    }
}

impl Crossing for i64 {
    fn to_bits(self) -> u64 {
        self.cast_unsigned()
    }
}

/// Makes a typed trampoline of these parameters and no result.
macro_rules! typed_unit {
    ($store:expr, $function:expr, ($($name:ident: $type:ty),*)) => {{
        let function = $function;
        Func::wrap($store, move |caller: Caller<'_, HostState>, $($name: $type),*| {
            call(caller, function, None, &mut [$($name.to_bits(),)* 0])
        })
    }};
}

/// Makes a typed trampoline of these parameters and one result.
macro_rules! typed {
    ($store:expr, $function:expr, ($($name:ident: $type:ty),*) -> $result:ty, $kind:expr) => {{
        let function = $function;
        Func::wrap($store, move |caller: Caller<'_, HostState>, $($name: $type),*| {
            let mut values = [$($name.to_bits(),)* 0];
            call(caller, function, Some($kind), &mut values)?;
            Ok::<$result, Error>(values[0] as $result)
        })
    }};
}

/// The same with an i32 as result.
macro_rules! typed_i32 {
    ($store:expr, $function:expr, $params:tt) => {
        typed!($store, $function, $params -> i32, ValueType::I32)
    };
}

/// Makes the host function that an import of this type is linked to.
pub(crate) fn link(
    store: &mut Store<HostState>,
    function: HostFunction,
    params: &[ValueType],
    results: &[ValueType],
) -> Result<Func, Refusal> {
    let result = match results {
        [] => None,
        [one] => Some(*one),
        _ => return Err(Refusal { status: Status::ImportType, detail: "import with several results" }),
    };
    use ValueType::{I32, I64};
    Ok(match (params, result) {
        ([], None) => typed_unit!(store, function, ()),
        ([I32], None) => typed_unit!(store, function, (a: i32)),
        ([I32, I32], None) => typed_unit!(store, function, (a: i32, b: i32)),
        ([I32, I32, I32], None) => typed_unit!(store, function, (a: i32, b: i32, c: i32)),
        ([], Some(I32)) => typed_i32!(store, function, ()),
        ([I32], Some(I32)) => typed_i32!(store, function, (a: i32)),
        ([I32, I32], Some(I32)) => typed_i32!(store, function, (a: i32, b: i32)),
        ([I32, I32, I32], Some(I32)) => typed_i32!(store, function, (a: i32, b: i32, c: i32)),
        ([I32, I32, I32, I32], Some(I32)) => {
            typed_i32!(store, function, (a: i32, b: i32, c: i32, d: i32))
        }
        ([I32, I32, I32, I32, I32], Some(I32)) => {
            typed_i32!(store, function, (a: i32, b: i32, c: i32, d: i32, e: i32))
        }
        ([I32, I32, I32, I32, I32, I32], Some(I32)) => {
            typed_i32!(store, function, (a: i32, b: i32, c: i32, d: i32, e: i32, f: i32))
        }
        ([I64, I32], Some(I32)) => typed_i32!(store, function, (a: i64, b: i32)),
        ([I64, I64], Some(I32)) => typed_i32!(store, function, (a: i64, b: i64)),
        ([], Some(I64)) => typed!(store, function, () -> i64, I64),
        // WASI's clock_time_get and fd_seek.
        ([I32, I64, I32], Some(I32)) => typed_i32!(store, function, (a: i32, b: i64, c: i32)),
        ([I32, I64, I32, I32], Some(I32)) => {
            typed_i32!(store, function, (a: i32, b: i64, c: i32, d: i32))
        }
        _ => dynamic(store, function, params, result),
    })
}

/// Any other signature.
fn dynamic(
    store: &mut Store<HostState>,
    function: HostFunction,
    params: &[ValueType],
    result: Option<ValueType>,
) -> Func {
    let type_ = FuncType::new(params.iter().map(|&one| from_value_type(one)), result.map(from_value_type));
    Func::new(store, type_, move |caller, params, results| {
        let mut values = [0; MAX_ARITY];
        for (value, param) in values.iter_mut().zip(params) {
            *value = to_bits(param);
        }
        let len = params.len().clamp(1, MAX_ARITY);
        let values = values.get_mut(..len).unwrap_or_default();
        call(caller, function, result, values)?;
        if let (Some(place), Some(result), Some(bits)) = (results.first_mut(), result, values.first()) {
            *place = from_bits(result, *bits);
        }
        Ok(())
    })
}

const fn from_value_type(value_type: ValueType) -> ValType {
    match value_type {
        ValueType::I32 => ValType::I32,
        ValueType::I64 => ValType::I64,
        ValueType::F32 => ValType::F32,
        ValueType::F64 => ValType::F64,
    }
}

/// The same type of ours; `None` for references and vectors.
pub(crate) const fn to_value_type(value_type: ValType) -> Option<ValueType> {
    Some(match value_type {
        ValType::I32 => ValueType::I32,
        ValType::I64 => ValueType::I64,
        ValType::F32 => ValueType::F32,
        ValType::F64 => ValueType::F64,
        _ => return None,
    })
}

fn to_bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => value.to_bits(),
        Val::I64(value) => value.to_bits(),
        Val::F32(value) => u64::from(value.to_bits()),
        Val::F64(value) => value.to_bits(),
        // No import has a parameter of another type: `load` refuses it.
        _ => 0,
    }
}

/// A value of this type with these bits.
pub(crate) fn from_bits(value_type: ValueType, bits: u64) -> Val {
    match value_type {
        ValueType::I32 => Val::I32(bits as i32),
        ValueType::I64 => Val::I64(bits.cast_signed()),
        ValueType::F32 => Val::F32(F32::from_bits(bits as u32)),
        ValueType::F64 => Val::F64(F64::from_bits(bits)),
    }
}
