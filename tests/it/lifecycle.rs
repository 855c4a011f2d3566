//! Accounts that are moved and erased, and who must not be hit by it.

use mfakit::domain::{
    Account, Algorithm, Code, Decision, Digits, Reseal, SealContext, SealedSecret, Stamp,
    TotpParams, TotpSecret, Window, match_code,
};
use mfakit::store::{AccountStore, CommitId};
use mfakit::{Answer, Error, EventKind, HostAuthority, KeyId, Refusal, Subject};

use crate::attacks::{begin, new_factor, stored};
use crate::world::{World, block_on, passed, refused, rejected};

fn authority(over: &Subject) -> HostAuthority {
    HostAuthority::grant(over.clone(), "job".try_into().unwrap(), "renamed by its owner").unwrap()
}

#[test]
fn a_renamed_account_keeps_its_factors_and_leaves_nothing_behind() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let new = Subject::new("ada lovelace").unwrap();
        world.mfa.rename(&authority(&ada.subject), &new).await.unwrap();
        assert!(world.memory.load(&ada.subject).await.unwrap().is_none());
        let code = Answer::code(&ada.phone.code_at(world.now()));
        world.sign_in_with(&new, code).await;
        world.sign_in_with(&new, Answer::recovery(&ada.recovery(0))).await;
        // Again, as a job that was interrupted would.
        world.mfa.rename(&authority(&ada.subject), &new).await.unwrap();
        assert!(world.mfa.status(&new).await.unwrap().enabled);
    });
}

#[test]
fn a_rename_that_is_repeated_leaves_a_new_account_of_the_old_name_alone() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let new = Subject::new("ada lovelace").unwrap();
        world.mfa.rename(&authority(&ada.subject), &new).await.unwrap();
        let somebody_else = world.protect("ada").await;
        let again = world.mfa.rename(&authority(&ada.subject), &new).await;
        assert_eq!(refused(again), Refusal::SubjectTaken);
        world.sign_in(&somebody_else).await;
    });
}

/// Whatever call of a rename an erasure comes before: it says done only when nothing is left.
#[test]
fn an_account_on_its_way_is_not_said_to_be_erased() {
    for call in 0..12 {
        block_on(async {
            let world = World::new();
            let ada = world.protect("ada").await;
            let new = Subject::new("ada lovelace").unwrap();
            world.store.reset();
            world.store.fail(call, mfakit::testing::Fault::Before);
            for again in 0..3 {
                world.store.fail(call + 1 + again, mfakit::testing::Fault::Before);
            }
            let renamed = world.mfa.rename(&authority(&ada.subject), &new).await;
            world.store.reset();
            let erased = world.mfa.erase(&authority(&ada.subject)).await;
            if erased.is_ok() && renamed.is_err() {
                let left = world.mfa.status(&new).await.unwrap().enabled;
                assert!(!left, "before call {call}: erased, and it lives on elsewhere");
            }
            if let Err(error) = erased {
                assert_eq!(error.code(), "moved", "before call {call}");
            }
        });
    }
}

#[test]
fn erasing_leaves_nothing_and_is_done_when_it_is_done_already() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        for _ in 0..2 {
            world.mfa.erase(&authority(&ada.subject)).await.unwrap();
            assert!(world.memory.load(&ada.subject).await.unwrap().is_none());
        }
        let other = world.mfa.erase(&authority(&"bob".try_into().unwrap())).await;
        assert!(other.is_ok(), "absent counts as done");
    });
}

/// One account has two sets hashed at once, and not more, so that others get to enroll.
#[test]
fn one_account_does_not_fill_the_hashing_queue_with_its_sets() {
    let world = World::built(|builder| builder.hasher(mfakit::Argon2Hasher::new()));
    let ada = block_on(world.protect("ada"));
    let session = block_on(world.sign_in(&ada));
    // All five are begun before any can end: a set takes its tenths of a second.
    let sets = crate::concurrency::at_once((0..5).map(|_| world.mfa.regenerate_codes(&session)));
    let busy = sets.iter().filter(|result| matches!(result, Err(Error::Busy))).count();
    assert_eq!(busy, 3, "{sets:?}");
    let again = block_on(world.protect("bob"));
    assert_eq!(again.codes.len(), 10);
}

/// The oldest of the counted challenges is forgotten, never the newest.
#[test]
fn eight_challenges_are_counted_and_the_ninth_displaces_the_oldest() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let mut challenges = Vec::new();
        for _ in 0..9 {
            let challenge = world.challenge(&ada.subject).await;
            rejected(world.mfa.answer(&challenge, Answer::code("000000")).await);
            challenges.push(challenge);
        }
        let left = |n: usize| {
            let (world, challenge) = (&world, &challenges[n]);
            async move {
                let malformed = world.mfa.answer(challenge, Answer::code("x")).await;
                rejected(malformed).answers_left
            }
        };
        assert_eq!(left(0).await, Some(5), "the oldest");
        for number in 1..9 {
            assert_eq!(left(number).await, Some(4), "{number}");
        }
        let right = Answer::code(&ada.phone.code_at(world.now()));
        passed(world.mfa.answer(&challenges[8], right).await);
    });
}

#[test]
fn a_window_at_the_end_of_time_does_not_panic() {
    let secret = TotpSecret::from_random(Algorithm::Sha1, &[7; 20]).unwrap();
    let code = Code::parse("000000", Digits::Six).unwrap();
    let window = Window { center: u64::MAX, reach: 2 };
    let _ = match_code(&secret, TotpParams::default(), &code, window);
}

#[test]
fn an_account_on_its_way_goes_nowhere_else() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let account = stored(&world, &ada.subject);
        let (authority, context) = (authority(&ada.subject), world.mfa.context().unwrap());
        let [lovelace, byron] = ["lovelace", "byron"].map(|name| Subject::new(name).unwrap());
        let fresh = Stamp::from_random([2; 8]);
        let begun = account.begin_move(&lovelace, &authority, fresh, context).unwrap();
        let Decision::Change(transition) = begun else { panic!("{begun:?}") };
        let (commit, _) = transition.into_commit(CommitId::from_random([1; 16]));
        let moving = commit.next().unwrap();
        let again = moving.begin_move(&lovelace, &authority, fresh, context);
        assert!(matches!(again, Ok(Decision::Unchanged(()))), "a job that is resumed");
        let elsewhere = moving.begin_move(&byron, &authority, fresh, context);
        assert_eq!(elsewhere.unwrap_err(), Refusal::Moved);
    });
}

#[test]
fn a_renamed_account_arrives_under_a_stamp_of_its_own() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let new = Subject::new("ada lovelace").unwrap();
        let before = stored(&world, &ada.subject).stamp();
        world.mfa.rename(&authority(&ada.subject), &new).await.unwrap();
        let arrived = stored(&world, &new);
        assert_ne!(arrived.stamp(), before);
        assert_ne!(arrived.stamp().number(), arrived.version().number());
    });
}

/// New seals of everything that is sealed in an account.
fn resealed(account: &Account, key: &str) -> Vec<Reseal> {
    let seal = |(place, from): (SealContext<'_>, &SealedSecret)| {
        let key = KeyId::new(key).unwrap();
        let to = SealedSecret::new(from.algorithm(), key, from.bytes()).unwrap();
        Reseal { factor: place.factor, from: from.clone(), to }
    };
    account.sealed_secrets().map(seal).collect()
}

#[test]
fn sealing_anew_is_told_once_a_key_and_leaves_alone_what_has_changed_meanwhile() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (_, session) = world.add_phone(&ada.session, "Tablet").await;
        begin(&world, &session, new_factor("Watch")).await;
        let account = stored(&world, &ada.subject);
        let context = world.mfa.context().unwrap();
        let all = resealed(&account, "k2");
        assert_eq!(all.len(), 3, "two factors and a setup");
        let decision = account.reseal(all.clone(), context).unwrap();
        let Decision::Change(transition) = decision else { panic!("{decision:?}") };
        let key = KeyId::new("k2").unwrap();
        assert_eq!(transition.events(), [EventKind::Resealed { key }]);

        let (commit, _) = transition.into_commit(CommitId::from_random([1; 16]));
        let next = commit.next().unwrap();
        assert!(next.sealed_secrets().all(|(_, sealed)| sealed.key().as_str() == "k2"));
        let late = next.reseal(all, context).unwrap();
        assert!(matches!(late, Decision::Unchanged(())), "{late:?}");
    });
}
