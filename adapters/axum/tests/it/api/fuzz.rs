//! Arbitrary bodies and arbitrary sequences, by two sessions of one account: no answer is of status
//! 5xx, every exchange is as documented, and nothing changes out of order.

mod driver;
mod rules;

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::http::Method;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::client::{Client, DOCUMENT};
use crate::world::World;
use driver::Driver;

/// One thing that somebody does in one of the two sessions.
#[derive(Debug, Clone)]
pub(super) enum Step {
    SignIn,
    TypePasswordAgain,
    Wait(i64),
    Look(&'static str),
    Begin {
        label: &'static str,
        replaces: bool,
    },
    Confirm(Typed),
    /// With the name of the setup that the other session saw last.
    ConfirmOthers,
    Reissue,
    Finish,
    Cancel,
    Answer(Typed),
    Raise {
        recovery: bool,
    },
    CancelChallenge,
    Codes,
    Disable,
    Prefer(usize),
    Rename(usize, &'static str),
    Remove(usize),
    /// The last request once more.
    Again,
    Garbage(usize, Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    Right,
    Wrong,
    Malformed,
    Three,
    Recovery,
    SpentRecovery,
}

const LABELS: [&str; 4] = ["Phone", "Tablet", "phone", "\u{202e}"];

fn label() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&LABELS[..])
}

fn typed() -> impl Strategy<Value = Typed> {
    prop_oneof![
        6 => Just(Typed::Right),
        2 => Just(Typed::Wrong),
        1 => Just(Typed::Malformed),
        1 => Just(Typed::Three),
        2 => Just(Typed::Recovery),
        1 => Just(Typed::SpentRecovery),
    ]
}

const NAMES: [&str; 15] = [
    "challenge",
    "attempt",
    "factor",
    "code",
    "codes",
    "recovery_code",
    "enrollment_code",
    "setup",
    "label",
    "replaces",
    "action",
    "to",
    "recovery",
    "toString",
    "",
];

/// JSON that looks like a body of the API: its member names, and values of every type.
fn garbage() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..20_u32).prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[0-9]{6}".prop_map(Value::from),
        "[0-9a-f]{32}".prop_map(Value::from),
        "/{1,2}[a-z]{1,9}".prop_map(Value::from),
        Just(json!("mfa.manage")),
        Just(json!("payout")),
    ];
    let value = leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((proptest::sample::select(&NAMES[..]), inner), 0..3)
                .prop_map(object),
        ]
    });
    let member = (proptest::sample::select(&NAMES[..]), value);
    prop::collection::vec(member, 0..4).prop_map(object)
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn step() -> impl Strategy<Value = Step> {
    let look = proptest::sample::select(&["/status", "/setup", "/challenge", "/factors"][..]);
    let wait = proptest::sample::select(&[1_i64, 30, 30, 61, 601, 3601, 86_400][..]);
    prop_oneof![
        2 => Just(Step::SignIn),
        2 => Just(Step::TypePasswordAgain),
        4 => wait.prop_map(Step::Wait),
        3 => look.prop_map(Step::Look),
        4 => (label(), any::<bool>())
            .prop_map(|(label, replaces)| Step::Begin { label, replaces }),
        5 => typed().prop_map(Step::Confirm),
        1 => Just(Step::ConfirmOthers),
        1 => Just(Step::Reissue),
        4 => Just(Step::Finish),
        1 => Just(Step::Cancel),
        8 => typed().prop_map(Step::Answer),
        4 => any::<bool>().prop_map(|recovery| Step::Raise { recovery }),
        1 => Just(Step::CancelChallenge),
        2 => Just(Step::Codes),
        1 => Just(Step::Disable),
        1 => (0..3_usize).prop_map(Step::Prefer),
        1 => (0..3_usize, label()).prop_map(|(n, label)| Step::Rename(n, label)),
        2 => (0..3_usize).prop_map(Step::Remove),
        4 => Just(Step::Again),
        2 => (any::<usize>(), garbage()).prop_map(|(path, body)| Step::Garbage(path, body)),
    ]
}

const REACHED: [&str; 12] = [
    "begun",
    "confirmed",
    "finished",
    "canceled",
    "added",
    "replaced",
    "passed",
    "recovered",
    "regenerated",
    "renamed",
    "removed",
    "disabled",
];

/// Steps that lead somewhere together, which single ones seldom do.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let known = |answer| vec![Step::SignIn, Step::Wait(30), Step::Answer(answer)];
    let changes = vec![
        Step::Codes,
        Step::Disable,
        Step::Remove(0),
        Step::Remove(1),
        Step::Prefer(1),
        Step::Rename(0, "Tablet"),
    ];
    prop_oneof![
        8 => step().prop_map(|step| vec![step]),
        2 => (label(), any::<bool>()).prop_map(|(label, replaces)| {
            let begin = Step::Begin { label, replaces };
            vec![Step::TypePasswordAgain, begin, Step::Confirm(Typed::Right), Step::Finish]
        }),
        1 => Just(vec![
            Step::Wait(30),
            Step::Raise { recovery: false },
            Step::Answer(Typed::Right),
        ]),
        1 => Just(known(Typed::Recovery)),
        4 => proptest::sample::select(changes).prop_map(move |change| {
            [known(Typed::Right), vec![change]].concat()
        }),
        2 => (label(), any::<bool>()).prop_map(move |(label, replaces)| {
            let begin = Step::Begin { label, replaces };
            [known(Typed::Right), vec![begin, Step::Confirm(Typed::Right)]].concat()
        }),
        1 => label().prop_map(|label| {
            let begin = Step::Begin { label, replaces: false };
            vec![Step::TypePasswordAgain, begin, Step::Cancel]
        }),
    ]
}

fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(work);
}

/// The paths that are posted to.
pub(super) fn posts() -> Vec<String> {
    let paths = DOCUMENT["paths"].as_object().expect("paths").iter();
    let posts = paths.filter(|(_, factors)| factors.get("post").is_some());
    posts.map(|(path, _)| path.replace("{factor}", "00000000000000000000000000000000")).collect()
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn arbitrary_bodies_are_taken_as_documented_or_refused(
        bodies in prop::collection::vec(prop_oneof![
            4 => garbage().prop_map(|body| body.to_string()),
            1 => ".{0,60}",
        ], 24),
    ) {
        run(async {
            let world = World::new();
            let (_, known) = world.protect_by_api("ada").await;
            let mut pending = Client::signed_in(&world, "ada");
            pending.challenge().await;
            let callers =
                [known, pending, Client::signed_in(&world, "bob"), Client::of(world.browser())];
            let posts = posts();
            for (n, body) in bodies.into_iter().enumerate() {
                for caller in &callers {
                    let path = &posts[n % posts.len()];
                    let mut caller = caller.window();
                    let reply = caller.send(Method::POST, path, body.clone()).await;
                    assert!(reply.status < 500, "{path} {body} {reply:?}");
                }
            }
        });
    }
}

#[test]
fn no_sequence_of_requests_changes_anything_out_of_order() {
    let reached: RefCell<BTreeMap<&str, u32>> = RefCell::default();
    let steps = prop::collection::vec((0..2_usize, steps()), 8..32);
    let tried = TestRunner::new(cases(96)).run(&(any::<bool>(), steps), |(protected, steps)| {
        run(async {
            let mut driver = Driver::new(protected).await;
            for (session, steps) in steps {
                for step in steps {
                    driver.take(session, step).await;
                }
            }
            for (what, times) in driver.reached {
                *reached.borrow_mut().entry(what).or_default() += times;
            }
        });
        Ok(())
    });
    tried.unwrap_or_else(|failure| panic!("{failure}"));
    // A model that saw nothing happen would have nothing to judge.
    let reached = reached.into_inner();
    for what in REACHED {
        assert!(reached.contains_key(what), "{what} is not in {reached:?}");
    }
}
