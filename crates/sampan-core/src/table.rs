// SPDX-License-Identifier: Apache-2.0
//! The fixed table of containers, addressed by generation-tagged ids.
//!
//! Each container that is put in has the next generation, so the id of one from before never matches again.

use crate::calls::msg::Others;
use crate::container::{Container, Guest};
use sampan_abi::{ContainerId, Status};

/// One place of the table.
pub(crate) type Slot<I> = Option<Container<I>>;

/// All containers of a runtime.
pub(crate) struct Table<I: 'static> {
    slots: &'static mut [Slot<I>],
    generation: u32,
}

impl<I> Table<I> {
    /// A table whose first container will be of this generation.
    pub(crate) fn new(slots: &'static mut [Slot<I>], generation: u32) -> Self {
        Self { slots, generation }
    }

    /// Generation of the next container.
    pub(crate) const fn generation(&self) -> u32 {
        self.generation
    }

    /// The id that the next container gets.
    pub(crate) fn vacant(&self) -> Result<ContainerId, Status> {
        let idx = self.slots.iter().position(Option::is_none).ok_or(Status::NoSlot)?;
        ContainerId::new(idx as u8, self.generation).ok_or(Status::NoSlot)
    }

    /// Puts `container` into the slot that [`vacant`](Self::vacant) named.
    pub(crate) fn fill(&mut self, id: ContainerId, container: Container<I>) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.slot())) {
            *slot = Some(container);
            self.generation = ContainerId::next_generation(self.generation);
        }
    }

    /// Takes a container out; its id is stale from now on.
    pub(crate) fn vacate(&mut self, id: ContainerId) -> Result<Container<I>, Status> {
        let slot = self.slots.get_mut(usize::from(id.slot())).ok_or(Status::StaleId)?;
        slot.take_if(|container| container.guest.id == id).ok_or(Status::StaleId)
    }

    pub(crate) fn get(&self, id: ContainerId) -> Result<&Container<I>, Status> {
        let container = self.slots.get(usize::from(id.slot())).and_then(Option::as_ref);
        container.filter(|container| container.guest.id == id).ok_or(Status::StaleId)
    }

    pub(crate) fn get_mut(&mut self, id: ContainerId) -> Result<&mut Container<I>, Status> {
        let container = self.slots.get_mut(usize::from(id.slot())).and_then(Option::as_mut);
        container.filter(|container| container.guest.id == id).ok_or(Status::StaleId)
    }

    /// The container in slot `idx`, whoever it is, and all the others.
    pub(crate) fn split_at_mut(&mut self, idx: usize) -> Option<(&mut Container<I>, Rest<'_, I>)> {
        let (before, from) = self.slots.split_at_mut_checked(idx)?;
        let (slot, after) = from.split_first_mut()?;
        Some((slot.as_mut()?, Rest { before, after }))
    }

    /// Slots, occupied or not.
    pub(crate) const fn len(&self) -> usize {
        self.slots.len()
    }

    /// A container, and all the others.
    pub(crate) fn get_apart(&mut self, id: ContainerId) -> Result<(&mut Container<I>, Rest<'_, I>), Status> {
        let found = self.split_at_mut(usize::from(id.slot()));
        found.filter(|(container, _)| container.guest.id == id).ok_or(Status::StaleId)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Container<I>)> + Clone {
        self.slots.iter().enumerate().filter_map(|(idx, slot)| Some((idx, slot.as_ref()?)))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Container<I>> {
        self.slots.iter_mut().flatten()
    }
}

/// All containers but one.
pub(crate) struct Rest<'a, I> {
    before: &'a mut [Slot<I>],
    after: &'a mut [Slot<I>],
}

impl<I> Others for Rest<'_, I> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Guest)) {
        let slots = self.before.iter_mut().chain(self.after.iter_mut());
        slots.flatten().for_each(|container| visit(&mut container.guest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest that an id carries.
    const GENERATION_MAX: u32 = 0x00ff_ffff;

    use crate::config::ContainerOptions;
    use crate::container::{Span, Strings};
    use crate::desk::Desk;
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
            let (desk, _) = Desk::new(&ContainerOptions::default(), 0, 0);
            Container::new(id, (), Name::of_slot(id.slot()), Account::new(1, 0), strings, desk)
        };
        let mut table = Table::new(Vec::leak(vec![None]), GENERATION_MAX - 1);
        for generation in [GENERATION_MAX - 1, GENERATION_MAX, 1, 2] {
            let id = table.vacant().unwrap();
            assert_eq!(id.generation(), generation);
            table.fill(id, container(id));
            assert_eq!(table.vacant(), Err(Status::NoSlot));
            assert_eq!(table.get_mut(id).map(|container| container.guest.id), Ok(id));
            assert!(table.vacate(id).is_ok());
            assert!(table.vacate(id).is_err() && table.get(id).is_err() && table.get_mut(id).is_err());
        }
    }
}
