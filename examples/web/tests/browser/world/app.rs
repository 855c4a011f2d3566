//! The application, started in this process with the clock of the test.

use std::sync::{Arc, Mutex};

use mfakit::testing::ManualClock;
use tokio::net::TcpListener;
use web::{Config, Running};

pub(crate) struct App {
    pub(crate) address: String,
    messages: Arc<Mutex<Vec<String>>>,
    _running: Running,
}

impl App {
    /// With what it is started with, but for its clock and its letterbox.
    pub(crate) async fn start(clock: ManualClock, config: Config) -> Self {
        let messages: Arc<Mutex<Vec<String>>> = Arc::default();
        let letterbox = Arc::clone(&messages);
        let config = Config {
            clock: Arc::new(clock),
            mail: Arc::new(move |message| {
                letterbox.lock().expect("lock").push(message.to_string())
            }),
            ..config
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let running = web::start(config, listener).await.expect("the application starts");
        Self { address: format!("http://{}", running.address()), messages, _running: running }
    }

    /// The messages to owners so far.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.messages.lock().expect("lock").clone()
    }
}
