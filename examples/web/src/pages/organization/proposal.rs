//! A policy that is proposed: what it would do, to whom and when, before anybody confirms it.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use mfakit::Strength;
use mfakit::organization::{Forecast, GracePeriod, PolicyScope, PolicyTerms, ProposedPolicy};
use serde::Deserialize;

use super::{PATH, overview, seen};
use crate::app::{ADMINISTER, App};
use crate::pages::step_up::freshness;
use crate::pages::{Admin, Answer, Frame, Problem, go, page};
use crate::{demo, words};

/// Who signed in within so many days counts as active.
const RECENTLY: i64 = 30;
/// How many of those who would be hit are named.
const NAMED: usize = 10;

#[derive(Template)]
#[template(path = "organization/proposal.html")]
struct Page {
    frame: Frame,
    name: String,
    /// Whether it is required already, and only the period changes.
    required: bool,
    period: String,
    days: String,
    seen: String,
    enrolled: bool,
    lines: Vec<String>,
    named: Vec<String>,
    alert: Option<String>,
    reason: String,
}

/// The number of days that was typed.
#[derive(Deserialize)]
pub(crate) struct Days {
    #[serde(default)]
    days: String,
}

/// `POST /organization/proposal`: reads the number, and shows what it would do.
pub(crate) async fn propose(
    State(app): State<App>,
    admin: Admin,
    Form(typed): Form<Days>,
) -> Answer {
    match terms(&typed.days) {
        Some(terms) => Ok(go(&path(terms), HeaderMap::new())),
        None => {
            let most = GracePeriod::MAX_DAYS;
            let alert = format!("The transition period is a whole number of days, 0 to {most}.");
            overview::again(&app, &admin, &typed.days, alert).await
        }
    }
}

/// `GET /organization/proposal?days=14`
pub(crate) async fn show(
    State(app): State<App>,
    admin: Admin,
    Query(asked): Query<Days>,
) -> Answer {
    let terms = terms(&asked.days).ok_or(Problem::NotFound)?;
    freshness(&app, &admin.viewer, ADMINISTER, &path(terms)).await?;
    view(&app, &admin, terms, "", None).await
}

/// The forecast, and the form that confirms.
pub(super) async fn view(
    app: &App,
    admin: &Admin,
    terms: PolicyTerms,
    reason: &str,
    alert: Option<String>,
) -> Answer {
    let Admin { viewer, org } = admin;
    let organization = app.mfa().organization(org).await?;
    let recently = chrono::TimeDelta::days(RECENTLY);
    let proposed = ProposedPolicy::Required(Strength::Standard, terms);
    let forecast = app.mfa().forecast(org, proposed, viewer.id(), recently).await?;
    let mut named = Vec::new();
    for (_, subject) in forecast.recently_active_named.iter().take(NAMED) {
        named.extend(app.records.user(subject).await?.map(|user| user.email));
    }
    let days = terms.grace.as_days();
    let view = Page {
        frame: viewer.frame(PATH),
        name: demo::name_of(org).to_owned(),
        required: organization.policy().requirement(Strength::Standard).is_some(),
        period: words::count(days, "day", "days"),
        days: days.to_string(),
        seen: seen(organization.stored_version()),
        enrolled: app.mfa().status(viewer.id()).await?.enabled,
        lines: lines(&forecast),
        named,
        alert,
        reason: reason.to_owned(),
    };
    page(view.alert.as_ref(), &view)
}

/// What a forecast says, a sentence each.
fn lines(forecast: &Forecast) -> Vec<String> {
    let members = |number: u64| words::count(number, "member", "members");
    let counted = [
        (forecast.all.unaffected, "protected already: nothing changes for them."),
        (forecast.all.in_grace, "with a transition period that runs."),
        (forecast.all.lapsed, "who would have to set it up at once."),
        (forecast.all.exempt, "exempt."),
    ];
    let counted = counted.into_iter().filter(|(number, _)| *number > 0);
    let mut lines: Vec<String> =
        counted.map(|(number, what)| format!("{} {what}", members(number))).collect();
    lines.extend(forecast.lapsing.iter().map(|(day, number)| {
        let day = day.format("%-d %B %Y");
        format!("On {day}, {} would have to set it up, if nobody did before.", members(*number))
    }));
    if forecast.actor.is_some_and(|actor| actor.locked_out()) {
        lines.push("You yourself would have to set it up at once.".to_owned());
    }
    lines
}

/// The page of these terms.
pub(super) fn path(terms: PolicyTerms) -> String {
    format!("{PATH}/proposal?days={}", terms.grace.as_days())
}

/// A number of days as terms. The whole account is what the policy is about: a member behind the
/// wall reaches no page but the profile and the setup.
pub(super) fn terms(days: &str) -> Option<PolicyTerms> {
    let grace = GracePeriod::days(days.trim().parse().ok()?).ok()?;
    Some(PolicyTerms { grace, scope: PolicyScope::WholeAccount })
}
