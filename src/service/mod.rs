//! Sequencing: load, decide, commit.
//!
//! [`Mfa`] holds the ports and does the same three things for every operation: it loads the account,
//! lets the domain decide, and commits with the version it loaded; on a conflict it loads and
//! decides again. One file per use case; the loop itself is in `attempt.rs`.

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
mod org_attempt;
mod overview;
mod policy;
mod recovery;
mod reseal;
mod reset;
mod secrets;
mod setup;
mod sign_in;
mod status;
mod traced;

use std::fmt;
use std::sync::Arc;

use crate::domain::{Context, Issuer, Settings};
use crate::error::Error;
use crate::ports::{
    AccountIndex, AccountStore, Clock, CodeHasher, Entropy, EventLog, ImportedCodeHasher, OrgStore,
    SecretCipher, Stamps,
};

pub use builder::{BuildError, MfaBuilder};
pub use lifecycle::Export;
use notices::Notices;
pub use policy::PolicyChanged;
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
    store: Arc<dyn AccountStore>,
    index: Option<Arc<dyn AccountIndex>>,
    log: Option<Arc<dyn EventLog>>,
    organizations: Option<Arc<dyn OrgStore>>,
    stamps: Option<Arc<dyn Stamps>>,
    cipher: Arc<dyn SecretCipher>,
    hasher: Arc<dyn CodeHasher>,
    imported_hasher: Option<Arc<dyn ImportedCodeHasher>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    notices: Option<Notices>,
    guards: guard::Guards,
    issuing: issuing::Issuing,
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
        Ok(Context::new(&self.inner.settings, self.inner.clock.now())?)
    }

    fn imported_code_hasher(&self) -> Result<&dyn ImportedCodeHasher, Error> {
        let hasher = self.inner.imported_hasher.as_deref();
        hasher.ok_or(Error::MissingPort("a hasher of imported codes"))
    }

    /// How many notices the notifier has missed: it failed, panicked, or was too slow. They can be
    /// read again from the [`EventLog`].
    pub fn missed_notices(&self) -> u64 {
        self.inner.notices.as_ref().map_or(0, Notices::missed)
    }
}

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa").field("issuer", &self.inner.issuer).finish_non_exhaustive()
    }
}
