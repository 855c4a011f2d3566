//! What may happen by one request, whoever sent it.

use std::sync::{Arc, OnceLock};

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{Account, CodeHash, EvidenceKind, Factor, OneTimeCode};
use mfakit::{FactorId, LimitedTo};
use mfakit_axum::Session;
use serde_json::Value;

use super::typed::Typed;

/// How things stand: the account as it is stored, and the session as the host has it.
pub(super) struct Seen {
    pub(super) account: Option<Arc<Account>>,
    pub(super) value: Option<String>,
    pub(super) shown: Value,
    pub(super) token: String,
}

/// A request and its answer.
pub(super) struct Happened<'a> {
    pub(super) route: &'a str,
    pub(super) post: bool,
    pub(super) foreign: bool,
    pub(super) status: StatusCode,
    pub(super) typed: Typed,
    pub(super) now: DateTime<Utc>,
    /// The one-time codes in the answer.
    pub(super) shown: Vec<String>,
}

impl Seen {
    pub(super) fn enabled(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.enabled())
    }

    fn session(&self) -> Option<Session> {
        let value = self.value.as_deref()?;
        Some(serde_json::from_str(value).expect("what is written is read"))
    }

    /// When the session has proven its latest second factor, a recovery code included or not.
    fn second_factor(&self, recovery: bool) -> Option<DateTime<Utc>> {
        let session = self.session()?;
        let evidence = session.assurance()?.evidence().iter();
        let second = evidence.filter(|evidence| match evidence.kind() {
            EvidenceKind::Factor { .. } => true,
            EvidenceKind::Recovery => recovery,
            _ => false,
        });
        second.map(mfakit::domain::Evidence::at).max()
    }

    /// Whether a challenge was passed.
    pub(super) fn passed_since(&self, before: &Self) -> bool {
        let passed = |seen: &Self| seen.shown["state"]["signed_in"]["passed"].clone();
        let passed_now = passed(self);
        passed_now.is_string() && passed_now != passed(before)
    }

    /// Whether a code confirmed a setup.
    pub(super) fn confirmed_since(&self, before: &Self) -> bool {
        let confirmed = |seen: &Self| {
            let pending = seen.account.as_ref().and_then(|account| account.pending().cloned());
            pending.is_some_and(|pending| pending.confirmed())
        };
        (confirmed(self) && !confirmed(before)) || !self.added_since(before).is_empty()
    }

    fn factors(&self) -> Vec<FactorId> {
        let factors = self.account.as_ref().map_or(&[][..], |account| account.factors());
        factors.iter().map(mfakit::domain::Factor::id).collect()
    }

    fn added_since(&self, before: &Self) -> Vec<FactorId> {
        let known = before.factors();
        self.factors().into_iter().filter(|factor| !known.contains(factor)).collect()
    }

    /// Whether there are other recovery codes than before, not only fewer.
    pub(super) fn recovery_was_issued_since(&self, before: &Self) -> bool {
        let known = before.hashes();
        self.hashes().iter().any(|hash| !known.contains(hash))
    }

    /// The hashes of the unused recovery codes: the first character of a code selects its slot.
    fn hashes(&self) -> Vec<CodeHash> {
        static SLOTS: OnceLock<Vec<OneTimeCode>> = OnceLock::new();
        let slots = SLOTS.get_or_init(|| {
            let code = |slot| OneTimeCode::parse(&format!("{slot}000-0000-0000-0000"));
            (0..10).map(|slot| code(slot).expect("a code")).collect()
        });
        let set = self.account.as_ref().and_then(|account| account.recovery());
        let hashes = set.into_iter().flat_map(|set| slots.iter().map(|slot| set.hash_for(slot)));
        // A spent slot shows a decoy.
        let decoy = CodeHash::new([0; 16], [0; 32]);
        hashes.filter(|hash| *hash != decoy).collect()
    }

    fn left(&self) -> usize {
        let set = self.account.as_ref().and_then(|account| account.recovery());
        set.map_or(0, mfakit::domain::RecoverySet::left)
    }

    /// Whether a code was used up: the step of one, a recovery code, or an enrollment code.
    fn spent_since(&self, before: &Self) -> bool {
        let steps = |seen: &Self| -> Vec<(FactorId, u64)> {
            let factors = seen.account.as_ref().map_or(&[][..], |account| account.factors());
            let step = |factor: &mfakit::domain::Factor| match factor.state() {
                mfakit::domain::FactorState::Totp(totp) => (factor.id(), totp.last_step()),
                _ => (factor.id(), 0),
            };
            factors.iter().map(step).collect()
        };
        let later = steps(self).into_iter().any(|(factor, step)| {
            let mut before = steps(before).into_iter();
            before.any(|(known, last)| known == factor && step > last)
        });
        let enrolled = |seen: &Self| {
            let session = seen.session();
            let limited = session.as_ref().and_then(Session::limited);
            limited.is_some_and(|limited| *limited.next_step() == LimitedTo::FirstSetup)
        };
        later || self.left() < before.left() || (enrolled(self) && !enrolled(before))
    }

    fn version(&self) -> Option<mfakit::store::Version> {
        self.account.as_ref().map(|account| account.version())
    }
}

/// A password opens a challenge and nothing else, whatever its owner has used before.
pub(super) fn intruder_got_nowhere(before: &Seen, after: &Seen) {
    let session = after.session();
    let got_in = session.as_ref().is_some_and(|s| s.assurance().is_some() || s.limited().is_some());
    assert!(!got_in, "a password alone got in: {session:?}");
    let (Some(before), Some(after)) = (&before.account, &after.account) else {
        panic!("the account is gone")
    };
    assert_eq!(before.stamp(), after.stamp());
    // Failures are counted with each factor: that is all that guessing may change of one.
    let of = |account: &Account| -> Vec<_> {
        let kept = |f: &Factor| (f.id(), f.label().clone(), f.suspended(), f.state().clone());
        account.factors().iter().map(kept).collect()
    };
    assert_eq!(of(before), of(after));
    assert_eq!(before.recovery(), after.recovery());
    assert_eq!(before.pending(), after.pending());
}

/// `judged`: whether every right code is known to have been typed by name.
pub(super) fn check(happened: &Happened<'_>, before: &Seen, after: &Seen, judged: bool) {
    let Happened { route, post, foreign, status, typed, .. } = happened;
    if *post && *foreign {
        assert_eq!(*status, StatusCode::FORBIDDEN, "{route}");
        assert_eq!(before.version(), after.version(), "{route}: another site changes the account");
        assert_eq!(before.value, after.value, "{route}: another site changes the session");
        return;
    }
    let (passed, confirmed) = (after.passed_since(before), after.confirmed_since(before));
    if !post {
        let pending = |seen: &Seen| {
            let account = seen.account.as_ref()?;
            account.pending().map(|pending| pending.id())
        };
        // A start that waited for a re-authentication goes on by itself.
        let resumed = route.starts_with("/setup") && pending(before) != pending(after);
        assert!(resumed || before.version() == after.version(), "GET {route} changes the account");
        assert!(!passed && !confirmed, "GET {route} proves something");
    }
    if passed {
        assert!(route.starts_with("/challenge"), "{route} passes a challenge");
        assert!(typed.any() || !judged, "{route} passes without a right code");
        assert!(after.spent_since(before), "{route}: a code is accepted and can be used again");
    }
    if confirmed {
        assert!(route.starts_with("/setup"), "{route} confirms a setup");
    }
    let proven = after.second_factor(true);
    if proven.is_some() && proven > before.second_factor(true) {
        assert!(passed || ["/setup/confirm", "/setup/finish"].contains(route), "{route} raises");
    }
    if passed || (proven.is_some() && before.second_factor(true).is_none()) {
        assert_ne!(before.token, after.token, "{route}: the token outlives the sign-in");
    }
    changes(happened, before, after);
}

/// Whatever changes methods and codes goes by its own route, and is asked a fresh second factor.
fn changes(happened: &Happened<'_>, before: &Seen, after: &Seen) {
    let route = happened.route;
    let of_a_factor = |what: &str| route.starts_with("/factors/") && route.ends_with(what);
    let removed = before.factors().iter().any(|factor| !after.factors().contains(factor));
    let added = !after.added_since(before).is_empty();
    let issued = after.recovery_was_issued_since(before);
    let names = |seen: &Seen| -> Vec<String> {
        let factors = seen.account.as_ref().map_or(&[][..], |account| account.factors());
        factors.iter().map(|factor| factor.label().to_string()).collect()
    };
    let renamed = !removed && !added && names(before) != names(after);

    let confirming = ["/setup/confirm", "/setup/finish"].contains(&route);
    assert!(!added || confirming, "{route} adds a method");
    assert!(!removed || confirming || route == "/disable" || of_a_factor("/remove"), "{route}");
    assert!(!issued || confirming || route == "/codes", "{route} issues codes");
    assert!(!renamed || of_a_factor("/rename"), "{route} renames");

    let pending = |seen: &Seen| seen.account.as_ref()?.pending().map(|pending| pending.id());
    let begun = pending(after).is_some() && pending(after) != pending(before);
    // On whichever screen of the setup, when its start had to wait for a re-authentication.
    assert!(!begun || route.starts_with("/setup"), "{route} begins a setup");
    let fresh = |at: Option<DateTime<Utc>>| {
        at.is_some_and(|at| happened.now - at <= TimeDelta::minutes(10))
    };
    if before.enabled() && (removed || issued || renamed) && !confirming {
        assert!(fresh(before.second_factor(false)), "{route} without a fresh second factor");
    }
    if before.enabled() && begun {
        assert!(fresh(before.second_factor(true)), "{route} without a fresh second factor");
    }
    if !happened.shown.is_empty() {
        let new = pending(before) != pending(after)
            || before.account.as_ref().map(|a| a.pending().cloned())
                != after.account.as_ref().map(|a| a.pending().cloned());
        assert!(issued || new, "{route} shows codes again");
    }
}
