//! The JSON API over HTTP. Every exchange is held against `openapi.json`: see [`client`].

mod attacks;
mod challenge;
pub(crate) mod client;
mod document;
mod fuzz;
mod manage;
mod safety;
mod setup;
