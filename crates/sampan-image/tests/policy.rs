// SPDX-License-Identifier: Apache-2.0
//! Policies: what they say, and what they may not.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use sampan_image::build::{PolicyBuilder, encode_sbom};
use sampan_image::{Budgets, DeniedAction, ErrorKind, FaultAction, FaultPolicy, Policy, Sbom};
use support::item::Item;

fn refused(entries: Vec<(i64, Item)>) -> Option<ErrorKind> {
    let mut all = vec![(1, Item::Int(1)), (3, Item::Array(vec![]))];
    all.retain(|(key, _)| !entries.iter().any(|(other, _)| other == key));
    all.extend(entries);
    all.sort_by_key(|(key, _)| Item::Int(*key).encode());
    let bytes = Item::Map(all.into_iter().map(|(key, value)| (Item::Int(key), value)).collect()).encode();
    Policy::parse(&bytes).err().map(|error| error.kind())
}

fn texts(texts: &[&str]) -> Item {
    Item::Array(texts.iter().map(|text| Item::text(text)).collect())
}

fn full() -> PolicyBuilder {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    PolicyBuilder {
        requested: Some(owned(&["log", "kv:10"])),
        granted: owned(&["msg.pub:a/#", "kv:2048", "log", "log"]),
        budgets: Budgets {
            memory_bytes: Some(65536),
            stack_bytes: Some(4096),
            cpu_share: Some(1000),
            priority: Some(0),
            activation_ms: Some(1),
            calls_per_second: Some(1),
            queue_depth: Some(8),
            handles: Some(4),
            kv_bytes: Some(u32::MAX),
        },
        denied: DeniedAction::Quarantine,
        fault: FaultPolicy {
            action: FaultAction::Restart,
            backoff_ms: Some(100),
            backoff_cap_ms: Some(60_000),
            quarantine_after: Some(5),
            window_s: Some(3600),
        },
        args: owned(&["--fast", ""]),
        env: owned(&["MODE=test", "EMPTY="]),
        autostart: true,
        devices: [("led", "led0"), ("sensor", "i2c-sensors"), ("a", "b")]
            .map(|(name, board)| (name.to_owned(), board.to_owned()))
            .into(),
    }
}

#[test]
fn a_policy_says_what_was_put_into_it() {
    let (builder, bytes) = (full(), full().build().unwrap());
    let policy = Policy::parse(&bytes).unwrap();
    let granted: Vec<_> = policy.granted.iter().map(|permission| permission.to_string()).collect();
    assert_eq!(granted, ["kv:2048", "log", "msg.pub:a/#"]);
    let requested: Vec<_> =
        policy.requested.unwrap().iter().map(|permission| permission.to_string()).collect();
    assert_eq!(requested, ["kv:10", "log"]);
    assert_eq!(
        (policy.budgets, policy.denied, policy.fault),
        (builder.budgets, builder.denied, builder.fault)
    );
    assert_eq!(policy.args.iter().collect::<Vec<_>>(), ["--fast", ""]);
    assert_eq!(policy.env.iter().collect::<Vec<_>>(), ["MODE=test", "EMPTY="]);
    assert!(policy.autostart);
    assert_eq!(
        policy.devices.iter().collect::<Vec<_>>(),
        [("a", "b"), ("led", "led0"), ("sensor", "i2c-sensors")]
    );
    assert_eq!((policy.devices.board_name("led"), policy.devices.board_name("led9")), ("led0", "led9"));
}

#[test]
fn an_empty_policy_grants_nothing() {
    let bytes = PolicyBuilder::default().build().unwrap();
    assert_eq!(bytes, [0xa2, 1, 1, 3, 0x80]);
    let policy = Policy::parse(&bytes).unwrap();
    assert_eq!(
        (policy.granted.iter().count(), policy.requested.is_none(), policy.autostart),
        (0, true, false)
    );
    assert_eq!((policy.budgets, policy.denied), (Budgets::default(), DeniedAction::Error));
}

#[test]
fn every_cut_is_refused() {
    let bytes = full().build().unwrap();
    for len in 0..bytes.len() {
        assert!(Policy::parse(&bytes[..len]).is_err(), "{len} bytes");
    }
    assert_eq!(Policy::parse(&[&bytes[..], &[0]].concat()).unwrap_err().kind(), ErrorKind::TrailingBytes);
}

#[test]
fn keys_and_versions() {
    assert_eq!(refused(vec![]), None);
    assert_eq!(refused(vec![(1, Item::Int(2))]), Some(ErrorKind::WrongVersion));
    for key in [11, 24, -1] {
        assert_eq!(refused(vec![(key, Item::Int(0))]), Some(ErrorKind::UnknownKey));
    }
    assert_eq!(refused(vec![(0, Item::Int(0))]), Some(ErrorKind::UnknownKey));
    assert_eq!(Policy::parse(&[0xa1, 1, 1]).unwrap_err().kind(), ErrorKind::MissingKey);
    assert_eq!(Policy::parse(&[0xa1, 3, 0x80]).unwrap_err().kind(), ErrorKind::MissingKey);
    assert_eq!(Policy::parse(&[0xa3, 1, 1, 3, 0x80, 3, 0x80]).unwrap_err().kind(), ErrorKind::KeyOrder);
    assert_eq!(Policy::parse(&[0xbf, 1, 1, 3, 0x80, 0xff]).unwrap_err().kind(), ErrorKind::IndefiniteLength);
}

#[test]
fn permissions_are_sorted_and_well_formed() {
    assert_eq!(refused(vec![(3, texts(&["clock", "log"]))]), None);
    assert_eq!(refused(vec![(3, texts(&["log", "clock"]))]), Some(ErrorKind::KeyOrder));
    assert_eq!(refused(vec![(3, texts(&["log", "log"]))]), Some(ErrorKind::KeyOrder));
    assert_eq!(refused(vec![(3, texts(&["Log"]))]), Some(ErrorKind::BadPermission));
    assert_eq!(refused(vec![(2, texts(&[""]))]), Some(ErrorKind::BadPermission));
    let many: Vec<_> = (100..165).map(|number| Item::text(&format!("x{number}"))).collect();
    assert_eq!(refused(vec![(3, Item::Array(many))]), Some(ErrorKind::TooMany));
}

#[test]
fn budgets_and_faults_are_in_range() {
    let budget = |key, value| refused(vec![(4, Item::map([(key, Item::Int(value))]))]);
    for key in 1..=9 {
        assert_eq!(budget(key, 1), None);
        assert_eq!(budget(key, 1 << 32), Some(ErrorKind::OutOfRange));
        assert_eq!(budget(key, -1), Some(ErrorKind::UnexpectedType));
    }
    for key in [1, 2, 3, 5] {
        assert_eq!(budget(key, 0), Some(ErrorKind::OutOfRange));
    }
    assert_eq!((budget(3, 1001), budget(4, 8)), (Some(ErrorKind::OutOfRange), Some(ErrorKind::OutOfRange)));
    assert_eq!((budget(0, 1), budget(10, 1)), (Some(ErrorKind::UnknownKey), Some(ErrorKind::UnknownKey)));
    assert_eq!(refused(vec![(5, Item::Int(4))]), Some(ErrorKind::OutOfRange));
    let fault = |entries: &[(i64, i64)]| {
        let entries = entries.iter().map(|(key, value)| (Item::Int(*key), Item::Int(*value))).collect();
        refused(vec![(6, Item::Map(entries))])
    };
    assert_eq!(fault(&[(1, 0)]), None);
    assert_eq!(fault(&[(1, 1), (2, 5), (3, 5), (4, 1), (5, 1)]), None);
    assert_eq!(fault(&[(1, 0), (4, 1), (5, 1)]), None);
    assert_eq!(fault(&[]), Some(ErrorKind::MissingKey));
    assert_eq!(fault(&[(1, 4)]), Some(ErrorKind::OutOfRange));
    assert_eq!(fault(&[(1, 1), (2, 5)]), Some(ErrorKind::MissingKey));
    assert_eq!(fault(&[(1, 1), (4, 5)]), Some(ErrorKind::MissingKey));
    assert_eq!(fault(&[(1, 1), (2, 6), (3, 5)]), Some(ErrorKind::OutOfRange));
    assert_eq!(fault(&[(1, 1), (2, 0), (3, 5)]), Some(ErrorKind::OutOfRange));
    assert_eq!(fault(&[(1, 0), (2, 1), (3, 5)]), Some(ErrorKind::OutOfRange));
    assert_eq!(fault(&[(1, 1), (6, 1)]), Some(ErrorKind::UnknownKey));
}

#[test]
fn texts_and_devices() {
    assert_eq!(refused(vec![(7, texts(&["a\0b"]))]), Some(ErrorKind::OutOfRange));
    assert_eq!(refused(vec![(7, texts(&[""; 33]))]), Some(ErrorKind::TooMany));
    let (half, less) = ("x".repeat(2047), format!("A={}", "x".repeat(2046)));
    assert_eq!(refused(vec![(7, texts(&[&half])), (8, texts(&[&less[..2047]]))]), None);
    assert_eq!(refused(vec![(7, texts(&[&half])), (8, texts(&[&less]))]), Some(ErrorKind::TooMany));
    for env in ["", "A", "=b"] {
        assert_eq!(refused(vec![(8, texts(&[env]))]), Some(ErrorKind::BadName));
    }
    assert_eq!(refused(vec![(8, texts(&["A=1", "A=2"]))]), Some(ErrorKind::RepeatedParameter));
    assert_eq!(refused(vec![(9, Item::Int(1))]), Some(ErrorKind::UnexpectedType));
    let devices = |names: &[(&str, &str)]| {
        let entries = names.iter().map(|(name, board)| (Item::text(name), Item::text(board))).collect();
        refused(vec![(10, Item::Map(entries))])
    };
    assert_eq!(devices(&[("b", "x"), ("aa", "x")]), None);
    assert_eq!(devices(&[("aa", "x"), ("b", "x")]), Some(ErrorKind::KeyOrder));
    assert_eq!(devices(&[("b", "x"), ("b", "x")]), Some(ErrorKind::KeyOrder));
    for bad in ["", "a b", "\u{e9}", &"x".repeat(32)] {
        assert_eq!(devices(&[(bad, "x")]), Some(ErrorKind::BadName));
        assert_eq!(devices(&[("x", bad)]), Some(ErrorKind::BadName));
    }
    let many: Vec<_> = (100..133).map(|number| format!("d{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (&name[..], "x")).collect();
    assert_eq!(devices(&many), Some(ErrorKind::TooMany));
}

/// The reference to a bill of materials, changed in one place.
fn reference(change: impl FnOnce(&mut Vec<(i64, Item)>)) -> Option<ErrorKind> {
    let digest = Item::Array(vec![Item::Int(-16), Item::bytes([7; 32])]);
    let mut entries = vec![(1, Item::Int(1)), (2, digest), (3, Item::text("https://example.com"))];
    change(&mut entries);
    let entries = entries.into_iter().map(|(key, value)| (Item::Int(key), value)).collect();
    Sbom::parse(&Item::Map(entries).encode()).err().map(|error| error.kind())
}

#[test]
fn references_to_bills_of_materials() {
    assert_eq!(reference(|_| ()), None);
    assert_eq!(reference(|entries| entries[0].1 = Item::Int(2)), Some(ErrorKind::WrongVersion));
    for missing in 0..3 {
        assert_eq!(reference(|entries| drop(entries.remove(missing))), Some(ErrorKind::MissingKey));
    }
    assert_eq!(reference(|entries| entries.push((4, Item::Int(0)))), Some(ErrorKind::UnknownKey));
    assert!(reference(|entries| entries.swap(0, 1)).is_some());
    assert_eq!(reference(|entries| entries[1].1 = Item::bytes([7; 32])), Some(ErrorKind::UnexpectedType));
    let sha384 = Item::Array(vec![Item::Int(-43), Item::bytes([7; 48])]);
    assert_eq!(reference(|entries| entries[1].1 = sha384), Some(ErrorKind::UnsupportedAlgorithm));
    assert_eq!(reference(|entries| entries[2].1 = Item::text(&"x".repeat(256))), Some(ErrorKind::OutOfRange));
    assert_eq!(reference(|entries| entries[2].1 = Item::Raw(vec![0x61, 0xff])), Some(ErrorKind::NotText));
    assert_eq!(Sbom::parse(&[0xbf, 0xff]).unwrap_err().kind(), ErrorKind::IndefiniteLength);
    let good = encode_sbom(b"{}", "").unwrap();
    assert!((0..good.len()).all(|len| Sbom::parse(&good[..len]).is_err()));
    assert_eq!(Sbom::parse(&[&good[..], &[0]].concat()).unwrap_err().kind(), ErrorKind::TrailingBytes);
}
