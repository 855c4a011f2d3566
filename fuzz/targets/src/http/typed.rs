//! What a visitor types: forms and JSON of the right shape, with what his screen and his phone show.

use chrono::TimeDelta;
use mfakit::domain::{Account, SealContext, SealedSecret};
use mfakit::ports::SecretCipher;
use mfakit::testing::{Authenticator, block_on};
use percent_encoding::percent_decode;
use serde_json::Value;

use super::stage::Stage;
use crate::scene;

/// What one of the two knows at the moment of a request.
#[derive(Default)]
pub(super) struct Knowledge {
    pub(super) challenge: Option<String>,
    pub(super) setup: Option<String>,
    pub(super) form: String,
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
    /// Codes of the phone: before, now, after.
    pub(super) codes: Option<[String; 3]>,
    /// A one-time code on paper that was never used, and one that was.
    pub(super) paper: Option<String>,
    pub(super) used: Option<String>,
}

/// Which of the codes went into a request.
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Typed {
    pub(super) codes: [bool; 3],
    pub(super) paper: bool,
}

impl Typed {
    pub(super) fn any(self) -> bool {
        self.paper || self.codes.contains(&true)
    }
}

impl Knowledge {
    /// Puts it into the place of its names. A name of what is not known stays as it is.
    pub(super) fn filled_in(&self, text: &[u8], typed: &mut Typed) -> Vec<u8> {
        let mut filled = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((byte, behind)) = rest.split_first() {
            let name = if *byte == b'$' { behind.first() } else { None };
            match name.and_then(|name| self.named(*name, typed)) {
                Some(value) => {
                    filled.extend_from_slice(value.as_bytes());
                    rest = behind.get(1..).unwrap_or_default();
                }
                None => {
                    filled.push(*byte);
                    rest = behind;
                }
            }
        }
        filled
    }

    fn named(&self, name: u8, typed: &mut Typed) -> Option<&str> {
        let mut code = |at: usize| {
            let codes = self.codes.as_ref()?;
            typed.codes[at] = true;
            Some(codes[at].as_str())
        };
        match name {
            b'c' => self.challenge.as_deref(),
            b's' => self.setup.as_deref(),
            b'a' => Some(&self.form),
            b'f' => self.first.as_deref(),
            b'l' => self.last.as_deref(),
            b'm' => code(0),
            b'o' => code(1),
            b'n' => code(2),
            b'r' => {
                typed.paper |= self.paper.is_some();
                self.paper.as_deref()
            }
            b'z' => self.used.as_deref(),
            _ => None,
        }
    }
}

/// The secret that a screen showed: of the setup that is under way, or of the first method.
pub(super) fn codes_of(
    stage: &Stage,
    account: Option<&Account>,
    shown: &Value,
) -> Option<[String; 3]> {
    let account = account?;
    let setup = shown["state"]["signed_in"]["setup"].as_str();
    let pending = account.pending().filter(|pending| !pending.confirmed());
    let pending = pending.filter(|pending| Some(pending.id().to_string().as_str()) == setup);
    let mut secrets = account.sealed_secrets();
    let (place, sealed) = match pending {
        Some(pending) => secrets.find(|(place, _)| place.factor == pending.factor())?,
        None => secrets.next()?,
    };
    phone(place, sealed).map(|phone| {
        let now = mfakit::ports::Clock::now(&stage.clock);
        [-30, 0, 30].map(|seconds| phone.code_at(now + TimeDelta::seconds(seconds)))
    })
}

/// Whether a body holds one of the codes that nobody has put there by name.
pub(super) fn lucky(body: &[u8], right: Option<&[String; 3]>) -> bool {
    let digits = |text: &str| text.replace(|c: char| !c.is_ascii_digit(), "");
    let form = percent_decode(body).decode_utf8_lossy();
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let written = [digits(&form), digits(&json.to_string())];
    right.is_some_and(|codes| codes.iter().any(|code| written.iter().any(|w| w.contains(code))))
}

fn phone(place: SealContext<'_>, sealed: &SealedSecret) -> Option<Authenticator> {
    let secret = block_on(scene::keyring().open(sealed, place)).ok()?;
    let secret = base32(secret.expose_bytes());
    Authenticator::scan(&format!(
        "otpauth://totp/x?secret={secret}&algorithm=SHA1&digits=6&period=30"
    ))
}

fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    (0..bytes.len() * 8)
        .step_by(5)
        .map(|at| {
            let digit =
                (at..(at + 5).min(bytes.len() * 8)).fold(0, |digit, at| digit << 1 | bit(at));
            char::from(DIGITS[usize::from(digit)])
        })
        .collect()
}

/// The body that the route's own page, or a well-made client, sends. `kind` says with which code.
pub(super) fn well_formed(path: &str, kind: u8) -> String {
    let code = match kind {
        1 => "$o",
        2 => "$r",
        3 => "$n",
        4 => "$z",
        5 => "000000",
        _ => "$m",
    };
    match path.strip_prefix("/api") {
        Some(route) => json(route, kind, code),
        None if kind == 7 => "form=$a&setup=$s&factor=$f&code=$m&code2=$o&code3=$n".to_owned(),
        None => format!("form=$a&setup=$s&factor=$f&label=New+$a&code={code}"),
    }
}

fn json(route: &str, kind: u8, code: &str) -> String {
    let attempt = r#""attempt":$a"#;
    let setup = r#""setup":"$s""#;
    match route {
        "/setup" if kind == 2 => format!(r#"{{{attempt},"label":"New $a","replaces":"$f"}}"#),
        "/setup" => format!(r#"{{{attempt},"label":"New $a"}}"#),
        "/setup/confirm" => format!(r#"{{{attempt},{setup},"code":"{code}"}}"#),
        "/setup/reissue" => format!("{{{attempt},{setup}}}"),
        "/setup/finish" | "/setup/cancel" => format!("{{{setup}}}"),
        "/challenge" => {
            let answer = match kind {
                2 | 4 => format!(r#""recovery_code":"{code}""#),
                6 => r#""enrollment_code":"$r""#.to_owned(),
                7 => r#""codes":["$m","$o","$n"]"#.to_owned(),
                _ => format!(r#""factor":"$f","code":"{code}""#),
            };
            format!(r#"{{{attempt},"challenge":"$c",{answer}}}"#)
        }
        "/challenge/cancel" => r#"{"challenge":"$c"}"#.to_owned(),
        "/step-up" => format!(r#"{{"action":"mfa.manage","recovery":{}}}"#, kind == 2),
        "/codes" | "/disable" => format!("{{{attempt}}}"),
        _ if route.ends_with("/rename") => r#"{"label":"Named $a"}"#.to_owned(),
        _ => "{}".to_owned(),
    }
}
