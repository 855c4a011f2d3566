//! The rules of the house that the compiler does not know: which way the arrows run, what the
//! domain may touch, what the core may be built of, how long a file may be.

mod circles;
mod dependencies;
mod inner;
mod manual;
mod paths;
mod sources;

use std::env;
use std::process::Command;

use paths::paths;
use sources::{Source, sources};

/// Each part of `src`, and the parts that it may name beside itself. The root names them all.
///
/// `domain ← ports ← {service, and the built-in sides of the ports}`: a built-in side knows neither
/// the service nor another side, so that each can be replaced. `sync` knows nothing, `error` what
/// it wraps. `testing` stands on all of them, because its conformance kit plays the whole service
/// on the store under test; nothing stands on it.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ports", &["domain"]),
    ("sync", &[]),
    ("error", &["domain", "ports"]),
    ("hashing", &["domain", "ports", "sync"]),
    ("import", &["domain"]),
    ("keyring", &["domain", "ports", "sync"]),
    ("manual", &[]),
    ("memory", &["domain", "ports", "sync"]),
    ("qr", &["domain"]),
    ("stored", &["domain", "ports"]),
    ("service", &["domain", "ports", "sync", "error", "hashing", "keyring"]),
    ("testing", &["domain", "ports", "sync", "error", "hashing", "keyring", "memory", "service"]),
];

/// What is not pure: time, randomness, I/O, waiting, threads.
const IMPURE: &[&str] = &[
    "async",
    "await",
    "Utc::now",
    "Local::now",
    "SystemTime",
    "Instant",
    "rand",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
];

/// What has one place only: the path, the file that may name it, and why.
const ONE_PLACE: &[(&str, &str, &str)] = &[
    ("Utc::now", "src/ports/clock.rs", "time is read from the clock port"),
    ("SystemTime", "src/ports/clock.rs", "time is read from the clock port"),
    ("SysRng", "src/ports/entropy.rs", "randomness is read from the entropy port"),
    ("std::sync::Mutex", "src/sync.rs", "a model checker swaps the locks there"),
    ("std::sync::RwLock", "src/sync.rs", "a model checker swaps the locks there"),
];

/// What the core is built without, whatever its features.
const FOREIGN: &[&str] = &["axum", "sqlx", "tokio"];

/// What it is built without unless one feature is on, which has it for a reason: a browser's WebAuthn
/// response is JSON, and its client data is, and both have to be read by somebody who can.
const FOREIGN_BUT_FOR: (&str, &str) = ("serde_json", "webauthn");

const LONGEST: usize = 400;
const MEDIAN: usize = 200;

#[test]
fn arrows_run_one_way() {
    complain(sources(&["src"]).iter().flat_map(runs_back));
}

#[test]
fn the_domain_is_pure() {
    complain(sources(&["src/domain"]).iter().flat_map(impure));
}

#[test]
fn clock_randomness_and_locks_have_one_place_each() {
    complain(sources(&["src"]).iter().flat_map(out_of_place));
}

#[test]
fn the_core_builds_without_a_runtime_a_framework_or_a_database() {
    complain(foreign(&tree(&["--all-features"]), FOREIGN).into_iter());
}

#[test]
fn the_core_builds_without_json_unless_webauthn_is_on() {
    let (json, feature) = FOREIGN_BUT_FOR;
    let others: Vec<&str> = features().filter(|name| *name != feature).collect();
    assert!(others.len() > 3, "the manifest is not read: {others:?}");
    let without = tree(&["--no-default-features", "--features", &others.join(",")]);
    complain(foreign(&without, &[json]).into_iter());
    assert_eq!(foreign(&tree(&["--features", feature]), &[json]).len(), 1, "it has it for this");
}

/// The crates that ours is built of with these features, each on a line.
fn tree(features: &[&str]) -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = Command::new(cargo)
        .args(["tree", "--package", "mfakit", "--edges", "normal", "--prefix", "none", "--locked"])
        .args(features)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("UTF-8");
    assert!(tree.lines().any(|line| line.starts_with("totp-rs ")), "no tree of ours:\n{tree}");
    tree
}

/// The names of our features.
fn features() -> impl Iterator<Item = &'static str> {
    let section = include_str!("../../Cargo.toml").split("\n[features]\n").nth(1);
    let lines = section.unwrap_or_default().lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split_once(" = [")).map(|(name, _)| name)
}

#[test]
fn files_are_short() {
    let all = sources(&["src", "tests", "examples", "benches"]);
    let lengths = |of: &[Source]| of.iter().map(|source| source.text.lines().count()).collect();
    let mut lengths: Vec<usize> = lengths(&all);
    complain(all.iter().zip(&lengths).filter(|(_, length)| **length > LONGEST).map(
        |(source, length)| format!("{} has {length} lines, not {LONGEST}", source.path.display()),
    ));
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().expect("files");
    assert!(median < MEDIAN, "the median file has {median} lines; it should be below {MEDIAN}");
}

/// The names that a file has no arrow for.
fn runs_back(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(part) = module.first() else { return Vec::new() };
    let Some((_, may_name)) = ARROWS.iter().find(|(name, _)| name == part) else {
        return vec![format!("{part} has no arrows yet: say in `ARROWS` what it may name")];
    };
    let found = paths(&module, &source.text).into_iter();
    let found = found.filter_map(|path| match &path.segments[..] {
        [root, name, ..] if root == "crate" || root == "mfakit" => Some((path.line, name.clone())),
        _ => None,
    });
    let back = found.filter(|(_, name)| name != part && !may_name.contains(&name.as_str()));
    back.map(|(line, name)| at(source, line, &format!("{part} may not name crate::{name}")))
        .collect()
}

fn impure(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for path in paths(&source.module(), &source.text) {
        for what in IMPURE.iter().filter(|impure| path.contains(impure)) {
            complaints.push(at(source, path.line, &format!("{what} in the domain")));
        }
    }
    complaints
}

fn out_of_place(source: &Source) -> Vec<String> {
    let found = paths(&source.module(), &source.text);
    let mut complaints = Vec::new();
    for (wanted, place, reason) in ONE_PLACE {
        let elsewhere = source.path != std::path::Path::new(place);
        for path in found.iter().filter(|path| elsewhere && path.contains(wanted)) {
            complaints.push(at(source, path.line, &format!("{wanted} outside {place}: {reason}")));
        }
    }
    complaints
}

/// The lines of a dependency tree that the core must not have.
fn foreign(tree: &str, names: &[&str]) -> Vec<String> {
    let name = |line: &&str| line.split(' ').next().map(str::to_owned).unwrap_or_default();
    tree.lines().filter(|line| names.contains(&name(line).as_str())).map(Into::into).collect()
}

fn at(source: &Source, line: usize, what: &str) -> String {
    format!("{}:{line}: {what}", source.path.display())
}

#[track_caller]
fn complain(complaints: impl Iterator<Item = String>) {
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Each rule is broken once here, on planted text, so that it is known to be able to fail.
mod planted {
    use super::*;

    pub(super) fn file(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    #[test]
    fn an_arrow_back_is_found_in_each_of_its_disguises() {
        let domain = |text| runs_back(&file("src/domain/factor/totp/code.rs", text)).len();
        assert_eq!(domain("use crate::service::Mfa;"), 1);
        assert_eq!(domain("use crate::{domain::Subject, ports::{Clock, Entropy}};"), 2);
        assert_eq!(domain("use super::super::super::super::memory;"), 1);
        assert_eq!(domain("mod tests { use crate::testing::ManualClock; }"), 1);
        assert_eq!(domain("fn f() { assert!(crate::ports::g()) }"), 1);
        assert_eq!(domain("fn f() -> crate::Mfa { todo!() }"), 1, "through the root");
        assert_eq!(domain("use crate::*;"), 1, "through the root");
        assert_eq!(domain("/// [`Mfa`](crate::Mfa)\npub(crate) use super::id::Subject;"), 0);
    }

    #[test]
    fn the_sides_know_neither_the_service_nor_each_other() {
        let names =
            |path, name: &str| runs_back(&file(path, &format!("use crate::{name}::X;"))).is_empty();
        assert!(!names("src/ports/clock.rs", "service"));
        assert!(!names("src/ports/clock.rs", "testing"));
        assert!(!names("src/memory.rs", "service"));
        assert!(!names("src/keyring/mod.rs", "hashing"));
        assert!(!names("src/sync.rs", "domain"));
        assert!(!names("src/service/mod.rs", "testing"));
        assert!(names("src/service/mod.rs", "ports"));
        assert!(names("src/testing/mod.rs", "memory"));
        assert!(names("src/lib.rs", "service"));
    }

    #[test]
    fn a_part_without_arrows_is_asked_for_them() {
        let complaints = runs_back(&file("src/telepathy.rs", ""));
        assert!(complaints[0].starts_with("telepathy has no arrows yet"), "{complaints:?}");
    }

    #[test]
    fn what_is_not_pure_is_found() {
        let impure = |text| impure(&file("src/domain/instant.rs", text)).len();
        assert_eq!(impure("fn f() { chrono::Utc::now(); }"), 1);
        assert_eq!(impure("use std::{fmt, time::{Duration, Instant}, io};"), 4);
        assert_eq!(impure("async fn f() { g().await }"), 2);
        assert_eq!(impure("use rand::Rng;"), 1);
        assert_eq!(impure("/// chrono::Utc::now()\nfn f(m: Context) { m.now(); }"), 0);
    }

    #[test]
    fn what_has_one_place_is_found_elsewhere() {
        let text = "use std::sync::{Arc, Mutex}; fn f() { Utc::now() }";
        assert_eq!(out_of_place(&file("src/service/mod.rs", text)).len(), 2);
        assert_eq!(out_of_place(&file("src/sync.rs", text)).len(), 1);
        assert_eq!(out_of_place(&file("src/ports/clock.rs", text)).len(), 1);
    }

    #[test]
    fn a_foreign_crate_is_found_by_its_whole_name() {
        let tree = "mfakit v0.1.0 (/somewhere)\ntokio v1.48.0\ntokio-util v0.7.0\nserde v1.0.0 (*)";
        assert_eq!(foreign(tree, FOREIGN), ["tokio v1.48.0"]);
    }
}
