// SPDX-License-Identifier: Apache-2.0
//! Bills of materials: what is in them, and that an image vouches for its own.

use crate::signing::{PROJECT, VERIFY, ok, read, workshop};
use crate::support::Directory;
use serde_json::Value;

/// A module with all that a bill is drawn from.
fn rust_module() -> Vec<u8> {
    let packages = r#"{"packages":[
        {"name":"adler","version":"1.0.0+x","source":"crates.io","kind":"build"},
        {"name":"app","version":"0.3.0","source":"local","dependencies":[0,2,3],"root":true},
        {"name":"heapless","version":"0.9.1","source":"crates.io","dependencies":[3]},
        {"name":"hash32","version":"0.3.1","source":"crates.io"}]}"#;
    let section = |name: &str, content: &[u8]| {
        let mut body = vec![u8::try_from(name.len()).unwrap()];
        body.extend([name.as_bytes(), content].concat());
        let len = body.len();
        [&[0, (len & 0x7f) as u8 | 0x80, (len >> 7) as u8], &body[..]].concat()
    };
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    // Two fields of one value each.
    let producer = |field, name, version| [text(field), vec![1], text(name), text(version)].concat();
    let producers =
        [vec![2], producer("language", "Rust", ""), producer("processed-by", "rustc", "1.95.0 (59807616e)")]
            .concat();
    let module = wat::parse_str(r#"(module (func (export "_start")))"#).unwrap();
    let compressed = miniz_oxide::deflate::compress_to_vec_zlib(packages.as_bytes(), 9);
    [module, section(".dep-v0", &compressed), section("producers", &producers)].concat()
}

fn component<'a>(bill: &'a Value, name: &str) -> &'a Value {
    bill["components"].as_array().unwrap().iter().find(|component| component["name"] == name).unwrap()
}

#[test]
fn a_module_tells_what_it_is_made_of() {
    let directory = Directory::new().file("app.wasm", &rust_module());
    let text = ok(&directory, &["sbom", "app.wasm"]);
    let bill: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
    let main = &bill["metadata"]["component"];
    assert_eq!((&main["name"], &main["version"]), (&"app".into(), &"0.3.0".into()));
    assert_eq!(main["hashes"][0]["alg"], "SHA-256");
    assert_eq!(main["properties"][0]["value"], "Rust");
    let heapless = component(&bill, "heapless");
    assert_eq!(
        (&heapless["purl"], &heapless["scope"]),
        (&"pkg:cargo/heapless@0.9.1".into(), &"required".into())
    );
    let adler = component(&bill, "adler");
    assert_eq!((&adler["purl"], &adler["scope"]), (&"pkg:cargo/adler@1.0.0%2Bx".into(), &"excluded".into()));
    assert_eq!(component(&bill, "rustc")["version"], "1.95.0 (59807616e)");
    assert_eq!(bill["components"].as_array().unwrap().len(), 4);
    let of = |name: &str| {
        let all = bill["dependencies"].as_array().unwrap();
        all.iter().find(|each| each["ref"] == name).unwrap()["dependsOn"].clone()
    };
    let direct = ["pkg:cargo/adler@1.0.0%2Bx", "pkg:cargo/hash32@0.3.1", "pkg:cargo/heapless@0.9.1"];
    assert_eq!(of("main"), serde_json::json!(direct));
    assert_eq!(of(direct[2]), serde_json::json!([direct[1]]));
    assert!(text.contains("\"serialNumber\": \"urn:uuid:") && !text.contains("timestamp"));
    // Whoever asks again, elsewhere, gets the same.
    ok(&directory, &["sbom", "app.wasm", "-o", "bill.json"]);
    assert_eq!(read(&directory, "bill.json"), text.as_bytes());
    directory.sampan(&["sbom", "bill.json"]).expect_line(77, "sampan: bill.json: refused: no module", "");
}

const COMPONENTS: &str = r#"
[[component]]
name = "lwip"
version = "2.2.0"
license = "BSD-3-Clause"
purl = "pkg:github/lwip-tcpip/lwip@2.2.0"
cpe = "cpe:2.3:a:lwip_project:lwip:2.2.0:*:*:*:*:*:*:*"
"#;

#[test]
fn an_image_vouches_for_its_bill() {
    let described = PROJECT.to_owned() + COMPONENTS;
    let directory = workshop().file("app.wasm", &rust_module()).file("sampan.toml", described.as_bytes());
    let said = ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    assert!(said.contains("bill of materials: sampan.cdx.json"), "{said}");
    let verify = |file: &str| directory.sampan(&[VERIFY, &["--sbom", file]].concat());
    assert!(verify("sampan.cdx.json").stdout.ends_with("bill of materials as signed\n"));
    assert_eq!(ok(&directory, &["sbom", "sampan.toml"]).as_bytes(), read(&directory, "sampan.cdx.json"));
    let bill: Value = serde_json::from_slice(&read(&directory, "sampan.cdx.json")).unwrap();
    let main = &bill["metadata"]["component"];
    assert_eq!((&main["name"], &main["version"]), (&"plant.pump".into(), &"1.2.3".into()));
    let inspected: Value =
        serde_json::from_str(&ok(&directory, &["inspect", "sampan.suit", "--json"])).unwrap();
    let module = inspected["components"].as_array().unwrap().iter().find(|part| part["part"] == "m").unwrap();
    assert_eq!(main["hashes"][0]["content"], module["sha256"]);
    assert!(inspected["sbom"]["sha256"].is_string());
    let lwip = component(&bill, "lwip");
    assert_eq!(lwip["licenses"][0]["expression"], "BSD-3-Clause");
    assert!(main["properties"].as_array().unwrap().iter().any(|each| each["value"] == "gpio:led0"));
    let mut other = read(&directory, "sampan.cdx.json");
    *other.last_mut().unwrap() = b' ';
    std::fs::write(directory.path().join("other.json"), &other).unwrap();
    verify("other.json").expect_line(77, "sampan: other.json: refused: it isn't the bill of materials", "");
    assert_eq!(verify("none.json").code, 66);
}

#[test]
fn whose_bill_it_is_can_be_chosen() {
    let sbom = |value: &str| PROJECT.replace("module = ", &format!("sbom = {value}\nmodule = "));
    let directory = workshop().file("mine.json", b"{}");
    let pack = |description: &str| {
        std::fs::write(directory.path().join("sampan.toml"), description).unwrap();
        directory.sampan(&["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"])
    };
    let inspected =
        || -> Value { serde_json::from_str(&ok(&directory, &["inspect", "sampan.suit", "--json"])).unwrap() };
    let none = pack(&sbom("false"));
    assert!(none.code == 0 && !none.stdout.contains("bill"), "{none:?}");
    assert_eq!(inspected()["sbom"], Value::Null);
    directory.sampan(&[VERIFY, &["--sbom", "mine.json"]].concat()).expect_line(
        77,
        "sampan: sampan.suit: refused",
        "",
    );
    assert_eq!(pack(&sbom(r#"{ file = "mine.json", uri = "https://example.com/b" }"#)).code, 0);
    assert_eq!(inspected()["sbom"]["uri"], "https://example.com/b");
    ok(&directory, &[VERIFY, &["--sbom", "mine.json"]].concat());
    let both = pack(&(sbom(r#"{ file = "mine.json" }"#) + COMPONENTS));
    both.expect_line(77, "sampan: sampan.toml: refused: it lists components", "");
    for wrong in ["pkg:", "cpe:2.3:", "name", "version"] {
        let changed = COMPONENTS.replace(&format!("{wrong} = "), "# ").replace(&format!("\"{wrong}"), "\"x");
        assert_eq!(pack(&(PROJECT.to_owned() + &changed)).code, 77, "{wrong}");
    }
    assert_eq!(pack(&sbom("1")).code, 77);
}
