// SPDX-License-Identifier: Apache-2.0
//! A runtime on a board that tests steer: clock, log and entropy are in their hands.

use super::devices_board::Fakes;
use super::engine::ScriptEngine;
use super::script::Script;
use crate::{
    Call, Config, ContainerOptions, Handler, HostRegistration, Inbox, InboxCell, Message, Runtime,
    RuntimeStats,
};
use sampan_abi::{ContainerId, ContainerState, ExitReason, LogLevel, Signature, Status, TrapKind};
use sampan_engine::Arena;
use sampan_image::{DeniedAction, Effective, Permissions};
use sampan_platform::{Clock, Entropy, Error, Flash, Log, WallClock};
use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::string::String;
use std::sync::Mutex;
use std::vec::Vec;

/// Fuel that takes a microsecond.
pub(crate) const FUEL_PER_US: u64 = 10;
/// Fuel and time of one slice of [`World::new`].
pub(crate) const SLICE_FUEL: u32 = 1000;
pub(crate) const SLICE_US: u64 = SLICE_FUEL as u64 / FUEL_PER_US;
/// Bytes of arena of [`World::new`]; Miri takes long to clear each.
pub(crate) const ARENA_LEN: usize = if cfg!(miri) { 24 * 1024 } else { LARGE_ARENA_LEN };
/// Bytes of arena for as many containers as there can be.
pub(crate) const LARGE_ARENA_LEN: usize = 96 * 1024;

/// Makes memory `'static` and keeps it reachable, so that leak checkers know that it is meant to stay.
pub(crate) fn keep<T: Send>(items: Vec<T>) -> &'static mut [T] {
    static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());
    let kept = Vec::leak(items);
    KEPT.lock().unwrap().push(Kept { _start: core::sync::atomic::AtomicPtr::new(kept.as_mut_ptr().cast()) });
    kept
}

struct Kept {
    _start: core::sync::atomic::AtomicPtr<u8>,
}

/// Options of a container that may do what needs no argument.
pub(crate) fn permitted() -> ContainerOptions<'static> {
    permitted_to(&["clock", "log", "random"])
}

/// Options of a container that may do this.
pub(crate) fn permitted_to(texts: &'static [&'static str]) -> ContainerOptions<'static> {
    let permissions = Effective::granted(Permissions::of_texts(texts).unwrap());
    ContainerOptions { permissions, ..ContainerOptions::default() }
}

/// One line of the log: level, source, text.
/// What a container that makes a denied call comes to by each reaction.
pub(crate) const REACTIONS: [(DeniedAction, ExitReason, ContainerState); 4] = [
    (DeniedAction::Error, ExitReason::Exited(0), ContainerState::Stopped),
    (DeniedAction::Trap, ExitReason::Trapped(TrapKind::CallDenied), ContainerState::Faulted),
    (DeniedAction::Stop, ExitReason::Denied, ContainerState::Stopped),
    (DeniedAction::Quarantine, ExitReason::Denied, ContainerState::Quarantined),
];

pub(crate) type Line = (LogLevel, String, String);

#[derive(Default)]
struct BoardState {
    fuel: Cell<u64>,
    lines: RefCell<Vec<Line>>,
    seed: Cell<u64>,
    entropy_fails: Cell<bool>,
    fakes: Fakes,
}

/// The platform.
#[derive(Clone)]
pub(crate) struct Board(Rc<BoardState>);

impl Board {
    fn new() -> Self {
        let board = Self(Rc::default());
        board.0.seed.set(0x9e37_79b9_7f4a_7c15);
        board
    }

    /// Fuel is used, so time passes.
    pub(crate) fn pass_fuel(&self, fuel: u64) {
        self.0.fuel.set(self.0.fuel.get() + fuel);
    }

    pub(crate) fn pass_us(&self, microseconds: u64) {
        self.pass_fuel(microseconds * FUEL_PER_US);
    }

    /// Sets the clock forward to `now_us`.
    pub(crate) fn advance_to(&self, now_us: u64) {
        self.0.fuel.set(self.0.fuel.get().max(now_us.saturating_mul(FUEL_PER_US)));
    }

    pub(crate) fn fail_entropy(&self, fails: bool) {
        self.0.entropy_fails.set(fails);
    }

    /// Its devices and sockets.
    pub(crate) fn fakes(&self) -> &Fakes {
        &self.0.fakes
    }

    pub(crate) fn take_lines(&self) -> Vec<Line> {
        self.0.lines.take()
    }
}

impl Clock for Board {
    fn now_us(&self) -> u64 {
        self.0.fuel.get() / FUEL_PER_US
    }
}

impl Entropy for Board {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        if self.0.entropy_fails.get() {
            return Err(Error::Io);
        }
        for byte in buffer {
            *byte = random(&self.0.seed) as u8;
        }
        Ok(())
    }
}

impl Log for Board {
    fn line(&self, level: LogLevel, source: &str, line: &[u8]) {
        let text = String::from_utf8_lossy(line).into_owned();
        self.0.lines.borrow_mut().push((level, source.into(), text));
    }
}

impl WallClock for Board {}
impl Flash for Board {}

type MessageClosure = dyn Fn(&Message<'_>);

/// What a [`Responder`] does with messages.
pub(crate) struct Listener(Box<MessageClosure>);

impl Listener {
    #[cfg(feature = "calls")]
    pub(crate) fn new(function: impl Fn(&Message<'_>) + 'static) -> Self {
        Self(Box::new(function))
    }

    pub(crate) fn hear(&self, message: &Message<'_>) {
        (self.0)(message);
    }
}

/// The next number of the sequence that `seed` begins (xorshift64*).
pub(crate) fn random(seed: &Cell<u64>) -> u64 {
    let mut state = seed.get();
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    seed.set(state);
    state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
}

type HostClosure = dyn Fn(&mut Call<'_>, &mut [u64]) -> i32;

/// A host function of the test's own.
pub(crate) struct Responder {
    pub(crate) calls: Box<HostClosure>,
    pub(crate) messages: Option<Listener>,
}

impl Responder {
    pub(crate) fn of_calls(function: impl Fn(&mut Call<'_>, &mut [u64]) -> i32 + 'static) -> Self {
        Self { calls: Box::new(function), messages: None }
    }
}

impl Handler for Responder {
    fn call(&self, call: &mut Call<'_>, values: &mut [u64]) -> i32 {
        (self.calls)(call, values)
    }

    fn message(&self, message: &Message<'_>) {
        if let Some(listener) = &self.messages {
            listener.hear(message);
        }
    }
}

pub(crate) type TestRuntime = Runtime<Board, ScriptEngine, Responder>;

/// A runtime with what a test needs around it.
pub(crate) struct World {
    pub(crate) runtime: TestRuntime,
    pub(crate) board: Board,
    pub(crate) inbox: &'static Inbox,
    used_when_empty: usize,
}

/// An inbox with room for `capacity` answers.
pub(crate) fn inbox(capacity: usize) -> &'static Inbox {
    let cells = keep((0..capacity).map(InboxCell::new).collect());
    let events = keep((0..2).map(InboxCell::new).collect());
    let inbox = Inbox::new(cells, events).unwrap();
    keep(std::vec![inbox]).first().unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(ARENA_LEN, &Config { slice_fuel: SLICE_FUEL, ..Config::default() }).unwrap()
    }

    pub(crate) fn with(arena_len: usize, config: &Config) -> Result<Self, Status> {
        let board = Board::new();
        let inbox = inbox(8);
        let arena = Arena::new(keep(std::vec![0xa5; arena_len]));
        let engine = ScriptEngine::new(board.clone());
        let runtime = Runtime::new(board.clone(), engine, arena, inbox, config)?;
        let used_when_empty = runtime.stats().arena_used;
        Ok(Self { runtime, board, inbox, used_when_empty })
    }

    /// Offers `env`.`name` to containers.
    pub(crate) fn offer(
        &mut self,
        name: &'static str,
        signature: &str,
        function: impl Fn(&mut Call<'_>, &mut [u64]) -> i32 + 'static,
    ) {
        let signature = Signature::parse(signature.as_bytes()).unwrap();
        let handler = Responder::of_calls(function);
        self.runtime
            .register(HostRegistration { module: "env", name, signature, permission: None, handler })
            .unwrap();
    }

    /// Offers `env.wait`, which parks its caller, and returns where the tokens of the parked calls go.
    pub(crate) fn offer_wait(&mut self) -> Rc<RefCell<Vec<u64>>> {
        let tokens = Rc::new(RefCell::new(Vec::new()));
        let sink = Rc::clone(&tokens);
        self.offer("wait", "()i", move |call, _| {
            sink.borrow_mut().push(call.defer().to_raw());
            Status::Pending.to_raw()
        });
        tokens
    }

    pub(crate) fn create(&mut self, script: &Script) -> ContainerId {
        self.create_with(script, &permitted()).unwrap()
    }

    pub(crate) fn create_with(
        &mut self,
        script: &Script,
        options: &ContainerOptions<'_>,
    ) -> Result<ContainerId, Status> {
        self.runtime.create(script.image(), options)
    }

    /// Creates and starts.
    pub(crate) fn start(&mut self, script: &Script) -> ContainerId {
        let id = self.create(script);
        self.runtime.start(id).unwrap();
        id
    }

    pub(crate) fn now_us(&self) -> u64 {
        self.board.now_us()
    }

    pub(crate) fn state(&self, id: ContainerId) -> ContainerState {
        self.runtime.status(id).unwrap().state
    }

    pub(crate) fn exit(&self, id: ContainerId) -> Option<ExitReason> {
        self.runtime.status(id).unwrap().exit
    }

    pub(crate) fn stats(&self) -> RuntimeStats {
        self.runtime.stats()
    }

    /// Bytes that containers use.
    pub(crate) fn used(&self) -> usize {
        self.stats().arena_used - self.used_when_empty
    }

    /// Polls, and sleeps as it is told, until nothing is left to do or `until_us`.
    pub(crate) fn run_until(&mut self, until_us: u64) {
        while self.now_us() < until_us {
            let deadline_us = self.runtime.poll();
            if deadline_us == u64::MAX {
                return;
            }
            self.board.advance_to(deadline_us.min(until_us));
        }
    }

    /// Runs until `id` has ended and says how.
    pub(crate) fn run_to_end(&mut self, id: ContainerId) -> ExitReason {
        for _ in 0..10_000 {
            let deadline_us = self.runtime.poll();
            if let Some(reason) = self.exit(id) {
                return reason;
            }
            assert_ne!(deadline_us, u64::MAX, "it waits for what nobody brings");
            self.board.advance_to(deadline_us);
        }
        panic!("it never ends");
    }

    /// Runs `script` to its end in a container of its own, and returns what its calls answered.
    pub(crate) fn results_of(&mut self, script: &Script) -> Vec<u64> {
        let id = self.start(script);
        self.runtime.engine().results.take();
        assert_eq!(self.run_to_end(id), ExitReason::Exited(0));
        self.runtime.remove(id).unwrap();
        self.runtime.engine().results.take()
    }

    pub(crate) fn results(&self) -> Vec<u64> {
        self.runtime.engine().results.take()
    }

    pub(crate) fn dumps(&self) -> Vec<Vec<u8>> {
        self.runtime.engine().dumps.take()
    }

    /// Texts that the log got from `source` since it was last taken.
    pub(crate) fn take_texts(&self, source: &str) -> Vec<String> {
        let lines = self.board.take_lines().into_iter();
        lines.filter(|(_, from, _)| from == source).map(|(_, _, text)| text).collect()
    }
}

impl Drop for World {
    /// Whatever the test did, every container can be ended and removed, and nothing stays behind.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let ids: Vec<_> = self.runtime.ids().collect();
        for id in ids {
            // One that has ended answers that it has; the rest end here.
            let _ = self.runtime.kill(id);
            self.runtime.remove(id).unwrap();
        }
        assert_eq!(self.board.fakes().held(), (Vec::new(), 0), "something is watched or open for nobody");
        assert_eq!(self.used(), 0, "bytes of the arena stayed in use");
        assert_eq!(self.runtime.engine().instances(), 0);
        assert_eq!(self.stats().containers, 0);
    }
}
