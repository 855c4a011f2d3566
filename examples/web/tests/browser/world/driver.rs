//! One Chromium of one's own, with its driver, and a clean end for both.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder, wd};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The driver's process, which its browser shares a process group with.
pub(crate) struct Driver {
    process: Child,
    /// What the browser writes: its profile, and what is downloaded.
    pub(crate) folder: TempDir,
    address: String,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("downloads")).expect("a folder for downloads");
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver starts");
        let said = BufReader::new(process.stdout.take().expect("stdout")).lines();
        let ready = said.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let address = format!("http://127.0.0.1:{}", ready.expect("chromedriver says its port"));
        Self { process, folder, address }
    }

    /// A new browser, spoken to in these languages.
    pub(crate) fn browser(&self, runtime: &Runtime, languages: &str) -> Client {
        let profile = format!("--user-data-dir={}", self.folder.path().join("profile").display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--disable-gpu",
            "--no-first-run",
            "--window-size=1280,900",
            // A name of another site that leads here.
            "--host-resolver-rules=MAP *.example 127.0.0.1",
            &format!("--accept-lang={languages}"),
            &profile,
        ];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(capabilities).connect(&self.address);
        runtime.block_on(connecting).expect("a browser starts")
    }
}

impl Drop for Driver {
    /// Whatever has happened, no browser is left behind.
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

/// A command of the driver's that the client has no method for.
#[derive(Debug)]
pub(crate) struct Raw {
    path: String,
    body: Option<Value>,
}

impl Raw {
    /// A command of the browser's own protocol.
    pub(crate) fn devtools(command: &str, parameters: Value) -> Self {
        let body = json!({ "cmd": command, "params": parameters });
        Self { path: "goog/cdp/execute".to_owned(), body: Some(body) }
    }

    /// What the console says, once.
    pub(crate) fn console() -> Self {
        Self { path: "se/log".to_owned(), body: Some(json!({ "type": "browser" })) }
    }

    /// How the browser's accessibility tree calls an element: `computedrole`, `computedlabel`.
    pub(crate) fn computed(element: &str, what: &str) -> Self {
        Self { path: format!("element/{element}/{what}"), body: None }
    }
}

impl wd::WebDriverCompatibleCommand for Raw {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        match &self.body {
            Some(body) => (http::Method::POST, Some(body.to_string())),
            None => (http::Method::GET, None),
        }
    }
}
