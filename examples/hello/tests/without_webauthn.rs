//! An account with a passkey, in a build without the feature `webauthn`: this package alone is one.
//!
//! Built with the whole workspace the feature is on, and there is no relying party: the account is no
//! more open for it, and no less.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use chrono::DateTime;
use mfakit::domain::{Account, ChallengeId, Context, Fresh, Opened, SessionId};
use mfakit::store::{Format, StoredAccount};
use mfakit::{Answer, FirstFactor, Prompt, Refusal, Settings, Strength};
use serde_json::Value;

const ROW: &str = include_str!("../../../tests/golden/v1/credential.json");

fn account() -> Account {
    serde_json::from_str::<StoredAccount>(ROW).unwrap().into_account().unwrap()
}

#[test]
fn an_account_with_a_passkey_stays_protected_and_says_that_it_cannot_be_asked_for() {
    let (account, settings) = (account(), Settings::default());
    let now = DateTime::from_timestamp(1_800_200_000, 0).unwrap();
    let context = Context::new(&settings, now).unwrap();
    assert_eq!(account.strength(), Some(Strength::PhishingResistant));

    let fresh = Fresh {
        session: SessionId::from_random([1; 16]),
        challenge: ChallengeId::from_random([2; 16]),
    };
    let first = FirstFactor::password(account.subject().clone(), now);
    let Opened::Challenge(challenge) = account.sign_in(first, fresh, context).unwrap() else {
        panic!("open by the password alone")
    };
    let ask = account.ask(&challenge, context).unwrap();
    assert_eq!(ask.prompts, [Prompt::Recovery]);
    assert!(ask.unaskable);
    let code = account.question(&challenge, &Answer::code("000000"), context);
    assert_eq!(code.unwrap_err(), Refusal::WrongAnswerKind);
}

#[test]
fn what_is_stored_of_a_passkey_is_written_back_as_it_was() {
    let written = serde_json::to_value(StoredAccount::new(&account(), Format::V1)).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(ROW).unwrap());
}
