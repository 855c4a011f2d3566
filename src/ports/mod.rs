//! What a host may provide besides storage: sealing, hashing, time, randomness, notification.
//! The storage traits are in [`mfakit::store`](crate::store).
//!
//! Each trait's documentation is its contract, complete enough to implement from. Only
//! [`AccountStore`] is required for safety; the others unlock or speed up their own operations.
//! The traits are object-safe and have no default bodies: what is not atomic by itself must not
//! look as if it were. They grow by new traits, never by new methods.

pub(crate) mod account_index;
pub(crate) mod account_store;
mod clock;
mod code_hasher;
mod entropy;
pub(crate) mod event_log;
mod imported_code_hasher;
mod notifier;
pub(crate) mod org_store;
mod pair;
mod secret_cipher;
pub(crate) mod stamps;
pub(crate) mod store_error;
pub(crate) mod subject_events;

pub(crate) use account_index::{AccountIndex, SealedPage};
pub(crate) use account_store::AccountStore;
pub use clock::{Clock, SystemClock};
pub use code_hasher::{CodeHasher, HasherError, Lane};
pub use entropy::{Entropy, EntropyError, OsEntropy};
pub(crate) use event_log::{EventCursor, EventLog, EventPage};
pub use imported_code_hasher::ImportedCodeHasher;
pub use notifier::{Notifier, NotifierError};
pub(crate) use org_store::{OrgStore, PolicyRevision};
pub use secret_cipher::{CipherError, SecretCipher};
pub(crate) use stamps::{CurrentStamps, Stamps};
pub(crate) use store_error::StoreError;
pub(crate) use subject_events::SubjectEvents;
