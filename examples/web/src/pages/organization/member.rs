//! One member: where they stand, and what can be done about it.

use askama::Template;
use axum::extract::{Path, State};
use mfakit::Subject;
use mfakit::organization::Standing as Stands;

use super::PATH;
use super::standing::State as Standing;
use crate::app::App;
use crate::pages::{Admin, Answer, Frame, Problem, page};
use crate::words;

#[derive(Template)]
#[template(path = "organization/member.html")]
struct Page {
    frame: Frame,
    id: String,
    email: String,
    state: Standing,
    last_signed_in: Option<String>,
    /// Whether there is a deadline to move.
    has_deadline: bool,
    exempt: bool,
    protected: bool,
}

/// A member of the administrator's organization.
pub(super) struct Member {
    pub(super) subject: Subject,
    pub(super) email: String,
    pub(super) row: mfakit::store::RosterRow,
    pub(super) standing: Stands,
    pub(super) deadline: Option<chrono::DateTime<chrono::Utc>>,
}

impl Member {
    /// Finds one by what stands in an address.
    pub(super) async fn find(app: &App, admin: &Admin, id: &str) -> Result<Self, Problem> {
        let subject = Subject::new(id).map_err(|_| Problem::NotFound)?;
        let row = app.orgs.roster_row(&admin.org, &subject).await?.ok_or(Problem::NotFound)?;
        let user = app.records.user(&subject).await?.ok_or(Problem::NotFound)?;
        let organization = app.mfa().organization(&admin.org).await?;
        let standing = organization.policy().decide(&row.membership, row.strength, app.now());
        let deadline = organization.policy().deadline(&row.membership, row.strength);
        Ok(Self { subject, email: user.email, row, standing, deadline })
    }
}

/// `GET /organization/members/{id}`
pub(crate) async fn show(State(app): State<App>, admin: Admin, Path(id): Path<String>) -> Answer {
    let Member { subject, email, row, standing, deadline } =
        Member::find(&app, &admin, &id).await?;
    let view = Page {
        frame: admin.viewer.frame(PATH),
        id: subject.to_string(),
        email,
        state: Standing::of(standing, row.strength, deadline, app.now()),
        last_signed_in: row.last_signed_in.map(words::time),
        has_deadline: deadline.is_some() && row.strength.is_none(),
        exempt: matches!(standing, Stands::Exempt { .. }),
        protected: row.strength.is_some(),
    };
    page(None, &view)
}
