//! The product page as an application: sign-in, `/mfa/setup`, `/mfa/challenge`, and what an
//! organization's administrator does with them.
//!
//! `cargo run --example web` starts it. Each file is one thing that an application around mfakit
//! has: its sessions (`sessions`), its side of the adapter (`host`), who administers what
//! (`authority`), the messages to owners (`mail`), and its pages (`pages`, one file each).

mod app;
mod authority;
mod demo;
mod error;
mod host;
mod mail;
mod options;
mod pages;
mod passwords;
mod records;
mod routes;
mod server;
mod sessions;
mod storage;
mod trail;
mod words;

pub use demo::{ACCOUNTS, Account, ORGANIZATIONS, PASSWORD};
pub use error::StartError;
pub use mail::Mail;
pub use options::{Options, OptionsError, USAGE};
pub use server::{Config, Running, application, start};
pub use storage::Store;
