// SPDX-License-Identifier: Apache-2.0
//! The bindings for guests written in Rust: imports, and a safe function for each.

use super::describe::{Abi, Call, Kind};
use super::{ORIGIN, camel, snake};
use std::fmt::Write;

/// `crates/sampan-guest/src/generated.rs`
pub(super) fn bindings(abi: &Abi) -> String {
    let mut out = format!(
        "// SPDX-License-Identifier: Apache-2.0\n//! Imports and their safe functions.\n//!\n//! {ORIGIN}\n\n\
         /// What a call answers instead of a result.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(i32)]\n#[non_exhaustive]\npub enum Error {{\n"
    );
    for code in &abi.codes {
        let _ = writeln!(out, "/// {}\n{} = {},", code.doc, camel(&code.name), code.number);
    }
    out.push_str("/// A code that this version doesn't know.\nUnknown = i32::MIN,\n}\n\nimpl Error {\npub(crate) const fn from_code(code: i64) -> Self {\nmatch code {\n");
    for code in &abi.codes {
        let _ = writeln!(out, "{} => Self::{},", code.number, camel(&code.name));
    }
    out.push_str("_ => Self::Unknown,\n}\n}\n}\n\n");
    for found in &abi.structs {
        let _ = writeln!(
            out,
            "/// {}\n#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]\n#[repr(C)]\npub struct {} {{",
            found.doc,
            camel(&found.name)
        );
        for field in &found.fields {
            let _ = writeln!(out, "/// {}\npub {}: {},", field.doc, field.name, field.number.name());
        }
        out.push_str("}\n\n");
    }
    for area in &abi.areas {
        let _ = writeln!(
            out,
            "/// {}\npub mod {} {{\nuse crate::Error;\n\n\
             #[allow(clashing_extern_declarations, reason = \"names are those of a module, and modules differ\")]\n#[link(wasm_import_module = {:?})]\nunsafe extern \"C\" {{",
            area.doc, area.name, area.module
        );
        for call in &area.calls {
            import(&mut out, call);
        }
        out.push_str("}\n");
        for call in &area.calls {
            wrapper(&mut out, call);
        }
        out.push_str("}\n\n");
    }
    out
}

fn import(out: &mut String, call: &Call) {
    let params: Vec<String> = call
        .params
        .iter()
        .map(|param| {
            let name = &param.name;
            match &param.kind {
                Kind::U32 | Kind::Handle(_) => format!("{name}: u32"),
                Kind::U64 => format!("{name}: u64"),
                Kind::Text(_) | Kind::Bytes(_) => format!("{name}: *const u8, {name}_len: usize"),
                Kind::Buffer(_) => format!("{name}: *mut u8, {name}_len: usize"),
                Kind::Struct(type_name) => format!("{name}: *mut crate::{}", camel(type_name)),
            }
        })
        .collect();
    let result = if call.wide { "i64" } else { "i32" };
    let name = snake(&call.name);
    let _ =
        writeln!(out, "#[link_name = {:?}]\nfn import_{name}({}) -> {result};", call.name, params.join(", "));
}

fn wrapper(out: &mut String, call: &Call) {
    let name = snake(&call.name);
    let mut params = Vec::new();
    let mut args = Vec::new();
    for param in &call.params {
        let name = &param.name;
        let (param, arg) = match &param.kind {
            Kind::U32 | Kind::Handle(_) => (format!("{name}: u32"), name.clone()),
            Kind::U64 => (format!("{name}: u64"), name.clone()),
            Kind::Text(_) => (format!("{name}: &str"), format!("{name}.as_ptr(), {name}.len()")),
            Kind::Bytes(_) => (format!("{name}: &[u8]"), format!("{name}.as_ptr(), {name}.len()")),
            Kind::Buffer(_) => (format!("{name}: &mut [u8]"), format!("{name}.as_mut_ptr(), {name}.len()")),
            Kind::Struct(type_name) => {
                (format!("{name}: &mut crate::{}", camel(type_name)), format!("&raw mut *{name}"))
            }
        };
        params.push(param);
        args.push(arg);
    }
    let (result, convert) = if call.wide { ("u64", "wide") } else { ("u32", "narrow") };
    let _ = writeln!(out, "\n/// {}\n///", call.doc);
    for param in &call.params {
        let _ = writeln!(out, "/// - `{}`: {}", param.name, param.doc);
    }
    let permission = call.needs();
    let _ = writeln!(
        out,
        "///\n/// Permission: {permission}.\n///\n/// # Errors\n/// Any [`Error`] that the reference page names for this call.\n\
         pub fn {name}({}) -> Result<{result}, Error> {{\n\
         // SAFETY: every address is that of a live reference, with its length; the host keeps none of them.\n\
         let answer = unsafe {{ import_{name}({}) }};\ncrate::{convert}(answer)\n}}",
        params.join(", "),
        args.join(", ")
    );
}
