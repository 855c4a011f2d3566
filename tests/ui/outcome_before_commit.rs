//! A transition's outcome cannot be read before its commit.

use mfakit::IssuedEnrollment;
use mfakit::domain::Transition;

fn read(transition: Transition<IssuedEnrollment>) -> IssuedEnrollment {
    transition.outcome
}

fn main() {}
