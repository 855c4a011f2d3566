//! Changing what a browser answers, member by member.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::input::Input;

/// The JSON that an input asks for: any text, one of these with its members changed, or one of these
/// with its text cut and spliced.
pub(super) fn changed(input: &mut Input<'_>, those: &[&str]) -> String {
    let mode = input.byte();
    if mode == 0 {
        return String::from_utf8_lossy(input.rest()).into_owned();
    }
    let text = those[usize::from(mode) % those.len()];
    let mut answer: Value = serde_json::from_str(text).expect("JSON");
    while !input.is_empty() {
        change(&mut answer, input, those);
    }
    if mode & 0x80 == 0 { answer.to_string() } else { format!("{answer:#}") }
}

/// The members that are changed, by their JSON pointers.
const MEMBERS: [&str; 9] = [
    "/response/clientDataJSON",
    "/response/authenticatorData",
    "/response/signature",
    "/response/userHandle",
    "/response/attestationObject",
    "/response/transports",
    "/rawId",
    "/id",
    "/type",
];

fn change(answer: &mut Value, input: &mut Input<'_>, those: &[&str]) {
    let (what, which) = (input.byte(), input.byte());
    let pointer = MEMBERS[usize::from(which) % MEMBERS.len()];
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let Some(Value::Object(object)) = answer.pointer_mut(parent) else { return };
    match what % 9 {
        0 => drop(object.remove(name)),
        1 => drop(object.insert(name.to_owned(), any(input))),
        2 => {
            // The same member of another answer.
            let other = those[usize::from(input.byte()) % those.len()];
            let other: Value = serde_json::from_str(other).expect("JSON");
            if let Some(value) = other.pointer(pointer) {
                object.insert(name.to_owned(), value.clone());
            }
        }
        3 => {
            let (at, mask) = (u16::from_be_bytes([input.byte(), input.byte()]), input.byte());
            bytes(object.get_mut(name), |bytes| {
                if let Some(byte) = bytes.get_mut(usize::from(at)) {
                    *byte ^= mask;
                }
            });
        }
        4 => {
            let length = u16::from_be_bytes([input.byte(), input.byte()]);
            bytes(object.get_mut(name), |bytes| bytes.resize(usize::from(length), 0));
        }
        5 => {
            let tail = input.field().to_vec();
            bytes(object.get_mut(name), |bytes| bytes.extend(tail));
        }
        6 => {
            // Another way to write the same bytes.
            if let Some(Value::String(text)) = object.get_mut(name) {
                match input.byte() % 3 {
                    0 => text.push('='),
                    1 => *text = text.replace('-', "+").replace('_', "/"),
                    _ => text.push('\n'),
                }
            }
        }
        7 => {
            // A member of the client data, which is JSON itself.
            let name = CLIENT_DATA[usize::from(input.byte()) % CLIENT_DATA.len()];
            let value = any(input);
            bytes(object.get_mut("clientDataJSON"), |bytes| {
                let Ok(Value::Object(mut said)) = serde_json::from_slice(bytes) else { return };
                said.insert(name.to_owned(), value);
                *bytes = Value::Object(said).to_string().into_bytes();
            });
        }
        // What is not known is left unread.
        _ => drop(object.insert(format!("x-{}", input.text()), any(input))),
    }
}

const CLIENT_DATA: [&str; 6] = ["type", "challenge", "origin", "crossOrigin", "topOrigin", "x"];

fn any(input: &mut Input<'_>) -> Value {
    match input.byte() % 7 {
        0 => Value::Null,
        1 => json!(input.byte().is_multiple_of(2)),
        2 => json!(input.byte()),
        3 => json!([input.text()]),
        4 => json!({ "x": input.text() }),
        5 => json!(Base64UrlUnpadded::encode_string(input.field())),
        _ => json!(input.text()),
    }
}

/// Changes the bytes that a member stands for.
fn bytes(member: Option<&mut Value>, change: impl FnOnce(&mut Vec<u8>)) {
    let Some(Value::String(text)) = member else { return };
    let Ok(mut bytes) = Base64UrlUnpadded::decode_vec(text) else { return };
    change(&mut bytes);
    *text = Base64UrlUnpadded::encode_string(&bytes);
}
