//! Moments in the user's words.

use crate::gui::Cx;

/// A NumericDate in the local zone: the time alone on the day of `now`, else with the date.
pub fn local(cx: &Cx<'_>, seconds: i64, now: i64) -> String {
    let zone = &cx.view.zone.0;
    let Ok(at) = jiff::Timestamp::from_second(seconds) else {
        return "outside the calendar".into();
    };
    let at = at.to_zoned(zone.clone());
    let today = jiff::Timestamp::from_second(now)
        .is_ok_and(|now| now.to_zoned(zone.clone()).date() == at.date());
    if today {
        at.strftime("%H:%M:%S").to_string()
    } else {
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// A NumericDate with date and time in the local zone.
pub fn full(cx: &Cx<'_>, seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "outside the calendar".into(),
        |at| {
            at.to_zoned(cx.view.zone.0.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_to_now() {
        assert_eq!(relative(100, 100), "now");
        assert_eq!(relative(692, 100), "in 9 min 52 s");
        assert_eq!(relative(100, 280), "3 min ago");
        assert!(relative(i64::MIN, i64::MAX).ends_with("ago"));
    }
}
