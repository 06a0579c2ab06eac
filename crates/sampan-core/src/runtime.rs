// SPDX-License-Identifier: Apache-2.0
//! The runtime: containers on an arena, run one slice a poll.

mod signed;

use crate::calls::device::{code_of, outcome, reclaim};
use crate::calls::msg::{Others, Parcel, is_topic};
use crate::calls::wasi_abi::ERRNO_INTR;
use crate::calls::{
    Binder, Broker, CallToken, CheckedMemory, Code, GuestMemory, Handler, HostRegistration, Message,
    Registry, Subscribers, finish_poll, found,
};
#[cfg(feature = "wasi-sockets")]
use crate::calls::{errno_of, finish_socket};
use crate::config::{Config, ContainerOptions};
use crate::container::{Container, ContainerStats, ContainerStatus, Event, Guest, Span, Strings, Wait};
#[cfg(feature = "wasi-sockets")]
use crate::container::{Lookup, Then};
use crate::desk::Desk;
use crate::inbox::Inbox;
use crate::schedule::{Account, Floor, pick};
use crate::table::{Slot, Table};
use crate::text::{Name, RUNTIME, log};
use core::mem::size_of;
use sampan_abi::{ContainerId, ContainerState, ExitReason, LogLevel, Status, limits};
use sampan_engine::{Activation, Arena, Engine, Limits, MemoryNeed, Outcome, Region};
use sampan_image::TrustStore;
use sampan_platform::{DeviceEvent, Platform};

pub use signed::{Authority, refusal_status};

/// Entry point of a WASI command.
const ENTRY: &str = "_start";
/// Runs once before the entry point, where a module has it.
const INITIALISE: &str = "_initialize";
/// Called, where a module exports it, when there is something to be told after its entry point has returned.
const CALLBACK: &str = "sampan_on_event";
/// Regions are cut so that the engine's part stays aligned.
const STRINGS_ALIGN: usize = 16;

/// Counters of a whole runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeStats {
    /// Containers that exist.
    pub containers: usize,
    /// Bytes of the arena.
    pub arena_len: usize,
    /// Bytes of the arena in use.
    pub arena_used: usize,
    /// Most bytes of the arena ever in use.
    pub arena_peak: usize,
    /// Bytes of the runtime's own data for each container, beside its engine's.
    pub container_overhead: usize,
    /// Polls so far.
    pub polls: u64,
    /// Events of devices that came in.
    pub device_events: u32,
    /// Events of devices that were lost, since more came than can wait for a poll.
    pub device_events_lost: u32,
}

/// All containers, on one platform and one engine; `H` answers the firmware's host functions.
pub struct Runtime<P, E: Engine, H>
where
    E::Instance: 'static,
    H: 'static,
{
    platform: P,
    engine: E,
    arena: Arena,
    table: Table<E::Instance>,
    registry: Registry<H>,
    subscribers: Subscribers<H>,
    epoch_us: Option<u64>,
    inbox: &'static Inbox,
    slice_fuel: u32,
    floor: Floor,
    next_call: u32,
    polls: u64,
    signed_only: bool,
    trust: Option<TrustStore<'static>>,
    device_events: u32,
    /// Events that had been lost at the last poll.
    #[cfg(feature = "wasi-sockets")]
    events_lost: u32,
}

impl<P: Platform, E: Engine, H: Handler> Runtime<P, E, H> {
    /// Bytes of the runtime's own data for each container, beside its engine's.
    pub const CONTAINER_OVERHEAD: usize = size_of::<Slot<E::Instance>>() - size_of::<E::Instance>();

    /// Makes a runtime without containers. Its tables come out of `arena`, and so will all else.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a configuration out of range, [`Status::NoMemory`] if the arena
    /// can't hold the tables.
    pub fn new(
        platform: P,
        engine: E,
        mut arena: Arena,
        inbox: &'static Inbox,
        config: &Config,
    ) -> Result<Self, Status> {
        config.check()?;
        let slots = arena
            .allocate_array(config.max_containers, |_| None::<Container<E::Instance>>)
            .ok_or(Status::NoMemory)?;
        let places: &'static mut [Option<HostRegistration<H>>] = match config.max_host_functions {
            0 => &mut [],
            count => arena.allocate_array(count, |_| None).ok_or(Status::NoMemory)?,
        };
        let subscribers: &'static mut [Option<(&'static str, H)>] = match config.max_subscribers {
            0 => &mut [],
            count => arena.allocate_array(count, |_| None).ok_or(Status::NoMemory)?,
        };
        Ok(Self {
            platform,
            engine,
            arena,
            table: Table::new(slots, config.first_generation),
            registry: Registry::new(places),
            subscribers: Subscribers::new(subscribers),
            epoch_us: None,
            inbox,
            slice_fuel: config.slice_fuel,
            floor: Floor::default(),
            next_call: 1,
            polls: 0,
            signed_only: config.signed_only,
            trust: None,
            device_events: 0,
            #[cfg(feature = "wasi-sockets")]
            events_lost: 0,
        })
    }

    /// Offers a host function to containers created from now on.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for a name out of bounds or reserved, [`Status::Duplicate`],
    /// [`Status::TableFull`].
    pub fn register(&mut self, registration: HostRegistration<H>) -> Result<(), Status> {
        self.registry.add(registration)
    }

    /// Loads a module without running any of it.
    ///
    /// The load itself isn't sliced: with an engine that translates it takes time in proportion to the
    /// module.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] or [`Status::Duplicate`] for the options; [`Status::NoSlot`];
    /// [`Status::NoMemory`]; [`Status::BadImage`], [`Status::Unsupported`]; [`Status::UnknownImport`],
    /// [`Status::ImportType`]; [`Status::NoEntry`]; [`Status::Untrusted`] where only signed images run.
    /// Nothing has changed then, and the log says what was wrong.
    pub fn create(
        &mut self,
        image: &'static [u8],
        options: &ContainerOptions<'_>,
    ) -> Result<ContainerId, Status> {
        if self.signed_only {
            log(
                &self.platform,
                LogLevel::Error,
                RUNTIME,
                format_args!("not created: only signed images run"),
            );
            return Err(Status::Untrusted);
        }
        self.admit(image, options)
    }

    /// Creates a container, wherever its code comes from.
    fn admit(&mut self, image: &'static [u8], options: &ContainerOptions<'_>) -> Result<ContainerId, Status> {
        let place = self.place(options);
        let created = place.and_then(|(id, name)| {
            self.load(id, name, image, options)?;
            Ok(id)
        });
        if let Err(status) = created {
            let name = place.map(|(_, name)| name);
            let source = name.as_ref().map_or(RUNTIME, Name::as_str);
            log(&self.platform, LogLevel::Error, source, format_args!("not created: {}", status.text()));
        }
        created
    }

    /// Id and name of the container that `options` ask for.
    fn place(&self, options: &ContainerOptions<'_>) -> Result<(ContainerId, Name), Status> {
        let id = self.table.vacant()?;
        let name = if options.name.is_empty() { Name::of_slot(id.slot()) } else { Name::new(options.name)? };
        Ok((id, name))
    }

    fn load(
        &mut self,
        id: ContainerId,
        name: Name,
        image: &'static [u8],
        options: &ContainerOptions<'_>,
    ) -> Result<(), Status> {
        if let Err(detail) = options.check() {
            log(&self.platform, LogLevel::Error, name.as_str(), format_args!("{detail}"));
            return Err(Status::InvalidArgument);
        }
        if self.find(name.as_str().as_bytes()).is_ok() {
            return Err(Status::Duplicate);
        }
        if !self.engine.accepts(image) {
            return Err(Status::BadImage);
        }
        let limits = Limits { stack_bytes: options.stack_bytes_or_default() };
        let (need, limit) = match self.engine.memory_need(image, &limits) {
            Ok(need) => (need, options.memory_limit),
            // The load refuses it as well, without any memory, and says why.
            Err(_) => (MemoryNeed { bytes: 0, exact: false }, 0),
        };
        let region_len = if limit == 0 { need.bytes } else { limit };
        if need.exact && region_len < need.bytes {
            let text = format_args!("needs {} bytes, its limit is {region_len}", need.bytes);
            log(&self.platform, LogLevel::Error, name.as_str(), text);
            return Err(Status::NoMemory);
        }
        let (mut desk, desk_end) = Desk::new(options, strings_len(&name, options), self.registry.count());
        let head_len = desk_end.next_multiple_of(STRINGS_ALIGN);
        let whole_len = head_len.checked_add(region_len as usize).ok_or(Status::NoMemory)?;
        let Some(whole) = self.arena.allocate(whole_len) else {
            let left = self.arena.len().saturating_sub(self.arena.used());
            let text = format_args!("the arena has no block of {whole_len} bytes ({left} left in all)");
            log(&self.platform, LogLevel::Error, name.as_str(), text);
            return Err(Status::NoMemory);
        };
        let (head, region) = whole.split(head_len);
        let mut strings = fill_strings(head, &name, options);
        desk.handles.format(strings.region.bytes());
        desk.fill_aliases(&options.devices, strings.region.bytes());
        desk.grants.fill(&options.permissions, self.registry.permissions(), strings.region.bytes());
        let mut linker =
            Binder { platform: &self.platform, registry: &self.registry, container: name.as_str() };
        match self.engine.load(image, region, &limits, &mut linker) {
            Ok(instance) if self.engine.exports(&instance, ENTRY) => {
                let account = Account::new(options.share_or_default(), options.priority);
                self.table.fill(id, Container::new(id, instance, name, account, strings, desk));
                Ok(())
            }
            Ok(instance) => {
                let region = self.engine.unload(instance);
                self.arena.free_split(strings.region, region);
                Err(Status::NoEntry)
            }
            Err(error) => {
                if !error.detail.is_empty() {
                    log(&self.platform, LogLevel::Error, name.as_str(), format_args!("{}", error.detail));
                }
                self.arena.free_split(strings.region, error.region);
                Err(error.status)
            }
        }
    }

    /// Starts a container that was created and never run.
    ///
    /// # Errors
    /// [`Status::StaleId`], [`Status::WrongState`]; [`Status::NoMemory`] or [`Status::Internal`], and the
    /// container is faulted.
    pub fn start(&mut self, id: ContainerId) -> Result<(), Status> {
        if self.table.get(id)?.state() != ContainerState::Created {
            return Err(Status::WrongState);
        }
        self.begin(id)
    }

    /// Runs a container from its beginning again with fresh memory, whatever its state but quarantined.
    ///
    /// # Errors
    /// [`Status::StaleId`]; [`Status::Untrusted`] once its image isn't trusted any more; [`Status::WrongState`] in
    /// quarantine; what a load can answer, and the container is faulted.
    pub fn restart(&mut self, id: ContainerId) -> Result<(), Status> {
        let (container, mut others) = self.table.get_apart(id)?;
        if container.exit() == Some(ExitReason::Revoked) {
            return Err(Status::Untrusted);
        }
        if container.state() == ContainerState::Quarantined {
            return Err(Status::WrongState);
        }
        reclaim(&self.platform, &mut container.guest, &mut others);
        container.guest.desk.clear(container.guest.strings.region.bytes());
        container.guest.line.flush(&self.platform, container.guest.name.as_str());
        let name = container.guest.name;
        let mut linker =
            Binder { platform: &self.platform, registry: &self.registry, container: name.as_str() };
        if let Err(status) = self.engine.reset(&mut container.instance, &mut linker) {
            return self.fault(id, status);
        }
        container.guest.stats.restarts = container.guest.stats.restarts.saturating_add(1);
        container.initialised = false;
        self.begin(id)
    }

    fn begin(&mut self, id: ContainerId) -> Result<(), Status> {
        let container = self.table.get_mut(id)?;
        container.initialised = !self.engine.exports(&container.instance, INITIALISE);
        let entry = if container.initialised { ENTRY } else { INITIALISE };
        if let Err(status) = self.engine.begin(&mut container.instance, entry) {
            return self.fault(id, status);
        }
        container.run(self.floor);
        Ok(())
    }

    /// Ends a container that the engine could not make ready to run.
    fn fault(&mut self, id: ContainerId, status: Status) -> Result<(), Status> {
        let reason = match status {
            Status::NoMemory => ExitReason::OutOfMemory,
            Status::Internal => ExitReason::EngineFault,
            other => ExitReason::LinkError(other),
        };
        let (container, mut others) = self.table.get_apart(id)?;
        end(&self.platform, container, &mut others, reason);
        Err(status)
    }

    /// Keeps a running container from running until [`resume`](Self::resume).
    ///
    /// # Errors
    /// [`Status::StaleId`]; [`Status::WrongState`] unless it's running and wasn't asked to stop.
    pub fn pause(&mut self, id: ContainerId) -> Result<(), Status> {
        self.table.get_mut(id)?.pause()
    }

    /// Lets a paused container run on. Sleeps that ran out meanwhile are over.
    ///
    /// # Errors
    /// [`Status::StaleId`]; [`Status::WrongState`] unless it's paused.
    pub fn resume(&mut self, id: ContainerId) -> Result<(), Status> {
        self.table.get_mut(id)?.resume(self.floor)
    }

    /// Asks a container to end by itself, and kills it if it hasn't at `deadline_us`.
    ///
    /// It learns of it by `sampan:lifecycle` `stop-requested`; a sleep ends early. One that is paused
    /// runs again. A second stop can only bring the deadline forward.
    ///
    /// # Errors
    /// [`Status::StaleId`]; [`Status::WrongState`] unless it's running or paused.
    pub fn stop(&mut self, id: ContainerId, deadline_us: u64) -> Result<(), Status> {
        let container = self.table.get_mut(id)?;
        container.request_stop(deadline_us, self.floor)?;
        match container.guest.wait {
            Wait::Poll(_) => container.set_ready(Some(u64::from(ERRNO_INTR)), self.floor),
            #[cfg(feature = "wasi-sockets")]
            Wait::Socket(_) => container.set_ready(Some(u64::from(ERRNO_INTR)), self.floor),
            Wait::Event { .. } | Wait::Reply { .. } => {
                container.set_ready(Some(code(Code::Stopping)), self.floor)
            }
            #[cfg(feature = "ocre")]
            Wait::Sleep { .. } => container.set_ready(Some(0), self.floor),
            Wait::Ready(_) | Wait::Answer(_) | Wait::Device(_) | Wait::Lookup(_) | Wait::Callback => {}
        }
        Ok(())
    }

    /// Lets a container go that its policy has put in quarantine: it's stopped from then on.
    ///
    /// # Errors
    /// [`Status::StaleId`]; [`Status::WrongState`] unless it's in quarantine.
    pub fn release(&mut self, id: ContainerId) -> Result<(), Status> {
        self.table.get_mut(id)?.release()
    }

    /// Tells the time of day, in the place of the platform's: microseconds since 1970-01-01 UTC.
    pub fn set_wall_clock(&mut self, unix_us: u64) {
        self.epoch_us = Some(unix_us.wrapping_sub(self.platform.now_us()));
    }

    /// Has the firmware get messages whose topics `filter` matches.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for what is no filter, [`Status::TableFull`].
    pub fn subscribe(&mut self, filter: &'static str, handler: H) -> Result<(), Status> {
        self.subscribers.add(filter, handler)
    }

    /// Sends a message of the firmware's to all who have subscribed to its topic, and returns how many got it.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] for what is no topic, or too long.
    pub fn publish(&mut self, topic: &str, payload: &[u8]) -> Result<u64, Status> {
        if !is_topic(topic) || topic.len() > limits::MAX_TOPIC || payload.len() > limits::MAX_PAYLOAD {
            return Err(Status::InvalidArgument);
        }
        let mut taken = self.subscribers.offer(&Message { sender: None, topic, payload, token: None });
        let parcel = Parcel { topic, content: "", payload, token: 0 };
        for container in self.table.iter_mut() {
            taken = taken.saturating_add(u64::from(container.guest.deliver(&parcel)));
        }
        Ok(taken)
    }

    /// Answers a message whose sender waits.
    ///
    /// # Errors
    /// [`Status::StaleCall`] if it no longer does; [`Status::Busy`] if its mailbox has no room.
    pub fn reply(&mut self, token: CallToken, payload: &[u8]) -> Result<(), Status> {
        let container = self.table.get_mut(token.id).map_err(|_| Status::StaleCall)?;
        container.guest.deliver_answer(token.to_raw(), payload).map_err(|code| match code {
            Code::Full => Status::Busy,
            _ => Status::StaleCall,
        })
    }

    /// Ends a container now, whatever it does.
    ///
    /// # Errors
    /// [`Status::StaleId`]; [`Status::WrongState`] if it has ended already.
    pub fn kill(&mut self, id: ContainerId) -> Result<(), Status> {
        let (container, mut others) = self.table.get_apart(id)?;
        if container.exit().is_some() {
            return Err(Status::WrongState);
        }
        end(&self.platform, container, &mut others, ExitReason::Killed);
        Ok(())
    }

    /// Gives back what all containers hold of the platform, for whoever takes the runtime out of service.
    pub fn give_back(&mut self) {
        for idx in 0..self.table.len() {
            let Some((container, mut others)) = self.table.split_at_mut(idx) else { continue };
            reclaim(&self.platform, &mut container.guest, &mut others);
        }
    }

    /// Forgets a container that isn't running or paused, and gives all its memory back.
    ///
    /// # Errors
    /// [`Status::StaleId`], [`Status::WrongState`].
    pub fn remove(&mut self, id: ContainerId) -> Result<(), Status> {
        if !self.table.get(id)?.is_removable() {
            return Err(Status::WrongState);
        }
        let container = self.table.vacate(id)?;
        let region = self.engine.unload(container.instance);
        self.arena.free_split(container.guest.strings.region, region);
        Ok(())
    }

    /// What a container is and does.
    ///
    /// # Errors
    /// [`Status::StaleId`].
    pub fn status(&self, id: ContainerId) -> Result<ContainerStatus, Status> {
        let container = self.table.get(id)?;
        Ok(ContainerStatus {
            state: container.state(),
            exit: container.exit(),
            waiting: container.state() == ContainerState::Running && !container.is_ready(),
            stopping: container.is_stopping(),
            engine: self.engine.kind(&container.instance),
            name: container.guest.name,
        })
    }

    /// A container's counters.
    ///
    /// # Errors
    /// [`Status::StaleId`].
    pub fn container_stats(&self, id: ContainerId) -> Result<ContainerStats, Status> {
        let container = self.table.get(id)?;
        Ok(ContainerStats { memory: self.engine.usage(&container.instance), ..container.guest.stats })
    }

    /// The container of that name.
    ///
    /// # Errors
    /// [`Status::NotFound`].
    pub fn find(&self, name: &[u8]) -> Result<ContainerId, Status> {
        let matches = |container: &Container<_>| container.guest.name.as_str().as_bytes() == name;
        let found = self.table.iter().find(|(_, container)| matches(container));
        found.map(|(_, container)| container.guest.id).ok_or(Status::NotFound)
    }

    /// Ids of all containers, by slot.
    pub fn ids(&self) -> impl Iterator<Item = ContainerId> + '_ {
        self.table.iter().map(|(_, container)| container.guest.id)
    }

    /// Generation of the next container's id; see [`Config::first_generation`].
    #[must_use]
    pub const fn next_generation(&self) -> u32 {
        self.table.generation()
    }

    /// Counters of the whole runtime.
    #[must_use]
    pub fn stats(&self) -> RuntimeStats {
        RuntimeStats {
            containers: self.table.iter().count(),
            arena_len: self.arena.len(),
            arena_used: self.arena.used(),
            arena_peak: self.arena.peak(),
            container_overhead: Self::CONTAINER_OVERHEAD,
            polls: self.polls,
            device_events: self.device_events,
            device_events_lost: self.inbox.events_lost(),
        }
    }

    /// The engine, for figures of its own.
    pub const fn engine(&self) -> &E {
        &self.engine
    }

    /// The platform that it was made with.
    pub const fn platform(&self) -> &P {
        &self.platform
    }

    /// Guest memory of the container that waits in the call `token`.
    ///
    /// # Errors
    /// [`Status::StaleCall`] if that call is over; [`Status::OutOfBounds`].
    pub fn pending_memory(
        &mut self,
        token: CallToken,
        address: u32,
        len: usize,
    ) -> Result<&mut [u8], Status> {
        let container = self.table.get_mut(token.id).map_err(|_| Status::StaleCall)?;
        if !container.awaits(token.number) {
            return Err(Status::StaleCall);
        }
        if let Wait::Lookup(lookup) = &mut container.guest.wait {
            // What a name is looked up to isn't the guest's to see or to change.
            return GuestMemory::new(&mut lookup.address).into_slice(address, len);
        }
        GuestMemory::new(self.engine.memory(&mut container.instance)).into_slice(address, len)
    }

    /// Tells the next change of state, until there is none.
    pub fn take_event(&mut self) -> Option<Event> {
        self.table.iter_mut().find_map(Container::take_event)
    }

    /// Does what is due and runs one slice of one container.
    ///
    /// Returns when to poll again: a time that isn't after now means at once, `u64::MAX` that only a call
    /// or an answer can make work.
    pub fn poll(&mut self) -> u64 {
        self.polls = self.polls.saturating_add(1);
        while let Some(answer) = self.inbox.pop() {
            self.deliver(answer.token, answer.result);
        }
        while let Some(event) = self.inbox.pop_event() {
            self.device_event(event);
        }
        #[cfg(feature = "wasi-sockets")]
        self.try_sockets();
        let now_us = self.platform.now_us();
        for idx in 0..self.table.len() {
            let Some((container, mut others)) = self.table.split_at_mut(idx) else { continue };
            expire(&self.platform, &mut self.engine, (container, &mut others), self.floor, now_us);
        }
        let ready = self.table.iter().filter(|(_, container)| container.is_ready());
        let accounts = ready.map(|(idx, container)| (idx, container.guest.account));
        if let Some(idx) = pick(accounts, &mut self.floor) {
            self.run_slice(idx, now_us);
        }
        self.next_deadline()
    }

    fn next_deadline(&self) -> u64 {
        // An answer or an event may have come while the slice ran.
        if self.inbox.has_news() || self.table.iter().any(|(_, container)| container.is_due()) {
            return 0;
        }
        self.table.iter().map(|(_, container)| container.deadline_us()).min().unwrap_or(u64::MAX)
    }

    /// Hands an answer to the container that waits for it; drops one that nobody waits for.
    fn deliver(&mut self, token: u64, result: Result<u64, i32>) {
        let waiting = CallToken::from_raw(token).and_then(|token| {
            let found = self.table.get_apart(token.id).ok()?;
            (found.0.awaits(token.number)).then_some(found)
        });
        let Some((container, mut others)) = waiting else {
            let text = format_args!("answer to a call that is over dropped");
            return log(&self.platform, LogLevel::Warning, RUNTIME, text);
        };
        match result {
            Ok(value) => {
                let mut memory =
                    CheckedMemory::new(GuestMemory::new(self.engine.memory(&mut container.instance)));
                let reply = reply_of(&self.platform, &mut container.guest, &mut memory, value);
                container.set_ready(Some(reply), self.floor);
            }
            Err(code) => end(&self.platform, container, &mut others, ExitReason::HostError(code)),
        }
    }

    /// Takes what a device tells to those who watch it.
    fn device_event(&mut self, event: DeviceEvent) {
        self.device_events = self.device_events.saturating_add(1);
        if cfg!(feature = "device") {
            self.table.iter_mut().for_each(|container| container.guest.happened(&event));
        }
    }

    /// Has those who wait for a socket try again if events were lost: theirs may have been among them.
    #[cfg(feature = "wasi-sockets")]
    fn try_sockets(&mut self) {
        let lost = self.inbox.events_lost();
        if core::mem::replace(&mut self.events_lost, lost) != lost {
            for container in self.table.iter_mut() {
                if let Wait::Socket(wait) = &mut container.guest.wait {
                    wait.ready = true;
                }
            }
        }
    }

    fn run_slice(&mut self, idx: usize, started_us: u64) {
        let Some((container, mut others)) = self.table.split_at_mut(idx) else { return };
        let Wait::Ready(reply) = container.guest.wait else { return };
        container.guest.wait = Wait::Ready(None);
        let mut broker = Broker {
            platform: &self.platform,
            registry: &self.registry,
            guest: &mut container.guest,
            next_call: &mut self.next_call,
            fuel: self.slice_fuel,
            others: &mut others,
            subscribers: &self.subscribers,
            epoch_us: self.epoch_us,
        };
        let activation = self.engine.resume(&mut container.instance, reply, self.slice_fuel, &mut broker);
        let elapsed_us = self.platform.now_us().saturating_sub(started_us);
        account(container, &activation, elapsed_us);
        if let Some(reason) = conclude(&mut self.engine, container, activation.outcome) {
            end(&self.platform, container, &mut others, reason);
        }
    }
}

/// Books a slice.
fn account<I>(container: &mut Container<I>, activation: &Activation, elapsed_us: u64) {
    container.guest.account.charge(elapsed_us);
    let stats = &mut container.guest.stats;
    stats.activations = stats.activations.saturating_add(1);
    stats.fuel = stats.fuel.saturating_add(activation.fuel);
    stats.cpu_us = stats.cpu_us.saturating_add(elapsed_us);
    stats.longest_us = stats.longest_us.max(u32::try_from(elapsed_us).unwrap_or(u32::MAX));
}

/// Why the container has ended, if it has.
fn conclude<E: Engine>(
    engine: &mut E,
    container: &mut Container<E::Instance>,
    outcome: Outcome,
) -> Option<ExitReason> {
    match outcome {
        Outcome::Yielded | Outcome::Waiting => None,
        Outcome::Finished if container.initialised => {
            let lives_on = !container.guest.last_callback && engine.exports(&container.instance, CALLBACK);
            if lives_on {
                container.guest.wait = Wait::Callback;
            }
            (!lives_on).then(|| container.guest.own_end(0))
        }
        Outcome::Finished => {
            container.initialised = true;
            match engine.begin(&mut container.instance, ENTRY) {
                Ok(()) => None,
                Err(Status::NoMemory) => Some(ExitReason::OutOfMemory),
                Err(_) => Some(ExitReason::EngineFault),
            }
        }
        Outcome::Ended => Some(container.guest.ending.take().unwrap_or(ExitReason::EngineFault)),
        Outcome::Trapped(kind) => Some(ExitReason::Trapped(kind)),
        Outcome::OutOfMemory => Some(ExitReason::OutOfMemory),
        Outcome::EngineFault => Some(ExitReason::EngineFault),
    }
}

/// Ends a container, gives back what it holds, and says so where a person can read it.
fn end<I>(
    platform: &impl Platform,
    container: &mut Container<I>,
    others: &mut dyn Others,
    reason: ExitReason,
) {
    reclaim(platform, &mut container.guest, others);
    container.guest.line.flush(platform, container.guest.name.as_str());
    container.end(reason);
    // Info and Warning under a container's name are what it printed itself.
    let level = if reason.is_fault() { LogLevel::Error } else { LogLevel::Debug };
    log(platform, level, container.guest.name.as_str(), format_args!("ended: {reason}"));
}

/// Does what time has brought: a stop that wasn't heeded, a sleep that is over.
fn expire<E: Engine>(
    platform: &impl Platform,
    engine: &mut E,
    (container, others): (&mut Container<E::Instance>, &mut dyn Others),
    floor: Floor,
    now_us: u64,
) {
    if container.stop_deadline_us() <= now_us {
        return end(platform, container, others, ExitReason::Killed);
    }
    if container.state() != ContainerState::Running {
        return;
    }
    let mut memory = GuestMemory::new(engine.memory(&mut container.instance));
    let reply = match container.guest.wait {
        Wait::Poll(poll) if poll.deadline_us <= now_us => u64::from(finish_poll(&mut memory, &poll, now_us)),
        Wait::Event { deadline_us, out } => match container.guest.next_event(now_us) {
            Some(event) => {
                CheckedMemory::new(memory).write(out, &event);
                1
            }
            None if deadline_us <= now_us => 0,
            None => return,
        },
        Wait::Reply { number, deadline_us, out } => {
            let token = CallToken { id: container.guest.id, number }.to_raw();
            let region = container.guest.strings.region.bytes();
            let mut memory = CheckedMemory::new(memory);
            match container.guest.desk.mailbox.take_answer(region, token, memory.output(out)) {
                Some(len) => len as u64,
                None if deadline_us <= now_us => code(Code::Timeout),
                None => return,
            }
        }
        Wait::Callback => {
            if !container.guest.stop_requested && !container.guest.has_event(now_us) {
                return;
            }
            container.guest.last_callback = container.guest.stop_requested;
            return match engine.begin(&mut container.instance, CALLBACK) {
                Ok(()) => container.set_ready(None, floor),
                Err(Status::NoMemory) => end(platform, container, others, ExitReason::OutOfMemory),
                Err(_) => end(platform, container, others, ExitReason::EngineFault),
            };
        }
        #[cfg(feature = "ocre")]
        Wait::Sleep { deadline_us } if deadline_us <= now_us => 0,
        #[cfg(feature = "ocre")]
        Wait::Sleep { .. } => return,
        #[cfg(feature = "wasi-sockets")]
        Wait::Socket(wait) if wait.ready => {
            match finish_socket(platform, &mut container.guest, &mut memory, wait) {
                Some(errno) => u64::from(errno),
                None => return,
            }
        }
        #[cfg(feature = "wasi-sockets")]
        Wait::Socket(_) => return,
        Wait::Poll(_) | Wait::Ready(_) | Wait::Answer(_) | Wait::Device(_) | Wait::Lookup(_) => return,
    };
    container.set_ready(Some(reply), floor);
}

/// What a call answers whose answer has come.
fn reply_of(platform: &impl Platform, guest: &mut Guest, memory: &mut CheckedMemory<'_>, value: u64) -> u64 {
    let wait = guest.wait;
    let result = match wait {
        Wait::Device(_) => outcome(value).map(u64::from).map_err(code_of),
        Wait::Lookup(lookup) => outcome(value)
            .map_err(code_of)
            .and_then(|_| found(platform, guest, memory, (lookup.then, lookup.ip()))),
        _ => Ok(value),
    };
    result.unwrap_or_else(|failed| match wait {
        #[cfg(feature = "wasi-sockets")]
        Wait::Lookup(Lookup { then: Then::Inform(_), .. }) => u64::from(errno_of(failed)),
        _ => code(failed),
    })
}

/// A code as the result of a call that was parked.
const fn code(code: Code) -> u64 {
    code as i32 as u32 as u64
}

/// Room that a container's texts take, rounded up so that what follows is aligned.
fn strings_len(name: &Name, options: &ContainerOptions<'_>) -> usize {
    let name_len = if options.args.is_empty() { name.as_str().len().saturating_add(1) } else { 0 };
    options.texts_len().saturating_add(name_len).next_multiple_of(STRINGS_ALIGN)
}

fn fill_strings(mut region: Region, name: &Name, options: &ContainerOptions<'_>) -> Strings {
    let name = [name.as_str().as_bytes()];
    let args = if options.args.is_empty() { &name[..] } else { options.args };
    let mut places = region.bytes().iter_mut();
    let mut put = |start: u16, texts: &[&[u8]]| {
        let mut len = 0_u16;
        for byte in texts.iter().flat_map(|text| text.iter().chain(&[0])) {
            if let Some(place) = places.next() {
                *place = *byte;
                len = len.saturating_add(1);
            }
        }
        Span { start, len, count: texts.len() as u16 }
    };
    let args = put(0, args);
    let env = put(args.len, options.env);
    Strings { region, args, env }
}
