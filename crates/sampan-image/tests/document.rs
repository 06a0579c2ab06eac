// SPDX-License-Identifier: Apache-2.0
//! The worked example of `docs/image-format.md` is what the code makes.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use sampan_image::build::{ImageBuilder, PolicyBuilder, key_id, sign};
use sampan_image::{ErrorKind, Part, PublicKey};
use std::fmt::Write;
use support::*;

/// Bytes as rows of hexadecimal digits.
fn rows(bytes: &[u8]) -> String {
    bytes.chunks(32).fold(String::new(), |mut text, row| {
        let digits: String = row.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(text, "{digits}").unwrap();
        text
    })
}

fn example() -> Vec<u8> {
    let policy = PolicyBuilder { granted: vec!["log".to_owned()], ..PolicyBuilder::default() };
    let image = ImageBuilder::new(VENDOR, "blink", 1)
        .part(Part::Module, &[], b"\0asm\x01\0\0\0".to_vec())
        .and_then(|builder| builder.part(Part::Policy, &[], policy.build()?))
        .and_then(|builder| builder.build())
        .unwrap();
    sign(&image, &private(OWNER)).unwrap()
}

const PAGE: &str = include_str!("../../../docs/image-format.md");

#[test]
fn the_worked_example_is_what_is_made() {
    let image = example();
    assert_eq!(kind(verify(&image)), None);
    let PublicKey::Es256(point) = public(OWNER) else { unreachable!("made for ES256") };
    for (what, bytes) in
        [("image", &image[..]), ("key", &point), ("key id", &key_id(&public(OWNER)).unwrap())]
    {
        let block = format!("```\n{}```", rows(bytes));
        assert!(PAGE.contains(&block), "docs/image-format.md lacks this {what}:\n{block}");
    }
    // The commented form has the same bytes, in the same order.
    let start = PAGE.find("<!-- commented -->").unwrap();
    let commented = PAGE[start..].split("```").nth(1).unwrap();
    let digits: String = commented
        .lines()
        .map(|line| line.split('|').next().unwrap())
        .flat_map(str::chars)
        .filter(|char| !char.is_whitespace())
        .collect();
    assert_eq!(digits, rows(&image).replace('\n', ""));
}

#[test]
fn every_refusal_is_listed() {
    for kind in ErrorKind::ALL {
        let row = format!("| `{kind:?}` | {} |", kind.text());
        assert!(PAGE.contains(&row), "docs/image-format.md lacks: {row}");
    }
}
