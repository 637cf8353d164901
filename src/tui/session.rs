//! How the screen was left: it comes back on the next start.
//!
//! One small file in the data directory, readable by its owner alone, because filters name people. What it says is a
//! convenience: damage, or a later version, is ignored with a word to the user.

use super::lang::Lang;
use super::period::Window;
use super::place::Place;
use crate::event::Text;
use crate::event::mask::Masker;
use crate::query::mask::masked;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Its name in the data directory.
const FILE: &str = "screen.json";

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;

/// Longest file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// How the screen was left.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Session {
    version: u32,
    /// The theme, when the user chose one.
    pub theme: Option<String>,
    /// The language, when the user chose one.
    pub lang: Option<Lang>,
    /// The window's length. It ends now again.
    pub window: Window,
    /// The only business number that was looked at.
    pub number: Option<Text>,
    /// The tab, by its name.
    pub tab: String,
    /// What was opened in it, at the end of a drill-down.
    #[serde(default)]
    pub opened: Option<Place>,
    /// Filters that were applied, oldest first.
    #[serde(default)]
    pub filters: Vec<String>,
    /// What each page wants to know again, by its name.
    pub pages: BTreeMap<String, Value>,
}

impl Session {
    /// A session of this version, with nothing in it.
    pub fn new() -> Self {
        Self { version: VERSION, ..Self::default() }
    }

    /// The events that were marked, by sequence number.
    pub fn marked(&self) -> BTreeSet<u64> {
        let marks = self.pages.get("events").and_then(|events| events.get("marks")).and_then(Value::as_array);
        marks.into_iter().flatten().filter_map(|mark| mark.get(0)?.as_u64()).collect()
    }

    /// What the data directory `dir` keeps; `None` before the first time.
    ///
    /// # Errors
    /// It cannot be read, in words for the user.
    pub fn load(dir: &Path) -> Result<Option<Self>, String> {
        let file = dir.join(FILE);
        let text = match read(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", file.display())),
        };
        let session: Self = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        match session.version {
            VERSION => Ok(Some(session)),
            other => Err(format!("{}: version {other}, known is {VERSION}", file.display())),
        }
    }

    /// Takes out of the data directory `dir` what may name a person: what was opened, and filters, which name people in forms that
    /// cannot be told; of those that were applied, the ones that name nobody stay. A file that cannot be read is removed.
    ///
    /// # Errors
    /// The file cannot be written or removed.
    pub fn forget_people(dir: &Path) -> io::Result<()> {
        let Ok(found) = Self::load(dir) else { return std::fs::remove_file(dir.join(FILE)) };
        let Some(mut left) = found else { return Ok(()) };
        left.opened = None;
        left.filters.retain(|filter| !may_name_people(filter));
        left.pages.remove("messages");
        if let Some(events) = left.pages.get_mut("events").and_then(Value::as_object_mut) {
            events.remove("filter");
        }
        left.save(dir)
    }

    /// Keeps it in the data directory `dir`: whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, dir: &Path) -> io::Result<()> {
        let (file, new) = (dir.join(FILE), dir.join(format!("{FILE}.new")));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = options.open(&new)?;
        serde_json::to_writer_pretty(&mut out, self)?;
        out.flush()?;
        std::fs::rename(new, file)
    }
}

/// Whether an expression holds anything that would be masked, or a tag, which is whatever the sender made of it.
pub(super) fn may_name_people(filter: &str) -> bool {
    masked(filter, &Masker::new([0; 16])) != filter || filter.to_ascii_lowercase().contains("tag:")
}

fn read(file: &Path) -> io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    File::open(file)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_comes_back_and_only_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Session::load(dir.path()), Ok(None));
        let session = Session { window: Window::Minutes(47), tab: "events".to_owned(), ..Session::new() };
        session.save(dir.path()).unwrap();
        assert_eq!(Session::load(dir.path()), Ok(Some(session)));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn of_the_filters_that_were_applied_those_that_name_nobody_outlive_a_person() {
        let dir = tempfile::tempdir().unwrap();
        let filters =
            ["status:failed code:131026", "to:*0298", "Chan", "tag:parcel-85266120298", "outcome:silent age>1h"];
        let session = Session { filters: filters.map(str::to_owned).to_vec(), ..Session::new() };
        session.save(dir.path()).unwrap();
        Session::forget_people(dir.path()).unwrap();
        let left = Session::load(dir.path()).unwrap().unwrap();
        assert_eq!(left.filters, ["status:failed code:131026", "outcome:silent age>1h"]);
    }

    #[test]
    fn damage_and_a_later_version_are_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "{\"version\": 1, ").unwrap();
        assert!(Session::load(dir.path()).unwrap_err().contains(FILE));
        let later = Session { version: 2, ..Session::new() };
        later.save(dir.path()).unwrap();
        assert!(Session::load(dir.path()).unwrap_err().contains("version 2"));
    }
}
