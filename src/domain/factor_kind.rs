//! The kinds of second factor.

/// The kinds of second factor. WebAuthn and others will join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FactorKind {
    /// A time-based one-time password, RFC 6238.
    Totp,
}
