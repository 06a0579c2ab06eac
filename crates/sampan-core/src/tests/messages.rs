// SPDX-License-Identifier: Apache-2.0
//! Messages between containers and with the firmware: who gets them, who loses them, and who waits for whom.

use super::script::{Op, Script};
use super::world::{Listener, Responder, World, permitted_to};
use crate::{CallToken, Config, ContainerOptions, Handler, Message};
use sampan_abi::{ContainerId, ContainerState, ExitReason, Status};
use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

const FULL: u64 = -5_i32 as u32 as u64;
const EMPTY: u64 = -7_i32 as u32 as u64;
const STOPPING: u64 = -10_i32 as u32 as u64;
const TOO_SMALL: u64 = -11_i32 as u32 as u64;
const TIMEOUT: u64 = -13_i32 as u32 as u64;
const BAD_ADDRESS: u64 = -2_i32 as u32 as u64;
/// The first handle that a container opens, and the second.
const FIRST: u64 = 1 << 8;
const SECOND: u64 = 1 << 8 | 1;
const MAIL: &[&str] = &["clock", "log", "msg.pub:#", "msg.sub:#", "timer"];

/// A script with room, and a topic and a payload in its memory.
pub(super) fn mailer() -> Script {
    let script = Script::new().memory(1024);
    script.op(Op::Write(0, b"plant/1".to_vec())).op(Op::Write(16, b"hello".to_vec()))
}

impl Script {
    pub(super) fn publish(self) -> Self {
        self.call("sampan:msg/1", "publish", "(iiii)i", &[0, 7, 16, 5])
    }

    pub(super) fn subscribe(self) -> Self {
        self.call("sampan:msg/1", "subscribe", "(ii)i", &[0, 7])
    }

    /// Topic to 64, payload to 192, what belongs to it to 256.
    pub(super) fn receive(self) -> Self {
        self.call("sampan:msg/1", "receive", "(iiiii)i", &[64, 128, 192, 64, 256])
    }

    /// Event to 320.
    pub(super) fn wait_event(self, timeout_us: u64) -> Self {
        self.call("sampan:event/1", "wait", "(Ii)i", &[timeout_us, 320])
    }

    fn request(self, timeout_us: u64) -> Self {
        self.call("sampan:msg/1", "request", "(iiiiIii)i", &[0, 7, 16, 5, timeout_us, 400, 16])
    }

    fn reply(self, handle: u64) -> Self {
        self.call("sampan:msg/1", "reply", "(iii)i", &[handle, 0, 5])
    }

    pub(super) fn timer(self, delay_us: u64, period_us: u64) -> Self {
        self.call("sampan:timer/1", "create", "(II)i", &[delay_us, period_us])
    }
}

pub(super) fn start(world: &mut World, script: &Script, options: &ContainerOptions<'_>) -> ContainerId {
    let id = world.create_with(script, options).unwrap();
    world.runtime.start(id).unwrap();
    id
}

/// Polls until nothing is due at once.
fn settle(world: &mut World) {
    while world.runtime.poll() <= world.now_us() {}
}

#[test]
fn a_message_goes_to_who_subscribed_and_is_copied_whole() {
    let mut world = World::new();
    let reader = mailer().subscribe().wait_event(u64::MAX).receive().receive().op(Op::Dump(64, 208));
    let reader = start(&mut world, &reader, &permitted_to(MAIL));
    settle(&mut world);
    assert!(world.runtime.status(reader).unwrap().waiting);
    let stranger = start(&mut world, &mailer().wait_event(0), &permitted_to(MAIL));
    let writer = start(&mut world, &mailer().publish(), &permitted_to(MAIL));
    for id in [writer, stranger, reader] {
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    }
    let results = world.results();
    assert!(results.contains(&1) && results.contains(&EMPTY), "{results:?}");
    let dump = world.dumps().pop().unwrap();
    assert_eq!((&dump[..7], &dump[128..133]), (&b"plant/1"[..], &b"hello"[..]));
    let info: Vec<u32> =
        dump[192..].chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
    assert_eq!(info, [7, 5, FIRST as u32, 0]);
    assert_eq!(world.runtime.container_stats(reader).unwrap().messages, 1);
    assert_eq!(world.runtime.container_stats(stranger).unwrap().messages, 0);
}

#[test]
fn a_buffer_too_small_leaves_the_message_where_it_is() {
    let mut world = World::new();
    let small = |script: Script| script.call("sampan:msg/1", "receive", "(iiiii)i", &[64, 128, 192, 4, 256]);
    let script = small(mailer().subscribe().publish()).op(Op::Dump(192, 8)).receive();
    let id = start(&mut world, &script, &permitted_to(MAIL));
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, 1, TOO_SMALL, 0]);
    assert_eq!(world.dumps(), [[0; 8].to_vec()], "not a byte of it was written");
}

#[test]
fn a_mailbox_that_nobody_empties_hinders_nobody_else() {
    let mut world = World::new();
    let sleeper = mailer().subscribe().sleep(1_000_000);
    let options = ContainerOptions { queue_depth: 4, ..permitted_to(MAIL) };
    let sleeper = start(&mut world, &sleeper, &options);
    let reader = mailer().subscribe().wait_event(u64::MAX).receive().op(Op::Jump(3));
    let reader = start(&mut world, &reader, &permitted_to(MAIL));
    settle(&mut world);
    for _ in 0..100 {
        assert!(world.runtime.publish("plant/1", b"x").unwrap() >= 1);
        settle(&mut world);
    }
    let (lazy, busy) =
        (world.runtime.container_stats(sleeper).unwrap(), world.runtime.container_stats(reader).unwrap());
    assert_eq!((lazy.messages, lazy.messages_lost), (4, 96));
    assert_eq!((busy.messages, busy.messages_lost), (100, 0));
}

#[test]
fn a_length_that_lies_crashes_nobody() {
    let mut world = World::new();
    let lie = |script: Script, len| script.call("sampan:msg/1", "publish", "(iiii)i", &[0, 7, 16, len]);
    let script = lie(lie(lie(mailer(), 0xffff_ffff), 0x7fff_ffff), 1009);
    assert_eq!(start(&mut world, &script, &permitted_to(MAIL)).slot(), 0);
    settle(&mut world);
    assert_eq!(world.results(), [BAD_ADDRESS; 3]);
}

#[test]
fn events_of_a_dead_container_are_told_to_nobody() {
    let mut world = World::new();
    let script = mailer().subscribe().timer(100, 100).sleep(1_000_000);
    let dead = start(&mut world, &script, &permitted_to(MAIL));
    settle(&mut world);
    world.runtime.publish("plant/1", b"for the dead").unwrap();
    world.runtime.kill(dead).unwrap();
    assert_eq!(world.runtime.publish("plant/1", b"nobody"), Ok(0), "its subscription went with it");
    let next = mailer().subscribe().wait_event(500).receive();
    // In its place, and as itself again: neither sees what was meant for the one before.
    world.runtime.remove(dead).unwrap();
    world.results();
    let next = start(&mut world, &next, &permitted_to(MAIL));
    assert_eq!(world.run_to_end(next), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, 0, EMPTY]);
}

#[test]
fn a_restart_closes_all_handles_and_old_ones_are_stale() {
    let mut world = World::new();
    let script = mailer()
        .subscribe()
        .timer(100, 0)
        .call("sampan:timer/1", "close", "(i)i", &[SECOND])
        .sleep(1_000_000);
    let id = start(&mut world, &script, &permitted_to(MAIL));
    settle(&mut world);
    assert_eq!(world.results(), [FIRST, SECOND, 0]);
    world.runtime.restart(id).unwrap();
    settle(&mut world);
    let results = world.results();
    assert_eq!(results[0], 2 << 8, "the same place, of another generation");
    assert_eq!(results[2], u64::from(-4_i32 as u32), "what the earlier life knew is stale");
}

#[test]
fn a_request_is_answered_by_a_container() {
    let mut world = World::new();
    let server = mailer().subscribe().wait_event(u64::MAX).receive().op(Op::Write(0, b"12345".to_vec()));
    // The subscription is the first handle, the message that waits for its answer the second.
    let server = start(&mut world, &server.reply(SECOND).reply(SECOND), &permitted_to(MAIL));
    settle(&mut world);
    world.results();
    let client = start(&mut world, &mailer().request(10_000).op(Op::Dump(400, 6)), &permitted_to(MAIL));
    assert_eq!(world.run_to_end(client), ExitReason::Exited(0));
    assert_eq!(world.run_to_end(server), ExitReason::Exited(0));
    let results = world.results();
    assert!(results.contains(&5) && results.contains(&u64::from(-4_i32 as u32)), "{results:?}");
    assert_eq!(world.dumps(), [b"12345\0".to_vec()]);
}

#[test]
fn a_request_ends_without_an_answer() {
    let mut world = World::new();
    let deaf = start(&mut world, &mailer().subscribe().sleep(1_000_000), &permitted_to(MAIL));
    settle(&mut world);
    world.results();
    let client = start(&mut world, &mailer().request(300), &permitted_to(MAIL));
    assert_eq!(world.run_to_end(client), ExitReason::Exited(0));
    assert_eq!(world.results(), [TIMEOUT]);
    let client = start(&mut world, &mailer().request(u64::MAX), &permitted_to(MAIL));
    settle(&mut world);
    world.runtime.stop(client, u64::MAX).unwrap();
    assert_eq!(world.run_to_end(client), ExitReason::Stopped(0));
    assert_eq!(world.results(), [STOPPING]);
    world.runtime.kill(deaf).unwrap();
    let client = start(&mut world, &mailer().request(300), &permitted_to(MAIL));
    assert_eq!(world.run_to_end(client), ExitReason::Exited(0));
    assert_eq!(world.results(), [u64::from(-6_i32 as u32)], "nobody is there to answer");
}

/// Topic, payload and token of each message that was heard.
type Heard = RefCell<Vec<(String, Vec<u8>, u64)>>;

/// A handler of the firmware's that keeps what it gets.
fn listener(seen: &Rc<Heard>) -> Responder {
    let seen = Rc::clone(seen);
    Responder::of_messages(move |message| {
        let token = message.token.map_or(0, CallToken::to_raw);
        seen.borrow_mut().push((message.topic.into(), message.payload.to_vec(), token));
    })
}

#[test]
fn the_firmware_listens_and_answers() {
    let mut world = World::new();
    let seen = Rc::default();
    world.runtime.subscribe("plant/#", listener(&seen)).unwrap();
    assert_eq!(world.runtime.subscribe("plant/#/x", listener(&seen)), Err(Status::InvalidArgument));
    let client =
        start(&mut world, &mailer().publish().request(10_000).op(Op::Dump(400, 2)), &permitted_to(MAIL));
    settle(&mut world);
    let messages = seen.take();
    assert_eq!(messages.len(), 2);
    assert_eq!((messages[0].0.as_str(), &messages[0].1[..], messages[0].2), ("plant/1", &b"hello"[..], 0));
    let token = CallToken::from_raw(messages[1].2).unwrap();
    assert_eq!(world.runtime.reply(token, b"ok"), Ok(()));
    assert_eq!(world.run_to_end(client), ExitReason::Exited(0));
    assert_eq!(world.runtime.reply(token, b"ok"), Err(Status::StaleCall));
    assert_eq!(world.results(), [1, 2]);
    assert_eq!(world.dumps(), [b"ok".to_vec()]);
    for (topic, len) in [("", 1), ("a/+", 1), ("#", 1), ("a", 4097)] {
        assert_eq!(world.runtime.publish(topic, &std::vec![0; len]), Err(Status::InvalidArgument), "{topic}");
    }
}

#[test]
fn handles_and_filters_have_bounds() {
    let mut world = World::new();
    let options = ContainerOptions { handles: 3, ..permitted_to(MAIL) };
    let script = mailer().timer(1, 0).timer(1, 0).subscribe().subscribe().timer(1, 0);
    let id = start(&mut world, &script, &options);
    assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
    assert_eq!(world.results(), [FIRST, SECOND, FIRST | 2, FULL, FULL]);
}

/// Two tasks of the firmware's and four containers, each of which reads and writes, with mailboxes that hold little.
#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn a_hundred_thousand_messages_are_all_received_or_counted_as_lost() {
    const TARGET: u64 = 100_000;
    let mut world = World::with(128 * 1024, &Config { slice_fuel: 1000, ..Config::default() }).unwrap();
    let heard = Rc::new(Cell::new(0_u64));
    let sink = Rc::clone(&heard);
    world.runtime.subscribe("plant/#", Responder::of_messages(move |_| sink.set(sink.get() + 1))).unwrap();
    let options = ContainerOptions { queue_depth: 8, ..permitted_to(MAIL) };
    // Takes what there is and says something itself, for ever.
    let script = mailer().subscribe().wait_event(200).receive().publish().op(Op::Jump(3));
    let ids: Vec<_> = (0..4).map(|_| start(&mut world, &script, &options)).collect();
    settle_some(&mut world, 50);
    let mut sent = 0_u64;
    let mut taken = 0_u64;
    while heard.get() < TARGET {
        for topic in ["plant/1", "plant/2"] {
            taken += world.runtime.publish(topic, b"from a task").unwrap();
            sent += 1;
        }
        settle_some(&mut world, 8);
        world.results();
    }
    assert!(sent > 100 && taken > sent);
    let stats: Vec<_> = ids.iter().map(|id| world.runtime.container_stats(*id).unwrap()).collect();
    // The firmware hears each message once; `plant/1` is offered to all four, and each took it or counts it as lost.
    let offered = heard.get() - sent / 2;
    for stats in &stats {
        assert_eq!(stats.messages + stats.messages_lost, offered, "{stats:?}");
        assert!(stats.messages_lost > 0 && stats.messages > TARGET / 10, "{stats:?}");
    }
    let most = stats.iter().map(|stats| stats.activations).max().unwrap();
    assert!(stats.iter().all(|stats| stats.activations * 2 > most), "somebody starves");
    assert!(ids.iter().all(|id| world.state(*id) == ContainerState::Running));
}

fn settle_some(world: &mut World, polls: usize) {
    for _ in 0..polls {
        let deadline_us = world.runtime.poll();
        world.board.advance_to(deadline_us);
    }
}

impl Responder {
    fn of_messages(function: impl Fn(&Message<'_>) + 'static) -> Self {
        Self { calls: Box::new(|_, _| -1), messages: Some(Listener::new(function)) }
    }
}

#[test]
fn a_handler_that_wants_no_messages_gets_none() {
    let plain = Responder::of_calls(|_, _| 0);
    plain.message(&Message { sender: None, topic: "a", payload: &[], token: None });
}
