//! The browsers of a test. One that is closed is used again, as if it had never been anywhere: a new
//! one takes its time to start.

use std::future::Future;
use std::sync::{Arc, Mutex};

use fantoccini::Client;
use serde_json::json;
use tokio::runtime::Runtime;

use super::driver::Driver;
use super::tools;

/// What the visitors read, unless a test says otherwise.
const LANGUAGES: &str = "en-GB,en";

/// One visitor's browser, with his cookies.
pub(crate) struct Browser {
    runtime: Arc<Runtime>,
    pub(super) client: Client,
    pub(super) driver: Arc<Driver>,
    pub(super) home: String,
    languages: &'static str,
    closed: Closed,
}

pub(super) struct Windows {
    pub(super) runtime: Arc<Runtime>,
    closed: Closed,
}

type Closed = Arc<Mutex<Vec<(Client, Arc<Driver>)>>>;

impl Default for Windows {
    fn default() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().expect("a runtime");
        Self { runtime: Arc::new(runtime), closed: Closed::default() }
    }
}

impl Windows {
    pub(super) fn open(&self, home: &str) -> Browser {
        self.open_in(LANGUAGES, home)
    }

    pub(super) fn open_in(&self, languages: &'static str, home: &str) -> Browser {
        let used = self.closed.lock().expect("lock").pop().filter(|_| languages == LANGUAGES);
        let (client, driver) = used.unwrap_or_else(|| {
            let driver = Driver::start();
            (driver.browser(&self.runtime, languages), Arc::new(driver))
        });
        let (runtime, closed) = (Arc::clone(&self.runtime), Arc::clone(&self.closed));
        let browser = Browser { runtime, client, driver, home: home.to_owned(), languages, closed };
        let downloads = json!({ "behavior": "allow", "downloadPath": browser.downloads() });
        browser.devtools("Browser.setDownloadBehavior", downloads);
        browser
    }
}

impl Browser {
    pub(super) fn wait_on<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// As it was when it was new.
    fn forgets_everything(&mut self) {
        self.devtools("Network.clearBrowserCookies", json!({}));
        self.devtools("Network.clearBrowserCache", json!({}));
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": "", "features": [] }));
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({}));
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": false }));
        self.visit_elsewhere("about:blank");
        self.devtools("Page.resetNavigationHistory", json!({}));
    }
}

impl Drop for Browser {
    /// A test that fails leaves a picture of where it stood; one that passes had a silent console.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
            if let Ok(picture) = self.wait_on(self.client.screenshot()) {
                let file = tools::screens().join(format!("failed-{name}.png"));
                let _ = std::fs::write(file, picture);
            }
            return;
        }
        self.has_a_silent_console();
        if self.languages == LANGUAGES {
            self.forgets_everything();
            let closed = (self.client.clone(), Arc::clone(&self.driver));
            self.closed.lock().expect("lock").push(closed);
        }
    }
}
