//! From nothing to a protected account, in a terminal.
//!
//! `cargo run --example quickstart` asks you to scan a QR code with your phone;
//! `cargo run --example quickstart -- --script` plays both sides and waits for nothing.
#![allow(clippy::print_stdout, reason = "it talks to a person")]

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::ports::{Clock, OsEntropy};
use mfakit::{
    Answer, Confirmed, EmailStatus, FirstFactor, Keyring, MemoryStore, Mfa, NewFactor, Rejection,
    SealingKey, Setup, SetupPrompt, SignIn, SignedIn, Subject, Verdict,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let script = std::env::args().any(|argument| argument == "--script");
    let mut user = if script { User::Script(Script::default()) } else { User::Person };
    pollster::block_on(run(&mut user))
}

async fn run(user: &mut User) -> Result<()> {
    let mut key = [0; 32];
    mfakit::ports::Entropy::fill(&OsEntropy, &mut key)?;
    let keyring = Keyring::new(SealingKey::from_bytes("example", &key)?);
    let builder = Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring);
    let mfa = builder.clock(user.clock()).build()?;
    let ada = Subject::new("ada")?;

    println!("Ada signs in with her password. MFA is off, so that is all it takes.");
    let SignIn::Done(SignedIn::Full(session, _)) = mfa.sign_in(password(&ada, user)).await? else {
        return Err("MFA is on already".into());
    };

    println!("\nShe starts the setup. Scan this with an authenticator app:\n");
    let new = NewFactor::totp("Phone", "ada@example.org")?;
    let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await?;
    show(&setup);
    user.scan(&setup);

    let codes = loop {
        let code = user.code("Verification code")?;
        match mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await? {
            Confirmed::FirstFactor(codes) => break codes,
            Confirmed::Rejected(why) => println!("  {why} ({} tries left)", why.tries_left),
            Confirmed::Added(_) | Confirmed::Replaced(..) => return Err("not a first setup".into()),
        }
    };
    println!("\nRecovery codes, shown once:");
    codes.iter().for_each(|code| println!("  {}", &*code.reveal()));
    user.press_enter("I have saved my codes")?;
    let _ = mfa.finish_setup(&session, setup.id()).await?;
    println!("MFA is enabled.");

    println!(
        "\nShe signs in again: password, then a code. The one that confirmed the setup is used up."
    );
    user.wait_for_next_code();
    sign_in(&mfa, &ada, user, User::answer_by_code).await?;

    println!("\nHer phone is gone: she signs in with a recovery code.");
    let paper = codes.as_slice()[0].reveal();
    sign_in(&mfa, &ada, user, |user| user.answer_by_recovery(&paper)).await?;

    println!("\nThe same recovery code again:");
    let SignIn::Challenge(challenge) = mfa.sign_in(password(&ada, user)).await? else {
        return Err("no challenge".into());
    };
    match mfa.answer(&challenge, Answer::recovery(&paper)).await? {
        Verdict::Passed(_) => return Err("a recovery code worked twice".into()),
        Verdict::Rejected(why) => println!("  {why}"),
    }
    let status = mfa.status(&ada).await?;
    println!("\n{} recovery codes are left.", status.recovery_left.unwrap_or(0));
    Ok(())
}

/// Signs in with the password and then with answers until one passes.
async fn sign_in(
    mfa: &Mfa,
    subject: &Subject,
    user: &mut User,
    answer: impl Fn(&mut User) -> Result<Answer>,
) -> Result<()> {
    let SignIn::Challenge(challenge) = mfa.sign_in(password(subject, user)).await? else {
        return Err("no challenge".into());
    };
    loop {
        match mfa.answer(&challenge, answer(user)?).await? {
            Verdict::Passed(passed) => {
                let SignedIn::Full(session, _) = passed.signed_in else {
                    return Err("something else comes first".into());
                };
                println!("  Signed in, with {} pieces of evidence.", session.evidence().len());
                return Ok(());
            }
            Verdict::Rejected(why) => explain(&why),
        }
    }
}

fn explain(why: &Rejection) {
    let left = why.answers_left.map_or(String::new(), |left| format!(" ({left} answers left)"));
    println!("  {why}{left}");
}

fn password(subject: &Subject, user: &User) -> FirstFactor {
    FirstFactor::password(subject.clone(), user.clock().now())
}

fn show(setup: &Setup) {
    let SetupPrompt::Totp(app) = setup.prompt() else { return };
    #[cfg(feature = "qr")]
    println!("{}", &*app.qr_text());
    println!("Or type this key: {}", app.manual_key());
}

/// Who sits at the terminal.
enum User {
    Person,
    Script(Script),
}

/// Both sides in one program: codes come from an authenticator that was given the URI.
#[derive(Default)]
struct Script {
    clock: ShiftedClock,
    uri: String,
}

impl User {
    fn clock(&self) -> ShiftedClock {
        match self {
            Self::Person => ShiftedClock::default(),
            Self::Script(script) => script.clock.clone(),
        }
    }

    fn scan(&mut self, setup: &Setup) {
        if let (Self::Script(script), Some(app)) = (self, setup.totp()) {
            script.uri = app.otpauth_uri().to_owned();
        }
    }

    fn code(&mut self, field: &str) -> Result<String> {
        match self {
            Self::Person => ask(field),
            Self::Script(script) => {
                let (code, by) = script.code()?;
                println!("{field}: {code}   (by {by})");
                Ok(code)
            }
        }
    }

    fn answer_by_code(&mut self) -> Result<Answer> {
        Ok(Answer::code(&self.code("Verification code")?))
    }

    fn answer_by_recovery(&mut self, paper: &str) -> Result<Answer> {
        match self {
            Self::Person => Ok(Answer::recovery(&ask("Recovery code")?)),
            Self::Script(_) => {
                println!("Recovery code: {paper}");
                Ok(Answer::recovery(paper))
            }
        }
    }

    fn press_enter(&self, button: &str) -> Result<()> {
        match self {
            Self::Person => ask(&format!("[Enter] {button}")).map(drop),
            Self::Script(_) => {
                println!("[{button}]");
                Ok(())
            }
        }
    }

    fn wait_for_next_code(&self) {
        match self {
            Self::Person => println!("(Wait until your app shows the next code.)"),
            Self::Script(script) => script.clock.advance(30),
        }
    }
}

impl Script {
    /// The current code, and what computed it: `oathtool` where it is installed.
    fn code(&self) -> Result<(String, &'static str)> {
        let now = self.clock.now();
        let secret = parameter(&self.uri, "secret").ok_or("the URI has no secret")?;
        let at = now.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let oathtool =
            Command::new("oathtool").args(["--totp", "--base32", "--now", &at, secret]).output();
        if let Ok(output) = oathtool.as_ref()
            && output.status.success()
        {
            return Ok((String::from_utf8_lossy(&output.stdout).trim().to_owned(), "oathtool"));
        }
        let secret = totp_rs::Secret::try_from_base32(secret).map_err(|_| "not base32")?;
        let app =
            totp_rs::Builder::new().with_secret(secret).build().map_err(|_| "not a secret")?;
        let code = app.generate(now.timestamp().unsigned_abs()).to_string();
        Ok((code, "totp-rs, because oathtool is not installed"))
    }
}

fn parameter<'a>(uri: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = uri.split(['?', '&']).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The system's clock, moved ahead by hand so that the script need not wait.
#[derive(Clone, Default)]
struct ShiftedClock(Arc<AtomicI64>);

impl ShiftedClock {
    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.0.load(Ordering::Relaxed))
    }
}

fn ask(field: &str) -> Result<String> {
    print!("{field}: ");
    io::stdout().flush()?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err("the input ended".into());
    }
    Ok(line.trim().to_owned())
}
