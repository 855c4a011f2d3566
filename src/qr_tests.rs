use super::*;
use crate::domain::{
    AccountName, Algorithm, Digits, Issuer, KeyId, PendingTotp, SealedSecret, TotpParams,
    TotpSecret,
};

fn setup(issuer: &str, account: &str, params: TotpParams) -> TotpSetup {
    let secret = vec![0xa5; params.algorithm().secret_len()];
    let secret = TotpSecret::from_random(params.algorithm(), &secret).unwrap();
    let pending = PendingTotp {
        account: AccountName::new(account).unwrap(),
        issuer: None,
        params,
        sealed: SealedSecret::new(1, KeyId::new("k1").unwrap(), &[0; 48]).unwrap(),
        extra: Default::default(),
    };
    pending.prompt(&Issuer::new(issuer).unwrap(), &secret)
}

fn usual() -> TotpSetup {
    setup("Scrivio", "ada@example.org", TotpParams::default())
}

/// The longest URI there can be: every byte of both names is percent-encoded.
fn longest() -> TotpSetup {
    let name = "@".repeat(128);
    setup(&name, &name, TotpParams::new(Algorithm::Sha512, Digits::Eight, 120).unwrap())
}

/// The modules that a path draws, margin included.
fn drawn(svg: &str, side: usize) -> Vec<bool> {
    let path = svg.split_once(" d=\"").unwrap().1.split_once('"').unwrap().0;
    let mut dark = vec![false; side * side];
    for run in path.split_terminator('z') {
        let (x, rest) = run.strip_prefix('M').unwrap().split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let (length, back) = rest.split_once("v1h-").unwrap();
        assert_eq!(length, back);
        let start = y.parse::<usize>().unwrap() * side + x.parse::<usize>().unwrap();
        dark[start..start + length.parse::<usize>().unwrap()].fill(true);
    }
    dark
}

/// The modules that lines of text draw, margin included.
fn printed(text: &str, side: usize) -> Vec<bool> {
    let mut dark = Vec::new();
    for line in text.lines() {
        assert_eq!(line.chars().count(), side);
        dark.extend(line.chars().map(|c| " ▄".contains(c)));
        dark.extend(line.chars().map(|c| " ▀".contains(c)));
    }
    dark.truncate(side * side);
    dark
}

#[test]
fn both_forms_draw_every_module_and_a_margin_of_four() {
    for setup in [usual(), longest()] {
        let code = QrCode::with_error_correction_level(setup.otpauth_uri(), EcLevel::L).unwrap();
        let side = code.width() + 8;
        let mut expected = vec![false; side * side];
        for (at, color) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (at % code.width() + 4, at / code.width() + 4);
            expected[y * side + x] = color == Color::Dark;
        }
        assert!(setup.qr_svg().contains(&format!("viewBox=\"0 0 {side} {side}\"")));
        assert_eq!(drawn(&setup.qr_svg(), side), expected);
        assert_eq!(printed(&setup.qr_text(), side), expected);
    }
}

#[test]
fn the_longest_uri_fits() {
    let setup = longest();
    assert_eq!(setup.otpauth_uri().len(), 1324);
    assert!(Modules::of(setup.otpauth_uri()).width > 0);
}

/// Growing would leave copies of the secret behind that nobody wipes.
#[test]
fn neither_form_outgrows_its_buffer() {
    for setup in [usual(), longest()] {
        let modules = Modules::of(setup.otpauth_uri());
        let capacity = 300 + modules.dark.len() * 16;
        assert_eq!(svg(&modules).capacity(), capacity);
        let side = modules.side();
        assert_eq!(text(&modules).capacity(), (3 * side + 1) * side.div_ceil(2));
    }
}

#[test]
fn the_image_scales_is_named_and_needs_nothing_from_outside() {
    let svg = usual().qr_svg();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox="));
    assert!(svg.contains(" role=\"img\""));
    assert!(svg.contains("><title>QR code</title><"));
    assert!(svg.contains("fill=\"#fff\"") && svg.contains("fill=\"#000\""));
    for foreign in ["style", "script", "href", "url(", "<?xml", " width=\"200\""] {
        assert!(!svg.contains(foreign), "{foreign}");
    }
}

#[test]
fn the_text_of_a_usual_setup_fits_a_terminal() {
    let text = usual().qr_text();
    assert_eq!(text.lines().count(), 25);
    assert!(text.lines().all(|line| line.chars().count() == 49));
    assert!(text.lines().take(2).all(|line| line.chars().all(|c| c == '█')));
}

#[test]
fn what_cannot_be_encoded_is_a_blank_square_and_no_panic() {
    let modules = Modules::of(&"a".repeat(3000));
    assert!(svg(&modules).ends_with(" d=\"\"/></svg>"));
    assert!(!text(&modules).contains(' '));
}
