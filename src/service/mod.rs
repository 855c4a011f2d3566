//! Sequencing: load, decide, commit.
//!
//! [`Mfa`] holds the ports and does the same three things for every operation: it loads a row, lets
//! the domain decide, and commits with the version it loaded; on a conflict it loads and decides
//! again. One file per use case; the loop itself is in `attempt.rs`, what it loads and commits in
//! `rows.rs`, the span that an operation opens in `traced.rs`.

#[macro_use]
mod traced;

mod access;
mod answer;
mod ask;
mod attempt;
mod builder;
mod draw;
mod factors;
mod guard;
mod import;
mod issuing;
mod lifecycle;
mod members;
mod notices;
mod overview;
mod policy;
mod ports;
mod recovery;
mod reseal;
mod reset;
mod rows;
mod secrets;
mod setup;
mod sign_in;
mod status;
mod verdict;

use std::fmt;
use std::sync::Arc;

use crate::domain::{Context, Issuer, Settings};
use crate::error::Error;
use crate::ports::{AccountStore, CodeHasher, OrgStore, SecretCipher};

pub use builder::{BuildError, MfaBuilder};
pub use guard::Admitted;
use guard::Guards;
use issuing::Issuing;
pub use lifecycle::Export;
use notices::Notices;
pub use policy::PolicyChanged;
use ports::Ports;
pub use reseal::ResealProgress;
pub use sign_in::SignIn;
pub use verdict::{Confirmed, Passed, Verdict};

/// Second-factor authentication for one application.
///
/// Cheap to clone; all clones share the same ports. Its operations can be called from any thread
/// and any async runtime. Each either returns what was committed or changes nothing; see
/// [`Error`] for the one exception, a lost reply.
///
/// ```
/// use mfakit::{FirstFactor, Keyring, MemoryStore, Mfa, SignIn, SignedIn, Subject};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let keyring = Keyring::from_env("MFAKIT_KEYS")?;
/// let mfa = Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring).build()?;
///
/// let ada = Subject::from(1815_u64);
/// match mfa.sign_in(FirstFactor::password(ada, chrono::Utc::now())).await? {
///     SignIn::Done(SignedIn::Full(session, reminded)) => { /* signed in: keep `session` */ }
///     SignIn::Done(SignedIn::Limited(limited)) => { /* keep it; show its next step, nothing else */ }
///     SignIn::Challenge(challenge) => { /* keep it, show what `mfa.ask(&challenge)` says */ }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Mfa {
    inner: Arc<Inner>,
}

struct Inner {
    ports: Ports,
    cipher: Arc<dyn SecretCipher>,
    hasher: Arc<dyn CodeHasher>,
    notices: Option<Notices>,
    guards: Guards,
    issuing: Issuing,
    issuer: Issuer,
    settings: Settings,
}

impl Mfa {
    /// Starts from the store that accounts and organizations live in.
    ///
    /// Where they live in two stores, give both: `Mfa::builder((accounts, organizations))`.
    pub fn builder(store: impl AccountStore + OrgStore + 'static) -> MfaBuilder {
        let store = Arc::new(store);
        MfaBuilder::new(Arc::clone(&store) as _, Some(store))
    }

    /// Starts from a store of accounts alone: for a host that keeps no organizations at all.
    ///
    /// **No policy holds.** No sign-in and no guard asks what an organization requires, and MFA can
    /// be switched off at any time. A process that is built so beside others that keep organizations
    /// lets in whom those keep out.
    pub fn builder_without_policies(store: impl AccountStore + 'static) -> MfaBuilder {
        MfaBuilder::new(Arc::new(store), None)
    }

    /// The settings that every decision is made under.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The settings and the clock's time now, for what is decided without the store.
    ///
    /// # Errors
    /// [`Refusal::ClockOutOfRange`](crate::Refusal::ClockOutOfRange).
    pub fn context(&self) -> Result<Context<'_>, Error> {
        Ok(Context::new(&self.inner.settings, self.ports().clock.now())?)
    }

    /// How many notices the notifier has missed: it failed, panicked, or was too slow. They can be
    /// read again from the [`EventLog`](crate::store::EventLog).
    pub fn missed_notices(&self) -> u64 {
        self.inner.notices.as_ref().map_or(0, Notices::missed)
    }

    fn ports(&self) -> &Ports {
        &self.inner.ports
    }
}

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa").field("issuer", &self.inner.issuer).finish_non_exhaustive()
    }
}
