//! The built-in pages: a template each, in `templates/`.

use askama::Template;

use super::views::{
    ChallengePage, CodesLostPage, CodesShownPage, ConfirmPage, ConfirmSetupPage, EndedPage,
    EnrollmentPage, FactorsPage, FailedPage, NotRenewedPage, Page, RecoveryPage, ScanSetupPage,
    SetupDonePage, StartSetupPage,
};
use crate::texts::Texts;

/// The built-in pages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Askama;

macro_rules! pages {
    ($($page:ident: $view:ty, $template:ident, $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $template<'a> {
            page: &'a Page<'a>,
            t: &'a Texts,
            #[allow(dead_code, reason = "two pages have nothing of their own to show")]
            view: &'a $view,
        }

        pub(super) fn $page<'a>(page: &'a Page<'a>, view: &'a $view) -> String {
            // Writing to a string cannot fail.
            $template { page, t: page.texts(), view }.render().unwrap_or_default()
        }
    )*};
}

pages! {
    start_setup: StartSetupPage, StartSetupTemplate, "start_setup.html";
    scan_setup: ScanSetupPage<'a>, ScanSetupTemplate, "scan_setup.html";
    confirm_setup: ConfirmSetupPage, ConfirmSetupTemplate, "confirm_setup.html";
    codes_shown: CodesShownPage<'a>, CodesShownTemplate, "codes_shown.html";
    codes_lost: CodesLostPage, CodesLostTemplate, "codes_lost.html";
    setup_done: SetupDonePage, SetupDoneTemplate, "setup_done.html";
    challenge: ChallengePage, ChallengeTemplate, "challenge.html";
    recovery: RecoveryPage, RecoveryTemplate, "recovery.html";
    enrollment: EnrollmentPage, EnrollmentTemplate, "enrollment.html";
    ended: EndedPage, EndedTemplate, "ended.html";
    factors: FactorsPage, FactorsTemplate, "factors.html";
    sure: ConfirmPage, ConfirmTemplate, "sure.html";
    not_renewed: NotRenewedPage, NotRenewedTemplate, "not_renewed.html";
    failed: FailedPage, FailedTemplate, "failed.html";
}
