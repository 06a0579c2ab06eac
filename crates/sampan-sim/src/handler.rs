// SPDX-License-Identifier: Apache-2.0
//! The firmware's host functions, as closures.

use sampan_core::{Call, Handler};

type Function = dyn Fn(&mut Call<'_>, &mut [u64]) -> i32 + Send;

/// A closure that answers calls of one host function.
///
/// It runs within a poll, on the engine's stack, the runtime locked: no call into the simulator but
/// through what [`Call`] offers. [`Handler::call`] says what its answer means.
pub struct HostClosure(Box<Function>);

impl HostClosure {
    /// Boxes `function`.
    pub fn new(function: impl Fn(&mut Call<'_>, &mut [u64]) -> i32 + Send + 'static) -> Self {
        Self(Box::new(function))
    }
}

impl Handler for HostClosure {
    fn call(&self, call: &mut Call<'_>, values: &mut [u64]) -> i32 {
        (self.0)(call, values)
    }
}
