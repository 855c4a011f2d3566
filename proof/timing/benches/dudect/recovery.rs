//! Recovery codes that are not right: in a slot that is live, spent or absent.

use std::cell::OnceCell;
use std::rc::Rc;

use dudect_bencher::BenchRng;
use dudect_bencher::rand::RngExt;
use mfakit::Answer;

use crate::hashing::Hashing;
use crate::pair::{Class, Input, Pair};
use crate::scene::Scene;

/// Slots of the set: the first is spent, there are ten, and characters for 32.
pub(crate) const SPENT: usize = 0;
pub(crate) const LIVE: usize = 5;
const OTHER: usize = 6;
pub(crate) const ABSENT: usize = 20;

/// Whole answers, with texts that are made for one class or the other.
pub(crate) fn answer(
    hashing: Hashing,
    text: impl Fn(Class, &mut BenchRng, &Scene) -> String + 'static,
) -> Pair {
    answer_in(Scene::new(hashing), text)
}

fn answer_in(
    scene: Scene,
    text: impl Fn(Class, &mut BenchRng, &Scene) -> String + 'static,
) -> Pair {
    let scene = Rc::new(scene);
    let known = Rc::clone(&scene);
    Pair::new(
        move |class, rng| Input::text(&text(class, rng, &known)),
        move |input| scene.answer(Answer::recovery(input.typed())),
    )
}

/// Any code of the live slot on the left, of another one on the right.
pub(crate) fn slots(hashing: Hashing, right: usize) -> Pair {
    answer(hashing, move |class, rng, scene| {
        scene.wrong_recovery(if class == Class::Right { right } else { LIVE }, rng)
    })
}

/// Any code of the spent slot on the left, the very one that was spent on the right.
fn wrong_or_spent_in(hashing: Hashing) -> Pair {
    answer(hashing, |class, rng, scene| {
        let wrong = scene.wrong_recovery(SPENT, rng);
        if class == Class::Right { scene.recovery_code(SPENT).to_owned() } else { wrong }
    })
}

/// With Argon2id, at 8 KiB and one pass.
pub(crate) mod hashed {
    use super::{
        ABSENT, Class, Hashing, LIVE, OTHER, OnceCell, Pair, SPENT, answer, slots,
        wrong_or_spent_in,
    };

    pub(crate) fn live_or_absent() -> Pair {
        slots(Hashing::Argon2, ABSENT)
    }

    pub(crate) fn live_or_spent() -> Pair {
        slots(Hashing::Argon2, SPENT)
    }

    pub(crate) fn wrong_or_spent() -> Pair {
        wrong_or_spent_in(Hashing::Argon2)
    }

    /// Any code of the spent slot on the left, one of them each time on the right: what a repeated
    /// text alone does, of which no secret of the account is part. Argon2id reads its memory in
    /// places that depend on what it hashes.
    pub(crate) fn wrong_or_repeated() -> Pair {
        let repeated = OnceCell::new();
        answer(Hashing::Argon2, move |class, rng, scene| {
            let wrong = scene.wrong_recovery(SPENT, rng);
            let repeated: &String = repeated.get_or_init(|| wrong.clone());
            if class == Class::Right { repeated.clone() } else { wrong }
        })
    }

    /// Any code of the live slot on the left, on the right one that would be right in another.
    pub(crate) fn wrong_or_misplaced() -> Pair {
        answer(Hashing::Argon2, |class, rng, scene| {
            let wrong = scene.wrong_recovery(LIVE, rng);
            let rest = &scene.recovery_code(OTHER)[1..];
            if class == Class::Right { format!("{}{rest}", &wrong[..1]) } else { wrong }
        })
    }
}

/// Without the slow hash, whose noise hides what the rest does: nothing is computed, and it is
/// wrong.
pub(crate) mod unhashed {
    use super::{ABSENT, Hashing, Pair, SPENT, slots, wrong_or_spent_in};

    pub(crate) fn live_or_absent() -> Pair {
        slots(Hashing::None, ABSENT)
    }

    pub(crate) fn live_or_spent() -> Pair {
        slots(Hashing::None, SPENT)
    }

    pub(crate) fn wrong_or_spent() -> Pair {
        wrong_or_spent_in(Hashing::None)
    }
}

/// Codes from another system, which name no slot and are compared with every one: any on the left,
/// the one that was spent on the right. Without the slow hashes.
pub(crate) fn imported_wrong_or_spent() -> Pair {
    answer_in(Scene::imported(), |class, rng, scene| {
        let wrong: String = (0..16).map(|_| char::from(rng.random_range(b'a'..=b'z'))).collect();
        if class == Class::Right { scene.recovery_code(SPENT).to_owned() } else { wrong }
    })
}
