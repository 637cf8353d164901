//! A page at several sizes as text that can be read and compared.

use crate::stage::{Dress, Stage};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Modifier, Style};
use std::fmt::Write as _;
use watop::tui::theme::{Role, Theme};

/// Pictures of one page, one beneath the other.
#[derive(Default)]
pub(crate) struct Sheet(String);

impl Sheet {
    /// Adds what a stage shows, in both dresses; with the roles of the dark theme where they are asked for.
    pub(crate) fn add(&mut self, stage: &mut Stage, roles: bool) {
        let (width, height) = stage.size();
        let (dark, mono) = (stage.shown(Dress::Dark), stage.shown(Dress::MonoAscii));
        stage.shown(Dress::Dark);
        let rows: Vec<_> = (0..height).map(|y| row(&dark, y)).collect();
        let _ = writeln!(self.0, "═ {width}x{height} dark");
        rows.iter().for_each(|row| self.line(row));
        let other: Vec<_> = (0..height).filter(|y| !is_twin(&rows[usize::from(*y)], &row(&mono, *y))).collect();
        if !other.is_empty() {
            let _ = writeln!(self.0, "═ {width}x{height} mono, ASCII: twins of the above but for");
            other.into_iter().for_each(|y| self.line(&format!("{y:02} {}", row(&mono, y))));
        }
        if roles {
            let _ = writeln!(self.0, "═ {width}x{height} dark, roles");
            let names = Names::of(&Dress::Dark.theme());
            (0..height).for_each(|y| self.line(&format!("{y:02} {}", names.row(&dark, y))));
        }
    }

    pub(crate) fn text(self) -> String {
        self.0
    }

    fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end_matches(' '));
        self.0.push('\n');
    }
}

/// What a reader sees.
pub(crate) fn text(buffer: &Buffer) -> String {
    (0..buffer.area.height).map(|y| row(buffer, y) + "\n").collect()
}

/// What a reader sees of a row: a wide sign stands for its two cells.
fn row(buffer: &Buffer, y: u16) -> String {
    let mut text = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let symbol = buffer[(x, y)].symbol();
        text.push_str(symbol);
        x += symbol.cell_width().max(1);
    }
    text.trim_end_matches(' ').to_owned()
}

/// Whether a row in ASCII is the other one with the twins of its glyphs.
fn is_twin(row: &str, ascii: &str) -> bool {
    row.chars().count() == ascii.chars().count()
        && row.chars().zip(ascii.chars()).all(|(c, twin)| c == twin || twins(c).contains(twin))
}

/// What can stand for a sign of the screen where there is only ASCII.
fn twins(sign: char) -> &'static str {
    match sign {
        '●' | '○' => "*o",
        '◀' | '←' => "<",
        '✖' | '×' => "x",
        '▒' => "x",
        '▲' => "^",
        '✓' => "+v",
        '█' => "#=",
        '░' | '▂' => ".",
        '━' | '▅' => "=",
        '╸' | '·' | '–' | '−' | '▾' | '▄' => "-",
        '─' => "-.",
        '▌' | '→' | '›' | '≥' => ">",
        '▸' | '╭' | '╮' | '╰' | '╯' | '┏' | '┓' | '┗' | '┛' | '▆' => "+",
        '└' | '┴' | '┤' => "+",
        '■' => "#=.x",
        '▼' => "v",
        '…' => "~",
        '▪' => "!",
        '│' | '┃' => "|",
        '▁' => "_",
        '▃' => ":",
        '▇' => "*",
        _ => "",
    }
}

/// What the styles of a theme are called.
struct Names(Theme);

impl Names {
    fn of(theme: &Theme) -> Self {
        Self(theme.clone())
    }

    /// The stretches of a row that are drawn alike: role of the ink, `!` when it is bold, `_` when it is underlined, `/` and the
    /// role of the ground, and for how many cells. Blanks are as what stands before them.
    fn row(&self, buffer: &Buffer, y: u16) -> String {
        let mut stretches: Vec<(String, usize)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let name = match stretches.last() {
                Some((last, _)) if cell.symbol() == " " && self.ground(cell) == ground_of(last) => last.clone(),
                _ => self.name(cell),
            };
            match stretches.last_mut() {
                Some((last, cells)) if *last == name => *cells += 1,
                _ => stretches.push((name, 1)),
            }
        }
        if stretches.len() > 1 && stretches.last().is_some_and(|(name, _)| name == "-") {
            stretches.pop();
        }
        let written: Vec<_> = stretches.into_iter().map(|(name, cells)| format!("{name} {cells}")).collect();
        written.join(", ")
    }

    fn name(&self, cell: &Cell) -> String {
        let style = cell.style();
        let ink = match cell.symbol() {
            " " => "-",
            _ => self.find(|own| own.fg.is_some() && own.fg == style.fg).unwrap_or("?"),
        };
        let mut name = ink.to_owned();
        for (modifier, sign) in [(Modifier::BOLD, '!'), (Modifier::UNDERLINED, '_'), (Modifier::DIM, '~')] {
            if style.add_modifier.contains(modifier) && ink != "-" {
                name.push(sign);
            }
        }
        let ground = self.ground(cell);
        if ground.is_empty() { name } else { format!("{name}/{ground}") }
    }

    fn ground(&self, cell: &Cell) -> &'static str {
        let bg = cell.style().bg;
        if bg == Some(ratatui::style::Color::Reset) {
            return "";
        }
        self.find(|own| own.bg.is_some() && own.bg == bg).unwrap_or("?")
    }

    fn find(&self, is: impl Fn(Style) -> bool) -> Option<&'static str> {
        Role::ALL.iter().find(|role| is(self.0.style(**role))).map(|role| role.name())
    }
}

fn ground_of(name: &str) -> &str {
    name.split_once('/').map_or("", |(_, ground)| ground)
}
