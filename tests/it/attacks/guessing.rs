//! Guesses beyond the budget.

use mfakit::testing::Authenticator;
use mfakit::{AccountStore, Answer, EventKind, EventLog, Refusal, SignIn, Subject, Verdict};

use crate::world::{User, World, block_on, passed, refused, rejected};

async fn left(world: &World, subject: &Subject) -> u16 {
    let account = world.memory.load(subject).await.unwrap().unwrap();
    account.budget().left(world.mfa.settings().throttle(), world.now())
}

/// A code that the phone shows at no time near now.
pub(super) fn wrong(phone: &Authenticator, world: &World) -> String {
    let near: Vec<String> = (-30..=30).map(|n| phone.code_after(world.now(), n)).collect();
    let mut codes = (0..).map(|n| format!("{n:06}"));
    codes.find(|code| !near.contains(code)).unwrap()
}

/// Spends the budget by wrong codes, as many a challenge as it takes.
pub(super) async fn exhaust(world: &World, user: &User) {
    let code = wrong(&user.phone, world);
    while left(world, &user.subject).await > 0 {
        let (_, challenge) = world.challenge(&user.subject).await;
        for _ in 0..5 {
            rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        }
    }
}

async fn three_codes(world: &World, phone: &Authenticator) -> Answer {
    let codes = [-2, -1, 0].map(|n| phone.code_after(world.now(), n));
    Answer::three_codes([&codes[0], &codes[1], &codes[2]])
}

/// Attack 5: Parallel guesses exceeded the limit: here in one challenge; many at once are in `concurrency`.
#[test]
fn a_challenge_takes_five_codes_and_an_account_twenty() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = wrong(&ada.phone, &world);
        let (_, challenge) = world.challenge(&ada.subject).await;
        for expected in (0..5).rev() {
            let why = rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
            assert_eq!(why.answers_left, Some(expected));
        }
        let sixth = world.mfa.answer(&challenge, Answer::code(&code)).await;
        assert_eq!(refused(sixth), Refusal::ChallengeSpent);
        assert_eq!(left(&world, &ada.subject).await, 15);
        exhaust(&world, &ada).await;

        world.store.reset();
        let (_, challenge) = world.challenge(&ada.subject).await;
        let right = Answer::code(&ada.phone.code_at(world.now()));
        let why = rejected(world.mfa.answer(&challenge, right).await);
        assert!(why.three_codes_wanted, "a throttled single code is not evaluated, right or wrong");
        assert_eq!(world.store.commits(), 0, "a throttled answer commits nothing");
    });
}

/// Attack 6: CVE-2026-128332: another factor's success, or a password sign-in, reset the counter.
#[test]
fn nothing_the_owner_does_gives_an_attacker_guesses() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (tablet, _) = world.add_phone(&session, "Tablet").await;
        let code = wrong(&ada.phone, &world);
        let (_, attackers) = world.challenge(&ada.subject).await;
        for _ in 0..5 {
            rejected(world.mfa.answer(&attackers, Answer::code(&code)).await);
        }
        assert_eq!(left(&world, &ada.subject).await, 15);
        for phone in [&ada.phone, &tablet] {
            world.next_code();
            let methods = world.mfa.status(&ada.subject).await.unwrap().methods;
            let factor = methods[usize::from(std::ptr::eq(phone, &tablet))].factor;
            let answer = Answer::code_of(factor, &phone.code_at(world.now()));
            world.sign_in_with(&ada.subject, answer).await;
            assert_eq!(left(&world, &ada.subject).await, 15);
        }
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        let _ = world.mfa.sign_in(world.password(&ada.subject)).await.unwrap();
        assert_eq!(left(&world, &ada.subject).await, 15);
    });
}

/// Attack 6: Success gives back what its own challenge spent, and at most three.
#[test]
fn typos_are_free_and_more_are_not() {
    block_on(async {
        for (typos, expected) in [(0, 20), (1, 20), (2, 20), (3, 19), (4, 18)] {
            let world = World::new();
            let ada = world.protect("ada").await;
            let code = wrong(&ada.phone, &world);
            let (_, challenge) = world.challenge(&ada.subject).await;
            for _ in 0..typos {
                rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
            }
            let right = Answer::code(&ada.phone.code_at(world.now()));
            passed(world.mfa.answer(&challenge, right).await);
            assert_eq!(left(&world, &ada.subject).await, expected, "after {typos} typos");
        }
    });
}

/// Attack 7: CVE-2026-78655: the counter was kept in something the client could replay.
#[test]
fn an_old_copy_of_a_challenge_brings_no_guess_back() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = wrong(&ada.phone, &world);
        let (_, challenge) = world.challenge(&ada.subject).await;
        let written = serde_json::to_string(&challenge).unwrap();
        for _ in 0..5 {
            rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        }
        let replayed: mfakit::Challenge = serde_json::from_str(&written).unwrap();
        let again = world.mfa.answer(&replayed, Answer::code(&code)).await;
        assert_eq!(refused(again), Refusal::ChallengeSpent);
    });
}

/// Attack 8, 9: CVE-2026-58271, CVE-2026-123521: a side endpoint, or the re-authentication, had no throttle.
#[test]
fn step_up_spends_the_same_budget_as_sign_in() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let code = wrong(&ada.phone, &world);
        for _ in 0..4 {
            let step_up = world.mfa.step_up(&session, "disable").await.unwrap();
            for _ in 0..5 {
                rejected(world.mfa.answer(&step_up, Answer::code(&code)).await);
            }
        }
        assert_eq!(left(&world, &ada.subject).await, 0);
        let (_, challenge) = world.challenge(&ada.subject).await;
        let why = rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert!(why.three_codes_wanted);
    });
}

/// Ten factors give no guess more than one.
#[test]
fn the_budget_belongs_to_the_account_not_to_the_factor() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let mut session = world.sign_in(&ada).await;
        for number in 2..=10 {
            session = world.add_phone(&session, &format!("Phone {number}")).await.1;
        }
        let methods = world.mfa.status(&ada.subject).await.unwrap().methods;
        assert_eq!(methods.len(), 10);
        let mut judged = 0;
        for round in 0..6 {
            let (_, challenge) = world.challenge(&ada.subject).await;
            for number in 0..5 {
                let factor = methods[(round + number) % 10].factor;
                let answer = Answer::code_of(factor, &wrong(&ada.phone, &world));
                let why = rejected(world.mfa.answer(&challenge, answer).await);
                judged += usize::from(why.answers_left != Some(5));
            }
        }
        assert_eq!((judged, left(&world, &ada.subject).await), (20, 0));
    });
}

/// Attack 23: A lockout also blocked recovery codes, and locked the owner out.
#[test]
fn an_empty_budget_asks_for_three_codes_and_leaves_recovery_open() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        exhaust(&world, &ada).await;
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        world.wait(90);
        let answer = three_codes(&world, &ada.phone).await;
        world.sign_in_with(&ada.subject, answer).await;
        assert_eq!(left(&world, &ada.subject).await, 0, "the attacker got nothing back");
    });
}

/// The owner is told once, however long the attacker goes on.
#[test]
fn the_owner_is_told_once_that_somebody_knows_the_password() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        for _ in 0..5 {
            exhaust(&world, &ada).await;
            world.wait(14 * 24 * 3600);
        }
        let events = world.memory.read(None, 1000).await.unwrap().events;
        let told = events.iter().filter(|event| *event.kind() == EventKind::GuessesSpent);
        assert_eq!(told.count(), 1);
    });
}

/// A password change ends the attack: the next sign-in with both factors refills the budget.
#[test]
fn a_two_factor_sign_in_after_a_password_change_refills_the_budget() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        exhaust(&world, &ada).await;
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        assert_eq!(left(&world, &ada.subject).await, 0, "the change alone gives nothing");
        world.wait(90);
        let answer = three_codes(&world, &ada.phone).await;
        world.sign_in_with(&ada.subject, answer).await;
        assert_eq!(left(&world, &ada.subject).await, 20);
    });
}

/// Replays and malformed input: the one is charged, the other never is.
#[test]
fn a_replay_is_charged_and_malformed_input_is_not() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = ada.phone.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code(&code)).await;
        let (_, challenge) = world.challenge(&ada.subject).await;
        for typed in ["", "12345", "1234567", "abcdef", "４９２０３９", &"1".repeat(10_000)] {
            let why = rejected(world.mfa.answer(&challenge, Answer::code(typed)).await);
            assert!(why.malformed);
            let three = Answer::three_codes([typed, &code, &code]);
            assert!(rejected(world.mfa.answer(&challenge, three).await).malformed);
        }
        assert_eq!(left(&world, &ada.subject).await, 20);
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(left(&world, &ada.subject).await, 19);
    });
}

/// The strict mode of NIST SP 800-63B-4 §3.2.2: MFA stays on, recovery stays open, a factor is
/// bound anew.
#[test]
fn strict_mode_suspends_the_factors_and_a_recovery_code_binds_a_new_one() {
    let settings = mfakit::Settings::builder()
        .throttle(mfakit::Throttle::SuspendAfter { failures: 100 })
        .accept_break_ins_likelier_than_one_in_a_thousand()
        .build()
        .unwrap();
    block_on(async {
        let world = World::with(settings);
        let ada = world.protect("ada").await;
        let code = wrong(&ada.phone, &world);
        for _ in 0..20 {
            let (_, challenge) = world.challenge(&ada.subject).await;
            for _ in 0..5 {
                rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
            }
        }
        let (_, challenge) = world.challenge(&ada.subject).await;
        assert!(challenge.methods().is_empty());
        let right = Answer::code(&ada.phone.code_at(world.now()));
        assert!(rejected(world.mfa.answer(&challenge, right).await).suspended);
        assert!(world.mfa.status(&ada.subject).await.unwrap().enabled);

        let session = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        let (tablet, _) = world.add_phone(&session, "Tablet").await;
        world.next_code();
        let code = tablet.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code(&code)).await;
    });
}

/// An attacker with the password who answers a thousand times a second for a year never delays the
/// owner by more than three codes, and the account does not grow. Each second is played by what it
/// can still change: once the budget is empty an answer writes nothing, so a second of a thousand
/// is as a second of a few. The owner signs in every week.
#[test]
fn a_year_of_attack_never_delays_the_owner_by_more_than_three_codes() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let size = |account: &mfakit::domain::Account| {
            let stored = mfakit::StoredAccount::new(account, mfakit::Format::V1);
            serde_json::to_string(&stored).unwrap().len()
        };
        let mut largest = 0;
        for _week in 0..52 {
            for _burst in 0..7 {
                world.wait(24 * 3600);
                exhaust(&world, &ada).await;
                let code = wrong(&ada.phone, &world);
                let (_, challenge) = world.challenge(&ada.subject).await;
                for _ in 0..20 {
                    rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
                    let three = Answer::three_codes([&code, &code, &code]);
                    rejected(world.mfa.answer(&challenge, three).await);
                }
                rejected(world.mfa.answer(&challenge, Answer::recovery("0000000000000000")).await);
            }
            world.wait(90);
            let (_, challenge) = world.challenge(&ada.subject).await;
            let answer = three_codes(&world, &ada.phone).await;
            passed(world.mfa.answer(&challenge, answer).await);
            let account = world.memory.load(&ada.subject).await.unwrap().unwrap();
            largest = largest.max(size(&account));
        }
        assert!(largest < 4096, "the account has grown to {largest} bytes");
    });
}

/// The bound that the settings compute for themselves, against the real decisions: attackers guess
/// for a year on many accounts, in a code space scaled down to where break-ins can be counted. The
/// scaling is in the guess: instead of one code of a million, the attacker picks one of the window's
/// own codes with the chance that a guess would have in a space of 1,000.
#[test]
fn a_simulated_year_agrees_with_the_bound_that_the_settings_compute() {
    const ACCOUNTS: u32 = 400;
    const SPACE: u64 = 1_000;
    block_on(async {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut broken_into = 0_u32;
        for number in 0..ACCOUNTS {
            let world = World::new();
            let ada = world.protect(&format!("ada {number}")).await;
            'year: for day in 0..365 {
                let allowed = left(&world, &ada.subject).await;
                let (_, challenge) = world.challenge(&ada.subject).await;
                for _ in 0..allowed.min(5) {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    // Three steps of the window, each worth one code of the space.
                    let code = match random % SPACE {
                        step @ 0..=2 => ada.phone.code_after(world.now(), step.cast_signed() - 1),
                        _ => wrong(&ada.phone, &world),
                    };
                    let verdict = world.mfa.answer(&challenge, Answer::code(&code)).await;
                    if matches!(verdict, Ok(Verdict::Passed(_))) {
                        broken_into += 1;
                        break 'year;
                    }
                }
                world.wait(24 * 3600 + i64::from(day % 7));
            }
        }
        let settings = mfakit::Settings::default();
        let guesses = settings.yearly_break_in_chance() * 1e6 / 3.0;
        let per_guess = 3.0 / 1000.0;
        let expected = f64::from(ACCOUNTS) * (1.0 - (1.0_f64 - per_guess).powf(guesses));
        let deviation = (expected * (1.0 - expected / f64::from(ACCOUNTS))).sqrt();
        let off = (f64::from(broken_into) - expected).abs();
        assert!(
            off < 4.0 * deviation,
            "{broken_into} break-ins, {expected:.1} ± {deviation:.1} expected"
        );
    });
}

/// A sign-in that is not finished gives nothing back either.
#[test]
fn an_abandoned_challenge_stays_charged() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = wrong(&ada.phone, &world);
        for expected in [19, 18, 17] {
            let signed_in = world.mfa.sign_in(world.password(&ada.subject)).await;
            let Ok(SignIn::Challenge(_, challenge)) = signed_in else { panic!("no challenge") };
            rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
            assert_eq!(left(&world, &ada.subject).await, expected);
        }
    });
}
