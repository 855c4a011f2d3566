//! Recovery and enrollment codes as they are typed.

use mfakit::RecoveryCodes;
use mfakit::domain::OneTimeCode;

use crate::input::Input;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code is read if, and only if, it is sixteen characters of the alphabet or of its look-alikes;
/// what is read is shown in one form, which reads as the same code.
pub fn recovery_codes(data: &[u8]) {
    issued(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = OneTimeCode::parse(text).map(|code| code.reveal().to_string());
    assert_eq!(read, canonical(text), "{text:?}");
    let Some(shown) = read else { return };
    let again = OneTimeCode::parse(&shown).expect("what is shown is read");
    assert_eq!(*again.reveal(), shown);
    assert_eq!(OneTimeCode::parse(&text.to_ascii_lowercase()), Some(again));
}

fn canonical(text: &str) -> Option<String> {
    if text.len() > 128 {
        return None;
    }
    let mut shown = String::new();
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            'U' => 'V',
            other => other,
        };
        shown.push(ALPHABET.contains(c).then_some(c)?);
    }
    let groups: Vec<&str> = (0..4).filter_map(|n| shown.get(4 * n..4 * n + 4)).collect();
    (shown.len() == 16).then(|| groups.join("-"))
}

/// Whatever the generator gives: every code of a set is read back, and no two are the same.
fn issued(data: &[u8]) {
    let mut input = Input::new(data);
    let count = usize::from(input.byte());
    let bytes: Vec<[u8; 16]> = (0..count).map(|_| [(); 16].map(|()| input.byte())).collect();
    let codes = RecoveryCodes::from_random(&bytes);
    assert_eq!(codes.is_ok(), (4..=32).contains(&count));
    let Ok(codes) = codes else { return };
    let mut shown: Vec<String> = codes.iter().map(|code| code.reveal().to_string()).collect();
    for (code, shown) in codes.iter().zip(&shown) {
        assert_eq!(OneTimeCode::parse(shown).as_ref(), Some(code));
    }
    shown.sort_unstable();
    shown.dedup();
    assert_eq!(shown.len(), count);
}
