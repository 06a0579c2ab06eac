// SPDX-License-Identifier: Apache-2.0
//! Files that are images: reading them, and making packed ones of modules.

use crate::arguments::PackArguments;
use crate::exit::ExitStatus;
use crate::run::Failure;
use crate::signing;
use crate::trimmed;
use crate::units::size;
use sampan_pack::PackError;
use sampan_packed_format::Disassembled;
use sampan_packed_format::image::{FUNCTION_WORDS, HEADER_WORDS, Header, Layout, UNBOUNDED};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No file larger than this is read: far more than any microcontroller holds.
const MAX_IMAGE_BYTES: u64 = 32 << 20;
/// What a packed image of any version begins with.
const PACKED_MAGIC: &[u8] = b"SPK";

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let fail = |status, text: String| Failure::new(status, format!("{}: {text}", path.display()));
    let unreadable = |error: std::io::Error| fail(ExitStatus::Unreadable, format!("can't be read: {error}"));
    let mut image = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_IMAGE_BYTES + 1).read_to_end(&mut image).map_err(unreadable)?;
    if image.len() as u64 > MAX_IMAGE_BYTES {
        let text = format!("larger than {}, the most that a module may have", size(MAX_IMAGE_BYTES as usize));
        return Err(fail(ExitStatus::BadImage, text));
    }
    Ok(image)
}

/// Whether a file is a packed image, by its first bytes.
pub(crate) fn is_packed(file: &[u8]) -> bool {
    file.starts_with(PACKED_MAGIC)
}

pub(crate) fn refused(path: &Path, error: &PackError) -> Failure {
    Failure::new(ExitStatus::BadImage, format!("{}: can't be packed: {error}", path.display()))
}

/// `sampan pack`: writes the image, and its debug map where that is wanted; tells what it takes to run.
pub(crate) fn pack(arguments: &PackArguments) -> Result<String, Failure> {
    if arguments.file.extension().is_some_and(|extension| extension == "toml") {
        return signing::pack(arguments);
    }
    if !arguments.key.is_empty() {
        let text = "--key signs the image of a description: a packed image alone is never signed";
        return Err(Failure::new(ExitStatus::Usage, text));
    }
    let wasm = read(&arguments.file)?;
    let module = trimmed::trim(&arguments.file, &wasm, arguments.keep_names)?;
    let image = module.pack(&arguments.file, arguments)?;
    let output = arguments.output.clone().unwrap_or_else(|| arguments.file.with_extension("spk"));
    write(&output, &image)?;
    let header = header(&image).ok_or_else(|| Failure::new(ExitStatus::Internal, "made no valid image"))?;
    let done = module.conclude(&wasm, &output, arguments)?;
    Ok(format!("{}: {}\n{done}", output.display(), summary(&header)))
}

/// Writes a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| {
        Failure::new(ExitStatus::Output, format!("{}: can't be written: {error}", path.display()))
    })
}

/// What an image takes to run, in one line.
fn summary(header: &Header) -> String {
    let stack = match header.stack_bytes {
        UNBOUNDED => "stack without bound (it recurses)".to_owned(),
        bytes => format!("stack {bytes}"),
    };
    format!(
        "{} bytes, build {:016x}, {} functions, code {} words, memory {} of at most {}, {stack}, \
         {} words at most between looks at the fuel",
        header.image_bytes,
        header.build_id,
        header.defined,
        header.code_words,
        header.memory_bytes,
        header.memory_limit,
        header.longest_run,
    )
}

/// `sampan disasm`: the code of an image, function by function.
pub(crate) fn disassemble(path: &Path) -> Result<String, Failure> {
    let image = read(path)?;
    let broken = || Failure::new(ExitStatus::BadImage, format!("{}: not a packed image", path.display()));
    let header = header(&image).ok_or_else(broken)?;
    let layout = Layout::of(&header).ok_or_else(broken)?;
    let section = |start: u32, end: u32| image.get(start as usize..end as usize).map(words);
    let functions: Vec<u32> = section(layout.functions, layout.code).ok_or_else(broken)?.collect();
    let starts: Vec<u32> =
        functions.chunks(FUNCTION_WORDS).filter_map(|record| record.first().copied()).collect();
    let mut text = format!("{}\n", summary(&header));
    for (position, word) in (0..).zip(section(layout.code, layout.constants).ok_or_else(broken)?) {
        for (number, _) in starts.iter().enumerate().filter(|(_, start)| **start == position) {
            let slots = functions.get(number * FUNCTION_WORDS + 1).map_or(0, |word| word & 0xffff);
            // Writing to a string can't fail.
            let _ = write!(text, "\nf{number}: {slots} slots\n");
        }
        let _ = writeln!(text, "{position:6}  {word:08x}  {}", Disassembled { word, position });
    }
    for (number, word) in section(layout.constants, layout.globals).ok_or_else(broken)?.enumerate() {
        let _ = writeln!(text, "{}k{number} = {word:#x}", if number == 0 { "\n" } else { "" });
    }
    Ok(text)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let quads = bytes.chunks_exact(4);
    quads.map(|quad| quad.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)))
}

fn header(image: &[u8]) -> Option<Header> {
    let mut first = [0; HEADER_WORDS];
    let given = image.get(..HEADER_WORDS * 4)?;
    first.iter_mut().zip(words(given)).for_each(|(place, word)| *place = word);
    Header::from_words(&first)
}
