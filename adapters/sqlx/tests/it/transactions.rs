//! Changes of accounts inside a transaction of the host's.

use mfakit::domain::webauthn::{Credential, UserHandle};
use mfakit::domain::{Account, Decision, FactorState, Receipt, Transition};
use mfakit::import::{Import, Imported, ImportedCodes, ImportedFactor, Seed, webauthn_rs};
use mfakit::organization::Membership;
use mfakit::store::{AccountStore, OrgStore, StoreErrorKind, Version};
use mfakit_sqlx::{Cause, StageError, cause_of};

use crate::databases::{Database, Staging, Store, on_both};
use crate::world::{World, commit_id, org, stamp, subject};

on_both! {
    what_is_staged_opens_with_the_commit
    a_dropped_transaction_leaves_nothing
    a_host_row_and_an_account_become_durable_together
    a_stale_transition_is_not_staged_and_the_transaction_goes_on
    an_answer_cannot_be_staged
    after_a_failed_statement_there_is_no_receipt
    after_a_rollback_to_a_savepoint_there_is_no_receipt
    an_erasure_and_a_membership_are_staged_like_the_rest
    an_import_becomes_durable_with_the_rows_of_the_host_or_not_at_all
}

async fn events(store: &impl Store) -> usize {
    store.events(None).await.len()
}

async fn what_is_staged_opens_with_the_commit(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    let before = events(&world.store).await;
    let mut tx = world.store.begin_transaction().await;
    let account = tx.account(&ada.subject).await.unwrap();
    let changed = account.password_changed(Some(&session), stamp(), world.context()).unwrap();
    let closed = tx.put(commit_id(), changed).await.unwrap();
    let other = Receipt::vouch_that_these_are_durable([commit_id()]);
    let closed = closed.open(&other).expect_err("it opens with its own receipt only");
    // Nobody outside sees it yet.
    let outside = world.store.load(&ada.subject).await.unwrap().unwrap();
    assert_eq!(outside.version(), account.version());
    let id = closed.waits_for();
    let receipt = tx.end().await.unwrap();
    let proven = closed.open(&receipt).unwrap().unwrap();
    let session = proven.signed_in(&[], world.now()).full().unwrap();
    let after = world.store.load(&ada.subject).await.unwrap().unwrap();
    assert_eq!(after.stamp(), session.stamp());
    assert!(after.remembers(id));
    assert_eq!(events(&world.store).await, before + 1);
}

async fn a_dropped_transaction_leaves_nothing(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    let (before, log) = (world.store.load(&ada.subject).await.unwrap(), events(&world.store).await);
    let mut tx = world.store.begin_transaction().await;
    let account = tx.account(&ada.subject).await.unwrap();
    let disabled = account.disable(&session, stamp(), world.context()).unwrap();
    let closed = tx.put(commit_id(), disabled).await.unwrap();
    drop(tx);
    assert_eq!(world.store.load(&ada.subject).await.unwrap(), before);
    assert_eq!(events(&world.store).await, log);
    // What it would have shown stays closed for good.
    assert!(closed.open(&Receipt::vouch_that_these_are_durable([])).is_err());
    // And the next one is not in its way.
    world.sign_in(&ada).await;
}

async fn a_host_row_and_an_account_become_durable_together(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    database.run("CREATE TABLE host_audit (what text)").await;
    for rolled_back in [true, false] {
        let mut tx = world.store.begin_transaction().await;
        tx.run("INSERT INTO host_audit VALUES ('removed')").await.unwrap();
        let account = tx.account(&ada.subject).await.unwrap();
        let factor = account.factors()[0].id();
        let removed = account.remove_factor(&session, factor, stamp(), world.context()).unwrap();
        let closed = tx.put(commit_id(), removed).await.unwrap();
        if rolled_back {
            drop(tx);
        } else {
            let _ = closed.open(&tx.end().await.unwrap()).unwrap();
        }
        let rows = database.number("SELECT count(*) FROM host_audit").await;
        let enabled = world.store.load(&ada.subject).await.unwrap().unwrap().enabled();
        assert_eq!((rows, enabled), if rolled_back { (0, true) } else { (1, false) });
    }
}

async fn a_stale_transition_is_not_staged_and_the_transaction_goes_on(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    let stale = world.store.load(&ada.subject).await.unwrap().unwrap();
    world.sign_in(&ada).await;
    let mut tx = world.store.begin_transaction().await;
    let change = stale.disable(&session, stamp(), world.context()).unwrap();
    let refused = tx.put(commit_id(), change).await.unwrap_err();
    assert!(matches!(refused, StageError::Conflict), "{refused:?}");
    let account = tx.account(&ada.subject).await.unwrap();
    let disabled = account.disable(&session, stamp(), world.context()).unwrap();
    let closed = tx.put(commit_id(), disabled).await.unwrap();
    let _ = closed.open(&tx.end().await.unwrap()).unwrap();
    assert!(!world.store.load(&ada.subject).await.unwrap().unwrap().enabled());
}

async fn an_answer_cannot_be_staged(database: &impl Database) {
    let world = World::on(database.store().await);
    // A right and a wrong code of a setup are judged by the domain; so is every answer, whose
    // events are checked in `src/stage.rs`.
    let ada = subject("ada");
    let session = world.plain_session(&ada).await;
    let phone = mfakit::NewFactor::totp("Phone", "ada@example.org").unwrap();
    let setup =
        world.mfa.begin_setup(&session, phone, mfakit::EmailStatus::Verified).await.unwrap();
    let account = world.store.load(&ada).await.unwrap().unwrap();
    let secret =
        mfakit::domain::TotpSecret::from_random(mfakit::domain::Algorithm::Sha1, &[9; 20]).unwrap();
    let fresh = stamp();
    let code = mfakit::Answer::code("000000");
    let question = account.setup_question(&session, setup.id(), &code, world.context());
    let mfakit::domain::SetupQuestion::Totp(asked) = question.unwrap() else {
        panic!("an app is confirmed by a code");
    };
    let judged = asked.judge(&secret, fresh);
    let mfakit::domain::Judged::Decided(Decision::Change(wrong)) = judged else {
        panic!("a wrong code is charged");
    };
    let mut tx = world.store.begin_transaction().await;
    let refused = stage(&mut tx, wrong).await;
    assert!(matches!(refused, Err(StageError::Charged)), "{refused:?}");
    drop(tx);
    assert_eq!(world.store.load(&ada).await.unwrap().unwrap(), account);
}

async fn stage<T: Send>(
    tx: &mut impl Staging,
    transition: Transition<T>,
) -> Result<(), StageError> {
    tx.put(commit_id(), transition).await.map(drop)
}

async fn after_a_failed_statement_there_is_no_receipt(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    database.run("CREATE TABLE host_users (id integer PRIMARY KEY)").await;
    let mut tx = world.store.begin_transaction().await;
    let account = tx.account(&ada.subject).await.unwrap();
    let disabled = account.disable(&session, stamp(), world.context()).unwrap();
    let closed = tx.put(commit_id(), disabled).await.unwrap();
    tx.run("INSERT INTO host_users VALUES (1)").await.unwrap();
    // A host that overlooks the error of its own statement.
    tx.run("INSERT INTO host_users VALUES (1)").await.unwrap_err();
    let ended = tx.end().await;
    let enabled = world.store.load(&ada.subject).await.unwrap().unwrap().enabled();
    match ended {
        // PostgreSQL has given the transaction up, and would answer COMMIT without an error.
        Err(undone) => {
            assert_eq!(cause_of(&undone), Some(&Cause::Undone));
            assert_eq!(undone.kind(), StoreErrorKind::Unavailable);
            assert!(enabled);
        }
        // SQLite gives up the statement only.
        Ok(receipt) => {
            assert!(closed.open(&receipt).is_ok());
            assert!(!enabled);
        }
    }
}

async fn after_a_rollback_to_a_savepoint_there_is_no_receipt(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    let mut tx = world.store.begin_transaction().await;
    tx.run("SAVEPOINT before").await.unwrap();
    let account = tx.account(&ada.subject).await.unwrap();
    let disabled = account.disable(&session, stamp(), world.context()).unwrap();
    let _closed = tx.put(commit_id(), disabled).await.unwrap();
    tx.run("ROLLBACK TO SAVEPOINT before").await.unwrap();
    let undone = tx.end().await.unwrap_err();
    assert_eq!(cause_of(&undone), Some(&Cause::Undone));
    assert!(world.store.load(&ada.subject).await.unwrap().unwrap().enabled());

    let mut tx = world.store.begin_transaction().await;
    tx.run("SAVEPOINT before").await.unwrap();
    let first = Version::first([9; 8]);
    let joined =
        Membership::join(org("acme"), ada.subject.clone(), world.now(), first, world.context());
    let _closed = tx.put_row(commit_id(), joined.unwrap()).await.unwrap();
    tx.run("ROLLBACK TO SAVEPOINT before").await.unwrap();
    assert_eq!(cause_of(&tx.end().await.unwrap_err()), Some(&Cause::Undone));
    assert!(world.store.memberships(&ada.subject).await.unwrap().is_empty());
}

async fn an_erasure_and_a_membership_are_staged_like_the_rest(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, _) = world.protect("ada").await;
    let mut tx = world.store.begin_transaction().await;
    let account = tx.account(&ada.subject).await.unwrap();
    let erased = account.erase(&world.over(&ada.subject), world.context()).unwrap();
    let Decision::Change(erased) = erased else { panic!("there is an account") };
    let erased = tx.put(commit_id(), erased).await.unwrap();
    let first = Version::first([9; 8]);
    let bob = subject("bob");
    let joined = Membership::join(org("acme"), bob.clone(), world.now(), first, world.context());
    let joined = tx.put_row(commit_id(), joined.unwrap()).await.unwrap();
    let receipt = tx.end().await.unwrap();
    erased.open(&receipt).unwrap();
    assert_eq!(joined.open(&receipt).unwrap().subject(), &bob);
    assert!(world.store.load(&ada.subject).await.unwrap().is_none());
    assert!(world.store.membership(&org("acme"), &bob).await.unwrap().is_some());
}

/// A row that webauthn-rs wrote.
fn passkey() -> Credential {
    let row = r#"{"cred": {"cred_id": "3puAhkHwfKpHcWeD12gmiwTIQEIOgyugm4XMuAxSgU4",
        "cred": {"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1",
            "x": "nxS2WT7-WeO9aPikga7E2VYc3_JpKWftXYeHEfJJTws",
            "y": "pjS3VT0pJgCUjLr7fmEMgouDOm-FUDh7aU_53iB1DaI"}}},
        "counter": 1, "transports": null, "user_verified": true,
        "backup_eligible": true, "backup_state": true}}"#;
    webauthn_rs::credential("scrivio.example", UserHandle::new([0; 16]).unwrap(), row).unwrap()
}

async fn an_import_becomes_durable_with_the_rows_of_the_host_or_not_at_all(
    database: &impl Database,
) {
    let world = World::on(database.store().await);
    database.run("CREATE TABLE host_moved (who text)").await;
    let ada = subject("ada");
    let import = || {
        let seed = Seed::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        Import::new()
            .factor(ImportedFactor::totp("Phone", seed).unwrap())
            .factor(ImportedFactor::credential("Passkey", passkey()).unwrap())
            .codes(ImportedCodes::plain(["28480242", "38352190"]).unwrap())
            .accept_codes_under_64_bits()
    };
    for rolled_back in [true, false] {
        let prepared = world.mfa.prepare_import(&ada, import()).await.unwrap();
        let mut tx = world.store.begin_transaction().await;
        tx.run("INSERT INTO host_moved VALUES ('ada')").await.unwrap();
        let account = Account::absent(ada.clone(), Version::first([9; 8]));
        let imported = account.import(&world.over(&ada), &prepared, stamp(), world.context());
        let Decision::Change(imported) = imported.unwrap() else { panic!("it is the first") };
        let closed = tx.put(commit_id(), imported).await.unwrap();
        if rolled_back {
            drop(tx);
        } else {
            let imported = closed.open(&tx.end().await.unwrap()).unwrap();
            assert!(matches!(imported, Imported::Now(report) if report.codes == 2));
        }
        let rows = database.number("SELECT count(*) FROM host_moved").await;
        let stored = world.store.load(&ada).await.unwrap().is_some();
        assert_eq!((rows, stored), if rolled_back { (0, false) } else { (1, true) });
    }
    // It is read back whole: its codes work, and another run leaves it alone.
    let account = world.store.load(&ada).await.unwrap().unwrap();
    assert_eq!(account.imported_codes().unwrap().left(), 2);
    let FactorState::WebAuthn(state) = account.factors()[1].state() else { panic!("{account:?}") };
    assert_eq!(*state.credential(), passkey());
    let again = world.mfa.import(&world.over(&ada), import()).await.unwrap();
    assert_eq!(again, Imported::Before(world.now()));
    let challenge = match world.mfa.sign_in(world.password(&ada)).await.unwrap() {
        mfakit::SignIn::Challenge(challenge) => challenge,
        other => panic!("{other:?}"),
    };
    let recovered = world.mfa.answer(&challenge, mfakit::Answer::recovery("2848 0242")).await;
    assert!(matches!(recovered.unwrap(), mfakit::Verdict::Passed(_)));
    assert_eq!(world.mfa.status(&ada).await.unwrap().recovery_left, Some(1));
}
