//! The scratch copy of the repository, and cargo in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;

use crate::Fallible;

/// What is tested: the core, all of it. Its adapters have tests of their own.
const PACKAGE: [&str; 3] = ["--package=mfakit", "--all-features", "--message-format=json"];

/// A copy of the files that git knows of or does not ignore.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) root: PathBuf,
    target: PathBuf,
}

/// An error of the compiler.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) message: String,
    pub(crate) rendered: String,
    /// The files and bytes that it is about.
    pub(crate) spans: Vec<(String, usize)>,
}

impl Scratch {
    /// Copies the repository into `out`, anew.
    pub(crate) fn copy(out: &Path, name: &str) -> Fallible<Self> {
        let out = std::path::absolute(out)?;
        // One of its own: cargo goes by paths within the workspace, and would take the one copy's
        // artifacts for the other's.
        let scratch = Self { root: out.join(name), target: out.join(format!("target-{name}")) };
        if scratch.root.exists() {
            fs::remove_dir_all(&scratch.root)?;
        }
        let files = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .output()?;
        for file in String::from_utf8(files.stdout)?.split_terminator('\0') {
            // One that is deleted and not yet committed is listed and not there.
            if Path::new(file).is_file() {
                scratch.write(file, &fs::read(file)?)?;
            }
        }
        // Lints that deny would take a mutant for one that does not compile.
        let manifest = fs::read_to_string("Cargo.toml")?.replace("[lints]\nworkspace = true\n", "");
        scratch.write("Cargo.toml", manifest.as_bytes())?;
        Ok(scratch)
    }

    pub(crate) fn write(&self, file: &str, content: &[u8]) -> Fallible<()> {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().ok_or("a file without a directory")?)?;
        Ok(fs::write(path, content)?)
    }

    fn cargo(&self, arguments: &[&str]) -> Fallible<(bool, Vec<Value>)> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(arguments)
            .args(PACKAGE)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .stderr(Stdio::null())
            .output()?;
        let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let messages = lines.map(serde_json::from_slice).collect::<Result<_, _>>()?;
        Ok((output.status.success(), messages))
    }

    /// What the compiler has against the library.
    pub(crate) fn check(&self) -> Fallible<Vec<Complaint>> {
        let (good, messages) = self.cargo(&["check", "--lib"])?;
        let complaints = complaints(&messages);
        if !good && complaints.is_empty() {
            return Err("cargo check fails, and does not say why".into());
        }
        Ok(complaints)
    }

    /// Builds the tests: the library's own, and those in `tests/it`. Some errors, as arithmetic that
    /// can only overflow, come up here alone.
    pub(crate) fn tests(&self) -> Fallible<Result<[PathBuf; 2], Vec<Complaint>>> {
        let (good, messages) = self.cargo(&["test", "--no-run", "--lib", "--test=it"])?;
        let complaints = complaints(&messages);
        if !good && !complaints.is_empty() {
            return Ok(Err(complaints));
        }
        let executable = |name: &str| {
            let of = |message: &&Value| {
                message["target"]["name"] == name && message["executable"].is_string()
            };
            messages.iter().find(of)?["executable"].as_str().map(PathBuf::from)
        };
        let both = executable("mfakit").zip(executable("it")).filter(|_| good);
        let (lib, it) = both.ok_or("the tests are not built, and cargo does not say why")?;
        Ok(Ok([lib, it]))
    }
}

fn complaints(messages: &[Value]) -> Vec<Complaint> {
    let errors = messages.iter().map(|message| &message["message"]);
    errors.filter(|message| message["level"] == "error").map(complaint).collect()
}

fn complaint(message: &Value) -> Complaint {
    let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
    let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
    let spans = spans.iter().filter(|span| span["is_primary"] == true);
    let place = |span: &Value| {
        let byte = usize::try_from(span["byte_start"].as_u64()?).ok()?;
        Some((span["file_name"].as_str()?.to_owned(), byte))
    };
    Complaint {
        message: text("message"),
        rendered: text("rendered"),
        spans: spans.filter_map(place).collect(),
    }
}
