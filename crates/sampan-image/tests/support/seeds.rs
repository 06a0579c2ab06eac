// SPDX-License-Identifier: Apache-2.0
//! Good inputs of each kind, for fuzzing and mutation to begin with.

use super::*;
use sampan_image::build::encode_sbom;
use sampan_image::{Budgets, DeniedAction, FaultAction, FaultPolicy};

/// A policy that says everything.
pub fn full_policy() -> PolicyBuilder {
    PolicyBuilder {
        requested: Some(vec!["log".to_owned(), "net.connect:[::1]:80".to_owned()]),
        budgets: Budgets { memory_bytes: Some(65536), kv_bytes: Some(1), ..Budgets::default() },
        denied: DeniedAction::Trap,
        fault: FaultPolicy {
            action: FaultAction::Restart,
            backoff_ms: Some(1),
            backoff_cap_ms: Some(2),
            quarantine_after: Some(3),
            window_s: Some(4),
        },
        args: vec!["a".to_owned()],
        env: vec!["B=c".to_owned()],
        autostart: true,
        devices: [("led".to_owned(), "led0".to_owned())].into(),
        ..policy()
    }
}

/// Every seed: the fuzz target that it's for, its name, and its bytes.
pub fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut versioned = Recipe::new();
    let version = Item::Nested(Box::new(Item::Array(vec![Item::Int(1), Item::Int(2)])));
    versioned.version_of_the_image = Some(version);
    let ed25519 = KeyEntry {
        id: vec![9; 16],
        key: PublicKey::Ed25519([7; 32]),
        roles: Roles::ROOT,
        prefix: String::new(),
        state: KeyState::Revoked,
    };
    let mut keys = trust_builder(3);
    keys.keys.push(ed25519);
    vec![
        ("image", "two-signatures", signed(9)),
        ("image", "module-alone", Recipe::new().signed()),
        ("image", "unsigned", unsigned(1)),
        ("manifest", "module", Recipe::new().manifest()),
        ("manifest", "versioned", versioned.manifest()),
        ("policy", "empty", PolicyBuilder::default().build().unwrap()),
        ("policy", "full", full_policy().build().unwrap()),
        ("policy", "sbom", encode_sbom(b"{}", "https://example.com").unwrap()),
        ("policy", "module", module()),
        ("trust", "signed", trust_bytes()),
        ("trust", "ed25519", sign(&keys.build().unwrap(), &private(ROOT_B)).unwrap()),
    ]
}
