//! The product page's words, and a host's own.

use mfakit::domain::{Algorithm, Digits, TotpParams};
use mfakit_axum::Texts;
use mfakit_axum::pages::{Page, Pages, SetupDonePage};

use crate::world::World;

#[tokio::test]
async fn pages_speak_the_browsers_language_or_the_hosts() {
    let world = World::new();
    let mut browser = world.signed_in("ada").with("accept-language", "nl-BE,nl;q=0.9");
    browser.get("/mfa/setup").await.shows("<html lang=\"nl\">").shows("Instellen starten");
    browser.start_setup().await.shows("<title>QR-code</title>").shows("Handmatige code");
    world.host.speak("en");
    browser.get("/mfa/setup/confirm").await.shows("<html lang=\"en\">").shows("Confirm");
}

#[tokio::test]
async fn a_host_changes_a_word_and_a_page_and_the_prefix() {
    struct Own;
    impl Pages for Own {
        fn setup_done(&self, page: &Page<'_>, _: &SetupDonePage) -> String {
            format!("<h1>Safe at {}</h1>", page.product())
        }
    }
    let mut texts = Texts::english();
    texts.start_setup = "Begin".into();
    let world = World::with(|s| s, |web| web.texts(texts).pages(Own).prefix("/account/2fa"));
    let mut browser = world.signed_in("ada");
    let page = browser.get("/account/2fa/setup").await;
    page.shows(">Begin<").lacks("Start setup").shows("href=\"/account/2fa/assets/mfa.css\"");
    let begun = browser.submit(&page, "/account/2fa/setup", &[]).await;
    let phone = browser.follow(&begun).await.scan();
    let page = browser.get("/account/2fa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/account/2fa/setup/confirm", &[("code", &code)]).await;
    let done = browser.submit(&shown, "/account/2fa/setup/finish", &[]).await;
    browser.follow(&done).await.shows("<h1>Safe at Scrivio</h1>");
}

#[tokio::test]
async fn the_words_say_how_many_digits_a_code_has_and_how_long_it_is_shown() {
    let long = TotpParams::new(Algorithm::Sha256, Digits::Eight, 60).unwrap();
    let world = World::with(|settings| settings.totp(long), |web| web);
    let mut browser = world.signed_in("ada");
    browser.get("/mfa/setup").await.shows("a code of 8 digits").lacks("{").lacks("6-digit");
    browser.start_setup().await;
    let page = browser.get("/mfa/setup/confirm").await;
    page.shows("a code of 8 digits for Scrivio. It changes every 60 seconds");
    let short = browser.submit(&page, "/mfa/setup/confirm", &[("code", "123456")]).await;
    assert!(short.alert().expect("alert").contains("a code of 8 digits"));

    let unnamed = World::with(|settings| settings, |web| web.product(""));
    let mut browser = unnamed.signed_in("ada");
    browser.start_setup().await;
    let page = browser.get("/mfa/setup/confirm").await;
    page.shows("Your app now shows a code of 6 digits. It").lacks("product");
}
