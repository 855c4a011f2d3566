//! Exports of Google Authenticator: a protocol buffer in base64 in a URI.

use mfakit::domain::{Algorithm, Digits, TotpParams};
use mfakit::import::google;

use super::seeds;

pub(super) fn check(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(export) = google::read(text)
    {
        assert!(text.starts_with("otpauth-migration://offline?data="));
        for entry in &export.entries {
            assert!(entry.factor("Phone").is_ok());
        }
    }
    payload(data);
}

/// The bytes as they are, in a URI of the right form.
fn payload(bytes: &[u8]) {
    let escaped = base64(bytes).replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
    let read = google::read(&format!("otpauth-migration://offline?data={escaped}"));
    let expected = meaning(bytes);
    assert_eq!(read.is_ok(), expected.is_some(), "{read:?} is {expected:?}");
    let (Ok(export), Some(expected)) = (read, expected) else { return };
    assert_eq!((export.part, export.parts), (expected.part, expected.parts));
    assert_eq!(export.left_out, expected.left_out);
    assert_eq!(export.entries.len(), expected.entries.len());
    for (entry, (issuer, account, seed, params)) in export.entries.iter().zip(expected.entries) {
        assert_eq!((entry.issuer.as_str(), entry.account.as_str()), (&*issuer, &*account));
        let factor = entry.factor("Phone").expect("a factor");
        assert_eq!(seeds::bytes(&factor), seeds::padded(&seed));
        assert_eq!(factor.secret().1, params);
        assert_eq!(factor.is_weak(), seed.len() < 16);
    }
}

#[derive(Debug)]
struct Meaning {
    entries: Vec<(String, String, Vec<u8>, TotpParams)>,
    left_out: usize,
    part: u32,
    parts: u32,
}

fn meaning(bytes: &[u8]) -> Option<Meaning> {
    let mut export = Meaning { entries: Vec::new(), left_out: 0, part: 0, parts: 1 };
    for (number, value) in message(bytes)? {
        match (number, value) {
            (1, Value::Bytes(parameters)) => match entry(&message(&parameters)?)? {
                Some(entry) => export.entries.push(entry),
                None => export.left_out += 1,
            },
            (3, Value::Number(parts)) => export.parts = u32::try_from(parts).ok()?,
            (4, Value::Number(part)) => export.part = u32::try_from(part).ok()?,
            _ => {}
        }
    }
    Some(export)
}

type Entry = (String, String, Vec<u8>, TotpParams);

/// `Some(None)` when it is well-formed and cannot be imported.
#[allow(clippy::option_option, reason = "broken, left out, taken")]
fn entry(fields: &[(u64, Value)]) -> Option<Option<Entry>> {
    let bytes = |number: u64| {
        let found = fields.iter().rev().find_map(|(at, value)| match value {
            Value::Bytes(bytes) if *at == number => Some(bytes.clone()),
            _ => None,
        });
        found.unwrap_or_default()
    };
    let number = |number: u64| {
        let found = fields.iter().rev().find_map(|(at, value)| match value {
            Value::Number(value) if *at == number => Some(*value),
            _ => None,
        });
        found.unwrap_or_default()
    };
    // A text that is none spoils the export, also when another one of its number follows.
    let texts = fields.iter().filter(|(at, _)| [2, 3].contains(at));
    for (_, text) in texts {
        if let Value::Bytes(text) = text {
            std::str::from_utf8(text).ok()?;
        }
    }
    let text = |number| String::from_utf8(bytes(number)).expect("UTF-8");
    let (mut account, mut issuer) = (text(2), text(3));
    if let Some(colon) = account.find(':') {
        if issuer.is_empty() {
            issuer = account[..colon].to_owned();
        }
        account = account[colon + 1..].trim_start().to_owned();
    }
    let algorithm = [Algorithm::Sha1, Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
    let digits = [Digits::Six, Digits::Six, Digits::Eight];
    let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (algorithm, digits) = (algorithm.get(at(number(4))), digits.get(at(number(5))));
    let seed = bytes(1);
    let (Some(algorithm), Some(digits), 2, 10..=64) = (algorithm, digits, number(6), seed.len())
    else {
        return Some(None);
    };
    let params = TotpParams::new(*algorithm, *digits, 30).expect("30 seconds");
    Some(Some((issuer, account, seed, params)))
}

#[derive(Debug, Clone)]
enum Value {
    Number(u64),
    Bytes(Vec<u8>),
    /// Of 4 or 8 bytes: no field of an export is.
    Fixed,
}

/// A message of protocol buffers (encoding guide, "Message structure").
fn message(mut bytes: &[u8]) -> Option<Vec<(u64, Value)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let value = match key % 8 {
            0 => Value::Number(varint(&mut bytes)?),
            1 => take(&mut bytes, 8).map(|_| Value::Fixed)?,
            2 => {
                let length = varint(&mut bytes)?;
                Value::Bytes(take(&mut bytes, length)?.to_vec())
            }
            5 => take(&mut bytes, 4).map(|_| Value::Fixed)?,
            _ => return None,
        };
        fields.push((key / 8, value));
    }
    Some(fields)
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    Some(taken)
}

/// At most ten bytes; what does not fit into 64 bits is dropped.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let last = bytes.iter().take(10).position(|byte| *byte < 128)?;
    let read = take(bytes, u64::try_from(last).ok()? + 1)?;
    let whole = read.iter().rev().fold(0_u128, |n, byte| n << 7 | u128::from(byte % 128));
    u64::try_from(whole % (1 << 64)).ok()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).expect("six bits");
            text.push(if place > chunk.len() { '=' } else { char::from(DIGITS[index]) });
        }
    }
    text
}
