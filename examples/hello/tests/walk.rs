//! The example, walked over HTTP.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test")]

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use mfakit::organization::{
    Acknowledgement, GracePeriod, OrgAuthority, OrgId, PolicyScope, PolicyTerms, ProposedPolicy,
};
use mfakit::ports::Clock;
use mfakit::testing::{Authenticator, ManualClock};
use mfakit::{
    Argon2Hasher, FirstFactor, Keyring, MemoryStore, Mfa, SealingKey, SignIn, SignedIn, Strength,
    Subject,
};
use tower::ServiceExt;

/// What every app assumes where nothing else is said.
const USUAL: &str = "algorithm=SHA1&digits=6&period=30";

struct Browser {
    app: Router,
    clock: ManualClock,
    mfa: Mfa,
    cookie: String,
}

/// What came back: the status, and where to or the page.
type Came = (StatusCode, String);

impl Browser {
    fn new() -> Self {
        let clock = ManualClock::at(1_800_000_007);
        let mfa = Mfa::builder(MemoryStore::new())
            .issuer("Hello")
            .keyring(Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).unwrap()))
            .hasher(Argon2Hasher::cheap_and_insecure())
            .clock(clock.clone())
            .build()
            .unwrap();
        Self { app: hello::app(mfa.clone()), clock, mfa, cookie: String::new() }
    }

    async fn get(&mut self, path: &str) -> Came {
        self.send(Request::get(path), String::new()).await
    }

    async fn post(&mut self, path: &str, form: &str) -> Came {
        let request = Request::post(path);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.to_owned()).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Came {
        let request = request.header(COOKIE, &self.cookie).body(Body::from(body)).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let header = |name| response.headers().get(name).map(|h| h.to_str().unwrap().to_owned());
        if let Some(cookie) = header(SET_COOKIE) {
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        let (status, location) = (response.status(), header(LOCATION));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, location.unwrap_or_else(|| String::from_utf8(body.to_vec()).unwrap()))
    }

    async fn sign_in(&mut self) -> Came {
        self.post("/sign-in", "name=ada&password=correct+horse+battery+staple").await
    }

    /// From the setup's page to the codes that are saved.
    async fn set_up(&mut self) -> (Authenticator, String) {
        let (_, page) = self.get("/setup").await;
        let key = page.split("<p>").nth(1).unwrap().split("</p>").next().unwrap();
        let uri = format!("otpauth://totp/x?secret={}&{USUAL}", key.replace(' ', ""));
        let phone = Authenticator::scan(&uri).unwrap();
        let (_, wrong) = self.post("/setup", "code=000000").await;
        assert!(wrong.contains("Try again"), "{wrong}");
        let code = phone.code_at(self.clock.now());
        let (_, codes) = self.post("/setup", &format!("code={code}")).await;
        let paper = codes.split("<li>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert_eq!(self.post("/setup/done", "").await, to("/"));
        self.clock.advance(TimeDelta::seconds(30));
        (phone, paper)
    }
}

fn to(path: &str) -> Came {
    (StatusCode::SEE_OTHER, path.to_owned())
}

fn page(came: Came, says: &str) {
    assert!(came.0 == StatusCode::OK && came.1.contains(says), "{came:?}");
}

#[tokio::test]
async fn sign_in_setup_challenge_and_the_protected_route() {
    let mut ada = Browser::new();
    assert_eq!(ada.get("/payout").await, to("/sign-in"));
    let (wrong, _) = ada.post("/sign-in", "name=ada&password=guess").await;
    assert_eq!(wrong, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.sign_in().await, to("/"));
    page(ada.get("/").await, "Hello.");
    assert_eq!(ada.get("/payout").await, to("/setup"), "a payout wants a second factor");
    let (phone, paper) = ada.set_up().await;
    page(ada.get("/payout").await, "Paid.");

    // Signing in again: the password alone opens nothing but the challenge.
    assert_eq!(ada.sign_in().await, to("/challenge"));
    assert_eq!(ada.get("/").await, to("/sign-in"));
    assert_eq!(ada.get("/payout").await, to("/sign-in"));
    page(ada.get("/challenge").await, "the 6 digits of Phone");
    page(ada.post("/challenge", "code=000000").await, "Try again");
    let code = phone.code_at(ada.clock.now());
    assert_eq!(ada.post("/challenge", &format!("code={code}")).await, to("/"));
    page(ada.get("/payout").await, "Paid.");

    // Five minutes later the payout asks again, and a recovery code does not do.
    ada.clock.advance(TimeDelta::seconds(301));
    page(ada.get("/").await, "Hello.");
    assert_eq!(ada.get("/payout").await, to("/challenge"));
    let (refused, _) = ada.post("/challenge", &format!("code={paper}")).await;
    assert_eq!(refused, StatusCode::FORBIDDEN);
    let code = phone.code_at(ada.clock.now());
    assert_eq!(ada.post("/challenge", &format!("code={code}")).await, to("/payout"));
    page(ada.get("/payout").await, "Paid.");

    // At a sign-in it does.
    assert_eq!(ada.sign_in().await, to("/challenge"));
    assert_eq!(ada.post("/challenge", &format!("code={paper}")).await, to("/"));
    page(ada.get("/").await, "Hello.");
}

/// Makes MFA required of everybody in an organization that Ada belongs to, at once.
async fn require(mfa: &Mfa, clock: &ManualClock) {
    let (org, admin) = (OrgId::new("acme").unwrap(), Subject::new("admin").unwrap());
    mfa.join_organization(&org, &Subject::new("ada").unwrap(), clock.now()).await.unwrap();
    let first = FirstFactor::password(admin.clone(), clock.now());
    let SignIn::Done(SignedIn::Full(session, _)) = mfa.sign_in(first).await.unwrap() else {
        panic!("the administrator has MFA");
    };
    let terms = PolicyTerms { grace: GracePeriod::NONE, scope: PolicyScope::WholeAccount };
    let by = OrgAuthority::grant(org, admin, "audit finding").unwrap();
    let said = Some(Acknowledgement::ActorIsWeaker);
    mfa.set_policy(&session, &by, ProposedPolicy::Required(Strength::Standard, terms), said)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_limited_session_gets_no_further_than_the_setup() {
    let mut ada = Browser::new();
    require(&ada.mfa, &ada.clock).await;
    assert_eq!(ada.sign_in().await, to("/setup"));
    for path in ["/", "/payout"] {
        assert_eq!(ada.get(path).await, to("/setup"), "{path}");
    }
    assert_eq!(ada.get("/challenge").await, to("/sign-in"), "there is none");
    ada.set_up().await;
    page(ada.get("/").await, "Hello.");
    page(ada.get("/payout").await, "Paid.");
}

/// The policy comes while she is signed in: her session is full, and the guard says no.
#[tokio::test]
async fn a_full_session_gets_no_further_either_once_a_policy_has_lapsed() {
    let mut ada = Browser::new();
    ada.sign_in().await;
    page(ada.get("/").await, "Hello.");
    require(&ada.mfa, &ada.clock).await;
    for path in ["/", "/payout"] {
        assert_eq!(ada.get(path).await, to("/setup"), "{path}");
    }
}
