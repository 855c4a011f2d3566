//! The built-in texts: English, then Dutch. Both stand together, so that neither can be forgotten.

use std::borrow::Cow;

use super::{Text, texts};

texts! {
    // Buttons. In English they are the product page's, word for word.
    start_setup: "Start setup", "Instellen starten";
    next: "Next", "Volgende";
    back: "Back", "Terug";
    confirm: "Confirm", "Bevestigen";
    cancel: "Cancel", "Annuleren";
    codes_saved: "I have saved my codes", "Ik heb mijn codes bewaard";
    done: "Done", "Klaar";
    verify: "Verify", "Controleren";
    use_recovery: "Use a recovery code", "Herstelcode gebruiken";
    back_to_verification: "Back to verification", "Terug naar verificatie";
    sign_in_again: "Sign in again", "Opnieuw inloggen";
    try_again: "Try again", "Opnieuw proberen";
    to_profile: "Back to profile", "Terug naar profiel";
    copy: "Copy", "Kopiëren";
    copied: "Copied", "Gekopieerd";
    download: "Download", "Downloaden";
    print: "Print", "Afdrukken";
    reissue: "Show new codes", "Nieuwe codes tonen";

    // Names of fields and elements.
    verification_code: "Verification code", "Verificatiecode";
    recovery_code: "Recovery code", "Herstelcode";
    enrollment_code: "Enrollment code", "Registratiecode";
    first_code: "First code", "Eerste code";
    second_code: "Second code", "Tweede code";
    third_code: "Third code", "Derde code";
    qr_code: "QR code", "QR-code";
    manual_code: "Manual code", "Handmatige code";
    recovery_codes: "Recovery codes", "Herstelcodes";
    factor_name: "Name of this method", "Naam van deze methode";
    default_label: "Authenticator app", "Authenticator-app";

    // Setting up.
    setup_title: "Set up two-factor authentication", "Tweestapsverificatie instellen";
    setup_lead: "From now on, signing in takes your password and a code of {digits} digits from an authenticator app on your phone. Nobody gets in with the password alone.", "Inloggen doe je voortaan met je wachtwoord en een code van {digits} cijfers uit een authenticator-app op je telefoon. Met alleen het wachtwoord komt niemand binnen.";
    setup_need: "You need an authenticator app, for example Google Authenticator, Authy or Microsoft Authenticator. It takes about two minutes.", "Je hebt een authenticator-app nodig, bijvoorbeeld Google Authenticator, Authy of Microsoft Authenticator. Het duurt ongeveer twee minuten.";
    add_title: "Add a method", "Methode toevoegen";
    add_lead: "A second device gets you in when the first one is not at hand. Your recovery codes stay as they are.", "Met een tweede apparaat kom je binnen als je het eerste niet bij de hand hebt. Je herstelcodes blijven zoals ze zijn.";
    replace_title: "Replace a lost method", "Verloren methode vervangen";
    replace_lead: "The new method takes the place of “{factor}”, which stops working once you confirm. You also get new recovery codes; the old ones stop working too.", "De nieuwe methode neemt de plaats in van ‘{factor}’, die niet meer werkt zodra je bevestigt. Je krijgt ook nieuwe herstelcodes; de oude werken dan niet meer.";
    email_first: "Verify your email address first. You can do that from your profile, and come back here afterwards.", "Bevestig eerst je e-mailadres. Dat kan vanuit je profiel; kom daarna hier terug.";
    demanded: "{organizations} requires two-factor authentication. Set it up to continue.", "{organizations} verplicht tweestapsverificatie. Stel het in om verder te gaan.";
    step: "Step {number} of 3", "Stap {number} van 3";
    scan_title: "Scan the QR code", "Scan de QR-code";
    scan_lead: "Open your authenticator app, choose to add an account, and point the camera at this code.", "Open je authenticator-app, kies een account toevoegen en richt de camera op deze code.";
    scan_manual: "Can’t scan it? Enter this code in the app instead.", "Lukt scannen niet? Voer dan deze code in de app in.";
    confirm_title: "Enter the code from your app", "Voer de code uit je app in";
    confirm_lead: "Your app now shows a code of {digits} digits for {product}. It changes every {seconds} seconds.", "Je app toont nu een code van {digits} cijfers voor {product}. Die verandert elke {seconds} seconden.";
    confirm_lead_unnamed: "Your app now shows a code of {digits} digits. It changes every {seconds} seconds.", "Je app toont nu een code van {digits} cijfers. Die verandert elke {seconds} seconden.";
    codes_title: "Save your recovery codes", "Bewaar je herstelcodes";
    codes_lead: "Each code signs you in once when you don’t have your authenticator app. You see them only now: keep them somewhere safe, and not only on your phone.", "Met elke code log je één keer in als je je authenticator-app niet hebt. Je ziet ze alleen nu: bewaar ze op een veilige plek, en niet alleen op je telefoon.";
    codes_replaced: "Your previous codes no longer work.", "Je vorige codes werken niet meer.";
    not_on_yet: "Two-factor authentication is switched on once you confirm that you have saved them.", "Tweestapsverificatie gaat aan zodra je bevestigt dat je ze hebt bewaard.";
    codes_lost_title: "Your codes were shown once", "Je codes zijn één keer getoond";
    codes_lost_lead: "Your app is confirmed, but two-factor authentication is not on yet. If you did not save your recovery codes, get new ones; the ones shown before stop working.", "Je app is bevestigd, maar tweestapsverificatie staat nog niet aan. Heb je je herstelcodes niet bewaard, vraag dan nieuwe aan; de eerder getoonde codes werken dan niet meer.";
    done_title: "Two-factor authentication is on", "Tweestapsverificatie staat aan";
    done_lead: "From now on we ask for a code from your authenticator app every time you sign in.", "Voortaan vragen we bij elke keer inloggen om een code uit je authenticator-app.";

    // Signing in.
    challenge_title: "Enter your verification code", "Voer je verificatiecode in";
    challenge_lead: "Open “{factor}” and enter the {digits}-digit code it shows.", "Open ‘{factor}’ en voer de code van {digits} cijfers in.";
    step_up_title: "Confirm that it’s you", "Bevestig dat jij het bent";
    other_factors: "Your methods", "Je methoden";
    asked_now: "asked now", "nu gevraagd";
    three_title: "Enter three codes in a row", "Voer drie codes achter elkaar in";
    three_lead: "Somebody has been guessing codes for your account, so one code is not enough right now. Enter the code “{factor}” shows, wait until it changes, and do the same twice more. It takes about a minute. Then change your password: whoever guessed knows it.", "Iemand heeft codes voor je account geprobeerd, daarom is één code nu niet genoeg. Voer de code in die ‘{factor}’ toont, wacht tot die verandert en doe dat nog twee keer. Het duurt ongeveer een minuut. Wijzig daarna je wachtwoord: wie dit probeerde, kent het.";
    recovery_title: "Enter a recovery code", "Voer een herstelcode in";
    recovery_lead: "Use one of the codes you saved when you set up two-factor authentication. Each code works only once.", "Gebruik een van de codes die je bij het instellen hebt bewaard. Elke code werkt maar één keer.";
    enrollment_title: "Enter your enrollment code", "Voer je registratiecode in";
    enrollment_lead: "An administrator has reset your two-factor authentication and has given you a code. Enter it to set up your authenticator app again.", "Een beheerder heeft je tweestapsverificatie opnieuw ingesteld en je een code gegeven. Voer die in om je authenticator-app opnieuw in te stellen.";
    ended_title: "Please sign in again", "Log opnieuw in";
    ended_lead: "This verification has expired or has taken too many codes. Nothing is lost: sign in again for a new one.", "Deze verificatie is verlopen of heeft te veel codes gehad. Er is niets verloren: log opnieuw in voor een nieuwe.";
    ended_step_up_lead: "This verification has expired or has taken too many codes. Try again for a new one.", "Deze verificatie is verlopen of heeft te veel codes gehad. Probeer het opnieuw voor een nieuwe.";

    // Managing.
    factors_title: "Two-factor authentication", "Tweestapsverificatie";
    factors_on: "On. Signing in takes a code from one of these methods.", "Aan. Inloggen doe je met een code van een van deze methoden.";
    factors_off: "Off. Your account is protected by your password only.", "Uit. Je account is alleen met je wachtwoord beveiligd.";
    factors_heading: "Methods", "Methoden";
    preferred: "preferred", "voorkeur";
    suspended: "suspended", "opgeschort";
    last_used: "Last used {date}", "Laatst gebruikt op {date}";
    prefer: "Make preferred", "Voorkeur geven";
    rename: "Rename", "Hernoemen";
    save_name: "Save name", "Naam opslaan";
    replace: "Replace", "Vervangen";
    remove: "Remove", "Verwijderen";
    add_factor: "Add a method", "Methode toevoegen";
    codes_left: "{count} recovery codes left", "Nog {count} herstelcodes";
    codes_weak: "These codes came from another system and are too short. Replace them with new ones.", "Deze codes komen uit een ander systeem en zijn te kort. Vervang ze door nieuwe.";
    no_codes: "You have no recovery codes. Make some, or a lost phone locks you out.", "Je hebt geen herstelcodes. Maak ze aan, anders sluit een verloren telefoon je buiten.";
    factor_weak: "to be replaced", "te vervangen";
    factor_weak_lead: "Its key came from another system and is too short.", "De sleutel komt uit een ander systeem en is te kort.";
    codes_low: "You are running low. Get new codes before you need them.", "Je hebt er bijna geen meer. Vraag nieuwe codes aan voordat je ze nodig hebt.";
    new_codes: "Generate new codes", "Nieuwe codes maken";
    turn_off: "Turn off", "Uitschakelen";
    remove_title: "Remove “{factor}”?", "‘{factor}’ verwijderen?";
    remove_lead: "Codes from this method stop working at once, and you are signed out everywhere else.", "Codes van deze methode werken meteen niet meer, en je wordt overal elders uitgelogd.";
    remove_last_lead: "This is your last method: removing it turns two-factor authentication off. Your recovery codes stop working, and you are signed out everywhere else.", "Dit is je laatste methode: als je die verwijdert, gaat tweestapsverificatie uit. Je herstelcodes werken niet meer, en je wordt overal elders uitgelogd.";
    new_codes_title: "Generate new recovery codes?", "Nieuwe herstelcodes maken?";
    new_codes_lead: "Your current codes stop working at once, including those you never used.", "Je huidige codes werken meteen niet meer, ook de codes die je nooit hebt gebruikt.";
    turn_off_title: "Turn off two-factor authentication?", "Tweestapsverificatie uitschakelen?";
    turn_off_lead: "Your password alone will be enough to sign in. Your methods and recovery codes are deleted, and you are signed out everywhere else.", "Je wachtwoord is dan genoeg om in te loggen. Je methoden en herstelcodes worden verwijderd, en je wordt overal elders uitgelogd.";

    // Messages.
    wrong_code: "That code is not right. Wait for the next one and try again.", "Die code klopt niet. Wacht op de volgende en probeer het opnieuw.";
    wrong_setup_code: "That code is not right. Check the code in your app and try again.", "Die code klopt niet. Controleer de code in je app en probeer het opnieuw.";
    wrong_recovery_code: "That recovery code was not accepted. Check it and try again; each code works only once.", "Die herstelcode is niet geaccepteerd. Controleer hem en probeer het opnieuw; elke code werkt maar één keer.";
    wrong_enrollment_code: "That enrollment code was not accepted. Check it and try again.", "Die registratiecode is niet geaccepteerd. Controleer hem en probeer het opnieuw.";
    malformed_code: "That is not a {digits}-digit code. Check it and try again.", "Dat is geen code van {digits} cijfers. Controleer hem en probeer het opnieuw.";
    same_code: "You have sent that code already. Wait for the next one and enter it.", "Die code heb je al verstuurd. Wacht op de volgende en voer die in.";
    wrong_three: "Those were not three codes in a row. Wait for the next code, then enter it and the two after it.", "Dat waren geen drie codes achter elkaar. Wacht op de volgende code en voer die en de twee daarna in.";
    factors_suspended: "Too many wrong codes in a row. Use a recovery code.", "Te veel foute codes achter elkaar. Gebruik een herstelcode.";
    recovery_paused: "Too many wrong recovery codes. Use your authenticator app; recovery codes are taken again later.", "Te veel foute herstelcodes. Gebruik je authenticator-app; herstelcodes worden later weer aangenomen.";
    last_try: "One try left.", "Nog één poging.";
    clock_slow: "Your phone’s clock is {minutes} slow. Set it to the right time and try again.", "De klok van je telefoon loopt {minutes} achter. Zet hem gelijk en probeer het opnieuw.";
    clock_fast: "Your phone’s clock is {minutes} fast. Set it to the right time and try again.", "De klok van je telefoon loopt {minutes} voor. Zet hem gelijk en probeer het opnieuw.";
    minute: "1 minute", "1 minuut";
    minutes: "{count} minutes", "{count} minuten";
    setup_over: "This setup has expired. Start again.", "Deze instelling is verlopen. Begin opnieuw.";
    setup_tried_out: "Too many wrong codes. Start again with a new QR code.", "Te veel foute codes. Begin opnieuw met een nieuwe QR-code.";
    label_taken: "Another method has that name. Choose a different one.", "Een andere methode heeft die naam al. Kies een andere.";
    label_invalid: "A name has 1 to 64 plain characters.", "Een naam heeft 1 tot 64 gewone tekens.";
    too_many_factors: "You have ten methods, which is the most. Remove one first.", "Je hebt tien methoden, meer kan niet. Verwijder er eerst een.";
    unknown_factor: "That method is gone already.", "Die methode is al weg.";
    policy_requires: "{organizations} requires two-factor authentication, so it can’t be turned off.", "{organizations} verplicht tweestapsverificatie, dus het kan niet worden uitgeschakeld.";
    enrollment_expired: "This enrollment code has expired. Ask your administrator for a new one.", "Deze registratiecode is verlopen. Vraag je beheerder om een nieuwe.";
    failed_title: "Something went wrong", "Er ging iets mis";
    failed_lead: "Nothing was changed. Please try again in a moment.", "Er is niets veranderd. Probeer het zo opnieuw.";
    missing_title: "There is no such page", "Deze pagina bestaat niet";
    missing_lead: "The address may be out of date. Go on from your profile.", "Het adres is misschien verouderd. Ga verder vanuit je profiel.";
    forbidden_title: "This page is not for you", "Deze pagina is niet voor jou";
    forbidden_lead: "You don’t have access to it.", "Je hebt er geen toegang toe.";
}
