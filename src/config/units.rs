//! Values with a unit or a form of their own, as they stand in the configuration file and in flags.

use crate::query::duration;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// Units of sizes, largest first, in bytes.
const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// Reads a size such as `4MiB`; a bare number is bytes.
pub fn parse_size(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let (_, bytes) = SIZES.iter().find(|(name, _)| *name == unit || (unit.is_empty() && *name == "B"))?;
    number.parse::<u64>().ok()?.checked_mul(*bytes)
}

/// Writes a size in the largest unit that divides it.
pub fn format_size(size: u64) -> String {
    match SIZES.iter().find(|(_, bytes)| size > 0 && size.is_multiple_of(*bytes)) {
        Some((name, bytes)) => format!("{}{name}", size / bytes),
        None => format!("{size}B"),
    }
}

/// Reads a listen address: `IP:PORT`, `[IPv6]:PORT` or `localhost:PORT`.
pub fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let resolved = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    resolved
        .as_deref()
        .unwrap_or(text)
        .parse()
        .map_err(|_| "write an address and a port, such as 127.0.0.1:8787, or 127.0.0.1:0 for any free port".to_owned())
}

/// Reads the path that takes posts.
pub fn parse_path(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'{' | b'}' | b'*'));
    if !text.starts_with('/') || !plain {
        return Err("write a path such as /webhook: it begins with / and has no blank, ?, #, * or brace".to_owned());
    }
    if matches!(text, "/healthz" | "/readyz") {
        return Err(format!("{text} answers health checks, choose another path"));
    }
    Ok(text.to_owned())
}

/// Declares a type that is read from text by one function.
macro_rules! from_text {
    ($(#[$doc:meta])* $name:ident($inner:ty), $expected:literal, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name(pub(super) $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        let read: fn(&str) -> Result<$inner, String> = $read;
                        read(text).map($name).map_err(E::custom)
                    }
                }
                deserializer.deserialize_any(Text)
            }
        }
    };
}

const DURATION: &str = "write a length of time in quotes, such as \"30s\", \"5m\" or \"24h\"";

from_text!(
    /// A length of time, longer than none.
    Time(Duration), "a length of time in quotes, such as \"5m\"",
    |text| duration::parse(text).filter(|time| !time.is_zero()).ok_or_else(|| DURATION.to_owned())
);

from_text!(
    /// A length of time, or `off`.
    TimeOrOff(Option<Duration>), "a length of time in quotes, such as \"5m\", or \"off\"",
    |text| match text {
        "off" => Ok(None),
        text => match duration::parse(text) {
            Some(time) if !time.is_zero() => Ok(Some(time)),
            _ => Err(format!("{DURATION}; \"off\" switches it off")),
        },
    }
);

from_text!(
    /// A number of bytes, at least one.
    Size(u64), "a size in quotes, such as \"4MiB\"",
    |text| parse_size(text).filter(|size| *size > 0)
        .ok_or_else(|| "write a size in quotes, such as \"64KiB\", \"4MiB\" or \"1GiB\"".to_owned())
);

from_text!(
    /// A listen address.
    Listen(SocketAddr), "an address in quotes, such as \"127.0.0.1:8787\"", parse_listen
);

from_text!(
    /// The path that takes posts.
    WebhookPath(String), "a path in quotes, such as \"/webhook\"", parse_path
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_and_write() {
        for (text, size) in [("4MiB", 4 << 20), ("1GiB", 1 << 30), ("1536KiB", 1536 << 10), ("100B", 100)] {
            assert_eq!(parse_size(text), Some(size));
            assert_eq!(format_size(size), text);
        }
        assert_eq!(parse_size("77"), Some(77));
        for text in ["", "MiB", "4MB", "4 MiB", "-1", "99999999999GiB"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn listen_addresses() {
        assert_eq!(parse_listen("localhost:80").unwrap().to_string(), "127.0.0.1:80");
        assert_eq!(parse_listen("[::1]:8787").unwrap().to_string(), "[::1]:8787");
        for text in ["8787", ":8787", "example.org:80", "127.0.0.1"] {
            assert!(parse_listen(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths_are_plain_and_not_the_health_checks() {
        assert_eq!(parse_path("/hooks/wa").as_deref(), Ok("/hooks/wa"));
        for text in ["webhook", "", "/a b", "/a?b", "/{x}", "/healthz", "/readyz"] {
            assert!(parse_path(text).is_err(), "{text}");
        }
    }
}
