//! Starting and stopping the application.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use mfakit::ports::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::error::StartError;
use crate::mail::Mail;
use crate::routes::router;
use crate::storage::{self, Store};

/// What the application is started with.
#[derive(Clone)]
pub struct Config {
    /// Where everything is kept.
    pub store: Store,
    /// The keys that seal secrets, as in `MFAKIT_KEYS`: `id:base64`, the primary one first.
    pub keys: Option<String>,
    /// Whether browsers reach it over https, through a proxy that ends TLS.
    pub https: bool,
    /// What tells the time: to mfakit, to sessions, to pages.
    pub clock: Arc<dyn Clock>,
    /// Who gets the messages that a real application would send by e-mail.
    pub mail: Mail,
}

impl Default for Config {
    /// In memory, over http, by the system's clock; messages go nowhere.
    fn default() -> Self {
        Self {
            store: Store::Memory,
            keys: None,
            https: false,
            clock: Arc::new(SystemClock),
            mail: Arc::new(|_| ()),
        }
    }
}

/// Starts the application on a listener.
///
/// # Errors
/// [`StartError`] says why it did not start.
pub async fn start(config: Config, listener: TcpListener) -> Result<Running, StartError> {
    let opened = storage::open(&config.store, config.keys.as_deref()).await?;
    let notes = opened.notes.clone();
    let router = router(&App::build(&config, opened).await?);
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let until = async { stopped.await.unwrap_or_default() };
        axum::serve(listener, router).with_graceful_shutdown(until).await
    });
    Ok(Running { address, notes, stop, serving })
}

/// The application as a router, for a server of one's own.
///
/// # Errors
/// As [`start`].
pub async fn application(config: &Config) -> Result<Router, StartError> {
    let opened = storage::open(&config.store, config.keys.as_deref()).await?;
    Ok(router(&App::build(config, opened).await?))
}

/// The application, serving.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    notes: Vec<String>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the one who started it ought to know: where everything is kept, and under which key.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Answers the requests that are under way, and stops.
    ///
    /// # Errors
    /// When serving had failed before.
    pub async fn stop(self) -> std::io::Result<()> {
        // Nobody listens when it has ended by itself.
        let _ = self.stop.send(());
        self.serving.await.map_err(std::io::Error::other)?
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("https", &self.https).finish_non_exhaustive()
    }
}
