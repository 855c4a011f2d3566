//! The store of `examples/custom_store.rs`, written from the guide alone, keeps every rule of the kit.

#[allow(dead_code, reason = "its main runs the same rules and prints the report")]
#[path = "../../examples/custom_store.rs"]
mod example;

mfakit::conformance_tests!(mfakit::testing::block_on, || async { example::candidate().unwrap() });
