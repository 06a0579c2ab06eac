// SPDX-License-Identifier: Apache-2.0
//! Policies.

use super::BuildError;
use super::encode::{Encoder, Entries};
use crate::policy::{Budgets, DeniedAction, FaultPolicy, POLICY_VERSION, Policy};
use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

/// What a policy says. The default grants nothing.
#[derive(Clone, Debug, Default)]
pub struct PolicyBuilder {
    /// What the module asks for, in an image that has code but no module.
    pub requested: Option<Vec<String>>,
    /// What is granted; in any order.
    pub granted: Vec<String>,
    /// Limits.
    pub budgets: Budgets,
    /// What follows a denied call.
    pub denied: DeniedAction,
    /// What follows a fault.
    pub fault: FaultPolicy,
    /// Arguments after the container's name.
    pub args: Vec<String>,
    /// Environment, `NAME=value` each.
    pub env: Vec<String>,
    /// Whether it starts by itself.
    pub autostart: bool,
    /// The board's names of devices by the container's.
    pub devices: BTreeMap<String, String>,
}

impl PolicyBuilder {
    /// Makes the payload of a component `p`.
    ///
    /// # Errors
    /// [`BuildError::Refused`] if it isn't one that a device would read.
    pub fn build(&self) -> Result<Vec<u8>, BuildError> {
        let texts = |texts: &[String]| (!texts.is_empty()).then(|| Encoder::default().texts(texts));
        let denied = self.denied != DeniedAction::default();
        let fault = self.fault != FaultPolicy::default();
        let budgets = budgets(&self.budgets);
        let bytes = Entries::default()
            .add(1, Some(Encoder::default().unsigned(POLICY_VERSION.into())))
            .add(2, self.requested.as_ref().map(|requested| permissions(requested)))
            .add(3, Some(permissions(&self.granted)))
            .add(4, (!budgets.is_empty()).then(|| budgets.encode()))
            .add(5, denied.then(|| Encoder::default().unsigned(self.denied as u64)))
            .add(6, fault.then(|| self::fault(&self.fault)))
            .add(7, texts(&self.args))
            .add(8, texts(&self.env))
            .add(9, self.autostart.then(|| Encoder::default().boolean(true)))
            .add(10, (!self.devices.is_empty()).then(|| devices(&self.devices)))
            .encode()
            .finish();
        Policy::parse(&bytes)?;
        Ok(bytes)
    }
}

/// Sorted, each once.
fn permissions(list: &[String]) -> Encoder {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    Encoder::default().texts(&list)
}

fn budgets(budgets: &Budgets) -> Entries {
    let values = [
        budgets.memory_bytes,
        budgets.stack_bytes,
        budgets.cpu_share,
        budgets.priority,
        budgets.activation_ms,
        budgets.calls_per_second,
        budgets.queue_depth,
        budgets.handles,
        budgets.kv_bytes,
    ];
    numbers(Entries::default(), 1, &values)
}

fn fault(fault: &FaultPolicy) -> Encoder {
    let values = [fault.backoff_ms, fault.backoff_cap_ms, fault.quarantine_after, fault.window_s];
    let action = Entries::default().add(1, Some(Encoder::default().unsigned(fault.action as u64)));
    numbers(action, 2, &values).encode()
}

/// Adds numbers under keys from `first` on.
fn numbers(entries: Entries, first: i32, values: &[Option<u32>]) -> Entries {
    let number = |value: &Option<u32>| value.map(|value| Encoder::default().unsigned(value.into()));
    (first..).zip(values).fold(entries, |entries, (key, value)| entries.add(key, number(value)))
}

fn devices(devices: &BTreeMap<String, String>) -> Encoder {
    let mut sorted: Vec<_> = devices.iter().collect();
    sorted.sort_by_key(|(name, _)| (name.len(), *name));
    let map = Encoder::default().map(sorted.len());
    sorted.into_iter().fold(map, |map, (name, board)| map.text(name).text(board))
}
