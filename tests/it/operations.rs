//! Every operation of the service, each with the world it is about to run in.
//!
//! What is tested for one of them is tested for all: a test goes through [`every_operation`].

use std::fmt::Debug;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;

use chrono::TimeDelta;
use mfakit::domain::Throttle;
use mfakit::step_up::Needed;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, Error, FactorId, HostAuthority, KeyId,
    NewFactor, Settings, Setup, SignIn, StepUpRule, Subject,
};

use crate::fuses::Fuses;
use crate::world::{User, World, any_code, block_on, rejected};

/// One operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    stage: Box<dyn Fn() -> Staged>,
}

/// One operation, ready to run, and to be run again.
pub(crate) struct Staged {
    pub(crate) place: Rc<Place>,
    act: Box<dyn Fn() -> Running>,
}

/// Where it runs: a world whose other ports can be made to fail as well.
pub(crate) struct Place {
    world: World,
    pub(crate) fuses: Fuses,
}

impl Deref for Place {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

/// What came of an operation, with everything random in it masked.
pub(crate) type Outcome = Result<String, Error>;

pub(crate) type Running = Pin<Box<dyn Future<Output = Outcome>>>;

impl Operation {
    /// Makes a new world in which it is about to run, with its store's calls counted from zero.
    pub(crate) fn stage(&self) -> Staged {
        (self.stage)()
    }
}

impl Staged {
    /// Begins it. The future does nothing until it is polled.
    pub(crate) fn start(&self) -> Running {
        (self.act)()
    }

    /// Runs it to its end.
    pub(crate) fn run(&self) -> Outcome {
        block_on(self.start())
    }
}

fn operation<S: 'static>(
    name: &'static str,
    prepare: impl AsyncFn(&Place) -> S + 'static,
    act: impl AsyncFn(&Place, &S) -> Outcome + Copy + 'static,
) -> Operation {
    let stage = move || {
        let fuses = Fuses::default();
        // Two guesses, so that an operation can begin with none left.
        let throttle = Throttle::Budget { guesses: 2, regrow: TimeDelta::days(14) };
        let settings = Settings::builder().throttle(throttle).build().expect("settings");
        let world = World::built(|builder| fuses.put_into(builder.settings(settings)));
        let place = Rc::new(Place { world, fuses });
        let state = Rc::new(block_on(prepare(&place)));
        place.store.reset();
        let here = Rc::clone(&place);
        let act = move || -> Running {
            let (place, state) = (Rc::clone(&here), Rc::clone(&state));
            Box::pin(async move { act(&place, &state).await })
        };
        Staged { place, act: Box::new(act) }
    };
    Operation { name, stage: Box::new(stage) }
}

/// The text of a value, with everything random in it masked: identifiers, versions, stamps.
pub(crate) fn masked(value: impl Debug) -> String {
    let text = format!("{value:?}");
    let mut masked = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let random = word.len() > 12 && word.bytes().filter(u8::is_ascii_digit).count() > 5;
        masked.push_str(if random { "#" } else { word });
    }
    masked
}

/// The table.
pub(crate) fn every_operation() -> Vec<Operation> {
    let mut operations = signing_in();
    operations.extend(answering());
    operations.extend(setting_up());
    operations.extend(managing());
    operations.extend(administering());
    operations
}

fn signing_in() -> Vec<Operation> {
    vec![
        operation("sign in", ada, async |w, ada| {
            w.mfa.sign_in(w.password(&ada.subject)).await.map(masked)
        }),
        operation("sign in without an account", nobody, async |w, ada| {
            w.mfa.sign_in(w.password(ada)).await.map(masked)
        }),
        operation("sign in again", ada, async |w, ada| {
            let first = w.password(&ada.subject);
            w.mfa.reauthenticate(&ada.session, first).await.map(masked)
        }),
        operation("open a step-up", ada, async |w, ada| {
            w.mfa.step_up(&ada.session, "payout", &any_code()).await.map(masked)
        }),
        operation("check a rule", ada, async |w, ada| {
            let rule = StepUpRule::fresh(Needed::SecondFactor, TimeDelta::minutes(10));
            w.mfa.guard_now(&ada.session, &rule).await.map(masked)
        }),
        operation("show the status", ada, async |w, ada| {
            w.mfa.status(&ada.subject).await.map(masked)
        }),
        operation("export", ada, async |w, ada| w.mfa.export(&ada.subject).await.map(masked)),
    ]
}

fn answering() -> Vec<Operation> {
    vec![
        operation("answer with the right code", asked, async |w, (ada, challenge)| {
            let code = ada.phone.code_at(w.now());
            w.mfa.answer(challenge, Answer::code(&code)).await.map(masked)
        }),
        operation("answer with a wrong code", asked, async |w, (ada, challenge)| {
            let code = wrong_code(w, &ada.phone);
            w.mfa.answer(challenge, Answer::code(&code)).await.map(masked)
        }),
        operation("answer with a malformed code", asked, async |w, (_, challenge)| {
            w.mfa.answer(challenge, Answer::code("12345x")).await.map(masked)
        }),
        operation("answer with a code when the guesses are spent", spent, async |w, (ada, c)| {
            w.mfa.answer(c, Answer::code(&ada.phone.code_at(w.now()))).await.map(masked)
        }),
        operation("answer with three codes in a row", spent, async |w, (ada, challenge)| {
            let codes = [0, 1, 2].map(|step| ada.phone.code_after(w.now(), step));
            let typed = [&*codes[0], &*codes[1], &*codes[2]];
            w.mfa.answer(challenge, Answer::three_codes(typed)).await.map(masked)
        }),
        operation("answer with a recovery code", asked, async |w, (ada, challenge)| {
            w.mfa.answer(challenge, Answer::recovery(&ada.recovery(3))).await.map(masked)
        }),
        operation("answer with a wrong recovery code", asked, async |w, (_, challenge)| {
            let wrong = Answer::recovery("0000-0000-0000-0000");
            w.mfa.answer(challenge, wrong).await.map(masked)
        }),
        operation("answer with an enrollment code", reset, async |w, (challenge, code)| {
            w.mfa.answer(challenge, Answer::enrollment(code)).await.map(masked)
        }),
        operation("answer a step-up", raising, async |w, (ada, challenge)| {
            let code = ada.phone.code_at(w.now());
            w.mfa.answer(challenge, Answer::code(&code)).await.map(masked)
        }),
    ]
}

fn setting_up() -> Vec<Operation> {
    vec![
        operation("begin a setup", plain, async |w, session| {
            let begun = w.mfa.begin_setup(session, factor("Phone"), EmailStatus::Verified).await;
            begun.map(masked)
        }),
        operation("begin a setup anew", begun, async |w, (session, _)| {
            let begun = w.mfa.begin_setup(session, factor("Phone"), EmailStatus::Verified).await;
            begun.map(masked)
        }),
        operation("show a setup again", begun, async |w, (session, setup)| {
            w.mfa.show_setup(session, setup.id()).await.map(masked)
        }),
        operation("confirm a first factor", begun, async |w, (session, setup)| {
            let code = scanned(setup).code_at(w.now());
            w.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await.map(masked)
        }),
        operation("confirm with a wrong code", begun, async |w, (session, setup)| {
            let code = wrong_code(w, &scanned(setup));
            w.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await.map(masked)
        }),
        operation("confirm a further factor", adding, async |w, (session, setup)| {
            let code = scanned(setup).code_at(w.now());
            w.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await.map(masked)
        }),
        operation("confirm a replacement", replacing, async |w, (session, setup)| {
            let code = scanned(setup).code_at(w.now());
            w.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await.map(masked)
        }),
        operation("reissue the codes", confirmed, async |w, (session, setup)| {
            w.mfa.reissue_codes(session, setup.id()).await.map(masked)
        }),
        operation("finish a setup", confirmed, async |w, (session, setup)| {
            w.mfa.finish_setup(session, setup.id()).await.map(masked)
        }),
        operation("cancel a setup", confirmed, async |w, (session, setup)| {
            w.mfa.cancel_setup(session, setup.id()).await.map(masked)
        }),
    ]
}

fn managing() -> Vec<Operation> {
    vec![
        operation("rename a factor", two_phones, async |w, (session, tablet)| {
            w.mfa.rename_factor(session, *tablet, "Old tablet").await.map(masked)
        }),
        operation("prefer a factor", two_phones, async |w, (session, tablet)| {
            w.mfa.prefer_factor(session, *tablet).await.map(masked)
        }),
        operation("remove a factor", two_phones, async |w, (session, tablet)| {
            w.mfa.remove_factor(session, *tablet).await.map(masked)
        }),
        operation("disable", ada, async |w, ada| w.mfa.disable(&ada.session).await.map(masked)),
        operation("regenerate the codes", ada, async |w, ada| {
            w.mfa.regenerate_codes(&ada.session).await.map(masked)
        }),
        operation("sign out elsewhere", ada, async |w, ada| {
            w.mfa.sign_out_elsewhere(&ada.session).await.map(masked)
        }),
        operation("change the password", ada, async |w, ada| {
            w.mfa.password_changed(&ada.subject, Some(&ada.session)).await.map(masked)
        }),
        operation("have the password reset", ada, async |w, ada| {
            w.mfa.password_changed(&ada.subject, None).await.map(masked)
        }),
    ]
}

fn administering() -> Vec<Operation> {
    vec![
        operation("reset", administrator, async |w, (session, over)| {
            w.mfa.reset(session, over).await.map(masked)
        }),
        operation("erase", ada, async |w, _| w.mfa.erase(&authority()).await.map(masked)),
        operation("rename a subject", ada, async |w, _| {
            let to = Subject::new("lovelace").expect("a subject");
            w.mfa.rename(&authority(), &to).await.map(masked)
        }),
        operation("re-seal", under_a_retired_key, async |w, retired| {
            let mut progress = w.mfa.reseal_page(retired, None, 10).await?;
            match progress.failed.pop() {
                Some((_, error)) => Err(error),
                None => Ok(masked(progress)),
            }
        }),
    ]
}

async fn nobody(_: &Place) -> Subject {
    Subject::new("ada").expect("a subject")
}

async fn ada(place: &Place) -> User {
    place.protect("ada").await
}

async fn asked(place: &Place) -> (User, Challenge) {
    let ada = place.protect("ada").await;
    let challenge = place.challenge(&ada.subject).await;
    (ada, challenge)
}

async fn spent(place: &Place) -> (User, Challenge) {
    let (ada, challenge) = asked(place).await;
    for _ in 0..2 {
        let wrong = wrong_code(place, &ada.phone);
        rejected(place.mfa.answer(&challenge, Answer::code(&wrong)).await);
    }
    (ada, challenge)
}

async fn raising(place: &Place) -> (User, Challenge) {
    let ada = place.protect("ada").await;
    let challenge =
        place.mfa.step_up(&ada.session, "payout", &any_code()).await.expect("a challenge");
    (ada, challenge)
}

async fn plain(place: &Place) -> Assurance {
    place.sign_in_plain(&nobody(place).await).await
}

async fn begun(place: &Place) -> (Assurance, Setup) {
    let session = plain(place).await;
    let setup = place.mfa.begin_setup(&session, factor("Phone"), EmailStatus::Verified).await;
    (session, setup.expect("a setup"))
}

async fn confirmed(place: &Place) -> (Assurance, Setup) {
    let (session, setup) = begun(place).await;
    let code = scanned(&setup).code_at(place.now());
    let confirmed = place.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
    assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))), "{confirmed:?}");
    (session, setup)
}

async fn adding(place: &Place) -> (Assurance, Setup) {
    let ada = place.protect("ada").await;
    let setup = place.mfa.begin_setup(&ada.session, factor("Tablet"), EmailStatus::Verified).await;
    (ada.session, setup.expect("a setup"))
}

async fn replacing(place: &Place) -> (Assurance, Setup) {
    let ada = place.protect("ada").await;
    let lost = place.mfa.status(&ada.subject).await.expect("status").factors[0].factor;
    let new = factor("Phone").replacing(lost);
    let setup = place.mfa.begin_setup(&ada.session, new, EmailStatus::Verified).await;
    (ada.session, setup.expect("a setup"))
}

async fn two_phones(place: &Place) -> (Assurance, FactorId) {
    let ada = place.protect("ada").await;
    let (_, session) = place.add_phone(&ada.session, "Tablet").await;
    let status = place.mfa.status(&ada.subject).await.expect("status");
    (session, status.factors[1].factor)
}

async fn administrator(place: &Place) -> (Assurance, HostAuthority) {
    let admin = place.protect("admin").await;
    place.protect("ada").await;
    (admin.session, authority())
}

async fn reset(place: &Place) -> (Challenge, String) {
    let (session, authority) = administrator(place).await;
    let issued = place.mfa.reset(&session, &authority).await.expect("a reset");
    match place.mfa.sign_in(place.password(authority.over())).await {
        Ok(SignIn::Challenge(challenge)) => (challenge, issued.code.reveal().to_string()),
        other => panic!("no enrollment: {other:?}"),
    }
}

async fn under_a_retired_key(place: &Place) -> KeyId {
    place.protect("ada").await;
    place.fuses.rotate_key()
}

fn factor(label: &str) -> NewFactor {
    NewFactor::totp(label, "ada@example.org").expect("a new factor")
}

fn scanned(setup: &Setup) -> Authenticator {
    Authenticator::scan(setup.totp().unwrap().otpauth_uri()).expect("a phone that scans")
}

/// The authority of an administrator over the user.
fn authority() -> HostAuthority {
    let subject = |name| Subject::new(name).expect("a subject");
    HostAuthority::grant(subject("ada"), subject("admin"), "asked in person").expect("a reason")
}

/// A well-formed code that is right at no step near.
fn wrong_code(world: &World, phone: &Authenticator) -> String {
    let right: Vec<String> = (-25..=25).map(|n| phone.code_after(world.now(), n)).collect();
    let wrong = (0..1_000).map(|number| format!("{number:06}")).find(|code| !right.contains(code));
    wrong.expect("a wrong code")
}
