//! What every guarded request asks, by one projected read or from a short memory of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use super::Mfa;
use crate::domain::{Access, Assurance, Satisfied, StepUpRule, Subject};
use crate::error::Error;
use crate::ports::CurrentStamps;
use crate::sync::Ledger;

/// How many users a process remembers. Beyond that the oldest half is forgotten.
const REMEMBERED: usize = 16_384;

/// What was read of the users who were guarded last.
#[derive(Default)]
pub(super) struct Guards {
    last: Ledger<HashMap<Subject, Guard>>,
    /// Whether anything was ever kept. Without guards a commit has nothing to forget, and takes no
    /// lock for it.
    used: AtomicBool,
}

#[derive(Clone)]
struct Guard {
    read_at: DateTime<Utc>,
    stamps: CurrentStamps,
    access: Option<Access>,
}

impl Guards {
    fn of(&self, subject: &Subject, now: DateTime<Utc>, recheck: TimeDelta) -> Option<Guard> {
        let guard = self.last.open().get(subject).cloned()?;
        // A clock that was set back makes nothing last longer.
        let young = guard.read_at <= now && now - guard.read_at < recheck;
        young.then_some(guard)
    }

    fn keep(&self, subject: &Subject, guard: Guard) {
        self.used.store(true, Ordering::SeqCst);
        let mut last = self.last.open();
        if last.len() >= REMEMBERED && !last.contains_key(subject) {
            let mut ages: Vec<DateTime<Utc>> = last.values().map(|guard| guard.read_at).collect();
            ages.sort_unstable();
            let median = ages.get(ages.len() / 2).copied().unwrap_or(guard.read_at);
            last.retain(|_, guard| guard.read_at > median);
        }
        last.insert(subject.clone(), guard);
    }

    /// Forgets one user, whose account this process has changed.
    pub(super) fn forget(&self, subject: &Subject) {
        if self.used.load(Ordering::SeqCst) {
            self.last.open().remove(subject);
        }
    }

    /// Forgets everybody: a policy was changed.
    pub(super) fn forget_all(&self) {
        if self.used.load(Ordering::SeqCst) {
            self.last.open().clear();
        }
    }
}

impl Mfa {
    /// Checks a session against a rule, as a guard in front of a route does: by one projected read
    /// of the current stamp, or from memory for at most
    /// [`recheck`](crate::SettingsBuilder::recheck).
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
        let now = self.moment()?.now();
        let guard = self.guarded(session, now).await?;
        Ok(rule.check(session, guard.stamps.account, now)?)
    }

    /// Decides whether a session's user may go on, as far as the organisations' policies go: what
    /// [`access`](Self::access) says, kept until it changes by itself, the policy revision
    /// changes, or `recheck` is over, whichever is first.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`](crate::Refusal::SignInAgain) when the session is void; otherwise as
    /// [`access`](Self::access).
    pub async fn guard_access(&self, session: &Assurance) -> Result<Access, Error> {
        let now = self.moment()?.now();
        let guard = self.guarded(session, now).await?;
        if session.stamp() != guard.stamps.account {
            return Err(crate::domain::Refusal::SignInAgain.into());
        }
        let holds = |access: &Access| access.until.is_none_or(|until| now < until);
        if let Some(access) = guard.access.clone().filter(holds) {
            return Ok(access);
        }
        let access = self.access(session.subject()).await?;
        let guard = Guard { access: Some(access.clone()), ..guard };
        self.inner.guards.keep(session.subject(), guard);
        Ok(access)
    }

    /// What is known of a session's user: remembered, unless it is too old or would refuse.
    async fn guarded(&self, session: &Assurance, now: DateTime<Utc>) -> Result<Guard, Error> {
        let (subject, guards) = (session.subject(), &self.inner.guards);
        let remembered = guards.of(subject, now, self.inner.settings.recheck());
        if let Some(guard) = remembered.clone().filter(|g| g.stamps.account == session.stamp()) {
            return Ok(guard);
        }
        let stamps = self.stamps(subject).await?;
        // The decision stays as long as its facts do, and never longer than it was read for.
        let access = remembered.filter(|g| g.stamps == stamps).and_then(|guard| guard.access);
        let guard = Guard { read_at: now, stamps, access };
        guards.keep(subject, guard.clone());
        Ok(guard)
    }
}
