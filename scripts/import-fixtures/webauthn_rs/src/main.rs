//! `webauthn-rs-fixtures DEVICES MODULES`: registers devices of `tests/fixtures/webauthn.cjs` with
//! webauthn-rs, signs in once, and prints each row with an assertion that comes after it.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use webauthn_rs::prelude::{Url, Uuid, Webauthn, WebauthnBuilder};

const ORIGIN: &str = "https://app.scrivio.example";
const RP_ID: &str = "scrivio.example";
/// 16 times the byte 2, which the assertion answers.
const CHALLENGE: &str = "AgICAgICAgICAgICAgICAg";

fn main() {
    let origin = Url::parse(ORIGIN).unwrap();
    let site = WebauthnBuilder::new(RP_ID, &origin).unwrap().rp_name("Scrivio").build().unwrap();
    let mut arguments = std::env::args().skip(1);
    let (devices, modules) = (arguments.next().unwrap(), arguments.next().unwrap());
    let mut child = Command::new("node")
        .args([devices, modules])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut browser =
        Browser(child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let user = Uuid::from_u128(0x1815);
    let rows = [
        passkey(&site, &mut browser, user, "ES256"),
        passkey(&site, &mut browser, user, "RS256"),
        security_key(&site, &mut browser, user),
    ];
    println!("{}", serde_json::to_string_pretty(&json!(rows)).unwrap());
    child.kill().unwrap();
}

fn passkey(site: &Webauthn, browser: &mut Browser, user: Uuid, algorithm: &str) -> Value {
    let device = Device { name: format!("passkey {algorithm}"), algorithm, verified: true };
    let (options, state) =
        site.start_passkey_registration(user, "ada@example.org", "Ada", None).unwrap();
    let registration = browser.ask("create", &device, &json!(options)["publicKey"]);
    let registration = serde_json::from_value(registration).unwrap();
    let mut passkey = site.finish_passkey_registration(&registration, &state).unwrap();
    let (options, state) = site.start_passkey_authentication(&[passkey.clone()]).unwrap();
    let assertion = browser.ask("get", &device, &json!(options)["publicKey"]);
    let assertion = serde_json::from_value(assertion).unwrap();
    passkey.update_credential(&site.finish_passkey_authentication(&assertion, &state).unwrap());
    browser.row(&device, json!(passkey), user)
}

fn security_key(site: &Webauthn, browser: &mut Browser, user: Uuid) -> Value {
    let device = Device { name: "security key".into(), algorithm: "ES256", verified: false };
    let (options, state) = site
        .start_securitykey_registration(user, "ada@example.org", "Ada", None, None, None)
        .unwrap();
    let registration = browser.ask("create", &device, &json!(options)["publicKey"]);
    let registration = serde_json::from_value(registration).unwrap();
    let key = site.finish_securitykey_registration(&registration, &state).unwrap();
    browser.row(&device, json!(key), user)
}

struct Device<'a> {
    name: String,
    algorithm: &'a str,
    verified: bool,
}

struct Browser(ChildStdin, BufReader<ChildStdout>);

impl Browser {
    fn ask(&mut self, verb: &str, device: &Device<'_>, options: &Value) -> Value {
        let settings =
            json!({"verified": device.verified, "algorithmIdentifiers": [device.algorithm]});
        let job = json!({
            "verb": verb, "device": device.name, "settings": settings, "options": options,
            "origin": ORIGIN,
        });
        writeln!(self.0, "{job}").unwrap();
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn row(&mut self, device: &Device<'_>, row: Value, user: Uuid) -> Value {
        let options = json!({
            "challenge": CHALLENGE, "rpId": RP_ID, "userVerification": "preferred",
            "allowCredentials": [{"type": "public-key", "id": row["cred"]["cred_id"]}],
        });
        let assertion = self.ask("get", device, &options);
        json!({"device": device.name, "user": user, "row": row, "assertion": assertion})
    }
}
