use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, from_value, json, to_value};

use crate::domain::demand::{Demand, Walled};
use crate::domain::factor_kind::FactorKind;
use crate::domain::first_factor::FirstFactorKind;
use crate::domain::policy_terms::PolicyScope;
use crate::domain::purpose::Purpose;
use crate::domain::session::{Limited, LimitedTo};
use crate::domain::strength::Strength;
use crate::domain::{
    AccountName, ActionName, Assurance, Challenge, ChallengeId, CommitId, Event, EventId,
    EventKind, EvidenceKind, FactorId, FirstFactor, FirstFactorName, Issuer, KeyId, Label, OrgId,
    Proof, SessionId, SetupId, Stamp, Subject, Version,
};

fn round_trips<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, expected: &Json) {
    assert_eq!(&to_value(value).unwrap(), expected);
    assert_eq!(&serde_json::from_str::<T>(&expected.to_string()).unwrap(), value);
    assert_eq!(&from_value::<T>(expected.clone()).unwrap(), value);
}

fn refused<T: DeserializeOwned + Debug>(json: Json) -> String {
    serde_json::from_str::<T>(&json.to_string()).unwrap_err().to_string()
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap()
}

const AT: &str = "2027-01-15T08:00:00.123456Z";

fn hex(byte: u8) -> String {
    format!("{byte:02x}").repeat(16)
}

fn assurance() -> Assurance {
    let first = FirstFactor::password(Subject::from(7_u64), at());
    let begun = Assurance::begin(first, SessionId::from_random([2; 16]), Stamp::from_stored(5), 0);
    Assurance { account: 20, ..begun }
        .with(EvidenceKind::code_of(FactorId::from_random([1; 16])), at(), at())
        .with(EvidenceKind::Recovery, at(), at())
}

fn assurance_json() -> Json {
    json!({
        "subject": "7",
        "session": hex(2),
        "stamp": 5,
        "account": 20,
        "evidence": [
            { "kind": { "first": { "name": "password", "kind": "knowledge" } }, "at": AT },
            {
                "kind": { "factor": { "id": hex(1), "kind": "totp", "strength": "standard" } },
                "at": AT,
            },
            { "kind": "recovery", "at": AT },
        ],
    })
}

fn challenge() -> Challenge {
    Challenge {
        id: ChallengeId::from_random([3; 16]),
        held: assurance(),
        passes: 7,
        purpose: Purpose::StepUp(ActionName::new("payout").unwrap()),
        needed: Strength::Standard,
        user_verification: false,
        recovery: true,
        expires_at: at() + TimeDelta::minutes(10),
        return_to: Some("/billing".to_owned()),
    }
}

fn challenge_json() -> Json {
    json!({
        "id": hex(3),
        "held": assurance_json(),
        "passes": 7,
        "purpose": { "step_up": "payout" },
        "needed": "standard",
        "recovery": true,
        "expires_at": "2027-01-15T08:10:00.123456Z",
        "return_to": "/billing",
    })
}

fn walled() -> Walled {
    let org = OrgId::new("acme").unwrap();
    let (scope, required) = (PolicyScope::WholeAccount, Strength::Standard.into());
    let demand = Demand { deadline: at(), org, scope, required };
    Walled { since: at(), organizations: vec![demand] }
}

fn limited_json(to: &Json) -> Json {
    json!({ "held": assurance_json(), "limited_to": to })
}

fn walled_json(to: &str) -> Json {
    let demand = json!({ "deadline": AT, "org": "acme", "scope": "whole_account", "required": 20 });
    json!({ to: { "since": AT, "organizations": [demand] } })
}

#[test]
fn what_a_session_keeps_is_read_back_equal() {
    round_trips(&assurance(), &assurance_json());
    round_trips(&challenge(), &challenge_json());
    for (purpose, json) in [(Purpose::SignIn, json!("sign_in")), (Purpose::Enroll, json!("enroll"))]
    {
        round_trips(&purpose, &json);
    }
    for (to, json) in [
        (LimitedTo::SetUp(walled()), walled_json("set_up")),
        (LimitedTo::StepUp(walled()), walled_json("step_up")),
        (LimitedTo::Replace(walled()), walled_json("replace")),
        (LimitedTo::RegenerateCodes, json!("regenerate_codes")),
        (LimitedTo::FirstSetup, json!("first_setup")),
    ] {
        round_trips(&Limited::new(assurance(), to), &limited_json(&json));
    }
    round_trips(&EvidenceKind::Enrollment, &json!("enrollment"));
    for (kind, written) in [
        (FirstFactorKind::Knowledge, "knowledge"),
        (FirstFactorKind::Mailbox, "mailbox"),
        (FirstFactorKind::Issuer, "issuer"),
        (FirstFactorKind::VerifyingDevice, "verifying_device"),
        (FirstFactorKind::Device, "device"),
    ] {
        let json = json!({ "first": { "name": "way", "kind": written } });
        round_trips(&EvidenceKind::first_by("way", kind), &json);
    }
}

/// What one kind of session is written as is read as no other kind.
#[test]
fn no_session_value_is_read_as_another() {
    let limited = limited_json(&json!("first_setup"));
    refused::<Assurance>(limited.clone());
    refused::<Challenge>(limited);
    refused::<Limited>(assurance_json());
    refused::<Challenge>(assurance_json());
    refused::<Assurance>(challenge_json());
    refused::<Limited>(challenge_json());
}

#[test]
fn a_session_value_that_a_later_release_wrote_is_refused() {
    for (field, value) in [("limited_to", json!("prove_your_age")), ("since", json!(7))] {
        let mut later = limited_json(&json!("first_setup"));
        later[field] = value;
        refused::<Limited>(later);
    }
    for (field, value) in [("needed", json!("unheard_of")), ("since", json!(7))] {
        let mut later = challenge_json();
        later[field] = value;
        refused::<Challenge>(later);
    }
}

/// Whatever a later release may add to a session, at whatever depth, means more than what is read
/// without it.
#[test]
fn a_field_that_is_not_known_is_refused_at_every_depth_of_a_session_value() {
    let limited = limited_json(&walled_json("set_up"));
    let written = [assurance_json(), challenge_json(), limited];
    let reads = |value: Json| {
        [
            from_value::<Assurance>(value.clone()).is_ok(),
            from_value::<Challenge>(value.clone()).is_ok(),
            from_value::<Limited>(value).is_ok(),
        ]
    };
    for whole in written {
        assert!(reads(whole.clone()).contains(&true), "{whole}");
        let places = objects(&whole);
        assert!(places.len() >= 6, "{places:?}");
        for place in places {
            let mut later = whole.clone();
            later.pointer_mut(&place).unwrap()["later"] = json!(true);
            assert_eq!(reads(later), [false; 3], "{place}");
        }
    }
}

/// Where there are objects in a value.
fn objects(value: &Json) -> Vec<String> {
    let within = |name: &str, inner: &Json| {
        objects(inner).into_iter().map(move |place| format!("/{name}{place}")).collect::<Vec<_>>()
    };
    match value {
        Json::Object(fields) => {
            let inner = fields.iter().flat_map(|(name, inner)| within(name, inner));
            std::iter::once(String::new()).chain(inner).collect()
        }
        Json::Array(items) => {
            items.iter().enumerate().flat_map(|(n, inner)| within(&n.to_string(), inner)).collect()
        }
        _ => Vec::new(),
    }
}

/// A session may live in a cookie, and its user in thousands of organizations.
#[test]
fn a_limited_session_stays_small() {
    let demand = walled().organizations.remove(0);
    let wall = Walled { since: at(), organizations: vec![demand; 1000] };
    assert_eq!(wall.clone().abridged().organizations.len(), 8);
    let written = to_value(Limited::new(assurance(), LimitedTo::SetUp(wall))).unwrap();
    refused::<Limited>(written);
}

#[test]
fn single_values_are_text_or_numbers() {
    round_trips(&Subject::new("ada").unwrap(), &json!("ada"));
    round_trips(&Label::new("Phone").unwrap(), &json!("Phone"));
    round_trips(&Issuer::new("Scrivio").unwrap(), &json!("Scrivio"));
    round_trips(&AccountName::new("ada@example.org").unwrap(), &json!("ada@example.org"));
    round_trips(&KeyId::new("k1").unwrap(), &json!("k1"));
    round_trips(&SetupId::from_random([9; 16]), &json!(hex(9)));
    round_trips(&CommitId::from_random([9; 16]), &json!(hex(9)));
    round_trips(&Version::from_stored(3).unwrap(), &json!(3));
    round_trips(&Stamp::NONE, &json!(0));
}

#[test]
fn events_are_read_back_equal_and_name_what_happened() {
    let factor = FactorId::from_random([1; 16]);
    let setup = SetupId::from_random([4; 16]);
    let [ada, bob] = ["ada", "bob"].map(|name| Subject::new(name).unwrap());
    let reason = || "lost phone".to_owned();
    let rows = [
        (EventKind::SetupBegun { setup }, json!({ "type": "setup_begun", "setup": hex(4) })),
        (EventKind::FactorsSuspended, json!({ "type": "factors_suspended" })),
        (
            EventKind::CodeAccepted { factor, purpose: Purpose::SignIn },
            json!({ "type": "code_accepted", "factor": hex(1), "purpose": "sign_in" }),
        ),
        (
            EventKind::CodeRejected { factor: None, purpose: Purpose::SignIn },
            json!({ "type": "code_rejected", "factor": null, "purpose": "sign_in" }),
        ),
        (
            EventKind::RecoveryCodeUsed { left: 9, purpose: challenge().purpose },
            json!({ "type": "recovery_code_used", "left": 9, "purpose": { "step_up": "payout" } }),
        ),
        (
            EventKind::Reset { by: bob.clone(), reason: reason() },
            json!({ "type": "reset", "by": "bob", "reason": "lost phone" }),
        ),
        (
            EventKind::Resealed { key: KeyId::new("k2").unwrap() },
            json!({ "type": "resealed", "key": "k2" }),
        ),
        (
            EventKind::Erased { by: bob, reason: reason() },
            json!({ "type": "erased", "by": "bob", "reason": "lost phone" }),
        ),
    ];
    let id = EventId { commit: CommitId::from_random([8; 16]), index: 1 };
    for (kind, json) in rows {
        let event = Event { id, subject: ada.clone(), at: at(), kind };
        round_trips(&event, &event_json(event.concerns_owner(), &json));
    }
}

fn event_json(concerns_owner: bool, kind: &Json) -> Json {
    let id = json!({ "commit": hex(8), "index": 1 });
    json!({ "id": id, "subject": "ada", "at": AT, "concerns_owner": concerns_owner, "kind": kind })
}

/// Else an older relay would stop there, and tell nobody of anything any more.
#[test]
fn an_event_of_a_later_release_is_read_and_still_tells_the_owner() {
    for (name, kind) in [
        (
            "owl_sent",
            json!({ "type": "owl_sent", "owls": [1, -2, 3.5, null], "deep": { "er": {} } }),
        ),
        ("owl_sent", json!({ "type": "owl_sent" })),
        ("code_accepted", json!({ "type": "code_accepted", "factor": hex(1), "purpose": "vote" })),
        ("reset", json!({ "type": "reset", "by": "bob", "reason": { "code": 7 } })),
    ] {
        for concerns_owner in [true, false] {
            let written = event_json(concerns_owner, &kind);
            let event: Event = serde_json::from_str(&written.to_string()).unwrap();
            let EventKind::Unknown(unknown) = event.kind() else { panic!("{event:?}") };
            assert_eq!((unknown.name(), event.subject().as_str()), (name, "ada"));
            assert_eq!(event.concerns_owner(), concerns_owner, "{kind}");
            round_trips(&event, &written);
        }
        let mut without = event_json(false, &kind);
        without.as_object_mut().unwrap().remove("concerns_owner");
        assert!(from_value::<Event>(without).unwrap().concerns_owner(), "rather too much");
    }
    // What a known kind says of itself is what counts, whatever stands beside it.
    let disabled = event_json(false, &json!({ "type": "mfa_disabled" }));
    assert!(from_value::<Event>(disabled).unwrap().concerns_owner());
    let long = "a".repeat(65);
    for kind in [
        json!(7),
        json!({}),
        json!({ "type": 7 }),
        json!({ "type": "" }),
        json!({ "type": "Owl" }),
        json!({ "type": long }),
    ] {
        refused::<Event>(event_json(true, &kind));
    }
}

#[test]
fn garbled_and_oversize_values_are_refused() {
    assert!(refused::<Subject>(json!("")).contains("subject must have 1 to 255 bytes, not 0"));
    assert!(refused::<Subject>(json!("a".repeat(256))).contains("not 256"));
    assert!(refused::<Subject>(json!(7)).contains("expected a subject"));
    refused::<Label>(json!("a\u{202e}b"));
    refused::<AccountName>(json!("a:b"));
    refused::<KeyId>(json!("two words"));
    refused::<FirstFactorName>(json!("PIN"));
    refused::<ActionName>(json!("a".repeat(65)));
    refused::<FactorKind>(json!("sms"));
    refused::<Version>(json!(0));
    refused::<Stamp>(json!(u64::MAX));
    for garbled in ["", "00", &hex(0)[1..], &hex(0xAB).to_uppercase()] {
        refused::<FactorId>(json!(garbled));
        refused::<SessionId>(json!(garbled));
        refused::<ChallengeId>(json!(garbled));
        refused::<CommitId>(json!(garbled));
    }

    let mut broken = assurance_json();
    broken["evidence"] = json!(vec![json!({ "kind": "recovery", "at": AT }); 65]);
    assert!(refused::<Assurance>(broken).contains("evidence must have 0 to 64 entries, not 65"));
    for first in [
        json!("password"),
        json!({ "name": "password" }),
        json!({ "kind": "knowledge" }),
        json!({ "name": "password", "kind": "inherence" }),
        json!({ "name": "Password", "kind": "knowledge" }),
    ] {
        let mut broken = assurance_json();
        broken["evidence"][0]["kind"] = json!({ "first": first });
        refused::<Assurance>(broken);
    }
    let mut broken = assurance_json();
    broken["evidence"][0]["at"] = json!("soon");
    refused::<Assurance>(broken);

    for (field, value) in [
        ("return_to", json!("")),
        ("return_to", json!("/a\r\nSet-Cookie: b")),
        ("return_to", json!("a".repeat(2049))),
        ("purpose", json!("payout")),
        ("expires_at", json!(600)),
    ] {
        let mut broken = challenge_json();
        broken[field] = value;
        refused::<Challenge>(broken);
    }
    for reason in ["".to_owned(), "a\nb".to_owned(), "a".repeat(256)] {
        refused::<EventKind>(json!({ "type": "reset", "by": "bob", "reason": reason }));
    }
    refused::<EventKind>(json!({ "type": "promoted" }));
}

#[test]
fn a_challenge_without_a_heading_is_read() {
    let mut json = challenge_json();
    json.as_object_mut().unwrap().remove("return_to");
    assert_eq!(from_value::<Challenge>(json).unwrap().return_to(), None);
}

#[test]
fn a_proof_cannot_be_written_read_or_cloned() {
    // With the trait implemented, two of these apply and the compiler cannot choose.
    trait Lacks<Marker> {
        fn it() {}
    }
    struct Written;
    struct Read;
    struct Cloned;
    impl<T> Lacks<()> for T {}
    impl<T: Serialize> Lacks<Written> for T {}
    impl<T: DeserializeOwned> Lacks<Read> for T {}
    impl<T: Clone> Lacks<Cloned> for T {}
    <Proof as Lacks<_>>::it();
}
