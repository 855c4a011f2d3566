use super::*;

type Jobs = Queue<&'static str, u32>;

const FULL: usize = Jobs::LANE_BOUND;

fn admit(queue: &mut Jobs, lane: &'static str, jobs: impl IntoIterator<Item = u32>) {
    for job in jobs {
        assert_eq!(queue.push(lane, job, 0), Admission::Admitted);
    }
}

/// Takes the next job and finishes it at once.
fn next(queue: &mut Jobs, random: u64) -> Option<u32> {
    let (turn, job) = queue.pop(random)?;
    queue.finish(turn);
    Some(job)
}

#[test]
fn an_empty_queue_gives_nothing() {
    let mut queue = Jobs::new(256);
    assert!(!queue.has_next());
    assert_eq!(queue.pop(7), None);
}

#[test]
fn a_lane_has_one_job_in_flight() {
    let mut queue = Jobs::new(256);
    admit(&mut queue, "a", [1, 2]);
    let (turn, _) = queue.pop(0).unwrap();
    assert!(!queue.has_next());
    assert_eq!(queue.pop(0), None);
    admit(&mut queue, "a", [3]);
    assert_eq!(queue.pop(0), None, "a newcomer does not open the lane");
    queue.finish(turn);
    assert!(queue.pop(0).is_some());
}

#[test]
fn lanes_take_turns_however_many_wait_in_them() {
    let mut queue = Jobs::new(256);
    admit(&mut queue, "a", 100..150);
    admit(&mut queue, "b", [200, 201]);
    admit(&mut queue, "c", [300]);
    let order: Vec<u32> = (0..6).filter_map(|_| next(&mut queue, 0)).map(|j| j / 100).collect();
    assert_eq!(order, [1, 2, 3, 1, 2, 1]);
}

#[test]
fn a_flood_of_a_thousand_on_one_lane_leaves_one_in_flight_and_64_waiting() {
    let mut queue = Jobs::new(256);
    admit(&mut queue, "a", [0]);
    let in_flight = queue.pop(0).unwrap();
    let mut busy = 0;
    for job in 1..1000 {
        match queue.push("a", job, u64::from(job) * 7919) {
            Admission::Admitted => {}
            Admission::Displaced(other) => {
                assert_ne!(other, job);
                busy += 1;
            }
            Admission::Refused(_) => panic!("the lane refused instead of displacing"),
        }
    }
    assert_eq!(busy, 1000 - 65);
    queue.finish(in_flight.0);
    assert_eq!(std::iter::from_fn(|| next(&mut queue, 5)).count(), 64);
}

#[test]
fn every_waiter_of_a_full_lane_can_be_the_one_displaced_or_drawn() {
    for at in 0..FULL {
        let random = u64::try_from(at).unwrap();
        let mut queue = Jobs::new(256);
        admit(&mut queue, "a", 0..64);
        let expected = u32::try_from(at).unwrap();
        assert_eq!(queue.push("a", 64, random), Admission::Displaced(expected));
        let mut queue = Jobs::new(256);
        admit(&mut queue, "a", 0..64);
        assert_eq!(next(&mut queue, random), Some(expected));
    }
}

#[test]
fn a_full_queue_makes_room_at_the_cost_of_the_longest_lane() {
    let mut queue = Jobs::new(10);
    admit(&mut queue, "a", 100..107);
    admit(&mut queue, "b", 200..203);
    for job in [300, 301, 302] {
        let Admission::Displaced(other) = queue.push("c", job, 3) else { panic!("no room for c") };
        assert_eq!(other / 100, 1);
    }
    // Now 4, 3 and 3 wait.
    let Admission::Displaced(other) = queue.push("b", 203, 3) else { panic!("no room for b") };
    assert_eq!(other / 100, 1);
    // 3, 4 and 3: no lane is longer than b.
    assert_eq!(queue.push("b", 204, 3), Admission::Refused(204));
    let Admission::Displaced(other) = queue.push("a", 107, 3) else { panic!("no room for a") };
    assert_eq!(other / 100, 2);
}

#[test]
fn a_lane_whose_last_waiter_was_displaced_gets_no_turn() {
    let mut queue = Jobs::new(1);
    admit(&mut queue, "a", [1]);
    assert_eq!(queue.push("b", 2, 0), Admission::Displaced(1));
    assert_eq!(next(&mut queue, 0), Some(2));
    assert_eq!(next(&mut queue, 0), None);
    assert!(queue.lanes.is_empty());
}

#[test]
fn new_codes_take_turns_with_evaluations() {
    let mut queue = Jobs::new(256);
    admit(&mut queue, "a", 100..103);
    queue.push_new_codes(vec![900, 901, 902, 903]).unwrap();
    let order: Vec<u32> = std::iter::from_fn(|| next(&mut queue, 0)).map(|job| job / 100).collect();
    assert_eq!(order, [1, 9, 1, 9, 1, 9, 9]);
}

#[test]
fn sets_of_new_codes_are_taken_whole_or_not_at_all() {
    let mut queue = Jobs::new(15);
    queue.push_new_codes((0..32).collect()).unwrap();
    assert_eq!(queue.push_new_codes(vec![90]), Err(vec![90]));
    while queue.new_codes.len() > 5 {
        assert!(next(&mut queue, 0).is_some());
    }
    assert_eq!(queue.push_new_codes((40..51).collect()), Err((40..51).collect()));
    queue.push_new_codes((40..50).collect()).unwrap();
    assert_eq!(queue.new_codes.len(), 15);
}

#[test]
fn new_codes_do_not_fill_the_evaluations_places() {
    let mut queue = Jobs::new(1);
    queue.push_new_codes(vec![1, 2, 3]).unwrap();
    assert_eq!(queue.push("a", 9, 0), Admission::Admitted);
}

/// Long random histories against the counts that must hold after each step.
#[test]
fn nothing_is_lost_and_no_bound_is_passed() {
    const LANES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
    let mut seed = 1_u64;
    let mut draw = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 20
    };
    for bound in [1, 2, 7, 100, 256] {
        let mut queue = Jobs::new(bound);
        let (mut pushed, mut gone, mut in_flight) = (0_u32, 0_u32, Vec::new());
        for _ in 0..5_000 {
            if draw() % 3 > 0 {
                // Half of them on one lane.
                let lane = LANES[if draw() % 2 == 0 { 0 } else { place(draw(), LANES.len()) }];
                pushed += 1;
                match queue.push(lane, pushed, draw()) {
                    Admission::Admitted => {}
                    Admission::Displaced(_) | Admission::Refused(_) => gone += 1,
                }
            } else if in_flight.len() < 3 && draw() % 2 == 0 {
                let next = queue.has_next();
                let popped = queue.pop(draw());
                assert_eq!(popped.is_some(), next);
                in_flight.extend(popped);
            } else if let Some((turn, _)) = in_flight.pop() {
                queue.finish(turn);
                gone += 1;
            }
            let waiting: usize = queue.lanes.values().map(|lane| lane.waiters.len()).sum();
            assert_eq!(waiting, queue.waiting);
            assert!(waiting <= bound);
            assert!(queue.lanes.values().all(|lane| lane.waiters.len() <= FULL));
            assert!(queue.lanes.values().all(|lane| lane.in_flight || !lane.waiters.is_empty()));
            let accounted = usize::try_from(pushed - gone).unwrap();
            assert_eq!(accounted, waiting + in_flight.len());
            let open = queue.lanes.values().filter(|lane| !lane.in_flight).count();
            assert_eq!(queue.turns.len(), open);
        }
    }
}

/// The owner answers as soon as they were refused, the attacker fifteen times an evaluation.
#[test]
fn a_faster_attacker_gets_a_share_in_proportion_and_not_all() {
    const OWNER: u32 = 0;
    const ATTACKER: u32 = 1;
    let mut seed = 7_u64;
    let mut draw = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 20
    };
    let mut queue = Jobs::new(256);
    admit(&mut queue, "a", [ATTACKER; FULL]);
    let (mut tries, mut judged, mut owner_waits) = (0, 0, false);
    for _ in 0..100_000 {
        for _ in 0..15 {
            let displaced = queue.push("a", ATTACKER, draw());
            owner_waits &= displaced != Admission::Displaced(OWNER);
        }
        if !owner_waits {
            let _ = queue.push("a", OWNER, draw());
            (tries, owner_waits) = (tries + 1, true);
        }
        if next(&mut queue, draw()) == Some(OWNER) {
            (judged, owner_waits) = (judged + 1, false);
        }
    }
    let tries_for_one = f64::from(tries) / f64::from(judged);
    assert!((12.0..20.0).contains(&tries_for_one), "{tries_for_one}");
}
