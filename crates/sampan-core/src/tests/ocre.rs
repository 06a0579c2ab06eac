// SPDX-License-Identifier: Apache-2.0
//! Ocre's calls: what they answer, what they need, and what in Ocre itself goes wrong with them.

use super::messages::start;
use super::script::{Op, Script};
use super::world::{REACTIONS, World, permitted_to};
use crate::ContainerOptions;
use sampan_abi::{ContainerState, ExitReason, Status};
use sampan_image::DeniedAction;
use std::string::String;
use std::vec::Vec;

pub(super) const fn errno(number: i32) -> u64 {
    -number as u32 as u64
}

const EPERM: u64 = errno(1);
const ENOENT: u64 = errno(2);
const EAGAIN: u64 = errno(11);
const ENOMEM: u64 = errno(12);
const EBUSY: u64 = errno(16);
const EINVAL: u64 = errno(22);
const ENOMSG: u64 = errno(42);
const OCRE: &[&str] = &["log", "msg.pub:#", "msg.sub:#", "timer"];
const NOTHING: &[&str] = &[];

/// What lies where in the memory of a container here.
const MEMORY_LEN: u32 = 1024;
const TOPIC: u64 = 8;
const PREFIX: u64 = 32;
const CONTENT: u64 = 48;
const PAYLOAD: u64 = 64;
pub(super) const EVENT: u64 = 96;
const MAIL: u64 = 128;
const MAIL_LEN: u64 = 256;
const UNTERMINATED: u64 = 1016;

fn ocre() -> Script {
    Script::new()
        .memory(MEMORY_LEN)
        .op(Op::Write(TOPIC, b"plant/1\0".to_vec()))
        .op(Op::Write(PREFIX, b"plant/\0".to_vec()))
        .op(Op::Write(CONTENT, b"text/plain\0".to_vec()))
        .op(Op::Write(PAYLOAD, b"21.5\0".to_vec()))
        .op(Op::Write(UNTERMINATED, b"plant/11".to_vec()))
}

impl Script {
    pub(super) fn env(self, name: &str, args: &[u64]) -> Self {
        let signature = ["()i", "(i)i", "(ii)i", "(iii)i", "(iiii)i", "(iiiii)i", "(iiiiii)i"][args.len()];
        self.call("env", name, signature, args)
    }

    fn mail(self) -> Self {
        self.call("sampan:ocre/1", "mail", "(ii)i", &[MAIL, MAIL_LEN])
    }

    pub(super) fn get_event(self) -> Self {
        let at: Vec<u64> = (0..6).map(|idx| EVENT + 4 * idx).collect();
        self.env("ocre_get_event", &at)
    }

    fn ocre_publish(self) -> Self {
        self.env("ocre_publish_message", &[TOPIC, CONTENT, PAYLOAD, 5])
    }

    fn ocre_subscribe(self) -> Self {
        self.env("ocre_subscribe_message", &[PREFIX])
    }

    pub(super) fn ocre_sleep(self, milliseconds: u64) -> Self {
        self.env("ocre_sleep", &[milliseconds])
    }

    /// Timer 1, running.
    fn ocre_timer(self, interval_ms: u64, periodic: u64) -> Self {
        self.env("ocre_timer_create", &[1]).env("ocre_timer_start", &[1, interval_ms, periodic])
    }
}

pub(super) fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
}

/// What the calls of `script` answer in a container that may do this.
pub(super) fn answers(script: &Script, permissions: &'static [&'static str]) -> Vec<u64> {
    let mut world = World::new();
    let id = start(&mut world, script, &permitted_to(permissions));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    world.results()
}

/// Every call that needs a permission, with one that it needs.
fn calls() -> [(&'static str, Vec<u64>, &'static str); 7] {
    [
        ("ocre_publish_message", std::vec![TOPIC, CONTENT, PAYLOAD, 5], "msg.pub:plant/1"),
        ("ocre_subscribe_message", std::vec![PREFIX], "msg.sub:plant/"),
        ("ocre_timer_create", std::vec![1], "timer"),
        ("ocre_timer_start", std::vec![1, 1000, 1], "timer"),
        ("ocre_timer_stop", std::vec![1], "timer"),
        ("ocre_timer_delete", std::vec![1], "timer"),
        ("ocre_timer_get_remaining", std::vec![1], "timer"),
    ]
}

#[test]
fn every_call_without_its_permission_does_nothing_and_is_answered_by_policy() {
    for (name, args, needs) in calls() {
        for permissions in [NOTHING, &["log", "msg.pub:other", "msg.sub:plant/+/x"]] {
            for (denied, exit, state) in REACTIONS {
                let mut world = World::new();
                let script = ocre().mail().env(name, &args).env(name, &args).op(Op::Dump(MAIL, 64));
                let options = ContainerOptions { denied, ..permitted_to(permissions) };
                let id = start(&mut world, &script, &options);
                world.board.take_lines();
                assert_eq!(world.run_to_end(id), exit, "{name}");
                assert_eq!(world.state(id), state, "{name}");
                if state == ContainerState::Quarantined {
                    world.runtime.release(id).unwrap();
                }
                let texts = world.take_texts("c0");
                let expected = std::format!("env {name} denied: needs {needs}");
                assert_eq!(texts.iter().filter(|text| **text == expected).count(), 1, "{texts:?}");
                let stats = world.runtime.container_stats(id).unwrap();
                assert_eq!(stats.denied_calls, if denied == DeniedAction::Error { 2 } else { 1 });
                if denied == DeniedAction::Error {
                    assert_eq!(world.results(), [0, EPERM, EPERM], "{name}");
                    assert_eq!(world.dumps(), [[0; 64].to_vec()]);
                }
            }
        }
    }
}

#[test]
fn no_timer_without_the_capability() {
    let script = ocre().ocre_timer(1, 1).ocre_sleep(50).get_event();
    assert_eq!(answers(&script, NOTHING), [EPERM, EPERM, 0, ENOMSG]);
    assert_eq!(answers(&script, &["timer"]), [0, 0, 0, 0]);
}

#[test]
fn timers_have_the_numbers_that_the_container_chooses() {
    let create = |script: Script, id| script.env("ocre_timer_create", &[id]);
    let script = create(create(create(create(create(ocre(), 0), 17), u64::from(u32::MAX)), 16), 16);
    let start = |script: Script, args: [u64; 3]| script.env("ocre_timer_start", &args);
    let script = start(start(start(script, [5, 10, 1]), [16, 0, 1]), [16, 65_536, 0]);
    let remaining = |script: Script, id| script.env("ocre_timer_get_remaining", &[id]);
    let script = remaining(start(remaining(remaining(script, 5), 16), [16, 40, 0]), 16);
    let script = script.ocre_sleep(50).get_event().op(Op::Dump(EVENT, 24)).get_event();
    let script = remaining(script, 16).env("ocre_timer_stop", &[16]).env("ocre_timer_stop", &[15]);
    let script = script.env("ocre_timer_delete", &[16]).env("ocre_timer_delete", &[16]);
    let mut world = World::new();
    let id = super::messages::start(&mut world, &script, &permitted_to(OCRE));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    #[rustfmt::skip]
    let expected = [
        EINVAL, EINVAL, EINVAL, 0, EBUSY, EINVAL, EINVAL, EINVAL, EINVAL, 0, 0, 40,
        0, 0, ENOMSG, 0, 0, EINVAL, 0, EINVAL,
    ];
    assert_eq!(world.results(), expected);
    assert_eq!(words(&world.dumps()[0]), [0, 16, 0, 0, 0, 0]);
}

#[test]
fn a_periodic_timer_goes_on_until_it_is_stopped() {
    let script = ocre().ocre_timer(10, 1).ocre_sleep(11).get_event().get_event().ocre_sleep(10).get_event();
    let script = script.env("ocre_timer_stop", &[1]).ocre_sleep(100).get_event();
    assert_eq!(answers(&script, OCRE), [0, 0, 0, 0, ENOMSG, 0, 0, 0, 0, ENOMSG]);
}

#[test]
fn there_are_no_more_timers_than_handles() {
    let script = (1..=3).fold(ocre(), |script, id| script.env("ocre_timer_create", &[id]));
    let mut world = World::new();
    let id = start(&mut world, &script, &ContainerOptions { handles: 2, ..permitted_to(OCRE) });
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [0, 0, ENOMEM]);
}

#[test]
fn a_message_lies_where_the_container_wants_it_until_it_is_freed() {
    let free =
        |script: Script, payload| script.env("ocre_messaging_free_module_event_data", &[1, 2, payload]);
    let script = ocre().mail().ocre_subscribe().ocre_publish().ocre_publish().get_event();
    let script = script.op(Op::Dump(EVENT, 24)).op(Op::Dump(MAIL, 32)).get_event();
    let script =
        free(free(free(script, MAIL + 8), MAIL), MAIL).get_event().op(Op::Dump(EVENT, 24)).get_event();
    let mut world = World::new();
    let id = start(&mut world, &script, &permitted_to(OCRE));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [0, 0, 0, 0, 0, ENOMSG, EINVAL, 0, EINVAL, 0, ENOMSG]);
    let dumps = world.dumps();
    let (payload, topic, content) = (MAIL as u32, MAIL as u32 + 5, MAIL as u32 + 13);
    assert_eq!(words(&dumps[0]), [3, 0, topic, content, payload, 5]);
    assert_eq!(dumps[1][..], *b"21.5\0plant/1\0text/plain\0\0\0\0\0\0\0\0\0");
    assert_eq!(words(&dumps[2]), [3, 1, topic, content, payload, 5]);
}

#[test]
fn a_subscription_is_the_beginning_of_topics() {
    let mut world = World::new();
    let reader = ocre().mail().ocre_subscribe().ocre_subscribe().ocre_sleep(1000);
    let reader = start(&mut world, &reader, &permitted_to(OCRE));
    world.run_until(1000);
    for (topic, takers) in [("plant/1", 1), ("plant/", 1), ("plant", 0), ("plants/1", 0), ("plant/1\0/x", 0)]
    {
        assert_eq!(world.runtime.publish(topic, b"x"), Ok(takers), "{topic}");
    }
    assert_eq!(world.runtime.container_stats(reader).unwrap().messages, 2, "subscribed twice, it comes once");
}

#[test]
fn what_the_permission_does_not_cover_is_not_delivered() {
    let mut world = World::new();
    let script = ocre().mail().env("ocre_subscribe_message", &[TOPIC]).ocre_sleep(1000);
    let reader = start(&mut world, &script, &permitted_to(&["msg.sub:plant/1"]));
    world.run_until(1000);
    assert_eq!(world.results(), [0, 0]);
    assert_eq!(world.runtime.publish("plant/11", b"x"), Ok(0), "it begins so, and isn't granted");
    assert_eq!(world.runtime.publish("plant/1", b"x"), Ok(1));
    assert_eq!(world.runtime.container_stats(reader).unwrap().messages, 1);
}

#[test]
fn containers_of_both_kinds_talk_to_each_other() {
    let mut world = World::new();
    let own = super::messages::mailer().subscribe().wait_event(u64::MAX).receive().op(Op::Dump(64, 192));
    let own = start(&mut world, &own, &permitted_to(OCRE));
    let reader = ocre().mail().ocre_subscribe().ocre_sleep(100).get_event().op(Op::Dump(MAIL, 64));
    let reader = start(&mut world, &reader, &permitted_to(OCRE));
    world.run_until(1000);
    let writer = start(&mut world, &ocre().ocre_publish(), &permitted_to(OCRE));
    for id in [writer, own, reader] {
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    }
    let dumps = world.dumps();
    assert_eq!((&dumps[0][..8], &dumps[0][128..133]), (&b"plant/1\0"[..], &b"21.5\0"[..]));
    assert!(dumps[1].starts_with(b"21.5\0plant/1\0text/plain\0"));
    let mut world = World::new();
    let reader = ocre().mail().ocre_subscribe().ocre_sleep(100).get_event().op(Op::Dump(MAIL, 64));
    let reader = start(&mut world, &reader, &permitted_to(OCRE));
    world.run_until(1000);
    let writer = start(&mut world, &super::messages::mailer().publish(), &permitted_to(OCRE));
    for id in [writer, reader] {
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    }
    assert!(world.dumps()[0].starts_with(b"helloplant/1\0application/octet-stream\0"));
}

#[test]
fn publishing_with_a_bad_length_is_an_error_and_not_a_crash() {
    let all_ones = u64::from(u32::MAX);
    let mut script = ocre();
    let bad = [
        [TOPIC, CONTENT, PAYLOAD, 0],
        [TOPIC, CONTENT, PAYLOAD, all_ones],
        [TOPIC, CONTENT, PAYLOAD, 0x8000_0000],
        [TOPIC, CONTENT, PAYLOAD, u64::from(MEMORY_LEN)],
        [TOPIC, CONTENT, all_ones, 1],
        [TOPIC, CONTENT, u64::from(MEMORY_LEN), 1],
        [TOPIC, all_ones, PAYLOAD, 5],
        [TOPIC, UNTERMINATED, PAYLOAD, 5],
        [TOPIC, 0, PAYLOAD, 5],
        [0, CONTENT, PAYLOAD, 5],
        [all_ones, CONTENT, PAYLOAD, 5],
        [UNTERMINATED, CONTENT, PAYLOAD, 5],
        [TOPIC + 7, CONTENT, PAYLOAD, 5],
    ];
    for args in bad {
        script = script.env("ocre_publish_message", &args);
    }
    let script = script.ocre_publish();
    let results = answers(&script, OCRE);
    assert_eq!(results[..bad.len()], [EINVAL; 13]);
    assert_eq!(results[bad.len()], ENOENT, "nobody listens");
}

#[test]
fn bad_addresses_are_errors_and_nothing_is_written() {
    let end = u64::from(MEMORY_LEN);
    let mut script = ocre().ocre_timer(1, 0).ocre_sleep(5);
    for bad in [end, end - 3, u64::from(u32::MAX), 0x8000_0000] {
        for place in 0..6 {
            let mut args: Vec<u64> = (0..6).map(|idx| EVENT + 4 * idx).collect();
            args[place] = bad;
            script = script.env("ocre_get_event", &args);
        }
        script = script.env("uname", &[bad]).env("ocre_subscribe_message", &[bad]);
    }
    let script = script.op(Op::Dump(EVENT, 24)).get_event();
    let mut world = World::new();
    let id = start(&mut world, &script, &permitted_to(OCRE));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    let results = world.results();
    assert_eq!(results[3..results.len() - 1], [EINVAL; 32]);
    assert_eq!(results.last(), Some(&0), "the event is still there");
    assert_eq!(world.dumps(), [[0; 24].to_vec()]);
}

#[test]
fn subscribing_needs_room_for_messages() {
    let odd = ocre().call("sampan:ocre/1", "mail", "(ii)i", &[MAIL + 4, 64]).ocre_subscribe();
    assert_eq!(answers(&odd, OCRE), [EINVAL, ENOMEM]);
    assert_eq!(answers(&ocre().ocre_subscribe(), OCRE), [ENOMEM]);
    // What is larger than the room is lost, which is counted, and the next one comes.
    let mut world = World::new();
    let script = ocre().mail().ocre_subscribe().ocre_sleep(10).get_event().get_event();
    let id = start(&mut world, &script, &permitted_to(OCRE));
    world.run_until(1000);
    assert_eq!(world.runtime.publish("plant/1", &[1; MAIL_LEN as usize]), Ok(1));
    assert_eq!(world.runtime.publish("plant/1", b"x"), Ok(1));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [0, 0, 0, ENOMSG, 0]);
    assert_eq!(world.runtime.container_stats(id).unwrap().messages_lost, 1);
}

#[test]
fn a_container_that_never_drains_its_mailbox_hinders_nobody() {
    let mut world = World::new();
    let sleeper = ocre().mail().ocre_subscribe().ocre_sleep(1_000_000);
    let sleeper = start(&mut world, &sleeper, &ContainerOptions { queue_depth: 4, ..permitted_to(OCRE) });
    let reader = ocre().mail().ocre_subscribe().ocre_timer(1, 1).ocre_sleep(1);
    let reader = reader.get_event().env("ocre_messaging_free_module_event_data", &[0, 0, MAIL]);
    let reader = reader.op(Op::Jump(9));
    let reader = start(&mut world, &reader, &permitted_to(OCRE));
    let writer = ocre().ocre_publish().ocre_sleep(5).op(Op::Jump(5));
    let writer = start(&mut world, &writer, &permitted_to(OCRE));
    world.run_until(1_000_000);
    let stats = |id| world.runtime.container_stats(id).unwrap();
    assert_eq!(stats(sleeper).messages, 4);
    assert!(stats(sleeper).messages_lost > 150, "{}", stats(sleeper).messages_lost);
    assert!(stats(reader).messages > 150 && stats(reader).messages_lost == 0);
    assert_eq!(stats(writer).messages, 0);
    let told: Vec<u64> = world.results();
    assert!(told.iter().filter(|result| **result == ENOMSG).count() < told.len() / 10, "timers go on");
}

#[test]
fn events_of_a_dead_container_are_nobody_elses() {
    let mut world = World::new();
    let victim = ocre().mail().ocre_subscribe().ocre_publish().ocre_timer(1, 1).ocre_sleep(20).get_event();
    let victim = victim.ocre_sleep(100_000);
    let victim = start(&mut world, &victim, &permitted_to(OCRE));
    world.run_until(50_000);
    assert_eq!(world.results(), [0, 0, 0, 0, 0, 0, 0]);
    world.runtime.kill(victim).unwrap();
    let heir = start(&mut world, &ocre().mail().get_event().ocre_sleep(50).get_event(), &permitted_to(OCRE));
    assert_eq!(world.run_to_end(heir), ExitReason::Exited(0));
    assert_eq!(world.results(), [0, ENOMSG, 0, ENOMSG]);
    assert_eq!(world.runtime.publish("plant/1", b"x"), Ok(0));
    world.runtime.remove(victim).unwrap();
    // Nor its own, once it runs again: neither timer nor subscription nor message is left.
    let again = ocre().get_event().env("ocre_timer_stop", &[1]).ocre_timer(1, 0).ocre_sleep(1000);
    let again = start(&mut world, &again, &permitted_to(OCRE));
    world.run_until(100_000);
    world.runtime.restart(again).unwrap();
    world.results();
    world.run_until(150_000);
    assert_eq!(world.results(), [ENOMSG, EINVAL, 0, 0]);
}

#[test]
fn a_kill_ends_a_sleep_at_once() {
    let mut world = World::new();
    let id = start(&mut world, &ocre().ocre_sleep(12_000).exit(3), &permitted_to(OCRE));
    world.run_until(100_000);
    assert!(world.runtime.status(id).unwrap().waiting);
    let killed_us = world.now_us();
    world.runtime.kill(id).unwrap();
    assert_eq!((world.state(id), world.exit(id)), (ContainerState::Stopped, Some(ExitReason::Killed)));
    world.runtime.remove(id).unwrap();
    assert_eq!((world.used(), world.now_us()), (0, killed_us));
}

#[test]
fn a_sleep_lasts_as_long_as_it_was_told_and_a_stop_ends_it() {
    let mut world = World::new();
    let id = start(&mut world, &ocre().ocre_sleep(30).ocre_sleep(u64::from(u32::MAX)), &permitted_to(OCRE));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [0, EINVAL]);
    assert!((30_000..31_000).contains(&world.now_us()));
    let id = start(&mut world, &ocre().ocre_sleep(12_000).exit(3), &permitted_to(OCRE));
    world.run_until(100_000);
    world.runtime.stop(id, 200_000).unwrap();
    assert_eq!(world.run_to_end(id), ExitReason::Stopped(3));
    assert!(world.now_us() < 101_000);
}

#[test]
fn calls_count_for_the_rate() {
    let script = (0..5).fold(ocre(), |script, _| script.get_event());
    let mut world = World::new();
    let id = start(&mut world, &script, &ContainerOptions { calls_per_second: 3, ..permitted_to(OCRE) });
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [ENOMSG, ENOMSG, ENOMSG, EAGAIN, EAGAIN]);
    assert_eq!(world.runtime.container_stats(id).unwrap().throttled_calls, 2);
}

#[test]
fn names_are_told() {
    let mut world = World::new();
    let script =
        ocre().env("uname", &[128]).op(Op::Dump(128, 65 * 6)).env("ocre_register_dispatcher", &[3, TOPIC]);
    let script = script.env("ocre_register_dispatcher", &[4, TOPIC]);
    let id = start(&mut world, &script, &ContainerOptions { name: b"one", ..permitted_to(NOTHING) });
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [0, 0, EINVAL]);
    let dump = world.dumps().pop().unwrap();
    let names: Vec<String> = dump
        .chunks(65)
        .map(|name| String::from_utf8(name.iter().copied().take_while(|byte| *byte != 0).collect()).unwrap())
        .collect();
    assert_eq!(names[..3], ["Sampan", "one", env!("CARGO_PKG_VERSION")]);
}

#[test]
fn a_function_of_the_firmware_goes_before_one_of_ocres() {
    let mut world = World::new();
    world.offer("uname", "(i)i", |_, values| {
        values[0] = 99;
        0
    });
    assert_eq!(world.results_of(&Script::new().env("uname", &[0])), [99]);
    let unknown = Script::new().env("ocre_nothing", &[]);
    assert_eq!(world.create_with(&unknown, &permitted_to(OCRE)), Err(Status::UnknownImport));
    let other = Script::new().call("sampan:ocre/1", "post", "(ii)i", &[0, 0]);
    assert_eq!(world.create_with(&other, &permitted_to(OCRE)), Err(Status::UnknownImport));
    let mistyped = Script::new().call("env", "ocre_sleep", "(I)i", &[0]);
    assert_eq!(world.create_with(&mistyped, &permitted_to(OCRE)), Err(Status::ImportType));
}
