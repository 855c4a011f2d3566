//! The store against a plain walk over the members, and a forecast against what then happens.

use chrono::TimeDelta;
use pollster::block_on;
use proptest::prelude::*;

use super::tests::Acme;
use super::*;
use crate::domain::org_sample::*;
use crate::domain::{
    PolicyTerms, ProposedPolicy, Prospects, RosterFilter, RosterKey, Standing, Strength,
};

#[derive(Debug, Clone)]
enum Step {
    Join(u8, DateTime<Utc>),
    LeaveOrRejoin(u8),
    Mfa(u8, Option<Strength>),
    Extend(u8, Strength, DateTime<Utc>),
    Exempt(u8, Strength, Option<DateTime<Utc>>),
    EndExemption(u8),
    Forget(u8),
    Require(Strength, PolicyTerms),
    MakeVoluntary(Strength),
    Look(usize),
}

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (-10_i64..60, prop_oneof![2 => Just(0_i64), 1 => 0..3_i64])
        .prop_map(|(days, micros)| day(days) + TimeDelta::microseconds(micros))
}

fn steps() -> impl Strategy<Value = (DateTime<Utc>, Step)> {
    let who = 0..12_u8;
    let step = prop_oneof![
        4 => (who.clone(), instants()).prop_map(|(who, at)| Step::Join(who, at)),
        1 => who.clone().prop_map(Step::LeaveOrRejoin),
        3 => (who.clone(), any_strength()).prop_map(|(who, on)| Step::Mfa(who, on)),
        2 => (who.clone(), each(), instants())
            .prop_map(|(who, of, until)| Step::Extend(who, of, until)),
        3 => (who.clone(), each(), prop::option::of(instants()))
            .prop_map(|(who, from, until)| Step::Exempt(who, from, until)),
        1 => who.clone().prop_map(Step::EndExemption),
        1 => who.prop_map(Step::Forget),
        2 => (each(), 0..30_i64).prop_map(|(of, grace)| Step::Require(of, terms(grace))),
        1 => each().prop_map(Step::MakeVoluntary),
        6 => (1..5_usize).prop_map(Step::Look),
    ];
    (instants(), step)
}

fn each() -> impl Strategy<Value = Strength> {
    prop::sample::select(Strength::ALL.to_vec())
}

fn any_strength() -> impl Strategy<Value = Option<Strength>> {
    prop::sample::select(vec![NONE, APP, KEY])
}

fn name(who: u8) -> String {
    format!("user-{who:02}")
}

/// Plays a step on the store and on a plain list of how strong each account is. The time goes where it likes.
fn play(
    acme: &Acme,
    strengths: &mut BTreeMap<u8, Option<Strength>>,
    now: DateTime<Utc>,
    step: Step,
) {
    take(acme, strengths, now, step);
    // What no factor gives is not read from the account again.
    for (who, strength) in strengths {
        acme.is_as_strong_as(&name(*who), *strength);
    }
}

fn take(
    acme: &Acme,
    strengths: &mut BTreeMap<u8, Option<Strength>>,
    now: DateTime<Utc>,
    step: Step,
) {
    let admin = Admin::of("acme", now);
    let granted = |who: u8| acme.membership(&name(who)).map(|m| (acme.organization(), m));
    let (actor, context) = (admin.actor(), admin.context());
    let change = match step {
        Step::Join(who, at) => {
            // Whoever is there already stays as is.
            let _ = acme.try_join("acme", &name(who), at);
            return;
        }
        Step::LeaveOrRejoin(who) => acme
            .membership(&name(who))
            .and_then(|m| m.leave(context).or_else(|_| m.rejoin(context)).ok()),
        Step::Mfa(who, on) => {
            acme.set_strength(&name(who), on);
            strengths.insert(who, on);
            return;
        }
        Step::Extend(who, of, until) => {
            granted(who).and_then(|(acme, m)| acme.extend(&m, of, until, actor, context).ok())
        }
        Step::Exempt(who, from, until) => {
            granted(who).and_then(|(acme, m)| acme.exempt(&m, from, until, actor, context).ok())
        }
        Step::EndExemption(who) => {
            granted(who).and_then(|(acme, m)| acme.end_exemption(&m, actor, context).ok())
        }
        Step::Forget(who) => {
            block_on(acme.store.forget(&subject(&name(who)))).unwrap();
            return;
        }
        Step::Require(of, terms) => return acme.require_strength(of, terms, now),
        Step::MakeVoluntary(of) => {
            return acme.set_policy(ProposedPolicy::NotRequired(of), now);
        }
        Step::Look(limit) => return look(acme, strengths, now, limit),
    };
    if let Some(change) = change {
        acme.commit(change);
    }
}

/// Compares every roster and the counts with a plain walk over the members.
fn look(acme: &Acme, strengths: &BTreeMap<u8, Option<Strength>>, now: DateTime<Utc>, limit: usize) {
    let policy = *acme.organization().policy();
    let row = |who: u8| {
        let membership = acme.membership(&name(who))?;
        let strength = strengths.get(&who).copied().flatten();
        Some(RosterRow { membership, strength, last_signed_in: None })
    };
    let all: Vec<RosterRow> = (0..12).filter_map(row).collect();
    let walked = |filter: RosterFilter| {
        let mut rows: Vec<RosterRow> =
            all.iter().filter(|row| filter.admits(row, &policy, now)).cloned().collect();
        rows.sort_by_key(|row| {
            let RosterKey { walled_from, subject } = row.key(&policy);
            (walled_from.is_none(), walled_from, subject)
        });
        rows
    };
    for filter in RosterFilter::ALL {
        assert_eq!(acme.roster(filter, limit, now), walked(filter), "{filter:?}");
    }
    let count = |filter| u64::try_from(walked(filter).len()).unwrap();
    let of = |strength| count(RosterFilter::of(strength));
    let expected = RosterCounts {
        members: of(NONE) + of(APP) + of(KEY),
        standard: of(APP),
        phishing_resistant: of(KEY),
        in_grace: count(RosterFilter::InGrace),
        lapsed: count(RosterFilter::Lapsed),
        exempt: count(RosterFilter::Exempt),
    };
    assert_eq!(acme.counts(now), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn rosters_and_counts_are_what_a_walk_over_the_members_finds(
        history in prop::collection::vec(steps(), 1..60), last in instants(),
    ) {
        let (acme, mut strengths) = (Acme::new(), BTreeMap::new());
        for (now, step) in history {
            play(&acme, &mut strengths, now, step);
        }
        look(&acme, &strengths, last, 2);
    }

    /// The forecast is made, the policy is set, the clock runs, and every evening is compared.
    #[test]
    fn a_forecast_is_what_then_happens(
        history in prop::collection::vec(steps(), 1..60), of in each(),
        grace in prop::option::weighted(0.9, 0..30_i64), now in instants(),
    ) {
        let (acme, mut strengths) = (Acme::new(), BTreeMap::new());
        for (now, step) in history {
            play(&acme, &mut strengths, now, step);
        }
        let proposed = match grace {
            Some(grace) => ProposedPolicy::Required(of, terms(grace)),
            None => ProposedPolicy::NotRequired(of),
        };
        let (before, month) = (acme.organization(), TimeDelta::days(30));
        let mut forecasting = before.forecast(proposed, &subject("user-00"), month, now).unwrap();
        let counts = acme.counts(now);
        for strength in [NONE, APP, KEY] {
            if forecasting.asks(strength) {
                for row in acme.roster(RosterFilter::of(strength), 3, now) {
                    forecasting.add(&row);
                }
            } else {
                forecasting.unaffected(strength, counts.of(strength));
            }
        }
        let forecast = forecasting.finish();

        acme.set_policy(proposed, now);
        let policy = *acme.organization().policy();
        prop_assert_eq!(policy, forecast.policy);
        let counts = acme.counts(now);
        prop_assert_eq!(counts.in_grace, forecast.all.in_grace);
        prop_assert_eq!(counts.lapsed, forecast.all.lapsed);
        if !policy.is_voluntary() {
            // An exemption from nothing is on the list of exemptions, and affects nobody.
            prop_assert_eq!(counts.exempt, forecast.all.exempt);
        }
        let all = forecast.all;
        let sum = all.unaffected + all.exempt + all.in_grace + all.lapsed;
        prop_assert_eq!(sum, counts.members);
        for strength in [NONE, APP, KEY] {
            let mut expected = Prospects::default();
            for row in acme.roster(RosterFilter::of(strength), 100, now) {
                match row.standing(&policy, now) {
                    Standing::Voluntary | Standing::Compliant => expected.unaffected += 1,
                    Standing::Exempt { .. } => expected.exempt += 1,
                    Standing::InGrace { .. } => expected.in_grace += 1,
                    Standing::Lapsed { .. } => expected.lapsed += 1,
                }
            }
            let foretold = forecast.by_strength.get(&strength).copied().unwrap_or_default();
            prop_assert_eq!(foretold, expected, "{:?}", strength);
        }
        for later in 0..120 {
            let date = (now + TimeDelta::days(later)).date_naive();
            let evening = date.and_hms_micro_opt(23, 59, 59, 999_999).unwrap().and_utc();
            prop_assert_eq!(acme.counts(evening).lapsed, forecast.lapsed_by_the_end_of(date));
        }
        let row = block_on(acme.store.roster_row(&org("acme"), &subject("user-00"))).unwrap();
        if let Some(row) = row.filter(|row| policy.owed(row.strength).next().is_some()) {
            let standing = row.standing(&policy, now);
            prop_assert_eq!(forecast.actor.map(|actor| actor.standing), Some(standing));
        }
    }

    /// The same history twice, once with MFA going on and off in between: a member without
    /// MFA at the end stands where somebody stands who never had it, under every policy and at every time.
    #[test]
    fn switching_mfa_on_and_off_lengthens_no_period(
        history in prop::collection::vec(steps(), 1..60),
    ) {
        let (switched, never) = (Acme::new(), Acme::new());
        let (mut some, mut none) = (BTreeMap::new(), BTreeMap::new());
        for (now, step) in history {
            if matches!(step, Step::Look(_)) {
                continue;
            }
            play(&switched, &mut some, now, step.clone());
            if !matches!(step, Step::Mfa(..)) {
                play(&never, &mut none, now, step);
            }
        }
        let policy = *switched.organization().policy();
        prop_assert_eq!(policy, *never.organization().policy());
        for who in (0..12).map(name) {
            switched.set_strength(&who, NONE);
            let standing = |acme: &Acme, now| {
                let row = block_on(acme.store.roster_row(&org("acme"), &subject(&who))).unwrap();
                row.map(|row| row.standing(&policy, now))
            };
            for later in -10..120 {
                let now = day(later);
                prop_assert_eq!(standing(&switched, now), standing(&never, now));
            }
        }
        for later in -10..120 {
            prop_assert_eq!(switched.counts(day(later)), never.counts(day(later)));
        }
    }
}
