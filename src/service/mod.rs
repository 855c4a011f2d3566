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

use std::fmt;
use std::sync::Arc;

use crate::domain::{Context, Issuer, Settings};
use crate::error::Error;
use crate::ports::{AccountStore, CodeHasher, SecretCipher};

pub use builder::{BuildError, MfaBuilder};
use guard::Guards;
use issuing::Issuing;
pub use lifecycle::Export;
use notices::Notices;
pub use policy::PolicyChanged;
use ports::Ports;
pub use reseal::ResealProgress;
pub use sign_in::SignIn;

/// Second-factor authentication for one application.
///
/// Cheap to clone; all clones share the same ports. Its operations can be called from any thread
/// and any async runtime. Each either returns what was committed or changes nothing; see
/// [`Error`] for the one exception, a lost reply.
///
/// ```
/// use mfakit::{FirstFactor, Keyring, MemoryStore, Mfa, SignIn, Subject};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let keyring = Keyring::from_env("MFAKIT_KEYS")?;
/// let mfa = Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring).build()?;
///
/// let ada = Subject::from(1815_u64);
/// match mfa.sign_in(FirstFactor::password(ada, chrono::Utc::now())).await? {
///     SignIn::Complete(session) => { /* signed in: keep `session` */ }
///     SignIn::Remind(session, reminded) => { /* signed in; an organization asks for MFA soon */ }
///     SignIn::SetUpFirst(session, walled) => { /* keep it; show the setup and nothing else */ }
///     SignIn::Challenge(pending, challenge) => { /* keep both, ask for a code */ }
///     SignIn::Enroll(pending, challenge) => { /* keep both, ask for the enrollment code */ }
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
    /// Starts from the store that accounts live in.
    pub fn builder(store: impl AccountStore + 'static) -> MfaBuilder {
        MfaBuilder::new(Arc::new(store))
    }

    /// The settings that every decision is made under.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The settings and the clock's time now, for what is decided without the store: raising a
    /// session with a proof.
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
