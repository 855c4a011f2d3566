//! A browser: one cookie, the headers of a page's own form, and no script.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use http_body_util::BodyExt;
use mfakit::testing::Authenticator;
use mfakit_axum::Failure;
use tower::ServiceExt;

use super::wire;

pub(crate) struct Browser {
    line: Line,
    cookie_name: &'static str,
    pub(crate) cookie: Option<String>,
    /// Headers of every request, in place of a browser's own.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What a browser speaks to.
#[derive(Clone)]
enum Line {
    App(Router),
    Server(SocketAddr),
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) failed: bool,
}

impl Browser {
    pub(crate) fn new(app: Router) -> Self {
        Self::on(Line::App(app), "sid")
    }

    /// A browser that speaks to a server over TCP.
    pub(crate) fn of_server(at: SocketAddr, cookie_name: &'static str) -> Self {
        Self::on(Line::Server(at), cookie_name)
    }

    fn on(line: Line, cookie_name: &'static str) -> Self {
        let own = [
            ("host", "app.example"),
            ("origin", "https://app.example"),
            ("sec-fetch-site", "same-origin"),
            ("accept", "text/html,application/xhtml+xml"),
        ];
        let headers = own.map(|(name, value)| (name, value.to_owned())).to_vec();
        Self { line, cookie_name, cookie: None, headers }
    }

    /// The same session in another window.
    pub(crate) fn window(&self) -> Self {
        let (line, headers) = (self.line.clone(), self.headers.clone());
        Self { line, cookie_name: self.cookie_name, cookie: self.cookie.clone(), headers }
    }

    /// The same browser, whose requests another process answers from now on.
    pub(crate) fn answered_by(self, app: Router) -> Self {
        Self { line: Line::App(app), ..self }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, body: String) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("{}={cookie}", self.cookie_name));
        }
        let typed = self.headers.iter().any(|(name, _)| *name == "content-type");
        if method == Method::POST && !typed {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(body)).expect("request");
        let response = match &self.line {
            Line::App(app) => app.clone().oneshot(request).await.expect("infallible"),
            Line::Server(at) => wire::send(*at, request).await,
        };
        let failed = response.extensions().get::<Failure>().is_some();
        let (parts, body) = response.into_parts();
        if let Some(cookie) = parts.headers.get(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("ascii").strip_prefix(self.cookie_name);
            let cookie = cookie.and_then(|cookie| cookie.strip_prefix('=')).expect("ours");
            let token = cookie.split(';').next().expect("a value").to_owned();
            self.cookie = Some(token).filter(|token| !token.is_empty());
        }
        let body = body.collect().await.expect("body").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("text");
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, failed }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, String::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, body).await
    }

    /// Sends the form of a page that posts to a path, with its hidden fields.
    pub(crate) async fn submit(
        &mut self,
        page: &Answer,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let all = page.form(action, fields);
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(action, &all).await
    }

    /// Goes where a redirect leads.
    pub(crate) async fn follow(&mut self, answer: &Answer) -> Answer {
        self.get(answer.location()).await
    }

    /// From the profile to the QR code.
    pub(crate) async fn start_setup(&mut self) -> Answer {
        self.start_setup_under("/mfa").await
    }

    pub(crate) async fn start_setup_under(&mut self, prefix: &str) -> Answer {
        let setup = format!("{prefix}/setup");
        let page = self.get(&setup).await;
        let begun = self.submit(&page, &setup, &[]).await;
        assert_eq!(begun.location(), setup, "{}", begun.body);
        self.follow(&begun).await
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
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

    /// The alert of the page, as text.
    pub(crate) fn alert(&self) -> Option<String> {
        let (_, after) = self.body.split_once("role=\"alert\"")?;
        let (_, text) = after.split_once('>')?;
        text.split_once("</p>").map(|(text, _)| text.trim().to_owned())
    }

    /// The form that posts to a path: its hidden fields, and these.
    #[track_caller]
    pub(crate) fn form(&self, action: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let start = format!("<form method=\"post\" action=\"{action}\"");
        let (_, form) = self.body.split_once(&start).expect(&self.body);
        let (form, _) = form.split_once("</form>").expect("its end");
        let hidden = form.split("<input type=\"hidden\"").skip(1).map(|input| {
            let attribute = |name: &str| {
                let (_, value) = input.split_once(&format!("{name}=\"")).expect(name);
                value.split_once('"').expect("its end").0.to_owned()
            };
            (attribute("name"), attribute("value"))
        });
        let typed = fields.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        hidden.chain(typed).collect()
    }

    /// Types the manual code into an authenticator app.
    #[track_caller]
    pub(crate) fn scan(&self) -> Authenticator {
        let (_, after) = self.body.split_once("<textarea").expect(&self.body);
        let (_, after) = after.split_once('>').expect("its start");
        let (key, _) = after.split_once("</textarea>").expect("its end");
        let secret = key.replace(' ', "");
        let uri =
            format!("otpauth://totp/Scrivio:x?secret={secret}&algorithm=SHA1&digits=6&period=30");
        Authenticator::scan(&uri).expect("a secret")
    }

    /// The recovery codes that are shown.
    pub(crate) fn codes(&self) -> Vec<String> {
        let codes = self.body.split("<li><code>").skip(1);
        codes.map(|code| code.split("</code>").next().expect("its end").to_owned()).collect()
    }
}
