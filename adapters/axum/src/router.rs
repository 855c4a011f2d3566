//! The route table: each path with its handlers, and nothing else.
//!
//! | route | GET | POST |
//! |---|---|---|
//! | `/setup` | the setup's screen, wherever it stands | "Start setup" |
//! | `/setup/confirm` | the field for the code ("Next") | "Confirm" |
//! | `/setup/reissue` | | new codes after a reload lost them |
//! | `/setup/finish` | | "I have saved my codes" |
//! | `/setup/done` | "Done" | |
//! | `/setup/cancel` | | "Cancel", to the profile |
//! | `/challenge` | the verification screen | "Verify" |
//! | `/challenge/recovery` | "Use a recovery code" | "Verify" |
//! | `/challenge/enrollment` | | an enrollment code, after a reset |
//! | `/challenge/cancel` | | "Cancel", to the sign-in page |
//! | `/step-up` | opens a challenge for an action | |
//! | `/sign-in-again` | to the host's re-authentication | |
//! | `/factors` | factors and codes | |
//! | `/factors/{factor}/prefer`, `/rename` | | |
//! | `/factors/{factor}/remove` | are you sure? | removes it |
//! | `/codes` | are you sure? | new recovery codes |
//! | `/disable` | are you sure? | switches MFA off |
//! | `/api/...` | the JSON API: see `api/mod.rs` | |
//! | `/assets/mfa.css`, `/assets/mfa.js` | the files | |

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::map_response;
use axum::routing::{get, post};

use crate::guards::SameOrigin;
use crate::handlers::{challenge, manage, setup, step_up};
use crate::rejection::MfaRejection;
use crate::safety::{MAX_BODY, guarded};
use crate::web::MfaWeb;
use crate::{api, assets};

impl MfaWeb {
    /// The adapter's routes. Merge them into the application's router, inside its session layer;
    /// they have the prefix already.
    pub fn router<S>(&self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let pages = Router::new()
            .route("/setup", get(setup::screen).post(setup::start))
            .route("/setup/confirm", get(setup::code).post(setup::confirm))
            .route("/setup/reissue", post(setup::reissue))
            .route("/setup/finish", post(setup::finish))
            .route("/setup/done", get(setup::done))
            .route("/setup/cancel", post(setup::cancel))
            .route("/challenge", get(challenge::screen).post(challenge::code))
            .route("/challenge/recovery", get(challenge::recovery).post(challenge::recover))
            .route("/challenge/enrollment", post(challenge::enroll))
            .route("/challenge/cancel", post(challenge::cancel))
            .route("/step-up", get(step_up::open))
            .route("/sign-in-again", get(step_up::sign_in_again))
            .route("/factors", get(manage::screen))
            .route("/factors/{factor}/prefer", post(manage::prefer))
            .route("/factors/{factor}/rename", post(manage::rename))
            .route("/factors/{factor}/remove", get(manage::sure_remove).post(manage::remove))
            .route("/codes", get(manage::sure_regenerate).post(manage::regenerate))
            .route("/disable", get(manage::sure_disable).post(manage::disable))
            .route(assets::STYLE, get(assets::style))
            .route(assets::SCRIPT, get(assets::script))
            .nest(api::AT, api::router())
            .fallback(no_such_page)
            .method_not_allowed_fallback(no_such_method)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(SameOrigin::new())
            .layer(map_response(async |response| guarded(response)))
            .with_state(self.clone());
        Router::new().nest(self.prefix(), pages)
    }
}

async fn no_such_page(State(web): State<MfaWeb>, parts: Parts) -> MfaRejection {
    let detail = "there is nothing at this path";
    let rejection = MfaRejection::new(&parts, StatusCode::NOT_FOUND, "no_such_route", detail);
    rejection.with_page(&web, &parts)
}

async fn no_such_method(State(web): State<MfaWeb>, parts: Parts) -> MfaRejection {
    let detail = "the path does not take this method";
    let status = StatusCode::METHOD_NOT_ALLOWED;
    MfaRejection::new(&parts, status, "no_such_method", detail).with_page(&web, &parts)
}
