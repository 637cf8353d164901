//! Where themes are found: in the user's directory, then among the built-in ones.

use super::file::Source;
use super::{Depth, EMBEDDED, Seen, Theme, ThemeError};
use crate::query::suggest::closest;
use std::path::{Path, PathBuf};

/// The built-in themes and the user's: `NAME.toml` in a directory adds a theme, or takes the place of the built-in one.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    directory: Option<PathBuf>,
}

impl Shelf {
    /// The built-in themes, and those of a directory, which need not exist.
    pub fn new(directory: Option<PathBuf>) -> Self {
        Self { directory }
    }

    /// Names of every theme: the built-in ones, then the user's further ones by name.
    pub fn names(&self) -> Vec<String> {
        let built_in = Theme::names().map(str::to_owned);
        let own = self.own().into_iter().filter(|name| !is_embedded(name));
        built_in.chain(own).collect()
    }

    /// Names of the files in the user's directory, sorted.
    pub fn own(&self) -> Vec<String> {
        let entries = self.directory.as_ref().and_then(|directory| directory.read_dir().ok());
        let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let names = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }

    /// Loads a theme by name, or a theme file by its path (anything with a `/` or ending in `.toml`).
    ///
    /// # Errors
    /// Says what is wrong: the file and line, or the names that there are.
    pub fn load(&self, name: &str, depth: Depth, ascii: bool) -> Result<Theme, ThemeError> {
        Ok(Theme::resolve(name, self.find(name, &[])?, depth, ascii))
    }

    /// Finds a theme; `way` are the files that inherit it, outermost first.
    fn find(&self, name: &str, way: &[PathBuf]) -> Result<Source, ThemeError> {
        let is_path = name.contains(['/', '\\']) || name.ends_with(".toml");
        let file = if is_path { Some(PathBuf::from(name)) } else { self.file(name) };
        match file {
            // A file that overrides a built-in theme may inherit what it overrides.
            Some(file) if !(way.last() == Some(&file) && is_embedded(name)) => self.read(file, way),
            Some(_) => embedded(name),
            None if is_embedded(name) => embedded(name),
            None => Err(unknown(name, &self.names())),
        }
    }

    /// The user's file of that name, if there is one.
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        let file = self.directory.as_ref()?.join(format!("{name}.toml"));
        file.is_file().then_some(file)
    }

    fn read(&self, file: PathBuf, way: &[PathBuf]) -> Result<Source, ThemeError> {
        if way.contains(&file) {
            let circle = way.iter().chain([&file]).map(|file| stem(file)).collect::<Vec<_>>();
            return Err(ThemeError(format!("themes inherit each other in a circle: {}", circle.join(" > "))));
        }
        let shown = file.display().to_string();
        let seen = Seen::now(&file);
        let text =
            std::fs::read_to_string(&file).map_err(|error| ThemeError(format!("cannot read {shown}: {error}")))?;
        let way = [way, &[file]].concat();
        let mut source = Source::parse(&shown, &text, &|parent| self.find(parent, &way))?;
        source.files.insert(0, seen);
        Ok(source)
    }
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

fn is_embedded(name: &str) -> bool {
    Theme::names().any(|known| known == name)
}

/// Reads an embedded theme. Those inherit each other alone: a user's `dark` changes no theme but itself.
pub(super) fn embedded(name: &str) -> Result<Source, ThemeError> {
    match EMBEDDED.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => Source::parse(name, text, &embedded),
        None => Err(unknown(name, &Theme::names().map(str::to_owned).collect::<Vec<_>>())),
    }
}

fn unknown(name: &str, known: &[String]) -> ThemeError {
    ThemeError(match closest(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("unknown theme {name:?}, did you mean {meant}?"),
        None => format!("unknown theme {name:?}: choose one of {}, or the path of a file", known.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::*;
    use ratatui::style::Color;

    /// A directory of themes.
    fn with(files: &[(&str, &str)]) -> (tempfile::TempDir, Shelf) {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let shelf = Shelf::new(Some(directory.path().to_owned()));
        (directory, shelf)
    }

    fn load(shelf: &Shelf, name: &str) -> Result<Theme, String> {
        shelf.load(name, Depth::True, false).map_err(|error| error.to_string())
    }

    #[test]
    fn user_themes_add_to_the_built_in_ones_and_inherit_each_other() {
        let (directory, shelf) = with(&[
            ("night.toml", "[meta]\ninherits = \"base\"\n[roles]\ntext = \"#010101\"\n"),
            ("base.toml", "[meta]\ninherits = \"light\"\n[palette]\nblue = \"#000002\"\n"),
            (".hidden.toml", ""),
            ("notes.txt", ""),
        ]);
        assert_eq!(shelf.names()[7..], ["base", "night"]);
        let night = load(&shelf, "night").unwrap();
        assert_eq!(night.style(Role::Text).fg, Some(Color::Rgb(1, 1, 1)));
        assert_eq!(night.style(Role::Accent).fg, Some(Color::Rgb(0, 0, 2)), "the palette reaches down the chain");
        assert_eq!(night.appearance().name(), "light");
        assert_eq!((night.name(), night.inherits()), ("night", Some("base")));
        assert_eq!(night.file(), Some(directory.path().join("night.toml").as_path()));
    }

    #[test]
    fn a_user_theme_takes_the_place_of_a_built_in_one_and_may_inherit_it() {
        let (_directory, shelf) = with(&[("dark.toml", "[meta]\ninherits = \"dark\"\n[roles]\ntext = \"#010101\"\n")]);
        assert_eq!(shelf.names().len(), 7);
        let dark = load(&shelf, "dark").unwrap();
        assert_eq!(dark.style(Role::Text).fg, Some(Color::Rgb(1, 1, 1)));
        assert_eq!(dark.style(Role::Accent), Theme::dark().style(Role::Accent));
        let safe = load(&shelf, "tritanopia").unwrap();
        assert_eq!(safe.style(Role::Text), Theme::dark().style(Role::Text), "built-in themes stay as they are");
    }

    #[test]
    fn a_circle_is_named() {
        let (_directory, shelf) = with(&[
            ("a.toml", "[meta]\ninherits = \"b\"\n"),
            ("b.toml", "[meta]\ninherits = \"a\"\n"),
            ("self.toml", "[meta]\ninherits = \"self\"\n"),
        ]);
        let error = load(&shelf, "a").unwrap_err();
        assert!(error.contains("a.toml:2: ") && error.ends_with("in a circle: a > b > a"), "{error}");
        assert!(load(&shelf, "self").unwrap_err().ends_with("self > self"));
    }

    #[test]
    fn a_mistake_in_a_parent_names_both_places() {
        let (_directory, shelf) =
            with(&[("a.toml", "[meta]\ninherits = \"b\"\n"), ("b.toml", "[roles]\nwran = \"red\"\n")]);
        let error = load(&shelf, "a").unwrap_err();
        assert!(error.contains("a.toml:2: "), "{error}");
        assert!(error.contains("b.toml:2: unknown role wran, did you mean warn?"), "{error}");
        let (_directory, shelf) = with(&[("a.toml", "[meta]\ninherits = \"drak\"\n")]);
        assert!(load(&shelf, "a").unwrap_err().ends_with("a.toml:2: unknown theme \"drak\", did you mean dark?"));
    }
}
