//! One request of one visitor: who they are, how far their session has come, what is written back.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use mfakit::organization::{Gate, OrgId};
use mfakit::step_up::{NextStep, Unmet};
use mfakit::{Assurance, Error, Limited, LimitedTo, Refusal, SignIn, SignedIn, StepUpRule};

use crate::host::{HostError, Token, Visitor};
use crate::rejection::{MfaRejection, return_to};
use crate::safety::{Fields, ReturnPath, append};
use crate::session::{Held, Session, SignedInState, State, first_factor_at};
use crate::texts::Texts;
use crate::web::MfaWeb;

/// The name under which the adapter's own pages ask for a step-up.
pub(crate) const MANAGE: &str = "mfa.manage";

/// A request of a known visitor, with the adapter's value of the session.
///
/// What changes is written once, when the answer is ready: a host whose session is a cookie has the
/// old token until then.
pub(crate) struct Visit {
    pub(crate) web: MfaWeb,
    pub(crate) parts: Parts,
    pub(crate) visitor: Visitor,
    pub(crate) session: Session,
    write: Option<Token>,
}

impl Visit {
    /// Finds out who visits, and takes the session as far as what it has proven goes.
    ///
    /// A visitor whom the host has signed in and the adapter does not know yet starts here with a
    /// first factor, however they signed in; one who has proven it again is fresh.
    pub(crate) async fn enter(web: &MfaWeb, parts: Parts) -> Result<Self, MfaRejection> {
        let host = web.host();
        let known = host.visitor(&parts).await;
        let known = known
            .map_err(|error| MfaRejection::host_failed(&parts, error).with_page(web, &parts))?;
        let Some(visitor) = known else { return Err(MfaRejection::signed_out(web, &parts)) };
        let kept = host.read(&parts).await;
        let kept =
            kept.map_err(|error| MfaRejection::host_failed(&parts, error).with_page(web, &parts))?;
        let kept = kept.filter(|session| session.subject() == visitor.first_factor.subject());
        let web = web.clone();
        match kept {
            Some(session) if !is_newer(&visitor, &session) => match session.limited().cloned() {
                Some(limited) => Self::readmit(web, parts, visitor, session, &limited).await,
                None => Ok(Self { web, parts, visitor, session, write: None }),
            },
            Some(session) => match session.held().cloned() {
                Some(held) => Self::reauthenticate(web, parts, visitor, session, &held).await,
                None => Self::begin(web, parts, visitor).await,
            },
            None => Self::begin(web, parts, visitor).await,
        }
    }

    async fn begin(web: MfaWeb, parts: Parts, visitor: Visitor) -> Result<Self, MfaRejection> {
        let session = match web.mfa().sign_in(visitor.first_factor.clone()).await {
            Ok(SignIn::Challenge(challenge)) => {
                let to = return_to(&web, &parts);
                let challenge = challenge.clone().with_return_to(to.as_str()).unwrap_or(challenge);
                Session::waiting(challenge)
            }
            Ok(SignIn::Done(signed_in)) => Session::signed_in(signed_in),
            Err(error) => return Err(Self::turned_away(&web, &parts, error).await),
        };
        Ok(Self { web, parts, visitor, session, write: Some(Token::Keep) })
    }

    async fn reauthenticate(
        web: MfaWeb,
        parts: Parts,
        visitor: Visitor,
        mut session: Session,
        held: &Held,
    ) -> Result<Self, MfaRejection> {
        let first = visitor.first_factor.clone();
        match web.mfa().reauthenticate(held.session(), first).await {
            Ok(signed_in) => session.keep(signed_in),
            Err(error) => return Err(Self::turned_away(&web, &parts, error).await),
        }
        Ok(Self { web, parts, visitor, session, write: Some(Token::Keep) })
    }

    /// A limited session goes on as soon as nothing comes first any more: its policy was relaxed, its
    /// user exempted.
    async fn readmit(
        web: MfaWeb,
        parts: Parts,
        visitor: Visitor,
        mut session: Session,
        limited: &Limited,
    ) -> Result<Self, MfaRejection> {
        let write = match web.mfa().readmit(limited).await {
            Ok(SignedIn::Limited(still)) if still == *limited => None,
            Ok(signed_in) => {
                session.keep(signed_in);
                Some(Token::Keep)
            }
            Err(error) => return Err(Self::turned_away(&web, &parts, error).await),
        };
        Ok(Self { web, parts, visitor, session, write })
    }

    /// An error that no page of ours can do anything about. A void session is signed out.
    async fn turned_away(web: &MfaWeb, parts: &Parts, error: Error) -> MfaRejection {
        let Error::Refused(refusal) = &error else {
            return MfaRejection::failed(parts, error).with_page(web, parts);
        };
        if let Refusal::StepUp(unmet) = refusal {
            return MfaRejection::step_up(web, parts, MANAGE, unmet, &return_to(web, parts));
        }
        if *refusal == Refusal::RegenerateFirst {
            return MfaRejection::regenerate_first(web, parts);
        }
        if matches!(refusal, Refusal::SetUpFirst(_)) {
            return MfaRejection::set_up_first(web, parts);
        }
        if !is_void(refusal) {
            return MfaRejection::failed(parts, error).with_page(web, parts);
        }
        match web.host().sign_out(parts).await {
            Ok(headers) => MfaRejection::void(web, parts).with_headers(headers),
            Err(error) => MfaRejection::host_failed(parts, error).with_page(web, parts),
        }
    }

    /// What this error means for the request.
    pub(crate) async fn refused(&self, error: Error) -> MfaRejection {
        if let Error::Refused(Refusal::StepUp(unmet)) = &error {
            return self.step_up(MANAGE, unmet, &return_to(&self.web, &self.parts)).await;
        }
        Self::turned_away(&self.web, &self.parts, error).await
    }

    /// The signed-in session. A pending sign-in reaches nothing but the challenge.
    pub(crate) fn signed_in(&self) -> Result<&SignedInState, MfaRejection> {
        match &self.session.state {
            State::SignedIn(signed_in) => Ok(signed_in),
            State::Waiting(_) => Err(MfaRejection::second_factor_awaited(&self.web, &self.parts)),
        }
    }

    pub(crate) fn signed_in_mut(&mut self) -> Option<&mut SignedInState> {
        match &mut self.session.state {
            State::SignedIn(signed_in) => Some(signed_in),
            State::Waiting(_) => None,
        }
    }

    /// The session, full or limited, for what takes either.
    pub(crate) fn held(&self) -> Result<Held, MfaRejection> {
        self.signed_in().map(|signed_in| signed_in.held.clone())
    }

    /// The full session. A limited one reaches what comes first, and nothing else.
    pub(crate) fn assurance(&self) -> Result<Assurance, MfaRejection> {
        match &self.signed_in()?.held {
            Held::Full(session) => Ok(session.clone()),
            Held::Limited(limited) => Err(self.limited_to(limited.next_step())),
        }
    }

    /// Turns a limited session away to what comes first.
    pub(crate) fn limited_to(&self, step: &LimitedTo) -> MfaRejection {
        match step {
            LimitedTo::RegenerateCodes => MfaRejection::regenerate_first(&self.web, &self.parts),
            LimitedTo::StepUp(_) => MfaRejection::step_up_first(&self.web, &self.parts),
            _ => MfaRejection::set_up_first(&self.web, &self.parts),
        }
    }

    /// Whether the session still counts, and what the organizations say to its user.
    pub(crate) async fn gate(&self) -> Result<Gate, MfaRejection> {
        let mfa = self.web.mfa();
        let limited = match &self.signed_in()?.held {
            Held::Full(session) => {
                return match mfa.guard(session, &StepUpRule::signed_in()).await {
                    Ok(admitted) => Ok(admitted.reminded.map_or(Gate::Allow, Gate::AllowAndRemind)),
                    Err(Error::Refused(Refusal::SetUpFirst(walled))) => {
                        Ok(Gate::SetUpFirst(walled))
                    }
                    Err(error) => Err(self.refused(error).await),
                };
            }
            // It was decided on again when this visit began.
            Held::Limited(limited) => limited,
        };
        if let LimitedTo::SetUp(walled) = limited.next_step() {
            return Ok(Gate::SetUpFirst(walled.clone()));
        }
        match mfa.access(limited.subject()).await {
            Ok(access) => Ok(access.gate),
            // Without organizations there is no wall.
            Err(Error::MissingPort(_)) => Ok(Gate::Allow),
            Err(error) => Err(self.refused(error).await),
        }
    }

    /// Turns the session away if the account's credentials have changed since it proved them.
    pub(crate) async fn still_counts(&self) -> Result<(), MfaRejection> {
        self.gate().await.map(drop)
    }

    /// Checks the session against a rule, from the account as it is stored now.
    pub(crate) async fn check(
        &self,
        rule: &StepUpRule,
        to: &ReturnPath,
    ) -> Result<(), MfaRejection> {
        match self.web.mfa().guard_now(&self.assurance()?, rule).await {
            Ok(_) => Ok(()),
            Err(Error::Refused(Refusal::StepUp(unmet))) => {
                Err(self.step_up(MANAGE, &unmet, to).await)
            }
            Err(error) => Err(self.refused(error).await),
        }
    }

    /// Asks for more evidence. A visitor whose first factor is asked for, and who comes back from
    /// there with the one that they had, is not sent there once more: they would go in circles
    /// between a guard and an identity provider that vouches for its own old session.
    pub(crate) async fn step_up(
        &self,
        action: &str,
        unmet: &Unmet,
        to: &ReturnPath,
    ) -> MfaRejection {
        let (web, parts) = (&self.web, &self.parts);
        let first = unmet.ways().next().and_then(|way| way.first());
        let again = matches!(first, Some(NextStep::SignIn(_) | NextStep::SignInOtherwise));
        if let Some(state) = self.session.held_state().filter(|_| again)
            && state.came_back_with_the_same()
        {
            let vouched = self.visitor.first_factor.clone();
            let again = web.mfa().reauthenticate(state.held.session(), vouched).await;
            if matches!(again, Err(Error::Refused(Refusal::FirstFactorNotNewer))) {
                return MfaRejection::not_renewed(web, parts, unmet, to);
            }
        }
        MfaRejection::step_up(web, parts, action, unmet, to)
    }

    /// The fields of the query. A field that is there twice counts once, as in a form.
    pub(crate) fn query(&self) -> Fields {
        Fields::parse(self.parts.uri.query().unwrap_or_default().as_bytes())
    }

    /// The names of the first three organizations; an identifier stands for one that the host cannot
    /// name.
    pub(crate) async fn names_of(&self, organizations: &[OrgId]) -> Vec<String> {
        let mut names = Vec::new();
        for org in organizations.iter().take(3) {
            let named = self.web.host().organization_name(org).await;
            names.push(named.unwrap_or_else(|_| org.as_str().to_owned()));
        }
        names
    }

    pub(crate) fn texts(&self) -> &Texts {
        self.web.texts(&self.parts)
    }

    /// The session is to be written with the answer.
    pub(crate) fn changed(&mut self) {
        self.write.get_or_insert(Token::Keep);
    }

    /// The session is worth more than before: it is written, under a new token.
    pub(crate) fn raised(&mut self) {
        self.write = Some(Token::Renew);
    }

    /// Writes the session if it changed. The headers belong to the response.
    pub(crate) async fn write(&mut self) -> Result<HeaderMap, MfaRejection> {
        let Some(token) = self.write.take() else { return Ok(HeaderMap::new()) };
        match self.web.host().write(&self.parts, &self.session, token).await {
            Ok(headers) => Ok(headers),
            Err(error) => Err(self.not_written(error).await),
        }
    }

    /// A session that another request has ended, or raised under a new token, while this one was
    /// under way is no failure: this request belongs to no session any more.
    async fn not_written(&self, error: HostError) -> MfaRejection {
        match self.web.host().visitor(&self.parts).await {
            Ok(None) => MfaRejection::signed_out(&self.web, &self.parts),
            _ => MfaRejection::host_failed(&self.parts, error).with_page(&self.web, &self.parts),
        }
    }

    /// Answers, after the session is written.
    pub(crate) async fn answer(mut self, response: impl IntoResponse) -> Response {
        match self.write().await {
            Ok(headers) => {
                let mut response = response.into_response();
                append(response.headers_mut(), headers);
                response
            }
            Err(rejection) => rejection.into_response(),
        }
    }

    /// Ends the session altogether, and answers.
    pub(crate) async fn sign_out(self, response: Response) -> Response {
        match self.web.host().sign_out(&self.parts).await {
            Ok(headers) => {
                let mut response = response;
                append(response.headers_mut(), headers);
                response
            }
            Err(error) => MfaRejection::host_failed(&self.parts, error)
                .with_page(&self.web, &self.parts)
                .into_response(),
        }
    }
}

impl FromRequestParts<MfaWeb> for Visit {
    type Rejection = MfaRejection;

    async fn from_request_parts(parts: &mut Parts, web: &MfaWeb) -> Result<Self, MfaRejection> {
        Self::enter(web, parts.clone()).await
    }
}

/// Whether the host vouches for a first factor that the session does not know yet.
fn is_newer(visitor: &Visitor, session: &Session) -> bool {
    let evidence = match &session.state {
        State::Waiting(challenge) => challenge.evidence(),
        State::SignedIn(signed_in) => signed_in.held.session().evidence(),
    };
    first_factor_at(evidence).is_none_or(|held| visitor.first_factor.at() > held)
}

/// Refusals that leave nothing but to sign in from the start.
fn is_void(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::SignInAgain
            | Refusal::ForeignSession
            | Refusal::EnrollmentNeeded
            | Refusal::FirstFactorOutOfDate
            | Refusal::ProofMismatch
            | Refusal::ProofTooOld
            | Refusal::Moved
    )
}

impl MfaWeb {
    /// Keeps what an operation of [`Mfa`](mfakit::Mfa) returned for this session: the session under
    /// its new stamp. The headers belong to the response.
    ///
    /// # Errors
    /// [`HostError`] when the session could not be written.
    pub async fn keep(
        &self,
        request: &Parts,
        now_proven: SignedIn,
    ) -> Result<HeaderMap, HostError> {
        let kept = self.host().read(request).await?;
        let session = match kept {
            Some(mut session) if session.held().is_some() => {
                session.keep(now_proven);
                session
            }
            _ => Session::signed_in(now_proven),
        };
        self.host().write(request, &session, Token::Renew).await
    }
}
