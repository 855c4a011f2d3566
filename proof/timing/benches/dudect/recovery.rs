//! Recovery codes that are not right: in a slot that is live, spent or absent.

use std::cell::RefCell;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use dudect_bencher::{BenchRng, CtRunner};
use mfakit::domain::Question;
use mfakit::{Answer, OneTimeCode};

use crate::compare;
use crate::scene::Scene;

const DECISIONS: usize = 4_000_000;
const WHOLE: usize = 1_000_000;

/// Slots of the set: the first is spent, there are ten, and characters for 32.
const SPENT: usize = 0;
const LIVE: usize = 5;
const ABSENT: usize = 20;

/// From the typed text to the closed answer, without the slow hash: what it would have computed is
/// there already, and is wrong.
fn decide(scene: &Scene, answer: &Answer, evaluate: impl Fn(&OneTimeCode, &[u8; 16]) -> [u8; 32]) {
    let question = scene.account.question(&scene.challenge, answer, scene.moment());
    let Ok(Question::OneTime(check)) = question else { panic!("not asked for a one-time code") };
    let computed = evaluate(check.code(), check.hash().salt());
    let evaluation = check.hash().evaluate(&computed);
    drop(std::hint::black_box(check.judge(&evaluation)));
}

fn slots(runner: &mut CtRunner, rng: &mut BenchRng, left: usize, right: usize) {
    let scene = Scene::new();
    let input = |is_right: bool, rng: &mut BenchRng| {
        let (slot, other) = if is_right { (right, left) } else { (left, right) };
        Answer::recovery(&scene.wrong_recovery(slot, other, rng))
    };
    compare(runner, rng, DECISIONS, input, |answer| {
        decide(&scene, answer, |_, salt| [salt[0] ^ 0x5a; 32]);
    });
}

pub(crate) fn decision_live_or_absent(runner: &mut CtRunner, rng: &mut BenchRng) {
    slots(runner, rng, LIVE, ABSENT);
}

pub(crate) fn decision_live_or_spent(runner: &mut CtRunner, rng: &mut BenchRng) {
    slots(runner, rng, LIVE, SPENT);
}

/// The very code that was spent, against a wrong one of the same slot: the same characters in
/// another order, which take as long to read.
pub(crate) fn decision_spent_code_or_wrong(runner: &mut CtRunner, rng: &mut BenchRng) {
    let scene = Scene::new();
    let spent: String = scene.codes.as_slice()[SPENT].reveal().replace('-', "");
    let mut wrong = spent.clone();
    wrong.replace_range(1.., &spent[1..].chars().rev().collect::<String>());
    assert_ne!(wrong, spent);
    let input =
        |is_spent: bool, _: &mut BenchRng| Answer::recovery(if is_spent { &spent } else { &wrong });
    compare(runner, rng, DECISIONS, input, |answer| {
        decide(&scene, answer, |_, salt| [salt[0] ^ 0x5a; 32]);
    });
}

/// The same with Argon2id, at 8 KiB and one pass.
fn whole(runner: &mut CtRunner, rng: &mut BenchRng, right: usize) {
    let scene = Scene::new();
    let params = Params::new(8, 1, 1, Some(32)).expect("costs");
    let blocks = RefCell::new(vec![Block::default(); params.block_count()]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let input = |is_right: bool, rng: &mut BenchRng| {
        let (slot, other) = if is_right { (right, LIVE) } else { (LIVE, right) };
        Answer::recovery(&scene.wrong_recovery(slot, other, rng))
    };
    compare(runner, rng, WHOLE, input, |answer| {
        decide(&scene, answer, |code, salt| {
            let mut digest = [0; 32];
            let mut blocks = blocks.borrow_mut();
            argon2
                .hash_password_into_with_memory(
                    code.expose_bytes(),
                    salt,
                    &mut digest,
                    blocks.as_mut_slice(),
                )
                .expect("a hash");
            digest
        });
    });
}

pub(crate) fn live_or_absent(runner: &mut CtRunner, rng: &mut BenchRng) {
    whole(runner, rng, ABSENT);
}

pub(crate) fn live_or_spent(runner: &mut CtRunner, rng: &mut BenchRng) {
    whole(runner, rng, SPENT);
}
