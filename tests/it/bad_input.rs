//! What cannot be right has a typed outcome, changes nothing and never panics.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{Account, Commit, CommitOutcome, HashScheme, SealContext, SealedSecret};
use mfakit::{
    AccountName, AccountStore, Answer, CipherError, Email, Error, EventLog, FactorId, FirstFactor,
    Invalid, Issuer, KeyId, Keyring, Label, Mfa, NewFactor, Refusal, SealingKey, SecretCipher,
    SetupId, SignIn, Subject, TotpSecret,
};

use crate::world::{World, block_on, keyring, passed, refused, rejected};

/// The account and the number of its events: what must not change.
async fn state(world: &World, subject: &Subject) -> (Option<Arc<Account>>, usize) {
    let account = world.memory.load(subject).await.unwrap();
    (account, world.memory.read(None, 10_000).await.unwrap().events.len())
}

#[test]
fn names_that_cannot_be_are_refused_with_their_bound() {
    let long = "x".repeat(300);
    let rows: [(Result<(), Invalid>, &str); 10] = [
        (Label::new("").map(drop), "label must have 1 to 128 bytes, not 0"),
        (Label::new(&long).map(drop), "label must have 1 to 128 bytes, not 300"),
        (Label::new("x".repeat(65)).map(drop), "label must have 1 to 64 characters, not 65"),
        (Label::new("a\u{7}b").map(drop), "label must not contain control characters"),
        (
            Label::new("a\u{202e}b").map(drop),
            "label must not contain invisible or bidirectional characters",
        ),
        (Issuer::new("Scri:vio").map(drop), "issuer must not contain a colon"),
        (AccountName::new("a:b").map(drop), "account name must not contain a colon"),
        (AccountName::new(" ").map(drop), "account name must have 1 to 128 bytes, not 0"),
        (Subject::new(&long).map(drop), "subject must have 1 to 255 bytes, not 300"),
        (
            FirstFactor::named("password", Subject::from(1_u64), Utc::now()).map(drop),
            "method name must be lower-case ASCII letters, digits, hyphens, underscores and dots, \
             and not `password`",
        ),
    ];
    for (result, expected) in rows {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }
}

#[test]
fn an_application_without_a_cipher_or_with_a_bad_issuer_is_not_built() {
    let builder = || Mfa::builder(mfakit::MemoryStore::new());
    let message = |result: Result<Mfa, mfakit::BuildError>| result.unwrap_err().to_string();
    assert!(message(builder().issuer("Scrivio").build()).contains("never stored unsealed"));
    assert!(message(builder().keyring(keyring("k1")).build()).contains("issuer must have 1 to"));
    let colon = builder().issuer("Scri:vio").keyring(keyring("k1")).build();
    assert!(message(colon).contains("a colon"));
}

#[test]
fn a_label_is_taken_whatever_its_case_and_by_a_pending_setup_too() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let before = state(&world, &ada.subject).await;
        for label in ["Phone", "phone", " PHONE "] {
            let new = NewFactor::totp(label, "ada@example.org").unwrap();
            let begun = world.mfa.begin_setup(&session, new, Email::Verified).await;
            assert_eq!(refused(begun), Refusal::LabelTaken);
        }
        assert_eq!(state(&world, &ada.subject).await, before);
        let new = NewFactor::totp("Tablet", "ada@example.org").unwrap();
        world.mfa.begin_setup(&session, new, Email::Verified).await.unwrap();
        let factor = world.mfa.status(&ada.subject).await.unwrap().methods[0].factor;
        let renamed = world.mfa.rename_method(&session, factor, "tablet").await;
        assert_eq!(refused(renamed), Refusal::LabelTaken);
    });
}

#[test]
fn an_eleventh_factor_is_refused() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let mut session = world.sign_in(&ada).await;
        for number in 2..=10 {
            session = world.add_phone(&session, &format!("Phone {number}")).await.1;
        }
        let new = NewFactor::totp("Phone 11", "ada@example.org").unwrap();
        let begun = world.mfa.begin_setup(&session, new, Email::Verified).await;
        assert_eq!(refused(begun), Refusal::TooManyFactors);
    });
}

#[test]
fn unknown_factors_and_setups_are_named_so_and_change_nothing() {
    block_on(async {
        let world = World::new();
        let (ada, bob) = (world.protect("ada").await, world.protect("bob").await);
        let session = world.sign_in(&ada).await;
        let of_bob = world.mfa.status(&bob.subject).await.unwrap().methods[0].factor;
        let before = (state(&world, &ada.subject).await, state(&world, &bob.subject).await);
        let mfa = &world.mfa;
        for factor in [of_bob, FactorId::from_random([0; 16])] {
            let unknown = Refusal::UnknownFactor;
            assert_eq!(refused(mfa.rename_method(&session, factor, "New").await), unknown);
            assert_eq!(refused(mfa.prefer_method(&session, factor).await), unknown);
            assert_eq!(refused(mfa.remove_method(&session, factor).await), unknown);
            let new = NewFactor::totp("New", "ada@example.org").unwrap().replacing(factor);
            assert_eq!(refused(mfa.begin_setup(&session, new, Email::Verified).await), unknown);
        }
        let id = SetupId::from_random([0; 16]);
        let unknown = Refusal::UnknownSetup;
        assert_eq!(refused(mfa.show_setup(&session, id).await), unknown);
        assert_eq!(refused(mfa.confirm_setup(&session, id, "000000").await), unknown);
        assert_eq!(refused(mfa.reissue_codes(&session, id).await), unknown);
        assert_eq!(refused(mfa.finish_setup(&session, id).await), unknown);
        assert_eq!(refused(mfa.cancel_setup(&session, id).await), unknown);
        let after = (state(&world, &ada.subject).await, state(&world, &bob.subject).await);
        assert_eq!(before, after);
    });
}

#[test]
fn a_setup_that_is_over_stays_over() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".try_into().unwrap()).await;
        let begin = || async {
            let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
            world.mfa.begin_setup(&session, new, Email::Verified).await.unwrap()
        };
        let expired = begin().await;
        world.wait(599);
        world.mfa.show_setup(&session, expired.id()).await.unwrap();
        world.wait(2);
        let shown = world.mfa.show_setup(&session, expired.id()).await;
        assert_eq!(refused(shown), Refusal::SetupExpired);
        let session = world.mfa.reauthenticate(&session, world.password(session.subject())).await;
        let session = session.unwrap();
        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let cancelled = world.mfa.begin_setup(&session, new, Email::Verified).await.unwrap();
        let early = world.mfa.finish_setup(&session, cancelled.id()).await;
        assert_eq!(refused(early), Refusal::SetupUnconfirmed);
        world.mfa.cancel_setup(&session, cancelled.id()).await.unwrap();
        let again = world.mfa.cancel_setup(&session, cancelled.id()).await;
        assert_eq!(refused(again), Refusal::UnknownSetup);
    });
}

#[test]
fn a_challenge_expires_after_ten_minutes_and_takes_only_its_kind_of_answer() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (_, challenge) = world.challenge(&ada.subject).await;
        let enrolment = world.mfa.answer(&challenge, Answer::enrolment("0000000000000000")).await;
        assert_eq!(refused(enrolment), Refusal::WrongAnswerKind);
        world.wait(601);
        let before = state(&world, &ada.subject).await;
        for answer in
            [Answer::code(&ada.phone.code_at(world.now())), Answer::recovery(&ada.recovery(0))]
        {
            let late = world.mfa.answer(&challenge, answer).await;
            assert_eq!(refused(late), Refusal::ChallengeExpired);
        }
        assert_eq!(state(&world, &ada.subject).await, before);
    });
}

#[test]
fn megabytes_of_input_are_malformed_at_once() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let before = state(&world, &ada.subject).await;
        let (_, challenge) = world.challenge(&ada.subject).await;
        for typed in ["1".repeat(5_000_000), " ".repeat(5_000_000), "🦀".repeat(1_000_000)] {
            for answer in [
                Answer::code(&typed),
                Answer::recovery(&typed),
                Answer::three_codes([&typed, &typed, &typed]),
            ] {
                assert!(rejected(world.mfa.answer(&challenge, answer).await).malformed);
            }
        }
        assert_eq!(state(&world, &ada.subject).await, before);
    });
}

/// Clocks before 1970, after 9999, and everywhere in between.
#[test]
fn a_clock_out_of_range_is_refused_and_changes_nothing() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (_, challenge) = world.challenge(&ada.subject).await;
        let before = state(&world, &ada.subject).await;
        for now in [
            DateTime::<Utc>::MIN_UTC,
            DateTime::from_timestamp(-1, 0).unwrap(),
            DateTime::from_timestamp(253_402_300_800, 0).unwrap(),
            DateTime::<Utc>::MAX_UTC,
        ] {
            world.clock.set(now);
            let out = Refusal::ClockOutOfRange;
            let first = FirstFactor::password(ada.subject.clone(), now);
            assert_eq!(refused(world.mfa.sign_in(first).await), out);
            assert_eq!(refused(world.mfa.answer(&challenge, Answer::code("000000")).await), out);
            assert_eq!(refused(world.mfa.disable(&session).await), out);
            assert_eq!(refused(world.mfa.password_changed(&ada.subject, None).await), out);
        }
        assert_eq!(state(&world, &ada.subject).await, before);
    });
    for seconds in [0, 1, 29, 253_402_300_000] {
        block_on(async {
            let world = World::new();
            world.clock.set(DateTime::from_timestamp(seconds, 0).unwrap());
            let ada = world.protect("ada").await;
            world.sign_in(&ada).await;
        });
    }
}

/// A cipher that does not open: a key service that is down, a table that was tampered with.
struct Down;

#[async_trait]
impl SecretCipher for Down {
    fn primary_key(&self) -> KeyId {
        KeyId::new("down").unwrap()
    }

    async fn seal(&self, _: &TotpSecret, _: SealContext<'_>) -> Result<SealedSecret, CipherError> {
        Err(CipherError::Unavailable("down on purpose".into()))
    }

    async fn open(&self, _: &SealedSecret, _: SealContext<'_>) -> Result<TotpSecret, CipherError> {
        Err(CipherError::Unavailable("down on purpose".into()))
    }
}

#[test]
fn recovery_codes_work_while_the_cipher_is_down_and_no_guess_is_charged() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let down = Mfa::builder(world.memory.clone())
            .issuer("Scrivio")
            .cipher(Down)
            .hasher(crate::world::hasher())
            .clock(world.clock.clone())
            .build()
            .unwrap();
        let before = state(&world, &ada.subject).await;
        let (_, challenge) = world.challenge(&ada.subject).await;
        let answer = Answer::code(&ada.phone.code_at(world.now()));
        assert!(matches!(down.answer(&challenge, answer).await, Err(Error::Cipher(_))));
        let bob = FirstFactor::password("bob".try_into().unwrap(), world.now());
        let Ok(SignIn::Complete(bobs)) = down.sign_in(bob).await else { panic!("bob") };
        let new = NewFactor::totp("Phone", "bob@example.org").unwrap();
        let begun = down.begin_setup(&bobs, new, Email::Verified).await;
        assert!(matches!(begun, Err(Error::Cipher(_))));
        assert_eq!(state(&world, &ada.subject).await, before);
        passed(down.answer(&challenge, Answer::recovery(&ada.recovery(0))).await);
    });
}

/// The same account under another key of the same name, or with the key gone.
#[test]
fn a_sealed_secret_that_does_not_open_fails_closed() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (_, challenge) = world.challenge(&ada.subject).await;
        let before = state(&world, &ada.subject).await;
        let other = Keyring::new(SealingKey::from_bytes("k1", &[99; 32]).unwrap());
        for ring in [other, keyring("k2")] {
            let mfa = Mfa::builder(world.memory.clone())
                .issuer("Scrivio")
                .keyring(ring)
                .clock(world.clock.clone())
                .build()
                .unwrap();
            let answer = Answer::code(&ada.phone.code_at(world.now()));
            assert!(matches!(mfa.answer(&challenge, answer).await, Err(Error::Cipher(_))));
        }
        assert_eq!(state(&world, &ada.subject).await, before);
    });
}

/// A store of one row, as somebody wrote it by hand.
struct OneRow(Arc<Account>);

#[async_trait]
impl AccountStore for OneRow {
    async fn load(&self, _: &Subject) -> Result<Option<Arc<Account>>, mfakit::StoreError> {
        Ok(Some(Arc::clone(&self.0)))
    }

    async fn commit(&self, _: &Commit) -> Result<CommitOutcome, mfakit::StoreError> {
        Ok(CommitOutcome::Committed)
    }
}

#[test]
fn a_stored_scheme_of_absurd_costs_is_refused_before_anything_is_computed() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let account = world.memory.load(&ada.subject).await.unwrap().unwrap();
        let stored = mfakit::StoredAccount::new(&account, mfakit::Format::V1);
        let text = serde_json::to_string(&stored).unwrap();
        let scheme = account.recovery().unwrap().scheme().as_str().to_owned();
        for absurd in [
            "$argon2id$v=19$m=4294967295,t=2,p=1",
            "$argon2id$v=19$m=19456,t=4294967295,p=1",
            "$argon2id$v=19$m=19456,t=2,p=16777215",
            "$argon2d$v=19$m=19456,t=2,p=1",
            "$argon2id$v=16$m=19456,t=2,p=1",
            "garbage",
        ] {
            assert!(HashScheme::new(absurd).is_ok());
            let text = text.replace(&scheme, absurd);
            let stored: mfakit::StoredAccount = serde_json::from_str(&text).unwrap();
            let mfa = Mfa::builder(OneRow(Arc::new(stored.into_account().unwrap())))
                .issuer("Scrivio")
                .keyring(keyring("k1"))
                .hasher(crate::world::hasher())
                .clock(world.clock.clone())
                .build()
                .unwrap();
            let (_, challenge) = world.challenge(&ada.subject).await;
            let answered = mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await;
            assert!(matches!(answered, Err(Error::Hasher(_))), "{absurd}: {answered:?}");
            let code = Answer::code(&ada.phone.code_at(world.now()));
            passed(mfa.answer(&challenge, code).await);
        }
    });
}

#[test]
fn a_first_factor_of_the_future_is_refused_beyond_thirty_seconds() {
    block_on(async {
        let world = World::new();
        for (seconds, taken) in [(30, true), (31, false), (1_000_000, false)] {
            let at = world.now() + TimeDelta::seconds(seconds);
            let first = FirstFactor::password("ada".try_into().unwrap(), at);
            assert_eq!(world.mfa.sign_in(first).await.is_ok(), taken, "{seconds} s ahead");
        }
    });
}
