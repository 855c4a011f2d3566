//! The hot paths, each run so many times and nothing else: what `scripts/instructions` counts under
//! callgrind.
//!
//! Times on a shared machine are noise; the number of instructions is the same every time. The
//! script runs each path twice, a different number of times, and divides what they differ by: what
//! it costs to get there falls out.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "it stops at the first surprise"
)]

mod keyed;

use std::hint::black_box;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{
    Account, Algorithm, Code, Context, Digits, OneTimeCode, Question, TotpParams, TotpSecret,
    Window, match_code,
};
use mfakit::ports::{Clock, SecretCipher};
use mfakit::step_up::Level;
use mfakit::store::{AccountStore, Format, StoredAccount};
use mfakit::testing::{Authenticator, ManualClock, SeededEntropy, block_on};
use mfakit::{
    Answer, Argon2Hasher, Assurance, Challenge, Confirmed, EmailStatus, FirstFactor, Keyring,
    MemoryStore, Mfa, MfaBuilder, NewFactor, SealingKey, Settings, SignIn, SignedIn, StepUpRule,
    Subject, Verdict,
};

/// The most that a path is run in one go.
const MOST: u32 = 1_000;

/// A path: what is run, so many times.
type Path = fn(u32);

const PATHS: &[(&str, Path)] = &[
    ("read_code", read_code),
    ("judge_code", judge_code),
    ("totp_rs_check", totp_rs_check),
    ("read_recovery_code", read_recovery_code),
    ("unseal", unseal),
    ("decide_right_answer", |times| decide(times, true)),
    ("decide_wrong_answer", |times| decide(times, false)),
    ("clone_account", clone_account),
    ("check_step_up", check_step_up),
    ("write_account", write_account),
    ("read_account", read_account),
    ("memory_store_sign_in", sign_in),
    ("memory_store_whole_sign_in", sign_in_and_answer),
    ("p256_verification", keyed::p256_verification),
    ("memory_store_whole_assertion", keyed::whole_assertion),
];

/// `instructions NAME TIMES` runs a path; `instructions --list` names them.
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [list] if list == "--list" => PATHS.iter().for_each(|(name, _)| println!("{name}")),
        [name, times] => {
            let path = PATHS.iter().find(|(known, _)| known == name);
            let (_, path) = path.expect("a path that --list names");
            path(times.parse().expect("a number"));
        }
        // `cargo bench` and `cargo test --benches` run it without a word.
        _ => println!("bash scripts/instructions counts these"),
    }
}

const SEED: &[u8; 20] = b"12345678901234567890";
const START: i64 = 1_800_000_007;

fn repeat<T>(times: u32, mut work: impl FnMut() -> T) {
    for _ in 0..times {
        black_box(work());
    }
}

fn read_code(times: u32) {
    repeat(times, || Code::parse(black_box("492 039"), Digits::Six));
}

fn judge_code(times: u32) {
    let secret = TotpSecret::from_random(Algorithm::Sha1, SEED).expect("a secret");
    let params = TotpParams::default();
    let window = Window::around(START.unsigned_abs(), params, 0, 1);
    repeat(times, || {
        let code = Code::parse(black_box("000000"), Digits::Six).expect("a code");
        match_code(&secret, params, &code, window)
    });
}

/// The peer, for scale.
fn totp_rs_check(times: u32) {
    let totp = totp_rs::Builder::new().with_secret(*SEED).build().expect("a secret");
    repeat(times, || totp.check(black_box("000000"), START.unsigned_abs()));
}

fn read_recovery_code(times: u32) {
    repeat(times, || OneTimeCode::parse(black_box("3ABC-DEFG-HJKM-NPQR")));
}

/// A protected account as its store holds it, and everything that an answer takes.
struct Scene {
    mfa: Mfa,
    memory: MemoryStore,
    clock: ManualClock,
    keyring: Keyring,
    account: Arc<Account>,
    session: Assurance,
    phone: Authenticator,
    settings: Settings,
}

fn keyring() -> Keyring {
    let key = SealingKey::from_bytes("k1", &[7; 32]).expect("a key");
    Keyring::new(key).with_entropy(Arc::new(SeededEntropy::new(7)))
}

fn service(memory: &MemoryStore, clock: &ManualClock, seed: u64) -> MfaBuilder {
    Mfa::builder_without_policies(memory.clone())
        .issuer("Scrivio")
        .keyring(keyring())
        .hasher(Argon2Hasher::cheap_and_insecure())
        .clock(clock.clone())
        .entropy(SeededEntropy::new(seed))
}

impl Scene {
    fn new() -> Self {
        let (memory, clock) = (MemoryStore::new(), ManualClock::at(START));
        let mfa = service(&memory, &clock, 1).build().expect("a complete builder");
        let subject = Subject::new("ada").expect("a subject");
        block_on(async {
            let first = FirstFactor::password(subject.clone(), clock.now());
            let Ok(SignIn::Done(SignedIn::Full(session, _))) = mfa.sign_in(first).await else {
                panic!()
            };
            let new = NewFactor::totp("Phone", "ada@example.org").expect("a factor");
            let setup =
                mfa.begin_setup(&session, new, EmailStatus::Verified).await.expect("a setup");
            let phone =
                Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("a URI");
            let code = phone.code_at(clock.now());
            let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
            assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))));
            let session = mfa.finish_setup(&session, setup.id()).await.expect("finished");
            let session = session.full().expect("a full session");
            let settings = Settings::default();
            let account = memory.load(&subject).await.expect("the store").expect("a row");
            let mut scene =
                Self { mfa, memory, clock, keyring: keyring(), account, session, phone, settings };
            // As full as it gets: 32 commits and 16 passed challenges are remembered.
            for _ in 0..40 {
                let (challenge, code) = scene.next();
                scene.pass(&challenge, code);
            }
            scene.account = scene.memory.load(&subject).await.expect("the store").expect("a row");
            scene.clock.advance(TimeDelta::seconds(30));
            scene
        })
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn context(&self) -> Context<'_> {
        Context::new(&self.settings, self.now()).expect("a context")
    }

    fn challenge(&self) -> Challenge {
        let first = FirstFactor::password(self.account.subject().clone(), self.now());
        match block_on(self.mfa.sign_in(first)) {
            Ok(SignIn::Challenge(challenge)) => challenge,
            other => panic!("no challenge: {other:?}"),
        }
    }

    /// Waits for the next code and opens a challenge for it.
    fn next(&self) -> (Challenge, Answer) {
        let code = self.next_code();
        (self.challenge(), Answer::code(&code))
    }

    /// Waits for the next code. One in a million is the same as the one before, and nobody may use it
    /// twice.
    fn next_code(&self) -> String {
        loop {
            self.clock.advance(TimeDelta::seconds(30));
            let code = self.phone.code_at(self.now());
            if code != self.phone.code_after(self.now(), -1) {
                return code;
            }
        }
    }

    fn pass(&self, challenge: &Challenge, answer: Answer) {
        let verdict = block_on(self.mfa.answer(challenge, answer));
        assert!(matches!(verdict, Ok(Verdict::Passed(_))));
    }
}

fn unseal(times: u32) {
    let scene = Scene::new();
    let sealed: Vec<_> = scene.account.sealed_secrets().collect();
    let (context, sealed) = sealed[0];
    repeat(times, || block_on(scene.keyring.open(sealed, context)).expect("opened"));
}

fn decide(times: u32, right: bool) {
    let scene = Scene::new();
    let (challenge, code) = (scene.challenge(), scene.phone.code_at(scene.now()));
    let answer = Answer::code(if right { &code } else { "000000" });
    let context = || scene.context();
    let question = scene.account.question(&challenge, &answer, context());
    let Ok(Question::Totp(asked)) = question else { panic!("not asked") };
    let secret = block_on(scene.keyring.open(asked.sealed(), asked.context())).expect("opened");
    repeat(times, || match scene.account.question(&challenge, &answer, context()) {
        Ok(Question::Totp(asked)) => asked.judge(&secret, None),
        other => panic!("not asked: {other:?}"),
    });
}

fn clone_account(times: u32) {
    let scene = Scene::new();
    repeat(times, || Account::clone(&scene.account));
}

fn check_step_up(times: u32) {
    let scene = Scene::new();
    let rule = StepUpRule::level(Level::TwoFactors, TimeDelta::hours(1));
    let (session, context) = (&scene.session, scene.context());
    repeat(times, || rule.check(session, session.stamp(), context).expect("satisfied"));
}

fn write_account(times: u32) {
    let scene = Scene::new();
    let written = || StoredAccount::new(&scene.account, Format::default());
    repeat(times, || serde_json::to_string(&written()).expect("JSON"));
}

fn read_account(times: u32) {
    let scene = Scene::new();
    let text = serde_json::to_string(&StoredAccount::new(&scene.account, Format::default()));
    let text = text.expect("JSON");
    repeat(times, || {
        let read: StoredAccount = serde_json::from_str(&text).expect("a document");
        read.into_account().expect("an account")
    });
}

fn sign_in(times: u32) {
    let scene = Scene::new();
    repeat(times, || scene.challenge());
}

/// A whole sign-in, code and all: an open challenge does not outlive sixteen others. What the phone
/// does is done before, as often whatever `times` is.
fn sign_in_and_answer(times: u32) {
    let scene = Scene::new();
    let codes: Vec<_> = (0..MOST).map(|_| (scene.next_code(), scene.now())).collect();
    let mut codes = codes.into_iter();
    repeat(times, || {
        let (code, now) = codes.next().expect("no more than the most");
        scene.clock.set(now);
        scene.pass(&scene.challenge(), Answer::code(&code));
    });
}
