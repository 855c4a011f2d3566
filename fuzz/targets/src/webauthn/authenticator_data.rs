//! What the authenticator says.

use mfakit::domain::webauthn::Unverified;

use super::{asserted, client_data, key};

/// Authenticator data of an assertion says what its bytes say, at their places; without extensions
/// it is right if, and only if, it is 37 bytes for this site with a user present.
pub fn webauthn_authenticator_data(data: &[u8]) {
    let taken = asserted(&client_data("webauthn.get"), data);
    if let Err(Unverified::TooLarge { found, .. }) = taken {
        assert_eq!(found, data.len());
        return;
    }
    let own = key().clone().authenticator_data(super::RP_ID);
    let flags = data.get(32).copied().unwrap_or_default();
    let set = |flag: u8| flags & flag != 0;
    let site = data.get(..32) == Some(&own[..32]);
    let allowed = site && set(0x01) && !set(0x40) && (set(0x08) || !set(0x10));
    match taken {
        Ok(said) => {
            assert!(allowed && (data.len() == 37) != set(0x80), "{data:?}");
            assert_eq!(said.counter.to_be_bytes(), data[33..37]);
            let facts = (said.user_verified, said.backup_eligible, said.backup_state);
            assert_eq!(facts, (set(0x04), set(0x08), set(0x10)));
        }
        Err(why) => assert!(set(0x80) || !allowed || data.len() != 37, "{why}: {data:?}"),
    }
}
