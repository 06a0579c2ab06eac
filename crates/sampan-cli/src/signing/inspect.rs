// SPDX-License-Identifier: Apache-2.0
//! `sampan inspect`: what is in an image, for people and for programs.

use super::{hex, refused, uuid};
use crate::image;
use crate::run::Failure;
use crate::trimmed;
use clap::Args;
use sampan_image::{
    Algorithm, Budgets, Contents, DeniedAction, FaultAction, FaultPolicy, Part, Permission, Permissions,
    Policy, RustCrypto, Sbom,
};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// Image or trust store
    #[arg(value_name = "IMAGE")]
    file: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &InspectArguments) -> Result<String, Failure> {
    let bytes = image::read(&arguments.file)?;
    let described = describe(&bytes).map_err(|error| refused(&arguments.file, error))?;
    Ok(if arguments.json {
        format!("{described}\n")
    } else {
        let mut text = "Nothing of this is verified: `sampan verify` does that.\n".to_owned();
        lines(&described, 0, &mut text);
        text
    })
}

fn describe(bytes: &[u8]) -> Result<Value, sampan_image::Error> {
    let contents = Contents::read(bytes)?;
    let (envelope, manifest) = (contents.envelope(), contents.manifest());
    let mut all = Map::new();
    let mut put = |key: &str, value: Value| drop(all.insert(key.to_owned(), value));
    put("container", json!(manifest.container()));
    put("sequence", json!(manifest.sequence()));
    put(
        "version",
        json!(manifest.version().map(|version| version.numbers.map(|number| number.to_string()).join("."))),
    );
    put("manifest_matches", json!(envelope.check_digest(&RustCrypto).is_ok()));
    put("payloads_match", json!(contents.check_payloads(&RustCrypto).is_ok()));
    let signature = |signature: sampan_image::Signature<'_>| {
        let algorithm = match signature.algorithm {
            Algorithm::Es256 => "ES256",
            Algorithm::Ed25519 => "Ed25519",
        };
        json!({ "algorithm": algorithm, "key": signature.key_id.map(hex) })
    };
    put("signatures", envelope.signatures().map(signature).collect());
    let component = |component: &sampan_image::Component<'_>| {
        json!({
            "part": component.part.letter(),
            "what": component.part.text(),
            "bytes": component.size,
            "sha256": hex(component.digest),
            "vendor": uuid::text(component.vendor_id),
            "class": uuid::text(component.class_id),
            "uri": component.uri,
        })
    };
    put("components", manifest.components().map(component).collect());
    if let Some(module) = contents.payload(Part::Module) {
        put("build", json!(trimmed::build_id(module)));
    }
    let effective = contents.effective()?;
    put("requested", permissions(effective.requested));
    if let Some(policy) = contents.payload(Part::Policy).map(Policy::parse).transpose()? {
        put("granted", permissions(policy.granted));
        put("policy", describe_policy(&policy));
    }
    put("effective", effective.iter().map(|meet| json!(meet.to_string())).collect());
    put("not_granted", effective.refused().map(|asked| json!(asked.to_string())).collect());
    if let Some(sbom) = contents.payload(Part::Sbom) {
        let sbom = Sbom::parse(sbom)?;
        put("sbom", json!({ "sha256": hex(sbom.digest), "uri": sbom.uri }));
    }
    Ok(Value::Object(all))
}

fn permissions(list: Permissions<'_>) -> Value {
    list.iter().map(|permission: Permission<'_>| json!(permission.to_string())).collect()
}

fn describe_policy(policy: &Policy<'_>) -> Value {
    let name = |action: DeniedAction| DeniedAction::NAMES.into_iter().find(|(other, _)| *other == action);
    let mut all = Map::new();
    all.insert("denied".to_owned(), json!(name(policy.denied).map(|(_, name)| name)));
    all.insert("fault".to_owned(), describe_fault(&policy.fault));
    all.insert("budgets".to_owned(), describe_budgets(&policy.budgets));
    all.insert("autostart".to_owned(), json!(policy.autostart));
    all.insert("args".to_owned(), policy.args.iter().map(|text| json!(text)).collect());
    all.insert("env".to_owned(), policy.env.iter().map(|text| json!(text)).collect());
    let devices = policy.devices.iter().map(|(name, board)| (name.to_owned(), json!(board)));
    all.insert("devices".to_owned(), Value::Object(devices.collect()));
    Value::Object(all)
}

/// Only what is set.
fn numbers(values: &[(&str, Option<u32>)]) -> Map<String, Value> {
    let set = values.iter().filter_map(|(name, value)| Some(((*name).to_owned(), json!((*value)?))));
    set.collect()
}

fn describe_fault(fault: &FaultPolicy) -> Value {
    let name = FaultAction::NAMES.into_iter().find(|(other, _)| *other == fault.action);
    let mut all = numbers(&[
        ("backoff_ms", fault.backoff_ms),
        ("backoff_cap_ms", fault.backoff_cap_ms),
        ("quarantine_after", fault.quarantine_after),
        ("window_s", fault.window_s),
    ]);
    all.insert("action".to_owned(), json!(name.map(|(_, name)| name)));
    Value::Object(all)
}

fn describe_budgets(budgets: &Budgets) -> Value {
    Value::Object(numbers(&[
        ("memory", budgets.memory_bytes),
        ("stack", budgets.stack_bytes),
        ("cpu_share", budgets.cpu_share),
        ("priority", budgets.priority),
        ("activation_ms", budgets.activation_ms),
        ("calls_per_second", budgets.calls_per_second),
        ("queue_depth", budgets.queue_depth),
        ("handles", budgets.handles),
        ("kv", budgets.kv_bytes),
    ]))
}

/// Writes JSON as indented lines; text that a terminal would take for more than text is escaped.
fn lines(value: &Value, depth: usize, text: &mut String) {
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        text.push_str(&format!("{:indent$}{key}:", "", indent = depth * 2));
        match value {
            Value::Object(_) => {
                text.push('\n');
                lines(value, depth + 1, text);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                text.push('\n');
                for item in items {
                    text.push_str(&format!("{:indent$}-\n", "", indent = depth * 2 + 2));
                    lines(item, depth + 2, text);
                }
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(plain).collect();
                text.push_str(&format!(
                    " {}\n",
                    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
                ));
            }
            value => text.push_str(&format!(" {}\n", plain(value))),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.escape_debug().to_string(),
        other => other.to_string(),
    }
}
