//! What the host does with an account in a history: imports, resets, moves.

use std::sync::Arc;

use mfakit::domain::{Arrival, CodeHash, Decision, ImportedHash, OneTimeCode, Reseal};
use mfakit::import::{Import, Imported, ImportedCodes, ImportedFactor, Seed};
use mfakit::store::Version;
use mfakit::{FactorId, HostAuthority, Refusal, Subject};

use super::draws::{digest, scheme};
use super::{History, SECRET, Step};

impl History {
    /// Moves in from another system, with a seed of 120 bits and, if wanted, weak codes.
    pub(crate) fn move_in(&mut self, codes: &[&str]) -> Step {
        let weak = Seed::from_bytes(&SECRET[..15]).unwrap();
        self.take_over(ImportedFactor::totp("Old phone", weak).unwrap().drift(-1), codes)
    }

    /// Moves in with one factor and, if wanted, weak codes.
    pub(crate) fn take_over(&mut self, factor: impl Into<ImportedFactor>, codes: &[&str]) -> Step {
        let account = Arc::clone(&self.account);
        let subject = account.subject().clone();
        let authority = HostAuthority::grant(subject.clone(), subject, "moved in").unwrap();
        let mut import =
            Import::new().factor(factor).accept_seeds_under_128_bits().accept_codes_under_64_bits();
        if !codes.is_empty() {
            import = import.codes(ImportedCodes::plain(codes).unwrap());
        }
        let id = FactorId::from_random(self.name());
        let factor = match import.factors()[0].clone() {
            ImportedFactor::Totp(totp) => totp.prepared(id, self.seal("k1")),
            #[cfg(feature = "webauthn")]
            ImportedFactor::Credential(credential) => credential.prepared(id),
            other => panic!("a kind that is new here: {other:?}"),
        };
        let hashes = codes.iter().map(|code| ImportedHash::new(code).unwrap()).collect();
        let codes = import.recovery_codes().cloned().map(|codes| codes.prepared(hashes).unwrap());
        let prepared = import.prepared(vec![factor], codes);
        let Decision::Change(moved) =
            account.import(&authority, &prepared, self.stamp(), self.context())?
        else {
            panic!("imported before");
        };
        let Imported::Now(_) = self.commit(moved) else { panic!("imported before") };
        Ok(())
    }

    pub(crate) fn reset(&mut self) -> Step {
        let account = Arc::clone(&self.account);
        let code = OneTimeCode::from_random(&self.name());
        let hash = CodeHash::new(self.name(), digest(&code));
        let authority = self.authority();
        let reset =
            account.reset(&authority, code, scheme(), hash, self.stamp(), self.context())?;
        self.enrollment = Some(self.commit(reset).code);
        Ok(())
    }

    pub(crate) fn begin_move(&mut self, to: &str) -> Step {
        let account = Arc::clone(&self.account);
        let to = Subject::new(to).unwrap();
        let decision = account.begin_move(&to, &self.authority(), self.stamp(), self.context())?;
        self.decide(decision);
        Ok(())
    }

    /// Completes a move: the account that follows is the one at its new subject.
    pub(crate) fn arrive(&mut self) -> Step {
        let account = Arc::clone(&self.account);
        let subject = account.moving_to().cloned().ok_or(Refusal::Moved)?;
        let mut resealed = Vec::new();
        for (place, sealed) in account.sealed_secrets() {
            if account.factor(place.factor).is_some() {
                let (from, to) = (sealed.clone(), self.seal("k2"));
                resealed.push(Reseal { factor: place.factor, from, to });
            }
        }
        let arrival = Arrival { subject, version: Version::first([7; 8]), stamp: self.stamp() };
        let arrived = account.arrive(arrival, resealed, self.context())?;
        self.commit(arrived);
        Ok(())
    }

    fn authority(&self) -> HostAuthority {
        let admin = Subject::new("admin").unwrap();
        HostAuthority::grant(self.account.subject().clone(), admin, "phone lost").unwrap()
    }
}
