//! Dates and ages from the contract's timestamps. Not a calendar: only UTC, and only what a message needs.

use crate::Days;

/// Seconds in a day; the contract does not count leap seconds.
pub const DAY: i64 = 86_400;

/// The date of a timestamp as `YYYY-MM-DD`, UTC, in the proleptic Gregorian calendar; years beyond four digits are
/// written out.
pub fn date(timestamp: i64) -> String {
    let (year, month, day) = civil(timestamp.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

/// The whole days from one timestamp to another; negative if `to` is earlier by a second or more.
pub fn whole_days(from: i64, to: i64) -> i64 {
    to.saturating_sub(from).div_euclid(DAY)
}

impl Days {
    /// As a number to compare with [`whole_days`].
    pub fn count(self) -> i64 {
        i64::from(self.0)
    }
}

/// Year, month and day of a count of days since 1970-01-01. The year is taken to begin in March, so that the leap
/// day is its last; 719,468 days lie between 0000-03-01 and 1970-01-01, 146,097 days are 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_date_program() {
        // date -u -d @N +%F
        for (timestamp, expected) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (1_795_392_000, "2026-11-23"),
            (4_107_542_400, "2100-03-01"),
            (-2_208_988_800, "1900-01-01"),
            (253_402_300_799, "9999-12-31"),
        ] {
            assert_eq!(date(timestamp), expected);
        }
    }

    #[test]
    fn ninety_days_and_a_second_are_ninety_whole_days() {
        assert_eq!(whole_days(0, 90 * DAY + 1), 90);
        assert_eq!(whole_days(0, 91 * DAY - 1), 90);
        assert_eq!(whole_days(0, 91 * DAY), 91);
        assert_eq!(whole_days(1, 0), -1);
        assert_eq!(whole_days(i64::MIN, i64::MAX), i64::MAX / DAY);
    }
}
