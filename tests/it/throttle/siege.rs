//! A year under siege: what an attacker who knows the password can do to the owner.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::store::{Format, StoredAccount};
use mfakit::{Answer, Error, EventKind, Refusal, Verdict};

use super::{Dice, told};
use crate::attacks::{left, stored, wrong_code};
use crate::concurrency::{at_once, counted};
use crate::world::{User, World, block_on, passed, raised, rejected};

/// How many answers of the attacker are played at one instant, of the thousand a second that he
/// sends. Between two instants nothing changes that another thousand could do more about: what is
/// not judged is not written, and what is judged is bounded by the budget.
const VOLLEY: u32 = 12;

struct Attacker(Dice);

impl Attacker {
    /// Something wrong, of one kind or another.
    fn answer(&mut self, world: &World, ada: &User) -> Answer {
        let wrong = wrong_code(world, [&ada.phone]);
        let stale = ada.phone.code_after(world.now(), -20);
        match self.0.below(5) {
            0 => Answer::code(&wrong),
            1 => Answer::code(&stale),
            2 => Answer::three_codes([&wrong, &wrong, &wrong]),
            3 => Answer::three_codes([&stale, &wrong, &stale]),
            _ => {
                let slot = char::from_digit(self.0.below(10), 10).expect("a digit");
                Answer::recovery(&format!("{slot}000-0000-0000-{:04}", self.0.below(10_000)))
            }
        }
    }

    async fn volley(&mut self, world: &World, ada: &User) {
        let mut challenge = world.challenge(&ada.subject).await;
        for _ in 0..VOLLEY {
            match world.mfa.answer(&challenge, self.answer(world, ada)).await {
                Ok(verdict) => assert!(matches!(verdict, Verdict::Rejected(_)), "he is in"),
                Err(Error::Refused(Refusal::ChallengeSpent)) => {
                    challenge = world.challenge(&ada.subject).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

fn size(world: &World, ada: &User) -> usize {
    let account = stored(world, &ada.subject);
    serde_json::to_string(&StoredAccount::new(&account, Format::V1)).expect("a document").len()
}

/// The owner comes: she opens a challenge, is asked for three codes, reads them off her phone as
/// they come, and is in. The attacker goes on meanwhile.
async fn she_signs_in(world: &World, ada: &User, attacker: &mut Attacker) -> TimeDelta {
    let begun: DateTime<Utc> = world.now();
    let challenge = world.challenge(&ada.subject).await;
    let mut codes = Vec::new();
    for period in 0..3 {
        if period > 0 {
            world.next_code();
        }
        attacker.volley(world, ada).await;
        codes.push(ada.phone.code_at(world.now()));
    }
    let [a, b, c] = &codes[..] else { panic!("three codes") };
    let answer = Answer::three_codes([a, b, c]);
    raised(world.mfa.answer(&challenge, answer).await);
    world.now() - begun
}

#[test]
fn an_attacker_with_the_password_delays_the_owner_by_three_codes_and_no_more() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let mut attacker = Attacker(Dice(0x1852));
        let begun = world.now();
        let mut sizes = Vec::new();
        for week in 0..52 {
            for _ in 0..6 {
                let within = TimeDelta::seconds(i64::from(attacker.0.below(7 * 86_400 - 600)));
                world.clock.set((begun + TimeDelta::weeks(week) + within).max(world.now()));
                attacker.volley(&world, &ada).await;
            }
            world.clock.set(begun + TimeDelta::weeks(week + 1) - TimeDelta::seconds(300));
            let took = she_signs_in(&world, &ada, &mut attacker).await;
            assert!(took <= TimeDelta::seconds(60), "week {week}: {took}");
            sizes.push(size(&world, &ada));
        }

        let accepted = counted(&world, |event| matches!(event, EventKind::CodeAccepted { .. }));
        assert_eq!(accepted, 52, "she, every week, and nobody else");
        let recovered =
            counted(&world, |event| matches!(event, EventKind::RecoveryCodeUsed { .. }));
        assert_eq!(recovered, 0);
        let judged = counted(&world, |event| matches!(event, EventKind::CodeRejected { .. }));
        assert_eq!(judged, 20 + 25, "a full budget and what grew back within the year");
        assert_eq!(told(&world), 1, "she was told, and not every week");
        assert_eq!(stored(&world, &ada.subject).recovery().unwrap().left(), 10);
        // Full after her sixteenth sign-in: eight charged and 16 passed challenges, 32 commits.
        let settled = &sizes[16..];
        let (least, most) = (settled.iter().min().unwrap(), settled.iter().max().unwrap());
        assert!(most - least < 64 && *most < 4_096, "the account grew: {sizes:?}");
    });
}

#[test]
fn an_attacker_in_the_midst_of_her_answer_does_not_hold_it_up() {
    let world = World::new();
    let ada = block_on(world.protect("ada"));
    // At first every guess of his is judged and committed; she is held up by none of them.
    for round in 0..3 {
        block_on(async { world.wait(90) });
        let (hers, his) = block_on(async {
            let mut his = Vec::new();
            for _ in 0..40 {
                his.push(world.challenge(&ada.subject).await);
            }
            (world.challenge(&ada.subject).await, his)
        });
        world.store.yield_around_calls();
        let wrong = wrong_code(&world, [&ada.phone]);
        let codes = [-2, -1, 0].map(|periods| ada.phone.code_after(world.now(), periods));
        let three = Answer::three_codes(codes.each_ref().map(String::as_str));
        let guesses = his.iter().map(|challenge| (challenge, Answer::code(&wrong)));
        let answers = guesses.chain([(&hers, three)]);
        let answers = answers.map(|(challenge, answer)| world.mfa.answer(challenge, answer));
        let mut verdicts = at_once(answers.collect::<Vec<_>>());
        passed(verdicts.pop().expect("hers"));
        for verdict in verdicts {
            rejected(verdict);
        }
        assert_eq!(left(&world, &ada.subject), 0, "round {round}");
    }
}
