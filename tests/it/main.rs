//! One module per capability; fixtures in `world`.

mod broken_stores;
mod compile_fail;
mod conformance;
mod flows;
mod history;
mod interop;
mod organisations;
mod secrecy;
mod sync_host;
mod threads;
mod world;
