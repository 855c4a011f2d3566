//! `GET /status`: what a profile page shows.

use axum::response::Response;
use chrono::{DateTime, Utc};
use mfakit::import::ImportNotice;
use mfakit::organization::{Demand, Gate, OrgId};
use mfakit::{Limited, LimitedTo, Strength};
use serde::Serialize;

use super::caller::SignedInCaller;
use crate::flows::manage;
use crate::rejection::MfaRejection;
use crate::visit::Visit;

#[derive(Serialize)]
struct StatusBody {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    strength: Option<Strength>,
    factors: usize,
    recovery_codes_left: usize,
    recovery_codes_low: bool,
    /// The session may set up, and nothing else.
    limited_to_setup: bool,
    /// The session may replace the recovery codes, and nothing else.
    limited_to_regenerating: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    import_notices: Vec<ImportNotice>,
    access: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    organizations: Vec<Asking>,
    attempt: u32,
}

/// An organization that asks for a factor.
#[derive(Serialize)]
struct Asking {
    name: String,
    required: &'static str,
}

pub(crate) async fn show(SignedInCaller(visit): SignedInCaller) -> Response {
    answer(visit).await
}

pub(super) async fn answer(visit: Visit) -> Response {
    match of(&visit).await {
        Ok(status) => visit.json(&status).await,
        Err(rejection) => visit.refuse(rejection).await,
    }
}

async fn of(visit: &Visit) -> Result<StatusBody, MfaRejection> {
    let limited = visit.session.limited().map(Limited::next_step);
    let limited_to_setup = limited == Some(&LimitedTo::FirstSetup);
    let limited_to_regenerating = limited == Some(&LimitedTo::RegenerateCodes);
    let (access, deadline, demands) = match (visit.gate().await?, limited) {
        (Gate::SetUpFirst(walled), _) => ("set_up_first", Some(walled.since), walled.organizations),
        (_, Some(LimitedTo::StepUp(walled) | LimitedTo::Replace(walled))) => {
            ("step_up_first", Some(walled.since), walled.organizations.clone())
        }
        (Gate::Allow, _) => ("allowed", None, Vec::new()),
        (Gate::AllowAndRemind(reminded), _) => {
            ("reminded", Some(reminded.deadline), reminded.organizations)
        }
    };
    let organizations: Vec<OrgId> = demands.iter().map(|demand| demand.org.clone()).collect();
    let names = visit.names_of(&organizations).await.into_iter();
    let asking = names.zip(&demands);
    let status = manage::status(visit).await?;
    Ok(StatusBody {
        enabled: status.enabled,
        strength: status.strength,
        factors: status.factors.len(),
        recovery_codes_left: status.recovery_left.unwrap_or_default(),
        recovery_codes_low: status.recovery_low,
        limited_to_setup,
        limited_to_regenerating,
        import_notices: status.import_notices,
        access,
        deadline,
        organizations: asking.map(|(name, demand)| Asking::of(name, demand)).collect(),
        attempt: visit.session.form,
    })
}

impl Asking {
    fn of(name: String, demand: &Demand) -> Self {
        let required = match demand.required.known() {
            Some(Strength::Standard) => "standard",
            Some(Strength::PhishingResistant) => "phishing_resistant",
            // Of this release's strengths there are no more: what is not known is of a newer one.
            _ => "newer_release",
        };
        Self { name, required }
    }
}
