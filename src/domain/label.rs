//! Names that people give: a factor's label, the issuer, the account name.

use std::fmt;
use std::sync::Arc;

use super::invalid::{Invalid, bytes_within, no_control, no_invisible};

/// What a user calls one of his factors: "Phone", "Tablet at home".
///
/// Trimmed, 1 to 64 characters and at most 128 bytes, without control, invisible or bidirectional
/// characters. Unique within an account, whatever the case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label(Arc<str>);

impl Label {
    /// Takes a label as it was typed.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref().trim();
        bytes_within("label", text, 1, 128)?;
        let characters = text.chars().count();
        if characters > 64 {
            return Err(Invalid::Length {
                what: "label",
                min: 1,
                max: 64,
                found: characters,
                unit: "characters",
            });
        }
        no_control("label", text)?;
        no_invisible("label", text)?;
        Ok(Self(text.into()))
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two labels would be told apart only by their case.
    pub(crate) fn clashes_with(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! otpauth_name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// Trimmed, 1 to 128 bytes, without a colon (it separates the two in an `otpauth` label, and
        /// FreeOTP refuses one) and without control, invisible or bidirectional characters.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the name as the host writes it.
            ///
            /// # Errors
            /// [`Invalid`] with the bound that was missed.
            pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
                let text = text.as_ref().trim();
                bytes_within($what, text, 1, 128)?;
                no_control($what, text)?;
                no_invisible($what, text)?;
                if text.contains(':') {
                    return Err(Invalid::Character { what: $what, found: "a colon" });
                }
                Ok(Self(text.into()))
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

otpauth_name!(
    /// Who issues the codes, as the authenticator app shows it: the product's name.
    Issuer, "issuer");
otpauth_name!(
    /// Whose account it is, as the authenticator app shows it: an e-mail address or a user name.
    AccountName, "account name");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_bounded_in_characters_and_in_bytes() {
        assert_eq!(Label::new("  Phone ").unwrap().as_str(), "Phone");
        assert!(Label::new("   ").is_err());
        assert!(Label::new("é".repeat(64)).is_ok());
        assert!(Label::new("a".repeat(65)).is_err());
        assert!(Label::new("€".repeat(43)).is_err(), "129 bytes in 43 characters");
    }

    #[test]
    fn text_that_can_pose_as_other_text_is_refused() {
        for bad in ["a\u{202E}b", "a\u{200B}b", "a\nb", "\u{FEFF}a", "a\u{2066}b"] {
            assert!(Label::new(bad).is_err(), "{bad:?}");
            assert!(Issuer::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_issuer_and_an_account_name_hold_no_colon() {
        assert!(Issuer::new("Scri:vio").is_err());
        assert!(AccountName::new("ada:x").is_err());
        assert!(AccountName::new("ada@example.org").is_ok());
    }

    #[test]
    fn names_are_shown_as_they_were_given() {
        assert_eq!(Label::new("Ada's phone").unwrap().to_string(), "Ada's phone");
        assert_eq!(Issuer::new("Scrivio").unwrap().as_str(), "Scrivio");
        assert_eq!(AccountName::new("ada@example.org").unwrap().as_str(), "ada@example.org");
    }
}
