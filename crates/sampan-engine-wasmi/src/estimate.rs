// SPDX-License-Identifier: Apache-2.0
//! What an ordinary module takes, from its outline.

use crate::scan::Facts;
use crate::stack_plan::StackPlan;

/// Header, engine, store and the reserve.
const FIXED: u64 = 6 * 1024;
/// A byte of code, while it's translated.
const PER_CODE_BYTE: u64 = 5;
/// A function: its type, its entry, its handle.
const PER_FUNCTION: u64 = 64;

/// Pointers of 64 bits take about half as much again.
const fn scale(bytes: u64) -> u64 {
    bytes * (size_of::<usize>() as u64 + 4) / 8
}

/// Bytes of region that a module like this is likely to load and run in.
pub(crate) fn bytes(facts: &Facts, plan: StackPlan) -> u32 {
    let code = u64::from(facts.code_bytes).saturating_mul(PER_CODE_BYTE);
    let functions = u64::from(facts.functions).saturating_mul(PER_FUNCTION);
    let tables = facts.table_entries.saturating_mul(crate::TABLE_ENTRY_BYTES as u64);
    scale(FIXED.saturating_add(code).saturating_add(functions))
        .saturating_add(tables)
        .saturating_add(u64::from(facts.data_bytes))
        .saturating_add(facts.memory_bytes)
        .saturating_add(plan.bytes() as u64)
        .try_into()
        .unwrap_or(u32::MAX)
}
