//! What has to happen somewhere, lest promises hold because nothing happens.

use stateright::Property;

use crate::protocol::{Protocol, State};
use crate::request::{Request, Told};
use crate::scene::GUESSES;

type Condition = fn(&Protocol, &State) -> bool;

/// One for each request of a scenario.
const OBTAINED: [(&str, Condition); 6] = [
    ("the first request obtains what it asks for", obtained::<0>),
    ("the second request obtains what it asks for", obtained::<1>),
    ("the third request obtains what it asks for", obtained::<2>),
    ("the fourth request obtains what it asks for", obtained::<3>),
    ("the fifth request obtains what it asks for", obtained::<4>),
    ("the sixth request obtains what it asks for", obtained::<5>),
];

fn obtained<const NUMBER: usize>(protocol: &Protocol, state: &State) -> bool {
    let told = state.told(NUMBER);
    if protocol.scenario.requests[NUMBER].is_wrong() {
        return told == Some(Told::Wrong);
    }
    matches!(told, Some(Told::Passed | Told::Done))
}

fn throttled(protocol: &Protocol, state: &State) -> bool {
    (0..protocol.scenario.requests.len()).any(|number| state.told(number) == Some(Told::Throttled))
}

pub(crate) fn properties(protocol: &Protocol) -> Vec<Property<Protocol>> {
    let requests = &protocol.scenario.requests;
    let guesses = requests.iter().filter(|request| **request == Request::Guess).count();
    let may = |request: &Request| !request.is_for_another();
    let mut all: Vec<_> = requests
        .iter()
        .zip(OBTAINED)
        .filter(|(request, _)| may(request))
        .map(|(_, (name, condition))| Property::sometimes(name, condition))
        .collect();
    all.push(Property::sometimes(
        "a commit is refused and its request decides again",
        |_, state: &State| state.decides_again(),
    ));
    if guesses > usize::from(GUESSES) {
        all.push(Property::sometimes("the guesses run out", throttled));
    }
    all
}
