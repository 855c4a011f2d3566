//! What the database asks to try again is tried again, and not for ever.

use mfakit::Error;
use mfakit::store::{AccountStore, OrgStore};
use mfakit_sqlx::{Cause, cause_of};

use crate::databases::{Database, Schema, Store, block_on};
use crate::world::{World, org, subject};

/// Lets the first writes of a table fail with this code, as a deadlock or a serialization failure
/// would; a sequence counts them, which no rollback undoes.
async fn fail_first(schema: &Schema, table: &str, failures: u32, code: &str) {
    schema
        .run(&format!(
            "DROP SEQUENCE IF EXISTS attempts CASCADE; CREATE SEQUENCE attempts; \
             CREATE OR REPLACE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF nextval('{schema}.attempts') <= {failures} THEN \
             RAISE EXCEPTION 'planted' USING ERRCODE = '{code}'; END IF; RETURN NULL; END $$; \
             CREATE OR REPLACE TRIGGER failing BEFORE INSERT OR UPDATE ON mfakit_{table} \
             FOR EACH STATEMENT EXECUTE FUNCTION failing()",
            schema = schema.name
        ))
        .await;
}

async fn attempts(schema: &Schema) -> i64 {
    schema.number("SELECT last_value FROM attempts").await
}

#[test]
fn a_deadlock_and_a_serialization_failure_are_tried_again() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let world = World::on(schema.store().await);
        let ada = subject("ada");
        for (code, name) in [("40001", "one"), ("40P01", "two")] {
            fail_first(&schema, "accounts", 3, code).await;
            world.mfa.password_changed(&subject(name), None).await.unwrap();
            assert_eq!(attempts(&schema).await, 4, "{code}");
        }
        let events = world.store.events(None).await.len();
        assert_eq!(events, 2, "each is there once");
        fail_first(&schema, "memberships", 3, "40P01").await;
        world.mfa.join_organization(&org("acme"), &ada, world.now()).await.unwrap();
        assert_eq!(attempts(&schema).await, 4);
        fail_first(&schema, "memberships", 3, "40P01").await;
        world.store.signed_in(&ada, world.now()).await.unwrap();
        assert_eq!(attempts(&schema).await, 4, "a sign-in is noted");
        fail_first(&schema, "people", 3, "40P01").await;
        world.store.members_changed(&ada).await.unwrap();
        // An insert that may turn into an update counts as both.
        assert_eq!(attempts(&schema).await, 5, "a change of the host's");
        fail_first(&schema, "relays", 3, "40P01").await;
        world.store.register_relay("mailer").await.unwrap();
        assert_eq!(attempts(&schema).await, 4, "a relay");
    });
}

#[test]
fn what_never_succeeds_is_given_up_and_nothing_else_is_tried_again() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let world = World::on(schema.store().await);
        let ada = subject("ada");
        let before = world.store.load(&ada).await.unwrap();
        // A service decides anew three times after an error of its store, which tries seven times.
        for (code, cause, tries) in [
            ("40001", Cause::Busy, 28),
            ("40P01", Cause::Busy, 28),
            ("55000", Cause::Refused { code: "55000".to_owned() }, 4),
        ] {
            fail_first(&schema, "accounts", 1_000, code).await;
            let refused = world.mfa.password_changed(&ada, None).await.unwrap_err();
            let Error::Store(error) = refused else { panic!("{refused:?}") };
            assert_eq!(cause_of(&error), Some(&cause));
            assert_eq!(attempts(&schema).await, tries, "{code}");
            assert_eq!(world.store.load(&ada).await.unwrap(), before);
        }
        assert!(world.store.memberships(&ada).await.unwrap().is_empty());
    });
}
