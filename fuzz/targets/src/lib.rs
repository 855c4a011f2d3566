//! What every fuzz target does with its input: one function each, which panics when what it asserts
//! does not hold.
//!
//! libFuzzer calls them from `fuzz/fuzz_targets`, and `tests/corpus.rs` calls them with every input
//! of the committed corpora, so that nothing is written twice. No target asserts merely that nothing
//! crashes: each knows what a right answer is, from a second reading of the rule.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a target stops at the first surprise: that is how a fuzzer hears of it"
)]

mod codes;
mod configuration;
mod credentials;
mod cursors;
mod hash_schemes;
mod http;
mod imported_codes;
mod imports;
mod input;
mod keyrings;
mod otpauth;
mod recovery_codes;
mod request_headers;
mod scene;
mod sealed_secrets;
mod sessions;
mod sql_rows;
mod step_up_rules;
mod stored_accounts;
mod webauthn;

pub use codes::codes;
pub use configuration::configuration;
pub use credentials::{assertions, registrations};
pub use cursors::cursors;
pub use hash_schemes::hash_schemes;
pub use http::{api, pages};
pub use imported_codes::imported_codes;
pub use imports::imports;
pub use keyrings::keyrings;
pub use otpauth::otpauth;
pub use recovery_codes::recovery_codes;
pub use request_headers::request_headers;
pub use sealed_secrets::sealed_secrets;
pub use sessions::sessions;
pub use sql_rows::sql_rows;
pub use step_up_rules::step_up_rules;
pub use stored_accounts::stored_accounts;
pub use webauthn::{
    webauthn_attestation_objects, webauthn_authenticator_data, webauthn_client_data,
    webauthn_cose_keys,
};

/// A target's body.
pub type Target = fn(&[u8]);

/// Every target, by the name that its corpus has.
pub const TARGETS: &[(&str, Target)] = &[
    ("api", api),
    ("assertions", assertions),
    ("codes", codes),
    ("configuration", configuration),
    ("cursors", cursors),
    ("hash_schemes", hash_schemes),
    ("imported_codes", imported_codes),
    ("imports", imports),
    ("keyrings", keyrings),
    ("otpauth", otpauth),
    ("pages", pages),
    ("recovery_codes", recovery_codes),
    ("registrations", registrations),
    ("request_headers", request_headers),
    ("sealed_secrets", sealed_secrets),
    ("sessions", sessions),
    ("sql_rows", sql_rows),
    ("step_up_rules", step_up_rules),
    ("stored_accounts", stored_accounts),
    ("webauthn_attestation_objects", webauthn_attestation_objects),
    ("webauthn_authenticator_data", webauthn_authenticator_data),
    ("webauthn_client_data", webauthn_client_data),
    ("webauthn_cose_keys", webauthn_cose_keys),
];
