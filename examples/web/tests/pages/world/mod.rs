//! The fixture: the application in this process, under a clock that is moved by hand.

mod visitor;

use std::sync::{Arc, Mutex};

use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::ports::Clock;
use mfakit::testing::ManualClock;
use web::{Config, Store};

pub(crate) use visitor::Visitor;

/// The accounts, in short.
pub(crate) const ADA: &str = "practitioner@example.org";
pub(crate) const BOB: &str = "second@example.org";
pub(crate) const ADMIN: &str = "admin@example.org";

pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) mail: Arc<Mutex<Vec<String>>>,
    config: Config,
    app: Router,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|config| config).await
    }

    pub(crate) async fn on(store: Store, keys: Option<&str>) -> Self {
        let keys = keys.map(str::to_owned);
        Self::with(|config| Config { store, keys, ..config }).await
    }

    pub(crate) async fn with(change: impl FnOnce(Config) -> Config) -> Self {
        let clock = ManualClock::at(1_800_000_007);
        let mail = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::clone(&mail);
        let config = change(Config {
            clock: Arc::new(clock.clone()),
            mail: Arc::new(move |message| sent.lock().expect("lock").push(message.to_owned())),
            ..Config::default()
        });
        let app = web::application(&config).await.expect("it starts");
        Self { clock, mail, config, app }
    }

    /// The process ends, and another one takes its place.
    pub(crate) async fn restart(&mut self) {
        self.app = web::application(&self.config).await.expect("it starts again");
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn wait(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(self.app.clone(), self.clock.clone())
    }

    /// The same browser, whose requests the present process answers.
    pub(crate) fn again(&self, visitor: Visitor) -> Visitor {
        visitor.answered_by(self.app.clone())
    }

    /// A visitor who has typed his password.
    pub(crate) async fn signed_in(&self, email: &str) -> Visitor {
        let mut visitor = self.visitor();
        let on = visitor.sign_in(email, web::PASSWORD, "").await;
        assert_eq!(on.to(), "/dashboard");
        visitor
    }

    /// A visitor with a second factor, whom nothing is asked for the next minutes.
    pub(crate) async fn protected(&self, email: &str) -> Visitor {
        let mut visitor = self.signed_in(email).await;
        visitor.set_up().await;
        visitor
    }
}
