// SPDX-License-Identifier: Apache-2.0
//! What packing leaves out of a module, and where it can be found again.

use crate::signing::{PROJECT, VERIFY, ok, read, workshop};
use crate::support::{Directory, command};

const DEBUG: &str = r#"(module (@custom ".debug_info" "where it came from") (memory 2)
    (global (export "__heap_base") i32 (i32.const 1024)) (func $main (export "_start")))"#;

fn side_files(directory: &Directory, name: &str) -> Vec<String> {
    let files = std::fs::read_dir(directory.path().join(name)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".debug.wasm")).collect()
}

#[test]
fn what_is_stripped_is_kept_by_its_build_id() {
    let directory = workshop().module("app.wasm", DEBUG);
    let said = ok(&directory, &["pack", "sampan.toml"]);
    assert!(
        said.contains("stripped 2 sections") && said.contains("memory cut from 128.0k to 1.0k"),
        "{said}"
    );
    let [file] = &side_files(&directory, "")[..] else { panic!("{said}") };
    assert_eq!(read(&directory, file), read(&directory, "app.wasm"));
    // Without an id of the linker's it's the digest of the module in the image.
    let json: serde_json::Value =
        serde_json::from_str(&ok(&directory, &["inspect", "sampan.suit", "--json"])).unwrap();
    let id = file.strip_suffix(".debug.wasm").unwrap();
    assert_eq!(json["components"][1]["sha256"], id);
    assert_eq!(json["build"], id);
    assert!(said.contains(&format!("build {id}\n")), "{said}");
}

/// Uses the last byte below `__heap_base`, and traps unless it holds what was put there.
const TO_THE_END: &str = r#"(module (memory (export "memory") 2)
    (global (export "__heap_base") i32 (i32.const 1024))
    (func (export "_start") (local $last i32)
        (local.set $last (i32.const 1023))
        (i32.store8 (local.get $last) (i32.const 5))
        (if (i32.ne (i32.load8_u (local.get $last)) (i32.const 5)) (then unreachable))))"#;

#[test]
fn cut_memory_is_enough_on_both_engines() {
    let directory = workshop().module("app.wasm", TO_THE_END);
    let said = ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    assert!(said.contains("memory cut from 128.0k to 1.0k"), "{said}");
    let both = directory.sampan(&[&["run", "sampan.suit", "--engine", "both"], &VERIFY[2..]].concat());
    assert!(both.code == 0 && both.stderr.contains("the engines agree"), "{both:?}");
    assert!(both.stderr.contains("1024 bytes of memory"), "{both:?}");
}

#[test]
fn the_linkers_build_id_names_the_file() {
    let wat = DEBUG.replace("(memory 2)", r#"(@custom "build_id" "\03\01\02\fe") (memory 2)"#);
    let directory = Directory::new().module("app.wasm", &wat);
    std::fs::create_dir(directory.path().join("debug")).unwrap();
    ok(&directory, &["pack", "app.wasm", "--debug-dir", "debug", "--debug-map", "app.map"]);
    assert_eq!(side_files(&directory, "debug"), ["0102fe.debug.wasm"]);
    assert!(side_files(&directory, "").is_empty());
    let map = String::from_utf8(read(&directory, "app.map")).unwrap();
    assert!(map.contains(" main\n"), "{map}");
    directory.sampan(&["pack", "app.wasm", "--debug-dir", "none"]).expect_line(74, "sampan: none/0102fe", "");
}

#[test]
fn names_stay_if_they_are_wanted() {
    let directory = workshop().module("app.wasm", "(module (func $main (export \"_start\")))");
    let names = |options: &[&str]| {
        ok(&directory, &[&["pack", "sampan.toml"], options].concat());
        read(&directory, "sampan.suit").windows(5).any(|bytes| bytes == b"\x04main")
    };
    assert!(names(&["--keep-names"]) && side_files(&directory, "").is_empty());
    assert!(!names(&[]) && !side_files(&directory, "").is_empty());
}

#[test]
fn why_memory_stays_is_told() {
    let directory = Directory::new().module("app.wasm", "(module (memory 1) (func (export \"_start\")))");
    let said = ok(&directory, &["pack", "app.wasm"]);
    assert!(said.ends_with("memory left at 64.0k: it exports no global __heap_base\n"), "{said}");
}

#[test]
fn the_same_comes_out_wherever_it_is_made() {
    let pack = |place: &str| {
        let directory = Directory::new();
        let deep = directory.path().join(place);
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(deep.join("app.wasm"), wat::parse_str(DEBUG).unwrap()).unwrap();
        std::fs::write(deep.join("sampan.toml"), PROJECT).unwrap();
        // From the directory above, too, and with another clock and locale.
        let description = format!("{place}/sampan.toml");
        let mut command = command(directory.path(), &["pack", &description]);
        command.env("SOURCE_DATE_EPOCH", place.len().to_string()).env("LC_ALL", "C").env("TZ", "UTC-9");
        assert!(command.output().unwrap().status.success());
        ["sampan.suit", "sampan.cdx.json"].map(|name| std::fs::read(deep.join(name)).unwrap())
    };
    assert_eq!(pack("a"), pack("somewhere/else"));
}
