//! What leaks on purpose: that the test can fail.

use dudect_bencher::{BenchRng, CtRunner};
use mfakit::domain::{Window, match_code};
use mfakit::{Algorithm, Code, Digits, TotpParams, TotpSecret};

use crate::compare;
use crate::scene::{Scene, window};

/// Steps tried one by one, and no further than the first that fits.
pub(crate) fn window_left_early(runner: &mut CtRunner, rng: &mut BenchRng) {
    let scene = Scene::new();
    let secret = TotpSecret::from_random(Algorithm::Sha1, &[1; 20]).expect("a secret");
    let (params, steps) = (TotpParams::default(), window(&scene));
    let early = |text: &String| {
        let code = Code::parse(text, Digits::Six).expect("six digits");
        (steps.centre - 1..=steps.centre + 1).find(|step| {
            let window = Window { centre: *step, reach: 0 };
            match_code(&secret, params, &code, window).is_some()
        })
    };
    let right = (0..1_000_000).map(|n| format!("{n:06}"));
    let right = right
        .into_iter()
        .find(|text| early(text) == Some(steps.centre - 1))
        .expect("one of a million");
    let input = |is_right: bool, rng: &mut BenchRng| {
        let any = crate::any_code(6, rng);
        if is_right { right.clone() } else { any }
    };
    compare(runner, rng, 100_000, input, early);
}

/// A guess at a slot that is not there answered without the hash: a tenth of what it costs, spun.
pub(crate) fn skipped_hash(runner: &mut CtRunner, rng: &mut BenchRng) {
    let work = |rounds: &u32| (0..*rounds).fold(1_u64, |x, n| x.rotate_left(5) ^ u64::from(n));
    let input = |absent: bool, _: &mut BenchRng| if absent { 900 } else { 1_000 };
    compare(runner, rng, 100_000, input, |rounds| work(std::hint::black_box(rounds)));
}
