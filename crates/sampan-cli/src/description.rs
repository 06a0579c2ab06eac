// SPDX-License-Identifier: Apache-2.0
//! Descriptions in TOML: of an image, of a library that is lifted.

use crate::image;
use crate::run::Failure;
use crate::signing::refused;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads a description file.
///
/// # Errors
/// What is wrong with it, with its line.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = String::from_utf8(image::read(path)?).map_err(|_| refused(path, "it isn't text"))?;
    parse(&text).map_err(|wrong| refused(path, wrong))
}

/// Reads a description.
///
/// # Errors
/// What is wrong with it, with its line.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        // The first line says what, the rest shows where.
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        format!("line {}: {message}", before.matches('\n').count() + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    #[serde(deny_unknown_fields)]
    struct Known {
        known: u32,
    }

    #[test]
    fn the_line_is_the_one_that_is_wrong() {
        assert_eq!(parse("# note\nknown = 1\n"), Ok(Known { known: 1 }));
        for (text, start) in [
            ("known = 1\nother = 2\n", "line 2: unknown field `other`"),
            ("\n\nknown = \"1\"\n", "line 3: invalid type"),
            ("known = 1 2\n", "line 1: "),
        ] {
            let wrong = parse::<Known>(text).unwrap_err();
            assert!(wrong.starts_with(start), "{wrong}");
        }
    }
}
