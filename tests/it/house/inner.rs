//! Which way the arrows run inside `src/domain` and inside the adapters.
//!
//! Each table is read from the ground up: a part may name only parts that stand above it on the
//! page, so that no table can hold a circle. A part is a file or a folder of the table's root.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::circle;
use super::paths::paths;
use super::sources::{Source, sources};
use super::{at, complain, planted::file};

mod tables;

/// One root, and what each of its parts may name.
struct Table {
    /// The directory, from the repository's root.
    root: &'static str,
    /// The module that the directory is, from the crate's root down.
    module: &'static [&'static str],
    rows: &'static [Row],
}

/// A part, and the parts that it may name beside itself.
type Row = (&'static str, &'static [&'static str]);

#[test]
fn arrows_run_one_way_inside_the_domain_and_the_adapters() {
    for table in tables::ALL {
        complain(table.sources().iter().flat_map(|source| table.runs_back(source)));
    }
}

#[test]
fn a_table_is_read_from_the_ground_up() {
    complain(tables::ALL.iter().flat_map(|table| table.upside_down()));
}

#[test]
fn a_table_says_nothing_that_is_not_so() {
    complain(tables::ALL.iter().flat_map(|table| table.stale(&table.sources())));
}

#[test]
fn a_leaf_names_no_rule() {
    let domain = &tables::DOMAIN;
    let leaves: BTreeSet<&str> = tables::LEAVES.iter().copied().collect();
    for leaf in tables::LEAVES {
        let named = domain.may_name(leaf).expect("a row");
        assert!(named.iter().all(|name| leaves.contains(name)), "{leaf} names {named:?}");
    }
}

#[test]
fn the_files_of_the_domain_are_in_no_circle() {
    assert_eq!(circle(&sources(&["src/domain"])), None);
}

impl Table {
    fn sources(&self) -> Vec<Source> {
        sources(&[self.root])
    }

    fn may_name(&self, part: &str) -> Option<&'static [&'static str]> {
        self.rows.iter().find(|(name, _)| *name == part).map(|(_, named)| *named)
    }

    /// The part that a file belongs to; `None` for the root's own file, which names them all.
    fn part(&self, source: &Source) -> Option<String> {
        source.module().get(self.module.len()).map(ToString::to_string)
    }

    /// The parts that a file names, each with the line where it does.
    fn named(&self, source: &Source) -> Vec<(usize, String)> {
        let found = paths(&source.module(), &source.text).into_iter();
        let inside = found.filter_map(|path| {
            let (root, rest) = path.segments.split_first()?;
            let (module, rest) = rest.split_at_checked(self.module.len())?;
            (root == "crate" && module == self.module)
                .then(|| Some((path.line, rest.first()?.clone())))?
        });
        inside.collect()
    }

    /// What a file names without an arrow for it.
    fn runs_back(&self, source: &Source) -> Vec<String> {
        let Some(part) = self.part(source) else { return Vec::new() };
        let Some(may_name) = self.may_name(&part) else {
            return vec![format!("{}/{part} has no row yet: say what it may name", self.root)];
        };
        let named = self.named(source).into_iter().filter(|(_, name)| *name != part);
        let back = named.filter(|(_, name)| !may_name.contains(&name.as_str()));
        let complaint = |(line, name): (usize, String)| {
            let what = match self.may_name(&name) {
                Some(_) => format!("{part} may not name {name}"),
                None => format!("{name} is no part of {}: name the part it is in", self.root),
            };
            at(source, line, &what)
        };
        back.map(complaint).collect()
    }

    /// The rows that name what stands below them, or a part that has no row.
    fn upside_down(&self) -> Vec<String> {
        let mut above = BTreeSet::new();
        let mut complaints = Vec::new();
        for (part, named) in self.rows {
            for name in named.iter().filter(|name| !above.contains(*name)) {
                complaints
                    .push(format!("{}: {part} names {name}, which is not above it", self.root));
            }
            above.insert(part);
        }
        complaints
    }

    /// The rows without a file, and the arrows that no file needs.
    fn stale(&self, sources: &[Source]) -> Vec<String> {
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for source in sources {
            if let Some(part) = self.part(source) {
                let named = self.named(source).into_iter().map(|(_, name)| name);
                used.entry(part).or_default().extend(named);
            }
        }
        let mut complaints = Vec::new();
        for (part, named) in self.rows {
            let Some(used) = used.get(*part) else {
                complaints.push(format!("{}/{part} is gone", self.root));
                continue;
            };
            for name in named.iter().filter(|name| !used.contains(**name)) {
                complaints.push(format!("{}: {part} does not name {name}", self.root));
            }
        }
        complaints
    }
}

/// Each row is broken once here, on planted text.
mod planted {
    use super::*;

    /// A file of a part that names another part.
    fn plant(table: &Table, part: &str, name: &str) -> Source {
        let module: Vec<&str> = table.module.iter().copied().chain([name, "X"]).collect();
        let path = format!("{}/{part}.rs", table.root);
        file(&path, &format!("use crate::{};", module.join("::")))
    }

    #[test]
    fn every_row_complains_of_each_part_that_it_does_not_list() {
        for table in tables::ALL {
            for (part, may_name) in table.rows {
                let others = table.rows.iter().map(|(other, _)| *other).chain(["nowhere"]);
                for other in others.filter(|other| other != part) {
                    let complaints = table.runs_back(&plant(table, part, other));
                    let expected = usize::from(!may_name.contains(&other));
                    assert_eq!(complaints.len(), expected, "{part} -> {other}: {complaints:?}");
                }
            }
        }
    }

    #[test]
    fn an_arrow_back_is_found_in_each_of_its_disguises() {
        let complaints = |path, text| tables::DOMAIN.runs_back(&file(path, text)).len();
        let leaf = |text| complaints("src/domain/instant.rs", text);
        assert_eq!(leaf("use super::refusal::Refusal;"), 1);
        assert_eq!(leaf("use super::{invalid::Invalid, refusal::Refusal, settings::Settings};"), 2);
        assert_eq!(leaf("mod tests { use super::super::account::Account; }"), 1);
        assert_eq!(leaf("fn f() { crate::domain::account::g() }"), 1);
        assert_eq!(leaf("use crate::domain::Settings;"), 1, "through the list of names");
        assert_eq!(leaf("use super::*;"), 1, "through the list of names");
        assert_eq!(
            leaf("/// [`Account`](super::account::Account)\nuse super::invalid::within;"),
            0
        );
        let deep = |text| complaints("src/domain/factor/totp/code.rs", text);
        assert_eq!(deep("use super::super::super::account::Account;"), 1);
        assert_eq!(deep("use super::super::totp::params::Digits;"), 0);
    }

    #[test]
    fn a_part_without_a_row_is_asked_for_one() {
        let complaints = tables::DOMAIN.runs_back(&file("src/domain/telepathy.rs", ""));
        assert!(complaints[0].starts_with("src/domain/telepathy has no row yet"), "{complaints:?}");
    }

    #[test]
    fn a_circle_a_stale_row_and_a_stale_arrow_are_found() {
        let table = |rows| Table { root: "src", module: &[], rows };
        let found = table(&[("a", &["b"]), ("b", &["a"])]).upside_down();
        assert_eq!(found, ["src: a names b, which is not above it"]);
        let sources = [file("src/b.rs", "use crate::a::X;"), file("src/a.rs", "")];
        assert!(table(&[("a", &[]), ("b", &["a"])]).stale(&sources).is_empty());
        let found = table(&[("a", &[]), ("b", &["a", "c"]), ("c", &[])]).stale(&sources);
        assert_eq!(found, ["src: b does not name c", "src/c is gone"]);
    }
}
