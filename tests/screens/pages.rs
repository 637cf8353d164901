//! Every page takes the mouse, copies what is under its cursor and writes what it lists to a file.

use crate::stage::Stage;
use crate::world::World;
use watop::config::Lang;

const SIZE: (u16, u16) = (120, 36);

/// The pages with a list: their name and the keys that lead to them.
const LISTS: [(&str, &str); 10] = [
    ("failures", "z"),
    ("conversations", "\tz"),
    ("alerts", "\t\tz"),
    ("changes", "v"),
    ("events", "2"),
    ("messages", "3"),
    ("refused", "4"),
    ("forward", "5"),
    ("costs", "6"),
    ("story", "\n\n"),
];

fn stage(world: &World, keys: &str) -> Stage {
    let mut stage = Stage::new(world, Lang::En, SIZE);
    stage.press(keys);
    stage
}

/// Where `words` stand in the first row that has them, in cells.
fn find(rows: &[String], words: &str) -> (u16, u16) {
    let y = rows.iter().position(|row| row.contains(words)).unwrap_or_else(|| panic!("no {words:?} on {rows:#?}"));
    let x = rows[y].split(words).next().unwrap_or_default().chars().count();
    (x as u16, y as u16)
}

/// Where the cursor of the list in focus stands, the lowest one: the place right of its sign.
fn cursor(rows: &[String]) -> (u16, u16) {
    let y = rows.iter().rposition(|row| row.contains('▌')).unwrap_or_else(|| panic!("no cursor on {rows:#?}"));
    let (x, _) = find(&rows[y..=y], "▌");
    (x + 2, y as u16)
}

#[test]
fn a_click_puts_the_cursor_where_keys_put_it() {
    let world = World::of_an_incident();
    for (name, keys) in LISTS {
        let mut stage = stage(&world, keys);
        stage.press("kj");
        let here = stage.rows();
        stage.press("j");
        let below = stage.rows();
        if here == below {
            continue;
        }
        stage.click(cursor(&here));
        assert_eq!(cursor(&stage.rows()).1, cursor(&here).1, "{name}");
        stage.click(cursor(&below));
        let clicked = stage.rows();
        assert_eq!(clicked[..35], below[..35], "{name}: as by keys");
    }
}

#[test]
fn a_double_click_opens_what_enter_opens() {
    let world = World::of_an_incident();
    for (name, keys) in LISTS {
        let mut stage = stage(&world, keys);
        stage.press("kj");
        let at = cursor(&stage.rows());
        stage.press("\n");
        let opened = stage.rows();
        stage.go_home();
        stage.press(keys);
        stage.press("kj");
        stage.click(at);
        stage.click(at);
        let clicked = stage.rows();
        assert_eq!(clicked[..35], opened[..35], "{name}");
    }
}

#[test]
fn what_is_under_the_cursor_is_copied_and_with_a_capital_what_finds_it() {
    let world = World::of_an_incident();
    for (name, keys) in LISTS {
        let mut stage = stage(&world, keys);
        stage.press("kj");
        let value = stage.copied();
        let path = stage.copied_path();
        println!("{name}: {value:?} {path:?}");
        assert!(!value.trim().is_empty() && !path.trim().is_empty() && value != path, "{name}: {value:?}, {path:?}");
        if name == "refused" {
            assert!(path.starts_with("watop refused "), "{path}");
            continue;
        }
        watop::query::Filter::parse_for_messages(&path).unwrap();
        stage.press("M");
        let masked = (stage.copied(), stage.copied_path());
        assert!(!format!("{masked:?}").contains("85260001111"), "{name}: {masked:?}");
    }
}

#[test]
fn what_is_listed_is_written_whole() {
    let world = World::of_an_incident();
    for (name, keys) in LISTS {
        let mut stage = stage(&world, keys);
        let csv = stage.exported("csv");
        let ndjson = stage.exported("ndjson");
        let lines: Vec<&str> = csv.lines().collect();
        assert!(lines.len() > 1, "{name}: {csv:?}");
        let columns = lines[0].split(',').count();
        assert!(columns > 3, "{name}: {csv}");
        let objects: Vec<serde_json::Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.len(), csv.matches("\r\n").count() - 1, "{name}: a row for each, below the heads");
    }
}

#[test]
fn a_click_on_a_head_sorts_by_its_column() {
    let world = World::of_an_incident();
    let mut stage = stage(&world, "z");
    for (head, sorted) in
        [("code", "code▲"), ("recips", "recips▼"), ("first", "first▼"), ("last", "last▼"), ("msgs", "msgs▼")]
    {
        let rows = stage.rows();
        let heads = rows.iter().position(|row| row.contains("of att.")).unwrap();
        let x = rows[heads].split(head).next().unwrap_or_default().chars().count();
        stage.click((x as u16, heads as u16));
        assert!(stage.rows()[heads].contains(sorted), "{head}: {}", stage.rows()[heads]);
    }
}

#[test]
fn conversations_are_sorted_by_a_click_on_their_heads() {
    let world = World::of_an_incident();
    let mut stage = stage(&world, "\tz");
    let last = find(&stage.rows(), "last inbound");
    stage.click(last);
    assert!(stage.rows().iter().any(|row| row.contains("newest first")), "{:#?}", stage.rows());
    let closes = find(&stage.rows(), "closes in");
    stage.click(closes);
    assert!(!stage.rows().iter().any(|row| row.contains("newest first")), "{:#?}", stage.rows());
}

#[test]
fn a_click_on_a_cell_chooses_its_figure_and_one_on_a_box_beside_its_row() {
    let world = World::of_an_incident();
    let mut stage = Stage::new(&world, Lang::En, (200, 60));
    stage.press("\t\t\tz");
    let rows = stage.rows();
    let heads = rows.iter().position(|row| row.contains("attempted") && row.contains("p50 / p95")).unwrap();
    let failed = rows[heads].split("failed").next().unwrap_or_default().chars().count() as u16 + 5;
    stage.click((failed, heads as u16 + 1));
    let count = stage.copied();
    let cell: String = stage.rows()[heads + 1].chars().take(usize::from(failed) + 1).collect();
    assert!(cell.trim_end().ends_with(&count), "{count} in {cell}");
    let (x, y) = find(&stage.rows(), "2–3 s");
    stage.click((x, y));
    stage.press("\n");
    assert!(stage.rows().iter().any(|row| row.contains("deliver_s>=2 deliver_s<4")), "{:#?}", stage.rows());
}

#[test]
fn the_sides_of_an_event_are_clicked() {
    let world = World::of_an_incident();
    let mut stage = stage(&world, "2k");
    for (word, shows) in [("headers", "content-type"), ("raw", "{\""), ("json", "▾")] {
        let at = find(&stage.rows(), word);
        stage.click(at);
        assert!(stage.rows().iter().any(|row| row.contains(shows)), "{word}: {:#?}", stage.rows());
    }
    let folded = find(&stage.rows(), "▾");
    stage.click(folded);
    stage.click(folded);
    assert!(stage.rows()[usize::from(folded.1)].contains("▸"), "a double click folds: {:#?}", stage.rows());
}

#[test]
fn a_drag_over_the_costs_selects_its_time() {
    let world = World::of_an_incident();
    let mut stage = stage(&world, "6");
    let (x, y) = find(&stage.rows(), "Trend");
    stage.drag((x + 12, y + 3), (x + 30, y + 3));
    assert!(stage.rows()[0].contains("◀"), "{:#?}", stage.rows());
}
