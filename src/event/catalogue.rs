//! The built-in catalogue of error codes: what each means and what to do (PROTOCOL §6).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The code as written in the catalogue; one row is a range such as `200-299`.
    pub code: String,
    /// Who uses it: `meta`, `nxcloud`, `nxcloud_api`, `legacy`.
    pub source: String,
    /// What is at fault: `recipient`, `template`, `throttling`, `integrity`, …
    pub class: String,
    /// Whether the same message may pass later unchanged.
    pub retryable: bool,
    /// What it means.
    pub title: String,
    /// What to do.
    pub action: String,
}

/// The class of a code that the catalogue does not know.
pub const UNKNOWN_CLASS: &str = "other";

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(include_str!("error_codes.csv")));

/// The row for a code: the exact code first, then a range around it.
pub fn lookup(code: i64) -> Option<&'static Entry> {
    CATALOGUE.lookup(code)
}

/// All rows, in the order of the file.
pub fn entries() -> &'static [Entry] {
    &CATALOGUE.entries
}

struct Catalogue {
    entries: Vec<Entry>,
    exact: BTreeMap<i64, usize>,
    ranges: Vec<(RangeInclusive<i64>, usize)>,
}

impl Catalogue {
    fn parse(csv: &str) -> Self {
        let mut catalogue = Self { entries: Vec::new(), exact: BTreeMap::new(), ranges: Vec::new() };
        for line in csv.lines().skip(1) {
            let Ok([code, source, class, retryable, title, action]) = <[String; 6]>::try_from(fields(line)) else {
                continue;
            };
            let at = catalogue.entries.len();
            match (code.parse(), code.split_once('-').map(|(from, to)| (from.parse(), to.parse()))) {
                (Ok(exact), _) => _ = catalogue.exact.insert(exact, at),
                (_, Some((Ok(from), Ok(to)))) => catalogue.ranges.push((from..=to, at)),
                _ => continue,
            }
            catalogue.entries.push(Entry { code, source, class, retryable: retryable == "yes", title, action });
        }
        catalogue
    }

    fn lookup(&self, code: i64) -> Option<&Entry> {
        let range = || self.ranges.iter().find(|(range, _)| range.contains(&code)).map(|(_, at)| at);
        self.exact.get(&code).or_else(range).and_then(|&at| self.entries.get(at))
    }
}

/// The fields of one line of CSV: a field in quotes may hold commas, and two quotes in it stand for one.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                push(&mut fields, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => push(&mut fields, c),
        }
    }
    fields
}

fn push(fields: &mut [String], c: char) {
    if let Some(last) = fields.last_mut() {
        last.push(c);
    }
}

/// A name of at most 18 cells for narrow columns, such as `Undeliverable`. Every code of the catalogue has one.
pub fn short(code: i64) -> Option<&'static str> {
    Some(match code {
        9001 => "Platform failure",
        10000 => "WhatsApp refusal",
        10001 => "Engine failure",
        10002 => "Engine timeout",
        1001 => "Header missing",
        1002 => "Header wrong",
        1003 => "Bad signature",
        1004 => "Stale timestamp",
        1005 => "Access key unknown",
        470 => "24 h window over",
        0 => "Token invalid",
        1 => "Bad call or fault",
        2 => "Service down",
        3 => "Capability missing",
        4 => "App rate limit",
        10 => "Permission denied",
        33 => "Number gone",
        100 => "Invalid parameter",
        104 => "Token missing",
        190 => "Token expired",
        200..=299 => "Permission missing",
        368 => "Policy block",
        80007 => "Account rate limit",
        130403 => "Blocked by you",
        130429 => "Throughput limit",
        130472 => "Meta experiment",
        130497 => "Country forbidden",
        131000 => "Unknown failure",
        131005 => "Access denied",
        131008 => "Parameter missing",
        131009 => "Parameter refused",
        131016 => "Service busy",
        131021 => "Sent to itself",
        131026 => "Undeliverable",
        131030 => "Not on test list",
        131031 => "Account locked",
        131037 => "No display name",
        131042 => "Billing problem",
        131045 => "Registration wrong",
        131047 => "24 h window over",
        131048 => "Spam restriction",
        131049 => "Marketing cap",
        131050 => "Marketing opt-out",
        131051 => "Unsupported type",
        131052 => "Media download",
        131053 => "Media upload",
        131055 => "Marketing only",
        131056 => "Pair rate limit",
        131057 => "Maintenance",
        131060 => "Not available",
        131063 => "Marketing off",
        131064 => "Category penalty",
        132000 => "Parameter count",
        132001 => "Template missing",
        132005 => "Text too long",
        132007 => "Template policy",
        132012 => "Parameter format",
        132015 => "Template paused",
        132016 => "Template disabled",
        132018 => "Template values",
        132068 => "Flow blocked",
        132069 => "Flow throttled",
        133000 => "Deregistering",
        133004 => "Registration down",
        133005 => "PIN wrong",
        133006 => "Number unverified",
        133008 => "Too many PINs",
        133009 => "PIN too fast",
        133010 => "Not registered",
        133015 => "Just deleted",
        133016 => "Registration limit",
        134011 => "Payments terms",
        134100 => "Marketing only",
        134101 => "Template syncing",
        134102 => "Template unusable",
        135000 => "Bad request",
        137000 => "Identity changed",
        138006 => "No call permission",
        139100 => "Blocking failed",
        139101 => "Block list full",
        139102 => "Block list busy",
        139103 => "Block list fault",
        200005 => "Insights not ready",
        200006 => "Insights stay on",
        200007 => "Insights off",
        1752041 => "Already invited",
        2388012 => "Number in account",
        2388019 => "Too many templates",
        2388039 => "Template in review",
        2388040 => "Field too long",
        2388047 => "Header malformed",
        2388072 => "Body malformed",
        2388073 => "Footer malformed",
        2388091 | 2388093 => "Not migrating",
        2388103 => "Migration refused",
        2388293 => "Too many variables",
        2388299 => "Variable at edge",
        2494100 => "Maintenance",
        2593107 => "Sync already used",
        2593108 => "Sync window over",
        2593109 => "History refused",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_line_of_the_file_is_an_entry() {
        assert_eq!(entries().len(), include_str!("error_codes.csv").lines().count() - 1);
        assert!(entries().iter().all(|entry| !entry.title.is_empty() && !entry.action.is_empty()));
    }

    #[test]
    fn the_exact_code_comes_before_the_range_around_it() {
        let row = |code| lookup(code).map(|entry| entry.code.as_str());
        assert_eq!(row(190), Some("190"));
        assert_eq!(row(200), Some("200-299"));
        assert_eq!(row(299), Some("200-299"));
        assert_eq!(row(300), None);
        assert_eq!(row(-1), None);
        let with_a_hole = Catalogue::parse("code\n200-299,m,auth,no,range,a\n250,m,auth,yes,exact,a\n");
        assert_eq!(with_a_hole.lookup(250).map(|entry| entry.title.as_str()), Some("exact"));
        assert_eq!(with_a_hole.lookup(251).map(|entry| entry.title.as_str()), Some("range"));
    }

    #[test]
    fn quoted_fields_keep_their_commas_and_quotes() {
        assert_eq!(fields(r#"1,"a, ""b""",,c"#), ["1", r#"a, "b""#, "", "c"]);
        let signing = lookup(1001).map(|entry| entry.action.as_str());
        assert_eq!(
            signing,
            Some("Send accessKey, ts, bizType, action and sign (seen in API replies, not in webhooks)")
        );
    }

    #[test]
    fn retryable_is_read() {
        assert_eq!(lookup(131056).map(|entry| entry.retryable), Some(true));
        assert_eq!(lookup(131049).map(|entry| entry.retryable), Some(false));
    }

    #[test]
    fn every_code_has_a_short_name_that_fits() {
        for entry in entries() {
            let code = entry.code.split('-').next().and_then(|code| code.parse().ok()).unwrap_or(-1);
            let name = short(code).unwrap_or_default();
            assert!((1..=18).contains(&name.width()), "{code}: {name:?} has {} cells", name.width());
        }
        assert_eq!(short(131026), Some("Undeliverable"));
        assert_eq!(short(999_999), None);
    }
}
