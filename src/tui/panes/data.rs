//! What the overview shows, as plain values: asked of the monitor in one place, once per changed state.

use super::figures::{Became, Stage};
use super::sorting::Sorting;
use super::{Context, Pane, delivery};
use crate::event::{Millis, Severity, Text};
use crate::monitor::Monitor;
use crate::monitor::view::{
    About, Activity, Alert, Around, Conversation, ConversationPage, Dimension, DimensionRow, Failure, Funnel, Group,
    Hit, Ingest, NumberRow, Pick, Pulse, Scope, Span, Stretch, Trend, Verdict,
};
use crate::tui::areas::Spot;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Templates of error texts that are shown.
const TEMPLATES: usize = 2;
/// How long after a customer's last message one may write freely.
const OPEN_FOR: i64 = 24 * HOUR;

/// What the panes that are seen need beside the numbers they always show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wants {
    /// Columns of the activity chart; 0 when it is not seen.
    pub columns: usize,
    /// Rows of cohorts over time; 0 when they are not seen.
    pub cohorts: usize,
    /// Whether the breakdown by business number within the small pane is seen.
    pub numbers: bool,
    /// Whether it is seen how long messages took.
    pub times: bool,
    /// Whether all outcomes of the funnel are named, and not only those that ask for attention.
    pub outcomes: bool,
    /// Which conversations are seen.
    pub conversations: Around,
    /// The dimension that delivery is broken down by, when that is seen.
    pub groups: Option<Dimension>,
    /// Columns of the trend of one code; 0 when it is not seen.
    pub trend: usize,
    /// The code under the cursor: its row, and what it is when the cursor was moved there.
    pub code: (usize, Option<Option<i64>>),
    /// How failures are sorted.
    pub sort: Sorting,
    /// The alert under the cursor, when it is seen in full: its row, and what it is when the cursor was moved there.
    pub alert: Option<(usize, Option<Text>)>,
}

/// What only a zoomed pane shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Zoom {
    /// The dimension that delivery is broken down by.
    pub dimension: Dimension,
    /// Delivery by it.
    pub groups: Vec<DimensionRow>,
    /// Messages by how long they took to be delivered, between round edges.
    pub deliver: Vec<u64>,
    /// The same to be read.
    pub read: Vec<u64>,
    /// How failures are sorted.
    pub sort: Sorting,
    /// The code under the cursor, when there is one.
    pub code: Option<Option<i64>>,
    /// Whom it hits.
    pub hit: Hit,
    /// How often it came over time.
    pub trend: Trend,
    /// What the alert under the cursor is about.
    pub about: Option<About>,
    /// Which conversations are listed, and how.
    pub pick: Pick,
}

impl Default for Zoom {
    fn default() -> Self {
        Self {
            dimension: Dimension::Number,
            groups: Vec::new(),
            deliver: Vec::new(),
            read: Vec::new(),
            sort: Sorting::default(),
            code: None,
            hit: Hit::default(),
            trend: Trend::default(),
            about: None,
            pick: Pick::default(),
        }
    }
}

impl Zoom {
    fn ask(monitor: &Monitor, scope: &Scope, failures: &[Failure], alerts: &[Alert], wants: &Wants) -> Self {
        let mut zoom = Self { sort: wants.sort, pick: wants.conversations.pick.clone(), ..Self::default() };
        if let Some(dimension) = wants.groups {
            zoom.dimension = dimension;
            zoom.groups = monitor.by(dimension, scope);
        }
        if wants.times {
            let took = |stretch| monitor.took(scope, stretch, &delivery::edges(stretch));
            (zoom.deliver, zoom.read) = (took(Stretch::Deliver), took(Stretch::Read));
        }
        if let Some((row, anchor)) = &wants.alert {
            let at = anchor.as_ref().and_then(|id| alerts.iter().position(|alert| alert.id == *id)).unwrap_or(*row);
            let alert = alerts.get(at.min(alerts.len().saturating_sub(1)));
            zoom.about = alert.and_then(|alert| monitor.about(&alert.id, scope, wants.columns));
        }
        if wants.trend > 0 {
            let (row, anchor) = wants.code;
            let at = anchor.and_then(|code| failures.iter().position(|failure| failure.code == code)).unwrap_or(row);
            zoom.code = failures.get(at.min(failures.len().saturating_sub(1))).map(|failure| failure.code);
        }
        if let Some(code) = zoom.code {
            zoom.hit = monitor.hit(code, scope);
            zoom.hit.templates.truncate(TEMPLATES);
            zoom.trend = monitor.failure_trend(code, scope, wants.trend);
        }
        zoom
    }

    /// What the code under the cursor hits, in the order in which it is shown.
    fn hits(&self) -> impl Iterator<Item = (Dimension, &Group)> {
        let rows = self.hit.rows.iter().map(|row| (row.dimension, &row.value));
        rows.chain(self.hit.templates.iter().map(|(template, _)| (Dimension::Template, template)))
    }
}

/// What the lists would hold if nothing were left out of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfiltered {
    /// Messages whose outcome is failed.
    pub failed: u64,
    /// Conversations.
    pub conversations: u64,
    /// Alerts.
    pub alerts: u64,
}

/// The monitor's verdict, and where only a part is looked at the one over everything.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    /// Over what is shown.
    pub(super) shown: Verdict,
    /// Over everything.
    pub(super) everything: Option<Verdict>,
}

/// Everything the overview shows of the monitor.
#[derive(Debug, Clone, PartialEq)]
pub struct OverviewData {
    /// What is looked at.
    pub scope: Scope,
    /// What the window is called, such as `15 m`.
    pub window: String,
    /// When the first and the last request were received; `None` before the first.
    pub extent: Option<(Millis, Millis)>,
    /// The verdict over the messages.
    pub verdict: Verdict,
    /// The one over everything, where only a part is looked at.
    pub everything: Option<Verdict>,
    /// Traffic and failures, by receive time.
    pub activity: Activity,
    /// The cohort.
    pub funnel: Funnel,
    /// The cohort by business number, most attempted first, where that is seen.
    pub numbers: Vec<NumberRow>,
    /// Whether all outcomes are named, and not only those that ask for attention.
    pub all_outcomes: bool,
    /// The cohort in slices of whole minutes, oldest first.
    pub cohorts: Vec<(Span, Funnel)>,
    /// Failures of the cohort, most messages first unless sorted otherwise.
    pub failures: Vec<Failure>,
    /// What only a zoomed pane shows.
    pub zoom: Zoom,
    /// Conversations: those that close within the hour first, then the newest; rows only around what is seen.
    pub conversations: ConversationPage,
    /// Alerts: what is open first, the worst first.
    pub alerts: Vec<Alert>,
    /// The same without what a filter leaves out; `None` where none does.
    pub unfiltered: Option<Unfiltered>,
    /// What came in the window.
    pub ingest: Ingest,
    /// Gauges of the moment.
    pub pulse: Pulse,
}

/// Things a cursor moves over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// The stages of the funnel, and the outcomes.
    Stages,
    /// The values of a dimension.
    Groups,
    /// The cohort in slices of time.
    Cohorts,
    /// How long it took to be delivered.
    Deliver,
    /// How long it took to be read.
    Read,
    /// Effective codes.
    Codes,
    /// Whom the code under the cursor hits.
    Hits,
    /// Conversations.
    Conversations,
    /// Alerts.
    Alerts,
}

impl Listing {
    /// Every one of them.
    const ALL: [Self; 9] = [
        Self::Stages,
        Self::Groups,
        Self::Cohorts,
        Self::Deliver,
        Self::Read,
        Self::Codes,
        Self::Hits,
        Self::Conversations,
        Self::Alerts,
    ];

    /// How many there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// The number of its box for the mouse: behind those of the panes.
    pub(super) fn spot(self) -> Spot {
        Spot::Pane(Pane::ALL.len() + self as usize)
    }

    /// The one whose box has a number.
    pub(super) fn at(spot: usize) -> Option<Self> {
        Self::ALL.get(spot.checked_sub(Pane::ALL.len())?).copied()
    }

    /// What a pane lists first.
    pub(super) fn of(pane: Pane, zoomed: bool) -> Self {
        match pane {
            Pane::Delivery if zoomed => Self::Groups,
            Pane::Delivery => Self::Stages,
            Pane::Failures => Self::Codes,
            Pane::Conversations => Self::Conversations,
            Pane::Alerts => Self::Alerts,
        }
    }

    /// What a zoomed pane lists beside that, in the order of its key.
    pub(super) fn beside(pane: Pane) -> &'static [Self] {
        match pane {
            Pane::Delivery => &[Self::Cohorts, Self::Deliver, Self::Read],
            Pane::Failures => &[Self::Hits],
            Pane::Conversations | Pane::Alerts => &[],
        }
    }
}

/// What a cursor is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// A stage of the funnel.
    Stage(Stage),
    /// An outcome.
    Became(Became),
    /// Messages that began then.
    Cohort(Span),
    /// Messages that took so long: a bin of a stretch.
    Took(Stretch, usize),
    /// A value of a dimension, or none.
    Group(Dimension, Group),
    /// An effective code, or none.
    Code(Option<i64>),
    /// Messages with a code and a value of a dimension.
    Hit(Option<i64>, Dimension, Group),
    /// Business number and customer.
    Conversation(Option<Text>, Option<Text>),
    /// An alert by its id.
    Alert(Text),
}

impl OverviewData {
    /// Asks the monitor, for everything but its verdict.
    ///
    /// Conversations and alerts are not only those of the window: a conversation stays in sight while its customer service
    /// window is open, an alert as long as it is kept. What came after the window is left out of both.
    pub(super) fn ask(ctx: &Context<'_>, wants: &Wants, judged: Judged) -> Self {
        let Context { monitor, whole, scope, window, .. } = *ctx;
        let extent = monitor.extent();
        let since = |from: i64| {
            let span = Span::covering(Millis(from.min(scope.span.from.0)), scope.span.to);
            Scope { span, ..scope.clone() }
        };
        let oldest = extent.map_or(scope.span.from, |(first, _)| first);
        let writing = since(scope.as_of.0 - OPEN_FOR);
        let conversations = monitor.conversations_around(&writing, &wants.conversations);
        let mut failures = monitor.failures(scope);
        wants.sort.sort(&mut failures);
        let alerts = monitor.alerts(&since(oldest.0));
        let funnel = monitor.funnel(scope);
        let narrowed = ctx.narrowing.monitor().is_some() || wants.conversations.pick != Pick::default();
        let unfiltered = narrowed.then(|| Unfiltered {
            failed: whole.counts(scope).outcomes.failed,
            conversations: whole.conversations_around(&writing, &Around::default()).total as u64,
            alerts: whole.alerts(&since(oldest.0)).len() as u64,
        });
        Self {
            all_outcomes: wants.outcomes,
            window: window.to_owned(),
            extent,
            verdict: judged.shown,
            everything: judged.everything,
            activity: if wants.columns > 0 { monitor.activity(scope, wants.columns) } else { Activity::default() },
            funnel,
            numbers: if wants.numbers { monitor.numbers(scope) } else { Vec::new() },
            cohorts: slices(scope, oldest, wants.cohorts)
                .into_iter()
                .map(|span| (span, monitor.counts(&Scope { span, ..scope.clone() })))
                .collect(),
            zoom: Zoom::ask(monitor, scope, &failures, &alerts, wants),
            failures,
            conversations,
            alerts,
            unfiltered,
            ingest: monitor.ingest(scope),
            pulse: monitor.pulse(scope.as_of),
            scope: scope.clone(),
        }
    }

    /// All conversations that are listed, with those that are not seen.
    pub(super) fn all_conversations(&self, monitor: &Monitor) -> Vec<Conversation> {
        let from = Millis((self.scope.as_of.0 - OPEN_FOR).min(self.scope.span.from.0));
        let span = Span::covering(from, self.scope.span.to);
        monitor.conversations(&Scope { span, ..self.scope.clone() })
    }

    /// The outcomes that are named, in the order of the bar.
    pub(super) fn became(&self) -> Vec<Became> {
        Became::named(&self.funnel, self.all_outcomes)
    }

    /// How many things are listed.
    pub(super) fn len(&self, listing: Listing) -> usize {
        match listing {
            Listing::Stages | Listing::Groups if self.funnel.attempted == 0 => 0,
            Listing::Stages => Stage::ALL.len() + self.became().len(),
            Listing::Cohorts => self.cohorts.len(),
            Listing::Deliver => self.zoom.deliver.len(),
            Listing::Read => self.zoom.read.len(),
            Listing::Groups => self.zoom.groups.len(),
            Listing::Codes => self.failures.len(),
            Listing::Hits => self.zoom.hits().count(),
            Listing::Conversations => self.conversations.total,
            Listing::Alerts => self.alerts.len(),
        }
    }

    /// What a row is about.
    pub(super) fn key(&self, listing: Listing, row: usize) -> Option<Key> {
        Some(match listing {
            Listing::Stages if self.funnel.attempted == 0 => return None,
            Listing::Stages => match Stage::ALL.get(row) {
                Some(stage) => Key::Stage(*stage),
                None => Key::Became(*self.became().get(row - Stage::ALL.len())?),
            },
            Listing::Cohorts => Key::Cohort(self.cohorts.get(row)?.0),
            Listing::Deliver => Key::Took(Stretch::Deliver, self.zoom.deliver.get(row).map(|_| row)?),
            Listing::Read => Key::Took(Stretch::Read, self.zoom.read.get(row).map(|_| row)?),
            Listing::Groups => Key::Group(self.zoom.dimension, self.zoom.groups.get(row)?.value.clone()),
            Listing::Codes => Key::Code(self.failures.get(row)?.code),
            Listing::Hits => {
                let (dimension, value) = self.zoom.hits().nth(row)?;
                Key::Hit(self.zoom.code?, dimension, value.clone())
            }
            Listing::Conversations => {
                let conversation = self.conversation(row)?;
                Key::Conversation(conversation.number.clone(), conversation.customer.clone())
            }
            Listing::Alerts => Key::Alert(self.alerts.get(row)?.id.clone()),
        })
    }

    /// Whether a row is about `key`.
    pub(super) fn is(&self, listing: Listing, row: usize, key: &Key) -> bool {
        self.key(listing, row).as_ref() == Some(key)
    }

    /// In which row `key` stands.
    pub(super) fn position(&self, listing: Listing, key: &Key) -> Option<usize> {
        match listing {
            Listing::Conversations if self.conversations.anchor.is_some() => self.conversations.anchor,
            _ => (0..self.len(listing)).find(|row| self.is(listing, *row, key)),
        }
    }

    /// Alerts that ask for attention: critical ones and warnings, without superseded and acknowledged ones; and how many are
    /// acknowledged.
    pub(super) fn alert_counts(&self) -> (u64, u64, u64) {
        let open =
            |severity| self.alerts.iter().filter(|alert| alert.severity == severity && !quiet(alert)).count() as u64;
        let acknowledged = self.alerts.iter().filter(|alert| alert.acknowledged).count() as u64;
        (open(Severity::Critical), open(Severity::Warning), acknowledged)
    }

    /// The conversation in a row, when it was asked for.
    pub(super) fn conversation(&self, row: usize) -> Option<&Conversation> {
        self.conversations.rows.get(row.checked_sub(self.conversations.first)?)
    }
}

/// Whether nobody needs to look at an alert any more.
pub(super) fn quiet(alert: &Alert) -> bool {
    !alert.is_open()
}

/// When the window of a conversation closes. Ordered as conversations are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closing {
    /// Within the hour.
    Soon,
    /// After that.
    Later,
    /// It has closed.
    Closed,
}

/// When the window of a conversation closes.
pub(super) fn closing(conversation: &Conversation, now: Millis) -> Closing {
    match conversation.window_closes_at.0 - now.0 {
        ..=0 => Closing::Closed,
        1..HOUR => Closing::Soon,
        _ => Closing::Later,
    }
}

/// At most `rows` spans of a round number of minutes, aligned to it, that cover what is known of the window; none where even the
/// longest are too many.
fn slices(scope: &Scope, oldest: Millis, rows: usize) -> Vec<Span> {
    const ROUND_MINUTES: [i64; 12] = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440, 10_080];
    let to = scope.span.to.0;
    let from = scope.span.from.max(Span::covering(oldest, oldest).from).0.min(to);
    let starts = |step: i64| (from.div_euclid(step) * step..to).step_by(step as usize);
    let step = ROUND_MINUTES.into_iter().map(|minutes| minutes * MINUTE).find(|step| starts(*step).count() <= rows);
    let Some(step) = step else { return Vec::new() };
    let span = |start: i64| Span { from: Millis(start.max(from)), to: Millis((start + step).min(to)) };
    starts(step).map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(from_minute: i64, to_minute: i64) -> Scope {
        let span = Span { from: Millis(from_minute * MINUTE), to: Millis(to_minute * MINUTE) };
        Scope { span, as_of: span.to, number: None }
    }

    fn minutes(scope: &Scope, oldest: i64, rows: usize) -> Vec<(i64, i64)> {
        slices(scope, Millis(oldest * MINUTE), rows)
            .iter()
            .map(|span| (span.from.0 / MINUTE, span.to.0 / MINUTE))
            .collect()
    }

    #[test]
    fn slices_are_round_cover_the_window_and_fit_their_rows() {
        assert_eq!(minutes(&scope(10, 14), 0, 5), [(10, 11), (11, 12), (12, 13), (13, 14)]);
        assert_eq!(minutes(&scope(13, 26), 0, 4), [(13, 15), (15, 20), (20, 25), (25, 26)]);
        assert_eq!(
            minutes(&scope(0, 10_000), 9_990, 5),
            [(9_990, 9_992), (9_992, 9_994), (9_994, 9_996), (9_996, 9_998), (9_998, 10_000)]
        );
        assert!(minutes(&scope(0, 10), 0, 0).is_empty());
    }
}
