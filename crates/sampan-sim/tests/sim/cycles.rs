// SPDX-License-Identifier: Apache-2.0
//! Ten thousand lives in 256 KiB: what a container took comes back whole, however it ended.

use crate::guests;
use crate::support::{Sim, image, permitted, simulator};
use sampan_abi::{ExitReason, Status, TrapKind};
use sampan_core::ContainerOptions;
use sampan_sim::Step;

const CYCLES: usize = 10_000;
const ARENA_BYTES: usize = 256 * 1024;

/// How one life goes.
enum Life {
    /// It ends by itself for this reason.
    Ends(ExitReason),
    /// It's killed after so many polls.
    Killed(usize),
    /// It can't even be created.
    Refused(Status),
}

fn live(sim: &mut Sim, image: &'static [u8], options: &ContainerOptions<'_>, life: &Life) {
    let created = sim.runtime().create(image, options);
    if let Life::Refused(status) = life {
        return assert_eq!(created, Err(*status));
    }
    let id = created.unwrap();
    sim.runtime().start(id).unwrap();
    match life {
        Life::Killed(polls) => {
            for _ in 0..*polls {
                sim.step();
            }
            sim.runtime().kill(id).unwrap();
        }
        _ => while sim.step() != Step::AllEnded {},
    }
    let expected = if let Life::Ends(reason) = life { *reason } else { ExitReason::Killed };
    assert_eq!(sim.runtime().status(id).unwrap().exit, Some(expected));
    sim.runtime().remove(id).unwrap();
}

#[test]
fn ten_thousand_lives_leave_nothing_behind() {
    let (mut sim, _log) = simulator(|settings| settings.arena_bytes = ARENA_BYTES);
    sim.register("env", "ask", "(ii)i", |call, values| match values[0] % 3 {
        0 => {
            call.defer();
            Status::Pending.to_raw()
        }
        _ => {
            values[0] = 7;
            0
        }
    })
    .unwrap();
    let lives = [
        (guests::RETURNS, Life::Ends(ExitReason::Exited(0))),
        (guests::LOOPS, Life::Killed(2)),
        (guests::TRAPS, Life::Ends(ExitReason::Trapped(TrapKind::MemoryOutOfBounds))),
        (guests::RECURSES, Life::Ends(ExitReason::Trapped(TrapKind::StackOverflow))),
        (guests::DIVIDES, Life::Ends(ExitReason::Trapped(TrapKind::DivisionByZero))),
        (guests::SLEEPS, Life::Killed(1)),
        (guests::ASKS, Life::Ends(ExitReason::Exited(7))),
        (guests::ASKS_OFTEN, Life::Killed(1)),
        (guests::SMALL_PAGES, Life::Ends(ExitReason::Exited(0))),
        (guests::GROWS, Life::Ends(ExitReason::Exited(0))),
        (
            r#"(module (import "env" "missing" (func)) (func (export "_start")))"#,
            Life::Refused(Status::UnknownImport),
        ),
        (r#"(module (func (export "other")))"#, Life::Refused(Status::NoEntry)),
    ];
    let lives = lives.map(|(wat, life)| (image(wat), life));
    let broken = &image(guests::DIVIDES)[..60];
    let options = permitted();
    // The one that must still fit in the end: nearly all that is free.
    let largest = ContainerOptions { memory_limit: 180 * 1024, ..options };

    let used = sim.runtime().stats().arena_used;
    live(&mut sim, image(guests::GROWS), &largest, &Life::Ends(ExitReason::Exited(0)));
    for cycle in 0..CYCLES {
        let (image, life) = &lives[cycle % lives.len()];
        live(&mut sim, image, &options, life);
        if cycle % 7 == 0 {
            live(&mut sim, broken, &options, &Life::Refused(Status::BadImage));
        }
        assert_eq!(sim.runtime().stats().arena_used, used, "cycle {cycle}");
    }
    live(&mut sim, image(guests::GROWS), &largest, &Life::Ends(ExitReason::Exited(0)));
    assert_eq!(sim.runtime().stats().arena_used, used);
}
