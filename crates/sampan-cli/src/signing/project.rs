// SPDX-License-Identifier: Apache-2.0
//! `sampan pack` of a description: an image of a module and a policy.
//!
//! The description is `sampan.toml`, which `docs/sign.md` explains. What it doesn't know is refused, and so is
//! what doesn't fit together: a description that asks for what its module doesn't.

use super::cyclonedx::{Declared, Subject, document, sha256};
use super::device::check_parts;
use super::keys::read_private;
use super::{materials, refused, uuid};
use crate::arguments::PackArguments;
use crate::description;
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use crate::trimmed::{self, ForImage};
use crate::units::parse_size;
use sampan_image::build::{BuildError, ImageBuilder, PolicyBuilder, encode_sbom, sign};
use sampan_image::{
    Budgets, Contents, DeniedAction, FaultAction, FaultPolicy, Part, Permissions, REQUEST_SECTION, Version,
    requested_permissions,
};
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
    /// What the bill of materials lists beside what the module tells.
    #[serde(default)]
    component: Vec<Declared>,
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
    #[serde(default)]
    sbom: SbomChoice,
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

/// `false`: the image refers to no bill of materials.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum SbomChoice {
    Whether(bool),
    Table(SbomTable),
}

impl Default for SbomChoice {
    fn default() -> Self {
        Self::Whether(true)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SbomTable {
    /// Somebody else's document, in the place of the one that is made here.
    file: Option<PathBuf>,
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
    let parts = project.parts(path, arguments)?;
    let Built { mut bytes, bill } = project.build(path, &parts)?;
    for key in &arguments.key {
        bytes = sign(&bytes, &read_private(key)?).map_err(|error| refused(path, error))?;
    }
    let output = arguments.output.clone().unwrap_or_else(|| path.with_extension("suit"));
    image::write(&output, &bytes)?;
    let mut done = parts.module.conclude(&parts.original, &output, arguments)?;
    if let Some(bill) = bill {
        let file = output.with_extension("cdx.json");
        image::write(&file, &bill)?;
        done += &format!("bill of materials: {}\n", file.display());
    }
    let state = match arguments.key.len() {
        0 => "unsigned".to_owned(),
        1 => "signed".to_owned(),
        keys => format!("signed by {keys} keys"),
    };
    let (output, bytes, name) = (output.display(), bytes.len(), &project.image.name);
    Ok(format!("{output}: {bytes} bytes, {name}, {state}\nbuild {}\n{done}", parts.module.build_id))
}

/// The bill of materials of the image that a description makes, whoever's document the image refers to.
pub(super) fn bill(path: &Path) -> Result<String, Failure> {
    let project: Project = description::read(path)?;
    project.bill(path, &project.parts(path, &PackArguments::of(path))?)
}

/// The code of an image.
struct Parts {
    /// The module as it was read.
    original: Vec<u8>,
    module: ForImage,
    packed: Option<Vec<u8>>,
    native: Option<Vec<u8>>,
}

/// An image, unsigned, and the bill of materials that was made for it.
struct Built {
    bytes: Vec<u8>,
    bill: Option<Vec<u8>>,
}

/// The bill of materials that an image refers to.
struct Reference {
    document: Vec<u8>,
    uri: String,
    /// Whether it was made here.
    is_ours: bool,
}

impl Project {
    fn has(&self, engine: Engine) -> bool {
        self.image.engines.contains(&engine)
    }

    /// Reads and makes all code. Paths begin where the description is.
    fn parts(&self, path: &Path, arguments: &PackArguments) -> Result<Parts, Failure> {
        if self.image.engines.is_empty() && self.image.native.is_none() {
            return Err(refused(path, "an image for no engine: name one, or native code"));
        }
        let directory = path.parent().unwrap_or(Path::new(""));
        let module_path = directory.join(&self.image.module);
        let original = image::read(&module_path)?;
        let module = self.module(&module_path, original.clone())?;
        let module = trimmed::trim(&module_path, &module, arguments.keep_names)?;
        let packed = self.has(Engine::Packed).then(|| module.pack(&module_path, arguments)).transpose()?;
        let native = self.image.native.as_ref().map(|native| image::read(&directory.join(&native.file)));
        Ok(Parts { original, module, packed, native: native.transpose()? })
    }

    fn build(&self, path: &Path, parts: &Parts) -> Result<Built, Failure> {
        let refuse = |error: BuildError| refused(path, error);
        let wrong = |text: String| refused(path, text);
        let vendor = uuid::parse(&self.image.vendor).map_err(wrong)?;
        let version = version(&self.image.version).map_err(wrong)?;
        let has_module = self.has(Engine::Wasmi);
        let module = &parts.module.trimmed.module;
        let policy = self.policy(module, has_module).map_err(wrong)?.build().map_err(refuse)?;
        let mut builder = ImageBuilder::new(vendor, &self.image.name, self.image.sequence).version(version);
        if let Some(packed) = &parts.packed {
            builder = builder.part(Part::Packed, &[FORMAT_VERSION], packed.clone()).map_err(refuse)?;
        }
        if has_module {
            builder = builder.part(Part::Module, &[], module.clone()).map_err(refuse)?;
        }
        if let (Some(native), Some(code)) = (&self.image.native, &parts.native) {
            builder = builder.part(Part::Native, native.target.as_bytes(), code.clone()).map_err(refuse)?;
        }
        builder = builder.part(Part::Policy, &[], policy).map_err(refuse)?;
        let reference = self.reference(path, parts)?;
        if let Some(Reference { document, uri, .. }) = &reference {
            let reference = encode_sbom(document, uri).map_err(refuse)?;
            builder = builder.part(Part::Sbom, &[], reference).map_err(refuse)?;
        }
        let bytes = builder.build().map_err(refuse)?;
        let contents = Contents::read(&bytes).map_err(|error| refused(path, error))?;
        check_parts(&contents).map_err(|error| refused(path, error))?;
        let bill = reference.filter(|reference| reference.is_ours).map(|reference| reference.document);
        Ok(Built { bytes, bill })
    }

    /// The document that the image refers to, unless the description wants none.
    fn reference(&self, path: &Path, parts: &Parts) -> Result<Option<Reference>, Failure> {
        let table = match &self.image.sbom {
            SbomChoice::Whether(false) => return Ok(None),
            SbomChoice::Whether(true) => &SbomTable::default(),
            SbomChoice::Table(table) => table,
        };
        let uri = table.uri.clone();
        let Some(file) = &table.file else {
            let document = self.bill(path, parts)?.into_bytes();
            return Ok(Some(Reference { document, uri, is_ours: true }));
        };
        if !self.component.is_empty() {
            return Err(refused(path, "it lists components, but the bill of materials is another's file"));
        }
        let document = image::read(&path.parent().unwrap_or(Path::new("")).join(file))?;
        Ok(Some(Reference { document, uri, is_ours: false }))
    }

    /// The bill of materials: what the module tells, what the description does, and the digests of the code.
    fn bill(&self, path: &Path, parts: &Parts) -> Result<String, Failure> {
        let refuse = |wrong: String| refused(path, wrong);
        let module_path = path.parent().unwrap_or(Path::new("")).join(&self.image.module);
        let materials = materials::read(&parts.original).map_err(|wrong| refused(&module_path, wrong))?;
        let code = [
            (Part::Module, self.has(Engine::Wasmi).then_some(&parts.module.trimmed.module)),
            (Part::Packed, parts.packed.as_ref()),
            (Part::Native, parts.native.as_ref()),
        ];
        let code = code.into_iter().filter_map(|(part, bytes)| Some((part.text(), bytes?)));
        let digests: Result<Vec<_>, String> = code.map(|(name, bytes)| Ok((name, sha256(bytes)?))).collect();
        let requested = requested_permissions(&parts.module.trimmed.module);
        let requested = requested.map_err(|error| refused(&module_path, error))?;
        let mut properties = vec![
            ("sequence", self.image.sequence.to_string()),
            ("vendor", self.image.vendor.clone()),
            ("build", parts.module.build_id.clone()),
        ];
        properties.extend(texts(requested).into_iter().map(|permission| ("requested", permission)));
        let subject = Subject {
            name: self.image.name.clone(),
            version: Some(self.image.version.clone()),
            properties,
            parts: digests.map_err(refuse)?,
        };
        document(&subject, &materials, &self.component).map_err(refuse)
    }

    /// The module, with what it asks for in it.
    fn module(&self, path: &Path, module: Vec<u8>) -> Result<Vec<u8>, Failure> {
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
