// SPDX-License-Identifier: Apache-2.0
//! Whole images, before they are damaged.

use crate::options::OPTIONS;
use arbitrary::Unstructured;
use fastrand::Rng;
use sampan_pack::{Options, pack};
use std::path::Path;
use wasm_smith::{Config, Module};

/// Images of modules that use what compilers rarely emit: tables of all kinds, bulk operations, wide frames, tail
/// calls. build.rs makes them.
const SAMPLES: [(&str, &[u8]); 3] = [
    ("memory", include_bytes!(concat!(env!("OUT_DIR"), "/memory.spk"))),
    ("calls", include_bytes!(concat!(env!("OUT_DIR"), "/calls.spk"))),
    ("tables", include_bytes!(concat!(env!("OUT_DIR"), "/tables.spk"))),
];

/// What generated modules may import, and the one export that all of them have.
const IMPORTS: &str = r#"(module
    (import "fuzz" "one" (func (param i32) (result i32)))
    (import "fuzz" "two" (func (param i64 f32) (result i64)))
    (import "fuzz" "three" (func (param f64 i32 i64))))"#;
const EXPORTS: &str = r#"(module (func (export "run")))"#;

/// A packed module.
#[derive(Clone, Debug)]
pub struct Image {
    /// Where it comes from.
    pub name: String,
    /// The image.
    pub bytes: Vec<u8>,
}

fn packed(name: &str, wasm: &[u8]) -> Result<Image, String> {
    // A module that starts with more memory than the options allow is packed as it is.
    let image = pack(wasm, &OPTIONS).or_else(|_| pack(wasm, &Options { memory_bytes: None, ..OPTIONS }));
    let image = image.map_err(|error| format!("{name}: {error}"))?.image;
    Ok(Image { name: name.to_owned(), bytes: image })
}

/// The images that this crate brings.
#[must_use]
pub fn samples() -> Vec<Image> {
    SAMPLES.iter().map(|(name, bytes)| Image { name: (*name).to_owned(), bytes: bytes.to_vec() }).collect()
}

/// Every `.wasm` in a folder, by name.
///
/// # Errors
/// A message, if one can't be read or packed, or there is none.
pub fn folder(path: &Path) -> Result<Vec<Image>, String> {
    let describe = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path).map_err(describe)? {
        paths.push(entry.map_err(describe)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: no .wasm file", path.display()));
    }
    let made = paths.iter().map(|path| {
        let wasm = std::fs::read(path).map_err(describe)?;
        packed(&path.display().to_string(), &wasm)
    });
    made.collect()
}

/// A generated module; `None` if nothing that can be packed comes of this seed.
#[must_use]
pub fn generated(seed: u64) -> Option<Image> {
    let mut rng = Rng::with_seed(seed);
    let len = rng.usize(256..4096);
    let bytes: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(len).collect();
    let imports = wat::parse_str(IMPORTS).ok()?;
    let exports = wat::parse_str(EXPORTS).ok()?;
    let config = Config {
        available_imports: rng.bool().then_some(imports),
        exports: Some(exports),
        compact_imports_enabled: false,
        custom_page_sizes_enabled: true,
        disallow_traps: true,
        exceptions_enabled: false,
        gc_enabled: false,
        max_imports: 4,
        max_instructions: 300,
        max_memory32_bytes: 2 << 16,
        max_table_elements: 64,
        max_tables: 2,
        memory64_enabled: false,
        reference_types_enabled: true,
        relaxed_simd_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: false,
        tail_call_enabled: true,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    let module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    packed(&format!("generated {seed}"), &module.to_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_seeds_make_an_image() {
        assert!((0..40).filter_map(generated).count() >= 20);
    }
}
