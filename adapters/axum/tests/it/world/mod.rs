//! The fixture: an application with the adapter in it, and browsers that visit it.

mod browser;
mod counted;
mod host;
mod wire;

use axum::Router;
use axum::http::request::Parts;
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::organization::OrgId;
use mfakit::ports::Clock;
use mfakit::step_up::{Level, Needed};
use mfakit::testing::{Authenticator, ManualClock};
use mfakit::{
    Argon2Hasher, Keyring, MemoryStore, Mfa, SealingKey, Settings, StepUpRule, StepUpRules,
};
use mfakit_axum::{
    Action, MemberOf, MfaWeb, MfaWebBuilder, OfOrganization, SameOrigin, SessionUser, SignedInUser,
    SteppedUp,
};

pub(crate) use browser::{Answer, Browser};
use counted::Counted;
pub(crate) use host::TestHost;

pub(crate) const START: i64 = 1_800_000_007;

pub(crate) struct World {
    pub(crate) mfa: Mfa,
    pub(crate) clock: ManualClock,
    pub(crate) host: TestHost,
    pub(crate) counted: Counted,
    pub(crate) app: Router,
}

/// A protected account, and what its owner has in his hands.
pub(crate) struct Owner {
    pub(crate) name: &'static str,
    pub(crate) phone: Authenticator,
    pub(crate) codes: Vec<String>,
}

pub(crate) struct Export;
impl Action for Export {
    const NAME: &'static str = "export";
}

struct Payout;
impl Action for Payout {
    const NAME: &'static str = "payout";
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|settings| settings, |web| web)
    }

    pub(crate) fn with(
        settings: impl FnOnce(mfakit::domain::SettingsBuilder) -> mfakit::domain::SettingsBuilder,
        change: impl FnOnce(MfaWebBuilder) -> MfaWebBuilder,
    ) -> Self {
        let clock = ManualClock::at(START);
        let memory = MemoryStore::new();
        let counted = Counted::new(memory.clone());
        let mfa = Mfa::builder((counted.clone(), memory))
            .issuer("Scrivio")
            .keyring(Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).expect("key")))
            .argon2(Argon2Hasher::cheap_and_insecure())
            .stamps(counted.clone())
            .clock(clock.clone())
            .settings(settings(Settings::builder()).build().expect("settings"))
            .build()
            .expect("mfa");
        let host = TestHost::new(clock.clone());
        let web = MfaWeb::builder(mfa.clone(), host.clone()).product("Scrivio").rules(rules());
        let app = routes(&change(web).build().expect("web"));
        Self { mfa, clock, host, counted, app }
    }

    /// Another process of the same application, or the same one after a restart.
    pub(crate) fn another_process(&self) -> Router {
        let web = MfaWeb::builder(self.mfa.clone(), self.host.clone()).rules(rules());
        routes(&web.build().expect("web"))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.app.clone())
    }

    /// A browser whose visitor has just typed his password.
    pub(crate) fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        browser.cookie = Some(self.host.sign_in(name));
        browser
    }

    /// He types it again, in the same session.
    pub(crate) fn sign_in_again(&self, browser: &mut Browser, name: &str) {
        let token = browser.cookie.clone().expect("a session");
        browser.cookie = Some(self.host.sign_in_again(&token, name));
    }

    /// The identity provider vouches for the user again and asks them nothing.
    pub(crate) fn vouch_again(&self, browser: &mut Browser) {
        let token = browser.cookie.clone().expect("a session");
        browser.cookie = Some(self.host.vouch_again(&token));
    }

    /// Takes somebody through the whole setup, as he would click through it.
    pub(crate) async fn protect(&self, name: &'static str) -> (Owner, Browser) {
        let mut browser = self.signed_in(name);
        let scan = browser.start_setup().await;
        let phone = scan.scan();
        let code = phone.code_at(self.now());
        let confirm = browser.get("/mfa/setup/confirm").await;
        let shown = browser.submit(&confirm, "/mfa/setup/confirm", &[("code", &code)]).await;
        let codes = shown.codes();
        let done = browser.submit(&shown, "/mfa/setup/finish", &[]).await;
        assert_eq!(done.location(), "/mfa/setup/done");
        self.wait(30);
        (Owner { name, phone, codes }, browser)
    }

    /// Signs in with the password and the phone.
    pub(crate) async fn enter(&self, owner: &Owner) -> Browser {
        let mut browser = self.signed_in(owner.name);
        let page = browser.get("/mfa/challenge").await;
        let code = owner.phone.code_at(self.now());
        let on = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
        assert_eq!(on.status, 303, "{}", on.body);
        self.wait(30);
        browser
    }

    /// A code that is not right at this time.
    pub(crate) fn wrong(&self, phone: &Authenticator) -> String {
        let right: Vec<String> = (-25..=25).map(|n| phone.code_after(self.now(), n)).collect();
        let mut codes = (0..100).map(|n| format!("{n:06}"));
        codes.find(|code| !right.contains(code)).expect("a wrong code")
    }
}

fn rules() -> StepUpRules {
    StepUpRules::new()
        .with("payout", StepUpRule::level(Level::TwoFactors, TimeDelta::minutes(5)))
        .and_then(|rules| {
            let export = StepUpRule::fresh(Needed::SecondFactor, TimeDelta::minutes(5));
            rules.with("export", export.or_recovery())
        })
        .expect("rules")
}

fn routes(web: &MfaWeb) -> Router {
    async fn who(signed_in: SignedInUser) -> String {
        format!("{} {:?}", signed_in.subject(), signed_in.reminded().map(|r| r.organizations.len()))
    }
    async fn anyone(user: SessionUser) -> String {
        format!("{} {:?}", user.subject(), user.reminded().map(|r| r.organizations.len()))
    }
    let payout = Router::new()
        .route("/payout", get(who).post(who))
        .route_layer(web.guard().step_up("payout"));
    let nobody =
        Router::new().route("/unruled", get(who)).route_layer(web.guard().step_up("no-such-rule"));
    let profile =
        Router::new().route("/profile", get(anyone)).route_layer(web.guard().behind_the_wall());
    let org = |parts: &Parts| OrgId::new(parts.uri.path().strip_prefix("/org/")?).ok();
    let organization =
        Router::new().route("/org/{id}", get(who)).route_layer(web.guard().organization(org));
    let api = Router::new().route("/api/me", get(who)).route_layer(web.guard().api());
    let member = async |member: MemberOf<Member>| member.organization().to_string();
    let stepped = async |stepped: SteppedUp<Export>| stepped.subject().to_string();
    let paid = async |stepped: SteppedUp<Payout>| stepped.subject().to_string();
    Router::new()
        .route("/dashboard", get(who))
        .route("/invoices", get(who).post(who))
        .route("/export", get(stepped))
        .route("/paid", get(paid))
        .route("/member/{id}", get(member))
        .route_layer(web.guard())
        .route("/unguarded", get(who))
        .merge(payout)
        .merge(nobody)
        .merge(profile)
        .merge(organization)
        .merge(api)
        .layer(SameOrigin::new())
        // The adapter's own routes have that layer already.
        .merge(web.router())
}

/// The organization of `/member/ID`.
struct Member;

impl OfOrganization for Member {
    fn read(request: &Parts) -> Option<OrgId> {
        OrgId::new(request.uri.path().strip_prefix("/member/")?).ok()
    }
}
