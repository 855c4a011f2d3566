//! A setup that is not finished.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::factor::TOTP;
#[cfg(feature = "webauthn")]
use super::factor::WEBAUTHN;
use super::factor::{ParamsV1, StateV1, check_kind, known, state, written};
use super::recovery::RecoveryV1;
use crate::domain::parts::{Confirmation, Extra, Stage};
#[cfg(feature = "webauthn")]
use crate::domain::webauthn::{PendingCredential, UserHandle};
use crate::domain::{
    AccountName, Issuer, Label, PendingSetup, PendingState, PendingTotp, UnknownPending,
};
use crate::stored::StoredError;
#[cfg(feature = "webauthn")]
use crate::stored::reading::{bytes, write_bytes};
use crate::stored::reading::{checked, ensure, sealed, time, write_sealed, write_time};

/// While it is open, `state` is what it waits to be confirmed by; after that it is the state of the
/// factor that it becomes, with its strength.
#[derive(Serialize, Deserialize)]
pub(super) struct SetupV1 {
    id: String,
    session: String,
    factor: String,
    label: String,
    begun: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    strength: Option<u8>,
    state: StateV1,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<ConfirmedV1>,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Serialize, Deserialize)]
struct ConfirmedV1 {
    at: String,
    recovery: RecoveryV1,
    #[serde(flatten)]
    extra: Extra,
}

/// An authenticator app that no code has confirmed yet.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingTotpV1 {
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(flatten)]
    params: ParamsV1,
    sealed: String,
    #[serde(flatten)]
    extra: Extra,
}

/// A credential that is not registered yet.
#[cfg(feature = "webauthn")]
#[derive(Serialize, Deserialize)]
pub(super) struct PendingCredentialV1 {
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    user: String,
    #[serde(flatten)]
    extra: Extra,
}

impl SetupV1 {
    pub(super) fn of(pending: &PendingSetup) -> Self {
        let (kind, strength, state, tries_left, confirmed) = match &pending.stage {
            Stage::Open { state, tries_left } => {
                let (kind, state) = asked(state);
                (kind, None, state, Some(*tries_left), None)
            }
            Stage::Confirmed(confirmation) => {
                let (kind, state) = written(&confirmation.state);
                let rank = confirmation.state.rank();
                (kind, Some(rank), state, None, Some(ConfirmedV1::of(confirmation)))
            }
        };
        Self {
            id: pending.id.to_string(),
            session: pending.session.to_string(),
            factor: pending.factor.to_string(),
            label: pending.label.as_str().to_owned(),
            begun: write_time(pending.begun_at),
            replaces: pending.replaces.map(|id| id.to_string()),
            kind,
            strength,
            state,
            tries_left,
            confirmed,
            extra: pending.extra.clone(),
        }
    }

    pub(super) fn into_pending(self) -> Result<PendingSetup, StoredError> {
        let stage = match (self.confirmed, self.strength, self.tries_left) {
            (None, None, Some(tries_left)) => {
                // At zero a setup is over.
                ensure((1..=20).contains(&tries_left), "tries_left", "must be 1 to 20")?;
                Stage::Open { state: asked_for(self.kind, self.state)?, tries_left }
            }
            (Some(confirmed), Some(rank), None) => {
                let state = state(self.kind, rank, self.state)?;
                ensure(state.rank() == rank, "strength", "must be that of the factor's kind")?;
                let at = time("at", &confirmed.at);
                let recovery = confirmed.recovery.into_set();
                let recovery = recovery.map_err(|error| error.within("recovery"));
                let within = |error: StoredError| error.within("confirmed");
                Stage::Confirmed(Confirmation {
                    at: at.map_err(within)?,
                    state,
                    recovery: Arc::new(recovery.map_err(within)?),
                    extra: confirmed.extra,
                })
            }
            _ => {
                let why = "must be there with a strength, or else tries_left";
                return Err(StoredError::corrupt("confirmed", why));
            }
        };
        Ok(PendingSetup {
            id: checked("id", self.id.parse())?,
            session: checked("session", self.session.parse())?,
            factor: checked("factor", self.factor.parse())?,
            label: checked("label", Label::new(&self.label))?,
            begun_at: time("begun", &self.begun)?,
            replaces: self.replaces.map(|id| checked("replaces", id.parse())).transpose()?,
            stage,
            extra: self.extra,
        })
    }
}

/// Writes the state of an open setup.
fn asked(state: &PendingState) -> (String, StateV1) {
    match state {
        PendingState::Totp(totp) => {
            (TOTP.to_owned(), StateV1::PendingTotp(PendingTotpV1::of(totp)))
        }
        #[cfg(feature = "webauthn")]
        PendingState::WebAuthn(pending) => {
            (WEBAUTHN.to_owned(), StateV1::PendingCredential(PendingCredentialV1::of(pending)))
        }
        PendingState::Unknown(unknown) => {
            (unknown.kind.clone(), StateV1::Read(unknown.raw.clone()))
        }
    }
}

/// Reads what an open setup waits for. What this build does not know is carried.
fn asked_for(kind: String, state: StateV1) -> Result<PendingState, StoredError> {
    let raw = state.into_read()?;
    match kind.as_str() {
        TOTP => PendingTotpV1::into_totp(known(raw)?).map(PendingState::Totp),
        #[cfg(feature = "webauthn")]
        WEBAUTHN => {
            let pending = PendingCredentialV1::into_pending(known(raw)?);
            pending.map(|pending| PendingState::WebAuthn(Box::new(pending)))
        }
        _ => {
            check_kind(&kind)?;
            Ok(PendingState::Unknown(Box::new(UnknownPending { kind, raw })))
        }
    }
    .map_err(|error| error.within("state"))
}

impl PendingTotpV1 {
    fn of(totp: &PendingTotp) -> Self {
        Self {
            account: totp.account.as_str().to_owned(),
            issuer: totp.issuer.as_ref().map(|issuer| issuer.as_str().to_owned()),
            params: ParamsV1::of(totp.params),
            sealed: write_sealed(&totp.sealed),
            extra: totp.extra.clone(),
        }
    }

    fn into_totp(self) -> Result<PendingTotp, StoredError> {
        Ok(PendingTotp {
            account: checked("account", AccountName::new(&self.account))?,
            issuer: issuer(self.issuer)?,
            params: self.params.into_params()?,
            sealed: sealed("sealed", &self.sealed)?,
            extra: self.extra,
        })
    }
}

#[cfg(feature = "webauthn")]
impl PendingCredentialV1 {
    fn of(pending: &PendingCredential) -> Self {
        Self {
            account: pending.account.as_str().to_owned(),
            issuer: pending.issuer.as_ref().map(|issuer| issuer.as_str().to_owned()),
            user: write_bytes(pending.user_handle.as_bytes()),
            extra: pending.extra.clone(),
        }
    }

    fn into_pending(self) -> Result<PendingCredential, StoredError> {
        Ok(PendingCredential {
            account: checked("account", AccountName::new(&self.account))?,
            issuer: issuer(self.issuer)?,
            user_handle: checked("user", UserHandle::new(bytes("user", &self.user)?))?,
            extra: self.extra,
        })
    }
}

fn issuer(text: Option<String>) -> Result<Option<Issuer>, StoredError> {
    text.map(|text| checked("issuer", Issuer::new(&text))).transpose()
}

impl ConfirmedV1 {
    fn of(confirmation: &Confirmation) -> Self {
        Self {
            at: write_time(confirmation.at),
            recovery: RecoveryV1::of(&confirmation.recovery),
            extra: confirmation.extra.clone(),
        }
    }
}
