//! `watop explain`: what an error code means and what to do.

use super::Common;
use super::failure::Failure;
use super::output::{Data, Tone};
use crate::config::Lang;
use crate::event::catalogue::{Entry, Wording, entries, lookup};
use crate::tui::terms;
use crate::tui::widgets::cut;
use clap::{Args, ValueEnum};
use serde::Serialize;

/// Say what an error code means and what to do
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop explain 131049
  watop explain 131049 --lang zh
  watop explain 10000 --format json

Exit code 1 when the code is not in the catalogue.")]
pub(super) struct Explain {
    /// The code, as in a status or on the failures pane; or a range of the catalogue, such as 200-299
    code: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of the explanation: en or zh [default: the locale's; of JSON: en]
    #[arg(long, value_name = "LANG", value_parser = super::lang)]
    lang: Option<Lang>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Serialize)]
struct Explanation<'a> {
    code: &'a str,
    /// The row of the catalogue: the code itself or a range such as `200-299`.
    entry: &'a str,
    title: &'a str,
    class: &'a str,
    advice: &'a str,
    retryable: bool,
    source: &'a str,
}

pub(super) fn run(common: &Common, args: &Explain) -> Result<(), Failure> {
    let code = args.code.trim();
    let entry = find(code)?.ok_or_else(|| {
        Failure::failed(format!(
            "{code} is not in the catalogue; the title and details of the event itself say more: \
             watop events --filter 'code:{code}' --format ndjson"
        ))
    })?;
    let mut out = Data::new(common.color);
    match args.format {
        Format::Text => {
            let lang = args.lang.unwrap_or_else(|| Lang::of_locale(|name| std::env::var(name).ok()));
            text(&mut out, code, entry, lang)?;
        }
        Format::Json => {
            let Entry { code: row, source, class, retryable, en, zh } = entry;
            let Wording { title, action, .. } = args.lang.unwrap_or_default().pick(en, zh);
            let explanation =
                Explanation { code, entry: row, title, class, advice: action, retryable: *retryable, source };
            out.line(&serde_json::to_string(&explanation).map_err(std::io::Error::from)?)?;
        }
    }
    Ok(out.flush()?)
}

/// The row for a code, or for a range written as in the catalogue.
fn find(code: &str) -> Result<Option<&'static Entry>, Failure> {
    match code.parse() {
        Ok(number) => Ok(lookup(number)),
        Err(_) => match entries().iter().find(|entry| entry.code == code) {
            Some(entry) => Ok(Some(entry)),
            None => Err(Failure::usage(format!("{code:?} is not an error code; write a number such as 131049"))),
        },
    }
}

fn text(out: &mut Data, code: &str, entry: &Entry, lang: Lang) -> std::io::Result<()> {
    let Wording { title, action, .. } = lang.pick(&entry.en, &entry.zh);
    let title = out.paint(Tone::Strong, title);
    out.line(&format!("{code}  {title}"))?;
    let mut row = |en, zh, value: &str| {
        let label = lang.pick(en, zh);
        out.line(&format!("{label}{:room$}{value}", "", room = 11usize.saturating_sub(cut::width(label))))
    };
    if entry.code != code {
        row("range", "范围", &entry.code)?;
    }
    row("class", "类别", &terms::class(lang, &entry.class))?;
    row("advice", "处理", action)?;
    let retryable = if entry.retryable {
        lang.pick("yes: the same message may pass later", "可以：同一消息稍后可能成功")
    } else {
        lang.pick("no: not unchanged", "不可：原样重发不会成功")
    };
    row("retryable", "重试", retryable)?;
    row("source", "来源", &entry.source)
}
