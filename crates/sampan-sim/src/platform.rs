// SPDX-License-Identifier: Apache-2.0
//! The platform that a simulated runtime is given.

use crate::{SimClock, SimEntropy};
use sampan_abi::LogLevel;
use sampan_platform::{
    Adc, Clock, Devices, Entropy, Error, Flash, Gpio, I2c, Log, Net, Sensor, Spi, Uart, WallClock,
};
use std::sync::Arc;

/// Where log lines go, shared with whoever wants to read them.
pub type SharedLog = Arc<dyn Log + Send + Sync>;

/// Clock, entropy and log in one.
pub struct SimPlatform {
    pub(crate) clock: SimClock,
    pub(crate) entropy: SimEntropy,
    pub(crate) log: SharedLog,
}

impl Clock for SimPlatform {
    fn now_us(&self) -> u64 {
        self.clock.now_us()
    }
}

impl Entropy for SimPlatform {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        self.entropy.fill(buffer)
    }
}

impl Log for SimPlatform {
    fn line(&self, level: LogLevel, source: &str, line: &[u8]) {
        self.log.line(level, source, line);
    }
}

impl WallClock for SimPlatform {}
impl Devices for SimPlatform {}
impl Gpio for SimPlatform {}
impl Adc for SimPlatform {}
impl I2c for SimPlatform {}
impl Spi for SimPlatform {}
impl Uart for SimPlatform {}
impl Sensor for SimPlatform {}
impl Flash for SimPlatform {}
impl Net for SimPlatform {}
