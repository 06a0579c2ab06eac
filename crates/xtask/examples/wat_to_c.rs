// SPDX-License-Identifier: Apache-2.0
//! Turns WebAssembly text into C arrays, so that a C program can carry the modules of its tests.
//!
//! `wat_to_c OUT_DIR FILE.wat...` writes `modules.h`, which names each module by its file, and `modules.c`; and each as
//! a `.wasm` file, for tools.
//! The arrays are const and as long as the module: reading past one is a sanitizer's finding.
#![forbid(unsafe_code)]

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

const HEADER_START: &str = "\
#ifndef MODULES_H
#define MODULES_H

#include <stddef.h>
#include <stdint.h>

struct module {
  const char *name;
  const uint8_t *bytes;
  size_t len;
};

/* All of them, and how many. */
extern const struct module *const modules[];
extern const size_t modules_len;

";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.split_first() {
        Some((dir, files)) if !files.is_empty() => generate(Path::new(dir), files),
        _ => Err("usage: wat_to_c OUT_DIR FILE.wat...".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("wat_to_c: {message}");
            ExitCode::FAILURE
        }
    }
}

fn generate(dir: &Path, files: &[String]) -> Result<(), String> {
    let mut header = HEADER_START.to_owned();
    let mut source = "#include \"modules.h\"\n".to_owned();
    let mut names = Vec::new();
    for file in files {
        let name = identifier(Path::new(file))?;
        let bytes = wat::parse_file(file).map_err(|error| error.to_string())?;
        let module = dir.join(name).with_extension("wasm");
        std::fs::write(&module, &bytes).map_err(|error| format!("{}: {error}", module.display()))?;
        let _ = writeln!(header, "extern const struct module module_{name};");
        let _ =
            writeln!(source, "\nstatic const uint8_t {name}_bytes[{}] = {{{}}};", bytes.len(), list(&bytes));
        let _ = writeln!(
            source,
            "const struct module module_{name} = {{\"{name}\", {name}_bytes, sizeof {name}_bytes}};"
        );
        names.push(format!("  &module_{name},\n"));
    }
    header.push_str("\n#endif\n");
    let _ = writeln!(source, "\nconst struct module *const modules[] = {{\n{}}};", names.concat());
    let _ = writeln!(source, "const size_t modules_len = sizeof modules / sizeof modules[0];");
    write(&dir.join("modules.h"), &header)?;
    write(&dir.join("modules.c"), &source)
}

/// The file's name without its ending, if C takes it.
fn identifier(file: &Path) -> Result<&str, String> {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or("");
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(allowed) {
        return Err(format!("{}: its name is no C identifier", file.display()));
    }
    Ok(name)
}

/// Bytes as an initialiser, sixteen a line.
fn list(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (idx, byte) in bytes.iter().enumerate() {
        text.push_str(if idx % 16 == 0 { "\n  " } else { " " });
        let _ = write!(text, "{byte},");
    }
    text.push('\n');
    text
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
