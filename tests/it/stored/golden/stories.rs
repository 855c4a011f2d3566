//! What has happened to the accounts of the golden files.

use std::sync::LazyLock;

use chrono::TimeDelta;
use mfakit::domain::webauthn::SignatureAlgorithm;
use mfakit::domain::{Account, Throttle};
use mfakit::testing::SoftwareKey;
use mfakit::{Answer, NewFactor, Settings};
use serde_json::Value as Json;

use crate::stored::history::{History, Step};
use crate::stored::{canonical, read};

pub(in crate::stored) fn accounts() -> Vec<(&'static str, Account)> {
    vec![
        ("password_changed", story(History::change_password)),
        ("setup_pending", story(setup_pending)),
        ("setup_confirmed", story(setup_confirmed)),
        ("setup_of_another_issuer", story(setup_of_another_issuer)),
        ("enabled", story(enabled)),
        ("guessed_at", story(guessed_at)),
        ("suspended", story(suspended)),
        ("full", story(full)),
        ("reset", story(reset)),
        ("enrolling", story(enrolling)),
        ("moving", story(moving)),
        ("moved", story(moved)),
        ("imported", story(imported)),
        ("imported_guessed_at", story(imported_guessed_at)),
        ("imported_without_codes", story(imported_without_codes)),
        ("imported_regenerated", story(imported_regenerated)),
        #[cfg(feature = "webauthn")]
        ("imported_credential", story(crate::stored::credentials::imported)),
        ("credential_pending", story(credential_pending)),
        ("credential_confirmed", story(credential_confirmed)),
        ("credential", story(credential_used)),
        ("credential_replacing_an_app", story(credential_replacing_an_app)),
        ("full_of_kinds", story(full_of_kinds)),
        ("unknown_fields", unknown_fields(full)),
        ("unknown_fields_of_kinds", unknown_fields(full_of_kinds)),
    ]
}

fn story(tell: fn(&mut History) -> Step) -> Account {
    let mut history = History::new("user-1815");
    tell(&mut history).unwrap();
    Account::clone(&history.account)
}

/// From another system, with two weak codes, of which one was used.
fn imported(history: &mut History) -> Step {
    history.move_in(&["28480242", "38352190"])?;
    history.wait(TimeDelta::minutes(2));
    history.sign_in(|_| Answer::recovery("3835-2190"))
}

/// Somebody knows the password and has emptied the codes' own budget.
fn imported_guessed_at(history: &mut History) -> Step {
    history.move_in(&["28480242"])?;
    for _ in 0..20 {
        history.wait(TimeDelta::minutes(1));
        history.sign_in(|_| Answer::recovery("99999999"))?;
    }
    Ok(())
}

fn imported_without_codes(history: &mut History) -> Step {
    history.move_in(&[])
}

fn imported_regenerated(history: &mut History) -> Step {
    imported_without_codes(history)?;
    history.wait(TimeDelta::minutes(2));
    history.sign_in(History::right_code)?;
    history.regenerate()
}

fn setup_of_another_issuer(history: &mut History) -> Step {
    let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
    history.begin_new(&new.issuer("Scrivio Staging").unwrap())
}

fn setup_pending(history: &mut History) -> Step {
    history.begin("Phone", None)?;
    history.wait(TimeDelta::minutes(1));
    history.confirm(false)
}

fn setup_confirmed(history: &mut History) -> Step {
    setup_pending(history)?;
    history.wait(TimeDelta::minutes(1));
    history.confirm(true)
}

fn enabled(history: &mut History) -> Step {
    setup_confirmed(history)?;
    history.finish()
}

/// Somebody knows the password and has emptied the guess budget.
fn guessed_at(history: &mut History) -> Step {
    enabled(history)?;
    history.wait(TimeDelta::days(1));
    for _ in 0..20 {
        history.sign_in(History::wrong_code)?;
    }
    Ok(())
}

/// The phone's clock is slow, and a strict host has suspended it after too many wrong codes.
fn suspended(history: &mut History) -> Step {
    history.settings = &STRICT;
    history.phone_is_ahead = TimeDelta::seconds(-30);
    enabled(history)?;
    history.wait(TimeDelta::days(1));
    for _ in 0..3 {
        history.sign_in(History::wrong_code)?;
    }
    Ok(())
}

static STRICT: LazyLock<Settings> = LazyLock::new(|| {
    let builder = Settings::builder().throttle(Throttle::SuspendAfter { failures: 3 });
    builder.accept_break_ins_likelier_than_one_in_a_thousand().build().unwrap()
});

/// Ten factors with the longest labels, the last one in place of a lost one; every recovery code
/// spent; a further replacement begun; full lists of challenges, charged and passed, and of commits.
fn full(history: &mut History) -> Step {
    let label = |n: u8| format!("{n}{}ab", "é".repeat(61));
    for n in 0..10 {
        history.set_up(&label(n), None)?;
        history.wait(TimeDelta::seconds(30));
    }
    history.prefer(4)?;
    history.set_up(&label(3), Some(history.account.factors()[3].id()))?;
    for slot in 0..10 {
        history.wait(TimeDelta::hours(1));
        history.sign_in(History::wrong_code)?;
        history.sign_in(|history| history.recovery_code(slot))?;
    }
    for _ in 0..7 {
        history.wait(TimeDelta::hours(1));
        history.sign_in(History::right_code)?;
    }
    history.begin(
        "€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€",
        Some(history.account.factors()[0].id()),
    )?;
    history.change_password()
}

fn reset(history: &mut History) -> Step {
    enabled(history)?;
    history.wait(TimeDelta::days(30));
    history.reset()
}

fn enrolling(history: &mut History) -> Step {
    reset(history)?;
    history.wait(TimeDelta::hours(3));
    history.sign_in(History::enrollment_code)?;
    history.begin("New phone", None)
}

fn moving(history: &mut History) -> Step {
    enabled(history)?;
    history.begin_move("user-1852")
}

fn moved(history: &mut History) -> Step {
    moving(history)?;
    history.arrive()
}

fn key(seed: u64, algorithm: SignatureAlgorithm) -> SoftwareKey {
    SoftwareKey::seeded(seed, algorithm)
}

/// One that is copied between devices, and asks for a finger.
pub(in crate::stored) fn passkey(seed: u64) -> SoftwareKey {
    key(seed, SignatureAlgorithm::Es256).user_verified(true).backup(true, true)
}

fn credential_pending(history: &mut History) -> Step {
    history.begin_key("Passkey", None)
}

fn credential_confirmed(history: &mut History) -> Step {
    credential_pending(history)?;
    history.wait(TimeDelta::minutes(1));
    history.confirm_key(passkey(1))
}

/// Its first factor, used once.
fn credential_used(history: &mut History) -> Step {
    credential_confirmed(history)?;
    history.finish()?;
    history.wait(TimeDelta::days(1));
    history.sign_in_with_key(0, true)
}

/// The phone is lost, and a passkey is to take its place.
fn credential_replacing_an_app(history: &mut History) -> Step {
    enabled(history)?;
    history.wait(TimeDelta::days(1));
    history.sign_in(|history| history.recovery_code(3))?;
    history.begin_key("Passkey", Some(history.account.factors()[0].id()))
}

/// Ten factors of both kinds and every algorithm, all keys used, one that does not count; a lost key
/// replaced, and one more to be.
fn full_of_kinds(history: &mut History) -> Step {
    let [es256, eddsa, rs256] =
        [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Rs256];
    history.set_up_key("Passkey", passkey(1), None)?;
    history.set_up_key("Spare key", key(2, eddsa).user_verified(true), None)?;
    history.set_up_key("Desk key", key(3, rs256), None)?;
    history.set_up_key("Tablet", key(4, es256).backup(true, false).uncounted(), None)?;
    history.set_up_key("Lost key", key(5, es256), None)?;
    for n in 0..5 {
        history.wait(TimeDelta::seconds(30));
        history.set_up(&format!("Phone {n}"), None)?;
    }
    history.prefer(3)?;
    history.set_up_key("New key", key(6, eddsa), Some(history.account.factors()[4].id()))?;
    for index in [0, 1, 2, 3, 5] {
        history.wait(TimeDelta::hours(1));
        history.sign_in_with_key(index, true)?;
    }
    history.begin_key("Newest key", Some(history.account.factors()[0].id()))
}

/// As a newer release of the same format may have written it.
fn unknown_fields(of: fn(&mut History) -> Step) -> Account {
    let mut document: Json = serde_json::from_str(&canonical(&story(of))).unwrap();
    add(&mut document);
    read(&document.to_string()).unwrap()
}

fn add(value: &mut Json) {
    match value {
        Json::Object(fields) => {
            fields.values_mut().for_each(add);
            let kinds = serde_json::json!([null, true, -1, 0.5, "text", { "deep": {} }]);
            fields.insert("newer".to_owned(), kinds);
        }
        Json::Array(values) => values.iter_mut().for_each(add),
        _ => {}
    }
}
