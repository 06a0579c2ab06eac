// SPDX-License-Identifier: Apache-2.0
//! Keys, trust stores, and images from description to verdict.

use crate::support::Directory;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::pkcs8::DecodePrivateKey;
use serde_json::Value;
use std::process::Command;

pub(crate) const VENDOR: &str = "fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe";
const MODULE: &str = r#"(module (func (export "_start")) (memory (export "memory") 1 1))"#;

pub(crate) const PROJECT: &str = r#"
[image]
name = "plant.pump"
version = "1.2.3"
sequence = 7
vendor = "fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe"
module = "app.wasm"

[permissions]
requested = ["log", "msg.pub:plant/+/temp", "kv:4096", "gpio:led0"]
granted = ["log", "msg.pub:plant/1/#", "kv:2048"]

[budgets]
memory = "64k"
cpu_share = 300

[policy]
denied = "trap"
args = ["--fast"]
env = { MODE = "test" }
autostart = true

[fault]
action = "restart"
backoff_ms = 100
backoff_cap_ms = 60000
quarantine_after = 5
window_s = 3600

[devices]
led = "led0"
"#;

/// Runs the tool, which must succeed.
pub(crate) fn ok(directory: &Directory, args: &[&str]) -> String {
    let outcome = directory.sampan(args);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{args:?}: {outcome:?}");
    outcome.stdout
}

pub(crate) fn read(directory: &Directory, name: &str) -> Vec<u8> {
    std::fs::read(directory.path().join(name)).unwrap()
}

/// Keys of both roots, a developer and an operator, a trust store, and a project.
pub(crate) fn workshop() -> Directory {
    let directory = Directory::new().module("app.wasm", MODULE).file("sampan.toml", PROJECT.as_bytes());
    for key in ["root1", "root2", "dev", "op", "stranger"] {
        let said = ok(&directory, &["keygen", &format!("{key}.pem")]);
        assert!(
            said.starts_with(&format!("{key}.pem: key ")) && said.contains(&format!("{key}.pem.pub")),
            "{said}"
        );
    }
    ok(
        &directory,
        &[
            "trust",
            "add",
            "trust.suit",
            "--vendor",
            VENDOR,
            "--key",
            "dev.pem.pub",
            "--role",
            "developer",
            "--prefix",
            "plant.",
            "--sign-with",
            "root1.pem",
        ],
    );
    ok(
        &directory,
        &[
            "trust",
            "add",
            "trust.suit",
            "--key",
            "op.pem.pub",
            "--role",
            "operator",
            "--sign-with",
            "root1.pem",
        ],
    );
    directory
}

pub(crate) const VERIFY: &[&str] =
    &["verify", "sampan.suit", "--trust", "trust.suit", "--root", "root1.pem.pub", "--root", "root2.pem.pub"];

#[test]
fn from_description_to_verdict() {
    let directory = workshop();
    assert!(ok(&directory, &["pack", "sampan.toml"]).contains("unsigned"));
    directory.sampan(VERIFY).expect(77, "sampan: sampan.suit: refused: no signature (at byte 0)\n");
    ok(&directory, &["sign", "sampan.suit", "--key", "dev.pem"]);
    assert_eq!(directory.sampan(VERIFY).code, 77, "nobody has signed the policy");
    ok(&directory, &["sign", "sampan.suit", "--key", "op.pem"]);
    assert_eq!(ok(&directory, VERIFY), "sampan.suit: verified, plant.pump, sequence number 7\n");
    ok(&directory, &[VERIFY, &["--counter", "6", "--floor", "7"]].concat());
    let older = directory.sampan(&[VERIFY, &["--counter", "7"]].concat());
    assert!(older.code == 77 && older.stderr.contains("not above the counter"), "{older:?}");
    let floor = directory.sampan(&[VERIFY, &["--floor", "8"]].concat());
    assert!(floor.code == 77 && floor.stderr.contains("below the floor"), "{floor:?}");
    let vendor = directory.sampan(&[VERIFY, &["--vendor", "00000000-0000-0000-0000-000000000000"]].concat());
    assert_eq!(vendor.code, 77, "{vendor:?}");
    let root = ["verify", "sampan.suit", "--trust", "trust.suit", "--root", "stranger.pem.pub"];
    let root = directory.sampan(&root);
    assert!(root.code == 77 && root.stderr.contains("trust.suit: refused"), "{root:?}");
    // Signed twice by one key, or by a key that isn't listed.
    assert_eq!(directory.sampan(&["sign", "sampan.suit", "--key", "dev.pem"]).code, 77);
    ok(&directory, &["sign", "sampan.suit", "--key", "stranger.pem", "--output", "other.suit"]);
    let foreign = directory.sampan(&[&["verify", "other.suit"], &VERIFY[2..]].concat());
    assert!(foreign.code == 77 && foreign.stderr.contains("no trusted key"), "{foreign:?}");
    let mut tampered = read(&directory, "sampan.suit");
    *tampered.last_mut().unwrap() ^= 1;
    let directory = directory.file("sampan.suit", &tampered);
    let tampered = directory.sampan(VERIFY);
    assert!(tampered.code == 77 && tampered.stderr.contains("digest doesn't match"), "{tampered:?}");
}

#[test]
fn packing_and_signing_are_reproducible() {
    let directory = workshop();
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem", "--output", "again.suit"]);
    ok(&directory, VERIFY);
    assert_eq!(read(&directory, "sampan.suit"), read(&directory, "again.suit"));
}

#[test]
fn inspection_for_programs_and_for_people() {
    let directory = workshop();
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem"]);
    let json: Value = serde_json::from_str(&ok(&directory, &["inspect", "sampan.suit", "--json"])).unwrap();
    assert_eq!(
        (&json["container"], &json["sequence"], &json["version"]),
        (&"plant.pump".into(), &7.into(), &"1.2.3".into())
    );
    assert_eq!(json["effective"], serde_json::json!(["kv:2048", "log", "msg.pub:plant/1/temp"]));
    assert_eq!(json["not_granted"], serde_json::json!(["gpio:led0"]));
    let parts: Vec<_> =
        json["components"].as_array().unwrap().iter().map(|part| part["part"].clone()).collect();
    assert_eq!(parts, ["b", "m", "p", "s"]);
    assert_eq!(json["components"][0]["vendor"], VENDOR);
    assert_eq!((&json["manifest_matches"], &json["payloads_match"]), (&true.into(), &true.into()));
    assert_eq!(json["signatures"][0]["algorithm"], "ES256");
    let policy = &json["policy"];
    assert_eq!(policy["budgets"], serde_json::json!({ "memory": 65536, "cpu_share": 300 }));
    assert_eq!((&policy["denied"], &policy["fault"]["action"]), (&"trap".into(), &"restart".into()));
    assert_eq!((&policy["env"][0], &policy["devices"]["led"]), (&"MODE=test".into(), &"led0".into()));
    let text = ok(&directory, &["inspect", "sampan.suit"]);
    for line in
        ["container: plant.pump", "effective: kv:2048, log, msg.pub:plant/1/temp", "not_granted: gpio:led0"]
    {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(text.starts_with("Nothing of this is verified"));
}

#[test]
fn a_packed_image_hands_the_request_on() {
    let packed = PROJECT.replace("module = \"app.wasm\"", "module = \"app.wasm\"\nengines = [\"packed\"]");
    let directory = workshop().file("sampan.toml", packed.as_bytes());
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    ok(&directory, VERIFY);
    let json: Value = serde_json::from_str(&ok(&directory, &["inspect", "sampan.suit", "--json"])).unwrap();
    assert_eq!(json["components"].as_array().unwrap().len(), 3);
    assert_eq!(json["effective"], serde_json::json!(["kv:2048", "log", "msg.pub:plant/1/temp"]));
}

#[test]
fn a_signature_made_elsewhere() {
    let directory = workshop();
    ok(&directory, &["pack", "sampan.toml", "--key", "op.pem"]);
    let step = ["sign", "sampan.suit", "--public-key", "dev.pem.pub"];
    ok(&directory, &[&step[..], &["--digest-out", "digest.bin"]].concat());
    let digest = read(&directory, "digest.bin");
    assert_eq!(digest.len(), 32);
    let key = String::from_utf8(read(&directory, "dev.pem")).unwrap();
    let key = SigningKey::from(p256::SecretKey::from_pkcs8_pem(&key).unwrap());
    let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
    let directory = directory
        .file("good.sig", &signature.to_bytes())
        .file("bad.sig", &[1; 64])
        .file("short.sig", &[1; 63]);
    assert_eq!(directory.sampan(&[&step[..], &["--signature-in", "bad.sig"]].concat()).code, 77);
    assert_eq!(directory.sampan(&[&step[..], &["--signature-in", "short.sig"]].concat()).code, 77);
    ok(&directory, &[&step[..], &["--signature-in", "good.sig"]].concat());
    ok(&directory, VERIFY);
}

/// Keys and signatures as OpenSSL has them: what an HSM's owner would use.
#[test]
fn openssl_makes_keys_and_signs() {
    let directory = workshop();
    let openssl = |args: &[&str]| {
        let done = Command::new("openssl").args(args).current_dir(directory.path()).output();
        let done = done.expect("this test needs openssl");
        assert!(done.status.success(), "{args:?}: {done:?}");
    };
    let curve = "ec_paramgen_curve:P-256";
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", curve, "-out", "hsm.pem"]);
    openssl(&["pkey", "-in", "hsm.pem", "-pubout", "-out", "hsm.pem.pub"]);
    let sign_with = ["--role", "developer", "--role", "operator", "--sign-with", "root1.pem"];
    ok(&directory, &[&["trust", "add", "trust.suit", "--key", "hsm.pem.pub"], &sign_with[..]].concat());
    ok(&directory, &["pack", "sampan.toml"]);
    let step = ["sign", "sampan.suit", "--public-key", "hsm.pem.pub"];
    ok(&directory, &[&step[..], &["--digest-out", "digest.bin"]].concat());
    openssl(&["pkeyutl", "-sign", "-inkey", "hsm.pem", "-in", "digest.bin", "-out", "hsm.sig"]);
    ok(&directory, &[&step[..], &["--signature-in", "hsm.sig", "--output", "detached.suit"]].concat());
    ok(&directory, &[&["verify", "detached.suit"], &VERIFY[2..]].concat());
    // With the key at hand it's the same key.
    ok(&directory, &["sign", "sampan.suit", "--key", "hsm.pem"]);
    ok(&directory, VERIFY);
    // And OpenSSL takes ours.
    openssl(&["pkey", "-in", "dev.pem", "-pubout", "-out", "dev.again"]);
    assert_eq!(read(&directory, "dev.again"), read(&directory, "dev.pem.pub"));
}

#[test]
fn trust_is_listed_and_withdrawn() {
    let directory = workshop();
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    ok(&directory, VERIFY);
    let list = ["trust", "list", "trust.suit", "--root", "root1.pem.pub", "--json"];
    let before: Value = serde_json::from_str(&ok(&directory, &list)).unwrap();
    assert_eq!(
        (&before["sequence"], &before["verified"], &before["vendor"]),
        (&2.into(), &true.into(), &VENDOR.into())
    );
    assert_eq!(before["keys"][0]["roles"], serde_json::json!(["developer"]));
    assert_eq!(
        (&before["keys"][0]["prefix"], &before["keys"][0]["state"]),
        (&"plant.".into(), &"active".into())
    );
    ok(&directory, &["trust", "revoke", "trust.suit", "--key", "dev.pem.pub", "--sign-with", "root2.pem"]);
    let revoked = directory.sampan(VERIFY);
    assert!(revoked.code == 77 && revoked.stderr.contains("revoked key"), "{revoked:?}");
    let text = ok(&directory, &["trust", "list", "trust.suit"]);
    assert!(
        text.contains("sequence number 3, NOT verified") && text.contains("revoked  developer  plant...."),
        "{text}"
    );
    // Left unsigned, it is nothing until a root key signs it; a root that it revokes is none.
    ok(&directory, &["trust", "revoke", "trust.suit", "--key", "root1.pem.pub"]);
    assert_eq!(directory.sampan(&list).code, 77);
    ok(&directory, &["sign", "trust.suit", "--key", "root1.pem", "--output", "self.suit"]);
    let own = directory.sampan(&[
        "trust",
        "list",
        "self.suit",
        "--root",
        "root1.pem.pub",
        "--root",
        "root2.pem.pub",
    ]);
    assert!(own.code == 77 && own.stderr.contains("revoked key"), "{own:?}");
    ok(&directory, &["sign", "trust.suit", "--key", "root2.pem"]);
    ok(&directory, &["trust", "list", "trust.suit", "--root", "root1.pem.pub", "--root", "root2.pem.pub"]);
    let twice = ["trust", "add", "trust.suit", "--key", "op.pem.pub", "--role", "aot"];
    assert_eq!(directory.sampan(&twice).code, 77);
}

#[test]
fn descriptions_that_do_not_fit() {
    let directory = workshop();
    let cases = [
        ("name = \"plant.pump\"", "name = \"plant pump\"", 77),
        ("name = \"plant.pump\"", "", 77),
        ("version = \"1.2.3\"", "version = \"1.2\"", 77),
        ("version = \"1.2.3\"", "version = \"1.02.3\"", 77),
        ("sequence = 7", "sequence = -7", 77),
        (VENDOR, "fa6b4a53", 77),
        ("module = \"app.wasm\"", "module = \"none.wasm\"", 66),
        ("module = \"app.wasm\"", "module = \"sampan.toml\"", 77),
        ("module = \"app.wasm\"", "module = \"app.wasm\"\nengines = []", 77),
        ("module = \"app.wasm\"", "module = \"app.wasm\"\nengines = [\"jit\"]", 77),
        ("module = \"app.wasm\"", "module = \"app.wasm\"\ncolour = 1", 77),
        ("granted = [\"log\"", "granted = [\"Log\"", 77),
        ("requested = [\"log\"", "requested = [\"gpio\"", 77),
        ("memory = \"64k\"", "memory = \"64q\"", 77),
        ("cpu_share = 300", "cpu_share = 3000", 77),
        ("denied = \"trap\"", "denied = \"ignore\"", 77),
        ("backoff_cap_ms = 60000", "", 77),
        ("led = \"led0\"", "led = \"\"", 77),
        ("[devices]", "[devices", 77),
    ];
    for (from, to, code) in cases {
        let changed = PROJECT.replacen(from, to, 1);
        assert_ne!(changed, PROJECT, "{from}");
        std::fs::write(directory.path().join("sampan.toml"), changed).unwrap();
        directory.sampan(&["pack", "sampan.toml"]).expect_line(code, "sampan: ", "");
    }
    assert!(!directory.path().join("sampan.suit").exists());
    // The module asks for something else than the description.
    let custom = r#"(module (@custom "sampan.permissions" "log\n") (func (export "_start")))"#;
    let directory = directory.module("app.wasm", custom).file("sampan.toml", PROJECT.as_bytes());
    directory.sampan(&["pack", "sampan.toml"]).expect_line(
        77,
        "sampan: app.wasm: refused: the module asks for [log]",
        "",
    );
    let directory = directory.file("sampan.toml", PROJECT.replacen("requested = ", "# ", 1).as_bytes());
    ok(&directory, &["pack", "sampan.toml"]);
}

/// The page that explains every key has a description with every key, and it packs.
#[test]
fn the_manual_describes_what_packs() {
    let page = include_str!("../../../../docs/sampan-toml.md");
    let description = page.split("```").nth(1).unwrap().strip_prefix("toml").unwrap();
    let directory = workshop().module("pump.wasm", MODULE).file("pump.native", b"code");
    let directory = directory.file("sampan.toml", description.as_bytes());
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    for line in description.lines() {
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        let is_explained = key == "led" || page.matches(&format!("`{key}`")).count() > 0;
        assert!(key.is_empty() || is_explained, "docs/sampan-toml.md doesn't explain {key}");
    }
    let small = include_str!("../../../../docs/sign.md").split("```toml").nth(1).unwrap().split("```").next();
    let directory = directory.file("sampan.toml", small.unwrap().as_bytes());
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    ok(&directory, VERIFY);
}

#[test]
fn keys_and_command_lines_that_do_not_fit() {
    let directory = workshop();
    directory.sampan(&["keygen", "dev.pem"]).expect_line(74, "sampan: dev.pem: can't be written", "");
    ok(&directory, &["pack", "sampan.toml"]);
    for (args, code) in [
        (&["sign", "sampan.suit", "--key", "dev.pem.pub"][..], 77),
        (&["sign", "sampan.suit", "--key", "app.wasm"], 77),
        (&["sign", "sampan.suit", "--key", "none.pem"], 66),
        (&["sign", "app.wasm", "--key", "dev.pem"], 77),
        (&["sign", "sampan.suit"], 64),
        (&["sign", "sampan.suit", "--public-key", "dev.pem.pub"], 64),
        (
            &["sign", "sampan.suit", "--key", "dev.pem", "--public-key", "dev.pem.pub", "--digest-out", "x"],
            64,
        ),
        (&["sign", "sampan.suit", "--key", "dev.pem", "--digest-out", "x"], 64),
        (&["inspect", "app.wasm"], 77),
        (&["trust", "list", "sampan.suit"], 77),
        (&["trust", "add", "new.suit", "--key", "dev.pem.pub", "--role", "developer"], 64),
        (
            &["trust", "add", "trust.suit", "--key", "stranger.pem.pub", "--role", "aot", "--vendor", VENDOR],
            64,
        ),
        (&["trust", "add", "trust.suit", "--key", "stranger.pem.pub", "--role", "king"], 64),
        (&["pack", "app.wasm", "--key", "dev.pem"], 64),
    ] {
        let outcome = directory.sampan(args);
        assert!(outcome.code == code && outcome.stderr.lines().count() == 1, "{args:?}: {outcome:?}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(directory.path().join("dev.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
