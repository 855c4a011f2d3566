//! has_mfa
