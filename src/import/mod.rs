//! Moving users here from another system, without asking them to scan anything again.
//!
//! [`Mfa::import`](crate::Mfa::import) is the one function. What it takes, an [`Import`], is put
//! together by hand or by one of these modules, each of which says how to get the values out of its
//! system and which becomes what:
//!
//! | from | seeds | recovery codes |
//! |---|---|---|
//! | [`django_otp`] | 160 bits, with the last used step and the drift | plain, 40 bits |
//! | [`allauth`] | 160 bits | derived from a seed, 26 bits |
//! | [`devise`] | 120 bits in releases before 5, with the last used step | bcrypt, 64 bits (feature `bcrypt`) |
//! | [`fortify`] | 80 bits unless configured | plain once decrypted, 103 bits |
//! | [`aspnet`] | 160 bits | plain, 47 bits |
//! | [`google`] | as they were set up | none |
//! | [`totp_rs`] | as they were set up | whatever the host made |
//!
//! With the feature `webauthn`, `webauthn_rs` and `simple_webauthn` read the rows of passkeys and
//! security keys; [`ImportedFactor`] takes what they read, in the same import as the seeds and codes
//! of the user. The RP ID that a credential was registered under has to be named, and the user
//! handle if the row does not hold it.
//!
//! # What becomes of it
//!
//! - **A seed is a live factor at once.** Import only what the other system treats as confirmed and
//!   switched on. If it does not store the last used step, the codes of the current window are burned.
//! - **A seed and a credential come once**: an import that holds one twice is refused.
//! - **A credential keeps its RP ID and its user handle.** One of another RP ID than the
//!   application's is stored and counted, and never asked for: [`ImportReport::unaskable`] names it,
//!   and a user who has nothing else gets in by a recovery code alone. One whose row does not say that its
//!   user was verified at registration counts as registered without.
//! - **A seed under 128 bits** is refused unless the host accepts such by name. The factor is marked
//!   ([`FactorStatus::weak`](crate::FactorStatus)), and [`Status`](crate::Status) and
//!   [`Passed`](crate::Passed) prompt to replace it.
//! - **Recovery codes keep working**, each once. They name no slot, so an answer is judged against all
//!   of them, ten at most: plain ones under Argon2id, hashed ones under the hash they came with. It
//!   costs ten times what a code of our own costs, hit or miss.
//! - **Codes under 64 bits** are refused unless the host accepts such by name. Wrong ones are charged to
//!   a budget of their own, 20 with one back per 14 days; when it is spent no imported code works until
//!   one has grown back. The first session that proves both factors is
//!   [limited](crate::LimitedTo::RegenerateCodes) until it has replaced them.
//! - **An account without codes** is marked, and its owner prompted to have some issued.
//! - **An import makes an account, and never touches one.** A user who has a row here is refused
//!   ([`AccountExists`](crate::Refusal::AccountExists)), whatever is in it: they have set MFA up, or
//!   begun to, or switched it off, or changed the password, and an old export knows none of that.
//!   A second run changes nothing either, so that what the owner has removed since does not come
//!   back: [`Imported::Before`].
//! - **The owner is told**: `Imported` is one of the events that concern them. A host that moves a
//!   whole fleet can answer it with a letter of its own.
//!
//! # How to run it
//!
//! 1. Switch the other system's second factor off for writing, so that no code is accepted there after
//!    the export. If that is impossible, leave the last used steps out.
//! 2. Take the list of users from the table of those who *exist now*, by the subjects that they sign
//!    in under now, and look each of them up in the export. Never go through the export: it still
//!    holds those who were erased or renamed since, and an erased user has no row here that could
//!    refuse the import. A user who is not in the export has no second factor to move.
//! 3. For each user: read, put an import together, [`Mfa::import`](crate::Mfa::import). Note errors and go on.
//!    Hashing ten plain codes takes about a tenth of a second of a core; the rest is one load and one
//!    commit. Several workers may share the work: an account takes one import, the first.
//! 4. Run it again until it answers nothing but `Before`.
//! 5. Let users sign in here only then. Otherwise some change their password or begin a setup first,
//!    and have a row. What is left of them is answered `AccountExists`: decide for each by hand. If
//!    nothing in the row is worth keeping, [`Mfa::erase`](crate::Mfa::erase) it and import again.
//! 6. Erase the seeds in the other system, and the export.
//!
//! ```
//! use mfakit::import::{self, Imported};
//! use mfakit::{HostAuthority, Mfa, Subject};
//!
//! async fn move_one(mfa: &Mfa, id: u64, key: &str, codes: &str) -> Result<(), mfakit::Error> {
//!     let found = import::aspnet::import("Authenticator app", key, codes);
//!     let found = found.map_err(mfakit::Refusal::from)?.accept_codes_under_64_bits();
//!     let job = Subject::new("migration").map_err(mfakit::Refusal::from)?;
//!     let authority = HostAuthority::grant(Subject::from(id), job, "moved from ASP.NET Identity")
//!         .map_err(mfakit::Refusal::from)?;
//!     match mfa.import(&authority, found).await? {
//!         Imported::Now(report) => println!("{id}: {} factors", report.factors.len()),
//!         Imported::Before(at) => println!("{id}: done at {at}"),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! In a transaction of the host's own, [`Mfa::prepare_import`](crate::Mfa::prepare_import) seals and
//! hashes, and [`Account::import`](crate::domain::Account::import) decides.

pub mod allauth;
pub mod aspnet;
pub mod devise;
pub mod django_otp;
pub mod fortify;
pub mod google;
#[cfg(feature = "webauthn")]
mod rows;
#[cfg(feature = "webauthn")]
pub mod simple_webauthn;
pub mod totp_rs;
#[cfg(feature = "webauthn")]
pub mod webauthn_rs;

use crate::domain::Invalid;
#[cfg(feature = "webauthn")]
pub use crate::domain::import::ImportedCredential;
pub use crate::domain::import::{
    CodeReading, Import, ImportReport, Imported, ImportedCodes, ImportedFactor, ImportedTotp, Seed,
};
pub use crate::domain::import_notice::ImportNotice;

/// The reason for which the row of a credential cannot be moved in.
#[cfg(feature = "webauthn")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// A value has another form than the system writes.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The public key is of an algorithm that is not verified here, or unfit.
    #[error("the credential's key cannot be used: {0}")]
    Key(#[from] crate::domain::webauthn::Unverified),
}

/// Adds plain codes, if there are any.
fn with_plain_codes(import: Import, codes: &[impl AsRef<str>]) -> Result<Import, Invalid> {
    if codes.is_empty() { Ok(import) } else { Ok(import.codes(ImportedCodes::plain(codes)?)) }
}
