//! What hosts keep in their sessions, perhaps in a cookie: read back from anywhere.

use mfakit::step_up::{AcrNames, Level, Needed};
use mfakit::store::EventCursor;
use mfakit::{Answer, Assurance, Challenge, Limited, StepUpRule};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::scene;

/// What is read is written in one form, which reads as the same; and nothing that is decided on it
/// panics.
pub fn sessions(data: &[u8]) {
    round_trip::<EventCursor>(data);
    if let Some(session) = round_trip::<Assurance>(data) {
        judge(&session);
    }
    if let Some(limited) = round_trip::<Limited>(data) {
        let _ = (limited.subject(), limited.next_step(), format!("{limited:?}"));
    }
    if let Some(challenge) = round_trip::<Challenge>(data) {
        answer(&challenge);
    }
    if let Some(session) = round_trip::<mfakit_axum::Session>(data) {
        if let Some(assurance) = session.assurance() {
            judge(assurance);
        }
        let _ = format!("{session:?}");
    }
}

fn round_trip<T: Serialize + DeserializeOwned>(data: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(data).ok()?;
    let written = serde_json::to_string(&read).expect("JSON");
    let again: T = serde_json::from_str(&written).expect("what is written is read");
    assert_eq!(serde_json::to_string(&again).expect("JSON"), written);
    Some(read)
}

fn judge(session: &Assurance) {
    let hour = chrono::TimeDelta::hours(1);
    for rule in [
        StepUpRule::level(Level::TwoFactors, hour),
        StepUpRule::level(Level::PhishingResistant, hour),
        StepUpRule::fresh(Needed::SecondFactor, hour).or_recovery(),
        StepUpRule::fresh(Needed::FirstFactor, hour),
    ] {
        let met = rule.check(session, session.stamp(), scene::context()).is_ok();
        assert!(!met || !session.evidence().is_empty());
    }
    let names = AcrNames::new("urn:one", "urn:two", "urn:strong").expect("names");
    if let Ok(current) = session.current(session.stamp(), scene::context()) {
        let claims = current.claims(&names);
        let _ = serde_json::to_string(&claims).expect("JSON");
    }
    // Whoever forged it: of another account it is worth nothing.
    let (account, _) = scene::protected();
    if session.subject() != account.subject() || session.stamp() != account.stamp() {
        assert!(account.check_regenerate(session, scene::context()).is_err());
    }
}

fn answer(challenge: &Challenge) {
    let (account, _) = scene::protected();
    let answers = [Answer::code("123456"), Answer::recovery("0000-0000-0000-0000")];
    for answer in answers {
        let question = account.question(challenge, &answer, scene::context());
        let own = challenge.subject() == account.subject();
        assert!(own || question.is_err(), "a foreign challenge is judged");
    }
}
