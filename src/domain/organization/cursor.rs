//! Where a page of a roster ended, in a form that can be handed out.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};
use chrono::DateTime;

use super::roster::{RosterFilter, RosterKey};
use crate::domain::id::{OrgId, Subject, Version};
use crate::domain::refusal::OrgRefusal;

/// Where a page of a roster ended. Hand it out as text and read it back; it is bound to its
/// organization, to its filter and to the policy that the roster was sorted by.
///
/// # Security
/// It is not secret (it holds the last subject of the page) and not authenticated. Whoever forges
/// one gets another place in a roster that may be read anyway: the organization comes from the
/// request's authority, never from the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterCursor {
    pub(super) org: OrgId,
    pub(super) version: Version,
    pub(super) filter: RosterFilter,
    pub(super) key: RosterKey,
}

/// The longest text a cursor has: two identifiers of 255 bytes and 23 bytes besides, in base64.
pub(super) const LONGEST: usize = 711;

impl fmt::Display for RosterCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![byte_of(self.filter)];
        bytes.extend(self.version.number().to_be_bytes());
        let micros = self.key.walled_from.map(|at| at.timestamp_micros());
        bytes.push(u8::from(micros.is_some()));
        bytes.extend(micros.unwrap_or_default().to_be_bytes());
        // An identifier has at most 255 bytes.
        bytes.push(u8::try_from(self.org.as_str().len()).map_err(|_| fmt::Error)?);
        bytes.extend(self.org.as_str().bytes());
        bytes.extend(self.key.subject.as_str().bytes());
        bytes.extend(checksum(&bytes).to_be_bytes());
        f.write_str(&Base64UrlUnpadded::encode_string(&bytes))
    }
}

impl FromStr for RosterCursor {
    type Err = OrgRefusal;

    fn from_str(text: &str) -> Result<Self, OrgRefusal> {
        read(text).ok_or(OrgRefusal::CursorGarbled)
    }
}

fn read(text: &str) -> Option<RosterCursor> {
    if text.len() > LONGEST {
        return None;
    }
    let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
    let (bytes, sum) = bytes.split_last_chunk::<4>()?;
    if checksum(bytes) != u32::from_be_bytes(*sum) {
        return None;
    }
    let (filter, rest) = bytes.split_first()?;
    let (version, rest) = rest.split_first_chunk::<8>()?;
    let (has, rest) = rest.split_first()?;
    let (micros, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first()?;
    let (org, subject) = rest.split_at_checked(usize::from(*length))?;
    // One cursor has one text: where there is no instant, nothing stands in its place.
    let walled_from = match (has, i64::from_be_bytes(*micros)) {
        (0, 0) => None,
        (1, micros) => Some(DateTime::from_timestamp_micros(micros)?),
        _ => return None,
    };
    let subject = Subject::new(std::str::from_utf8(subject).ok()?).ok()?;
    Some(RosterCursor {
        org: OrgId::new(std::str::from_utf8(org).ok()?).ok()?,
        version: Version::from_stored(u64::from_be_bytes(*version)).ok()?,
        filter: filter_of(*filter)?,
        key: RosterKey { walled_from, subject },
    })
}

fn byte_of(filter: RosterFilter) -> u8 {
    match filter {
        RosterFilter::WithoutMfa => 0,
        RosterFilter::InGrace => 1,
        RosterFilter::Lapsed => 2,
        RosterFilter::Exempt => 3,
        // Ranks begin above these.
        RosterFilter::With(strength) => strength.rank(),
    }
}

fn filter_of(byte: u8) -> Option<RosterFilter> {
    RosterFilter::ALL.into_iter().find(|filter| byte_of(*filter) == byte)
}

/// FNV-1a: against slips, not against forgers.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    bytes.iter().fold(0x811c_9dc5, step)
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
