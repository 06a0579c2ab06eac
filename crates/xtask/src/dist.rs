// SPDX-License-Identifier: Apache-2.0
//! Packages for people without Rust: the archive, its header, the ports, and what says what is in it.
//!
//! One package a target, `sampan-VERSION-TARGET.tar.gz`, the same bytes whoever makes it from the same sources
//! with the same compiler. It is laid out as an install prefix, so that CMake and pkg-config find it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cross;
use crate::run::{output, root, run, target_dir};
use crate::sizes;

/// Files of the tree that go in as they are: what, and where to.
const COPIED: [(&str, &str); 5] = [
    ("include/sampan.h", "include/sampan.h"),
    ("LICENSE", "LICENSE"),
    ("dist/README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    // What makes the directory a Zephyr module.
    ("zephyr/module.yml", "zephyr/module.yml"),
];

/// Directories of ports, of which what a user compiles goes in; tests, samples and boards don't.
const PORTS: [&str; 4] = ["ports/baremetal", "ports/crypto", "ports/freertos", "ports/zephyr"];
const NOT_PACKAGED: [&str; 4] = ["tests", "sample", "samples", "boards"];

/// Files that are filled in: what, and where to.
const FILLED: [(&str, &str); 3] = [
    ("dist/sampan-config.cmake.in", "lib/cmake/sampan/sampan-config.cmake"),
    ("dist/sampan-config-version.cmake.in", "lib/cmake/sampan/sampan-config-version.cmake"),
    ("dist/sampan.pc.in", "lib/pkgconfig/sampan.pc"),
];

/// `cargo xtask dist --target TARGET [--features A,B] [--no-default-features]`: prints the package's path.
pub(crate) fn main(args: &[String]) -> Result<(), String> {
    let archive = cross::build_archive(args)?;
    let target = args.iter().skip_while(|arg| *arg != "--target").nth(1).ok_or("dist needs --target")?;
    let name = format!("sampan-{}-{target}", env!("CARGO_PKG_VERSION"));
    let out = target_dir().join("dist");
    let package = out.join(&name);
    if package.exists() {
        std::fs::remove_dir_all(&package).map_err(|error| describe(&package, &error))?;
    }
    copy(&archive, &package.join("lib/libsampan.a"))?;
    for (from, to) in COPIED {
        copy(&root().join(from), &package.join(to))?;
    }
    for port in PORTS.iter().map(Path::new).filter(|port| root().join(port).exists()) {
        copy_port(&root().join(port), &package.join(port))?;
    }
    for (from, to) in FILLED {
        let text = read(&root().join(from))?
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@TARGET@", target);
        write(&package.join(to), &text)?;
    }
    write(&package.join("SIZES.txt"), &size_table(target, &archive)?)?;
    write(&package.join("LICENSES.txt"), &licences(target, args)?)?;
    write(&package.join("sbom.cdx.json"), &bill_of_materials(target)?)?;
    write(&package.join("SHA256SUMS"), &checksums(&package)?)?;
    let file = out.join(format!("{name}.tar.gz"));
    tar(&out, &name, &file)?;
    println!("{}", file.display());
    Ok(())
}

/// Puts the directory `name` of `dir` into an archive: owners, times and order would differ from one machine to
/// another.
pub(crate) fn tar(dir: &Path, name: &str, file: &Path) -> Result<(), String> {
    let options =
        ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"];
    let mut command = Command::new("tar");
    command.args(options).arg("--use-compress-program=gzip -n9").arg("-cf").arg(file).arg("-C").arg(dir);
    run(command.arg(name))
}

/// What a program of this toolchain takes, part by part.
fn size_table(target: &str, archive: &Path) -> Result<String, String> {
    let mut table = format!("{:<28} {:>10} {:>10}\n", "part", "flash", "ram");
    for (part, flash, ram) in sizes::table(target, archive)? {
        table.push_str(&format!("{part:<28} {flash:>10} {ram:>10}\n"));
    }
    Ok(table)
}

/// Every crate that is in the archive, with its licence.
pub(crate) fn licences(target: &str, args: &[String]) -> Result<String, String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([
        "tree",
        "--locked",
        "--package",
        "sampan-staticlib",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]);
    command.args(["--format", "{p} {l}", "--target", target]).current_dir(root());
    let features = args.iter().skip_while(|arg| !arg.starts_with("--features"));
    command.args(features.take(2)).args(args.iter().filter(|arg| *arg == "--no-default-features"));
    let listing = output(&mut command)?;
    let mut lines: Vec<String> = listing
        .lines()
        .map(|line| {
            // `name v1.2.3 (/path) licence`: where it was built is nobody's business.
            let line = line.trim_end_matches(" (*)");
            match (line.split_once(" ("), line.split_once(") ")) {
                (Some((name, _)), Some((_, licence))) => format!("{name} {licence}"),
                _ => line.to_owned(),
            }
        })
        .collect();
    lines.sort();
    lines.dedup();
    Ok(lines.join("\n") + "\n")
}

/// The CycloneDX document that cargo-cyclonedx makes of the archive's crate, without where it was built.
pub(crate) fn bill_of_materials(target: &str) -> Result<String, String> {
    let crate_dir = root().join("crates/sampan-staticlib");
    let mut command = Command::new("cargo");
    command.args(["cyclonedx", "--format", "json", "--target", target]);
    command.args(["--override-filename", "dist-sbom", "--manifest-path"]).arg(crate_dir.join("Cargo.toml"));
    // Without a date and a serial number of its own, the same input gives the same document.
    command.env("SOURCE_DATE_EPOCH", "0").current_dir(root());
    run(&mut command)?;
    // It leaves one beside each manifest of the workspace.
    let mut found = None;
    for manifest in manifests()? {
        let file = manifest.with_file_name("dist-sbom.json");
        if manifest.parent() == Some(&crate_dir) {
            found = Some(read(&file)?.replace(&format!("{}/", root().display()), "/"));
        }
        if file.exists() {
            std::fs::remove_file(&file).map_err(|error| describe(&file, &error))?;
        }
    }
    found.ok_or_else(|| "cargo cyclonedx wrote nothing".into())
}

/// Manifests of the workspace's members.
fn manifests() -> Result<Vec<PathBuf>, String> {
    let listing = output(Command::new("git").args(["ls-files", "*Cargo.toml"]).current_dir(root()))?;
    Ok(listing.lines().map(|line| root().join(line)).collect())
}

/// As `sha256sum --check` reads them.
pub(crate) fn checksums(package: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    walk(package, &mut files)?;
    files.sort();
    let names = files.iter().map(|file| file.strip_prefix(package).unwrap_or(file));
    output(Command::new("sha256sum").args(names).current_dir(package))
}

pub(crate) fn walk(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    for entry in std::fs::read_dir(dir).map_err(|error| describe(dir, &error))? {
        let path = entry.map_err(|error| describe(dir, &error))?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

pub(crate) fn copy_port(from: &Path, to: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    walk(from, &mut files)?;
    for file in files {
        let Ok(inner) = file.strip_prefix(from) else { continue };
        let first = inner.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        if first.is_some_and(|first| !NOT_PACKAGED.iter().any(|left_out| first.starts_with(left_out))) {
            copy(&file, &to.join(inner))?;
        }
    }
    Ok(())
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    make_parent(to)?;
    std::fs::copy(from, to).map(|_| ()).map_err(|error| describe(from, &error))
}

pub(crate) fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| describe(path, &error))
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    make_parent(path)?;
    std::fs::write(path, text).map_err(|error| describe(path, &error))
}

fn make_parent(path: &Path) -> Result<(), String> {
    let Some(parent) = path.parent() else { return Ok(()) };
    std::fs::create_dir_all(parent).map_err(|error| describe(parent, &error))
}

pub(crate) fn describe(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
