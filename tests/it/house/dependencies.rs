//! What the packages stand on is argued for, each dependency in DESIGN.md's table.

use std::collections::BTreeSet;

use super::complain;

const MANIFESTS: &[&str] = &[
    include_str!("../../../Cargo.toml"),
    include_str!("../../../adapters/axum/Cargo.toml"),
    include_str!("../../../adapters/sqlx/Cargo.toml"),
];

/// The names under `[dependencies]`, this crate's own excepted.
fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).filter(|n| *n != "mfakit")
}

/// The names in the first column of the table below the heading.
fn argued(design: &str) -> impl Iterator<Item = &str> {
    let section = design.split("\n## Dependencies\n").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.flat_map(|row| row.split(" | ").next().unwrap_or_default().split("`, `"))
        .map(|name| name.trim_end_matches('`'))
}

fn quarrel(manifests: &[&str], design: &str) -> Vec<String> {
    let used: BTreeSet<&str> = manifests.iter().flat_map(|text| dependencies(text)).collect();
    let argued: BTreeSet<&str> = argued(design).collect();
    let unargued = used.difference(&argued).map(|name| format!("{name} is not argued for"));
    let gone = argued.difference(&used).map(|name| format!("{name} is argued for, not used"));
    unargued.chain(gone).collect()
}

#[test]
fn every_dependency_is_argued_for() {
    let found = MANIFESTS.iter().map(|text| dependencies(text).count()).sum::<usize>();
    assert!(found > 30, "the manifests are not read: {found}");
    complain(quarrel(MANIFESTS, include_str!("../../../DESIGN.md")).into_iter());
}

#[test]
fn a_dependency_that_nobody_argued_for_is_told_and_so_is_an_argument_without_one() {
    let manifest = "[package]\n[dependencies]\nsubtle = \"2\"\nleft-pad = \"1\"\n[dev-dependencies]\na = \"1\"";
    let design = "\n## Dependencies\n\n| | for |\n|---|---|\n| `subtle`, `zeroize` | wiping |\n\n## Next\n| `b` |";
    let found = quarrel(&[manifest], design);
    assert_eq!(found, ["left-pad is not argued for", "zeroize is argued for, not used"]);
}
