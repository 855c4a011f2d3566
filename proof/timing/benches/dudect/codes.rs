//! Codes of a phone: compared, and as whole answers.

use dudect_bencher::rand::RngExt;
use mfakit::domain::{Algorithm, Code, Digits, Step, TotpParams, TotpSecret, Window, match_code};
use mfakit::{Answer, FactorId};

use crate::hashing::Hashing;
use crate::pair::{Class, Input, Pair};
use crate::scene::{Scene, now};

fn secret() -> TotpSecret {
    TotpSecret::from_random(Algorithm::Sha1, b"12345678901234567890").expect("a secret")
}

fn window() -> Window {
    Window::around(now().timestamp().unsigned_abs(), TotpParams::default(), 0, 1)
}

fn judge(secret: &TotpSecret, typed: &str, window: Window) -> Option<Step> {
    let code = Code::parse(typed, Digits::Six).expect("six digits");
    match_code(secret, TotpParams::default(), &code, window)
}

/// The code of a step, found by trying.
pub(crate) fn shown(secret: &TotpSecret, step: Step) -> String {
    let mut codes = (0..1_000_000).map(|n| format!("{n:06}"));
    let window = Window { center: step, reach: 0 };
    codes.find(|text| judge(secret, text, window).is_some()).expect("one of a million")
}

fn comparison(left: Option<String>, right: String) -> Pair {
    let (secret, window) = (secret(), window());
    let rights: Vec<_> =
        (window.center - 1..=window.center + 1).map(|step| shown(&secret, step)).collect();
    Pair::new(
        move |class, rng| {
            // Drawn for either class: the generator is in the same state whatever comes of it.
            let wrong = std::iter::repeat_with(|| crate::any_code(6, rng));
            let wrong = wrong.into_iter().find(|code| !rights.contains(code)).expect("a code");
            Input::text(match class {
                Class::Left => left.as_ref().unwrap_or(&wrong),
                Class::Right => &right,
            })
        },
        move |input| judge(&secret, input.typed(), window),
    )
}

/// Any wrong code on the left.
pub(crate) fn right_or_wrong() -> Pair {
    comparison(None, shown(&secret(), window().center))
}

pub(crate) fn either_end() -> Pair {
    let first = shown(&secret(), window().center - 1);
    comparison(Some(first), shown(&secret(), window().center + 1))
}

/// Any wrong code on the left; on the right one that is wrong in its last digit alone.
pub(crate) fn right_beginning() -> Pair {
    let right = shown(&secret(), window().center);
    let (head, last) = right.split_at(5);
    comparison(None, format!("{head}{}", (last.as_bytes()[0] - b'0' + 1) % 10))
}

/// A wrong code either way: judged by any secret on the left, by the same one each time on the
/// right.
pub(crate) fn any_secret() -> Pair {
    let (window, fixed) = (window(), "12345678901234567890".split_at(16).0);
    Pair::new(
        move |class, rng| {
            let any: String = (0..16).map(|_| char::from(rng.random_range(b' '..=b'~'))).collect();
            Input::text(if class == Class::Right { fixed } else { &any })
        },
        move |input| {
            let mut bytes = *b"12345678901234567890";
            bytes[..16].copy_from_slice(input.typed().as_bytes());
            let secret = TotpSecret::from_random(Algorithm::Sha1, &bytes).expect("a secret");
            judge(&secret, "000000", window)
        },
    )
}

fn answer(
    scene: Scene,
    input: impl Fn(Class, &mut dudect_bencher::BenchRng, &Scene) -> Input + 'static,
) -> Pair {
    let scene = std::rc::Rc::new(scene);
    let made_by = std::rc::Rc::clone(&scene);
    Pair::new(
        move |class, rng| input(class, rng, &made_by),
        move |input| scene.answer(Answer::code_of(input.factor(), input.typed())),
    )
}

/// Any wrong code on the left; on the right the one that was accepted last.
pub(crate) fn wrong_or_replayed() -> Pair {
    answer(Scene::new(Hashing::None), |class, rng, scene| {
        let wrong = scene.wrong_code(rng);
        Input::new(scene.factor, if class == Class::Right { scene.replayed() } else { &wrong })
    })
}

/// Any wrong code either way: of the preferred factor on the left, on the right of one that nobody
/// has, which the preferred one judges.
pub(crate) fn wrong_or_unknown() -> Pair {
    answer(Scene::new(Hashing::None), |class, rng, scene| {
        let unknown = FactorId::from_random(rng.random());
        let factor = if class == Class::Right { unknown } else { scene.preferred };
        Input::new(factor, &scene.wrong_code(rng))
    })
}

/// Any wrong code either way: of the preferred factor on the left, of the other on the right. Who
/// answers knows which he has named.
pub(crate) fn either_factor() -> Pair {
    answer(Scene::new(Hashing::None), |class, rng, scene| {
        let factor = if class == Class::Right { scene.factor } else { scene.preferred };
        Input::new(factor, &scene.wrong_code(rng))
    })
}

/// A factor that nobody has either way: any wrong code on the left, on the right one that the
/// preferred factor would be right with.
pub(crate) fn unknown_wrong_or_right() -> Pair {
    answer(Scene::imported(), |class, rng, scene| {
        let unknown = FactorId::from_random(rng.random());
        let wrong = scene.wrong_code(rng);
        Input::new(unknown, if class == Class::Right { scene.right() } else { &wrong })
    })
}
