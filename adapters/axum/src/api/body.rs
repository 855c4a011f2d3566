//! The body of a request: a JSON object of the documented form, bounded, wiped and never printed.

use std::fmt;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::rejection::MfaRejection;
use crate::web::MfaWeb;

/// A body that could be read.
///
/// No form of another site can send its content type, and no script can without being asked first
/// (Fetch standard §3.3.5, CORS-safelisted request headers).
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<MfaWeb> for Body<T> {
    type Rejection = MfaRejection;

    async fn from_request(request: Request, web: &MfaWeb) -> Result<Self, MfaRejection> {
        let (parts, body) = request.into_parts();
        let refuse = |status, code, detail: &str| {
            Err(MfaRejection::new(&parts, status, code, detail).into_problem())
        };
        if !is_json(&parts.headers) {
            let detail = "the body must be application/json";
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail);
        }
        let request = Request::from_parts(parts.clone(), body);
        let Ok(bytes) = Bytes::from_request(request, web).await else {
            let detail = "the body must have at most 4096 bytes";
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail);
        };
        // Serde would take the members of an object as a list, too.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            let detail = "the body must be a JSON object";
            return refuse(StatusCode::BAD_REQUEST, "body_malformed", detail);
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Self(body)),
            // The error itself would repeat what was typed.
            Err(error) => {
                let at = format!("line {}, column {}", error.line(), error.column());
                let detail = format!("the body is not of the documented form: {at}");
                refuse(StatusCode::BAD_REQUEST, "body_malformed", &detail)
            }
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// Something that was typed, a code for instance.
pub(crate) struct Typed(Zeroizing<String>);

impl Typed {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// A member that may be left out, and is no `null`.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The body of a request that says nothing but by its path.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}
