#![doc = include_str!("../README.md")]

mod api;
mod assets;
mod flows;
mod guards;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod handlers;
mod host;
mod once;
pub mod pages;
mod rejection;
mod router;
mod safety;
mod session;
mod texts;
mod visit;
mod web;

pub use guards::{
    Action, Guard, GuardService, MemberOf, OfOrganization, SameOrigin, SessionUser, SignedInUser,
    SteppedUp,
};
pub use host::{Host, HostError, Places, Token, Visitor};
pub use rejection::{Failure, MfaRejection};
pub use safety::ReturnPath;
pub use session::Session;
pub use texts::{Text, Texts};
pub use web::{MfaWeb, MfaWebBuilder, WebBuildError};
