//! Colour roles and glyphs. Panes ask for a [`Role`] or a [`Glyph`], never for a colour.

mod colour;
#[cfg(test)]
mod eyes;
mod file;
mod paint;
pub mod preview;
mod reload;
mod shelf;

pub use colour::Depth;
pub use file::ThemeError;
pub use reload::ThemeFiles;
pub use shelf::Shelf;

use crate::config::layers::Stamps;
use ratatui::style::Style;
use ratatui::symbols::border;
use std::path::{Path, PathBuf};

/// Declares the roles once: variant, name in a theme file, whether it colours the ground, and the role it is taken from
/// when a theme does not give it.
macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident $name:literal $plane:ident $fallback:ident,)+) => {
        /// What a piece of the screen means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // the names are those of the themes' `[roles]`
        pub enum Role {
            $($(#[$doc])* $role,)+
        }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$role,)+];

            /// Its name in a theme file.
            pub fn name(self) -> &'static str {
                match self { $(Self::$role => $name,)+ }
            }

            /// The role it is taken from when a theme does not give it; itself at the end of the chain.
            pub fn fallback(self) -> Self {
                match self { $(Self::$role => Self::$fallback,)+ }
            }

            /// What its colour is set on.
            fn plane(self) -> Plane {
                match self { $(Self::$role => Plane::$plane,)+ }
            }
        }
    };
}

/// What a role's colour is set on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plane {
    Ink,
    Ground,
}

roles! {
    Ground "ground" Ground Ground,
    Text "text" Ink Text,
    Strong "strong" Ink Text,
    Muted "muted" Ink Text,
    Faint "faint" Ink Muted,
    Border "border" Ink Faint,
    Grid "grid" Ink Border,
    Accent "accent" Ink Strong,
    AccentDim "accent_dim" Ink Accent,
    Area "area" Ink AccentDim,
    Neutral "neutral" Ink Muted,
    Failed "failed" Ink Strong,
    FailedUsual "failed_usual" Ink Failed,
    Warn "warn" Ink Strong,
    Ok "ok" Ink Strong,
    Selection "selection" Ground Ground,
    SelectionIdle "selection_idle" Ground Selection,
    Strip "strip" Ground Ground,
    Popup "popup" Ground Strip,
    GroundTrouble "ground_trouble" Ground Strip,
    GroundWatch "ground_watch" Ground Strip,
    /// Title of a pane.
    Title "title" Ink Strong,
    /// Border of the pane in focus.
    Focus "focus" Ink AccentDim,
    /// Outcome and funnel series.
    Read "read" Ink Accent,
    Delivered "delivered" Ink AccentDim,
    Waiting "waiting" Ink Neutral,
}

/// Declares the glyphs once: variant, name in a theme file, sign, ASCII twin.
macro_rules! glyphs {
    ($($glyph:ident $name:literal $sign:literal $ascii:literal,)+) => {
        /// A sign with an ASCII twin.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // the names are those of the themes' `[glyphs]`
        pub enum Glyph {
            $($glyph,)+
        }

        impl Glyph {
            /// Every glyph.
            pub const ALL: &'static [Self] = &[$(Self::$glyph,)+];

            /// Its name in a theme file.
            pub fn name(self) -> &'static str {
                match self { $(Self::$glyph => $name,)+ }
            }

            /// The sign where no theme says otherwise.
            fn sign(self) -> &'static str {
                match self { $(Self::$glyph => $sign,)+ }
            }

            /// The sign on a terminal without Unicode.
            fn ascii(self) -> &'static str {
                match self { $(Self::$glyph => $ascii,)+ }
            }
        }
    };
}

glyphs! {
    Live "live" "●" "*",
    Ready "ready" "○" "o",
    Paused "paused" "‖" "||",
    Past "past" "◀" "<",
    Critical "critical" "✖" "x",
    Warning "warning" "!" "!",
    Info "info" "i" "i",
    Good "good" "✓" "+",
    Unknown "unknown" "?" "?",
    Rising "rising" "▲" "^",
    Times "times" "×" "x",
    BarRead "bar_read" "█" "#",
    BarDelivered "bar_delivered" "█" "=",
    BarWaiting "bar_waiting" "░" ".",
    BarFailed "bar_failed" "▒" "x",
    FunnelFull "funnel_full" "━" "=",
    FunnelHalf "funnel_half" "╸" "-",
    FunnelTrack "funnel_track" "─" ".",
    Cursor "cursor" "▌" ">",
    Marked "marked" "*" "*",
    Unread "unread" "●" "o",
    Inbound "inbound" "←" "<",
    Sent "sent" "→" ">",
    DeliveredTick "delivered_tick" "✓" "v",
    ReadTick "read_tick" "✓✓" "vv",
    Open "open" "▾" "-",
    Shut "shut" "▸" "+",
    Sort "sort" "▼" "v",
    PathStep "path_step" "›" ">",
    Cut "cut" "…" "~",
    NoValue "no_value" "–" "-",
    Duplicate "duplicate" "=" "=",
    Amended "amended" "+" "+",
    Dot "dot" "·" "-",
    Rule "rule" "─" "-",
    ScrollBar "scroll_bar" "█" "#",
    Hit "hit" "▪" "!",
}

/// What ground a theme is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Appearance {
    /// Dark terminals.
    Dark,
    /// Light terminals.
    Light,
    /// Either.
    #[default]
    Any,
}

impl Appearance {
    /// Its name in a theme file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Any => "any",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Dark, Self::Light, Self::Any].into_iter().find(|appearance| appearance.name() == name)
    }
}

/// The embedded themes, by name, in the order in which the theme key goes through them.
const EMBEDDED: [(&str, &str); 7] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("ansi", include_str!("../../themes/ansi.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("deuteranopia", include_str!("../../themes/deuteranopia.toml")),
    ("tritanopia", include_str!("../../themes/tritanopia.toml")),
];

/// A resolved theme: cheap to ask, made once.
#[derive(Debug, Clone)]
pub struct Theme {
    name: String,
    title: Option<String>,
    appearance: Appearance,
    inherits: Option<String>,
    files: Vec<Seen>,
    styles: Vec<Style>,
    glyphs: Vec<&'static str>,
    ascii: bool,
}

/// A file, and how it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    path: PathBuf,
    stamps: Stamps,
}

impl Seen {
    fn now(path: &Path) -> Self {
        let path = path.to_owned();
        Self { stamps: Stamps::of(std::slice::from_ref(&path)), path }
    }
}

impl Theme {
    /// Names of the embedded themes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// Loads an embedded theme by name, or a theme file by its path (anything with a `/` or ending in `.toml`).
    pub fn load(name: &str, depth: Depth, ascii: bool) -> Result<Self, ThemeError> {
        Shelf::default().load(name, depth, ascii)
    }

    /// The theme for tests and for where no choice was made: `dark`, all colours, Unicode.
    pub fn dark() -> Self {
        #[expect(clippy::expect_used, reason = "embedded; a test loads every embedded theme")]
        Self::load("dark", Depth::True, false).expect("the embedded theme is valid")
    }

    fn resolve(name: &str, source: file::Source, depth: Depth, ascii: bool) -> Self {
        let glyphs = Glyph::ALL.iter().map(|glyph| match source.glyph(*glyph) {
            _ if ascii => glyph.ascii(),
            Some(sign) => sign,
            None => glyph.sign(),
        });
        Self {
            name: name.to_owned(),
            styles: paint::styles(&source, depth),
            glyphs: glyphs.collect(),
            ascii,
            title: source.title,
            appearance: source.appearance,
            inherits: source.inherits,
            files: source.files,
        }
    }

    /// The name it is found by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it calls itself, where that differs from the name it is found by.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref().filter(|title| *title != self.name)
    }

    /// What ground it is made for.
    pub fn appearance(&self) -> Appearance {
        self.appearance
    }

    /// The theme it is taken from.
    pub fn inherits(&self) -> Option<&str> {
        self.inherits.as_deref()
    }

    /// The file it was read from; `None` when it is built in.
    pub fn file(&self) -> Option<&Path> {
        self.files.first().map(|seen| seen.path.as_path())
    }

    /// The style of a role: foreground roles set the foreground, ground roles the background.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The sign, one cell wide; two: the ticks of read, and the sign of pause in ASCII.
    pub fn glyph(&self, glyph: Glyph) -> &'static str {
        self.glyphs.get(glyph as usize).copied().unwrap_or_default()
    }

    /// Whether glyphs are ASCII only.
    pub fn ascii(&self) -> bool {
        self.ascii
    }

    /// The frame of a pane: heavy with the focus, else light with round corners.
    pub fn frame(&self, focused: bool) -> border::Set<'static> {
        match (self.ascii, focused) {
            (false, true) => border::THICK,
            (false, false) => border::ROUNDED,
            (true, true) => border::Set { horizontal_top: "=", horizontal_bottom: "=", ..ASCII_FRAME },
            (true, false) => ASCII_FRAME,
        }
    }

    /// The style of a pane's frame.
    pub fn frame_style(&self, focused: bool) -> Style {
        self.style(if focused { Role::Focus } else { Role::Border })
    }

    /// The style of a pane's name.
    pub fn title_style(&self, focused: bool) -> Style {
        let title = self.style(Role::Title);
        if focused { title.patch(self.style(Role::Accent)) } else { title }
    }

    /// Eight heights of a column, lowest first.
    pub fn levels(&self) -> &'static [&'static str; 8] {
        if self.ascii {
            &["_", ".", ":", "-", "=", "+", "*", "#"]
        } else {
            &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        }
    }
}

const ASCII_FRAME: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

#[cfg(test)]
mod tests {
    use super::shelf::embedded;
    use super::*;
    use ratatui::style::{Color, Modifier};
    use unicode_width::UnicodeWidthStr;

    fn parse(text: &str) -> Result<Theme, ThemeError> {
        let source = file::Source::parse("test.toml", text, &embedded)?;
        Ok(Theme::resolve("test", source, Depth::True, false))
    }

    #[test]
    fn every_embedded_theme_loads_under_its_own_name() {
        for name in Theme::names() {
            let theme = Theme::load(name, Depth::True, false).unwrap();
            assert_eq!((theme.name(), theme.title.as_deref()), (name, Some(name)));
            assert_eq!(theme.file(), None);
        }
    }

    #[test]
    fn dark_and_light_give_every_role_themselves() {
        for name in ["dark", "light", "mono"] {
            let source = embedded(name).unwrap();
            for role in Role::ALL {
                assert!(source.paint(*role).is_some(), "{name} lacks {}", role.name());
            }
        }
    }

    #[test]
    fn mono_uses_no_colour_anywhere() {
        let theme = Theme::load("mono", Depth::True, false).unwrap();
        for role in Role::ALL {
            let style = theme.style(*role);
            assert!(matches!(style.fg, None | Some(Color::Reset)), "{}", role.name());
            assert!(matches!(style.bg, None | Some(Color::Reset)), "{}", role.name());
        }
        assert!(theme.style(Role::Selection).add_modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn glyphs_are_one_cell_wide_and_their_twins_are_ascii() {
        for glyph in Glyph::ALL {
            let wide = if *glyph == Glyph::ReadTick { 2 } else { 1 };
            assert_eq!(glyph.sign().width(), wide, "{}", glyph.name());
            assert!(glyph.ascii().is_ascii());
        }
    }

    #[test]
    fn a_missing_role_is_taken_from_its_chain() {
        let theme = parse("[meta]\nname = \"x\"\n[roles]\naccent = \"#010203\"\n").unwrap();
        assert_eq!(theme.style(Role::Area).fg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(theme.style(Role::Popup), Style::default());
    }

    #[test]
    fn an_inherited_theme_is_the_ground_of_overrides() {
        let theme =
            parse("[meta]\nname = \"x\"\ninherits = \"dark\"\n[palette]\nblue = \"#000001\"\n[glyphs]\nlive = \"@\"\n");
        let theme = theme.unwrap();
        assert_eq!(theme.style(Role::Accent).fg, Some(Color::Rgb(0, 0, 1)), "palette overrides reach inherited roles");
        assert_eq!(theme.style(Role::Text), Theme::dark().style(Role::Text));
        assert_eq!(theme.glyph(Glyph::Live), "@");
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for (text, line, word) in [
            ("[meta]\nname = \"x\"\n[roles]\nacent = \"red\"\n", 4, "acent, did you mean accent?"),
            ("[meta]\nname = \"x\"\n[colors]\n", 3, "colors, there are meta, palette"),
            ("[meta]\nnane = \"x\"\n", 2, "nane, did you mean name?"),
            ("[glyphs]\nlvie = \"x\"\n", 2, "lvie, did you mean live?"),
            ("[meta]\nname = \"x\"\n[roles]\naccent = \"blu\"\n", 4, "blu"),
            ("[meta]\nname = \"x\"\n[palette]\na = \"#12345\"\n", 4, "#12345"),
            ("[meta]\nname = \"x\"\n[glyphs]\nlive = \"ab\"\n", 4, "live"),
            ("[meta]\nname = \"x\"\ninherits = \"nope\"\n", 3, "nope"),
            ("[meta]\nname = \"x\"\n\n[roles]\ntext = 3\n", 5, "text"),
            ("[roles\n", 1, ""),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("test.toml:{line}: ")), "{error}");
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = Theme::load("drak", Depth::True, false).unwrap_err().to_string();
        assert!(error.contains("did you mean dark?"), "{error}");
        let error = Theme::load("sunset", Depth::True, false).unwrap_err().to_string();
        assert!(error.contains("dark, light, ansi, mono"), "{error}");
    }
}
