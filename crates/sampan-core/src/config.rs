// SPDX-License-Identifier: Apache-2.0
//! What the owner of a runtime decides: once for all of it, and for each container.

use sampan_abi::{ContainerId, Status, limits};
use sampan_image::{DeniedAction, Effective};

/// Decisions for a whole runtime. Start from [`Config::default`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Containers at a time, 1 to [`limits::MAX_CONTAINERS`].
    pub max_containers: usize,
    /// Host functions that can be registered, up to [`limits::MAX_HOST_FUNCTIONS`].
    pub max_host_functions: usize,
    /// Fuel of one slice, [`limits::MIN_SLICE_FUEL`] to [`limits::MAX_SLICE_FUEL`]: how long a container
    /// runs before another one, or the firmware, gets its turn.
    pub slice_fuel: u32,
    /// Generation of the first container's id. Whoever makes one runtime after another gives the later one the
    /// [`Runtime::next_generation`](crate::Runtime::next_generation) of the earlier one: then no id, and no
    /// token of a call, means something again.
    pub first_generation: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { max_containers: 8, max_host_functions: 32, slice_fuel: 10_000, first_generation: 1 }
    }
}

impl Config {
    /// Whether every value is in its range; [`Runtime::new`](crate::Runtime::new) asks too.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a value outside its range.
    pub fn check(&self) -> Result<(), Status> {
        let in_range = (1..=limits::MAX_CONTAINERS).contains(&self.max_containers)
            && self.max_host_functions <= limits::MAX_HOST_FUNCTIONS
            && (limits::MIN_SLICE_FUEL..=limits::MAX_SLICE_FUEL).contains(&self.slice_fuel)
            && ContainerId::new(0, self.first_generation).is_some();
        if in_range { Ok(()) } else { Err(Status::InvalidArgument) }
    }
}

/// Decisions for one container. Start from [`ContainerOptions::default`].
#[derive(Clone, Copy, Debug)]
pub struct ContainerOptions<'a> {
    /// Its name, unique among the containers; empty: `c` and the number of its slot.
    pub name: &'a [u8],
    /// Arguments; none: its name alone.
    pub args: &'a [&'a [u8]],
    /// Environment, `KEY=value` each.
    pub env: &'a [&'a [u8]],
    /// Bytes of its region: engine, stack and linear memory together. 0: what the engine says it needs.
    pub memory_limit: u32,
    /// Bytes of its stack of values and frames. 0: [`ContainerOptions::DEFAULT_STACK_BYTES`].
    pub stack_bytes: u32,
    /// Weight of its CPU time against the others', 1 to [`limits::MAX_SHARE`]. 0:
    /// [`ContainerOptions::DEFAULT_SHARE`].
    pub share: u16,
    /// Who goes first among those within their share, 0 (first) to [`limits::MAX_PRIORITY`].
    pub priority: u8,
    /// What it may do; nothing unless it's said. No call is checked against it yet.
    pub permissions: Effective<'a>,
    /// What follows a call that it may not make, once calls are checked.
    pub denied: DeniedAction,
}

impl ContainerOptions<'_> {
    /// Stack of a container that doesn't say.
    pub const DEFAULT_STACK_BYTES: u32 = 4096;
    /// Share of a container that doesn't say.
    pub const DEFAULT_SHARE: u16 = 100;

    /// # Errors
    /// What is outside its range.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let mut texts = self.args.iter().chain(self.env);
        if self.share > limits::MAX_SHARE {
            Err("its share is too large")
        } else if self.priority > limits::MAX_PRIORITY {
            Err("there is no such priority")
        } else if self.args.len() > limits::MAX_ARGS || self.env.len() > limits::MAX_ARGS {
            Err("too many arguments or environment variables")
        } else if self.texts_len() > limits::MAX_ARGS_BYTES {
            Err("arguments and environment are too long")
        } else if texts.any(|text| text.contains(&0)) {
            Err("an argument or environment variable has a NUL inside")
        } else {
            Ok(())
        }
    }

    /// Bytes of all arguments and environment variables, terminators included.
    pub(crate) fn texts_len(&self) -> usize {
        let lens = self.args.iter().chain(self.env).map(|text| text.len().saturating_add(1));
        lens.fold(0, usize::saturating_add)
    }

    pub(crate) fn stack_bytes_or_default(&self) -> u32 {
        if self.stack_bytes == 0 { Self::DEFAULT_STACK_BYTES } else { self.stack_bytes }
    }

    pub(crate) fn share_or_default(&self) -> u16 {
        if self.share == 0 { Self::DEFAULT_SHARE } else { self.share }
    }
}

impl Default for ContainerOptions<'_> {
    fn default() -> Self {
        Self {
            name: b"",
            args: &[],
            env: &[],
            memory_limit: 0,
            stack_bytes: 0,
            share: 0,
            priority: 0,
            permissions: Effective::NONE,
            denied: DeniedAction::Error,
        }
    }
}
