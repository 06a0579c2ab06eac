// SPDX-License-Identifier: Apache-2.0
//! Sampan's platform on a development machine.
//!
//! A [`Simulator`] drives the same core and the same engines as firmware does, on an arena of its own. It
//! replaces only what a board would give: the clock, random numbers, the log, fake devices ([`SimDevices`]), and the
//! firmware's host functions, which are closures here.
//!
//! - Under a virtual [`SimClock`] time passes only where the simulation says so: by the fuel that
//!   containers use ([`Metered`]), and by jumps to the next deadline when all of them wait. Together with
//!   seeded [`SimEntropy`] a run is the same every time, whatever machine it runs on.
//! - Under a real clock it sleeps as firmware would.
//! - [`SharedSimulator`] is the handle for several threads, with the rules that firmware's tasks obey.
//!
//! An arena is leaked, since containers may outlive anything but the process; make few simulators.
#![forbid(unsafe_code)]

mod adc;
mod clock;
mod devices;
mod entropy;
mod flash;
mod gpio;
mod handler;
mod i2c;
mod log;
mod metered;
mod net;
mod platform;
mod sensor;
mod shared;
mod simulator;
mod spi;
mod turn;
mod uart;

pub use clock::SimClock;
pub use devices::{FakeDevice, SimDevices};
pub use entropy::SimEntropy;
pub use flash::SimFlash;
pub use handler::HostClosure;
pub use log::{ConsoleLog, LogLine, RecordedLog};
pub use metered::Metered;
pub use platform::{SharedLog, SimPlatform};
pub use shared::SharedSimulator;
pub use simulator::{Ending, Settings, SimRuntime, Simulator, Step};
