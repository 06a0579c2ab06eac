// SPDX-License-Identifier: Apache-2.0
//! What an ordinary module takes, from its outline.
//!
//! Fitted to modules that clang made, on Cortex-M and x86-64, with a fifth to spare. There is no bound: some
//! modules, all made for it, take a thousand times their size.

use crate::scan::Facts;
use crate::stack_plan::StackPlan;

/// Header, engine, store, translator and reserve, where pointers have 32 bits.
const FIXED: u64 = 14 * 1024;
/// A function's type, entry and handle, where pointers have 32 bits.
const PER_FUNCTION: u64 = 64;
/// A byte of code while it's translated, 3.2 to 4.1 as measured.
const PER_CODE_BYTE: u64 = 5;

/// Where pointers have 64 bits, structures and what the translator makes of code grow by half, and the heap
/// loses more between blocks: three quarters with that, as C programs on x86-64 need it.
const fn scale(bytes: u64) -> u64 {
    if size_of::<usize>() > 4 { bytes * 7 / 4 } else { bytes }
}

/// Bytes of region that a module like this is likely to load and run in.
pub(crate) fn bytes(facts: &Facts, plan: StackPlan) -> u32 {
    let structures = FIXED + u64::from(facts.functions) * PER_FUNCTION;
    let code = u64::from(facts.code_bytes) * PER_CODE_BYTE;
    let tables = facts.table_entries.saturating_mul(crate::TABLE_ENTRY_BYTES as u64);
    (scale(structures + code) + u64::from(facts.data_bytes))
        .saturating_add(tables)
        .saturating_add(facts.memory_bytes)
        .saturating_add(plan.bytes() as u64)
        .try_into()
        .unwrap_or(u32::MAX)
}
