//! Two-factor sign-in on plain axum: a sign-in form, the challenge, the setup, one protected route.
//!
//! Sessions are kept in memory, under a random token in a cookie. What is kept of each comes from the
//! library: a challenge that waits for its answer, or a session that is full or limited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Form, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::TimeDelta;
use mfakit::ports::{Entropy, OsEntropy};
use mfakit::step_up::Needed;
use mfakit::{
    Answer, Challenge, Confirmed, EmailStatus, Error, FirstFactor, Mfa, NewFactor, Prompt, Refusal,
    SetupId, SetupPrompt, SignIn, SignedIn, StepUpRule, Subject, Verdict,
};
use serde::Deserialize;

/// The one user. A real application looks its users up, and checks a hash.
const USER: (&str, &str) = ("ada", "correct horse battery staple");

#[derive(Clone)]
struct App {
    mfa: Mfa,
    /// The rule of a payout: a second factor, no older than five minutes.
    payout: StepUpRule,
    sessions: Arc<Mutex<HashMap<String, Session>>>,
}

/// The state kept for a browser.
#[derive(Clone, Default)]
struct Session {
    signed_in: Option<SignedIn>,
    challenge: Option<Challenge>,
    setup: Option<SetupId>,
}

/// The application, on a library that is built.
pub fn app(mfa: Mfa) -> Router {
    let payout = StepUpRule::fresh(Needed::SecondFactor, TimeDelta::minutes(5));
    let app = App { mfa, payout, sessions: Arc::default() };
    Router::new()
        .route("/", get(home))
        .route("/payout", get(pay_out))
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/challenge", get(challenge).post(answer))
        .route("/setup", get(setup).post(confirm))
        .route("/setup/done", post(finish))
        .with_state(app)
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct Typed {
    code: String,
}

async fn sign_in_form() -> Html<&'static str> {
    Html(
        "<h1>Sign in</h1><form method=post><input name=name><input name=password type=password>\
         <button>Sign in</button></form>",
    )
}

async fn sign_in(State(app): State<App>, Form(typed): Form<Credentials>) -> Page {
    if (typed.name.as_str(), typed.password.as_str()) != USER {
        return Ok((StatusCode::UNAUTHORIZED, sign_in_form().await).into_response());
    }
    let user = Subject::new(typed.name).map_err(Refusal::from)?;
    let first = FirstFactor::password(user, app.mfa.context()?.now());
    match app.mfa.sign_in(first).await? {
        SignIn::Done(signed_in) => app.enter(signed_in, "/"),
        SignIn::Challenge(challenge) => {
            app.begin(Session { challenge: Some(challenge), ..Session::default() }, "/challenge")
        }
    }
}

async fn challenge(State(app): State<App>, headers: HeaderMap) -> Page {
    let Some(challenge) = app.session(&headers).challenge else { return Ok(to("/sign-in")) };
    let ask = app.mfa.ask(&challenge).await?;
    let ways = ask.prompts.iter().map(|prompt| match prompt {
        Prompt::Totp { label, digits, .. } => format!("<li>the {digits} digits of {label}"),
        Prompt::Recovery => "<li>a recovery code".to_owned(),
        _ => "<li>an enrollment code".to_owned(),
    });
    let ways: String = ways.collect();
    Ok(form("Prove that it is you", &format!("Enter one of<ul>{ways}</ul>"), "/challenge"))
}

async fn answer(State(app): State<App>, headers: HeaderMap, Form(typed): Form<Typed>) -> Page {
    let Some(challenge) = app.session(&headers).challenge else { return Ok(to("/sign-in")) };
    // Digits are a code of the app; a recovery code is longer.
    let answer = match typed.code.trim().len() {
        0..=8 => Answer::code(&typed.code),
        _ => Answer::recovery(&typed.code),
    };
    match app.mfa.answer(&challenge, answer).await? {
        Verdict::Passed(passed) => {
            app.enter(passed.signed_in, passed.return_to.as_deref().unwrap_or("/"))
        }
        Verdict::Rejected(why) => Ok(form("Try again", &why.to_string(), "/challenge")),
    }
}

async fn setup(State(app): State<App>, headers: HeaderMap) -> Page {
    let Some(signed_in) = app.session(&headers).signed_in else { return Ok(to("/sign-in")) };
    let (name, _) = USER;
    let new = NewFactor::totp("Phone", name).map_err(Refusal::from)?;
    let setup = app.mfa.begin_setup(signed_in.session(), new, EmailStatus::Verified).await?;
    app.change(&headers, |session| session.setup = Some(setup.id()));
    let SetupPrompt::Totp(app) = setup.prompt() else { return Ok(to("/setup")) };
    let (qr, key) = (app.qr_svg(), app.manual_key());
    Ok(form("Scan this", &format!("{}<p>{key}</p>Then enter its code.", &*qr), "/setup"))
}

async fn confirm(State(app): State<App>, headers: HeaderMap, Form(typed): Form<Typed>) -> Page {
    let Session { signed_in: Some(signed_in), setup: Some(setup), .. } = app.session(&headers)
    else {
        return Ok(to("/setup"));
    };
    match app.mfa.confirm_setup(signed_in.session(), setup, Answer::code(&typed.code)).await? {
        Confirmed::FirstFactor(codes) => {
            let codes = codes.iter().map(|code| format!("<li>{}", &*code.reveal()));
            let codes: String = codes.collect();
            Ok(form("Save these codes", &format!("<ul>{codes}</ul>"), "/setup/done"))
        }
        Confirmed::Added(signed_in) | Confirmed::Replaced(signed_in, _) => {
            app.enter(signed_in, "/")
        }
        Confirmed::Rejected(why) => Ok(form("Try again", &why.to_string(), "/setup")),
    }
}

async fn finish(State(app): State<App>, headers: HeaderMap) -> Page {
    let Session { signed_in: Some(signed_in), setup: Some(setup), .. } = app.session(&headers)
    else {
        return Ok(to("/setup"));
    };
    app.enter(app.mfa.finish_setup(signed_in.session(), setup).await?, "/")
}

async fn home(State(app): State<App>, headers: HeaderMap) -> Page {
    app.guarded(&headers, &StepUpRule::signed_in(), "/", "Hello.").await
}

async fn pay_out(State(app): State<App>, headers: HeaderMap) -> Page {
    let rule = app.payout.clone();
    app.guarded(&headers, &rule, "/payout", "Paid.").await
}

impl App {
    /// A page for a full session that satisfies a rule. Any other visitor is sent to what comes
    /// first.
    async fn guarded(
        &self,
        headers: &HeaderMap,
        rule: &StepUpRule,
        path: &str,
        page: &str,
    ) -> Page {
        let session = match self.session(headers).signed_in {
            Some(SignedIn::Full(session, _)) => session,
            Some(SignedIn::Limited(_)) => return Ok(to("/setup")),
            None => return Ok(to("/sign-in")),
        };
        match self.mfa.guard(&session, rule).await {
            Ok(_) => Ok(Html(format!("<h1>{page}</h1>")).into_response()),
            Err(Error::Refused(Refusal::SignInAgain)) => Ok(to("/sign-in")),
            Err(Error::Refused(Refusal::SetUpFirst(_))) => Ok(to("/setup")),
            Err(Error::Refused(Refusal::StepUp(_))) => {
                match self.mfa.step_up(&session, path, rule).await {
                    Ok(challenge) => {
                        let challenge = challenge.with_return_to(path).map_err(Refusal::from)?;
                        self.change(headers, |session| session.challenge = Some(challenge));
                        Ok(to("/challenge"))
                    }
                    // There is nothing to ask for yet.
                    Err(Error::Refused(Refusal::NotEnabled)) => Ok(to("/setup")),
                    Err(other) => Err(other.into()),
                }
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Keeps a session, full or limited, under a new token.
    fn enter(&self, signed_in: SignedIn, path: &str) -> Page {
        let path = match &signed_in {
            SignedIn::Full(..) => path,
            // Here nothing but the setup ever comes first: see `limited.next_step()`.
            SignedIn::Limited(_) => "/setup",
        };
        let path = path.to_owned();
        self.begin(Session { signed_in: Some(signed_in), ..Session::default() }, &path)
    }

    fn begin(&self, session: Session, path: &str) -> Page {
        let mut token = [0; 16];
        OsEntropy.fill(&mut token).map_err(Error::from)?;
        let token = format!("{:032x}", u128::from_be_bytes(token));
        let cookie = format!("sid={token}; HttpOnly; SameSite=Lax; Path=/");
        self.sessions().insert(token, session);
        Ok(([(SET_COOKIE, cookie)], Redirect::to(path)).into_response())
    }

    fn session(&self, headers: &HeaderMap) -> Session {
        token(headers).and_then(|token| self.sessions().get(token).cloned()).unwrap_or_default()
    }

    fn change(&self, headers: &HeaderMap, change: impl FnOnce(&mut Session)) {
        let mut sessions = self.sessions();
        if let Some(session) = token(headers).and_then(|token| sessions.get_mut(token)) {
            change(session);
        }
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(COOKIE)?.to_str().ok()?.strip_prefix("sid=")
}

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

fn form(title: &str, text: &str, path: &str) -> Response {
    let field = if path == "/setup/done" { "" } else { "<input name=code>" };
    Html(format!(
        "<h1>{title}</h1>{text}<form method=post action={path}>{field}<button>Go on</button></form>"
    ))
    .into_response()
}

type Page = Result<Response, Failure>;

/// Whatever a page did not expect. A challenge that is over sends back to the sign-in.
struct Failure(Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self.0 {
            Error::Refused(Refusal::ChallengeExpired | Refusal::ChallengeSpent) => to("/sign-in"),
            Error::Refused(why) => (StatusCode::FORBIDDEN, why.to_string()).into_response(),
            _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
