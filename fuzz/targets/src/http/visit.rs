//! The requests of one input: of the owner, and of somebody who knows the owner's password.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::response::Parts;
use axum::http::{Method, Request, header};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use mfakit::Assurance;
use mfakit::ports::Clock;
use serde_json::Value;
use tower::ServiceExt;

use super::Begins;
use super::answer;
use super::rules::{Happened, Seen, check, intruder_got_nowhere};
use super::stage::Stage;
use super::typed::{Knowledge, Typed, codes_of, lucky, well_formed};
use crate::scene;

const OWNER: usize = 0;
const INTRUDER: usize = 1;

pub(super) struct Visit<'s> {
    stage: &'s Stage,
    tokens: [String; 2],
    /// Codes on the owner's paper that were never used, and those that were shown last.
    paper: Vec<String>,
    shown: Vec<String>,
    /// Whether a code was written where no code belongs, into a label for instance.
    misplaced: bool,
    /// What the intruder has seen the owner type: it was accepted, so it is worth nothing.
    used_paper: Option<String>,
    used_code: Option<String>,
    /// Whether the password alone is not enough. It is once the owner has switched MFA off.
    protected: bool,
}

/// A session of its own for every input: forms are recognized by it.
fn signed_in(session: &Assurance) -> String {
    static SESSIONS: AtomicU64 = AtomicU64::new(1);
    let mut value =
        serde_json::json!({ "state": { "signed_in": { "held": { "full": session } } } });
    let id = format!("{:032x}", SESSIONS.fetch_add(1, Ordering::Relaxed));
    value["state"]["signed_in"]["held"]["full"]["session"] = id.into();
    value.to_string()
}

impl<'s> Visit<'s> {
    pub(super) fn of(begins: Begins, stage: &'s Stage) -> Self {
        let (account, session) = scene::protected();
        let (account, paper) = match begins {
            Begins::Unprotected => (None, Vec::new()),
            Begins::Reset => {
                let (account, code) = scene::reset();
                (Some(account), vec![code.clone()])
            }
            Begins::OutOfGuesses => (Some(scene::out_of_guesses()), scene::paper().to_vec()),
            Begins::AtTheChallenge | Begins::WithBothFactors => {
                (Some(account), scene::paper().to_vec())
            }
        };
        stage.begin(account.cloned());
        let value = (begins == Begins::WithBothFactors).then(|| signed_in(session));
        let at = match value {
            Some(_) => scene::at(scene::NOW),
            None => stage.clock.now(),
        };
        let tokens = [stage.host.sign_in(at, value), stage.host.sign_in(stage.clock.now(), None)];
        Self {
            stage,
            tokens,
            paper,
            shown: Vec::new(),
            misplaced: false,
            used_paper: None,
            used_code: None,
            protected: begins != Begins::Unprotected,
        }
    }

    /// The host's sign-in page: the password again.
    pub(super) fn password_again(&mut self, kind: u8) {
        let who = self.time_passes(kind);
        let token = &mut self.tokens[who];
        *token = self.stage.host.sign_in_again(token, self.stage.clock.now());
    }

    /// Who it is, after the time that went by.
    fn time_passes(&self, kind: u8) -> usize {
        if kind & 64 != 0 {
            self.stage.clock.advance(TimeDelta::seconds(30));
        }
        if kind & 128 != 0 {
            self.stage.clock.advance(TimeDelta::minutes(11));
        }
        if kind & 32 == 0 { OWNER } else { INTRUDER }
    }

    /// `kind`, from the lowest bit: GET; JSON is accepted; without a content type; from another
    /// origin; from another site; by the intruder; half a minute later; eleven minutes later.
    pub(super) async fn request(&mut self, kind: u8, path: &str, content_type: &str, body: &[u8]) {
        let who = self.time_passes(kind);
        let before = self.seen(who);
        let knows = self.knowledge(who, &before);
        let mut typed = Typed::default();
        let body = match body.split_first() {
            Some((shape @ 1..=7, rest)) => [well_formed(path, *shape).as_bytes(), rest].concat(),
            _ => body.to_vec(),
        };
        let body = knows.filled_in(&body, &mut typed);
        let mut in_path = Typed::default();
        let path = knows.filled_in(path.as_bytes(), &mut in_path);
        let path = String::from_utf8_lossy(&path).into_owned();

        let foreign = kind & (8 | 16) != 0;
        let method = if kind & 1 == 0 { Method::POST } else { Method::GET };
        let origin = if kind & 8 == 0 { "https://app.example" } else { "https://evil.example" };
        let site = if kind & 16 == 0 { "same-origin" } else { "cross-site" };
        let accept = if kind & 2 == 0 { "text/html" } else { "application/json" };
        let mut request = Request::builder()
            .method(method.clone())
            .uri(format!("/mfa{path}"))
            .header(header::HOST, "app.example")
            .header(header::ORIGIN, origin)
            .header("sec-fetch-site", site)
            .header(header::ACCEPT, accept)
            .header(header::COOKIE, format!("sid={}", self.tokens[who]));
        if kind & 4 == 0 {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let Ok(request) = request.body(Body::from(body.clone())) else { return };
        let response = self.stage.app.clone().oneshot(request).await.expect("an answer");
        let (parts, answered) = response.into_parts();
        let answered = answered.collect().await.expect("a body").to_bytes();
        let answered = String::from_utf8(answered.to_vec()).expect("UTF-8");

        answer::check(&path, &parts, &answered);
        self.take_cookies(who, &parts);
        let after = self.seen(who);
        let route = answer::route(&path);
        let happened = Happened {
            route: route.strip_prefix("/api").unwrap_or(route),
            post: method == Method::POST,
            foreign: foreign && route != "/",
            status: parts.status,
            typed,
            now: self.stage.clock.now(),
            shown: answer::codes_in(&answered),
        };
        let right = codes_of(self.stage, before.account.as_deref(), &before.shown);
        if !typed.any() && lucky(&body, right.as_ref()) {
            // One guess in a million is right, and a fuzzer makes millions.
            self.protected = false;
        }
        if self.protected && who == INTRUDER {
            intruder_got_nowhere(&before, &after);
        }
        check(&happened, &before, &after, self.protected);
        let asked = happened.route.starts_with("/challenge");
        self.misplaced |= in_path.paper || (typed.paper && !asked);
        self.remember(who, &happened, &knows, &before, &after);
    }

    fn take_cookies(&mut self, who: usize, parts: &Parts) {
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("ASCII");
            let token = cookie.strip_prefix("sid=").and_then(|c| c.split(';').next());
            self.tokens[who] = token.unwrap_or_default().to_owned();
        }
    }

    fn seen(&self, who: usize) -> Seen {
        let token = self.tokens[who].clone();
        let value = self.stage.host.value(&token);
        let shown = value.as_deref().and_then(|value| serde_json::from_str(value).ok());
        Seen { account: self.stage.store.account(), shown: shown.unwrap_or_default(), value, token }
    }

    fn knowledge(&self, who: usize, seen: &Seen) -> Knowledge {
        let state = &seen.shown["state"];
        let challenge = [&state["waiting"], &state["signed_in"]["step_up"]];
        let challenge = challenge.iter().find_map(|challenge| challenge["id"].as_str());
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let factors = seen.account.as_ref().map_or(&[][..], |account| account.factors());
        let (codes, paper) = if who == OWNER {
            let codes = codes_of(self.stage, seen.account.as_deref(), &seen.shown);
            (codes, self.paper.first().cloned())
        } else {
            (self.used_code.clone().map(|code| [code.clone(), code.clone(), code]), None)
        };
        Knowledge {
            challenge: challenge.map(str::to_owned),
            setup: text(&state["signed_in"]["setup"]),
            form: seen.shown["form"].as_u64().unwrap_or(0).to_string(),
            first: factors.first().map(|factor| factor.id().to_string()),
            last: factors.last().map(|factor| factor.id().to_string()),
            codes,
            paper,
            used: self.used_paper.clone(),
        }
    }

    /// What both know after the answer.
    fn remember(
        &mut self,
        who: usize,
        happened: &Happened<'_>,
        knew: &Knowledge,
        before: &Seen,
        after: &Seen,
    ) {
        if !happened.shown.is_empty() {
            self.shown.clone_from(&happened.shown);
        }
        if after.recovery_was_issued_since(before) {
            self.used_paper = self.paper.first().cloned().or(self.used_paper.take());
            self.paper = std::mem::take(&mut self.shown);
        } else if after.passed_since(before) && happened.typed.paper && !self.paper.is_empty() {
            self.used_paper = Some(self.paper.remove(0));
        }
        let accepted = after.passed_since(before) || after.confirmed_since(before);
        let one = happened.typed.codes.iter().filter(|typed| **typed).count() == 1;
        if who == OWNER && accepted && one && !happened.typed.paper {
            let at = happened.typed.codes.iter().position(|typed| *typed).unwrap_or(1);
            self.used_code = knew.codes.as_ref().map(|codes| codes[at].clone());
        }
        if before.enabled() && !after.enabled() {
            self.protected = false;
        }
        if let Some(value) = &after.value {
            let known = self.paper.iter().chain(&self.shown);
            let told = known.filter(|code| value.contains(code.as_str())).count();
            assert!(told == 0 || self.misplaced, "the session's value holds a code: {value}");
        }
    }
}
