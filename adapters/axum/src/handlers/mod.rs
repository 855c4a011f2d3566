//! The routes' handlers: a visit and a form in, a flow, a page out.

pub(crate) mod challenge;
mod form;
pub(crate) mod manage;
pub(crate) mod setup;
pub(crate) mod step_up;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mfakit::RecoveryCodes;

use crate::pages::{CodesShownPage, Page, Pages, Secret};
use crate::rejection::see_other;
use crate::safety::page;
use crate::visit::Visit;

impl Visit {
    /// Answers with a page.
    async fn show(
        self,
        status: StatusCode,
        render: impl FnOnce(&dyn Pages, &Page<'_>) -> String,
    ) -> Response {
        let shown = {
            let page = self.web.page(&self.parts, self.session.form);
            render(self.web.pages(), &page)
        };
        self.answer((status, page(shown)).into_response()).await
    }

    /// A text with these words in its braces, and those that every page knows.
    fn fill(&self, text: &str, values: &[(&str, &str)]) -> String {
        self.web.page(&self.parts, self.session.form).fill(text, values)
    }

    /// Answers with a redirect to a route of the adapter's.
    async fn go(self, route: &str) -> Response {
        let location = self.web.path(route);
        self.answer(see_other(&location)).await
    }

    /// Answers with a redirect to the host's profile page.
    async fn go_to_profile(self) -> Response {
        let location = self.web.places().profile.to_string();
        self.answer(see_other(&location)).await
    }
}

/// The status of a page that says why a form was not accepted, or of one that has nothing to say.
fn status_of(alert: Option<&String>) -> StatusCode {
    if alert.is_some() { UNPROCESSABLE } else { StatusCode::OK }
}

/// Recovery codes are in the answer to the form, because they exist only now.
async fn show_codes(visit: Visit, codes: &RecoveryCodes, enabling: bool) -> Response {
    let codes: Vec<Secret> = codes.iter().map(|code| Secret::new(code.reveal())).collect();
    let view = CodesShownPage { codes: &codes, enabling };
    visit.show(StatusCode::OK, |pages, page| pages.codes_shown(page, &view)).await
}

/// A form that was not accepted: its page again, with the reason.
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
