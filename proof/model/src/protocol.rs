//! The steps of requests, in every order.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use mfakit::domain::Receipt;
use mfakit::store::Commit;
use stateright::{Model, Property};

use crate::fault::Fault;
use crate::history::History;
use crate::promises;
use crate::request::{Decided, Request, Told, next_of};
use crate::row::{ATTEMPTS, Row, commit_id};
use crate::scenario::Scenario;
use crate::scene::Scene;
use crate::witnesses;

/// The protocol with the requests of one scenario, and perhaps without one rule.
pub struct Protocol {
    pub(crate) scenario: Scenario,
    scene: Scene,
    fault: Option<Fault>,
    /// What was decided before: a decision is a function of what it is given.
    known: Mutex<HashMap<(usize, Sent), Arc<Outcome>>>,
}

/// What comes of one decision.
struct Outcome {
    /// What the requester is told, once he may be.
    told: Told,
    change: Option<Change>,
}

/// A decision that changes something.
struct Change {
    commit: Commit,
    /// What the store holds after it, and after a crash in the middle of it.
    kept: Row,
    torn: Option<Row>,
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Protocol({}, without {:?})", self.scenario.name, self.fault)
    }
}

/// Where everybody stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub(crate) row: Row,
    /// How many events the log has.
    pub(crate) events: u8,
    tick: u8,
    crashes_left: u8,
    losses_left: u8,
    requests: Vec<Phase>,
    pub(crate) history: History,
}

/// Where one request stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    /// To load. `lost` is what was stored and got no reply.
    Waiting {
        attempt: u8,
        lost: Option<Sent>,
    },
    /// Loaded, and at any later time decided and committed.
    Loaded {
        on: Sent,
        lost: Option<Sent>,
    },
    /// It is stored; the reply is on its way.
    Replied {
        on: Sent,
        lost: Option<Sent>,
    },
    Ended(Option<Told>),
}

/// What a decision was made on, and which attempt it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Sent {
    row: Row,
    tick: u8,
    attempt: u8,
}

/// What can happen next. The number is the request's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// It loads the account.
    Load(usize),
    /// It decides on what it loaded and commits; the store compares and swaps.
    Commit(usize),
    /// The store's reply arrives.
    Reply(usize),
    /// The store's reply is lost.
    LoseReply(usize),
    /// Its process dies.
    Crash(usize),
    /// The next code appears on the phones.
    Tick,
}

impl State {
    /// What a request that has ended was told, if it did not die.
    pub(crate) fn told(&self, number: usize) -> Option<Told> {
        match self.requests[number] {
            Phase::Ended(told) => told,
            _ => None,
        }
    }

    /// A request had to load again, because another committed before it.
    pub(crate) fn decides_again(&self) -> bool {
        let again = |phase: &Phase| match phase {
            Phase::Loaded { on, lost: None } => on.attempt > 0,
            _ => false,
        };
        self.requests.iter().any(again)
    }
}

impl Protocol {
    /// The protocol as it is.
    pub fn new(scenario: Scenario) -> Self {
        let scene = scenario.begin.scene();
        Self { scenario, scene, fault: None, known: Mutex::default() }
    }

    /// The protocol without a rule.
    pub fn without(scenario: Scenario, fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::new(scenario) }
    }

    fn request(&self, number: usize) -> Request {
        self.scenario.requests[number]
    }

    fn decide(&self, number: usize, on: &Sent) -> Arc<Outcome> {
        let key = (number, on.clone());
        if let Some(known) = self.known.lock().expect("what is known").get(&key) {
            return Arc::clone(known);
        }
        let outcome = Arc::new(self.decide_anew(number, on));
        self.known.lock().expect("what is known").insert(key, Arc::clone(&outcome));
        outcome
    }

    fn decide_anew(&self, number: usize, on: &Sent) -> Outcome {
        let (mut request, before) = (self.request(number), on.row.account());
        if let Some(fault) = self.fault {
            request = fault.asked(request);
        }
        let id = commit_id(number, on.attempt);
        let decided = request.decide(&self.scene, before, number, on.tick, id);
        let (commit, waiting) = match decided {
            Decided::Open(told) => return Outcome { told, change: None },
            Decided::Change(commit, waiting) => (*commit, waiting),
        };
        // The answer is opened here and told in `reply`, where the store has said that it is stored.
        let receipt = Receipt::vouch_that_these_are_durable([commit.id()]);
        let told = waiting.open(&receipt).expect("its own receipt");
        let next = next_of(&commit);
        let kept = match self.fault {
            Some(fault) => fault.stored(request, told, before, &next),
            None => Arc::clone(&next),
        };
        let torn = self.fault.and_then(|fault| fault.torn(before, &next)).map(Row::new);
        Outcome { told, change: Some(Change { commit, kept: Row::new(kept), torn }) }
    }

    fn load(&self, state: &mut State, number: usize) -> Option<()> {
        let Phase::Waiting { attempt, lost } = state.requests[number].clone() else { return None };
        // Our own commit stands there: its reply was lost.
        let account = state.row.account();
        let own = lost.as_ref().filter(|on| account.remembers(commit_id(number, on.attempt)));
        if let Some(own) = own {
            self.end(state, number, own, None);
            return Some(());
        }
        let on = Sent { row: state.row.clone(), tick: state.tick, attempt };
        state.requests[number] = Phase::Loaded { on, lost };
        Some(())
    }

    fn commit(&self, state: &mut State, number: usize) -> Option<()> {
        let Phase::Loaded { on, lost } = state.requests[number].clone() else { return None };
        let outcome = self.decide(number, &on);
        let Some(Change { commit, kept, .. }) = &outcome.change else {
            self.end(state, number, &on, lost.as_ref());
            return Some(());
        };
        let current = state.row.account();
        let version = current.is_stored().then(|| current.version());
        let compares = self.fault != Some(Fault::StoreDoesNotCompare);
        let stored = version == commit.expected() || !compares;
        if stored {
            state.history.broken.change_lost |= on.row != state.row;
            state.row = kept.clone();
            if self.fault != Some(Fault::EventsApart) {
                state.events += events(commit);
            }
            let (request, told) = (self.request(number), outcome.told);
            state.history.committed(request, told, kept.clone(), events(commit));
        }
        if self.fault == Some(Fault::AnswerBeforeCommit) {
            self.end(state, number, &on, lost.as_ref());
        } else if stored {
            state.requests[number] = Phase::Replied { on, lost };
        } else {
            // That reply is no step of its own: nobody else sees it, and the next load may come at
            // any later time anyway.
            state.requests[number] = again(on.attempt, lost);
        }
        Some(())
    }

    fn reply(&self, state: &mut State, number: usize, arrives: bool) -> Option<()> {
        let Phase::Replied { on, lost } = state.requests[number].clone() else { return None };
        if !arrives {
            state.requests[number] = again(on.attempt, Some(on));
            return Some(());
        }
        let outcome = self.decide(number, &on);
        if let (Some(Fault::EventsApart), Some(change)) = (self.fault, &outcome.change) {
            state.events += events(&change.commit);
        }
        self.end(state, number, &on, lost.as_ref());
        Some(())
    }

    /// The request is told what was decided `on` that. `lost` is what was stored for it before,
    /// unknown to it.
    fn end(&self, state: &mut State, number: usize, on: &Sent, lost: Option<&Sent>) {
        let (request, outcome) = (self.request(number), self.decide(number, on));
        let told = outcome.told;
        let stored = state.row.account().remembers(commit_id(number, on.attempt));
        state.history.broken.answered_before_commit |= outcome.change.is_some() && !stored;
        state.history.told(request, told);
        let passed = lost.is_some_and(|on| self.decide(number, on).told == Told::Passed);
        if passed && told != Told::Passed {
            state.history.told_otherwise(request);
        }
        state.requests[number] = Phase::Ended(Some(told));
    }

    fn crash(&self, state: &mut State, number: usize) -> Option<()> {
        state.crashes_left = state.crashes_left.checked_sub(1)?;
        if let Phase::Loaded { on, .. } = &state.requests[number] {
            let outcome = self.decide(number, on);
            let torn = outcome.change.as_ref().and_then(|change| change.torn.as_ref());
            if let Some(torn) = torn.filter(|_| on.row == state.row) {
                state.row = torn.clone();
            }
        }
        state.requests[number] = Phase::Ended(None);
        Some(())
    }

    fn comes_after_others(&self, state: &State, number: usize) -> bool {
        let before = self.scenario.after[number];
        before.is_none_or(|before| matches!(state.requests[before], Phase::Ended(_)))
    }
}

/// The attempt after this one.
fn again(attempt: u8, lost: Option<Sent>) -> Phase {
    let attempt = attempt + 1;
    if attempt < ATTEMPTS { Phase::Waiting { attempt, lost } } else { Phase::Ended(None) }
}

fn events(commit: &Commit) -> u8 {
    u8::try_from(commit.events().len()).expect("few events")
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let row = Row::new(self.scene.account.clone());
        let waiting = Phase::Waiting { attempt: 0, lost: None };
        vec![State {
            history: History::begin(row.clone()),
            row,
            events: 0,
            tick: self.scenario.begin.tick(),
            crashes_left: self.scenario.crashes,
            losses_left: self.scenario.losses,
            requests: vec![waiting; self.scenario.requests.len()],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (number, phase) in state.requests.iter().enumerate() {
            match phase {
                Phase::Waiting { .. } if self.comes_after_others(state, number) => {
                    steps.push(Step::Load(number));
                }
                Phase::Loaded { .. } => steps.push(Step::Commit(number)),
                Phase::Replied { .. } => {
                    steps.push(Step::Reply(number));
                    if state.losses_left > 0 {
                        steps.push(Step::LoseReply(number));
                    }
                }
                Phase::Waiting { .. } | Phase::Ended(_) => {}
            }
            let busy = matches!(phase, Phase::Loaded { .. } | Phase::Replied { .. });
            if busy && state.crashes_left > 0 {
                steps.push(Step::Crash(number));
            }
        }
        if state.tick - self.scenario.begin.tick() < self.scenario.ticks {
            steps.push(Step::Tick);
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Load(number) => self.load(&mut state, number)?,
            Step::Commit(number) => self.commit(&mut state, number)?,
            Step::Reply(number) => self.reply(&mut state, number, true)?,
            Step::LoseReply(number) => {
                state.losses_left -= 1;
                self.reply(&mut state, number, false)?;
            }
            Step::Crash(number) => self.crash(&mut state, number)?,
            Step::Tick => state.tick += 1,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        [promises::properties(), witnesses::properties(self)].concat()
    }
}
