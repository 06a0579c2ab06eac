// SPDX-License-Identifier: Apache-2.0
//! The description of the guest ABI, read and checked: what is unknown or missing is an error.

use toml::{Table, Value};

/// The whole of it.
pub(super) struct Abi {
    pub(super) codes: Vec<Code>,
    pub(super) structs: Vec<Struct>,
    pub(super) areas: Vec<Area>,
}

/// An error that a call can answer.
pub(super) struct Code {
    pub(super) name: String,
    pub(super) number: i64,
    pub(super) doc: String,
}

/// What a call can write.
pub(super) struct Struct {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) number: Number,
    pub(super) doc: String,
}

/// Type of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    U32,
    I32,
    U64,
}

impl Number {
    /// Its bytes, which it's aligned to.
    pub(super) const fn len(self) -> u32 {
        if matches!(self, Self::U64) { 8 } else { 4 }
    }

    /// As Rust and the reference page call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::U64 => "u64",
        }
    }

    /// As C calls it.
    pub(super) const fn c_name(self) -> &'static str {
        match self {
            Self::U32 => "uint32_t",
            Self::I32 => "int32_t",
            Self::U64 => "uint64_t",
        }
    }
}

pub(super) struct Area {
    pub(super) name: String,
    pub(super) module: String,
    pub(super) doc: String,
    pub(super) calls: Vec<Call>,
}

pub(super) struct Call {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) permission: Option<String>,
    /// Permissions of which each does in its place.
    pub(super) or: Vec<String>,
    /// Index of the parameter that the permission's argument must cover.
    pub(super) matched: Option<usize>,
    pub(super) wide: bool,
    pub(super) may_park: bool,
    pub(super) params: Vec<Param>,
    pub(super) codes: Vec<String>,
    /// The call that has to come before, for it to find something.
    pub(super) after: Option<String>,
}

pub(super) struct Param {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) example: String,
    pub(super) doc: String,
}

impl Call {
    /// The permission that it needs, for people.
    pub(super) fn needs(&self) -> String {
        let Some(name) = &self.permission else { return "none".into() };
        match self.matched.and_then(|idx| self.params.get(idx)) {
            Some(param) => format!("`{name}:…`, whose argument covers `{}`", param.name),
            None if self.or.is_empty() => format!("`{name}`"),
            None => format!("`{name}`, or instead `{}`", self.or.join("` or `")),
        }
    }
}

pub(super) enum Kind {
    U32,
    U64,
    Text(u32),
    Bytes(u32),
    Buffer(u32),
    Struct(String),
    Handle(String),
}

impl Abi {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut table: Table = text.parse().map_err(|error| format!("{error}"))?;
        let abi = Self {
            codes: list(&mut table, "code", Code::read)?,
            structs: list(&mut table, "struct", Struct::read)?,
            areas: list(&mut table, "area", Area::read)?,
        };
        finish(&table)?;
        abi.check()?;
        Ok(abi)
    }

    /// Whether all that is referred to exists.
    fn check(&self) -> Result<(), String> {
        let known =
            |name: &str| self.calls().any(|(area, call)| format!("{}.{}", area.name, call.name) == name);
        for (area, call) in self.calls() {
            let at = |what: &str| format!("{}.{}: no {what}", area.name, call.name);
            for code in &call.codes {
                self.codes.iter().find(|known| known.name == *code).ok_or_else(|| at(code))?;
            }
            if let Some(name) = call.or.iter().find(|name| !self.has_permission(name)) {
                return Err(at(name));
            }
            let makers = call.params.iter().filter_map(|param| match &param.kind {
                Kind::Handle(maker) => Some(maker),
                _ => None,
            });
            if let Some(name) = makers.chain(&call.after).find(|name| !known(name)) {
                return Err(at(name));
            }
            for param in &call.params {
                if let Kind::Struct(name) = &param.kind {
                    self.structs.iter().find(|known| known.name == *name).ok_or_else(|| at(name))?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn calls(&self) -> impl Iterator<Item = (&Area, &Call)> {
        self.areas.iter().flat_map(|area| area.calls.iter().map(move |call| (area, call)))
    }

    /// Bytes and alignment of a struct.
    pub(super) fn layout(&self, name: &str) -> (u32, u32) {
        let fields =
            self.structs.iter().find(|known| known.name == name).map_or(&[][..], |found| &found.fields);
        let align = fields.iter().map(|field| field.number.len()).max().unwrap_or(4);
        (fields.iter().map(|field| field.number.len()).sum(), align)
    }

    /// Whether a permission is one that some call needs.
    fn has_permission(&self, name: &str) -> bool {
        self.calls().any(|(_, call)| call.permission.as_deref() == Some(name))
    }

    /// Names of all permissions, in the order in which they come up.
    pub(super) fn permissions(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for name in self.calls().filter_map(|(_, call)| call.permission.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

impl Code {
    fn read(table: &mut Table) -> Result<Self, String> {
        let number = number(table, "number")?;
        Ok(Self { name: text(table, "name")?, number, doc: text(table, "doc")? })
    }
}

impl Struct {
    fn read(table: &mut Table) -> Result<Self, String> {
        Ok(Self {
            name: text(table, "name")?,
            doc: text(table, "doc")?,
            fields: list(table, "fields", Field::read)?,
        })
    }
}

impl Field {
    fn read(table: &mut Table) -> Result<Self, String> {
        let number = match text(table, "type")?.as_str() {
            "u32" => Number::U32,
            "i32" => Number::I32,
            "u64" => Number::U64,
            other => return Err(format!("no type {other}")),
        };
        Ok(Self { name: text(table, "name")?, number, doc: text(table, "doc")? })
    }
}

impl Area {
    fn read(table: &mut Table) -> Result<Self, String> {
        Ok(Self {
            name: text(table, "name")?,
            module: text(table, "module")?,
            doc: text(table, "doc")?,
            calls: list(table, "call", Call::read)?,
        })
    }
}

impl Call {
    fn read(table: &mut Table) -> Result<Self, String> {
        let params =
            if table.contains_key("params") { list(table, "params", Param::read)? } else { Vec::new() };
        let matched = match optional(table, "match")? {
            Some(name) => Some(
                params
                    .iter()
                    .position(|param| param.name == name)
                    .ok_or_else(|| format!("no parameter {name}"))?,
            ),
            None => None,
        };
        let wide = match optional(table, "result")?.as_deref() {
            None => false,
            Some("u64") => true,
            Some(other) => return Err(format!("no result {other}")),
        };
        Ok(Self {
            name: text(table, "name")?,
            doc: text(table, "doc")?,
            permission: optional(table, "permission")?,
            or: texts(table, "or")?,
            matched,
            wide,
            may_park: table.remove("may_park").is_some_and(|value| value.as_bool() == Some(true)),
            params,
            codes: texts(table, "codes")?,
            after: optional(table, "after")?,
        })
    }
}

impl Param {
    fn read(table: &mut Table) -> Result<Self, String> {
        let kind = text(table, "kind")?;
        let mut max = || u32::try_from(number(table, "max")?).map_err(|_| "max is out of range".to_owned());
        let kind = match kind.as_str() {
            "u32" => Kind::U32,
            "u64" => Kind::U64,
            "text" => Kind::Text(max()?),
            "bytes" => Kind::Bytes(max()?),
            "buffer" => Kind::Buffer(max()?),
            "struct" => Kind::Struct(text(table, "struct")?),
            "handle" => Kind::Handle(text(table, "made_by")?),
            other => return Err(format!("no kind {other}")),
        };
        let example = match table.remove("example") {
            None => String::new(),
            Some(Value::String(text)) => text,
            Some(Value::Integer(number)) => number.to_string(),
            Some(other) => return Err(format!("{other:?} is no example")),
        };
        Ok(Self { name: text(table, "name")?, kind, example, doc: text(table, "doc")? })
    }
}

/// Reads each table of a list, and refuses what is left over of it.
fn list<T>(
    table: &mut Table,
    key: &str,
    read: impl Fn(&mut Table) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let Some(Value::Array(items)) = table.remove(key) else { return Err(format!("no list {key}")) };
    let item = |value: Value| match value {
        Value::Table(mut table) => {
            let name = table.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let item = read(&mut table).and_then(|item| finish(&table).map(|()| item));
            item.map_err(|error| format!("{key} {name}: {error}"))
        }
        _ => Err(format!("{key} is a list of tables")),
    };
    items.into_iter().map(item).collect()
}

fn finish(table: &Table) -> Result<(), String> {
    table.keys().next().map_or(Ok(()), |key| Err(format!("unknown key {key}")))
}

fn optional(table: &mut Table, key: &str) -> Result<Option<String>, String> {
    table.remove(key).map(|value| text_of(&value)).transpose()
}

/// A list of texts, empty where there is none.
fn texts(table: &mut Table, key: &str) -> Result<Vec<String>, String> {
    match table.remove(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(text_of).collect(),
        Some(_) => Err(format!("{key} is a list")),
    }
}

fn text(table: &mut Table, key: &str) -> Result<String, String> {
    optional(table, key)?.ok_or_else(|| format!("no {key}"))
}

fn text_of(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{value:?} is no text"))
}

fn number(table: &mut Table, key: &str) -> Result<i64, String> {
    table.remove(key).and_then(|value| value.as_integer()).ok_or_else(|| format!("no number {key}"))
}
