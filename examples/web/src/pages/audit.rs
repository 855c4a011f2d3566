//! The audit trail: one's own, or an organization's for its administrator.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::State;
use mfakit::{Event, EventKind, Subject};

use super::{Answer, Frame, Viewer, page};
use crate::app::App;
use crate::records::RecordsError;
use crate::{demo, trail, words};

/// How many events are shown.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    frame: Frame,
    /// Whose trail it is, when it is not the viewer's alone.
    organization: Option<String>,
    entries: Vec<Entry>,
}

struct Entry {
    at: String,
    whose: String,
    text: String,
    told: bool,
}

/// `GET /audit`
pub(crate) async fn show(State(app): State<App>, viewer: Viewer) -> Answer {
    let events = match &viewer.administers {
        Some(_) => trail::latest(&*app.log, SHOWN, |event| concerns(&viewer, event)).await?,
        None => app.mfa().recent_events(viewer.id(), SHOWN).await?,
    };
    let names = names(&app, &events).await?;
    let name = |subject: &Subject| match names.get(subject) {
        Some(email) => email.clone(),
        None => subject.to_string(),
    };
    let entry = |event: &Event| Entry {
        at: words::time(event.at()),
        whose: name(event.subject()),
        text: words::sentence(event.kind(), name),
        told: event.concerns_owner(),
    };
    let organization = viewer.administers.as_ref().map(|org| demo::name_of(org).to_owned());
    let entries = events.iter().map(entry).collect();
    page(None, &Page { frame: viewer.frame("/audit"), organization, entries })
}

/// Whether the viewer may see an event: their own, and as an administrator those of the members. What
/// another organization does about a member who belongs to both is its own affair.
fn concerns(viewer: &Viewer, event: &Event) -> bool {
    if event.subject() == viewer.id() {
        return true;
    }
    let Some(org) = &viewer.administers else { return false };
    if matches!(event.kind(), EventKind::Organization { org: of, .. } if of != org) {
        return false;
    }
    let account = demo::account_of(event.subject());
    account.is_some_and(|account| account.member_of.contains(&org.as_str()))
}

/// The e-mail addresses of everybody who occurs.
async fn names(app: &App, events: &[Event]) -> Result<HashMap<Subject, String>, RecordsError> {
    let occurring = |event: &Event| {
        let actor = words::actor(event.kind()).cloned();
        std::iter::once(event.subject().clone()).chain(actor).collect::<Vec<_>>()
    };
    let mut names = HashMap::new();
    for subject in events.iter().flat_map(occurring).collect::<BTreeSet<Subject>>() {
        if let Some(user) = app.records.user(&subject).await? {
            names.insert(subject, user.email);
        }
    }
    Ok(names)
}
