// SPDX-License-Identifier: Apache-2.0
//! Modules that are refused, and why; the region always comes back whole.

mod common;

use common::{Bench, module};
use sampan_engine::Status;

const MODULE: &str = r#"(module (memory (export "memory") 1) (func (export "run")))"#;

#[test]
fn a_region_of_any_size_is_enough_or_refused() {
    let mut bench = Bench::new();
    let image = module(MODULE);
    let mut loads = 0;
    for bytes in (0..120 * 1024).step_by(253) {
        match bench.try_load_in(image, bytes) {
            Ok(instance) => {
                loads += 1;
                bench.unload(instance);
            }
            Err((status, detail)) => {
                assert_eq!((status, loads), (Status::NoMemory, 0), "{bytes}");
                assert!(!detail.is_empty());
            }
        }
        assert_eq!(bench.arena.used(), bench.at_rest);
    }
    assert!(loads > 0);
}
