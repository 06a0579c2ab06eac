// SPDX-License-Identifier: Apache-2.0
//! The script engine: runs [`Script`]s, and fails the test when the core breaks the `Engine` contract.
//!
//! It is strict where a real engine is lenient: a call out of turn, a reply that nobody waits for, one
//! that is missing, a region too many or too few is a panic here.

use super::script::{MAGIC, Op, Script};
use super::world::Board;
use sampan_engine::{
    Activation, Engine, EngineKind, Host, HostFunction, HostReply, Limits, Linker, LoadError, Location,
    MemoryNeed, MemoryUsage, Outcome, Region, Signature, Status,
};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::vec::Vec;

/// What stands behind linear memory, to notice a write past its end.
const CANARY: u8 = 0xc5;

/// The engine. Its cells are how a test steers and reads it while the runtime owns it.
pub(crate) struct ScriptEngine {
    board: Board,
    /// Results of all calls of host functions that have one, in order.
    pub(crate) results: RefCell<Vec<u64>>,
    /// What [`Op::Dump`] showed.
    pub(crate) dumps: RefCell<Vec<Vec<u8>>>,
    /// Limits of the last load.
    pub(crate) limits: Cell<Option<Limits>>,
    /// What the next load, begin or reset fails with.
    pub(crate) fail_load: Cell<Option<(Status, &'static str)>>,
    pub(crate) fail_begin: Cell<Option<Status>>,
    pub(crate) fail_reset: Cell<Option<Status>>,
    /// Start addresses of the regions that instances hold.
    regions: RefCell<BTreeSet<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Active { function: usize, at: usize, worked: u64, waiting: bool },
    Dead,
}

pub(crate) struct ScriptInstance {
    script: Script,
    region: Region,
    links: Vec<(HostFunction, Signature)>,
    state: State,
    last_result: u64,
}

impl ScriptEngine {
    pub(crate) fn new(board: Board) -> Self {
        Self {
            board,
            results: RefCell::default(),
            dumps: RefCell::default(),
            limits: Cell::default(),
            fail_load: Cell::default(),
            fail_begin: Cell::default(),
            fail_reset: Cell::default(),
            regions: RefCell::default(),
        }
    }

    /// Instances that exist.
    pub(crate) fn instances(&self) -> usize {
        self.regions.borrow().len()
    }

    fn record(&self, instance: &mut ScriptInstance, import: usize, result: u64) {
        if instance.links[import].1.result().is_some() {
            instance.last_result = result;
            self.results.borrow_mut().push(result);
        }
    }

    /// Uses fuel, or what is left of it, and the time that it takes.
    fn spend(&self, left: &mut u64, fuel: u64) {
        let fuel = fuel.min(*left);
        *left -= fuel;
        self.board.pass_fuel(fuel);
    }

    /// Runs the operation at hand; `None` means that there is more to do.
    fn step(&self, instance: &mut ScriptInstance, left: &mut u64, host: &mut dyn Host) -> Option<Outcome> {
        let State::Active { function, at, worked, .. } = instance.state else { return None };
        let Some(op) = instance.script.functions[function].1.get(at).cloned() else {
            instance.state = State::Idle;
            return Some(Outcome::Finished);
        };
        if *left == 0 {
            return Some(Outcome::Yielded);
        }
        let mut next = at + 1;
        match op {
            Op::Work(fuel) => {
                let part = (*left).min(fuel - worked);
                self.spend(left, part);
                if worked + part < fuel {
                    instance.state = State::Active { function, at, worked: worked + part, waiting: false };
                    return Some(Outcome::Yielded);
                }
            }
            Op::Forever => {
                self.spend(left, u64::MAX);
                return Some(Outcome::Yielded);
            }
            Op::Call(import, args) => {
                self.spend(left, 1);
                let outcome = self.call(instance, import as usize, &args, host);
                let waiting = outcome == Some(Outcome::Waiting);
                instance.state = match outcome {
                    None => State::Active { function, at: next, worked: 0, waiting },
                    // The reply belongs to the call, so that is where the activation stays.
                    Some(Outcome::Waiting) => State::Active { function, at, worked: 0, waiting },
                    Some(_) => State::Idle,
                };
                return outcome;
            }
            Op::Write(address, bytes) => {
                self.spend(left, 1);
                let address = address as usize;
                let Some(place) = instance.linear().get_mut(address..address + bytes.len()) else {
                    instance.state = State::Idle;
                    return Some(Outcome::Trapped(sampan_abi::TrapKind::MemoryOutOfBounds));
                };
                place.copy_from_slice(&bytes);
            }
            Op::Dump(address, len) => {
                self.spend(left, 1);
                let shown = instance.linear()[address as usize..][..len as usize].to_vec();
                self.dumps.borrow_mut().push(shown);
            }
            Op::Trap(kind) => {
                self.spend(left, 1);
                instance.state = State::Idle;
                return Some(Outcome::Trapped(kind));
            }
            Op::OutOfMemory => {
                instance.state = State::Dead;
                return Some(Outcome::OutOfMemory);
            }
            Op::EngineFault => {
                instance.state = State::Dead;
                return Some(Outcome::EngineFault);
            }
            Op::Jump(target) => {
                self.spend(left, 1);
                next = target as usize;
            }
            Op::JumpIfZero(target) => {
                self.spend(left, 1);
                if instance.last_result == 0 {
                    next = target as usize;
                }
            }
        }
        instance.state = State::Active { function, at: next, worked: 0, waiting: false };
        None
    }

    fn call(
        &self,
        instance: &mut ScriptInstance,
        import: usize,
        args: &[u64],
        host: &mut dyn Host,
    ) -> Option<Outcome> {
        let (number, signature) = instance.links[import];
        assert_eq!(args.len(), signature.params().len(), "the script passes what it declared");
        let mut values = args.to_vec();
        values.resize(args.len().max(1), 0);
        match host.call(number, &mut values, instance.linear()) {
            HostReply::Return => {
                self.record(instance, import, values[0]);
                None
            }
            HostReply::Park => Some(Outcome::Waiting),
            HostReply::End => Some(Outcome::Ended),
            HostReply::Trap(kind) => Some(Outcome::Trapped(kind)),
        }
    }
}

impl ScriptInstance {
    fn linear(&mut self) -> &mut [u8] {
        let len = self.script.memory_len as usize;
        &mut self.region.bytes()[..len]
    }

    /// Makes memory as a fresh module has it.
    fn initialise(&mut self) {
        self.linear().fill(0);
        let len = self.script.memory_len as usize;
        self.region.bytes()[len..].fill(CANARY);
        self.state = State::Idle;
        self.last_result = 0;
    }

    fn link(&mut self, linker: &mut dyn Linker) -> Result<(), Status> {
        self.links.clear();
        for (module, name, signature) in &self.script.imports {
            let signature = Signature::parse(signature.as_bytes()).unwrap();
            let results: Vec<_> = signature.result().into_iter().collect();
            let function = linker.resolve(module, name, signature.params(), &results)?;
            self.links.push((function, signature));
        }
        Ok(())
    }
}

impl Engine for ScriptEngine {
    type Instance = ScriptInstance;

    fn accepts(&self, image: &[u8]) -> bool {
        image.starts_with(MAGIC)
    }

    fn kind(&self, _instance: &ScriptInstance) -> EngineKind {
        EngineKind::Packed
    }

    fn memory_need(&self, image: &[u8], _limits: &Limits) -> Result<MemoryNeed, Status> {
        assert!(self.accepts(image), "the core asks about an image that the engine doesn't accept");
        let script = Script::decode(image)?;
        Ok(MemoryNeed { bytes: script.need(), exact: script.need_is_exact })
    }

    fn load(
        &mut self,
        image: &'static [u8],
        mut region: Region,
        limits: &Limits,
        linker: &mut dyn Linker,
    ) -> Result<ScriptInstance, LoadError> {
        self.limits.set(Some(*limits));
        if let Some((status, detail)) = self.fail_load.take() {
            return Err(LoadError { status, detail, region });
        }
        let script = match Script::decode(image) {
            Ok(script) => script,
            Err(status) => return Err(LoadError { status, detail: "no script", region }),
        };
        if region.len() < script.memory_len as usize {
            return Err(LoadError { status: Status::NoMemory, detail: "the region is too small", region });
        }
        let start = region.as_mut_ptr().addr().get();
        let mut instance =
            ScriptInstance { script, region, links: Vec::new(), state: State::Idle, last_result: 0 };
        if let Err(status) = instance.link(linker) {
            return Err(LoadError { status, detail: "", region: instance.region });
        }
        instance.initialise();
        assert!(self.regions.borrow_mut().insert(start), "a region was given out twice");
        Ok(instance)
    }

    fn exports(&self, instance: &ScriptInstance, name: &str) -> bool {
        assert_ne!(instance.state, State::Dead, "exports of a dead instance");
        instance.script.functions.iter().any(|(export, _)| export == name)
    }

    fn begin(&mut self, instance: &mut ScriptInstance, name: &str) -> Result<(), Status> {
        assert_eq!(instance.state, State::Idle, "begin of an instance that is not idle");
        if let Some(status) = self.fail_begin.take() {
            if matches!(status, Status::NoMemory | Status::Internal) {
                instance.state = State::Dead;
            }
            return Err(status);
        }
        let function = instance.script.functions.iter().position(|(export, _)| export == name);
        let function = function.ok_or(Status::NotFound)?;
        instance.state = State::Active { function, at: 0, worked: 0, waiting: false };
        Ok(())
    }

    fn resume(
        &mut self,
        instance: &mut ScriptInstance,
        reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation {
        let State::Active { function, at, waiting, .. } = instance.state else {
            panic!("resume of an instance that is {:?}", instance.state)
        };
        assert_eq!(reply.is_some(), waiting, "a reply exactly where the instance waits for one");
        assert!(fuel > 0, "a slice without fuel");
        if let Some(result) = reply {
            let Some(Op::Call(import, _)) = instance.script.functions[function].1.get(at) else {
                panic!("waits in no call")
            };
            let import = *import as usize;
            self.record(instance, import, result);
            instance.state = State::Active { function, at: at + 1, worked: 0, waiting: false };
        }
        let mut left = u64::from(fuel);
        let outcome = loop {
            if let Some(outcome) = self.step(instance, &mut left, host) {
                break outcome;
            }
        };
        Activation { outcome, fuel: u64::from(fuel) - left }
    }

    fn memory<'i>(&mut self, instance: &'i mut ScriptInstance) -> &'i mut [u8] {
        assert_ne!(instance.state, State::Dead, "memory of a dead instance");
        instance.linear()
    }

    fn reset(&mut self, instance: &mut ScriptInstance, linker: &mut dyn Linker) -> Result<(), Status> {
        instance.state = State::Dead;
        if let Some(status) = self.fail_reset.take() {
            return Err(status);
        }
        instance.link(linker)?;
        instance.initialise();
        Ok(())
    }

    fn usage(&self, instance: &ScriptInstance) -> MemoryUsage {
        let region = instance.region.len() as u32;
        let linear = instance.script.memory_len;
        MemoryUsage { region, used: linear, peak: linear, linear }
    }

    fn frames(&self, _instance: &ScriptInstance, _frames: &mut [Location]) -> usize {
        0
    }

    fn unload(&mut self, mut instance: ScriptInstance) -> Region {
        let len = instance.script.memory_len as usize;
        let intact = instance.region.bytes()[len..].iter().all(|&byte| byte == CANARY);
        assert!(intact, "something wrote behind the linear memory");
        let start = instance.region.as_mut_ptr().addr().get();
        assert!(self.regions.borrow_mut().remove(&start), "a region came back twice");
        instance.region
    }
}
