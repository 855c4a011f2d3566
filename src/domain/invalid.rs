//! Why a value that came from outside was not taken.

use thiserror::Error;

/// A value from outside that cannot be what it was offered as.
///
/// The message names the value and its bound. It never repeats the value itself,
/// which may be a secret that ended up in the wrong field.
///
/// ```
/// use mfakit::Subject;
///
/// let refused = Subject::new("").unwrap_err();
/// assert_eq!(refused.to_string(), "subject must have 1 to 255 bytes, not 0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Invalid {
    /// Too short or too long.
    #[error("{what} must have {min} to {max} {unit}, not {found}")]
    Length {
        /// The value's name.
        what: &'static str,
        /// The least allowed.
        min: usize,
        /// The most allowed.
        max: usize,
        /// What was found.
        found: usize,
        /// What is counted: bytes or characters.
        unit: &'static str,
    },
    /// Holds a character that it may not hold.
    #[error("{what} must not contain {found}")]
    Character {
        /// The value's name.
        what: &'static str,
        /// The kind of character, in words.
        found: &'static str,
    },
    /// A number outside its bounds.
    #[error("{what} must be {min} to {max}, not {found}")]
    Range {
        /// The value's name.
        what: &'static str,
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
        /// What was found.
        found: i64,
    },
    /// Not of the form it should have.
    #[error("{what} must be {form}")]
    Form {
        /// The value's name.
        what: &'static str,
        /// The form, in words.
        form: &'static str,
    },
}

/// Refuses a number outside `min..=max`.
pub(crate) fn within(what: &'static str, found: i64, min: i64, max: i64) -> Result<(), Invalid> {
    if (min..=max).contains(&found) {
        return Ok(());
    }
    Err(Invalid::Range { what, min, max, found })
}

/// Refuses text outside `min..=max` bytes.
pub(crate) fn bytes_within(
    what: &'static str,
    text: &str,
    min: usize,
    max: usize,
) -> Result<(), Invalid> {
    if (min..=max).contains(&text.len()) {
        return Ok(());
    }
    Err(Invalid::Length { what, min, max, found: text.len(), unit: "bytes" })
}

/// Refuses control characters, in which log lines, headers and terminals can be forged.
pub(crate) fn no_control(what: &'static str, text: &str) -> Result<(), Invalid> {
    if text.chars().any(char::is_control) {
        return Err(Invalid::Character { what, found: "control characters" });
    }
    Ok(())
}

/// Refuses invisible characters that reorder or hide text, with which one name can be shown as
/// another: bidirectional controls (Unicode TR 9), zero-width characters, line separators.
pub(crate) fn no_invisible(what: &'static str, text: &str) -> Result<(), Invalid> {
    let invisible = |c: char| {
        matches!(c,
            '\u{061C}' | '\u{00AD}' | '\u{180E}' | '\u{FEFF}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
    };
    if text.chars().any(invisible) {
        return Err(Invalid::Character { what, found: "invisible or bidirectional characters" });
    }
    Ok(())
}
