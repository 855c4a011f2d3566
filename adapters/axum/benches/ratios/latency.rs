//! How long one request takes, and how much of that is the adapter's.

use std::time::{Duration, Instant};

use mfakit::{Answer, SignIn, Verdict};

use crate::measure::{median, per_second, ratio};
use crate::world::World;

const ROUNDS: usize = 501;
const LIMIT: Duration = Duration::from_micros(100);

/// A right code through the whole stack, against the same answer asked of `Mfa`, the store alone, and
/// the same application with an empty handler. They take turns.
pub(crate) async fn of_an_answer(store: &str, world: &World) {
    let user = &world.users[0];
    let [mut whole, mut page, mut core, mut stored, mut empty] = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        world.begin_sign_in(user).await;
        let form = format!("form=0&code={}", world.code(user));
        world.spent.take();
        let started = Instant::now();
        let status = world.post(user, "/mfa/challenge", form).await;
        let (took, in_store) = (started.elapsed(), world.spent.take());
        assert_eq!(status, 303);
        whole.push(took);
        stored.push(in_store);
        page.push(took.saturating_sub(in_store));
        world.wait();

        let first = world.first_factor(user);
        let SignIn::Challenge(challenge) = world.mfa.sign_in(first).await.unwrap() else {
            panic!("MFA is off")
        };
        let code = world.code(user);
        world.spent.take();
        let started = Instant::now();
        let verdict = world.mfa.answer(&challenge, Answer::code(&code)).await.unwrap();
        let Verdict::Passed(passed) = verdict else { panic!("{verdict:?}") };
        let raised = passed.signed_in.full().unwrap();
        let (took, in_store) = (started.elapsed(), world.spent.take());
        assert!(raised.has_second_factor());
        core.push(took.saturating_sub(in_store));

        let started = Instant::now();
        let status = world.post(user, "/empty", format!("form=0&code={code}")).await;
        empty.push(started.elapsed());
        assert_eq!(status, 200);
        world.wait();
    }
    let [whole, page, core, stored, empty] = [whole, page, core, stored, empty].map(median);
    // Without the store's time, which a disk moves by more than all the rest takes.
    let own = page.saturating_sub(core + empty);
    ratio(&format!("challenge/{store}/own_share_of_100us"), own, LIMIT, 1.0);
    println!("  # {whole:?} an answer: the store {stored:?}, the core {core:?}, own {own:?}");
    println!("  # an empty handler takes {empty:?}");
    println!("  # {:.0} answers a second, one after the other", per_second(whole));
}

/// A satisfied session within the recheck, against the same handler without a guard.
pub(crate) async fn of_a_guard(store: &str, world: &World) {
    let user = &world.users[0];
    world.begin_sign_in(user).await;
    let form = format!("form=0&code={}", world.code(user));
    assert_eq!(world.post(user, "/mfa/challenge", form).await, 303);
    assert_eq!(world.get(user, "/guarded").await.0, 200);
    world.spent.take();
    let [mut guarded, mut open] = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        let started = Instant::now();
        assert_eq!(world.get(user, "/guarded").await.0, 200);
        guarded.push(started.elapsed());
        let started = Instant::now();
        assert_eq!(world.get(user, "/open").await.0, 200);
        open.push(started.elapsed());
    }
    assert!(world.spent.take().is_zero(), "nothing is read within the recheck");
    let (guarded, open) = (median(guarded), median(open));
    ratio(&format!("guard/{store}/own_share_of_100us"), guarded.saturating_sub(open), LIMIT, 1.0);
    println!("  # {guarded:?} against {open:?} without a guard");
    world.wait();
}
