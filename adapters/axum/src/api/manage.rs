//! Factors and recovery codes: the list, and what can be changed.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use mfakit::{FactorId, FactorStatus};
use serde::{Deserialize, Serialize};

use super::body::{Body, Nothing};
use super::caller::{Shown, SignedInCaller};
use super::{problem, status};
use crate::flows::manage::{self, Changed, WhyUnchanged};
use crate::rejection::MfaRejection;
use crate::safety::Fields;
use crate::visit::Visit;

#[derive(Serialize)]
struct FactorsBody {
    factors: Vec<FactorStatus>,
}

#[derive(Serialize)]
struct CodesBody {
    recovery_codes: Vec<Shown>,
    attempt: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attempt {
    attempt: u32,
}

type FactorPath = Result<Path<String>, PathRejection>;

/// `GET /factors`
pub(crate) async fn list(SignedInCaller(visit): SignedInCaller) -> Result<Response, MfaRejection> {
    let factors = manage::status(&visit).await?.factors;
    Ok(visit.json(&FactorsBody { factors }).await)
}

/// `POST /factors/{factor}/prefer`
pub(crate) async fn prefer(
    SignedInCaller(visit): SignedInCaller,
    factor: FactorPath,
    _: Body<Nothing>,
) -> Result<Response, MfaRejection> {
    let factor = known(&visit, factor)?;
    let changed = manage::prefer(&visit, factor).await?;
    settle(visit, changed).await
}

/// `POST /factors/{factor}/rename`
pub(crate) async fn rename(
    SignedInCaller(visit): SignedInCaller,
    factor: FactorPath,
    Body(body): Body<Rename>,
) -> Result<Response, MfaRejection> {
    let factor = known(&visit, factor)?;
    let changed = manage::rename(&visit, factor, &body.label).await?;
    settle(visit, changed).await
}

/// `POST /factors/{factor}/remove`
pub(crate) async fn remove(
    SignedInCaller(mut visit): SignedInCaller,
    factor: FactorPath,
    _: Body<Nothing>,
) -> Result<Response, MfaRejection> {
    let factor = known(&visit, factor)?;
    let changed = manage::remove(&mut visit, &Fields::of([]), factor).await?;
    settle(visit, changed).await
}

/// `POST /codes`: new recovery codes.
pub(crate) async fn regenerate(
    SignedInCaller(mut visit): SignedInCaller,
    Body(body): Body<Attempt>,
) -> Result<Response, MfaRejection> {
    let attempt = body.attempt.to_string();
    match manage::regenerate(&mut visit, &Fields::of([("form", attempt.as_str())])).await? {
        Ok(Some(codes)) => {
            let recovery_codes = Shown::codes(&codes);
            let attempt = visit.session.form;
            Ok(visit.json(&CodesBody { recovery_codes, attempt }).await)
        }
        Ok(None) => Err(problem::repeated(&visit)),
        Err(why) => Err(problem::unchanged(&visit, why).await),
    }
}

/// `POST /disable`
pub(crate) async fn disable(
    SignedInCaller(mut visit): SignedInCaller,
    Body(body): Body<Attempt>,
) -> Result<Response, MfaRejection> {
    let attempt = body.attempt.to_string();
    let fields = Fields::of([("form", attempt.as_str())]);
    match manage::disable(&mut visit, &fields).await? {
        // A request that came twice: it is off.
        Changed::Done | Changed::Refused(WhyUnchanged::NotEnabled) => {
            Ok(status::answer(visit).await)
        }
        Changed::Refused(why) => Err(problem::unchanged(&visit, why).await),
    }
}

fn known(visit: &Visit, factor: FactorPath) -> Result<FactorId, MfaRejection> {
    let factor = factor.ok().and_then(|Path(factor)| factor.parse().ok());
    factor.ok_or_else(|| problem::unknown_factor(visit))
}

async fn settle(visit: Visit, changed: Changed) -> Result<Response, MfaRejection> {
    match changed {
        Changed::Done => match manage::status(&visit).await {
            Ok(status) => Ok(visit.json(&FactorsBody { factors: status.factors }).await),
            Err(rejection) => Ok(visit.refuse(rejection).await),
        },
        Changed::Refused(why) => Err(problem::unchanged(&visit, why).await),
    }
}
