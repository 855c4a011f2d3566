//! The extractors of guarded routes.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mfakit::organization::{Access, Gate, OrgId, OrgRefusal, Reminded};
use mfakit::{Assurance, Error, Refusal, Subject};

use crate::rejection::{MfaRejection, return_to};
use crate::web::MfaWeb;

/// A request that a guard has let pass.
#[derive(Clone)]
pub(super) struct Guarded(pub(super) MfaWeb, pub(super) SignedIn);

/// The signed-in user, behind a [`Guard`](super::Guard). On a route without one it is refused with
/// status 500.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub(super) assurance: Assurance,
    pub(super) reminded: Option<Reminded>,
    pub(super) low_codes: Option<usize>,
}

impl SignedIn {
    /// The user.
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

    /// The organizations that ask for two-factor authentication soon, and by when: for a reminder
    /// on the page.
    pub fn reminded(&self) -> Option<&Reminded> {
        self.reminded.as_ref()
    }

    /// How many recovery codes are left, when the last sign-in found them few.
    pub fn low_codes(&self) -> Option<usize> {
        self.low_codes
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MfaRejection> {
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

/// The signed-in user, who has proven what the rule of an action wants: the guard's
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
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MfaRejection> {
        let Guarded(web, signed_in) = guarded(parts)?.clone();
        let checked = match web.rules().require(A::NAME) {
            Ok(rule) => web.mfa().guard(rule, &signed_in.assurance).await,
            Err(refusal) => Err(refusal.into()),
        };
        match checked {
            Ok(_) => Ok(Self { signed_in, action: PhantomData }),
            Err(Error::Refused(Refusal::StepUp(unmet))) => {
                let to = return_to(&web, parts);
                Err(MfaRejection::step_up(&web, parts, A::NAME, &unmet, &to))
            }
            Err(Error::Refused(Refusal::SignInAgain)) => Err(MfaRejection::void(&web, parts)),
            Err(error) => Err(MfaRejection::failed(parts, error).with_page(&web, parts)),
        }
    }
}

/// The organization that a request is about, as a type.
///
/// ```
/// use axum::http::request::Parts;
/// use mfakit::organization::OrgId;
/// use mfakit_axum::{MemberOf, OfOrganization};
///
/// struct InPath;
/// impl OfOrganization for InPath {
///     fn read(request: &Parts) -> Option<OrgId> {
///         OrgId::new(request.uri.path().strip_prefix("/organizations/")?).ok()
///     }
/// }
///
/// async fn invoices(member: MemberOf<InPath>) -> String {
///     format!("{}'s invoices of {}", member.subject(), member.organization())
/// }
/// ```
pub trait OfOrganization: Send + Sync + 'static {
    /// Reads it from the request, from its path for instance; `None` turns the request away.
    fn read(request: &Parts) -> Option<OrgId>;
}

/// The signed-in user, who is a member of the organization that the request is about and is let in
/// by its policy: the guard's [`organization`](super::Guard::organization) as an extractor, for a handler
/// that must not be mounted without it. It stands behind a [`Guard`](super::Guard) too.
pub struct MemberOf<O> {
    signed_in: SignedIn,
    organization: OrgId,
    of: PhantomData<O>,
}

impl<O> MemberOf<O> {
    /// The organization.
    pub fn organization(&self) -> &OrgId {
        &self.organization
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
        f.debug_tuple("MemberOf").field(&self.organization).field(&self.signed_in).finish()
    }
}

impl<S: Sync, O: OfOrganization> FromRequestParts<S> for MemberOf<O> {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MfaRejection> {
        let Guarded(web, signed_in) = guarded(parts)?.clone();
        let Some(organization) = O::read(parts) else {
            return Err(MfaRejection::not_a_member(parts).with_page(&web, parts));
        };
        match web.mfa().guard_organization(&organization, &signed_in.assurance).await {
            Ok(Access { gate: Gate::SetUpFirst(_), .. }) => {
                Err(MfaRejection::set_up_first(&web, parts))
            }
            Ok(_) => Ok(Self { signed_in, organization, of: PhantomData }),
            Err(Error::Refused(Refusal::Organization(OrgRefusal::NotAMember(_)))) => {
                Err(MfaRejection::not_a_member(parts).with_page(&web, parts))
            }
            Err(Error::Refused(Refusal::SignInAgain)) => Err(MfaRejection::void(&web, parts)),
            Err(error) => Err(MfaRejection::failed(parts, error).with_page(&web, parts)),
        }
    }
}

fn guarded(parts: &Parts) -> Result<&Guarded, MfaRejection> {
    parts.extensions.get().ok_or_else(|| MfaRejection::unguarded(parts))
}
