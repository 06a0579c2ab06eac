// SPDX-License-Identifier: Apache-2.0
//! The reference page has the table of operations as it is; `UPDATE_REFERENCE=1` writes it anew.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test fails")]

use std::fs;

use sampan_packed_format::write_reference;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/packed-format.md");
const HEADING: &str = "| no. | mnemonic |";

#[test]
fn the_page_has_the_table_of_operations() {
    let page = fs::read_to_string(PAGE).unwrap();
    let start = page.find(HEADING).expect("the page has a table of operations");
    let mut table = String::new();
    write_reference(&mut table).unwrap();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(PAGE, format!("{}{table}", &page[..start])).unwrap();
    } else {
        assert!(page[start..] == table, "regenerate docs/packed-format.md with UPDATE_REFERENCE=1");
    }
}
