//! What may follow what: a model of two sessions, which knows what each has proven and judges every
//! change that an answer left behind.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::{FactorId, Status};

use super::super::client::Reply;
use super::{Step, Typed};

/// What one session has proven, as far as its requests show.
#[derive(Debug, Default, Clone)]
pub(super) struct Proven {
    pub(super) password: Option<DateTime<Utc>>,
    pub(super) code: Option<DateTime<Utc>>,
    pub(super) recovery: Option<DateTime<Utc>>,
    /// It has sent a request since its user signed in.
    pub(super) seen: bool,
    /// Another session has changed the credentials since.
    pub(super) void: bool,
}

impl Proven {
    fn fresh(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        at.is_some_and(|at| now - at <= TimeDelta::minutes(10))
    }
}

/// One exchange, with the account before and after it.
pub(super) struct Exchange<'a> {
    pub(super) step: &'a Step,
    pub(super) reply: &'a Reply,
    pub(super) proven: Proven,
    pub(super) before: &'a Status,
    pub(super) after: &'a Status,
    pub(super) now: DateTime<Utc>,
    /// The same request was sent before.
    pub(super) again: bool,
    /// The session has a new token.
    pub(super) raised: bool,
}

fn ids(status: &Status) -> Vec<FactorId> {
    let mut ids: Vec<FactorId> = status.factors.iter().map(|factor| factor.factor).collect();
    ids.sort_unstable();
    ids
}

fn names(status: &Status) -> Vec<(FactorId, String, bool)> {
    let name = |m: &mfakit::FactorStatus| (m.factor, m.label.to_string(), m.preferred);
    status.factors.iter().map(name).collect()
}

impl Exchange<'_> {
    fn done(&self) -> bool {
        self.reply.status == 200
    }

    /// Everything but the setup and the times at which factors were used.
    fn same_account(&self) -> bool {
        let (before, after) = (self.before, self.after);
        before.enabled == after.enabled
            && names(before) == names(after)
            && before.recovery_left == after.recovery_left
    }

    fn same_setup(&self) -> bool {
        self.before.setup == self.after.setup
    }

    /// Whether the credentials of the account are other ones now, which voids every other session.
    pub(super) fn changed_credentials(&self) -> bool {
        let codes = matches!(self.step, Step::Codes) && self.done();
        codes || self.before.enabled != self.after.enabled || ids(self.before) != ids(self.after)
    }

    /// What this was, for counting what was reached.
    pub(super) fn name(&self) -> &'static str {
        match self.step {
            Step::Begin { .. } => "begun",
            Step::Confirm(_) if !self.before.enabled => "confirmed",
            Step::Confirm(_) if self.reply.codes().is_empty() => "added",
            Step::Confirm(_) => "replaced",
            Step::Finish => "finished",
            Step::Cancel => "canceled",
            Step::Answer(Typed::Recovery) => "recovered",
            Step::Answer(_) => "passed",
            Step::Codes => "regenerated",
            Step::Disable => "disabled",
            Step::Prefer(_) => "preferred",
            Step::Rename(..) => "renamed",
            Step::Remove(_) => "removed",
            _ => "other",
        }
    }

    pub(super) fn judge(&self) {
        let (before, after) = (self.before, self.after);
        assert_eq!(after.enabled, !after.factors.is_empty());
        assert_eq!(after.enabled, after.recovery_left.is_some());
        if !self.done() {
            let gone = before.setup.is_some() && after.setup.is_none();
            assert!(self.same_account() && (self.same_setup() || gone));
            return;
        }
        self.may_ask();
        assert!(self.raised || !self.changed_credentials(), "the token was kept");
        match self.step {
            Step::Begin { replaces, .. } => self.began(*replaces),
            Step::Confirm(typed) => self.confirmed(*typed),
            Step::Reissue => {
                assert!(self.same_account() && self.same_setup());
                assert!(after.setup.as_ref().is_some_and(|setup| setup.confirmed));
            }
            Step::Finish => self.finished(),
            Step::Cancel => {
                assert!(self.same_account() && (self.same_setup() || after.setup.is_none()))
            }
            Step::Answer(typed) => self.answered(*typed),
            Step::Codes => {
                self.needs_a_fresh_code();
                assert!(before.enabled && names(before) == names(after));
                assert_eq!(after.recovery_left, Some(10));
            }
            Step::Disable => {
                assert!(!after.enabled);
                if before.enabled {
                    self.needs_a_fresh_code();
                }
            }
            Step::Remove(_) => {
                if ids(before) != ids(after) {
                    self.needs_a_fresh_code();
                    assert_eq!(after.factors.len() + 1, before.factors.len());
                    assert!(ids(after).iter().all(|id| ids(before).contains(id)));
                }
            }
            Step::Rename(..) | Step::Prefer(_) => {
                self.needs_a_fresh_code();
                assert!(ids(before) == ids(after) && before.recovery_left == after.recovery_left);
            }
            _ => assert!(self.same_account() && self.same_setup(), "only looked at"),
        }
    }

    /// A session that has not proven two factors reaches nothing but the challenge while MFA is on,
    /// and one that is void reaches nothing.
    fn may_ask(&self) {
        assert!(!self.proven.void, "a void session was answered");
        assert!(self.proven.password.is_some(), "nobody was answered");
        let challenge =
            matches!(self.step, Step::Answer(_) | Step::CancelChallenge | Step::Look("/challenge"));
        if self.before.enabled && !challenge {
            let second = self.proven.code.or(self.proven.recovery);
            assert!(second.is_some(), "one factor was enough");
        }
    }

    fn needs_a_fresh_code(&self) {
        assert!(Proven::fresh(self.proven.code, self.now), "no fresh code: {:?}", self.proven);
    }

    fn began(&self, replaces: bool) {
        let setup = self.after.setup.as_ref().expect("a setup");
        assert_eq!(self.reply.text("setup"), setup.id.to_string());
        assert!(self.same_account() && !setup.confirmed);
        if self.same_setup() {
            return;
        }
        let code = Proven::fresh(self.proven.code, self.now);
        let recovery = Proven::fresh(self.proven.recovery, self.now);
        let password = Proven::fresh(self.proven.password, self.now);
        let enough = if self.before.enabled { code || recovery } else { password };
        assert!(enough, "not fresh: {replaces} {:?}", self.proven);
    }

    fn confirmed(&self, typed: Typed) {
        let (before, after) = (self.before, self.after);
        if self.again && self.same_account() && self.same_setup() {
            return;
        }
        assert_eq!(typed, Typed::Right);
        let setup = before.setup.as_ref().expect("a setup");
        assert!(!setup.confirmed);
        match self.reply.text("state") {
            "confirmed" => {
                assert!(!before.enabled && self.same_account());
                assert!(after.setup.as_ref().is_some_and(|s| s.confirmed && s.id == setup.id));
                assert_eq!(self.reply.codes().len(), 10);
            }
            "finished" => {
                assert!(before.enabled && after.enabled && after.setup.is_none());
                let replaced = !self.reply.codes().is_empty();
                let added = usize::from(!replaced);
                assert_eq!(after.factors.len(), before.factors.len() + added);
                let left = if replaced { Some(10) } else { before.recovery_left };
                assert_eq!(after.recovery_left, left);
            }
            state => panic!("{state}"),
        }
    }

    fn finished(&self) {
        if self.same_account() && self.same_setup() {
            assert!(self.again, "finished what had not begun");
            return;
        }
        let setup = self.before.setup.as_ref().expect("a setup");
        assert!(setup.confirmed && !self.before.enabled);
        assert!(self.after.enabled && self.after.setup.is_none());
        assert_eq!((self.after.factors.len(), self.after.recovery_left), (1, Some(10)));
    }

    fn answered(&self, typed: Typed) {
        let (before, after) = (self.before, self.after);
        assert!(names(before) == names(after) && self.same_setup());
        match typed {
            Typed::Recovery if !self.again => {
                assert_eq!(after.recovery_left, before.recovery_left.map(|left| left - 1));
            }
            Typed::Right | Typed::Three | Typed::Recovery => {
                assert_eq!(after.recovery_left, before.recovery_left);
            }
            Typed::Wrong | Typed::Malformed | Typed::SpentRecovery => panic!("it passed"),
        }
    }
}
