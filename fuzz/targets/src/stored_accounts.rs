//! Accounts as a store reads them.

use mfakit::domain::{Account, ImportedEvaluation, Opened, Question};
use mfakit::ports::SecretCipher;
use mfakit::store::{Format, StoredAccount};
use mfakit::testing::block_on;
use mfakit::{Answer, FirstFactor};

use subtle::Choice;

use crate::scene;

/// What is read is written in one form, which reads as the same account; and no decision on it
/// panics or makes an account that cannot be read.
pub fn stored_accounts(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<StoredAccount>(data) else { return };
    let Ok(account) = document.into_account() else { return };
    let written = round_trip(&account);
    assert_eq!(write(&read(&written)), written);
    let _ = (format!("{account:?}"), account.export());
    decide(&account);
}

fn write(account: &Account) -> String {
    serde_json::to_string(&StoredAccount::new(account, Format::default())).expect("JSON")
}

fn read(text: &str) -> Account {
    let document: StoredAccount = serde_json::from_str(text).expect("what is written is read");
    document.into_account().expect("what is written is an account")
}

fn round_trip(account: &Account) -> String {
    let written = write(account);
    assert_eq!(read(&written), *account);
    written
}

/// A sign-in and two wrong answers, as the service would do them.
fn decide(account: &Account) {
    let context = scene::context();
    let first = FirstFactor::password(account.subject().clone(), scene::at(scene::NOW));
    let challenge = match account.sign_in(first, scene::fresh(), context) {
        Ok(Opened::Challenge(challenge)) => challenge,
        Ok(_) | Err(_) => return,
    };
    for answer in [
        Answer::code("000000"),
        Answer::three_codes(["000000", "111111", "222222"]),
        Answer::recovery("0000-0000-0000-0000"),
        Answer::enrollment("0000-0000-0000-0000"),
        Answer::webauthn(&scene::assertion(&challenge)),
    ] {
        let decision = match account.question(&challenge, &answer, context) {
            Ok(Question::Decided(_)) | Err(_) => continue,
            Ok(Question::Totp(asked)) => {
                let keyring = scene::keyring();
                let Ok(secret) = block_on(keyring.open(asked.sealed(), asked.context())) else {
                    continue;
                };
                asked.judge(&secret, None)
            }
            Ok(Question::WebAuthn(check)) => check.judge(),
            Ok(Question::OneTime(check)) => {
                let evaluation = check.hash().evaluate(&[0x5a; 32]);
                check.judge(&evaluation)
            }
            Ok(Question::Imported(check)) => {
                let missed = check.hashes().into_iter().map(|hash| (hash, Choice::from(0)));
                check.judge(&ImportedEvaluation::new(missed))
            }
        };
        let (_, next) = scene::committed(decision, account);
        round_trip(&next);
    }
}
