// SPDX-License-Identifier: Apache-2.0
//! What rustc's linker is told of a container: a memory that is measured in bytes, and its stack below the data.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        for flag in ["--page-size=1", "-zstack-size=1024", "--stack-first", "--no-growable-memory"] {
            println!("cargo::rustc-link-arg-cdylib={flag}");
        }
    }
}
