//! The `otpauth` URI of a setup, and whatever else an authenticator app may be shown.

use mfakit::domain::{
    Algorithm, DrawnKind, DrawnSetup, Issuer, SealContext, TotpParams, TotpSecret,
};
use mfakit::ports::SecretCipher;
use mfakit::testing::{Authenticator, block_on};
use mfakit::{EmailStatus, FactorId, NewFactor, SetupId};
use percent_encoding::percent_decode_str;

use crate::input::Input;
use crate::scene;

/// Every issuer, account and label that is accepted gives a URI whose parts read back as they were,
/// and an app that scans it shows the right codes. Scanning anything else does not panic.
pub fn otpauth(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(app) = Authenticator::scan(text)
    {
        let _ = app.code_at(scene::at(scene::NOW));
    }
    let mut input = Input::new(data);
    let draw = input.byte() == 0;
    let (issuer, account, label) = (input.text(), input.text(), input.text());
    let secret = bytes_of(&mut input);
    let Ok(issuer) = Issuer::new(issuer) else { return };
    let Ok(new) = NewFactor::totp(label, account) else { return };

    let (ada, session) = scene::unprotected(scene::ada());
    let secret = TotpSecret::from_random(Algorithm::Sha1, &secret).expect("a secret");
    let factor = FactorId::from_random([1; 16]);
    let place = SealContext { subject: ada.subject(), factor, params: TotpParams::default() };
    let sealed = block_on(scene::keyring().seal(&secret, place)).expect("sealed");
    let setup = SetupId::from_random([2; 16]);
    let drawn = DrawnSetup { setup, factor, kind: DrawnKind::Totp { secret: &secret, sealed } };
    let context = scene::context();
    let begun = ada.begin_setup(&session, &new, EmailStatus::Verified, &issuer, &drawn, context);
    let (setup, _) = scene::change(begun.expect("a setup"));
    let shown = setup.totp().expect("an app");
    let uri = shown.otpauth_uri();

    assert!(uri.bytes().all(|b| b.is_ascii_graphic() && b != b'+'), "{uri}");
    let (label, query) = uri
        .strip_prefix("otpauth://totp/")
        .and_then(|rest| rest.split_once('?'))
        .expect("a label and parameters");
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
    let (label_issuer, label_account) = label.split_once(':').expect("issuer:account");
    assert_eq!(decoded(label_issuer), issuer.as_str());
    assert_eq!(decoded(label_account), account.trim());
    let pairs: Vec<(&str, &str)> =
        query.split('&').map(|pair| pair.split_once('=').expect("a pair")).collect();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["secret", "issuer", "algorithm", "digits", "period"]);
    assert_eq!(decoded(pairs[1].1), issuer.as_str());

    let app = Authenticator::scan(uri).expect("an app reads it");
    let code = app.code_at(scene::at(scene::NOW));
    let code = mfakit::domain::Code::parse(&code, mfakit::domain::Digits::Six).expect("a code");
    let params = TotpParams::default();
    let window = mfakit::domain::Window::around(scene::NOW, params, 0, 0);
    let found = mfakit::domain::match_code(&secret, params, &code, window);
    assert_eq!(found, Some(scene::NOW / 30));
    if draw && uri.len() > 700 {
        // As large as names may be, it still fits a QR code. Drawing one takes longer than all else.
        assert!(!shown.qr_svg().is_empty());
    }
}

fn bytes_of(input: &mut Input<'_>) -> [u8; 20] {
    [(); 20].map(|()| input.byte())
}
