// SPDX-License-Identifier: Apache-2.0
//! Packages in the forms that other worlds take: a component for ESP-IDF, and a CMSIS-Pack.
//!
//! Each has archives for several targets, with the packed engine alone, and the ports' sources from where
//! [`dist`](crate::dist) takes them. The same bytes whoever makes them, as there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cross;
use crate::dist::{
    bill_of_materials, checksums, copy, copy_port, describe, licences, read, tar, walk, write,
};
use crate::run::{root, run, target_dir};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The engine that every part has room for. wasmi runs on a stack of its own, which ESP-IDF's guard stops.
const FEATURES: [&str; 3] = ["--no-default-features", "--features", "packed"];

/// Targets of chips with one RISC-V core, and what the component calls them.
const ESP_TARGETS: [(&str, &str); 2] =
    [("riscv32imc-unknown-none-elf", "riscv32imc"), ("riscv32imac-unknown-none-elf", "riscv32imac")];

/// Targets that the pack has an archive for; its conditions say which core takes which.
const CORTEX_M_TARGETS: [&str; 6] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabi",
    "thumbv8m.main-none-eabihf",
];

/// What the component has of the FreeRTOS port.
const ESP_PORT: [&str; 5] = ["port.c", "port.h", "task.c", "kernel_needs.h", "sampan_freertos.h"];

/// Seconds since 1970 of every file in a zip archive, whose time can't be earlier than 1980.
const ZIP_TIME: &str = "@315532800";

/// `cargo xtask esp-idf`: prints the path of the component, which unpacks into `components/`.
pub(crate) fn esp_idf(args: &[String]) -> Result<(), String> {
    let out = begin("esp-idf", args)?;
    let component = out.join("sampan");
    for (target, isa) in ESP_TARGETS {
        copy(&archive(target)?, &component.join("lib").join(isa).join("libsampan.a"))?;
    }
    copy_port(&root().join("ports/esp-idf"), &component)?;
    for name in ESP_PORT {
        copy(&root().join("ports/freertos").join(name), &component.join("port").join(name))?;
    }
    fill(&component.join("idf_component.yml.in"), &component.join("idf_component.yml"))?;
    remove(&component.join("idf_component.yml.in"))?;
    finish(&component, ESP_TARGETS[0].0)?;
    let file = target_dir().join("dist").join(format!("sampan-esp-idf-{VERSION}.tar.gz"));
    tar(&out, "sampan", &file)?;
    println!("{}", file.display());
    Ok(())
}

/// `cargo xtask cmsis-pack`: prints the path of the pack.
pub(crate) fn cmsis_pack(args: &[String]) -> Result<(), String> {
    let pack = begin("cmsis-pack", args)?;
    for target in CORTEX_M_TARGETS {
        copy(&archive(target)?, &pack.join("lib").join(target).join("libsampan.a"))?;
    }
    for port in ["ports/baremetal", "ports/freertos"] {
        copy_port(&root().join(port), &pack.join(port))?;
    }
    copy(&root().join("dist/cmsis-pack.md"), &pack.join("README.md"))?;
    fill(&root().join("dist/Sampan.Sampan.pdsc.in"), &pack.join("Sampan.Sampan.pdsc"))?;
    finish(&pack, CORTEX_M_TARGETS[0])?;
    let file = target_dir().join("dist").join(format!("Sampan.Sampan.{VERSION}.pack"));
    zip(&pack, &file)?;
    println!("{}", file.display());
    Ok(())
}

/// An empty directory to make the package in.
fn begin(name: &str, args: &[String]) -> Result<PathBuf, String> {
    if let Some(arg) = args.first() {
        return Err(format!("{name} takes no argument such as {arg}"));
    }
    let dir = target_dir().join("dist").join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(|error| describe(&dir, &error))?;
    }
    Ok(dir)
}

fn archive(target: &str) -> Result<PathBuf, String> {
    cross::build_archive(&features_for(target))
}

fn features_for(target: &str) -> Vec<String> {
    ["--target", target].iter().chain(&FEATURES).map(|arg| (*arg).to_owned()).collect()
}

/// What every package has beside its own: the header, licences, what is in it, and checksums of all.
fn finish(package: &Path, target: &str) -> Result<(), String> {
    for name in ["LICENSE", "CHANGELOG.md", "include/sampan.h"] {
        copy(&root().join(name), &package.join(name))?;
    }
    write(&package.join("LICENSES.txt"), &licences(target, &features_for(target))?)?;
    write(&package.join("sbom.cdx.json"), &bill_of_materials(target)?)?;
    write(&package.join("SHA256SUMS"), &checksums(package)?)
}

fn fill(from: &Path, to: &Path) -> Result<(), String> {
    write(to, &read(from)?.replace("@VERSION@", VERSION))
}

fn remove(path: &Path) -> Result<(), String> {
    std::fs::remove_file(path).map_err(|error| describe(path, &error))
}

/// Puts everything in `dir` into a zip archive, in order and with one time.
fn zip(dir: &Path, file: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    walk(dir, &mut files)?;
    files.sort();
    run(Command::new("touch").args(["--date", ZIP_TIME]).args(&files))?;
    run(Command::new("chmod").arg("644").args(&files))?;
    if file.exists() {
        remove(file)?;
    }
    let mut command = Command::new("zip");
    // -X: no owners. The time is that of the zone.
    command.args(["-q", "-9", "-X"]).arg(file).env("TZ", "UTC").current_dir(dir);
    command.args(files.iter().map(|path| path.strip_prefix(dir).unwrap_or(path))).stdout(Stdio::null());
    run(&mut command)
}
