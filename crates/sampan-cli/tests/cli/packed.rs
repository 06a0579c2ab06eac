// SPDX-License-Identifier: Apache-2.0
//! Packed images: made, shown, run, and refused.

use crate::guests;
use crate::support::Directory;

#[test]
fn a_module_does_the_same_packed() {
    let directory = Directory::new().module("app.wasm", guests::PRINTS);
    let plain = directory.sampan(&["run", "app.wasm"]);
    let packed = directory.sampan(&["pack", "app.wasm", "-o", "out.spk", "--debug-map", "out.map"]);
    assert_eq!((packed.code, packed.stderr.as_str()), (0, ""), "{packed:?}");
    assert!(packed.stdout.starts_with("out.spk: ") && packed.stdout.contains("functions"), "{packed:?}");
    assert!(directory.path().join("out.map").exists());
    assert_eq!(directory.sampan(&["run", "out.spk"]), plain);
    assert_eq!(directory.sampan(&["run", "app.wasm", "--engine", "packed"]), plain);
    let report = directory.sampan(&["run", "out.spk", "--json"]).report();
    assert_eq!(report["containers"][0]["engine"], "packed", "{report}");
}

#[test]
fn packing_is_reproducible_and_defaults_to_the_modules_name() {
    let directory = Directory::new().module("app.wasm", guests::PRINTS);
    assert_eq!(directory.sampan(&["pack", "app.wasm"]).code, 0);
    assert_eq!(directory.sampan(&["pack", "app.wasm", "-o", "again.spk"]).code, 0);
    let read = |name: &str| std::fs::read(directory.path().join(name)).unwrap();
    assert_eq!(read("app.spk"), read("again.spk"));
}

#[test]
fn the_disassembly_names_functions_and_operations() {
    let directory = Directory::new().module("app.wasm", guests::PRINTS);
    directory.sampan(&["pack", "app.wasm"]);
    let text = directory.sampan(&["disasm", "app.spk"]);
    assert_eq!(text.code, 0, "{text:?}");
    assert!(text.stdout.contains("\nf0: ") && text.stdout.contains("return"), "{text:?}");
    assert!(!text.stdout.contains(".word"), "{text:?}");
}

#[test]
fn what_can_not_be_packed_or_run_is_told() {
    let simd = "(module (func (export \"_start\") (drop (v128.const i32x4 0 0 0 0))))";
    let directory = Directory::new().module("simd.wasm", simd).module("app.wasm", guests::PRINTS);
    let refused = directory.sampan(&["pack", "simd.wasm"]);
    refused.expect_line(65, "sampan: simd.wasm: can't be packed: ", "");
    assert!(refused.stderr.contains("at offset"), "{refused:?}");
    assert!(!directory.path().join("simd.spk").exists());
    directory.sampan(&["pack", "none.wasm"]).expect_line(66, "sampan: none.wasm: can't be read", "");
    directory.sampan(&["disasm", "app.wasm"]).expect(65, "sampan: app.wasm: not a packed image\n");
    directory.sampan(&["pack", "app.wasm"]);
    let wasmi = directory.sampan(&["run", "app.spk", "--engine", "wasmi"]);
    wasmi.expect(65, "sampan: app.spk: a packed image, which wasmi doesn't run\n");
    let image = std::fs::read(directory.path().join("app.spk")).unwrap();
    for len in (4..image.len()).step_by(13) {
        std::fs::write(directory.path().join("cut.spk"), &image[..len]).unwrap();
        directory.sampan(&["run", "cut.spk"]).expect_line(65, "sampan: cut.spk: broken packed image", "");
    }
}
