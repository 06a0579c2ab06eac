// SPDX-License-Identifier: Apache-2.0
//! Cargo for a microcontroller, whichever Rust the machine has.
//!
//! A target's `core` comes precompiled with rustup. Where it doesn't, because rustup can't download or
//! because Rust is Debian's, it is built from source (`-Zbuild-std`) by the compiler that has the source beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{output, root, run, target_dir};

/// Profile that firmware's archive is built with; see the workspace's Cargo.toml.
const FIRMWARE_PROFILE: &str = "firmware";

/// One Rust installation.
struct Toolchain {
    cargo: PathBuf,
    rustc: PathBuf,
}

impl Toolchain {
    /// The one that runs this program.
    fn current() -> Self {
        let tool = |variable: &str, name: &str| {
            std::env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from)
        };
        Self { cargo: tool("CARGO", "cargo"), rustc: tool("RUSTC", "rustc") }
    }

    /// Debian's, which has the source of `core` in the package rust-web-src.
    fn debian() -> Self {
        Self { cargo: "/usr/bin/cargo".into(), rustc: "/usr/bin/rustc".into() }
    }

    /// Whether it has a precompiled `core` for `target`.
    fn has_target(&self, target: &str) -> Result<bool, String> {
        let dir = output(Command::new(&self.rustc).args(["--print", "target-libdir", "--target", target]))?;
        let Ok(entries) = std::fs::read_dir(dir.trim()) else { return Ok(false) };
        Ok(entries.flatten().any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with("libcore-") && name.ends_with(".rlib")
        }))
    }

    /// Whether it has the source of `core`.
    fn has_source(&self) -> bool {
        output(Command::new(&self.rustc).args(["--print", "sysroot"]))
            .is_ok_and(|dir| Path::new(dir.trim()).join("lib/rustlib/src/rust/library/Cargo.toml").exists())
    }

    /// Cargo of this installation. Debian's finds its own rustc and clippy, whatever rustup has set up.
    fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        if let Some(bin) = self.rustc.parent().filter(|bin| bin.is_absolute()) {
            let path = std::env::var("PATH").unwrap_or_default();
            command.env("RUSTC", &self.rustc).env("PATH", format!("{}:{path}", bin.display()));
        }
        command.current_dir(root());
        command
    }
}

/// A cargo command that builds for `target`: everything but the arguments after the subcommand.
fn cargo_for(target: &str, subcommand: &str, rustflags: &[String]) -> Result<Command, String> {
    let forced = std::env::var("SAMPAN_RUST").is_ok_and(|choice| choice == "debian");
    let current = if forced { Toolchain::debian() } else { Toolchain::current() };
    let precompiled = current.has_target(target)?;
    let toolchain = if precompiled || current.has_source() {
        current
    } else if Toolchain::debian().has_source() {
        Toolchain::debian()
    } else {
        return Err(format!("no Rust for {target} is installed; run: ci/setup rust-targets"));
    };
    let mut command = toolchain.cargo();
    command.arg(subcommand).args(["--locked", "--target", target]);
    if !precompiled {
        eprintln!("xtask: building core for {target} from source");
        command.env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=core,alloc");
    }
    if !rustflags.is_empty() {
        let quoted: Vec<String> = rustflags.iter().map(|flag| format!("{flag:?}")).collect();
        command.arg("--config").arg(format!("target.{target}.rustflags=[{}]", quoted.join(",")));
    }
    Ok(command)
}

/// `cargo xtask cross TARGET SUBCOMMAND ARGUMENTS...`
pub(crate) fn main(args: &[String]) -> Result<(), String> {
    let [target, subcommand, rest @ ..] = args else {
        return Err("cross needs a target and what cargo shall do".into());
    };
    // What is built as firmware's archive is gets the same flags.
    let is_firmware = rest.windows(2).any(|pair| pair == ["--profile", FIRMWARE_PROFILE]);
    let flags = if is_firmware { firmware_flags() } else { Vec::new() };
    run(cargo_for(target, subcommand, &flags)?.args(rest))
}

/// Flags of the archive. Paths are cut short, since panic messages carry them into flash, and so that the
/// archive is the same wherever it's built; names are v0-mangled, since `xtask sizes` reads crates out of them. SHA-256
/// is the small one: 1 KB instead of 8.
fn firmware_flags() -> Vec<String> {
    let mut flags =
        vec!["-Csymbol-mangling-version=v0".into(), "--cfg=sha2_backend_soft=\"compact\"".to_owned()];
    let mut remap = |dir: &Path| flags.push(format!("--remap-path-prefix={}/=", dir.display()));
    remap(&root());
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let sources = cargo_home.or(home).map(|dir| dir.join("registry/src"));
    let registries = sources.and_then(|dir| std::fs::read_dir(dir).ok());
    let mut dirs: Vec<PathBuf> =
        registries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    dirs.sort();
    for dir in &dirs {
        remap(dir);
    }
    flags
}

/// `cargo xtask staticlib --target TARGET [--features A,B] [--no-default-features]`
pub(crate) fn staticlib(args: &[String]) -> Result<(), String> {
    println!("{}", build_archive(args)?.display());
    Ok(())
}

/// Builds the archive that the arguments of `staticlib` describe, and says where it is.
pub(crate) fn build_archive(args: &[String]) -> Result<PathBuf, String> {
    let mut target = None;
    let mut feature_args = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--target" => target = rest.next(),
            "--features" => {
                let features = rest.next().ok_or("--features needs a list")?;
                feature_args.extend(["--features".to_owned(), features.clone()]);
            }
            "--no-default-features" => feature_args.push(arg.clone()),
            other => return Err(format!("there is no option {other}")),
        }
    }
    let target = target.ok_or("--target is missing")?;
    // The sources are there before the flags are made of where they are.
    run(Toolchain::current().cargo().args(["fetch", "--quiet", "--locked"]).current_dir(root()))?;
    let flags = firmware_flags();
    let mut command = cargo_for(target, "build", &flags)?;
    run(command.args(["--package", "sampan-staticlib", "--profile", FIRMWARE_PROFILE]).args(&feature_args))?;
    let archive = target_dir().join(target).join(FIRMWARE_PROFILE).join("libsampan.a");
    if !archive.exists() {
        return Err(format!("cargo made no {}", archive.display()));
    }
    Ok(archive)
}
