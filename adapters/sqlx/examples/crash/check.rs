//! The rules that hold after every crash.

use std::collections::{BTreeMap, BTreeSet};

use mfakit::organization::OrgChange;
use mfakit::store::EventId;
use mfakit::{Event, EventKind, FactorId, Strength, Subject};

use crate::Failure;
use crate::database::Database;
use crate::journal::{Kind, Written};
use crate::world::{self, USERS};

/// What one user's events add up to.
#[derive(Debug, Default)]
struct Sum {
    factors: BTreeSet<FactorId>,
    recovery_left: Option<usize>,
    counts: BTreeMap<Kind, u64>,
}

/// Everything that was read after a crash.
pub(crate) struct Found {
    pub(crate) events: usize,
    sums: BTreeMap<Subject, Sum>,
    /// Reasons of policy changes, and the last change.
    reasons: BTreeMap<String, u64>,
    policy: Option<OrgChange>,
}

/// Checks every rule and says which is broken, in words.
pub(crate) async fn check(db: &Database, written: &Written) -> Result<Found, Failure> {
    let found = Found::read(db).await?;
    for number in 0..USERS {
        found.states_match(db, number).await?;
        found.answers_hold(written, number)?;
    }
    found.policy_matches(db, written).await?;
    once(written)?;
    Ok(found)
}

impl Found {
    async fn read(db: &Database) -> Result<Self, Failure> {
        let (sums, reasons) = (BTreeMap::new(), BTreeMap::new());
        let mut found = Self { events: 0, sums, reasons, policy: None };
        let (mut cursor, mut seen) = (None, BTreeSet::<EventId>::new());
        loop {
            let page = db.store.read(cursor.as_ref(), 1_000).await?;
            for event in &page.events {
                if !seen.insert(event.id()) {
                    return Err(format!("an event is there twice: {event:?}").into());
                }
                found.add(event);
            }
            found.events = seen.len();
            cursor = page.next;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    fn add(&mut self, event: &Event) {
        let sum = self.sums.entry(event.subject().clone()).or_default();
        let kind = match event.kind() {
            EventKind::CodeAccepted { .. } => Kind::Code,
            EventKind::RecoveryCodeUsed { left, .. } => {
                sum.recovery_left = Some(usize::from(*left));
                Kind::Recovery
            }
            EventKind::MfaEnabled { factor } => {
                (sum.factors, sum.recovery_left) = (BTreeSet::from([*factor]), Some(10));
                Kind::SetUp
            }
            EventKind::FactorAdded { factor } => {
                sum.factors.insert(*factor);
                Kind::SetUp
            }
            EventKind::FactorRemoved { factor } => {
                sum.factors.remove(factor);
                Kind::Remove
            }
            EventKind::RecoveryCodesReplaced => {
                sum.recovery_left = Some(10);
                Kind::Regenerate
            }
            EventKind::MfaDisabled => {
                (sum.factors, sum.recovery_left) = (BTreeSet::new(), None);
                Kind::Disable
            }
            EventKind::Organization { reason, change, .. } => {
                *self.reasons.entry(reason.clone()).or_default() += 1;
                self.policy = Some(change.clone());
                Kind::Policy
            }
            _ => return,
        };
        *sum.counts.entry(kind).or_default() += 1;
    }

    /// The account loads, and is what its events add up to.
    async fn states_match(&self, db: &Database, number: u32) -> Result<(), Failure> {
        let subject = world::user(number)?;
        let status = db.mfa.status(&subject).await?;
        let none = Sum::default();
        let sum = self.sums.get(&subject).unwrap_or(&none);
        let factors: BTreeSet<FactorId> = status.factors.iter().map(|m| m.factor).collect();
        let enabled = !sum.factors.is_empty();
        let agrees = status.enabled == enabled
            && factors == sum.factors
            && (!enabled || status.recovery_left == sum.recovery_left);
        if agrees {
            return Ok(());
        }
        Err(format!("{subject:?} is {status:?}, and the events add up to {sum:?}").into())
    }

    /// What was answered as done is done; nothing is done that was not asked for, or was answered as
    /// not done; and of what is good once, no more is done than there were different ones, also
    /// where the answer was lost.
    fn answers_hold(&self, written: &Written, number: u32) -> Result<(), Failure> {
        let subject = world::user(number)?;
        for kind in Kind::ALL {
            let said = written.of(kind, number);
            let sum = self.sums.get(&subject);
            let happened = sum.and_then(|sum| sum.counts.get(&kind)).copied().unwrap_or(0);
            if happened < said.done || written.at_most(kind, number) < happened {
                let kind = kind.name();
                return Err(format!("{kind} by {subject:?}: {said:?}, {happened} events").into());
            }
        }
        Ok(())
    }

    async fn policy_matches(&self, db: &Database, written: &Written) -> Result<(), Failure> {
        for ((kind, _, reason), said) in &written.0 {
            let happened = self.reasons.get(reason).copied().unwrap_or(0);
            let wrong = happened > 1 || happened < said.done || (said.not > 0 && happened > 0);
            if *kind == Kind::Policy && wrong {
                return Err(format!("{reason}: {said:?}, and {happened} events").into());
            }
        }
        let policy = *db.mfa.organization(&world::org()?).await?.policy();
        let terms = match &self.policy {
            Some(
                OrgChange::MadeRequired { terms, .. } | OrgChange::TermsChanged { to: terms, .. },
            ) => Some(*terms),
            _ => None,
        };
        let stored = policy.requirement(Strength::Standard).map(|requirement| requirement.terms);
        if stored != terms || policy.is_voluntary() != terms.is_none() {
            return Err(
                format!("the policy is {policy:?}, the last change {:?}", self.policy).into()
            );
        }
        let counts = db.mfa.overview(&world::org()?).await?;
        let enabled = self.sums.values().filter(|sum| !sum.factors.is_empty()).count();
        if counts.members != u64::from(USERS) || counts.protected() != u64::try_from(enabled)? {
            return Err(format!("{enabled} have MFA on, and the overview says {counts:?}").into());
        }
        Ok(())
    }
}

/// No step of an app, and no recovery code, was accepted twice.
fn once(written: &Written) -> Result<(), Failure> {
    let mut used = BTreeSet::new();
    for ((kind, user, detail), said) in written.0.iter().filter(|(_, said)| said.done > 0) {
        let mut words = detail.split(' ');
        let keys: Vec<(u32, &str, &str)> = match (kind, words.next()) {
            (Kind::Code, Some(label)) => words.map(|step| (*user, label, step)).collect(),
            (Kind::Recovery, Some(code)) => vec![(*user, "recovery", code)],
            _ => continue,
        };
        if said.done > 1 || !keys.into_iter().all(|key| used.insert(key)) {
            return Err(format!("user {user}: accepted twice: {} {detail}", kind.name()).into());
        }
    }
    Ok(())
}
