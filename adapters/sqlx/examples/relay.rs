//! Delivers each event at least once, with the key by which the other side drops repeats.
//!
//! ```sh
//! cargo run -p mfakit-sqlx --features sqlite --example relay
//! ```
//!
//! It makes a database with a few events, then plays a relay that dies between delivering and noting
//! so, and one that goes on where it stopped.

#![allow(clippy::print_stdout, reason = "it shows what it delivers")]

use std::collections::BTreeSet;
use std::error::Error;

use mfakit::store::{EventId, EventLog};
use mfakit::{Event, Keyring, Mfa, SealingKey, Subject};
use mfakit_sqlx::{SqliteStore, Tables};

/// The other side: a queue, a mail service, an audit store. It has seen what it has seen.
#[derive(Default)]
struct Receiver {
    seen: BTreeSet<EventId>,
    repeats: usize,
}

impl Receiver {
    fn take(&mut self, event: &Event) {
        let key = event.id();
        if self.seen.insert(key) {
            println!("{}/{} {}: {:?}", key.commit, key.index, event.subject(), event.kind());
        } else {
            self.repeats += 1;
        }
    }
}

/// Delivers what has come since the last time. `dies` is a crash at the worst moment: after a page
/// was delivered, before that was noted. A real one comes again every few seconds: `None` says that
/// nothing more is certain for now.
async fn relay(store: &SqliteStore, to: &mut Receiver, dies: bool) -> Result<(), Box<dyn Error>> {
    loop {
        let position = store.relay_position("receiver").await?;
        let page = store.read(position.as_ref(), 2).await?;
        let Some(next) = page.next else { return Ok(()) };
        page.events.iter().for_each(|event| to.take(event));
        if dies {
            return Ok(());
        }
        store.move_relay("receiver", &next).await?;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("mfakit-relay-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let options = SqliteStore::options(directory.join("events.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await?;
    SqliteStore::migrate(&pool, &Tables::default()).await?;
    let store = SqliteStore::open(pool, Tables::default()).await?;
    // Registered before anything happens: from here on nothing is pruned unread.
    store.register_relay("receiver").await?;

    let keyring = Keyring::new(SealingKey::from_bytes("example", &[7; 32])?);
    let mfa = Mfa::builder(store.clone()).issuer("Scrivio").keyring(keyring).build()?;
    for user in 1_u64..=5 {
        mfa.password_changed(&Subject::from(user), None).await?;
    }

    let mut receiver = Receiver::default();
    relay(&store, &mut receiver, true).await?;
    relay(&store, &mut receiver, false).await?;
    println!("{} events, {} repeats dropped", receiver.seen.len(), receiver.repeats);
    let pruned = store.expire_events(chrono::Utc::now() + chrono::TimeDelta::days(1)).await?;
    println!("{pruned} read and pruned");
    std::fs::remove_dir_all(directory)?;
    Ok(())
}
