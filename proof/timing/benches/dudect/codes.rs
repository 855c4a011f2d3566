//! Codes of a phone: compared, and as whole answers.

use dudect_bencher::rand::RngExt;
use dudect_bencher::{BenchRng, CtRunner};
use mfakit::domain::{Question, match_code};
use mfakit::testing::block_on;
use mfakit::{Algorithm, Answer, Code, Digits, FactorId, SecretCipher, TotpParams, TotpSecret};

use crate::compare;
use crate::scene::{Scene, window};

const COMPARISONS: usize = 4_000_000;
const ANSWERS: usize = 2_000_000;

/// The secret of a phone of its own, and codes of the three steps around now.
fn secret() -> TotpSecret {
    TotpSecret::from_random(Algorithm::Sha1, b"12345678901234567890").expect("a secret")
}

fn shown(step: u64) -> String {
    let (secret, params) = (secret(), TotpParams::default());
    let codes = (0..1_000_000).map(|n| format!("{n:06}"));
    let mut codes = codes.filter(|text| {
        let code = Code::parse(text, Digits::Six).expect("six digits");
        let window = mfakit::domain::Window { centre: step, reach: 0 };
        match_code(&secret, params, &code, window).is_some()
    });
    codes.next().expect("one of a million")
}

fn judge(scene: &Scene) -> impl Fn(&String) -> Option<u64> {
    let (secret, params, window) = (secret(), TotpParams::default(), window(scene));
    move |text| {
        let code = Code::parse(text, Digits::Six).expect("six digits");
        match_code(&secret, params, &code, window)
    }
}

pub(crate) fn right_or_wrong(runner: &mut CtRunner, rng: &mut BenchRng) {
    let scene = Scene::new();
    let centre = window(&scene).centre;
    // One of each: whether a typed text is read faster the hundredth time is no secret.
    let (right, wrong) = (shown(centre), scene.wrong_code(rng));
    let input = |is_right: bool, _: &mut BenchRng| {
        if is_right { right.clone() } else { wrong.clone() }
    };
    compare(runner, rng, COMPARISONS, input, judge(&scene));
}

pub(crate) fn either_end(runner: &mut CtRunner, rng: &mut BenchRng) {
    let scene = Scene::new();
    let centre = window(&scene).centre;
    let (first, last) = (shown(centre - 1), shown(centre + 1));
    let input = |last_one: bool, _: &mut BenchRng| {
        if last_one { last.clone() } else { first.clone() }
    };
    compare(runner, rng, COMPARISONS, input, judge(&scene));
}

pub(crate) fn right_beginning(runner: &mut CtRunner, rng: &mut BenchRng) {
    let scene = Scene::new();
    let right = shown(window(&scene).centre);
    let (head, last) = right.split_at(5);
    let other = (last.as_bytes()[0] - b'0' + 1) % 10;
    let near = format!("{head}{other}");
    let far = scene.wrong_code(rng);
    let input = |is_near: bool, _: &mut BenchRng| {
        if is_near { near.clone() } else { far.clone() }
    };
    compare(runner, rng, COMPARISONS, input, judge(&scene));
}

/// From the typed text to the closed answer, unsealing included.
fn answer(scene: &Scene) -> impl Fn(&Answer) {
    |answer| {
        let question = scene.account.question(&scene.challenge, answer, scene.moment());
        let Ok(Question::Totp(asked)) = question else { panic!("not asked for a code") };
        let opened = block_on(scene.keyring.open(asked.sealed(), asked.context()));
        drop(std::hint::black_box(asked.judge(&opened.expect("opened"), None)));
    }
}

pub(crate) fn wrong_or_replayed(runner: &mut CtRunner, rng: &mut BenchRng) {
    let scene = Scene::new();
    let replayed = scene.phone.code_at(scene.now);
    let wrong = scene.wrong_code(rng);
    let input = |is_replayed: bool, _: &mut BenchRng| {
        Answer::code_of(scene.factor, if is_replayed { &replayed } else { &wrong })
    };
    compare(runner, rng, ANSWERS, input, answer(&scene));
}

pub(crate) fn wrong_or_unknown(runner: &mut CtRunner, rng: &mut BenchRng) {
    let scene = Scene::new();
    let input = |is_unknown: bool, rng: &mut BenchRng| {
        let unknown = FactorId::from_random(rng.random());
        let factor = if is_unknown { unknown } else { scene.factor };
        Answer::code_of(factor, &scene.wrong_code(rng))
    };
    compare(runner, rng, ANSWERS, input, answer(&scene));
}
