//! What an administrator does for one member: a page each, behind a fresh second factor.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::HeaderMap;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use mfakit::Strength;
use serde::Deserialize;

use super::PATH;
use super::member::Member;
use super::policy::refused;
use crate::app::App;
use crate::authority::{self, Denied};
use crate::pages::{Admin, Answer, Frame, Problem, go, page};
use crate::words;

/// Which deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Deed {
    Extend,
    Exempt,
    EndExemption,
    Reset,
}

#[derive(Template)]
#[template(path = "organization/deed.html")]
struct Page {
    frame: Frame,
    id: String,
    email: String,
    deed: Deed,
    until: String,
    reason: String,
    /// The first day that can be chosen.
    tomorrow: String,
    alert: Option<String>,
}

#[derive(Template)]
#[template(path = "organization/enrollment_code.html")]
struct CodePage {
    frame: Frame,
    id: String,
    email: String,
    code: String,
    expires: String,
}

/// What was filled in.
#[derive(Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

impl Deed {
    fn path(self) -> &'static str {
        match self {
            Self::Extend => "extend",
            Self::Exempt => "exempt",
            Self::EndExemption => "end-exemption",
            Self::Reset => "reset",
        }
    }
}

/// `GET /organization/members/{id}/{deed}`
pub(crate) async fn show(
    State(app): State<App>,
    admin: Admin,
    Path((id, deed)): Path<(String, Deed)>,
) -> Answer {
    let member = Member::find(&app, &admin, &id).await?;
    let empty = Filled { until: String::new(), reason: String::new() };
    view(&app, &admin, &member, deed, &empty, None)
}

/// `POST /organization/members/{id}/{deed}`
pub(crate) async fn done(
    State(app): State<App>,
    admin: Admin,
    Path((id, deed)): Path<(String, Deed)>,
    Form(filled): Form<Filled>,
) -> Answer {
    let member = Member::find(&app, &admin, &id).await?;
    if deed == Deed::Reset {
        return reset(&app, &admin, &member, &filled).await;
    }
    let alert = match change(&app, &admin, &member, deed, &filled).await? {
        None => return Ok(go(&format!("{PATH}/members/{}", member.subject), HeaderMap::new())),
        Some(alert) => alert,
    };
    view(&app, &admin, &member, deed, &filled, Some(alert))
}

/// Extends, exempts or ends an exemption; or says why not.
async fn change(
    app: &App,
    admin: &Admin,
    member: &Member,
    deed: Deed,
    filled: &Filled,
) -> Result<Option<String>, Problem> {
    let Admin { viewer, org } = admin;
    let authority = match authority::over_organization(org, viewer.id(), &filled.reason) {
        Ok(authority) => authority,
        Err(denied) => return Ok(Some(denied.to_string())),
    };
    let (mfa, actor, subject) = (app.mfa(), viewer.assurance()?, &member.subject);
    let changed = match (deed, end_of(&filled.until)) {
        (Deed::Extend, Ok(Some(until))) => {
            mfa.extend_member(actor, &authority, subject, Strength::Standard, until).await
        }
        (Deed::Exempt, Ok(until)) => {
            mfa.exempt_member(actor, &authority, subject, Strength::Standard, until).await
        }
        (Deed::EndExemption, _) => mfa.end_exemption(actor, &authority, subject).await,
        _ => return Ok(Some("Say until which day.".to_owned())),
    };
    match changed {
        Ok(_) => Ok(None),
        Err(error) => refused(app, admin, error, &here(member, deed)).await.map(Some),
    }
}

/// Removes every factor of the member and shows the enrollment code, this once.
async fn reset(app: &App, admin: &Admin, member: &Member, filled: &Filled) -> Answer {
    let viewer = &admin.viewer;
    let alert = match authority::over_account(&member.subject, viewer.id(), &filled.reason) {
        Ok(authority) => match app.mfa().reset(viewer.assurance()?, &authority).await {
            Ok(issued) => {
                let view = CodePage {
                    frame: viewer.frame(PATH),
                    id: member.subject.to_string(),
                    email: member.email.clone(),
                    code: issued.code.reveal().to_string(),
                    expires: words::time(issued.expires_at),
                };
                return page(None, &view);
            }
            Err(error) => refused(app, admin, error, &here(member, Deed::Reset)).await?,
        },
        Err(denied @ (Denied::Own | Denied::Shared | Denied::Foreign | Denied::Reason(_))) => {
            denied.to_string()
        }
    };
    view(app, admin, member, Deed::Reset, filled, Some(alert))
}

fn view(
    app: &App,
    admin: &Admin,
    member: &Member,
    deed: Deed,
    filled: &Filled,
    alert: Option<String>,
) -> Answer {
    let tomorrow = app.now().date_naive().checked_add_days(Days::new(1));
    let view = Page {
        frame: admin.viewer.frame(PATH),
        id: member.subject.to_string(),
        email: member.email.clone(),
        deed,
        until: filled.until.clone(),
        reason: filled.reason.clone(),
        tomorrow: tomorrow.map(|day| day.to_string()).unwrap_or_default(),
        alert,
    };
    page(view.alert.as_ref(), &view)
}

fn here(member: &Member, deed: Deed) -> String {
    format!("{PATH}/members/{}/{}", member.subject, deed.path())
}

/// The end of a day in UTC; none when no day was chosen.
fn end_of(day: &str) -> Result<Option<DateTime<Utc>>, chrono::ParseError> {
    if day.is_empty() {
        return Ok(None);
    }
    let next = day.parse::<NaiveDate>()?.checked_add_days(Days::new(1));
    Ok(next.map(|next| next.and_time(NaiveTime::MIN).and_utc()))
}
