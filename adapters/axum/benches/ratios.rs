//! What the adapter adds to an answer, both sides measured in one run: `ratio NAME VALUE LIMIT`.
//!
//! `cargo bench -p mfakit-axum --bench ratios`. Requests go through the whole stack of services,
//! without a network; sessions and accounts are in memory.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a bench prints its result and stops at the first surprise"
)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request};
use axum::routing::{get, post};
use axum::{Form, Router};
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::testing::{Authenticator, ManualClock};
use mfakit::{
    Answer, Argon2Hasher, Clock, Confirmed, Email, FirstFactor, Keyring, MemoryStore, Mfa,
    NewFactor, SealingKey, SignIn, Subject, Verdict,
};
use mfakit_axum::{Host, HostError, MfaWeb, Places, Session, Token, Visitor};
use tower::ServiceExt;

const ROUNDS: usize = 1001;

fn main() {
    // `cargo bench` passes `--bench`; `cargo test --benches` must not measure anything.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(async {
        answering_a_challenge().await;
        passing_a_guard().await;
    });
}

/// A right code through the whole stack, against the same answer asked of `Mfa` and the same server
/// with an empty handler.
async fn answering_a_challenge() {
    let bench = Bench::new().await;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        bench.begin_sign_in();
        let page = bench.send(Request::get("/mfa/challenge")).await.1;
        assert!(page.contains("Verification code"));
        let code = bench.code();
        let started = Instant::now();
        let (status, _) = bench.post("/mfa/challenge", &code).await;
        times[0].push(started.elapsed());
        assert_eq!(status, 303);

        bench.clock.advance(TimeDelta::seconds(30));
        let first = FirstFactor::password(bench.subject.clone(), bench.clock.now());
        let SignIn::Challenge(pending, challenge) = bench.mfa.sign_in(first).await.unwrap() else {
            panic!("MFA is off")
        };
        let code = bench.code();
        let started = Instant::now();
        let verdict = bench.mfa.answer(&challenge, Answer::code(&code)).await.unwrap();
        let Verdict::Passed(passed) = verdict else { panic!("{verdict:?}") };
        let raised = pending.raise(passed.proof, bench.mfa.moment().unwrap()).unwrap();
        times[1].push(started.elapsed());
        assert!(raised.has_second_factor());

        let started = Instant::now();
        let (status, _) = bench.post("/empty", &code).await;
        times[2].push(started.elapsed());
        assert_eq!(status, 200);
        bench.clock.advance(TimeDelta::seconds(30));
    }
    let [whole, answer, empty] = times.map(median);
    let own = whole.saturating_sub(answer + empty);
    println!("ratio challenge/own_share_of_100us {:.3} 1", share(own, Duration::from_micros(100)));
    println!("  # {whole:?}: the answer itself {answer:?}, an empty handler {empty:?}");
    println!("  # {:.0} answers a second, one after the other", 1.0 / whole.as_secs_f64());
}

/// A satisfied session within the recheck, against the same handler without a guard.
async fn passing_a_guard() {
    let bench = Bench::new().await;
    bench.begin_sign_in();
    bench.send(Request::get("/mfa/challenge")).await;
    let code = bench.code();
    bench.post("/mfa/challenge", &code).await;
    let (mut guarded, mut open) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        assert_eq!(bench.send(Request::get("/guarded")).await.0, 200);
        guarded.push(started.elapsed());
        let started = Instant::now();
        assert_eq!(bench.send(Request::get("/open")).await.0, 200);
        open.push(started.elapsed());
    }
    let (guarded, open) = (median(guarded), median(open));
    let own = guarded.saturating_sub(open);
    println!("ratio guard/own_share_of_100us {:.3} 1", share(own, Duration::from_micros(100)));
    println!("  # {guarded:?} against {open:?} without");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn share(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

struct Bench {
    mfa: Mfa,
    clock: ManualClock,
    subject: Subject,
    phone: Authenticator,
    host: OneSession,
    app: Router,
}

impl Bench {
    async fn new() -> Self {
        let clock = ManualClock::at(1_800_000_007);
        let memory = MemoryStore::new();
        let mfa = Mfa::builder(memory.clone())
            .issuer("Scrivio")
            .keyring(Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).unwrap()))
            .hasher(Argon2Hasher::cheap_and_insecure())
            .organisations(memory.clone())
            .stamps(memory)
            .clock(clock.clone())
            .build()
            .unwrap();
        let subject = Subject::new("ada").unwrap();
        let first = FirstFactor::password(subject.clone(), clock.now());
        let SignIn::Complete(session) = mfa.sign_in(first).await.unwrap() else {
            panic!("MFA is on")
        };
        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = mfa.begin_setup(&session, new, Email::Verified).await.unwrap();
        let phone = Authenticator::scan(setup.otpauth_uri()).unwrap();
        let code = phone.code_at(clock.now());
        let confirmed = mfa.confirm_setup(&session, setup.id(), &code).await.unwrap();
        assert!(matches!(confirmed, Confirmed::FirstFactor(_)));
        let _ = mfa.finish_setup(&session, setup.id()).await.unwrap();
        clock.advance(TimeDelta::seconds(30));
        let host = OneSession { inner: Arc::default(), places: Places::usual() };
        let web = MfaWeb::builder(mfa.clone(), host.clone()).build().unwrap();
        let app = Router::new()
            .route("/guarded", get(async || ()))
            .route_layer(web.guard())
            .route("/open", get(async || ()))
            .route("/empty", post(async |_: Form<Vec<(String, String)>>| ()))
            .merge(web.router());
        Self { mfa, clock, subject, phone, host, app }
    }

    fn begin_sign_in(&self) {
        *self.host.inner.lock().unwrap() = Some((self.clock.now(), None));
    }

    fn code(&self) -> String {
        self.phone.code_at(self.clock.now())
    }

    async fn send(&self, request: axum::http::request::Builder) -> (u16, String) {
        let request = request.header("host", "app.example").header("accept", "text/html");
        let request = request.body(Body::empty()).unwrap();
        self.answer(request).await
    }

    async fn post(&self, path: &str, code: &str) -> (u16, String) {
        let request = Request::post(path)
            .header("host", "app.example")
            .header("origin", "https://app.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("form=0&code={code}")))
            .unwrap();
        self.answer(request).await
    }

    async fn answer(&self, request: Request<Body>) -> (u16, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

type Kept = Option<(DateTime<Utc>, Option<Session>)>;

/// A host with one session and no token: what is measured is not the host's.
#[derive(Clone)]
struct OneSession {
    inner: Arc<Mutex<Kept>>,
    places: Places,
}

#[async_trait]
impl Host for OneSession {
    async fn visitor(&self, _: &Parts) -> Result<Option<Visitor>, HostError> {
        let kept = self.inner.lock().unwrap();
        Ok(kept.as_ref().map(|(at, _)| Visitor {
            first_factor: FirstFactor::password(Subject::new("ada").unwrap(), *at),
            account: "ada@example.org".to_owned(),
            email: Email::Verified,
        }))
    }

    async fn read(&self, _: &Parts) -> Result<Option<Session>, HostError> {
        Ok(self.inner.lock().unwrap().as_ref().and_then(|(_, session)| session.clone()))
    }

    async fn write(&self, _: &Parts, session: &Session, _: Token) -> Result<HeaderMap, HostError> {
        if let Some((_, kept)) = self.inner.lock().unwrap().as_mut() {
            *kept = Some(session.clone());
        }
        Ok(HeaderMap::new())
    }

    async fn sign_out(&self, _: &Parts) -> Result<HeaderMap, HostError> {
        *self.inner.lock().unwrap() = None;
        Ok(HeaderMap::new())
    }

    fn places(&self) -> &Places {
        &self.places
    }
}
