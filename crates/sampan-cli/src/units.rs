// SPDX-License-Identifier: Apache-2.0
//! Sizes and durations as people write and read them.

const KIB: u32 = 1024;
const MIB: u32 = KIB * KIB;

/// Reads a number of bytes: `4096`, `64k`, `1M`. 0 is no size.
pub(crate) fn parse_size(text: &str) -> Result<u32, String> {
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, KIB),
        None => text.strip_suffix(['m', 'M']).map_or((text, 1), |digits| (digits, MIB)),
    };
    let wrong = || "not a size: write bytes, or a number with k (1024) or M (1024 k), as in 64k".to_owned();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let too_large = || "too large: a size is less than 4096M".to_owned();
    let count: u64 = digits.parse().map_err(|_| too_large())?;
    let bytes = count.checked_mul(u64::from(unit)).and_then(|bytes| u32::try_from(bytes).ok());
    match bytes.ok_or_else(too_large)? {
        0 => Err("0 is no size: leave the option out for its default".to_owned()),
        bytes => Ok(bytes),
    }
}

/// Reads a duration in seconds, to microseconds: `5`, `0.25`.
pub(crate) fn parse_seconds(text: &str) -> Result<u64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    if !(0.0..=1e9).contains(&seconds) {
        return Err("a duration is 0 to 1000000000 seconds".to_owned());
    }
    Ok((seconds * 1e6).round() as u64)
}

/// Bytes, short: `640`, `38.4k`, `1.5M`.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => bytes.to_string(),
        1024..1_048_576 => format!("{:.1}k", bytes as f64 / f64::from(KIB)),
        _ => format!("{:.1}M", bytes as f64 / f64::from(MIB)),
    }
}

/// Microseconds as seconds.
pub(crate) fn seconds(us: u64) -> String {
    format!("{}.{:06} s", us / 1_000_000, us % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(parse_size("1"), Ok(1));
        assert_eq!(parse_size("64k"), Ok(65536));
        assert_eq!(parse_size("2K"), Ok(2048));
        assert_eq!(parse_size("4095M"), Ok(4095 * 1024 * 1024));
        for wrong in ["", "k", "0", "0M", "-1", "+1", "1.5k", "64kb", "4096M", "99999999999999999999", "x"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse_seconds("0.25"), Ok(250_000));
        assert_eq!(parse_seconds("0"), Ok(0));
        for wrong in ["", "x", "-1", "1e10", "inf", "nan"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn figures_are_short() {
        assert_eq!((size(640), size(39_322), size(1_572_864)), ("640".into(), "38.4k".into(), "1.5M".into()));
        assert_eq!(seconds(1_000_250), "1.000250 s");
    }
}
