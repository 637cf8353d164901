//! `watop check --rules`: when each rule would have fired, by a replay of the journal.

use super::failure::Failure;
use super::output::{Data, Progress, Tone};
use super::refused::operator;
use super::window::{Bounds, now};
use crate::config::Config;
use crate::event::clean::clean;
use crate::event::{Millis, Severity};
use crate::journal::Reader;
use crate::monitor::figures::duration;
use crate::monitor::rules::{Change, Rule, Side, Told, Watch, What};
use crate::notify::{bodies, refused_by_minute, run_up};

/// What came of the replay.
struct Replayed {
    changes: Vec<Change>,
    left_out: Vec<(String, usize)>,
    from: Option<Millis>,
    to: Millis,
    /// Whether the journal holds nothing at all.
    empty: bool,
}

pub(super) fn check(out: &mut Data, config: &Config, bounds: Bounds, ndjson: bool) -> Result<(), Failure> {
    let replayed = replay(config, bounds)?;
    if ndjson {
        for change in &replayed.changes {
            out.line(&serde_json::to_string(&Told::of(change)).map_err(std::io::Error::from)?)?;
        }
        return Ok(out.flush()?);
    }
    match replayed.from {
        Some(from) => out.line(&format!("{} to {}", from.rfc3339(), replayed.to.rfc3339()))?,
        None if replayed.empty => out.line("the journal is empty")?,
        None => out.line("nothing was received in that time")?,
    }
    let quiet = |rule: &&Rule| !replayed.changes.iter().any(|change| change.alert.rule == rule.name);
    let rules = || config.rules.0.iter().map(|setting| &setting.rule);
    for rule in rules().filter(|rule| !quiet(rule)) {
        out.line("")?;
        out.line(&format!("{}  {}", out.paint(Tone::Strong, &clean(&rule.name)), condition(rule)))?;
        for change in replayed.changes.iter().filter(|change| change.alert.rule == rule.name) {
            out.line(&told(out, change))?;
        }
        out.line(&format!("  {}", summary(rule, &replayed)))?;
    }
    let never: Vec<_> = rules().filter(quiet).map(|rule| clean(&rule.name).into_owned()).collect();
    if !never.is_empty() {
        out.line("")?;
        out.line(&format!("never fired: {}", never.join(", ")))?;
    }
    for (rule, count) in &replayed.left_out {
        out.line(&format!("{}: up to {count} of the smallest were not judged in a minute", clean(rule)))?;
    }
    Ok(out.flush()?)
}

fn replay(config: &Config, bounds: Bounds) -> Result<Replayed, Failure> {
    let reader = Reader::open(&config.data_dir)?;
    let stats = reader.stats()?;
    let end = bounds.to.unwrap_or_else(now);
    let start = bounds.from.map_or(Millis(i64::MIN), |from| Millis(from.0.saturating_sub(run_up(&config.rules.0))));
    let mut watch = Watch::new(config.monitor, config.rules.0.iter().map(|setting| setting.rule.clone()));
    watch.facts.gaps = reader.gaps(Millis(0), end)?;
    if let Some(operator) = operator(&config.data_dir)? {
        watch.facts.refused = refused_by_minute(&operator.refused_counts(Millis(0), end)?);
    }
    let mut progress = Progress::new("replaying the journal");
    let mut page = if bounds.from.is_some() { reader.page_at(start)?.saturating_sub(1) } else { 0 };
    let (mut changes, mut left_out, mut first) = (Vec::new(), Vec::new(), None);
    while page < stats.last_page
        && let Some(batch) = reader.next(page)?
    {
        page = batch.page;
        let received = batch.requests.iter().map(|request| request.received_at).min();
        if received.is_some_and(|received| received >= end) {
            break;
        }
        first = first.or(received);
        changes.extend(watch.fold(&batch, &bodies(&reader, watch.counts(), &batch)?));
        note_left_out(&watch, &mut left_out);
        progress.step(page, stats.last_page);
    }
    changes.extend(watch.advance(end));
    note_left_out(&watch, &mut left_out);
    changes.retain(|change| bounds.contains(change.at) || change.at == end);
    Ok(Replayed {
        changes,
        left_out,
        from: first.map(|first| bounds.from.map_or(first, |from| from.max(first))),
        to: end,
        empty: stats.last_page == 0,
    })
}

fn note_left_out(watch: &Watch, most: &mut Vec<(String, usize)>) {
    for (rule, count) in watch.engine().left_out() {
        match most.iter_mut().find(|(name, _)| name == rule) {
            Some((_, most)) => *most = count.max(*most),
            None => most.push((rule.to_string(), count)),
        }
    }
}

/// `failure_rate > 5.0 % over 5 m per number`
fn condition(rule: &Rule) -> String {
    let side = if rule.bound.side == Side::Above { ">" } else { "<" };
    let code = rule.code.map_or_else(String::new, |code| format!(" {code}"));
    let of = rule.filter.as_ref().map_or_else(String::new, |filter| format!(" of {}", clean(filter.as_str())));
    let per = rule.per.map_or_else(String::new, |per| format!(" per {}", per.name()));
    let over = duration(i64::from(rule.window) * 60);
    format!("{}{code} {side} {} over {over}{of}{per}", rule.metric.name(), rule.metric.write(rule.bound.open))
}

fn told(out: &Data, change: &Change) -> String {
    let alert = &change.alert;
    let (word, tone) = match (change.what, alert.severity) {
        (What::Opened, Severity::Critical) => ("opened, critical", Tone::Bad),
        (What::Opened, _) => ("opened", Tone::Warning),
        (What::Escalated, _) => ("critical", Tone::Bad),
        (What::Reminded, _) => ("still open", Tone::Quiet),
        (What::Resolved, _) => ("resolved", Tone::Good),
    };
    let entity = alert.entity.as_deref().map_or_else(String::new, |entity| format!("  {}", clean(entity)));
    let rest = match change.what {
        What::Resolved => {
            let worst = alert.metric.write(alert.worst);
            format!("after {}, worst {worst}", duration((change.at.0 - alert.opened_at.0) / 1000))
        }
        _ => alert.detail(),
    };
    format!("  {}  {}{entity}  {rest}", change.at.rfc3339(), out.paint(tone, &format!("{word:16}")))
}

/// `opened 3 times, open for 1 h 04 m in all, still open: 1`
fn summary(rule: &Rule, replayed: &Replayed) -> String {
    let of_rule = || replayed.changes.iter().filter(|change| change.alert.rule == rule.name);
    let resolved = || of_rule().filter(|change| change.what == What::Resolved);
    let opened = of_rule().filter(|change| change.what == What::Opened).count();
    let open: Vec<&Change> = of_rule()
        .filter(|change| change.what == What::Opened)
        .filter(|change| !resolved().any(|over| over.alert.id == change.alert.id))
        .collect();
    let began = |change: &Change| replayed.from.map_or(change.alert.opened_at, |from| from.max(change.alert.opened_at));
    let over = resolved().map(|change| change.at.0 - began(change).0);
    let lasting = open.iter().map(|change| replayed.to.0 - change.at.0);
    let time: i64 = over.chain(lasting).sum();
    let times = if opened == 1 { "time" } else { "times" };
    let still = if open.is_empty() { String::new() } else { format!(", still open: {}", open.len()) };
    format!("opened {opened} {times}, open for {} in all{still}", duration(time / 1000))
}
