//! Cursors and identifiers that were handed out as text and come back.

use std::str::FromStr;

use mfakit::domain::{ChallengeId, SessionId};
use mfakit::organization::RosterCursor;
use mfakit::store::{CommitId, EventCursor, EventLog};
use mfakit::testing::block_on;
use mfakit::{FactorId, MemoryStore, SetupId};

use crate::input::Input;

/// Whatever is read is in the one form that is written; and no cursor makes a log panic or skip.
pub fn cursors(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        canonical::<RosterCursor>(text);
        canonical::<FactorId>(text);
        canonical::<SetupId>(text);
        canonical::<ChallengeId>(text);
        canonical::<SessionId>(text);
        canonical::<CommitId>(text);
        event_cursor(text);
    }
    // A checksum keeps slips out, and with them a fuzzer: here it is always right.
    canonical::<RosterCursor>(&with_checksum(data));
}

fn canonical<T: FromStr + ToString + PartialEq>(text: &str) {
    let Ok(read) = T::from_str(text) else { return };
    assert_eq!(read.to_string(), text);
    assert!(T::from_str(&read.to_string()).is_ok_and(|again| again == read));
}

fn event_cursor(text: &str) {
    let log = MemoryStore::new();
    let cursor = EventCursor::new(text);
    let read = block_on(log.read(Some(&cursor), 10));
    let pruned = block_on(log.prune(&cursor));
    // An empty log has one place, however it is written.
    let here = text.parse::<u64>().is_ok_and(|number| number == 0);
    assert_eq!(read.is_ok(), here, "{text:?}");
    assert_eq!(pruned.is_ok(), here, "{text:?}");
    let json = serde_json::to_string(&cursor).expect("JSON");
    assert_eq!(serde_json::from_str::<EventCursor>(&json).expect("read"), cursor);
}

fn with_checksum(data: &[u8]) -> String {
    let mut input = Input::new(data);
    let bytes = input.rest();
    let sum = bytes
        .iter()
        .fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    base64url(&[bytes, &sum.to_be_bytes()].concat())
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) & 63;
            text.push(char::from(DIGITS[usize::try_from(index).expect("six bits")]));
        }
    }
    text
}
