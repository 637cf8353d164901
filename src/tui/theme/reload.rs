//! Notices that the file of the theme in use, or one that it inherits, has changed, and that there are new ones.

use super::{Depth, Seen, Shelf, Theme, ThemeError};

/// Reads a theme again when its files change. A file that is wrong is read again only when it has changed once more.
#[derive(Debug)]
pub struct ThemeFiles {
    shelf: Shelf,
    depth: Depth,
    ascii: bool,
    /// The files as they were when they were found wrong.
    wrong: Option<Vec<Seen>>,
    /// The user's files that are no theme of those that are known, as they were when they were found wrong.
    unread: Vec<Seen>,
}

impl ThemeFiles {
    /// Reads themes of `shelf` as they were loaded.
    pub fn new(shelf: Shelf, depth: Depth, ascii: bool) -> Self {
        Self { shelf, depth, ascii, wrong: None, unread: Vec::new() }
    }

    /// Themes of the user's that came to those that are `known`. One that is wrong is read again when its file has changed.
    pub fn arrived(&mut self, known: &[Theme]) -> Vec<Theme> {
        let names = self.shelf.own().into_iter().filter(|name| known.iter().all(|theme| theme.name != *name));
        let mut arrived = Vec::new();
        let mut unread = Vec::new();
        for name in names {
            let Some(seen) = self.shelf.file(&name).map(|file| Seen::now(&file)) else { continue };
            let loaded = (!self.unread.contains(&seen)).then(|| self.shelf.load(&name, self.depth, self.ascii));
            match loaded {
                Some(Ok(theme)) => arrived.push(theme),
                Some(Err(_)) | None => unread.push(seen),
            }
        }
        self.unread = unread;
        arrived
    }

    /// Looks at the files of `theme`, one `stat` each; none for a built-in theme. `None` when there is nothing new; the theme as
    /// it was when a mistake was taken back.
    pub fn look(&mut self, theme: &Theme) -> Option<Result<Theme, ThemeError>> {
        let now: Vec<_> = theme.files.iter().map(|seen| Seen::now(&seen.path)).collect();
        if now == theme.files {
            return self.wrong.take().map(|_| Ok(theme.clone()));
        }
        if self.wrong.as_ref() == Some(&now) {
            return None;
        }
        let loaded = self.shelf.load(&theme.name, self.depth, self.ascii);
        self.wrong = loaded.is_err().then_some(now);
        Some(loaded)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::*;
    use ratatui::style::Color;

    fn text(theme: &Theme) -> Option<Color> {
        theme.style(Role::Text).fg
    }

    #[test]
    fn a_changed_parent_is_taken_and_a_broken_file_is_told_once() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("child.toml", "[meta]\ninherits = \"base\"\n");
        write("base.toml", "[roles]\ntext = \"#000001\"\n");
        let shelf = Shelf::new(Some(directory.path().to_owned()));
        let mut theme = shelf.load("child", Depth::True, false).unwrap();
        let mut reload = ThemeFiles::new(shelf, Depth::True, false);
        assert!(reload.look(&theme).is_none());

        write("base.toml", "[roles]\n\ntext = \"#000002\"\n");
        theme = reload.look(&theme).unwrap().unwrap();
        assert_eq!(text(&theme), Some(Color::Rgb(0, 0, 2)));
        assert!(reload.look(&theme).is_none());

        write("child.toml", "[meta]\ninherits = \"base\"\n[rolls]\n");
        let error = reload.look(&theme).unwrap().unwrap_err().to_string();
        assert!(error.contains("child.toml:3: unknown section rolls, did you mean roles?"), "{error}");
        assert!(reload.look(&theme).is_none(), "the same mistake is told once");

        write("child.toml", "[meta]\ninherits = \"base\"\n[roles]\ntext = \"#000003\"\n");
        theme = reload.look(&theme).unwrap().unwrap();
        assert_eq!(text(&theme), Some(Color::Rgb(0, 0, 3)));
    }

    #[test]
    fn a_theme_that_comes_later_is_found_once_it_is_right() {
        let directory = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(Some(directory.path().to_owned()));
        let mut files = ThemeFiles::new(shelf, Depth::True, false);
        let known = [Theme::dark()];
        assert!(files.arrived(&known).is_empty());
        let file = directory.path().join("dusk.toml");
        std::fs::write(&file, "[rolls]\n").unwrap();
        assert!(files.arrived(&known).is_empty(), "wrong: `watop check` names it");
        std::fs::write(&file, "[roles]\ntext = \"#000001\"\n").unwrap();
        let arrived = files.arrived(&known);
        assert_eq!(arrived.iter().map(Theme::name).collect::<Vec<_>>(), ["dusk"]);
        assert!(files.arrived(&arrived).is_empty(), "it is known now");
    }

    #[test]
    fn a_built_in_theme_has_no_file_to_look_at() {
        assert!(ThemeFiles::new(Shelf::default(), Depth::True, false).look(&Theme::dark()).is_none());
    }
}
