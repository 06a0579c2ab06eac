// SPDX-License-Identifier: Apache-2.0
//! What `sampan pack` does to a module before it goes into an image: sections for tools are kept in a side file
//! instead, and memory that nothing reaches is cut.

use crate::arguments::PackArguments;
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use crate::signing::hex;
use crate::units::size;
use sampan_image::{Crypto, RustCrypto};
use sampan_pack::{MemorySize, Options, Packed, Trimmed};
use std::path::Path;

/// A module for an image.
pub(crate) struct ForImage {
    pub(crate) trimmed: Trimmed,
    /// Its name among the builds of all modules, in hexadecimal.
    pub(crate) build_id: String,
}

/// Trims a module that was read from `path`.
pub(crate) fn trim(path: &Path, wasm: &[u8], keep_names: bool) -> Result<ForImage, Failure> {
    let trimmed = sampan_pack::trim(wasm, keep_names).map_err(|error| image::refused(path, &error))?;
    let build_id = name_of(trimmed.build_id.as_deref(), &trimmed.module)
        .ok_or_else(|| Failure::new(ExitStatus::Internal, "no digest can be made of a module"))?;
    Ok(ForImage { trimmed, build_id })
}

/// The build id of a module out of an image.
pub(crate) fn build_id(module: &[u8]) -> Option<String> {
    name_of(sampan_pack::trim(module, true).ok()?.build_id.as_deref(), module)
}

/// The linker's, or the SHA-256 of the module.
fn name_of(own: Option<&[u8]>, module: &[u8]) -> Option<String> {
    own.map(hex).or_else(|| RustCrypto.sha256(&[module]).ok().map(hex))
}

impl ForImage {
    /// Packs it; the debug map is of the module as it was.
    pub(crate) fn pack(&self, path: &Path, arguments: &PackArguments) -> Result<Vec<u8>, Failure> {
        let options = Options {
            memory_bytes: arguments.memory,
            table_entries: arguments.table_entries.unwrap_or(Options::default().table_entries),
        };
        let packed = sampan_pack::pack(&self.trimmed.module, &options);
        let Packed { image, mut debug_map } = packed.map_err(|error| image::refused(path, &error))?;
        if let Some(path) = &arguments.debug_map {
            self.trimmed.restore(&mut debug_map);
            image::write(path, debug_map.to_text().as_bytes())?;
        }
        Ok(image)
    }

    /// Keeps the module as it was beside `output`, if it has lost what a debugger wants; tells what was done.
    pub(crate) fn conclude(
        &self,
        original: &[u8],
        output: &Path,
        arguments: &PackArguments,
    ) -> Result<String, Failure> {
        let mut text = String::new();
        if self.trimmed.has_lost_debug() {
            let directory = arguments.debug_dir.as_deref().or(output.parent()).unwrap_or(Path::new(""));
            let file = directory.join(format!("{}.debug.wasm", self.build_id));
            image::write(&file, original)?;
            let sections = self.trimmed.removed.len();
            let bytes: usize = self.trimmed.removed.iter().map(|(_, bytes)| bytes).sum();
            text = format!(
                "stripped {sections} sections, {} bytes; the module with them: {}\n",
                bytes,
                file.display()
            );
        }
        match &self.trimmed.memory {
            MemorySize::Fits => {}
            MemorySize::Cut { from, to } => {
                let (from, to) = (size(*from as usize), size(*to as usize));
                text += &format!("memory cut from {from} to {to}: nothing reaches beyond __heap_base\n");
            }
            MemorySize::Left { bytes, why } => {
                text += &format!("memory left at {}: {why}\n", size(*bytes as usize));
            }
        }
        Ok(text)
    }
}
