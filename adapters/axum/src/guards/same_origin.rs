//! Requests that change something come from the host's own pages.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::Boxed;
use crate::rejection::MfaRejection;

/// Refuses requests that change something and were not sent by a page of the same origin.
///
/// The adapter's own routes have it. Put it on the host's as well: it is a layer, and needs no token
/// in any form.
///
/// `Sec-Fetch-Site`, which no page can forge, must not name another site; `Origin`, when it is there,
/// has to name the host that the request was sent to. One of the two has to speak for the request:
/// every browser since 2020 sends one with a POST. `GET`, `HEAD` and `OPTIONS` pass; they must not
/// change anything.
#[derive(Debug, Clone, Default)]
pub struct SameOrigin(());

impl SameOrigin {
    /// The rule.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn allows(parts: &Parts) -> bool {
        if [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method) {
            return true;
        }
        let own = authority(&parts.headers, &parts.uri);
        let mut origins = parts.headers.get_all(header::ORIGIN).iter().map(|o| o.as_bytes());
        let origin = origins.next();
        if origins.next().is_some() {
            return false;
        }
        let site = parts.headers.get(SEC_FETCH_SITE).map(|site| site.as_bytes());
        // `null` names no origin: whether it is ours, only the other header can say.
        let named = origin.filter(|origin| *origin != b"null");
        let matches = named.map(|origin| own.as_deref().is_some_and(|own| is_of(origin, own)));
        match (site, matches) {
            (_, Some(false)) => false,
            (Some(b"same-origin"), _) => true,
            // A reload by hand is of no page; no page can make a browser say so.
            (Some(b"none") | None, matches) => matches == Some(true),
            (Some(_), _) => false,
        }
    }
}

/// The host that the request was sent to: `:authority` of HTTP/2, or `Host`. Two hosts are none.
fn authority(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str().to_owned());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    host.to_str().ok().map(str::to_owned)
}

/// Whether an origin, `https://host:port`, is of this host. Behind a proxy that ends TLS the scheme
/// is not known here.
fn is_of(origin: &[u8], host: &str) -> bool {
    let Ok(origin) = std::str::from_utf8(origin) else { return false };
    let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    named.is_some_and(|named| named.eq_ignore_ascii_case(host))
}

impl<S> Layer<S> for SameOrigin {
    type Service = SameOriginService<S>;
    fn layer(&self, inner: S) -> Self::Service {
        SameOriginService { inner }
    }
}

/// What [`SameOrigin`] makes of a service.
#[derive(Debug, Clone)]
pub struct SameOriginService<S> {
    inner: S,
}

impl<S> Service<Request> for SameOriginService<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Boxed;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (parts, body): (Parts, Body) = request.into_parts();
        if !SameOrigin::allows(&parts) {
            let refused = MfaRejection::cross_site(&parts).into_response();
            return Box::pin(async move { Ok(refused) });
        }
        let answer = self.inner.call(Request::from_parts(parts, body));
        Box::pin(answer)
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(method: Method, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/mfa/setup");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        SameOrigin::allows(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_post_has_to_come_from_the_same_origin() {
        const HOST: (&str, &str) = ("host", "app.example:8443");
        let own = ("origin", "https://app.example:8443");
        let site = |site| ("sec-fetch-site", site);
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[HOST, own, site("same-origin")], true),
            (&[HOST, own], true),
            (&[HOST, site("same-origin")], true),
            (&[HOST, ("origin", "null"), site("same-origin")], true),
            (&[HOST, ("origin", "https://APP.example:8443")], true),
            (&[HOST], false),
            (&[own], false),
            (&[HOST, ("origin", "null")], false),
            (&[HOST, ("origin", "https://evil.example")], false),
            (&[HOST, ("origin", "https://evil.example"), site("same-origin")], false),
            (&[HOST, ("origin", "https://app.example:8443.evil.example")], false),
            (&[HOST, ("origin", "https://app.example")], false),
            (&[HOST, ("origin", "app.example:8443")], false),
            (&[HOST, own, site("same-site")], false),
            (&[HOST, own, site("cross-site")], false),
            (&[HOST, own, site("none")], true),
            (&[HOST, site("none")], false),
            (&[HOST, ("host", "evil.example"), ("origin", "https://evil.example")], false),
            (&[HOST, own, ("origin", "https://evil.example")], false),
            (&[HOST, ("host", "evil.example"), own], false),
            (&[HOST, ("origin", "null"), site("cross-site")], false),
            (&[HOST, ("origin", "https://app.example:443"), site("same-site")], false),
            (&[HOST, ("origin", "ftp://app.example:8443")], false),
            (&[HOST, ("origin", "https://ada@app.example:8443")], false),
            (&[HOST, ("origin", "https://app.example:8443/")], false),
            (&[HOST, ("origin", "")], false),
            (&[HOST, own, site("same-origin, cross-site")], false),
        ];
        for (headers, expected) in cases {
            assert_eq!(allows(Method::POST, headers), *expected, "{headers:?}");
            assert_eq!(allows(Method::DELETE, headers), *expected, "{headers:?}");
            assert!(allows(Method::GET, headers), "{headers:?}");
        }
    }
}
