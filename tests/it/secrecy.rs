//! Secrets, codes and hashes appear in no `Debug`, `Display`, event or error.

use mfakit::store::{AccountStore, EventLog};
use mfakit::testing::Authenticator;
use mfakit::{Answer, Confirmed, EmailStatus, Error, NewFactor, SignIn, Subject, Verdict};

use crate::world::{World, block_on, keyring};

/// Everything printed so far, and everything that must not be in it.
#[derive(Default)]
struct Printed {
    text: String,
    secrets: Vec<String>,
}

impl Printed {
    fn see(&mut self, value: &impl std::fmt::Debug) {
        self.text.push_str(&format!("{value:?}\n{value:#?}\n"));
    }

    fn error(&mut self, error: &Error) {
        self.see(error);
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            self.text.push_str(&format!("{error}\n"));
            cause = error.source();
        }
    }

    /// Keeps a secret in every notation in which it might leak.
    fn secret(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
        self.secrets.push(secret.replace([' ', '-'], ""));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.secrets.push(hex.to_uppercase());
        self.secrets.push(hex);
        self.secrets.push(format!("{bytes:?}").trim_matches(['[', ']']).to_owned());
    }

    #[track_caller]
    fn assert_clean(&self) {
        assert!(self.text.len() > 2_000, "next to nothing was printed");
        for secret in &self.secrets {
            assert!(secret.len() >= 6, "{secret:?} is too short to be looked for");
            assert!(!self.text.contains(secret.as_str()), "{secret:?} was printed");
        }
    }
}

#[test]
fn nothing_printed_holds_a_secret() {
    block_on(async {
        let world = World::new();
        let mut printed = Printed::default();
        let ada = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        printed.see(&setup);
        printed.secret(setup.totp().unwrap().manual_key());
        printed.see(&world.memory.load(&ada).await.unwrap());

        let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        printed.see(&phone);
        let code = phone.code_at(world.now());
        printed.secret(&code);
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        printed.see(&confirmed);
        let Confirmed::FirstFactor(codes) = confirmed else { panic!("not confirmed") };
        codes.iter().for_each(|code| printed.secret(&code.reveal()));
        printed.see(&world.memory.load(&ada).await.unwrap());
        let session = world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
        printed.see(&session);

        world.next_code();
        let signed_in = world.mfa.sign_in(world.password(&ada)).await.unwrap();
        printed.see(&signed_in);
        let SignIn::Challenge(challenge) = signed_in else { panic!("MFA is off") };
        let code = phone.code_at(world.now());
        printed.secret(&code);
        let answer = Answer::code(&code);
        printed.see(&answer);
        let verdict: Verdict = world.mfa.answer(&challenge, answer).await.unwrap();
        printed.see(&verdict);
        printed.error(&world.mfa.answer(&challenge, Answer::code(&code)).await.unwrap_err());

        let account = world.memory.load(&ada).await.unwrap().unwrap();
        printed.see(&account);
        for (_, sealed) in account.sealed_secrets() {
            printed.bytes(sealed.bytes());
        }
        printed.see(&world.memory.read(None, 100).await.unwrap());
        printed.see(&world.mfa.export(&ada).await.unwrap());
        printed.see(&world.mfa.status(&ada).await.unwrap());
        printed.see(&world.mfa);
        let keys = keyring("k1");
        printed.see(&keys);
        printed.assert_clean();
    });
}

/// The check above can fail.
#[test]
#[should_panic(expected = "was printed")]
fn a_printed_secret_is_found() {
    let mut printed = Printed::default();
    printed.see(&"x".repeat(2_000));
    printed.secret("1234-5678");
    printed.see(&"the code is 12345678");
    printed.assert_clean();
}
