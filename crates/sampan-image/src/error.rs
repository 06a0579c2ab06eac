// SPDX-License-Identifier: Apache-2.0
//! What was wrong with an image, and where.

use core::fmt;
use core::num::NonZeroU32;

/// Bytes of an image, at most: what an [`Error`] can point into.
pub const MAX_IMAGE_BYTES: usize = 0xff_ffff;

/// Why an image, a trust store or a policy was refused.
// One word, so that it comes back in a register: parsers are full of ways out, and 8 bytes took a third more flash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error(NonZeroU32);

impl Error {
    /// An error of this kind that shows at this byte.
    #[must_use]
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        // The lowest byte is the kind and one, so it's never all 0. What lies further in than an image can be comes
        // out wrong, and nothing else.
        let [low, middle, high, ..] = offset.to_le_bytes();
        Self(NonZeroU32::MIN.saturating_add(u32::from_le_bytes([kind as u8, low, middle, high])))
    }

    /// What was wrong.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        let [number, ..] = self.0.get().to_le_bytes();
        // Every error was made of a kind, so one is found.
        ErrorKind::ALL.get(usize::from(number).saturating_sub(1)).copied().unwrap_or(ErrorKind::Truncated)
    }

    /// Byte of the input where that showed.
    #[must_use]
    pub const fn offset(self) -> usize {
        (self.0.get() >> 8) as usize
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.kind(), self.offset())
    }
}

macro_rules! kinds {
    ($($kind:ident: $text:literal,)+) => {
        /// What was wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorKind { $(#[doc = concat!("It is or has: ", $text, ".")] $kind,)+ }

        impl ErrorKind {
            /// Every kind, for tables and tests.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The kind as a person reads it.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$kind => $text,)+ }
            }
        }
    };
}

kinds! {
    Truncated: "bytes missing at its end",
    TrailingBytes: "bytes left over",
    UnexpectedType: "an item of another type",
    NotShortest: "a number not in its shortest form",
    IndefiniteLength: "an indefinite length",
    KeyOrder: "map keys that are unsorted or repeated",
    UnknownKey: "an unknown map key",
    MissingKey: "a required map key missing",
    NotText: "text that isn't UTF-8",
    OutOfRange: "a value out of range",
    TooMany: "more items than the profile allows",
    WrongVersion: "a format version that this code doesn't read",
    UnsupportedAlgorithm: "an algorithm that isn't supported",
    UnprotectedHeader: "a header outside the signature",
    Unsigned: "no signature",
    ManifestDigest: "a manifest that its digest doesn't match",
    UnknownSigner: "a signature by no trusted key",
    RevokedSigner: "a signature by a revoked key",
    BadSignature: "a signature that doesn't verify",
    ForeignPrefix: "a signature by a key that may not speak for this container",
    MissingRole: "a part that nobody with the role for it has signed",
    UnsupportedCommand: "a command outside the profile",
    UnsupportedParameter: "a parameter outside the profile",
    RepeatedParameter: "a parameter set twice",
    MissingParameter: "a parameter missing or set too late",
    MissingCommand: "a required command missing",
    ComponentIndex: "a component index out of range",
    BadComponent: "a component identifier outside the profile",
    RepeatedComponent: "the same component twice",
    ForeignVendor: "another vendor's id",
    ForeignClass: "another device class, engine or target",
    PayloadMissing: "a payload missing",
    PayloadUnused: "a payload that no component names, or that two do",
    PayloadSize: "a payload of another size",
    PayloadDigest: "a payload that its digest doesn't match",
    Rollback: "a sequence number not above the counter",
    BelowFloor: "a sequence number below the floor",
    CounterFailed: "no counter to compare with: the platform failed",
    CryptoFailed: "no verdict: the crypto provider failed",
    RepeatedKey: "the same key or key id twice",
    BadPermission: "a malformed permission",
    BadName: "a malformed name",
    NotAModule: "no WebAssembly module",
    BadSection: "a malformed section",
    RepeatedSection: "the same section twice",
}

impl ErrorKind {
    pub(crate) const fn at(self, offset: usize) -> Error {
        Error::new(self, offset)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.kind().text(), self.offset())
    }
}

impl core::error::Error for Error {}
