//! `watop theme`: which themes there are, and how one looks.

use super::Common;
use super::failure::Failure;
use super::output::{Colour, Data, Tone};
use crate::event::clean::clean;
use crate::tui::theme::{Depth, Glyph, Role, Shelf, Theme, ThemeError, preview};
use clap::{Args, ValueEnum};
use ratatui::style::{Color, Style};
use serde::Serialize;
use std::collections::BTreeMap;

/// List the themes of the screen, or look at one
///
/// The user's own themes are files NAME.toml in the directory themes beside the configuration file. Each may inherit any other,
/// takes the place of a built-in one of its name, and is read again when it changes while the screen is up.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop theme
  watop theme light
  watop theme ./draft.toml
  watop theme high-contrast --format json

To use one: theme = \"NAME\" under [screen] in the configuration file; the key T goes through them all.")]
pub(super) struct ThemeArgs {
    /// Name of the theme to look at, or the path of a theme file
    name: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// A theme in the list.
#[derive(Serialize)]
struct Row {
    name: String,
    /// What it calls itself, where that differs.
    title: Option<String>,
    appearance: Option<&'static str>,
    inherits: Option<String>,
    /// The file it stands in; null when it is built in.
    file: Option<String>,
    /// Why it cannot be used.
    error: Option<String>,
}

impl Row {
    fn new(name: String, theme: Result<&Theme, &ThemeError>) -> Self {
        let error = theme.err().map(ToString::to_string);
        let theme = theme.ok();
        Self {
            name,
            title: theme.and_then(Theme::title).map(str::to_owned),
            appearance: theme.map(|theme| theme.appearance().name()),
            inherits: theme.and_then(Theme::inherits).map(str::to_owned),
            file: theme.and_then(Theme::file).map(|file| file.display().to_string()),
            error,
        }
    }

    fn text(&self, out: &Data) -> String {
        if let Some(error) = &self.error {
            return format!("{}  {}", self.column(), out.paint(Tone::Bad, &clean(error)));
        }
        let whence = clean(self.file.as_deref().unwrap_or("built in"));
        let inherits = self.inherits.as_ref().map(|parent| format!(", from {parent}")).unwrap_or_default();
        let title = self.title.as_ref().map(|title| format!("  {}", clean(title))).unwrap_or_default();
        format!("{}  {:5}  {whence}{inherits}{title}", self.column(), self.appearance.unwrap_or_default())
    }

    fn column(&self) -> String {
        format!("{:13}", clean(&self.name))
    }
}

/// One theme in full.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    row: Row,
    roles: BTreeMap<&'static str, Paint>,
    glyphs: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
struct Paint {
    ink: Option<String>,
    ground: Option<String>,
    modifiers: Vec<String>,
}

impl From<Style> for Paint {
    fn from(style: Style) -> Self {
        let name = |colour: Color| colour.to_string().to_lowercase();
        let modifiers = style.add_modifier.iter_names().map(|(name, _)| name.to_lowercase());
        Self { ink: style.fg.map(name), ground: style.bg.map(name), modifiers: modifiers.collect() }
    }
}

pub(super) fn run(common: &Common, args: &ThemeArgs) -> Result<(), Failure> {
    let screen = common.load()?.config.screen;
    let shelf = Shelf::new(screen.themes);
    let mut out = Data::new(common.color);
    match (&args.name, args.format) {
        (None, Format::Text) => {
            for row in rows(&shelf) {
                let text = row.text(&out);
                out.line(&text)?;
            }
        }
        (None, Format::Json) => out.line(&json(&rows(&shelf))?)?,
        (Some(name), Format::Text) => {
            let depth = depth(common.color);
            let theme = load(&shelf, name, depth, screen.ascii)?;
            let about = Row::new(name.clone(), Ok(&theme)).text(&out);
            out.line(&about)?;
            out.line("")?;
            for line in preview::lines(&theme, depth != Depth::None) {
                out.line(&line)?;
            }
        }
        (Some(name), Format::Json) => {
            let theme = load(&shelf, name, Depth::True, screen.ascii)?;
            let roles = Role::ALL.iter().map(|role| (role.name(), theme.style(*role).into()));
            let glyphs = Glyph::ALL.iter().map(|glyph| (glyph.name(), theme.glyph(*glyph)));
            let row = Row::new(name.clone(), Ok(&theme));
            out.line(&json(&Whole { row, roles: roles.collect(), glyphs: glyphs.collect() })?)?;
        }
    }
    Ok(out.flush()?)
}

fn rows(shelf: &Shelf) -> Vec<Row> {
    let load = |name: String| {
        let theme = shelf.load(&name, Depth::True, false);
        Row::new(name, theme.as_ref())
    };
    shelf.names().into_iter().map(load).collect()
}

fn load(shelf: &Shelf, name: &str, depth: Depth, ascii: bool) -> Result<Theme, Failure> {
    shelf.load(name, depth, ascii).map_err(|error| Failure::usage(error.to_string()))
}

/// The colours of the preview: those of the terminal, or what was asked for.
fn depth(colour: Colour) -> Depth {
    match (colour, Depth::detect()) {
        (Colour::Never, _) => Depth::None,
        (Colour::Always, Depth::None) => Depth::True,
        (_, detected) => detected,
    }
}

fn json(value: &impl Serialize) -> Result<String, std::io::Error> {
    Ok(serde_json::to_string_pretty(value)?)
}
