//! `watop keys`: what can be asked for on the screen, by which keys and commands.

use super::Common;
use super::failure::Failure;
use super::output::{Data, Tone};
use super::{lang, watch};
use crate::config::Lang;
use crate::tui::action::{Action, Group};
use crate::tui::command::VERBS;
use crate::tui::keymap::Keymap;
use clap::{Args, ValueEnum};
use serde::Serialize;

/// List the keys, actions and commands of the screen
///
/// Every action has a name: it is bound by it in [keys] of the configuration file, typed in the command bar (:) and found in the
/// palette (Ctrl-P). The keys are those in force, with [keys] laid over the defaults.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop keys
  watop keys --format md

In the configuration file:
  [keys]
  zoom = \"F5\"                    # one key
  quit = [\"q\", \"Ctrl-C\"]         # or several
  first = [\"g g\", \"Home\"]        # a chord: keys pressed one after the other
  suspend = []                    # none")]
pub(super) struct Keys {
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of the words: en or zh
    #[arg(long, value_name = "LANG", value_parser = lang, default_value = "en")]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Md,
}

/// An action with its keys.
#[derive(Debug, Serialize)]
struct Row {
    action: &'static str,
    group: &'static str,
    keys: Vec<String>,
    words: &'static str,
}

/// A command that takes something.
#[derive(Debug, Serialize)]
struct Command {
    command: &'static str,
    takes: &'static str,
    words: &'static str,
}

#[derive(Debug, Serialize)]
struct Everything {
    actions: Vec<Row>,
    commands: Vec<Command>,
}

pub(super) fn run(common: &Common, args: &Keys) -> Result<(), Failure> {
    let screen = common.load()?.config.screen;
    watch::check_screen(&screen).map_err(Failure::usage)?;
    let keymap = Keymap::new(&screen.keys).map_err(Failure::usage)?;
    let everything = Everything { actions: rows(&keymap, args.lang), commands: commands(args.lang) };
    let mut out = Data::new(common.color);
    match args.format {
        Format::Text => text(&mut out, &everything)?,
        Format::Md => markdown(&mut out, &everything, args.lang)?,
        Format::Json => out.line(&serde_json::to_string_pretty(&everything).map_err(std::io::Error::from)?)?,
    }
    Ok(out.flush()?)
}

/// Every action, group by group.
fn rows(keymap: &Keymap, lang: Lang) -> Vec<Row> {
    let of = |group: Group| Action::ALL.iter().filter(move |action| action.group() == group);
    let row = |action: &Action| Row {
        action: action.name(),
        group: action.group().title(lang),
        keys: keymap.keys(*action).iter().map(ToString::to_string).collect(),
        words: action.words(lang),
    };
    Group::ALL.into_iter().flat_map(of).map(row).collect()
}

fn commands(lang: Lang) -> Vec<Command> {
    VERBS.iter().map(|verb| Command { command: verb.name, takes: verb.takes, words: verb.words(lang) }).collect()
}

fn text(out: &mut Data, everything: &Everything) -> std::io::Result<()> {
    let mut group = "";
    for row in &everything.actions {
        if row.group != group {
            let gap = if group.is_empty() { "" } else { "\n" };
            group = row.group;
            let title = out.paint(Tone::Strong, group);
            out.line(&format!("{gap}{title}"))?;
        }
        let keys = if row.keys.is_empty() { "-".to_owned() } else { row.keys.join(", ") };
        out.line(&format!("  {keys:18}  {:16}  {}", row.action, row.words))?;
    }
    let title = out.paint(Tone::Strong, "Commands");
    out.line(&format!("\n{title}"))?;
    for Command { command, takes, words } in &everything.commands {
        out.line(&format!("  :{:35}  {words}", format!("{command} {takes}")))?;
    }
    Ok(())
}

/// Two tables, as they stand in the README.
fn markdown(out: &mut Data, everything: &Everything, lang: Lang) -> std::io::Result<()> {
    let code = |text: &String| format!("`{}`", text.replace('|', "\\|"));
    out.line(lang.pick("| keys | action | what it does |", "| 按键 | 动作 | 作用 |"))?;
    out.line("|---|---|---|")?;
    for row in &everything.actions {
        let keys = row.keys.iter().map(code).collect::<Vec<_>>().join(" ");
        out.line(&format!("| {keys} | `{}` | {} |", row.action, row.words))?;
    }
    out.line(lang.pick("\n| command | what it does |", "\n| 命令 | 作用 |"))?;
    out.line("|---|---|")?;
    for Command { command, takes, words } in &everything.commands {
        out.line(&format!("| `:{command} {takes}` | {words} |"))?;
    }
    Ok(())
}
