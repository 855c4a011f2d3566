//! The promises about concurrency, on the real service, under every order of steps that a model
//! checker comes to.
//!
//! It exists only under `RUSTFLAGS="--cfg shuttle"`: there the locks of the crate belong to
//! shuttle, which decides at every one of them, and before every call of the store, who goes on.
//! Each promise is explored on the memory store, with a least number of schedules so that a run
//! that explored nothing fails; and each is shown to break on stores that are wrong on purpose.

#![cfg(shuttle)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "tests may stop at the first surprise, in their fixtures too"
)]

mod explore;
mod planted;
mod promises;
mod scene;

use explore::{breaks, holds, holds_without_flaw};
use planted::Flaw::{Blind, TwoSteps};
use promises::{
    ASSERTION, CODE, CONFIRM, GUARD, GUESSES, LAST_GUESS, PASSWORD, Promise, RECOVERY, REGENERATE,
};

const EVERY_PROMISE: [&Promise; 8] =
    [&CODE, &RECOVERY, &GUESSES, &LAST_GUESS, &REGENERATE, &CONFIRM, &ASSERTION, &PASSWORD];

#[test]
fn a_code_is_accepted_once() {
    holds(&CODE);
}

#[test]
fn a_recovery_code_is_used_once() {
    holds(&RECOVERY);
}

#[test]
fn parallel_guesses_are_charged_each() {
    holds(&GUESSES);
}

#[test]
fn one_guess_left_is_one_guess_however_many_come_at_once() {
    holds(&LAST_GUESS);
}

#[test]
fn an_old_recovery_code_is_used_before_the_new_set_or_never() {
    holds(&REGENERATE);
}

#[test]
fn a_setup_that_was_begun_anew_is_never_confirmed_by_the_old_code() {
    holds(&CONFIRM);
}

#[test]
fn a_session_that_this_process_has_voided_passes_no_guard_from_memory() {
    holds(&GUARD);
}

#[test]
fn an_assertion_of_a_key_passes_once() {
    holds(&ASSERTION);
}

#[test]
fn an_assertion_passes_before_a_change_of_password_or_never() {
    holds(&PASSWORD);
}

#[test]
fn every_promise_breaks_on_a_store_that_compares_no_version() {
    for promise in EVERY_PROMISE {
        breaks(promise, Blind);
    }
}

#[test]
fn every_promise_breaks_on_a_store_that_compares_and_writes_in_two_steps() {
    for promise in EVERY_PROMISE {
        breaks(promise, TwoSteps);
    }
}

#[test]
fn the_same_store_without_a_flaw_breaks_none() {
    for promise in EVERY_PROMISE {
        holds_without_flaw(promise);
    }
}
