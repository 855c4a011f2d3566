//! What is promised, each as a check of one schedule.

use chrono::TimeDelta;
use mfakit::domain::Throttle;
use mfakit::step_up::Needed;
use mfakit::store::AccountStore;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Challenge, Confirmed, EmailStatus, Error, EventKind, Mfa, RecoveryCodes, Refusal,
    Settings, SignedIn, StepUpRule, Verdict,
};
use shuttle::future::block_on;

use crate::scene::{Scene, now, passed, phone};

/// One promise about operations that run at once.
pub(crate) struct Promise {
    pub(crate) name: &'static str,
    pub(crate) settings: fn() -> Settings,
    /// Runs so many tasks at once and panics when the promise is broken.
    pub(crate) check: fn(&Scene, usize),
}

type Task<T> = Box<dyn FnOnce(Mfa) -> T + Send>;

pub(crate) const CODE: Promise = Promise {
    name: "one code, one acceptance",
    settings: Settings::default,
    check: |scene, tasks| {
        let code = scene.ada.phone.code_at(now(0));
        let accepted = answers(scene, tasks, |_| Answer::code(&code));
        assert_eq!(accepted, 1, "the code was accepted {accepted} times");
    },
};

pub(crate) const RECOVERY: Promise = Promise {
    name: "one recovery code, one use",
    settings: Settings::default,
    check: |scene, tasks| {
        let code = scene.ada.codes.as_slice()[0].reveal();
        let accepted = answers(scene, tasks, |_| Answer::recovery(&code));
        assert_eq!(accepted, 1, "the recovery code was accepted {accepted} times");
        assert_eq!(recovery_left(scene), Some(9));
    },
};

pub(crate) const GUESSES: Promise = Promise {
    name: "n guesses, n charges",
    settings: Settings::default,
    check: |scene, tasks| {
        let wrong = wrong_codes(scene, tasks);
        assert_eq!(answers(scene, tasks, |task| Answer::code(&wrong[task])), 0);
        let charged = 20 - usize::from(guesses_left(scene));
        assert_eq!(charged, tasks, "{charged} of {tasks} guesses were charged");
    },
};

pub(crate) const LAST_GUESS: Promise = Promise {
    name: "one guess left, one judged",
    settings: || {
        let throttle = Throttle::Budget { guesses: 1, regrow: TimeDelta::days(14) };
        Settings::builder().throttle(throttle).build().expect("settings")
    },
    check: |scene, tasks| {
        let wrong = wrong_codes(scene, tasks);
        assert_eq!(answers(scene, tasks, |task| Answer::code(&wrong[task])), 0);
        let judged = |event: &EventKind| matches!(event, EventKind::CodeRejected { .. });
        let judged = scene.shelf.events().into_iter().filter(judged).count();
        assert_eq!(judged, 1, "{judged} guesses were judged on a budget of one");
    },
};

pub(crate) const REGENERATE: Promise = Promise {
    name: "regenerating against use",
    settings: Settings::default,
    check: |scene, tasks| {
        let session = scene.session_by_key();
        let regenerate: Task<Outcome> = Box::new(move |mfa| {
            let (_, codes) = block_on(mfa.regenerate_codes(&session)).expect("new codes");
            Outcome::Codes(codes)
        });
        let uses = (1..tasks).map(|number| {
            let challenge = scene.challenge();
            let code = scene.ada.codes.as_slice()[number].reveal();
            let answer = Answer::recovery(&code);
            let task: Task<Outcome> = Box::new(move |mfa| {
                Outcome::Used(passed(block_on(mfa.answer(&challenge, answer))))
            });
            task
        });
        let outcomes = scene.at_once(std::iter::once(regenerate).chain(uses).collect());
        let [Outcome::Codes(new), used @ ..] = &outcomes[..] else { panic!("no new codes") };

        let events = scene.shelf.events();
        let place = |wanted: fn(&EventKind) -> bool| events.iter().position(wanted);
        let replaced = place(|event| matches!(event, EventKind::RecoveryCodesReplaced));
        let last = events.iter().rposition(|e| matches!(e, EventKind::RecoveryCodeUsed { .. }));
        assert!(last < replaced, "an old code was used after it had been replaced: {events:?}");
        let accepted = used.iter().filter(|used| matches!(used, Outcome::Used(true))).count();
        let told = events.iter().filter(|e| matches!(e, EventKind::RecoveryCodeUsed { .. }));
        assert_eq!(told.count(), accepted);

        assert_eq!(recovery_left(scene), Some(10), "the new set is not whole");
        for old in scene.ada.codes.iter() {
            assert!(!accepts(scene, Answer::recovery(&old.reveal())), "an old code still works");
        }
        assert!(accepts(scene, Answer::recovery(&new.as_slice()[0].reveal())));
    },
};

enum Outcome {
    Codes(RecoveryCodes),
    Used(bool),
}

pub(crate) const CONFIRM: Promise = Promise {
    name: "confirming against beginning anew",
    settings: Settings::default,
    check: |scene, tasks| {
        let session = scene.plain_session();
        let first = block_on(scene.mfa.begin_setup(&session, phone(), EmailStatus::Verified));
        let first = first.expect("begin");
        let id = first.id();
        let code = Authenticator::scan(first.totp().expect("an app").otpauth_uri())
            .expect("scan")
            .code_at(now(0));

        let confirming = session.clone();
        let confirm: Task<bool> = Box::new(move |mfa| {
            match block_on(mfa.confirm_setup(&confirming, id, Answer::code(&code))) {
                Ok(Confirmed::FirstFactor(_)) => true,
                Err(Error::Refused(Refusal::UnknownSetup)) => false,
                other => panic!("{other:?}"),
            }
        });
        let begins = (1..tasks).map(|_| {
            let session = session.clone();
            let task: Task<bool> = Box::new(move |mfa| {
                block_on(mfa.begin_setup(&session, phone(), EmailStatus::Verified)).expect("begin");
                false
            });
            task
        });
        let outcomes = scene.at_once(std::iter::once(confirm).chain(begins).collect());

        let status = block_on(scene.mfa.status(session.subject())).expect("status");
        let setup = status.setup.expect("the newest setup is pending");
        assert_ne!(setup.id, id, "the old setup took the place of the new one");
        assert!(!setup.confirmed && !status.enabled);
        let finished = block_on(scene.mfa.finish_setup(&session, id));
        assert!(matches!(finished, Err(Error::Refused(Refusal::UnknownSetup))), "{finished:?}");

        let events = scene.shelf.events();
        let of_old = |event: &EventKind| *event == EventKind::SetupConfirmed { setup: id };
        assert_eq!(events.iter().any(of_old), outcomes[0]);
        let begun = |event: &EventKind| matches!(event, EventKind::SetupBegun { .. });
        let last = events.iter().rfind(|event| begun(event));
        assert_eq!(last, Some(&EventKind::SetupBegun { setup: setup.id }), "the newest wins");
        assert!(events.iter().rposition(of_old) < events.iter().rposition(begun));
    },
};

pub(crate) const GUARD: Promise = Promise {
    name: "guarding against a change",
    settings: Settings::default,
    check: |scene, tasks| {
        let session = scene.ada.session.clone();
        let rule = || StepUpRule::fresh(Needed::SecondFactor, TimeDelta::minutes(10));
        let subject = session.subject().clone();
        let change: Task<()> = Box::new(move |mfa| {
            block_on(mfa.password_changed(&subject, None)).expect("a change");
        });
        let guards = (1..tasks).map(|_| {
            let session = session.clone();
            let task: Task<()> = Box::new(move |mfa| drop(block_on(mfa.guard(&session, &rule()))));
            task
        });
        scene.at_once(std::iter::once(change).chain(guards).collect());
        let guarded = block_on(scene.mfa.guard(&session, &rule()));
        assert!(guarded.is_err(), "a void session passes, from memory");
    },
};

pub(crate) const ASSERTION: Promise = Promise {
    name: "one assertion, one pass",
    settings: Settings::default,
    check: |scene, tasks| {
        let challenge = scene.challenge();
        let task = |_| -> Task<bool> {
            let (challenge, answer) = (challenge.clone(), scene.assertion(&challenge, 1));
            Box::new(move |mfa| passed(block_on(mfa.answer(&challenge, answer))))
        };
        let outcomes = scene.at_once((0..tasks).map(task).collect());
        let accepted = outcomes.into_iter().filter(|passed| *passed).count();
        assert_eq!(accepted, 1, "the assertion passed {accepted} times");
        assert_eq!(assertions(&scene.shelf.events()).count(), 1);
    },
};

pub(crate) const PASSWORD: Promise = Promise {
    name: "an assertion against a change of password",
    settings: Settings::default,
    check: |scene, tasks| {
        let subject = scene.ada.session.subject().clone();
        let change: Task<Option<SignedIn>> = Box::new(move |mfa| {
            block_on(mfa.password_changed(&subject, None)).expect("a change");
            None
        });
        let challenges: Vec<_> = (1..tasks).map(|_| scene.challenge()).collect();
        let answers = (1_u32..).zip(&challenges).map(|(count, challenge)| {
            let (challenge, answer) = (challenge.clone(), scene.assertion(challenge, count));
            let task: Task<Option<SignedIn>> =
                Box::new(move |mfa| match block_on(mfa.answer(&challenge, answer)) {
                    Ok(Verdict::Passed(passed)) => Some(passed.signed_in),
                    Ok(Verdict::Rejected(_)) | Err(Error::Refused(_)) => None,
                    Err(other) => panic!("{other}"),
                });
            task
        });
        let outcomes = scene.at_once(std::iter::once(change).chain(answers).collect());
        let events = scene.shelf.events();
        let changed = events.iter().position(|e| matches!(e, EventKind::PasswordChanged));
        assert!(assertions(&events).max() < changed, "it passed after the change: {events:?}");
        assert_eq!(assertions(&events).count(), outcomes.iter().flatten().count());
        for session in outcomes.into_iter().flatten() {
            let session = session.full().expect("a full session");
            let guarded = block_on(scene.mfa.guard(&session, &StepUpRule::signed_in()));
            assert!(guarded.is_err(), "a session from before the change passes");
        }
        for challenge in &challenges {
            let again = block_on(scene.mfa.ask(challenge));
            assert!(again.is_err(), "a challenge from before the change is open");
        }
    },
};

/// Where in the log an assertion passed.
fn assertions(events: &[EventKind]) -> impl Iterator<Item = usize> {
    let accepted = |event: &EventKind| matches!(event, EventKind::CredentialAccepted { .. });
    events.iter().enumerate().filter(move |(_, event)| accepted(event)).map(|(place, _)| place)
}

/// Lets so many sign-ins answer at once; how many passed.
fn answers(scene: &Scene, tasks: usize, answer: impl Fn(usize) -> Answer) -> usize {
    let task = |number| -> Task<bool> {
        let (challenge, answer): (Challenge, Answer) = (scene.challenge(), answer(number));
        Box::new(move |mfa| passed(block_on(mfa.answer(&challenge, answer))))
    };
    let outcomes = scene.at_once((0..tasks).map(task).collect());
    outcomes.into_iter().filter(|passed| *passed).count()
}

/// Distinct codes that are all wrong.
fn wrong_codes(scene: &Scene, count: usize) -> Vec<String> {
    let right: Vec<String> = (-1..=1).map(|n| scene.ada.phone.code_after(now(0), n)).collect();
    let codes = (0..).map(|number| format!("{number:06}"));
    codes.filter(|code| !right.contains(code)).take(count).collect()
}

fn accepts(scene: &Scene, answer: Answer) -> bool {
    passed(block_on(scene.mfa.answer(&scene.challenge(), answer)))
}

fn guesses_left(scene: &Scene) -> u16 {
    let account = block_on(scene.shelf.load(scene.ada.session.subject()));
    let account = account.expect("the store").expect("the account");
    account.budget().left(&Throttle::default(), now(0))
}

fn recovery_left(scene: &Scene) -> Option<usize> {
    block_on(scene.mfa.status(scene.ada.session.subject())).expect("status").recovery_left
}
