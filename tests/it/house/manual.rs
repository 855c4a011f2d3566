//! The tables of the manual name tests: each has to be there.

use std::collections::BTreeSet;

use super::complain;
use super::sources::sources;

/// What a table names in code: a sentence of at least four words is a test, anything shorter an item.
fn named(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2).filter(|code| {
        let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        code.bytes().all(lower) && code.matches('_').count() >= 3
    })
}

/// The functions below a test attribute of any kind.
fn tests_of(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
    names.map(str::trim).filter(|name| name.contains('_'))
}

fn missing(page: &str, tests: &BTreeSet<String>) -> Vec<String> {
    named(page).filter(|name| !tests.contains(*name)).map(Into::into).collect()
}

#[test]
fn every_test_that_the_manual_names_is_there() {
    let files = sources(&["src", "tests", "adapters", "examples"]);
    let tests = files.iter().flat_map(|file| tests_of(&file.text)).map(Into::into).collect();
    for page in [
        include_str!("../../../src/manual/attacks.md"),
        include_str!("../../../src/manual/standards.md"),
    ] {
        assert!(named(page).count() > 20, "the page's tables are not read");
        complain(missing(page, &tests).into_iter());
    }
}

#[test]
fn a_test_that_is_gone_is_missed() {
    let tests = tests_of("#[test]\nfn a_code_is_used_once() {}").map(Into::into).collect();
    let page = "| `Mfa` | `a_code_is_used_once`, `a_code_is_used_twice` | `max_age` |";
    assert_eq!(missing(page, &tests), ["a_code_is_used_twice"]);
}
