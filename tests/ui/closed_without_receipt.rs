//! A closed answer does not open without a receipt.

use mfakit::domain::Closed;
use mfakit::RecoveryCodes;

fn peek(closed: &Closed<RecoveryCodes>) -> &RecoveryCodes {
    &closed.outcome
}

fn open(closed: Closed<RecoveryCodes>) -> RecoveryCodes {
    closed.open()
}

fn main() {}
