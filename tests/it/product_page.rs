//! A product's page on MFA, sentence by sentence, a case a row: "Organization policy and transition
//! period" and "Secure re-authentication when enabling".

use chrono::TimeDelta;
use mfakit::organization::{Gate, RosterFilter, Standing};
use mfakit::store::AccountStore;
use mfakit::{
    Assurance, EmailStatus, Error, NewFactor, Refusal, SignIn, SignedIn, Strength, Subject,
};

use crate::organizations::{acme, days, fresh, office, require, whole};
use crate::world::{User, World, block_on, gate, refused};

/// What the organization asks, what ada has, and when.
struct Given {
    /// The days of grace, where MFA is required.
    grace: Option<i64>,
    /// The day after the policy was made on which she enabled MFA; negative: before it.
    enabled_on: Option<i64>,
    day: i64,
}

/// What she meets: at sign-in, at every page, in the administrators' overview, and when she wants
/// to switch MFA off.
#[derive(Debug, PartialEq, Eq)]
struct Met {
    sign_in: String,
    may_continue: bool,
    listed: &'static str,
    may_switch_off: Option<bool>,
}

const NO: Option<i64> = None;

/// The columns of [`Met`], as a row writes them.
type Meets = (&'static str, bool, &'static str, Option<bool>);

#[rustfmt::skip]
const POLICY: &[(&str, Given, Meets)] = &[
    ("An organization administrator can make MFA required for the whole organization.",
        Given { grace: Some(0), enabled_on: NO, day: 0 }, ("set up first", false, "lapsed", None)),
    ("To avoid locking everyone out at once, a transition period (grace period) applies.",
        Given { grace: Some(14), enabled_on: NO, day: 0 }, ("14 days left", true, "in grace", None)),
    ("From the moment MFA becomes required, a preset number of days runs",
        Given { grace: Some(14), enabled_on: NO, day: 1 }, ("13 days left", true, "in grace", None)),
    ("a preset number of days",
        Given { grace: Some(365), enabled_on: NO, day: 1 }, ("364 days left", true, "in grace", None)),
    ("during which enabling is still optional.",
        Given { grace: Some(14), enabled_on: NO, day: 13 }, ("1 days left", true, "in grace", None)),
    ("In that window you can keep working",
        Given { grace: Some(14), enabled_on: NO, day: 7 }, ("7 days left", true, "in grace", None)),
    ("and pick a convenient moment to set MFA up.",
        Given { grace: Some(14), enabled_on: Some(7), day: 8 }, ("challenge", true, "protected", Some(false))),
    ("the same, after the period",
        Given { grace: Some(14), enabled_on: Some(7), day: 400 }, ("challenge", true, "protected", Some(false))),
    ("If you already enabled MFA, the policy does not affect you",
        Given { grace: Some(0), enabled_on: Some(-1), day: 0 }, ("challenge", true, "protected", Some(false))),
    ("you already comply.",
        Given { grace: Some(14), enabled_on: Some(-1), day: 400 }, ("challenge", true, "protected", Some(false))),
    ("Once the transition period has expired and you still have no MFA",
        Given { grace: Some(14), enabled_on: NO, day: 14 }, ("set up first", false, "lapsed", None)),
    ("you must enable it before you can continue.",
        Given { grace: Some(14), enabled_on: NO, day: 400 }, ("set up first", false, "lapsed", None)),
    ("the same, and then she does",
        Given { grace: Some(14), enabled_on: Some(20), day: 21 }, ("challenge", true, "protected", Some(false))),
    // "Administrators see in their overview who is still without MFA and whose transition period
    // has lapsed": the third column of every row.
    ("As long as your organization does not require MFA, setting it up stays entirely voluntary.",
        Given { grace: NO, enabled_on: NO, day: 400 }, ("complete", true, "without MFA", None)),
    ("entirely",
        Given { grace: NO, enabled_on: Some(1), day: 400 }, ("challenge", true, "protected", Some(true))),
];

#[test]
fn a_policy_does_what_the_page_says_of_it() {
    for (sentence, given, (sign_in, may_continue, listed, may_switch_off)) in POLICY {
        let met = block_on(live(given));
        let (sign_in, may_continue) = (sign_in.to_string(), *may_continue);
        let expected = Met { sign_in, may_continue, listed, may_switch_off: *may_switch_off };
        assert_eq!(met, expected, "{sentence}");
    }
}

/// Lets it all happen, and looks.
async fn live(given: &Given) -> Met {
    let world = World::new();
    let (admin, ada) = office(&world).await;
    let mut user = None;
    if given.enabled_on.is_some_and(|on| on < 0) {
        user = Some(world.protect("ada").await);
    }
    if let Some(grace) = given.grace {
        require(&world, &admin, whole(grace)).await;
    }
    let required = world.now();
    if let Some(on) = given.enabled_on.filter(|on| *on >= 0) {
        days(&world, on);
        user = Some(world.protect("ada").await);
    }
    world.clock.set(required + TimeDelta::days(given.day));
    let sign_in = match world.mfa.sign_in(world.password(&ada)).await.unwrap() {
        SignIn::Done(SignedIn::Full(_, None)) => "complete".to_owned(),
        SignIn::Done(SignedIn::Full(_, Some(reminded))) => {
            format!("{} days left", reminded.days_left(world.now()))
        }
        SignIn::Done(SignedIn::Limited(_)) => "set up first".to_owned(),
        SignIn::Challenge(_) => "challenge".to_owned(),
    };
    let listed = listed(&world, &ada).await;
    let session = match &user {
        Some(user) => fresh(&world, user).await,
        None => match world.sign_in_as_is(&ada).await {
            SignedIn::Full(session, _) => session,
            SignedIn::Limited(_) => {
                return Met { sign_in, may_continue: false, listed, may_switch_off: None };
            }
        },
    };
    let gate = gate(&world.mfa, &session).await;
    let may_continue = !matches!(gate, Gate::SetUpFirst(_));
    let may_switch_off = match user {
        Some(_) => Some(world.mfa.disable(&session).await.is_ok()),
        None => None,
    };
    Met { sign_in, may_continue, listed, may_switch_off }
}

/// On which list of the overview she is, and that the counts say the same.
async fn listed(world: &World, ada: &Subject) -> &'static str {
    let mut found = Vec::new();
    for filter in [RosterFilter::WithoutMfa, RosterFilter::With(Strength::Standard)] {
        let page = world.mfa.roster(&acme(), filter, None, 10).await.unwrap();
        found.extend(page.members.into_iter().filter(|member| member.subject == *ada));
    }
    let [member] = &found[..] else { panic!("on one list: {found:?}") };
    let counts = world.mfa.overview(&acme()).await.unwrap();
    let (listed, counted) = match (member.strength.is_some(), member.standing) {
        (true, _) => ("protected", counts.protected() == 2),
        (false, Standing::InGrace { .. }) => ("in grace", counts.in_grace == 1),
        (false, Standing::Lapsed { .. }) => ("lapsed", counts.lapsed == 1),
        (false, _) => ("without MFA", counts.without_mfa() == 1),
    };
    assert!(counted, "{listed}: {counts:?}");
    listed
}

/// What ada does after she signed in, and the e-mail address.
#[derive(Debug, Clone, Copy)]
enum Does {
    Waits(i64),
    SignsInAgain,
    Begins(EmailStatus),
    /// Somebody at her screen tries everything that changes the second factor.
    IsTakenOver,
}

use Does::{Begins, IsTakenOver, SignsInAgain, Waits};
use EmailStatus::{Unverified, Verified};

#[rustfmt::skip]
const SETUP: &[(&str, bool, &[Does], &str)] = &[
    // The sentence, whether MFA is on, what is done, and what comes of the last of it.
    ("Enabling MFA is a sensitive action, so it requires step-up re-authentication:",
        false, &[Waits(86_400), Begins(Verified)], "Sign in again to continue."),
    ("your session must have been confirmed recently.",
        false, &[Waits(600), Begins(Verified)], "begun"),
    ("recently",
        false, &[Waits(601), Begins(Verified)], "Sign in again to continue."),
    ("If you signed in too long ago, the setup screen first asks you to sign in again;",
        false, &[Waits(3_600), Begins(Verified)], "Sign in again to continue."),
    ("the setup then resumes automatically.",
        false, &[Waits(3_600), Begins(Verified), SignsInAgain, Begins(Verified)], "begun"),
    ("This stops someone who briefly takes over your screen from changing your second factor.",
        true, &[Waits(601), IsTakenOver], "nothing changed"),
    ("the same, with the password known",
        true, &[Waits(601), SignsInAgain, IsTakenOver], "nothing changed"),
    ("In addition, your email address must be verified before you can enable MFA.",
        false, &[Begins(Unverified)], "email_unverified"),
    ("verified",
        false, &[Begins(Unverified), Begins(Verified)], "begun"),
];

#[test]
fn enabling_asks_for_what_the_page_says() {
    for (sentence, on, steps, expected) in SETUP {
        block_on(async {
            let world = World::new();
            let ada = Subject::new("ada").unwrap();
            let user = if *on { Some(world.protect("ada").await) } else { None };
            let mut session = match &user {
                Some(user) => fresh(&world, user).await,
                None => world.sign_in_plain(&ada).await,
            };
            let mut came = String::new();
            for step in *steps {
                came = step_by(&world, &mut session, user.as_ref(), *step).await;
            }
            assert_eq!(came, *expected, "{sentence}");
        });
    }
}

async fn step_by(
    world: &World,
    session: &mut Assurance,
    user: Option<&User>,
    step: Does,
) -> String {
    match step {
        Waits(seconds) => world.wait(seconds),
        SignsInAgain => {
            let password = world.password(session.subject());
            *session = world.mfa.reauthenticate(session, password).await.unwrap().full().unwrap();
        }
        Begins(email) => {
            let phone = NewFactor::totp("Phone", "ada@example.org").unwrap();
            return match world.mfa.begin_setup(session, phone, email).await {
                Ok(_) => "begun".to_owned(),
                Err(Error::Refused(Refusal::StepUp(unmet))) => unmet.sentence(),
                Err(other) => other.code().to_owned(),
            };
        }
        IsTakenOver => {
            let subject = &user.unwrap().subject;
            let before = world.memory.load(subject).await.unwrap();
            let phone = world.mfa.status(subject).await.unwrap().factors[0].factor;
            let new = || NewFactor::totp("Tablet", "ada@example.org").unwrap();
            let mfa = &world.mfa;
            for refusal in [
                refused(mfa.begin_setup(session, new(), Verified).await),
                refused(mfa.begin_setup(session, new().replacing(phone), Verified).await),
                refused(mfa.rename_factor(session, phone, "Mine").await),
                refused(mfa.prefer_factor(session, phone).await),
                refused(mfa.remove_factor(session, phone).await),
                refused(mfa.regenerate_codes(session).await.map(drop)),
                refused(mfa.disable(session).await),
            ] {
                assert!(matches!(refusal, Refusal::StepUp(_)), "{refusal}");
            }
            assert_eq!(world.memory.load(subject).await.unwrap(), before);
            return "nothing changed".to_owned();
        }
    }
    String::new()
}
