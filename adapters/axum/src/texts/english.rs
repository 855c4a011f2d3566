//! The texts in English.

use std::borrow::Cow;

use super::Texts;

impl Texts {
    /// English.
    pub fn english() -> Self {
        Self {
            language: Cow::Borrowed("en"),

            // Buttons. They are the product page's, word for word.
            start_setup: Cow::Borrowed("Start setup"),
            next: Cow::Borrowed("Next"),
            back: Cow::Borrowed("Back"),
            confirm: Cow::Borrowed("Confirm"),
            cancel: Cow::Borrowed("Cancel"),
            codes_saved: Cow::Borrowed("I have saved my codes"),
            done: Cow::Borrowed("Done"),
            verify: Cow::Borrowed("Verify"),
            use_recovery: Cow::Borrowed("Use a recovery code"),
            back_to_verification: Cow::Borrowed("Back to verification"),
            sign_in_again: Cow::Borrowed("Sign in again"),
            try_again: Cow::Borrowed("Try again"),
            to_profile: Cow::Borrowed("Back to profile"),
            copy: Cow::Borrowed("Copy"),
            copied: Cow::Borrowed("Copied"),
            download: Cow::Borrowed("Download"),
            print: Cow::Borrowed("Print"),
            reissue: Cow::Borrowed("Show new codes"),

            // Names of fields and elements.
            verification_code: Cow::Borrowed("Verification code"),
            recovery_code: Cow::Borrowed("Recovery code"),
            enrollment_code: Cow::Borrowed("Enrollment code"),
            first_code: Cow::Borrowed("First code"),
            second_code: Cow::Borrowed("Second code"),
            third_code: Cow::Borrowed("Third code"),
            qr_code: Cow::Borrowed("QR code"),
            manual_code: Cow::Borrowed("Manual code"),
            recovery_codes: Cow::Borrowed("Recovery codes"),
            factor_name: Cow::Borrowed("Name of this method"),
            default_label: Cow::Borrowed("Authenticator app"),

            // Setting up.
            setup_title: Cow::Borrowed("Set up two-factor authentication"),
            setup_lead: Cow::Borrowed(
                "From now on, signing in takes your password and a code of {digits} digits from an authenticator app on your phone. Nobody gets in with the password alone.",
            ),
            setup_need: Cow::Borrowed(
                "You need an authenticator app, for example Google Authenticator, Authy or Microsoft Authenticator. It takes about two minutes.",
            ),
            add_title: Cow::Borrowed("Add a method"),
            add_lead: Cow::Borrowed(
                "A second device gets you in when the first one is not at hand. Your recovery codes stay as they are.",
            ),
            replace_title: Cow::Borrowed("Replace a lost method"),
            replace_lead: Cow::Borrowed(
                "The new method takes the place of “{factor}”, which stops working once you confirm. You also get new recovery codes; the old ones stop working too.",
            ),
            email_first: Cow::Borrowed(
                "Verify your email address first. You can do that from your profile, and come back here afterwards.",
            ),
            demanded: Cow::Borrowed(
                "{organizations} requires two-factor authentication. Set it up to continue.",
            ),
            demanded_stronger: Cow::Borrowed(
                "{organizations} requires a passkey or security key. An authenticator app is not enough there.",
            ),
            step: Cow::Borrowed("Step {number} of 3"),
            scan_title: Cow::Borrowed("Scan the QR code"),
            scan_lead: Cow::Borrowed(
                "Open your authenticator app, choose to add an account, and point the camera at this code.",
            ),
            scan_manual: Cow::Borrowed("Can’t scan it? Enter this code in the app instead."),
            confirm_title: Cow::Borrowed("Enter the code from your app"),
            confirm_lead: Cow::Borrowed(
                "Your app now shows a code of {digits} digits for {product}. It changes every {seconds} seconds.",
            ),
            confirm_lead_unnamed: Cow::Borrowed(
                "Your app now shows a code of {digits} digits. It changes every {seconds} seconds.",
            ),
            codes_title: Cow::Borrowed("Save your recovery codes"),
            codes_lead: Cow::Borrowed(
                "Each code signs you in once when you don’t have your authenticator app. You see them only now: keep them somewhere safe, and not only on your phone.",
            ),
            codes_replaced: Cow::Borrowed("Your previous codes no longer work."),
            not_on_yet: Cow::Borrowed(
                "Two-factor authentication is switched on once you confirm that you have saved them.",
            ),
            codes_lost_title: Cow::Borrowed("Your codes were shown once"),
            codes_lost_lead: Cow::Borrowed(
                "Your app is confirmed, but two-factor authentication is not on yet. If you did not save your recovery codes, get new ones; the ones shown before stop working.",
            ),
            done_title: Cow::Borrowed("Two-factor authentication is on"),
            done_lead: Cow::Borrowed(
                "From now on we ask for a code from your authenticator app every time you sign in.",
            ),

            // Signing in.
            challenge_title: Cow::Borrowed("Enter your verification code"),
            challenge_lead: Cow::Borrowed(
                "Open “{factor}” and enter the {digits}-digit code it shows.",
            ),
            step_up_title: Cow::Borrowed("Confirm that it’s you"),
            other_factors: Cow::Borrowed("Your methods"),
            asked_now: Cow::Borrowed("asked now"),
            three_title: Cow::Borrowed("Enter three codes in a row"),
            three_lead: Cow::Borrowed(
                "Somebody has been guessing codes for your account, so one code is not enough right now. Enter the code “{factor}” shows, wait until it changes, and do the same twice more. It takes about a minute. Then change your password: whoever guessed knows it.",
            ),
            recovery_title: Cow::Borrowed("Enter a recovery code"),
            recovery_lead: Cow::Borrowed(
                "Use one of the codes you saved when you set up two-factor authentication. Each code works only once.",
            ),
            enrollment_title: Cow::Borrowed("Enter your enrollment code"),
            enrollment_lead: Cow::Borrowed(
                "An administrator has reset your two-factor authentication and has given you a code. Enter it to set up your authenticator app again.",
            ),
            ended_title: Cow::Borrowed("Please sign in again"),
            ended_lead: Cow::Borrowed(
                "This verification has expired or has taken too many codes. Nothing is lost: sign in again for a new one.",
            ),
            ended_step_up_lead: Cow::Borrowed(
                "This verification has expired or has taken too many codes. Try again for a new one.",
            ),
            not_renewed_title: Cow::Borrowed("Please sign in once more"),
            not_renewed_lead: Cow::Borrowed(
                "This needs a new sign-in, and yours is still the earlier one. Sign in again to continue.",
            ),
            not_renewed_help: Cow::Borrowed(
                "Were you sent back without being asked for anything? Sign out of the service that you sign in with, then try again.",
            ),

            // Managing.
            factors_title: Cow::Borrowed("Two-factor authentication"),
            factors_on: Cow::Borrowed("On. Signing in takes a code from one of these methods."),
            factors_off: Cow::Borrowed("Off. Your account is protected by your password only."),
            factors_heading: Cow::Borrowed("Methods"),
            preferred: Cow::Borrowed("preferred"),
            suspended: Cow::Borrowed("suspended"),
            last_used: Cow::Borrowed("Last used {date}"),
            prefer: Cow::Borrowed("Make preferred"),
            rename: Cow::Borrowed("Rename"),
            save_name: Cow::Borrowed("Save name"),
            replace: Cow::Borrowed("Replace"),
            remove: Cow::Borrowed("Remove"),
            add_factor: Cow::Borrowed("Add a method"),
            codes_left: Cow::Borrowed("{count} recovery codes left"),
            codes_weak: Cow::Borrowed(
                "These codes came from another system and are too short. Replace them with new ones.",
            ),
            no_codes: Cow::Borrowed(
                "You have no recovery codes. Make some, or a lost phone locks you out.",
            ),
            factor_weak: Cow::Borrowed("to be replaced"),
            factor_weak_lead: Cow::Borrowed("Its key came from another system and is too short."),
            codes_low: Cow::Borrowed("You are running low. Get new codes before you need them."),
            new_codes: Cow::Borrowed("Generate new codes"),
            turn_off: Cow::Borrowed("Turn off"),
            remove_title: Cow::Borrowed("Remove “{factor}”?"),
            remove_lead: Cow::Borrowed(
                "Codes from this method stop working at once, and you are signed out everywhere else.",
            ),
            remove_last_lead: Cow::Borrowed(
                "This is your last method: removing it turns two-factor authentication off. Your recovery codes stop working, and you are signed out everywhere else.",
            ),
            new_codes_title: Cow::Borrowed("Generate new recovery codes?"),
            new_codes_lead: Cow::Borrowed(
                "Your current codes stop working at once, including those you never used.",
            ),
            turn_off_title: Cow::Borrowed("Turn off two-factor authentication?"),
            turn_off_lead: Cow::Borrowed(
                "Your password alone will be enough to sign in. Your methods and recovery codes are deleted, and you are signed out everywhere else.",
            ),

            // Messages.
            wrong_code: Cow::Borrowed(
                "That code is not right. Wait for the next one and try again.",
            ),
            wrong_setup_code: Cow::Borrowed(
                "That code is not right. Check the code in your app and try again.",
            ),
            wrong_recovery_code: Cow::Borrowed(
                "That recovery code was not accepted. Check it and try again; each code works only once.",
            ),
            wrong_enrollment_code: Cow::Borrowed(
                "That enrollment code was not accepted. Check it and try again.",
            ),
            malformed_code: Cow::Borrowed(
                "That is not a code of {digits} digits. Check it and try again.",
            ),
            same_code: Cow::Borrowed(
                "You have sent that code already. Wait for the next one and enter it.",
            ),
            wrong_three: Cow::Borrowed(
                "Those were not three codes in a row. Wait for the next code, then enter it and the two after it.",
            ),
            factors_suspended: Cow::Borrowed("Too many wrong codes in a row. Use a recovery code."),
            recovery_paused: Cow::Borrowed(
                "Too many wrong recovery codes. Use your authenticator app; recovery codes are taken again later.",
            ),
            credential_not_verified: Cow::Borrowed(
                "That passkey or security key was not accepted. Try again.",
            ),
            already_registered: Cow::Borrowed(
                "That passkey or security key is set up already. Use another one.",
            ),
            last_try: Cow::Borrowed("One try left."),
            clock_slow: Cow::Borrowed(
                "Your phone’s clock is {minutes} slow. Set it to the right time and try again.",
            ),
            clock_fast: Cow::Borrowed(
                "Your phone’s clock is {minutes} fast. Set it to the right time and try again.",
            ),
            minute: Cow::Borrowed("1 minute"),
            minutes: Cow::Borrowed("{count} minutes"),
            setup_over: Cow::Borrowed("This setup has expired. Start again."),
            setup_tried_out: Cow::Borrowed("Too many wrong codes. Start again with a new QR code."),
            label_taken: Cow::Borrowed("Another method has that name. Choose a different one."),
            label_invalid: Cow::Borrowed("A name has 1 to 64 plain characters."),
            too_many_factors: Cow::Borrowed(
                "You have ten methods, which is the most. Remove one first.",
            ),
            unknown_factor: Cow::Borrowed("That method is gone already."),
            policy_requires: Cow::Borrowed(
                "{organizations} requires two-factor authentication, so it can’t be turned off.",
            ),
            enrollment_expired: Cow::Borrowed(
                "This enrollment code has expired. Ask your administrator for a new one.",
            ),
            failed_title: Cow::Borrowed("Something went wrong"),
            failed_lead: Cow::Borrowed("Nothing was changed. Please try again in a moment."),
            missing_title: Cow::Borrowed("There is no such page"),
            missing_lead: Cow::Borrowed("The address may be out of date. Go on from your profile."),
            forbidden_title: Cow::Borrowed("This page is not for you"),
            forbidden_lead: Cow::Borrowed("You don’t have access to it."),
        }
    }
}
