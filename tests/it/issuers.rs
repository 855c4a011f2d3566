//! The issuer that an authenticator app shows: the application's, or one chosen for a setup.

use mfakit::testing::code_for;
use mfakit::{Answer, Assurance, Confirmed, EmailStatus, NewFactor, Setup, Subject};

use crate::world::{World, block_on, full};

fn phone() -> NewFactor {
    NewFactor::totp("Phone", "ada@example.org").unwrap()
}

async fn begin(world: &World, session: &Assurance, new: NewFactor) -> Setup {
    world.mfa.begin_setup(session, new, EmailStatus::Verified).await.unwrap()
}

#[test]
fn a_setup_shows_the_applications_issuer_unless_it_has_one_of_its_own() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&Subject::new("ada").unwrap()).await;
        let usual = begin(&world, &session, phone()).await;
        assert_eq!(usual.totp().unwrap().issuer().as_str(), "Scrivio");
        assert!(
            usual
                .totp()
                .unwrap()
                .otpauth_uri()
                .starts_with("otpauth://totp/Scrivio:ada%40example.org?")
        );
        assert!(usual.totp().unwrap().otpauth_uri().contains("&issuer=Scrivio&"));

        let staging = phone().issuer("Scrivio Staging").unwrap();
        let chosen = begin(&world, &session, staging).await;
        assert_eq!(chosen.totp().unwrap().issuer().as_str(), "Scrivio Staging");
        let uri = chosen.totp().unwrap().otpauth_uri();
        assert!(uri.starts_with("otpauth://totp/Scrivio%20Staging:ada%40example.org?"));
        assert!(uri.contains("&issuer=Scrivio%20Staging&"));
        assert!(!uri.contains("=Scrivio&"), "both names say the same");
    });
}

#[test]
fn a_chosen_issuer_is_shown_again_by_any_process_and_ends_with_its_setup() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&Subject::new("ada").unwrap()).await;
        let staging = phone().issuer("Scrivio Staging").unwrap();
        let setup = begin(&world, &session, staging).await;
        let kept = world.mfa.export(session.subject()).await.unwrap().account.unwrap();
        assert_eq!(kept.setup.unwrap().issuer.as_ref(), Some(setup.totp().unwrap().issuer()));
        for mfa in [&world.mfa, &world.elsewhere(0)] {
            let again = mfa.show_setup(&session, setup.id()).await.unwrap();
            assert_eq!(again.totp().unwrap().issuer(), setup.totp().unwrap().issuer());
            assert_eq!(again.totp().unwrap().otpauth_uri(), setup.totp().unwrap().otpauth_uri());
        }
        let code = code_for(&setup, world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        assert!(matches!(confirmed, Confirmed::FirstFactor(_)), "{confirmed:?}");
        let kept = world.mfa.export(session.subject()).await.unwrap().account.unwrap();
        assert_eq!(kept.setup.unwrap().issuer, None, "it is shown no more");
        let session = full(world.mfa.finish_setup(&session, setup.id()).await.unwrap());
        let next = NewFactor::totp("Tablet", "ada@example.org").unwrap();
        assert_eq!(
            begin(&world, &session, next).await.totp().unwrap().issuer().as_str(),
            "Scrivio"
        );
    });
}

#[test]
fn a_chosen_issuer_has_the_bounds_of_the_applications() {
    let long = "x".repeat(129);
    for bad in ["", "   ", "Scrivio: Staging", "a\nb", "a\u{202E}b", &long] {
        assert!(phone().issuer(bad).is_err(), "{bad:?}");
    }
    assert!(phone().issuer(&"x".repeat(128)).is_ok());
}
