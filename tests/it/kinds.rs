//! Factors of a kind that this build does not know: of a later release, or whose feature is off.
//! Carried, counted, never asked, never lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64ct::{Base64Unpadded, Encoding};
use mfakit::domain::webauthn::SignatureAlgorithm;
use mfakit::domain::{Account, FactorState};
use mfakit::store::{AccountStore, Commit, CommitOutcome, Format, StoreError, StoredAccount};
use mfakit::testing::SoftwareKey;
use mfakit::{Answer, FactorId, FactorKind, Mfa, Prompt, Refusal, SignIn, Strength, Subject};
use serde_json::{Value, json};

use crate::world::{User, World, block_on, hasher, keyring, passed, refused, rejected};

/// A database of documents, as processes of two releases share it.
#[derive(Clone, Default)]
pub(crate) struct Rows(Arc<Mutex<BTreeMap<Subject, Value>>>);

impl Rows {
    pub(crate) fn document(&self, subject: &Subject) -> Value {
        self.0.lock().unwrap()[subject].clone()
    }

    pub(crate) fn put(&self, subject: &Subject, document: Value) {
        self.0.lock().unwrap().insert(subject.clone(), document);
    }

    pub(crate) fn account(&self, subject: &Subject) -> Account {
        read(self.document(subject)).unwrap()
    }
}

pub(crate) fn read(document: Value) -> Result<Account, String> {
    let stored: StoredAccount = serde_json::from_value(document).map_err(|e| e.to_string())?;
    stored.into_account().map_err(|error| error.to_string())
}

#[async_trait]
impl AccountStore for Rows {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        let document = self.0.lock().unwrap().get(subject).cloned();
        Ok(document.map(|document| Arc::new(read(document).unwrap())))
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let mut rows = self.0.lock().unwrap();
        let stored = rows.get(commit.subject()).map(|row| read(row.clone()).unwrap().version());
        if stored != commit.expected() {
            return Ok(CommitOutcome::Conflict);
        }
        let Some(next) = commit.next() else {
            rows.remove(commit.subject());
            return Ok(CommitOutcome::Committed);
        };
        let document = serde_json::to_value(StoredAccount::new(next, Format::V1)).unwrap();
        rows.insert(commit.subject().clone(), document);
        Ok(CommitOutcome::Committed)
    }
}

/// What a later release has stored: nested, with values of every type.
fn of_tomorrow() -> Value {
    json!({
        "id": "0102030405060708090a0b0c0d0e0f10",
        "label": "Ring",
        "added": "2027-01-15T08:02:00.123456Z",
        "used": "2027-01-15T08:02:00.123456Z",
        "kind": "telepathy_2",
        "strength": 60,
        "state": {"waves": [1, -2, 3.5, null, true, "θ"], "deep": {"deeper": {}}},
        "announced": {"later": true},
    })
}

pub(crate) fn ring() -> FactorId {
    "0102030405060708090a0b0c0d0e0f10".parse().unwrap()
}

async fn beside_an_app() -> (Rows, World, User) {
    let rows = Rows::default();
    let mut world = World::new();
    world.mfa = Mfa::builder_without_policies(rows.clone())
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .hasher(hasher())
        .clock(world.clock.clone())
        .build()
        .unwrap();
    let ada = world.protect("ada").await;
    let mut document = rows.document(&ada.subject);
    document["factors"].as_array_mut().unwrap().push(of_tomorrow());
    rows.put(&ada.subject, document);
    world.wait(90);
    (rows, world, ada)
}

/// The same account, whose only factor is the unknown one.
async fn alone() -> (Rows, World, User) {
    let (rows, world, ada) = beside_an_app().await;
    let mut document = rows.document(&ada.subject);
    document["factors"] = json!([of_tomorrow()]);
    document["preferred"] = json!(ring().to_string());
    rows.put(&ada.subject, document);
    (rows, world, ada)
}

fn kept(rows: &Rows, ada: &User) -> bool {
    let document = rows.document(&ada.subject);
    document["factors"].as_array().unwrap().contains(&of_tomorrow())
}

#[test]
fn an_unknown_factor_is_carried_through_every_change_and_never_lost() {
    block_on(async {
        let (rows, world, ada) = beside_an_app().await;
        let session = world.sign_in(&ada).await;
        assert!(kept(&rows, &ada), "a sign-in");
        let guess = world.challenge(&ada.subject).await;
        rejected(world.mfa.answer(&guess, Answer::code("000000")).await);
        assert!(kept(&rows, &ada), "a wrong code");
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        assert!(kept(&rows, &ada), "another password");
        drop(session);
        world.next_code();
        let session = world.sign_in(&ada).await;
        let (_, session) = world.add_phone(&session, "Tablet").await;
        assert!(kept(&rows, &ada), "another app");
        let refusal = refused(world.mfa.regenerate_codes(&session).await);
        assert_eq!(refusal.code(), "step_up_required", "the account is stronger than an app");
    });
}

#[test]
fn an_unknown_factor_counts_for_one_and_at_the_strength_it_is_stored_with() {
    block_on(async {
        let (rows, world, ada) = beside_an_app().await;
        for (rank, strength, account) in [
            (1, None, Strength::Standard),
            (20, Some(Strength::Standard), Strength::Standard),
            (39, Some(Strength::Standard), Strength::Standard),
            (40, Some(Strength::PhishingResistant), Strength::PhishingResistant),
            (255, Some(Strength::PhishingResistant), Strength::PhishingResistant),
        ] {
            let mut document = rows.document(&ada.subject);
            document["factors"][1]["strength"] = json!(rank);
            let read = read(document).unwrap();
            assert_eq!(read.factor(ring()).unwrap().strength(), strength, "{rank}");
            assert_eq!(read.strength(), Some(account), "{rank}");
        }
        let status = world.mfa.status(&ada.subject).await.unwrap();
        let kinds: Vec<FactorKind> = status.factors.iter().map(|factor| factor.kind).collect();
        assert_eq!(kinds, [FactorKind::Totp, FactorKind::Unknown]);
        let account = rows.account(&ada.subject);
        let FactorState::Unknown(state) = account.factor(ring()).unwrap().state() else {
            panic!("{account:?}")
        };
        assert_eq!(state.kind(), "telepathy_2");
    });
}

#[test]
fn an_unknown_factor_is_never_asked_and_the_account_says_that_it_has_one() {
    block_on(async {
        let (_, world, ada) = beside_an_app().await;
        let challenge = world.challenge(&ada.subject).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert_eq!(ask.factors().count(), 1);
        assert!(ask.unaskable && !ask.suspended && ask.takes_recovery());
        let right = ada.phone.code_at(world.now());
        rejected(world.mfa.answer(&challenge, Answer::code_of(ring(), &right)).await);
        let _ = passed(world.mfa.answer(&challenge, Answer::code(&right)).await);
    });
}

#[test]
fn an_account_with_nothing_but_an_unknown_factor_stays_protected_and_opens_by_recovery() {
    block_on(async {
        let (rows, world, ada) = alone().await;
        let before = rows.document(&ada.subject);
        let sign_in = world.mfa.sign_in(world.password(&ada.subject)).await.unwrap();
        let SignIn::Challenge(challenge) = sign_in else {
            panic!("the password alone: {sign_in:?}")
        };
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert_eq!(ask.prompts, [Prompt::Recovery]);
        assert!(ask.unaskable && !ask.suspended && !ask.three_codes);
        let right = ada.phone.code_at(world.now());
        for answer in [Answer::code(&right), Answer::code_of(ring(), &right)] {
            assert_eq!(
                refused(world.mfa.answer(&challenge, answer).await),
                Refusal::WrongAnswerKind
            );
        }
        assert_eq!(rows.document(&ada.subject), before, "nothing is charged");
        let _ = passed(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await);
        assert!(kept(&rows, &ada));
    });
}

#[test]
fn a_factor_whose_stored_kind_or_strength_cannot_be_is_refused_by_name() {
    block_on(async {
        let (rows, _, ada) = beside_an_app().await;
        for (factor, field, value, named) in [
            (1, "kind", json!(""), "kind"),
            (1, "kind", json!("Telepathy"), "kind"),
            (1, "kind", json!("a".repeat(33)), "kind"),
            (1, "kind", json!(7), "string"),
            (1, "strength", json!(0), "strength"),
            (1, "strength", json!(256), "256"),
            (1, "strength", json!(-20), "-20"),
            (1, "strength", json!("strong"), "strong"),
            (0, "strength", json!(40), "strength"),
            (0, "strength", json!(19), "strength"),
            (0, "state", json!({}), "state"),
            (0, "state", json!([]), "state"),
            (0, "kind", json!("webauthn"), "state"),
        ] {
            let mut document = rows.document(&ada.subject);
            document["factors"][factor][field] = value.clone();
            let error = read(document).unwrap_err();
            assert!(error.contains(named), "{field} {value}: {error}");
        }
        for field in ["kind", "strength", "state"] {
            let mut document = rows.document(&ada.subject);
            assert!(document["factors"][1].as_object_mut().unwrap().remove(field).is_some());
            assert!(read(document).unwrap_err().contains(field), "{field}");
        }
    });
}

/// A credential as a row has it.
pub(crate) fn credential(state: &Value) -> Value {
    let mut factor = of_tomorrow();
    factor["kind"] = json!("webauthn");
    factor["strength"] = json!(40);
    factor["state"] = state.clone();
    factor
}

pub(crate) fn stored_state() -> Value {
    let key = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256).public_key();
    json!({
        "rp": "scrivio.example",
        "credential": "AQID",
        "key": Base64Unpadded::encode_string(&key),
        "user": "BwcH",
        "counter": 7,
        "registered_verified": true,
        "backup_eligible": true,
        "backed_up": true,
        "aaguid": "AAECAwQFBgcICQoLDA0ODw",
        "transports": ["internal", "usb"],
        "later": {"known": [1, null]},
    })
}

#[test]
fn a_credential_is_read_from_its_row_and_written_back_as_it_was() {
    block_on(async {
        let (rows, world, ada) = beside_an_app().await;
        let mut document = rows.document(&ada.subject);
        document["factors"][1] = credential(&stored_state());
        let account = read(document.clone()).unwrap();
        let FactorState::WebAuthn(state) = account.factor(ring()).unwrap().state() else {
            panic!("{account:?}")
        };
        let credential = state.credential();
        assert_eq!(credential.rp_id(), "scrivio.example");
        assert_eq!(credential.id().as_bytes(), [1, 2, 3]);
        assert_eq!(credential.user_handle().as_bytes(), [7, 7, 7]);
        assert_eq!(credential.counter(), 7);
        assert!(credential.registered_with_user_verification() && credential.is_backed_up());
        assert_eq!(account.strength(), Some(Strength::PhishingResistant));
        let written = serde_json::to_value(StoredAccount::new(&account, Format::V1)).unwrap();
        assert_eq!(written, document);

        // Until it can be asked for, the account opens with its other factor.
        rows.put(&ada.subject, document);
        let challenge = world.challenge(&ada.subject).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert_eq!((ask.factors().count(), ask.unaskable), (1, true));
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let _ = passed(world.mfa.answer(&challenge, code).await);
        assert_eq!(rows.document(&ada.subject)["factors"][1]["state"], stored_state());
    });
}

#[test]
fn a_credential_whose_row_cannot_be_is_refused_by_name() {
    block_on(async {
        let (rows, _, ada) = beside_an_app().await;
        for (field, value, named) in [
            ("rp", json!("https://scrivio.example"), "RP ID"),
            ("credential", json!(""), "credential"),
            ("credential", json!(Base64Unpadded::encode_string(&[1; 1024])), "credential"),
            ("key", json!("AAAA"), "key"),
            ("user", json!(""), "user"),
            ("user", json!(Base64Unpadded::encode_string(&[1; 65])), "user"),
            ("counter", json!(-1), "-1"),
            ("counter", json!(1_u64 << 32), "4294967296"),
            ("aaguid", json!("AAAA"), "aaguid"),
            ("backup_eligible", json!(false), "backup state"),
            ("transports", json!(["usb", "usb"]), "transports"),
        ] {
            let mut state = stored_state();
            state[field] = value.clone();
            let mut document = rows.document(&ada.subject);
            document["factors"][1] = credential(&state);
            let error = read(document).unwrap_err();
            assert!(error.contains(named), "{field} {value}: {error}");
        }
    });
}
