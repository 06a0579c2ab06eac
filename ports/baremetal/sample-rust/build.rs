// SPDX-License-Identifier: Apache-2.0
//! Packs the containers, and tells the linker where the memory is.
#![forbid(unsafe_code)]

use sampan_pack::{Options, pack};
use std::error::Error;
use std::path::Path;

const CONTAINERS: [&str; 3] = ["thermostat", "spinner", "intruder"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::var("OUT_DIR")?;
    let out = Path::new(&out);
    for name in CONTAINERS {
        let source = format!("containers/{name}.wat");
        println!("cargo::rerun-if-changed={source}");
        let packed = pack(&wat::parse_file(&source)?, &Options::default())?;
        std::fs::write(out.join(format!("{name}.spk")), packed.image)?;
    }
    println!("cargo::rerun-if-changed=memory.x");
    std::fs::copy("memory.x", out.join("memory.x"))?;
    println!("cargo::rustc-link-search={}", out.display());
    // cortex-m-rt's linker script, which includes memory.x; without --nmagic flash would hold padding for pages.
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    Ok(())
}
