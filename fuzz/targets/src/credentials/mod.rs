//! What a browser answers to the account: to a challenge, and to a setup.
//!
//! The account has a phone and a key, a challenge that is open and a setup of another key: the same in
//! every execution. What the keys answer is taken and changed.

mod assertions;
mod changed;
mod registrations;

pub use assertions::assertions;
pub use registrations::registrations;

use std::sync::{Arc, OnceLock};

use mfakit::domain::webauthn::{SignatureAlgorithm, UserHandle};
use mfakit::domain::{
    Account, ChallengeId, ConfirmedSetup, Decision, DrawnKind, DrawnSetup, Fresh, Issuer, Judged,
    Judgment, Opened, Question, SessionId, SetupQuestion, Stamp, Transition,
};
use mfakit::store::{Format, StoredAccount};
use mfakit::testing::SoftwareKey;
use mfakit::{
    Answer, Assurance, Challenge, EmailStatus, FactorId, FirstFactor, NewFactor, Setup, SetupId,
};

use crate::scene::{self, ORIGIN};

struct Scene {
    account: Arc<Account>,
    challenge: Challenge,
    /// What the key answers to the challenge, and to another one; and what a stranger's key answers
    /// that bears its name.
    right: String,
    elsewhere: String,
    strange: String,
    session: Assurance,
    /// The account with a setup of another key, what the page shows for it, and what the key answers.
    beginning: Arc<Account>,
    setup: SetupId,
    creation: String,
    registration: String,
}

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(set)
}

/// The key that the account has, and the one that it is to have: it has not counted yet.
fn key(seed: u64) -> SoftwareKey {
    SoftwareKey::seeded(seed, SignatureAlgorithm::Es256)
}

fn set() -> Scene {
    let (account, session) = scene::protected();
    let (setup, account) = scene::change(begin(account, session, "Key", 1));
    let mut own = key(1);
    let json = own.register(&options(&setup), ORIGIN).expect("a registration");
    let (_, account) = confirm(&account, session, setup.id(), &json);

    let challenge = open(&account, 11);
    let asked = |challenge: &Challenge| {
        let ask = account.ask(challenge, scene::context()).expect("it can be answered");
        ask.webauthn().expect("a key is asked for").to_json()
    };
    let mut sign =
        |challenge: &Challenge| own.assert(&asked(challenge), ORIGIN).expect("an assertion");
    let (right, elsewhere) = (sign(&challenge), sign(&open(&account, 12)));
    let mut stranger = SoftwareKey::from_secret(&[9; 32], SignatureAlgorithm::Es256)
        .credential_id(own_id(&account));
    let strange = stranger.assert(&asked(&challenge), ORIGIN).expect("an assertion");

    // Registering has proven nothing: a further key wants a session of this one.
    let third = open(&account, 13);
    let (session, keyed) = signed_in(&account, &third, &sign(&third));
    let (setup, beginning) = scene::change(begin(&keyed, &session, "Spare key", 2));
    let (creation, setup) = (options(&setup), setup.id());
    let registration = key(2).register(&creation, ORIGIN).expect("a registration");
    Scene {
        account,
        challenge,
        right,
        elsewhere,
        strange,
        session,
        beginning,
        setup,
        creation,
        registration,
    }
}

/// The session of a sign-in that the key has passed, and the account after it.
fn signed_in(account: &Account, challenge: &Challenge, json: &str) -> (Assurance, Arc<Account>) {
    let context = scene::context();
    let question = account.question(challenge, &Answer::webauthn(json), context);
    let Ok(Question::WebAuthn(asked)) = question else { panic!("not asked for: {question:?}") };
    let (judgment, account) = scene::committed(asked.judge(), account);
    let Judgment::Passed(passed) = judgment else { panic!("did not pass: {judgment:?}") };
    let proven = challenge.raise(passed.proof, context).expect("just now");
    (proven.signed_in(&[], context.now()).full().expect("a full session"), account)
}

fn begin(account: &Account, session: &Assurance, label: &str, number: u8) -> Transition<Setup> {
    let new = NewFactor::webauthn(label, "ada@example.org").expect("a factor");
    let drawn = DrawnSetup {
        setup: SetupId::from_random([number; 16]),
        factor: FactorId::from_random([number; 16]),
        kind: DrawnKind::WebAuthn { user_handle: UserHandle::from_random([number; 64]) },
    };
    let (issuer, email) = (Issuer::new("Scrivio").expect("an issuer"), EmailStatus::Verified);
    let begun = account.begin_setup(session, &new, email, &issuer, &drawn, scene::context());
    begun.expect("a setup")
}

fn options(setup: &Setup) -> String {
    setup.webauthn().expect("a key").to_json()
}

/// What comes of an answer to the setup, and of the account.
fn judge(account: &Account, session: &Assurance, setup: SetupId, json: &str) -> Judgement {
    let answer = Answer::webauthn(json);
    match account.setup_question(session, setup, &answer, scene::context()) {
        Ok(SetupQuestion::WebAuthn(asked)) => match asked.judge(stamp(setup)) {
            Judged::Decided(Decision::Change(added)) => {
                let (answer, account) = scene::change(added);
                (answer, Some(account))
            }
            Judged::Decided(Decision::Unchanged(answer)) => (answer, None),
            right => panic!("a further factor needs no codes: {right:?}"),
        },
        Ok(SetupQuestion::Decided(why)) => (ConfirmedSetup::Rejected(why), None),
        other => panic!("the setup is open: {other:?}"),
    }
}

/// The account's next stamp, another one for each setup.
fn stamp(setup: SetupId) -> Stamp {
    let [.., a, b, c, d, e, f, g, h] = *setup.as_bytes();
    Stamp::from_random([a, b, c, d, e, f, g, h])
}

type Judgement = (ConfirmedSetup, Option<Arc<Account>>);

fn confirm(
    account: &Account,
    session: &Assurance,
    setup: SetupId,
    json: &str,
) -> (Assurance, Arc<Account>) {
    match judge(account, session, setup, json) {
        (ConfirmedSetup::Added(proven), Some(account)) => {
            let session = proven.signed_in(&[], scene::at(scene::NOW)).full();
            (session.expect("a full session"), account)
        }
        other => panic!("not added: {other:?}"),
    }
}

fn open(account: &Account, name: u8) -> Challenge {
    let first = FirstFactor::password(account.subject().clone(), scene::at(scene::NOW));
    let fresh = Fresh {
        session: SessionId::from_random([name; 16]),
        challenge: ChallengeId::from_random([name; 16]),
    };
    match account.sign_in(first, fresh, scene::context()) {
        Ok(Opened::Challenge(challenge)) => challenge,
        other => panic!("no challenge: {other:?}"),
    }
}

/// The account's credentials.
fn credentials(account: &Account) -> Vec<&mfakit::domain::webauthn::Credential> {
    let states = account.factors().iter().filter_map(|factor| match factor.state() {
        mfakit::domain::FactorState::WebAuthn(state) => Some(state.credential()),
        _ => None,
    });
    states.collect()
}

fn own_id(account: &Account) -> Vec<u8> {
    credentials(account)[0].id().as_bytes().to_vec()
}

/// What is stored of an account is read back equal.
fn stays_readable(account: &Account) {
    let text = serde_json::to_string(&StoredAccount::new(account, Format::default()));
    let read: StoredAccount = serde_json::from_str(&text.expect("JSON")).expect("a document");
    assert_eq!(read.into_account().expect("an account"), *account);
}
