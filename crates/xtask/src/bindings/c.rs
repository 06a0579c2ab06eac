// SPDX-License-Identifier: Apache-2.0
//! The header for guests written in C.

use super::describe::{Abi, Area, Call, Kind, Struct};
use super::{ORIGIN, snake};
use std::fmt::Write;

/// Columns of a line, at most.
const COLUMNS: usize = 110;

/// `include/sampan_guest.h`
pub(super) fn header(abi: &Abi) -> String {
    let mut out = format!(
        "/* SPDX-License-Identifier: Apache-2.0 */\n/*\n * Sampan, from inside a container: the calls that it can make to its host.\n *\n * {ORIGIN}\n *\n"
    );
    out.push_str(
        " * Every call answers a number of at least 0, or one of `enum sampan_guest_code`. Each needs the permission that\n \
         * its comment names. Texts are UTF-8 with a length and need no NUL. Compile for wasm32.\n */\n\n\
         #ifndef SAMPAN_GUEST_H\n#define SAMPAN_GUEST_H\n\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n\
         #ifdef __wasm__\n#define SAMPAN_GUEST_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))\n\
         #define SAMPAN_GUEST_EXPORT(name) __attribute__((export_name(name)))\n#else\n\
         #define SAMPAN_GUEST_IMPORT(module, name)\n#define SAMPAN_GUEST_EXPORT(name)\n#endif\n\n\
         /** What a call answers instead of a result. */\nenum sampan_guest_code {\n",
    );
    for code in &abi.codes {
        comment(&mut out, "  ", std::slice::from_ref(&code.doc));
        let _ = writeln!(out, "  SAMPAN_GUEST_{} = {},", code.name.to_uppercase(), code.number);
    }
    out.push_str("};\n\n");
    for found in &abi.structs {
        structure(&mut out, found);
    }
    for area in &abi.areas {
        let _ = writeln!(out, "/*\n * {}\n */\n", wrap(&area.doc, COLUMNS - 3).join("\n * "));
        for call in &area.calls {
            function(&mut out, area, call);
        }
    }
    out.push_str("#ifdef __cplusplus\n}\n#endif\n\n#endif /* SAMPAN_GUEST_H */\n");
    out
}

fn structure(out: &mut String, found: &Struct) {
    comment(out, "", std::slice::from_ref(&found.doc));
    let _ = writeln!(out, "struct sampan_guest_{} {{", found.name);
    for field in &found.fields {
        comment(out, "  ", std::slice::from_ref(&field.doc));
        let _ = writeln!(out, "  {} {};", field.number.c_name(), field.name);
    }
    out.push_str("};\n\n");
}

fn function(out: &mut String, area: &Area, call: &Call) {
    let mut lines = vec![call.doc.clone(), String::new()];
    lines.extend(call.params.iter().map(|param| format!("- `{}`: {}", param.name, param.doc)));
    if !call.params.is_empty() {
        lines.push(String::new());
    }
    lines.push(format!("Permission: {}.", call.needs()));
    comment(out, "", &lines);
    let result = if call.wide { "int64_t" } else { "int32_t" };
    let params: Vec<String> = call.params.iter().map(|param| parameter(&param.name, &param.kind)).collect();
    let params = if params.is_empty() { "void".into() } else { params.join(", ") };
    let name = format!("sampan_{}_{}", area.name, snake(&call.name));
    let _ = writeln!(
        out,
        "SAMPAN_GUEST_IMPORT(\"{}\", \"{}\")\n{result} {name}({params});\n",
        area.module, call.name
    );
}

fn parameter(name: &str, kind: &Kind) -> String {
    match kind {
        Kind::U32 | Kind::Handle(_) => format!("uint32_t {name}"),
        Kind::U64 => format!("uint64_t {name}"),
        Kind::Text(_) => format!("const char *{name}, uint32_t {name}_len"),
        Kind::Bytes(_) => format!("const void *{name}, uint32_t {name}_len"),
        Kind::Buffer(_) => format!("void *{name}, uint32_t {name}_len"),
        Kind::Struct(type_name) => format!("struct sampan_guest_{type_name} *{name}"),
    }
}

fn comment(out: &mut String, indent: &str, lines: &[String]) {
    let lines: Vec<String> = lines.iter().flat_map(|line| wrap(line, COLUMNS - 3 - indent.len())).collect();
    if let [line] = &lines[..] {
        let _ = writeln!(out, "{indent}/** {line} */");
        return;
    }
    let _ = writeln!(out, "{indent}/**");
    for line in lines {
        let _ = writeln!(out, "{}", format!("{indent} * {line}").trim_end());
    }
    let _ = writeln!(out, "{indent} */");
}

/// Breaks a text between words.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, String::len);
        if last > 0 && last + 1 + word.len() > columns {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
