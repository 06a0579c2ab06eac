// SPDX-License-Identifier: Apache-2.0
//! What a module tells of what it was made from and by.
//!
//! Compilers and linkers leave their names in the section `producers`; cargo-auditable leaves the crates of a Rust
//! program in `.dep-v0`, as JSON that is compressed by zlib.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::Deserialize;
use wasmparser::{BinaryReader, Parser, Payload, ProducersSectionReader};

/// Bytes of uncompressed JSON, at most: some ten thousand crates.
const MAX_JSON: usize = 8 << 20;

/// A tool or language that took part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub(super) field: String,
    pub(super) name: String,
    pub(super) version: String,
}

/// A crate, as cargo-auditable lists it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    #[serde(default)]
    pub(super) source: String,
    #[serde(default)]
    pub(super) kind: Kind,
    /// Positions in the list.
    #[serde(default)]
    pub(super) dependencies: Vec<usize>,
    /// Whether it is the program itself.
    #[serde(default)]
    pub(super) root: bool,
}

/// Whether a crate is in the program, or only made it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    #[default]
    Runtime,
    Build,
}

#[derive(Deserialize)]
struct Packages {
    packages: Vec<Package>,
}

/// All that a module tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Materials {
    pub(super) producers: Vec<Producer>,
    pub(super) packages: Vec<Package>,
}

/// Reads the sections of a module.
pub(super) fn read(wasm: &[u8]) -> Result<Materials, String> {
    let mut materials = Materials::default();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|error| format!("no module: {}", one_line(&error)))?;
        let Payload::CustomSection(custom) = payload else { continue };
        match custom.name() {
            "producers" => {
                let reader = BinaryReader::new(custom.data(), custom.data_offset());
                let read = producers(reader, &mut materials.producers);
                read.map_err(|error| format!("a malformed section producers: {}", one_line(&error)))?;
            }
            ".dep-v0" => {
                materials.packages = packages(custom.data())
                    .map_err(|wrong| format!("a malformed section .dep-v0: {wrong}"))?;
            }
            _ => {}
        }
    }
    materials.producers.sort_unstable();
    materials.producers.dedup();
    Ok(materials)
}

fn one_line(error: &wasmparser::BinaryReaderError) -> String {
    error.message().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn producers(reader: BinaryReader<'_>, all: &mut Vec<Producer>) -> wasmparser::Result<()> {
    for field in ProducersSectionReader::new(reader)? {
        let field = field?;
        for value in field.values {
            let value = value?;
            let (name, version) = (value.name.to_owned(), value.version.to_owned());
            all.push(Producer { field: field.name.to_owned(), name, version });
        }
    }
    Ok(())
}

fn packages(data: &[u8]) -> Result<Vec<Package>, String> {
    let json = decompress_to_vec_zlib_with_limit(data, MAX_JSON).map_err(|error| error.to_string())?;
    let read: Packages = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    let len = read.packages.len();
    if read.packages.iter().flat_map(|package| &package.dependencies).any(|position| *position >= len) {
        return Err("a dependency that isn't listed".to_owned());
    }
    Ok(read.packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_is_told() {
        let zlib = |text: &str| miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 6);
        assert!(packages(b"x").is_err());
        assert!(packages(&zlib("{}")).is_err());
        assert!(packages(&zlib(r#"{"packages":[{"name":"a","version":"1","dependencies":[1]}]}"#)).is_err());
        assert!(packages(&zlib(&" ".repeat(MAX_JSON + 1))).is_err());
        let good = packages(&zlib(r#"{"packages":[{"name":"a","version":"1","kind":"build","more":1}]}"#));
        assert_eq!(good.unwrap()[0].kind, Kind::Build);
        assert!(read(b"\0asm\x01\0\0\0\0\x0b\x09producers\x05").is_err());
        assert!(read(b"").is_err());
    }
}
