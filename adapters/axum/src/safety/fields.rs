//! The fields of a form, wiped when dropped and never printed.

use std::fmt;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use zeroize::Zeroizing;

/// The longest body of a request, in bytes. The longest form has three codes and a label.
pub(crate) const MAX_BODY: usize = 4096;

/// The fields of a form. Codes among them are in no error, no log and no `Debug`.
pub(crate) struct Fields(Vec<(String, Zeroizing<String>)>);

impl Fields {
    /// What a request of another form says, for recognising it when it comes again.
    pub(crate) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter();
        Self(pairs.map(|(k, v)| (k.to_owned(), Zeroizing::new(v.to_owned()))).collect())
    }

    /// A field as it was typed; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// A field that is an identifier; `None` when it is not there or cannot be one.
    pub(crate) fn id<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// Every field with its value, for recognising the same form.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).cloned();
        let kind = kind.as_ref().and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let form = kind.split(';').next().unwrap_or_default().trim();
        // Bytes of another type are a form that no form of ours sends.
        if !form.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let body =
            Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let pairs = form_urlencoded::parse(&body);
        Ok(Self(pairs.map(|(k, v)| (k.into_owned(), Zeroizing::new(v.into_owned()))).collect()))
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fields({} redacted)", self.0.len())
    }
}
