//! The integration tests: one binary, a module per capability, fixtures in `world`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod administrators;
mod answers;
mod attacks;
mod bad_input;
mod broken_stores;
mod claims;
mod compile_fail;
mod concurrency;
mod conformance;
mod credentials;
mod custom_store;
mod digits;
mod enrolling;
mod faults;
mod flows;
mod fuses;
mod guarded_access;
mod guards;
mod history;
mod hostile;
mod house;
mod import;
mod interop;
mod issuers;
mod kinds;
mod levels;
mod lifecycle;
mod limited;
mod memberships;
mod moves;
mod named_rules;
mod notifier;
mod operations;
mod organizations;
mod overview;
mod product_page;
mod reauthentication;
mod recent_events;
mod reminders;
mod restored;
mod secrecy;
mod sensitive;
mod step_up;
mod stored;
mod strengths;
mod sync_host;
mod threads;
mod throttle;
#[cfg(feature = "tracing")]
mod traced;
mod walls;
mod watched;
mod webauthn;
mod wishes;
mod world;
