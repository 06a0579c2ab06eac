// SPDX-License-Identifier: Apache-2.0
//! Flash and RAM of the library, crate by crate, as a linker leaves it.
//!
//! The archive is linked with every public function kept and everything that these don't reach dropped, against the
//! C library that firmware has. The linker's map says which input sections stayed and how large they
//! are; an input section has one function or one object, and its name says whose. Constants have
//! no name of their own: they belong to whoever refers to them, by the archive's relocations.
//! So every byte is somebody's, and the parts add up to the whole.
//!
//! Code that was inlined counts where its source is, by the line table; what of it is the standard library's goes
//! with the code before it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Command;

use crate::mangle::crate_of;
use crate::run::{output, run, target_dir};

/// What a part needs, in bytes.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
struct Size {
    flash: u64,
    ram: u64,
}

/// C toolchain of a target: program prefix, flags, and libraries.
struct CToolchain {
    prefix: &'static str,
    flags: &'static [&'static str],
}

impl CToolchain {
    fn of(target: &str) -> Result<Self, String> {
        let arm = |flags| Ok(Self { prefix: "arm-none-eabi-", flags });
        match target {
            "thumbv6m-none-eabi" => arm(&["-mthumb", "-mcpu=cortex-m0"]),
            "thumbv7m-none-eabi" => arm(&["-mthumb", "-mcpu=cortex-m3"]),
            "thumbv7em-none-eabi" => arm(&["-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=soft"]),
            "thumbv7em-none-eabihf" => {
                arm(&["-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"])
            }
            "thumbv8m.main-none-eabi" => arm(&["-mthumb", "-mcpu=cortex-m33+nodsp", "-mfloat-abi=soft"]),
            "thumbv8m.main-none-eabihf" => {
                arm(&["-mthumb", "-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"])
            }
            "riscv32imac-unknown-none-elf" => Ok(Self {
                prefix: "riscv64-unknown-elf-",
                flags: &[
                    "-march=rv32imac",
                    "-mabi=ilp32",
                    "--specs=picolibc.specs",
                    "-msave-restore",
                    // picolibc's own linker script has room for 64 KB.
                    "-Wl,--defsym=__flash_size=0x1000000",
                ],
            }),
            _ => Err(format!("no C toolchain known for {target}")),
        }
    }

    fn tool(&self, name: &str) -> Command {
        Command::new(format!("{}{name}", self.prefix))
    }
}

/// `cargo xtask sizes TARGET ARCHIVE`: one JSON object, {part: {flash, ram}}.
pub(crate) fn main(args: &[String]) -> Result<(), String> {
    let [target, archive] = args else { return Err("sizes needs a target and an archive".into()) };
    let fields: Vec<String> = table(target, Path::new(archive))?
        .iter()
        .map(|(part, flash, ram)| format!("\"{part}\":{{\"flash\":{flash},\"ram\":{ram}}}"))
        .collect();
    println!("{{{}}}", fields.join(","));
    Ok(())
}

/// What the functions for signed images begin with: a firmware that calls none of them pays for none.
const SIGNED: [&str; 2] = ["sampan_trust_", "sampan_image_"];

/// Those of them that firmware can do without: they only tell what an image or the trust store holds.
const TELLING: [&str; 7] = [
    "sampan_image_part",
    "sampan_image_permission",
    "sampan_image_policy",
    "sampan_image_signer",
    "sampan_image_verify",
    "sampan_trust_key",
    "sampan_trust_sequence",
];

/// Crates that verify ES256, and nothing else.
const ES256: [&str; 14] = [
    "p256",
    "ecdsa",
    "elliptic_curve",
    "primeorder",
    "primefield",
    "crypto_bigint",
    "ff",
    "group",
    "wnaf",
    "subtle",
    "ctutils",
    "cmov",
    "sec1",
    "signature",
];

/// Flash and RAM of each part of the archive, in bytes: of firmware without signed images; and what it takes to run these,
/// with the built-in ES256 (`signed`) and without it (`signed-parser`).
pub(crate) fn table(target: &str, archive: &Path) -> Result<Vec<(String, u64, u64)>, String> {
    let tools = CToolchain::of(target)?;
    let dir = target_dir().join("sizes").join(target);
    let whole = parts(&tools, &dir, archive, &TELLING)?;
    let mut parts = parts(&tools, &dir, archive, &SIGNED)?;
    let flash = |parts: &BTreeMap<String, Size>| parts.values().map(|size| size.flash).sum::<u64>();
    let signed = flash(&whole).saturating_sub(flash(&parts));
    let es256: u64 = ES256.iter().filter_map(|part| whole.get(*part)).map(|size| size.flash).sum();
    parts.insert("signed".into(), Size { flash: signed, ram: 0 });
    parts.insert("signed-parser".into(), Size { flash: signed.saturating_sub(es256), ram: 0 });
    parts.insert("container".into(), Size { flash: 0, ram: container_overhead(&tools, archive)? });
    Ok(parts.into_iter().map(|(part, size)| (part, size.flash, size.ram)).collect())
}

/// Flash and RAM of each part of what is linked of the archive without the functions that begin so.
fn parts(
    tools: &CToolchain,
    dir: &Path,
    archive: &Path,
    without: &[&str],
) -> Result<BTreeMap<String, Size>, String> {
    let map = link(tools, dir, archive, without)?;
    // Without debug information, in which LLVM has relocations for RISC-V that Debian's binutils don't know.
    let stripped = dir.join("stripped.a");
    run(tools.tool("objcopy").arg("--strip-debug").arg(archive).arg(&stripped))?;
    let relocations = output(tools.tool("objdump").arg("-r").arg(&stripped))?;
    let symbols = output(tools.tool("objdump").args(["--syms", "--special-syms"]).arg(&stripped))?;
    let lines = output(
        tools.tool("readelf").args(["--wide", "--debug-dump=decodedline"]).arg(dir.join("sampan.elf")),
    )?;
    Ok(attribute(&kept_sections(&map), &references(&relocations, &homes(&symbols)), &sources(&lines)))
}

/// Bytes of the runtime's own data for one container: a constant of `sampan-capi`.
fn container_overhead(tools: &CToolchain, archive: &Path) -> Result<u64, String> {
    let missing = || "the archive doesn't tell its CONTAINER_OVERHEAD".to_owned();
    let symbols = output(tools.tool("objdump").arg("--syms").arg(archive))?;
    let symbol = symbols.lines().find(|line| line.ends_with("18CONTAINER_OVERHEAD")).ok_or_else(missing)?;
    let section = symbol.split_whitespace().find(|word| word.starts_with('.')).ok_or_else(missing)?;
    let contents = output(tools.tool("objdump").args(["-s", "-j", section]).arg(archive))?;
    // ` 0000 7c010000  |...`: the only data of its section, little-endian.
    let bytes = contents
        .lines()
        .find_map(|line| line.strip_prefix(" 0000 ")?.split_whitespace().next())
        .ok_or_else(missing)?;
    u32::from_str_radix(bytes, 16).map(|value| u64::from(value.swap_bytes())).map_err(|_| missing())
}

/// Links the archive alone, with every `sampan_` function as a root that begins otherwise than `without`, and returns
/// the linker's map.
fn link(tools: &CToolchain, dir: &Path, archive: &Path, without: &[&str]) -> Result<String, String> {
    let symbols = output(tools.tool("nm").args(["--quiet", "--defined-only", "--extern-only"]).arg(archive))?;
    let roots: Vec<&str> = symbols
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .filter(|name| name.starts_with("sampan_") && !without.iter().any(|start| name.starts_with(start)))
        .collect();
    let [first, ..] = roots.as_slice() else {
        return Err(format!("{} has no public function", archive.display()));
    };
    std::fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let map = dir.join("sampan.map");
    let mut command = tools.tool("gcc");
    command.args(tools.flags).args(["-nostartfiles", "-Wl,--gc-sections"]);
    command.arg(format!("-Wl,--entry={first}")).arg(format!("-Wl,-Map={}", map.display()));
    command.args(roots.iter().map(|root| format!("-Wl,--undefined={root}")));
    run(command.arg("-o").arg(dir.join("sampan.elf")).arg(archive))?;
    std::fs::read_to_string(&map).map_err(|error| format!("{}: {error}", map.display()))
}

/// An input section that the linker kept.
#[derive(Debug, PartialEq, Eq)]
struct Section<'m> {
    /// The output section that it's part of.
    output: &'m str,
    name: &'m str,
    address: u64,
    len: u64,
    file: &'m str,
}

/// Reads the kept input sections out of a GNU ld map.
fn kept_sections(map: &str) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    let (mut output, mut pending) = ("", None);
    let body = map.split_once("Linker script and memory map").map_or("", |(_, body)| body);
    for line in body.lines() {
        if line.starts_with('.') {
            output = line.split_whitespace().next().unwrap_or_default();
            pending = None;
            continue;
        }
        let mut words = line.split_whitespace().peekable();
        // ` .name  0xaddress  0xlen  file`, where a long name has a line of its own.
        if line.starts_with(" .") || line.starts_with(" COMMON") {
            pending = words.next();
        }
        let (Some(address), Some(len), Some(file)) = (hex(words.next()), hex(words.next()), words.next())
        else {
            continue;
        };
        if let Some(name) = pending.take()
            && len > 0
        {
            sections.push(Section { output, name, address, len, file });
        }
    }
    sections
}

fn hex(word: Option<&str>) -> Option<u64> {
    u64::from_str_radix(word?.strip_prefix("0x")?, 16).ok()
}

/// The section of each constant that the compiler named, from `objdump --syms`. Relocations for RISC-V name the
/// constant, though merged ones have one section together.
fn homes(listing: &str) -> HashMap<&str, &str> {
    let home = |line| {
        // `00000000 g     O .section<tab>00000000 .hidden anon.name`
        let (place, symbol): (&str, &str) = str::split_once(line, '\t')?;
        let name = symbol.split_whitespace().next_back().filter(|name| is_unnamed(name))?;
        Some((name, place.split_whitespace().next_back()?))
    };
    listing.lines().filter_map(home).collect()
}

/// For each item, the items that refer to it, from `objdump -r`.
fn references<'l>(listing: &'l str, homes: &HashMap<&'l str, &'l str>) -> HashMap<&'l str, Vec<&'l str>> {
    let mut references: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut from = "";
    for line in listing.lines() {
        if let Some(rest) = line.strip_prefix("RELOCATION RECORDS FOR [") {
            from = rest.trim_end_matches([']', ':']);
        } else if let Some(to) = line.split_whitespace().nth(2)
            && !from.starts_with(".debug")
        {
            let to = to.split("+0x").next().unwrap_or(to);
            let to = homes.get(to).unwrap_or(&to);
            references.entry(item(to)).or_default().push(item(from));
        }
    }
    references
}

/// Name of the function or object that a section has, as relocations refer to it.
fn item(section: &str) -> &str {
    [
        ".text.unlikely.",
        ".text.",
        ".rodata.",
        ".data.rel.ro.",
        ".data.",
        ".bss.",
        ".srodata.",
        ".sdata.",
        ".sbss.",
    ]
    .iter()
    .find_map(|prefix| section.strip_prefix(prefix))
    .unwrap_or(section)
}

/// For each address where the line table changes, the part whose source is there; `None` for the standard library.
fn sources(listing: &str) -> BTreeMap<u64, Option<&str>> {
    let mut sources = BTreeMap::new();
    let mut part = None;
    for line in listing.lines() {
        if let Some(path) = line.strip_suffix(':') {
            part = part_of_path(path.strip_prefix("CU: ").unwrap_or(path));
            continue;
        }
        let mut words = line.split_whitespace().skip(1);
        match (words.next(), hex(words.next())) {
            // The end of a function, where another one may begin.
            (Some("-"), Some(end)) => _ = sources.entry(end).or_insert(None),
            (_, Some(address)) => _ = sources.insert(address, part),
            _ => {}
        }
    }
    sources
}

/// Sources of the broker of host calls, a part by itself: what checks and does calls, and firmware's side of devices,
/// sockets and messages.
const BROKER: [(&str, &[&str]); 2] = [
    ("sampan-core", &["calls/", "desk/", "inbox.rs"]),
    ("sampan-capi", &["devices", "net.rs", "message.rs"]),
];

/// The part that a source file belongs to: `crates/sampan-core/src/..`, `wasmi-2.0.0/src/..`.
fn part_of_path(path: &str) -> Option<&str> {
    let (directory, file) = path.rsplit_once("/src/")?;
    let is_broker = |&(home, files): &(&str, &[&str])| {
        directory.ends_with(home) && files.iter().any(|part| file.starts_with(part))
    };
    if BROKER.iter().any(is_broker) {
        return Some("host-calls");
    }
    if format!("/{directory}").contains("/library/") || directory.contains("compiler-builtins/") {
        return None;
    }
    let name = directory.rsplit('/').next()?;
    let version = name.match_indices('-').find(|&(at, _)| {
        name.get(at + 1..).is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
    });
    Some(part_of(version.map_or(name, |(at, _)| name.get(..at).unwrap_or(name))))
}

/// Divides a section of code by whose source is where; what nobody's source is at goes on as before.
fn divide<'p>(
    section: &Section<'_>,
    owner: &'p str,
    sources: &BTreeMap<u64, Option<&'p str>>,
) -> Vec<(&'p str, u64)> {
    let end = section.address.saturating_add(section.len);
    let (mut pieces, mut from, mut part) = (Vec::new(), section.address, owner);
    for (&address, &source) in sources.range(section.address..end) {
        if let Some(source) = source
            && source != part
        {
            pieces.push((part, address - from));
            (from, part) = (address, source);
        }
    }
    pieces.push((part, end - from));
    pieces
}

/// Adds the sections up by whose they are.
fn attribute(
    sections: &[Section<'_>],
    references: &HashMap<&str, Vec<&str>>,
    sources: &BTreeMap<u64, Option<&str>>,
) -> BTreeMap<String, Size> {
    let mut parts: BTreeMap<String, Size> = BTreeMap::new();
    for section in sections {
        let (in_flash, in_ram) = match section.output {
            ".text" | ".rodata" | ".init" | ".fini" | ".ARM.exidx" | ".ARM.extab" | ".eh_frame" => {
                (true, false)
            }
            ".data" | ".sdata" => (true, true),
            ".bss" | ".sbss" => (false, true),
            _ => continue,
        };
        let owner = owner(section, references);
        let pieces = match section.output {
            ".text" => divide(section, &owner, sources),
            _ => vec![(owner.as_str(), section.len)],
        };
        for (part, len) in pieces {
            let size = parts.entry(part.to_owned()).or_default();
            size.flash += if in_flash { len } else { 0 };
            size.ram += if in_ram { len } else { 0 };
        }
    }
    parts
}

/// The part that a section belongs to.
fn owner(section: &Section<'_>, references: &HashMap<&str, Vec<&str>>) -> String {
    if !section.file.contains("libsampan.a") {
        return "c-library".into();
    }
    let mut votes: BTreeMap<&str, u32> = BTreeMap::new();
    let start = item(section.name);
    let (mut seen, mut open) = (vec![start], vec![start]);
    // Constants may be referred to by constants; go up until something has a name.
    while let Some(name) = open.pop() {
        if let Some(part) = named_owner(name) {
            *votes.entry(part).or_default() += 1;
            continue;
        }
        for &from in references.get(name).into_iter().flatten() {
            if !seen.contains(&from) {
                seen.push(from);
                open.push(from);
            }
        }
    }
    votes.into_iter().max_by_key(|&(_, count)| count).map_or("unknown", |(part, _)| part).to_owned()
}

/// The part that a name tells; `None` for what the compiler named: constants, merged constants, switch tables.
fn named_owner(name: &str) -> Option<&str> {
    if let Some(home) = crate_of(name) {
        return Some(part_of(home));
    }
    if name.starts_with("sampan_") {
        return Some("sampan-capi");
    }
    // Not mangled: an intrinsic, such as memcpy or __aeabi_uldivmod.
    (!is_unnamed(name)).then_some("rust-runtime")
}

/// Whether the compiler made the name, which so tells nothing.
fn is_unnamed(name: &str) -> bool {
    [".L", "anon.", "cst", "str", "switch.table"].iter().any(|start| name.starts_with(start))
}

/// The part that a crate is counted in. wasmi's dependencies are wasmi; what isn't listed is a part by itself.
fn part_of(name: &str) -> &str {
    match name {
        // libm is what `core` would have of float functions, if it had them; both engines use it.
        "core" | "alloc" | "compiler_builtins" | "libm" => "rust-runtime",
        // The compiler's names for the allocator and the panic handler that the archive brings.
        "sampan" | "__rustc" => "sampan-staticlib",
        "sampan_abi" => "sampan-abi",
        "sampan_platform" => "sampan-platform",
        "sampan_engine" => "sampan-engine",
        "sampan_engine_wasmi" => "sampan-engine-wasmi",
        "sampan_engine_packed" => "sampan-engine-packed",
        "sampan_packed_format" => "sampan-packed-format",
        "sampan_core" => "sampan-core",
        "sampan_capi" => "sampan-capi",
        "portable-atomic" => "portable_atomic",
        // Files go by the package's name, symbols by the crate's.
        "crypto-bigint" => "crypto_bigint",
        "elliptic-curve" => "elliptic_curve",
        "sampan_image" => "sampan-image",
        "wasmi" | "wasmi_core" | "wasmi_ir" | "wasmi_collections" | "wasmparser" | "spin" => "wasmi",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "
Discarded input sections
 .text._RNvCs1_4gone3run
                0x00000000       0x10 libsampan.a(a.o)
Linker script and memory map
.text           0x00008000       0x60
 .text._RNvCs1_11sampan_core3run
                0x00008000       0x20 libsampan.a(a.o)
 .text          0x00008020       0x10 /lib/libc.a(memcpy.o)
.rodata         0x00009000       0x08
 .rodata..Lanon.12.1
                0x00009000        0x8 libsampan.a(a.o)
 .rodata.str1.1 0x00009008        0x4 libsampan.a(a.o)
.debug_info     0x00000000       0x99
 .debug_info    0x00000000       0x99 libsampan.a(a.o)
";
    const RELOCATIONS: &str = "
RELOCATION RECORDS FOR [.rodata..Lanon.12.2]:
00000000 R_ARM_ABS32       .Lanon.12.1
RELOCATION RECORDS FOR [.text._RNvCs2_5wasmi3run]:
00000010 R_ARM_ABS32       .Lanon.12.2
00000014 R_RISCV_HI20      anon.12.3+0x00000002
";
    const SYMBOLS: &str = "
00000000 g     O .rodata.str1.1\t00000000 .hidden anon.12.3
00000000 l    d  .text\t00000000 .text
";
    const LINES: &str = "
CU: crates/sampan-core/src/lib.rs:
lib.rs    17    0x8000    x
/rustc/abc/library/core/src/ptr.rs:
ptr.rs    18    0x8004    x
wasmi-2.0.0/src/module/mod.rs:
mod.rs    19    0x8008    x
/rustc/abc/library/core/src/ptr.rs:
ptr.rs    18    0x8010    x
crates/sampan-core/src/lib.rs:
lib.rs    20    0x8014    x
lib.rs    -     0x8020
";

    #[test]
    fn every_byte_is_somebodys() {
        let parts =
            attribute(&kept_sections(MAP), &references(RELOCATIONS, &homes(SYMBOLS)), &sources(LINES));
        let flash = |part: &str| parts.get(part).map(|size| size.flash);
        assert_eq!(flash("sampan-core"), Some(8 + 12), "its own, with the library code that follows it");
        assert_eq!(
            flash("wasmi"),
            Some(12 + 8 + 4),
            "what was inlined, a constant two references away, merged ones"
        );
        assert_eq!(flash("c-library"), Some(16));
        assert_eq!(parts.len(), 3, "neither dropped nor debug sections count: {parts:?}");
    }

    #[test]
    fn parts_are_told_by_path_and_name() {
        assert_eq!(
            part_of_path("/root/.cargo/registry/src/index-1/wasmi_core-2.0.0/src/a/b.rs"),
            Some("wasmi")
        );
        assert_eq!(part_of_path("crates/sampan-engine-wasmi/src/load.rs"), Some("sampan-engine-wasmi"));
        assert_eq!(part_of_path("crates/sampan-core/src/calls/kv.rs"), Some("host-calls"));
        assert_eq!(part_of_path("crates/sampan-core/src/runtime.rs"), Some("sampan-core"));
        assert_eq!(part_of_path("/usr/lib/rustlib/src/rust/library/core/src/ptr.rs"), None);
        assert_eq!(part_of_path("compiler-builtins/libm/src/math/fma.rs"), None);
        assert_eq!(named_owner("sampan_runtime_init"), Some("sampan-capi"));
        assert_eq!(named_owner("__aeabi_uldivmod"), Some("rust-runtime"));
        assert_eq!(named_owner(".Lanon.1"), None);
    }
}
