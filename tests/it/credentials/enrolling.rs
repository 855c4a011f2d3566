//! What enrolling a credential proves: nothing, but for the first factor of an account.

use chrono::TimeDelta;
use mfakit::step_up::Needed;
use mfakit::{Confirmed, EmailStatus, EnrolledBy, Refusal, StepUpRule, Strength};

use super::{begin, confirm, key, new_key, sign_in, world};
use crate::world::{block_on, full, refused};

fn keys_only() -> StepUpRule {
    let needed = Needed::FactorOf(Strength::PhishingResistant);
    StepUpRule::fresh(needed, TimeDelta::minutes(10))
}

fn step_up(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::StepUp(_))
}

/// A phished code enrolls a credential of the thief's. At once it opens nothing that the code did not,
/// and the account, which is stronger now, opens less.
#[test]
fn a_credential_enrolled_in_a_phished_session_proves_nothing_in_it() {
    block_on(async {
        let world = world();
        let ada = world.protect("ada").await;
        let app = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
        let phished = world.sign_in(&ada).await;
        let setup = begin(&world, &phished, new_key("Thief's")).await;
        let Confirmed::Added(next) = confirm(&world, &phished, &setup, &mut key(1)).await else {
            panic!("not added")
        };
        let next = full(next);
        assert_eq!(next.evidence(), phished.evidence());
        assert!(step_up(&refused(world.mfa.guard_now(&next, &keys_only()).await)));
        assert!(step_up(&refused(world.mfa.remove_factor(&next, app).await)));
        assert!(step_up(&refused(world.mfa.disable(&next).await)));
        assert!(step_up(&refused(world.mfa.regenerate_codes(&next).await)));
        assert!(step_up(&refused(world.mfa.sign_out_elsewhere(&next).await)));
        let another = world.mfa.begin_setup(&next, new_key("Another"), EmailStatus::Verified).await;
        assert!(step_up(&refused(another)), "a further one wants what the account has now");
        let status = world.mfa.status(&ada.subject).await.unwrap();
        let own = status.factors.iter().find(|factor| factor.factor != app).unwrap();
        assert_eq!(own.enrolled_by, EnrolledBy::Factor(Strength::Standard), "and it says so");
    });
}

#[test]
fn a_credential_as_the_first_factor_raises_its_session_and_enrolls_the_next() {
    block_on(async {
        let world = world();
        let mut ada = super::protect(&world, "ada", key(1)).await;
        let first = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
        let session = sign_in(&world, &mut ada).await;
        world.mfa.guard_now(&session, &keys_only()).await.unwrap();
        let setup = begin(&world, &session, new_key("Spare")).await;
        let added = confirm(&world, &session, &setup, &mut key(2)).await;
        let Confirmed::Added(next) = added else { panic!("{added:?}") };
        assert_eq!(full(next).evidence(), session.evidence());
        let status = world.mfa.status(&ada.subject).await.unwrap();
        for factor in status.factors {
            let by = match factor.factor == first {
                true => EnrolledBy::FirstFactor,
                false => EnrolledBy::Factor(Strength::PhishingResistant),
            };
            assert_eq!(factor.enrolled_by, by);
        }

        let bob = "bob".try_into().unwrap();
        let session = world.sign_in_plain(&bob).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let Confirmed::FirstFactor(_) = confirm(&world, &session, &setup, &mut key(3)).await else {
            panic!("not the first")
        };
        assert!(step_up(&refused(world.mfa.guard_now(&session, &keys_only()).await)));
        let session = full(world.mfa.finish_setup(&session, setup.id()).await.unwrap());
        world.mfa.guard_now(&session, &keys_only()).await.unwrap();
        let _ = world.mfa.regenerate_codes(&session).await.unwrap();
    });
}
