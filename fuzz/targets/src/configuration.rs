//! What a host configures: the numbers of the settings, and names.

use std::sync::OnceLock;

use chrono::TimeDelta;
use mfakit::domain::{Algorithm, Digits, Issuer, Label, Throttle, TotpParams};
use mfakit::organization::{GracePeriod, OrgId, OrgPolicy};
use mfakit::step_up::AcrNames;
use mfakit::{ActionName, FirstFactor, HostAuthority, MemoryStore, Mfa, Settings, Subject};
use mfakit_axum::MfaWeb;
use mfakit_sqlx::Tables;

use crate::http::host::FuzzHost;
use crate::input::Input;
use crate::scene;

/// Settings are taken if, and only if, each number is within the bounds that its documentation
/// names, and together they let at most one password thief in a thousand in within a year. A name is
/// taken if, and only if, it is of its form, and then as it is; a policy is read in one form.
pub fn configuration(data: &[u8]) {
    let mut input = Input::new(data);
    if input.byte().is_multiple_of(2) {
        settings(&mut input);
    } else if let Ok(text) = std::str::from_utf8(input.rest()) {
        names(text);
        policy(text);
        prefix(text);
    }
}

/// A span, around the bounds more often than elsewhere: a number and its unit.
fn span(input: &mut Input<'_>) -> TimeDelta {
    let (unit, high, low) = (input.byte(), input.byte(), input.byte());
    let number = i64::from(i16::from_be_bytes([high, low]));
    match unit % 6 {
        0 => TimeDelta::milliseconds(number),
        1 => TimeDelta::seconds(number),
        2 => TimeDelta::minutes(number),
        3 => TimeDelta::hours(number),
        4 => TimeDelta::days(number),
        _ => TimeDelta::minutes(number) + TimeDelta::milliseconds(i64::from(unit)),
    }
}

fn settings(input: &mut Input<'_>) {
    let minutes = TimeDelta::minutes;
    let mut right = true;
    let mut builder = Settings::builder();
    let mut reach = 1;
    let mut eight = false;
    let mut per_year = 20 + 26;
    let mut accepted = false;
    while !input.is_empty() {
        let mut number = |least, most| {
            let found = input.byte();
            right &= (least..=most).contains(&found);
            found
        };
        match number(0, u8::MAX) % 13 {
            0 => {
                reach = number(0, 2);
                builder = builder.window(reach);
            }
            1 => builder = builder.confirm_tries(number(1, 20)),
            2 => builder = builder.answers_per_challenge(number(1, 10)),
            3 => builder = builder.recovery_codes(number(4, 32)),
            4 => builder = builder.low_stock(number(1, 32)),
            5 => {
                eight = number(0, u8::MAX) % 2 == 1;
                let digits = if eight { Digits::Eight } else { Digits::Six };
                let params = TotpParams::new(Algorithm::Sha256, digits, 30).expect("parameters");
                builder = builder.totp(params);
            }
            6 => {
                accepted = true;
                builder = builder.accept_break_ins_likelier_than_one_in_a_thousand();
            }
            7 => {
                let failures = number(1, 100);
                per_year = u32::from(failures) * 250;
                builder = builder.throttle(Throttle::SuspendAfter { failures: failures.into() });
            }
            8 => {
                let guesses = u16::from(number(0, u8::MAX)) * 5;
                let regrow = span(input);
                right &= (1..=1_000).contains(&guesses) && regrow >= minutes(1);
                let seconds = regrow.num_seconds().max(1);
                let grown = u32::try_from(365 * 24 * 3600 / seconds).expect("a number");
                per_year = u32::from(guesses) + grown;
                builder = builder.throttle(Throttle::Budget { guesses, regrow });
            }
            which => {
                let span = span(input);
                let bounds: (i64, i64) = match which {
                    9 => (1, 60),
                    10 => (1, 24 * 60),
                    11 => (60, 14 * 24 * 60),
                    _ => (0, 5),
                };
                right &= (minutes(bounds.0)..=minutes(bounds.1)).contains(&span);
                builder = match which {
                    9 => builder.fresh(span),
                    10 => builder.finish_within(span),
                    11 => builder.enrollment_lifetime(span),
                    _ => builder.recheck(span),
                };
            }
        }
    }
    // What came first and was set again counts no more: then only one direction is known.
    let space = if eight { 1e8 } else { 1e6 };
    let chance = f64::from(per_year) * f64::from(2 * u16::from(reach) + 1) / space;
    match builder.build() {
        Ok(settings) => {
            let found = settings.yearly_break_in_chance();
            assert!((found - chance.min(1.0)).abs() < 1e-9, "{found} is {chance}: {settings:?}");
            assert!(accepted || found <= 0.001, "{settings:?}");
            let (fresh, recheck) = (settings.fresh(), settings.recheck());
            assert!((minutes(1)..=minutes(60)).contains(&fresh), "{settings:?}");
            assert!((minutes(0)..=minutes(5)).contains(&recheck), "{settings:?}");
            assert!((4..=32).contains(&settings.recovery_codes()), "{settings:?}");
        }
        Err(error) => assert!(!right || (chance > 0.000_999 && !accepted), "{error}"),
    }
}

fn names(text: &str) {
    let sized = |text: &str, most: usize| (1..=most).contains(&text.len());
    let control = text.chars().any(char::is_control);
    assert_eq!(Subject::new(text).is_ok(), sized(text, 255) && !control, "{text:?}");
    assert_eq!(OrgId::new(text).is_ok(), sized(text, 255) && !control, "{text:?}");
    assert_eq!(ActionName::new(text).is_ok(), sized(text, 64) && !control, "{text:?}");
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    let factor = FirstFactor::named(
        text,
        mfakit::FirstFactorKind::Issuer,
        scene::ada(),
        scene::at(scene::NOW),
    );
    let named = sized(text, 32) && text.bytes().all(word) && text != "password";
    assert_eq!(factor.is_ok(), named, "{text:?}");

    let reason = HostAuthority::grant(scene::ada(), scene::ada(), text);
    assert_eq!(reason.is_ok(), sized(text, 255) && !control, "{text:?}");

    let trimmed = text.trim();
    let plain = !trimmed.chars().any(|c| c.is_control() || hides(c));
    let label = sized(trimmed, 128) && trimmed.chars().count() <= 64 && plain;
    assert_eq!(Label::new(text).is_ok(), label, "{text:?}");
    assert!(Label::new(text).is_ok_and(|label| label.as_str() == trimmed) == label);
    let issuer = sized(trimmed, 128) && plain && !trimmed.contains(':');
    assert_eq!(Issuer::new(text).is_ok(), issuer, "{text:?}");

    let acr =
        sized(text, 128) && text.bytes().all(|b| (33..=126).contains(&b) && !b"\"\\".contains(&b));
    let free = acr && !["urn:one", "urn:two", "phrh"].contains(&text);
    assert_eq!(AcrNames::new("urn:one", "urn:two", text).is_ok(), free, "{text:?}");
    let two = AcrNames::new("urn:one", text, "urn:two");
    assert_eq!(two.is_ok(), free && text != "phr", "{text:?}");

    // They are put into statements as they are.
    let table = |most| {
        let letter = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
        sized(text, most)
            && text.bytes().all(letter)
            && !text.starts_with(|c: char| c.is_ascii_digit())
    };
    assert_eq!(Tables::default().prefixed(text).is_ok(), table(24), "{text:?}");
    assert_eq!(Tables::default().in_schema(text).is_ok(), table(63), "{text:?}");
    assert_eq!(Tables::default().members_from(text).is_ok(), table(63), "{text:?}");
}

/// Zero-width and bidirectional characters, by the blocks they are in.
fn hides(c: char) -> bool {
    let blocks = [
        0xad..=0xad,
        0x61c..=0x61c,
        0x180e..=0x180e,
        0x200b..=0x200f,
        0x2028..=0x202e,
        0x2060..=0x206f,
        0xfeff..=0xfeff,
        0xfff9..=0xfffb,
        0xe0000..=0xe007f,
    ];
    blocks.iter().any(|block| block.contains(&u32::from(c)))
}

/// A policy as a database or a file holds it.
fn policy(text: &str) {
    let days = serde_json::from_str::<i64>(text).is_ok_and(|days| (0..=365).contains(&days));
    assert_eq!(serde_json::from_str::<GracePeriod>(text).is_ok(), days, "{text:?}");
    let Ok(read) = serde_json::from_str::<OrgPolicy>(text) else { return };
    let mut ranks = Vec::new();
    for requirement in read.requirements() {
        assert!(requirement.terms.grace.as_days() <= 365, "{text:?}");
        ranks.push(requirement.required.rank());
    }
    let ascending = ranks.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(ascending && ranks.len() <= OrgPolicy::MAX_REQUIREMENTS, "{text:?}");
    let written = serde_json::to_string(&read).expect("JSON");
    let again: OrgPolicy = serde_json::from_str(&written).expect("what is written is read");
    assert_eq!(again, read, "{text:?}");
}

/// Where the pages are. What is accepted is a path that a router takes as it is.
fn prefix(text: &str) {
    static MFA: OnceLock<Mfa> = OnceLock::new();
    let mfa = MFA.get_or_init(|| {
        let builder = Mfa::builder_without_policies(MemoryStore::new())
            .issuer("Scrivio")
            .keyring(scene::keyring());
        builder.hasher(scene::hasher().with_threads(1)).build().expect("a complete builder")
    });
    let mut segments = text.split('/');
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    let plain = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(letter) && ![".", ".."].contains(&segment)
    };
    let right = segments.next() == Some("") && segments.all(plain) && text.len() > 1;
    let web = MfaWeb::builder(mfa.clone(), FuzzHost::new()).prefix(text).build();
    assert_eq!(web.is_ok(), right && text.len() <= 2048, "{text:?}: {web:?}");
    if let Ok(web) = web {
        assert_eq!(web.path("/setup"), format!("{text}/setup"));
        let _: axum::Router = web.router();
    }
}
