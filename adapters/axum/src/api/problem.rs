//! Why a request did not do what it asked for: one table from the flows' answers to statuses.

use axum::http::StatusCode;

use crate::flows::manage::WhyUnchanged;
use crate::flows::setup::WhyNotBegun;
use crate::rejection::MfaRejection;
use crate::visit::Visit;

/// A setup that is not under way.
pub(super) fn not_begun(visit: &Visit, why: WhyNotBegun) -> MfaRejection {
    let (status, code, detail) = match why {
        WhyNotBegun::Expired => (CONFLICT, "setup_expired", "the setup has expired: begin again"),
        WhyNotBegun::TriedOut => {
            (CONFLICT, "setup_tried_out", "the setup took all its tries: begin again")
        }
        WhyNotBegun::EmailUnverified => {
            (FORBIDDEN, "email_unverified", "the e-mail address must be verified first")
        }
        WhyNotBegun::LabelTaken => (CONFLICT, "label_taken", "another factor has this label"),
        WhyNotBegun::LabelInvalid => (UNPROCESSABLE, "label_invalid", LABEL),
        WhyNotBegun::TooManyFactors => {
            (CONFLICT, "too_many_factors", "an account has at most 10 factors")
        }
        WhyNotBegun::UnknownFactor => {
            (CONFLICT, "unknown_factor", "there is no such factor to replace")
        }
    };
    visit.problem(status, code, detail)
}

/// A change that was not made.
pub(super) async fn unchanged(visit: &Visit, why: WhyUnchanged) -> MfaRejection {
    match why {
        WhyUnchanged::LabelTaken => {
            visit.problem(CONFLICT, "label_taken", "another factor has this label")
        }
        WhyUnchanged::LabelInvalid => visit.problem(UNPROCESSABLE, "label_invalid", LABEL),
        WhyUnchanged::UnknownFactor => unknown_factor(visit),
        WhyUnchanged::NotEnabled => not_enabled(visit),
        WhyUnchanged::PolicyRequires(organizations) => {
            let detail = "an organization requires two-factor authentication";
            let organizations = visit.names_of(&organizations).await;
            let problem = visit.problem(FORBIDDEN, "policy_requires", detail);
            problem.with("organizations", organizations)
        }
    }
}

pub(super) fn unknown_factor(visit: &Visit) -> MfaRejection {
    visit.problem(NOT_FOUND, "unknown_factor", "there is no such factor")
}

pub(super) fn unknown_setup(visit: &Visit) -> MfaRejection {
    visit.problem(CONFLICT, "unknown_setup", "this setup is not under way in this session")
}

pub(super) fn setup_confirmed(visit: &Visit) -> MfaRejection {
    let detail = "the setup is confirmed already: reissue its codes, or finish it";
    visit.problem(CONFLICT, "setup_confirmed", detail)
}

pub(super) fn not_enabled(visit: &Visit) -> MfaRejection {
    let detail = "two-factor authentication is not enabled";
    visit.problem(CONFLICT, "not_enabled", detail)
}

/// A request whose answer was given before, and is not given twice.
pub(super) fn repeated(visit: &Visit) -> MfaRejection {
    let detail = "this request was answered before: a new one has another attempt";
    visit.problem(CONFLICT, "repeated", detail).with("attempt", visit.session.form)
}

const CONFLICT: StatusCode = StatusCode::CONFLICT;
const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const LABEL: &str = "the label must have 1 to 64 characters, 128 bytes at most";
