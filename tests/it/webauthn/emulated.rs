//! An authenticator that nobody here wrote, and a third verifier, both in Node.
//!
//! `scripts/tools` installs them. Where they are missing the tests say so and why on standard error,
//! as in `interop`; `MFAKIT_REQUIRE_TOOLS=1`, which CI sets, makes that a failure.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use mfakit::domain::webauthn::{CredentialDescriptor, SignatureAlgorithm, UserVerification};
use mfakit::testing::SoftwareKey;
use serde_json::{Value, json};

use super::scene::{
    ORIGIN, RP_ID, Stored, asserted, assertion, challenge, creation, registered, registration,
    request, setup, stored, text, user,
};

/// A process that plays the other sides.
struct Node {
    child: RefCell<Child>,
    stdin: RefCell<ChildStdin>,
    stdout: RefCell<BufReader<ChildStdout>>,
}

impl Node {
    /// Starts one, or says why not.
    fn start() -> Option<Self> {
        let modules = modules();
        if !modules.join("nid-webauthn-emulator").is_dir() {
            let required = std::env::var("MFAKIT_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
            assert!(!required, "required here and not installed: {}", modules.display());
            let mut stderr = std::io::stderr();
            let _ = writeln!(stderr, "SKIPPED: no WebAuthn emulator in {}", modules.display());
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/webauthn.cjs");
        let mut child = Command::new("node")
            .args([&script, &modules])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let stdin = child.stdin.take().expect("stdin").into();
        let stdout = BufReader::new(child.stdout.take().expect("stdout")).into();
        Some(Self { child: child.into(), stdin, stdout })
    }

    fn ask(&self, job: &Value) -> Value {
        writeln!(self.stdin.borrow_mut(), "{job}").expect("a line in");
        let mut line = String::new();
        self.stdout.borrow_mut().read_line(&mut line).expect("a line out");
        serde_json::from_str(&line).expect("JSON")
    }

    /// What a device of these settings answers on our page.
    fn answer(&self, verb: &str, device: &str, settings: &Value, options: &Value) -> Value {
        self.ask(&json!({
            "verb": verb, "device": device, "settings": settings, "options": options,
            "origin": ORIGIN,
        }))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.borrow_mut().kill();
        let _ = self.child.borrow_mut().wait();
    }
}

/// Where `scripts/tools` puts them.
fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/webauthn/node_modules")
}

fn devices() -> Vec<(String, Value)> {
    let mut devices = Vec::new();
    for algorithm in ["ES256", "RS256", "EdDSA"] {
        for verified in [true, false] {
            let settings = json!({ "algorithmIdentifiers": [algorithm], "verified": verified });
            devices.push((format!("{algorithm} {verified}"), settings));
        }
    }
    devices
}

#[test]
fn an_authenticator_that_nobody_here_wrote_registers_and_signs_in() {
    let Some(node) = Node::start() else { return };
    for (device, settings) in devices() {
        let verified = device.ends_with("true");
        let wanted =
            if verified { UserVerification::Required } else { UserVerification::Discouraged };
        let options = json!(creation().user_verification(wanted));
        let response = node.answer("create", &device, &settings, &options);
        let found =
            registered(&response).unwrap_or_else(|why| panic!("{device}: {why}\n{response:#}"));
        let name = device.split(' ').next().unwrap();
        let algorithm = format!("{:?}", found.public_key.algorithm());
        assert_eq!(algorithm.to_uppercase(), name.to_uppercase());
        assert_eq!(found.user_verified, verified, "{device}");
        assert_eq!(&found.aaguid, b"NID-AUTH-3141592", "{device}");
        let stored = Stored { id: found.credential_id, public_key: found.public_key, user: user() };
        let mut counter = found.counter;
        for _ in 0..3 {
            let options = json!(request(&stored.id).user_verification(wanted));
            let response = node.answer("get", &device, &settings, &options);
            let found = asserted(&stored, &response);
            let found = found.unwrap_or_else(|why| panic!("{device}: {why}\n{response:#}"));
            assert_eq!(found.user_verified, verified, "{device}");
            assert!(found.counter > counter, "{device}");
            counter = found.counter;
        }
    }
}

#[test]
fn that_authenticator_is_not_registered_twice() {
    let Some(node) = Node::start() else { return };
    let settings = json!({ "algorithmIdentifiers": ["ES256"], "verified": true });
    let first = node.answer("create", "one", &settings, &json!(creation()));
    let id = registered(&first).unwrap().credential_id;
    let again = creation().excluding([CredentialDescriptor::new(id)]);
    let refused = node.answer("create", "one", &settings, &json!(again));
    assert!(refused["error"].is_string(), "{refused:#}");
}

/// What the third verifier is told beside the response.
fn expected(challenge: &[u8], response: &Value) -> Value {
    json!({
        "response": response, "expectedChallenge": text(challenge), "expectedOrigin": [ORIGIN],
        "expectedRPID": RP_ID, "requireUserVerification": false,
    })
}

fn registers(node: &Node, response: &Value) -> bool {
    let given = expected(setup().as_bytes(), response);
    node.ask(&json!({ "verb": "registered", "given": given }))["verified"] == true
}

fn asserts(node: &Node, stored: &Stored, response: &Value) -> bool {
    let mut given = expected(challenge().as_bytes(), response);
    given["credential"] = json!({ "id": stored.id, "counter": 0 });
    let job = json!({
        "verb": "asserted", "given": given, "publicKey": stored.public_key.as_cose(),
    });
    node.ask(&job)["verified"] == true
}

#[test]
fn a_third_verifier_accepts_and_refuses_what_we_do() {
    let Some(node) = Node::start() else { return };
    for algorithm in SignatureAlgorithm::OFFERED {
        let device = || SoftwareKey::seeded(7, algorithm).user_verified(true).backup(true, true);
        let stored = stored(&device());
        let json = registration(&mut device(), |_| {});
        assert!(registered(&json).is_ok() && registers(&node, &json), "{algorithm:?}");
        let json = assertion(&mut device(), |_| {});
        assert!(
            asserted(&stored, &json).is_ok() && asserts(&node, &stored, &json),
            "{algorithm:?}"
        );
        type Change = fn(&mut super::scene::Parts);
        let changes: [(&str, Change); 6] = [
            ("another origin", |parts| parts.say("origin", "https://evil.example")),
            ("another challenge", |parts| parts.say("challenge", "AAAA")),
            ("another type", |parts| parts.say("type", "payment.get")),
            ("another RP ID", |parts| parts.data[0] ^= 1),
            ("nobody present", |parts| parts.flag(0x01, false)),
            ("a trailing byte", |parts| parts.data.push(0)),
        ];
        for (what, change) in changes {
            let json = registration(&mut device(), change);
            assert!(registered(&json).is_err() && !registers(&node, &json), "{what}");
            let json = assertion(&mut device(), change);
            assert!(asserted(&stored, &json).is_err() && !asserts(&node, &stored, &json), "{what}");
        }
    }
}
