// SPDX-License-Identifier: Apache-2.0
//! Float operations as WebAssembly defines them, where those of the processor or of `core` differ.
//!
//! A NaN that comes out is one that went in, made quiet, or a canonical one: arithmetic on it does that.

use sampan_engine::TrapKind;

/// Above this every double is an integer.
const INTEGERS: f64 = 4_503_599_627_370_496.0;

const SIGN: u64 = 1 << 63;

fn with_sign_of(magnitude: f64, sign: f64) -> f64 {
    f64::from_bits(magnitude.to_bits() & !SIGN | sign.to_bits() & SIGN)
}

/// The lesser, or with `greater` the greater; -0 is less than 0, and a NaN wins.
#[inline(never)]
pub(crate) fn extreme64(x: f64, y: f64, greater: bool) -> f64 {
    if x.is_nan() || y.is_nan() {
        x + y
    } else if x == y {
        // The same number, or zeros.
        let (x, y) = (x.to_bits(), y.to_bits());
        f64::from_bits(if greater { x & y } else { x | y })
    } else if (x < y) == greater {
        y
    } else {
        x
    }
}

/// As [`extreme64`].
#[inline(never)]
pub(crate) fn extreme32(x: f32, y: f32, greater: bool) -> f32 {
    if x.is_nan() || y.is_nan() {
        x + y
    } else if x == y {
        let (x, y) = (x.to_bits(), y.to_bits());
        f32::from_bits(if greater { x & y } else { x | y })
    } else if (x < y) == greater {
        y
    } else {
        x
    }
}

/// Rounds to an integer: `mode` modulo 4 is 0 up, 1 down, 2 to zero, 3 to the nearest, even at a tie.
#[inline(never)]
pub(crate) fn round(x: f64, mode: u32) -> f64 {
    let magnitude = f64::from_bits(x.to_bits() & !SIGN);
    if x.is_nan() || magnitude >= INTEGERS {
        // An infinity or an integer stays; a NaN becomes quiet.
        return if x.is_nan() { x + x } else { x };
    }
    let rounded = if mode & 3 == 3 {
        magnitude + INTEGERS - INTEGERS
    } else {
        let whole = (magnitude as u64) as f64;
        let is_up = (mode & 3 == 0 && x > 0.0) || (mode & 3 == 1 && x < 0.0);
        if is_up && whole < magnitude { whole + 1.0 } else { whole }
    };
    with_sign_of(rounded, x)
}

/// Integer part of a double, of 32 or 64 bits. Bit 0 of `mode` is for unsigned, bit 1 for saturating.
///
/// # Errors
/// The trap, if there is no such integer and `mode` isn't saturating.
#[inline(never)]
pub(crate) fn truncate(x: f64, mode: u32, wide: bool) -> Result<u64, TrapKind> {
    let unsigned = mode & 1 != 0;
    // Both bounds are excluded. That below signed 64 bits isn't a double, so it's the next one down.
    let (low, high, bits) = match (wide, unsigned) {
        (false, false) => (-2_147_483_649.0, 2_147_483_648.0, 31),
        (false, true) => (-1.0, 4_294_967_296.0, 32),
        (true, false) => (-9_223_372_036_854_777_856.0, 9_223_372_036_854_775_808.0, 63),
        (true, true) => (-1.0, 18_446_744_073_709_551_616.0, 64),
    };
    if x > low && x < high {
        let magnitude = f64::from_bits(x.to_bits() & !SIGN) as u64;
        return Ok(if x < 0.0 { magnitude.wrapping_neg() } else { magnitude });
    }
    if mode & 2 == 0 {
        return Err(if x.is_nan() { TrapKind::BadConversion } else { TrapKind::IntegerOverflow });
    }
    let greatest = u64::MAX.wrapping_shr(64 - bits);
    let least = if unsigned { 0 } else { !greatest };
    Ok(if x.is_nan() {
        0
    } else if x < 0.0 {
        least
    } else {
        greatest
    })
}

/// A float as a double. A signalling NaN becomes quiet, which not every soft-float library sees to.
#[inline(never)]
pub(crate) fn promote(x: f32) -> f64 {
    let wide = f64::from(x);
    if x.is_nan() { f64::from_bits(wide.to_bits() | 1 << 51) } else { wide }
}

/// A double as a float, rounded; NaNs as in [`promote`].
#[inline(never)]
pub(crate) fn demote(x: f64) -> f32 {
    let narrow = x as f32;
    if x.is_nan() { f32::from_bits(narrow.to_bits() | 1 << 22) } else { narrow }
}

/// Square root. That of a 32-bit float, rounded to one, is exactly rounded too.
#[inline(never)]
pub(crate) fn square_root(x: f64) -> f64 {
    libm::sqrt(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_nans_in_extremes() {
        assert_eq!(extreme64(0.0, -0.0, false).to_bits(), SIGN);
        assert_eq!(extreme64(-0.0, 0.0, true).to_bits(), 0);
        assert_eq!(extreme32(1.0, -2.0, false), -2.0);
        assert_eq!(extreme32(1.0, -2.0, true), 1.0);
        assert!(extreme32(f32::NAN, 1.0, true).is_nan());
        assert!(extreme64(1.0, f64::NAN, false).is_nan());
    }

    #[test]
    fn rounding_keeps_the_sign_and_ties_go_to_even() {
        for (x, up, down, zero, nearest) in [
            (0.5, 1.0, 0.0, 0.0, 0.0),
            (-0.5, -0.0, -1.0, -0.0, -0.0),
            (1.5, 2.0, 1.0, 1.0, 2.0),
            (2.5, 3.0, 2.0, 2.0, 2.0),
            (-2.5, -2.0, -3.0, -2.0, -2.0),
            (-0.0, -0.0, -0.0, -0.0, -0.0),
            (4_503_599_627_370_495.5, INTEGERS, INTEGERS - 1.0, INTEGERS - 1.0, INTEGERS),
        ] {
            for (mode, expected) in [up, down, zero, nearest].into_iter().enumerate() {
                let expected: f64 = expected;
                assert_eq!(round(x, mode as u32).to_bits(), expected.to_bits(), "{x} mode {mode}");
            }
        }
        assert_eq!(round(f64::NEG_INFINITY, 0), f64::NEG_INFINITY);
        assert!(round(f64::NAN, 3).is_nan());
    }

    #[test]
    fn conversions_make_nans_quiet() {
        assert_eq!(promote(f32::from_bits(0x7fa0_0000)).to_bits() & 1 << 51, 1 << 51);
        assert_eq!(demote(f64::from_bits(0x7ff4_0000_0000_0000)).to_bits() & 1 << 22, 1 << 22);
        assert_eq!((promote(1.5), demote(-2.5)), (1.5, -2.5));
    }

    #[test]
    fn truncation_traps_just_outside() {
        assert_eq!(truncate(-2_147_483_648.9, 0, false).map(|bits| bits as u32), Ok(0x8000_0000));
        assert_eq!(truncate(2_147_483_648.0, 0, false), Err(TrapKind::IntegerOverflow));
        assert_eq!(truncate(2_147_483_648.0, 2, false), Ok(0x7fff_ffff));
        assert_eq!(truncate(-0.9, 1, true), Ok(0));
        assert_eq!(truncate(-1.0, 1, true), Err(TrapKind::IntegerOverflow));
        assert_eq!(truncate(-9_223_372_036_854_775_808.0, 0, true), Ok(1 << 63));
        assert_eq!(truncate(f64::NAN, 0, true), Err(TrapKind::BadConversion));
        assert_eq!(truncate(f64::NAN, 2, true), Ok(0));
    }
}
