//! The dashboard, with the reminder of a transition period.

use askama::Template;
use axum::extract::State;

use super::{Answer, Frame, Viewer, page};
use crate::app::App;
use crate::words;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page {
    frame: Frame,
    reminder: Option<Reminder>,
    /// The number of recovery codes left, if the last sign-in found them few.
    low_codes: Option<usize>,
}

/// That an organization asks for two-factor authentication soon.
struct Reminder {
    organizations: String,
    deadline: String,
    left: String,
}

/// `GET /dashboard`
pub(crate) async fn show(State(app): State<App>, viewer: Viewer) -> Answer {
    let reminder = viewer.session.reminded().map(|reminded| Reminder {
        organizations: words::names(reminded.organizations.iter().map(|demand| &demand.org)),
        deadline: words::time(reminded.deadline),
        left: words::count(reminded.days_left(app.now()), "day", "days"),
    });
    let low_codes = viewer.session.low_codes();
    page(None, &Page { frame: viewer.frame("/dashboard"), reminder, low_codes })
}
