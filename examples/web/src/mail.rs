//! The messages to owners. A real application sends them by e-mail; this one hands them to its
//! starter, which prints them.

use std::sync::Arc;

use mfakit::Event;
use mfakit::ports::{Notifier, NotifierError};
use tokio::runtime::Handle;

use crate::app::PRODUCT;
use crate::records::Records;
use crate::words;

/// Who gets the messages.
pub type Mail = Arc<dyn Fn(&str) + Send + Sync>;

/// Tells the owner of an account what happened to it, by a way that does not depend on the session
/// in which it happened.
pub(crate) struct Mailer {
    records: Arc<dyn Records>,
    mail: Mail,
    runtime: Handle,
}

impl Mailer {
    /// Within a runtime.
    pub(crate) fn new(records: Arc<dyn Records>, mail: Mail) -> Self {
        Self { records, mail, runtime: Handle::current() }
    }
}

impl Notifier for Mailer {
    /// mfakit calls this on a thread of its own, where waiting holds nobody up.
    fn notify(&mut self, event: &Event) -> Result<(), NotifierError> {
        let Some(message) = words::message(event) else { return Ok(()) };
        let user = self.runtime.block_on(self.records.user(event.subject()));
        if let Some(user) = user.map_err(NotifierError::new)? {
            let subject = format!("{PRODUCT}: your account has changed");
            let body = format!("{message} {}", words::ADVICE);
            (self.mail)(&format!("To: {}\nSubject: {subject}\n\n{body}", user.email));
        }
        Ok(())
    }
}
