//! UTCTime and GeneralizedTime (RFC 5280, section 4.1.2.5) with the liberties that OpenSSL takes: no seconds, an
//! offset. Years are those of the proleptic Gregorian calendar; no other calendar is known.

use der::Tag;
use jiff::civil::{Date, DateTime};

use crate::asn1::Element;

/// Seconds since 1970-01-01T00:00:00Z. Returns `None` if it is not a time.
pub(crate) fn seconds(element: Element<'_>) -> Option<i64> {
    let mut text = Text { rest: element.value };
    let year = match element.tag {
        Tag::UtcTime => match text.number(2)? {
            year @ 50.. => 1900 + year,
            year => 2000 + year,
        },
        Tag::GeneralizedTime => text.number(4)?,
        _ => return None,
    };
    let (month, day) = (text.number(2)?, text.number(2)?);
    let (hour, minute) = (text.number(2)?, text.number(2)?);
    let second = if text.rest.first()?.is_ascii_digit() { text.number(2)? } else { 0 };
    if element.tag == Tag::GeneralizedTime {
        text.skip_fraction();
    }
    let offset = text.offset()?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let time = date.at(0, 0, 0, 0);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs();
    Some(days + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second) - offset)
}

struct Text<'a> {
    rest: &'a [u8],
}

impl Text<'_> {
    fn number(&mut self, digits: usize) -> Option<i16> {
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        let digit = |byte: &u8| byte.is_ascii_digit().then_some(i16::from(byte.wrapping_sub(b'0')));
        number.iter().try_fold(0, |sum, byte| Some(sum * 10 + digit(byte)?))
    }

    fn skip_fraction(&mut self) {
        if let Some(fraction) = self.rest.strip_prefix(b".") {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.rest = &fraction[digits..];
        }
    }

    /// `Z`, or hours and minutes east of Greenwich, in seconds.
    fn offset(&mut self) -> Option<i64> {
        let (&sign, rest) = self.rest.split_first()?;
        self.rest = rest;
        let offset = match sign {
            b'Z' => 0,
            b'+' | b'-' => {
                let seconds = i64::from(self.number(2)?) * 3600 + i64::from(self.number(2)?) * 60;
                if sign == b'-' { -seconds } else { seconds }
            }
            _ => return None,
        };
        self.rest.is_empty().then_some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: Tag, text: &str) -> Option<i64> {
        seconds(Element { tag, value: text.as_bytes(), raw: &[] })
    }

    #[test]
    fn times_are_the_seconds_that_date_prints() {
        // date -u -d … +%s
        assert_eq!(read(Tag::UtcTime, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(read(Tag::UtcTime, "500101000000Z"), Some(-631_152_000));
        assert_eq!(read(Tag::UtcTime, "2611230000Z"), Some(1_795_392_000));
        assert_eq!(read(Tag::UtcTime, "261123020000+0200"), Some(1_795_392_000));
        assert_eq!(read(Tag::GeneralizedTime, "99991231235959Z"), Some(253_402_300_799));
        assert_eq!(read(Tag::GeneralizedTime, "20261123000000.5Z"), Some(1_795_392_000));
        assert_eq!(read(Tag::GeneralizedTime, "20261122190000-0500"), Some(1_795_392_000));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "Z", "261323000000Z", "261123240000Z", "261123000000", "26112300000Z", "261123000000Zx"] {
            assert_eq!(read(Tag::UtcTime, text), None, "{text}");
        }
    }
}
