//! A setup that is not finished.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::factor::{ParamsV1, drift};
use super::is_default;
use super::recovery::RecoveryV1;
use crate::domain::parts::{Confirmation, Extra, RightCode};
use crate::domain::{AccountName, Issuer, Label, PendingSetup};
use crate::stored::StoredError;
use crate::stored::reading::{checked, ensure, sealed, time, whole, write_sealed, write_time};

#[derive(Serialize, Deserialize)]
pub(super) struct SetupV1 {
    id: String,
    session: String,
    factor: String,
    label: String,
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(flatten)]
    params: ParamsV1,
    sealed: String,
    begun: String,
    tries_left: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<ConfirmedV1>,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Serialize, Deserialize)]
struct ConfirmedV1 {
    at: String,
    step: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    drift: i8,
    recovery: RecoveryV1,
    #[serde(flatten)]
    extra: Extra,
}

impl SetupV1 {
    pub(super) fn of(pending: &PendingSetup) -> Self {
        Self {
            id: pending.id.to_string(),
            session: pending.session.to_string(),
            factor: pending.factor.to_string(),
            label: pending.label.as_str().to_owned(),
            account: pending.account.as_str().to_owned(),
            issuer: pending.issuer.as_ref().map(|issuer| issuer.as_str().to_owned()),
            params: ParamsV1::of(pending.params),
            sealed: write_sealed(&pending.sealed),
            begun: write_time(pending.begun_at),
            tries_left: pending.tries_left,
            replaces: pending.replaces.map(|id| id.to_string()),
            confirmed: pending.confirmed.as_ref().map(ConfirmedV1::of),
            extra: pending.extra.clone(),
        }
    }

    pub(super) fn into_pending(self) -> Result<PendingSetup, StoredError> {
        // At zero a setup is over.
        ensure((1..=20).contains(&self.tries_left), "tries_left", "must be 1 to 20")?;
        let confirmed = self.confirmed.map(ConfirmedV1::into_confirmation).transpose();
        Ok(PendingSetup {
            id: checked("id", self.id.parse())?,
            session: checked("session", self.session.parse())?,
            factor: checked("factor", self.factor.parse())?,
            label: checked("label", Label::new(&self.label))?,
            account: checked("account", AccountName::new(&self.account))?,
            issuer: self.issuer.map(|text| checked("issuer", Issuer::new(&text))).transpose()?,
            params: self.params.into_params()?,
            sealed: sealed("sealed", &self.sealed)?,
            begun_at: time("begun", &self.begun)?,
            tries_left: self.tries_left,
            replaces: self.replaces.map(|id| checked("replaces", id.parse())).transpose()?,
            confirmed: confirmed.map_err(|error| error.within("confirmed"))?,
            extra: self.extra,
        })
    }
}

impl ConfirmedV1 {
    fn of(confirmation: &Confirmation) -> Self {
        let RightCode { at, step, drift } = confirmation.right;
        Self {
            at: write_time(at),
            step,
            drift,
            recovery: RecoveryV1::of(&confirmation.recovery),
            extra: confirmation.extra.clone(),
        }
    }

    fn into_confirmation(self) -> Result<Confirmation, StoredError> {
        let recovery = self.recovery.into_set().map_err(|error| error.within("recovery"))?;
        Ok(Confirmation {
            right: RightCode {
                at: time("at", &self.at)?,
                step: whole("step", self.step)?,
                drift: drift("drift", self.drift)?,
            },
            recovery: Arc::new(recovery),
            extra: self.extra,
        })
    }
}
