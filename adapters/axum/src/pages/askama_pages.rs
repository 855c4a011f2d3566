//! The built-in pages: a template each, in `templates/`.

use askama::Template;

use super::views::{
    Challenge, CodesLost, CodesShown, ConfirmSetup, Ended, Enrolment, Failed, Methods, Page,
    Recovery, ScanSetup, SetupDone, StartSetup, Sure,
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
    start_setup: StartSetup, StartSetupPage, "start_setup.html";
    scan_setup: ScanSetup<'a>, ScanSetupPage, "scan_setup.html";
    confirm_setup: ConfirmSetup, ConfirmSetupPage, "confirm_setup.html";
    codes_shown: CodesShown<'a>, CodesShownPage, "codes_shown.html";
    codes_lost: CodesLost, CodesLostPage, "codes_lost.html";
    setup_done: SetupDone, SetupDonePage, "setup_done.html";
    challenge: Challenge, ChallengePage, "challenge.html";
    recovery: Recovery, RecoveryPage, "recovery.html";
    enrolment: Enrolment, EnrolmentPage, "enrolment.html";
    ended: Ended, EndedPage, "ended.html";
    methods: Methods, MethodsPage, "methods.html";
    sure: Sure, SurePage, "sure.html";
    failed: Failed, FailedPage, "failed.html";
}
