//! The span that an operation runs in, and its outcome (feature `tracing`).
//!
//! A throttled code, a failed triple and a missed recovery code write no event: here they are seen.

#[cfg(feature = "tracing")]
use std::future::Future;

#[cfg(feature = "tracing")]
use tracing::Instrument;

use super::verdict::{Confirmed, Verdict};
#[cfg(feature = "tracing")]
use crate::error::Error;

/// Runs an operation in a span of its name, with the user or the organization as a field:
/// `in_span!(status(subject), async { … }).await`. An error is an event in it, at the level of
/// debugging. Without the feature this is the operation and nothing else.
#[cfg(feature = "tracing")]
macro_rules! in_span {
    ($name:ident $(($field:ident))?, $operation:expr $(,)?) => {{
        let outcome = tracing::field::Empty;
        let span = tracing::info_span!(stringify!($name), $(%$field,)? outcome);
        $crate::service::traced::run(span, |error| tracing::debug!(%error), $operation)
    }};
}

#[cfg(not(feature = "tracing"))]
macro_rules! in_span {
    ($name:ident $(($field:ident))?, $operation:expr $(,)?) => {{
        $(let _ = $field;)?
        $operation
    }};
}

/// Runs an operation in a span, and tells of its error there.
#[cfg(feature = "tracing")]
pub(super) async fn run<T>(
    span: tracing::Span,
    tell: impl FnOnce(&Error),
    operation: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let told = async {
        let answer = operation.await;
        answer.inspect_err(tell)
    };
    told.instrument(span).await
}

/// Notes how an answer was judged.
pub(super) fn verdict(verdict: &Verdict) {
    outcome(match verdict {
        Verdict::Passed(_) => "passed",
        Verdict::Rejected(rejection) => rejection.reason.code(),
    });
}

/// Notes how the code that confirms a setup was judged.
pub(super) fn confirmed(confirmed: &Confirmed) {
    outcome(match confirmed {
        Confirmed::Rejected(_) => "rejected",
        Confirmed::FirstFactor(_) | Confirmed::Added(_) | Confirmed::Replaced(..) => "confirmed",
    });
}

#[cfg(feature = "tracing")]
fn outcome(outcome: &'static str) {
    tracing::Span::current().record("outcome", outcome);
}

#[cfg(not(feature = "tracing"))]
fn outcome(_: &'static str) {}
