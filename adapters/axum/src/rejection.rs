//! Why a request was turned away: a redirect for pages, problem details for APIs.

use std::fmt;
use std::sync::Arc;

use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use mfakit::Error;
use mfakit::step_up::{NextStep, Unmet};
use serde_json::{Map, Value, json};

use crate::host::HostError;
use crate::safety::{ReturnPath, append, guarded, page};
use crate::web::{MfaWeb, SIGN_IN};

/// A request that was turned away.
///
/// As a response it is a redirect for a page (`Accept` names `text/html`), which comes back to where
/// the visitor was going, and problem details (RFC 9457) for everything else, with the challenge
/// of RFC 9470 where one would help. [`code`](Self::code) is stable.
#[derive(Debug)]
#[must_use]
pub struct MfaRejection(Box<Turned>);

#[derive(Debug)]
struct Turned {
    status: StatusCode,
    code: &'static str,
    detail: String,
    /// Where a visitor can do something about it.
    location: Option<String>,
    authenticate: Option<String>,
    /// The page where there is nowhere to go.
    html: Option<String>,
    headers: HeaderMap,
    /// What the problem details say beside the usual.
    members: Map<String, Value>,
    failure: Option<Failure>,
    wants_page: bool,
}

/// The error behind a response of status 500 or 503, in its extensions: for the host's log. It holds
/// no secret.
#[derive(Debug, Clone)]
pub struct Failure(Arc<dyn std::error::Error + Send + Sync>);

impl Failure {
    pub(crate) fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }

    /// The error.
    pub fn error(&self) -> &(dyn std::error::Error + Send + Sync) {
        &*self.0
    }
}

impl MfaRejection {
    pub(crate) fn new(parts: &Parts, status: StatusCode, code: &'static str, detail: &str) -> Self {
        Self(Box::new(Turned {
            status,
            code,
            detail: detail.to_owned(),
            location: None,
            authenticate: None,
            html: None,
            headers: HeaderMap::new(),
            members: Map::new(),
            failure: None,
            wants_page: wants_page(&parts.headers),
        }))
    }

    pub(crate) fn to(mut self, location: impl Into<String>) -> Self {
        self.0.location = Some(location.into());
        self
    }

    pub(crate) fn authenticate(mut self, challenge: impl Into<String>) -> Self {
        self.0.authenticate = Some(challenge.into());
        self
    }

    /// One more member of the problem details.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// A stable name for it.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Whether the session was signed out with it.
    pub(crate) fn ends_the_session(&self) -> bool {
        self.0.code == VOID
    }

    /// Answers with problem details, whatever the request accepts.
    pub(crate) fn into_problem(mut self) -> Self {
        self.0.wants_page = false;
        self
    }

    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        append(&mut self.0.headers, headers);
        self
    }

    pub(crate) fn signed_out(web: &MfaWeb, parts: &Parts) -> Self {
        let sign_in = web.places().sign_in.with_to(&return_to(web, parts));
        Self::new(parts, StatusCode::UNAUTHORIZED, "signed_out", "sign in first")
            .to(sign_in)
            .authenticate("Bearer")
    }

    /// The credentials have changed since this session proved them.
    pub(crate) fn void(web: &MfaWeb, parts: &Parts) -> Self {
        let sign_in = web.places().sign_in.with_to(&return_to(web, parts));
        let detail = "sign in again: the account's credentials have changed";
        Self::new(parts, StatusCode::UNAUTHORIZED, VOID, detail)
            .to(sign_in)
            .authenticate("Bearer error=\"invalid_token\"")
    }

    pub(crate) fn second_factor_awaited(web: &MfaWeb, parts: &Parts) -> Self {
        let detail = "the sign-in waits for its second factor";
        let acr = web.acr_names().name(mfakit::step_up::Level::TwoFactors);
        Self::new(parts, StatusCode::UNAUTHORIZED, "second_factor_awaited", detail)
            .to(web.path("/challenge"))
            .authenticate(format!(
                "Bearer error=\"insufficient_user_authentication\", \
                 error_description=\"{detail}\", acr_values=\"{acr}\""
            ))
    }

    pub(crate) fn set_up_first(web: &MfaWeb, parts: &Parts) -> Self {
        let detail = "set up two-factor authentication first";
        Self::new(parts, StatusCode::FORBIDDEN, "set_up_first", detail).to(web.path("/setup"))
    }

    /// The account has a stronger factor than the session has proven, and a policy requires it.
    pub(crate) fn step_up_first(web: &MfaWeb, parts: &Parts) -> Self {
        let detail = "prove a stronger factor first";
        let acr = web.acr_names().name(mfakit::step_up::Level::PhishingResistant);
        Self::new(parts, StatusCode::UNAUTHORIZED, "step_up_required", detail)
            .to(web.step_up_path(SIGN_IN, &return_to(web, parts), &[]))
            .with("next", "stronger_factor")
            .with("action", SIGN_IN)
            .authenticate(format!(
                "Bearer error=\"insufficient_user_authentication\", \
                 error_description=\"{detail}\", acr_values=\"{acr}\""
            ))
    }

    /// The account's recovery codes came from another system and are too weak.
    pub(crate) fn regenerate_first(web: &MfaWeb, parts: &Parts) -> Self {
        let detail = "new recovery codes have to be issued first";
        Self::new(parts, StatusCode::FORBIDDEN, "regenerate_first", detail).to(web.path("/codes"))
    }

    pub(crate) fn step_up(
        web: &MfaWeb,
        parts: &Parts,
        action: &str,
        unmet: &Unmet,
        to: &ReturnPath,
    ) -> Self {
        let status = StatusCode::UNAUTHORIZED;
        let rejection = Self::new(parts, status, "step_up_required", &unmet.sentence());
        let way = web.way_out(unmet, action, to);
        let rejection = rejection.to(way).with("next", next(unmet)).with("action", action);
        rejection.authenticate(unmet.www_authenticate(web.acr_names()))
    }

    /// The first factor is asked for again, and the host vouches for the one that the session has.
    pub(crate) fn not_renewed(web: &MfaWeb, parts: &Parts, unmet: &Unmet, to: &ReturnPath) -> Self {
        let detail = "the first factor is no newer than before: have the one who vouches ask \
                      the user again (OpenID Connect: prompt=login, or max_age=0)";
        let mut rejection = Self::new(parts, StatusCode::UNAUTHORIZED, NOT_RENEWED, detail)
            .with("next", next(unmet))
            .with("location", web.sign_in_again(to))
            .authenticate(unmet.www_authenticate(web.acr_names()));
        if rejection.0.wants_page {
            rejection.0.html = Some(web.not_renewed_page(parts, to));
        }
        rejection
    }

    pub(crate) fn not_a_member(parts: &Parts) -> Self {
        let detail = "no member of this organization";
        Self::new(parts, StatusCode::FORBIDDEN, "not_a_member", detail)
    }

    pub(crate) fn cross_site(parts: &Parts) -> Self {
        let detail = "the request was not sent by a page of this site";
        Self::new(parts, StatusCode::FORBIDDEN, "cross_site", detail)
    }

    /// A guard is missing where an extractor needs one.
    pub(crate) fn unguarded(parts: &Parts) -> Self {
        let detail = "the route has no guard";
        Self::new(parts, StatusCode::INTERNAL_SERVER_ERROR, "unguarded", detail)
    }

    /// A server-side failure; the client did nothing wrong.
    pub(crate) fn failed(parts: &Parts, error: Error) -> Self {
        let busy = matches!(error, Error::Busy | Error::Contended);
        let status = match busy {
            true => StatusCode::SERVICE_UNAVAILABLE,
            false => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let detail = if busy { "try again in a moment" } else { "something went wrong" };
        let mut rejection = Self::new(parts, status, error.code(), detail);
        rejection.0.failure = Some(Failure::new(error));
        if busy {
            let soon = HeaderValue::from_static("1");
            rejection.0.headers.insert(header::RETRY_AFTER, soon);
        }
        rejection
    }

    pub(crate) fn host_failed(parts: &Parts, error: HostError) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let mut rejection = Self::new(parts, status, "host", "something went wrong");
        rejection.0.failure = Some(Failure::new(error));
        rejection
    }

    /// Puts a page in place of problem details, where there is nowhere to send a visitor.
    pub(crate) fn with_page(mut self, web: &MfaWeb, parts: &Parts) -> Self {
        if self.0.wants_page && self.0.location.is_none() {
            self.0.html = Some(web.failure_page(parts, self.0.status));
        }
        self
    }

    fn problem(&self) -> Response {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.0.status.canonical_reason().unwrap_or_default(),
            "status": self.0.status.as_u16(),
            "code": self.0.code,
            "detail": self.0.detail,
        });
        if let Some(members) = problem.as_object_mut() {
            members.extend(self.0.members.clone());
            if let Some(location) = &self.0.location {
                members.insert("location".to_owned(), json!(location));
            }
        }
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.0.status, kind, problem.to_string()).into_response()
    }
}

impl IntoResponse for MfaRejection {
    fn into_response(self) -> Response {
        let mut response = match (&self.0.location, &self.0.html) {
            (Some(location), _) if self.0.wants_page => see_other(location),
            (_, Some(html)) if self.0.wants_page => {
                (self.0.status, page(html.clone())).into_response()
            }
            _ => self.problem(),
        };
        let unauthorized = response.status() == StatusCode::UNAUTHORIZED;
        let challenge = self.0.authenticate.as_deref().filter(|_| unauthorized);
        if let Some(challenge) = challenge.and_then(|value| HeaderValue::from_str(value).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        append(response.headers_mut(), self.0.headers);
        if let Some(failure) = self.0.failure {
            response.extensions_mut().insert(failure);
        }
        guarded(response)
    }
}

impl fmt::Display for MfaRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

/// What to do first about an unmet rule.
fn next(unmet: &Unmet) -> &'static str {
    match unmet.ways().next().and_then(|way| way.first()) {
        Some(NextStep::SignIn(_) | NextStep::SignInOtherwise) => "sign_in_again",
        Some(NextStep::SetUp | NextStep::SetUpOf(_) | NextStep::SetUpUserVerified) => "set_up",
        Some(NextStep::CodeOrRecovery) => "code_or_recovery_code",
        Some(NextStep::FactorOf(_) | NextStep::UserVerified) => "stronger_factor",
        _ => "code",
    }
}

/// A redirect that is followed with a GET.
pub(crate) fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Whether a person waits for a page.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.into_iter().any(|accept| accept.contains("text/html"))
}

/// Where the visitor was going. A form cannot be sent again for them: they go back to its page. A
/// challenge is not where anyone was going: a host may have sent them there with `?to=PATH`.
pub(crate) fn return_to(web: &MfaWeb, parts: &Parts) -> ReturnPath {
    let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |o| &o.0);
    let api = uri.path().strip_prefix(&web.path("/api")).is_some_and(|rest| rest.starts_with('/'));
    let path = match parts.method {
        // JSON is not read by people: the request for it came from a page.
        Method::GET | Method::HEAD if !api => {
            uri.path_and_query().map(|path| path.as_str().to_owned())
        }
        _ => referring_page(parts),
    };
    let path = path.unwrap_or_default();
    let (route, query) = path.split_once('?').unwrap_or((&path, ""));
    let challenged = route.starts_with(&web.path("/challenge")) || route == web.path("/step-up");
    let to = if challenged {
        let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
        to.and_then(|(_, to)| ReturnPath::parse(&to))
    } else {
        ReturnPath::parse(&path)
    };
    to.unwrap_or_else(|| web.places().dashboard.clone())
}

/// The path of the page that a form was sent from, if that is one of ours.
fn referring_page(parts: &Parts) -> Option<String> {
    let referrer = parts.headers.get(header::REFERER)?.to_str().ok()?;
    let referrer: axum::http::Uri = referrer.parse().ok()?;
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = parts.uri.authority().map(|own| own.as_str()).or(host)?;
    let same = referrer.authority().is_some_and(|a| a.as_str().eq_ignore_ascii_case(own));
    same.then(|| referrer.path_and_query().map(|path| path.as_str().to_owned()))?
}

/// The code of a first factor that was not proven again.
const NOT_RENEWED: &str = "first_factor_not_newer";

/// The code of a session that was void, and signed out for it.
const VOID: &str = "sign_in_again";
