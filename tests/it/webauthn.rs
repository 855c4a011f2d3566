//! WebAuthn responses: what is accepted, and at which step everything else is refused.

mod assertion_steps;
mod bad_input;
mod credentials;
mod differential;
mod emulated;
mod keys;
mod options;
mod registration_steps;
mod scene;
mod table;
mod vectors;
