//! The setup screens.

use axum::http::StatusCode;
use axum::response::Response;
use mfakit::organization::{Demand, Gate, OrgId};
use mfakit::{
    EmailStatus, FactorId, Limited, LimitedTo, SetupId, SetupRejection, SetupRejectionReason,
    Strength, TotpSetup,
};
use zeroize::Zeroizing;

use super::{UNPROCESSABLE, show_codes, status_of};
use crate::flows::manage;
use crate::flows::setup::{self, CodeOutcome, SetupState, WhyNotBegun, label_of, suggested_label};
use crate::pages;
use crate::rejection::MfaRejection;
use crate::safety::Fields;
use crate::texts::{Texts, fill};
use crate::visit::Visit;

/// `GET /setup`, with `?replaces=` of a lost factor that the new one is to replace.
pub(crate) async fn screen(mut visit: Visit) -> Result<Response, MfaRejection> {
    visit.still_counts().await?;
    let limited = visit.session.limited().map(Limited::next_step);
    if limited == Some(&LimitedTo::RegenerateCodes) {
        return Ok(visit.go("/codes").await);
    }
    if let Some(step @ LimitedTo::StepUp(_)) = limited {
        return Err(visit.limited_to(step));
    }
    let standing = setup::standing(&mut visit).await?;
    let replaces = visit.query().id("replaces");
    show(visit, standing, replaces).await
}

/// `POST /setup`: "Start setup".
pub(crate) async fn start(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    visit.still_counts().await?;
    match setup::start(&mut visit, &fields).await? {
        // A reload of the QR code must not begin another setup.
        SetupState::Begun(_) | SetupState::BegunElsewhere => Ok(visit.go("/setup").await),
        standing => show(visit, standing, fields.id("replaces")).await,
    }
}

/// `GET /setup/confirm`: "Next".
pub(crate) async fn code(mut visit: Visit) -> Result<Response, MfaRejection> {
    visit.still_counts().await?;
    match setup::standing(&mut visit).await? {
        SetupState::Begun(setup) => Ok(show_confirm(visit, setup.id, None).await),
        _ => Ok(visit.go("/setup").await),
    }
}

/// `POST /setup/confirm`: "Confirm".
pub(crate) async fn confirm(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    visit.still_counts().await?;
    match setup::confirm(&mut visit, &fields).await? {
        CodeOutcome::Codes(codes) => Ok(show_codes(visit, &codes, true).await),
        CodeOutcome::Replaced(codes) => Ok(show_codes(visit, &codes, false).await),
        CodeOutcome::Rejected(setup, rejection) => {
            let alert = why_not(&visit, &rejection);
            Ok(show_confirm(visit, setup.id, Some(alert)).await)
        }
        CodeOutcome::Repeated(SetupState::Begun(setup)) => {
            let alert = visit.texts().same_code.to_string();
            Ok(show_confirm(visit, setup.id, Some(alert)).await)
        }
        CodeOutcome::Repeated(standing) | CodeOutcome::Stands(standing) => {
            show(visit, standing, None).await
        }
    }
}

/// `POST /setup/reissue`
pub(crate) async fn reissue(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    visit.still_counts().await?;
    match setup::reissue(&mut visit, &fields).await? {
        Ok(codes) => Ok(show_codes(visit, &codes, true).await),
        Err(standing) => show(visit, standing, None).await,
    }
}

/// `POST /setup/finish`: "I have saved my codes".
pub(crate) async fn finish(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    let standing = setup::finish(&mut visit, &fields).await?;
    show(visit, standing, None).await
}

/// `GET /setup/done`
pub(crate) async fn done(visit: Visit) -> Result<Response, MfaRejection> {
    if !manage::status(&visit).await?.enabled {
        return Ok(visit.go("/setup").await);
    }
    let view = pages::SetupDonePage {};
    Ok(visit.show(StatusCode::OK, |pages, page| pages.setup_done(page, &view)).await)
}

/// `POST /setup/cancel`
pub(crate) async fn cancel(mut visit: Visit) -> Result<Response, MfaRejection> {
    setup::cancel(&mut visit).await?;
    Ok(visit.go_to_profile().await)
}

/// The page of where the setup stands.
async fn show(
    visit: Visit,
    standing: SetupState,
    replaces: Option<FactorId>,
) -> Result<Response, MfaRejection> {
    match standing {
        SetupState::NotBegun(why) => show_start(visit, why, replaces).await,
        SetupState::Begun(setup) => Ok(show_scan(visit, &setup.app).await),
        SetupState::BegunElsewhere => Ok(visit.go("/setup").await),
        SetupState::Confirmed => {
            let view = pages::CodesLostPage {};
            Ok(visit.show(StatusCode::OK, |pages, page| pages.codes_lost(page, &view)).await)
        }
        SetupState::Finished => Ok(visit.go("/setup/done").await),
    }
}

async fn show_start(
    visit: Visit,
    why: Option<WhyNotBegun>,
    replaces: Option<FactorId>,
) -> Result<Response, MfaRejection> {
    let status = manage::status(&visit).await?;
    let replaces = match replaces {
        Some(id) => label_of(&visit, id).await?.map(|label| (id, label)),
        None => None,
    };
    let email_first = !status.enabled && visit.visitor.email == EmailStatus::Unverified;
    let alert = why.filter(|why| *why != WhyNotBegun::EmailUnverified);
    let view = pages::StartSetupPage {
        first: !status.enabled,
        label: suggested_label(&visit).await?,
        replaces,
        email_first,
        demanded: demanded(&visit).await?,
        alert: alert.map(|why| reason(visit.texts(), why)),
    };
    let refused = why.is_some_and(|why| why != WhyNotBegun::Expired);
    let status = if refused { UNPROCESSABLE } else { StatusCode::OK };
    Ok(visit.show(status, |pages, page| pages.start_setup(page, &view)).await)
}

async fn show_scan(visit: Visit, app: &TotpSetup) -> Response {
    let mut svg = app.qr_svg();
    let name = &visit.texts().qr_code;
    if name != NAMED_BY_THE_CORE && !name.contains(['<', '&']) {
        let named = format!("<title>{name}</title>");
        svg =
            Zeroizing::new(svg.replacen(&format!("<title>{NAMED_BY_THE_CORE}</title>"), &named, 1));
    }
    let qr_svg = pages::Secret::new(svg);
    let manual_code = pages::Secret::new(Zeroizing::new(app.manual_key().to_owned()));
    let view = pages::ScanSetupPage { qr_svg: &qr_svg, manual_code: &manual_code };
    visit.show(StatusCode::OK, |pages, page| pages.scan_setup(page, &view)).await
}

async fn show_confirm(visit: Visit, setup: SetupId, alert: Option<String>) -> Response {
    let digits = visit.web.mfa().settings().totp().digits().count();
    let view = pages::ConfirmSetupPage { setup, digits, alert };
    let status = status_of(view.alert.as_ref());
    visit.show(status, |pages, page| pages.confirm_setup(page, &view)).await
}

/// Who demands it, of a visitor who stands before a wall.
async fn demanded(visit: &Visit) -> Result<Option<String>, MfaRejection> {
    let Gate::SetUpFirst(walled) = visit.gate().await? else { return Ok(None) };
    let is_stronger = |demand: &Demand| demand.required != Strength::Standard.into();
    let standard = !walled.organizations.iter().any(is_stronger);
    // Beside one that asks for more, those that ask for less are not named as if they did.
    let asking = walled.organizations.into_iter().filter(|d| standard || is_stronger(d));
    let organizations: Vec<OrgId> = asking.map(|demand| demand.org).collect();
    let names = visit.names_of(&organizations).await.join(", ");
    let texts = visit.texts();
    let text = if standard { &texts.demanded } else { &texts.demanded_stronger };
    Ok(Some(fill(text, &[("organizations", &names)])))
}

fn why_not(visit: &Visit, rejection: &SetupRejection) -> String {
    let t = visit.texts();
    let text = match rejection.reason {
        SetupRejectionReason::ClockOff(off) => {
            let minutes = (off.num_seconds().unsigned_abs() + 30) / 60;
            let minutes = match minutes {
                0 | 1 => t.minute.to_string(),
                more => fill(&t.minutes, &[("count", &more.to_string())]),
            };
            let slow = off.num_seconds() < 0;
            let text = if slow { &t.clock_slow } else { &t.clock_fast };
            fill(text, &[("minutes", &minutes)])
        }
        SetupRejectionReason::Malformed => visit.fill(&t.malformed_code, &[]),
        SetupRejectionReason::Wrong => t.wrong_setup_code.to_string(),
        SetupRejectionReason::CredentialNotVerified => t.credential_not_verified.to_string(),
        SetupRejectionReason::AlreadyRegistered => t.already_registered.to_string(),
    };
    if rejection.tries_left == 1 { format!("{text} {}", t.last_try) } else { text }
}

fn reason(t: &Texts, why: WhyNotBegun) -> String {
    let text = match why {
        WhyNotBegun::Expired => &t.setup_over,
        WhyNotBegun::TriedOut => &t.setup_tried_out,
        WhyNotBegun::EmailUnverified => &t.email_first,
        WhyNotBegun::LabelTaken => &t.label_taken,
        WhyNotBegun::LabelInvalid => &t.label_invalid,
        WhyNotBegun::TooManyFactors => &t.too_many_factors,
        WhyNotBegun::UnknownFactor => &t.unknown_factor,
    };
    text.to_string()
}

/// The name that the image comes with.
const NAMED_BY_THE_CORE: &str = "QR code";
