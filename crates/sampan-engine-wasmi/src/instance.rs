// SPDX-License-Identifier: Apache-2.0
//! One instance: its region, its state, and every entry into the engine for it.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use sampan_engine::{Activation, Host, Limits, Linker, MemoryUsage, Outcome, Region, Status};
use wasmi::Func;

use crate::guest::{Call, Guest};
use crate::load;
use crate::region::RegionHeap;
use crate::scan::{self, Facts, Refusal};
use crate::stack_plan::StackPlan;
use crate::wall::{self, EngineStack, Escape};

/// A module loaded by [`WasmiEngine`](crate::WasmiEngine).
///
/// Dropping it instead of unloading it leaks its region.
pub struct WasmiInstance {
    /// Never looked at while the instance lives: pointers derived from it are used instead.
    region: MaybeUninit<Region>,
    base: NonNull<u8>,
    len: usize,
    image: &'static [u8],
    limits: Limits,
    facts: Facts,
    /// How the region is laid out, once it was.
    heap: Option<RegionHeap>,
    state: State,
}

// SAFETY: it owns its region, and all that its pointers lead to lies in there. wasmi's `Store` is `Send`,
// and the host is attached to it only within a call.
unsafe impl Send for WasmiInstance {}

impl core::fmt::Debug for WasmiInstance {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WasmiInstance").field("len", &self.len).field("state", &self.state).finish()
    }
}

#[derive(Clone, Copy, Debug)]
enum State {
    Dead,
    Idle(NonNull<Guest>),
    /// Begun, or out of fuel; `granted` of the `required` fuel is there already.
    Runnable {
        guest: NonNull<Guest>,
        granted: u64,
        required: u64,
    },
    /// A host call is parked.
    Waiting(NonNull<Guest>),
}

impl WasmiInstance {
    /// An instance that is dead until it's [`load`](Self::load)ed.
    pub(crate) fn new(image: &'static [u8], facts: Facts, mut region: Region, limits: Limits) -> Self {
        let base = region.as_mut_ptr();
        let len = region.len();
        let region = MaybeUninit::new(region);
        Self { region, base, len, image, limits, facts, heap: None, state: State::Dead }
    }

    /// The region, whole; what was in it is forgotten.
    pub(crate) fn into_region(self) -> Region {
        // SAFETY: it was initialised when this was made, and is moved out once.
        unsafe { self.region.assume_init() }
    }

    /// Makes the instance as new, whatever it was.
    pub(crate) fn load(&mut self, stack: &mut EngineStack, linker: &mut dyn Linker) -> Result<(), Refusal> {
        self.state = State::Dead;
        self.heap = None;
        let plan = StackPlan::new(self.limits.stack_bytes);
        let heap = self.lay_out(plan).ok_or(Refusal::no_memory("region too small for memory and stack"))?;
        self.heap = Some(heap);
        let (image, region_len) = (self.image, self.len);
        let result = heap.enter(|| wall::enter(stack, || load::load(image, plan, heap, region_len, linker)));
        let guest = match result {
            Ok(result) => result?,
            Err(Escape::OutOfMemory) => {
                return Err(Refusal::no_memory("region too small to load the module"));
            }
            Err(Escape::Defect) => {
                return Err(Refusal { status: Status::Internal, detail: "the engine failed" });
            }
        };
        self.state = State::Idle(guest);
        Ok(())
    }

    /// Lays the region out for the module, if it can hold what it needs for certain.
    fn lay_out(&self, plan: StackPlan) -> Option<RegionHeap> {
        let linear_len = usize::try_from(self.facts.memory_bytes).ok()?;
        let table_entries = usize::try_from(self.facts.table_entries).ok()?;
        let tables = table_entries.checked_mul(crate::TABLE_ENTRY_BYTES)?;
        if plan.bytes().checked_add(tables)?.checked_add(linear_len)? > self.len {
            return None;
        }
        // SAFETY: the region is this instance's; nothing in it is referred to, since it's dead.
        unsafe { RegionHeap::new(self.base, self.len, linear_len) }
    }

    pub(crate) fn exports(&self, name: &str) -> bool {
        !matches!(self.state, State::Dead) && scan::has_entry(self.image, name)
    }

    pub(crate) fn begin(&mut self, name: &str) -> Result<(), Status> {
        let State::Idle(mut guest) = self.state else { return Err(Status::WrongState) };
        if !scan::has_entry(self.image, name) {
            return Err(Status::NotFound);
        }
        // SAFETY: a live instance's guest, which nothing else refers to.
        let content = unsafe { guest.as_mut() };
        let entry: Option<Func> = content.instance.get_func(&content.store, name);
        content.call = Call::Entry(entry.ok_or(Status::NotFound)?);
        self.state = State::Runnable { guest, granted: 0, required: 0 };
        Ok(())
    }

    pub(crate) fn resume(
        &mut self,
        stack: &mut EngineStack,
        reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation {
        let fuel = u64::from(fuel);
        let (guest, budget) = match (self.state, reply) {
            (State::Waiting(guest), Some(_)) => (guest, fuel),
            (State::Runnable { guest, granted, required }, None) => {
                let granted = granted.saturating_add(fuel);
                if granted < required {
                    self.state = State::Runnable { guest, granted, required };
                    return Activation { outcome: Outcome::Yielded, fuel: 0 };
                }
                (guest, granted)
            }
            _ => return self.die(Outcome::EngineFault),
        };
        let Some(heap) = self.heap else { return self.die(Outcome::EngineFault) };
        // Should the engine's stack be left, nothing of the guest may be touched again.
        self.state = State::Dead;
        heap.keep_reserve();
        let reply = reply.unwrap_or(0);
        let result = heap.enter(|| {
            wall::enter(stack, || {
                let mut guest = guest;
                // SAFETY: a live instance's guest, which nothing else refers to.
                unsafe { guest.as_mut() }.turn(reply, budget, host).ok()
            })
        });
        let turn = match result {
            Ok(Some(turn)) => turn,
            Ok(None) | Err(Escape::Defect) => return self.die(Outcome::EngineFault),
            Err(Escape::OutOfMemory) => return self.die(Outcome::OutOfMemory),
        };
        self.state = match turn.outcome {
            Outcome::Yielded => State::Runnable { guest, granted: turn.left, required: turn.required },
            Outcome::Waiting => State::Waiting(guest),
            Outcome::Finished | Outcome::Ended | Outcome::Trapped(_) => State::Idle(guest),
            Outcome::OutOfMemory | Outcome::EngineFault => State::Dead,
        };
        Activation { outcome: turn.outcome, fuel: budget.saturating_sub(turn.left) }
    }

    fn die(&mut self, outcome: Outcome) -> Activation {
        self.state = State::Dead;
        Activation { outcome, fuel: 0 }
    }

    const fn guest(&self) -> Option<NonNull<Guest>> {
        match self.state {
            State::Dead => None,
            State::Idle(guest) | State::Runnable { guest, .. } | State::Waiting(guest) => Some(guest),
        }
    }

    pub(crate) fn memory(&mut self) -> &mut [u8] {
        let Some(mut guest) = self.guest() else { return &mut [] };
        // SAFETY: a live instance's guest, which nothing else refers to for as long as `self` is borrowed.
        let guest = unsafe { guest.as_mut() };
        match guest.store.data().memory {
            Some(memory) => memory.data_mut(&mut guest.store),
            None => &mut [],
        }
    }

    pub(crate) fn usage(&self) -> MemoryUsage {
        let clamp = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        let (used, peak) = self.heap.map_or((0, 0), RegionHeap::usage);
        let linear = self.guest().map_or(0, |guest| {
            // SAFETY: a live instance's guest; nothing changes it while `self` is borrowed.
            let guest = unsafe { guest.as_ref() };
            guest.store.data().memory.map_or(0, |memory| memory.data_size(&guest.store))
        });
        MemoryUsage { region: clamp(self.len), used: clamp(used), peak: clamp(peak), linear: clamp(linear) }
    }
}
