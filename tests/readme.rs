//! The reference in the README is what the program says of itself. `UPDATE_README=1 cargo test --test readme` writes it anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use watop::query::FIELDS;

/// What stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
fn part(name: &str) -> String {
    match name {
        "commands" => commands(),
        "configuration" => format!("```toml\n{}```\n", printed(&["check", "--print-config"])),
        "filter" => filter(),
        "keys" => printed(&["keys", "--format", "md"]),
        other => panic!("the README wants a part that is unknown: {other}"),
    }
}

fn commands() -> String {
    let mut table =
        "| command | what it does |\n| --- | --- |\n| `watop` | Receive and watch, in one process |\n".to_owned();
    for command in watop::cli::command().get_subcommands() {
        let about = command.get_about().unwrap_or_else(|| panic!("{} says nothing about itself", command.get_name()));
        writeln!(table, "| `watop {}` | {about} |", command.get_name()).unwrap();
    }
    table
}

fn filter() -> String {
    let mut table = "| field | holds | example |\n| --- | --- | --- |\n".to_owned();
    for field in FIELDS {
        writeln!(table, "| `{}` | {} | `{}` |", field.name, field.about, field.example).unwrap();
    }
    table
}

/// What the program prints, whatever is configured on this machine.
fn printed(arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_watop"));
    let output = command.env_clear().env("HOME", home.path()).args(arguments).output().unwrap();
    assert!(output.status.success(), "watop {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The README with every marked part as the program has it.
fn written_anew(readme: &str) -> String {
    let mut anew = String::new();
    let mut rest = readme;
    while let Some((before, after)) = rest.split_once("<!-- begin ") {
        let (name, after) = after.split_once(" -->\n").unwrap();
        let end = format!("<!-- end {name} -->");
        let (_, after) = after.split_once(&end).unwrap_or_else(|| panic!("the README has no {end}"));
        write!(anew, "{before}<!-- begin {name} -->\n{}{end}", part(name)).unwrap();
        rest = after;
    }
    anew + rest
}

#[test]
fn the_reference_in_the_readme_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    for name in ["commands", "configuration", "filter", "keys"] {
        assert!(readme.contains(&format!("<!-- begin {name} -->")), "the README lacks the part {name}");
    }
    let anew = written_anew(&readme);
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, anew).unwrap();
        return;
    }
    let differs = readme.lines().zip(anew.lines()).find(|(written, said)| written != said);
    assert!(readme == anew, "UPDATE_README=1 cargo test --test readme writes it anew; first difference: {differs:#?}");
}
