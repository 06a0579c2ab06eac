// SPDX-License-Identifier: Apache-2.0
//! The fixed table of containers, addressed by generation-tagged ids.
//!
//! Freeing a slot raises its generation, so an id from before never matches again.

use crate::container::Container;
use sampan_abi::{ContainerId, Status};

/// One place of the table.
pub(crate) struct Slot<I> {
    generation: u32,
    container: Option<Container<I>>,
}

impl<I> Slot<I> {
    pub(crate) const fn new() -> Self {
        Self { generation: 1, container: None }
    }
}

/// All containers of a runtime.
pub(crate) struct Table<I: 'static> {
    slots: &'static mut [Slot<I>],
}

impl<I> Table<I> {
    pub(crate) fn new(slots: &'static mut [Slot<I>]) -> Self {
        Self { slots }
    }

    /// The id that the next container gets.
    pub(crate) fn vacant(&self) -> Result<ContainerId, Status> {
        let idx = self.slots.iter().position(|slot| slot.container.is_none()).ok_or(Status::NoSlot)?;
        let generation = self.slots.get(idx).map_or(0, |slot| slot.generation);
        ContainerId::new(idx as u8, generation).ok_or(Status::NoSlot)
    }

    /// Puts `container` into the slot that [`vacant`](Self::vacant) named.
    pub(crate) fn fill(&mut self, id: ContainerId, container: Container<I>) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.slot())) {
            slot.container = Some(container);
        }
    }

    /// Takes a container out; its id is stale from now on.
    pub(crate) fn vacate(&mut self, id: ContainerId) -> Result<Container<I>, Status> {
        self.get(id)?;
        let slot = self.slots.get_mut(usize::from(id.slot())).ok_or(Status::StaleId)?;
        let container = slot.container.take().ok_or(Status::StaleId)?;
        slot.generation = ContainerId::next_generation(slot.generation);
        Ok(container)
    }

    pub(crate) fn get(&self, id: ContainerId) -> Result<&Container<I>, Status> {
        let slot = self.slots.get(usize::from(id.slot())).ok_or(Status::StaleId)?;
        slot.container.as_ref().filter(|_| slot.generation == id.generation()).ok_or(Status::StaleId)
    }

    pub(crate) fn get_mut(&mut self, id: ContainerId) -> Result<&mut Container<I>, Status> {
        let slot = self.slots.get_mut(usize::from(id.slot())).ok_or(Status::StaleId)?;
        let same = slot.generation == id.generation();
        slot.container.as_mut().filter(|_| same).ok_or(Status::StaleId)
    }

    /// The container in slot `idx`, whoever it is.
    pub(crate) fn at_mut(&mut self, idx: usize) -> Option<&mut Container<I>> {
        self.slots.get_mut(idx)?.container.as_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Container<I>)> + Clone {
        self.slots.iter().enumerate().filter_map(|(idx, slot)| Some((idx, slot.container.as_ref()?)))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Container<I>> {
        self.slots.iter_mut().filter_map(|slot| slot.container.as_mut())
    }
}
