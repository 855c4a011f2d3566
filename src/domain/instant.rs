//! Instants: `chrono::DateTime<Utc>`, in whole microseconds.

use chrono::{DateTime, TimeDelta, Utc};

use super::invalid::Invalid;

/// Refuses an instant that a store could not give back.
pub(crate) fn check_storable(what: &'static str, at: DateTime<Utc>) -> Result<(), Invalid> {
    if storable(at) { Ok(()) } else { Err(Invalid::Form { what, form: "between 1970 and 9999" }) }
}

/// Whether every store can give an instant back: it lies between 1970 and 9999.
pub(super) fn storable(at: DateTime<Utc>) -> bool {
    const YEAR_10000: i64 = 253_402_300_800;
    (0..YEAR_10000).contains(&at.timestamp())
}

/// Cuts an instant to whole microseconds, the precision that every store keeps.
pub(crate) fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    let nanos = at.timestamp_subsec_nanos();
    // Most are whole already. A leap second, which has more nanoseconds, is not.
    if nanos.is_multiple_of(1_000) && nanos < 1_000_000_000 {
        return at;
    }
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// `at + span`, held at the end of time instead of overflowing.
pub(crate) fn after(at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_that_cannot_be_stored_is_refused_by_its_name() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        for good in [0, 253_402_300_799] {
            assert_eq!(check_storable("day", at(good)), Ok(()));
        }
        for bad in [-1, 253_402_300_800] {
            let refused = check_storable("day", at(bad)).unwrap_err();
            assert_eq!(refused.to_string(), "day must be between 1970 and 9999");
        }
    }

    #[test]
    fn an_instant_is_cut_to_microseconds_a_leap_second_too() {
        let cut = |nanos| whole_micros(DateTime::from_timestamp(1_483_228_799, nanos).unwrap());
        for (nanos, micros) in [(0, 0), (999, 0), (1_000, 1), (1_001, 1), (999_999_999, 999_999)] {
            assert_eq!(cut(nanos).timestamp_subsec_micros(), micros, "{nanos}");
            assert_eq!(cut(nanos).timestamp_subsec_nanos(), micros * 1_000, "{nanos}");
        }
        // Stores know no leap second: it is the beginning of the next one.
        for leap in [1_000_000_000, 1_000_001_000, 1_999_999_000] {
            assert_eq!(cut(leap).timestamp(), 1_483_228_800, "{leap}");
            assert_eq!(cut(leap).timestamp_subsec_nanos(), leap - 1_000_000_000, "{leap}");
        }
    }

    #[test]
    fn a_span_ends_at_the_end_of_time() {
        assert_eq!(after(DateTime::UNIX_EPOCH, TimeDelta::MAX), DateTime::<Utc>::MAX_UTC);
    }
}
