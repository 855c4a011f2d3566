//! What leaks on purpose: that the test can fail.

use std::hint::black_box;

use mfakit::Answer;
use mfakit::domain::{Algorithm, Code, Digits, TotpParams, TotpSecret, Window, match_code};

use crate::codes::shown;
use crate::hashing::Hashing;
use crate::pair::{Class, Input, Pair};
use crate::recovery::{ABSENT, LIVE, slots};
use crate::scene::{ALPHABET, Scene};

/// Steps tried one by one, and no further than the first that fits: any code on the left, that of
/// the first step on the right.
pub(crate) fn window_left_early() -> Pair {
    let secret = TotpSecret::from_random(Algorithm::Sha1, &[1; 20]).expect("a secret");
    let first = 60_000_000;
    let right = shown(&secret, first);
    Pair::new(
        move |class, rng| {
            let any = crate::any_code(6, rng);
            Input::text(if class == Class::Right { &right } else { &any })
        },
        move |input| {
            let code = Code::parse(input.typed(), Digits::Six).expect("six digits");
            (first..first + 3).find(|step| {
                let window = Window { center: *step, reach: 0 };
                match_code(&secret, TotpParams::default(), &code, window).is_some()
            })
        },
    )
}

/// A guess at a slot that is not there answered without the hash.
pub(crate) fn skipped_hash() -> Pair {
    slots(Hashing::SkippedForDecoys, ABSENT)
}

/// A slot searched for by its character, and no further than it is: a few nanoseconds.
pub(crate) fn search_left_early() -> Pair {
    let scene = std::rc::Rc::new(Scene::new(Hashing::None));
    let known = std::rc::Rc::clone(&scene);
    Pair::new(
        move |class, rng| {
            let slot = if class == Class::Right { ABSENT } else { LIVE };
            Input::text(&known.wrong_recovery(slot, rng))
        },
        move |input| {
            let named = input.typed().as_bytes()[0];
            black_box(ALPHABET.iter().position(|c| *black_box(c) == named));
            scene.answer(Answer::recovery(input.typed()))
        },
    )
}
