//! A visitor: a browser without scripts, one cookie, and an authenticator app.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use mfakit::ports::Clock;
use mfakit::testing::{Authenticator, ManualClock};
use tower::ServiceExt;

pub(crate) struct Visitor {
    app: Router,
    clock: ManualClock,
    /// The session's cookie: `name=value`.
    pub(crate) cookie: Option<String>,
    /// What the authenticator app holds.
    phone: Option<Authenticator>,
    pub(crate) origin: &'static str,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Visitor {
    pub(crate) fn new(app: Router, clock: ManualClock) -> Self {
        Self { app, clock, cookie: None, phone: None, origin: "http://app.example" }
    }

    pub(crate) fn answered_by(self, app: Router) -> Self {
        Self { app, ..self }
    }

    /// Somebody who has copied the cookie.
    pub(crate) fn thief(&self) -> Self {
        let cookie = self.cookie.clone();
        Self { cookie, ..Self::new(self.app.clone(), self.clock.clone()) }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Shown {
        self.send(Method::GET, path, &[]).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.send(Method::POST, path, fields).await
    }

    async fn send(&mut self, method: Method, path: &str, fields: &[(&str, &str)]) -> Shown {
        let encode =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02x}")).collect() };
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", encode(value)));
        let body = fields.collect::<Vec<_>>().join("&");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "app.example")
            .header(header::ORIGIN, self.origin)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("other=1; {cookie}"));
        }
        let request = request.body(Body::from(body)).expect("request");
        let response = self.app.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("ascii");
            let pair = cookie.split(';').next().expect("a pair").to_owned();
            self.cookie = Some(pair).filter(|_| !cookie.contains("Max-Age=0"));
        }
        let body = body.collect().await.expect("body").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("text");
        Shown { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends the form of a page that posts to a path, with its hidden fields.
    pub(crate) async fn submit(
        &mut self,
        page: &Shown,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Shown {
        let hidden = page.hidden(action);
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = hidden.chain(fields.iter().copied()).collect();
        self.post(action, &all).await
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str, to: &str) -> Shown {
        self.post("/sign-in", &[("email", email), ("password", password), ("to", to)]).await
    }

    /// Goes through the whole setup; the next code is good half a minute later.
    pub(crate) async fn set_up(&mut self) {
        let page = self.get("/mfa/setup").await;
        self.submit(&page, "/mfa/setup", &[]).await;
        let scan = self.get("/mfa/setup").await;
        self.scan(&scan);
        let page = self.get("/mfa/setup/confirm").await;
        let code = self.code();
        let codes = self.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
        let done = self.submit(&codes, "/mfa/setup/finish", &[]).await;
        assert_eq!(done.to(), "/mfa/setup/done");
        self.clock.advance(TimeDelta::seconds(30));
    }

    /// Types the manual code into the app.
    pub(crate) fn scan(&mut self, page: &Shown) {
        let (_, after) = page.body.split_once("<textarea").expect(&page.body);
        let (_, after) = after.split_once('>').expect("its start");
        let (key, _) = after.split_once("</textarea>").expect("its end");
        let secret = key.replace(' ', "");
        let uri =
            format!("otpauth://totp/Scrivio:x?secret={secret}&algorithm=SHA1&digits=6&period=30");
        self.phone = Authenticator::scan(&uri);
    }

    /// What the app shows now.
    pub(crate) fn code(&self) -> String {
        self.phone.as_ref().expect("a phone").code_at(self.clock.now())
    }

    /// Answers the challenge with the app.
    pub(crate) async fn verify(&mut self) -> Shown {
        let page = self.get("/mfa/challenge").await;
        let code = self.code();
        let on = self.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
        self.clock.advance(TimeDelta::seconds(30));
        on
    }
}

impl Shown {
    /// Where it leads.
    #[track_caller]
    pub(crate) fn to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        self.headers[header::LOCATION].to_str().expect("ascii")
    }

    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "{text:?} is not in {} {}", self.status, self.body);
        self
    }

    #[track_caller]
    pub(crate) fn lacks(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "{text:?} is in {}", self.body);
        self
    }

    /// Text between two others.
    #[track_caller]
    pub(crate) fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self.body.split_once(before).expect(&self.body);
        rest.split_once(after).expect(rest).0.to_owned()
    }

    fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let start = format!("method=\"post\" action=\"{action}\"");
        let (_, form) = self.body.split_once(&start).expect(&self.body);
        let (form, _) = form.split_once("</form>").expect("its end");
        let inputs = form.split("<input type=\"hidden\"").skip(1);
        let attribute = |input: &str, name: &str| {
            let (_, value) = input.split_once(&format!("{name}=\"")).expect(name);
            value.split_once('"').expect("its end").0.to_owned()
        };
        inputs.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
    }
}
