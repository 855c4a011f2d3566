//! What is left when a port fails, or a caller walks away, at every place of every operation: the
//! old state or the new one, never anything between, and never a code that is gone for nothing.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use chrono::TimeDelta;
use mfakit::domain::Account;
use mfakit::step_up::Needed;
use mfakit::store::{AccountStore, EventLog};
use mfakit::testing::Fault;
use mfakit::{Error, StepUpRule, Subject};

use crate::fuses::Fuse;
use crate::operations::{Operation, Outcome, Running, Staged, every_operation, masked};
use crate::world::{World, block_on};

/// What an operation does when nothing fails.
struct Course {
    outcome: String,
    calls: u64,
    /// Which of its calls were commits.
    commits: Vec<u64>,
    /// The states that its commits lead through, the old one first. Two at most, or one when it
    /// changes nothing; only a rename takes several commits.
    states: Vec<State>,
}

/// Everything that is stored, with everything random in it masked, and what became of the stamp
/// and the recovery codes.
#[derive(Debug, Clone, PartialEq)]
struct State {
    rows: Vec<Option<(String, bool, bool)>>,
    events: Vec<String>,
}

/// The rows that are touched, as they are now.
fn rows(world: &World) -> Vec<Option<Arc<Account>>> {
    let row = |name| {
        let subject = Subject::new(name).expect("a subject");
        block_on(world.memory.load(&subject)).expect("the memory store")
    };
    ["ada", "lovelace", "admin"].map(row).into()
}

fn state(world: &World, before: &[Option<Arc<Account>>]) -> State {
    let was = |place: usize| before[place].as_ref();
    let looked = rows(world).into_iter().enumerate().map(|(place, row)| {
        row.map(|account| {
            let stamp = was(place).map(|was| was.stamp()) != Some(account.stamp());
            let codes = was(place).and_then(|was| was.recovery()) != account.recovery();
            (masked(&account), stamp, codes)
        })
    });
    let page = block_on(world.memory.read(None, 1_000)).expect("the log");
    let ids: BTreeSet<_> = page.events.iter().map(mfakit::Event::id).collect();
    assert_eq!(ids.len(), page.events.len(), "an event was written twice");
    State { rows: looked.collect(), events: page.events.iter().map(masked).collect() }
}

/// Runs an operation undisturbed, and looks at every state on its way.
fn course(operation: &Operation) -> Course {
    let staged = operation.stage();
    let before = rows(&staged.place);
    let mut states = vec![state(&staged.place, &before)];
    staged.place.store.yield_around_calls();
    let mut running = staged.start();
    let mut commits = Vec::new();
    let outcome = loop {
        let committed = staged.place.store.commits();
        let outcome = block_on(Polls { running: &mut running, left: 1 });
        if staged.place.store.commits() > committed {
            commits.push(staged.place.store.calls() - 1);
        }
        let now = state(&staged.place, &before);
        if states.last() != Some(&now) {
            states.push(now);
        }
        if let Some(outcome) = outcome {
            break outcome.unwrap_or_else(|error| panic!("{}: {error}", operation.name));
        }
    };
    let most = if operation.name == "rename a subject" { 4 } else { 2 };
    assert!(states.len() <= most, "{}: {} states", operation.name, states.len());
    Course { outcome, calls: staged.place.store.calls(), commits, states }
}

/// Polls a future so often and no more.
struct Polls<'a> {
    running: &'a mut Running,
    left: u32,
}

impl Future for Polls<'_> {
    type Output = Option<Outcome>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        match self.running.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Course {
    fn last(&self) -> &State {
        self.states.last().expect("at least the old state")
    }

    /// Asserts that a state is one of this course's, and says whether it is the old one.
    fn is_old(&self, what: &str, now: &State) -> bool {
        let place = self.states.iter().position(|state| state == now);
        let Some(place) = place else { panic!("{what}: between the states: {now:#?}") };
        place == 0
    }

    /// Asserts that an operation went as if nothing had happened.
    fn went_well(&self, what: &str, outcome: Outcome, now: &State) {
        let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(outcome, self.outcome, "{what}");
        assert_eq!(now, self.last(), "{what}");
    }

    /// Asserts that the operation, run again after a failure, ends well: as if it were the first
    /// time, or, once its work is done, with a word that says so.
    fn ends_well(&self, what: &str, staged: &Staged, before: &[Option<Arc<Account>>]) {
        let now = state(&staged.place, before);
        if self.is_old(what, &now) || self.states.len() > 2 {
            let outcome = staged.run();
            self.went_well(what, outcome, &state(&staged.place, before));
        } else {
            let outcome = staged.run();
            assert!(matches!(outcome, Ok(_) | Err(Error::Refused(_))), "{what}: {outcome:?}");
        }
    }
}

/// Runs every operation once for each of its store's calls, with the faults that `plan` puts there,
/// and hands on what came of it. Returns how often.
fn at_every_call(
    plan: impl Fn(&Course, &Staged, u64) -> bool,
    check: impl Fn(&str, &Course, &Staged, &[Option<Arc<Account>>], Outcome),
) -> usize {
    let mut trials = 0;
    for operation in every_operation() {
        let course = course(&operation);
        for call in 0..course.calls {
            let staged = operation.stage();
            let before = rows(&staged.place);
            if plan(&course, &staged, call) {
                let outcome = staged.run();
                staged.place.store.reset();
                let what = format!("{}, call {call}", operation.name);
                check(&what, &course, &staged, &before, outcome);
                trials += 1;
            }
        }
    }
    trials
}

#[test]
fn a_commit_that_fails_or_loses_its_reply_is_made_good_by_the_operation_itself() {
    for fault in [Fault::Before, Fault::LostReply] {
        for failed_reloads in 0..=2 {
            let trials = at_every_call(
                |course, staged, call| {
                    staged.place.store.fail(call, fault);
                    for reload in 1..=failed_reloads {
                        staged.place.store.fail(call + reload, Fault::Before);
                    }
                    course.commits.contains(&call)
                },
                |what, course, staged, before, outcome| {
                    course.went_well(what, outcome, &state(&staged.place, before));
                },
            );
            assert!(trials >= 28, "only {trials}");
        }
    }
}

#[test]
fn a_load_that_fails_changes_nothing_and_the_operation_can_be_repeated() {
    let trials = at_every_call(
        |course, staged, call| {
            staged.place.store.fail(call, Fault::Before);
            !course.commits.contains(&call)
        },
        |what, course, staged, before, outcome| {
            assert!(matches!(outcome, Err(Error::Store(_))), "{what}: {outcome:?}");
            course.ends_well(what, staged, before);
            assert_eq!(&state(&staged.place, before), course.last(), "{what}");
        },
    );
    assert!(trials >= 43, "only {trials}");
}

#[test]
fn a_store_that_stays_down_fails_the_operation_in_the_old_state_or_the_new() {
    for first in [Fault::Before, Fault::LostReply] {
        let trials = at_every_call(
            |_, staged, call| {
                staged.place.store.fail(call, first);
                (1..20).for_each(|n| staged.place.store.fail(call + n, Fault::Before));
                true
            },
            |what, course, staged, before, outcome| {
                assert!(matches!(outcome, Err(Error::Store(_))), "{what}: {outcome:?}");
                let old = course.is_old(what, &state(&staged.place, before));
                assert!(old || first == Fault::LostReply || course.states.len() > 2, "{what}");
                course.ends_well(what, staged, before);
            },
        );
        assert!(trials >= 71, "only {trials}");
    }
}

#[test]
fn a_caller_who_walks_away_leaves_the_old_state_or_the_new() {
    let mut trials = 0;
    for operation in every_operation() {
        let course = course(&operation);
        for polls in 0.. {
            let staged = operation.stage();
            let before = rows(&staged.place);
            staged.place.store.yield_around_calls();
            let mut running = staged.start();
            let outcome = block_on(Polls { running: &mut running, left: polls });
            drop(running);
            let what = format!("{}, dropped after {polls} polls", operation.name);
            match outcome {
                Some(outcome) => {
                    course.went_well(&what, outcome, &state(&staged.place, &before));
                    break;
                }
                None => course.ends_well(&what, &staged, &before),
            }
            trials += 1;
        }
    }
    assert!(trials >= 150, "only {trials}");
}

/// Lets one of the other ports fail at each of its calls, from that call on. Returns how often.
fn burns(port: fn(&Staged) -> &Fuse, code: &str) -> usize {
    let mut trials = 0;
    for operation in every_operation() {
        let course = course(&operation);
        for call in 0.. {
            let staged = operation.stage();
            let before = rows(&staged.place);
            port(&staged).burn_at(call);
            let outcome = staged.run();
            let what = format!("{}, {code} from call {call} on", operation.name);
            if !port(&staged).mend() {
                course.went_well(&what, outcome, &state(&staged.place, &before));
                break;
            }
            let error = outcome.expect_err(&what);
            assert_eq!(error.code(), code, "{what}");
            let old = course.is_old(&what, &state(&staged.place, &before));
            assert!(old || course.states.len() > 2, "{what}");
            course.ends_well(&what, &staged, &before);
            trials += 1;
        }
    }
    trials
}

#[test]
fn a_cipher_that_fails_changes_nothing_and_eats_no_code() {
    let trials = burns(|staged| &staged.place.fuses.cipher, "cipher");
    assert!(trials >= 15, "only {trials}");
}

#[test]
fn without_randomness_nothing_happens_and_no_code_is_eaten() {
    let trials = burns(|staged| &staged.place.fuses.entropy, "entropy");
    assert!(trials >= 84, "only {trials}");
}

#[test]
fn a_busy_hasher_changes_nothing_and_eats_no_code() {
    let trials = burns(|staged| &staged.place.fuses.hasher, "busy");
    assert!(trials >= 8, "only {trials}");
}

#[test]
fn a_guard_notices_a_change_whose_answer_nobody_got() {
    let rule = StepUpRule::fresh(Needed::SecondFactor, TimeDelta::minutes(10));
    for walks_away in [true, false] {
        let world = World::new();
        let ada = block_on(world.protect("ada"));
        block_on(world.mfa.guard(&ada.session, &rule)).expect("it passes, and is remembered");
        world.store.reset();
        let (mfa, subject) = (world.mfa.clone(), ada.subject.clone());
        let mut change: Running =
            Box::pin(async move { mfa.password_changed(&subject, None).await.map(masked) });
        if walks_away {
            world.store.yield_around_calls();
            while world.store.commits() == 0 {
                assert!(block_on(Polls { running: &mut change, left: 1 }).is_none());
            }
            drop(change);
        } else {
            world.store.fail(1, Fault::LostReply);
            (2..20).for_each(|call| world.store.fail(call, Fault::Before));
            assert!(matches!(block_on(change), Err(Error::Store(_))));
        }
        world.store.reset();
        let guarded = block_on(world.mfa.guard(&ada.session, &rule));
        assert!(guarded.is_err(), "a void session passes from memory");
    }
}
