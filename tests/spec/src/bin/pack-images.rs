// SPDX-License-Identifier: Apache-2.0
//! `pack-images FROM TO`: packs every `.wasm` in folder FROM into folder TO, as `.spk`; for the benchmark.
#![forbid(unsafe_code)]

use sampan_pack::{Options, pack};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [from, to] = args.as_slice() else {
        eprintln!("usage: pack-images FROM TO");
        return ExitCode::from(2);
    };
    match pack_all(Path::new(from), Path::new(to)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("pack-images: {message}");
            ExitCode::FAILURE
        }
    }
}

fn pack_all(from: &Path, to: &Path) -> Result<(), String> {
    let describe = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(to).map_err(|error| describe(to, error))?;
    for entry in std::fs::read_dir(from).map_err(|error| describe(from, error))? {
        let path = entry.map_err(|error| describe(from, error))?.path();
        if path.extension().is_none_or(|extension| extension != "wasm") {
            continue;
        }
        let wasm = std::fs::read(&path).map_err(|error| describe(&path, error))?;
        let packed =
            pack(&wasm, &Options::default()).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().unwrap_or_default();
        let target = to.join(name).with_extension("spk");
        std::fs::write(&target, packed.image).map_err(|error| describe(&target, error))?;
    }
    Ok(())
}
