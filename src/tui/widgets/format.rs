//! Figures as the screen writes them: those of the reports, and what depends on the width or the language of the screen.

pub use crate::monitor::figures::{
    age, clock, count, countdown, duration, fine_percent, hour_minute, latency, percent, percent_range, rate,
    short_countdown, short_duration, thousands, whole_percent,
};

use super::cut;
use crate::config::Lang;
use crate::event::Millis;
use crate::monitor::figures::written;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// `1,234.50`: an exact amount with at least `scale` decimals, so that amounts below each other stand at their points.
pub fn amount(amount: Decimal, scale: u32) -> String {
    let mut padded = amount;
    padded.rescale(scale.max(amount.scale()));
    let text = padded.to_string();
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |text| ("-", text));
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if decimals.is_empty() { grouped } else { format!("{grouped}.{decimals}") }
}

/// `12 Mar`, in Chinese `03-12`; with its year when that is not the year of `now`.
pub fn day(at: Millis, now: Millis, zone: &TimeZone, lang: Lang) -> String {
    let year = |at| written(at, zone, "%Y");
    let form = if year(at) == year(now) { lang.pick("%-d %b", "%m-%d") } else { lang.pick("%-d %b %Y", "%Y-%m-%d") };
    written(at, zone, form)
}

/// `Thu 12 Mar`, in the language of the screen; with its year when that is not the year of `now`.
pub fn weekday(at: Millis, now: Millis, zone: &TimeZone, lang: Lang) -> String {
    let year = |at| written(at, zone, "%Y");
    match lang {
        Lang::En if year(at) != year(now) => written(at, zone, "%a %-d %b %Y"),
        Lang::En => written(at, zone, "%a %-d %b"),
        Lang::Zh => {
            let days = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
            let number = written(at, zone, "%w").parse::<usize>().unwrap_or(0);
            let form = if year(at) == year(now) { "%-m月%-d日" } else { "%Y年%-m月%-d日" };
            format!("{} {}", written(at, zone, form), days.get(number).copied().unwrap_or_default())
        }
    }
}

/// `14:19` of the day of `now`, else the day, in at most 7 cells: of what is so long ago that its day could be one to come, the
/// month and the year.
pub fn since(at: Millis, now: Millis, zone: &TimeZone, lang: Lang) -> String {
    const AMBIGUOUS: i64 = 300 * 86_400_000;
    if day(at, now, zone, lang) == day(now, now, zone, lang) {
        hour_minute(at, zone)
    } else if now.0 - at.0 > AMBIGUOUS {
        written(at, zone, "%Y-%m")
    } else {
        written(at, zone, lang.pick("%-d %b", "%m-%d"))
    }
}

/// A phone in a narrow column: `852…705`, `1650…107`. The ends are what people know a number by; +1 numbers keep their area.
pub fn phone(number: &str, mark: &str) -> String {
    let head = if number.starts_with('1') && number.len() > 10 { 4 } else { 3 };
    if cut::width(number) <= head + 4 {
        return number.to_owned();
    }
    format!("{}{mark}{}", cut::head(number, head), cut::tail(number, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_another_year_says_so() {
        let at = |text: &str| Millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let now = at("2026-01-02T10:00:00Z");
        let said = |text, lang| (day(at(text), now, &TimeZone::UTC, lang), since(at(text), now, &TimeZone::UTC, lang));
        let pair = |day: &str, since: &str| (day.to_owned(), since.to_owned());
        assert_eq!(said("2026-01-02T09:05:00Z", Lang::En), pair("2 Jan", "09:05"));
        assert_eq!(said("2025-12-31T09:05:00Z", Lang::En), pair("31 Dec 2025", "31 Dec"));
        assert_eq!(said("2025-12-31T09:05:00Z", Lang::Zh), pair("2025-12-31", "12-31"));
        assert_eq!(said("2025-01-02T09:05:00Z", Lang::En), pair("2 Jan 2025", "2025-01"), "a year ago is not today");
    }

    #[test]
    fn amounts_stay_exact_and_stand_at_their_points() {
        let shown = |text: &str, scale| amount(text.parse().unwrap(), scale);
        assert_eq!([shown("0.02", 4), shown("1234567.5", 2), shown("0.1381", 2)], ["0.0200", "1,234,567.50", "0.1381"]);
        assert_eq!([shown("7", 0), shown("-1234", 1), shown("999", 0)], ["7", "-1,234.0", "999"]);
    }

    #[test]
    fn the_day_is_written_in_the_language_of_the_screen_and_only_when_it_is_not_today() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let at = Millis(1_773_296_342_000);
        let on = |later, lang| since(at, Millis(at.0 + later), &zone, lang);
        assert_eq!(on(60_000, Lang::En), "14:19");
        assert_eq!([Lang::En, Lang::Zh].map(|lang| on(86_400_000, lang)), ["12 Mar", "03-12"]);
    }

    #[test]
    fn phones_keep_their_ends() {
        let phones = ["85255311705", "16692041193", "447360955207", "852xxxx705", "8613163731467", "12345"];
        let shown = ["852…705", "1669…193", "447…207", "852…705", "861…467", "12345"];
        assert_eq!(phones.map(|number| phone(number, "…")), shown);
    }
}
