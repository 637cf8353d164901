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
    /// In English.
    pub en: Wording,
    /// In simplified Chinese.
    pub zh: Wording,
}

/// What a row says in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// A name of at most 18 cells for narrow columns, such as `Undeliverable`.
    pub short: String,
    /// What the code means.
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
            let Ok([code, source, class, retryable, en @ .., short, title, action]) =
                <[String; 10]>::try_from(fields(line))
            else {
                continue;
            };
            let zh = Wording { short, title, action };
            let [short, title, action] = en;
            let en = Wording { short, title, action };
            let at = catalogue.entries.len();
            match (code.parse(), code.split_once('-').map(|(from, to)| (from.parse(), to.parse()))) {
                (Ok(exact), _) => _ = catalogue.exact.insert(exact, at),
                (_, Some((Ok(from), Ok(to)))) => catalogue.ranges.push((from..=to, at)),
                _ => continue,
            }
            catalogue.entries.push(Entry { code, source, class, retryable: retryable == "yes", en, zh });
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

/// The English name of a code for narrow columns. Every code of the catalogue has one.
pub fn short(code: i64) -> Option<&'static str> {
    lookup(code).map(|entry| entry.en.short.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_line_of_the_file_is_an_entry() {
        assert_eq!(entries().len(), include_str!("error_codes.csv").lines().count() - 1);
        let said = |words: &Wording| !words.title.is_empty() && !words.action.is_empty();
        assert!(entries().iter().all(|entry| said(&entry.en) && said(&entry.zh)));
    }

    #[test]
    fn the_exact_code_comes_before_the_range_around_it() {
        let row = |code| lookup(code).map(|entry| entry.code.as_str());
        assert_eq!(row(190), Some("190"));
        assert_eq!(row(200), Some("200-299"));
        assert_eq!(row(299), Some("200-299"));
        assert_eq!(row(300), None);
        assert_eq!(row(-1), None);
        let with_a_hole = Catalogue::parse("code\n200-299,m,auth,no,s,range,a,s,t,a\n250,m,auth,yes,s,exact,a,s,t,a\n");
        assert_eq!(with_a_hole.lookup(250).map(|entry| entry.en.title.as_str()), Some("exact"));
        assert_eq!(with_a_hole.lookup(251).map(|entry| entry.en.title.as_str()), Some("range"));
    }

    #[test]
    fn quoted_fields_keep_their_commas_and_quotes() {
        assert_eq!(fields(r#"1,"a, ""b""",,c"#), ["1", r#"a, "b""#, "", "c"]);
        let signing = lookup(1001).map(|entry| entry.en.action.as_str());
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
            for name in [&entry.en.short, &entry.zh.short] {
                assert!((1..=18).contains(&name.width()), "{}: {name:?} has {} cells", entry.code, name.width());
            }
        }
        assert_eq!(short(131026), Some("Undeliverable"));
        assert_eq!(short(999_999), None);
    }

    #[test]
    fn every_row_is_worded_in_chinese() {
        let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for entry in entries() {
            let Wording { short, title, action } = &entry.zh;
            assert!([short, title, action].into_iter().all(|text| chinese(text)), "{}", entry.code);
        }
    }
}
