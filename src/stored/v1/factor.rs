//! A factor.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::domain::parts::Extra;
use crate::domain::{
    Algorithm, DRIFT_LIMIT, Digits, Factor, FactorState, Label, TotpParams, TotpState,
};
use crate::stored::StoredError;
use crate::stored::reading::{checked, ensure, sealed, time, whole, write_sealed, write_time};

#[derive(Serialize, Deserialize)]
pub(super) struct FactorV1 {
    id: String,
    label: String,
    added: String,
    used: String,
    #[serde(default, skip_serializing_if = "is_default")]
    suspended: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    weak: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    failures: u16,
    totp: TotpV1,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Serialize, Deserialize)]
struct TotpV1 {
    #[serde(flatten)]
    params: ParamsV1,
    sealed: String,
    step: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    drift: i8,
    #[serde(flatten)]
    extra: Extra,
}

/// The parameters of codes. They stand inside a factor's `totp` and inside a setup.
#[derive(Serialize, Deserialize)]
pub(super) struct ParamsV1 {
    alg: String,
    digits: u8,
    period: u16,
}

impl FactorV1 {
    pub(super) fn of(factor: &Factor) -> Self {
        Self {
            id: factor.id.to_string(),
            label: factor.label.as_str().to_owned(),
            added: write_time(factor.added_at),
            used: write_time(factor.last_used_at),
            suspended: factor.suspended,
            weak: factor.weak,
            failures: factor.failures,
            totp: TotpV1::of(factor.totp()),
            extra: factor.extra.clone(),
        }
    }

    pub(super) fn into_factor(self) -> Result<Factor, StoredError> {
        let totp = self.totp.into_totp().map_err(|error| error.within("totp"))?;
        Ok(Factor {
            id: checked("id", self.id.parse())?,
            label: checked("label", Label::new(&self.label))?,
            added_at: time("added", &self.added)?,
            last_used_at: time("used", &self.used)?,
            suspended: self.suspended,
            weak: self.weak,
            failures: self.failures,
            state: FactorState::Totp(totp),
            extra: self.extra,
        })
    }
}

impl TotpV1 {
    fn of(totp: &TotpState) -> Self {
        Self {
            params: ParamsV1::of(totp.params),
            sealed: write_sealed(&totp.sealed),
            step: totp.last_step,
            drift: totp.drift,
            extra: totp.extra.clone(),
        }
    }

    fn into_totp(self) -> Result<TotpState, StoredError> {
        Ok(TotpState {
            params: self.params.into_params()?,
            sealed: sealed("sealed", &self.sealed)?,
            last_step: whole("step", self.step)?,
            drift: drift("drift", self.drift)?,
            extra: self.extra,
        })
    }
}

impl ParamsV1 {
    pub(super) fn of(params: TotpParams) -> Self {
        Self {
            alg: params.algorithm().as_str().to_owned(),
            digits: params.digits().count(),
            period: params.period(),
        }
    }

    pub(super) fn into_params(self) -> Result<TotpParams, StoredError> {
        let algorithm = match self.alg.as_str() {
            "SHA1" => Algorithm::Sha1,
            "SHA256" => Algorithm::Sha256,
            "SHA512" => Algorithm::Sha512,
            _ => return Err(StoredError::corrupt("alg", "must be SHA1, SHA256 or SHA512")),
        };
        let digits = match self.digits {
            6 => Digits::Six,
            8 => Digits::Eight,
            _ => return Err(StoredError::corrupt("digits", "must be 6 or 8")),
        };
        checked("period", TotpParams::new(algorithm, digits, self.period))
    }
}

pub(super) fn drift(field: &str, drift: i8) -> Result<i8, StoredError> {
    let within = (-DRIFT_LIMIT..=DRIFT_LIMIT).contains(&drift);
    ensure(within, field, "must be -4 to 4")?;
    Ok(drift)
}
