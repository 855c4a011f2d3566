//! What a process was about to do, and what was answered as done.
//!
//! A line is written with one call before and after each operation. SIGKILL ends a process, not
//! what the operating system has taken from it, so that every line of a killed process is there.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::Failure;

/// An operation, as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A code, or three in a row. The detail is the factor and the step.
    Code,
    /// A recovery code. The detail is the code.
    Recovery,
    /// "I have saved my codes", or the confirmation of a further factor. The detail is the label.
    SetUp,
    Regenerate,
    /// The detail is the label.
    Remove,
    Disable,
    /// The detail is the reason, which no other change has.
    Policy,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Code,
        Self::Recovery,
        Self::SetUp,
        Self::Regenerate,
        Self::Remove,
        Self::Disable,
        Self::Policy,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Recovery => "recovery",
            Self::SetUp => "set-up",
            Self::Regenerate => "regenerate",
            Self::Remove => "remove",
            Self::Disable => "disable",
            Self::Policy => "policy",
        }
    }
}

/// Writes one process's operations.
pub(crate) struct Journal(File);

impl Journal {
    pub(crate) fn open(directory: &Path, worker: u32) -> Result<Self, Failure> {
        let path = directory.join(format!("worker-{worker}.journal"));
        Ok(Self(OpenOptions::new().create(true).append(true).open(path)?))
    }

    pub(crate) fn trying(&mut self, kind: Kind, user: u32, detail: &str) -> Result<(), Failure> {
        self.line("try", kind, user, detail)
    }

    /// It was answered as done.
    pub(crate) fn done(&mut self, kind: Kind, user: u32, detail: &str) -> Result<(), Failure> {
        self.line("done", kind, user, detail)
    }

    /// It was answered as not done: a wrong code, a refusal.
    pub(crate) fn not(&mut self, kind: Kind, user: u32, detail: &str) -> Result<(), Failure> {
        self.line("not", kind, user, detail)
    }

    fn line(&mut self, what: &str, kind: Kind, user: u32, detail: &str) -> Result<(), Failure> {
        let line = format!("{what} {} {user} {detail}\n", kind.name());
        Ok(self.0.write_all(line.as_bytes())?)
    }
}

/// How often something was tried, answered as done, and answered as not done.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) tried: u64,
    pub(crate) done: u64,
    pub(crate) not: u64,
}

/// What all processes have written, over all rounds, by kind, user and detail.
#[derive(Debug, Default)]
pub(crate) struct Written(pub(crate) BTreeMap<(Kind, u32, String), Counts>);

impl Written {
    pub(crate) fn read(directory: &Path, workers: u32) -> Result<Self, Failure> {
        let mut written = Self::default();
        for worker in 0..workers {
            let path = directory.join(format!("worker-{worker}.journal"));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            for line in text.lines() {
                written.add(line).ok_or_else(|| format!("not a line of a journal: {line:?}"))?;
            }
        }
        Ok(written)
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let mut words = line.splitn(4, ' ');
        let (what, name) = (words.next()?, words.next()?);
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
        let (user, detail) = (words.next()?.parse().ok()?, words.next()?.to_owned());
        let counts = self.0.entry((kind, user, detail)).or_default();
        match what {
            "try" => counts.tried += 1,
            "done" => counts.done += 1,
            "not" => counts.not += 1,
            _ => return None,
        }
        Some(())
    }

    /// All of a kind by one user.
    pub(crate) fn of(&self, kind: Kind, user: u32) -> Counts {
        let mut sum = Counts::default();
        for ((of, by, _), counts) in &self.0 {
            if *of == kind && *by == user {
                sum.tried += counts.tried;
                sum.done += counts.done;
                sum.not += counts.not;
            }
        }
        sum
    }

    /// How many of a kind can have been done by one user: what was tried and not answered as not
    /// done, each step and each code once, however many tried it.
    pub(crate) fn at_most(&self, kind: Kind, user: u32) -> u64 {
        let own = self.0.iter().filter(|((of, by, _), _)| *of == kind && *by == user);
        let once = matches!(kind, Kind::Code | Kind::Recovery);
        own.map(|(_, said)| said.tried - said.not)
            .map(|open| if once { open.min(1) } else { open })
            .sum()
    }
}
