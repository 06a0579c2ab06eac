// SPDX-License-Identifier: Apache-2.0
//! Tells the code whether its target is Armv8-M mainline, which the compiler has no `cfg` for.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(armv8m)");
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv8m.main")) {
        println!("cargo:rustc-cfg=armv8m");
    }
}
