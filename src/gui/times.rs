//! Moments in the user's words.

use jiff::{Timestamp, Zoned, tz::TimeZone};

use crate::gui::context::Cx;

/// A NumericDate in the local zone: the time alone on the day of `now`, else with the date.
pub fn local<S>(cx: &Cx<'_, S>, seconds: i64, now: i64) -> String {
    let zone = &cx.window.zone;
    let Ok(at) = Timestamp::from_second(seconds) else {
        return "outside the calendar".into();
    };
    let at = at.to_zoned(zone.clone());
    let today =
        Timestamp::from_second(now).is_ok_and(|now| now.to_zoned(zone.clone()).date() == at.date());
    written(&at, today)
}

/// Date and time, or the time alone; with the offset where the clock shows the same twice, at the
/// end of summer time.
fn written(at: &Zoned, time_alone: bool) -> String {
    let twice = at
        .time_zone()
        .to_ambiguous_timestamp(at.datetime())
        .is_ambiguous();
    let form = match (time_alone, twice) {
        (true, false) => "%H:%M:%S",
        (true, true) => "%H:%M:%S%:z",
        (false, false) => "%Y-%m-%d %H:%M:%S",
        (false, true) => "%Y-%m-%d %H:%M:%S%:z",
    };
    at.strftime(form).to_string()
}

/// A NumericDate with date and time in the local zone.
pub fn full<S>(cx: &Cx<'_, S>, seconds: i64) -> String {
    in_zone(seconds, &cx.window.zone)
}

/// A NumericDate with date and time in a zone, as [`read`] takes it back.
pub(super) fn in_zone(seconds: i64, zone: &TimeZone) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| "outside the calendar".into(),
        |at| written(&at.to_zoned(zone.clone()), false),
    )
}

/// A NumericDate against `now`: `in 9 min 52 s`, `3 min ago`, `now`.
pub fn relative(seconds: i64, now: i64) -> String {
    let difference = seconds.saturating_sub(now);
    match difference {
        0 => "now".into(),
        1.. => format!("in {}", crate::token::explain::duration(difference)),
        _ => format!(
            "{} ago",
            crate::token::explain::duration(difference.saturating_neg())
        ),
    }
}

/// A moment as people write it: against `now` (`in 5 min`), RFC 3339, a date and time in `zone`, or
/// seconds since 1970. The error says what to write.
pub fn read(text: &str, zone: &TimeZone, now: i64) -> Result<i64, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds)
            .map(|_| seconds)
            .map_err(|_| format!("{seconds} seconds lie outside the calendar"));
    }
    if let Some(seconds) = read_relative(text, now) {
        return Ok(seconds);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_second());
    }
    let civil = text.parse::<jiff::civil::DateTime>().map_err(|_| {
        "Write a date and time such as 2026-11-23 14:32:07, a span such as in 5 min, RFC 3339, or \
         seconds since 1970"
            .to_owned()
    })?;
    civil
        .to_zoned(zone.clone())
        .map(|zoned| zoned.timestamp().as_second())
        .map_err(|e| e.to_string())
}

/// A moment against `now`: `now`, `in 5 min`, `+90 s`, `1 h 30 min ago`, `-2d`.
pub fn read_relative(text: &str, now: i64) -> Option<i64> {
    let text = text.trim().to_lowercase().replace('−', "-");
    if text == "now" {
        return Some(now);
    }
    let (sign, span) = if let Some(span) = text.strip_prefix("in ").or(text.strip_prefix('+')) {
        (1, span)
    } else if let Some(span) = text.strip_suffix("ago").or(text.strip_prefix('-')) {
        (-1, span)
    } else {
        return None;
    };
    let mut total = 0_i64;
    let mut rest = span.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            _ => return None,
        };
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = rest[letters..].trim_start();
    }
    let at = now.checked_add(total.checked_mul(sign)?)?;
    Timestamp::from_second(at).is_ok().then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_as_people_write_them() {
        let at = |text: &str| read(text, &TimeZone::UTC, 1_000_000).ok();
        for (text, seconds) in [
            ("now", Some(1_000_000)),
            ("in 5 min", Some(1_000_300)),
            ("in 1 h 30 min", Some(1_005_400)),
            ("+90s", Some(1_000_090)),
            ("2 d ago", Some(1_000_000 - 172_800)),
            ("−1 h", Some(996_400)),
            ("42", Some(42)),
            ("1970-01-01 00:01:00", Some(60)),
            ("1970-01-01T00:01:00Z", Some(60)),
            ("in", None),
            ("in 5", None),
            ("in 5 parsecs", None),
            ("in 99999999999999999999 d", None),
            ("+9223372036854775807 d", None),
            ("99999999999999", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(at(text), seconds, "{text}");
        }
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart() {
        // 25 October 2026: at 3:00 in Berlin it is 2:00 again.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (seconds, text) in [
            (1_792_886_400, "2026-10-25 02:00:00+02:00"),
            (1_792_890_000, "2026-10-25 02:00:00+01:00"),
            (1_792_893_600, "2026-10-25 03:00:00"),
            (1_792_882_800, "2026-10-25 01:00:00"),
        ] {
            assert_eq!(in_zone(seconds, &berlin), text);
            assert_eq!(read(text, &berlin, 0), Ok(seconds));
        }
        assert_eq!(
            in_zone(1_792_886_400, &TimeZone::UTC),
            "2026-10-25 00:00:00"
        );
    }

    #[test]
    fn errors_say_what_to_write() {
        let why = |text: &str| read(text, &TimeZone::UTC, 0).unwrap_err();
        assert!(why("tomorrow").contains("RFC 3339"));
        assert!(why("99999999999999").contains("calendar"));
    }

    #[test]
    fn what_is_shown_can_be_read_back() {
        for ahead in [1, 59, 300, 5_400, 90_000, -300, -172_800] {
            let shown = relative(1_000_000 + ahead, 1_000_000);
            assert_eq!(
                read_relative(&shown, 1_000_000),
                Some(1_000_000 + ahead),
                "{shown}"
            );
        }
    }

    #[test]
    fn relative_to_now() {
        assert_eq!(relative(100, 100), "now");
        assert_eq!(relative(692, 100), "in 9 min 52 s");
        assert_eq!(relative(100, 280), "3 min ago");
        assert!(relative(i64::MIN, i64::MAX).ends_with("ago"));
    }
}
