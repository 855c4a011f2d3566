//! A factor.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

#[cfg(feature = "webauthn")]
use super::credential::CredentialV1;
use super::is_default;
#[cfg(feature = "webauthn")]
use super::setup::PendingCredentialV1;
use super::setup::PendingTotpV1;
use crate::domain::parts::{Extra, Value};
use crate::domain::{
    Algorithm, DRIFT_LIMIT, Digits, EnrolledBy, Factor, FactorState, Label, TotpParams, TotpState,
    UnknownState,
};
use crate::stored::StoredError;
use crate::stored::extra::Held;
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
    /// Absent for the first factor of an account, which nothing but a first factor has enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolled_by: Option<String>,
    kind: String,
    strength: u8,
    state: StateV1,
    #[serde(flatten)]
    extra: Extra,
}

/// What is written of a kind that is known, and whatever is read: which kind it is stands beside it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum StateV1 {
    Totp(TotpV1),
    #[cfg(feature = "webauthn")]
    WebAuthn(CredentialV1),
    PendingTotp(PendingTotpV1),
    #[cfg(feature = "webauthn")]
    PendingCredential(PendingCredentialV1),
    Read(Value),
}

impl StateV1 {
    /// What was read, before its kind is looked at.
    pub(super) fn into_read(self) -> Result<Value, StoredError> {
        match self {
            Self::Read(raw) => Ok(raw),
            _ => Err(StoredError::corrupt("state", "must be read before it is judged")),
        }
    }
}

impl<'de> Deserialize<'de> for StateV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::Read)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct TotpV1 {
    #[serde(flatten)]
    params: ParamsV1,
    sealed: String,
    step: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    drift: i8,
    #[serde(flatten)]
    extra: Extra,
}

/// The parameters of codes. They stand inside the `state` of a factor and of a setup.
#[derive(Serialize, Deserialize)]
pub(super) struct ParamsV1 {
    alg: String,
    digits: u8,
    period: u16,
}

impl FactorV1 {
    pub(super) fn of(factor: &Factor) -> Self {
        let (kind, state) = written(&factor.state);
        Self {
            id: factor.id.to_string(),
            label: factor.label.as_str().to_owned(),
            added: write_time(factor.added_at),
            used: write_time(factor.last_used_at),
            suspended: factor.suspended,
            weak: factor.weak,
            failures: factor.failures,
            enrolled_by: (factor.enrolled_by != EnrolledBy::default())
                .then(|| factor.enrolled_by.as_str().to_owned()),
            kind,
            strength: factor.rank(),
            state,
            extra: factor.extra.clone(),
        }
    }

    pub(super) fn into_factor(self) -> Result<Factor, StoredError> {
        let factor = Factor {
            id: checked("id", self.id.parse())?,
            label: checked("label", Label::new(&self.label))?,
            added_at: time("added", &self.added)?,
            last_used_at: time("used", &self.used)?,
            suspended: self.suspended,
            weak: self.weak,
            failures: self.failures,
            enrolled_by: match self.enrolled_by {
                Some(name) => checked("enrolled_by", EnrolledBy::named(&name))?,
                None => EnrolledBy::default(),
            },
            state: state(self.kind, self.strength, self.state)?,
            extra: self.extra,
        };
        ensure(factor.rank() == self.strength, "strength", "must be that of the factor's kind")?;
        Ok(factor)
    }
}

/// The kind of a factor, and its state as it is written.
pub(super) fn written(state: &FactorState) -> (String, StateV1) {
    let (kind, state) = match state {
        FactorState::Totp(totp) => (TOTP, StateV1::Totp(TotpV1::of(totp))),
        #[cfg(feature = "webauthn")]
        FactorState::WebAuthn(state) => (WEBAUTHN, StateV1::WebAuthn(CredentialV1::of(state))),
        FactorState::Unknown(unknown) => {
            (unknown.kind.as_str(), StateV1::Read(unknown.raw.clone()))
        }
    };
    (kind.to_owned(), state)
}

/// Reads the state of a kind. What this build does not know is carried.
pub(super) fn state(kind: String, rank: u8, read: StateV1) -> Result<FactorState, StoredError> {
    let raw = read.into_read()?;
    match kind.as_str() {
        TOTP => TotpV1::into_totp(known(raw)?).map(FactorState::Totp),
        #[cfg(feature = "webauthn")]
        WEBAUTHN => Ok(FactorState::WebAuthn(Box::new(CredentialV1::into_state(known(raw)?)?))),
        _ => {
            check_kind(&kind)?;
            ensure(rank > 0, "strength", "must be 1 to 255")?;
            Ok(FactorState::Unknown(Box::new(UnknownState { kind, rank, raw })))
        }
    }
    .map_err(|error| error.within("state"))
}

/// Refuses a name that no release gives a kind.
pub(super) fn check_kind(kind: &str) -> Result<(), StoredError> {
    let named = (1..=MAX_KIND).contains(&kind.len())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    ensure(named, "kind", "must have 1 to 32 of a-z, 0-9 and _")
}

pub(super) fn known<T: DeserializeOwned>(raw: Value) -> Result<T, StoredError> {
    T::deserialize(Held::new(raw))
        .map_err(|error: serde::de::value::Error| StoredError::corrupt("state", error))
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

fn drift(field: &str, drift: i8) -> Result<i8, StoredError> {
    let within = (-DRIFT_LIMIT..=DRIFT_LIMIT).contains(&drift);
    ensure(within, field, "must be -4 to 4")?;
    Ok(drift)
}

/// The names of the kinds in a row.
pub(super) const TOTP: &str = "totp";
#[cfg(feature = "webauthn")]
pub(super) const WEBAUTHN: &str = "webauthn";

/// The longest name of a kind that is read, in bytes.
const MAX_KIND: usize = 32;
