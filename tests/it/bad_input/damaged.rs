//! Stored accounts that were damaged or meddled with: nothing opens, and no code is eaten.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64ct::{Base64Unpadded, Encoding};
use mfakit::domain::Account;
use mfakit::store::{
    AccountStore, Commit, CommitOutcome, Format, StoreError, StoreErrorKind, StoredAccount,
};
use mfakit::testing::SeededEntropy;
use mfakit::{Answer, Error, MemoryStore, Mfa, Subject};
use serde_json::Value;

use super::scene;
use crate::attacks::stored;
use crate::world::{User, World, block_on, hasher, keyring, passed};

type Damage = Box<dyn Fn(&mut Value) + Send>;

/// Shows accounts as they would be after something has happened to the disk, or to the table.
#[derive(Clone)]
struct Damaged {
    inner: MemoryStore,
    damage: Arc<Mutex<Option<Damage>>>,
}

#[async_trait]
impl AccountStore for Damaged {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        let Some(account) = self.inner.load(subject).await? else { return Ok(None) };
        let mut document = serde_json::to_value(StoredAccount::new(&account, Format::V1))
            .map_err(StoreError::unreadable)?;
        if let Some(damage) = &*self.damage.lock().expect("the damage") {
            damage(&mut document);
        }
        let read: StoredAccount =
            serde_json::from_value(document).map_err(StoreError::unreadable)?;
        Ok(Some(Arc::new(read.into_account().map_err(StoreError::unreadable)?)))
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.inner.commit(commit).await
    }
}

/// A protected user, and the same application above a store that shows damage.
struct Ruin {
    world: World,
    ada: User,
    mfa: Mfa,
    store: Damaged,
}

impl Ruin {
    fn new() -> Self {
        let world = World::new();
        let ada = block_on(world.protect("ada"));
        let store = Damaged { inner: world.memory.clone(), damage: Arc::default() };
        let mfa = Mfa::builder_without_policies(store.clone())
            .issuer("Scrivio")
            .keyring(keyring("k1"))
            .hasher(hasher())
            .clock(world.clock.clone())
            .entropy(SeededEntropy::new(2))
            .build()
            .expect("a complete builder");
        Self { world, ada, mfa, store }
    }

    /// Answers under damage: how it failed. Nothing is changed, and nothing passes.
    fn fails(&self, answer: Answer, damage: impl Fn(&mut Value) + Send + 'static) -> Error {
        let challenge = block_on(self.world.challenge(&self.ada.subject));
        let before = scene(&self.world, &self.ada.subject);
        *self.store.damage.lock().expect("the damage") = Some(Box::new(damage));
        let verdict = block_on(self.mfa.answer(&challenge, answer));
        *self.store.damage.lock().expect("the damage") = None;
        assert_eq!(scene(&self.world, &self.ada.subject), before);
        verdict.expect_err("an answer on a damaged account")
    }

    fn right_code(&self) -> Answer {
        Answer::code(&self.ada.phone.code_at(self.world.now()))
    }

    /// Once the damage is gone, the very code that was tried passes.
    fn is_whole(&self) {
        let challenge = block_on(self.world.challenge(&self.ada.subject));
        passed(block_on(self.mfa.answer(&challenge, self.right_code())));
    }

    fn sealed(&self) -> (String, Vec<u8>) {
        let account = stored(&self.world, &self.ada.subject);
        let document = serde_json::to_value(StoredAccount::new(&account, Format::V1)).unwrap();
        let text = document["factors"][0]["state"]["sealed"].as_str().unwrap().to_owned();
        let (name, bytes) = text.rsplit_once(':').unwrap();
        (name.to_owned(), Base64Unpadded::decode_vec(bytes).unwrap())
    }
}

fn seal(document: &mut Value, name: &str, bytes: &[u8]) {
    let sealed = format!("{name}:{}", Base64Unpadded::encode_string(bytes));
    document["factors"][0]["state"]["sealed"] = sealed.into();
}

#[test]
fn a_truncated_or_altered_seal_does_not_open() {
    let ruin = Ruin::new();
    let (name, bytes) = ruin.sealed();
    let mut damaged: Vec<Vec<u8>> = (1..bytes.len()).map(|len| bytes[..len].to_vec()).collect();
    damaged.extend((1..bytes.len()).map(|from| bytes[from..].to_vec()));
    damaged.extend((0..bytes.len()).map(|place| {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        altered
    }));
    damaged.push([&bytes[..], &[0]].concat());
    damaged.push(vec![0; bytes.len()]);
    damaged.push(vec![7; 1024]);
    for bytes in damaged {
        let name = name.clone();
        let error = ruin.fails(ruin.right_code(), move |document| seal(document, &name, &bytes));
        assert_eq!(error.code(), "cipher");
        assert_eq!(error.to_string(), "the secret cipher failed");
    }
    ruin.is_whole();
}

#[test]
fn a_seal_that_is_none_is_unreadable() {
    let ruin = Ruin::new();
    for sealed in ["", ":", "1:k1", "1:k1:", "1:k1:*", "x:k1:AAAA", "300:k1:AAAA", "1::AAAA"] {
        let error = ruin.fails(ruin.right_code(), move |document| {
            document["factors"][0]["state"]["sealed"] = sealed.into();
        });
        let Error::Store(error) = error else { panic!("{sealed:?}: {error}") };
        assert_eq!(error.kind(), StoreErrorKind::Unreadable, "{sealed:?}");
    }
    ruin.is_whole();
}

#[test]
fn a_seal_that_was_moved_or_relabeled_does_not_open() {
    let ruin = Ruin::new();
    let (_, bytes) = ruin.sealed();
    for name in ["2:k1", "0:k1", "1:k2", "1:unknown"] {
        let bytes = bytes.clone();
        let error = ruin.fails(ruin.right_code(), move |document| seal(document, name, &bytes));
        assert_eq!(error.code(), "cipher", "{name}");
    }
    let eight = || Answer::code("12345678");
    for (field, value, answer) in [
        ("alg", Value::from("SHA256"), ruin.right_code()),
        ("period", Value::from(60), ruin.right_code()),
        ("digits", Value::from(8), eight()),
    ] {
        let error = ruin.fails(answer, move |document| {
            document["factors"][0]["state"][field] = value.clone();
        });
        assert_eq!(error.code(), "cipher", "{field}");
    }
    let error = ruin.fails(ruin.right_code(), |document| {
        document["factors"][0]["id"] = "00000000000000000000000000000000".into();
        document["preferred"] = "00000000000000000000000000000000".into();
    });
    assert_eq!(error.code(), "cipher", "another factor's");
    let bob = block_on(ruin.world.protect("bob"));
    let account = stored(&ruin.world, &bob.subject);
    let bobs = serde_json::to_value(StoredAccount::new(&account, Format::V1)).unwrap();
    let answer = Answer::code(&bob.phone.code_at(ruin.world.now()));
    let error = ruin.fails(answer, move |document| {
        document["factors"] = bobs["factors"].clone();
        document["preferred"] = bobs["preferred"].clone();
    });
    assert_eq!(error.code(), "cipher", "another user's");
    ruin.is_whole();
}

#[test]
fn a_scheme_of_absurd_costs_is_refused_before_anything_is_computed() {
    let ruin = Ruin::new();
    for scheme in [
        "$argon2id$v=19$m=4194304,t=2,p=1",
        "$argon2id$v=19$m=4294967295,t=4294967295,p=255",
        "$argon2id$v=19$m=19456,t=1000000,p=1",
        "$argon2id$v=19$m=19456,t=2,p=200",
        "$argon2id$v=19$m=0,t=0,p=0",
        "$argon2id$v=19$m=1e9,t=2,p=1",
        "$argon2id$v=19$m=19456,t=2,p=1,m=19456",
        "$argon2i$v=19$m=19456,t=2,p=1",
        "$2b$12$abcdefghijklmnopqrstuv",
        "plain",
    ] {
        let begun = std::time::Instant::now();
        let error = ruin.fails(Answer::recovery(&ruin.ada.recovery(0)), move |document| {
            document["recovery"]["scheme"] = scheme.into();
        });
        assert_eq!(error.code(), "hasher", "{scheme}");
        assert!(begun.elapsed().as_millis() < 1_000, "{scheme} was computed");
    }
    let challenge = block_on(ruin.world.challenge(&ruin.ada.subject));
    let whole = Answer::recovery(&ruin.ada.recovery(0));
    passed(block_on(ruin.mfa.answer(&challenge, whole)));
    ruin.is_whole();
}
