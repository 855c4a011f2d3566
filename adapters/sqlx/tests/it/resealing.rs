//! Sealing every secret anew while sign-ins go on.

use mfakit::store::{AccountIndex, AccountStore};
use mfakit::{KeyId, Keyring};

use crate::databases::{Database, on_both};
use crate::world::{World, key};

on_both! { secrets_are_sealed_anew_while_sign_ins_go_on }

async fn secrets_are_sealed_anew_while_sign_ins_go_on(database: &impl Database) {
    let world = World::on(database.store().await);
    let mut users = Vec::new();
    for number in 0..30 {
        users.push(world.protect(&format!("user {number:02}")).await.0);
    }
    let old = KeyId::new("old").unwrap();
    // Another process has the new key as well, and reads the same database by a pool of its own.
    let keyring = || Keyring::new(key("brand-new")).with_retired(key("old")).unwrap();
    let resealing = World::with(database.store().await, world.clock.clone(), keyring());
    let serving = World::with(database.store().await, world.clock.clone(), keyring());
    let reseal = async {
        let mut after = None;
        let mut resealed = 0;
        loop {
            let page = resealing.mfa.reseal_page(&old, after.as_ref(), 4).await.unwrap();
            assert!(page.failed.is_empty(), "{:?}", page.failed);
            resealed += page.resealed;
            match page.next {
                Some(next) => after = Some(next),
                None => return resealed,
            }
        }
    };
    let sign_ins = async {
        for user in users.iter().step_by(3) {
            serving.sign_in(user).await;
        }
    };
    let (resealed, ()) = tokio::join!(reseal, sign_ins);
    assert!(resealed >= 20, "{resealed}: a sign-in reseals only its own account");
    let left = world.store.sealed_under(&old, None, 100).await.unwrap();
    assert!(left.subjects.is_empty(), "{left:?}");
    // The old key is gone, and everybody still signs in.
    let only_new = Keyring::new(key("brand-new"));
    let later = World::with(database.store().await, world.clock.clone(), only_new);
    for user in &users {
        later.sign_in(user).await;
        let account = world.store.load(&user.subject).await.unwrap().unwrap();
        assert!(account.sealed_secrets().all(|(_, seal)| seal.key().as_str() == "brand-new"));
    }
}
