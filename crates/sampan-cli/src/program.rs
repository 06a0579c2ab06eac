// SPDX-License-Identifier: Apache-2.0
//! What `sampan run` puts into a container: code, and for a signed image all that its policy decides.
//!
//! A signed image is verified whole, as the device does it, before any of its code is looked at. With a trust
//! store nothing else runs; without one nothing that is signed does, since nobody says by whom it may be.

use crate::arguments::EngineChoice;
use crate::container_file::ContainerSettings;
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use crate::signing::{Authority, refused};
use sampan_core::ContainerOptions;
use sampan_image::{Effective, FaultAction, Image, Part, Policy};
use sampan_pack::Options;
use std::path::Path;

/// What a signed image begins with: the tag of a SUIT envelope.
const ENVELOPE_TAG: &[u8] = &[0xd8, 0x6b];
/// What a plain module begins with.
const WASM_MAGIC: &[u8] = b"\0asm";

/// Code, and what goes with it. It stays for the life of the process, as it would in flash.
pub(crate) struct Program {
    pub(crate) code: &'static [u8],
    pub(crate) signed: Option<Signed>,
}

/// What a verified image says beside its code.
pub(crate) struct Signed {
    /// Id of the container.
    pub(crate) container: &'static str,
    pub(crate) sequence: u64,
    pub(crate) effective: Effective<'static>,
    policy: Option<Policy<'static>>,
}

/// Whether a file is a signed image, by its first bytes.
pub(crate) fn is_signed(file: &[u8]) -> bool {
    file.starts_with(ENVELOPE_TAG)
}

/// Reads a file for the engine that was chosen.
pub(crate) fn load(
    path: &Path,
    choice: EngineChoice,
    authority: Option<&Authority>,
) -> Result<Program, Failure> {
    let file = image::read(path)?;
    match authority {
        Some(_) if !is_signed(&file) => {
            Err(refused(path, "no signed image, and with --trust nothing else runs"))
        }
        Some(authority) => signed(path, file.leak(), choice, authority),
        None if is_signed(&file) => {
            let text = "a signed image: --trust and --root say whose signatures count";
            Err(Failure::new(ExitStatus::Usage, format!("{}: {text}", path.display())))
        }
        None => Ok(Program { code: plain(path, file, choice)?.leak(), signed: None }),
    }
}

fn plain(path: &Path, file: Vec<u8>, choice: EngineChoice) -> Result<Vec<u8>, Failure> {
    match choice {
        EngineChoice::Packed if file.starts_with(WASM_MAGIC) => {
            let packed = sampan_pack::pack(&file, &Options::default());
            Ok(packed.map_err(|error| image::refused(path, &error))?.image)
        }
        EngineChoice::Wasmi if image::is_packed(&file) => {
            let text = format!("{}: a packed image, which wasmi doesn't run", path.display());
            Err(Failure::new(ExitStatus::BadImage, text))
        }
        _ => Ok(file),
    }
}

fn signed(
    path: &Path,
    file: &'static [u8],
    choice: EngineChoice,
    authority: &Authority,
) -> Result<Program, Failure> {
    let image = authority.verify(path, file)?;
    let part = part_for(&image, choice).ok_or_else(|| {
        let wanted = match choice {
            EngineChoice::Packed => "packed bytecode",
            EngineChoice::Wasmi => "module",
            EngineChoice::Auto | EngineChoice::Both => "part that an engine of this tool runs",
        };
        Failure::new(ExitStatus::BadImage, format!("{}: it has no {wanted}", path.display()))
    })?;
    let refuse = |error| refused(path, error);
    let contents = image.contents();
    let signed = Signed {
        container: image.container(),
        sequence: image.sequence(),
        effective: contents.effective().map_err(refuse)?,
        policy: contents.payload(Part::Policy).map(Policy::parse).transpose().map_err(refuse)?,
    };
    // Packed code is read by words: a copy begins at one, wherever it lies in the file.
    Ok(Program { code: part.to_vec().leak(), signed: Some(signed) })
}

/// The code that an engine takes, the best first.
fn part_for<'a>(image: &Image<'a>, choice: EngineChoice) -> Option<&'a [u8]> {
    let packed = (choice != EngineChoice::Wasmi).then(|| image.part(Part::Packed)).flatten();
    packed.or_else(|| if choice == EngineChoice::Packed { None } else { image.part(Part::Module) })
}

impl Signed {
    /// What the policy has in the place of the command line's options.
    pub(crate) fn settings(&self) -> ContainerSettings {
        let mut settings =
            ContainerSettings { name: Some(self.container.to_owned()), ..ContainerSettings::default() };
        let Some(policy) = &self.policy else { return settings };
        settings.args = policy.args.iter().map(str::to_owned).collect();
        settings.env = policy.env.iter().map(str::to_owned).collect();
        settings
    }

    /// What the policy decides beside names and texts.
    pub(crate) fn options(&self) -> ContainerOptions<'static> {
        let mut options = ContainerOptions { permissions: self.effective, ..ContainerOptions::default() };
        if let Some(policy) = &self.policy {
            options.set_policy(policy);
            options.devices = policy.devices;
        }
        options
    }

    /// What it may do and what not, in one line.
    pub(crate) fn describe(&self) -> String {
        let list =
            |texts: Vec<String>| if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") };
        let allowed = list(self.effective.iter().map(|meet| meet.to_string()).collect());
        let refused = list(self.effective.refused().map(|asked| asked.to_string()).collect());
        let sequence = self.sequence;
        format!("verified, sequence number {sequence}; granted: {allowed}; asked for in vain: {refused}")
    }

    /// What the policy says that a simulation doesn't carry out.
    pub(crate) fn left_out(&self) -> Vec<&'static str> {
        let Some(policy) = &self.policy else { return Vec::new() };
        let fault = &policy.fault;
        let all = [
            (policy.budgets.activation_ms.is_some(), "activation_ms"),
            (fault.action != FaultAction::Stop || fault.quarantine_after.is_some(), "fault"),
        ];
        all.into_iter().filter_map(|(is_said, what)| is_said.then_some(what)).collect()
    }
}
