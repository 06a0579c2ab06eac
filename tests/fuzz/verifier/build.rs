// SPDX-License-Identifier: Apache-2.0
//! Packs the modules that this crate brings, so that Miri, which is slow, needn't.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;

#[path = "src/options.rs"]
mod options;

const SAMPLES: [&str; 3] = ["memory", "calls", "tables"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::var("OUT_DIR")?;
    for name in SAMPLES {
        let source = format!("modules/{name}.wat");
        println!("cargo::rerun-if-changed={source}");
        let packed = sampan_pack::pack(&wat::parse_file(&source)?, &options::OPTIONS)?;
        std::fs::write(Path::new(&out).join(format!("{name}.spk")), packed.image)?;
    }
    Ok(())
}
