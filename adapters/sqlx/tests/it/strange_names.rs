//! Names that hold SQL, a NUL or a megabyte are stored exactly or refused, and nothing else happens.

use mfakit::Subject;
use mfakit::domain::Label;
use mfakit::organization::{OrgAuthority, OrgId};
use mfakit::store::{AccountStore, OrgStore, StoreErrorKind};
use mfakit_sqlx::{Cause, cause_of};

use crate::databases::{Database, Store, on_both};
use crate::world::{World, org, subject};

on_both! { strange_names_are_stored_exactly_or_refused }

async fn strange_names_are_stored_exactly_or_refused(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    let longest = "é".repeat(127);
    let sql = [
        "'; DROP TABLE mfakit_accounts; --",
        "' OR '1'='1",
        "$1); DELETE FROM mfakit_events; --",
        "{accounts}",
        "\\'; SELECT pg_sleep(9); --",
        longest.as_str(),
    ];
    for name in sql {
        let (user, session) = world.protect(name).await;
        let account = world.store.load(&subject(name)).await.unwrap().unwrap();
        assert_eq!(account.subject().as_str(), name);
        let label: String = name.chars().take(60).collect();
        let factor = account.factors()[0].id();
        world.mfa.rename_factor(&session, factor, &label).await.unwrap();
        let account = world.store.load(&user.subject).await.unwrap().unwrap();
        assert_eq!(account.factors()[0].label().as_str(), label);
        let org = OrgId::new(name).unwrap();
        world.mfa.join_organization(&org, &user.subject, world.now()).await.unwrap();
        let member = world.store.membership(&org, &user.subject).await.unwrap().unwrap();
        assert_eq!(member.org().as_str(), name);
        relay(&world.store, name).await;
    }
    let megabyte = "x".repeat(1 << 20);
    for name in ["a\0b", megabyte.as_str()] {
        assert!(Subject::new(name).is_err() && OrgId::new(name).is_err());
        assert!(Label::new(name).is_err());
        let reason = OrgAuthority::grant(org("acme"), ada.subject.clone(), name);
        assert!(reason.is_err());
        relay(&world.store, name).await;
    }
    assert!(world.mfa.status(&ada.subject).await.unwrap().enabled);
    let _ = world.mfa.regenerate_codes(&session).await.unwrap();
}

/// A relay's name goes to the database as it is.
async fn relay(store: &impl Store, name: &str) {
    if let Err(refused) = store.try_register(name).await {
        assert_eq!(refused.kind(), StoreErrorKind::Unavailable);
        assert!(matches!(cause_of(&refused), Some(Cause::Refused { .. })), "{refused:?}");
        return;
    }
    assert_eq!(store.position(name).await.unwrap(), None);
    let other = store.position(&format!("{name} ")).await.unwrap_err();
    assert_eq!(cause_of(&other), Some(&Cause::UnknownRelay));
}
