//! The pages: one method each, so that a host replaces the one that it wants different.

mod askama_pages;
mod views;

pub use askama_pages::Askama;
pub use views::{
    Challenge, CodesLost, CodesShown, ConfirmSetup, Ended, Enrolment, Failed, Method, MethodRow,
    Methods, Page, Recovery, ScanSetup, Secret, SetupDone, StartSetup, Sure,
};

/// The pages, each from its view to HTML.
///
/// Every method has the built-in page as its default: implement those that should look different.
/// What a page needs is in its view; texts, paths and the number of the form are in [`Page`]. Forms
/// post to the paths that the built-in templates name, with the fields that they have, and each holds
/// [`Page::form`] in a hidden field `form`.
///
/// # Security
/// A page is sent under `Content-Security-Policy: default-src 'none'`: style and script come from
/// [`Page::style`] and [`Page::script`] or a file of the own site, never from the page itself.
/// Escape what is put into HTML. Neither a code nor a secret belongs into an address.
pub trait Pages: Send + Sync + 'static {
    /// The setup's first screen.
    fn start_setup(&self, page: &Page<'_>, view: &StartSetup) -> String {
        askama_pages::start_setup(page, view)
    }

    /// The QR code and the manual code.
    fn scan_setup(&self, page: &Page<'_>, view: &ScanSetup<'_>) -> String {
        askama_pages::scan_setup(page, view)
    }

    /// The field for the code that confirms.
    fn confirm_setup(&self, page: &Page<'_>, view: &ConfirmSetup) -> String {
        askama_pages::confirm_setup(page, view)
    }

    /// The recovery codes, this once.
    fn codes_shown(&self, page: &Page<'_>, view: &CodesShown<'_>) -> String {
        askama_pages::codes_shown(page, view)
    }

    /// The codes were shown before and are not shown again: new ones, or go on.
    fn codes_lost(&self, page: &Page<'_>, view: &CodesLost) -> String {
        askama_pages::codes_lost(page, view)
    }

    /// MFA is on.
    fn setup_done(&self, page: &Page<'_>, view: &SetupDone) -> String {
        askama_pages::setup_done(page, view)
    }

    /// The verification screen.
    fn challenge(&self, page: &Page<'_>, view: &Challenge) -> String {
        askama_pages::challenge(page, view)
    }

    /// The verification screen's other side: a recovery code.
    fn recovery(&self, page: &Page<'_>, view: &Recovery) -> String {
        askama_pages::recovery(page, view)
    }

    /// An administrator has reset the account: the enrolment code.
    fn enrolment(&self, page: &Page<'_>, view: &Enrolment) -> String {
        askama_pages::enrolment(page, view)
    }

    /// The challenge takes no more answers.
    fn ended(&self, page: &Page<'_>, view: &Ended) -> String {
        askama_pages::ended(page, view)
    }

    /// Methods and recovery codes.
    fn methods(&self, page: &Page<'_>, view: &Methods) -> String {
        askama_pages::methods(page, view)
    }

    /// "Are you sure?"
    fn sure(&self, page: &Page<'_>, view: &Sure) -> String {
        askama_pages::sure(page, view)
    }

    /// Something went wrong, or is forbidden.
    fn failed(&self, page: &Page<'_>, view: &Failed) -> String {
        askama_pages::failed(page, view)
    }
}

impl Pages for Askama {}
