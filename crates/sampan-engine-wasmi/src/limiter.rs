// SPDX-License-Identifier: Apache-2.0
//! What a running module may take: memory as far as its region goes, no more table entries.

use wasmi::ResourceLimiter;
use wasmi::errors::MemoryError;
use wasmi_core::LimiterError;

use crate::region::RegionHeap;

/// The limiter of one instance.
pub(crate) struct Limiter {
    heap: RegionHeap,
    /// Bytes that linear memory can't exceed: the region's.
    region_len: usize,
    /// The module is being instantiated: its tables may take what they need.
    pub(crate) loading: bool,
}

impl Limiter {
    pub(crate) const fn new(heap: RegionHeap, region_len: usize) -> Self {
        Self { heap, region_len, loading: true }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        if desired > self.region_len || maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        // The allocation that follows may fail: the module gets -1 for it.
        self.heap.expect_growth(desired);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        // `table.grow` can't be resumed when fuel runs out in it, so it answers -1.
        Ok(self.loading)
    }

    fn memory_grow_failed(&mut self, _error: &MemoryError) -> Result<(), LimiterError> {
        self.heap.forget_growth();
        Ok(())
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        100
    }

    fn memories(&self) -> usize {
        1
    }
}
