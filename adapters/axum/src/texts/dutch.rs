//! The texts in Dutch.

use std::borrow::Cow;

use super::Texts;

impl Texts {
    /// Dutch.
    pub fn dutch() -> Self {
        Self {
            language: Cow::Borrowed("nl"),

            // Buttons.
            start_setup: Cow::Borrowed("Instellen starten"),
            next: Cow::Borrowed("Volgende"),
            back: Cow::Borrowed("Terug"),
            confirm: Cow::Borrowed("Bevestigen"),
            cancel: Cow::Borrowed("Annuleren"),
            codes_saved: Cow::Borrowed("Ik heb mijn codes bewaard"),
            done: Cow::Borrowed("Klaar"),
            verify: Cow::Borrowed("Controleren"),
            use_recovery: Cow::Borrowed("Herstelcode gebruiken"),
            back_to_verification: Cow::Borrowed("Terug naar verificatie"),
            sign_in_again: Cow::Borrowed("Opnieuw inloggen"),
            try_again: Cow::Borrowed("Opnieuw proberen"),
            to_profile: Cow::Borrowed("Terug naar profiel"),
            copy: Cow::Borrowed("Kopiëren"),
            copied: Cow::Borrowed("Gekopieerd"),
            download: Cow::Borrowed("Downloaden"),
            print: Cow::Borrowed("Afdrukken"),
            reissue: Cow::Borrowed("Nieuwe codes tonen"),

            // Names of fields and elements.
            verification_code: Cow::Borrowed("Verificatiecode"),
            recovery_code: Cow::Borrowed("Herstelcode"),
            enrollment_code: Cow::Borrowed("Registratiecode"),
            first_code: Cow::Borrowed("Eerste code"),
            second_code: Cow::Borrowed("Tweede code"),
            third_code: Cow::Borrowed("Derde code"),
            qr_code: Cow::Borrowed("QR-code"),
            manual_code: Cow::Borrowed("Handmatige code"),
            recovery_codes: Cow::Borrowed("Herstelcodes"),
            factor_name: Cow::Borrowed("Naam van deze methode"),
            default_label: Cow::Borrowed("Authenticator-app"),

            // Setting up.
            setup_title: Cow::Borrowed("Tweestapsverificatie instellen"),
            setup_lead: Cow::Borrowed(
                "Inloggen doe je voortaan met je wachtwoord en een code van {digits} cijfers uit een authenticator-app op je telefoon. Met alleen het wachtwoord komt niemand binnen.",
            ),
            setup_need: Cow::Borrowed(
                "Je hebt een authenticator-app nodig, bijvoorbeeld Google Authenticator, Authy of Microsoft Authenticator. Het duurt ongeveer twee minuten.",
            ),
            add_title: Cow::Borrowed("Methode toevoegen"),
            add_lead: Cow::Borrowed(
                "Met een tweede apparaat kom je binnen als je het eerste niet bij de hand hebt. Je herstelcodes blijven zoals ze zijn.",
            ),
            replace_title: Cow::Borrowed("Verloren methode vervangen"),
            replace_lead: Cow::Borrowed(
                "De nieuwe methode neemt de plaats in van ‘{factor}’, die niet meer werkt zodra je bevestigt. Je krijgt ook nieuwe herstelcodes; de oude werken dan niet meer.",
            ),
            email_first: Cow::Borrowed(
                "Bevestig eerst je e-mailadres. Dat kan vanuit je profiel; kom daarna hier terug.",
            ),
            demanded: Cow::Borrowed(
                "{organizations} verplicht tweestapsverificatie. Stel het in om verder te gaan.",
            ),
            demanded_stronger: Cow::Borrowed(
                "{organizations} verplicht een passkey of beveiligingssleutel. Een authenticator-app is daar niet genoeg.",
            ),
            step: Cow::Borrowed("Stap {number} van 3"),
            scan_title: Cow::Borrowed("Scan de QR-code"),
            scan_lead: Cow::Borrowed(
                "Open je authenticator-app, kies een account toevoegen en richt de camera op deze code.",
            ),
            scan_manual: Cow::Borrowed("Lukt scannen niet? Voer dan deze code in de app in."),
            confirm_title: Cow::Borrowed("Voer de code uit je app in"),
            confirm_lead: Cow::Borrowed(
                "Je app toont nu een code van {digits} cijfers voor {product}. Die verandert elke {seconds} seconden.",
            ),
            confirm_lead_unnamed: Cow::Borrowed(
                "Je app toont nu een code van {digits} cijfers. Die verandert elke {seconds} seconden.",
            ),
            codes_title: Cow::Borrowed("Bewaar je herstelcodes"),
            codes_lead: Cow::Borrowed(
                "Met elke code log je één keer in als je je authenticator-app niet hebt. Je ziet ze alleen nu: bewaar ze op een veilige plek, en niet alleen op je telefoon.",
            ),
            codes_replaced: Cow::Borrowed("Je vorige codes werken niet meer."),
            not_on_yet: Cow::Borrowed(
                "Tweestapsverificatie gaat aan zodra je bevestigt dat je ze hebt bewaard.",
            ),
            codes_lost_title: Cow::Borrowed("Je codes zijn één keer getoond"),
            codes_lost_lead: Cow::Borrowed(
                "Je app is bevestigd, maar tweestapsverificatie staat nog niet aan. Heb je je herstelcodes niet bewaard, vraag dan nieuwe aan; de eerder getoonde codes werken dan niet meer.",
            ),
            done_title: Cow::Borrowed("Tweestapsverificatie staat aan"),
            done_lead: Cow::Borrowed(
                "Voortaan vragen we bij elke keer inloggen om een code uit je authenticator-app.",
            ),

            // Signing in.
            challenge_title: Cow::Borrowed("Voer je verificatiecode in"),
            challenge_lead: Cow::Borrowed(
                "Open ‘{factor}’ en voer de code van {digits} cijfers in.",
            ),
            step_up_title: Cow::Borrowed("Bevestig dat jij het bent"),
            other_factors: Cow::Borrowed("Je methoden"),
            asked_now: Cow::Borrowed("nu gevraagd"),
            three_title: Cow::Borrowed("Voer drie codes achter elkaar in"),
            three_lead: Cow::Borrowed(
                "Iemand heeft codes voor je account geprobeerd, daarom is één code nu niet genoeg. Voer de code in die ‘{factor}’ toont, wacht tot die verandert en doe dat nog twee keer. Het duurt ongeveer een minuut. Wijzig daarna je wachtwoord: wie dit probeerde, kent het.",
            ),
            recovery_title: Cow::Borrowed("Voer een herstelcode in"),
            recovery_lead: Cow::Borrowed(
                "Gebruik een van de codes die je bij het instellen hebt bewaard. Elke code werkt maar één keer.",
            ),
            enrollment_title: Cow::Borrowed("Voer je registratiecode in"),
            enrollment_lead: Cow::Borrowed(
                "Een beheerder heeft je tweestapsverificatie opnieuw ingesteld en je een code gegeven. Voer die in om je authenticator-app opnieuw in te stellen.",
            ),
            ended_title: Cow::Borrowed("Log opnieuw in"),
            ended_lead: Cow::Borrowed(
                "Deze verificatie is verlopen of heeft te veel codes gehad. Er is niets verloren: log opnieuw in voor een nieuwe.",
            ),
            ended_step_up_lead: Cow::Borrowed(
                "Deze verificatie is verlopen of heeft te veel codes gehad. Probeer het opnieuw voor een nieuwe.",
            ),
            not_renewed_title: Cow::Borrowed("Log nog een keer in"),
            not_renewed_lead: Cow::Borrowed(
                "Hiervoor moet je opnieuw inloggen, en je bent nog van eerder ingelogd. Log opnieuw in om verder te gaan.",
            ),
            not_renewed_help: Cow::Borrowed(
                "Kwam je terug zonder dat je iets hoefde in te vullen? Log uit bij de dienst waarmee je inlogt en probeer het nog eens.",
            ),

            // Managing.
            factors_title: Cow::Borrowed("Tweestapsverificatie"),
            factors_on: Cow::Borrowed(
                "Aan. Inloggen doe je met een code van een van deze methoden.",
            ),
            factors_off: Cow::Borrowed("Uit. Je account is alleen met je wachtwoord beveiligd."),
            factors_heading: Cow::Borrowed("Methoden"),
            preferred: Cow::Borrowed("voorkeur"),
            suspended: Cow::Borrowed("opgeschort"),
            last_used: Cow::Borrowed("Laatst gebruikt op {date}"),
            prefer: Cow::Borrowed("Voorkeur geven"),
            rename: Cow::Borrowed("Hernoemen"),
            save_name: Cow::Borrowed("Naam opslaan"),
            replace: Cow::Borrowed("Vervangen"),
            remove: Cow::Borrowed("Verwijderen"),
            add_factor: Cow::Borrowed("Methode toevoegen"),
            codes_left: Cow::Borrowed("Nog {count} herstelcodes"),
            codes_weak: Cow::Borrowed(
                "Deze codes komen uit een ander systeem en zijn te kort. Vervang ze door nieuwe.",
            ),
            no_codes: Cow::Borrowed(
                "Je hebt geen herstelcodes. Maak ze aan, anders sluit een verloren telefoon je buiten.",
            ),
            factor_weak: Cow::Borrowed("te vervangen"),
            factor_weak_lead: Cow::Borrowed("De sleutel komt uit een ander systeem en is te kort."),
            codes_low: Cow::Borrowed(
                "Je hebt er bijna geen meer. Vraag nieuwe codes aan voordat je ze nodig hebt.",
            ),
            new_codes: Cow::Borrowed("Nieuwe codes maken"),
            turn_off: Cow::Borrowed("Uitschakelen"),
            remove_title: Cow::Borrowed("‘{factor}’ verwijderen?"),
            remove_lead: Cow::Borrowed(
                "Codes van deze methode werken meteen niet meer, en je wordt overal elders uitgelogd.",
            ),
            remove_last_lead: Cow::Borrowed(
                "Dit is je laatste methode: als je die verwijdert, gaat tweestapsverificatie uit. Je herstelcodes werken niet meer, en je wordt overal elders uitgelogd.",
            ),
            new_codes_title: Cow::Borrowed("Nieuwe herstelcodes maken?"),
            new_codes_lead: Cow::Borrowed(
                "Je huidige codes werken meteen niet meer, ook de codes die je nooit hebt gebruikt.",
            ),
            turn_off_title: Cow::Borrowed("Tweestapsverificatie uitschakelen?"),
            turn_off_lead: Cow::Borrowed(
                "Je wachtwoord is dan genoeg om in te loggen. Je methoden en herstelcodes worden verwijderd, en je wordt overal elders uitgelogd.",
            ),

            // Messages.
            wrong_code: Cow::Borrowed(
                "Die code klopt niet. Wacht op de volgende en probeer het opnieuw.",
            ),
            wrong_setup_code: Cow::Borrowed(
                "Die code klopt niet. Controleer de code in je app en probeer het opnieuw.",
            ),
            wrong_recovery_code: Cow::Borrowed(
                "Die herstelcode is niet geaccepteerd. Controleer hem en probeer het opnieuw; elke code werkt maar één keer.",
            ),
            wrong_enrollment_code: Cow::Borrowed(
                "Die registratiecode is niet geaccepteerd. Controleer hem en probeer het opnieuw.",
            ),
            malformed_code: Cow::Borrowed(
                "Dat is geen code van {digits} cijfers. Controleer hem en probeer het opnieuw.",
            ),
            same_code: Cow::Borrowed(
                "Die code heb je al verstuurd. Wacht op de volgende en voer die in.",
            ),
            wrong_three: Cow::Borrowed(
                "Dat waren geen drie codes achter elkaar. Wacht op de volgende code en voer die en de twee daarna in.",
            ),
            factors_suspended: Cow::Borrowed(
                "Te veel foute codes achter elkaar. Gebruik een herstelcode.",
            ),
            recovery_paused: Cow::Borrowed(
                "Te veel foute herstelcodes. Gebruik je authenticator-app; herstelcodes worden later weer aangenomen.",
            ),
            credential_not_verified: Cow::Borrowed(
                "Die passkey of beveiligingssleutel is niet geaccepteerd. Probeer het opnieuw.",
            ),
            already_registered: Cow::Borrowed(
                "Die passkey of beveiligingssleutel is al ingesteld. Gebruik een andere.",
            ),
            last_try: Cow::Borrowed("Nog één poging."),
            clock_slow: Cow::Borrowed(
                "De klok van je telefoon loopt {minutes} achter. Zet hem gelijk en probeer het opnieuw.",
            ),
            clock_fast: Cow::Borrowed(
                "De klok van je telefoon loopt {minutes} voor. Zet hem gelijk en probeer het opnieuw.",
            ),
            minute: Cow::Borrowed("1 minuut"),
            minutes: Cow::Borrowed("{count} minuten"),
            setup_over: Cow::Borrowed("Deze instelling is verlopen. Begin opnieuw."),
            setup_tried_out: Cow::Borrowed(
                "Te veel foute codes. Begin opnieuw met een nieuwe QR-code.",
            ),
            label_taken: Cow::Borrowed("Een andere methode heeft die naam al. Kies een andere."),
            label_invalid: Cow::Borrowed("Een naam heeft 1 tot 64 gewone tekens."),
            too_many_factors: Cow::Borrowed(
                "Je hebt tien methoden, meer kan niet. Verwijder er eerst een.",
            ),
            unknown_factor: Cow::Borrowed("Die methode is al weg."),
            policy_requires: Cow::Borrowed(
                "{organizations} verplicht tweestapsverificatie, dus het kan niet worden uitgeschakeld.",
            ),
            enrollment_expired: Cow::Borrowed(
                "Deze registratiecode is verlopen. Vraag je beheerder om een nieuwe.",
            ),
            failed_title: Cow::Borrowed("Er ging iets mis"),
            failed_lead: Cow::Borrowed("Er is niets veranderd. Probeer het zo opnieuw."),
            missing_title: Cow::Borrowed("Deze pagina bestaat niet"),
            missing_lead: Cow::Borrowed(
                "Het adres is misschien verouderd. Ga verder vanuit je profiel.",
            ),
            forbidden_title: Cow::Borrowed("Deze pagina is niet voor jou"),
            forbidden_lead: Cow::Borrowed("Je hebt er geen toegang toe."),
        }
    }
}
