//! The kinds of second factor.

/// The kinds of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum FactorKind {
    /// A time-based one-time password, RFC 6238.
    Totp,
    /// A passkey or a security key, W3C Web Authentication.
    WebAuthn,
    /// A kind that this build cannot ask for: one of a later release, or one whose feature is off.
    /// Its account stays protected, and opens with another factor or a recovery code.
    Unknown,
}
