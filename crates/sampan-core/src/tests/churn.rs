// SPDX-License-Identifier: Apache-2.0
//! A thousand lives of containers at random, against a simple model of states and memory.

use super::script::{Op, Script};
use super::world::{World, permitted, random};
use crate::{Config, ContainerOptions};
use sampan_abi::{ContainerId, ContainerState, ExitReason, Status, TrapKind};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::vec::Vec;

const SLOTS: usize = 6;
/// Bytes of arena, and of a container that takes most of it.
const ARENA: usize = if cfg!(miri) { 48 * 1024 } else { 96 * 1024 };
const LARGE: u32 = ARENA as u32 * 2 / 3;
const LIVES: usize = if cfg!(miri) { 3 } else { 1_000 };

/// What a container does when it's let.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    Busy,
    Sleepy,
    Waiting,
    Exits(i32),
    Traps,
    RunsOut,
    Heeds,
}

/// What the model knows of one container.
#[derive(Debug)]
struct Life {
    id: ContainerId,
    habit: Habit,
    bytes: usize,
    state: ContainerState,
    exit: Option<ExitReason>,
    stop_at_us: Option<u64>,
}

struct Churn {
    world: World,
    tokens: Rc<RefCell<Vec<u64>>>,
    lives: Vec<Life>,
    removed: Vec<ContainerId>,
    seed: Cell<u64>,
    created: usize,
}

impl Habit {
    fn script(self) -> Script {
        let script = Script::new().memory(512).print_at(0, 1, b"hello\n");
        match self {
            Self::Busy => script.op(Op::Forever),
            Self::Sleepy => script.sleep(700).repeat(),
            Self::Waiting => script.call("env", "wait", "()i", &[]).repeat(),
            Self::Exits(code) => script.op(Op::Work(2_500)).exit(code),
            Self::Traps => script.op(Op::Work(1_500)).op(Op::Trap(TrapKind::DivisionByZero)),
            Self::RunsOut => script.op(Op::Work(500)).op(Op::OutOfMemory),
            Self::Heeds => script.stop_requested().op(Op::JumpIfZero(0)).exit(2),
        }
    }

    /// How it may end by itself.
    fn end(self, stopping: bool) -> Option<ExitReason> {
        match self {
            Self::Exits(code) if stopping => Some(ExitReason::Stopped(code)),
            Self::Exits(code) => Some(ExitReason::Exited(code)),
            Self::Traps => Some(ExitReason::Trapped(TrapKind::DivisionByZero)),
            Self::RunsOut => Some(ExitReason::OutOfMemory),
            Self::Heeds if stopping => Some(ExitReason::Stopped(2)),
            Self::Busy | Self::Sleepy | Self::Waiting | Self::Heeds => None,
        }
    }
}

impl Life {
    fn is_live(&self) -> bool {
        matches!(self.state, ContainerState::Running | ContainerState::Paused)
    }

    fn run(&mut self) {
        (self.state, self.exit, self.stop_at_us) = (ContainerState::Running, None, None);
    }

    fn end(&mut self, reason: ExitReason) {
        let fault = reason.is_fault();
        self.state = if fault { ContainerState::Faulted } else { ContainerState::Stopped };
        (self.exit, self.stop_at_us) = (Some(reason), None);
    }
}

impl Churn {
    fn new(seed: u64) -> Self {
        let config = Config { max_containers: SLOTS, slice_fuel: 1_000, ..Config::default() };
        let mut world = World::with(ARENA, &config).unwrap();
        let tokens = world.offer_wait();
        Self { world, tokens, lives: Vec::new(), removed: Vec::new(), seed: Cell::new(seed), created: 0 }
    }

    fn below(&self, bound: usize) -> usize {
        random(&self.seed) as usize % bound
    }

    fn create(&mut self) {
        let habits = [
            Habit::Busy,
            Habit::Sleepy,
            Habit::Waiting,
            Habit::Exits(self.below(300) as i32),
            Habit::Traps,
            Habit::RunsOut,
            Habit::Heeds,
        ];
        let habit = habits[self.below(habits.len())];
        let script = habit.script();
        let memory_limit = script.need() + self.below(4_000) as u32;
        let arg = std::vec![b'x'; self.below(100)];
        let options = ContainerOptions {
            memory_limit,
            args: &[&arg],
            share: 1 + self.below(1000) as u16,
            priority: self.below(8) as u8,
            ..permitted()
        };
        let created = self.world.create_with(&script, &options);
        if self.lives.len() == SLOTS {
            return assert_eq!(created, Err(Status::NoSlot));
        }
        let id = created.unwrap();
        assert!(!self.removed.contains(&id), "an id is given once");
        // Beside its argument: what it may do with the one host function that there is.
        let bytes = (arg.len() + 1).next_multiple_of(16) + 16 + memory_limit as usize;
        let (state, exit, stop_at_us) = (ContainerState::Created, None, None);
        self.lives.push(Life { id, habit, bytes, state, exit, stop_at_us });
        self.created += 1;
    }

    /// One call of a random method on a random container, in whatever state it is.
    fn disturb(&mut self) {
        if self.lives.is_empty() {
            return;
        }
        let idx = self.below(self.lives.len());
        let (method, delay_us) = (self.below(7), self.below(3_000) as u64);
        let now_us = self.world.now_us();
        let runtime = &mut self.world.runtime;
        let life = &mut self.lives[idx];
        let running = life.state == ContainerState::Running && life.stop_at_us.is_none();
        let (result, legal) = match method {
            0 => (runtime.start(life.id), life.state == ContainerState::Created),
            1 => (runtime.pause(life.id), running),
            2 => (runtime.resume(life.id), life.state == ContainerState::Paused),
            3 => (runtime.stop(life.id, now_us + delay_us), life.is_live()),
            4 => (runtime.kill(life.id), life.exit.is_none()),
            5 => (runtime.restart(life.id), true),
            _ => (runtime.remove(life.id), !life.is_live()),
        };
        assert_eq!(result, if legal { Ok(()) } else { Err(Status::WrongState) }, "method {method}: {life:?}");
        match method {
            _ if !legal => {}
            0 | 5 => life.run(),
            1 => life.state = ContainerState::Paused,
            2 => life.state = ContainerState::Running,
            3 => {
                let stop_at_us = now_us + delay_us;
                life.state = ContainerState::Running;
                life.stop_at_us = Some(life.stop_at_us.map_or(stop_at_us, |sooner| sooner.min(stop_at_us)));
            }
            4 => life.end(ExitReason::Killed),
            _ => self.removed.push(self.lives.remove(idx).id),
        }
    }

    fn answer(&mut self) {
        let count = self.tokens.borrow().len();
        if count > 0 {
            // Some are answered twice, some late; whoever isn't waiting isn't touched.
            let token = self.tokens.borrow()[self.below(count)];
            self.world.inbox.complete(token, 1).unwrap();
        }
    }

    fn poll(&mut self) {
        let now_us = self.world.now_us();
        self.world.runtime.poll();
        self.world.board.pass_us(self.below(200) as u64);
        for life in &mut self.lives {
            let now = self.world.runtime.status(life.id).unwrap();
            if life.stop_at_us.is_some_and(|stop_at_us| stop_at_us <= now_us) {
                life.end(ExitReason::Killed);
            } else if life.state == ContainerState::Running && now.exit.is_some() {
                assert_eq!(now.exit, life.habit.end(life.stop_at_us.is_some()), "{life:?}");
                life.end(now.exit.unwrap());
            }
        }
    }

    fn check(&mut self) {
        for life in &self.lives {
            let now = self.world.runtime.status(life.id).unwrap();
            assert_eq!((now.state, now.exit), (life.state, life.exit), "{life:?}");
            assert_eq!(now.stopping, life.stop_at_us.is_some(), "{life:?}");
        }
        assert_eq!(self.world.used(), self.lives.iter().map(|life| life.bytes).sum::<usize>());
        assert_eq!(self.world.stats().containers, self.lives.len());
        if let Some(&stale) = self.removed.last() {
            assert_eq!(self.world.runtime.status(stale), Err(Status::StaleId));
        }
        self.world.board.take_lines();
        self.world.results();
    }

    fn run(&mut self) {
        while self.created < LIVES || !self.lives.is_empty() {
            match self.below(12) {
                0 | 1 if self.created < LIVES => self.create(),
                2..=4 => self.disturb(),
                5 => self.answer(),
                6 if self.below(20) == 0 => self.tokens.borrow_mut().clear(),
                _ => self.poll(),
            }
            self.check();
        }
    }
}

/// The seed of a run that failed, where a person reads it.
struct TellSeed(u64);

impl Drop for TellSeed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::eprintln!("the seed was {}", self.0);
        }
    }
}

#[test]
fn a_thousand_lives_agree_with_the_model_and_leave_nothing_behind() {
    let seeds: &[u64] = if cfg!(miri) { &[1] } else { &[1, 2, 0xdead_beef] };
    for &seed in seeds {
        let _tell = TellSeed(seed);
        let mut churn = Churn::new(seed);
        // A container that takes nearly all fits before and after.
        let large = Script::new().memory(LARGE);
        let id = churn.world.create(&large);
        churn.world.runtime.remove(id).unwrap();
        churn.run();
        let id = churn.world.create(&large);
        churn.world.runtime.remove(id).unwrap();
        assert_eq!(churn.removed.len(), LIVES);
    }
}
