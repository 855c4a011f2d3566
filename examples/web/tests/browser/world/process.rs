//! The application as its users start it: a process, with its data in an SQLite file.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::ports::{Clock, SystemClock};
use tempfile::TempDir;

use super::windows::Windows;
use super::{Browser, tools};

pub(crate) struct Process {
    windows: Windows,
    running: Child,
    folder: TempDir,
    listen: String,
    /// What it has said at its last start.
    pub(crate) said: Vec<String>,
}

impl Process {
    /// Starts it; `None` where there is no browser to visit it with.
    pub(crate) fn start() -> Option<Self> {
        if !tools::all_there() {
            return None;
        }
        let folder = TempDir::new().expect("a temporary folder");
        // Nobody else takes it in the moment between.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let listen = free.expect("a free port").to_string();
        let (running, said) = spawn(folder.path(), &listen);
        Some(Self { windows: Windows::default(), running, folder, listen, said })
    }

    /// Kills it without a warning, and starts it again where it was.
    pub(crate) fn is_killed_and_starts_again(&mut self) {
        self.running.kill().expect("it was running");
        self.running.wait().expect("it is dead");
        (self.running, self.said) = spawn(self.folder.path(), &self.listen);
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.listen)
    }

    pub(crate) fn browser(&self) -> Browser {
        self.windows.open(&self.address())
    }

    /// Somebody opens a browser and types the password.
    #[track_caller]
    pub(crate) fn signs_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.visit("/sign-in").type_password(email);
        browser
    }

    /// When a phone shows the code that the application takes now.
    pub(crate) fn now() -> DateTime<Utc> {
        SystemClock.now()
    }

    /// When it shows the next one, which the application takes already: nobody waits for it.
    pub(crate) fn soon() -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(30)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

fn spawn(folder: &Path, listen: &str) -> (Child, Vec<String>) {
    let store = format!("--store=sqlite:{}", folder.join("scrivio.db").display());
    let mut process = Command::new(program())
        .args([&store, &format!("--listen={listen}")])
        .env_remove("MFAKIT_KEYS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the example starts");
    let mut lines = BufReader::new(process.stdout.take().expect("stdout")).lines();
    let mut said = Vec::new();
    for line in lines.by_ref().map_while(Result::ok) {
        let last = line.starts_with("Press Ctrl-C");
        said.push(line);
        if last {
            break;
        }
    }
    assert!(said.last().is_some_and(|line| line.starts_with("Press")), "it says {said:?}");
    // A process that talks to nobody would stop when the pipe is full.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    (process, said)
}

/// The example, which cargo builds beside the tests, unless only they were asked for.
fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("this program");
    let built = tests.ancestors().nth(2).expect("its folder").join("examples/web");
    if !built.is_file() || changed(&built) < newest(&tools::workspace()) {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "web", "--example", "web"]);
        tools::run(build.current_dir(tools::workspace()));
    }
    built
}

/// When the sources were changed last.
fn newest(workspace: &Path) -> SystemTime {
    let parts = ["src", "adapters/axum/src", "adapters/axum/templates", "adapters/axum/assets"];
    let own = ["adapters/sqlx/src", "examples/web/src", "examples/web/templates"];
    let mut folders: Vec<PathBuf> = parts.iter().chain(&own).map(|p| workspace.join(p)).collect();
    let mut newest = SystemTime::UNIX_EPOCH;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map_while(Result::ok) {
            match entry.path() {
                folder if folder.is_dir() => folders.push(folder),
                file => newest = newest.max(changed(&file)),
            }
        }
    }
    newest
}

fn changed(file: &Path) -> SystemTime {
    std::fs::metadata(file).and_then(|file| file.modified()).expect("a time")
}
