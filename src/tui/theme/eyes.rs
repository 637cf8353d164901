//! Whether people can read the themes and tell their colours apart: contrast on every ground, and simulated colour blindness.

use super::colour::{self, Value as Colour, contrast, linear};
use super::paint::{DARK_TERMINALS, GROUNDS};
use super::{Depth, Role, Theme};
use ratatui::style::{Color, Modifier};

/// What words are written in.
const WORDS: [Role; 8] =
    [Role::Text, Role::Strong, Role::Muted, Role::Accent, Role::Failed, Role::Warn, Role::Ok, Role::Title];

/// Themes with colours of their own; those of `ansi` are the terminal's, `mono` has none.
const COLOURED: [&str; 5] = ["dark", "light", "high-contrast", "deuteranopia", "tritanopia"];

fn load(name: &str) -> Theme {
    Theme::load(name, Depth::True, false).unwrap()
}

fn ink(theme: &Theme, role: Role) -> Colour {
    match theme.style(role).fg {
        Some(Color::Rgb(r, g, b)) => [r, g, b],
        other => panic!("{} of {} is {other:?}", role.name(), theme.name()),
    }
}

fn grounds(theme: &Theme) -> Vec<(&'static str, Colour)> {
    let ground = |role: &Role| match theme.style(*role).bg.and_then(colour::value) {
        Some(value) => vec![(role.name(), value)],
        None => DARK_TERMINALS.map(|colour| (role.name(), colour)).to_vec(),
    };
    GROUNDS.iter().flat_map(ground).collect()
}

/// How eyes without one kind of cones see (Machado, Oliveira and Fernandes 2009, full severity).
const PROTANOPIA: [[f64; 3]; 3] =
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
const DEUTERANOPIA: [[f64; 3]; 3] =
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
const TRITANOPIA: [[f64; 3]; 3] =
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]];

/// Distance of two colours as such eyes see them, in Oklab: black and white are 1 apart.
fn distance(a: Colour, b: Colour, eyes: &[[f64; 3]; 3]) -> f64 {
    let seen = |colour: Colour| {
        let light = linear(colour);
        let channel = |row: &[f64; 3]| row.iter().zip(light).map(|(part, light)| part * light).sum::<f64>();
        oklab([channel(&eyes[0]), channel(&eyes[1]), channel(&eyes[2])].map(|value| value.clamp(0.0, 1.0)))
    };
    seen(a).iter().zip(seen(b)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn oklab([r, g, b]: [f64; 3]) -> [f64; 3] {
    let l = (0.412_221_47 * r + 0.536_332_54 * g + 0.051_445_99 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_55 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_84 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_79 * m - 0.004_072_05 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_71 * s,
        0.025_904_04 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// Colours that stand for different states.
const STATES: [Role; 4] = [Role::Failed, Role::Warn, Role::Ok, Role::Accent];

fn least_distance(theme: &Theme, eyes: &[[f64; 3]; 3]) -> f64 {
    let pairs = STATES.iter().enumerate().flat_map(|(at, a)| STATES[at + 1..].iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| distance(ink(theme, *a), ink(theme, *b), eyes)).fold(f64::MAX, f64::min)
}

#[test]
fn every_word_can_be_read_on_every_ground() {
    for name in COLOURED {
        let theme = load(name);
        for (ground, colour) in grounds(&theme) {
            for role in WORDS {
                let contrast = contrast(ink(&theme, role), colour);
                assert!(contrast >= 4.5, "{name}: {} on {ground} has {contrast:.2}:1", role.name());
            }
        }
    }
}

/// What is seen as a shape: bars, trends, the frame with the focus.
const SHAPES: [Role; 7] =
    [Role::Read, Role::Delivered, Role::Waiting, Role::FailedUsual, Role::Neutral, Role::AccentDim, Role::Focus];

#[test]
fn every_shape_can_be_seen_on_the_ground() {
    for name in COLOURED {
        let theme = load(name);
        for (_, colour) in grounds(&theme).into_iter().filter(|(ground, _)| *ground == "ground") {
            for role in SHAPES {
                let contrast = contrast(ink(&theme, role), colour);
                assert!(contrast >= 3.0, "{name}: {} has {contrast:.2}:1", role.name());
            }
        }
    }
}

#[test]
fn themes_without_colours_of_their_own_take_only_those_of_the_terminal_that_can_be_read() {
    let themes: Vec<&str> = Theme::names().filter(|name| !COLOURED.contains(name)).collect();
    assert_eq!(themes, ["ansi", "mono"], "every other theme is measured above");
    for (name, role) in themes.iter().flat_map(|name| WORDS.map(|role| (name, role))) {
        let style = load(name).style(role);
        assert_eq!(style.bg, None, "{name}: {}", role.name());
        // Their values are the terminal's choice: these are the usual ones.
        for (ink, ground) in
            style.fg.and_then(colour::value).into_iter().flat_map(|ink| DARK_TERMINALS.map(|on| (ink, on)))
        {
            let contrast = contrast(ink, ground);
            assert!(contrast >= 3.0, "{name}: {} has {contrast:.2}:1", role.name());
        }
    }
    for role in Role::ALL {
        let style = load("mono").style(*role);
        let none = [None, Some(Color::Reset)];
        assert!(none.contains(&style.fg) && none.contains(&style.bg), "mono has a colour: {}", role.name());
    }
}

#[test]
fn high_contrast_is_high() {
    let theme = load("high-contrast");
    for role in WORDS.into_iter().chain([Role::Faint]) {
        let contrast = contrast(ink(&theme, role), [0, 0, 0]);
        assert!(contrast >= 7.0, "{} has {contrast:.2}:1", role.name());
    }
}

#[test]
fn the_safe_themes_keep_states_apart_for_the_eyes_they_are_made_for() {
    for (name, eyes) in [("deuteranopia", &DEUTERANOPIA), ("deuteranopia", &PROTANOPIA), ("tritanopia", &TRITANOPIA)] {
        let least = least_distance(&load(name), eyes);
        assert!(least >= 0.12, "{name}: {least:.3}");
    }
    let dark = least_distance(&load("dark"), &DEUTERANOPIA);
    assert!(dark < 0.02, "the measure tells the dark theme's red from its green: {dark:.3}");
}

/// The least contrast of words where the terminal has few colours: all that is asked of words with 256, and with 16, whose values
/// each terminal chooses itself, what is asked of large or bold text.
const LEAST: [(Depth, f64); 2] = [(Depth::Indexed, 4.5), (Depth::Sixteen, 3.0)];

#[test]
fn words_stay_readable_where_there_are_few_colours() {
    for ((depth, least), name) in LEAST.into_iter().flat_map(|least| COLOURED.map(|name| (least, name))) {
        let theme = Theme::load(name, depth, false).unwrap();
        for ground in GROUNDS {
            let on = match theme.style(ground).bg.and_then(colour::value) {
                Some(value) => vec![value],
                None => grounds(&theme).into_iter().filter(|(name, _)| *name == "ground").map(|(_, on)| on).collect(),
            };
            for (role, on) in WORDS.into_iter().flat_map(|role| on.iter().map(move |on| (role, *on))) {
                let ink = theme.style(role).fg.and_then(colour::value).unwrap();
                let contrast = contrast(ink, on);
                assert!(
                    contrast >= least,
                    "{name}, {depth:?}: {} on {} has {contrast:.2}:1",
                    role.name(),
                    ground.name()
                );
            }
        }
    }
}

#[test]
fn the_selection_is_seen_with_any_number_of_colours() {
    for (name, depth) in
        COLOURED.into_iter().flat_map(|name| [Depth::Indexed, Depth::Sixteen].map(|depth| (name, depth)))
    {
        let theme = Theme::load(name, depth, false).unwrap();
        let (ground, selection) = (theme.style(Role::Ground), theme.style(Role::Selection));
        let reversed = selection.add_modifier.contains(Modifier::REVERSED);
        assert!(reversed || selection.bg != ground.bg, "{name}, {depth:?}");
    }
}

#[test]
fn failure_and_good_do_not_become_one_colour() {
    for name in COLOURED {
        let theme = Theme::load(name, Depth::Sixteen, false).unwrap();
        assert_ne!(theme.style(Role::Failed).fg, theme.style(Role::Ok).fg, "{name}");
    }
}
