// SPDX-License-Identifier: Apache-2.0
//! UUIDs as people write them.

use super::{hex, parse_hex};

/// Reads a UUID: 32 hexadecimal digits, hyphens between its groups.
pub(super) fn parse(text: &str) -> Result<[u8; 16], String> {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let bytes = parse_hex(&text.replace('-', "")).and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.filter(|_| groups == [8, 4, 4, 4, 12] || groups == [32]);
    bytes.ok_or_else(|| format!("{text:?} is no UUID, as in fa6b4a53-d5ad-4fdf-be9d-e663e4d41ffe"))
}

/// Writes a UUID.
pub(super) fn text(bytes: &[u8; 16]) -> String {
    let digits = hex(bytes);
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if matches!(idx, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_read_and_write_the_same() {
        let uuid = "fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe";
        assert_eq!(text(&parse(uuid).unwrap()), uuid);
        assert_eq!(parse(&uuid.replace('-', "")), parse(uuid));
        for bad in [
            "",
            "fa6b4a53",
            "fa6b4a53-d5ad-5fdf-be9d-e663e4d41ff",
            "fa6b4a53d5ad-5fdf-be9d-e663e4d41ffe-",
            "zz6b4a53-d5ad-5fdf-be9d-e663e4d41ffe",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
