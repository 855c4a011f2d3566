//! Golden files: accounts as released versions have written them.
//!
//! `MFAKIT_WRITE_GOLDEN=1 cargo test --features serde --test it golden` writes those of
//! [`stories::accounts`] that are not there yet. It changes none that is.

pub(super) mod stories;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use mfakit::domain::{FactorState, Throttle};

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
    assert!(FILES.len() >= 24, "golden files are missing: {} are left", FILES.len());
    for (name, text) in FILES.iter() {
        let account = read(text).unwrap_or_else(|error| panic!("{name}: {error}\n{ADVICE}"));
        assert_eq!(&canonical(&account), text, "{name} is written differently now\n{ADVICE}");
    }
}

const ADVICE: &str = "Accounts like this one lie in databases. Never edit a golden file: make the \
    code read it and write it back unchanged. For a new form add a new file (see `stories::accounts`).";

/// An unknown field is carried along, so a field that the code no longer knows by its name would be
/// written back as well, and its meaning lost without a trace.
#[test]
fn every_field_of_a_golden_file_is_known() {
    for (name, text) in FILES.iter() {
        let account = format!("{:?}", read(text).unwrap());
        let unknown = account.matches("Extra(Some({\"").count();
        let planted = account.matches("Extra(Some({\"newer\": ").count();
        let expected =
            if name.starts_with("unknown_fields") { text.matches("\"newer\"").count() } else { 0 };
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
        "kind",
        "strength",
        "state",
        "rp",
        "credential",
        "key",
        "user",
        "counter",
        "registered_verified",
        "backup_eligible",
        "backed_up",
        "aaguid",
        "transports",
    ] {
        assert!(found.binary_search(&field).is_ok(), "{field} is in no golden file");
    }
}

fn write_new_ones() {
    for (name, account) in stories::accounts() {
        let path = directory().join(format!("{name}.json"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => file.write_all(canonical(&account).as_bytes()).unwrap(),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}
