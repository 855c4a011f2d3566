//! Which step a code belongs to, if any.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::code::Code;
use super::params::TotpParams;
use super::secret::TotpSecret;
use super::signer::Signer;
use super::step::{Step, Window};

/// The latest step of the window whose code this is.
///
/// Every step is signed and compared, whatever the earlier ones gave: the work, and so the time,
/// is the same for a right code, a wrong one and one at the window's edge (ASVS 5.0 §11.2.4).
///
/// # Security
/// Nothing is charged and no step is burned here: that is [`TotpCheck::judge`](crate::domain::TotpCheck::judge).
///
/// ```
/// use mfakit::domain::{Algorithm, Code, Digits, TotpParams, TotpSecret, Window, match_code};
///
/// let secret = TotpSecret::from_random(Algorithm::Sha1, b"12345678901234567890")?;
/// let params = TotpParams::default();
/// let code = Code::parse("287 082", Digits::Six).unwrap();
/// let window = Window::around(59, params, 0, 1);
/// assert_eq!(match_code(&secret, params, &code, window), Some(1));
/// # Ok::<(), mfakit::Invalid>(())
/// ```
pub fn match_code(
    secret: &TotpSecret,
    params: TotpParams,
    code: &Code,
    window: Window,
) -> Option<Step> {
    let mut signer = Signer::new(params.algorithm(), secret);
    let right_length = Choice::from(u8::from(code.digits() == params.digits()));
    let mut found = Choice::from(0);
    let mut step_found: Step = 0;
    for step in window.steps() {
        let hit = signer.code_at(step, params.digits()).ct_eq(&code.value()) & right_length;
        step_found.conditional_assign(&step, hit);
        found |= hit;
    }
    bool::from(found).then_some(step_found)
}

/// The first of three consecutive steps whose codes these are, searched within ±`reach` of the
/// center. The latest such run wins; every step is signed once and compared with all three.
pub(crate) fn find_three(
    secret: &TotpSecret,
    params: TotpParams,
    codes: &[Code; 3],
    window: Window,
) -> Option<Step> {
    let mut signer = Signer::new(params.algorithm(), secret);
    let signed: Zeroizing<Vec<u32>> =
        Zeroizing::new(window.steps().map(|step| signer.code_at(step, params.digits())).collect());
    let right_length =
        Choice::from(u8::from(codes.iter().all(|code| code.digits() == params.digits())));
    let mut found = Choice::from(0);
    let mut first_found: Step = 0;
    for (first, run) in window.steps().zip(signed.windows(3)) {
        let mut hit = right_length;
        for (signed, code) in run.iter().zip(codes) {
            hit &= signed.ct_eq(&code.value());
        }
        first_found.conditional_assign(&first, hit);
        found |= hit;
    }
    bool::from(found).then_some(first_found)
}

/// How many steps away from the center the authenticator's clock is, searched outwards.
///
/// Only a setup's confirmation asks: it tells the owner that the phone's clock is wrong, instead
/// of that the code is. It accepts nothing.
pub(crate) fn find_offset(
    secret: &TotpSecret,
    params: TotpParams,
    code: &Code,
    window: Window,
) -> Option<i64> {
    let mut signer = Signer::new(params.algorithm(), secret);
    let mut nearest: Option<i64> = None;
    for step in window.steps() {
        if code.digits() == params.digits()
            && bool::from(signer.code_at(step, params.digits()).ct_eq(&code.value()))
        {
            let offset = step.cast_signed() - window.center.cast_signed();
            nearest =
                Some(nearest.map_or(offset, |n| if offset.abs() < n.abs() { offset } else { n }));
        }
    }
    nearest
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
