//! The list of the texts, each with the place where it is shown.

use std::borrow::Cow;

/// A text, built in or the host's.
pub type Text = Cow<'static, str>;

macro_rules! texts {
    ($($(#[$place:meta])* $name:ident,)*) => {
        /// Every text of the pages in one language.
        ///
        /// Start from a language that is there and change what should read differently, or translate
        /// all of it and give it another tag. Each field's documentation says where the text is
        /// shown, and which words in braces it knows: those are filled in, and may be left out.
        ///
        /// ```
        /// use mfakit_axum::Texts;
        ///
        /// let mut texts = Texts::english();
        /// texts.setup_title = "Protect your account".into();
        ///
        /// let mut german = Texts::english();
        /// german.language = "de".into();
        /// german.verify = "Prüfen".into(); // and so on
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Texts {
            /// The language tag: `en`, `nl`.
            pub language: Text,
            $($(#[$place])* pub $name: Text,)*
        }

        impl Texts {
            /// Every field's name and text, for finding what a translation has left out.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
                [$((stringify!($name), &*self.$name),)*].into_iter()
            }
        }
    };
}

texts! {
    // Buttons.
    /// The button that starts a setup.
    start_setup,
    /// The button from the QR code to the field for the code.
    next,
    /// The button from the field for the code back to the QR code.
    back,
    /// The button that confirms a setup with a code.
    confirm,
    /// The button that leaves a setup, a challenge or a question.
    cancel,
    /// The button under the recovery codes that switches MFA on.
    codes_saved,
    /// The button that leaves a page on which nothing is left to do.
    done,
    /// The button that sends a code.
    verify,
    /// The button from the verification screen to the field for a recovery code.
    use_recovery,
    /// The button from the field for a recovery code back to the verification screen.
    back_to_verification,
    /// The link where a sign-in's challenge has ended.
    sign_in_again,
    /// The link where a step-up's challenge has ended.
    try_again,
    /// The link to the host's profile page.
    to_profile,
    /// The button that copies codes.
    copy,
    /// What that button reads for a moment once it has copied.
    copied,
    /// The button that saves the recovery codes as a file.
    download,
    /// The button that prints the recovery codes.
    print,
    /// The button for new recovery codes after a reload lost them.
    reissue,

    // Names of fields and elements.
    /// The field for a code of the authenticator app.
    verification_code,
    /// The field for a recovery code.
    recovery_code,
    /// The field for an enrollment code.
    enrollment_code,
    /// The first of three fields for codes in a row.
    first_code,
    /// The second of three fields for codes in a row.
    second_code,
    /// The third of three fields for codes in a row.
    third_code,
    /// The name of the image.
    qr_code,
    /// The field with the secret as text.
    manual_code,
    /// The list of codes, the section about them, and the name of the downloaded file.
    recovery_codes,
    /// The field for a factor's name.
    factor_name,
    /// What a factor is called unless its owner says otherwise.
    default_label,

    // Setting up.
    /// The title of a first setup, and the button that leads to it.
    setup_title,
    /// What a first setup is for. Knows `{digits}`.
    setup_lead,
    /// What a first setup takes.
    setup_need,
    /// The title of setting up one more factor.
    add_title,
    /// What one more factor is for.
    add_lead,
    /// The title of replacing a lost factor.
    replace_title,
    /// What replacing does. Knows `{factor}`, the lost one.
    replace_lead,
    /// Why a setup cannot start: the email address is not verified.
    email_first,
    /// Why a setup is asked for. Knows `{organizations}`.
    demanded,
    /// Why more than an authenticator app is asked for. Knows `{organizations}`.
    demanded_stronger,
    /// How far a setup is. Knows `{number}`, 1 to 3.
    step,
    /// The title of the QR code's page.
    scan_title,
    /// What to do with the QR code.
    scan_lead,
    /// What to do where the QR code cannot be scanned.
    scan_manual,
    /// The title of the field for the code that confirms.
    confirm_title,
    /// What to enter. Knows `{digits}`, `{seconds}` and `{product}`.
    confirm_lead,
    /// The same for a product without a name. Knows `{digits}` and `{seconds}`.
    confirm_lead_unnamed,
    /// The title of the recovery codes.
    codes_title,
    /// What recovery codes are for.
    codes_lead,
    /// The note where new codes replace old ones.
    codes_replaced,
    /// The note that MFA is off until the codes are saved.
    not_on_yet,
    /// The title where the codes were shown before.
    codes_lost_title,
    /// What to do when those codes were not saved.
    codes_lost_lead,
    /// The title after a setup.
    done_title,
    /// What a setup has changed.
    done_lead,

    // Signing in.
    /// The title of the verification screen.
    challenge_title,
    /// What to enter. Knows `{factor}` and `{digits}`.
    challenge_lead,
    /// The title of the verification screen for a visitor who is signed in.
    step_up_title,
    /// The heading over the factors to choose from.
    other_factors,
    /// The mark of the chosen one.
    asked_now,
    /// The title of the verification screen that takes three codes.
    three_title,
    /// Why it takes three codes, and how to enter them. Knows `{factor}`.
    three_lead,
    /// The title of the field for a recovery code.
    recovery_title,
    /// The codes that it takes.
    recovery_lead,
    /// The title of the field for an enrollment code.
    enrollment_title,
    /// Why it is asked for.
    enrollment_lead,
    /// The title where a sign-in's challenge has ended.
    ended_title,
    /// Why it has ended, and what to do.
    ended_lead,
    /// Why a step-up's challenge has ended, and what to do.
    ended_step_up_lead,
    /// The title of the page for a visitor who was to sign in again and did not.
    not_renewed_title,
    /// Says that a first factor has to be proven again.
    not_renewed_lead,
    /// Says how to proceed if signing in asks for nothing.
    not_renewed_help,

    // Managing.
    /// The title of the management page.
    factors_title,
    /// MFA is on.
    factors_on,
    /// MFA is off.
    factors_off,
    /// The heading over the factors.
    factors_heading,
    /// The badge of the factor that is asked for by default.
    preferred,
    /// The badge of a suspended factor.
    suspended,
    /// When a factor was last used. Knows `{date}`.
    last_used,
    /// The button that makes a factor the preferred one.
    prefer,
    /// The button that opens the field for a factor's name.
    rename,
    /// The button that saves that name.
    save_name,
    /// The link that replaces a lost factor.
    replace,
    /// The link and the button that remove a factor.
    remove,
    /// The button to one more factor.
    add_factor,
    /// How many recovery codes are unused. Knows `{count}`.
    codes_left,
    /// The note that imported codes are too short.
    codes_weak,
    /// The note that an imported account has no codes.
    no_codes,
    /// The badge of a factor whose imported seed is too short.
    factor_weak,
    /// The note beside that badge.
    factor_weak_lead,
    /// The note that few codes are left.
    codes_low,
    /// The link and the button that make new recovery codes.
    new_codes,
    /// The link and the button that switch MFA off.
    turn_off,
    /// The question before a factor is removed. Knows `{factor}`.
    remove_title,
    /// What removing a factor does.
    remove_lead,
    /// What removing the last factor does.
    remove_last_lead,
    /// The question before the recovery codes are replaced.
    new_codes_title,
    /// What replacing them does.
    new_codes_lead,
    /// The question before MFA is switched off.
    turn_off_title,
    /// What switching it off does.
    turn_off_lead,

    // Messages.
    /// A code of a challenge was wrong.
    wrong_code,
    /// A code that was to confirm a setup was wrong.
    wrong_setup_code,
    /// A recovery code was wrong.
    wrong_recovery_code,
    /// An enrollment code was wrong.
    wrong_enrollment_code,
    /// What was entered cannot be a code. Knows `{digits}`.
    malformed_code,
    /// The same form was sent again.
    same_code,
    /// Three codes were not three in a row.
    wrong_three,
    /// Every factor is suspended.
    factors_suspended,
    /// No recovery code is taken for now.
    recovery_paused,
    /// A passkey or security key was not accepted.
    credential_not_verified,
    /// The passkey or security key that was to be set up is set up already.
    already_registered,
    /// Added to a message when one more code is taken.
    last_try,
    /// The code is right for an earlier time. Knows `{minutes}`: one of the next two texts.
    clock_slow,
    /// The code is right for a later time. Knows `{minutes}`: one of the next two texts.
    clock_fast,
    /// One minute, inside the two texts before.
    minute,
    /// More than one minute, inside those two. Knows `{count}`.
    minutes,
    /// The setup has expired.
    setup_over,
    /// The setup has taken too many wrong codes.
    setup_tried_out,
    /// Another factor has this name.
    label_taken,
    /// A name is too long, empty or has characters that cannot be.
    label_invalid,
    /// The account has as many factors as it can.
    too_many_factors,
    /// The factor was removed before.
    unknown_factor,
    /// MFA stays on. Knows `{organizations}`.
    policy_requires,
    /// The enrollment code was not used in time.
    enrollment_expired,
    /// The title of a failure.
    failed_title,
    /// What to do after a failure.
    failed_lead,
    /// The title of a page that does not exist.
    missing_title,
    /// What to do there.
    missing_lead,
    /// The title of a page that is not for this visitor.
    forbidden_title,
    /// Why it is not.
    forbidden_lead,
}
