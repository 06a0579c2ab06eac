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

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest that an id carries.
    const GENERATION_MAX: u32 = 0x00ff_ffff;

    use crate::container::{Span, Strings};
    use crate::schedule::Account;
    use crate::text::Name;
    use sampan_engine::Arena;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn generations_go_round_and_skip_zero() {
        let mut arena = Arena::new(Vec::leak(vec![0; 4096]));
        let mut container = |id: ContainerId| {
            let region = arena.allocate(16).unwrap();
            let strings = Strings { region, args: Span::default(), env: Span::default() };
            Container::new(id, (), Name::of_slot(id.slot()), Account::new(1, 0), strings)
        };
        let slot = Slot { generation: GENERATION_MAX - 1, container: None };
        let mut table = Table::new(Vec::leak(vec![slot]));
        for generation in [GENERATION_MAX - 1, GENERATION_MAX, 1, 2] {
            let id = table.vacant().unwrap();
            assert_eq!(id.generation(), generation);
            table.fill(id, container(id));
            assert_eq!(table.vacant(), Err(Status::NoSlot));
            assert_eq!(table.get_mut(id).map(|container| container.id), Ok(id));
            assert!(table.vacate(id).is_ok());
            assert!(table.vacate(id).is_err() && table.get(id).is_err() && table.get_mut(id).is_err());
        }
    }
}
