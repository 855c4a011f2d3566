//! What was tried against an import.

use std::pin::Pin;

use mfakit::domain::Stamp;
use mfakit::import::{
    CodeReading, Import, Imported, ImportedCodes, ImportedFactor, ImportedTotp, Seed,
};
use mfakit::store::AccountStore;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, EmailStatus, Error, HostAuthority, NewFactor, Refusal, RejectionReason, SignIn,
    SignedIn, Subject, Verdict,
};

use super::{SEED, ada, authority, challenged, moved_in, one_phone, phone, recover, world};
use crate::world::{World, block_on, full, hasher, keyring, limited, passed, refused};

fn labeled(label: &str, seed: &[u8]) -> ImportedTotp {
    ImportedFactor::totp(label, Seed::from_bytes(seed).unwrap()).unwrap()
}

async fn refusal(world: &World, import: Import) -> Refusal {
    refused(world.mfa.import(&authority(), import).await)
}

#[test]
fn a_second_run_changes_nothing_not_even_what_the_owner_has_changed_since() {
    block_on(async {
        let world = world();
        let codes = || ImportedCodes::plain(["28480242", "38352190"]).unwrap();
        let import = || one_phone().codes(codes()).accept_codes_under_64_bits();
        moved_in(&world, import()).await;
        let at = world.now();
        assert_eq!(recover(&world, "28480242").await, Ok(1));
        world.wait(90);
        let before = world.memory.load(&ada()).await.unwrap();
        let again = world.mfa.import(&authority(), import()).await;
        assert_eq!(again.unwrap(), Imported::Before(at));
        assert_eq!(world.memory.load(&ada()).await.unwrap(), before);
        assert!(recover(&world, "28480242").await.is_err(), "a spent code does not come back");

        // He switches it off, and the phone that he has given away stays out.
        let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=6&period=30");
        let app = Authenticator::scan(&uri).unwrap();
        let session = super::sign_in(&world, Answer::code(&app.code_at(world.now()))).await;
        let (session, _) = world.mfa.regenerate_codes(&limited(session)).await.unwrap();
        let session = full(session);
        world.mfa.disable(&session).await.unwrap().full().unwrap();
        assert_eq!(world.mfa.import(&authority(), import()).await.unwrap(), Imported::Before(at));
        let signed_in = world.mfa.sign_in(world.password(&ada())).await.unwrap();
        assert!(matches!(signed_in, SignIn::Done(SignedIn::Full(_, None))));
    });
}

/// The row is as it was, and the import says why.
async fn left_alone(world: &World) {
    let before = world.memory.load(&ada()).await.unwrap().expect("a row");
    assert_eq!(refusal(world, one_phone_named("Old phone")).await, Refusal::AccountExists);
    assert_eq!(world.memory.load(&ada()).await.unwrap().unwrap(), before);
}

#[test]
fn an_account_that_has_a_row_is_never_touched_whatever_is_in_it() {
    block_on(async {
        // MFA is on: perhaps because the phone whose seed would come was lost.
        let world = world();
        let owner = world.protect("ada").await;
        left_alone(&world).await;
        // It was on, and its owner has switched it off.
        world.mfa.disable(&owner.session).await.unwrap().full().unwrap();
        left_alone(&world).await;
        // An administrator has reset it.
        let world = self::world();
        let (_, admin) = (world.protect("ada").await, world.protect("root").await);
        let over = HostAuthority::grant(ada(), admin.subject.clone(), "lost").unwrap();
        world.mfa.reset(&admin.session, &over).await.unwrap();
        left_alone(&world).await;
        // Nothing but a password change, which an old export does not know.
        let world = self::world();
        world.mfa.password_changed(&ada(), None).await.unwrap();
        left_alone(&world).await;
        // An unfinished setup, which goes on.
        let world = self::world();
        let session = world.sign_in_plain(&ada()).await;
        let new = NewFactor::totp("Tablet", "ada@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        left_alone(&world).await;
        let code =
            Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap().code_at(world.now());
        let _ = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
        // Erased is gone: whoever is on the list of living users may come.
        world.mfa.erase(&authority()).await.unwrap();
        moved_in(&world, one_phone()).await;
    });
}

fn one_phone_named(label: &str) -> Import {
    Import::new().factor(labeled(label, b"98765432109876543210"))
}

#[test]
fn a_seed_that_comes_twice_is_refused() {
    block_on(async {
        // Also with zeros behind it or other parameters.
        let world = world();
        let seed = b"12345678901234567890";
        for twin in [seed.to_vec(), [seed.as_slice(), &[0; 12]].concat()] {
            let import = Import::new().factor(labeled("A", seed)).factor(labeled("B", &twin));
            assert_eq!(refusal(&world, import).await, Refusal::SeedTaken);
        }
        let eight = mfakit::domain::TotpParams::new(
            mfakit::domain::Algorithm::Sha1,
            mfakit::domain::Digits::Eight,
            60,
        );
        let import = Import::new()
            .factor(labeled("A", seed))
            .factor(labeled("B", seed).params(eight.unwrap()));
        assert_eq!(refusal(&world, import).await, Refusal::SeedTaken);
    });
}

#[test]
fn an_import_voids_every_session() {
    block_on(async {
        let world = world();
        let session = world.sign_in_plain(&ada()).await;
        moved_in(&world, one_phone()).await;
        let new = NewFactor::totp("Tablet", "ada@example.org").unwrap();
        let late = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await;
        assert_eq!(refused(late), Refusal::SignInAgain);
    });
}

#[test]
fn what_would_weaken_an_account_has_to_be_accepted_by_name() {
    block_on(async {
        let world = world();
        let weak_seed = || Import::new().factor(labeled("Phone", &[7; 15]));
        assert_eq!(refusal(&world, weak_seed()).await, Refusal::WeakSeed);
        assert!(Seed::from_bytes(&[7; 9]).is_err(), "72 bits are too few at any rate");
        let weak_codes = || one_phone().codes(ImportedCodes::plain(["28480242"]).unwrap());
        assert_eq!(refusal(&world, weak_codes()).await, Refusal::WeakCodes);
        // One does not stand for the other.
        let other = weak_seed().accept_codes_under_64_bits();
        assert_eq!(refusal(&world, other).await, Refusal::WeakSeed);
        let other = weak_codes().accept_seeds_under_128_bits();
        assert_eq!(refusal(&world, other).await, Refusal::WeakCodes);
        let report = moved_in(&world, weak_seed().accept_seeds_under_128_bits()).await;
        let status = world.mfa.status(&ada()).await.unwrap();
        assert!(status.factors[0].weak);
        assert_eq!(
            status.import_notices[1],
            mfakit::import::ImportNotice::ReplaceFactor(report.factors[0])
        );
    });
}

#[test]
fn a_last_used_step_that_is_none_is_refused_instead_of_killing_the_factor() {
    block_on(async {
        let world = world();
        let step = world.now().timestamp().unsigned_abs() / 30;
        for (last, taken) in [
            (world.now().timestamp().unsigned_abs(), false), // seconds
            (u64::MAX, false),
            (step + 21, false),
            (step + 20, true),
        ] {
            let import = Import::new().factor(phone(SEED).last_step(last));
            let imported = world.mfa.import(&authority(), import).await;
            assert_eq!(imported.is_ok(), taken, "{last}");
        }
        let world = self::world();
        for drift in [-5, 5, i8::MAX, i8::MIN] {
            let import = Import::new().factor(phone(SEED).drift(drift));
            assert!(matches!(refusal(&world, import).await, Refusal::Invalid(_)));
        }
    });
}

#[test]
fn without_a_last_used_step_the_whole_window_is_burned_and_not_a_step_more() {
    block_on(async {
        let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=6&period=30");
        let app = Authenticator::scan(&uri).unwrap();
        for drift in [0, -3, 4] {
            let world = world();
            moved_in(&world, Import::new().factor(phone(SEED).drift(drift))).await;
            let center = i64::from(drift);
            for off in -1..=1 {
                let challenge = challenged(&world).await;
                let code = app.code_after(world.now(), center + off);
                let verdict = world.mfa.answer(&challenge, Answer::code(&code)).await;
                crate::world::rejected(verdict);
            }
            let next = app.code_after(world.now(), center + 2);
            world.wait(30);
            let challenge = challenged(&world).await;
            passed(world.mfa.answer(&challenge, Answer::code(&next)).await);
        }
    });
}

#[test]
fn only_an_authority_over_this_account_imports() {
    block_on(async {
        let world = world();
        let job = Subject::new("migration").unwrap();
        let bob = HostAuthority::grant(Subject::new("bob").unwrap(), job.clone(), "moved").unwrap();
        let prepared = world.mfa.prepare_import(&ada(), one_phone()).await.unwrap();
        let account = mfakit::domain::Account::absent(ada(), mfakit::store::Version::first([1; 8]));
        let context = world.mfa.context().unwrap();
        let foreign =
            account.import(&bob, &prepared, Stamp::from_random([2; 8]), context).unwrap_err();
        assert_eq!(foreign, Refusal::ForeignSession);
    });
}

#[test]
fn one_imported_code_signs_in_once_however_often_it_is_sent_at_once() {
    block_on(async {
        for codes in [["28480242", "38352190"], ["3f9a71c288ab0d5e", "77aa0b1c9f3e52d4"]] {
            let world = world();
            let import = one_phone().codes(ImportedCodes::plain(codes).unwrap());
            moved_in(&world, import.accept_codes_under_64_bits()).await;
            let mut challenges = Vec::new();
            for _ in 0..16 {
                challenges.push(challenged(&world).await);
            }
            let answers =
                challenges.iter().map(|c| world.mfa.answer(c, Answer::recovery(codes[0])));
            let verdicts = crate::concurrency::at_once(answers);
            let passes = verdicts.iter().filter(|v| matches!(v, Ok(Verdict::Passed(_)))).count();
            assert_eq!(passes, 1);
            assert_eq!(world.mfa.status(&ada()).await.unwrap().recovery_left, Some(1));
        }
    });
}

#[test]
fn two_runs_at_once_import_once() {
    block_on(async {
        let world = world();
        let authority = authority();
        // Hashing codes takes long enough for all of them to have loaded the account as it was.
        let codes = || ImportedCodes::plain(["3f9a71c288ab0d5e"]).unwrap();
        let runs = (0..2).map(|_| world.mfa.import(&authority, one_phone().codes(codes())));
        let imported = crate::concurrency::at_once(runs);
        let now = imported.iter().filter(|run| matches!(run, Ok(Imported::Now(_)))).count();
        let before = imported.iter().filter(|run| matches!(run, Ok(Imported::Before(_)))).count();
        assert_eq!((now, before), (1, 1), "{imported:?}");
        assert_eq!(world.mfa.status(&ada()).await.unwrap().factors.len(), 1);
    });
}

#[test]
fn regenerating_against_a_use_leaves_no_old_code_alive() {
    block_on(async {
        for first in [true, false] {
            let world = world();
            let import = one_phone().codes(ImportedCodes::plain(["28480242", "38352190"]).unwrap());
            moved_in(&world, import.accept_codes_under_64_bits()).await;
            world.wait(90);
            let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=6&period=30");
            let app = Authenticator::scan(&uri).unwrap();
            let session = super::sign_in(&world, Answer::code(&app.code_at(world.now()))).await;
            let challenge = challenged(&world).await;
            let use_it = async {
                let verdict = world.mfa.answer(&challenge, Answer::recovery("28480242")).await;
                matches!(verdict, Ok(Verdict::Passed(_)))
            };
            let replace = async { world.mfa.regenerate_codes(session.session()).await.is_ok() };
            let both: Vec<Pin<Box<dyn Future<Output = bool>>>> = match first {
                true => vec![Box::pin(use_it), Box::pin(replace)],
                false => vec![Box::pin(replace), Box::pin(use_it)],
            };
            let done = crate::concurrency::at_once(both);
            assert!(done[usize::from(first)], "regenerating goes through");
            for old in ["28480242", "38352190"] {
                assert!(recover(&world, old).await.is_err());
            }
            assert_eq!(world.mfa.status(&ada()).await.unwrap().recovery_left, Some(10));
        }
    });
}

#[test]
fn guesses_at_once_are_charged_exactly() {
    block_on(async {
        let world = world();
        let import = one_phone().codes(ImportedCodes::plain(["28480242"]).unwrap());
        moved_in(&world, import.accept_codes_under_64_bits()).await;
        let mut challenges = Vec::new();
        for _ in 0..40 {
            challenges.push(challenged(&world).await);
        }
        let wrong: Vec<String> = (0..40).map(|n| format!("9999{n:04}")).collect();
        let answers = challenges
            .iter()
            .zip(&wrong)
            .map(|(c, typed)| world.mfa.answer(c, Answer::recovery(typed)));
        let verdicts = crate::concurrency::at_once(answers);
        let judged = verdicts.iter().filter(|verdict| {
            matches!(verdict, Ok(Verdict::Rejected(rejection)) if rejection.reason != RejectionReason::RecoveryPaused)
        });
        assert_eq!(judged.count(), 19, "the twentieth says that it was the last");
        let rejection = recover(&world, "28480242").await.unwrap_err();
        assert_eq!(rejection.reason, RejectionReason::RecoveryPaused);
    });
}

#[test]
fn an_absurd_hash_is_refused_when_it_comes_and_when_it_is_read() {
    block_on(async {
        let world = world();
        let digest = "y6kZMdazYiN7WN.YlGUYV.h4OZ85WE7Y4s6Kfg0Cn/SpFJOZWNlDW";
        for hash in [
            format!("$2a$31${digest}"),
            "$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            "pbkdf2_sha256$1000000000$salt$digest".to_owned(),
        ] {
            let codes = ImportedCodes::hashed([&hash], CodeReading::Folded, 64).unwrap();
            let import = world.mfa.import(&authority(), one_phone().codes(codes)).await;
            assert!(matches!(import, Err(Error::Hasher(_))), "{hash}: {import:?}");
        }
        assert!(world.memory.load(&ada()).await.unwrap().is_none(), "nothing was imported by half");
    });
}

#[test]
fn without_a_hasher_for_them_codes_are_refused_and_factors_are_not() {
    block_on(async {
        let world = World::built(|builder| builder.hasher(hasher()).keyring(keyring("k1")));
        let codes = ImportedCodes::plain(["3f9a71c288ab0d5e"]).unwrap();
        let import = world.mfa.import(&authority(), one_phone().codes(codes)).await;
        assert!(matches!(import, Err(Error::MissingPort(_))), "{import:?}");
        moved_in(&world, one_phone()).await;
    });
}

#[test]
fn a_clock_that_ran_backwards_since_the_other_system_leaves_no_time_in_the_future() {
    block_on(async {
        let world = world();
        let later = world.now() + chrono::TimeDelta::days(400);
        let factor = phone(SEED).added_at(later).last_used_at(later);
        moved_in(&world, Import::new().factor(factor)).await;
        let status = world.mfa.status(&ada()).await.unwrap();
        assert_eq!(status.factors[0].added_at, world.now());
        assert_eq!(status.factors[0].last_used_at, world.now());
    });
}

#[test]
fn an_account_takes_ten_factors_and_no_eleventh() {
    block_on(async {
        let of = |count: u8| {
            let factors = (0..count).map(|n| labeled(&format!("Phone {n}"), &[n + 1; 20]));
            factors.fold(Import::new(), Import::factor)
        };
        assert_eq!(moved_in(&world(), of(10)).await.factors.len(), 10);
        for count in [0, 11] {
            assert!(matches!(refusal(&world(), of(count)).await, Refusal::Invalid(_)), "{count}");
        }
    });
}
