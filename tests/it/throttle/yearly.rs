//! The yearly bound, recomputed by an attacker who tries.

use chrono::TimeDelta;
use mfakit::{Answer, RejectionReason, Settings, Verdict};

use super::Dice;
use crate::world::{User, World, block_on};

/// How many codes there are in the simulation: three digits.
const CODES: u32 = 1_000;
/// How many accounts are attacked, each for a year.
const YEARS: u32 = 800;

/// An attacker who knows the password and guesses whenever a code might be judged.
///
/// Codes have six digits, and a break-in within a year is a matter of one in 7,246: too rare to be
/// seen. So he guesses three digits, and an oracle writes three others in front: those of a code
/// near now that ends like his guess, if there is one, and some that are wrong if there is none.
/// Among thousand endings his chance at each code that the service would accept is one in a
/// thousand. Which it accepts, how often it judges him and what it charges is decided by the real
/// service at its real settings; the oracle knows codes far beyond the window on either side.
struct Attacker {
    dice: Dice,
    judged: u32,
}

impl Attacker {
    fn guess(&mut self, near: &[String]) -> String {
        let ending = format!("{:03}", self.dice.below(CODES));
        let right = near.iter().find(|code| code.ends_with(&ending));
        right.cloned().unwrap_or_else(|| format!("000{ending}"))
    }

    /// Guesses until he is in, or no single code is judged any more.
    async fn tries(&mut self, world: &World, ada: &User) -> bool {
        let outwards = [0, 1, -1, 2, -2, 3, -3, 4, -4];
        let near = outwards.map(|periods| ada.phone.code_after(world.now(), periods));
        let three = RejectionReason::ThreeCodesWanted { malformed: false };
        loop {
            let challenge = world.challenge(&ada.subject).await;
            for _ in 0..5 {
                let code = self.guess(&near);
                let before = world.store.commits();
                let verdict = world.mfa.answer(&challenge, Answer::code(&code)).await;
                self.judged += u32::try_from(world.store.commits() - before).expect("one");
                match verdict.expect("a verdict") {
                    Verdict::Passed(_) => return true,
                    Verdict::Rejected(rejection) if rejection.reason == three => return false,
                    Verdict::Rejected(_) => {}
                }
            }
        }
    }

    /// A year of it, from a full budget: whether he was in, and after how many guesses.
    async fn year(&mut self, world: &World, ada: &User) -> (bool, u32) {
        self.judged = 0;
        let begun = world.now();
        // Twice as often as a guess grows back, from the first day to the last.
        for week in 0..=52 {
            world.clock.set(begun + TimeDelta::weeks(week));
            if self.tries(world, ada).await {
                return (true, self.judged);
            }
        }
        (false, self.judged)
    }
}

/// One account stands for all: between two attacks it is left alone until its budget has grown
/// back, and then its owner signs in.
#[test]
fn an_attacker_with_the_password_succeeds_as_often_in_a_year_as_the_settings_say() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let mut attacker = Attacker { dice: Dice(0x1815), judged: 0 };
        let mut broken = 0;
        for _ in 0..YEARS {
            let (within, guesses) = attacker.year(&world, &ada).await;
            broken += u32::from(within);
            assert!(within || guesses == 46, "{guesses} guesses were judged in a year, not 46");
            world.clock.advance(TimeDelta::days(14 * 20));
            world.sign_in(&ada).await;
            // Right after a sign-in fewer codes are good than at any other time.
            world.clock.advance(TimeDelta::hours(1));
        }
        let settings = Settings::default();
        let scale = f64::from(settings.totp().digits().code_space()) / f64::from(CODES);
        // The bound adds the chances of all the guesses up; whoever is in guesses no more.
        let bound = settings.yearly_break_in_chance() * scale;
        let expected = 1.0 - (1.0 - bound / 46.0).powi(46);
        assert!((0.12..0.14).contains(&expected), "{expected}");
        let observed = f64::from(broken) / f64::from(YEARS);
        let deviation = (expected * (1.0 - expected) / f64::from(YEARS)).sqrt();
        let off = (observed - expected) / deviation;
        assert!(off.abs() < 3.0, "{observed} is {off} standard deviations from {expected}");
        assert!(observed < bound + 3.0 * deviation, "{observed} is beyond the bound of {bound}");
    });
}
