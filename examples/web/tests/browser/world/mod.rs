//! The fixture: the application on a port of its own, with a clock that is moved by hand, and people
//! who visit it with a real browser.

mod app;
mod driver;
mod hands;
mod look;
mod moved_in;
mod page;
mod people;
mod phone;
mod process;
mod tools;
mod windows;
mod wire;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::ports::Clock;
use mfakit::testing::ManualClock;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use web::Config;

use app::App;
pub(crate) use page::Role;
pub(crate) use people::Owner;
pub(crate) use phone::Phone;
pub(crate) use process::Process;
pub(crate) use windows::Browser;
use windows::Windows;

/// The password of every account of the demonstration.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    windows: Windows,
    clock: ManualClock,
    app: App,
    /// Where its database is, if it has one.
    folder: Option<TempDir>,
}

impl World {
    /// Starts the application; `None` where there is no browser to visit it with.
    pub(crate) fn start() -> Option<Self> {
        tools::all_there().then(|| Self::start_as(Config::default(), None))
    }

    fn start_as(config: Config, folder: Option<TempDir>) -> Self {
        let windows = Windows::default();
        let clock = ManualClock::at(1_800_000_007);
        let app = windows.runtime.block_on(App::start(clock.clone(), config));
        Self { windows, clock, app, folder }
    }

    /// A visitor opens a browser.
    pub(crate) fn browser(&self) -> Browser {
        self.windows.open(&self.app.address)
    }

    /// One whose owner reads other languages.
    pub(crate) fn browser_in(&self, languages: &'static str) -> Browser {
        self.windows.open_in(languages, &self.app.address)
    }

    /// Where the application is.
    pub(crate) fn address(&self) -> &str {
        &self.app.address
    }

    /// For what else a test has to serve.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.windows.runtime
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Time passes.
    pub(crate) fn wait(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    /// The messages to owners so far.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.app.messages()
    }

    /// Until the phone shows its next code.
    pub(crate) fn next_code(&self) {
        self.wait(TimeDelta::seconds(30));
    }
}
