//! Durations as people write them: `250ms`, `30s`, `5m`, `1h30m`, `7d`, `2w`.

use std::time::Duration;

/// Units, largest first, in milliseconds.
const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Reads a duration: one or more whole numbers, each with a unit. `None` for anything else.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*millis)?)?;
        rest = after;
    }
    Some(Duration::from_millis(total))
}

/// Writes a duration so that [`parse`] reads it back, in the largest unit that divides it; a single day stays `24h`.
pub fn format(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let whole = |(name, unit): &&(&str, u64)| millis % unit == 0 && (*name != "w") && (*name != "d" || millis > *unit);
    match UNITS.iter().find(whole) {
        Some(("h", _)) if millis == 0 => "0s".to_owned(),
        Some((name, unit)) => format!("{}{name}", millis / unit),
        None => format!("{millis}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::{format, parse};
    use std::time::Duration;

    #[test]
    fn one_and_several_units() {
        assert_eq!(parse("5m"), Some(Duration::from_secs(300)));
        assert_eq!(parse("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse("2w"), Some(Duration::from_secs(14 * 86_400)));
    }

    #[test]
    fn what_is_not_a_duration() {
        for text in ["", "5", "m", "5x", "5 m", "-5m", "1.5h", "99999999999999999999d", "9999999999999999d", "5m3"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn written_form_reads_back() {
        for (text, written) in
            [("5m", "5m"), ("24h", "24h"), ("720h", "30d"), ("90s", "90s"), ("1500ms", "1500ms"), ("0s", "0s")]
        {
            let duration = parse(text).unwrap();
            assert_eq!(format(duration), written);
            assert_eq!(parse(&format(duration)), Some(duration));
        }
    }
}
