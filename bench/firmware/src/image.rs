// SPDX-License-Identifier: Apache-2.0
//! The verifier of signed images alone: what its flash is measured of.
//!
//! Everything that decides on an image is in it: the trust store, the envelope, signatures, roles, device, freshness and
//! payloads. The runtime around it isn't, nor what a policy says.

use sampan_image::{
    Contents,     CounterFailed, Counters, Crypto, CryptoFailed, Device, PublicKey, Purpose, RustCrypto, TrustStore, Verifier,
};

unsafe extern "C" {
    fn bench_es256(key: *const u8, hash: *const u8, signature: *const u8) -> bool;
}

/// SHA-256 built in, and signatures verified by somebody else.
struct Foreign;

impl Crypto for Foreign {
    fn sha256(&self, pieces: &[&[u8]]) -> Result<[u8; 32], CryptoFailed> {
        RustCrypto.sha256(pieces)
    }

    fn verify_es256(&self, key: &[u8; 64], hash: &[u8; 32], signature: &[u8; 64]) -> Result<bool, CryptoFailed> {
        // SAFETY: all three are readable for as many bytes as the function reads.
        Ok(unsafe { bench_es256(key.as_ptr(), hash.as_ptr(), signature.as_ptr()) })
    }

    fn verify_ed25519(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Err(CryptoFailed)
    }
}

/// Counters that were never moved.
struct Zero;

impl Counters for Zero {
    fn confirmed(&self, _: &str) -> Result<u64, CounterFailed> {
        Ok(0)
    }

    fn floor(&self, _: &str) -> Result<u64, CounterFailed> {
        Ok(0)
    }
}

#[repr(C)]
pub(crate) struct Input { vendor_id: [u8; 16], roots: [[u8; 64]; 2], trust: &'static [u8], image: &'static [u8] }

/// One envelope under two given keys.
fn envelope(input: &Input, crypto: &impl Crypto) -> Result<bool, sampan_image::Error> {
    let contents = Contents::read(input.image)?;
    let envelope = contents.envelope();
    envelope.check_digest(crypto)?;
    for signature in envelope.signatures() {
        if !envelope.signed_by(&signature, &PublicKey::Es256(input.roots[0]), crypto)? {
            return Ok(false);
        }
    }
    contents.check_payloads(crypto)?;
    Ok(true)
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn bench_envelope(input: &Input) -> i32 { envelope(input, &RustCrypto).map_or(-1, i32::from) }
#[unsafe(no_mangle)]
pub(crate) extern "C" fn bench_envelope_foreign(input: &Input) -> i32 { envelope(input, &Foreign).map_or(-1, i32::from) }

fn verify(input: &Input, crypto: &impl Crypto) -> i32 {
    let device = Device { vendor_id: input.vendor_id, packed_format: Some(1), native_target: None };
    let roots = [PublicKey::Es256(input.roots[0]), PublicKey::Es256(input.roots[1])];
    let trust = match TrustStore::verify(input.trust, Purpose::Installed, &device, &roots, None, &Zero, crypto) {
        Ok(trust) => trust,
        Err(error) => return error.kind() as i32 + 1,
    };
    let verifier = Verifier { device, trust, counters: &Zero, crypto };
    match verifier.verify(input.image, Purpose::Install) {
        Ok(_) => 0,
        Err(error) => error.kind() as i32 + 1,
    }
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn bench_image(input: &Input) -> i32 { verify(input, &RustCrypto) }
#[unsafe(no_mangle)]
pub(crate) extern "C" fn bench_image_foreign(input: &Input) -> i32 { verify(input, &Foreign) }
