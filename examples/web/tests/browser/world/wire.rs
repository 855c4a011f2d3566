//! Requests that no page would send, by somebody who has a browser's cookies.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::Browser;

/// An answer: its status, and all of its text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Browser {
    /// The fields of the form that posts to a path, as this page would send them.
    #[track_caller]
    pub(crate) fn form(&self, action: &str, typed: &[(&str, &str)]) -> String {
        let read = "const [action, typed] = arguments;
            const forms = [...document.forms].filter((f) => new URL(f.action).pathname === action);
            const fields = new URLSearchParams(new FormData(forms[0]));
            for (const [name, value] of typed) fields.set(name, value);
            return fields.toString()";
        let fields = self.script(read, &[json!(action), json!(typed)]);
        fields.as_str().expect("a form").to_owned()
    }

    /// Posts a body several times at once, with the browser's cookies and a page's own headers.
    pub(crate) fn post(&self, path: &str, body: &str, times: usize) -> Vec<Answer> {
        let own = format!("Origin: {}\r\nSec-Fetch-Site: same-origin\r\n", self.home);
        self.post_from(&own, path, body, times)
    }

    pub(crate) fn post_from(
        &self,
        headers: &str,
        path: &str,
        body: &str,
        times: usize,
    ) -> Vec<Answer> {
        let host = self.home.trim_start_matches("http://").to_owned();
        let cookies = self.cookies().join("; ");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n{headers}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        self.wait_on(async {
            let sending = (0..times).map(|_| exchange(host.clone(), request.clone()));
            sending.collect::<JoinSet<Answer>>().join_all().await
        })
    }

    /// The cookies that the browser has for the application: `name=value`.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let cookies = self.wait_on(self.client.get_all_cookies()).expect("cookies");
        cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect()
    }

    /// Puts another browser's cookies in place of one's own.
    pub(crate) fn steal_cookies(&mut self, of: &Browser) -> &mut Self {
        // A browser takes cookies only for the site that it is at.
        self.visit("/sign-in");
        for cookie in self.wait_on(of.client.get_all_cookies()).expect("cookies") {
            self.wait_on(self.client.add_cookie(cookie)).expect("a cookie");
        }
        self
    }

    /// What the browser knows about a cookie: `httpOnly`, `sameSite`, `secure`, …
    pub(crate) fn cookie_rules(&self) -> Value {
        self.devtools("Network.getCookies", json!({ "urls": [self.home] }))["cookies"].clone()
    }
}

async fn exchange(host: String, request: String) -> Answer {
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.expect("a status"), text }
}
