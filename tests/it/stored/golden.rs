//! Golden files: accounts as released versions have written them.
//!
//! `MFAKIT_WRITE_GOLDEN=1 cargo test --features serde --test it golden` writes those of
//! [`accounts`] that are not there yet. It changes none that is.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{Account, FactorState, Throttle};
use mfakit::{Answer, NewFactor, Settings};
use serde_json::Value as Json;

use super::history::{History, Step};
use super::{canonical, read};

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

/// Every golden file's name and text.
pub(crate) static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    if std::env::var_os("MFAKIT_WRITE_GOLDEN").is_some() {
        write_new_ones();
    }
    let entries = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, String)> = entries
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
});

#[test]
fn every_golden_file_is_read_and_written_back_byte_for_byte() {
    assert!(FILES.len() >= 16, "golden files are missing: {} are left", FILES.len());
    for (name, text) in FILES.iter() {
        let account = read(text).unwrap_or_else(|error| panic!("{name}: {error}\n{ADVICE}"));
        assert_eq!(&canonical(&account), text, "{name} is written differently now\n{ADVICE}");
    }
}

const ADVICE: &str = "Accounts like this one lie in databases. Never edit a golden file: make the \
    code read it and write it back unchanged. For a new form add a new file (see `accounts`).";

/// An unknown field is carried along, so a field that the code no longer knows by its name would be
/// written back as well, and its meaning lost without a trace.
#[test]
fn every_field_of_a_golden_file_is_known() {
    for (name, text) in FILES.iter() {
        let account = format!("{:?}", read(text).unwrap());
        let unknown = account.matches("Extra(Some({\"").count();
        let planted = account.matches("Extra(Some({\"newer\": ").count();
        let expected =
            if name == "unknown_fields.json" { text.matches("\"newer\"").count() } else { 0 };
        assert_eq!((unknown, planted), (expected, expected), "{name}: {account}\n{ADVICE}");
    }
}

/// Two fields that change places both when read and when written would leave every byte alone.
#[test]
fn a_golden_file_means_what_it_meant() {
    let file = |name: &str| {
        let file = FILES.iter().find(|(file, _)| file.strip_suffix(".json") == Some(name));
        read(&file.unwrap_or_else(|| panic!("{name}.json is missing")).1).unwrap()
    };
    let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();

    let account = file("suspended");
    let factor = &account.factors()[0];
    let FactorState::Totp(totp) = factor.state() else { panic!("not a TOTP factor") };
    assert!(factor.suspended());
    assert_eq!((totp.drift(), totp.last_step()), (-1, 60_000_003));
    assert_eq!((totp.sealed().algorithm(), totp.sealed().key().as_str()), (1, "k1"));
    assert_eq!(totp.sealed().bytes()[..4], [0xda, 0xa6, 0x6d, 0x2c]);
    assert_eq!(account.export().guesses.failures, 3);

    let account = file("full");
    let export = account.export();
    let (replaced, first) = (&account.factors()[9], &account.factors()[0]);
    assert_eq!(account.preferred(), Some(&account.factors()[3]), "the fourth was replaced");
    assert_eq!(replaced.added_at(), time("2027-01-15T08:05:00.123456Z"));
    assert_eq!(first.added_at(), time("2027-01-15T08:00:00.123456Z"));
    assert_eq!(first.label().as_str(), format!("0{}ab", "é".repeat(61)));
    assert_eq!(account.preferred().unwrap().last_used_at(), time("2027-01-16T01:05:00.123456Z"));
    let recovery = export.recovery.unwrap();
    assert_eq!((recovery.issued, recovery.left), (10, 0));
    assert_eq!(recovery.issued_at, time("2027-01-15T08:05:00.123456Z"));
    assert_eq!(recovery.used_at[0], time("2027-01-15T09:05:00.123456Z"));
    assert_eq!(account.recovery().unwrap().scheme().as_str(), "$argon2id$v=19$m=19456,t=2,p=1");
    let setup = export.setup.unwrap();
    assert_eq!(
        (setup.label.as_str(), setup.account.as_ref().unwrap().as_str()),
        (&*"€".repeat(42), "ada@example.org")
    );
    assert_eq!(setup.begun_at, time("2027-01-16T01:05:00.123456Z"));
    assert_eq!(export.password_changed_at, Some(time("2027-01-16T01:05:00.123456Z")));

    let issuer = file("setup_of_another_issuer").export().setup.unwrap().issuer.unwrap();
    assert_eq!(issuer.as_str(), "Scrivio Staging");

    let guesses = file("guessed_at").export().guesses;
    assert_eq!((guesses.spent, guesses.told), (20, true));
    assert_eq!(guesses.since, Some(time("2027-01-16T08:02:00.123456Z")));

    let account = file("imported");
    assert!(account.factors()[0].is_weak());
    let codes = account.imported_codes().unwrap();
    assert!(codes.is_weak() && account.recovery().is_none());
    let export = account.export().imported.unwrap();
    assert_eq!(export.at, time("2027-01-15T08:00:00.123456Z"));
    let recovery = export.recovery.unwrap();
    assert_eq!((recovery.issued, recovery.left), (2, 1));
    assert_eq!(recovery.used_at, [time("2027-01-15T08:02:00.123456Z")]);
    let guessed = file("imported_guessed_at");
    let budget = guessed.imported_codes().unwrap().budget();
    let throttle = Throttle::default();
    assert_eq!(budget.left(&throttle, time("2027-01-29T08:00:59Z")), 0);
    assert_eq!(budget.left(&throttle, time("2027-01-29T08:01:01Z")), 1);
    assert_eq!(guessed.export().guesses.spent, 0);
    assert!(file("imported_without_codes").codes_left().is_none());
    let regenerated = file("imported_regenerated");
    assert!(regenerated.imported_codes().is_none() && regenerated.imported_at().is_some());

    let setup = file("setup_confirmed").export().setup.unwrap();
    assert_eq!(setup.begun_at, time("2027-01-15T08:00:00.123456Z"));
    assert_eq!(setup.confirmed_at, Some(time("2027-01-15T08:02:00.123456Z")));
    let enrollment = |name| file(name).export().enrollment.unwrap();
    assert!(!enrollment("reset").used && enrollment("enrolling").used);
    assert_eq!(enrollment("reset").expires_at, time("2027-02-17T08:02:00.123456Z"));
    assert_eq!(file("moving").moving_to().unwrap().as_str(), "user-1852");
    assert_eq!(file("moved").moved_from().unwrap().as_str(), "user-1815");
    assert_eq!(file("moved").subject().as_str(), "user-1852");
    assert_eq!(file("enabled").version().number(), 1_311_768_467_463_790_323);
    assert_eq!(file("password_changed").stamp().number(), 4_564_476_756_301_768_121);
}

#[test]
fn every_field_of_the_format_is_in_a_golden_file() {
    let mut found: Vec<&str> = FILES.iter().flat_map(|(_, text)| text.split('"')).collect();
    found.sort_unstable();
    for field in [
        "format",
        "subject",
        "version",
        "stamp",
        "factors",
        "preferred",
        "recovery",
        "pending",
        "enrollment",
        "budget",
        "charged",
        "passes",
        "password_changed",
        "moving_to",
        "moved_from",
        "recent",
        "id",
        "label",
        "added",
        "used",
        "suspended",
        "totp",
        "alg",
        "digits",
        "period",
        "sealed",
        "step",
        "drift",
        "scheme",
        "issued",
        "slots",
        "hash",
        "spent",
        "expires",
        "used_by",
        "session",
        "factor",
        "account",
        "begun",
        "tries_left",
        "replaces",
        "confirmed",
        "at",
        "since",
        "told",
        "refill_due",
        "failures",
        "passed",
        "imported",
        "codes",
        "reading",
        "weak",
    ] {
        assert!(found.binary_search(&field).is_ok(), "{field} is in no golden file");
    }
}

fn write_new_ones() {
    for (name, account) in accounts() {
        let path = directory().join(format!("{name}.json"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => file.write_all(canonical(&account).as_bytes()).unwrap(),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

fn accounts() -> Vec<(&'static str, Account)> {
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
        ("imported_credential", story(super::credentials::imported)),
        ("unknown_fields", unknown_fields()),
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

/// As a newer release of the same format may have written it.
fn unknown_fields() -> Account {
    let mut document: Json = serde_json::from_str(&canonical(&story(full))).unwrap();
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
