//! Every step of the standard has a test that is named after it, or a row that says why not.

use std::collections::BTreeSet;

/// How many steps §7.1 and §7.2 have.
const REGISTRATION: u8 = 29;
const AUTHENTICATION: u8 = 25;

const TABLE: &str = include_str!("../../../src/domain/factor/webauthn/steps.md");

/// The numbers in the names of tests: `fn step_7_…`, `fn steps_5_and_6_…`.
fn tested(source: &str) -> BTreeSet<u8> {
    let names = source.split("\nfn step").skip(1).filter_map(|rest| rest.split('(').next());
    let mut found = BTreeSet::new();
    for name in names {
        let words = name.split('_').skip(1).filter(|word| *word != "and");
        found.extend(words.map_while(|word| word.parse::<u8>().ok()));
    }
    found
}

/// The steps of one section in the table's first column: `§7.1 4, 28; §7.2 4`, `§7.1 21–24`.
fn explained(section: &str) -> BTreeSet<u8> {
    let mut found = BTreeSet::new();
    for row in TABLE.lines().filter_map(|line| line.strip_prefix("| ")) {
        let cell = row.split(" | ").next().unwrap_or_default();
        for steps in cell.split(';').filter_map(|part| part.trim().strip_prefix(section)) {
            for step in steps.split(',') {
                let (first, last) = step.split_once('–').unwrap_or((step, step));
                let Ok(first) = first.trim().parse::<u8>() else { continue };
                found.extend(first..=last.trim().parse().unwrap());
            }
        }
    }
    found
}

#[test]
fn every_step_is_tested_or_explained() {
    let registration = include_str!("registration_steps.rs");
    let authentication = include_str!("assertion_steps.rs");
    for (section, source, steps) in
        [("§7.1 ", registration, REGISTRATION), ("§7.2 ", authentication, AUTHENTICATION)]
    {
        let (tested, explained) = (tested(source), explained(section));
        assert!(tested.len() > 10 && explained.len() > 10, "{section}: {tested:?} {explained:?}");
        let all: BTreeSet<u8> = tested.union(&explained).copied().collect();
        assert_eq!(all, (1..=steps).collect(), "{section}");
    }
}
