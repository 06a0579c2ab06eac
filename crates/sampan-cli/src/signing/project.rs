// SPDX-License-Identifier: Apache-2.0
//! `sampan pack` of a description: an image of a module and a policy.
//!
//! The description is `sampan.toml`, which `docs/sign.md` explains. What it doesn't know is refused, and so is
//! what doesn't fit together: a description that asks for what its module doesn't.

use super::keys::read_private;
use super::verify::check_parts;
use super::{refused, uuid};
use crate::arguments::PackArguments;
use crate::description;
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use crate::units::parse_size;
use sampan_image::build::{BuildError, ImageBuilder, PolicyBuilder, encode_sbom, sign};
use sampan_image::{
    Budgets, Contents, DeniedAction, FaultAction, FaultPolicy, Part, Permissions, REQUEST_SECTION, Version,
    requested_permissions,
};
use sampan_pack::Options;
use sampan_packed_format::image::FORMAT_VERSION;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A whole description.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    image: Image,
    #[serde(default)]
    permissions: PermissionLists,
    #[serde(default)]
    budgets: BudgetTable,
    #[serde(default)]
    policy: PolicyTable,
    #[serde(default)]
    fault: FaultTable,
    #[serde(default)]
    devices: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    name: String,
    version: String,
    sequence: u64,
    vendor: String,
    module: PathBuf,
    #[serde(default = "every_engine")]
    engines: Vec<Engine>,
    native: Option<Native>,
    sbom: Option<SbomTable>,
}

/// Who is to run it: that decides the parts.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Engine {
    Wasmi,
    Packed,
}

fn every_engine() -> Vec<Engine> {
    vec![Engine::Wasmi, Engine::Packed]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Native {
    target: String,
    file: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SbomTable {
    file: PathBuf,
    #[serde(default)]
    uri: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PermissionLists {
    requested: Option<Vec<String>>,
    #[serde(default)]
    granted: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BudgetTable {
    memory: Option<Size>,
    stack: Option<Size>,
    cpu_share: Option<u32>,
    priority: Option<u32>,
    activation_ms: Option<u32>,
    calls_per_second: Option<u32>,
    queue_depth: Option<u32>,
    handles: Option<u32>,
    kv: Option<Size>,
}

/// A number of bytes: `4096`, `"64k"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Size {
    Bytes(u32),
    Text(String),
}

impl Size {
    fn bytes(&self) -> Result<u32, String> {
        match self {
            Self::Bytes(bytes) => Ok(*bytes),
            Self::Text(text) => parse_size(text),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyTable {
    denied: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    autostart: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultTable {
    action: Option<String>,
    backoff_ms: Option<u32>,
    backoff_cap_ms: Option<u32>,
    quarantine_after: Option<u32>,
    window_s: Option<u32>,
}

/// `sampan pack` of a description: writes the image, signed if keys are given.
pub(crate) fn pack(arguments: &PackArguments) -> Result<String, Failure> {
    let path = &arguments.file;
    let project: Project = description::read(path)?;
    if arguments.memory.is_some() && !project.image.engines.contains(&Engine::Packed) {
        return Err(Failure::new(
            ExitStatus::Usage,
            "--memory is for packed bytecode, which the description has not",
        ));
    }
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut bytes = project.build(path, directory, arguments)?;
    for key in &arguments.key {
        bytes = sign(&bytes, &read_private(key)?).map_err(|error| refused(path, error))?;
    }
    let output = arguments.output.clone().unwrap_or_else(|| path.with_extension("suit"));
    image::write(&output, &bytes)?;
    let state = match arguments.key.len() {
        0 => "unsigned".to_owned(),
        1 => "signed".to_owned(),
        keys => format!("signed by {keys} keys"),
    };
    Ok(format!("{}: {} bytes, {}, {state}\n", output.display(), bytes.len(), project.image.name))
}

impl Project {
    fn build(&self, path: &Path, directory: &Path, arguments: &PackArguments) -> Result<Vec<u8>, Failure> {
        let refuse = |error: BuildError| refused(path, error);
        let wrong = |text: String| refused(path, text);
        let vendor = uuid::parse(&self.image.vendor).map_err(wrong)?;
        let version = version(&self.image.version).map_err(wrong)?;
        if self.image.engines.is_empty() && self.image.native.is_none() {
            return Err(wrong("an image for no engine: name one, or native code".to_owned()));
        }
        let module_path = directory.join(&self.image.module);
        let module = self.module(&module_path)?;
        let has_module = self.image.engines.contains(&Engine::Wasmi);
        let policy = self.policy(&module, has_module).map_err(wrong)?.build().map_err(refuse)?;
        let mut builder = ImageBuilder::new(vendor, &self.image.name, self.image.sequence).version(version);
        if self.image.engines.contains(&Engine::Packed) {
            let packed = packed(&module_path, &module, arguments)?;
            builder = builder.part(Part::Packed, &[FORMAT_VERSION], packed).map_err(refuse)?;
        }
        if has_module {
            builder = builder.part(Part::Module, &[], module).map_err(refuse)?;
        }
        if let Some(native) = &self.image.native {
            let code = image::read(&directory.join(&native.file))?;
            builder = builder.part(Part::Native, native.target.as_bytes(), code).map_err(refuse)?;
        }
        builder = builder.part(Part::Policy, &[], policy).map_err(refuse)?;
        if let Some(sbom) = &self.image.sbom {
            let document = image::read(&directory.join(&sbom.file))?;
            let reference = encode_sbom(&document, &sbom.uri).map_err(refuse)?;
            builder = builder.part(Part::Sbom, &[], reference).map_err(refuse)?;
        }
        let bytes = builder.build().map_err(refuse)?;
        let contents = Contents::read(&bytes).map_err(|error| refused(path, error))?;
        check_parts(&contents).map_err(|error| refused(path, error))?;
        Ok(bytes)
    }

    /// The module, with what it asks for in it.
    fn module(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let module = image::read(path)?;
        let own = requested_permissions(&module).map_err(|error| refused(path, error))?;
        let Some(requested) = &self.permissions.requested else { return Ok(module) };
        let sorted = |list: Vec<String>| {
            let mut list = list;
            list.sort_unstable();
            list.dedup();
            list
        };
        let (own, requested) = (sorted(texts(own)), sorted(requested.clone()));
        if own.is_empty() && !requested.is_empty() {
            let module = with_request(&module, &requested);
            requested_permissions(&module).map_err(|error| refused(path, error))?;
            return Ok(module);
        }
        if own == requested {
            return Ok(module);
        }
        let text = format!(
            "the module asks for [{}], the description for [{}]",
            own.join(", "),
            requested.join(", ")
        );
        Err(refused(path, text))
    }

    fn policy(&self, module: &[u8], has_module: bool) -> Result<PolicyBuilder, String> {
        // A module brings its own request; without one in the image, the policy has to hand it on.
        let requested = requested_permissions(module).map_err(|error| error.to_string())?;
        Ok(PolicyBuilder {
            requested: (!has_module).then(|| texts(requested)),
            granted: self.permissions.granted.clone(),
            budgets: self.budgets.values()?,
            denied: choice(self.policy.denied.as_deref(), &DeniedAction::NAMES)?,
            fault: FaultPolicy {
                action: choice(self.fault.action.as_deref(), &FaultAction::NAMES)?,
                backoff_ms: self.fault.backoff_ms,
                backoff_cap_ms: self.fault.backoff_cap_ms,
                quarantine_after: self.fault.quarantine_after,
                window_s: self.fault.window_s,
            },
            args: self.policy.args.clone(),
            env: self.policy.env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
            autostart: self.policy.autostart,
            devices: self.devices.clone(),
        })
    }
}

impl BudgetTable {
    fn values(&self) -> Result<Budgets, String> {
        let size = |size: &Option<Size>| size.as_ref().map(Size::bytes).transpose();
        Ok(Budgets {
            memory_bytes: size(&self.memory)?,
            stack_bytes: size(&self.stack)?,
            cpu_share: self.cpu_share,
            priority: self.priority,
            activation_ms: self.activation_ms,
            calls_per_second: self.calls_per_second,
            queue_depth: self.queue_depth,
            handles: self.handles,
            kv_bytes: size(&self.kv)?,
        })
    }
}

fn packed(path: &Path, module: &[u8], arguments: &PackArguments) -> Result<Vec<u8>, Failure> {
    let options = Options {
        memory_bytes: arguments.memory,
        table_entries: arguments.table_entries.unwrap_or(Options::default().table_entries),
    };
    let packed = sampan_pack::pack(module, &options).map_err(|error| image::refused(path, &error))?;
    if let Some(map) = &arguments.debug_map {
        image::write(map, packed.debug_map.to_text().as_bytes())?;
    }
    Ok(packed.image)
}

fn texts(permissions: Permissions<'_>) -> Vec<String> {
    permissions.iter().map(|permission| permission.to_string()).collect()
}

/// The module with a custom section behind the others.
fn with_request(module: &[u8], requested: &[String]) -> Vec<u8> {
    let lines: String = requested.iter().map(|permission| format!("{permission}\n")).collect();
    let content = [&leb(REQUEST_SECTION.len())[..], REQUEST_SECTION.as_bytes(), lines.as_bytes()].concat();
    [module, &[0], &leb(content.len())[..], &content].concat()
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn choice<T: Copy + Default>(name: Option<&str>, names: &[(T, &str)]) -> Result<T, String> {
    let Some(name) = name else { return Ok(T::default()) };
    let found = names.iter().find(|(_, other)| *other == name).map(|(value, _)| *value);
    found.ok_or_else(|| {
        let known: Vec<_> = names.iter().map(|(_, name)| *name).collect();
        format!("{name:?} is none of {}", known.join(", "))
    })
}

/// `1.2.3`.
fn version(text: &str) -> Result<Version, String> {
    let plain =
        |part: &str| part == "0" || !part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers: Option<Vec<u32>> =
        text.split('.').map(|part| part.parse().ok().filter(|_| plain(part))).collect();
    let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
    numbers.map(|numbers| Version { numbers }).ok_or_else(|| format!("{text:?} is no version, as in 1.2.3"))
}
