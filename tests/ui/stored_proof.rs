//! A proof is neither written nor read back.

use mfakit::domain::Proof;

fn writes<T: serde::Serialize>() {}
fn reads<T: serde::de::DeserializeOwned>() {}

fn main() {
    writes::<Proof>();
    reads::<Proof>();
}
