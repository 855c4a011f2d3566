use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use super::StoredAccount;
use crate::domain::parts::{
    ChargedChallenge, ChargedChallenges, Confirmation, EnrollmentCode, Extra, PassedChallenges,
    Slot, Stage,
};
use crate::domain::strength::Strength;
use crate::domain::{
    Account, Algorithm, ChallengeId, CodeHash, CommitId, Digits, EnrolledBy, Factor, FactorId,
    FactorState, GuessBudget, HashScheme, KeyId, Label, PendingSetup, RecoverySet, SealedSecret,
    SessionId, SetupId, Stamp, Subject, TotpParams, TotpState, Version,
};
use crate::stored::{Format, StoredError};

#[path = "document_setup_tests.rs"]
mod setup;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap() + TimeDelta::seconds(second)
}

fn longest_label(n: u8) -> Label {
    Label::new(format!("{n}{}ab", "é".repeat(61))).unwrap()
}

fn sealed(algorithm: Algorithm) -> SealedSecret {
    let (nonce, tag) = (12, 16);
    let bytes = vec![0xA5; nonce + algorithm.secret_len() + tag];
    SealedSecret::new(1, KeyId::new("mfa-2026-11").unwrap(), &bytes).unwrap()
}

fn scheme() -> HashScheme {
    HashScheme::new("$argon2id$v=19$m=19456,t=2,p=1,keyid=2026").unwrap()
}

fn set() -> RecoverySet {
    let slot = |n| Slot {
        hash: CodeHash::new([n; 16], [n; 32]),
        spent_at: Some(at(i64::from(n))),
        extra: Extra::default(),
    };
    RecoverySet {
        scheme: scheme(),
        slots: (0..10).map(slot).collect(),
        issued_at: at(0),
        extra: Extra::default(),
    }
}

/// More than any account ever holds at once.
fn fullest(algorithm: Algorithm) -> Account {
    let uuid = |n: u8| Subject::new(format!("c0ffee00-1815-4a11-8b1d-1c0de0c0d{n:03}")).unwrap();
    let params = TotpParams::new(algorithm, Digits::Eight, 120).unwrap();
    let factor = |n: u8| Factor {
        id: FactorId::from_random([n; 16]),
        label: longest_label(n),
        added_at: at(i64::from(n)),
        last_used_at: at(9_999),
        suspended: true,
        // A seed this long is never weak.
        weak: false,
        failures: 65_535,
        enrolled_by: EnrolledBy::Factor(Strength::PhishingResistant),
        state: FactorState::Totp(TotpState {
            params,
            sealed: sealed(algorithm),
            last_step: 60_000_000,
            drift: -4,
            extra: Extra::default(),
        }),
        extra: Extra::default(),
    };
    let charged = |n| ChargedChallenge {
        id: ChallengeId::from_random([n; 16]),
        spent: 5,
        extra: Extra::default(),
    };
    let mut account = Account::absent(uuid(1), Version::from_stored(i64::MAX as u64).unwrap());
    account.stored = true;
    account.stamp = Stamp::from_random([0xFF; 8]);
    account.factors = (0..10).map(factor).collect();
    account.preferred = Some(FactorId::from_random([9; 16]));
    account.recovery = Some(Arc::new(set()));
    account.pending = Some(Box::new(PendingSetup {
        id: SetupId::from_random([0xAB; 16]),
        session: SessionId::from_random([0xAC; 16]),
        factor: FactorId::from_random([0xAD; 16]),
        label: Label::new("€".repeat(42)).unwrap(),
        begun_at: at(1),
        replaces: Some(FactorId::from_random([3; 16])),
        // What is confirmed is shown no more: it has codes in place of the names.
        stage: Stage::Confirmed(Confirmation {
            at: at(2),
            state: factor(0).state,
            recovery: Arc::new(set()),
            extra: Extra::default(),
        }),
        extra: Extra::default(),
    }));
    account.budget = GuessBudget {
        spent: 1_000,
        since: Some(at(3)),
        told: true,
        refill_due: true,
        extra: Extra::default(),
    };
    account.charged = ChargedChallenges((0..8).map(charged).collect());
    account.passed = PassedChallenges {
        count: i64::MAX as u64,
        latest: (0..16).map(|n| ChallengeId::from_random([0xC0 + n; 16])).collect(),
    };
    account.enrollment = Some(EnrollmentCode {
        scheme: scheme(),
        hash: CodeHash::new([1; 16], [2; 32]),
        expires_at: at(4),
        used_by: Some(SessionId::from_random([0xAE; 16])),
        extra: Extra::default(),
    });
    account.password_changed_at = Some(at(5));
    account.moving_to = Some(uuid(2));
    account.moved_from = Some(uuid(3));
    account.recent = (0..32).map(|n| CommitId::from_random([n; 16])).collect();
    account
}

fn document(account: &Account) -> Json {
    serde_json::to_value(StoredAccount::new(account, Format::V1)).unwrap()
}

fn read(document: &Json) -> Result<Account, StoredError> {
    serde_json::from_str::<StoredAccount>(&document.to_string()).unwrap().into_account()
}

#[test]
#[allow(clippy::print_stdout, reason = "the size is worth seeing")]
fn the_fullest_account_is_read_back_equal_and_stays_under_11_kib() {
    for algorithm in [Algorithm::Sha1, Algorithm::Sha512] {
        let account = fullest(algorithm);
        let text = serde_json::to_string(&StoredAccount::new(&account, Format::V1)).unwrap();
        println!("the fullest account with {algorithm} secrets: {} bytes", text.len());
        assert!(text.len() < 11 * 1024, "{} bytes", text.len());
        let stored: StoredAccount = serde_json::from_str(&text).unwrap();
        assert_eq!(stored.into_account().unwrap(), account);
    }
}

#[test]
fn an_account_without_anything_is_short() {
    let mut account = Account::absent(Subject::from(7_u64), Version::first([0; 8]));
    account.stored = true;
    assert_eq!(document(&account), json!({ "format": 1, "subject": "7", "version": 1 }));
    assert_eq!(read(&document(&account)).unwrap(), account);
}

#[test]
fn what_was_read_counts_as_stored() {
    let absent = Account::absent(Subject::from(7_u64), Version::first([0; 8]));
    assert!(read(&document(&absent)).unwrap().stored);
}

/// Puts a field of every kind into every object of a document, and counts the objects.
fn add_unknown_fields(value: &mut Json) -> usize {
    match value {
        Json::Object(fields) => {
            let inside: usize = fields.values_mut().map(add_unknown_fields).sum();
            let all_kinds =
                json!([null, true, 1, -1, 0.5, "text", { "a": [] }, u64::MAX, i64::MIN]);
            fields.insert("newer".to_owned(), all_kinds);
            inside + 1
        }
        Json::Array(values) => values.iter_mut().map(add_unknown_fields).sum(),
        _ => 0,
    }
}

#[test]
fn fields_of_a_newer_release_survive_at_every_level() {
    let mut newer = document(&fullest(Algorithm::Sha1));
    // The account, ten factors with their authenticators, the budget, the enrollment, eight
    // challenges, two recovery sets of ten slots, the setup, its factor and its confirmation.
    assert_eq!(add_unknown_fields(&mut newer), 1 + 20 + 1 + 1 + 8 + 22 + 3);
    assert_eq!(document(&read(&newer).unwrap()), newer);
}

#[test]
fn fields_of_a_newer_release_survive_a_decision() {
    use crate::domain::{Context, Settings};
    let mut account = fullest(Algorithm::Sha1);
    account.moving_to = None;
    let mut newer = document(&account);
    newer["pending"] = Json::Null;
    let objects = add_unknown_fields(&mut newer);
    let settings = Settings::default();
    let context = Context::new(&settings, at(10)).unwrap();
    let account =
        Account { version: Version::first([1; 8]), stamp: Stamp::NONE, ..read(&newer).unwrap() };
    let transition = account.password_changed(None, Stamp::from_random([3; 8]), context).unwrap();
    let (commit, _closed) = transition.into_commit(CommitId::from_random([0xEE; 16]));
    let next = document(commit.next().unwrap()).to_string();
    assert_eq!(next.matches("\"newer\"").count(), objects);
}

#[test]
fn fields_of_a_newer_release_survive_a_refilled_budget() {
    let mut newer = document(&fullest(Algorithm::Sha1));
    newer["budget"]["newer"] = json!(1);
    let mut account = read(&newer).unwrap();
    account.budget.refill();
    assert_eq!(document(&account)["budget"], json!({ "newer": 1 }));
}

#[test]
fn the_format_is_read_wherever_it_stands() {
    let account = fullest(Algorithm::Sha1);
    let Json::Object(fields) = document(&account) else { panic!() };
    let mut last: Vec<String> = fields
        .iter()
        .filter(|(name, _)| *name != "format")
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    last.push("\"format\":1".to_owned());
    let text = format!("{{{}}}", last.join(","));
    let stored: StoredAccount = serde_json::from_str(&text).unwrap();
    assert_eq!(stored.into_account().unwrap(), account);
}

#[test]
fn an_unknown_format_is_refused_before_anything_else_is_looked_at() {
    for text in [r#"{"format":2,"factors":"?"}"#, r#"{"factors":{"a":[]},"format":2,"x":1}"#] {
        let error =
            serde_json::from_str::<StoredAccount>(text).unwrap().into_account().unwrap_err();
        assert_eq!(error, StoredError::UnknownFormat { found: 2 });
        let message = "the stored account has format 2; this release knows 1";
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn what_was_not_understood_cannot_be_written_back() {
    let unknown: StoredAccount = serde_json::from_str(r#"{"format":2}"#).unwrap();
    assert!(serde_json::to_string(&unknown).is_err());
}

#[test]
fn a_document_without_a_format_is_refused() {
    let mut document = document(&fullest(Algorithm::Sha1));
    document.as_object_mut().unwrap().remove("format");
    assert_eq!(read(&document).unwrap_err(), StoredError::NoFormat);
    for not_a_number in [json!("1"), json!(1.0), json!(-1), json!(null), json!({})] {
        document["format"] = not_a_number;
        let error = read(&document).unwrap_err().to_string();
        assert_eq!(error, "the stored account is corrupt at `format`: must be a whole number");
    }
    let twice = r#"{"format":1,"subject":"7","version":1,"format":1}"#;
    let stored: StoredAccount = serde_json::from_str(twice).unwrap();
    assert!(stored.into_account().unwrap_err().to_string().contains("`format`: must stand once"));
}

#[test]
fn nothing_stored_is_printed_by_debug() {
    let stored = StoredAccount::new(&fullest(Algorithm::Sha1), Format::V1);
    assert_eq!(format!("{stored:?}"), "StoredAccount(format 1)");
}

#[test]
fn a_broken_field_is_named() {
    let long = "a".repeat(256);
    let times = |n: usize, at: &str| {
        let document = document(&fullest(Algorithm::Sha1));
        Json::Array(vec![document.pointer(at).unwrap().clone(); n])
    };
    let nine_challenges =
        (0..9).map(|n| json!({ "id": format!("{n:032x}"), "spent": 1 })).collect();
    let rows: Vec<(&str, Json, &str)> = vec![
        ("/subject", json!(""), "subject"),
        ("/subject", json!(long), "subject"),
        ("/version", json!(0), "version"),
        ("/version", json!(u64::MAX), "version"),
        ("/stamp", json!(u64::MAX), "stamp"),
        ("/factors", times(11, "/factors/0"), "factors"),
        ("/factors", times(2, "/factors/0"), "factors[1]"),
        ("/factors", json!([]), "recovery"),
        ("/factors/2/id", json!("00"), "factors[2].id"),
        ("/factors/2/id", json!("00".repeat(16)), "factors[2]"),
        ("/factors/2/label", json!("a\u{202e}"), "factors[2].label"),
        ("/factors/2/label", json!(format!("0{}AB", "É".repeat(61))), "factors[2]"),
        ("/factors/2/added", json!("yesterday"), "factors[2].added"),
        ("/factors/2/used", json!("1969-12-31T23:59:59Z"), "factors[2].used"),
        ("/factors/2/used", json!("+20000-01-01T00:00:00Z"), "factors[2].used"),
        ("/factors/2/state/alg", json!("MD5"), "factors[2].state.alg"),
        ("/factors/2/state/digits", json!(7), "factors[2].state.digits"),
        ("/factors/2/state/period", json!(0), "factors[2].state.period"),
        ("/factors/2/state/step", json!(u64::MAX), "factors[2].state.step"),
        ("/factors/2/state/drift", json!(5), "factors[2].state.drift"),
        ("/factors/2/state/drift", json!(-128), "factors[2].state.drift"),
        ("/factors/2/state/sealed", json!("1:k"), "factors[2].state.sealed"),
        ("/factors/2/state/sealed", json!("256:k:AAAA"), "factors[2].state.sealed"),
        ("/factors/2/state/sealed", json!("1:k k:AAAA"), "factors[2].state.sealed"),
        ("/factors/2/state/sealed", json!("1:k:"), "factors[2].state.sealed"),
        ("/factors/2/state/sealed", json!("1:k:A"), "factors[2].state.sealed"),
        ("/factors/2/state/sealed", json!("1:k:A:A"), "factors[2].state.sealed"),
        ("/preferred", json!("ff".repeat(16)), "preferred"),
        ("/preferred", json!(null), "preferred"),
        ("/preferred", json!("?"), "preferred"),
        ("/recovery", json!(null), "recovery"),
        ("/recovery/scheme", json!("with spaces"), "recovery.scheme"),
        ("/recovery/slots", times(3, "/recovery/slots/0"), "recovery.slots"),
        ("/recovery/slots", times(33, "/recovery/slots/0"), "recovery.slots"),
        ("/recovery/slots/4/hash", json!("AAAA"), "recovery.slots[4].hash"),
        ("/recovery/slots/4/hash", json!("*"), "recovery.slots[4].hash"),
        ("/recovery/slots/4/spent", json!(""), "recovery.slots[4].spent"),
        ("/pending/state/period", json!(121), "pending.state.period"),
        ("/pending/state/drift", json!(9), "pending.state.drift"),
        ("/pending/strength", json!(40), "pending.strength"),
        ("/pending/strength", json!(null), "pending.confirmed"),
        ("/pending/confirmed", json!(null), "pending.confirmed"),
        ("/pending/kind", json!("TOTP"), "pending.kind"),
        ("/pending/factor", json!("00".repeat(16)), "pending"),
        ("/pending/label", json!(longest_label(5).as_str()), "pending"),
        ("/pending/confirmed/at", json!("then"), "pending.confirmed.at"),
        ("/pending/confirmed/recovery/slots", json!([]), "pending.confirmed.recovery.slots"),
        ("/enrollment/hash", json!(""), "enrollment.hash"),
        ("/enrollment/used_by", json!("me"), "enrollment.used_by"),
        ("/budget/since", json!(null), "budget.since"),
        ("/budget/spent", json!(0), "budget.since"),
        ("/charged", nine_challenges, "charged"),
        ("/charged", times(2, "/charged/0"), "charged"),
        ("/charged/1/id", json!("0"), "charged[1].id"),
        ("/passes", json!(u64::MAX), "passes"),
        ("/passes", json!(15), "passed"),
        ("/passes", json!(0), "passed"),
        ("/passed", json!("A".repeat(363)), "passed"), // 17 ids
        ("/passed", json!("A".repeat(320)), "passed"), // 15 ids
        ("/passed", json!("AAAA"), "passed"),
        ("/passed", json!(""), "passed"),
        ("/recent", json!("A".repeat(704)), "recent"), // 33 ids
        ("/recent", json!("AAAA"), "recent"),
        ("/password_changed", json!("never"), "password_changed"),
        ("/moving_to", json!("a\nb"), "moving_to"),
        ("/moved_from", json!(""), "moved_from"),
    ];
    for (pointer, value, expected) in rows {
        assert_names(document(&fullest(Algorithm::Sha1)), pointer, &value, expected);
    }
}

fn assert_names(mut document: Json, pointer: &str, value: &Json, expected: &str) {
    *document.pointer_mut(pointer).unwrap() = value.clone();
    match read(&document) {
        Err(StoredError::Corrupt { field, why }) => {
            assert_eq!(field, expected, "{pointer} = {value}: {why}");
        }
        other => panic!("{pointer} = {value}: {other:?}"),
    }
}

#[test]
fn an_export_holds_counts_and_times_and_nothing_that_lets_anybody_in() {
    let account = fullest(Algorithm::Sha1);
    let export = serde_json::to_value(account.export()).unwrap();
    assert_eq!(export["factors"].as_array().unwrap().len(), 10);
    assert_eq!(export["factors"][3]["label"], longest_label(3).as_str());
    assert_eq!(export["recovery"]["used_at"].as_array().unwrap().len(), 10);
    assert_eq!(export["setup"]["recovery"]["left"], 0);
    assert_eq!(export["guesses"]["spent"], 1_000);
    assert_eq!(export["enrollment"]["used"], true);
    assert_eq!(export["moved_from"], account.moved_from().unwrap().as_str());

    let text = export.to_string();
    let stored = document(&account);
    for secret in [
        "/factors/0/state/sealed",
        "/recovery/scheme",
        "/recovery/slots/0/hash",
        "/pending/state/sealed",
        "/pending/session",
        "/enrollment/hash",
        "/enrollment/used_by",
    ] {
        let secret = stored.pointer(secret).unwrap().as_str().unwrap();
        assert!(!text.contains(secret), "{secret}");
    }
}
