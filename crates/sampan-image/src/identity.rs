// SPDX-License-Identifier: Apache-2.0
//! Who an image is for: vendor, class and container.

use crate::crypto::{Crypto, CryptoFailed};
use crate::manifest::Part;
use sampan_abi::limits::MAX_NAME;

/// Version of the interface between container and runtime that this code reads images for.
pub const GUEST_ABI: u8 = 1;

/// What a device is, to whoever makes images for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device<'a> {
    /// The vendor's UUID.
    pub vendor_id: [u8; 16],
    /// Version of packed bytecode that its packed engine runs; `None` without that engine.
    pub packed_format: Option<u8>,
    /// Name of the target whose native code it runs; `None` without the native engine.
    pub native_target: Option<&'a str>,
}

impl Device<'_> {
    /// The class that a part for this device has; `None` if the device has no use for such a part.
    pub(crate) fn class_of(
        &self,
        part: Part,
        crypto: &impl Crypto,
    ) -> Result<Option<[u8; 16]>, CryptoFailed> {
        let version;
        let detail = match part {
            Part::Packed => match self.packed_format {
                Some(format) => {
                    version = [format];
                    &version
                }
                None => return Ok(None),
            },
            Part::Native => match self.native_target {
                Some(target) => target.as_bytes(),
                None => return Ok(None),
            },
            _ => &[],
        };
        class_id(&self.vendor_id, part, detail, crypto).map(Some)
    }
}

/// The class id of a part: a UUID of version 8, from the SHA-256 of what it takes to run it.
///
/// `detail` is the format version of packed bytecode, the target of native code, else nothing.
///
/// # Errors
/// [`CryptoFailed`].
pub fn class_id(
    vendor_id: &[u8; 16],
    part: Part,
    detail: &[u8],
    crypto: &impl Crypto,
) -> Result<[u8; 16], CryptoFailed> {
    let hash = crypto.sha256(&[vendor_id, b"sampan", &[GUEST_ABI], part.letter().as_bytes(), detail])?;
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut id;
    *version = *version & 0x0f | 0x80;
    *variant = *variant & 0x3f | 0x80;
    Ok(id)
}

/// Whether text can be a container's id: 1 to 23 of `A-Z a-z 0-9 - _ .`.
#[must_use]
pub fn is_container_id(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
