//! What a credential becomes by an accepted assertion, and what is noted of it.

use mfakit::domain::webauthn::{
    Accepted, AssertionResponse, Credential, CredentialNotice, RelyingParty, Unverified,
};
use mfakit::testing::SoftwareKey;
use sha2::{Digest, Sha256};

use super::scene::{ORIGIN, assertion, challenge, key, registered, registration, site, user};

fn registered_by(device: &mut SoftwareKey) -> Credential {
    Credential::new(&site(), user(), registered(&registration(device, |_| {})).unwrap())
}

fn accept(credential: &Credential, device: &mut SoftwareKey) -> Result<Accepted, Unverified> {
    let response = assertion(device, |_| {}).to_string();
    credential.accept(&AssertionResponse::parse(&response)?, &challenge(), &site())
}

#[test]
fn a_credential_keeps_what_its_registration_said() {
    let mut device = key().user_verified(true).backup(true, false).counter(4);
    let credential = registered_by(&mut device);
    assert_eq!(credential.rp_id(), site().id());
    assert_eq!(credential.user_handle(), &user());
    assert_eq!(credential.public_key().as_cose(), device.public_key());
    assert_eq!(credential.counter(), 5);
    assert!(credential.registered_with_user_verification());
    assert!(!credential.is_device_bound() && !credential.is_backed_up());
    assert_eq!(credential.aaguid(), b"mfakit software\0");
    let descriptor = serde_json::json!(credential.descriptor());
    assert_eq!(descriptor["id"], credential.id().to_string());
    assert_eq!(descriptor["transports"], serde_json::json!(["usb"]));
    assert_eq!(credential.transports().len(), 1);
}

#[test]
fn user_verification_counts_only_of_a_credential_that_was_registered_with_it() {
    for (at_registration, now, counts) in
        [(false, false, false), (false, true, false), (true, false, false), (true, true, true)]
    {
        let mut device = key().user_verified(at_registration);
        let credential = registered_by(&mut device);
        let mut device = device.user_verified(now);
        let accepted = accept(&credential, &mut device).unwrap();
        assert_eq!(accepted.user_verified, counts, "{at_registration}, then {now}");
        assert_eq!(
            accepted.next.registered_with_user_verification(),
            at_registration,
            "an assertion does not make up for the registration"
        );
    }
}

#[test]
fn backup_eligibility_is_taken_from_registration_and_can_only_be_gained() {
    let gained = [CredentialNotice::BecameBackupEligible];
    for (at_registration, now, device_bound, noted) in [
        (false, false, true, &[][..]),
        (false, true, false, &gained),
        (true, false, false, &[]),
        (true, true, false, &[]),
    ] {
        let mut device = key().backup(at_registration, false);
        let credential = registered_by(&mut device);
        assert_eq!(credential.is_device_bound(), !at_registration);
        let mut device = device.backup(now, false);
        let accepted = accept(&credential, &mut device).unwrap();
        assert_eq!(accepted.noted, noted, "{at_registration}, then {now}");
        assert_eq!(accepted.next.is_device_bound(), device_bound, "{at_registration}, then {now}");
        let again = accept(&accepted.next, &mut device).unwrap();
        assert_eq!(again.noted, [], "it is noted once");
    }
}

#[test]
fn the_backup_state_follows_the_last_assertion() {
    let mut device = key().backup(true, false);
    let mut credential = registered_by(&mut device);
    for copied in [true, true, false, true] {
        device = device.backup(true, copied);
        credential = accept(&credential, &mut device).unwrap().next;
        assert_eq!(credential.is_backed_up(), copied);
    }
}

#[test]
fn a_backed_up_credential_that_is_not_eligible_is_refused() {
    let credential = registered_by(&mut key());
    let refused = accept(&credential, &mut key().backup(false, true).counter(9));
    assert_eq!(refused.unwrap_err(), Unverified::BackupState);
}

#[test]
fn a_counter_that_does_not_rise_is_noted_and_the_stored_one_never_falls() {
    const LAST: u32 = u32::MAX;
    for (stored, found, rises) in [
        (0, 0, true),
        (0, 1, true),
        (1, 0, false),
        (1, 1, false),
        (1, 2, true),
        (7, 6, false),
        (6, LAST, true),
        (LAST, LAST, false),
        (LAST, 0, false),
        (LAST - 1, LAST, true),
    ] {
        let credential = registered_by(&mut counting(stored));
        assert_eq!(credential.counter(), stored);
        let accepted = accept(&credential, &mut counting(found)).unwrap();
        let notice = CredentialNotice::CounterDidNotRise { stored, found };
        let noted = if rises { vec![] } else { vec![notice] };
        assert_eq!(accepted.noted, noted, "{stored}, then {found}");
        assert_eq!(accepted.next.counter(), stored.max(found), "{stored}, then {found}");
    }
}

/// A device whose next answer says this number. It counts before it answers, so 0 is one that does
/// not count at all.
fn counting(next: u32) -> SoftwareKey {
    match next.checked_sub(1) {
        Some(before) => key().counter(before),
        None => key().uncounted(),
    }
}

#[test]
fn a_credential_of_another_relying_party_is_not_asked_and_not_accepted() {
    let credential = registered_by(&mut key());
    assert!(credential.is_of(&site()));
    let moved = RelyingParty::new("moved.example", [ORIGIN]).unwrap();
    assert!(!credential.is_of(&moved));
    let response = AssertionResponse::parse(&assertion(&mut key(), |_| {}).to_string()).unwrap();
    let refused = credential.accept(&response, &challenge(), &moved);
    assert_eq!(refused.unwrap_err(), Unverified::RpId);
    // Not even where the same key has answered for the other one.
    let hash = Sha256::digest("moved.example");
    let json = assertion(&mut key(), |parts| parts.data[..32].copy_from_slice(&hash));
    let moved_too = AssertionResponse::parse(&json.to_string()).unwrap();
    let refused = credential.accept(&moved_too, &challenge(), &moved);
    assert_eq!(refused.unwrap_err(), Unverified::RpId);
    assert!(credential.accept(&response, &challenge(), &site()).is_ok());
}

#[test]
fn an_answer_that_does_not_verify_changes_nothing() {
    let credential = registered_by(&mut key());
    let mut json = assertion(&mut key(), |parts| parts.flag(0x08, true));
    json["response"]["signature"] = "AAAA".into();
    let response = AssertionResponse::parse(&json.to_string()).unwrap();
    let refused = credential.accept(&response, &challenge(), &site());
    assert_eq!(refused.unwrap_err(), Unverified::Signature);
}
