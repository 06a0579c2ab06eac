// SPDX-License-Identifier: Apache-2.0
//! Analogue inputs.

use crate::device::unsupported;
use crate::{Device, Error, Operation, Progress};

/// What the counts of an analogue input mean: 0 is `min_uv`, `raw_max` is `max_uv`, and it's linear between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdcScale {
    /// Largest count; at most `i32::MAX`, at least 1.
    pub raw_max: u32,
    /// Microvolts at count 0; negative for an input that's differential.
    pub min_uv: i32,
    /// Microvolts at `raw_max`.
    pub max_uv: i32,
}

impl AdcScale {
    /// Microvolts at a count; one beyond the largest counts as that.
    #[must_use]
    pub fn microvolts(&self, raw: u32) -> i32 {
        let raw_max = i64::from(self.raw_max.max(1));
        let raw = i64::from(raw).min(raw_max);
        let span = i64::from(self.max_uv) - i64::from(self.min_uv);
        // Between the two ends, which are i32.
        (i64::from(self.min_uv) + raw * span / raw_max) as i32
    }
}

/// Analogue inputs.
pub trait Adc {
    /// Converts once: a count, 0 to the scale's `raw_max`. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Busy`]; [`Error::Io`]; [`Error::Unsupported`].
    fn adc_read(&self, _input: Device, _operation: Operation) -> Result<Progress<u32>, Error> {
        unsupported()
    }

    /// What the counts mean. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Unsupported`]; [`Error::Io`] for a scale without sense.
    fn adc_scale(&self, _input: Device) -> Result<AdcScale, Error> {
        unsupported()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_scaled_without_overflow() {
        let scale = AdcScale { raw_max: 4095, min_uv: 0, max_uv: 3_300_000 };
        assert_eq!((scale.microvolts(0), scale.microvolts(4095)), (0, 3_300_000));
        assert_eq!((scale.microvolts(2048), scale.microvolts(9999)), (1_650_402, 3_300_000));
        let widest = AdcScale { raw_max: i32::MAX as u32, min_uv: i32::MIN, max_uv: i32::MAX };
        assert_eq!((widest.microvolts(0), widest.microvolts(u32::MAX)), (i32::MIN, i32::MAX));
        assert_eq!(AdcScale { raw_max: 0, min_uv: -1, max_uv: 1 }.microvolts(0), -1);
    }
}
