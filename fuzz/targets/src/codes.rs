//! One-time codes as they are typed.

use mfakit::domain::{Algorithm, Code, Digits, TotpParams, TotpSecret, Window, match_code};

use crate::input::Input;
use crate::scene;

/// A code is read if, and only if, it is the digits and separators; what a phone shows is accepted
/// with any separators in it, at its step and at no other, and not with another digit.
pub fn codes(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for digits in [Digits::Six, Digits::Eight] {
        let read = Code::parse(text, digits).is_some();
        assert_eq!(read, bare(text, digits).is_some(), "{text:?}");
    }
    dressed(data);
}

/// The digits alone, if they are all that is there besides separators.
fn bare(text: &str, digits: Digits) -> Option<String> {
    if text.len() > 64 {
        return None;
    }
    let bare: String = text.chars().filter(|c| !is_separator(*c)).collect();
    let right = bare.len() == usize::from(digits.count());
    (right && bare.bytes().all(|b| b.is_ascii_digit())).then_some(bare)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || c == '-'
}

fn dressed(data: &[u8]) {
    let mut input = Input::new(data);
    let digits = if input.byte() & 1 == 0 { Digits::Six } else { Digits::Eight };
    let step = u64::from(input.byte()) << 20 | u64::from(input.byte());
    let (place, other) = (usize::from(input.byte()), input.byte());
    let separators = String::from_utf8_lossy(input.rest()).into_owned();
    let mut separators = separators.chars().filter(|c| is_separator(*c)).take(12);

    let params = TotpParams::new(Algorithm::Sha1, digits, 30).expect("parameters");
    let secret = TotpSecret::from_random(Algorithm::Sha1, scene::SEED).expect("a secret");
    let shown = scene::phone(digits).code_at(scene::at(step * 30));
    let mut typed = String::new();
    for digit in shown.chars() {
        typed.extend(separators.next());
        typed.push(digit);
    }
    typed.extend(separators);
    let found = |typed: &str, center| {
        let code = Code::parse(typed, digits).expect("a code");
        match_code(&secret, params, &code, Window { center, reach: 0 })
    };
    if typed.len() <= 64 {
        assert_eq!(found(&typed, step), Some(step), "{typed:?}");
    }
    let mut wrong = shown.clone().into_bytes();
    let place = place % wrong.len();
    wrong[place] = b'0' + (wrong[place] - b'0' + 1 + other % 9) % 10;
    let wrong = String::from_utf8(wrong).expect("digits");
    assert_eq!(found(&wrong, step), None, "{wrong:?} is not {shown:?}");
}
