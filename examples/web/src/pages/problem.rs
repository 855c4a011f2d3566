//! What went wrong, as a page.

use std::error::Error;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::app::PRODUCT;

/// Why a handler has nothing to show.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The visitor may not.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It is nobody's fault who sent the request.
    Broken(Box<dyn Error + Send + Sync>),
    /// Another answer, such as a redirect.
    Instead(Box<Response>),
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Page {
    product: &'static str,
    title: &'static str,
    lead: &'static str,
}

impl Problem {
    pub(crate) fn broken(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title, lead) = match self {
            Self::Instead(response) => return *response,
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "This page is not for you",
                "It is for administrators of an organization, and you are signed in as somebody else.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "There is nothing here",
                "The address is wrong, or what was here is gone.",
            ),
            Self::Broken(error) => {
                log(&*error);
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong",
                    "Nothing was changed, as far as we know. Try again in a moment.",
                )
            }
        };
        let html = Page { product: PRODUCT, title, lead }.render().unwrap_or_default();
        (status, Html(html)).into_response()
    }
}

/// Logs what went wrong behind the adapter's answers.
pub(crate) async fn log_failures(response: Response) -> Response {
    if let Some(failure) = response.extensions().get::<mfakit_axum::Failure>() {
        log(failure.error());
    }
    response
}

#[allow(clippy::print_stderr, reason = "a real application has a log")]
fn log(error: &dyn Error) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  caused by: {error}");
        cause = error.source();
    }
}

macro_rules! broken {
    ($($error:ty),*) => {$(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::broken(error)
            }
        }
    )*};
}
broken!(
    askama::Error,
    crate::passwords::HashingError,
    crate::records::RecordsError,
    mfakit::Error,
    mfakit::Invalid,
    mfakit::store::StoreError,
    mfakit_axum::HostError
);
