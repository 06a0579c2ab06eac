// SPDX-License-Identifier: Apache-2.0
//! The native side: a tank that cools down and is heated, and the calls by which a container sees to it.

use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use sampan_abi::{Signature, ValueType};
use sampan_core::{Call, Handler, HostRegistration};

/// Tenths of a degree.
static TEMPERATURE: AtomicI32 = AtomicI32::new(480);
static HEATING: AtomicBool = AtomicBool::new(false);

/// What happens in 100 ms.
pub(crate) fn step() {
    let change = if HEATING.load(Ordering::Relaxed) { 3 } else { -2 };
    TEMPERATURE.fetch_add(change, Ordering::Relaxed);
}

/// Tenths of a degree.
pub(crate) fn temperature() -> i32 {
    TEMPERATURE.load(Ordering::Relaxed)
}

/// Whether the heater is on.
pub(crate) fn is_heating() -> bool {
    HEATING.load(Ordering::Relaxed)
}

/// A host function.
#[derive(Clone, Copy)]
pub(crate) struct HostCall(fn(&mut [u64]));

impl Handler for HostCall {
    fn call(&self, _call: &mut Call<'_>, values: &mut [u64]) -> i32 {
        (self.0)(values);
        0
    }
}

/// `tank.temperature` and `tank.heat`.
pub(crate) fn functions() -> [Option<HostRegistration<HostCall>>; 2] {
    let temperature = HostCall(|values| {
        if let Some(result) = values.first_mut() {
            *result = u64::from(temperature() as u32);
        }
    });
    let heat = HostCall(|values| HEATING.store(values.first() != Some(&0), Ordering::Relaxed));
    [
        function("temperature", &[], &[ValueType::I32], temperature),
        function("heat", &[ValueType::I32], &[], heat),
    ]
}

fn function(
    name: &'static str,
    params: &[ValueType],
    results: &[ValueType],
    handler: HostCall,
) -> Option<HostRegistration<HostCall>> {
    Some(HostRegistration {
        module: "tank",
        name,
        signature: Signature::new(params, results)?,
        permission: None,
        handler,
    })
}
