//! What a host provides: storage, sealing, hashing, time, randomness, notification.
//!
//! Each trait's documentation is its contract, complete enough to implement from. Only
//! [`AccountStore`] is required for safety; the others unlock or speed up their own operations.
//! The traits are object-safe and have no default bodies: what is not atomic by itself must not
//! look as if it were. They grow by new traits, never by new methods.

mod account_index;
mod account_store;
mod clock;
mod code_hasher;
mod entropy;
mod event_log;
mod imported_code_hasher;
mod notifier;
mod org_store;
mod secret_cipher;
mod stamps;
mod store_error;

pub use account_index::{AccountIndex, SealedPage};
pub use account_store::AccountStore;
pub use clock::{Clock, SystemClock};
pub use code_hasher::{CodeHasher, HasherError, Lane};
pub use entropy::{Entropy, EntropyError, OsEntropy};
pub use event_log::{EventCursor, EventLog, EventPage};
pub use imported_code_hasher::ImportedCodeHasher;
pub use notifier::{Notifier, NotifierError};
pub use org_store::{OrgStore, PolicyRevision};
pub use secret_cipher::{CipherError, SecretCipher};
pub use stamps::{CurrentStamps, Stamps};
pub use store_error::{StoreError, StoreErrorKind};
