// SPDX-License-Identifier: Apache-2.0
//! `sampan trust`: makes, changes and shows trust stores.
//!
//! Each change makes a new store with the next sequence number, which a root key has to sign.

use super::device::{open_trust, roots, vendor_of};
use super::keys::{id_of, read_private, read_public};
use super::uuid;
use super::{hex, refused};
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use clap::{Args, Subcommand, ValueEnum};
use sampan_image::build::{KeyEntry, TrustBuilder, sign};
use sampan_image::{Device, KeyState, Roles, TrustStore};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    /// List a key, in a new store or in one that is there
    Add(AddArguments),
    /// Revoke a key; it stays listed, and what it signed is refused
    Revoke(RevokeArguments),
    /// Show the keys of a store
    List(ListArguments),
}

/// What a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Modules, packed bytecode and bills of materials
    Developer,
    /// Policies
    Operator,
    /// Native code
    Aot,
    /// Trust stores: the firmware has these keys, and they are listed to be revoked
    Root,
}

impl Role {
    const fn roles(self) -> Roles {
        match self {
            Self::Developer => Roles::DEVELOPER,
            Self::Operator => Roles::OPERATOR,
            Self::Aot => Roles::AOT,
            Self::Root => Roles::ROOT,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// Trust store; made if it isn't there
    #[arg(value_name = "STORE")]
    file: PathBuf,

    /// Public key to list
    #[arg(short, long, value_name = "FILE")]
    key: PathBuf,

    /// What it may sign; may be repeated
    #[arg(long, required = true, value_name = "ROLE", num_args = 1)]
    role: Vec<Role>,

    /// What the ids of containers begin with that it may speak for [default: all]
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,

    /// Vendor whose devices a new store is for
    #[arg(long, value_name = "UUID", value_parser = uuid::parse)]
    vendor: Option<[u8; 16]>,

    #[command(flatten)]
    signer: SignerArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArguments {
    /// Trust store
    #[arg(value_name = "STORE")]
    file: PathBuf,

    /// Public key to revoke; a root key needn't be listed
    #[arg(short, long, value_name = "FILE")]
    key: PathBuf,

    #[command(flatten)]
    signer: SignerArguments,
}

#[derive(Debug, Args)]
struct SignerArguments {
    /// Private root key that signs the store [default: it's left unsigned, for `sampan sign`]
    #[arg(long, value_name = "FILE")]
    sign_with: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Trust store
    #[arg(value_name = "STORE")]
    file: PathBuf,

    /// Public root keys of the firmware, to verify the store; without them it isn't
    #[arg(short, long, value_name = "FILE", num_args = 1)]
    root: Vec<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs one of the commands.
pub(super) fn run(command: &TrustCommand) -> Result<String, Failure> {
    match command {
        TrustCommand::Add(arguments) => add(arguments),
        TrustCommand::Revoke(arguments) => revoke(arguments),
        TrustCommand::List(arguments) => list(arguments),
    }
}

/// The next store after the one in a file.
fn successor(path: &Path) -> Result<TrustBuilder, Failure> {
    let bytes = image::read(path)?;
    let refuse = |error| refused(path, error);
    let store = TrustStore::read_unverified(&bytes).map_err(refuse)?;
    let sequence = store.sequence().checked_add(1);
    let sequence = sequence.ok_or_else(|| refused(path, "no sequence number is left"))?;
    let vendor_id = vendor_of(&bytes).map_err(refuse)?;
    Ok(TrustBuilder { vendor_id, sequence, keys: store.keys().map(KeyEntry::from).collect() })
}

fn add(arguments: &AddArguments) -> Result<String, Failure> {
    let path = &arguments.file;
    let mut builder = match (path.exists(), arguments.vendor) {
        (true, None) => successor(path)?,
        (false, Some(vendor_id)) => TrustBuilder { vendor_id, sequence: 1, keys: Vec::new() },
        (true, Some(_)) => {
            return Err(Failure::new(
                ExitStatus::Usage,
                "--vendor is for a new store, and this one is there",
            ));
        }
        (false, None) => {
            let text = format!("{}: not there, and --vendor is needed to make it", path.display());
            return Err(Failure::new(ExitStatus::Usage, text));
        }
    };
    let roles = arguments.role.iter().fold(Roles::NONE, |roles, role| roles.with(role.roles()));
    builder.keys.push(entry(&arguments.key, roles, &arguments.prefix, KeyState::Active)?);
    finish(path, &builder, &arguments.signer)
}

fn revoke(arguments: &RevokeArguments) -> Result<String, Failure> {
    let mut builder = successor(&arguments.file)?;
    let revoked = entry(&arguments.key, Roles::ROOT, "", KeyState::Revoked)?;
    match builder.keys.iter_mut().find(|listed| listed.key == revoked.key) {
        Some(listed) => listed.state = KeyState::Revoked,
        None => builder.keys.push(revoked),
    }
    finish(&arguments.file, &builder, &arguments.signer)
}

fn entry(path: &Path, roles: Roles, prefix: &str, state: KeyState) -> Result<KeyEntry, Failure> {
    let key = read_public(path)?;
    let id = id_of(path, &key)?.to_vec();
    Ok(KeyEntry { id, key, roles, prefix: prefix.to_owned(), state })
}

fn finish(path: &Path, builder: &TrustBuilder, signer: &SignerArguments) -> Result<String, Failure> {
    let refuse = |error| refused(path, error);
    let mut bytes = builder.build().map_err(refuse)?;
    if let Some(key) = &signer.sign_with {
        bytes = sign(&bytes, &read_private(key)?).map_err(refuse)?;
    }
    image::write(path, &bytes)?;
    let state = if signer.sign_with.is_some() { "signed" } else { "to be signed by a root key" };
    Ok(format!(
        "{}: sequence number {}, {} keys, {state}\n",
        path.display(),
        builder.sequence,
        builder.keys.len()
    ))
}

fn list(arguments: &ListArguments) -> Result<String, Failure> {
    let path = &arguments.file;
    let bytes = image::read(path)?;
    let refuse = |error| refused(path, error);
    let vendor_id = vendor_of(&bytes).map_err(refuse)?;
    let verified = !arguments.root.is_empty();
    let store = if verified {
        let device = Device { vendor_id, packed_format: None, native_target: None };
        open_trust(path, &bytes, &device, &roots(&arguments.root)?)?
    } else {
        TrustStore::read_unverified(&bytes).map_err(refuse)?
    };
    let state = |key: KeyState| if key == KeyState::Active { "active" } else { "revoked" };
    if arguments.json {
        let key = |key: sampan_image::TrustedKey<'_>| json!({ "id": hex(key.id), "roles": role_names(key.roles), "prefix": key.prefix, "state": state(key.state) });
        let keys: Vec<_> = store.keys().map(key).collect();
        let vendor = uuid::text(&vendor_id);
        let list =
            json!({ "vendor": vendor, "sequence": store.sequence(), "verified": verified, "keys": keys });
        return Ok(format!("{list}\n"));
    }
    let mut text = format!(
        "vendor {}, sequence number {}, {}\n",
        uuid::text(&vendor_id),
        store.sequence(),
        if verified { "verified" } else { "NOT verified" }
    );
    for key in store.keys() {
        let prefix =
            if key.prefix.is_empty() { "all containers".to_owned() } else { format!("{}...", key.prefix) };
        let roles = role_names(key.roles).join(",");
        text.push_str(&format!("{}  {}  {roles}  {prefix}\n", hex(key.id), state(key.state)));
    }
    Ok(text)
}

/// Names of the roles in a set.
pub(super) fn role_names(roles: Roles) -> Vec<&'static str> {
    Roles::NAMES.into_iter().filter(|(role, _)| roles.has(*role)).map(|(_, name)| name).collect()
}
