//! Taking over what another system holds.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::authority::HostAuthority;
use super::state::Account;
use super::transition::Decision;
use crate::domain::bounds::MAX_FACTORS;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::id::{FactorId, Stamp};
use crate::domain::import::{
    ImportRecord, ImportReport, Imported, LiveSeed, PreparedFactor, PreparedImport,
};
use crate::domain::invalid::Invalid;
use crate::domain::refusal::Refusal;
use crate::domain::unknown_fields::Extra;

impl Account {
    /// Makes factors and recovery codes of another system live.
    ///
    /// `live` is every secret that the account holds already ([`sealed_secrets`](Self::sealed_secrets)),
    /// opened. An account is imported once: one that was imported before is left as it is, because
    /// its owner may have removed since what would come again. A setup that is not finished ends, and
    /// every session is void, under the new stamp `fresh`.
    ///
    /// # Errors
    /// As [`check_import`](Self::check_import); [`Refusal::SeedTaken`] when a seed comes twice or is
    /// in the account already, its unfinished setup included; [`Refusal::LabelTaken`],
    /// [`Refusal::TooManyFactors`]; [`Refusal::WeakSeed`] and [`Refusal::WeakCodes`] unless they were
    /// accepted; [`Refusal::Invalid`] when there is no factor, a last used step lies in the future, or
    /// a clock drift is beyond four steps.
    pub fn import(
        &self,
        authority: &HostAuthority,
        import: &PreparedImport,
        live: &[LiveSeed],
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Decision<Imported>, Refusal> {
        if let Some(at) = self.imported_at() {
            return self.check_over(authority).map(|()| Decision::Unchanged(Imported::Before(at)));
        }
        self.check_import(authority, import.terms.beside_live, import.codes.is_some())?;
        import.check(context)?;
        if self.factors.len() + import.factors.len() > MAX_FACTORS {
            return Err(Refusal::TooManyFactors);
        }
        for factor in &import.factors {
            self.check_new(factor, live)?;
        }
        let mut draft = self.draft(context);
        for factor in &import.factors {
            draft.next.factors.push(factor.activate(context));
            draft.next.preferred.get_or_insert(factor.id());
        }
        let codes = import.codes.as_ref().map(|codes| Arc::new(codes.0.clone()));
        let count = codes.as_ref().map_or(0, |set| set.issued());
        draft.next.imported =
            Some(ImportRecord { at: context.now, codes, extra: Extra::default() });
        draft.event(EventKind::Imported {
            by: authority.actor.clone(),
            reason: authority.reason.clone(),
            factors: u8::try_from(import.factors.len()).unwrap_or(u8::MAX),
            codes: u8::try_from(count).unwrap_or(u8::MAX),
        });
        draft.restamp(fresh, None);
        let factors: Vec<FactorId> = import.factors.iter().map(PreparedFactor::id).collect();
        let report =
            ImportReport { factors, codes: count, import_notices: draft.next.import_notices() };
        Ok(Decision::Change(draft.commit(Imported::Now(report))))
    }

    /// Checks whether the account takes an import, before anything is sealed and hashed. `None` when
    /// it does; the time of the earlier import when it was imported before.
    ///
    /// # Errors
    /// [`Refusal::ForeignSession`] when the authority is over another account, [`Refusal::Moved`],
    /// [`Refusal::EnrollmentNeeded`] after a reset, [`Refusal::AlreadyEnabled`] when MFA is on and that
    /// was not accepted, or codes would come to an account that has its own.
    pub fn check_import(
        &self,
        authority: &HostAuthority,
        beside_live: bool,
        with_codes: bool,
    ) -> Result<Option<DateTime<Utc>>, Refusal> {
        self.check_over(authority)?;
        if let Some(at) = self.imported_at() {
            return Ok(Some(at));
        }
        if self.enrollment.is_some() {
            return Err(Refusal::EnrollmentNeeded);
        }
        if self.enabled() && (!beside_live || with_codes) {
            return Err(Refusal::AlreadyEnabled);
        }
        Ok(None)
    }

    fn check_over(&self, authority: &HostAuthority) -> Result<(), Refusal> {
        self.settled()?;
        if authority.over == self.subject { Ok(()) } else { Err(Refusal::ForeignSession) }
    }

    /// Refuses a factor whose id, label or seed the account has.
    fn check_new(&self, new: &PreparedFactor, live: &[LiveSeed]) -> Result<(), Refusal> {
        for factor in &self.factors {
            if factor.id == new.id() {
                return Err(Invalid::Form { what: "factor id", form: "new and random" }.into());
            }
            if factor.label.clashes_with(new.label()) {
                return Err(Refusal::LabelTaken);
            }
        }
        for (_, sealed) in self.sealed_secrets() {
            let Some(held) = live.iter().find(|seed| seed.sealed == *sealed) else {
                let form = "opened, every one of the account's";
                return Err(Invalid::Form { what: "live seeds", form }.into());
            };
            if new.is_seed(&held.secret) {
                return Err(Refusal::SeedTaken);
            }
        }
        Ok(())
    }
}
