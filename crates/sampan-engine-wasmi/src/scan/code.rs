// SPDX-License-Identifier: Apache-2.0
//! Bounds of single functions.

use super::reader::Reader;
use super::{MAX_LOCALS, Refusal};

/// Checks each function of the code section.
pub(super) fn check(mut section: Reader<'_>) -> Result<(), Refusal> {
    for _ in 0..section.u32()? {
        let mut body = section.sized()?;
        let mut locals = 0_u32;
        for _ in 0..body.u32()? {
            locals = locals.saturating_add(body.u32()?);
            body.u32()?;
        }
        if locals > MAX_LOCALS {
            return Err(Refusal::unsupported("function with more than 512 locals"));
        }
    }
    Ok(())
}
