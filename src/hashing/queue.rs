//! The order of hashing. Plain data: no threads, no clock, and randomness comes as an argument.
//!
//! An attacker who knows a password can send recovery codes without end. Were the queue first come,
//! first served, or did it keep those who came first, the attacker would crowd the owner out by being
//! faster. So within an account everybody has the same chance at any time; and accounts take turns,
//! so that one that is flooded costs the others one evaluation a round.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Evaluations that wait, by lane, and hashes of new codes, which take turns with them.
pub(super) struct Queue<L, J> {
    bound: usize,
    /// The number of evaluations that wait, over all lanes.
    waiting: usize,
    lanes: HashMap<L, Lane<J>>,
    /// The lanes that have a waiter and nothing in flight, in the order of their turns.
    turns: VecDeque<L>,
    /// Hashes of new codes, first come first served.
    new_codes: VecDeque<J>,
    new_codes_next: bool,
}

struct Lane<J> {
    waiters: Vec<J>,
    in_flight: bool,
}

impl<J> Default for Lane<J> {
    fn default() -> Self {
        Self { waiters: Vec::new(), in_flight: false }
    }
}

/// The fate of a newcomer.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Admission<J> {
    /// It waits.
    Admitted,
    /// It waits, and this one no longer does.
    Displaced(J),
    /// It does not wait.
    Refused(J),
}

/// A turn, to be given back when the job is done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub(super) enum Turn<L> {
    Lane(L),
    NewCode,
}

impl<L: Clone + Eq + Hash, J> Queue<L, J> {
    /// The most evaluations of one lane that wait.
    pub(super) const LANE_BOUND: usize = 64;

    /// An empty queue in which at most `bound` evaluations wait, and as many hashes of new codes.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            bound: bound.max(1),
            waiting: 0,
            lanes: HashMap::new(),
            turns: VecDeque::new(),
            new_codes: VecDeque::new(),
            new_codes_next: false,
        }
    }

    /// Takes on an evaluation. A full lane gives up a random waiter for it; a full queue a random
    /// waiter of the longest lane, if that is longer than the newcomer's.
    pub(super) fn push(&mut self, lane: L, job: J, random: u64) -> Admission<J> {
        let length = self.lanes.get(&lane).map_or(0, |lane| lane.waiters.len());
        let displaced = if length >= Self::LANE_BOUND {
            self.take_from(&lane, random)
        } else if self.waiting >= self.bound {
            match self.longest(random) {
                Some((longest, most)) if most > length => self.take_from(&longest, random),
                _ => return Admission::Refused(job),
            }
        } else {
            None
        };
        let entry = self.lanes.entry(lane.clone()).or_default();
        if entry.waiters.is_empty() && !entry.in_flight {
            self.turns.push_back(lane);
        }
        entry.waiters.push(job);
        self.waiting += 1;
        displaced.map_or(Admission::Admitted, Admission::Displaced)
    }

    /// Takes on the hashes of a set of new codes: all of them or, when too many wait, none. A set
    /// of any size fits an empty queue.
    pub(super) fn push_new_codes(&mut self, jobs: Vec<J>) -> Result<(), Vec<J>> {
        if !self.new_codes.is_empty() && self.new_codes.len() + jobs.len() > self.bound {
            return Err(jobs);
        }
        self.new_codes.extend(jobs);
        Ok(())
    }

    /// The next job, a random one of the lane whose turn it is. The lane gets no further turn
    /// before this one is [finished](Self::finish).
    pub(super) fn pop(&mut self, random: u64) -> Option<(Turn<L>, J)> {
        if self.new_codes_next || self.turns.is_empty() {
            self.new_codes_next = false;
            if let Some(job) = self.new_codes.pop_front() {
                return Some((Turn::NewCode, job));
            }
        }
        let lane = self.turns.pop_front()?;
        let job = self.take_from(&lane, random)?;
        self.lanes.entry(lane.clone()).or_default().in_flight = true;
        self.new_codes_next = true;
        Some((Turn::Lane(lane), job))
    }

    /// Ends a turn. A lane that has more waiters goes to the end of the line.
    pub(super) fn finish(&mut self, turn: Turn<L>) {
        let Turn::Lane(lane) = turn else { return };
        let Some(entry) = self.lanes.get_mut(&lane) else { return };
        entry.in_flight = false;
        if entry.waiters.is_empty() {
            self.lanes.remove(&lane);
        } else {
            self.turns.push_back(lane);
        }
    }

    /// Whether [`pop`](Self::pop) would give a job.
    pub(super) fn has_next(&self) -> bool {
        !(self.turns.is_empty() && self.new_codes.is_empty())
    }

    /// The lane with the most waiters, and how many; among equals a random one.
    fn longest(&self, random: u64) -> Option<(L, usize)> {
        let most = self.lanes.values().map(|lane| lane.waiters.len()).max()?;
        let longest = || self.lanes.iter().filter(|(_, lane)| lane.waiters.len() == most);
        // Other bits than those that choose the waiter.
        let lane = longest().nth(place(random.rotate_left(32), longest().count()))?.0;
        Some((lane.clone(), most))
    }

    /// Takes a random waiter out of a lane. A lane that is left with nothing is forgotten.
    fn take_from(&mut self, lane: &L, random: u64) -> Option<J> {
        let entry = self.lanes.get_mut(lane)?;
        if entry.waiters.is_empty() {
            return None;
        }
        let job = entry.waiters.swap_remove(place(random, entry.waiters.len()));
        self.waiting -= 1;
        if entry.waiters.is_empty() && !entry.in_flight {
            self.lanes.remove(lane);
            self.turns.retain(|waiting| waiting != lane);
        }
        Some(job)
    }
}

/// A place below `len`. The remainder favors low places by less than 2⁻⁵⁰.
fn place(random: u64, len: usize) -> usize {
    let len = u64::try_from(len).unwrap_or(u64::MAX).max(1);
    usize::try_from(random % len).unwrap_or(0)
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
