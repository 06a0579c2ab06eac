// SPDX-License-Identifier: Apache-2.0
//! The signed image: a strict parser and verifier, the trust store and the policy.
//!
//! An image is an IETF SUIT envelope signed by `COSE_Sign1`, held to a profile so narrow that every byte
//! of it is either authenticated or refused: definite lengths, shortest forms, sorted keys, nothing
//! unknown, nothing left over. [`Verifier`] is the only way to an [`Image`]; what it hands out borrows from
//! the bytes that were verified, which stay where they lie. Nothing here allocates, blocks, or panics.
//!
//! `docs/image-format.md` specifies it. [`Crypto`] and [`Counters`] are what the firmware brings; the
//! feature `rust-crypto` brings the first. The feature `build` makes images, on a host.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs, unreachable_pub, clippy::allow_attributes_without_reason)]
// Tests may panic, which is how they fail.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

#[cfg(feature = "build")]
extern crate std;

#[cfg(feature = "build")]
pub mod build;
mod cbor;
mod crypto;
mod envelope;
mod error;
#[cfg(feature = "rust-crypto")]
mod es256;
mod identity;
mod manifest;
mod permission;
mod policy;
mod request;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;
mod sbom;
mod trust;
mod verify;

pub use crypto::{Algorithm, Crypto, CryptoFailed, PublicKey};
pub use envelope::{Envelope, MAX_SIGNATURES, Signature};
pub use error::{Error, ErrorKind, MAX_IMAGE_BYTES};
pub use identity::{Device, GUEST_ABI, class_id, is_container_id};
pub use manifest::{Component, MAX_COMPONENTS, Manifest, Part, Version};
pub use permission::{
    Argument, Effective, MAX_PERMISSION_BYTES, MAX_PERMISSIONS, Meet, MeetIter, Permission, PermissionError,
    PermissionIter, Permissions, RefusedIter, is_topic_filter,
};
pub use policy::{Budgets, DeniedAction, Devices, FaultAction, FaultPolicy, POLICY_VERSION, Policy, Texts};
pub use request::{REQUEST_SECTION, requested_permissions};
#[cfg(feature = "rust-crypto")]
pub use rust_crypto::RustCrypto;
pub use sbom::Sbom;
pub use trust::{KeyState, MAX_KEYS, Roles, TRUST_STORE_ID, TrustStore, TrustedKey};
pub use verify::{Contents, CounterFailed, Counters, Image, Purpose, RaiseCounters, Verifier};
