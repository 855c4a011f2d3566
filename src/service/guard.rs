//! What every guarded request asks, by one projected read or from a short memory of it.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use super::Mfa;
use crate::domain::{Access, Assurance, OrgId, Refusal, Satisfied, StepUpRule, Subject};
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

impl Mfa {
    /// Checks a session against a rule, as a guard in front of a route does: by one projected read
    /// of the current stamp, or from memory for at most
    /// [`recheck`](crate::domain::SettingsBuilder::recheck).
    ///
    /// For so long another process's change of credentials can go unnoticed here; this process's
    /// own is noticed at once. A session that is *newer* than what is remembered is never refused
    /// for it: the stamp is read again first. For what must not be late use
    /// [`check`](Self::check); the sensitive operations of `Mfa` always load.
    ///
    /// # Errors
    /// As [`StepUpRule::check`], and [`Error::Store`] when the stamp cannot be read: let nobody
    /// pass then.
    pub async fn guard(&self, rule: &StepUpRule, session: &Assurance) -> Result<Satisfied, Error> {
        let subject = session.subject();
        in_span!(guard(subject), async {
            let context = self.context()?;
            let (guard, _) = self.guarded(session, context.now()).await?;
            Ok(rule.check(session, guard.stamps.account, context)?)
        })
        .await
    }

    /// Decides whether a session's user may go on, as far as the organizations' policies go: what
    /// [`access`](Self::access) says, kept until it changes by itself, the policy revision
    /// changes, or `recheck` is over, whichever is first.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void, [`Refusal::EnrollmentNeeded`] when it may
    /// only set up a first factor, [`Refusal::RegenerateFirst`] when it has to replace imported
    /// recovery codes first; otherwise as [`access`](Self::access).
    pub async fn guard_access(&self, session: &Assurance) -> Result<Access, Error> {
        let subject = session.subject();
        in_span!(guard_access(subject), self.guard_decision(None, session)).await
    }

    /// Decides whether a session's user may reach one organization's resources: what
    /// [`access_organization`](Self::access_organization) says, kept as by
    /// [`guard_access`](Self::guard_access).
    ///
    /// # Errors
    /// As [`guard_access`](Self::guard_access), and
    /// [`OrgRefusal::NotAMember`](crate::organization::OrgRefusal::NotAMember).
    pub async fn guard_organization(
        &self,
        org: &OrgId,
        session: &Assurance,
    ) -> Result<Access, Error> {
        let subject = session.subject();
        in_span!(guard_organization(subject), self.guard_decision(Some(org), session)).await
    }

    async fn guard_decision(
        &self,
        org: Option<&OrgId>,
        session: &Assurance,
    ) -> Result<Access, Error> {
        let (context, subject) = (self.context()?, session.subject());
        let now = context.now();
        let (mut guard, as_of) = self.guarded(session, now).await?;
        session.check_current(guard.stamps.account, context)?;
        if session.limited_to_setup() {
            return Err(Refusal::EnrollmentNeeded.into());
        }
        if session.limited_to_regenerating() {
            return Err(Refusal::RegenerateFirst.into());
        }
        if let Some(access) = guard.decision(org, now) {
            return Ok(access);
        }
        let access = match org {
            None => self.access(subject).await?,
            Some(org) => self.access_organization(org, subject).await?,
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
