//! Who may do what to whom: the host's own rules. mfakit takes an authority that was granted for one
//! case, with the reason that the audit trail shows, and grants none itself.

use mfakit::organization::{OrgAuthority, OrgId};
use mfakit::{HostAuthority, Invalid, Subject};
use thiserror::Error;

use crate::demo;

/// Why an authority is not granted.
#[derive(Debug, Error)]
pub(crate) enum Denied {
    #[error("You cannot reset your own account. Replace or remove your methods from your profile.")]
    Own,
    #[error(
        "This account belongs to another organization as well, which relies on it too: only \
         support may reset it."
    )]
    Shared,
    #[error("This account is not one of your organization's.")]
    Foreign,
    #[error("Say why, in at most 255 bytes: the audit trail shows it.")]
    Reason(#[from] Invalid),
}

/// Which organization somebody administers.
pub(crate) fn administered_by(subject: &Subject) -> Option<OrgId> {
    OrgId::new(demo::account_of(subject)?.administers?).ok()
}

/// An administrator's authority over the organization's policy and its members' deadlines.
pub(crate) fn over_organization(
    org: &OrgId,
    actor: &Subject,
    reason: &str,
) -> Result<OrgAuthority, Denied> {
    if administered_by(actor).as_ref() != Some(org) {
        return Err(Denied::Foreign);
    }
    Ok(OrgAuthority::grant(org.clone(), actor.clone(), reason.trim())?)
}

/// An administrator's authority over somebody's account. Membership alone grants none: the account
/// opens the doors of every organization that it belongs to, so all of them have to be the administrator's.
pub(crate) fn over_account(
    of: &Subject,
    actor: &Subject,
    reason: &str,
) -> Result<HostAuthority, Denied> {
    if of == actor {
        return Err(Denied::Own);
    }
    let org = administered_by(actor).ok_or(Denied::Foreign)?;
    let member_of = demo::account_of(of).map_or(&[][..], |account| account.member_of);
    if !member_of.contains(&org.as_str()) {
        return Err(Denied::Foreign);
    }
    if member_of.len() > 1 {
        return Err(Denied::Shared);
    }
    Ok(HostAuthority::grant(of.clone(), actor.clone(), reason.trim())?)
}
