//! An application on one store, and users whose phones are known.

use axum::body::Body;
use axum::http::Request;
use axum::routing::{get, post};
use axum::{Form, Router};
use chrono::TimeDelta;
use mfakit::ports::Clock;
use mfakit::store::{AccountStore, OrgStore, Stamps};
use mfakit::testing::{Authenticator, ManualClock};
use mfakit::{
    Answer, Argon2Hasher, Confirmed, EmailStatus, FirstFactor, Keyring, Mfa, NewFactor, SealingKey,
    SignIn, SignedIn, Subject,
};
use mfakit_axum::MfaWeb;
use tower::ServiceExt;

use crate::host::Sessions;
use crate::store::{Spent, Timed};

pub(crate) const USERS: usize = 64;

pub(crate) struct World {
    pub(crate) mfa: Mfa,
    pub(crate) app: Router,
    pub(crate) spent: Spent,
    pub(crate) users: Vec<User>,
    clock: ManualClock,
    sessions: Sessions,
}

pub(crate) struct User {
    pub(crate) name: String,
    phone: Authenticator,
}

impl World {
    pub(crate) async fn on<S>(store: S) -> Self
    where
        S: AccountStore + Stamps + OrgStore + Clone + 'static,
    {
        let clock = ManualClock::at(1_800_000_007);
        let spent = Spent::default();
        let timed = Timed::new(store.clone(), &spent);
        let mfa = Mfa::builder((timed.clone(), store))
            .issuer("Scrivio")
            .keyring(Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).unwrap()))
            .hasher(Argon2Hasher::cheap_and_insecure())
            .stamps(timed)
            .clock(clock.clone())
            .build()
            .unwrap();
        let mut users = Vec::new();
        for number in 0..USERS {
            users.push(protect(&mfa, &clock, format!("user-{number}")).await);
        }
        clock.advance(TimeDelta::seconds(30));
        let sessions = Sessions::new();
        let web = MfaWeb::builder(mfa.clone(), sessions.clone()).build().unwrap();
        let app = Router::new()
            .route("/guarded", get(async || ()))
            .route_layer(web.guard())
            .route("/open", get(async || ()))
            .route("/empty", post(async |_: Form<Vec<(String, String)>>| ()))
            .merge(web.router());
        Self { mfa, app, spent, users, clock, sessions }
    }

    /// The user types his password, and sees the field for the code.
    pub(crate) async fn begin_sign_in(&self, user: &User) {
        self.sessions.begin(&user.name, self.clock.now());
        let (status, page) = self.get(user, "/mfa/challenge").await;
        assert!(status == 200 && page.contains("Verification code"), "{page}");
    }

    pub(crate) fn first_factor(&self, user: &User) -> FirstFactor {
        FirstFactor::password(Subject::new(&user.name).unwrap(), self.clock.now())
    }

    pub(crate) fn code(&self, user: &User) -> String {
        user.phone.code_at(self.clock.now())
    }

    /// Until every phone shows another code.
    pub(crate) fn wait(&self) {
        self.clock.advance(TimeDelta::seconds(30));
    }

    pub(crate) async fn get(&self, user: &User, path: &str) -> (u16, String) {
        let request =
            Request::get(path).header("host", "app.example").header("accept", "text/html");
        let request = request.header("cookie", format!("sid={}", user.name));
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, user: &User, path: &str, form: String) -> u16 {
        let request = Request::post(path)
            .header("host", "app.example")
            .header("origin", "https://app.example")
            .header("cookie", format!("sid={}", user.name))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        self.answer(request).await.0
    }

    async fn answer(&self, request: Request<Body>) -> (u16, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

async fn protect(mfa: &Mfa, clock: &ManualClock, name: String) -> User {
    let first = FirstFactor::password(Subject::new(&name).unwrap(), clock.now());
    let SignIn::Done(SignedIn::Full(session, _)) = mfa.sign_in(first).await.unwrap() else {
        panic!("MFA is on")
    };
    let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
    let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
    let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
    let code = phone.code_at(clock.now());
    let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
    assert!(matches!(confirmed, Confirmed::FirstFactor(_)));
    let session = mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
    assert!(session.has_second_factor());
    User { name, phone }
}
