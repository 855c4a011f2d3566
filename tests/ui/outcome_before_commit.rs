//! A transition's outcome cannot be read before its commit.

use mfakit::domain::{IssuedEnrollment, Transition};

fn read(transition: Transition<IssuedEnrollment>) -> IssuedEnrollment {
    transition.outcome
}

fn main() {}
