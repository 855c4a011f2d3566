//! The manual: what the pages of single items cannot say.
//!
//! | chapter | for whom |
//! |---|---|
//! | [`first_hour`] | a developer who adds MFA to an application |
//! | [`stores`] | an integrator who keeps accounts in their own database |
//! | `passkeys` (feature `webauthn`) | a developer who adds passkeys and security keys |
//! | [`organizations`] | an administrator who makes MFA required for many people |
//! | [`recovery`] | the support desk, and the authors of its pages |
//! | [`import`](crate::import) | a developer who moves users in from another system |
//! | [`keys`] | the keeper of the keys |
//! | [`operating`] | the operator who is on call |
//! | [`defaults`] | anyone who wants to change a number: why it is what it is |
//! | [`attacks`] | a reviewer: what hit others, and the test that holds it off |
//! | [`standards`] | an auditor: NIST SP 800-63B-4, ASVS 5.0, RFC 6238, RFC 4226, RFC 9470 |
//!
//! Adding MFA to an application on axum, step by step, is in the documentation of `mfakit-axum`.

pub mod first_hour {
    #![doc = include_str!("first_hour.md")]
}

pub mod stores {
    #![doc = include_str!("stores.md")]
}

#[cfg(feature = "webauthn")]
pub mod passkeys {
    #![doc = include_str!("passkeys.md")]
}

pub mod organizations {
    #![doc = include_str!("organizations.md")]
}

pub mod recovery {
    #![doc = include_str!("recovery.md")]
}

pub mod keys {
    #![doc = include_str!("keys.md")]
}

pub mod operating {
    #![doc = include_str!("operating.md")]
}

pub mod defaults {
    #![doc = include_str!("defaults.md")]
}

pub mod attacks {
    #![doc = include_str!("attacks.md")]
}

pub mod standards {
    #![doc = include_str!("standards.md")]
}
