use super::super::sample::*;
use super::*;
use crate::domain::strength::Strength;

fn cursor(name: &str, filter: RosterFilter, walled_from: Option<i64>, last: &str) -> RosterCursor {
    let key = RosterKey { walled_from: walled_from.map(day), subject: subject(last) };
    RosterCursor { org: org(name), version: version(), filter, key }
}

#[test]
fn a_cursor_reads_what_it_writes() {
    use RosterFilter::{Exempt, InGrace, Lapsed, With, WithoutMfa};
    let longest = "é".repeat(127) + "z";
    for filter in [WithoutMfa, InGrace, Lapsed, Exempt, With(Strength::Standard)] {
        for (walled_from, last) in [(Some(3), "ada"), (None, "ada"), (Some(-40_000), &*longest)] {
            let written = cursor(&longest, filter, walled_from, last);
            assert_eq!(written.to_string().parse(), Ok(written));
        }
    }
    let text = cursor(&longest, With(Strength::Standard), None, &longest).to_string();
    assert_eq!(text.len(), LONGEST);
}

#[test]
fn a_garbled_cursor_is_refused() {
    let text = cursor("acme", RosterFilter::Lapsed, Some(14), "ada").to_string();
    let garbled =
        |text: &str| assert_eq!(text.parse::<RosterCursor>(), Err(OrgRefusal::CursorGarbled));
    for end in 0..text.len() {
        garbled(&text[..end]);
    }
    for place in 0..text.len() {
        let letter = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        let mut text = text.clone();
        text.replace_range(place..=place, letter);
        garbled(&text);
    }
    for nonsense in ["", "=", "Zürich", "14", &"A".repeat(100_000)] {
        garbled(nonsense);
    }
}
