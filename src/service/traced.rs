//! What the span of an operation says of an answer that is no error (feature `tracing`).
//!
//! A throttled code, a failed triple and a missed recovery code write no event: here they are seen.

use crate::domain::{Confirmed, Verdict};

pub(super) fn verdict(verdict: &Verdict) {
    outcome(match verdict {
        Verdict::Passed(_) => "passed",
        Verdict::Rejected(rejection) => rejection.reason.code(),
    });
}

pub(super) fn confirmed(confirmed: &Confirmed) {
    outcome(match confirmed {
        Confirmed::Rejected(_) => "rejected",
        _ => "confirmed",
    });
}

#[cfg(feature = "tracing")]
fn outcome(outcome: &'static str) {
    tracing::Span::current().record("outcome", outcome);
}

#[cfg(not(feature = "tracing"))]
fn outcome(_: &'static str) {}
