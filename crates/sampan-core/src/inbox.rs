// SPDX-License-Identifier: Apache-2.0
//! Answers to parked calls and events of devices on their way in: the one part that may be used without the lock.
//!
//! Two bounded queues, so that no storm of events keeps an answer out, each with many producers, interrupts among
//! them, and the runtime as its one consumer
//! (Dmitry Vyukov's bounded MPMC queue). A producer that is interrupted half-way delays what is
//! behind it until it goes on; nothing ever spins on it. A cell that is free for position `p` has sequence
//! `2p`, one that is filled has `2p + 1`; so the two differ even where a queue has one cell. All fields are atomics, so a race can at worst
//! mis-order what comes in, never break memory.

use portable_atomic::{AtomicU32, Ordering};
use sampan_abi::{DeviceKind, Status};
use sampan_platform::DeviceEvent;

/// Words of one answer or event.
type Words = [u32; 5];

/// Room for one answer or event.
#[derive(Debug)]
pub struct InboxCell {
    sequence: AtomicU32,
    words: [AtomicU32; 5],
}

impl InboxCell {
    /// The cell at place `idx` of an empty inbox.
    #[must_use]
    pub fn new(idx: usize) -> Self {
        Self { sequence: AtomicU32::new(free_at(idx as u32)), words: [const { AtomicU32::new(0) }; 5] }
    }
}

/// Answer to one parked call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) token: u64,
    /// The result's bits, or the code with which the host function failed.
    pub(crate) result: Result<u64, i32>,
}

/// The two queues. There is room for as many answers as containers can wait for.
#[derive(Debug)]
pub struct Inbox {
    answers: Queue,
    events: Queue,
    events_lost: AtomicU32,
}

impl Inbox {
    /// Makes empty queues of `answers` and `events`, each cell from [`InboxCell::new`] with its own index. A platform without
    /// devices needs no cell for events.
    ///
    /// # Errors
    /// [`Status::InvalidArgument`] unless their numbers are powers of two, or that of the events 0.
    pub fn new(answers: &'static [InboxCell], events: &'static [InboxCell]) -> Result<Self, Status> {
        if !answers.len().is_power_of_two() || !(events.is_empty() || events.len().is_power_of_two()) {
            return Err(Status::InvalidArgument);
        }
        Ok(Self { answers: Queue::new(answers), events: Queue::new(events), events_lost: AtomicU32::new(0) })
    }

    /// Posts the result of a parked call. ISR-safe, lock-free.
    ///
    /// # Errors
    /// [`Status::Busy`] when the queue is full: more answers than containers since the last poll.
    pub fn complete(&self, token: u64, result: u64) -> Result<(), Status> {
        self.answers.push(Answer { token, result: Ok(result) }.to_words())
    }

    /// Posts the failure of a parked call, which ends its container. ISR-safe, lock-free.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn fail(&self, token: u64, code: i32) -> Result<(), Status> {
        self.answers.push(Answer { token, result: Err(code) }.to_words())
    }

    /// Posts what a device or a socket tells. ISR-safe, lock-free.
    ///
    /// # Errors
    /// [`Status::Busy`] when the queue is full: the event is lost, and counted.
    pub fn event(&self, event: DeviceEvent) -> Result<(), Status> {
        let words = [event.kind as u32, event.index, event.value, 0, 0];
        self.events.push(words).inspect_err(|_| {
            self.events_lost.fetch_add(1, Ordering::Relaxed);
        })
    }

    /// Events that were lost so far.
    pub(crate) fn events_lost(&self) -> u32 {
        self.events_lost.load(Ordering::Relaxed)
    }

    /// Whether there is anything to take.
    pub(crate) fn has_news(&self) -> bool {
        self.answers.has_next() || self.events.has_next()
    }

    /// Takes the oldest answer. Only the runtime calls this, under its lock.
    pub(crate) fn pop(&self) -> Option<Answer> {
        self.answers.pop().map(Answer::from_words)
    }

    /// Takes the oldest event. Only the runtime calls this, under its lock.
    pub(crate) fn pop_event(&self) -> Option<DeviceEvent> {
        let [kind, index, value, ..] = self.events.pop()?;
        // Only kinds were put in.
        Some(DeviceEvent { kind: DeviceKind::from_raw(kind as u8)?, index, value })
    }
}

/// One bounded queue.
#[derive(Debug)]
struct Queue {
    cells: &'static [InboxCell],
    head: AtomicU32,
    tail: AtomicU32,
}

impl Queue {
    const fn new(cells: &'static [InboxCell]) -> Self {
        Self { cells, head: AtomicU32::new(0), tail: AtomicU32::new(0) }
    }

    fn cell(&self, position: u32) -> Option<&InboxCell> {
        self.cells.get(position as usize & self.cells.len().wrapping_sub(1))
    }

    fn push(&self, words: Words) -> Result<(), Status> {
        let mut position = self.tail.load(Ordering::Relaxed);
        loop {
            let cell = self.cell(position).ok_or(Status::Busy)?;
            let ahead = cell.sequence.load(Ordering::Acquire).wrapping_sub(free_at(position)) as i32;
            if ahead < 0 {
                return Err(Status::Busy);
            }
            if ahead > 0 {
                position = self.tail.load(Ordering::Relaxed);
                continue;
            }
            let next = position.wrapping_add(1);
            match self.tail.compare_exchange_weak(position, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => {
                    for (word, value) in cell.words.iter().zip(words) {
                        word.store(value, Ordering::Relaxed);
                    }
                    cell.sequence.store(filled_at(position), Ordering::Release);
                    return Ok(());
                }
                Err(now) => position = now,
            }
        }
    }

    fn has_next(&self) -> bool {
        let position = self.head.load(Ordering::Relaxed);
        self.cell(position).is_some_and(|cell| cell.sequence.load(Ordering::Acquire) == filled_at(position))
    }

    fn pop(&self) -> Option<Words> {
        let position = self.head.load(Ordering::Relaxed);
        let cell = self.cell(position)?;
        if cell.sequence.load(Ordering::Acquire) != filled_at(position) {
            return None;
        }
        let words = cell.words.each_ref().map(|word| word.load(Ordering::Relaxed));
        let again_at = position.wrapping_add(self.cells.len() as u32);
        cell.sequence.store(free_at(again_at), Ordering::Release);
        self.head.store(position.wrapping_add(1), Ordering::Relaxed);
        Some(words)
    }
}

/// Sequence of a cell that waits for what comes at `position`.
const fn free_at(position: u32) -> u32 {
    position.wrapping_mul(2)
}

/// Sequence of a cell that holds what came at `position`.
const fn filled_at(position: u32) -> u32 {
    free_at(position).wrapping_add(1)
}

impl Answer {
    fn to_words(self) -> Words {
        let (failed, value) = match self.result {
            Ok(result) => (0, result),
            Err(code) => (1, u64::from(code as u32)),
        };
        [self.token as u32, (self.token >> 32) as u32, failed, value as u32, (value >> 32) as u32]
    }

    fn from_words([token_low, token_high, failed, low, high]: Words) -> Self {
        let value = u64::from(high) << 32 | u64::from(low);
        let result = if failed == 0 { Ok(value) } else { Err(low as i32) };
        Self { token: u64::from(token_high) << 32 | u64::from(token_low), result }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn cells(len: usize) -> &'static [InboxCell] {
        Vec::leak((0..len).map(InboxCell::new).collect())
    }

    fn inbox(len: usize) -> &'static Inbox {
        std::boxed::Box::leak(std::boxed::Box::new(Inbox::new(cells(len), cells(2)).unwrap()))
    }

    #[test]
    fn keeps_order_and_refuses_when_full() {
        let inbox = inbox(4);
        for round in 0..10_u64 {
            for idx in 0..4 {
                inbox.complete(round, u64::MAX - idx).unwrap();
            }
            assert_eq!(inbox.fail(1, -7), Err(Status::Busy));
            for idx in 0..4 {
                assert_eq!(inbox.pop(), Some(Answer { token: round, result: Ok(u64::MAX - idx) }));
            }
            assert_eq!(inbox.pop(), None);
        }
        inbox.fail(u64::MAX, -7).unwrap();
        assert_eq!(inbox.pop(), Some(Answer { token: u64::MAX, result: Err(-7) }));
        assert!(Inbox::new(&[], &[]).is_err());
    }

    #[test]
    fn any_power_of_two_of_cells_makes_a_queue() {
        for len in [1, 2, 4, 32] {
            let inbox = inbox(len);
            for round in 0..3 {
                (0..len).for_each(|idx| inbox.complete(round, idx as u64).unwrap());
                assert_eq!(inbox.complete(round, 0), Err(Status::Busy), "{len}");
                for idx in 0..len {
                    assert_eq!(inbox.pop(), Some(Answer { token: round, result: Ok(idx as u64) }), "{len}");
                }
                assert_eq!(inbox.pop(), None, "{len}");
            }
        }
        for len in [0, 3, 6] {
            assert_eq!(Inbox::new(cells(len), cells(1)).err(), Some(Status::InvalidArgument), "{len}");
            let events = Inbox::new(cells(1), cells(len));
            assert_eq!(events.err(), (len != 0).then_some(Status::InvalidArgument), "{len}");
        }
    }

    #[test]
    fn positions_wrap_around() {
        let start = u32::MAX - 5;
        for len in [1_u32, 4] {
            let cells: &mut [_] = Vec::leak((0..len as usize).map(InboxCell::new).collect());
            // As after as many answers: each cell is free for the first position from `start` on that is its.
            for position in start..start + len {
                cells[(position % len) as usize].sequence = AtomicU32::new(free_at(position));
            }
            let answers = Queue { cells, head: AtomicU32::new(start), tail: AtomicU32::new(start) };
            let inbox = Inbox { answers, events: Queue::new(&[]), events_lost: AtomicU32::new(0) };
            for token in 0..20 {
                inbox.complete(token, 1).unwrap();
                assert_eq!(inbox.pop(), Some(Answer { token, result: Ok(1) }), "{len}");
                assert_eq!(inbox.pop(), None);
            }
        }
    }

    #[test]
    fn events_keep_order_are_lost_and_counted_when_full_and_leave_answers_their_room() {
        let inbox = inbox(1);
        let event = |index| DeviceEvent { kind: DeviceKind::Uart, index, value: u32::MAX };
        for round in 1..4 {
            assert_eq!((inbox.event(event(0)), inbox.event(event(u32::MAX))), (Ok(()), Ok(())));
            assert_eq!(inbox.event(event(1)), Err(Status::Busy));
            assert_eq!(inbox.events_lost(), round);
            inbox.complete(1, 2).unwrap();
            assert_eq!(inbox.pop(), Some(Answer { token: 1, result: Ok(2) }));
            assert!(inbox.has_news());
            assert_eq!((inbox.pop_event(), inbox.pop_event()), (Some(event(0)), Some(event(u32::MAX))));
            assert_eq!((inbox.pop_event(), inbox.has_news()), (None, false));
        }
        let without = Inbox::new(cells(1), &[]).unwrap();
        assert_eq!((without.event(event(0)), without.events_lost()), (Err(Status::Busy), 1));
        assert_eq!((without.pop_event(), without.has_news()), (None, false));
    }

    #[test]
    fn many_threads_lose_nothing() {
        let inbox = inbox(8);
        let each = if cfg!(miri) { 20 } else { 2000 };
        let threads: Vec<_> = (0..3_u64)
            .map(|thread| {
                std::thread::spawn(move || {
                    for idx in 0..each {
                        while inbox.complete(thread, idx).is_err() {
                            std::thread::yield_now();
                        }
                    }
                })
            })
            .collect();
        let mut next = [0; 3];
        while next != [each; 3] {
            let Some(answer) = inbox.pop() else {
                std::thread::yield_now();
                continue;
            };
            let expected = &mut next[answer.token as usize];
            assert_eq!(answer.result, Ok(*expected));
            *expected += 1;
        }
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
