// SPDX-License-Identifier: Apache-2.0
//! The simulator: a runtime, its arena, and the loop that firmware's task would be.

use crate::{HostClosure, Metered, SharedLog, SimClock, SimDevices, SimEntropy, SimPlatform};
use sampan_abi::{ContainerState, Signature, Status};
use sampan_core::{Call, Config, HostRegistration, Inbox, InboxCell, Runtime};
use sampan_engine::{Arena, Engine};
use sampan_platform::Clock;
use std::num::NonZeroU32;
use std::ops::ControlFlow;

/// The runtime that a simulator drives.
pub type SimRuntime<E> = Runtime<SimPlatform, Metered<E>, HostClosure>;

/// What a simulator is made of. Start from [`Settings::new`].
pub struct Settings {
    /// Bytes of the arena.
    pub arena_bytes: usize,
    /// Decisions that firmware would make.
    pub config: Config,
    /// Time.
    pub clock: SimClock,
    /// Fuel that a container uses in a second of virtual CPU time.
    pub fuel_per_second: NonZeroU32,
    /// Random numbers.
    pub entropy: SimEntropy,
    /// Where log lines go.
    pub log: SharedLog,
    /// Devices, flash, sockets and the date.
    pub devices: SimDevices,
}

impl Settings {
    /// About what wasmi does on a Cortex-M at 80 MHz.
    pub const FUEL_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(9_999_999);

    /// A reproducible simulation: 256 KiB of arena, virtual time, seed 0.
    #[must_use]
    pub fn new(log: SharedLog) -> Self {
        Self {
            arena_bytes: 256 * 1024,
            config: Config::default(),
            clock: SimClock::virtual_time(),
            fuel_per_second: Self::FUEL_PER_SECOND,
            entropy: SimEntropy::seeded(0),
            log,
            devices: SimDevices::default(),
        }
    }
}

/// What one step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is more to do at once.
    Busy,
    /// Nothing happens before this time, but for answers and calls from outside.
    Idle {
        /// Time of the next deadline.
        until_us: u64,
    },
    /// Nothing will ever happen, but for answers and calls from outside.
    Stuck,
    /// No container is running or paused.
    AllEnded,
}

/// Why a run came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// No container is running or paused any more.
    AllEnded,
    /// The time limit was reached.
    TimeLimit,
    /// Containers are left, and all of them are paused or wait for what nobody will bring.
    Deadlock,
    /// The caller broke it off.
    BrokenOff,
}

/// A runtime on an arena of its own.
pub struct Simulator<E: Engine>
where
    E::Instance: 'static,
{
    runtime: SimRuntime<E>,
    inbox: &'static Inbox,
    clock: SimClock,
    devices: SimDevices,
}

impl<E: Engine> Simulator<E> {
    /// Makes a simulator without containers.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a configuration out of range; [`Status::NoMemory`] if the machine
    /// has no room for the arena, or the arena none for the runtime's tables.
    pub fn new(settings: Settings, engine: E) -> Result<Self, Status> {
        let Settings { arena_bytes, config, clock, fuel_per_second, entropy, log, devices } = settings;
        let mut memory = Vec::new();
        memory.try_reserve_exact(arena_bytes).map_err(|_| Status::NoMemory)?;
        memory.resize(arena_bytes, 0);
        let arena = Arena::new(memory.leak());
        let answers = config.max_containers.min(sampan_abi::limits::MAX_CONTAINERS).next_power_of_two();
        let cells = |count| &*Vec::leak((0..count).map(InboxCell::new).collect());
        let inbox = Inbox::new(cells(answers), cells(sampan_abi::limits::MAX_DEVICE_EVENTS))?;
        let inbox: &'static Inbox = Box::leak(Box::new(inbox));
        let platform = SimPlatform { clock: clock.clone(), entropy, log, devices: devices.clone() };
        let engine = Metered::new(engine, clock.clone(), fuel_per_second);
        let runtime = Runtime::new(platform, engine, arena, inbox, &config)?;
        Ok(Self { runtime, inbox, clock, devices })
    }

    /// The runtime, for all that concerns containers.
    pub const fn runtime(&mut self) -> &mut SimRuntime<E> {
        &mut self.runtime
    }

    /// Where answers to parked calls go.
    pub const fn inbox(&self) -> &'static Inbox {
        self.inbox
    }

    /// Its devices.
    pub const fn devices(&self) -> &SimDevices {
        &self.devices
    }

    /// Its time.
    pub const fn clock(&self) -> &SimClock {
        &self.clock
    }

    /// Offers `function` to containers created from now on, as `module`.`name` of type `signature`
    /// (`"(ii)i"`: `i` i32, `I` i64, `f` f32, `F` f64). [`sampan_core::Handler::call`] says what it
    /// answers.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a malformed signature; else as [`Runtime::register`].
    pub fn register(
        &mut self,
        module: &'static str,
        name: &'static str,
        signature: &str,
        function: impl Fn(&mut Call<'_>, &mut [u64]) -> i32 + Send + 'static,
    ) -> Result<(), Status> {
        let signature = Signature::parse(signature.as_bytes()).map_err(|_| Status::InvalidArgument)?;
        let handler = HostClosure::new(function);
        self.runtime.register(HostRegistration { module, name, signature, permission: None, handler })
    }

    /// Whether a container is running or paused.
    pub fn has_live_containers(&self) -> bool {
        let states = self.runtime.ids().filter_map(|id| self.runtime.status(id).ok());
        states
            .into_iter()
            .any(|status| matches!(status.state, ContainerState::Running | ContainerState::Paused))
    }

    /// Polls the runtime once. Never waits, whatever the clock.
    pub fn step(&mut self) -> Step {
        self.devices.serve(self.clock.now_us(), self.inbox);
        let deadline_us = self.runtime.poll().min(self.devices.due_us());
        if !self.has_live_containers() {
            return Step::AllEnded;
        }
        match deadline_us {
            u64::MAX => Step::Stuck,
            deadline_us if deadline_us <= self.clock.now_us() => Step::Busy,
            until_us => Step::Idle { until_us },
        }
    }

    /// Steps until all containers have ended, `limit_us` is reached, or nothing can happen any more.
    ///
    /// Between steps it waits for deadlines: virtual time jumps. `after_step` sees the simulator after
    /// each step, can take events, and can break off. An answer that another thread is about to post
    /// doesn't count as something that can happen: use [`SharedSimulator`](crate::SharedSimulator) then.
    pub fn run(&mut self, limit_us: u64, mut after_step: impl FnMut(&mut Self) -> ControlFlow<()>) -> Ending {
        loop {
            if self.clock.now_us() >= limit_us {
                return Ending::TimeLimit;
            }
            let step = self.step();
            if after_step(self).is_break() {
                return Ending::BrokenOff;
            }
            match step {
                Step::Busy => {}
                Step::Idle { until_us } => self.clock.sleep_until(until_us.min(limit_us)),
                // What `after_step` began on a device may have become due meanwhile.
                Step::Stuck if self.devices.due_us() < u64::MAX => {}
                Step::Stuck => return Ending::Deadlock,
                Step::AllEnded => return Ending::AllEnded,
            }
        }
    }
}
