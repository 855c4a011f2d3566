//! Recovering with a code that was imported.

use std::sync::Arc;

use super::read::Read;
use super::state::Account;
use super::transition::Decision;
use crate::domain::challenge::{Challenge, Typed};
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::import::{ImportedCode, ImportedEvaluation, ImportedHash, ImportedSet};
use crate::domain::proof::ProvenBy;
use crate::domain::refusal::Refusal;
use crate::domain::verdict::{Judgment, Rejection, RejectionReason};

/// A well-formed answer that waits for one evaluation per imported code, ten at most.
///
/// It costs the same, hit, miss and spent alike.
#[derive(Debug)]
#[must_use]
pub struct ImportedCheck<'a> {
    account: &'a Account,
    challenge: &'a Challenge,
    set: &'a ImportedSet,
    code: ImportedCode,
    context: Context<'a>,
}

impl Account {
    /// Reads an answer for the imported codes. An account without any rejects every code.
    pub(super) fn read_imported_code<'a>(
        &'a self,
        challenge: &'a Challenge,
        typed: &Typed,
        context: Context<'a>,
    ) -> Result<Read<ImportedCheck<'a>>, Refusal> {
        if !self.enabled() {
            return Err(Refusal::NotEnabled);
        }
        let rejected = |reason| Ok(Read::Rejected(Rejection::uncounted(reason)));
        let Some(set) = self.imported_codes() else {
            return rejected(RejectionReason::Wrong);
        };
        let Some(code) = ImportedCode::parse(typed, set.reading) else {
            return rejected(RejectionReason::Malformed);
        };
        if set.paused(context.now) {
            return rejected(RejectionReason::RecoveryPaused);
        }
        Ok(Read::Judgeable(ImportedCheck { account: self, challenge, set, code, context }))
    }
}

impl ImportedCheck<'_> {
    /// The code to evaluate.
    pub fn code(&self) -> &ImportedCode {
        &self.code
    }

    /// The hashes to evaluate it against: every one, spent or not.
    pub fn hashes(&self) -> Vec<ImportedHash> {
        self.set.hashes()
    }

    /// Whether an earlier evaluation still judges what is stored.
    pub fn is_judged_by(&self, evaluation: &ImportedEvaluation) -> bool {
        evaluation.is_of(&self.hashes())
    }

    /// Judges the code. A miss changes nothing, unless the codes have less than 64 bits: then it is
    /// charged, in the commit that tells of it.
    pub fn judge(self, evaluation: &ImportedEvaluation) -> Decision<Judgment> {
        let now = self.context.now;
        let Some(index) = self.set.unlocked(evaluation) else {
            return self.missed();
        };
        let spent = self.set.with_spent(index, now);
        let mut draft = self.account.draft(self.context);
        let left = u8::try_from(spent.left()).unwrap_or(u8::MAX);
        draft.next.put_imported_codes(spent);
        let purpose = self.challenge.purpose.clone();
        draft.event(EventKind::RecoveryCodeUsed { left, purpose });
        Decision::Change(draft.pass(self.challenge, ProvenBy::Recovery))
    }

    fn missed(self) -> Decision<Judgment> {
        if !self.set.is_weak() {
            return Decision::Unchanged(Judgment::Rejected(Rejection::uncounted(
                RejectionReason::Wrong,
            )));
        }
        let mut charged = self.set.charged(self.context.now);
        let paused = charged.paused(self.context.now);
        let tell = paused && !charged.budget.told;
        charged.budget.told |= paused;
        let mut draft = self.account.draft(self.context);
        draft.next.put_imported_codes(charged);
        let purpose = self.challenge.purpose.clone();
        draft.event(EventKind::ImportedCodeRejected { purpose });
        if tell {
            draft.event(EventKind::GuessesSpent);
        }
        let reason = match paused {
            true => RejectionReason::RecoveryPaused,
            false => RejectionReason::Wrong,
        };
        let rejection = Rejection::uncounted(reason);
        Decision::Change(draft.commit(Judgment::Rejected(rejection)))
    }
}

impl Account {
    /// Stores another set of imported codes in the place of the one that is there.
    pub(super) fn put_imported_codes(&mut self, set: ImportedSet) {
        if let Some(record) = &mut self.imported {
            record.codes = Some(Arc::new(set));
        }
    }
}
