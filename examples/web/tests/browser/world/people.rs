//! What everybody does: sign in, set up, enter.

use chrono::TimeDelta;

use super::{Browser, PASSWORD, Phone, Role, World};

/// What somebody with two-factor authentication has in his hands.
pub(crate) struct Owner {
    pub(crate) email: &'static str,
    pub(crate) phone: Phone,
    pub(crate) codes: Vec<String>,
}

impl Browser {
    /// Types the password at the sign-in page that is open.
    #[track_caller]
    pub(crate) fn type_password(&mut self, email: &str) -> &mut Self {
        self.fill("E-mail address", email).fill("Password", PASSWORD).press("Sign in")
    }

    /// Opens the sign-in page and types the password.
    #[track_caller]
    pub(crate) fn signs_in(&mut self, email: &str) -> &mut Self {
        self.visit("/sign-in").type_password(email)
    }

    /// From the profile to the QR code.
    #[track_caller]
    pub(crate) fn start_setup(&mut self) -> Phone {
        self.visit("/mfa/setup").press("Start setup");
        assert!(self.has(Role::Image, "QR code"), "{self:?}");
        Phone::scan(self)
    }
}

impl World {
    /// Somebody opens a browser and types the password.
    #[track_caller]
    pub(crate) fn signs_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.signs_in(email);
        browser
    }

    /// Somebody signs in and sets up two-factor authentication.
    #[track_caller]
    pub(crate) fn protects(&self, email: &'static str) -> (Owner, Browser) {
        let mut browser = self.signs_in(email);
        let owner = self.protects_here(email, &mut browser);
        (owner, browser)
    }

    /// Somebody who has signed in sets up two-factor authentication.
    #[track_caller]
    pub(crate) fn protects_here(&self, email: &'static str, browser: &mut Browser) -> Owner {
        let phone = browser.start_setup();
        browser.press("Next").type_code(&phone.code_at(self.now()));
        let codes = browser.list("Recovery codes");
        browser.press("I have saved my codes").press("Done").is_at("/profile", "Profile");
        self.next_code();
        Owner { email, phone, codes }
    }

    /// An owner signs in, with both factors, in a browser of his own.
    #[track_caller]
    pub(crate) fn enters(&self, owner: &Owner) -> Browser {
        let mut browser = self.signs_in(owner.email);
        self.answers(owner, &mut browser);
        browser
    }

    /// An owner answers the challenge before him.
    #[track_caller]
    pub(crate) fn answers(&self, owner: &Owner, browser: &mut Browser) {
        browser.type_code(&owner.phone.code_at(self.now()));
        self.next_code();
    }

    pub(crate) fn minutes_pass(&self, minutes: i64) {
        self.wait(TimeDelta::minutes(minutes));
    }

    pub(crate) fn days_pass(&self, days: i64) {
        self.wait(TimeDelta::days(days));
    }
}
