// SPDX-License-Identifier: Apache-2.0
//! What the owner of a runtime decides: once for all of it, and for each container.

use crate::desk::Shelf;
use sampan_abi::{ContainerId, Status, limits};
use sampan_image::{DeniedAction, Devices, Effective, Policy};

/// Decisions for a whole runtime. Start from [`Config::default`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Containers at a time, 1 to [`limits::MAX_CONTAINERS`].
    pub max_containers: usize,
    /// Host functions that can be registered, up to [`limits::MAX_HOST_FUNCTIONS`].
    pub max_host_functions: usize,
    /// Topics that the firmware itself can subscribe to, up to [`limits::MAX_SUBSCRIBERS`].
    pub max_subscribers: usize,
    /// Fuel of one slice, [`limits::MIN_SLICE_FUEL`] to [`limits::MAX_SLICE_FUEL`]: how long a container
    /// runs before another one, or the firmware, gets its turn.
    pub slice_fuel: u32,
    /// Generation of the first container's id. Whoever makes one runtime after another gives the later one the
    /// [`Runtime::next_generation`](crate::Runtime::next_generation) of the earlier one: then no id, and no
    /// token of a call, means something again.
    pub first_generation: u32,
    /// Whether only signed images run: then [`Runtime::create`](crate::Runtime::create) refuses every module.
    pub signed_only: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_containers: 8,
            max_host_functions: 32,
            max_subscribers: 8,
            slice_fuel: 10_000,
            first_generation: 1,
            signed_only: false,
        }
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
            && self.max_subscribers <= limits::MAX_SUBSCRIBERS
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
    /// What it may do; nothing unless it's said.
    pub permissions: Effective<'a>,
    /// What follows a call that it may not make.
    pub denied: DeniedAction,
    /// Handles open at a time, up to [`limits::MAX_HANDLES`]: timers, subscriptions, messages to be answered, devices,
    /// sockets. 0:
    /// [`ContainerOptions::DEFAULT_HANDLES`].
    pub handles: u16,
    /// Bytes of its mailbox, up to [`limits::MAX_MAILBOX`]. 0: [`ContainerOptions::DEFAULT_MAILBOX_BYTES`].
    pub mailbox_bytes: u32,
    /// Messages in its mailbox. 0: as many as its bytes hold.
    pub queue_depth: u16,
    /// Calls of Sampan's own and of WASI in a second. 0: any number.
    pub calls_per_second: u32,
    /// Bytes of its values, if less than its permission gives.
    pub kv_bytes: Option<u32>,
    /// The board's names of devices that it knows by other ones. Its permissions are for the names that it uses itself.
    pub devices: Devices<'a>,
}

impl ContainerOptions<'_> {
    /// Stack of a container that doesn't say.
    pub const DEFAULT_STACK_BYTES: u32 = 4096;
    /// Handles of a container that doesn't say.
    pub const DEFAULT_HANDLES: u16 = 8;
    /// Mailbox of a container that doesn't say.
    pub const DEFAULT_MAILBOX_BYTES: u32 = 1024;
    /// Share of a container that doesn't say.
    pub const DEFAULT_SHARE: u16 = 100;

    /// Takes over what a policy decides: budgets, and what follows a denied call. Its texts aren't taken, since they
    /// need a list, nor its permissions, which count as far as they were asked for.
    pub fn set_policy(&mut self, policy: &Policy<'_>) {
        let budgets = &policy.budgets;
        // All were held to their ranges when the policy was read.
        let narrow = |budget: Option<u32>| budget.map_or(0, |value| u16::try_from(value).unwrap_or(u16::MAX));
        self.memory_limit = budgets.memory_bytes.unwrap_or(0);
        self.stack_bytes = budgets.stack_bytes.unwrap_or(0);
        self.share = narrow(budgets.cpu_share);
        self.priority = budgets.priority.map_or(0, |value| u8::try_from(value).unwrap_or(u8::MAX));
        self.handles = narrow(budgets.handles);
        self.queue_depth = narrow(budgets.queue_depth);
        self.calls_per_second = budgets.calls_per_second.unwrap_or(0);
        self.kv_bytes = budgets.kv_bytes;
        self.denied = policy.denied;
    }

    /// # Errors
    /// What is outside its range.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let mut texts = self.args.iter().chain(self.env);
        if self.share > limits::MAX_SHARE {
            Err("its share is too large")
        } else if self.priority > limits::MAX_PRIORITY {
            Err("there is no such priority")
        } else if self.handles > limits::MAX_HANDLES {
            Err("it can't have so many handles")
        } else if self.mailbox_bytes > limits::MAX_MAILBOX {
            Err("its mailbox is too large")
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

    /// Room for the board's names of devices.
    pub(crate) fn aliases_len(&self) -> usize {
        let lens =
            self.devices.iter().map(|(name, board)| Shelf::record_len(name.as_bytes(), board.as_bytes()));
        lens.fold(0, usize::saturating_add)
    }

    /// Bytes of its values.
    pub(crate) fn kv_bytes(&self) -> u32 {
        let permitted = self.permissions.size("kv");
        self.kv_bytes.map_or(permitted, |bytes| bytes.min(permitted))
    }

    pub(crate) fn stack_bytes_or_default(&self) -> u32 {
        if self.stack_bytes == 0 { Self::DEFAULT_STACK_BYTES } else { self.stack_bytes }
    }

    pub(crate) fn handles_or_default(&self) -> u8 {
        let handles = if self.handles == 0 { Self::DEFAULT_HANDLES } else { self.handles };
        u8::try_from(handles).unwrap_or(u8::MAX)
    }

    pub(crate) fn mailbox_or_default(&self) -> usize {
        let bytes = if self.mailbox_bytes == 0 { Self::DEFAULT_MAILBOX_BYTES } else { self.mailbox_bytes };
        bytes as usize
    }

    pub(crate) fn depth_or_default(&self) -> u16 {
        if self.queue_depth == 0 { u16::MAX } else { self.queue_depth }
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
            handles: 0,
            mailbox_bytes: 0,
            queue_depth: 0,
            calls_per_second: 0,
            kv_bytes: None,
            devices: Devices::NONE,
        }
    }
}
