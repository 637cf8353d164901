//! What a frame and a key cost, and whether that grows with history.
//!
//! `cargo bench --bench frame`: three journals of the same traffic, a thousand, a hundred thousand and a million events long, are
//! shown by three screens; each step is measured on all three before the next, round after round, so that a busy machine hits
//! all of them alike. Medians are printed, with the ratio of the longest history to the shortest that fills the window.
//! `--events N` changes the longest history, `--rounds N` the rounds.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, clippy::panic, reason = "a benchmark ends where something is not as it must be")]

#[path = "frame/history.rs"]
mod history;
#[path = "frame/screen.rs"]
mod screen;

use screen::Screen;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Live batches folded before each frame: 120 events a second at 30 frames.
const EVENTS_PER_FRAME: usize = 4;

/// What is done before a frame is drawn, and the keys for it.
const STEPS: [(&str, &str); 12] = [
    ("overview, live", ""),
    ("overview, window 1 h", "]"),
    ("overview, window 6 h", "]"),
    ("overview, window 24 h", "]"),
    ("overview, window 7 d", "]"),
    ("overview, all", "]"),
    ("overview, back to 15 m", "[[[[["),
    ("failures zoomed, live", "z"),
    ("conversations zoomed, live", "\t"),
    ("alerts zoomed, live", "\t"),
    ("delivery zoomed, live", "\t"),
    ("overview again", "z"),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: usize| {
        let value = arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    let (events, rounds) = (number("--events", 1_000_000), number("--rounds", 15));
    let mut screens: Vec<Screen> = [1_000, events / 10, events].into_iter().map(Screen::with_history).collect();
    for (width, height) in [(120, 36), (200, 60)] {
        screens.iter_mut().for_each(|screen| screen.resize(width, height));
        measure(&mut screens, rounds, width, height);
    }
    completion(&mut screens, rounds);
    filters(&screens);
}

/// Fields whose values are offered, each of another kind.
const COMPLETED: [&str; 12] =
    ["code", "tag", "category", "template", "number", "to", "customer", "name", "subject", "id", "event", "outcome"];

/// Prints how long the slowest key takes while a filter is typed and its values are offered, in a short window and in all there is.
fn completion(screens: &mut [Screen], rounds: usize) {
    for (window, keys) in [("15 m", ""), ("all", "]]]]]")] {
        for screen in screens.iter_mut() {
            keys.chars().for_each(|key| screen.press(key));
        }
        for field in COMPLETED {
            let slowest = screens.iter_mut().map(|screen| screen.slowest_key(&format!("{field}:8a"), rounds));
            let cells: String = slowest.map(|took| format!("{:>9} µs", took.as_micros())).collect();
            println!("slowest key of {field:<12}{window:>5}{cells}");
        }
        screens.iter_mut().for_each(|screen| keys.chars().for_each(|_| screen.press('[')));
    }
}

/// Prints how long a filter over the whole screen takes until everything is counted.
fn filters(screens: &[Screen]) {
    for expression in ["status:failed", "code:131026 number:852*", "outcome:read"] {
        for screen in screens {
            let (took, selected) = screen.filter(expression);
            let (events, took) = (screen.events(), took.as_millis());
            println!("filter {expression:<26} {events:>9} events: {took:>6} ms until {selected} messages are counted");
        }
    }
}

/// Goes through all steps `rounds` times and prints a line for each.
fn measure(screens: &mut [Screen], rounds: usize, width: u16, height: u16) {
    let mut took = vec![vec![Vec::new(); screens.len()]; STEPS.len()];
    for _ in 0..rounds {
        for ((_, keys), took) in STEPS.iter().zip(&mut took) {
            for (screen, took) in screens.iter_mut().zip(took) {
                keys.chars().for_each(|key| screen.press(key));
                screen.live(EVENTS_PER_FRAME);
                took.push(screen.draw());
            }
        }
    }
    let lengths: Vec<String> = screens.iter().map(|screen| format!("{:>12}", screen.events())).collect();
    println!("{:<28}{}   last/first  last/second", format!("frame at {width}×{height}, events"), lengths.concat());
    for ((name, _), took) in STEPS.iter().zip(took) {
        let medians: Vec<Duration> = took.into_iter().map(median).collect();
        let cells: String = medians.iter().map(|took| format!("{:>9} µs", took.as_micros())).collect();
        let ratio = |at: usize| {
            let (Some(last), Some(other)) = (medians.last(), medians.get(at)) else { panic!("three histories") };
            last.as_secs_f64() / other.as_secs_f64()
        };
        println!("{name:<28}{cells}   {:>10.2}  {:>11.2}", ratio(0), ratio(1));
    }
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default()
}
