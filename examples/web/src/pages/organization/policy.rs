//! Changing the policy, once the forecast was looked at.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Response;
use mfakit::organization::{Acknowledgement, OrgAuthority, ProposedPolicy};
use mfakit::{Error, Refusal, Strength};
use serde::Deserialize;

use super::{PATH, explain, had_seen, proposal, seen};
use crate::app::{ADMINISTER, App};
use crate::pages::step_up::ask;
use crate::pages::{Admin, Answer, Frame, Problem, go, page};
use crate::{authority, demo};

#[derive(Template)]
#[template(path = "organization/voluntary.html")]
struct Voluntary {
    frame: Frame,
    name: String,
    seen: String,
    reason: String,
    alert: Option<String>,
}

/// What was confirmed.
#[derive(Deserialize)]
pub(crate) struct Confirmed {
    #[serde(default)]
    days: String,
    #[serde(default)]
    seen: String,
    #[serde(default)]
    reason: String,
    /// "I have not set it up for myself, and require it all the same."
    #[serde(default)]
    acknowledged: String,
}

impl Confirmed {
    /// The authority for this change: of the policy that the page had shown, and no other.
    fn authority(&self, admin: &Admin) -> Result<OrgAuthority, authority::Denied> {
        let Admin { viewer, org } = admin;
        let granted = authority::over_organization(org, viewer.id(), &self.reason)?;
        Ok(granted.having_seen(had_seen(&self.seen)))
    }
}

/// `POST /organization/policy`: makes it required, or changes the period.
pub(crate) async fn change(
    State(app): State<App>,
    admin: Admin,
    Form(confirmed): Form<Confirmed>,
) -> Answer {
    let terms = proposal::terms(&confirmed.days).ok_or(Problem::NotFound)?;
    let authority = match confirmed.authority(&admin) {
        Ok(authority) => authority,
        Err(denied) => {
            let alert = Some(denied.to_string());
            return proposal::view(&app, &admin, terms, &confirmed.reason, alert).await;
        }
    };
    let actor = admin.viewer.assurance()?;
    let acknowledged = (confirmed.acknowledged == "yes").then_some(Acknowledgement::ActorIsWeaker);
    let proposed = ProposedPolicy::Required(Strength::Standard, terms);
    let changed = app.mfa().set_policy(actor, &authority, proposed, acknowledged).await;
    match changed {
        Ok(_) => Ok(done()),
        Err(error) => {
            let alert = refused(&app, &admin, error, &proposal::path(terms)).await?;
            proposal::view(&app, &admin, terms, &confirmed.reason, Some(alert)).await
        }
    }
}

/// `GET /organization/voluntary`
pub(crate) async fn sure_voluntary(State(app): State<App>, admin: Admin) -> Answer {
    view_voluntary(&app, &admin, "", None).await
}

/// `POST /organization/voluntary`
pub(crate) async fn make_voluntary(
    State(app): State<App>,
    admin: Admin,
    Form(confirmed): Form<Confirmed>,
) -> Answer {
    let alert = match confirmed.authority(&admin) {
        Ok(authority) => {
            let actor = admin.viewer.assurance()?;
            let proposed = ProposedPolicy::NotRequired(Strength::Standard);
            match app.mfa().set_policy(actor, &authority, proposed, None).await {
                Ok(_) => return Ok(done()),
                Err(error) => refused(&app, &admin, error, &format!("{PATH}/voluntary")).await?,
            }
        }
        Err(denied) => denied.to_string(),
    };
    view_voluntary(&app, &admin, &confirmed.reason, Some(alert)).await
}

async fn view_voluntary(app: &App, admin: &Admin, reason: &str, alert: Option<String>) -> Answer {
    let Admin { viewer, org } = admin;
    let organization = app.mfa().organization(org).await?;
    if organization.policy().requirement(Strength::Standard).is_none() {
        return Ok(done());
    }
    let view = Voluntary {
        frame: viewer.frame(PATH),
        name: demo::name_of(org).to_owned(),
        seen: seen(organization.stored_version()),
        reason: reason.to_owned(),
        alert,
    };
    page(view.alert.as_ref(), &view)
}

/// Why a change was refused; a session that is not fresh enough is asked for more and comes back.
pub(super) async fn refused(
    app: &App,
    admin: &Admin,
    error: Error,
    back_to: &str,
) -> Result<String, Problem> {
    if let Error::Refused(Refusal::StepUp(_)) = error {
        let enrolled = app.mfa().status(admin.viewer.id()).await?.enabled;
        return Err(ask(app, enrolled, ADMINISTER, back_to));
    }
    explain(error)
}

fn done() -> Response {
    go(PATH, HeaderMap::new())
}
