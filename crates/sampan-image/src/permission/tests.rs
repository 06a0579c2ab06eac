// SPDX-License-Identifier: Apache-2.0
//! Tests of what permissions cover.

extern crate std;

use super::*;
use std::string::ToString;

fn permission(text: &str) -> Permission<'_> {
    Permission::parse(text).unwrap()
}

fn meet(a: &str, b: &str) -> Option<std::string::String> {
    let forth = permission(a).meet(&permission(b)).map(|meet| meet.to_string());
    let back = permission(b).meet(&permission(a)).map(|meet| meet.to_string());
    assert_eq!(forth, back, "{a} and {b}");
    forth
}

#[test]
fn permissions_read_and_print_the_same() {
    for text in [
        "log",
        "gpio:led0",
        "gpio:*",
        "msg.pub:plant/+/temp",
        "msg.sub:#",
        "msg.sub:plant/#",
        "msg.sub:/",
        "kv:0",
        "kv:4294967295",
        "net.connect:10.0.0.5:1883",
        "net.connect:*:443",
        "net.connect:broker.local:*",
        "net.connect:[fe80::1]:80",
        "acme.valve",
        "acme.valve:inlet",
    ] {
        assert_eq!(permission(text).to_string(), text);
    }
}

#[test]
fn malformed_permissions_are_refused() {
    for text in [
        "",
        ":",
        "Log",
        "log:",
        "log:x",
        "gpio",
        "gpio:",
        "gpio:led*",
        "gpio:a b",
        "1gpio:x",
        "msg.pub",
        "msg.pub:",
        "msg.pub:a+",
        "msg.pub:#/a",
        "msg.pub:a/#/",
        "msg.pub:a#",
        "msg.pub:a/b#",
        "kv",
        "kv:",
        "kv:-1",
        "kv:+1",
        "kv:01",
        "kv:4294967296",
        "kv:*",
        "net.connect:host",
        "net.connect:host:",
        "net.connect:host:0",
        "net.connect:host:65536",
        "net.connect::80",
        "net.connect:fe80::1:80",
        "net.connect:[fe80::1:80",
        "net.connect:[host]:80",
        "net.connect:a*:1",
        "gpio:led\n",
        "acme.valve:",
    ] {
        assert_eq!(Permission::parse(text), Err(PermissionError), "{text:?}");
    }
    let long = "a".repeat(MAX_NAME_BYTES + 1);
    assert_eq!(Permission::parse(&long), Err(PermissionError));
    let long = std::format!("gpio:{}", "a".repeat(MAX_PERMISSION_BYTES));
    assert_eq!(Permission::parse(&long), Err(PermissionError));
}

#[test]
fn covering_is_exact() {
    let yes = [
        ("log", "log"),
        ("gpio:*", "gpio:led0"),
        ("gpio:*", "gpio:*"),
        ("msg.pub:#", "msg.pub:a/b"),
        ("msg.pub:a/#", "msg.pub:a"),
        ("msg.pub:a/+", "msg.pub:a/b"),
        ("msg.pub:a/+", "msg.pub:a/+"),
        ("msg.pub:+/#", "msg.pub:a/b/c"),
        ("msg.pub:a/#", "msg.pub:a/+/b"),
        ("msg.pub:a/#", "msg.pub:a/#"),
        ("msg.pub:$SYS/#", "msg.pub:$SYS/x"),
        ("msg.pub:a/+", "msg.pub:a/"),
        ("net.connect:*:*", "net.connect:h:1"),
        ("net.connect:h:*", "net.connect:H:1"),
        ("kv:8", "kv:8"),
        ("kv:8", "kv:7"),
    ];
    for (a, b) in yes {
        assert!(permission(a).covers(&permission(b)), "{a} covers {b}");
    }
    let no = [
        ("log", "clock"),
        ("gpio:led0", "gpio:*"),
        ("gpio:led0", "gpio:led1"),
        ("gpio:*", "adc:led0"),
        ("msg.pub:a/+", "msg.pub:a"),
        ("msg.pub:a/+", "msg.pub:a/b/c"),
        ("msg.pub:a/+", "msg.pub:a/#"),
        ("msg.pub:+", "msg.pub:#"),
        ("msg.pub:a/b", "msg.pub:a/+"),
        ("msg.pub:#", "msg.pub:$SYS/x"),
        ("msg.pub:+/x", "msg.pub:$SYS/x"),
        ("msg.pub:a/#", "msg.pub:ab"),
        ("msg.pub:a", "msg.sub:a"),
        ("net.connect:h:1", "net.connect:h:2"),
        ("net.connect:h:1", "net.connect:h:*"),
        ("net.connect:h:1", "net.connect:g:1"),
        ("kv:7", "kv:8"),
        ("acme.valve", "acme.valve:x"),
        ("acme.valve:x", "acme.valve"),
    ];
    for (a, b) in no {
        assert!(!permission(a).covers(&permission(b)), "{a} doesn't cover {b}");
    }
}

#[test]
fn meeting_is_what_both_cover() {
    let cases = [
        ("log", "log", Some("log")),
        ("log", "clock", None),
        ("gpio:*", "gpio:led0", Some("gpio:led0")),
        ("gpio:led0", "gpio:led1", None),
        ("kv:2048", "kv:1024", Some("kv:1024")),
        ("net.connect:*:1883", "net.connect:10.0.0.5:*", Some("net.connect:10.0.0.5:1883")),
        ("net.connect:*:1883", "net.connect:*:1884", None),
        ("msg.pub:+/temp", "msg.pub:plant/+", Some("msg.pub:plant/temp")),
        ("msg.pub:plant/#", "msg.pub:plant/+/temp", Some("msg.pub:plant/+/temp")),
        ("msg.pub:plant/#", "msg.pub:plant", Some("msg.pub:plant")),
        ("msg.pub:plant/#", "msg.pub:+", Some("msg.pub:plant")),
        ("msg.pub:a/+/#", "msg.pub:+/b/#", Some("msg.pub:a/b/#")),
        ("msg.pub:#", "msg.pub:$SYS/x", None),
        ("msg.pub:a/b", "msg.pub:a/b/c", None),
    ];
    for (a, b, both) in cases {
        assert_eq!(meet(a, b).as_deref(), both, "{a} and {b}");
    }
}

/// Every filter and topic of up to three levels from a small alphabet, against the definition of MQTT.
#[test]
fn covering_and_meeting_agree_with_matching() {
    let mut filters = std::vec::Vec::new();
    let mut topics = std::vec::Vec::new();
    let levels = ["a", "b", "$s", "+", "#"];
    for x in levels {
        filters.push(x.to_string());
        for y in levels {
            filters.push(std::format!("{x}/{y}"));
            filters.extend(levels.map(|z| std::format!("{x}/{y}/{z}")));
        }
    }
    topics.extend(filters.iter().filter(|text| !text.contains(['+', '#'])).cloned());
    topics.push("a/b/a/b".to_string());
    filters.retain(|filter| topic::is_filter(filter));
    assert!(filters.len() > 80 && topics.len() > 30);
    for a in &filters {
        for b in &filters {
            let (p, q) = (std::format!("msg.pub:{a}"), std::format!("msg.pub:{b}"));
            let (p, q) = (permission(&p), permission(&q));
            let both = p.meet(&q).map(|meet| meet.to_string());
            for topic in &topics {
                let (in_a, in_b) = (matches(a, topic), matches(b, topic));
                let topic = std::format!("msg.pub:{topic}");
                let topic = permission(&topic);
                assert_eq!(p.covers(&topic), in_a, "{a} matches {topic}");
                assert!(!p.covers(&q) || in_a || !in_b, "{a} covers {b} but not {topic}");
                let in_both = both.as_deref().is_some_and(|both| permission(both).covers(&topic));
                assert_eq!(in_both, in_a && in_b, "{a} and {b} on {topic}: {both:?}");
            }
        }
    }
}

/// Matching as MQTT defines it, written independently: by recursion.
fn matches(filter: &str, topic: &str) -> bool {
    fn levels(filter: &[&str], topic: &[&str]) -> bool {
        match (filter, topic) {
            (["#"], _) | ([], []) => true,
            (["+", filter @ ..], [_, topic @ ..]) => levels(filter, topic),
            ([x, filter @ ..], [y, topic @ ..]) => x == y && levels(filter, topic),
            _ => false,
        }
    }
    let filter: std::vec::Vec<&str> = filter.split('/').collect();
    let topic: std::vec::Vec<&str> = topic.split('/').collect();
    !(matches!(filter[0], "+" | "#") && topic[0].starts_with('$')) && levels(&filter, &topic)
}

#[test]
fn effective_needs_both_lists() {
    let effective = Effective {
        requested: Permissions::of_lines(
            "log\ngpio:led0\nmsg.pub:plant/+/temp\nkv:4096\nnet.connect:*:1883\n",
        ),
        granted: Permissions::of_lines("gpio:*\nmsg.pub:plant/1/#\nkv:2048\nclock\n"),
    };
    for (action, allowed) in [
        ("log", false),
        ("clock", false),
        ("gpio:led0", true),
        ("gpio:led1", false),
        ("msg.pub:plant/1/temp", true),
        ("msg.pub:plant/2/temp", false),
        ("msg.pub:plant/1/hum", false),
        ("net.connect:h:1883", false),
    ] {
        assert_eq!(effective.allows(&permission(action)), allowed, "{action}");
    }
    assert_eq!((effective.size("kv"), effective.size("gpio")), (2048, 0));
    let all: std::vec::Vec<_> = effective.iter().map(|meet| meet.to_string()).collect();
    assert_eq!(all, ["gpio:led0", "msg.pub:plant/1/temp", "kv:2048"]);
    let refused: std::vec::Vec<_> = effective.refused().map(|permission| permission.to_string()).collect();
    assert_eq!(refused, ["log", "net.connect:*:1883"]);
    let nothing = Effective { requested: effective.requested, granted: Permissions::NONE };
    assert!(nothing.iter().next().is_none() && !nothing.allows(&permission("log")));
}

#[test]
fn a_list_of_texts_grants_what_it_lists() {
    let texts = ["log", "gpio:led0", "kv:100"];
    let effective = Effective::granted(Permissions::of_texts(&texts).unwrap());
    assert!(effective.allows(&Permission::parse("gpio:led0").unwrap()));
    assert!(!effective.allows(&Permission::parse("gpio:led1").unwrap()));
    assert_eq!(effective.size("kv"), 100);
    assert!(!Effective::NONE.allows(&Permission::parse("log").unwrap()));
    assert!(Permissions::of_texts(&["log", "LOG"]).is_err());
    assert!(Permissions::of_texts(&["log"; MAX_PERMISSIONS + 1]).is_err());
}
