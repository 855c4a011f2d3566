//! What holds in every state.

use stateright::Property;

use crate::protocol::{Protocol, State};
use crate::scene::GUESSES;

/// A promise, and whether a state keeps it.
type Promise = (&'static str, fn(&Protocol, &State) -> bool);

/// The promises of the account protocol.
pub const PROMISES: [Promise; 15] = [
    ("a code is accepted once", |_, state| once(&state.history.codes_accepted)),
    ("a recovery code is accepted once", |_, state| once(&state.history.recovery_accepted)),
    ("regenerating kills the old set", |_, state| !state.history.broken.old_set_accepted),
    ("no more guesses are judged than the budget has", |_, state| {
        state.history.guesses_judged <= GUESSES
    }),
    ("no answer leaves before its commit", |_, state| !state.history.broken.answered_before_commit),
    ("a crash leaves the old state or the new one", |_, state| state.row == state.history.decided),
    ("a stale writer undoes nothing", |_, state| !state.history.broken.change_lost),
    ("a session from before a change of credentials is void", |_, state| {
        !state.history.broken.void_session_obeyed
    }),
    ("a setup is confirmed in the session that began it alone", |_, state| {
        !state.history.broken.foreign_setup_confirmed
    }),
    ("a lost reply costs the owner no code", |_, state| !state.history.broken.owner_lost_a_code),
    ("the log tells of every change, and of nothing else", |_, state| {
        state.events == state.history.events
    }),
    ("an assertion passes once", |_, state| once(&state.history.assertions_accepted)),
    ("an assertion passes no challenge but its own", |_, state| {
        !state.history.broken.foreign_assertion_passed
    }),
    ("an assertion that fails changes nothing", |_, state| {
        !state.history.broken.failed_assertion_stored
    }),
    ("the counter of a credential never falls", |_, state| !state.history.broken.counter_fell),
];

fn once(accepted: &[usize]) -> bool {
    accepted.windows(2).all(|pair| pair[0] != pair[1])
}

pub(crate) fn properties() -> Vec<Property<Protocol>> {
    PROMISES.iter().map(|(name, kept)| Property::always(name, *kept)).collect()
}
