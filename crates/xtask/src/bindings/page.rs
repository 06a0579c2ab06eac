// SPDX-License-Identifier: Apache-2.0
//! The reference page of the guest ABI.

use super::describe::{Abi, Area, Call, Kind};
use super::{ORIGIN, snake};
use std::fmt::Write;

/// `docs/host-calls.md`
pub(super) fn reference(abi: &Abi) -> String {
    let mut out =
        format!("<!-- SPDX-License-Identifier: Apache-2.0 -->\n<!-- {ORIGIN} -->\n# Host calls\n\n");
    out.push_str(
        "What a container can ask of its host through Sampan's own modules: the calls, the permission that each needs, and what it \
         answers. `include/sampan_guest.h` has them for C, crate `sampan-guest` for Rust.\n\n\
         A call answers a number of at least 0, or one of these codes. Nothing is done when it's a code. Before any of a call runs, \
         its permission, the container's rate of calls, every address, length, alignment and handle are checked.\n\n\
         | code | | |\n|---|---|---|\n",
    );
    for code in &abi.codes {
        let _ = writeln!(out, "| `{}` | {} | {} |", code.name, code.number, code.doc);
    }
    for area in &abi.areas {
        let _ = writeln!(out, "\n## {}\n\nImport module `{}`. {}", area.name, area.module, area.doc);
        area.calls.iter().for_each(|call| section(&mut out, area, call));
    }
    out.push_str("\n## Structs\n");
    for found in &abi.structs {
        let (len, align) = abi.layout(&found.name);
        let _ = writeln!(
            out,
            "\n### {}\n\n{} {len} bytes, aligned to {align}, little-endian.\n",
            found.name, found.doc
        );
        for field in &found.fields {
            let _ = writeln!(out, "- `{}` ({}): {}", field.name, field.number.name(), field.doc);
        }
    }
    out
}

fn section(out: &mut String, area: &Area, call: &Call) {
    let _ = writeln!(out, "\n### {}.{}\n\n{}\n", area.name, snake(&call.name), call.doc);
    let permission = call.needs();
    let park = if call.may_park { " The container may wait in it." } else { "" };
    let _ = writeln!(out, "Import name `{}`; permission: {permission}.{park}\n", call.name);
    for param in &call.params {
        let kind = match &param.kind {
            Kind::U32 => "u32".into(),
            Kind::U64 => "u64".into(),
            Kind::Text(max) => format!("text, at most {max} bytes"),
            Kind::Bytes(max) => format!("bytes, at most {max}"),
            Kind::Buffer(max) => format!("buffer, at most {max} bytes"),
            Kind::Struct(name) => format!("address of a struct `{name}`"),
            Kind::Handle(maker) => format!("handle from `{maker}`"),
        };
        let _ = writeln!(out, "- `{}` ({kind}): {}", param.name, param.doc);
    }
    let mut codes: Vec<&str> = Vec::new();
    let mut add = |condition: bool, name| {
        if condition {
            codes.push(name)
        }
    };
    add(call.permission.is_some(), "denied");
    let memory =
        |kind: &Kind| matches!(kind, Kind::Text(_) | Kind::Bytes(_) | Kind::Buffer(_) | Kind::Struct(_));
    add(call.params.iter().any(|param| memory(&param.kind)), "bad_address");
    add(!call.params.is_empty(), "invalid");
    add(call.params.iter().any(|param| matches!(param.kind, Kind::Handle(_))), "bad_handle");
    codes.push("rate");
    codes.extend(call.codes.iter().map(String::as_str));
    let _ = writeln!(out, "\nCodes: `{}`.", codes.join("`, `"));
}
