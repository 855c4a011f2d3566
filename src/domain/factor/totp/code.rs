//! A code as it is typed.

use std::fmt;

use zeroize::Zeroize;

use super::params::Digits;

/// A well-formed code: exactly six or eight ASCII digits.
///
/// Typed input is forgiving about what people and password managers add, and about nothing else:
/// white space and hyphens are dropped, and what remains must be exactly the digits. Letters,
/// full-width digits, a sign, a digit too many: malformed, and a malformed code is never charged.
///
/// ```
/// use mfakit::domain::{Code, Digits};
///
/// assert!(Code::parse(" 492 039\n", Digits::Six).is_some());
/// assert!(Code::parse("492-039", Digits::Six).is_some());
/// assert!(Code::parse("+92039", Digits::Six).is_none());
/// assert!(Code::parse("４９２０３９", Digits::Six).is_none());
/// ```
pub struct Code {
    value: u32,
    digits: Digits,
}

/// More than any code with every separator one could think of. Longer input is not even read.
const MAX_INPUT: usize = 64;

impl Code {
    /// Reads typed input, or `None` when it is malformed.
    pub fn parse(input: &str, digits: Digits) -> Option<Self> {
        if input.len() > MAX_INPUT {
            return None;
        }
        let mut value = 0_u32;
        let mut count = 0_u8;
        for c in input.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let digit = c.is_ascii().then(|| c.to_digit(10)).flatten()?;
            count += 1;
            if count > digits.count() {
                return None;
            }
            value = value * 10 + digit;
        }
        (count == digits.count()).then_some(Self { value, digits })
    }

    pub(super) fn value(&self) -> u32 {
        self.value
    }

    pub(super) fn digits(&self) -> Digits {
        self.digits
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_type_spaces_and_hyphens() {
        for typed in ["492039", " 492039 ", "492 039", "492-039", "4 9 2 0 3 9", "492\u{a0}039\t\n"]
        {
            assert_eq!(
                Code::parse(typed, Digits::Six).map(|c| c.value()),
                Some(492_039),
                "{typed:?}"
            );
        }
        assert_eq!(Code::parse("0000 0001", Digits::Eight).map(|c| c.value()), Some(1));
    }

    #[test]
    fn anything_but_exactly_the_digits_is_malformed() {
        let kilobytes = "1".repeat(4096);
        let spaces = " ".repeat(65) + "492039";
        for typed in [
            "",
            " ",
            "-",
            "49203",
            "4920391",
            "49203a",
            "+92039",
            "４９２０３９",
            "٤٩٢٠٣٩",
            "4920.9",
            &kilobytes,
            &spaces,
        ] {
            assert!(Code::parse(typed, Digits::Six).is_none(), "{typed:?}");
        }
        assert!(Code::parse("492039", Digits::Eight).is_none());
    }

    #[test]
    fn a_code_among_separators_is_read_up_to_sixty_four_bytes() {
        let typed = |spaces: usize| format!("{}492039", " ".repeat(spaces));
        assert!(Code::parse(&typed(58), Digits::Six).is_some());
        assert!(Code::parse(&typed(59), Digits::Six).is_none());
    }
}
