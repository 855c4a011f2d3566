//! The extractors of guarded routes.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mfakit::organization::{OrgId, OrgRefusal, Reminded};
use mfakit::{Assurance, Error, Refusal, Session, StepUpRule, Subject};

use crate::rejection::{MfaRejection, return_to};
use crate::session::Held;
use crate::visit::Visit;
use crate::web::MfaWeb;

/// A request that a guard has let pass.
#[derive(Clone)]
pub(super) struct Guarded(pub(super) MfaWeb, pub(super) SessionUser);

/// The signed-in user, behind a [`Guard`](super::Guard). On a route without one it is refused with
/// status 500.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInUser {
    assurance: Assurance,
    reminded: Option<Reminded>,
    low_codes: Option<usize>,
}

impl SignedInUser {
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

    /// The number of recovery codes left, if the last sign-in found them few.
    pub fn low_codes(&self) -> Option<usize> {
        self.low_codes
    }
}

impl<S: Sync> FromRequestParts<S> for SignedInUser {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MfaRejection> {
        let Guarded(web, user) = guarded(parts)?.clone();
        user.full().ok_or_else(|| MfaRejection::set_up_first(&web, parts))
    }
}

/// The user of a session that is full or limited, behind a [`Guard`](super::Guard): for what stays
/// reachable [behind the wall](super::Guard::behind_the_wall).
#[derive(Debug, Clone)]
pub struct SessionUser {
    pub(super) held: Held,
    pub(super) reminded: Option<Reminded>,
    pub(super) low_codes: Option<usize>,
}

impl SessionUser {
    /// The user.
    pub fn subject(&self) -> &Subject {
        self.held.session().subject()
    }

    /// The session: pass it to those operations of [`Mfa`](mfakit::Mfa) that take either.
    pub fn session(&self) -> &dyn Session {
        self.held.session()
    }

    /// The full session; `None` when it is limited.
    pub fn assurance(&self) -> Option<&Assurance> {
        match &self.held {
            Held::Full(session) => Some(session),
            Held::Limited(_) => None,
        }
    }

    /// The user of a full session; `None` when the session is limited.
    pub fn full(self) -> Option<SignedInUser> {
        let Self { held, reminded, low_codes } = self;
        match held {
            Held::Full(assurance) => Some(SignedInUser { assurance, reminded, low_codes }),
            Held::Limited(_) => None,
        }
    }

    /// The organizations that ask for two-factor authentication soon, and by when.
    pub fn reminded(&self) -> Option<&Reminded> {
        self.reminded.as_ref()
    }

    /// The number of recovery codes left, if the last sign-in found them few.
    pub fn low_codes(&self) -> Option<usize> {
        self.low_codes
    }
}

impl<S: Sync> FromRequestParts<S> for SessionUser {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MfaRejection> {
        guarded(parts).map(|Guarded(_, user)| user.clone())
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
    user: SignedInUser,
    action: PhantomData<A>,
}

impl<A> std::ops::Deref for SteppedUp<A> {
    type Target = SignedInUser;
    fn deref(&self) -> &SignedInUser {
        &self.user
    }
}

impl<A> fmt::Debug for SteppedUp<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SteppedUp").field(&self.user).finish()
    }
}

impl<S: Sync, A: Action> FromRequestParts<S> for SteppedUp<A> {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MfaRejection> {
        let user = SignedInUser::from_request_parts(parts, &()).await?;
        let web = guarded(parts)?.0.clone();
        let checked = match web.rules().require(A::NAME) {
            Ok(rule) => web.mfa().guard(&user.assurance, rule).await,
            Err(refusal) => Err(refusal.into()),
        };
        match checked {
            Ok(_) => Ok(Self { user, action: PhantomData }),
            Err(Error::Refused(Refusal::StepUp(unmet))) => {
                let to = return_to(&web, parts);
                let visit = Visit::enter(&web, parts.clone()).await?;
                Err(visit.step_up(A::NAME, &unmet, &to).await)
            }
            Err(Error::Refused(Refusal::SignInAgain)) => Err(MfaRejection::void(&web, parts)),
            Err(Error::Refused(Refusal::SetUpFirst(_))) => {
                Err(MfaRejection::set_up_first(&web, parts))
            }
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
    user: SignedInUser,
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
    type Target = SignedInUser;
    fn deref(&self) -> &SignedInUser {
        &self.user
    }
}

impl<O> fmt::Debug for MemberOf<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemberOf").field(&self.organization).field(&self.user).finish()
    }
}

impl<S: Sync, O: OfOrganization> FromRequestParts<S> for MemberOf<O> {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MfaRejection> {
        let user = SignedInUser::from_request_parts(parts, &()).await?;
        let web = guarded(parts)?.0.clone();
        let Some(organization) = O::read(parts) else {
            return Err(MfaRejection::not_a_member(parts).with_page(&web, parts));
        };
        let any = StepUpRule::signed_in();
        match web.mfa().guard_organization(&organization, &user.assurance, &any).await {
            Ok(_) => Ok(Self { user, organization, of: PhantomData }),
            Err(Error::Refused(Refusal::Organization(OrgRefusal::NotAMember(_)))) => {
                Err(MfaRejection::not_a_member(parts).with_page(&web, parts))
            }
            Err(Error::Refused(Refusal::SignInAgain)) => Err(MfaRejection::void(&web, parts)),
            Err(Error::Refused(Refusal::SetUpFirst(_))) => {
                Err(MfaRejection::set_up_first(&web, parts))
            }
            Err(error) => Err(MfaRejection::failed(parts, error).with_page(&web, parts)),
        }
    }
}

fn guarded(parts: &Parts) -> Result<&Guarded, MfaRejection> {
    parts.extensions.get().ok_or_else(|| MfaRejection::unguarded(parts))
}
