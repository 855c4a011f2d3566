//! The application's own pages, over HTTP, without a browser.

mod administration;
mod options;
mod password;
mod profile;
mod sessions;
mod sign_in;
mod stores;
mod wall;
mod world;
