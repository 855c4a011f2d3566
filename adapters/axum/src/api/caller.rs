//! The caller of the API, and the answers in JSON.

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::rejection::MfaRejection;
use crate::visit::Visit;
use crate::web::MfaWeb;

/// A visit that is answered in JSON, whatever the request accepts.
pub(crate) struct Caller(pub(crate) Visit);

impl FromRequestParts<MfaWeb> for Caller {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, web: &MfaWeb) -> Result<Self, MfaRejection> {
        let mut parts = parts.clone();
        parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut visit = Visit::enter(web, parts).await?;
        if let Some(signed_in) = visit.signed_in_mut() {
            // Only a page resumes a setup by itself: here a GET begins nothing.
            signed_in.resume = None;
            visit.still_counts().await?;
        }
        Ok(Self(visit))
    }
}

/// A visit that is fully signed in. A pending sign-in reaches only the challenge, and a session
/// that is out of date reaches nothing.
pub(crate) struct SignedInCaller(pub(crate) Visit);

impl FromRequestParts<MfaWeb> for SignedInCaller {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, web: &MfaWeb) -> Result<Self, MfaRejection> {
        let Caller(mut visit) = Caller::from_request_parts(parts, web).await?;
        match visit.signed_in().map(drop) {
            Ok(()) => Ok(Self(visit)),
            // The challenge that was opened has to be there when it is asked for.
            Err(rejection) => Err(rejection.with_headers(visit.write().await?)),
        }
    }
}

impl Visit {
    /// Answers with a JSON object.
    pub(super) async fn json(self, value: &impl Serialize) -> Response {
        let Ok(body) = serde_json::to_string(value) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        self.answer(([(CONTENT_TYPE, "application/json")], body)).await
    }

    /// Answers with a refusal, after what changed is written.
    pub(super) async fn refuse(self, rejection: MfaRejection) -> Response {
        // A session that was just ended must not be written again.
        match rejection.ends_the_session() {
            true => rejection.into_response(),
            false => self.answer(rejection).await,
        }
    }

    /// A refusal of this request.
    pub(super) fn problem(
        &self,
        status: StatusCode,
        code: &'static str,
        why: &str,
    ) -> MfaRejection {
        MfaRejection::new(&self.parts, status, code, why)
    }
}

/// A secret that is shown once.
pub(crate) struct Shown(Zeroizing<String>);

impl Shown {
    pub(crate) fn new(text: impl Into<Zeroizing<String>>) -> Self {
        Self(text.into())
    }

    pub(crate) fn codes(codes: &mfakit::RecoveryCodes) -> Vec<Self> {
        codes.iter().map(|code| Self::new(code.reveal())).collect()
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
