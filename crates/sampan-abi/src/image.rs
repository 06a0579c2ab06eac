// SPDX-License-Identifier: Apache-2.0
//! Numbers of signed images: what one is verified for, which permissions are asked about, who may sign what.

/// What an image is verified for: it decides which sequence numbers pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ImagePurpose {
    /// To install: it must be newer than what proved healthy.
    Install = 1,
    /// To run: it must not be older.
    Run = 2,
}

impl ImagePurpose {
    /// Reads a number from the wire; `None` for one that names no purpose.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        [Self::Install, Self::Run].into_iter().find(|&purpose| purpose as u8 == raw)
    }
}

/// One of the lists of permissions that an image has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PermissionList {
    /// What the code asks for.
    Requested = 1,
    /// What the policy grants.
    Granted = 2,
    /// What the container may do: what is in both.
    Effective = 3,
    /// What the code asks for but nothing of which is granted.
    Refused = 4,
}

impl PermissionList {
    /// Reads a number from the wire; `None` for one that names no list.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        let all = [Self::Requested, Self::Granted, Self::Effective, Self::Refused];
        all.into_iter().find(|&list| list as u8 == raw)
    }
}

/// One of the lists of texts that an image's policy has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PolicyList {
    /// Arguments, after the container's name.
    Args = 1,
    /// Environment: `NAME=value`.
    Env = 2,
    /// Devices: the container's name for one, `=`, and the board's.
    Devices = 3,
}

impl PolicyList {
    /// Reads a number from the wire; `None` for one that names no list.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        [Self::Args, Self::Env, Self::Devices].into_iter().find(|&list| list as u8 == raw)
    }
}

/// What a key may sign; roles add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyRole {
    /// Modules, packed bytecode and bills of materials.
    Developer = 1,
    /// Policies.
    Operator = 2,
    /// Native code.
    Aot = 4,
    /// Trust stores: one of the two keys in the firmware.
    Root = 8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        assert_eq!(ImagePurpose::from_raw(1), Some(ImagePurpose::Install));
        assert_eq!(ImagePurpose::from_raw(2), Some(ImagePurpose::Run));
        assert_eq!(ImagePurpose::from_raw(0), None);
        assert_eq!(PermissionList::from_raw(4), Some(PermissionList::Refused));
        assert_eq!(PermissionList::from_raw(5), None);
        assert_eq!(PolicyList::from_raw(3), Some(PolicyList::Devices));
        assert_eq!(PolicyList::from_raw(0), None);
    }
}
