//! The extractors of guarded routes.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mfakit::{Access, Assurance, Error, Gate, OrgId, OrgRefusal, Refusal, Reminded, Subject};

use crate::rejection::{Rejection, heading};
use crate::web::MfaWeb;

/// A request that a guard has let pass.
#[derive(Clone)]
pub(super) struct Guarded(pub(super) MfaWeb, pub(super) SignedIn);

/// Who is signed in, behind a [`Guard`](super::Guard). On a route without one it is refused with
/// status 500: such a route serves nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub(super) assurance: Assurance,
    pub(super) reminded: Option<Reminded>,
    pub(super) low_codes: Option<usize>,
}

impl SignedIn {
    /// Who.
    pub fn subject(&self) -> &Subject {
        self.assurance.subject()
    }

    /// What the session has proven: pass it to the operations of [`Mfa`](mfakit::Mfa).
    ///
    /// Those that return another one have changed the credentials: keep it with
    /// [`MfaWeb::keep`], or this session is void like every other.
    pub fn assurance(&self) -> &Assurance {
        &self.assurance
    }

    /// Which organisations ask for two-factor authentication soon, and by when: for a reminder on
    /// the page.
    pub fn reminded(&self) -> Option<&Reminded> {
        self.reminded.as_ref()
    }

    /// How many recovery codes are left, when the last sign-in found them few.
    pub fn low_codes(&self) -> Option<usize> {
        self.low_codes
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        guarded(parts).map(|Guarded(_, signed_in)| signed_in.clone())
    }
}

/// The name of an action's step-up rule, as a type.
///
/// ```
/// use mfakit_axum::{Action, SteppedUp};
///
/// struct Payout;
/// impl Action for Payout {
///     const NAME: &'static str = "payout";
/// }
///
/// async fn pay_out(stepped_up: SteppedUp<Payout>) -> String {
///     format!("paid by {}", stepped_up.subject())
/// }
/// ```
pub trait Action: Send + Sync + 'static {
    /// The rule's name in the [`StepUpRules`](mfakit::StepUpRules).
    const NAME: &'static str;
}

/// Who is signed in, and has proven what the rule of an action wants: the guard's
/// [`step_up`](super::Guard::step_up) as an extractor, for a handler that must not be mounted
/// without it. It stands behind a [`Guard`](super::Guard) too.
pub struct SteppedUp<A> {
    signed_in: SignedIn,
    action: PhantomData<A>,
}

impl<A> std::ops::Deref for SteppedUp<A> {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.signed_in
    }
}

impl<A> fmt::Debug for SteppedUp<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SteppedUp").field(&self.signed_in).finish()
    }
}

impl<S: Sync, A: Action> FromRequestParts<S> for SteppedUp<A> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let Guarded(web, signed_in) = guarded(parts)?.clone();
        let checked = match web.rules().require(A::NAME) {
            Ok(rule) => web.mfa().guard(rule, &signed_in.assurance).await,
            Err(refusal) => Err(refusal.into()),
        };
        match checked {
            Ok(_) => Ok(Self { signed_in, action: PhantomData }),
            Err(Error::Refused(Refusal::StepUp(unmet))) => {
                let to = heading(&web, parts);
                Err(Rejection::step_up(&web, parts, A::NAME, &unmet, &to))
            }
            Err(Error::Refused(Refusal::SignInAgain)) => Err(Rejection::void(&web, parts)),
            Err(error) => Err(Rejection::failed(parts, error).with_page(&web, parts)),
        }
    }
}

/// Which organisation a request is about, as a type.
///
/// ```
/// use axum::http::request::Parts;
/// use mfakit::OrgId;
/// use mfakit_axum::{MemberOf, OfOrganisation};
///
/// struct InPath;
/// impl OfOrganisation for InPath {
///     fn read(request: &Parts) -> Option<OrgId> {
///         OrgId::new(request.uri.path().strip_prefix("/organisations/")?).ok()
///     }
/// }
///
/// async fn invoices(member: MemberOf<InPath>) -> String {
///     format!("{}'s invoices of {}", member.subject(), member.organisation())
/// }
/// ```
pub trait OfOrganisation: Send + Sync + 'static {
    /// Reads it from the request, from its path for instance; `None` turns the request away.
    fn read(request: &Parts) -> Option<OrgId>;
}

/// Who is signed in, is a member of the organisation that the request is about, and is let in by its
/// policy: the guard's [`organisation`](super::Guard::organisation) as an extractor, for a handler
/// that must not be mounted without it. It stands behind a [`Guard`](super::Guard) too.
pub struct MemberOf<O> {
    signed_in: SignedIn,
    organisation: OrgId,
    of: PhantomData<O>,
}

impl<O> MemberOf<O> {
    /// Which organisation.
    pub fn organisation(&self) -> &OrgId {
        &self.organisation
    }
}

impl<O> std::ops::Deref for MemberOf<O> {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.signed_in
    }
}

impl<O> fmt::Debug for MemberOf<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemberOf").field(&self.organisation).field(&self.signed_in).finish()
    }
}

impl<S: Sync, O: OfOrganisation> FromRequestParts<S> for MemberOf<O> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let Guarded(web, signed_in) = guarded(parts)?.clone();
        let Some(organisation) = O::read(parts) else {
            return Err(Rejection::not_a_member(parts).with_page(&web, parts));
        };
        match web.mfa().guard_organisation(&organisation, &signed_in.assurance).await {
            Ok(Access { gate: Gate::SetUpFirst(_), .. }) => {
                Err(Rejection::set_up_first(&web, parts))
            }
            Ok(_) => Ok(Self { signed_in, organisation, of: PhantomData }),
            Err(Error::Refused(Refusal::Organisation(OrgRefusal::NotAMember(_)))) => {
                Err(Rejection::not_a_member(parts).with_page(&web, parts))
            }
            Err(Error::Refused(Refusal::SignInAgain)) => Err(Rejection::void(&web, parts)),
            Err(error) => Err(Rejection::failed(parts, error).with_page(&web, parts)),
        }
    }
}

fn guarded(parts: &Parts) -> Result<&Guarded, Rejection> {
    parts.extensions.get().ok_or_else(|| Rejection::unguarded(parts))
}
