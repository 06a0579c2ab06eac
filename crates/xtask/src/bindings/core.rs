// SPDX-License-Identifier: Apache-2.0
//! The table that the core's dispatcher reads, and the match that calls the handlers.

use super::describe::{Abi, Area, Call, Kind};
use super::{ORIGIN, camel, snake};
use std::fmt::Write;

/// `crates/sampan-core/src/calls/table.rs`
pub(super) fn table(abi: &Abi) -> String {
    let mut out = format!(
        "// SPDX-License-Identifier: Apache-2.0\n//! The guest ABI's calls, as the dispatcher reads them.\n//!\n//! {ORIGIN}\n\n\
         use super::check::{{Answer, Args, Entry, Kind}};\nuse super::memory::CheckedMemory;\nuse super::{{Broker, Handler}};\n\
         use sampan_platform::Platform;\n\n"
    );
    codes(&mut out, abi);
    permissions(&mut out, abi);
    let _ = writeln!(
        out,
        "/// Names a call.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub(super) enum Id {{"
    );
    for (area, call) in abi.calls() {
        let _ = writeln!(out, "{}{},", cfg(area), id(area, call));
    }
    out.push_str(
        "}\n\n/// Every call. An import is bound to its index.\npub(super) const CALLS: &[Entry] = &[\n",
    );
    for (area, call) in abi.calls() {
        entry(&mut out, abi, area, call);
    }
    out.push_str("];\n\nimpl<P: Platform, H: Handler> Broker<'_, P, H> {\n/// Runs the handler of a call whose arguments have all been checked.\n");
    out.push_str("pub(super) fn handle(&mut self, id: Id, args: &Args, memory: &mut CheckedMemory<'_>) -> Answer {\nmatch id {\n");
    for (area, call) in abi.calls() {
        let args: Vec<String> = call.params.iter().enumerate().map(argument).collect();
        let memory =
            call.params.iter().any(|param| !matches!(param.kind, Kind::U32 | Kind::U64 | Kind::Handle(_)));
        let args: String = args.iter().map(|arg| format!(", {arg}")).collect();
        let memory = if memory { "memory" } else { "" };
        let args = if memory.is_empty() { args.trim_start_matches(", ").to_owned() } else { args };
        let function = format!("{}_{}", snake(&area.name), snake(&call.name));
        let _ = writeln!(out, "{}Id::{} => self.{function}({memory}{args}),", cfg(area), id(area, call));
    }
    out.push_str("}\n}\n}\n");
    out
}

fn codes(out: &mut String, abi: &Abi) {
    out.push_str("/// What a call answers instead of a result.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n#[repr(i32)]\npub(crate) enum Code {\n");
    for code in &abi.codes {
        let _ = writeln!(out, "/// {}\n{} = {},", code.doc, camel(&code.name), code.number);
    }
    out.push_str("}\n\n");
}

fn permissions(out: &mut String, abi: &Abi) {
    let names = abi.permissions();
    out.push_str("/// A permission that calls ask for.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub(crate) enum Permit {\n");
    for name in &names {
        let _ = writeln!(out, "/// `{name}`\n{},", camel(name));
    }
    out.push_str("}\n\nimpl Permit {\n/// Every permission with its name.\n");
    let _ = writeln!(out, "pub(crate) const NAMES: [(Self, &'static str); {}] = [", names.len());
    for name in &names {
        let _ = writeln!(out, "(Self::{}, \"{name}\"),", camel(name));
    }
    out.push_str("];\n}\n\n");
}

/// The feature of an area. Some need no other than the core itself.
fn cfg(area: &Area) -> String {
    match area.name.as_str() {
        "lifecycle" => String::new(),
        name => format!("#[cfg(feature = \"{name}\")]\n"),
    }
}

fn id(area: &Area, call: &Call) -> String {
    camel(&format!("{}-{}", area.name, call.name))
}

fn entry(out: &mut String, abi: &Abi, area: &Area, call: &Call) {
    let letters: String = call.params.iter().map(|param| letters(&param.kind)).collect();
    let params: Vec<String> = call.params.iter().map(|param| kind(abi, &param.kind)).collect();
    let permit =
        call.permission.as_ref().map_or("None".into(), |name| format!("Some(Permit::{})", camel(name)));
    let matched = call.matched.map_or("None".into(), |idx| format!("Some({idx})"));
    let examples: Vec<String> = call.params.iter().map(|param| format!("{:?}", param.example)).collect();
    let also: Vec<String> = call.or.iter().map(|name| format!("Permit::{}", camel(name))).collect();
    let maker = call.params.iter().find_map(|param| match &param.kind {
        Kind::Handle(maker) => Some(maker),
        _ => None,
    });
    let after = call.after.as_ref().or(maker);
    let _ = writeln!(
        out,
        "{}Entry {{ id: Id::{}, module: {:?}, name: {:?}, signature: b\"({letters}){}\", permit: {permit}, also: &[{}], matched: {matched}, wide: {}, params: &[{}],\n\
         #[cfg(test)]\nexamples: &[{}],\n#[cfg(test)]\nafter: {:?} }},",
        cfg(area),
        id(area, call),
        area.module,
        call.name,
        if call.wide { 'I' } else { 'i' },
        also.join(", "),
        call.wide,
        params.join(", "),
        examples.join(", "),
        after.map_or("", String::as_str),
    );
}

/// Letters of a parameter in a signature.
fn letters(kind: &Kind) -> &'static str {
    match kind {
        Kind::U32 | Kind::Struct(_) | Kind::Handle(_) => "i",
        Kind::U64 => "I",
        Kind::Text(_) | Kind::Bytes(_) | Kind::Buffer(_) => "ii",
    }
}

fn kind(abi: &Abi, kind: &Kind) -> String {
    match kind {
        Kind::U32 => "Kind::U32".into(),
        Kind::U64 => "Kind::U64".into(),
        Kind::Text(max) => format!("Kind::Text({max})"),
        Kind::Bytes(max) => format!("Kind::Bytes({max})"),
        Kind::Buffer(max) => format!("Kind::Buffer({max})"),
        Kind::Struct(name) => {
            let (len, align) = abi.layout(name);
            format!("Kind::Struct {{ len: {len}, align: {align} }}")
        }
        Kind::Handle(maker) => format!("Kind::Handle(super::HandleKind::{})", camel(maker)),
    }
}

fn argument((idx, param): (usize, &super::describe::Param)) -> String {
    match param.kind {
        Kind::U32 => format!("args.u32({idx})"),
        Kind::U64 => format!("args.u64({idx})"),
        Kind::Handle(_) => format!("args.handle({idx})"),
        Kind::Text(_) | Kind::Bytes(_) => format!("args.input({idx})"),
        Kind::Buffer(_) | Kind::Struct(_) => format!("args.output({idx})"),
    }
}
