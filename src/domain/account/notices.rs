//! What the owner of an imported account has to be asked to do.

use super::state::Account;
use crate::domain::import_notice::ImportNotice;

impl Account {
    /// What the owner has to be asked to do, because of what was imported.
    pub fn import_notices(&self) -> Vec<ImportNotice> {
        let mut import_notices = Vec::new();
        if !self.enabled() {
            return import_notices;
        }
        match self.imported_codes() {
            Some(set) if set.is_weak() => import_notices.push(ImportNotice::RegenerateCodes),
            None if self.recovery.is_none() => import_notices.push(ImportNotice::IssueCodes),
            _ => {}
        }
        let weak = self.factors.iter().filter(|factor| factor.weak);
        import_notices.extend(weak.map(|factor| ImportNotice::ReplaceFactor(factor.id)));
        import_notices
    }
}
