// SPDX-License-Identifier: Apache-2.0
//! The verifier of signed images without the runtime around it, for `image_main.c`.
//!
//! Two things are measured. One envelope: read, its digest, its signature under a given key, and its payloads. And all
//! that decides on an image: the trust store's envelope, then the image's under the keys of that store, with roles,
//! device and sequence number. Either is there twice, with ES256 built in and with one that isn't counted.

use sampan_image::{
    Contents, CounterFailed, Counters, Crypto, CryptoFailed, Device, Error, ErrorKind, PublicKey, Purpose,
    RustCrypto, TrustStore, Verifier,
};
use sampan_packed_format::image::FORMAT_VERSION;

unsafe extern "C" {
    fn bench_es256(key: *const u8, hash: *const u8, signature: *const u8) -> bool;
}

/// `struct bench_image`.
#[repr(C)]
struct RawImage {
    vendor_id: [u8; 16],
    root_keys: [[u8; 64]; 2],
    trust: *const u8,
    trust_len: usize,
    image: *const u8,
    image_len: usize,
}

/// The same, made safe.
struct Input<'i> {
    raw: &'i RawImage,
    trust: &'i [u8],
    image: &'i [u8],
}

/// SHA-256 built in, and ES256 by somebody else, as in a firmware with PSA Crypto.
struct Foreign;

impl Crypto for Foreign {
    fn sha256(&self, pieces: &[&[u8]]) -> Result<[u8; 32], CryptoFailed> {
        RustCrypto.sha256(pieces)
    }

    fn verify_es256(
        &self,
        key: &[u8; 64],
        hash: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<bool, CryptoFailed> {
        // SAFETY: each is readable for as many bytes as the function is told of.
        Ok(unsafe { bench_es256(key.as_ptr(), hash.as_ptr(), signature.as_ptr()) })
    }

    fn verify_ed25519(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Err(CryptoFailed)
    }
}

/// Counters that were never moved.
struct Fresh;

impl Counters for Fresh {
    fn confirmed(&self, _: &str) -> Result<u64, CounterFailed> {
        Ok(0)
    }

    fn floor(&self, _: &str) -> Result<u64, CounterFailed> {
        Ok(0)
    }
}

/// The trust store's envelope, under the first root key.
#[inline(never)]
fn envelope(input: &Input<'_>, crypto: &impl Crypto) -> Result<(), Error> {
    let [root, _] = input.raw.root_keys;
    let contents = Contents::read(input.trust)?;
    let envelope = contents.envelope();
    envelope.check_digest(crypto)?;
    for signature in envelope.signatures() {
        if !envelope.signed_by(&signature, &PublicKey::Es256(root), crypto)? {
            return Err(Error::new(ErrorKind::BadSignature, signature.offset));
        }
    }
    contents.check_payloads(crypto)
}

/// The image, under the keys of the trust store.
#[inline(never)]
fn image(input: &Input<'_>, crypto: &impl Crypto) -> Result<(), Error> {
    let device =
        Device { vendor_id: input.raw.vendor_id, packed_format: Some(FORMAT_VERSION), native_target: None };
    let roots = input.raw.root_keys.map(PublicKey::Es256);
    let purpose = Purpose::Install;
    let trust = TrustStore::verify(input.trust, purpose, &device, &roots, None, &Fresh, crypto)?;
    Verifier { device, trust, counters: &Fresh, crypto }.verify(input.image, purpose).map(|_| ())
}

/// 0, or why the input was refused and where.
///
/// # Safety
/// `input` is a constant, as is what it refers to.
unsafe fn judge(input: *const RawImage, verify: impl FnOnce(&Input<'_>) -> Result<(), Error>) -> u32 {
    // SAFETY: as the caller promised.
    let raw = unsafe { &*input };
    // SAFETY: as above.
    let trust = unsafe { core::slice::from_raw_parts(raw.trust, raw.trust_len) };
    // SAFETY: as above.
    let image = unsafe { core::slice::from_raw_parts(raw.image, raw.image_len) };
    verify(&Input { raw, trust, image })
        .map_or_else(|error| ((error.offset() as u32) << 8) | (error.kind() as u32 + 1), |()| 0)
}

/// # Safety
/// `input` is a constant, as is what it refers to.
#[unsafe(no_mangle)]
unsafe extern "C" fn bench_envelope(input: *const RawImage) -> u32 {
    // SAFETY: as the caller promised.
    unsafe { judge(input, |input| envelope(input, &RustCrypto)) }
}

/// # Safety
/// `input` is a constant, as is what it refers to.
#[unsafe(no_mangle)]
unsafe extern "C" fn bench_envelope_foreign(input: *const RawImage) -> u32 {
    // SAFETY: as the caller promised.
    unsafe { judge(input, |input| envelope(input, &Foreign)) }
}

/// # Safety
/// `input` is a constant, as is what it refers to.
#[unsafe(no_mangle)]
unsafe extern "C" fn bench_image(input: *const RawImage) -> u32 {
    // SAFETY: as the caller promised.
    unsafe { judge(input, |input| image(input, &RustCrypto)) }
}

/// # Safety
/// `input` is a constant, as is what it refers to.
#[unsafe(no_mangle)]
unsafe extern "C" fn bench_image_foreign(input: *const RawImage) -> u32 {
    // SAFETY: as the caller promised.
    unsafe { judge(input, |input| image(input, &Foreign)) }
}
