//! What people type, paste and inject.

use mfakit::domain::Label;
use mfakit::{
    ActionName, Answer, BuildError, Confirmed, EmailStatus, FirstFactor, HostAuthority, Invalid,
    KeyId, MemoryStore, Mfa, NewFactor, RejectionReason, SetupId, SetupRejectionReason, Subject,
};

use super::scene;
use crate::attacks::{begin, factor, new_factor};
use crate::world::{World, any_code, block_on, keyring, passed, refused, rejected};

/// What cannot be a code of six digits.
fn no_codes() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "-",
        "abcdef",
        "12345",
        "1234567",
        "12345a",
        "+12345",
        "-1",
        "0x1234",
        "1e5",
        "12.345",
        "1,2345",
        "\0\0\0\0\0\0",
        "１２３４５６",
        "١٢٣٤٥٦",
        "²³¹²³¹",
        "①②③④⑤⑥",
        "123456\u{202E}",
        "\u{200B}123456",
        "123456;--",
        "null",
        "NaN",
    ]
    .map(str::to_owned)
    .into();
    texts.extend(["1", "123456", " ", "é", "💥", "\0"].map(|part| part.repeat(100_000)));
    texts.push(" ".repeat(65) + "123456");
    // The cut after 256 bytes falls into a character, or right behind a code.
    texts.push("a".repeat(255) + "💥");
    texts.push("123456".to_owned() + &" ".repeat(250) + "7");
    texts
}

#[test]
fn what_cannot_be_a_code_is_malformed_and_costs_nothing() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let phone = factor(&world, &ada.subject, "Phone").await;
        let challenge = world.challenge(&ada.subject).await;
        let right = ada.phone.code_at(world.now());
        let before = scene(&world, &ada.subject);
        for text in no_codes() {
            for answer in [
                Answer::code(&text),
                Answer::code_of(phone, &text),
                Answer::three_codes([&text, &right, &right]),
                Answer::three_codes([&right, &text, &right]),
                Answer::three_codes_of(phone, [&right, &right, &text]),
                Answer::recovery(&text),
            ] {
                let rejection = rejected(world.mfa.answer(&challenge, answer).await);
                assert_eq!(rejection.reason, RejectionReason::Malformed, "{:?}", text.get(..20));
            }
        }
        assert_eq!(scene(&world, &ada.subject), before);
        passed(world.mfa.answer(&challenge, Answer::code(&right)).await);
    });
}

#[test]
fn what_cannot_be_a_code_costs_a_setup_no_try() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
        let (setup, phone) = begin(&world, &session, new_factor("Phone")).await;
        let before = scene(&world, session.subject());
        for text in no_codes() {
            match world.mfa.confirm_setup(&session, setup.id(), Answer::code(&text)).await {
                Ok(Confirmed::Rejected(rejection)) => {
                    assert_eq!(rejection.reason, SetupRejectionReason::Malformed);
                    assert_eq!(rejection.tries_left, 10);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(scene(&world, session.subject()), before);
        let code = phone.code_at(world.now());
        let confirmed = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
        assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))));
    });
}

#[test]
fn what_people_add_to_a_code_does_not_matter() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        type Typing = fn(&str, &str) -> String;
        let typings: [Typing; 6] = [
            |a, b| format!("{a} {b}"),
            |a, b| format!("{a}-{b}"),
            |a, b| format!("  {a}{b}\r\n"),
            |a, b| format!("{a}\u{a0}{b}\t"),
            |a, b| format!("{a}\u{2009}{b}"),
            |a, b| a.chars().chain(b.chars()).map(|digit| format!("{digit} ")).collect(),
        ];
        for typing in typings {
            let code = ada.phone.code_at(world.now());
            let typed = typing(&code[..3], &code[3..]);
            world.sign_in_with(&ada.subject, Answer::code(&typed)).await;
            world.next_code();
        }
        let typed = ada.recovery(2).to_lowercase().replace('-', " ").replace('0', "o");
        world.sign_in_with(&ada.subject, Answer::recovery(&typed)).await;
    });
}

/// Labels that are none, and the bound that the refusal names.
fn no_labels() -> Vec<(String, &'static str)> {
    vec![
        (String::new(), "1 to 128 bytes, not 0"),
        (" \t ".to_owned(), "1 to 128 bytes, not 0"),
        ("a".repeat(65), "1 to 64 characters, not 65"),
        ("€".repeat(43), "1 to 128 bytes, not 129"),
        ("a".repeat(1_000_000), "1 to 128 bytes, not 1000000"),
        ("Pho\nne".to_owned(), "control characters"),
        ("Pho\0ne".to_owned(), "control characters"),
        ("Pho\u{1b}[2Jne".to_owned(), "control characters"),
        ("Pho\u{85}ne".to_owned(), "control characters"),
        ("\u{202E}enohP".to_owned(), "bidirectional"),
        ("Pho\u{2066}ne\u{2069}".to_owned(), "bidirectional"),
        ("Pho\u{200F}ne".to_owned(), "bidirectional"),
        ("Pho\u{061C}ne".to_owned(), "bidirectional"),
        ("Pho\u{200B}ne".to_owned(), "invisible"),
        ("Pho\u{2028}ne".to_owned(), "invisible"),
        ("\u{FEFF}Phone".to_owned(), "invisible"),
        ("Phone\u{E0041}".to_owned(), "invisible"),
    ]
}

#[test]
fn a_label_that_is_none_is_refused_by_its_bound() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let phone = factor(&world, &ada.subject, "Phone").await;
        let before = scene(&world, &ada.subject);
        for (label, bound) in no_labels() {
            let refusal = refused(world.mfa.rename_factor(&ada.session, phone, &label).await);
            assert_eq!(refusal.code(), "invalid");
            assert!(refusal.to_string().starts_with("label must"), "{refusal}");
            assert!(refusal.to_string().contains(bound), "{refusal} does not name {bound}");
            let invalid = NewFactor::totp(&label, "ada").unwrap_err();
            assert!(invalid.to_string().contains(bound), "{invalid}");
        }
        assert_eq!(scene(&world, &ada.subject), before);
    });
}

#[test]
fn a_label_that_is_taken_is_refused_wherever_it_comes_from() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (_, session) = world.add_phone(&ada.session, "Straße").await;
        let tablet = factor(&world, &ada.subject, "Straße").await;
        begin(&world, &session, new_factor("Pending")).await;
        let before = scene(&world, &ada.subject);
        for taken in ["Phone", "  Phone ", "PHONE", "phone"] {
            let begun =
                world.mfa.begin_setup(&session, new_factor(taken), EmailStatus::Verified).await;
            assert_eq!(refused(begun).code(), "label_taken", "{taken:?}");
            let renamed = world.mfa.rename_factor(&session, tablet, taken).await;
            assert_eq!(refused(renamed).code(), "label_taken", "{taken:?}");
        }
        let renamed = world.mfa.rename_factor(&session, tablet, "pending").await;
        assert_eq!(refused(renamed).code(), "label_taken", "a setup's label");
        assert_eq!(scene(&world, &ada.subject), before);
        // A factor may take its own label in another case, and one that is replaced gives its up.
        world.mfa.rename_factor(&session, tablet, "STRASSE 1").await.unwrap();
        world.mfa.rename_factor(&session, tablet, "strasse 1").await.unwrap();
        begin(&world, &session, new_factor("Strasse 1").replacing(tablet)).await;
    });
}

#[test]
fn names_out_of_their_bounds_are_refused_and_never_repeated() {
    let long = "secret".repeat(500);
    let ada: Subject = "ada".parse().unwrap();
    let at = chrono::DateTime::UNIX_EPOCH;
    let refusals: Vec<(&str, Result<(), Invalid>)> = vec![
        ("subject", Subject::new(&long).map(drop)),
        ("subject", Subject::new("").map(drop)),
        ("subject", Subject::new("ada\n").map(drop)),
        ("account name", NewFactor::totp("Phone", "Scrivio:ada").map(drop)),
        ("account name", NewFactor::totp("Phone", "").map(drop)),
        ("account name", NewFactor::totp("Phone", &long).map(drop)),
        ("account name", NewFactor::totp("Phone", "ada\u{202E}").map(drop)),
        ("label", Label::new(&long).map(drop)),
        ("action name", ActionName::new("").map(drop)),
        ("action name", ActionName::new("pay\nout").map(drop)),
        ("action name", ActionName::new(&long).map(drop)),
        (
            "first-factor name",
            FirstFactor::named("password", mfakit::FirstFactorKind::Issuer, ada.clone(), at)
                .map(drop),
        ),
        (
            "first-factor name",
            FirstFactor::named("SSO", mfakit::FirstFactorKind::Issuer, ada.clone(), at).map(drop),
        ),
        (
            "first-factor name",
            FirstFactor::named("", mfakit::FirstFactorKind::Issuer, ada.clone(), at).map(drop),
        ),
        (
            "first-factor name",
            FirstFactor::named(&long, mfakit::FirstFactorKind::Issuer, ada.clone(), at).map(drop),
        ),
        ("reason", HostAuthority::grant(ada.clone(), ada.clone(), "").map(drop)),
        ("reason", HostAuthority::grant(ada.clone(), ada.clone(), "a\rb").map(drop)),
        ("reason", HostAuthority::grant(ada.clone(), ada.clone(), &long).map(drop)),
        ("key id", KeyId::new("2026/11").map(drop)),
        ("setup id", "secretsecretsecretsecretsecretse".parse::<SetupId>().map(drop)),
        ("setup id", long.parse::<SetupId>().map(drop)),
    ];
    for (name, refused) in refusals {
        let message = refused.expect_err(name).to_string();
        assert!(message.starts_with(&format!("{name} must ")), "{message}");
        assert!(!message.contains("secret") && !message.contains("ada"), "{message}");
    }
}

#[test]
fn an_issuer_that_would_break_the_uri_builds_nothing() {
    for issuer in ["", "  ", "Scri:vio", "Scri\nvio", "\u{202E}oivircS", &"a".repeat(129)] {
        let built = Mfa::builder(MemoryStore::new()).issuer(issuer).keyring(keyring("k1")).build();
        assert!(matches!(built, Err(BuildError::Issuer(_))), "{issuer:?}");
    }
    let built = Mfa::builder(MemoryStore::new()).issuer("Scrivio").build();
    assert!(matches!(built, Err(BuildError::MissingCipher)));
}

#[test]
fn an_action_without_a_proper_name_opens_no_challenge() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let before = scene(&world, &ada.subject);
        for action in ["", "pay\0out", &"a".repeat(65)] {
            let refusal = refused(world.mfa.step_up(&ada.session, action, &any_code()).await);
            assert_eq!(refusal.code(), "invalid", "{action:?}");
        }
        let challenge = world.challenge(&ada.subject).await;
        for heading in ["", "/a\r\nSet-Cookie: b", &"/".repeat(2_049)] {
            assert!(challenge.clone().with_return_to(heading).is_err());
        }
        assert_eq!(scene(&world, &ada.subject), before);
    });
}
