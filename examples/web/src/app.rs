//! The application, put together.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::ports::Clock;
use mfakit::step_up::{Level, Needed};
use mfakit::store::{EventLog, OrgStore};
use mfakit::{Mfa, Settings, StepUpRule, StepUpRules};
use mfakit_axum::{MfaWeb, Places};

use crate::demo;
use crate::error::StartError;
use crate::host::Application;
use crate::mail::Mailer;
use crate::passwords::Passwords;
use crate::records::Records;
use crate::server::Config;
use crate::sessions::Sessions;
use crate::storage::Opened;

/// What the product is called.
pub(crate) const PRODUCT: &str = "Scrivio";

/// The rule of the payout: both factors within five minutes.
pub(crate) const PAYOUT: &str = "payout";
/// The rule of what administrators do: the second factor, as fresh as mfakit itself will ask for.
pub(crate) const ADMINISTER: &str = "administer";
/// The rule of a changed password, for those who have a second factor.
pub(crate) const CHANGE_PASSWORD: &str = "password";

/// What every handler may need.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) web: MfaWeb,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) orgs: Arc<dyn OrgStore>,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl App {
    pub(crate) async fn build(config: &Config, opened: Opened) -> Result<Self, StartError> {
        let Opened { mfa, orgs, log, records, .. } = opened;
        let clock = Arc::clone(&config.clock);
        let mfa = mfa
            .issuer(PRODUCT)
            .clock(SharedClock(Arc::clone(&clock)))
            // A policy that is changed on one page is in force on the next.
            .settings(Settings::builder().recheck(TimeDelta::zero()).build()?)
            .notifier(Mailer::new(Arc::clone(&records), Arc::clone(&config.mail)))
            .build()?;
        demo::seed(&*records, &mfa).await?;

        let sessions = Sessions::new(Arc::clone(&records), Arc::clone(&clock), config.https);
        let sessions = Arc::new(sessions);
        let host = Application {
            records: Arc::clone(&records),
            sessions: Arc::clone(&sessions),
            places: Places::usual(),
        };
        let rules = rules(&mfa)?;
        let web = MfaWeb::builder(mfa, host).product(PRODUCT).rules(rules).build()?;
        let passwords = Passwords::new(Arc::clone(&clock)).await.map_err(StartError::new)?;
        let passwords = Arc::new(passwords);
        Ok(Self { web, records, sessions, passwords, orgs, log, clock })
    }

    pub(crate) fn mfa(&self) -> &Mfa {
        self.web.mfa()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

fn rules(mfa: &Mfa) -> Result<StepUpRules, StartError> {
    let payout = StepUpRule::level(Level::TwoFactors, TimeDelta::minutes(5));
    let second_factor = StepUpRule::fresh(Needed::SecondFactor, mfa.settings().fresh());
    let rules = StepUpRules::new().with(PAYOUT, payout)?.with(ADMINISTER, second_factor.clone())?;
    Ok(rules.with(CHANGE_PASSWORD, second_factor)?)
}

/// mfakit takes a clock of its own; this one is shared with the sessions.
struct SharedClock(Arc<dyn Clock>);

impl Clock for SharedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}
