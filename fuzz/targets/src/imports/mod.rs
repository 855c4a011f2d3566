//! What other systems have written about second factors, and is to be moved here.

mod google;
mod seeds;

use mfakit::Invalid;
use mfakit::domain::{Algorithm, Digits, ImportedCode, Label, TotpParams};
use mfakit::import::{
    CodeReading, Import, ImportedFactor, allauth, aspnet, devise, django_otp, fortify, totp_rs,
};
use mfakit::testing::Authenticator;

use crate::input::Input;
use crate::scene;

/// A seed is read as its letters say and gives the codes that its app shows; an export of Google
/// Authenticator and an `otpauth` URL say what a second reading of them says; and of the rows of
/// other systems exactly those are taken that have a label, a seed and different codes.
pub fn imports(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        seeds::check(text);
        url(text);
    }
    google::check(data);
    rows(data);
}

/// An `otpauth` URL: the first of each parameter counts, whatever its case.
fn url(text: &str) {
    let read = totp_rs::factor("Phone", text);
    let expected = url_meaning(text);
    assert_eq!(read.is_ok(), expected.is_some(), "{text:?} is {read:?}");
    let (Ok(factor), Some((seed, params))) = (read, expected) else { return };
    assert_eq!(seeds::bytes(&factor), seeds::padded(&seed), "{text:?}");
    assert_eq!(factor.secret().1, params, "{text:?}");
    let algorithm = match params.algorithm() {
        Algorithm::Sha1 => "SHA1",
        Algorithm::Sha256 => "SHA256",
        _ => "SHA512",
    };
    let (secret, digits) = (seeds::base32(&seeds::padded(&seed)), params.digits().count());
    let app = Authenticator::scan(&format!(
        "otpauth://totp/x?secret={secret}&algorithm={algorithm}&digits={digits}&period={}",
        params.period()
    ));
    let shown = app.expect("an app reads it").code_at(scene::at(scene::NOW));
    let code = mfakit::domain::Code::parse(&shown, params.digits()).expect("a code");
    let window = mfakit::domain::Window::around(scene::NOW, params, 0, 0);
    let found = mfakit::domain::match_code(factor.secret().0, params, &code, window);
    assert_eq!(found, Some(scene::NOW / u64::from(params.period())), "{text:?}");
}

fn url_meaning(text: &str) -> Option<(Vec<u8>, TotpParams)> {
    let (_, query) = text.strip_prefix("otpauth://totp/")?.split_once('?')?;
    let mut named = std::collections::HashMap::new();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        named.entry(name.to_ascii_lowercase()).or_insert(value);
    }
    let algorithm = match named.get("algorithm").map(|name| name.to_ascii_lowercase()).as_deref() {
        None | Some("sha1") => Algorithm::Sha1,
        Some("sha256") => Algorithm::Sha256,
        Some("sha512") => Algorithm::Sha512,
        Some(_) => return None,
    };
    let digits = match *named.get("digits").unwrap_or(&"6") {
        "6" => Digits::Six,
        "8" => Digits::Eight,
        _ => return None,
    };
    let period = *named.get("period").unwrap_or(&"30");
    let plain = period.bytes().all(|digit| digit.is_ascii_digit());
    let period = period.parse().ok().filter(|period| plain && (15..=120).contains(period))?;
    // Padding may be there, written in either way.
    let mut secret = *named.get("secret")?;
    while let Some(rest) = secret.strip_suffix("%3D").or_else(|| secret.strip_suffix("%3d")) {
        secret = rest;
    }
    let params = TotpParams::new(algorithm, digits, period).ok()?;
    Some((seeds::base32_meaning(secret)?, params))
}

/// The rows of the other systems: a label, a seed, what else there is, and the codes.
fn rows(data: &[u8]) {
    let mut input = Input::new(data);
    let (system, number) = (input.byte() % 5, i64::from(input.byte()) - 8);
    let (label, seed) = (input.text(), input.text());
    let mut codes = Vec::new();
    while !input.is_empty() && codes.len() < 12 {
        codes.push(input.text());
    }
    let labeled = Label::new(label).is_ok();
    let base32 = seeds::base32_meaning(seed);
    let plain = plain_codes(&codes);
    match system {
        0 => imported(fortify::import(label, seed, &codes), labeled, base32, plain.as_ref()),
        1 => imported(allauth::import(label, seed, &codes), labeled, base32, plain.as_ref()),
        2 => {
            let joined = codes.join(";");
            let parts: Vec<&str> = joined.split(';').filter(|code| !code.is_empty()).collect();
            let import = aspnet::import(label, seed, &joined);
            imported(import, labeled, base32, plain_codes(&parts).as_ref());
        }
        3 => {
            let step = u64::try_from(number).ok();
            let import = devise::import(label, seed, step, &codes);
            let graphic = |code: &&str| {
                (1..=255).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_graphic())
            };
            let hashed = codes.iter().all(graphic) && different(&codes) && codes.len() <= 10;
            assert_eq!(import.is_ok(), labeled && base32.is_some() && hashed, "{import:?}");
            let Ok(import) = import else { return };
            assert_eq!(
                import.recovery_codes().map_or(0, mfakit::import::ImportedCodes::len),
                codes.len()
            );
        }
        _ => django(label, seed, number, &codes, plain.as_ref()),
    }
}

fn django(label: &str, seed: &str, number: i64, codes: &[&str], plain: Option<&Codes>) {
    let device = django_otp::Device {
        name: label,
        key: seed,
        step: u16::try_from(number.unsigned_abs()).unwrap_or_default(),
        t0: number & 64,
        digits: if number & 32 == 0 { 6 } else { 8 },
        drift: 0,
        last_t: number,
    };
    let period = (15..=120).contains(&device.step);
    let right = Label::new(label).is_ok() && device.t0 == 0 && period;
    let import = django_otp::import(&[device], codes);
    imported(import, right, seeds::hex_meaning(seed), plain);
}

/// What a second reading makes of a set of codes: their digests, and whether they are weak.
#[derive(Debug)]
struct Codes {
    digests: Vec<[u8; 32]>,
    weak: bool,
}

/// `None` when they cannot be taken.
fn plain_codes(codes: &[&str]) -> Option<Codes> {
    let fold = |code: &&str| -> String {
        code.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let folded: Vec<String> = codes.iter().map(fold).collect();
    let sized = folded.iter().all(|code| (1..=64).contains(&code.len()));
    type Alphabet = (f64, fn(char) -> bool);
    let alphabets: [Alphabet; 5] = [
        (10.0, |c| c.is_ascii_digit()),
        (16.0, |c| c.is_ascii_hexdigit()),
        (26.0, |c| c.is_ascii_lowercase()),
        (32.0, |c| c.is_ascii_lowercase() || ('2'..='7').contains(&c)),
        (36.0, |_| true),
    ];
    let mut smallest =
        alphabets.iter().filter(|(_, holds)| folded.iter().all(|c| c.chars().all(holds)));
    let (size, _) = smallest.next()?;
    let shortest = folded.iter().map(|code| code.chars().count()).min().unwrap_or(usize::MAX);
    let bits = f64::from(u16::try_from(shortest).unwrap_or(u16::MAX)) * size.log2();
    let enough = codes.is_empty() || bits >= 20.0;
    if !sized || !different(&folded) || codes.len() > 10 || !enough {
        return None;
    }
    let read = |code: &String| ImportedCode::parse(code, CodeReading::AsWritten);
    let digests: Option<Vec<ImportedCode>> = folded.iter().map(read).collect();
    let digests = digests?.iter().map(|code| *code.digest()).collect();
    Some(Codes { digests, weak: bits < 64.0 })
}

fn different<T: PartialEq>(all: &[T]) -> bool {
    all.iter().enumerate().all(|(at, one)| !all[..at].contains(one))
}

fn imported(
    import: Result<Import, Invalid>,
    labeled: bool,
    seed: Option<Vec<u8>>,
    codes: Option<&Codes>,
) {
    assert_eq!(import.is_ok(), labeled && seed.is_some() && codes.is_some(), "{import:?}");
    let (Ok(import), Some(seed), Some(codes)) = (import, seed, codes) else { return };
    let [ImportedFactor::Totp(factor)] = import.factors() else { panic!("one factor: {import:?}") };
    assert_eq!(seeds::bytes(factor), seeds::padded(&seed));
    assert_eq!(factor.is_weak(), seed.len() < 16);
    let Some(set) = import.recovery_codes() else {
        assert!(codes.digests.is_empty());
        return;
    };
    let digests = set.digests().expect("plain codes are hashed here");
    assert!(digests.iter().map(|digest| **digest).eq(codes.digests.iter().copied()));
    assert_eq!(set.is_weak(), codes.weak);
}
