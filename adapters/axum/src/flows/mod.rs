//! What the forms do: decisions asked of [`Mfa`](mfakit::Mfa), and the session moved on. No page and
//! no JSON is made here.

pub(crate) mod challenge;
pub(crate) mod manage;
pub(crate) mod setup;
pub(crate) mod step_up;
