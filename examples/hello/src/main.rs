//! `cargo run --example hello`, then http://localhost:3000/: sign in as `ada`.

use std::error::Error;

use mfakit::ports::{Entropy, OsEntropy};
use mfakit::{Keyring, MemoryStore, Mfa, SealingKey};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut key = [0; 32];
    OsEntropy.fill(&mut key)?;
    let keyring = Keyring::new(SealingKey::from_bytes("hello", &key)?);
    let mfa = Mfa::builder(MemoryStore::new()).issuer("Hello").keyring(keyring).build()?;
    let listener = TcpListener::bind("localhost:3000").await?;
    Ok(axum::serve(listener, hello::app(mfa)).await?)
}
