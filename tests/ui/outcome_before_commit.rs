//! A transition's outcome cannot be read before its commit.

use mfakit::domain::{IssuedEnrolment, Transition};

fn read(transition: Transition<IssuedEnrolment>) -> IssuedEnrolment {
    transition.outcome
}

fn main() {}
