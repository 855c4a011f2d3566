use super::*;
use crate::domain::evidence::EvidenceKind;
use crate::domain::first_factor::FirstFactor;
use crate::domain::id::{FactorId, SessionId, Stamp};
use crate::domain::organization::OrgPolicy;
use crate::domain::organization::sample::{
    APP, KEY, NONE, affiliation, and_newer, both, day, exempt_from, keys, member, required,
    subject, terms, whole,
};
use crate::domain::proof::Facts;
use crate::domain::strength::Strength;

/// What a session has proven beside its password.
fn code() -> EvidenceKind {
    EvidenceKind::code_of(FactorId::from_random([1; 16]))
}

fn key() -> EvidenceKind {
    EvidenceKind::credential_of(FactorId::from_random([2; 16]), false)
}

fn proven(
    evidence: &[EvidenceKind],
    strength: Option<Strength>,
    askable: Option<Strength>,
) -> Proven {
    let first = FirstFactor::password(subject("ada"), day(10));
    let session = Assurance::begin(first, SessionId::from_random([1; 16]), Stamp::NONE, 0);
    let held = evidence.iter().fold(session, |s, kind| s.with(kind.clone(), day(10), day(10)));
    Proven::new(
        held,
        Facts {
            rank: strength.map_or(0, Strength::rank),
            strength,
            askable,
            enrolling: false,
            weak_codes: false,
        },
    )
}

fn how_far(proven: &Proven, policy: OrgPolicy) -> &'static str {
    let one = [affiliation("acme", policy, member("acme", "ada", -400))];
    match proven.clone().signed_in(&one, day(10)) {
        SignedIn::Full(..) => "full",
        SignedIn::Limited(limited) => match limited.next_step() {
            LimitedTo::SetUp(_) => "set up",
            LimitedTo::StepUp(_) => "step up",
            LimitedTo::Replace(_) => "replace",
            LimitedTo::RegenerateCodes | LimitedTo::FirstSetup => "another",
        },
    }
}

/// One case a row: what is required, on day 10; how strong the account is, and its strongest factor
/// that can be asked for here; what the session has proven; and how far it goes.
#[test]
fn a_session_goes_as_far_as_what_it_has_itself_proven() {
    let recovery = || EvidenceKind::Recovery;
    let (mfa, app_and_key) =
        (|| required(0, whole(5)), || both(required(0, whole(5)), keys(0, whole(6))));

    #[rustfmt::skip]
    let table = [
        ("nothing is required",     OrgPolicy::VOLUNTARY, KEY, KEY, vec![code()], "full"),
        ("nothing, no MFA",         OrgPolicy::VOLUNTARY, NONE, NONE, vec![], "full"),
        ("MFA, and there is none",  mfa(), NONE, NONE, vec![], "set up"),
        ("MFA by a code",           mfa(), APP, APP, vec![code()], "full"),
        ("MFA by recovery",         mfa(), APP, APP, vec![recovery()], "full"),
        ("MFA by a key",            mfa(), KEY, KEY, vec![key()], "full"),
        ("MFA by recovery, a key",  mfa(), KEY, KEY, vec![recovery()], "full"),
        ("keys, and there is none", keys(0, whole(5)), APP, APP, vec![code()], "set up"),
        ("the same, by recovery",   keys(0, whole(5)), APP, APP, vec![recovery()], "set up"),
        ("keys by a code",          keys(0, whole(5)), KEY, KEY, vec![code()], "step up"),
        ("keys by recovery",        keys(0, whole(5)), KEY, KEY, vec![recovery()], "replace"),
        ("by a code and recovery",  keys(0, whole(5)), KEY, KEY, vec![code(), recovery()], "replace"),
        ("keys by a key",           keys(0, whole(5)), KEY, KEY, vec![key()], "full"),
        ("by a key and a code",     keys(0, whole(5)), KEY, KEY, vec![key(), code()], "full"),
        ("by a key and recovery",   keys(0, whole(5)), KEY, KEY, vec![recovery(), key()], "full"),
        ("keys from day 10 on",     keys(0, whole(10)), KEY, KEY, vec![code()], "step up"),
        ("keys from day 11 on",     keys(0, whole(11)), KEY, KEY, vec![code()], "full"),
        ("keys for resources",      keys(0, terms(5)), KEY, KEY, vec![code()], "full"),
        ("both by a code",          app_and_key(), KEY, KEY, vec![code()], "step up"),
        ("both, no MFA",            app_and_key(), NONE, NONE, vec![], "set up"),
        // What is there and cannot be asked for here: another one has to be set up.
        ("unaskable, by a code",    keys(0, whole(5)), KEY, APP, vec![code()], "set up"),
        ("unaskable, by recovery",  keys(0, whole(5)), KEY, NONE, vec![recovery()], "replace"),
        // A strength that needs a newer release is met by nobody.
        ("newer, by a key",         and_newer(keys(0, whole(5)), 60), KEY, KEY, vec![key()], "set up"),
    ];
    for (case, policy, strength, askable, evidence, expected) in table {
        assert_eq!(how_far(&proven(&evidence, strength, askable), policy), expected, "{case}");
    }
}

#[test]
fn an_exempt_member_has_nothing_to_prove() {
    let robot = exempt_from(Strength::PhishingResistant, member("acme", "ada", -400), None);
    let one = [affiliation("acme", keys(0, whole(5)), robot)];
    let session = proven(&[code()], KEY, KEY).signed_in(&one, day(10));
    assert!(session.full().is_some());
}

/// The wall that a session is told of names who asks, and what for.
#[test]
fn a_session_is_told_who_asks_it_for_more() {
    let wants = |name: &str, policy| affiliation(name, policy, member(name, "ada", -400));
    let two = [
        wants("acme", keys(0, whole(7))),
        wants("b", required(0, whole(5))),
        wants("c", keys(0, whole(6))),
        wants("d", keys(0, whole(11))),
    ];
    let limited = proven(&[code()], KEY, KEY).signed_in(&two, day(10)).limited().unwrap();
    let LimitedTo::StepUp(walled) = limited.next_step() else { panic!("{limited:?}") };
    let named: Vec<_> = walled.organizations.iter().map(|demand| demand.org.as_str()).collect();
    assert_eq!((walled.since, named), (day(6), vec!["c", "acme"]));
}
