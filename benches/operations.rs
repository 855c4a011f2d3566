//! Absolute times of the hot paths, by criterion. What is promised is in `ratios.rs`.
#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench stops at the first surprise; criterion's macros make public items"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use criterion::{Criterion, criterion_group, criterion_main};
use mfakit::domain::{Algorithm, Code, Digits, TotpParams, TotpSecret, Window, match_code};
use mfakit::ports::Clock;
use mfakit::testing::{Authenticator, ManualClock, block_on};
use mfakit::{
    Answer, Confirmed, EmailStatus, FirstFactor, Keyring, MemoryStore, Mfa, NewFactor, SealingKey,
    SignIn, SignedIn, Subject,
};

const START: i64 = 1_800_000_000;

fn judging(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("judge_code");
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
        let seed = vec![7; algorithm.secret_len()];
        let secret = TotpSecret::from_random(algorithm, &seed).expect("a secret");
        let params = TotpParams::new(algorithm, Digits::Six, 30).expect("parameters");
        let window = Window::around(START.unsigned_abs(), params, 0, 1);
        let code = Code::parse("000000", Digits::Six).expect("a code");
        group.bench_function(algorithm.as_str(), |bencher| {
            bencher.iter(|| match_code(&secret, params, black_box(&code), window));
        });
    }
    group.finish();
}

fn memory_store(criterion: &mut Criterion) {
    let clock = ManualClock::at(START);
    let keyring = Keyring::new(SealingKey::from_bytes("bench", &[7; 32]).expect("a key"));
    let builder =
        Mfa::builder_without_policies(MemoryStore::new()).issuer("Scrivio").keyring(keyring);
    let mfa = builder.clock(clock.clone()).build().expect("complete");
    let ada = Subject::new("ada").expect("subject");
    let password = || FirstFactor::password(ada.clone(), clock.now());
    let phone = block_on(async {
        let Ok(SignIn::Done(SignedIn::Full(session, _))) = mfa.sign_in(password()).await else {
            unreachable!()
        };
        let new = NewFactor::totp("Phone", "ada@example.org").expect("factor");
        let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await.expect("begin");
        let phone = Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("scan");
        let code = phone.code_at(clock.now());
        let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
        assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))));
        let _ = mfa.finish_setup(&session, setup.id()).await.expect("finish");
        phone
    });
    let mut group = criterion.benchmark_group("memory_store");
    group.bench_function("sign_in", |bencher| bencher.iter(|| block_on(mfa.sign_in(password()))));
    group.bench_function("status", |bencher| bencher.iter(|| block_on(mfa.status(&ada))));
    group.bench_function("right_answer", |bencher| {
        bencher.iter_custom(|times| {
            let mut total = Duration::ZERO;
            for _ in 0..times {
                clock.advance(TimeDelta::seconds(30));
                let Ok(SignIn::Challenge(challenge)) = block_on(mfa.sign_in(password())) else {
                    unreachable!()
                };
                let answer = Answer::code(&phone.code_at(clock.now()));
                let start = Instant::now();
                let verdict = block_on(mfa.answer(&challenge, answer));
                total += start.elapsed();
                assert!(matches!(verdict, Ok(mfakit::Verdict::Passed(_))));
            }
            total
        });
    });
    group.finish();
}

criterion_group!(benches, judging, memory_store);
criterion_main!(benches);
