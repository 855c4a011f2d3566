//! What the users hold: apps and lists of recovery codes, in files that all processes see.

use std::fs;
use std::path::{Path, PathBuf};

use mfakit::RecoveryCodes;
use mfakit::testing::Authenticator;

use crate::{Failure, world};

pub(crate) struct Wallet(PathBuf);

impl Wallet {
    pub(crate) fn of(directory: &Path, user: u32) -> Result<Self, Failure> {
        let own = directory.join(format!("user-{user}"));
        fs::create_dir_all(&own)?;
        Ok(Self(own))
    }

    /// Scans a setup's code, before it is confirmed.
    pub(crate) fn scan(&self, label: &str, uri: &str) -> Result<Authenticator, Failure> {
        self.put(label, uri)?;
        world::app(uri)
    }

    /// The app that was set up under a label.
    pub(crate) fn app(&self, label: &str) -> Result<Authenticator, Failure> {
        world::app(&fs::read_to_string(self.0.join(label))?)
    }

    /// Saves the codes of the set that is in force now.
    pub(crate) fn save(&self, codes: &RecoveryCodes) -> Result<(), Failure> {
        let codes: Vec<String> = codes.iter().map(|code| code.reveal().to_string()).collect();
        self.put("codes", &codes.join("\n"))
    }

    /// The codes that were saved last: those of a set in force, or of one that was replaced by
    /// somebody who was killed before the new codes were saved.
    pub(crate) fn codes(&self) -> Vec<String> {
        let codes = fs::read_to_string(self.0.join("codes")).unwrap_or_default();
        codes.lines().map(str::to_owned).collect()
    }

    /// Old or new, whenever the process is killed.
    fn put(&self, name: &str, text: &str) -> Result<(), Failure> {
        let draft = self.0.join(format!(".{name}-{}", std::process::id()));
        fs::write(&draft, text)?;
        Ok(fs::rename(draft, self.0.join(name))?)
    }
}
