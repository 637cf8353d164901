//! Every figure opens the list behind it, and that list holds as many.

use crate::stage::Stage;
use crate::world::World;
use watop::config::Lang;

const SIZE: (u16, u16) = (200, 60);

/// The last minute of the incident: a list is read from the journal for every figure.
fn of_a_minute(world: &World) -> Stage {
    let mut stage = Stage::new(world, Lang::En, SIZE);
    stage.press("[[");
    stage
}

/// The rows of the screen but the footer, which says what was copied.
fn rows(stage: &mut Stage) -> Vec<String> {
    let mut rows = stage.rows();
    rows.pop();
    rows
}

/// The whole number at the end of a text.
fn last_number(text: &str) -> Option<u64> {
    text.rsplit(' ').find(|word| !word.is_empty())?.replace(',', "").parse().ok()
}

/// How many messages are listed behind what is under the cursor. Afterwards the screen is as before.
fn behind(stage: &mut Stage) -> u64 {
    let before = rows(stage);
    stage.press("\n");
    let list = rows(stage);
    let path = list.iter().find(|row| row.contains("Overview ›")).cloned().unwrap_or_default();
    // As `3 of 1,234 outbound`.
    let outbound = path.find(" outbound").and_then(|at| path[..at].rsplit_once(" of "));
    let shown = outbound.and_then(|(before, _)| last_number(before));
    let shown = shown.unwrap_or_else(|| panic!("no count of messages in {path:?} of {list:#?}"));
    stage.press("\u{1b}");
    let after = rows(stage);
    let differs: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
    assert!(differs.is_empty(), "Esc walks back: {differs:#?}");
    shown
}

/// Goes through the rows the cursor moves over, at most so many; `figure` is what one says. Answers how many there were.
fn each_row(stage: &mut Stage, most: usize, figure: impl Fn(&mut Stage) -> u64) -> usize {
    for seen in 1..=most {
        let figure = figure(stage);
        let before = rows(stage);
        assert_eq!(behind(stage), figure, "row {seen} of {before:#?}");
        stage.press("j");
        if rows(stage) == before {
            return seen;
        }
    }
    most
}

fn copied(stage: &mut Stage) -> u64 {
    stage.copied().parse().unwrap()
}

#[test]
fn the_funnel_its_outcomes_and_how_long_it_took() {
    let world = World::of_an_incident();
    let mut stage = of_a_minute(&world);
    stage.press("\t\t\t");
    assert!(each_row(&mut stage, 9, copied) >= 8, "four stages and four outcomes");
    stage.press("gz");
    for what in ["cohorts", "deliver", "read"] {
        stage.press("\tjj");
        assert_eq!(each_row(&mut stage, 1, copied), 1, "{what}");
    }
}

#[test]
fn each_number_category_country_and_tag() {
    let world = World::of_an_incident();
    let mut stage = of_a_minute(&world);
    stage.press("\t\t\tz");
    for dimension in ["number", "category", "country", "tag"] {
        let attempted = |stage: &mut Stage| {
            let label = stage.copied();
            let rows = rows(stage);
            let table = rows.iter().rev().find_map(|row| Some(row.split_once(&format!("{label} "))?.1.to_owned()));
            let words = table.unwrap_or_else(|| panic!("{label} in {rows:#?}"));
            let count = words.split_whitespace().next().unwrap();
            count.replace(',', "").parse().unwrap_or_else(|_| panic!("{label}: {count} of {words}"))
        };
        assert!(each_row(&mut stage, 1, attempted) == 1, "{dimension}");
        stage.press("gd");
    }
}

#[test]
fn each_figure_of_a_breakdown() {
    let world = World::of_an_incident();
    let mut stage = of_a_minute(&world);
    stage.press("\t\t\tz");
    for figure in ["sent", "delivered", "read", "failed", "waiting", "silent"] {
        stage.press("l");
        let count = copied(&mut stage);
        if count > 0 {
            assert_eq!(behind(&mut stage), count, "{figure}");
        }
    }
    let last = rows(&mut stage);
    stage.press("l");
    assert_eq!(rows(&mut stage), last, "there is no further figure");
}

#[test]
fn each_row_of_who_is_hit() {
    let world = World::of_an_incident();
    let mut stage = of_a_minute(&world);
    stage.press("z");
    let messages = behind(&mut stage);
    stage.press("\t");
    let hit = rows(&mut stage);
    let row = hit.iter().rfind(|row| row.contains('▌')).unwrap();
    let share = row.rsplit('▌').next().unwrap().split(" %").next().unwrap();
    let share: f64 = share.rsplit(' ').next().unwrap().parse().unwrap();
    let here = behind(&mut stage);
    let percent = (here as f64 / messages as f64 * 1000.0).round() / 10.0;
    assert_eq!(percent, share, "{here} of {messages} in {row}");
}

#[test]
fn each_conversation() {
    let world = World::of_an_incident();
    let mut stage = Stage::new(&world, Lang::En, SIZE);
    stage.press("\tz");
    let heads = rows(&mut stage).into_iter().find(|row| row.contains("last inbound")).unwrap();
    let end = heads.rfind(" inbound").unwrap() + " inbound".len();
    let end = heads[..end].chars().count();
    for at in 0..3 {
        stage.press(if at == 0 { "g" } else { "j" });
        let row = rows(&mut stage).into_iter().find(|row| row.contains('▌')).unwrap();
        let inbound = last_number(&row.chars().take(end).collect::<String>()).unwrap();
        stage.press("\n");
        let thread = rows(&mut stage);
        let counts = thread.iter().position(|row| row.contains("answers attempted")).unwrap();
        let counted = thread[counts - 1].trim_end_matches(['│', '┃', ' ']).rsplit(' ').next().unwrap();
        assert_eq!(counted.replace(',', "").parse::<u64>().unwrap(), inbound, "{row} in {thread:#?}");
        stage.press("\u{1b}");
    }
}

#[test]
fn each_code() {
    let world = World::of_an_incident();
    let mut stage = of_a_minute(&world);
    let messages = |stage: &mut Stage| {
        let code = stage.copied();
        let rows = rows(stage);
        let row = rows.iter().find(|row| row.contains(&format!("{code} ")) && row.contains(" % ")).unwrap();
        let words: Vec<&str> = row.split(&format!("{code} ")).nth(1).unwrap().split_whitespace().collect();
        let share = words.iter().position(|word| *word == "%").unwrap();
        words[share - 2].replace(',', "").parse().unwrap()
    };
    assert!(each_row(&mut stage, 2, messages) == 2);
}
