// SPDX-License-Identifier: Apache-2.0
//! Permissions beside the matrix: WASI, the firmware's functions, rates, timers, callbacks, values.

use super::messages::{mailer, start};
use super::script::{Op, Script};
use super::world::{Responder, World, permitted_to};
use crate::{ContainerOptions, HostRegistration};
use sampan_abi::{ExitReason, Signature, Status};
use sampan_image::{DeniedAction, Effective, Permissions};

const NOTCAPABLE: u64 = 76;
const DENIED: u64 = -1_i32 as u32 as u64;
const NOTHING: &[&str] = &[];

#[test]
fn wasi_asks_the_same_permissions() {
    let calls = |script: Script| {
        let script = script.print_at(0, 1, b"hello").wasi("clock_time_get", "(iIi)i", &[1, 0, 64]);
        let script = script.wasi("clock_res_get", "(ii)i", &[1, 64]).wasi("random_get", "(ii)i", &[64, 8]);
        script.sleep(5).wasi("args_sizes_get", "(ii)i", &[64, 68]).wasi("sched_yield", "()i", &[])
    };
    let script = calls(Script::new());
    for (permissions, expected) in [
        (NOTHING, [NOTCAPABLE, NOTCAPABLE, NOTCAPABLE, NOTCAPABLE, NOTCAPABLE, 0, 0]),
        (&["log"], [0, NOTCAPABLE, NOTCAPABLE, NOTCAPABLE, NOTCAPABLE, 0, 0]),
        (&["clock"], [NOTCAPABLE, 0, 0, NOTCAPABLE, 0, 0, 0]),
        (&["random"], [NOTCAPABLE, NOTCAPABLE, NOTCAPABLE, 0, NOTCAPABLE, 0, 0]),
        (&["clock", "log", "random"], [0; 7]),
    ] {
        let mut world = World::new();
        let id = start(&mut world, &script, &permitted_to(permissions));
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), expected, "{permissions:?}");
        let denied = expected.iter().filter(|errno| **errno == NOTCAPABLE).count() as u64;
        assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, denied);
    }
}

#[test]
fn a_flood_of_denials_is_no_flood_of_lines() {
    let mut world = World::new();
    let script = Script::new().print_at(0, 1, b"hello").repeat();
    let id = start(&mut world, &script, &permitted_to(NOTHING));
    world.board.take_lines();
    world.run_until(100_000);
    assert_eq!(world.take_texts("c0"), ["wasi_snapshot_preview1 fd_write denied: needs log"]);
    assert!(world.runtime.container_stats(id).unwrap().denied_calls > 100);
}

#[test]
fn a_function_of_the_firmware_needs_its_permission() {
    let register = |world: &mut World, name, permission, signature: &str| {
        let signature = Signature::parse(signature.as_bytes()).unwrap();
        let handler = Responder::of_calls(|_, values| {
            values[0] = 5;
            0
        });
        world.runtime.register(HostRegistration { module: "env", name, signature, permission, handler })
    };
    let script = Script::new().call("env", "left", "()i", &[]).call("env", "wide", "()I", &[]);
    let script = script.call("env", "real", "()F", &[]).call("env", "open", "()i", &[]).call(
        "env",
        "left",
        "()i",
        &[],
    );
    for (permissions, expected, denied) in [
        (NOTHING, [DENIED, u64::MAX, f64::NAN.to_bits(), 5, DENIED], 4),
        (&["relay:right"], [DENIED, u64::MAX, f64::NAN.to_bits(), 5, DENIED], 4),
        (&["relay:*", "meter"], [5; 5], 0),
        (&["relay:left"], [5, u64::MAX, f64::NAN.to_bits(), 5, 5], 2),
    ] {
        let mut world = World::new();
        assert_eq!(
            register(&mut world, "bad", Some("no such permission"), "()i"),
            Err(Status::InvalidArgument)
        );
        for (name, permission, signature) in [
            ("left", Some("relay:left"), "()i"),
            ("wide", Some("meter"), "()I"),
            ("real", Some("meter"), "()F"),
            ("open", None, "()i"),
        ] {
            register(&mut world, name, permission, signature).unwrap();
        }
        let id = start(&mut world, &script, &permitted_to(permissions));
        world.board.take_lines();
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), expected, "{permissions:?}");
        assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, denied);
    }
}

#[test]
fn both_lists_must_allow_what_is_asked() {
    let lists = |requested, granted| Effective {
        requested: Permissions::of_texts(requested).unwrap(),
        granted: Permissions::of_texts(granted).unwrap(),
    };
    for (requested, granted, expected) in [
        (&["msg.pub:plant/+"], &["msg.pub:plant/1"], 0),
        (&["msg.pub:plant/1"], &["msg.pub:#"], 0),
        (&["msg.pub:+/1"], &["msg.pub:plant/+"], 0),
        (&["msg.pub:+/2"], &["msg.pub:plant/+"], DENIED),
        (&["msg.pub:plant/1"], &["msg.pub:plant/2"], DENIED),
    ] {
        let mut world = World::new();
        let permissions = lists(requested, granted);
        let id = start(
            &mut world,
            &mailer().publish(),
            &ContainerOptions { permissions, ..ContainerOptions::default() },
        );
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        assert_eq!(world.results(), [expected], "{requested:?} {granted:?}");
    }
}

#[test]
fn a_timer_needs_its_permission_and_tells_how_often_it_ran_out() {
    let mut world = World::new();
    let id = start(&mut world, &mailer().timer(10, 10).wait_event(500), &permitted_to(NOTHING));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [DENIED, 0], "no timer, and no event of one");

    let script = mailer().timer(1000, 1000).op(Op::Work(35_000)).wait_event(0).op(Op::Dump(320, 24));
    let script = script.wait_event(u64::MAX).wait_event(100);
    let id = start(&mut world, &script, &permitted_to(&["timer"]));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [1 << 8, 1, 1, 0]);
    let dump = world.dumps().pop().unwrap();
    assert_eq!((&dump[..4], &dump[4..8], dump[8]), (&[1, 0, 0, 0][..], &[0, 1, 0, 0][..], 3));
}

#[test]
fn a_wait_ends_early_when_the_container_is_to_stop_and_a_kill_ends_it_at_once() {
    let mut world = World::new();
    let script = mailer().wait_event(12_000_000);
    let (stopped, killed) = (
        start(&mut world, &script, &permitted_to(NOTHING)),
        start(&mut world, &script, &permitted_to(NOTHING)),
    );
    world.run_until(1000);
    world.runtime.stop(stopped, u64::MAX).unwrap();
    assert_eq!(world.run_to_end(stopped), ExitReason::Stopped(0));
    assert_eq!(world.results(), [-10_i32 as u32 as u64]);
    world.runtime.kill(killed).unwrap();
    assert_eq!(world.exit(killed), Some(ExitReason::Killed));
    assert!(world.now_us() < 10_000);
}

#[test]
fn a_container_with_a_callback_lives_on_until_it_is_stopped() {
    let mut world = World::new();
    let script = mailer().subscribe().timer(1000, 1000).function("sampan_on_event").wait_event(0).receive();
    let id = start(&mut world, &script, &permitted_to(&["timer", "msg.sub:#"]));
    world.run_until(3500);
    assert_eq!(world.exit(id), None);
    let told = world.results();
    assert_eq!(told.iter().filter(|result| **result == 1).count(), 3, "{told:?}");
    world.runtime.publish("plant/1", b"x").unwrap();
    world.run_until(3900);
    assert_eq!(world.results(), [1, 0], "the message was told and taken");
    world.runtime.stop(id, u64::MAX).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Stopped(0));
    assert_eq!(world.results()[0], -10_i32 as u32 as u64, "a last time, so that it can tidy up");
}

#[test]
fn calls_beyond_the_rate_are_refused_and_counted() {
    let mut world = World::new();
    let time = |script: Script| script.call("sampan:clock/1", "monotonic", "()I", &[]);
    let script = time(time(time(Script::new()))).op(Op::Work(12_000_000));
    let script = time(script);
    let options = ContainerOptions { calls_per_second: 2, ..permitted_to(&["clock"]) };
    let id = start(&mut world, &script, &options);
    let mut results = std::vec::Vec::new();
    while world.exit(id).is_none() {
        world.runtime.poll();
        results.extend(world.results());
    }
    assert_eq!(results[2] as i64, -9);
    assert!(results[3] < 1 << 40, "the next second is another one");
    assert_eq!(world.runtime.container_stats(id).unwrap().throttled_calls, 1);
}

#[test]
fn values_stay_within_their_quota_and_outlive_a_restart() {
    let mut world = World::new();
    let set = |script: Script, len| script.call("sampan:kv/1", "set", "(iiii)i", &[0, 5, 16, len]);
    let get = |script: Script| script.call("sampan:kv/1", "get", "(iiii)i", &[0, 5, 128, 64]);
    // Key, value and 4 bytes: 64 bytes hold a value of 55.
    let script = set(set(get(mailer()), 55), 56);
    let script = set(get(script), 3).call("sampan:kv/1", "set", "(iiii)i", &[1, 5, 16, 43]);
    let script = script.call("sampan:kv/1", "set", "(iiii)i", &[1, 5, 16, 44]);
    let options = ContainerOptions { kv_bytes: Some(64), ..permitted_to(&["kv:100"]) };
    let id = start(&mut world, &script, &options);
    let (full, missing) = (u64::from(-5_i32 as u32), u64::from(-6_i32 as u32));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [missing, 0, full, 55, 0, 0, full]);
    world.runtime.restart(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results()[0], 3);
}

#[test]
fn a_denial_that_stops_is_no_success() {
    let mut world = World::new();
    let options = ContainerOptions { denied: DeniedAction::Stop, ..permitted_to(NOTHING) };
    let id = start(&mut world, &mailer().publish().exit(0), &options);
    assert_eq!(world.run_to_end(id), ExitReason::Denied);
    assert!(ExitReason::Denied.is_fault());
    world.runtime.restart(id).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Denied);
    assert_eq!(world.runtime.container_stats(id).unwrap().denied_calls, 2);
}
