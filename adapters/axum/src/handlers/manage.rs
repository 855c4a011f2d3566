//! Factors and recovery codes: the list, and what can be changed.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use mfakit::import::ImportNotice;
use mfakit::{FactorId, FactorStatus};

use super::{UNPROCESSABLE, show_codes};
use crate::flows::manage::{self, Changed, WhyUnchanged};
use crate::pages;
use crate::rejection::MfaRejection;
use crate::safety::{Fields, ReturnPath};
use crate::texts::fill;
use crate::visit::Visit;

/// `GET /factors`
pub(crate) async fn screen(visit: Visit) -> Result<Response, MfaRejection> {
    list(visit, None).await
}

/// `POST /factors/{factor}/prefer`
pub(crate) async fn prefer(
    visit: Visit,
    Path(factor): Path<String>,
    _: Fields,
) -> Result<Response, MfaRejection> {
    let Ok(factor) = factor.parse() else { return gone(visit).await };
    let changed = manage::prefer(&visit, factor).await?;
    settle(visit, changed).await
}

/// `POST /factors/{factor}/rename`
pub(crate) async fn rename(
    visit: Visit,
    Path(factor): Path<String>,
    fields: Fields,
) -> Result<Response, MfaRejection> {
    let Ok(factor) = factor.parse() else { return gone(visit).await };
    let changed = manage::rename(&visit, factor, fields.text("label")).await?;
    settle(visit, changed).await
}

/// `GET /factors/{factor}/remove`
pub(crate) async fn sure_remove(
    visit: Visit,
    Path(factor): Path<String>,
) -> Result<Response, MfaRejection> {
    let Ok(factor) = factor.parse::<FactorId>() else { return gone(visit).await };
    let route = format!("/factors/{factor}/remove");
    let status = manage::status(&visit).await?;
    let Some(factor) = status.factors.iter().find(|known| known.factor == factor) else {
        return gone(visit).await;
    };
    check_fresh(&visit, &route).await?;
    let t = visit.texts();
    let last = status.factors.len() == 1;
    let view = pages::ConfirmPage {
        title: fill(&t.remove_title, &[("factor", factor.label.as_str())]),
        lead: if last { &t.remove_last_lead } else { &t.remove_lead }.to_string(),
        button: t.remove.to_string(),
        action: visit.web.path(&route),
        destructive: true,
    };
    Ok(ask(visit, &view).await)
}

/// `POST /factors/{factor}/remove`
pub(crate) async fn remove(
    mut visit: Visit,
    Path(factor): Path<String>,
    fields: Fields,
) -> Result<Response, MfaRejection> {
    let Ok(factor) = factor.parse() else { return gone(visit).await };
    let changed = manage::remove(&mut visit, &fields, factor).await?;
    settle(visit, changed).await
}

/// `GET /codes`
pub(crate) async fn sure_regenerate(visit: Visit) -> Result<Response, MfaRejection> {
    if !manage::status(&visit).await?.enabled {
        return Ok(visit.go("/factors").await);
    }
    // One that has to may always ask; whether it is fresh is checked with the answer.
    if visit.session.limited().is_none() {
        check_fresh(&visit, "/codes").await?;
    }
    let t = visit.texts();
    let view = pages::ConfirmPage {
        title: t.new_codes_title.to_string(),
        lead: t.new_codes_lead.to_string(),
        button: t.new_codes.to_string(),
        action: visit.web.path("/codes"),
        destructive: false,
    };
    Ok(ask(visit, &view).await)
}

/// `POST /codes`
pub(crate) async fn regenerate(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    match manage::regenerate(&mut visit, &fields).await? {
        Ok(Some(codes)) => Ok(show_codes(visit, &codes, false).await),
        // Shown once, and not again: they can be replaced again.
        Ok(None) => Ok(visit.go("/codes").await),
        Err(why) => settle(visit, Changed::Refused(why)).await,
    }
}

/// `GET /disable`
pub(crate) async fn sure_disable(visit: Visit) -> Result<Response, MfaRejection> {
    if !manage::status(&visit).await?.enabled {
        return Ok(visit.go("/factors").await);
    }
    check_fresh(&visit, "/disable").await?;
    let t = visit.texts();
    let view = pages::ConfirmPage {
        title: t.turn_off_title.to_string(),
        lead: t.turn_off_lead.to_string(),
        button: t.turn_off.to_string(),
        action: visit.web.path("/disable"),
        destructive: true,
    };
    Ok(ask(visit, &view).await)
}

/// `POST /disable`
pub(crate) async fn disable(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    let changed = manage::disable(&mut visit, &fields).await?;
    settle(visit, changed).await
}

async fn ask(visit: Visit, view: &pages::ConfirmPage) -> Response {
    visit.show(StatusCode::OK, |pages, page| pages.sure(page, view)).await
}

/// The step-up comes before the question, and leads back to it.
async fn check_fresh(visit: &Visit, route: &str) -> Result<(), MfaRejection> {
    let to = ReturnPath::parse(&visit.web.path(route));
    let to = to.unwrap_or_else(|| visit.web.places().profile.clone());
    manage::check_fresh(visit, &to).await
}

async fn gone(visit: Visit) -> Result<Response, MfaRejection> {
    settle(visit, Changed::Refused(WhyUnchanged::UnknownFactor)).await
}

async fn settle(visit: Visit, changed: Changed) -> Result<Response, MfaRejection> {
    let why = match changed {
        Changed::Done => return Ok(visit.go("/factors").await),
        Changed::Refused(why) => why,
    };
    let t = visit.texts();
    let alert = match why {
        WhyUnchanged::LabelTaken => t.label_taken.to_string(),
        WhyUnchanged::LabelInvalid => t.label_invalid.to_string(),
        WhyUnchanged::UnknownFactor => t.unknown_factor.to_string(),
        // A form that came twice: it is off.
        WhyUnchanged::NotEnabled => return Ok(visit.go("/factors").await),
        WhyUnchanged::PolicyRequires(organizations) => {
            let names = visit.names_of(&organizations).await.join(", ");
            fill(&t.policy_requires, &[("organizations", &names)])
        }
    };
    list(visit, Some(alert)).await
}

async fn list(visit: Visit, alert: Option<String>) -> Result<Response, MfaRejection> {
    let status = manage::status(&visit).await?;
    let row = |factor: &FactorStatus| pages::FactorRow {
        factor: factor.factor,
        label: factor.label.to_string(),
        preferred: factor.preferred,
        suspended: factor.suspended,
        weak: factor.weak,
        last_used: factor.last_used_at.format("%Y-%m-%d").to_string(),
    };
    let view = pages::FactorsPage {
        enabled: status.enabled,
        factors: status.factors.iter().map(row).collect(),
        codes_left: status.recovery_left.unwrap_or_default(),
        low: status.recovery_low,
        codes_weak: status.import_notices.contains(&ImportNotice::RegenerateCodes),
        no_codes: status.import_notices.contains(&ImportNotice::IssueCodes),
        alert,
    };
    let status = if view.alert.is_some() { UNPROCESSABLE } else { StatusCode::OK };
    Ok(visit.show(status, |pages, page| pages.factors(page, &view)).await)
}
