//! What a factor says of its enrollment, and what an account with a credential keeps when it moves.

use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Confirmed, EmailStatus, EnrolledBy, FactorId, HostAuthority, Strength, Subject,
};
use serde_json::json;

use crate::kinds::read;
use crate::sensitive::{give_credential, phone, with_an_app};
use crate::world::{World, any_code, block_on, passed, raised};

/// The factor of this label, as the page of its owner shows what enrolled it.
async fn enrolled(world: &World, ada: &Subject, label: &str) -> EnrolledBy {
    let status = world.mfa.status(ada).await.unwrap();
    let factor = status.factors.iter().find(|factor| factor.label.as_str() == label);
    factor.expect("a factor").enrolled_by.clone()
}

#[test]
fn a_factor_says_what_enrolled_it() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let of = async |label| enrolled(&world, &ada.subject, label).await;
        assert_eq!(of("Phone").await, EnrolledBy::FirstFactor);
        world.add_phone(&ada.session, "By a code").await;
        assert_eq!(of("By a code").await, EnrolledBy::Factor(Strength::Standard));
        world.wait(60);
        let session = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        world.add_phone(&session, "By recovery").await;
        assert_eq!(of("By recovery").await, EnrolledBy::Recovery);

        // A code from so long ago that it could have begun no setup has enrolled nothing.
        world.next_code();
        let session = world.sign_in(&ada).await;
        world.wait(601);
        let challenge = world.mfa.step_up(&session, "x", &any_code()).await.unwrap();
        let answer = Answer::recovery(&ada.recovery(1));
        let session = raised(world.mfa.answer(&challenge, answer).await);
        world.add_phone(&session, "By recovery again").await;
        assert_eq!(of("By recovery again").await, EnrolledBy::Recovery);

        // What was fresh when the setup began has enrolled it, however long that takes.
        world.next_code();
        let session = world.sign_in(&ada).await;
        world.wait(600);
        let begun = world.mfa.begin_setup(&session, phone(), EmailStatus::Verified).await.unwrap();
        world.wait(590);
        let code =
            Authenticator::scan(begun.totp().unwrap().otpauth_uri()).unwrap().code_at(world.now());
        let added = world.mfa.confirm_setup(&session, begun.id(), Answer::code(&code)).await;
        assert!(matches!(added, Ok(Confirmed::Added(_))), "{added:?}");
        assert_eq!(of("New phone").await, EnrolledBy::Factor(Strength::Standard));
    });
}

/// Whoever reads the row next may know it.
#[test]
fn what_enrolled_a_factor_is_stored_and_a_name_of_a_later_release_is_kept() {
    block_on(async {
        let (world, rows, ada) = with_an_app().await;
        let whole = rows.document(&ada.subject);
        assert_eq!(whole["factors"][0].get("enrolled_by"), None, "a first factor alone");
        let names =
            ["enrollment", "standard", "phishing_resistant", "recovery", "import", "owl_post"];
        for name in names {
            let mut document = whole.clone();
            document["factors"][0]["enrolled_by"] = json!(name);
            rows.put(&ada.subject, document);
            assert_eq!(enrolled(&world, &ada.subject, "Phone").await.as_str(), name);
            world.mfa.password_changed(&ada.subject, None).await.unwrap();
            assert_eq!(rows.document(&ada.subject)["factors"][0]["enrolled_by"], json!(name));
            let export = world.mfa.export(&ada.subject).await.unwrap().account.unwrap();
            let export = serde_json::to_value(export).unwrap();
            assert_eq!(export["factors"][0]["enrolled_by"], json!(name));
        }
        for garbled in [json!(""), json!("a".repeat(33)), json!("Owl"), json!(7)] {
            let mut document = whole.clone();
            document["factors"][0]["enrolled_by"] = garbled.clone();
            assert!(read(document).is_err(), "{garbled}");
        }
    });
}

/// Only what is sealed has to be sealed for the new place.
#[test]
fn an_account_with_a_credential_moves_to_another_subject() {
    block_on(async {
        for beside in [true, false] {
            let (world, rows, ada) = with_an_app().await;
            give_credential(&rows, &ada, beside);
            let before = rows.account(&ada.subject);
            let to = Subject::new("lovelace").unwrap();
            let authority =
                HostAuthority::grant(ada.subject.clone(), to.clone(), "a new name").unwrap();
            world.mfa.rename(&authority, &to).await.unwrap();
            let after = rows.account(&to);
            assert_eq!(after.strength(), before.strength());
            let ids = |of: &mfakit::domain::Account| -> Vec<FactorId> {
                of.factors().iter().map(mfakit::domain::Factor::id).collect()
            };
            assert_eq!(ids(&after), ids(&before));
            if beside {
                let code = Answer::code(&ada.phone.code_at(world.now()));
                let challenge = world.challenge(&to).await;
                passed(world.mfa.answer(&challenge, code).await);
            }
        }
    });
}
