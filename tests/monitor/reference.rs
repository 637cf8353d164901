//! The plain definitions, counted from the whole set with no thought of speed.

use crate::{DAY, HOUR, MINUTE, SECOND};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use watop::event::{Detail, ErrorItem, Event, Inbound, Millis, Severity, Status, StatusName, Text, catalogue};
use watop::monitor::view::{
    Alert, Conversation, Cost, Dimension, DimensionRow, Failure, Funnel, Group, Ingest, Latency, Mark, NumberRow,
    Outcomes, Scope, Span, Trend,
};

/// Everything seen of one outgoing message.
pub(crate) struct Message<'a> {
    evidence: Vec<(&'a Event, &'a Status)>,
}

/// Messages: statuses joined by any shared name, where a name is an id or meta id together with the participant.
pub(crate) fn messages(events: &[Event]) -> Vec<Message<'_>> {
    type Names = BTreeSet<(Text, Option<Text>)>;
    let mut groups: Vec<(Names, Message)> = Vec::new();
    for (event, status) in statuses(events) {
        let names = [Some(status.message_id.clone()), status.meta_message_id.clone()];
        let mut names: BTreeSet<_> = names.into_iter().flatten().map(|id| (id, status.participant.clone())).collect();
        let mut evidence = vec![(event, status)];
        groups.retain_mut(|(known, message)| {
            let apart = known.is_disjoint(&names);
            if !apart {
                names.append(known);
                evidence.append(&mut message.evidence);
            }
            apart
        });
        groups.push((names, Message { evidence }));
    }
    groups.into_iter().map(|(_, message)| message).collect()
}

/// The events of each message.
pub(crate) fn evidence(events: &[Event]) -> Vec<Vec<&Event>> {
    let messages = messages(events).into_iter();
    messages.map(|message| message.evidence.into_iter().map(|(event, _)| event).collect()).collect()
}

fn statuses(events: &[Event]) -> impl Iterator<Item = (&Event, &Status)> {
    events.iter().filter_map(|event| match &event.detail {
        Detail::Status(status) => Some((event, status)),
        _ => None,
    })
}

fn inbounds(events: &[Event]) -> impl Iterator<Item = (&Event, &Inbound)> {
    events.iter().filter_map(|event| match &event.detail {
        Detail::Inbound(inbound) => Some((event, inbound)),
        _ => None,
    })
}

/// Receive time counts in whole minutes.
fn covers(span: Span, at: Millis) -> bool {
    span.contains(at)
}

impl<'a> Message<'a> {
    fn first(&self) -> Millis {
        self.evidence.iter().map(|(event, _)| event.received_at).min().unwrap()
    }

    fn number(&self) -> Option<&'a Text> {
        self.evidence.iter().filter_map(|(event, _)| event.number.as_ref()).min()
    }

    fn is_in(&self, scope: &Scope) -> bool {
        covers(scope.span, self.first()) && (scope.number.is_none() || scope.number.as_ref() == self.number())
    }

    fn saw(&self, stage: Stage) -> bool {
        self.evidence.iter().any(|(_, status)| stage_of(&status.status) == Some(stage))
    }

    fn at(&self, stage: Stage) -> Option<i64> {
        let times = self.evidence.iter().filter(|(_, status)| stage_of(&status.status) == Some(stage));
        times.filter_map(|(event, _)| event.provider_at.map(|at| at.0)).min()
    }

    fn elapsed(&self, from: Stage, to: Stage) -> Option<u64> {
        Some((self.at(to)? - self.at(from)?).max(0).unsigned_abs())
    }

    fn is_delivered(&self) -> bool {
        self.saw(Stage::Delivered) || self.saw(Stage::Read)
    }

    fn is_sent(&self) -> bool {
        self.saw(Stage::Sent) || self.is_delivered()
    }

    fn has_failed(&self) -> bool {
        self.saw(Stage::Failed) && !self.is_delivered()
    }

    fn failures(&self) -> impl Iterator<Item = (&'a Event, &'a Status)> {
        self.evidence.iter().filter(|(_, status)| status.status == StatusName::Failed).copied()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Sent,
    Delivered,
    Read,
    Failed,
}

fn stage_of(name: &StatusName) -> Option<Stage> {
    match name {
        StatusName::Sent => Some(Stage::Sent),
        StatusName::Delivered => Some(Stage::Delivered),
        StatusName::Read | StatusName::Played => Some(Stage::Read),
        StatusName::Failed => Some(Stage::Failed),
        StatusName::Deleted | StatusName::Warning | StatusName::Other(_) => None,
    }
}

pub(crate) fn funnel<'a, 'm: 'a>(cohort: impl Iterator<Item = &'a Message<'m>>, scope: &Scope) -> Funnel {
    let cohort: Vec<_> = cohort.collect();
    let count = |is: &dyn Fn(&Message) -> bool| cohort.iter().filter(|message| is(message)).count() as u64;
    let silent_from = (scope.as_of.0 - DAY).div_euclid(MINUTE) * MINUTE;
    let rest = |message: &Message| !message.is_delivered() && !message.has_failed();
    let latency = |from, to| percentiles(cohort.iter().filter_map(|message| message.elapsed(from, to)).collect());
    Funnel {
        attempted: cohort.len() as u64,
        sent: count(&|message| message.is_sent()),
        delivered: count(&|message| message.is_delivered()),
        read: count(&|message| message.saw(Stage::Read)),
        conflicts: count(&|message| message.saw(Stage::Failed) && message.is_delivered()),
        outcomes: Outcomes {
            read: count(&|message| message.saw(Stage::Read)),
            delivered: count(&|message| message.is_delivered() && !message.saw(Stage::Read)),
            failed: count(&|message| message.has_failed()),
            waiting: count(&|message| rest(message) && message.first().0 >= silent_from),
            silent: count(&|message| rest(message) && message.first().0 < silent_from),
        },
        time_to_deliver_s: latency(Stage::Sent, Stage::Delivered),
        time_to_read_s: latency(Stage::Delivered, Stage::Read),
    }
}

fn percentiles(mut seconds: Vec<u64>) -> Latency {
    seconds.sort_unstable();
    let rank = |percent: usize| seconds.get((seconds.len() * percent).div_ceil(100).max(1) - 1).copied();
    Latency { count: seconds.len() as u64, p50: rank(50), p95: rank(95), p99: rank(99) }
}

pub(crate) fn of_scope(messages: &[Message], scope: &Scope) -> Funnel {
    funnel(messages.iter().filter(|message| message.is_in(scope)), scope)
}

pub(crate) fn numbers(messages: &[Message], scope: &Scope) -> Vec<NumberRow> {
    let cohort = || messages.iter().filter(|message| message.is_in(scope));
    let numbers: BTreeSet<Option<&Text>> = cohort().map(Message::number).collect();
    let mut rows: Vec<NumberRow> = numbers
        .into_iter()
        .map(|number| NumberRow {
            number: number.cloned(),
            funnel: funnel(cohort().filter(|message| message.number() == number), scope),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.funnel.attempted));
    rows
}

/// Which of two different texts stands for a message that named both: always the same one, whichever it is.
pub(crate) type Stands<'a> = &'a dyn Fn(Dimension, &Text, &Text) -> Text;

/// What a message is counted under.
fn value(message: &Message, dimension: Dimension, stands: Stands<'_>) -> Option<Text> {
    let statuses = || message.evidence.iter();
    let one = |texts: BTreeSet<Text>| texts.into_iter().reduce(|a, b| stands(dimension, &a, &b));
    match dimension {
        Dimension::Number => message.number().cloned(),
        Dimension::Tag => one(statuses().filter_map(|(_, status)| status.tag.clone()).collect()),
        Dimension::Template => message.failures().filter_map(|(_, status)| status.template.clone()).min(),
        Dimension::Country => {
            let known = |customer: &Text| match customer.as_str() {
                "85261111111" | "852xxxx705" => Some("+852".into()),
                "5215512345" => Some("+52".into()),
                _ => None,
            };
            statuses().filter_map(|(event, _)| event.customer.as_ref().and_then(known)).min_by_key(|c: &Text| c.clone())
        }
        Dimension::Category => {
            let named = statuses().filter_map(|(_, status)| status.category.as_deref());
            let named: BTreeSet<Text> = named.map(|category| category.replace('-', "_").into()).collect();
            let lines =
                statuses().filter(|(_, status)| status.category.is_none()).flat_map(|(_, status)| &status.costs);
            let (plain, priced) = lines.map(|line| line.category.clone()).partition(|category| category == "message");
            one(named).or_else(|| one(priced)).or_else(|| one(plain))
        }
    }
}

/// Counters by one dimension; latencies and conflicts are left out.
pub(crate) fn by(messages: &[Message], dimension: Dimension, scope: &Scope, stands: Stands<'_>) -> Vec<DimensionRow> {
    let template = dimension == Dimension::Template;
    let cohort = || {
        let in_scope = messages.iter().filter(|message| message.is_in(scope));
        in_scope.filter(|message| !template || message.has_failed())
    };
    let values: BTreeSet<Group> = cohort().map(|message| value(message, dimension, stands).as_ref().into()).collect();
    let row = |group: Group| {
        let of = cohort().filter(|message| Group::from(value(message, dimension, stands).as_ref()) == group);
        let funnel = funnel(of, scope);
        let counters = Funnel {
            conflicts: 0,
            time_to_deliver_s: Latency::default(),
            time_to_read_s: Latency::default(),
            ..funnel
        };
        DimensionRow { value: group, funnel: counters }
    };
    let mut rows: Vec<DimensionRow> = values.into_iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.funnel.attempted));
    rows
}

/// The rows without their marks.
pub(crate) fn failures(messages: &[Message], scope: &Scope) -> Vec<Failure> {
    let mut rows: BTreeMap<Option<i64>, Vec<Seen>> = BTreeMap::new();
    for message in messages.iter().filter(|message| message.is_in(scope) && message.has_failed()) {
        for (code, seen) in codes(message) {
            rows.entry(code).or_default().push(seen);
        }
    }
    let row = |(code, seen): (Option<i64>, Vec<Seen>)| failure(code, &seen, trend(messages, code, scope));
    let mut rows: Vec<Failure> = rows.into_iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.messages));
    rows
}

/// One (message, code).
struct Seen {
    recipient: Option<Text>,
    wrappers: BTreeSet<i64>,
    first: Millis,
    last: Millis,
    title: Option<Text>,
    details: Option<Text>,
}

fn codes(message: &Message) -> BTreeMap<Option<i64>, Seen> {
    let recipient = message.failures().filter_map(|(event, _)| event.customer.clone()).min();
    let mut codes: BTreeMap<Option<i64>, Seen> = BTreeMap::new();
    for (event, status) in message.failures() {
        let words = |error: &ErrorItem| (error.title.clone(), error.details.clone());
        let named = status.errors.iter().map(|error| (error.code, error.platform_code, words(error)));
        let unnamed = status.errors.is_empty().then_some((None, None, (None, None)));
        for (code, wrapper, (title, details)) in named.chain(unnamed) {
            let at = event.received_at;
            let new = || Seen {
                recipient: recipient.clone(),
                wrappers: BTreeSet::new(),
                first: at,
                last: at,
                title: None,
                details: None,
            };
            let seen = codes.entry(code).or_insert_with(new);
            seen.wrappers.extend(wrapper);
            (seen.first, seen.last) = (seen.first.min(at), seen.last.max(at));
            seen.title = [seen.title.take(), title].into_iter().flatten().min();
            seen.details = [seen.details.take(), details].into_iter().flatten().min();
        }
    }
    codes
}

/// When messages failed with a code, whatever their cohort.
fn failed_at(messages: &[Message], code: Option<i64>, scope: &Scope) -> Vec<i64> {
    let of_number = |message: &&Message| scope.number.is_none() || scope.number.as_ref() == message.number();
    let failed = messages.iter().filter(|message| message.has_failed()).filter(of_number);
    failed.filter_map(|message| codes(message).get(&code).map(|seen| seen.first.0)).collect()
}

/// Whether single seconds are kept from a time on: of the two hours before the newest failed status.
fn has_seconds(messages: &[Message], from: Millis) -> bool {
    let at = || messages.iter().flat_map(Message::failures).map(|(event, _)| event.received_at.0.div_euclid(SECOND));
    let (Some(first), Some(last)) = (at().min(), at().max()) else { return true };
    first.max(from.0.div_euclid(SECOND)) > last - 2 * HOUR / SECOND
}

/// Failures in fifteen slices of the window, by when they were received: to the second where that is kept, else to the minute.
fn trend(messages: &[Message], code: Option<i64>, scope: &Scope) -> Vec<u64> {
    let (from, length) = (scope.span.from.0, scope.span.to.0 - scope.span.from.0);
    let grain = if has_seconds(messages, scope.span.from) { SECOND } else { MINUTE };
    let mut trend = vec![0; 15];
    for at in failed_at(messages, code, scope).into_iter().filter(|at| scope.span.contains(Millis(*at))) {
        let at = (at - from).div_euclid(grain) * grain;
        trend[(at * 15 / length) as usize] += 1;
    }
    trend
}

/// Failures with a code in columns of a chart, by when they were received.
pub(crate) fn failure_trend(messages: &[Message], code: Option<i64>, scope: &Scope, columns: &Trend) -> Vec<u64> {
    let step = i64::from(columns.column_s) * SECOND;
    let mut counts = vec![0; columns.counts.len()];
    for at in failed_at(messages, code, scope) {
        let column = (at - columns.from.0).div_euclid(step);
        if let Some(count) = usize::try_from(column).ok().and_then(|column| counts.get_mut(column)) {
            *count += 1;
        }
    }
    counts
}

fn failure(code: Option<i64>, seen: &[Seen], trend: Vec<u64>) -> Failure {
    let entry = code.and_then(catalogue::lookup);
    let most = |said: fn(&Seen) -> Option<&Text>| {
        let mut texts: BTreeMap<&Text, u64> = BTreeMap::new();
        seen.iter().filter_map(said).for_each(|text| *texts.entry(text).or_default() += 1);
        texts.into_iter().max_by_key(|(text, count)| (*count, *text)).map(|(text, count)| (text.clone(), count))
    };
    let wire_title = most(|seen| seen.title.as_ref()).map(|(title, _)| title);
    let title =
        entry.map_or_else(|| wire_title.as_deref().unwrap_or("No code given").to_owned(), |e| e.en.title.clone());
    Failure {
        code,
        platform_codes: seen
            .iter()
            .flat_map(|seen| seen.wrappers.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        messages: seen.len() as u64,
        recipients: seen.iter().filter_map(|seen| seen.recipient.as_ref()).collect::<BTreeSet<_>>().len() as u64,
        class: entry.map_or("other", |entry| &entry.class).to_owned(),
        short: code.and_then(catalogue::short).map_or_else(|| title.clone(), str::to_owned),
        title,
        advice: entry.map_or("", |entry| &entry.en.action).to_owned(),
        retryable: entry.is_some_and(|entry| entry.retryable),
        first_at: seen.iter().map(|seen| seen.first).min().unwrap(),
        last_at: seen.iter().map(|seen| seen.last).max().unwrap(),
        trend,
        mark: Mark::None,
        wire_title,
        wire_details: most(|seen| seen.details.as_ref()),
    }
}

/// When a delivery of an inbound message says that the customer wrote. A later delivery without a time says nothing.
fn written_at(event: &Event) -> Option<i64> {
    let received = event.amends.is_none().then_some(event.received_at);
    event.provider_at.map(Millis::from).or(received).map(|at| at.0)
}

pub(crate) fn conversations(events: &[Event], scope: &Scope) -> Vec<Conversation> {
    let threads: BTreeSet<_> = inbounds(events).map(|(event, _)| (&event.number, &event.customer)).collect();
    let mut rows: Vec<Conversation> = threads
        .into_iter()
        .filter(|(number, _)| scope.number.is_none() || scope.number == **number)
        .filter_map(|thread| conversation(events, thread, scope))
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.last_inbound_at));
    rows
}

fn conversation(events: &[Event], thread: (&Option<Text>, &Option<Text>), scope: &Scope) -> Option<Conversation> {
    let of_thread = |event: &Event| (&event.number, &event.customer) == thread;
    let received: Vec<_> = inbounds(events).filter(|(event, _)| of_thread(event)).collect();
    let new = received.iter().filter(|(event, _)| event.amends.is_none() && covers(scope.span, event.received_at));
    let inbound = new.count() as u64;
    let dated = received.iter().filter_map(|(event, inbound)| Some((written_at(event)?, *inbound)));
    let (at, last) = dated
        .max_by_key(|(at, inbound)| (*at, &inbound.message_id, &inbound.r#type, &inbound.preview))
        .filter(|_| inbound > 0)?;
    let names = received.iter().filter_map(|(event, _)| Some((written_at(event), event.name.as_ref()?)));
    let answers = statuses(events).filter(|(event, status)| {
        of_thread(event) && event.customer.is_some() && matches!(status.status, StatusName::Sent | StatusName::Failed)
    });
    let answered = answers.map(|(event, _)| event.provider_at.map_or(event.received_at.0 / SECOND, |at| at.0)).max();
    Some(Conversation {
        number: thread.0.clone(),
        customer: thread.1.clone(),
        name: names.max().map(|(_, name)| name.clone()),
        inbound,
        last_inbound_at: Millis(at),
        window_closes_at: Millis(at + 24 * HOUR),
        last_type: last.r#type.clone(),
        preview: last.preview.clone(),
        unanswered: answered.is_none_or(|answered| answered < at / SECOND),
    })
}

pub(crate) fn alerts(events: &[Event], scope: &Scope) -> Vec<Alert> {
    let mut entries: BTreeMap<&Text, (Event, Millis)> = BTreeMap::new();
    for event in events {
        let (Detail::Template(notice) | Detail::Account(notice)) = &event.detail else { continue };
        let (entry, last) = entries.entry(&notice.alert_id).or_insert_with(|| (event.clone(), event.received_at));
        entry.merge(event);
        *last = event.received_at.max(*last);
    }
    let entries: Vec<(Event, Millis)> = entries.into_values().collect();
    let in_scope = |event: &Event| {
        covers(scope.span, event.received_at) && (scope.number.is_none() || scope.number == event.number)
    };
    let mut rows: Vec<Alert> = entries
        .iter()
        .filter(|(event, _)| in_scope(event))
        .map(|(event, last)| alert(event, *last, &entries))
        .collect();
    rows.sort_by_key(|row| {
        use std::cmp::Reverse;
        (row.superseded_by.is_some(), Reverse(row.severity), Reverse(row.at), row.id.clone())
    });
    rows
}

fn told_at(event: &Event) -> Millis {
    event.provider_at.map_or(event.received_at, Millis::from)
}

fn alert(event: &Event, last_at: Millis, all: &[(Event, Millis)]) -> Alert {
    let notice = crate::notice_of(event);
    let order = |event: &Event| (told_at(event), crate::notice_of(event).alert_id.clone());
    let restricts = !notice.reinstates && ["disabled_update", "account_restriction"].contains(&notice.kind.as_str());
    let later = all.iter().map(|(other, _)| other).filter(|other| order(other) > order(event));
    let superseding = later.filter(|other| {
        let other = crate::notice_of(other);
        other.subject == notice.subject && (other.kind == notice.kind || (restricts && other.reinstates))
    });
    Alert {
        id: notice.alert_id.clone(),
        severity: notice.severity,
        kind: notice.kind.clone(),
        subject: notice.subject.clone(),
        detail: notice.cause.clone(),
        at: told_at(event),
        last_at,
        superseded_by: superseding.map(order).min().map(|(_, id)| id),
        acknowledged: false,
        acknowledgement: None,
        resolved_at: None,
        number: event.number.clone(),
        what: notice.what(),
        title: notice.title.clone(),
        seq: event.seq,
    }
}

/// Alerts of the span for the marks of a chart: what happened before it is none, however late it was said.
pub(crate) fn marks(events: &[Event], scope: &Scope) -> Vec<(Millis, Severity, Text)> {
    let mut marks: Vec<_> = alerts(events, scope)
        .into_iter()
        .filter(|alert| alert.severity >= Severity::Warning && alert.at >= scope.span.from)
        .map(|alert| {
            let first = events.iter().filter(|event| {
                matches!(&event.detail, Detail::Template(notice) | Detail::Account(notice) if notice.alert_id == alert.id)
            });
            (first.map(|event| event.received_at).min().unwrap(), alert.severity, alert.what)
        })
        .collect();
    marks.sort();
    marks
}

type Sort = (Option<Text>, Text, Text);
type Line = (Option<i64>, Option<Decimal>, Option<Decimal>);

pub(crate) fn costs(events: &[Event], scope: &Scope) -> Vec<Cost> {
    let mut bills: Vec<BTreeMap<Sort, Line>> = Vec::new();
    for message in messages(events).iter().filter(|message| message.is_in(scope)) {
        bills.push(bill(message.evidence.iter().map(|(event, status)| (*event, &status.costs[..]))));
    }
    let ids: BTreeSet<&Text> = inbounds(events).map(|(_, inbound)| &inbound.message_id).collect();
    for id in ids {
        let evidence: Vec<_> = inbounds(events).filter(|(_, inbound)| inbound.message_id == *id).collect();
        let first = evidence.iter().map(|(event, _)| event.received_at).min().unwrap();
        let number = evidence.iter().filter_map(|(event, _)| event.number.as_ref()).min();
        if covers(scope.span, first) && (scope.number.is_none() || scope.number.as_ref() == number) {
            bills.push(bill(evidence.iter().map(|(event, inbound)| (*event, &inbound.costs[..]))));
        }
    }
    let mut rows: BTreeMap<Sort, (u64, Option<Decimal>, Option<Decimal>)> = BTreeMap::new();
    for (sort, (_, amount, cny)) in bills.into_iter().flatten() {
        let row = rows.entry(sort).or_default();
        *row = (row.0 + 1, plus(row.1, amount), plus(row.2, cny));
    }
    rows.into_iter()
        .map(|((currency, category, direction), (messages, amount, cny))| Cost {
            currency,
            category,
            direction,
            amount,
            cny,
            messages,
        })
        .collect()
}

/// The lines that stand for one message.
fn bill<'a>(evidence: impl Iterator<Item = (&'a Event, &'a [watop::event::CostLine])>) -> BTreeMap<Sort, Line> {
    let mut bill: BTreeMap<Sort, Line> = BTreeMap::new();
    for (event, lines) in evidence {
        let mut within: BTreeMap<Sort, Line> = BTreeMap::new();
        for line in lines {
            let sort = (line.currency.clone(), line.category.clone(), line.direction.clone());
            let sum = within.entry(sort).or_insert((event.provider_at.map(|at| at.0), None, None));
            (sum.1, sum.2) = (plus(sum.1, line.amount), plus(sum.2, line.cny));
        }
        for (sort, line) in within {
            let standing = bill.entry(sort).or_insert(line);
            *standing = line.max(*standing);
        }
    }
    let priced: BTreeSet<_> =
        bill.iter().filter(|(_, line)| line.1.is_some()).map(|(sort, _)| (sort.1.clone(), sort.2.clone())).collect();
    bill.retain(|sort, line| line.1.is_some() || !priced.contains(&(sort.1.clone(), sort.2.clone())));
    bill
}

fn plus(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    a.zip(b).map_or(a.or(b), |(a, b)| Some(a + b))
}

pub(crate) fn ingest(events: &[Event], scope: &Scope) -> Ingest {
    let received: Vec<_> = events.iter().filter(|event| covers(scope.span, event.received_at)).collect();
    let new = received.iter().filter(|event| event.amends.is_none());
    let unrecognised = new.clone().filter(|event| matches!(event.detail, Detail::Unrecognised(_))).count() as u64;
    let events = new.count() as u64;
    Ingest {
        requests: received.len() as u64,
        events,
        duplicates: received.len() as u64 - events,
        unrecognised,
        ..Ingest::default()
    }
}

/// Statuses and failed ones received from `from` on, in columns of `length` seconds.
pub(crate) fn columns(
    events: &[Event],
    scope: &Scope,
    from: Millis,
    length: u32,
    count: usize,
) -> (Vec<u64>, Vec<u64>) {
    let mut columns = (vec![0; count], vec![0; count]);
    for (event, status) in statuses(events).filter(|(event, _)| event.amends.is_none()) {
        let at = (event.received_at.0 - from.0).div_euclid(i64::from(length) * SECOND);
        let of_number = scope.number.is_none() || scope.number == event.number;
        let Some(at) = usize::try_from(at).ok().filter(|at| *at < count && of_number) else { continue };
        columns.0[at] += 1;
        columns.1[at] += u64::from(status.status == StatusName::Failed);
    }
    columns
}
