//! The body of a request: a form, bounded.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};

use crate::rejection::MfaRejection;
use crate::safety::Fields;
use crate::web::MfaWeb;

impl FromRequest<MfaWeb> for Fields {
    type Rejection = MfaRejection;

    async fn from_request(request: Request, web: &MfaWeb) -> Result<Self, MfaRejection> {
        let (parts, body) = request.into_parts();
        let refuse = |status, code, detail| {
            Err(MfaRejection::new(&parts, status, code, detail).with_page(web, &parts))
        };
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let form = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        // Bytes of another type are a form that no form of ours sends.
        if !form.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let detail = "the body must be a form";
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail);
        }
        let request = Request::from_parts(parts.clone(), body);
        let Ok(body) = Bytes::from_request(request, web).await else {
            let detail = "the body must have at most 4096 bytes";
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail);
        };
        Ok(Self::parse(&body))
    }
}
