// SPDX-License-Identifier: Apache-2.0
//! How the bytes of guest stack are divided between values and call frames.

/// Bytes of one call frame where pointers have 32 bits. It's the same on a host, so that a module recurses
/// as deep in a simulation as on a microcontroller.
const FRAME_BYTES: u32 = 12;
/// Bytes of stack for which there is one frame.
const BYTES_PER_FRAME: u32 = 64;
/// Least that is worth running with.
const MIN_BYTES: u32 = 512;

/// Sizes of the engine's two stacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StackPlan {
    /// Calls that can be nested.
    pub(crate) depth: usize,
    /// Bytes of parameters, locals and operands, eight each.
    pub(crate) value_bytes: usize,
}

impl StackPlan {
    /// Divides `stack_bytes`, or the least there is.
    pub(crate) const fn new(stack_bytes: u32) -> Self {
        let bytes = if stack_bytes < MIN_BYTES { MIN_BYTES } else { stack_bytes };
        // wasmi's frames double, so only a power of two uses all that is allocated.
        let depth = 1 << (bytes / BYTES_PER_FRAME).ilog2();
        let value_bytes = (bytes - depth * FRAME_BYTES) & !7;
        Self { depth: depth as usize, value_bytes: value_bytes as usize }
    }

    /// Bytes that both take here.
    pub(crate) const fn bytes(self) -> usize {
        let frame = FRAME_BYTES as usize * core::mem::size_of::<usize>() / 4;
        self.value_bytes.saturating_add(self.depth.saturating_mul(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_values_share_what_there_is() {
        assert_eq!(StackPlan::new(0), StackPlan::new(512));
        assert_eq!(StackPlan::new(4096), StackPlan { depth: 64, value_bytes: 3328 });
        for bytes in [512, 1000, 4096, 5000, 65_536, u32::MAX] {
            let plan = StackPlan::new(bytes);
            assert!(plan.depth.is_power_of_two());
            assert!(plan.value_bytes + plan.depth * 12 <= bytes as usize);
            assert!(plan.value_bytes + plan.depth * 12 + 8 > bytes as usize);
        }
    }
}
