// SPDX-License-Identifier: Apache-2.0
//! What the runtime needs of the board: time from SysTick, and a log by semihosting.

use core::cell::Cell;
use cortex_m::peripheral::{SYST, syst::SystClkSource};
use cortex_m_rt::exception;
use cortex_m_semihosting::hio;
use critical_section::Mutex;
use sampan_platform::{
    Adc, Clock, Devices, Entropy, Error, Flash, Gpio, I2c, Log, Net, Sensor, Spi, Uart, WallClock,
};

/// The core's clock on QEMU's machine, which SysTick counts.
const CORE_HZ: u32 = 25_000_000;
const TICK_US: u64 = 1000;
const COUNTS_A_TICK: u32 = CORE_HZ / 1000;

static TICKS: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

#[exception]
fn SysTick() {
    critical_section::with(|masked| {
        let ticks = TICKS.borrow(masked);
        ticks.set(ticks.get().wrapping_add(1));
    });
}

/// The board as the runtime's platform.
pub(crate) struct Board;

impl Board {
    /// Starts the clock: from now on there is an interrupt each millisecond.
    pub(crate) fn new(mut systick: SYST) -> Self {
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(COUNTS_A_TICK - 1);
        systick.clear_current();
        systick.enable_interrupt();
        systick.enable_counter();
        Self
    }
}

impl Clock for Board {
    /// A millisecond at a time, so that an interrupt that is masked can't make it go back.
    fn now_us(&self) -> u64 {
        critical_section::with(|masked| TICKS.borrow(masked).get()).wrapping_mul(TICK_US)
    }
}

impl Entropy for Board {
    /// QEMU's machine has no generator; a product has one.
    fn fill(&self, _buffer: &mut [u8]) -> Result<(), Error> {
        Err(Error::Io)
    }
}

impl Log for Board {
    fn line(&self, level: sampan_abi::LogLevel, source: &str, line: &[u8]) {
        let Ok(mut console) = hio::hstdout() else { return };
        let level: &[u8] = match level {
            sampan_abi::LogLevel::Error => b"[E] ",
            sampan_abi::LogLevel::Warning => b"[W] ",
            sampan_abi::LogLevel::Info => b"[I] ",
            sampan_abi::LogLevel::Debug => b"[D] ",
        };
        for part in [level, source.as_bytes(), b": ", line, b"\n"] {
            // A console that is gone must not stop the firmware.
            let _ = console.write_all(part);
        }
    }
}

// What the sample's containers don't need of the board.
impl WallClock for Board {}
impl Devices for Board {}
impl Gpio for Board {}
impl Adc for Board {}
impl I2c for Board {}
impl Spi for Board {}
impl Uart for Board {}
impl Sensor for Board {}
impl Flash for Board {}
impl Net for Board {}
