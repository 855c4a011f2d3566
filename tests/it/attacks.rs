//! Every attack that hit others and concerns the core, as a test named after what it prevents.
//! The numbers are those of the table in `SECURITY.md`.

mod guessing;
mod replay;
mod sessions;
mod setups;
