use super::super::sample::*;
use super::*;
use crate::domain::organization::policy::OrgPolicy;

/// The reminders of some rows within a span, as a store's answer to each range would give them.
fn due(
    schedule: &ReminderSchedule,
    policy: OrgPolicy,
    rows: &[RosterRow],
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Vec<Reminder> {
    let acme = organization("acme", policy);
    let ranges = schedule.due(&acme, span.0, span.1);
    let of = |range: &ReminderRange| -> Vec<Reminder> {
        let admitted = rows.iter().filter(|r| range.query().filter().admits(r, &policy, span.1));
        admitted.filter_map(|row| range.reminder(row)).collect()
    };
    let mut all: Vec<Reminder> = ranges.iter().flat_map(of).collect();
    all.sort();
    all
}

fn days_before(reminders: &[Reminder]) -> Vec<u16> {
    reminders.iter().map(|reminder| reminder.days_before).collect()
}

/// One case a row, for a member whose deadline is day 14: a span, and what falls due in it.
#[test]
fn reminders_fall_due_as_the_table_says() {
    let rows = [roster_row(member("acme", "ada", -400), NONE)];
    let policy = required(0, terms(14));
    #[rustfmt::skip]
    let table = [
        ("before the first",         day(0),          day(6),           vec![]),
        ("up to the first",          day(6),          day(7),           vec![7]),
        ("not again",                day(7),          day(8),           vec![]),
        ("up to a microsecond before", day(6),        day(7) - MICRO,   vec![]),
        ("the day before",           day(12),         day(13),          vec![1]),
        ("when it lapses",           day(13),         day(14),          vec![0]),
        ("never after that",         day(14),         day(900),         vec![]),
        ("nobody polled for a month", day(0),         day(30),          vec![7, 1, 0]),
        ("an empty span",            day(7),          day(7),           vec![]),
        ("a clock that ran back",    day(8),          day(6),           vec![]),
    ];
    for (case, after, until, expected) in table {
        let found = due(&ReminderSchedule::default(), policy, &rows, (after, until));
        assert_eq!(days_before(&found), expected, "{case}");
    }
}

#[test]
fn a_reminder_says_when_it_fell_due_and_for_which_deadline() {
    let rows = [roster_row(member("acme", "ada", -400), NONE)];
    let span = (day(12), day(13));
    let found = due(&ReminderSchedule::default(), required(0, terms(14)), &rows, span);
    let expected = Reminder {
        due: day(13),
        org: org("acme"),
        subject: subject("ada"),
        deadline: day(14),
        days_before: 1,
        required: Strength::Standard.into(),
    };
    assert_eq!(found, [expected]);
}

#[test]
fn a_moved_deadline_has_reminders_of_its_own() {
    let rows = [roster_row(member("acme", "ada", -400), NONE)];
    let schedule = ReminderSchedule::default();
    let first = due(&schedule, required(0, terms(14)), &rows, (day(0), day(10)));
    assert_eq!(days_before(&first), [7]);
    let moved = due(&schedule, required(0, terms(30)), &rows, (day(10), day(40)));
    assert_eq!(days_before(&moved), [7, 1, 0]);
    assert!(moved.iter().all(|reminder| reminder.deadline == day(30)));
}

/// Changed on day 30, for one whose own end came on day 20 and for one whose end it moves.
#[test]
fn a_period_that_is_over_when_it_is_changed_is_told_to_those_whose_end_it_moves() {
    let changed = changed_on(30, required(0, terms(5)));
    let ada = || member("acme", "ada", -400);
    let own = [
        roster_row(extended(ada(), day(20)), NONE),
        roster_row(exempt(ada(), Some(day(20))), NONE),
    ];
    let schedule = ReminderSchedule::default();
    assert_eq!(due(&schedule, changed, &own, (day(29), day(31))), []);
    let others = [roster_row(ada(), NONE)];
    for (span, expected) in [
        ((day(29), day(30)), vec![0]),
        ((day(29), day(30) - MICRO), vec![]),
        ((day(30), day(31)), vec![]),
    ] {
        let found = due(&schedule, changed, &others, span);
        assert_eq!(days_before(&found), expected);
        assert!(found.iter().all(|r| r.due == day(30) && r.deadline == day(5)));
    }
    let no_lapse = ReminderSchedule::days_before([7, 1]).unwrap();
    assert_eq!(due(&no_lapse, changed, &others, (day(29), day(31))), []);
}

/// One case a row, for somebody whose own end is day 40, and a period that is changed on day 34 from
/// 30 days to 20: a span, and what falls due in it. Day 33 was there whatever became of the period.
#[test]
fn a_change_that_moves_no_end_of_a_member_takes_away_no_reminder_of_it() {
    let changed = changed_on(34, required(0, terms(20)));
    let ada = || member("acme", "ada", -400);
    let own = [
        ("extended", roster_row(extended(ada(), day(40)), NONE)),
        ("exempt", roster_row(exempt(ada(), Some(day(40))), NONE)),
        ("both", roster_row(exempt(extended(ada(), day(30)), Some(day(40))), NONE)),
    ];
    for (case, row) in own {
        for (span, expected) in [
            ((day(32), day(35)), vec![7]),
            ((day(32), day(33) - MICRO), vec![]),
            ((day(33), day(35)), vec![]),
            ((day(35), day(60)), vec![1, 0]),
        ] {
            let rows = std::slice::from_ref(&row);
            let found = due(&ReminderSchedule::default(), changed, rows, span);
            assert_eq!(days_before(&found), expected, "{case}: {span:?}");
            assert!(found.iter().all(|reminder| reminder.deadline == day(40)), "{case}");
        }
    }
}

/// Given on day 55, until day 60: that seven days were left was never so.
#[test]
fn no_day_before_an_extension_was_given_is_told_of_it() {
    let mut ada = extended(member("acme", "ada", -400), day(60));
    ada.extension.as_mut().unwrap().granted = day(55);
    let rows = [roster_row(ada, NONE)];
    let found = due(&ReminderSchedule::default(), required(0, terms(9)), &rows, (day(50), day(99)));
    assert_eq!(days_before(&found), [1, 0]);
}

/// Exempt until day 10 from before there was a policy, which came on day 5.
#[test]
fn no_day_before_there_was_a_policy_is_told_of_an_exemption_that_ends() {
    let rows = [roster_row(exempt(member("acme", "ada", -400), Some(day(10))), NONE)];
    let found = due(&ReminderSchedule::default(), required(5, terms(0)), &rows, (day(0), day(20)));
    assert_eq!(days_before(&found), [1, 0]);
}

#[test]
fn nobody_is_reminded_who_has_mfa_or_need_not_or_is_not_asked() {
    let ada = || member("acme", "ada", -400);
    let span = (day(0), day(100));
    let asks = required(0, terms(14));
    let quiet = [roster_row(ada(), APP), roster_row(exempt(ada(), None), NONE)];
    assert_eq!(due(&ReminderSchedule::default(), asks, &quiet, span), []);
    let voluntary = [roster_row(ada(), NONE)];
    assert_eq!(due(&ReminderSchedule::default(), OrgPolicy::VOLUNTARY, &voluntary, span), []);
}

#[test]
fn whose_exemption_ends_is_reminded_before_it_does() {
    let rows = [roster_row(exempt(member("acme", "ada", -400), Some(day(60))), NONE)];
    let span = (day(0), day(100));
    let found = due(&ReminderSchedule::default(), required(0, terms(14)), &rows, span);
    assert_eq!(days_before(&found), [7, 1, 0]);
    assert!(found.iter().all(|reminder| reminder.deadline == day(60)));
}

#[test]
fn a_schedule_is_bounded() {
    assert!(ReminderSchedule::days_before([]).is_err());
    assert!(ReminderSchedule::days_before([366]).is_err());
    assert!(ReminderSchedule::days_before(0..17).is_err());
    assert_eq!(ReminderSchedule::days_before([0, 7, 1, 7]), Ok(ReminderSchedule::default()));
}

#[test]
fn a_schedule_has_up_to_sixteen_entries() {
    assert!(ReminderSchedule::days_before(0..16).is_ok());
    assert!(ReminderSchedule::days_before(0..17).is_err());
}

/// A period of exactly seven days: its first reminder falls due as it begins.
#[test]
fn a_day_before_the_deadline_that_is_the_first_of_the_period_is_told() {
    let rows = [roster_row(member("acme", "ada", -400), NONE)];
    let span = (day(-1), day(8));
    let found = due(&ReminderSchedule::default(), required(0, terms(7)), &rows, span);
    assert_eq!(days_before(&found), [7, 1, 0]);
}

/// On day 10 the period becomes one of eight days, and nobody has polled since day 7.
#[test]
fn a_period_that_a_change_ends_between_two_polls_is_told_to_be_over() {
    let changed = changed_on(10, required(0, terms(8)));
    let rows = [roster_row(member("acme", "ada", -400), NONE)];
    let found = due(&ReminderSchedule::default(), changed, &rows, (day(7), day(11)));
    assert_eq!(days_before(&found), [0]);
}
