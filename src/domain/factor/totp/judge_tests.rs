use super::*;
use crate::domain::factor::totp::params::{Algorithm, Digits};
use crate::domain::factor::totp::step::{DRIFT_LIMIT, TRIPLE_SEARCH};

fn rfc6238_secret(algorithm: Algorithm) -> TotpSecret {
    let seed: Vec<u8> =
        b"1234567890".iter().copied().cycle().take(algorithm.secret_len()).collect();
    TotpSecret::from_random(algorithm, &seed).unwrap()
}

fn code(text: &str, digits: Digits) -> Code {
    Code::parse(text, digits).unwrap()
}

fn text_at(secret: &TotpSecret, params: TotpParams, step: Step) -> String {
    let width = usize::from(params.digits().count());
    format!("{:0width$}", Signer::new(params.algorithm(), secret).code_at(step, params.digits()))
}

/// RFC 6238 appendix B.
#[test]
fn the_vectors_of_rfc_6238_are_met() {
    let rows = [
        (59, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_111_111_111, "14050471", "67062674", "99943326"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (2_000_000_000, "69279037", "90698825", "38618901"),
        (20_000_000_000, "65353130", "77737706", "47863826"),
    ];
    for (seconds, sha1, sha256, sha512) in rows {
        for (algorithm, expected) in
            [(Algorithm::Sha1, sha1), (Algorithm::Sha256, sha256), (Algorithm::Sha512, sha512)]
        {
            let params = TotpParams::new(algorithm, Digits::Eight, 30).unwrap();
            let window = Window::around(seconds, params, 0, 0);
            let secret = rfc6238_secret(algorithm);
            let found = match_code(&secret, params, &code(expected, Digits::Eight), window);
            assert_eq!(found, Some(seconds / 30), "{algorithm} at {seconds}");
        }
    }
}

/// Secrets of every length, against signatures from the bare key.
#[test]
fn another_implementation_shows_the_same_codes() {
    let algorithms = [
        (Algorithm::Sha1, totp_rs::Algorithm::SHA1),
        (Algorithm::Sha256, totp_rs::Algorithm::SHA256),
        (Algorithm::Sha512, totp_rs::Algorithm::SHA512),
    ];
    for (algorithm, other) in algorithms {
        for length in TotpSecret::MIN_LEN..=TotpSecret::MAX_LEN {
            let bytes: Vec<u8> = (1_u8..).map(|n| n.wrapping_mul(37)).take(length).collect();
            let secret = TotpSecret::from_bytes(&bytes).unwrap();
            let app =
                totp_rs::Builder::new().with_algorithm(other).with_digits(8).with_secret(bytes);
            let app = app.build().unwrap();
            let params = TotpParams::new(algorithm, Digits::Eight, 30).unwrap();
            for step in [0, 1, length as u64 * 7_919, 1 << 40] {
                let expected = app.generate(step * 30).to_string();
                assert_eq!(text_at(&secret, params, step), expected, "{algorithm}, {length} bytes");
            }
        }
    }
}

/// RFC 4226 appendix D: the counter is the step.
#[test]
fn the_vectors_of_rfc_4226_are_met() {
    let expected = [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
        "520489",
    ];
    let secret = rfc6238_secret(Algorithm::Sha1);
    let params = TotpParams::default();
    for (counter, expected) in expected.into_iter().enumerate() {
        let window = Window { center: counter as u64, reach: 0 };
        let found = match_code(&secret, params, &code(expected, Digits::Six), window);
        assert_eq!(found, Some(counter as u64));
    }
}

#[test]
fn a_code_is_found_anywhere_in_the_window_and_nowhere_else() {
    let secret = rfc6238_secret(Algorithm::Sha1);
    let params = TotpParams::default();
    for reach in 0..=2_u8 {
        let window = Window { center: 1000, reach };
        for step in 990..=1010_u64 {
            let typed = code(&text_at(&secret, params, step), Digits::Six);
            let inside = step.abs_diff(1000) <= u64::from(reach);
            assert_eq!(match_code(&secret, params, &typed, window), inside.then_some(step));
        }
    }
}

/// Two steps of one window can share a code by chance, once in a million. The later one wins: were
/// the earlier one taken, the same code would still be good for the later.
#[test]
fn among_equal_codes_the_latest_step_wins() {
    let secret = rfc6238_secret(Algorithm::Sha1);
    let params = TotpParams::default();
    let pair = 910737;
    assert_eq!(text_at(&secret, params, pair), text_at(&secret, params, pair + 1));
    let typed = code(&text_at(&secret, params, pair), Digits::Six);
    let window = Window { center: pair, reach: 1 };
    assert_eq!(match_code(&secret, params, &typed, window), Some(pair + 1));
    // What is said of the clock goes by the nearer one.
    for (center, offset) in [(pair - 1, 1), (pair + 1, 0), (pair + 2, -1)] {
        let window = Window { center, reach: 20 };
        assert_eq!(find_offset(&secret, params, &typed, window), Some(offset));
    }
}

#[test]
fn a_code_of_another_length_never_matches() {
    let secret = rfc6238_secret(Algorithm::Sha1);
    let params = TotpParams::default();
    let step = (0..).find(|&s| text_at(&secret, params, s).starts_with("00")).unwrap();
    let padded = code(&format!("00{}", text_at(&secret, params, step)), Digits::Eight);
    assert_eq!(match_code(&secret, params, &padded, Window { center: step, reach: 1 }), None);
}

#[test]
fn three_codes_count_only_in_a_row_and_within_reach() {
    let secret = rfc6238_secret(Algorithm::Sha1);
    let params = TotpParams::default();
    let typed = |steps: [u64; 3]| steps.map(|s| code(&text_at(&secret, params, s), Digits::Six));
    let window = Window { center: 1000, reach: TRIPLE_SEARCH };
    let find = |steps| find_three(&secret, params, &typed(steps), window);
    assert_eq!(find([996, 997, 998]), Some(996));
    assert_eq!(find([1002, 1003, 1004]), Some(1002));
    for wrong in
        [[995, 996, 997], [1003, 1004, 1005], [1000, 999, 998], [999, 999, 999], [998, 1000, 1002]]
    {
        assert_eq!(find(wrong), None, "{wrong:?}");
    }
}

#[test]
fn the_clocks_offset_is_found_in_steps() {
    let secret = rfc6238_secret(Algorithm::Sha1);
    let params = TotpParams::default();
    let window = Window { center: 1000, reach: 20 };
    for offset in [-20_i64, -8, -1, 0, 1, 8, 20] {
        let typed =
            code(&text_at(&secret, params, 1000_u64.saturating_add_signed(offset)), Digits::Six);
        assert_eq!(find_offset(&secret, params, &typed, window), Some(offset));
    }
}

#[test]
fn the_ends_of_time_do_not_panic() {
    let secret = rfc6238_secret(Algorithm::Sha1);
    let params = TotpParams::default();
    let typed = code("123456", Digits::Six);
    for seconds in [0, 1, u64::MAX / 2] {
        let window = Window::around(seconds, params, -DRIFT_LIMIT, 2);
        let _ = match_code(&secret, params, &typed, window);
        let _ = find_offset(&secret, params, &typed, Window { reach: 20, ..window });
    }
}
