//! Joining two deliveries of one event.
//!
//! The result is the least upper bound of what the two say: a fact that only one states is kept, and where both state it, the
//! one of the later provider time stands, then the greater text. Being a bound it does not depend on the order in which
//! deliveries come, on how they are grouped, or on repetition.

use super::{CostLine, Detail, ErrorItem, Event, Inbound, Notice, Other, Seconds, Status, Text, Unrecognised};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

impl Event {
    /// Takes in what another delivery of the same key says more: by union, and where both say something, the later provider
    /// time wins, then the greater text. Commutative, associative, idempotent.
    ///
    /// Numbers, path, verification and alert id stay those of the delivery that came first.
    pub fn merge(&mut self, other: &Event) {
        let mut facts = Facts::of(self, other);
        facts.join("number", &mut self.number, &other.number);
        facts.join("customer", &mut self.customer, &other.customer);
        facts.join("name", &mut self.name, &other.name);
        let other_first = other.precedence() < self.precedence();
        match (&mut self.detail, &other.detail) {
            (Detail::Status(one), Detail::Status(two)) => one.merge(two),
            (Detail::Inbound(one), Detail::Inbound(two)) => {
                one.merge(two, &mut facts);
                facts.older.sort();
                one.older = facts.older;
            }
            (Detail::Template(one), Detail::Template(two)) | (Detail::Account(one), Detail::Account(two)) => {
                one.merge(two, other_first);
            }
            (Detail::Other(one), Detail::Other(two)) => one.merge(two),
            (Detail::Unrecognised(one), Detail::Unrecognised(two)) => one.merge(two),
            // The kind is part of the key, so this is a collision of hashes: any order will do, as long as it is one.
            (one, two) => *one = one.clone().max(two.clone()),
        }
        self.provider_at = self.provider_at.max(other.provider_at);
        if other_first {
            self.seq = other.seq;
            self.request = other.request;
            self.received_at = other.received_at;
            self.key = other.key;
            self.amends = other.amends;
            self.verified = other.verified.clone();
            self.path = other.path.clone();
        }
    }

    /// Orders deliveries of one event by which came first. Complete over everything that is not merged, so that deliveries
    /// of equal precedence are alike.
    fn precedence(&self) -> impl Ord + '_ {
        let verified = self.verified.as_ref().map(|by| (by.scheme as u8, &by.secret));
        let alert = match &self.detail {
            Detail::Template(notice) | Detail::Account(notice) => notice.alert_id.as_str(),
            _ => "",
        };
        (self.amends, self.seq, self.received_at, self.request, &self.path, verified, self.key, alert)
    }
}

/// Joins facts of two deliveries that may differ in provider time, and notes which of the joined facts are older than the
/// joined event (see [`Inbound::older`]).
struct Facts {
    at: Option<Seconds>,
    one: Side,
    two: Side,
    older: Vec<(Text, Option<Seconds>)>,
}

struct Side {
    at: Option<Seconds>,
    older: Vec<(Text, Option<Seconds>)>,
}

impl Side {
    fn of(event: &Event) -> Self {
        match &event.detail {
            Detail::Inbound(inbound) => Self { at: event.provider_at, older: inbound.older.clone() },
            // Everywhere else the provider time is part of the key, so there are no older facts.
            _ => Self { at: None, older: Vec::new() },
        }
    }

    fn at(&self, fact: &str) -> Option<Seconds> {
        let found = self.older.binary_search_by(|(older, _)| older.as_str().cmp(fact)).ok();
        found.and_then(|at| self.older.get(at)).map_or(self.at, |&(_, at)| at)
    }
}

impl Facts {
    fn of(one: &Event, two: &Event) -> Self {
        let (one, two) = (Side::of(one), Side::of(two));
        Self { at: one.at.max(two.at), one, two, older: Vec::new() }
    }

    fn join<T: Ord + Clone>(&mut self, fact: &str, one: &mut Option<T>, two: &Option<T>) {
        let mine = one.take().map(|value| (self.one.at(fact), value));
        let theirs = two.clone().map(|value| (self.two.at(fact), value));
        if let Some((at, value)) = mine.max(theirs) {
            *one = Some(value);
            if at != self.at {
                self.older.push((fact.into(), at));
            }
        }
    }

    /// The same for a list that is one fact.
    fn join_list<T: Ord + Clone>(&mut self, fact: &str, one: &mut Vec<T>, two: &[T]) {
        let filled = |list: Vec<T>| Some(list).filter(|list| !list.is_empty());
        let mut list = filled(std::mem::take(one));
        self.join(fact, &mut list, &filled(two.to_vec()));
        *one = list.unwrap_or_default();
    }
}

impl Status {
    /// Everything in a status's key is equal here: ids, status, time and the codes of its errors.
    fn merge(&mut self, other: &Status) {
        raise(&mut self.message_id, &other.message_id);
        raise(&mut self.meta_message_id, &other.meta_message_id);
        raise(&mut self.participant, &other.participant);
        raise(&mut self.status, &other.status);
        merge_errors(&mut self.errors, &other.errors);
        self.costs = merge_costs(&self.costs, &other.costs, |_| (None, None)).0;
        raise(&mut self.tag, &other.tag);
        raise(&mut self.category, &other.category);
        raise(&mut self.template, &other.template);
        raise(&mut self.conversation, &other.conversation);
        raise(&mut self.expires_at, &other.expires_at);
    }
}

impl Inbound {
    fn merge(&mut self, other: &Inbound, facts: &mut Facts) {
        raise(&mut self.message_id, &other.message_id);
        facts.join("meta_message_id", &mut self.meta_message_id, &other.meta_message_id);
        // What the message says is one fact: a preview must fit its text.
        let mut content = Some((self.r#type.clone(), self.text.clone(), self.preview.clone()));
        facts.join("content", &mut content, &Some((other.r#type.clone(), other.text.clone(), other.preview.clone())));
        if let Some((r#type, text, preview)) = content {
            (self.r#type, self.text, self.preview) = (r#type, text, preview);
        }
        facts.join("context", &mut self.context, &other.context);
        facts.join("context_meta_id", &mut self.context_meta_id, &other.context_meta_id);
        facts.join_list("errors", &mut self.errors, &other.errors);
        facts.join("group", &mut self.group, &other.group);
        facts.join("referral", &mut self.referral, &other.referral);
        let times = |fact: &str| (facts.one.at(fact), facts.two.at(fact));
        let (costs, at) = merge_costs(&self.costs, &other.costs, times);
        self.costs = costs;
        facts.older.extend(at.into_iter().filter(|&(_, at)| at != facts.at));
    }
}

impl Notice {
    fn merge(&mut self, other: &Notice, other_first: bool) {
        if other_first {
            self.alert_id = other.alert_id.clone();
        }
        raise(&mut self.field, &other.field);
        raise(&mut self.event, &other.event);
        raise(&mut self.kind, &other.kind);
        raise(&mut self.subject, &other.subject);
        raise(&mut self.title, &other.title);
        raise(&mut self.cause, &other.cause);
        raise(&mut self.severity, &other.severity);
        raise(&mut self.reinstates, &other.reinstates);
        raise(&mut self.waba, &other.waba);
        raise(&mut self.template_id, &other.template_id);
        raise(&mut self.template, &other.template);
        raise(&mut self.language, &other.language);
        raise(&mut self.category, &other.category);
    }
}

impl Other {
    fn merge(&mut self, other: &Other) {
        raise(&mut self.field, &other.field);
        raise(&mut self.event, &other.event);
        raise(&mut self.id, &other.id);
        raise(&mut self.preview, &other.preview);
    }
}

impl Unrecognised {
    fn merge(&mut self, other: &Unrecognised) {
        raise(&mut self.reason, &other.reason);
    }
}

/// The greater of two, and something rather than nothing.
fn raise<T: Ord + Clone>(one: &mut T, two: &T) {
    if *two > *one {
        *one = two.clone();
    }
}

/// Errors of one status: the same codes in the same order, so they are joined one by one.
fn merge_errors(one: &mut Vec<ErrorItem>, two: &[ErrorItem]) {
    for (mine, theirs) in one.iter_mut().zip(two) {
        raise(&mut mine.code, &theirs.code);
        raise(&mut mine.platform_code, &theirs.platform_code);
        raise(&mut mine.title, &theirs.title);
        raise(&mut mine.details, &theirs.details);
        raise(&mut mine.href, &theirs.href);
    }
    one.extend(two.iter().skip(one.len()).cloned());
}

/// Joins cost lines by category, direction and currency. What one delivery says of such a group is one fact, since its lines
/// add up: the later one stands, then the larger. Returns the lines and the time of each group.
fn merge_costs(
    one: &[CostLine],
    two: &[CostLine],
    times: impl Fn(&str) -> (Option<Seconds>, Option<Seconds>),
) -> (Vec<CostLine>, Vec<(Text, Option<Seconds>)>) {
    type Group = (Option<Seconds>, Option<Decimal>, Option<Decimal>, Vec<CostLine>);
    let mut groups: BTreeMap<Text, Group> = BTreeMap::new();
    for (lines, first) in [(one, true), (two, false)] {
        let mut said: BTreeMap<Text, Group> = BTreeMap::new();
        for line in lines {
            let currency = line.currency.as_deref().unwrap_or_default();
            let name = compact_str::format_compact!("costs/{}/{}/{currency}", line.category, line.direction);
            let (one_at, two_at) = times(&name);
            let group =
                said.entry(name).or_insert_with(|| (if first { one_at } else { two_at }, None, None, Vec::new()));
            group.1 = sum(group.1, line.amount);
            group.2 = sum(group.2, line.cny);
            group.3.push(line.clone());
        }
        for (name, mut group) in said {
            group.3.sort();
            let known = groups.entry(name).or_insert_with(|| group.clone());
            raise(known, &group);
        }
    }
    let at = groups.iter().map(|(name, group)| (name.clone(), group.0)).collect();
    let lines = if one == two { one.to_vec() } else { groups.into_values().flat_map(|group| group.3).collect() };
    (lines, at)
}

fn sum(one: Option<Decimal>, two: Option<Decimal>) -> Option<Decimal> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.checked_add(two).unwrap_or(Decimal::MAX)),
        (one, two) => one.or(two),
    }
}

#[cfg(test)]
mod tests;
