//! The ratios that mfakit promises, both sides measured in one run: `ratio NAME VALUE LIMIT`; and
//! how far each hot path is from what the machine allows, its hash compressions or the like alone:
//! `floor NAME VALUE`.
//!
//! Absolute times on a shared machine say little; a ratio of two things timed in turn, round by
//! round, says whether something got slower. `cargo bench --bench ratios`.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench prints its result and stops at the first surprise"
)]

#[path = "ratios/assertions.rs"]
mod assertions;

use std::hint::black_box;
use std::time::{Duration, Instant};

use aes_gcm::{AeadInOut, Aes256Gcm};
use argon2::{Algorithm as Argon2Algorithm, Argon2, Block, Params, Version};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use mfakit::domain::{Algorithm, Code, Digits, TotpParams, TotpSecret, Window, match_code};
use mfakit::ports::{Clock, Entropy, OsEntropy};
use mfakit::store::EventLog;
use mfakit::testing::{Authenticator, ManualClock, block_on};
use mfakit::{
    Answer, Challenge, Confirmed, EmailStatus, FirstFactor, Keyring, MemoryStore, Mfa, NewFactor,
    RecoveryCodes, SealingKey, SignIn, SignedIn, Subject, Verdict,
};
use sha1::Sha1;

const SEED: &[u8; 20] = b"12345678901234567890";
const START: i64 = 1_800_000_000;

fn main() {
    // `cargo bench` passes `--bench`; `cargo test --benches` must not measure anything.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    judging_a_code();
    a_right_answer_on_the_memory_store();
    assertions::a_whole_assertion();
    answering_with_a_recovery_code();
    issuing_ten_codes();
}

/// Prints the ratio of both sides, and its limit.
fn ratio(
    name: &str,
    limit: f64,
    rounds: usize,
    ours: impl FnMut() -> Duration,
    other: impl FnMut() -> Duration,
) {
    let (median, [ours, other]) = compared(rounds, ours, other);
    println!("ratio {name} {median:.3} {limit}");
    println!("  # {ours:?} against {other:?}");
}

/// Prints how far a path is from its floor.
fn floor(
    name: &str,
    rounds: usize,
    ours: impl FnMut() -> Duration,
    floor: impl FnMut() -> Duration,
) {
    let (median, [ours, floor]) = compared(rounds, ours, floor);
    println!("floor {name} {median:.3}");
    println!("  # {ours:?} against {floor:?}");
}

/// Times both sides in turn: the median of the rounds' ratios, and of each side's times.
fn compared(
    rounds: usize,
    mut ours: impl FnMut() -> Duration,
    mut other: impl FnMut() -> Duration,
) -> (f64, [Duration; 2]) {
    let (_, _) = (ours(), other());
    let mut ratios: Vec<f64> = Vec::with_capacity(rounds);
    let (mut our_times, mut other_times) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        // Neither side is always the one that comes first.
        let (a, b) = if round % 2 == 0 {
            let a = ours();
            (a, other())
        } else {
            let b = other();
            (ours(), b)
        };
        ratios.push(a.as_secs_f64() / b.as_secs_f64());
        our_times.push(a);
        other_times.push(b);
    }
    ratios.sort_by(f64::total_cmp);
    our_times.sort();
    other_times.sort();
    (ratios[rounds / 2], [our_times[rounds / 2], other_times[rounds / 2]])
}

fn timed(times: u32, mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    (0..times).for_each(|_| work());
    start.elapsed() / times
}

/// The worst case of `totp-rs` is a wrong code: it tries every step, as we always do.
fn check_wrong_code() -> impl FnMut() -> Duration {
    let totp = totp_rs::Builder::new().with_secret(*SEED).build().expect("a secret");
    move || {
        timed(2_000, || {
            black_box(totp.check(black_box("000000"), START.unsigned_abs()));
        })
    }
}

fn judging_a_code() {
    let secret = TotpSecret::from_random(Algorithm::Sha1, SEED).expect("a secret");
    let params = TotpParams::default();
    let window = Window::around(START.unsigned_abs(), params, 0, 1);
    let judge = || {
        timed(2_000, || {
            let code = Code::parse(black_box("000000"), Digits::Six).expect("a code");
            black_box(match_code(&secret, params, &code, window));
        })
    };
    ratio("judge_code/totp_rs_check", 1.0, 201, judge, check_wrong_code());
    floor("judge_code/eight_compressions", 201, judge, compressions(8));
}

/// The least that a window of three steps costs: two compressions for the key, two for each step.
fn compressions(count: usize) -> impl FnMut() -> Duration {
    let (mut state, block) = ([0x6745_2301_u32; 5], [[0x36_u8; 64]]);
    move || {
        timed(2_000, || {
            for _ in 0..count {
                sha1::block_api::compress(&mut state, black_box(&block));
            }
            black_box(state);
        })
    }
}

/// What a right answer cannot do without: three HMACs, each keyed, and the unsealing of a secret.
fn hmacs_and_unsealing() -> impl FnMut() -> Duration {
    let cipher = Aes256Gcm::new(&[7; 32].into());
    let (nonce, associated) = ([1; 12].into(), [2; 100]);
    let mut sealed = *SEED;
    let tag = cipher
        .encrypt_inout_detached(&nonce, &associated, (&mut sealed[..]).into())
        .expect("sealed");
    move || {
        timed(2_000, || {
            let mut secret = black_box(sealed);
            cipher
                .decrypt_inout_detached(&nonce, &associated, (&mut secret[..]).into(), &tag)
                .expect("opened");
            for step in 0..3_u64 {
                let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(&secret).expect("a key");
                mac.update(&black_box(step).to_be_bytes());
                black_box(mac.finalize());
            }
        })
    }
}

/// One protected account on the memory store, with every port as a host has it but the clock.
struct Protected {
    mfa: Mfa,
    store: MemoryStore,
    clock: ManualClock,
    subject: Subject,
    phone: Authenticator,
    codes: RecoveryCodes,
}

impl Protected {
    fn new() -> Self {
        let clock = ManualClock::at(START);
        let mut key = [0; 32];
        OsEntropy.fill(&mut key).expect("entropy");
        let keyring = Keyring::new(SealingKey::from_bytes("bench", &key).expect("a key"));
        let store = MemoryStore::new();
        let builder =
            Mfa::builder_without_policies(store.clone()).issuer("Scrivio").keyring(keyring);
        let mfa = builder.clock(clock.clone()).build().expect("complete");
        let subject = Subject::new("ada").expect("subject");
        let (phone, codes) = block_on(async {
            let first = FirstFactor::password(subject.clone(), clock.now());
            let Ok(SignIn::Done(SignedIn::Full(session, _))) = mfa.sign_in(first).await else {
                unreachable!()
            };
            let new = NewFactor::totp("Phone", "ada@example.org").expect("factor");
            let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await.expect("begin");
            let phone =
                Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("scan");
            let code = phone.code_at(clock.now());
            let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
            let Ok(Confirmed::FirstFactor(codes)) = confirmed else { unreachable!() };
            let _ = mfa.finish_setup(&session, setup.id()).await.expect("finish");
            (phone, codes)
        });
        Self { mfa, store, clock, subject, phone, codes }
    }

    fn challenge(&self) -> Challenge {
        let first = FirstFactor::password(self.subject.clone(), self.clock.now());
        match block_on(self.mfa.sign_in(first)) {
            Ok(SignIn::Challenge(challenge)) => challenge,
            _ => unreachable!("MFA is on"),
        }
    }

    /// Waits for the next code. One in a million is the same as the one before, and nobody may use
    /// it twice.
    fn next_code(&self) -> String {
        loop {
            self.clock.advance(TimeDelta::seconds(30));
            let now = self.clock.now();
            let code = self.phone.code_at(now);
            if code != self.phone.code_after(now, -1) {
                return code;
            }
        }
    }

    /// Times so many right answers, one after the other, their challenges being open already: as many
    /// at a time as are not outlived by the passes of the others. The
    /// log is pruned before: else its growth would be timed as well.
    fn answers(&self, times: u32) -> Duration {
        let page = block_on(self.store.read(None, 1_000)).expect("a page");
        page.next.map(|end| block_on(self.store.prune(&end)).expect("pruned"));
        let mut passing = Duration::ZERO;
        let mut left = times;
        while left > 0 {
            let batch = left.min(WINDOW);
            left -= batch;
            let open =
                |_| (Some(Answer::code(&self.next_code())), self.challenge(), self.clock.now());
            let mut open: Vec<_> = (0..batch).map(open).collect();
            let answers = async {
                for (answer, challenge, now) in &mut open {
                    self.clock.set(*now);
                    let answer = answer.take().expect("an answer");
                    let verdict = self.mfa.answer(challenge, answer).await.expect("a verdict");
                    assert!(matches!(verdict, Verdict::Passed(_)));
                }
            };
            let start = Instant::now();
            block_on(answers);
            passing += start.elapsed();
        }
        passing / times
    }

    /// Times one answer, its challenge being open already.
    fn answer(&self, answer: Answer, passes: bool) -> Duration {
        let challenge = self.challenge();
        let start = Instant::now();
        let verdict = block_on(self.mfa.answer(&challenge, answer)).expect("a verdict");
        let elapsed = start.elapsed();
        assert_eq!(matches!(verdict, Verdict::Passed(_)), passes);
        elapsed
    }
}

/// How many challenges can be open before the first of them is passed.
const WINDOW: u32 = 16;

fn a_right_answer_on_the_memory_store() {
    let protected = Protected::new();
    let answer = || protected.answers(200);
    let name = "memory_store_right_answer/hmacs_and_unsealing";
    ratio(name, 2.5, 201, &answer, hmacs_and_unsealing());
    ratio("memory_store_right_answer/totp_rs_check", 6.0, 201, answer, check_wrong_code());
}

/// One evaluation of Argon2id at the default costs, with a buffer that is kept.
struct OneEvaluation {
    argon2: Argon2<'static>,
    blocks: Vec<Block>,
}

impl OneEvaluation {
    fn new() -> Self {
        let params = Params::new(19_456, 2, 1, Some(32)).expect("costs");
        let blocks = vec![Block::default(); params.block_count()];
        let argon2 = Argon2::new(Argon2Algorithm::Argon2id, Version::V0x13, params);
        Self { argon2, blocks }
    }

    fn run(&mut self) -> Duration {
        let (code, salt, mut digest) = (b"0123456789ABCDEF", [7; 16], [0; 32]);
        timed(1, || {
            self.argon2
                .hash_password_into_with_memory(code, &salt, &mut digest, &mut self.blocks)
                .expect("a hash");
            black_box(digest);
        })
    }
}

/// The same on a thread of its own, which is woken for it: nobody may compute it on the thread that
/// asks. A thread that was idle takes some 5 % longer than one that has just computed another hash.
fn evaluation_on_a_thread() -> impl FnMut() -> Duration {
    let (ask, asked) = std::sync::mpsc::channel::<std::sync::mpsc::Sender<Duration>>();
    std::thread::spawn(move || {
        let mut evaluation = OneEvaluation::new();
        for reply in asked {
            let _ = reply.send(evaluation.run());
        }
    });
    move || {
        let (reply, replied) = std::sync::mpsc::channel();
        timed(1, || {
            ask.send(reply.clone()).expect("a thread");
            replied.recv().expect("an evaluation");
        })
    }
}

fn answering_with_a_recovery_code() {
    let protected = Protected::new();
    let wrong = || protected.answer(Answer::recovery("3000-0000-0000-0000"), false);
    ratio("recovery_code_wrong/one_argon2", 1.05, 41, wrong, evaluation_on_a_thread());

    // A set is spent after ten right codes, so each account is good for nine rounds.
    let mut unspent: Vec<(Protected, usize)> = (0..5).map(|_| (Protected::new(), 0)).collect();
    let right = || {
        let (protected, next) = unspent.iter_mut().find(|(_, next)| *next < 10).expect("a code");
        let code = protected.codes.as_slice()[*next].reveal();
        *next += 1;
        protected.answer(Answer::recovery(&code), true)
    };
    ratio("recovery_code_right/one_argon2", 1.05, 41, right, evaluation_on_a_thread());
}

fn issuing_ten_codes() {
    let protected = Protected::new();
    let issue = || {
        let code = protected.next_code();
        let first = FirstFactor::password(protected.subject.clone(), protected.clock.now());
        block_on(async {
            let signed_in = protected.mfa.sign_in(first).await;
            let Ok(SignIn::Challenge(challenge)) = signed_in else { unreachable!() };
            let verdict = protected.mfa.answer(&challenge, Answer::code(&code)).await;
            let Ok(Verdict::Passed(passed)) = verdict else { unreachable!() };
            let start = Instant::now();
            let session = passed.signed_in.session();
            let _ = protected.mfa.regenerate_codes(session).await.expect("codes");
            start.elapsed()
        })
    };
    let mut evaluation = OneEvaluation::new();
    let ten = move || (0..10).map(|_| evaluation.run()).sum();
    ratio("issue_ten_codes/ten_argon2", 0.6, 21, issue, ten);
}
