//! What every guarded request asks, by one projected read or from a short memory of it.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use super::Mfa;
use crate::domain::{
    Access, Assurance, Context, Gate, OrgId, Refusal, Reminded, Stamp, StepUpRule, Subject, Unmet,
};
use crate::error::Error;
use crate::ports::CurrentStamps;
use crate::sync::{Mutex, lock};

/// How many users a process remembers. Beyond that the oldest half is forgotten.
const REMEMBERED: usize = 16_384;

/// How many organizations' decisions are remembered of one user.
const DECISIONS: usize = 16;

/// In how many places changes are counted, so that one user's seldom keep another from being
/// remembered.
const COUNTERS: usize = 1 << u8::BITS;

/// What was read of the users who were guarded last.
///
/// That a void session does not pass from memory rests on this lock, so it is no ledger: a model
/// checker has to explore it.
pub(super) struct Guards {
    memory: Mutex<Memory>,
    /// Whether anything was ever asked. Without guards a commit has nothing to forget, and takes no
    /// lock for it.
    used: AtomicBool,
}

struct Memory {
    last: HashMap<Subject, Guard>,
    changes: [u64; COUNTERS],
}

#[derive(Clone)]
struct Guard {
    read_at: DateTime<Utc>,
    stamps: CurrentStamps,
    /// Decisions for the account (`None`) and for organizations, the newest last.
    decisions: Vec<(Option<OrgId>, Access)>,
}

/// What is remembered of a user.
enum Remembered {
    /// Good for a request as it is.
    Young(Guard),
    /// Its decisions are good if the stamps are read again and are the same.
    Old(Guard),
    Nothing,
}

/// How many changes there had been before something was read. What was read before a change is
/// not remembered after it.
#[derive(Clone, Copy, PartialEq)]
struct AsOf(u64);

impl Default for Guards {
    fn default() -> Self {
        let memory = Memory { last: HashMap::new(), changes: [0; COUNTERS] };
        Self { memory: Mutex::new(memory), used: AtomicBool::new(false) }
    }
}

impl Guards {
    fn of(&self, subject: &Subject, now: DateTime<Utc>, recheck: TimeDelta) -> (Remembered, AsOf) {
        // Before anything is read: whatever commits later finds it set.
        self.used.store(true, Ordering::SeqCst);
        let mut memory = lock(&self.memory);
        let as_of = AsOf(*memory.changes_of(subject));
        // A clock that was set back makes nothing last longer.
        let guard = memory.last.get(subject).filter(|guard| guard.read_at <= now).cloned();
        let remembered = match guard {
            Some(guard) if now - guard.read_at < recheck => Remembered::Young(guard),
            Some(guard) => Remembered::Old(guard),
            None => Remembered::Nothing,
        };
        (remembered, as_of)
    }

    fn keep(&self, subject: &Subject, guard: Guard, as_of: AsOf) {
        let mut memory = lock(&self.memory);
        if AsOf(*memory.changes_of(subject)) != as_of {
            return;
        }
        let last = &mut memory.last;
        if last.len() >= REMEMBERED && !last.contains_key(subject) {
            let mut ages: Vec<DateTime<Utc>> = last.values().map(|guard| guard.read_at).collect();
            ages.sort_unstable();
            let median = ages.get(ages.len() / 2).copied().unwrap_or(guard.read_at);
            last.retain(|_, guard| guard.read_at > median);
        }
        last.insert(subject.clone(), guard);
    }

    /// Forgets one user, whose account or membership this process has changed.
    pub(super) fn forget(&self, subject: &Subject) {
        if !self.used.load(Ordering::SeqCst) {
            return;
        }
        let mut memory = lock(&self.memory);
        *memory.changes_of(subject) += 1;
        memory.last.remove(subject);
    }

    /// Forgets everybody: a policy was changed.
    pub(super) fn forget_all(&self) {
        if !self.used.load(Ordering::SeqCst) {
            return;
        }
        let mut memory = lock(&self.memory);
        memory.changes.iter_mut().for_each(|changes| *changes += 1);
        memory.last.clear();
    }
}

impl Guard {
    fn decision(&self, org: Option<&OrgId>, now: DateTime<Utc>) -> Option<Access> {
        let (_, access) = self.decisions.iter().find(|(of, _)| of.as_ref() == org)?;
        Some(access.clone()).filter(|access| access.until.is_none_or(|until| now < until))
    }

    fn note(&mut self, org: Option<&OrgId>, access: Access) {
        self.decisions.retain(|(of, _)| of.as_ref() != org);
        if self.decisions.len() >= DECISIONS {
            drop(self.decisions.remove(0));
        }
        self.decisions.push((org.cloned(), access));
    }
}

impl Memory {
    fn changes_of(&mut self, subject: &Subject) -> &mut u64 {
        let hash = self.last.hasher().hash_one(subject).to_le_bytes();
        let [place, ..] = hash;
        &mut self.changes[usize::from(place)]
    }
}

/// A request that a guard lets pass.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Admitted {
    /// The last instant at which it would still pass, if nothing else changes.
    pub until: DateTime<Utc>,
    /// The organizations that ask for MFA and have not closed the account: for a reminder on the
    /// page.
    pub reminded: Option<Reminded>,
}

impl Admitted {
    /// Asks the organizations about the account and its session, and then the rule.
    pub(super) fn by(
        access: Access,
        rule: &StepUpRule,
        session: &Assurance,
        stamp: Stamp,
        context: Context<'_>,
    ) -> Result<Self, Refusal> {
        let reminded = match access.gate {
            Gate::Allow => None,
            Gate::AllowAndRemind(reminded) => Some(reminded),
            Gate::SetUpFirst(walled) => return Err(Refusal::SetUpFirst(walled)),
        };
        if let Some(needed) = access.needed.filter(|needed| Some(*needed) > session.strength()) {
            return Err(Refusal::StepUp(Unmet::factor_of(needed)));
        }
        let satisfied = rule.check(session, stamp, context)?.until;
        let until = access.until.map_or(satisfied, |until| until.min(satisfied));
        Ok(Self { until, reminded })
    }
}

impl Mfa {
    /// Guards a route: lets a full session pass that is current, that satisfies the rule, and whose
    /// user no organization has walled. For a page without a rule of its own there is
    /// [`StepUpRule::signed_in`].
    ///
    /// It costs one projected read of the current stamps, or none for at most
    /// [`recheck`](crate::domain::SettingsBuilder::recheck). For so long another process's change of
    /// credentials or policy can go unnoticed here; this process's own is noticed at once. A session
    /// that is *newer* than what is remembered is never refused for it: the stamp is read again
    /// first. What the organizations say is kept until it changes by itself, or the stamps change.
    /// For what must not be late use [`guard_now`](Self::guard_now); the sensitive operations of
    /// `Mfa` always load.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void, [`Refusal::SetUpFirst`] when an
    /// organization has closed the whole account until MFA is set up, [`Refusal::StepUp`] when one has
    /// closed it to sessions that have not proven what the account has, or when the rule is not
    /// satisfied, in this order; [`Error::Store`] when it cannot be known: let nobody pass then.
    /// [`step_up`](Self::step_up) asks for what is missing, of the policies as of the rule.
    pub async fn guard(&self, session: &Assurance, rule: &StepUpRule) -> Result<Admitted, Error> {
        let subject = session.subject();
        in_span!(guard(subject), self.admitted(None, session, rule)).await
    }

    /// Guards one organization's resources: as [`guard`](Self::guard), and only for its members, and
    /// not for those whom its own policy keeps out.
    ///
    /// # Errors
    /// As [`guard`](Self::guard), where [`step_up_organization`](Self::step_up_organization) asks for
    /// what is missing; and
    /// [`OrgRefusal::NotAMember`](crate::organization::OrgRefusal::NotAMember);
    /// [`Error::MissingPort`] without an organization store.
    pub async fn guard_organization(
        &self,
        org: &OrgId,
        session: &Assurance,
        rule: &StepUpRule,
    ) -> Result<Admitted, Error> {
        let subject = session.subject();
        in_span!(guard_organization(subject), self.admitted(Some(org), session, rule)).await
    }

    async fn admitted(
        &self,
        org: Option<&OrgId>,
        session: &Assurance,
        rule: &StepUpRule,
    ) -> Result<Admitted, Error> {
        let (context, now) = (self.context()?, self.context()?.now());
        let (guard, as_of) = self.guarded(session, now).await?;
        let stamp = guard.stamps.account;
        session.check_current(stamp, context)?;
        let access = self.gate(org, session.subject(), guard, as_of, now).await?;
        Ok(Admitted::by(access, rule, session, stamp, context)?)
    }

    /// Returns the organizations' answer for a user: remembered, or decided and kept.
    async fn gate(
        &self,
        org: Option<&OrgId>,
        subject: &Subject,
        mut guard: Guard,
        as_of: AsOf,
        now: DateTime<Utc>,
    ) -> Result<Access, Error> {
        if let Some(access) = guard.decision(org, now) {
            return Ok(access);
        }
        let access = match org {
            Some(org) => self.access_organization(org, subject).await?,
            None if self.ports().organizations.is_none() => return Ok(Access::OPEN),
            None => self.access(subject).await?,
        };
        guard.note(org, access.clone());
        self.inner.guards.keep(subject, guard, as_of);
        Ok(access)
    }

    /// What is known of a session's user: remembered, unless it is too old or would refuse.
    async fn guarded(
        &self,
        session: &Assurance,
        now: DateTime<Utc>,
    ) -> Result<(Guard, AsOf), Error> {
        let (subject, guards) = (session.subject(), &self.inner.guards);
        let (remembered, as_of) = guards.of(subject, now, self.inner.settings.recheck());
        let before = match remembered {
            Remembered::Young(guard) if guard.stamps.account == session.stamp() => {
                return Ok((guard, as_of));
            }
            Remembered::Young(guard) | Remembered::Old(guard) => Some(guard),
            Remembered::Nothing => None,
        };
        let stamps = self.stamps(subject).await?;
        // Decisions stay as long as their facts do.
        let same = before.filter(|guard| guard.stamps == stamps);
        let decisions = same.map(|guard| guard.decisions).unwrap_or_default();
        let guard = Guard { read_at: now, stamps, decisions };
        guards.keep(subject, guard.clone(), as_of);
        Ok((guard, as_of))
    }
}
