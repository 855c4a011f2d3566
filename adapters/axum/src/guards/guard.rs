//! The layer: signed in with what is required, or turned away.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use mfakit::organization::{OrgId, OrgRefusal};
use mfakit::{Error, LimitedTo, Refusal, StepUpRule};
use tower_layer::Layer;
use tower_service::Service;

use super::Boxed;
use super::extract::{Guarded, SessionUser};
use crate::rejection::{MfaRejection, return_to};
use crate::safety::append;
use crate::session::Held;
use crate::visit::Visit;
use crate::web::{MfaWeb, SIGN_IN};

type Organization = dyn Fn(&Parts) -> Option<OrgId> + Send + Sync;

/// Rejects every request whose session is not fully signed in, current, and compliant with the
/// policies of the user's organizations.
///
/// ```
/// # use axum::{Router, routing::get};
/// # use mfakit_axum::MfaWeb;
/// # fn app(web: MfaWeb) -> Router {
/// # async fn dashboard() {}
/// # async fn payout() {}
/// # async fn profile() {}
/// let payouts = Router::new()
///     .route("/payout", get(payout).post(payout))
///     .route_layer(web.guard().step_up("payout"));
/// Router::new()
///     .route("/dashboard", get(dashboard))
///     .route_layer(web.guard())
///     .merge(payouts)
///     .merge(Router::new().route("/profile", get(profile)).route_layer(web.guard().behind_the_wall()))
///     .merge(web.router())
/// # }
/// ```
///
/// Put it inside the host's session layer. The routes behind it may use
/// [`SignedInUser`](super::SignedInUser).
#[derive(Clone)]
pub struct Guard {
    web: MfaWeb,
    action: Option<Arc<str>>,
    organization: Option<Arc<Organization>>,
    behind_the_wall: bool,
    api: bool,
}

impl MfaWeb {
    /// A guard for a route or a group of them.
    pub fn guard(&self) -> Guard {
        let (action, organization) = (None, None);
        Guard { web: self.clone(), action, organization, behind_the_wall: false, api: false }
    }
}

impl Guard {
    /// Asks for what the step-up rule of this name wants, as well. A name without a rule
    /// rejects every request.
    #[must_use]
    pub fn step_up(mut self, action: &str) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Lets only members of an organization pass, and not those for whom its policy has closed. The
    /// function reads the organization from the request, from its path for instance; `None`
    /// turns the request away.
    #[must_use]
    pub fn organization(
        mut self,
        of: impl Fn(&Parts) -> Option<OrgId> + Send + Sync + 'static,
    ) -> Self {
        self.organization = Some(Arc::new(of));
        self
    }

    /// Also lets those pass who have to set up two-factor authentication first, or to prove a stronger
    /// factor. For what must stay
    /// reachable: verifying the e-mail address, the profile page. The routes behind it use
    /// [`SessionUser`], whose session may be limited. Beside [`step_up`](Self::step_up) or
    /// [`organization`](Self::organization) it opens nothing.
    #[must_use]
    pub fn behind_the_wall(mut self) -> Self {
        self.behind_the_wall = true;
        self
    }

    /// Answers with problem details, also where the request would take a page.
    #[must_use]
    pub fn api(mut self) -> Self {
        self.api = true;
        self
    }

    /// Whether this visit may go on, and what the routes behind may know of it.
    async fn admit(&self, visit: &Visit) -> Result<SessionUser, MfaRejection> {
        let (web, parts) = (&visit.web, &visit.parts);
        let state = visit.signed_in()?;
        let user = |reminded| SessionUser {
            held: state.held.clone(),
            reminded,
            low_codes: state.low_codes,
        };
        let session = match &state.held {
            Held::Full(session) => session,
            Held::Limited(limited) => {
                let walled = matches!(
                    limited.next_step(),
                    LimitedTo::SetUp(_) | LimitedTo::StepUp(_) | LimitedTo::Replace(_)
                );
                return match walled && self.opens_to_the_walled() {
                    true => Ok(user(None)),
                    false => Err(visit.limited_to(limited.next_step())),
                };
            }
        };
        let any = StepUpRule::signed_in();
        let rule = match &self.action {
            Some(action) => match web.rules().require(action) {
                Ok(rule) => rule,
                Err(refusal) => return Err(visit.refused(refusal.into()).await),
            },
            None => &any,
        };
        let admitted = match &self.organization {
            Some(of) => {
                let org = of(parts);
                let org =
                    org.ok_or_else(|| MfaRejection::not_a_member(parts).with_page(web, parts))?;
                web.mfa().guard_organization(&org, session, rule).await
            }
            None => web.mfa().guard(session, rule).await,
        };
        match admitted {
            Ok(admitted) => Ok(user(admitted.reminded)),
            // Without a rule of its own it is the policies that ask.
            Err(Error::Refused(Refusal::SetUpFirst(_) | Refusal::StepUp(_)))
                if self.opens_to_the_walled() =>
            {
                Ok(user(None))
            }
            Err(Error::Refused(Refusal::StepUp(unmet))) => {
                let (to, action) = (return_to(web, parts), self.action.as_deref());
                Err(visit.step_up(action.unwrap_or(SIGN_IN), &unmet, &to).await)
            }
            Err(Error::Refused(Refusal::Organization(OrgRefusal::NotAMember(_)))) => {
                Err(MfaRejection::not_a_member(parts).with_page(web, parts))
            }
            Err(error) => Err(visit.refused(error).await),
        }
    }

    /// Whether this is one of the ways out: a route with a rule or an organization of its own is not.
    fn opens_to_the_walled(&self) -> bool {
        self.behind_the_wall && self.action.is_none() && self.organization.is_none()
    }
}

impl<S> Layer<S> for Guard {
    type Service = GuardService<S>;
    fn layer(&self, inner: S) -> Self::Service {
        GuardService { guard: self.clone(), inner }
    }
}

/// What a [`Guard`] makes of a service.
#[derive(Debug, Clone)]
pub struct GuardService<S> {
    guard: Guard,
    inner: S,
}

impl<S> Service<Request> for GuardService<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Boxed;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let guard = self.guard.clone();
        // The one that was polled to readiness is the one to call.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match pass(&guard, &mut parts).await {
                Ok(headers) => {
                    let mut response = inner.call(Request::from_parts(parts, body)).await?;
                    append(response.headers_mut(), headers);
                    Ok(response)
                }
                Err(rejection) if guard.api => Ok(rejection.into_problem().into_response()),
                Err(rejection) => Ok(rejection.into_response()),
            }
        })
    }
}

/// Writes what the visit has changed, whether it may pass or not: a challenge that was opened has to
/// be there when its page is asked for.
async fn pass(guard: &Guard, parts: &mut Parts) -> Result<axum::http::HeaderMap, MfaRejection> {
    let mut visit = Visit::enter(&guard.web, parts.clone()).await?;
    let admitted = guard.admit(&visit).await;
    match admitted {
        Ok(user) => {
            let headers = visit.write().await?;
            parts.extensions.insert(Guarded(guard.web.clone(), user));
            Ok(headers)
        }
        // A session that was just ended must not be written again.
        Err(rejection) if rejection.ends_the_session() => Err(rejection),
        Err(rejection) => {
            let headers = visit.write().await?;
            Err(rejection.with_headers(headers))
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("step_up", &self.action).finish_non_exhaustive()
    }
}
