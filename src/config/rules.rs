//! `[rules]` and `[[rule]]`: from what stands in the file to rules that can be judged.

use super::file::{File, Rule as Written, Source};
use super::{ConfigError, RuleSetting, Rules, is_private};
use crate::monitor::rules::{Bound, Metric, Per, Rule, Side, Unit, builtin};
use crate::notify::Target;
use crate::query::suggest::closest;
use crate::query::{Filter, duration};
use std::path::Path;
use toml::Spanned;

/// Longest window, and `for`, in minutes.
const LONGEST: u64 = 24 * 60;

/// The rules of a file, laid over the built-in ones: one of the same name takes a built-in's place.
pub(super) fn rules(file: &File, source: &Source<'_>) -> Result<Rules, ConfigError> {
    let read = Reading { source, base: source.path.parent().unwrap_or(Path::new("")) };
    let notify = match &file.rules.notify {
        Some(notify) => read.targets(notify)?,
        None => vec![Target::Screen],
    };
    let mut rules: Vec<RuleSetting> = Vec::new();
    for written in &file.rule {
        let setting = read.rule(written, &notify)?;
        if rules.iter().any(|other| other.rule.name == setting.rule.name) {
            let message = format!("the name {:?} is taken, choose another", setting.rule.name);
            return Err(source.error(written.get_ref().name.span(), &message));
        }
        rules.push(setting);
    }
    if file.rules.builtin.unwrap_or(true) {
        let taken = |rule: &Rule| rules.iter().any(|other| other.rule.name == rule.name);
        let builtin = builtin().into_iter().filter(|rule| !taken(rule));
        let builtin: Vec<_> = builtin.map(|rule| RuleSetting { rule, notify: notify.clone() }).collect();
        rules.splice(0..0, builtin);
    }
    Ok(Rules(rules))
}

struct Reading<'a> {
    source: &'a Source<'a>,
    base: &'a Path,
}

impl Reading<'_> {
    fn rule(&self, spanned: &Spanned<Written>, notify: &[Target]) -> Result<RuleSetting, ConfigError> {
        let written = spanned.get_ref();
        let name = written.name.get_ref().trim();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(self
                .source
                .error(written.name.span(), "write a name that can be shown, such as \"failures up\""));
        }
        let metric = self.one_of(&written.metric, &Metric::ALL, "metric")?;
        let per = written.per.as_ref().map(|per| self.one_of(per, &Per::ALL, "per")).transpose()?;
        if let (Some(per), Some(place)) = (per, &written.per)
            && let Some(reason) = metric.refuses(per)
        {
            let message = format!("{} cannot be judged per {}: {reason}", metric.name(), per.name());
            return Err(self.source.error(place.span(), &message));
        }
        self.check_code(spanned, metric, per)?;
        let window = match &written.window {
            Some(window) => self.minutes(window, 1)?,
            None if metric == Metric::Silence => 360,
            None => 5,
        };
        let hold = written.r#for.as_ref().map_or(Ok(1), |hold| self.minutes(hold, 0))?;
        let remind = written.remind.as_ref().map(|remind| self.minutes(remind, 1)).transpose()?;
        let rule = Rule {
            name: name.into(),
            metric,
            code: written.code.as_ref().map(|code| *code.get_ref()),
            filter: written.filter.as_ref().map(|filter| self.filter(filter, metric)).transpose()?,
            window,
            bound: self.bound(spanned, metric.unit())?,
            min_volume: written.min_volume.unwrap_or_else(|| metric.default_volume()),
            per,
            hold,
            remind,
        };
        let notify = written.notify.as_ref().map_or_else(|| Ok(notify.to_vec()), |notify| self.targets(notify))?;
        Ok(RuleSetting { rule, notify })
    }

    fn filter(&self, place: &Spanned<String>, metric: Metric) -> Result<Filter, ConfigError> {
        let filter = self.source.filter(place)?;
        if metric == Metric::Refused {
            return Err(self.source.error(place.span(), "a refused request is not read, so a filter finds none"));
        }
        if filter.depends_on_time() {
            return Err(self.source.error(place.span(), "age changes by itself; a rule has its window for that"));
        }
        Ok(filter)
    }

    fn check_code(&self, spanned: &Spanned<Written>, metric: Metric, per: Option<Per>) -> Result<(), ConfigError> {
        match (&spanned.get_ref().code, metric == Metric::CodeCount, per == Some(Per::Code)) {
            (None, true, false) => Err(self
                .source
                .error(spanned.span(), "say which code to count, such as code = 131026, or per = \"code\"")),
            (Some(code), true, true) => {
                Err(self.source.error(code.span(), "with per = \"code\" every code is counted"))
            }
            (Some(code), false, _) => Err(self.source.error(code.span(), "only the metric code_count counts a code")),
            _ => Ok(()),
        }
    }

    fn bound(&self, spanned: &Spanned<Written>, unit: Unit) -> Result<Bound, ConfigError> {
        let written = spanned.get_ref();
        let (side, open, critical, wrong) = match (&written.above, &written.below) {
            (Some(above), None) => (Side::Above, above, &written.critical_above, &written.critical_below),
            (None, Some(below)) => (Side::Below, below, &written.critical_below, &written.critical_above),
            (Some(_), Some(below)) => return Err(self.source.error(below.span(), "write either above or below")),
            (None, None) => return Err(self.source.error(spanned.span(), "say when it is broken: above or below")),
        };
        if let Some(wrong) = wrong {
            return Err(self.source.error(wrong.span(), "it goes with above or below of the same side"));
        }
        for value in [Some(open), critical.as_ref(), written.clear.as_ref()].into_iter().flatten() {
            let most = if unit == Unit::Share { 1.0 } else { f64::MAX };
            if !(0.0..=most).contains(value.get_ref()) {
                let message = match unit {
                    Unit::Share => "write a share from 0 to 1, such as 0.05 for 5 %",
                    _ => "write a number from 0 on",
                };
                return Err(self.source.error(value.span(), message));
            }
        }
        let value = |value: &Option<Spanned<f64>>| value.as_ref().map(|value| *value.get_ref());
        let mut bound = Bound::new(side, *open.get_ref(), value(critical), unit);
        bound.clear = value(&written.clear).unwrap_or(bound.clear);
        let beyond = |inner: f64, outer: f64| if side == Side::Above { inner <= outer } else { inner >= outer };
        if let Some(critical) = critical.as_ref().filter(|critical| !beyond(bound.open, *critical.get_ref())) {
            return Err(self.source.error(critical.span(), "the critical bound lies beyond the first"));
        }
        match &written.clear {
            Some(clear) if !beyond(bound.clear, bound.open) => {
                Err(self.source.error(clear.span(), "clear lies on the right side of the bound"))
            }
            _ => Ok(bound),
        }
    }

    fn one_of<T: Copy>(&self, place: &Spanned<String>, all: &[(&str, T)], what: &str) -> Result<T, ConfigError> {
        let word = place.get_ref();
        if let Some((_, found)) = all.iter().find(|(name, _)| name == word) {
            return Ok(*found);
        }
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let message = match closest(word, names.iter().copied()) {
            Some(name) => format!("there is no {what} {word:?}, did you mean {name:?}?"),
            None => format!("there is no {what} {word:?}, known: {}", names.join(", ")),
        };
        Err(self.source.error(place.span(), &message))
    }

    /// A length of time in whole minutes, as rules are judged once a minute.
    fn minutes(&self, place: &Spanned<String>, least: u64) -> Result<u32, ConfigError> {
        let millis = duration::parse(place.get_ref()).and_then(|time| u64::try_from(time.as_millis()).ok());
        let minutes = millis.filter(|millis| millis % 60_000 == 0).map(|millis| millis / 60_000);
        let fits = minutes.filter(|minutes| (least..=LONGEST).contains(minutes));
        fits.and_then(|minutes| u32::try_from(minutes).ok()).ok_or_else(|| {
            let message = "write whole minutes up to 24h, such as \"5m\": rules are judged once a minute";
            self.source.error(place.span(), message)
        })
    }

    fn targets(&self, places: &[Spanned<String>]) -> Result<Vec<Target>, ConfigError> {
        let mut targets = Vec::new();
        for place in places {
            let target = Target::parse(place.get_ref(), self.base);
            let target = target.map_err(|message| self.source.error(place.span(), &message))?;
            if target.has_password() && !is_private(self.source.path) {
                let file = self.source.path.display();
                let message = format!("it holds a password and others can read this file: chmod 600 {file}");
                return Err(self.source.error(place.span(), &message));
            }
            targets.push(target);
        }
        targets.dedup();
        Ok(targets)
    }
}
