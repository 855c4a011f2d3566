//! The fixture: the application on a port of its own, with a clock that is moved by hand, and people
//! who visit it with a real browser.

mod app;
mod driver;
mod hands;
mod look;
mod page;
mod people;
mod phone;
mod process;
mod tools;
mod wire;

use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use fantoccini::Client;
use mfakit::Clock;
use mfakit::testing::ManualClock;
use serde_json::json;
use tokio::runtime::Runtime;

use app::App;
use driver::Driver;
pub(crate) use page::Role;
pub(crate) use people::Owner;
pub(crate) use phone::Phone;
pub(crate) use process::Process;

/// The password of every account of the demonstration.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    runtime: Arc<Runtime>,
    clock: ManualClock,
    app: App,
}

/// One visitor's browser, with his cookies.
pub(crate) struct Browser {
    runtime: Arc<Runtime>,
    client: Client,
    driver: Driver,
    home: String,
}

impl World {
    /// Starts the application; `None` where there is no browser to visit it with.
    pub(crate) fn start() -> Option<Self> {
        if !tools::all_there() {
            return None;
        }
        let runtime = Arc::new(runtime());
        let clock = ManualClock::at(1_800_000_007);
        let app = runtime.block_on(App::start(clock.clone()));
        Some(Self { runtime, clock, app })
    }

    /// A visitor opens a browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser::open(&self.runtime, &self.app.address, "en-GB,en")
    }

    pub(crate) fn browser_in(&self, languages: &str) -> Browser {
        Browser::open(&self.runtime, &self.app.address, languages)
    }

    /// Where the application is.
    pub(crate) fn address(&self) -> &str {
        &self.app.address
    }

    /// For what else a test has to serve.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
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

impl Browser {
    fn open(runtime: &Arc<Runtime>, home: &str, languages: &str) -> Self {
        let runtime = Arc::clone(runtime);
        let driver = Driver::start();
        let client = driver.browser(&runtime, languages);
        let browser = Self { runtime, client, driver, home: home.to_owned() };
        let downloads = json!({ "behavior": "allow", "downloadPath": browser.downloads() });
        browser.devtools("Browser.setDownloadBehavior", downloads);
        browser
    }

    fn wait_on<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }
}

impl Drop for Browser {
    /// A test that fails leaves a picture of where it stood; one that passes had a silent console.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
            if let Ok(picture) = self.wait_on(self.client.screenshot()) {
                let file = tools::workspace().join(format!("target/screens/failed-{name}.png"));
                let _ = std::fs::write(file, picture);
            }
        } else {
            self.has_a_silent_console();
        }
    }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime")
}
