// SPDX-License-Identifier: Apache-2.0
//! ES256 for verifiers: ECDSA on P-256 out of the arithmetic of `p256`, for the least flash and stack.
//!
//! All that goes in is public, so nothing here need take the same time for every input. The way through `p256::ecdsa` does,
//! and has tables of multiples on the stack for it: on a Cortex-M4 that is 4 KB of stack and 7 KB of flash more, for 15 %
//! fewer instructions. Points are added by complete formulas, so no sum needs a case of its own.

use p256::elliptic_curve::Group;
use p256::elliptic_curve::ff::{Field, PrimeField};
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};

/// Whether `signature` (r, then s) is that of `hash` under the point `key` (x, then y).
pub(crate) fn verify(key: &[u8; 64], hash: &[u8; 32], signature: &[u8; 64]) -> bool {
    verified(key, hash, signature).is_some()
}

fn verified(key: &[u8; 64], hash: &[u8; 32], signature: &[u8; 64]) -> Option<()> {
    let (r, s) = halves(signature)?;
    let key = point(key)?;
    let (r, s) = (scalar(r)?, scalar(s)?);
    let inverse = s.invert().into_option()?;
    let hash = <Scalar as Reduce<FieldBytes>>::reduce(hash.into());
    let sum = sum_of_multiples(&product(&hash, &inverse), &product(&r, &inverse), &key);
    // The point at infinity has an x of 0 here, which r isn't.
    (<Scalar as Reduce<FieldBytes>>::reduce(&sum.to_affine().x()) == r).then_some(())
}

fn halves(bytes: &[u8; 64]) -> Option<(&[u8; 32], &[u8; 32])> {
    let ([first, second], _) = bytes.as_chunks() else { return None };
    Some((first, second))
}

/// The point of these coordinates, if it's on the curve.
// By coordinates, which are checked, since the way by SEC1 links decompression: 2.8 KB.
#[inline(never)]
fn point(key: &[u8; 64]) -> Option<ProjectivePoint> {
    let (x, y) = halves(key)?;
    AffinePoint::from_coordinates(x.into(), y.into()).into_option().map(Into::into)
}

/// A number from 1 to the order of the curve, without it.
#[inline(never)]
fn scalar(bytes: &[u8; 32]) -> Option<Scalar> {
    Scalar::from_repr((*bytes).into()).into_option().filter(|scalar| !bool::from(scalar.is_zero()))
}

/// Bits of a number, the highest first.
fn bits(scalar: &Scalar) -> impl Iterator<Item = bool> {
    scalar.to_bytes().into_iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 != 0))
}

/// `a * b`, by doubling and adding: two of these are wanted, and the multiplication of `p256` has 2.9 KB.
#[inline(never)]
fn product(a: &Scalar, b: &Scalar) -> Scalar {
    let mut sum = Scalar::ZERO;
    for bit in bits(b) {
        sum = sum.double();
        if bit {
            sum = sum.add(a);
        }
    }
    sum
}

/// `a * G + b * key`, by one row of doublings.
#[inline(never)]
fn sum_of_multiples(a: &Scalar, b: &Scalar, key: &ProjectivePoint) -> ProjectivePoint {
    let both = ProjectivePoint::GENERATOR.add(key);
    let mut sum = ProjectivePoint::IDENTITY;
    for bits in bits(a).zip(bits(b)) {
        sum = sum.double();
        match bits {
            (true, true) => sum = sum.add(&both),
            (true, false) => sum = sum.add(&ProjectivePoint::GENERATOR),
            (false, true) => sum = sum.add(key),
            (false, false) => {}
        }
    }
    sum
}
