//! One module per capability; fixtures in `world`.

mod broken_stores;
mod compile_fail;
mod conformance;
mod flows;
mod history;
mod interop;
mod named_rules;
mod reauthentication;
mod secrecy;
mod step_up;
mod sync_host;
mod threads;
mod world;
