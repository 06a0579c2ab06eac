// SPDX-License-Identifier: Apache-2.0
//! Several threads on one simulator: one drives it, others use it meanwhile.

use crate::guests;
use crate::support::{image, named, simulator};
use sampan_abi::{ExitReason, Status};
use sampan_core::Event;
use sampan_engine_wasmi::WasmiEngine;
use sampan_sim::{SharedSimulator, SimClock};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

type Shared = SharedSimulator<WasmiEngine>;

/// How long a test waits for what must come; it never waits so long if it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Drives `shared` on a thread of its own, which sends the events.
fn drive(shared: &Shared) -> (JoinHandle<Result<(), Status>>, Receiver<Event>) {
    let (sender, events) = channel();
    let shared = shared.clone();
    // A test that has seen enough doesn't receive any more.
    let thread = std::thread::spawn(move || {
        shared.run(|event| {
            let _ = sender.send(event);
        })
    });
    (thread, events)
}

/// The next end that is told.
fn next_end(events: &Receiver<Event>) -> Event {
    loop {
        let event = events.recv_timeout(PATIENCE).unwrap();
        if event.exit.is_some() {
            return event;
        }
    }
}

#[test]
fn one_thread_polls_another_creates_and_kills() {
    let shared = Shared::new(simulator(|_| ()).0);
    let (thread, events) = drive(&shared);
    let used = shared.with(|sim| sim.runtime().stats().arena_used).unwrap();
    for round in 0..100 {
        let id = shared
            .with(|sim| {
                let id = sim.runtime().create(image(guests::LOOPS), &named("busy")).unwrap();
                sim.runtime().start(id).unwrap();
                id
            })
            .unwrap();
        while shared.with(|sim| sim.runtime().container_stats(id).unwrap().activations).unwrap() < 3 {
            std::thread::yield_now();
        }
        assert_eq!(shared.with(|sim| sim.runtime().kill(id)), Ok(Ok(())), "round {round}");
        let end = next_end(&events);
        assert_eq!((end.id, end.exit), (id, Some(ExitReason::Killed)));
        assert_eq!(shared.with(|sim| sim.runtime().remove(id)), Ok(Ok(())));
        assert_eq!(shared.with(|sim| sim.runtime().remove(id)), Ok(Err(Status::StaleId)));
    }
    assert_eq!(shared.with(|sim| sim.runtime().stats().arena_used).unwrap(), used);
    shared.quit();
    thread.join().unwrap().unwrap();
}

/// Containers that ask; another thread answers, whatever the clock.
fn answers_from_another_thread(clock: SimClock) {
    let (mut sim, _) = simulator(|settings| settings.clock = clock);
    let (sender, tokens) = channel();
    sim.register("env", "ask", "(ii)i", move |call, _| {
        sender.send(call.defer()).unwrap();
        Status::Pending.to_raw()
    })
    .unwrap();
    let shared = Shared::new(sim);
    let (thread, events) = drive(&shared);
    let answering = shared.clone();
    let answerer = std::thread::spawn(move || {
        for token in tokens.iter().take(900) {
            while answering.complete(token, 7).is_err() {
                std::thread::yield_now();
            }
        }
        tokens
    });
    for name in ["a", "b", "c"] {
        let id = shared.with(|sim| sim.runtime().create(image(guests::ASKS_OFTEN), &named(name)));
        let id = id.unwrap().unwrap();
        shared.with(|sim| sim.runtime().start(id)).unwrap().unwrap();
    }
    for _ in 0..3 {
        assert_eq!(next_end(&events).exit, Some(ExitReason::Exited(0)));
    }
    let tokens = answerer.join().unwrap();

    let id = shared.with(|sim| sim.runtime().create(image(guests::ASKS), &named("d"))).unwrap().unwrap();
    shared.with(|sim| sim.runtime().start(id)).unwrap().unwrap();
    let token = tokens.recv_timeout(PATIENCE).unwrap();
    shared.fail(token, -9).unwrap();
    assert_eq!(next_end(&events).exit, Some(ExitReason::HostError(-9)));
    shared.complete(token, 1).unwrap();
    shared.quit();
    thread.join().unwrap().unwrap();
}

#[test]
fn answers_come_from_another_thread_in_virtual_time() {
    answers_from_another_thread(SimClock::virtual_time());
}

#[test]
fn answers_come_from_another_thread_in_real_time() {
    answers_from_another_thread(SimClock::real_time());
}

#[test]
fn an_event_handler_may_use_the_handle() {
    let (mut sim, _) = simulator(|_| ());
    let id = sim.runtime().create(image(guests::RETURNS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    let shared = Shared::new(sim);
    let mut restarts = 0;
    let handle = shared.clone();
    shared
        .run(|event| match event.exit {
            Some(_) if restarts == 5 => handle.quit(),
            Some(_) => {
                restarts += 1;
                handle.with(|sim| sim.runtime().restart(event.id)).unwrap().unwrap();
            }
            None => (),
        })
        .unwrap();
    assert_eq!(shared.with(|sim| sim.runtime().container_stats(id).unwrap().restarts), Ok(5));
}

#[test]
fn what_would_wait_for_itself_is_refused() {
    let (mut sim, _) = simulator(|_| ());
    let (sender, handles) = channel::<Shared>();
    let handle = std::sync::Mutex::new(handles);
    sim.register("env", "ask", "(ii)i", move |_, values| {
        let shared = handle.lock().unwrap().recv().unwrap();
        values[0] = u64::from(
            shared.with(|_| ()) == Err(Status::WrongContext)
                && shared.run(|_| ()) == Err(Status::WrongContext),
        );
        0
    })
    .unwrap();
    let id = sim.runtime().create(image(guests::ASKS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    let shared = Shared::new(sim);
    sender.send(shared.clone()).unwrap();
    assert_eq!(shared.with(|_| shared.with(|_| ())), Ok(Err(Status::WrongContext)));
    let (thread, events) = drive(&shared);
    assert_eq!(next_end(&events).exit, Some(ExitReason::Exited(1)));
    shared.quit();
    thread.join().unwrap().unwrap();
}
