//! The pages: one trait method each, so that a host replaces the one that it wants different.

mod askama_pages;
mod views;

pub use askama_pages::Askama;
pub use views::{
    ChallengePage, CodesLostPage, CodesShownPage, ConfirmPage, ConfirmSetupPage, EndedPage,
    EnrollmentPage, FactorOption, FactorRow, FactorsPage, FailedPage, NotRenewedPage, Page,
    RecoveryPage, ScanSetupPage, Secret, SetupDonePage, StartSetupPage,
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
    fn start_setup(&self, page: &Page<'_>, view: &StartSetupPage) -> String {
        askama_pages::start_setup(page, view)
    }

    /// The QR code and the manual code.
    fn scan_setup(&self, page: &Page<'_>, view: &ScanSetupPage<'_>) -> String {
        askama_pages::scan_setup(page, view)
    }

    /// The field for the code that confirms.
    fn confirm_setup(&self, page: &Page<'_>, view: &ConfirmSetupPage) -> String {
        askama_pages::confirm_setup(page, view)
    }

    /// The recovery codes, this once.
    fn codes_shown(&self, page: &Page<'_>, view: &CodesShownPage<'_>) -> String {
        askama_pages::codes_shown(page, view)
    }

    /// The codes were shown before and are not shown again: new ones, or go on.
    fn codes_lost(&self, page: &Page<'_>, view: &CodesLostPage) -> String {
        askama_pages::codes_lost(page, view)
    }

    /// MFA is on.
    fn setup_done(&self, page: &Page<'_>, view: &SetupDonePage) -> String {
        askama_pages::setup_done(page, view)
    }

    /// The verification screen.
    fn challenge(&self, page: &Page<'_>, view: &ChallengePage) -> String {
        askama_pages::challenge(page, view)
    }

    /// The verification screen's other side: a recovery code.
    fn recovery(&self, page: &Page<'_>, view: &RecoveryPage) -> String {
        askama_pages::recovery(page, view)
    }

    /// An administrator has reset the account: the enrollment code.
    fn enrollment(&self, page: &Page<'_>, view: &EnrollmentPage) -> String {
        askama_pages::enrollment(page, view)
    }

    /// The challenge takes no more answers.
    fn ended(&self, page: &Page<'_>, view: &EndedPage) -> String {
        askama_pages::ended(page, view)
    }

    /// The factors and the recovery codes.
    fn factors(&self, page: &Page<'_>, view: &FactorsPage) -> String {
        askama_pages::factors(page, view)
    }

    /// "Are you sure?"
    fn sure(&self, page: &Page<'_>, view: &ConfirmPage) -> String {
        askama_pages::sure(page, view)
    }

    /// The visitor was to prove the first factor again, and came back with the old one.
    fn not_renewed(&self, page: &Page<'_>, view: &NotRenewedPage) -> String {
        askama_pages::not_renewed(page, view)
    }

    /// Something went wrong, or is forbidden.
    fn failed(&self, page: &Page<'_>, view: &FailedPage) -> String {
        askama_pages::failed(page, view)
    }
}

impl Pages for Askama {}
