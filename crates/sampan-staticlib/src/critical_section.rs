// SPDX-License-Identifier: Apache-2.0
//! Compare-and-swap for cores that have none: a few instructions with interrupts off.
//!
//! Cortex-M0 and RV32 without A borrow it from here, through `portable-atomic`. That excludes interrupts
//! and tasks of this core: a part with several such cores isn't served.

use critical_section::{Impl, RawRestoreState, set_impl};

struct InterruptsOff;

set_impl!(InterruptsOff);

// SAFETY: with interrupts off, nothing else of this core runs between acquire and release; `release` puts
// them back to how `acquire` found them, so sections nest.
#[cfg(target_arch = "arm")]
unsafe impl Impl for InterruptsOff {
    unsafe fn acquire() -> RawRestoreState {
        let masked: u32;
        // SAFETY: reads PRIMASK and sets it; memory accesses aren't moved out of the section.
        unsafe { core::arch::asm!("mrs {0}, primask", "cpsid i", out(reg) masked, options(nostack)) };
        masked & 1 == 0
    }

    unsafe fn release(enable: RawRestoreState) {
        if enable {
            // SAFETY: interrupts were on when the section began.
            unsafe { core::arch::asm!("cpsie i", options(nostack)) };
        }
    }
}

// SAFETY: as above; machine mode is what bare RV32 parts run in.
#[cfg(target_arch = "riscv32")]
unsafe impl Impl for InterruptsOff {
    unsafe fn acquire() -> RawRestoreState {
        let status: u32;
        // SAFETY: reads mstatus and clears MIE; memory accesses aren't moved out of the section.
        unsafe { core::arch::asm!("csrrci {0}, mstatus, 8", out(reg) status, options(nostack)) };
        status & 8 != 0
    }

    unsafe fn release(enable: RawRestoreState) {
        if enable {
            // SAFETY: interrupts were on when the section began.
            unsafe { core::arch::asm!("csrsi mstatus, 8", options(nostack)) };
        }
    }
}
