//! Taking over what another system holds.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::authority::HostAuthority;
use super::state::Account;
use super::transition::Decision;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::factor::Factor;
use crate::domain::id::{FactorId, Stamp};
use crate::domain::import::{ImportRecord, ImportReport, Imported, PreparedFactor, PreparedImport};
use crate::domain::refusal::Refusal;
use crate::domain::unknown_fields::Extra;

impl Account {
    /// Makes factors and recovery codes of another system live.
    ///
    /// It makes the account: one that has a row is never touched, and one whose row is that of an
    /// earlier import answers [`Imported::Before`], because its owner may have removed since what
    /// would come again. Every session is void, under the new stamp `fresh`.
    ///
    /// # Errors
    /// As [`check_import`](Self::check_import); [`Refusal::SeedTaken`] and
    /// [`Refusal::CredentialTaken`] if a seed or a credential comes twice; [`Refusal::LabelTaken`];
    /// [`Refusal::WeakSeed`] and [`Refusal::WeakCodes`] unless they were accepted;
    /// [`Refusal::Invalid`] if there is no factor or more than ten, a last used step lies in the
    /// future, or a clock drift is beyond four steps.
    pub fn import(
        &self,
        authority: &HostAuthority,
        import: &PreparedImport,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Decision<Imported>, Refusal> {
        if let Some(at) = self.check_import(authority)? {
            return Ok(Decision::Unchanged(Imported::Before(at)));
        }
        import.check(context)?;
        let mut draft = self.draft(context);
        let live = import.factors.iter().map(|factor| factor.activate(context));
        draft.next.factors.extend(live);
        draft.next.preferred = import.factors.first().map(PreparedFactor::id);
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
        let elsewhere = |factor: &&Factor| !context.settings.asks_for(factor);
        let unaskable = draft.next.factors.iter().filter(elsewhere).map(Factor::id).collect();
        let import_notices = draft.next.import_notices();
        let report = ImportReport { factors, unaskable, codes: count, import_notices };
        Ok(Decision::Change(draft.commit(Imported::Now(report))))
    }

    /// Checks whether the account takes an import, before anything is sealed and hashed. `None` if
    /// it does; the time of the earlier import if it was imported before.
    ///
    /// # Errors
    /// [`Refusal::ForeignSession`] if the authority is over another account, [`Refusal::Moved`];
    /// [`Refusal::AccountExists`] if the account has a row, whatever is in it.
    pub fn check_import(
        &self,
        authority: &HostAuthority,
    ) -> Result<Option<DateTime<Utc>>, Refusal> {
        self.settled()?;
        if authority.over != self.subject {
            return Err(Refusal::ForeignSession);
        }
        match self.imported_at() {
            Some(at) => Ok(Some(at)),
            None if self.stored => Err(Refusal::AccountExists),
            None => Ok(None),
        }
    }
}
