//! One visitor's requests, and what must hold after each.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use mfakit::domain::{Account, Commit, CommitOutcome};
use mfakit::testing::{ManualClock, SeededEntropy};
use mfakit::{AccountStore, Mfa, StoreError, Subject};
use mfakit_axum::{Host, MfaWeb, Token};
use serde_json::Value;
use tower::ServiceExt;

use super::host::TestHost;
use crate::scene;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Visitor {
    WithPasswordAlone,
    WithoutMfa,
    WithBothFactors,
}

pub(super) struct Visit {
    visitor: Visitor,
    app: Router,
    host: TestHost,
    store: OneRow,
    token: String,
}

/// A store of one row, which begins where an account stands.
#[derive(Clone)]
struct OneRow(Arc<Mutex<Option<Arc<Account>>>>);

impl OneRow {
    fn account(&self) -> Option<Arc<Account>> {
        self.0.lock().expect("the row").clone()
    }
}

#[async_trait]
impl AccountStore for OneRow {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        Ok(self.account().filter(|account| account.subject() == subject))
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let mut row = self.0.lock().expect("the row");
        if row.as_ref().map(|account| account.version()) != commit.expected() {
            return Ok(CommitOutcome::Conflict);
        }
        *row = commit.next().cloned();
        Ok(CommitOutcome::Committed)
    }
}

impl Visit {
    pub(super) fn of(visitor: Visitor) -> Self {
        let clock = ManualClock::at(scene::NOW.cast_signed());
        clock.advance(TimeDelta::seconds(30));
        let (account, session) = scene::protected();
        let row = (visitor != Visitor::WithoutMfa).then(|| Arc::clone(account));
        let store = OneRow(Arc::new(Mutex::new(row)));
        let mfa = Mfa::builder(store.clone())
            .issuer("Scrivio")
            .keyring(scene::keyring())
            .hasher(scene::hasher().with_threads(1))
            .clock(clock.clone())
            .entropy(SeededEntropy::new(3))
            .build()
            .expect("a complete builder");
        let host = TestHost::new(clock);
        let web = MfaWeb::builder(mfa, host.clone()).product("Scrivio").build().expect("a site");
        let token = host.sign_in("ada");
        let visit = Self { visitor, app: web.router(), host, store, token };
        if visitor == Visitor::WithBothFactors {
            let value = serde_json::json!({ "state": { "signed_in": { "assurance": session } } });
            let value = serde_json::from_value(value).expect("a session");
            let (parts, _) = visit.builder().body(()).expect("a request").into_parts();
            let written = mfakit::testing::block_on(visit.host.write(&parts, &value, Token::Keep));
            written.expect("written");
        }
        visit
    }

    fn builder(&self) -> axum::http::request::Builder {
        Request::builder()
            .header(header::HOST, "app.example")
            .header(header::ORIGIN, "https://app.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("sid={}", self.token))
    }

    /// `kind`: one bit for the method, one for the kind of answer that is asked for, two that take
    /// the content type and the origin away.
    pub(super) async fn request(&mut self, kind: u8, path: &str, content_type: &str, body: &[u8]) {
        let before = self.store.account();
        let path = self.filled_in(path.as_bytes());
        let path = String::from_utf8_lossy(&path).into_owned();
        let method = if kind & 1 == 0 { Method::POST } else { Method::GET };
        let accept = if kind & 2 == 0 { "text/html" } else { "application/json" };
        let mut request = self.builder();
        if kind & 8 != 0 {
            request = request.header(header::ORIGIN, "https://evil.example");
        }
        if kind & 4 == 0 {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let request = request.method(method).uri(format!("/mfa{path}"));
        let request = request.header(header::ACCEPT, accept);
        let Ok(request) = request.body(Body::from(self.filled_in(body))) else { return };
        let response = self.app.clone().oneshot(request).await.expect("an answer");

        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("UTF-8");
        self.judge(&path, &parts, &body);
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("ASCII");
            let token = cookie.strip_prefix("sid=").and_then(|c| c.split(';').next());
            self.token = token.unwrap_or_default().to_owned();
        }
        self.nobody_got_in(before.as_deref());
    }

    fn judge(&self, path: &str, parts: &axum::http::response::Parts, body: &str) {
        let status = parts.status;
        assert!(!status.is_server_error(), "{path}: {status} {body}");
        if path.split('?').next() == Some("/") {
            // Under a prefix axum leaves the bare slash to the host's own routes.
            assert_eq!(status, StatusCode::NOT_FOUND);
            return;
        }
        let text = |name: header::HeaderName| {
            parts.headers.get(name).map(|value| value.to_str().expect("ASCII"))
        };
        if !path.starts_with("/assets/") {
            assert_eq!(text(header::CACHE_CONTROL), Some("no-store"), "{path}: {status}");
        }
        assert_eq!(text(header::X_CONTENT_TYPE_OPTIONS), Some("nosniff"), "{path}: {status}");
        if let Some(to) = text(header::LOCATION) {
            let own = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
            assert!(own, "{path}: {to}");
        }
        let kind = text(header::CONTENT_TYPE).unwrap_or_default();
        if kind.ends_with("json") {
            let _: Value = serde_json::from_str(body).expect("JSON");
        }
        if kind.starts_with("text/html") {
            assert!(body.matches("<script").count() <= 1, "{path}: {body}");
            assert_eq!(body.matches("<html").count(), 1, "{path}: {body}");
        }
        if status == StatusCode::OK && path.starts_with("/api/") {
            assert!(kind.starts_with("application/json"), "{path}: {kind}");
        }
    }

    /// A password opens a challenge. Nobody types a right code here.
    fn nobody_got_in(&self, before: Option<&Account>) {
        if self.visitor != Visitor::WithPasswordAlone {
            return;
        }
        if let Some(value) = self.host.value(&self.token) {
            let session: mfakit_axum::Session = serde_json::from_str(&value).expect("a session");
            assert!(session.assurance().is_none(), "a password alone got in");
        }
        let (Some(before), Some(after)) = (before, self.store.account()) else {
            panic!("the account is gone")
        };
        assert_eq!(before.stamp(), after.stamp());
        assert_eq!(before.factors(), after.factors());
        assert_eq!(before.recovery(), after.recovery());
        assert!(after.pending().is_none());
    }

    /// Puts what the last screen showed into the place of its names.
    fn filled_in(&self, text: &[u8]) -> Vec<u8> {
        let shown: Value = self
            .host
            .value(&self.token)
            .and_then(|value| serde_json::from_str(&value).ok())
            .unwrap_or_default();
        let state = &shown["state"];
        let challenge =
            [&state["waiting"]["challenge"], &state["signed_in"]["step_up"]["challenge"]];
        let challenge = challenge.iter().find_map(|challenge| challenge["id"].as_str());
        let setup = state["signed_in"]["setup"].as_str();
        let account = self.store.account();
        let factor = account.as_ref().and_then(|account| account.factors().first());
        let factor = factor.map(|factor| factor.id().to_string());
        let form = shown["form"].as_u64().unwrap_or(0).to_string();
        let mut filled = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((byte, behind)) = rest.split_first() {
            let value = match rest {
                [b'$', b'c', ..] => challenge,
                [b'$', b's', ..] => setup,
                [b'$', b'f', ..] => factor.as_deref(),
                [b'$', b'a', ..] => Some(form.as_str()),
                _ => None,
            };
            match value {
                Some(value) => {
                    filled.extend_from_slice(value.as_bytes());
                    rest = behind.get(1..).unwrap_or_default();
                }
                None => {
                    filled.push(*byte);
                    rest = behind;
                }
            }
        }
        filled
    }
}
