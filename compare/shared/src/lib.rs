//! What the Rust programs of the comparison have in common: the order of the work, and how it is
//! written down. The programs in Python and JavaScript do the same in the same order.

mod authenticator;
mod drive;
mod record;

pub use authenticator::Authenticator;
pub use drive::{Peer, drive};
pub use record::{Outcome, Record, Tally};
