//! What stands in front of the host's own routes.

mod extract;
mod guard;
mod same_origin;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;

use axum::response::Response;

pub use extract::{Action, MemberOf, OfOrganization, SessionUser, SignedInUser, SteppedUp};
pub use guard::{Guard, GuardService};
pub use same_origin::SameOrigin;

/// The future of a guarded service.
pub(crate) type Boxed = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;
