//! Step-up rules as tables: what a session has proven, what an action needs, what comes of it.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::step_up::{AcrNames, Level, Needed, NextStep, Unmet};
use mfakit::{
    Answer, Assurance, FactorId, FirstFactor, FirstFactorKind, FirstFactorName, Refusal, SignIn,
    StepUpRule, Subject,
};

use crate::world::{User, World, any_code, block_on, raised};

/// How a session proved its factors, and how many seconds ago. Negative: ahead of the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    Password(i64),
    Sso(i64),
    Code(i64),
    Recovery(i64),
}
use By::{Code, Password, Recovery, Sso};

pub(crate) fn first(within: i64) -> StepUpRule {
    StepUpRule::fresh(Needed::FirstFactor, TimeDelta::seconds(within))
}

pub(crate) fn second(within: i64) -> StepUpRule {
    StepUpRule::fresh(Needed::SecondFactor, TimeDelta::seconds(within))
}

pub(crate) fn two(within: i64) -> StepUpRule {
    StepUpRule::level(Level::TwoFactors, TimeDelta::seconds(within))
}

fn by(factor: FirstFactorName, within: i64) -> StepUpRule {
    StepUpRule::fresh(Needed::FirstFactorBy(factor), TimeDelta::seconds(within))
}

fn password(within: i64) -> StepUpRule {
    by(FirstFactorName::PASSWORD, within)
}

fn sso(within: i64) -> StepUpRule {
    by(FirstFactorName::new("oidc").unwrap(), within)
}

pub(crate) fn of(factor: FactorId, within: i64) -> StepUpRule {
    StepUpRule::fresh(Needed::Factor(factor), TimeDelta::seconds(within))
}

/// A user with MFA, and the instant at which rules are checked: a day later.
pub(crate) struct Case {
    pub(crate) world: World,
    pub(crate) ada: User,
    phone: FactorId,
    now: DateTime<Utc>,
}

impl Case {
    pub(crate) async fn new() -> Self {
        let world = World::new();
        let ada = world.protect("ada").await;
        let phone = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
        let now = world.now() + TimeDelta::days(1);
        Self { world, ada, phone, now }
    }

    pub(crate) fn ago(&self, seconds: i64) -> DateTime<Utc> {
        self.now - TimeDelta::seconds(seconds)
    }

    fn vouched(&self, by: By) -> FirstFactor {
        let ada = self.ada.subject.clone();
        match by {
            Password(ago) => FirstFactor::password(ada, self.ago(ago)),
            Sso(ago) => {
                FirstFactor::named("oidc", FirstFactorKind::Issuer, ada, self.ago(ago)).unwrap()
            }
            other => panic!("{other:?} is no first factor"),
        }
    }

    fn answer(&self, by: By) -> (i64, Answer) {
        match by {
            Code(ago) => (ago, Answer::code(&self.ada.phone.code_at(self.ago(ago)))),
            Recovery(ago) => (ago, Answer::recovery(&self.ada.recovery(0))),
            other => panic!("{other:?} is no second factor"),
        }
    }

    /// Signs in with the first two, then proves the rest in the session. A first factor that is
    /// newer than the second was proven again.
    pub(crate) async fn session(&self, proven: &[By]) -> Assurance {
        let [first, second, more @ ..] = proven else { panic!("{proven:?} is no sign-in") };
        let mfa = &self.world.mfa;
        let (ago, answer) = self.answer(*second);
        self.world.clock.set(self.ago(ago));
        let (at_sign_in, again) = match *first {
            Password(newer) if newer < ago => (Password(ago), Some(first)),
            Sso(newer) if newer < ago => (Sso(ago), Some(first)),
            older => (older, None),
        };
        let opened = mfa.sign_in(self.vouched(at_sign_in)).await.unwrap();
        let SignIn::Challenge(challenge) = opened else { panic!("{opened:?}") };
        let mut session = raised(mfa.answer(&challenge, answer).await);
        for by in again.into_iter().chain(more) {
            session = match by {
                Password(ago) | Sso(ago) => {
                    self.world.clock.set(self.ago(*ago));
                    mfa.reauthenticate(&session, self.vouched(*by)).await.unwrap().full().unwrap()
                }
                Code(_) | Recovery(_) => {
                    let (ago, answer) = self.answer(*by);
                    self.world.clock.set(self.ago(ago));
                    let challenge = mfa.step_up(&session, "payout", &any_code()).await.unwrap();
                    raised(mfa.answer(&challenge, answer).await)
                }
            };
        }
        self.world.clock.set(self.now);
        session
    }
}

/// What a check said: the seconds it will stay satisfied, or what is lacking.
fn said(case: &Case, rule: &StepUpRule, session: &Assurance) -> Result<i64, String> {
    match rule.check(session, session.stamp(), case.world.context_at(case.now)) {
        Ok(satisfied) => Ok((satisfied.until - case.now).num_seconds()),
        Err(Refusal::StepUp(unmet)) => Err(unmet.to_string()),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn rules_hold_to_the_second() {
    let lacks = |text: &str| Err(text.to_owned());
    let rows: &[(&[By], StepUpRule, Result<i64, String>)] = &[
        // An age equal to the limit passes, one second more does not.
        (&[Password(600), Code(0)], first(600), Ok(0)),
        (&[Password(601), Code(0)], first(600), lacks("a first factor within 600 s (expired)")),
        (&[Password(900), Code(300)], second(300), Ok(0)),
        (&[Password(900), Code(301)], second(300), lacks("a second factor within 300 s (expired)")),
        (&[Password(5), Code(0)], first(600), Ok(595)),
        (&[Password(0), Code(0)], first(0), Ok(0)),
        // 30 seconds ahead is new and stays so for all of the time after; 31 are never fresh.
        (&[Password(-30), Code(0)], first(1), Ok(31)),
        (&[Password(-31), Code(-1)], first(600), lacks("a first factor within 600 s (expired)")),
        (&[Password(0), Code(-30)], second(1), Ok(31)),
        (&[Password(0), Code(-31)], second(600), lacks("a second factor within 600 s (expired)")),
        // Any vouched first factor is one.
        (&[Sso(600), Code(0)], first(600), Ok(0)),
        (&[Password(9_000), Code(9_000), Sso(60)], first(600), Ok(540)),
        // Unless the rule names it.
        (&[Sso(0), Code(0)], password(600), lacks("password within 600 s (missing)")),
        (&[Password(0), Code(0)], sso(600), lacks("oidc within 600 s (missing)")),
        (
            &[Password(700), Code(0), Sso(0)],
            password(600),
            lacks("password within 600 s (expired)"),
        ),
        // Two factors are one of each kind.
        (&[Password(0), Code(0)], two(600), Ok(600)),
        (&[Password(500), Code(200)], two(600), Ok(100)),
        (&[Password(601), Code(0)], two(600), lacks("a first factor within 600 s (expired)")),
        (&[Password(0), Code(601)], two(600), lacks("a second factor within 600 s (expired)")),
        (
            &[Password(0), Recovery(0), Sso(0)],
            two(600),
            lacks("a second factor within 600 s (missing)"),
        ),
        (
            &[Password(601), Code(601)],
            two(600),
            lacks("a first factor within 600 s (expired), a second factor within 600 s (expired)"),
        ),
        // A recovery code counts only where the rule says so.
        (&[Password(0), Recovery(0)], second(600), lacks("a second factor within 600 s (missing)")),
        (&[Password(0), Recovery(600)], second(600).or_recovery(), Ok(0)),
        (
            &[Password(0), Recovery(601)],
            second(600).or_recovery(),
            lacks("a second factor or a recovery code within 600 s (expired)"),
        ),
        (&[Password(0), Code(0)], second(600).or_recovery(), Ok(600)),
        (&[Password(0), Recovery(0)], first(60).and(second(600)).or_recovery(), Ok(60)),
        // And only there: a rule that is joined to one that allows it keeps its own mind.
        (
            &[Password(0), Recovery(0)],
            second(900).or_recovery().and(second(600)),
            lacks("a second factor within 600 s (missing)"),
        ),
        // All-of ends with the first, any-of with the last.
        (&[Password(100), Code(0)], first(600).and(second(300)), Ok(300)),
        (&[Password(100), Code(0)], first(600).or(second(300)), Ok(500)),
        (&[Password(700), Code(0)], first(600).or(second(300)), Ok(300)),
        (
            &[Password(700), Code(400)],
            first(600).or(second(300)),
            lacks("a first factor within 600 s (expired), a second factor within 300 s (expired)"),
        ),
        (
            &[Password(700), Code(0)],
            password(600).and(sso(600)),
            lacks("oidc within 600 s (missing), password within 600 s (expired)"),
        ),
        // A negative age is never met.
        (&[Password(-20), Code(0)], first(-1), lacks("a first factor within -1 s (expired)")),
    ];
    block_on(async {
        for (proven, rule, expected) in rows {
            let case = Case::new().await;
            let session = case.session(proven).await;
            assert_eq!(&said(&case, rule, &session), expected, "{proven:?} for {rule}");
        }
    });
}

#[test]
fn a_code_of_another_phone_is_no_code_of_this_one() {
    block_on(async {
        let case = Case::new().await;
        let session = case.session(&[Password(0), Code(0)]).await;
        let other = FactorId::from_random([9; 16]);
        assert_eq!(said(&case, &of(case.phone, 60), &session), Ok(60));
        let lacks = format!("a code of {other} within 60 s (missing)");
        assert_eq!(said(&case, &of(other, 60), &session), Err(lacks));
    });
}

#[test]
fn an_older_sign_in_that_is_vouched_for_later_displaces_no_newer_one() {
    block_on(async {
        let case = Case::new().await;
        let session = case.session(&[Sso(10), Code(0)]).await;
        let session = case
            .world
            .mfa
            .reauthenticate(&session, case.vouched(Sso(50)))
            .await
            .unwrap()
            .full()
            .unwrap();
        assert_eq!(said(&case, &sso(60), &session), Ok(50));
    });
}

#[test]
fn evidence_from_a_clock_that_was_set_back_gives_way_to_new_evidence() {
    block_on(async {
        let case = Case::new().await;
        let session = case.session(&[Password(-3_600), Code(-3_600)]).await;
        assert!(said(&case, &first(600), &session).is_err());
        let password = case.vouched(Password(0));
        let session =
            case.world.mfa.reauthenticate(&session, password).await.unwrap().full().unwrap();
        assert_eq!(said(&case, &first(600), &session), Ok(600));
    });
}

/// What a session lacks.
fn unmet(case: &Case, rule: &StepUpRule, session: &Assurance) -> Unmet {
    match rule.check(session, session.stamp(), case.world.context_at(case.now)) {
        Err(Refusal::StepUp(unmet)) => unmet,
        other => panic!("{rule}: {other:?}"),
    }
}

#[test]
fn a_refusal_says_what_to_do_to_people_and_to_clients() {
    let rows: &[(&[By], StepUpRule, &str, &str)] = &[
        (&[Password(700), Code(0)], first(600), "Sign in again to continue.", "one two strong|600"),
        (
            &[Sso(0), Code(0)],
            password(600),
            "Sign in again with your password to continue.",
            "one two strong|600",
        ),
        (
            &[Password(0), Code(0)],
            sso(60),
            "Sign in again with oidc to continue.",
            "one two strong|60",
        ),
        (&[Password(1), Code(0)], first(0), "Sign in again to continue.", "one two strong|0"),
        (
            &[Password(0), Code(700)],
            second(600),
            "Enter a code from your authenticator app to continue.",
            "two strong|600",
        ),
        (
            &[Password(0), Code(700)],
            second(600).or_recovery(),
            "Enter a code from your authenticator app or a recovery code to continue.",
            "two strong|600",
        ),
        // The header speaks of the whole rule: what holds now may not hold for the next token.
        (
            &[Password(0), Code(700)],
            first(60).and(second(600)),
            "Enter a code from your authenticator app to continue.",
            "two strong|60",
        ),
        (
            &[Password(700), Code(700)],
            two(600),
            "Sign in again and enter a code from your authenticator app to continue.",
            "two strong|600",
        ),
        (
            &[Password(700), Code(700)],
            first(60).or(second(300)),
            "Sign in again, or enter a code from your authenticator app, to continue.",
            "one two strong|60",
        ),
        (
            &[Password(700), Code(700)],
            second(300).or(two(600)),
            "Enter a code from your authenticator app to continue.",
            "two strong|600",
        ),
        (&[Password(0), Code(0)], first(-1), "This is not possible.", "|"),
    ];
    let names = AcrNames::new("one", "two", "strong").unwrap();
    block_on(async {
        for (proven, rule, sentence, offer) in rows {
            let case = Case::new().await;
            let unmet = unmet(&case, rule, &case.session(proven).await);
            assert_eq!(&unmet.sentence(), sentence, "{proven:?} for {rule}");
            let (acr, max_age) = offer.split_once('|').unwrap();
            let offer = match max_age {
                "" => String::new(),
                _ => format!(", acr_values=\"{acr}\", max_age=\"{max_age}\""),
            };
            let header = format!(
                "Bearer error=\"insufficient_user_authentication\", error_description=\"{unmet}\"{offer}"
            );
            assert_eq!(unmet.www_authenticate(&names), header, "{proven:?} for {rule}");
            let description = unmet.to_string();
            assert!(
                description.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\')
            );
        }
    });
}

#[test]
fn a_session_without_any_second_factor_is_told_to_set_one_up() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&Subject::new("bob").unwrap()).await;
        let refused = two(600).check(&session, session.stamp(), world.context()).unwrap_err();
        let Refusal::StepUp(unmet) = refused else { panic!("{refused}") };
        assert_eq!(unmet.ways().collect::<Vec<_>>(), [[NextStep::SetUp]]);
        assert_eq!(unmet.sentence(), "Set up two-factor authentication to continue.");
        // A phone that is set up now is not the one that is asked for.
        let one_phone = of(FactorId::from_random([9; 16]), 600);
        let refused = one_phone.check(&session, session.stamp(), world.context()).unwrap_err();
        let Refusal::StepUp(unmet) = refused else { panic!("{refused}") };
        assert_eq!((unmet.ways().count(), unmet.sentence().as_str()), (0, "This is not possible."));
    });
}

#[test]
fn of_many_ways_to_satisfy_a_rule_eight_are_told() {
    block_on(async {
        let case = Case::new().await;
        let session = case.session(&[Password(700), Code(0)]).await;
        let provider = |number: usize| {
            let name = FirstFactorName::new(format!("provider-{number}")).unwrap();
            by(name, 60)
        };
        let ways = |count: usize| {
            let rule = (1..count).fold(provider(0), |rule, number| rule.or(provider(number)));
            unmet(&case, &rule, &session).ways().count()
        };
        assert_eq!([7, 8, 9, 30].map(ways), [7, 8, 8, 8]);
    });
}
