//! The overview: the policy, how many members stand where, and a page of them.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use mfakit::organization::{OrgRefusal, RosterFilter};
use mfakit::{Error, Refusal, Strength};
use serde::Deserialize;

use super::PATH;
use super::standing::State as Standing;
use crate::app::App;
use crate::pages::{Admin, Answer, Frame, go, page};
use crate::{demo, words};

/// How many members a page has.
const MEMBERS: usize = 25;
/// The period that the form begins with.
const USUAL_DAYS: u16 = 14;

const FILTERS: [(&str, &str, RosterFilter); 6] = [
    ("without", "Without", RosterFilter::WithoutMfa),
    ("period", "In transition period", RosterFilter::InGrace),
    ("lapsed", "Lapsed", RosterFilter::Lapsed),
    ("exempt", "Exempt", RosterFilter::Exempt),
    ("app", "With an app only", RosterFilter::With(Strength::Standard)),
    ("key", "With a passkey or security key", RosterFilter::With(Strength::PhishingResistant)),
];

#[derive(Template)]
#[template(path = "organization/overview.html")]
struct Page {
    frame: Frame,
    name: String,
    /// Since when and with how many days it is required; `None` when it is voluntary.
    required: Option<(String, String)>,
    enrolled: bool,
    days: String,
    alert: Option<String>,
    members: String,
    filters: Vec<Filter>,
    rows: Vec<Row>,
    next: Option<String>,
    first: bool,
}

struct Filter {
    path: String,
    label: &'static str,
    count: u64,
    current: bool,
}

struct Row {
    id: String,
    email: String,
    state: Standing,
    last_signed_in: Option<String>,
}

/// Which members.
#[derive(Deserialize, Default)]
pub(crate) struct Shown {
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: Option<String>,
}

/// `GET /organization`
pub(crate) async fn show(
    State(app): State<App>,
    admin: Admin,
    Query(shown): Query<Shown>,
) -> Answer {
    view(&app, &admin, &shown, None, None).await
}

/// The overview again, with what was wrong about the number of days.
pub(super) async fn again(app: &App, admin: &Admin, days: &str, alert: String) -> Answer {
    view(app, admin, &Shown::default(), Some(days), Some(alert)).await
}

async fn view(
    app: &App,
    admin: &Admin,
    shown: &Shown,
    days: Option<&str>,
    alert: Option<String>,
) -> Answer {
    let Admin { viewer, org } = admin;
    let mfa = app.mfa();
    let chosen = FILTERS.iter().find(|(name, ..)| *name == shown.show).unwrap_or(&FILTERS[0]);
    let page_path = |name: &str| format!("{PATH}?show={name}");
    let roster = match mfa.roster(org, chosen.2, shown.after.as_deref(), MEMBERS).await {
        Ok(roster) => roster,
        // The policy has changed between two pages, or somebody made the cursor up.
        Err(Error::Refused(Refusal::Organization(
            OrgRefusal::CursorGarbled | OrgRefusal::CursorForeign | OrgRefusal::CursorOutdated,
        ))) => return Ok(go(&page_path(chosen.0), HeaderMap::new())),
        Err(error) => return Err(error.into()),
    };
    let mut rows = Vec::new();
    for member in &roster.members {
        let user = app.records.user(&member.subject).await?;
        rows.push(Row {
            id: member.subject.to_string(),
            email: user.map_or_else(|| member.subject.to_string(), |user| user.email),
            state: Standing::of(member.standing, member.strength, member.deadline, app.now()),
            last_signed_in: member.last_signed_in.map(words::time),
        });
    }
    let counts = mfa.overview(org).await?;
    let count = |filter| match filter {
        RosterFilter::WithoutMfa => counts.without_mfa(),
        RosterFilter::InGrace => counts.in_grace,
        RosterFilter::Lapsed => counts.lapsed,
        RosterFilter::Exempt => counts.exempt,
        RosterFilter::With(strength) => counts.of(Some(strength)),
        _ => 0,
    };
    let filters = FILTERS.iter().map(|(name, label, filter)| Filter {
        path: page_path(name),
        label,
        count: count(*filter),
        current: *name == chosen.0,
    });
    let organization = mfa.organization(org).await?;
    let (required, in_force) = match organization.policy().requirement(Strength::Standard) {
        None => (None, USUAL_DAYS),
        Some(requirement) => {
            let grace = requirement.terms.grace.as_days();
            let days = words::count(grace, "day", "days");
            (Some((words::time(requirement.since), days)), grace)
        }
    };
    let view = Page {
        frame: viewer.frame(PATH),
        name: demo::name_of(org).to_owned(),
        required,
        enrolled: mfa.status(viewer.id()).await?.enabled,
        days: days.map_or_else(|| in_force.to_string(), str::to_owned),
        alert,
        members: words::count(counts.members, "member", "members"),
        filters: filters.collect(),
        rows,
        next: roster.next.map(|next| format!("{}&after={next}", page_path(chosen.0))),
        first: shown.after.is_none(),
    };
    page(view.alert.as_ref(), &view)
}
