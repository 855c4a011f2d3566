//! What the authenticator says, and signs (§6.1).

use minicbor::data::Type;
use minicbor::decode::Decoder;

use super::cbor;
use super::relying_party::RelyingParty;
use super::unverified::Unverified;

/// Authenticator data, read to its last byte and not yet judged.
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    rp_id_hash: [u8; 32],
    flags: u8,
    pub(super) counter: u32,
    pub(super) attested: Option<AttestedCredential<'a>>,
}

/// The credential that a registration brings (§6.5.1).
#[derive(Debug)]
pub(super) struct AttestedCredential<'a> {
    pub(super) aaguid: [u8; 16],
    pub(super) id: &'a [u8],
    pub(super) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Unverified> {
        Self::parts(bytes).ok_or(Unverified::AuthenticatorData)
    }

    fn parts(bytes: &'a [u8]) -> Option<Self> {
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (flags, rest) = rest.split_first()?;
        let (counter, mut rest) = rest.split_first_chunk::<4>()?;
        let mut attested = None;
        if flags & ATTESTED != 0 {
            let (credential, after) = AttestedCredential::read(rest)?;
            attested = Some(credential);
            rest = after;
        }
        if flags & EXTENSIONS != 0 {
            (_, rest) = map(rest)?;
        }
        let counter = u32::from_be_bytes(*counter);
        rest.is_empty().then_some(Self {
            rp_id_hash: *rp_id_hash,
            flags: *flags,
            counter,
            attested,
        })
    }

    /// Verifies what both ceremonies ask of it.
    pub(super) fn verify(&self, relying_party: &RelyingParty) -> Result<(), Unverified> {
        if self.rp_id_hash != *relying_party.id_hash() {
            return Err(Unverified::RpId);
        }
        if !self.has(USER_PRESENT) {
            return Err(Unverified::UserPresence);
        }
        if self.backup_state() && !self.backup_eligible() {
            return Err(Unverified::BackupState);
        }
        Ok(())
    }

    pub(super) fn user_verified(&self) -> bool {
        self.has(USER_VERIFIED)
    }

    pub(super) fn backup_eligible(&self) -> bool {
        self.has(BACKUP_ELIGIBLE)
    }

    pub(super) fn backup_state(&self) -> bool {
        self.has(BACKUP_STATE)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl<'a> AttestedCredential<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (aaguid, rest) = bytes.split_first_chunk::<16>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (id, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        let (public_key, rest) = map(rest)?;
        Some((Self { aaguid: *aaguid, id, public_key }, rest))
    }
}

/// The CBOR map that the bytes begin with, and what comes after it.
fn map(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut decoder = Decoder::new(bytes);
    if decoder.datatype().ok()? != Type::Map {
        return None;
    }
    cbor::skip(&mut decoder).ok()?;
    bytes.split_at_checked(decoder.position())
}

/// The flags of authenticator data (§6.1). Bits 1 and 5 are reserved, and are left unread.
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKUP_STATE: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;
