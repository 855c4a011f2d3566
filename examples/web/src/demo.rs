//! The two organizations and the six accounts that the example starts with.

use mfakit::organization::OrgId;
use mfakit::{Mfa, Subject};

use crate::error::StartError;
use crate::passwords;
use crate::records::{Records, User};

/// The password of every demonstration account.
pub const PASSWORD: &str = "correct horse battery staple";

/// One account of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Its stable identifier, which outlives a changed e-mail address.
    pub id: &'static str,
    /// What its owner signs in with.
    pub email: &'static str,
    /// Whether the address is verified at the start.
    pub verified: bool,
    /// The organizations that it belongs to, by identifier.
    pub member_of: &'static [&'static str],
    /// The organization that it administers. A real application has a table of roles.
    pub administers: Option<&'static str>,
}

/// The organizations: identifier and name.
pub const ORGANIZATIONS: [(&str, &str); 2] = [("northwind", "Northwind"), ("contoso", "Contoso")];

const NORTHWIND: &[&str] = &["northwind"];
const CONTOSO: &[&str] = &["contoso"];

/// The accounts.
pub const ACCOUNTS: [Account; 6] = [
    account("u-1001", "practitioner@example.org", NORTHWIND, None),
    account("u-1002", "second@example.org", NORTHWIND, None),
    Account { verified: false, ..account("u-1003", "unverified@example.org", &[], None) },
    account("u-1004", "both@example.org", &["northwind", "contoso"], None),
    account("u-1005", "admin@example.org", NORTHWIND, Some("northwind")),
    account("u-1006", "owner@example.org", CONTOSO, Some("contoso")),
];

const fn account(
    id: &'static str,
    email: &'static str,
    member_of: &'static [&'static str],
    administers: Option<&'static str>,
) -> Account {
    Account { id, email, verified: true, member_of, administers }
}

/// What an organization is called.
pub(crate) fn name_of(org: &OrgId) -> &str {
    let known = ORGANIZATIONS.iter().find(|(id, _)| *id == org.as_str());
    known.map_or(org.as_str(), |(_, name)| name)
}

/// The account of somebody, as it was at the start.
pub(crate) fn account_of(subject: &Subject) -> Option<&'static Account> {
    ACCOUNTS.iter().find(|account| account.id == subject.as_str())
}

/// Makes the accounts that are not there yet. What their owners have changed stays.
pub(crate) async fn seed(records: &dyn Records, mfa: &Mfa) -> Result<(), StartError> {
    let now = mfa.context()?.now();
    for account in &ACCOUNTS {
        let id = Subject::new(account.id).map_err(StartError::new)?;
        if records.user(&id).await?.is_none() {
            let password = passwords::hash(PASSWORD).await.map_err(StartError::new)?;
            let email = account.email.to_owned();
            records
                .add_user(&User { id: id.clone(), email, verified: account.verified, password })
                .await?;
        }
        for org in account.member_of {
            mfa.join_organization(&OrgId::new(org).map_err(StartError::new)?, &id, now).await?;
        }
    }
    Ok(())
}
