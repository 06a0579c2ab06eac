// SPDX-License-Identifier: Apache-2.0
//! What a description of a lifted library says, read strictly.

use crate::units::parse_size;
use serde::Deserialize;

/// Parameters of one function, at most: SAMPAN_LIFT_MAX_VALUES.
const MAX_PARAMETERS: usize = 12;
/// What a pointer's bytes are aligned to in the container, by `sampan_lift.c`.
const ALIGNMENT: u32 = 8;

/// A whole description.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    pub(super) library: Library,
    pub(super) function: Vec<Function>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Library {
    name: String,
    pub(super) headers: Vec<String>,
    buffer: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Function {
    pub(super) name: String,
    #[serde(default = "void")]
    pub(super) returns: String,
    /// What the shim returns if the container fails.
    pub(super) on_failure: Option<String>,
    #[serde(default)]
    pub(super) parameters: Vec<Parameter>,
}

fn void() -> String {
    "void".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// What a pointer's bytes are for; none for a number.
    pub(super) data: Option<Data>,
    /// How many there are: a C expression of the parameters.
    pub(super) bytes: Option<String>,
}

/// Which way a pointer's bytes go.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Data {
    In,
    Out,
    Inout,
    /// A text with its NUL, which is read.
    Text,
}

impl Description {
    pub(super) fn name(&self) -> &str {
        &self.library.name
    }

    /// Bytes for what the pointers of one call point to, as many as the alignment of each allows for.
    pub(super) fn buffer_bytes(&self) -> Result<u32, String> {
        let bytes = parse_size(&self.library.buffer).map_err(|error| format!("library.buffer: {error}"))?;
        bytes.checked_next_multiple_of(ALIGNMENT).ok_or_else(|| "library.buffer: too large".to_owned())
    }

    /// Whether all of it fits together.
    ///
    /// # Errors
    /// What doesn't.
    pub(super) fn check(&self) -> Result<(), String> {
        if !is_identifier(&self.library.name) || self.library.name.len() > 32 {
            return Err("library.name is no identifier of C of at most 32 characters".to_owned());
        }
        if self.library.headers.iter().any(|name| name.contains(['"', '\n', '\\'])) {
            return Err("library.headers has what is no file name".to_owned());
        }
        let mut names: Vec<_> = self.function.iter().map(|function| &function.name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("function {} stands there twice", twice[0]));
        }
        self.function.iter().try_for_each(Function::check)
    }
}

impl Function {
    pub(super) fn is_void(&self) -> bool {
        self.returns == "void"
    }

    fn check(&self) -> Result<(), String> {
        let wrong = |text: &str| Err(format!("function {}: {text}", self.name));
        if !is_identifier(&self.name) {
            return wrong("its name is no identifier of C");
        }
        if self.is_void() != self.on_failure.is_none() {
            return wrong("on_failure goes with a result, and only with one");
        }
        if self.returns.contains('*') {
            return wrong("it returns a pointer, which would point into the container");
        }
        if self.parameters.len() > MAX_PARAMETERS {
            return wrong("it has more than 12 parameters");
        }
        for parameter in &self.parameters {
            if let Err(text) = parameter.check() {
                return wrong(&format!("parameter {}: {text}", parameter.name));
            }
        }
        Ok(())
    }
}

impl Parameter {
    fn check(&self) -> Result<(), &'static str> {
        let is_pointer = self.kind.contains('*');
        let sized = !matches!(self.data, None | Some(Data::Text));
        if !is_identifier(&self.name) {
            Err("its name is no identifier of C")
        } else if self.kind.contains(['(', '[', ';', '{']) {
            Err("its type is neither a number's nor a pointer's; use a typedef of the library's header")
        } else if !is_pointer && self.kind.starts_with("const ") {
            Err("a number that is const is the same to its caller: leave the const out")
        } else if is_pointer != self.data.is_some() {
            Err("data goes with a pointer, and only with one")
        } else if sized != self.bytes.is_some() {
            Err("bytes goes with data that is in, out or inout, and only with them")
        } else {
            Ok(())
        }
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Description, String> {
        let description: Description = crate::description::parse(text)?;
        description.check()?;
        description.buffer_bytes().map(|_| description)
    }

    const GOOD: &str = r#"
[library]
name = "lz4"
headers = ["lz4.h"]
buffer = "4k"

[[function]]
name = "f"
returns = "int"
on_failure = "-1"
parameters = [{ name = "p", type = "const char *", data = "in", bytes = "n" }, { name = "n", type = "int" }]
"#;

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert_eq!(parse(GOOD).map(|description| description.function.len()), Ok(1));
        let cases = [
            ("\"4k\"", "\"0\"", "library.buffer"),
            ("\"lz4\"", "\"l z\"", "library.name"),
            ("\"lz4.h\"", "\"a\\\"\"", "library.headers"),
            ("on_failure = \"-1\"\n", "", "on_failure goes with a result"),
            ("\"int\"\non", "\"void\"\non", "on_failure goes with a result"),
            ("returns = \"int\"", "returns = \"char *\"", "returns a pointer"),
            (", data = \"in\", bytes = \"n\"", "", "parameter p: data goes with a pointer"),
            (", bytes = \"n\"", "", "parameter p: bytes goes with data"),
            ("type = \"int\"", "type = \"int\", data = \"in\"", "parameter n: data goes with"),
            ("name = \"f\"", "name = \"f()\"", "no identifier"),
            ("\"int\" }", "\"const int\" }", "leave the const out"),
            ("headers", "header", "line 4: unknown field"),
            ("\"const char *\"", "\"char (*)[4]\"", "typedef"),
        ];
        for (from, to, expected) in cases {
            let error = parse(&GOOD.replace(from, to)).unwrap_err();
            assert!(error.contains(expected), "{to}: {error}");
        }
        let (_, function) = GOOD.split_at(GOOD.find("[[").unwrap());
        let error = parse(&format!("{GOOD}{function}")).unwrap_err();
        assert_eq!(error, "function f stands there twice");
    }
}
