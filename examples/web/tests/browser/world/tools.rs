//! The programs that a walk needs: a browser and its driver, a QR reader, an authenticator.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const PROGRAMS: [&str; 4] = ["chromium", "chromedriver", "zbarimg", "oathtool"];

/// Whether everything is there; says plainly when it is not.
///
/// `MFAKIT_REQUIRE_TOOLS=1`, which CI sets, makes a missing program a failure.
pub(crate) fn all_there() -> bool {
    let mut missing: Vec<String> =
        PROGRAMS.iter().filter(|p| !runs(p)).map(|p| (*p).into()).collect();
    if !axe().is_file() {
        missing.push(format!("axe-core in {}", axe().display()));
    }
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var("MFAKIT_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    let missing = missing.join(", ");
    assert!(!required, "required here and not installed: {missing}");
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "SKIPPED: not installed, so nobody walked in a browser: {missing}");
    false
}

/// The accessibility engine, where `scripts/tools` puts it.
pub(crate) fn axe() -> PathBuf {
    workspace().join("target/axe/node_modules/axe-core/axe.min.js")
}

/// Where pictures go: `MFAKIT_SCREENS`, or `target/screens`.
pub(crate) fn screens() -> PathBuf {
    let folder = std::env::var_os("MFAKIT_SCREENS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| workspace().join("target/screens"));
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

/// The root of the repository.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Runs a program to its end and returns what it printed.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {said}", command.get_program());
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn runs(program: &str) -> bool {
    let mut version = Command::new(program);
    version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok()
}
