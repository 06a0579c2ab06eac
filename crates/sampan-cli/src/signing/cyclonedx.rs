// SPDX-License-Identifier: Apache-2.0
//! A bill of materials in CycloneDX 1.6.
//!
//! The same materials make the same bytes: there is no time in it, keys and components are sorted, and the serial
//! number is drawn from the rest.

use super::materials::{Kind, Materials, Package, Producer};
use super::{hex, uuid};
use sampan_image::{Crypto, RustCrypto};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the bill is for.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// What else is known of it, by name.
    pub(super) properties: Vec<(&'static str, String)>,
    /// The parts that hold code: name and SHA-256, the one first that the subject is known by.
    pub(super) parts: Vec<(&'static str, [u8; 32])>,
}

/// A component that a description lists, since no section does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) version: String,
    /// SPDX expression.
    pub(super) license: Option<String>,
    /// Package URL.
    pub(super) purl: Option<String>,
    /// CPE 2.3, for those who look for vulnerabilities.
    pub(super) cpe: Option<String>,
}

/// Writes the document.
pub(super) fn document(
    subject: &Subject,
    materials: &Materials,
    declared: &[Declared],
) -> Result<String, String> {
    let references = references(&materials.packages);
    let mut components: Vec<Value> = materials
        .packages
        .iter()
        .zip(&references)
        .filter(|(package, _)| !package.root)
        .map(|(package, reference)| library(package, reference))
        .collect();
    components.extend(materials.producers.iter().filter(|producer| producer.field != "language").map(tool));
    for (number, declared) in declared.iter().enumerate() {
        components.push(declaration(number, declared)?);
    }
    components.sort_by_key(|component| component["bom-ref"].to_string());
    let mut document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": main_component(subject, materials),
            "tools": { "components": [
                { "type": "application", "name": "sampan", "version": env!("CARGO_PKG_VERSION") },
            ] },
        },
        "components": components,
        "dependencies": dependencies(materials, &references, declared),
    });
    let digest = sha256(document.to_string().as_bytes())?;
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    // Version 8, which means that the rest is ours to choose.
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    document["serialNumber"] = json!(format!("urn:uuid:{}", uuid::text(&id)));
    let text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

pub(super) fn sha256(bytes: &[u8]) -> Result<[u8; 32], String> {
    RustCrypto.sha256(&[bytes]).map_err(|_| "no digest can be made".to_owned())
}

const MAIN: &str = "main";

fn hashes(digest: &[u8; 32]) -> Value {
    json!([{ "alg": "SHA-256", "content": hex(digest) }])
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": format!("sampan:{name}"), "value": value })
}

fn main_component(subject: &Subject, materials: &Materials) -> Value {
    let mut properties: Vec<Value> =
        subject.properties.iter().map(|(name, value)| property(name, value)).collect();
    let languages = materials.producers.iter().filter(|producer| producer.field == "language");
    properties.extend(
        languages.map(|language| property("language", join(&language.name, &language.version).trim())),
    );
    let parts: Vec<Value> = subject
        .parts
        .iter()
        .map(|(name, digest)| {
            let reference = format!("part:{name}");
            json!({ "type": "file", "bom-ref": reference, "name": name, "hashes": hashes(digest) })
        })
        .collect();
    let mut main =
        json!({ "type": "application", "bom-ref": MAIN, "name": subject.name, "components": parts });
    if let Some((_, digest)) = subject.parts.first() {
        main["hashes"] = hashes(digest);
    }
    if let Some(version) = &subject.version {
        main["version"] = json!(version);
    }
    if !properties.is_empty() {
        main["properties"] = Value::Array(properties);
    }
    main
}

fn join(name: &str, version: &str) -> String {
    format!("{name} {version}")
}

/// A crate of the program.
fn library(package: &Package, reference: &str) -> Value {
    let mut library = json!({
        "type": "library",
        "bom-ref": reference,
        "name": package.name,
        "version": package.version,
        "scope": if package.kind == Kind::Build { "excluded" } else { "required" },
    });
    if package.source == "crates.io" {
        library["purl"] = json!(purl(&package.name, &package.version));
    }
    if !package.source.is_empty() {
        library["properties"] = json!([property("source", &package.source)]);
    }
    library
}

/// A compiler or the like: it made the program, and isn't in it; an SDK may be.
fn tool(producer: &Producer) -> Value {
    let (kind, scope) =
        if producer.field == "sdk" { ("framework", "optional") } else { ("application", "excluded") };
    let mut tool = json!({
        "type": kind,
        "bom-ref": format!("{}:{}@{}", producer.field, producer.name, producer.version),
        "name": producer.name,
        "scope": scope,
        "properties": [property("producer", &producer.field)],
    });
    if !producer.version.is_empty() {
        tool["version"] = json!(producer.version);
    }
    tool
}

fn declared_reference(number: usize, declared: &Declared) -> String {
    format!("declared:{number}:{}@{}", declared.name, declared.version)
}

fn declaration(number: usize, declared: &Declared) -> Result<Value, String> {
    if declared.name.is_empty() || declared.version.is_empty() {
        return Err("a component needs a name and a version".to_owned());
    }
    let mut component = json!({
        "type": "library",
        "bom-ref": declared_reference(number, declared),
        "name": declared.name,
        "version": declared.version,
        "scope": "required",
    });
    if let Some(license) = &declared.license {
        component["licenses"] = json!([{ "expression": license }]);
    }
    for (key, start, value) in [("purl", "pkg:", &declared.purl), ("cpe", "cpe:2.3:", &declared.cpe)] {
        let Some(value) = value else { continue };
        if !value.starts_with(start) {
            return Err(format!("{value:?} is no {key}: one begins with {start}"));
        }
        component[key] = json!(value);
    }
    Ok(component)
}

/// A name for each crate that no other has.
fn references(packages: &[Package]) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let mut unique = |package: &Package| {
        let name = purl(&package.name, &package.version);
        let count: &mut usize = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name}#{count}") }
    };
    packages.iter().map(|package| if package.root { MAIN.to_owned() } else { unique(package) }).collect()
}

fn dependencies(materials: &Materials, references: &[String], declared: &[Declared]) -> Value {
    let mut graph: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (package, reference) in materials.packages.iter().zip(references) {
        let of = package.dependencies.iter().filter_map(|position| references.get(*position).cloned());
        graph.entry(reference).or_default().extend(of);
    }
    let main = graph.entry(MAIN).or_default();
    main.extend(declared.iter().enumerate().map(|(number, declared)| declared_reference(number, declared)));
    let each = graph.into_iter().map(|(reference, mut of)| {
        of.sort_unstable();
        of.dedup();
        json!({ "ref": reference, "dependsOn": of })
    });
    Value::Array(each.collect())
}

/// Package URL of a crate.
fn purl(name: &str, version: &str) -> String {
    format!("pkg:cargo/{}@{}", escape(name), escape(version))
}

fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~');
    let each = text.bytes();
    each.map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
