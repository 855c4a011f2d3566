//! `MfaWeb`: the decisions, the host, the pages and the texts in one value.

use std::fmt;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::request::Parts;
use mfakit::step_up::{AcrNames, NextStep, Unmet};
use mfakit::{Invalid, Mfa, StepUpRules, Strength};
use thiserror::Error;

use crate::host::{Host, Places};
use crate::once::Once;
use crate::pages::{Askama, FailedPage, NotRenewedPage, Page, Pages};
use crate::safety::ReturnPath;
use crate::texts::{Catalog, Texts};

/// The name under which a session is asked for what policies require of it, and for no rule.
pub(crate) const SIGN_IN: &str = "mfa.sign_in";

/// The strength that a step-up asks for beside its rule, as addresses name it.
pub(crate) const STRONGER: &str = "phishing_resistant";

/// Second-factor authentication in one axum application: its pages and its guards.
///
/// Cheap to clone; all clones share the same parts.
#[derive(Clone)]
pub struct MfaWeb {
    inner: Arc<Inner>,
}

struct Inner {
    mfa: Mfa,
    host: Arc<dyn Host>,
    pages: Arc<dyn Pages>,
    catalog: Catalog,
    rules: StepUpRules,
    acr_names: AcrNames,
    prefix: String,
    product: String,
    once: Once,
}

/// Collects what an [`MfaWeb`] needs. Everything but the host has a default.
#[must_use]
pub struct MfaWebBuilder {
    mfa: Mfa,
    host: Arc<dyn Host>,
    pages: Arc<dyn Pages>,
    catalog: Catalog,
    rules: StepUpRules,
    acr_names: Option<AcrNames>,
    prefix: String,
    product: String,
}

/// The reason for which an [`MfaWeb`] could not be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WebBuildError {
    /// The prefix is not a path of this site.
    #[error("the prefix must be a path such as `/mfa`, without a slash at its end")]
    Prefix,
    /// The names of the levels are invalid.
    #[error(transparent)]
    AcrNames(#[from] Invalid),
}

impl MfaWebBuilder {
    /// Where the adapter's routes begin: `/mfa` by default, which makes `/mfa/setup` and
    /// `/mfa/challenge`.
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// What the pages call the product.
    pub fn product(mut self, name: &str) -> Self {
        name.clone_into(&mut self.product);
        self
    }

    /// The step-up rules that guards name. Without them every named action is refused.
    pub fn rules(mut self, rules: StepUpRules) -> Self {
        self.rules = rules;
        self
    }

    /// Pages of the host's own in place of the built-in ones: all, or some. See [`Pages`].
    pub fn pages(mut self, pages: impl Pages) -> Self {
        self.pages = Arc::new(pages);
        self
    }

    /// One more language, or other words in one that is there. See [`Texts`].
    pub fn texts(mut self, texts: Texts) -> Self {
        self.catalog.add(texts);
        self
    }

    /// The names of the levels in RFC 9470 challenges, as the host and its clients have agreed.
    pub fn acr_names(mut self, names: AcrNames) -> Self {
        self.acr_names = Some(names);
        self
    }

    /// Builds the adapter.
    ///
    /// # Errors
    /// Returns [`WebBuildError`] with what is wrong.
    pub fn build(self) -> Result<MfaWeb, WebBuildError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.~".contains(&b);
        let path = ReturnPath::parse(&self.prefix).is_some();
        if !path || self.prefix.ends_with('/') || !self.prefix.bytes().all(plain) {
            return Err(WebBuildError::Prefix);
        }
        let acr_names = match self.acr_names {
            Some(names) => names,
            None => AcrNames::new(
                "urn:mfakit:acr:one-factor",
                "urn:mfakit:acr:two-factors",
                "urn:mfakit:acr:phishing-resistant",
            )?,
        };
        let inner = Inner {
            mfa: self.mfa,
            host: self.host,
            pages: self.pages,
            catalog: self.catalog,
            rules: self.rules,
            acr_names,
            prefix: self.prefix,
            product: self.product,
            once: Once::default(),
        };
        Ok(MfaWeb { inner: Arc::new(inner) })
    }
}

impl MfaWeb {
    /// Starts from the decisions and the host.
    pub fn builder(mfa: Mfa, host: impl Host) -> MfaWebBuilder {
        MfaWebBuilder {
            mfa,
            host: Arc::new(host),
            pages: Arc::new(Askama),
            catalog: Catalog::default(),
            rules: StepUpRules::new(),
            acr_names: None,
            prefix: "/mfa".to_owned(),
            product: String::new(),
        }
    }

    /// The decisions behind it.
    pub fn mfa(&self) -> &Mfa {
        &self.inner.mfa
    }

    /// A path of the adapter's: `path("/setup")` is `/mfa/setup` under the usual prefix.
    pub fn path(&self, route: &str) -> String {
        format!("{}{route}", self.inner.prefix)
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.inner.host
    }

    pub(crate) fn pages(&self) -> &dyn Pages {
        &*self.inner.pages
    }

    pub(crate) fn places(&self) -> &Places {
        self.inner.host.places()
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.inner.prefix
    }

    pub(crate) fn rules(&self) -> &StepUpRules {
        &self.inner.rules
    }

    pub(crate) fn acr_names(&self) -> &AcrNames {
        &self.inner.acr_names
    }

    pub(crate) fn once(&self) -> &Once {
        &self.inner.once
    }

    /// The texts in the language of this request.
    pub(crate) fn texts(&self, request: &Parts) -> &Texts {
        let chosen = self.host().language(request);
        self.inner.catalog.choose(chosen.as_deref(), &request.headers)
    }

    /// What a page for this request has, with the number of its form.
    pub(crate) fn page(&self, request: &Parts, form: u32) -> Page<'_> {
        Page {
            texts: self.texts(request),
            product: &self.inner.product,
            prefix: &self.inner.prefix,
            profile: self.places().profile.as_str(),
            totp: self.mfa().settings().totp(),
            form,
        }
    }

    /// The first thing to do about an unmet rule: sign in again, answer a challenge, or set up.
    pub(crate) fn way_out(&self, unmet: &Unmet, action: &str, to: &ReturnPath) -> String {
        let step = unmet.ways().next().and_then(|way| way.first());
        match step {
            Some(NextStep::SignIn(_) | NextStep::SignInOtherwise) => self.sign_in_again(to),
            Some(NextStep::SetUp | NextStep::SetUpOf(_) | NextStep::SetUpUserVerified) => {
                self.path("/setup")
            }
            Some(NextStep::CodeOrRecovery) => self.step_up_path(action, to, &[("recovery", "1")]),
            Some(NextStep::FactorOf(Strength::PhishingResistant)) => {
                self.step_up_path(action, to, &[("strength", STRONGER)])
            }
            _ => self.step_up_path(action, to, &[]),
        }
    }

    /// The page for a visitor whose first factor is still the old one.
    pub(crate) fn not_renewed_page(&self, request: &Parts, to: &ReturnPath) -> String {
        let again = self.sign_in_again(to);
        self.pages().not_renewed(&self.page(request, 0), &NotRenewedPage { again })
    }

    /// The way to the host's re-authentication, past the route that notes it.
    pub(crate) fn sign_in_again(&self, to: &ReturnPath) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("to", to.as_str());
        format!("{}?{}", self.path("/sign-in-again"), query.finish())
    }

    /// The page that opens a challenge for an action, and leads to it.
    pub(crate) fn step_up_path(
        &self,
        action: &str,
        to: &ReturnPath,
        more: &[(&str, &str)],
    ) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("action", action).append_pair("to", to.as_str()).extend_pairs(more);
        format!("{}?{}", self.path("/step-up"), query.finish())
    }

    /// The page for a visitor who can do nothing about a failure.
    pub(crate) fn failure_page(&self, request: &Parts, status: StatusCode) -> String {
        let page = self.page(request, 0);
        self.pages().failed(&page, &FailedPage { status: status.as_u16() })
    }
}

impl fmt::Debug for MfaWeb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaWeb").field("prefix", &self.inner.prefix).finish_non_exhaustive()
    }
}

impl fmt::Debug for MfaWebBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaWebBuilder").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
