//! A receipt is not made by hand.

use mfakit::domain::Receipt;

fn forge() -> Receipt {
    Receipt { commits: Vec::new() }
}

fn main() {}
