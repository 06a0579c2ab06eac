// SPDX-License-Identifier: Apache-2.0
//! One thread: endings, host functions, time, reproducibility.

use crate::guests;
use crate::support::{image, named, permitted, run, simulator};
use sampan_abi::{ContainerState, ExitReason, LogLevel, Status, TrapKind};
use sampan_core::ContainerOptions;
use sampan_platform::Clock;
use sampan_sim::{Ending, LogLine, Settings, SimClock, SimEntropy, Step};
use std::ops::ControlFlow;
use std::time::Instant;

#[test]
fn without_containers_all_have_ended() {
    let (mut sim, _) = simulator(|_| ());
    assert_eq!(run(&mut sim), Ending::AllEnded);
    let id = sim.runtime().create(image(guests::LOOPS), &named("a")).unwrap();
    assert_eq!(run(&mut sim), Ending::AllEnded);
    assert_eq!(sim.runtime().status(id).unwrap().state, ContainerState::Created);
}

#[test]
fn each_end_is_told_with_its_reason() {
    let (mut sim, log) = simulator(|_| ());
    let ends = [
        (guests::RETURNS, ExitReason::Exited(0)),
        (guests::TRAPS, ExitReason::Trapped(TrapKind::MemoryOutOfBounds)),
        (guests::DIVIDES, ExitReason::Trapped(TrapKind::DivisionByZero)),
        (guests::RECURSES, ExitReason::Trapped(TrapKind::StackOverflow)),
        (guests::GROWS, ExitReason::Exited(0)),
        (guests::SMALL_PAGES, ExitReason::Exited(0)),
    ];
    for (wat, reason) in ends {
        let id = sim.runtime().create(image(wat), &named("a")).unwrap();
        sim.runtime().start(id).unwrap();
        let mut events = Vec::new();
        let ending = sim.run(u64::MAX, |sim| {
            events.extend(std::iter::from_fn(|| sim.runtime().take_event()));
            ControlFlow::Continue(())
        });
        assert_eq!(ending, Ending::AllEnded);
        assert_eq!(sim.runtime().status(id).unwrap().exit, Some(reason), "{wat}");
        assert_eq!(events.last().and_then(|event| event.exit), Some(reason));
        let level = if reason.is_fault() { LogLevel::Error } else { LogLevel::Debug };
        let line = LogLine { level, source: "a".into(), text: format!("ended: {reason}") };
        assert_eq!(log.take(), [line]);
        sim.runtime().remove(id).unwrap();
    }
}

#[test]
fn a_loop_is_left_at_the_time_limit_and_goes_on() {
    let (mut sim, _) = simulator(|_| ());
    let id = sim.runtime().create(image(guests::LOOPS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    let keep_on = |_: &mut _| ControlFlow::Continue(());
    assert_eq!(sim.run(50_000, keep_on), Ending::TimeLimit);
    let stats = sim.runtime().container_stats(id).unwrap();
    // 10 fuel a microsecond, and one slice of 10 000 fuel more at the most.
    assert!((500_000..=510_100).contains(&stats.fuel), "{stats:?}");
    assert_eq!(stats.cpu_us, stats.fuel / 10);
    assert_eq!(sim.clock().now_us(), stats.cpu_us);
    assert_eq!(sim.run(100_000, keep_on), Ending::TimeLimit);
    assert_eq!(sim.run(u64::MAX, |_| ControlFlow::Break(())), Ending::BrokenOff);
    sim.runtime().kill(id).unwrap();
    assert_eq!(run(&mut sim), Ending::AllEnded);
}

#[test]
fn an_hour_of_virtual_sleep_takes_no_time() {
    let (mut sim, _) = simulator(|_| ());
    let id = sim.runtime().create(image(guests::SLEEPS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    let started = Instant::now();
    assert_eq!(sim.run(u64::MAX, |_| ControlFlow::Continue(())), Ending::AllEnded);
    assert!(started.elapsed().as_secs() < 60);
    assert_eq!(sim.runtime().status(id).unwrap().exit, Some(ExitReason::Exited(0)));
    assert!((3_600_000_000..3_600_001_000).contains(&sim.clock().now_us()));
    assert!(sim.runtime().container_stats(id).unwrap().cpu_us < 1000);
}

#[test]
fn real_time_passes_while_a_container_sleeps() {
    let (mut sim, _) = simulator(|settings| settings.clock = SimClock::real_time());
    let id = sim.runtime().create(image(guests::SLEEPS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    let limit_us = sim.clock().now_us() + 20_000;
    assert_eq!(sim.run(limit_us, |_| ControlFlow::Continue(())), Ending::TimeLimit);
    assert!(sim.clock().now_us() >= limit_us);
    assert!(sim.runtime().status(id).unwrap().waiting);
}

#[test]
fn host_functions_are_closures_with_checked_memory() {
    let (mut sim, _) = simulator(|_| ());
    sim.register("env", "ask", "(ii)i", |call, values| {
        assert!(call.memory(65_535, 2).is_err());
        let seen = call.memory(65_535, 1).map(|bytes| bytes[0]).unwrap();
        values[0] = values[0] * 2 + values[1] + u64::from(seen);
        0
    })
    .unwrap();
    assert_eq!(sim.register("env", "ask", "(ii)i", |_, _| 0), Err(Status::Duplicate));
    assert_eq!(sim.register("env", "other", "(x)", |_, _| 0), Err(Status::InvalidArgument));
    let id = sim.runtime().create(image(guests::ASKS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    assert_eq!(run(&mut sim), Ending::AllEnded);
    assert_eq!(sim.runtime().status(id).unwrap().exit, Some(ExitReason::Exited(41)));
    assert_eq!(sim.runtime().container_stats(id).unwrap().host_calls, 2);
}

#[test]
fn a_failing_host_function_ends_its_container() {
    let (mut sim, _) = simulator(|_| ());
    sim.register("env", "ask", "(ii)i", |_, _| -42).unwrap();
    let id = sim.runtime().create(image(guests::ASKS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    assert_eq!(run(&mut sim), Ending::AllEnded);
    let status = sim.runtime().status(id).unwrap();
    assert_eq!((status.state, status.exit), (ContainerState::Faulted, Some(ExitReason::HostError(-42))));
}

#[test]
fn an_unknown_import_is_named() {
    let (mut sim, log) = simulator(|_| ());
    assert_eq!(sim.runtime().create(image(guests::ASKS), &named("a")), Err(Status::UnknownImport));
    let texts: Vec<String> = log.take().into_iter().map(|line| line.text).collect();
    assert_eq!(texts, ["import env.ask: nothing provides it", "not created: unknown import"]);
}

#[test]
fn a_call_that_nobody_answers_is_a_deadlock_and_an_answer_ends_it() {
    let (mut sim, _) = simulator(|_| ());
    let (sender, tokens) = std::sync::mpsc::channel();
    sim.register("env", "ask", "(ii)i", move |call, _| {
        sender.send(call.defer()).unwrap();
        Status::Pending.to_raw()
    })
    .unwrap();
    let id = sim.runtime().create(image(guests::ASKS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    assert_eq!(run(&mut sim), Ending::Deadlock);
    assert_eq!(sim.step(), Step::Stuck);
    sim.inbox().complete(tokens.recv().unwrap().to_raw(), 9).unwrap();
    assert_eq!(run(&mut sim), Ending::AllEnded);
    assert_eq!(sim.runtime().status(id).unwrap().exit, Some(ExitReason::Exited(9)));
}

#[test]
fn an_answer_from_within_the_call_is_no_deadlock() {
    let (mut sim, _) = simulator(|_| ());
    let inbox = sim.inbox();
    sim.register("env", "ask", "(ii)i", move |call, _| {
        inbox.complete(call.defer().to_raw(), 7).unwrap();
        Status::Pending.to_raw()
    })
    .unwrap();
    let id = sim.runtime().create(image(guests::ASKS_OFTEN), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    assert_eq!(run(&mut sim), Ending::AllEnded);
    assert_eq!(sim.runtime().status(id).unwrap().exit, Some(ExitReason::Exited(0)));
}

#[test]
fn a_paused_container_alone_is_a_deadlock() {
    let (mut sim, _) = simulator(|_| ());
    let id = sim.runtime().create(image(guests::LOOPS), &named("a")).unwrap();
    sim.runtime().start(id).unwrap();
    sim.runtime().pause(id).unwrap();
    assert_eq!(run(&mut sim), Ending::Deadlock);
    sim.runtime().resume(id).unwrap();
    assert_eq!(run(&mut sim), Ending::TimeLimit);
}

/// What two containers that draw random numbers print, and when they end.
fn printed(seed: Option<u64>) -> (Vec<LogLine>, u64) {
    let (mut sim, log) = simulator(|settings| {
        settings.entropy = seed.map_or_else(SimEntropy::real, SimEntropy::seeded);
    });
    for name in ["a", "b"] {
        let id = sim.runtime().create(image(guests::PRINTS_RANDOM), &named(name)).unwrap();
        sim.runtime().start(id).unwrap();
    }
    assert_eq!(run(&mut sim), Ending::AllEnded);
    (log.take(), sim.clock().now_us())
}

#[test]
fn a_seed_makes_runs_the_same() {
    let first = printed(Some(1));
    assert_eq!(first, printed(Some(1)));
    assert_ne!(first.0, printed(Some(2)).0);
    assert_ne!(printed(None).0, printed(None).0);
    let letters = first.0.iter().find(|line| line.level == LogLevel::Info).unwrap();
    assert!(letters.text.len() == 16 && letters.text.bytes().all(|byte| byte.is_ascii_lowercase()));
}

#[test]
fn time_is_divided_by_share() {
    let (mut sim, _) = simulator(|_| ());
    let ids = [(50, 7), (100, 0), (350, 3)].map(|(share, priority)| {
        let options = ContainerOptions { share, priority, ..permitted() };
        let id = sim.runtime().create(image(guests::LOOPS), &options).unwrap();
        sim.runtime().start(id).unwrap();
        (id, u64::from(share))
    });
    assert_eq!(sim.run(2_000_000, |_| ControlFlow::Continue(())), Ending::TimeLimit);
    for (id, share) in ids {
        let fuel = sim.runtime().container_stats(id).unwrap().fuel;
        let due = 20_000_000 * share / 500;
        assert!(fuel.abs_diff(due) * 20 < due, "share {share}: {fuel} of {due}");
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    use crate::support::engine;
    use sampan_sim::{RecordedLog, Simulator};
    use std::sync::Arc;

    let make = |change: fn(&mut Settings)| {
        let mut settings = Settings::new(Arc::new(RecordedLog::default()));
        change(&mut settings);
        Simulator::new(settings, engine()).err()
    };
    assert_eq!(make(|_| ()), None);
    assert_eq!(make(|settings| settings.arena_bytes = 0), Some(Status::NoMemory));
    assert_eq!(make(|settings| settings.arena_bytes = 300), Some(Status::NoMemory));
    assert_eq!(make(|settings| settings.arena_bytes = usize::MAX), Some(Status::NoMemory));
    assert_eq!(make(|settings| settings.config.max_containers = 0), Some(Status::InvalidArgument));
    assert_eq!(make(|settings| settings.config.max_containers = usize::MAX), Some(Status::InvalidArgument));
    assert_eq!(make(|settings| settings.config.max_host_functions = 257), Some(Status::InvalidArgument));
    assert_eq!(make(|settings| settings.config.slice_fuel = 0), Some(Status::InvalidArgument));
    assert_eq!(make(|settings| settings.config.slice_fuel = u32::MAX), Some(Status::InvalidArgument));
}
