//! Numbers, durations and times as people read them, on the screen and in reports: one unit per column, never a false zero,
//! never a fake precision.

use crate::event::Millis;
use jiff::tz::TimeZone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `46,639`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count in a column of `room` cells: `46,639`, from a million on `1.24 M` when the digits do not fit.
pub fn count(count: u64, room: usize) -> String {
    let text = thousands(count);
    if text.len() <= room || count < 1_000_000 {
        return text;
    }
    let (value, unit) = if count < 1_000_000_000 { (count as f64 / 1e6, 'M') } else { (count as f64 / 1e9, 'G') };
    let texts = [2, 1, 0].map(|decimals| format!("{value:.decimals$} {unit}"));
    let [.., shortest] = &texts;
    texts.iter().find(|text| text.len() <= room).unwrap_or(shortest).clone()
}

/// `98.1 %`; `100 %` only of a whole, `0 %` only of nothing.
pub fn percent(share: f64) -> String {
    decimals(share, 1)
}

/// A share of attempted in a wide column: below 10 % with two decimals.
pub fn fine_percent(share: f64) -> String {
    decimals(share, if share < 0.1 { 2 } else { 1 })
}

/// `47 %`, and `<1 %` instead of a false `0 %`.
pub fn whole_percent(share: f64) -> String {
    decimals(share, 0)
}

fn decimals(share: f64, decimals: usize) -> String {
    let percent = share * 100.0;
    let least = 10f64.powi(-(decimals as i32));
    if share <= 0.0 {
        "0 %".to_owned()
    } else if share >= 1.0 {
        "100 %".to_owned()
    } else if percent < least / 2.0 {
        format!("<{least} %")
    } else {
        format!("{:.decimals$} %", percent.min(100.0 - least))
    }
}

/// `92.8–98.2 %`.
pub fn percent_range((low, high): (f64, f64)) -> String {
    let number = |share: f64| percent(share).trim_end_matches(" %").to_owned();
    format!("{}–{} %", number(low), number(high))
}

/// `2.8`: one decimal under 10, none from 10.
pub fn rate(per_second: f64) -> String {
    if per_second < 9.95 {
        let text = format!("{per_second:.1}");
        if text == "0.0" { if per_second > 0.0 { "<0.1".to_owned() } else { "0".to_owned() } } else { text }
    } else {
        thousands(per_second.round() as u64)
    }
}

/// A span of provider time, of two units at most, the second padded: `<1 s`, `7 s`, `4 m 09 s`, `3 d 04 h`.
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0 => "<1 s".to_owned(),
        1..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => pair(seconds, MINUTE, 'm', 1, 's'),
        HOUR..DAY => pair(seconds, HOUR, 'h', MINUTE, 'm'),
        _ => pair(seconds, DAY, 'd', HOUR, 'h'),
    }
}

/// A span in one unit, for narrow columns: `7 s`, `4 m`, `23 h`, `3 d`.
pub fn short_duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0 => "<1 s".to_owned(),
        1..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} m", seconds / MINUTE),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ => format!("{} d", seconds / DAY),
    }
}

/// How long ago, in whole minutes, so that nothing moves in between: `<1 m`, `42 m`, `3 h`, `2 d`.
pub fn age(seconds: i64) -> String {
    if seconds < MINUTE { "<1 m".to_owned() } else { short_duration(seconds) }
}

/// Time left, in whole minutes: `<1 m`, `12 m`, `23 h 41 m`. A whole day is `24 h 00 m`, so that a customer service window that
/// has just opened stands in line with the others.
pub fn countdown(seconds: i64) -> String {
    match seconds {
        ..MINUTE => "<1 m".to_owned(),
        MINUTE..HOUR => format!("{} m", seconds / MINUTE),
        HOUR..=DAY => format!("{} h {:02} m", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => duration(seconds),
    }
}

/// Time left of a day in one unit, for narrow columns: `<1 m`, `12 m`, `24 h`.
pub fn short_countdown(seconds: i64) -> String {
    if seconds < HOUR { countdown(seconds) } else { format!("{} h", seconds / HOUR) }
}

fn pair(seconds: i64, large: i64, large_unit: char, small: i64, small_unit: char) -> String {
    let (first, second) = (seconds / large, seconds % large / small);
    if second == 0 { format!("{first} {large_unit}") } else { format!("{first} {large_unit} {second:02} {small_unit}") }
}

/// An own latency, from microseconds: `<1 ms`, `3 ms`, `1.2 s`.
pub fn latency(microseconds: u64) -> String {
    match microseconds {
        ..1000 => "<1 ms".to_owned(),
        1000..1_000_000 => format!("{} ms", microseconds / 1000),
        _ => format!("{:.1} s", microseconds as f64 / 1e6),
    }
}

/// `14:19:02`, in the zone of the screen.
pub fn clock(at: Millis, zone: &TimeZone) -> String {
    written(at, zone, "%H:%M:%S")
}

/// `14:19`.
pub fn hour_minute(at: Millis, zone: &TimeZone) -> String {
    written(at, zone, "%H:%M")
}

/// A time in the form of `strftime`; a dash for one outside the calendar.
pub fn written(at: Millis, zone: &TimeZone, form: &str) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(at.0) else { return "–".to_owned() };
    zone.to_datetime(at).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!([0, 999, 1_000, 46_639, 999_999].map(thousands), ["0", "999", "1,000", "46,639", "999,999"]);
        assert_eq!(count(1_240_000, 9), "1,240,000");
        assert_eq!(count(1_240_000, 6), "1.24 M");
        assert_eq!(count(124_000_000, 6), "124 M");
        assert_eq!(count(12_400_000_000, 6), "12.4 G");
        assert_eq!(count(999_999, 5), "999,999", "below a million digits are never dropped");
    }

    #[test]
    fn percentages_never_claim_all_or_nothing_falsely() {
        assert_eq!(
            [0.0, 0.0001, 0.0004, 0.018, 0.9806, 0.99999, 1.0].map(percent),
            ["0 %", "<0.1 %", "<0.1 %", "1.8 %", "98.1 %", "99.9 %", "100 %"]
        );
        assert_eq!([0.004, 0.006, 0.47, 0.999].map(whole_percent), ["<1 %", "1 %", "47 %", "99 %"]);
        assert_eq!([0.048, 0.00003, 0.698].map(fine_percent), ["4.80 %", "<0.01 %", "69.8 %"]);
        assert_eq!(percent_range((0.928, 0.982)), "92.8–98.2 %");
    }

    #[test]
    fn rates() {
        assert_eq!(
            [0.0, 0.01, 0.8, 2.84, 9.94, 9.96, 132.4, 1234.0].map(rate),
            ["0", "<0.1", "0.8", "2.8", "9.9", "10", "132", "1,234"]
        );
    }

    #[test]
    fn durations() {
        assert_eq!(
            [-5, 0, 7, 59, 60, 249, 720, 3600, 85_260, 273_600].map(duration),
            ["<1 s", "<1 s", "7 s", "59 s", "1 m", "4 m 09 s", "12 m", "1 h", "23 h 41 m", "3 d 04 h"]
        );
        assert_eq!([7, 249, 85_260, 273_600].map(short_duration), ["7 s", "4 m", "23 h", "3 d"]);
        assert_eq!([0, 59, 60, 2520, 10_800, 172_800].map(age), ["<1 m", "<1 m", "1 m", "42 m", "3 h", "2 d"]);
        assert_eq!([0, 59, 720, 761, 85_260].map(countdown), ["<1 m", "<1 m", "12 m", "12 m", "23 h 41 m"]);
        assert_eq!([3_600, 86_400, 90_000].map(countdown), ["1 h 00 m", "24 h 00 m", "1 d 01 h"]);
        assert_eq!([59, 720, 3_700, 86_400].map(short_countdown), ["<1 m", "12 m", "1 h", "24 h"]);
        assert_eq!([400, 3_900, 1_250_000].map(latency), ["<1 ms", "3 ms", "1.2 s"]);
    }

    #[test]
    fn times_are_written_in_the_zone_of_the_screen() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let at = Millis(1_773_296_342_000);
        assert_eq!(clock(at, &zone), "14:19:02");
        assert_eq!(hour_minute(at, &zone), "14:19");
        assert_eq!(clock(Millis(i64::MAX), &zone), "–");
    }
}
