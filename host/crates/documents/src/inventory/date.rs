//! Reads dates of inventories as seconds since 1970. It accepts unambiguous forms only.

use jiff::civil::{Date, Time};

/// Reads `YYYY-MM-DD`, alone or with a time as RFC 3339, TOML and YAML write it (`2026-01-31T08:00:00Z`, `2026-01-31
/// 08:00:00.5 +02:00`). Without a time it is the first second of the day; without an offset it is UTC.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let day = civil_date(date)?;
    let (time, offset) = if rest.is_empty() { (Time::midnight(), 0) } else { clock(rest)? };
    let seconds = jiff::tz::Offset::UTC.to_timestamp(day.to_datetime(time)).ok()?.as_second();
    Some(seconds - offset)
}

fn civil_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    Date::new(number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?).ok()
}

/// The time after a date, and the offset in seconds.
fn clock(rest: &str) -> Option<(Time, i64)> {
    let rest = rest.strip_prefix(['T', 't']).or_else(|| rest.strip_prefix([' ', '\t']).map(str::trim_start))?;
    let end = rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(rest.len());
    let (time, offset) = rest.split_at(end);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second: i8 = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    // A leap second counts as the second before it, as in POSIX.
    let time = Time::new(hour, minute, if second == 60 { 59 } else { second }, 0).ok()?;
    Some((time, offset_seconds(offset.trim_start())?))
}

/// `Z`, `+02:00`, `+0200`, `-5`; an empty text is UTC.
fn offset_seconds(text: &str) -> Option<i64> {
    if matches!(text, "" | "Z" | "z" | "UTC") {
        return Some(0);
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let (hours, minutes): (i8, i8) = (number(hours)?, number(minutes)?);
    (hours <= 23 && minutes <= 59).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// A number that consists of digits only.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are from `date -u -d … +%s` of GNU coreutils 9.1.
    #[test]
    fn dates_and_timestamps_are_read_as_date_reads_them() {
        for (text, seconds) in [
            ("2026-01-31", 1_769_817_600),
            ("2024-02-29", 1_709_164_800),
            ("1969-12-31", -86_400),
            ("2026-01-31T08:00:00Z", 1_769_846_400),
            ("2026-01-31t08:00:00z", 1_769_846_400),
            ("2026-01-31 08:00:00", 1_769_846_400),
            ("2026-01-31T08:00:00.123456789+02:00", 1_769_839_200),
            ("2026-01-31 08:00:00 -5", 1_769_864_400),
            ("2026-01-31T08:00", 1_769_846_400),
            ("2026-01-31T08:00:00-0330", 1_769_859_000),
            (" 2026-01-31 ", 1_769_817_600),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_ambiguous_or_no_date_is_none() {
        for text in [
            "last spring",
            "03/04/2025",
            "2025-02-29",
            "2025-13-01",
            "2025-1-1",
            "20250101",
            "2025-01-01T",
            "2025-01-01x",
            "2025-01-01T25:00:00Z",
            "2025-01-01T08:00:00 Berlin",
            "01.02.2025",
            "1712102400",
            "",
            "2025-01-0é",
            "２０２５-01-01",
            "2025-01-01T08:00:00+",
            "+025-01-01",
            "2025-01-01T08:00:00+é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
