// SPDX-License-Identifier: Apache-2.0
//! Who runs next: CPU time in proportion to shares, and priority for who is within its share.
//!
//! Each container has a virtual time that grows by the time it ran divided by its share. The one with the
//! least is furthest behind what it is owed. A container is *within its share* while it is no more than
//! [`WINDOW`] ahead of that one; among those the highest priority goes first, and at equal priority the
//! one furthest behind. So priority decides how soon, shares decide how much: a busy container of the
//! highest priority delays the others by a window at the most and never takes more than its part.
//!
//! Sleeping saves nothing up: whoever becomes ready starts from the least virtual time of those ready.

use sampan_abi::limits::MAX_SHARE;

/// How far ahead a container may run, in virtual microseconds: 5 ms of CPU at the default share.
const WINDOW: u64 = 50_000;

/// A container's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    virtual_us: u64,
    /// What was too little for a whole virtual microsecond, in parts of `share`.
    rest: u16,
    share: u16,
    priority: u8,
}

impl Account {
    pub(crate) const fn new(share: u16, priority: u8) -> Self {
        Self { virtual_us: 0, rest: 0, share, priority }
    }

    /// Books CPU time. Even the shortest run counts as a microsecond.
    pub(crate) fn charge(&mut self, elapsed_us: u64) {
        let share = u64::from(self.share.max(1));
        let weighted = elapsed_us.max(1).saturating_mul(u64::from(MAX_SHARE));
        let weighted = weighted.saturating_add(u64::from(self.rest));
        self.virtual_us = self.virtual_us.saturating_add(weighted / share);
        self.rest = (weighted % share) as u16;
    }

    /// The container has become ready: it isn't owed the time it slept.
    pub(crate) fn join(&mut self, floor: Floor) {
        self.virtual_us = self.virtual_us.max(floor.0);
    }
}

/// Least virtual time of the containers that were ready at the last decision. Never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floor(u64);

/// Chooses among the ready ones, and moves the floor to the least of them.
pub(crate) fn pick(
    ready: impl Iterator<Item = (usize, Account)> + Clone,
    floor: &mut Floor,
) -> Option<usize> {
    let least = ready.clone().map(|(_, account)| account.virtual_us).min()?;
    floor.0 = floor.0.max(least);
    let limit = least.saturating_add(WINDOW);
    ready
        .filter(|(_, account)| account.virtual_us <= limit)
        .min_by_key(|(_, account)| (account.priority, account.virtual_us))
        .map(|(idx, _)| idx)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// Runs slices of 100 us and returns what each account got.
    fn run(accounts: &mut [Account], slices: usize) -> Vec<usize> {
        let mut got = vec![0; accounts.len()];
        let mut floor = Floor::default();
        for _ in 0..slices {
            let idx = pick(accounts.iter().copied().enumerate(), &mut floor).unwrap();
            accounts[idx].charge(100);
            got[idx] += 1;
        }
        got
    }

    #[test]
    fn time_is_divided_by_share_whatever_the_priority() {
        let mut accounts = [Account::new(100, 0), Account::new(300, 7), Account::new(600, 3)];
        let slices = if cfg!(miri) { 300 } else { 100_000 };
        let got = run(&mut accounts, slices);
        for (got, account) in got.into_iter().zip(&accounts) {
            // Nobody is further from its part than the window, which is this many slices for its share.
            let share = usize::from(account.share);
            let (due, window) = (slices * share / 1000, share / 2);
            assert!(got.abs_diff(due) <= window + 2, "{got} slices instead of {due}");
        }
    }

    #[test]
    fn priority_goes_first_within_its_share() {
        let mut accounts = [Account::new(100, 7), Account::new(100, 0)];
        let mut floor = Floor::default();
        let mut first = 0;
        while pick(accounts.iter().copied().enumerate(), &mut floor) == Some(1) {
            accounts[1].charge(100);
            first += 1;
        }
        assert_eq!(first, 51);
    }

    #[test]
    fn shares_hold_for_the_shortest_of_runs() {
        let mut accounts = [Account::new(600, 0), Account::new(1000, 0)];
        let (mut got, mut floor) = ([0; 2], Floor::default());
        for _ in 0..160 {
            let idx = pick(accounts.iter().copied().enumerate(), &mut floor).unwrap();
            accounts[idx].charge(1);
            got[idx] += 1;
        }
        assert!([59, 60, 61].contains(&got[0]), "{got:?}");
    }

    #[test]
    fn a_sleeper_is_not_owed_its_sleep() {
        let mut accounts = [Account::new(100, 0), Account::new(100, 0)];
        let mut floor = Floor::default();
        for _ in 0..100 {
            accounts[0].charge(100);
            pick(accounts.iter().copied().enumerate().take(1), &mut floor);
        }
        accounts[1].join(floor);
        let got = run(&mut accounts, 100);
        assert!(got[1] <= 52, "{got:?}");
    }

    #[test]
    fn nobody_ready_is_nobody() {
        assert_eq!(pick(core::iter::empty(), &mut Floor::default()), None);
    }
}
