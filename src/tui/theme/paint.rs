//! From what a theme file says to the styles of a terminal: colours that it has, and that can be read on their grounds.

use super::colour::{self, Depth, OnGround, Value};
use super::file::Source;
use super::{Appearance, Plane, Role};
use ratatui::style::{Color, Modifier, Style};

/// What words can stand on.
pub(super) const GROUNDS: [Role; 7] = [
    Role::Ground,
    Role::Selection,
    Role::SelectionIdle,
    Role::Strip,
    Role::Popup,
    Role::GroundTrouble,
    Role::GroundWatch,
];

/// Usual grounds of dark terminals, for themes that leave theirs to the terminal.
pub(super) const DARK_TERMINALS: [Value; 2] = [[0x1e, 0x1e, 0x2e], [0, 0, 0]];
const LIGHT_TERMINALS: [Value; 2] = [[0xfa, 0xfa, 0xfa], [0xff, 0xff, 0xff]];

/// The style of every role, in the order of [`Role::ALL`].
pub(super) fn styles(source: &Source, depth: Depth) -> Vec<Style> {
    let grounds = grounds(source, depth);
    Role::ALL.iter().map(|role| style(source, *role, depth, &grounds)).collect()
}

/// The grounds that words stand on.
fn grounds(source: &Source, depth: Depth) -> Vec<OnGround> {
    let value = |role: Role, depth| style(source, role, depth, &[]).bg.and_then(colour::value);
    let own = GROUNDS.into_iter().filter_map(|role| {
        let shown = value(role, depth)?;
        Some(OnGround { meant: value(role, Depth::True).unwrap_or(shown), shown })
    });
    let terminals = if value(Role::Ground, depth).is_some() { &[][..] } else { terminals(source.appearance) };
    own.chain(terminals.iter().map(|ground| OnGround { meant: *ground, shown: *ground })).collect()
}

fn terminals(appearance: Appearance) -> &'static [Value] {
    match appearance {
        Appearance::Dark => &DARK_TERMINALS,
        Appearance::Light => &LIGHT_TERMINALS,
        Appearance::Any => &[],
    }
}

/// The style of a role, or of the nearest role of its chain that the theme gives.
fn style(source: &Source, role: Role, depth: Depth, grounds: &[OnGround]) -> Style {
    let mut given = role;
    while source.paint(given).is_none() && given.fallback() != given {
        given = given.fallback();
    }
    let Some(paint) = source.paint(given) else { return Style::default() };
    let style = Style::default().add_modifier(paint.modifiers);
    match (paint.colour, role.plane()) {
        (Some(colour), Plane::Ink) => style.fg(depth.nearest(colour, grounds)),
        (Some(Color::Rgb(r, g, b)), Plane::Ground) if depth == Depth::Sixteen => few(style, role, [r, g, b]),
        (Some(colour), Plane::Ground) => style.bg(depth.nearest(colour, &[])),
        (None, _) => style,
    }
}

/// Sixteen colours have no soft grounds: the ground is black or white, the selection is reversed, the rest stands on the ground.
fn few(style: Style, role: Role, value: Value) -> Style {
    let light = colour::contrast(value, [0; 3]) > colour::contrast(value, [255; 3]);
    match role {
        Role::Ground => style.bg(if light { Color::White } else { Color::Black }),
        Role::Selection => style.add_modifier(Modifier::REVERSED),
        _ => style,
    }
}
