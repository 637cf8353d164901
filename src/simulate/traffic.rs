//! The scheduler: what happens when, in time order.

use super::chance::Chance;
use super::inbound::{self, KINDS, Kind};
use super::message::{Outgoing, Stage};
use super::notice;
use super::wire::{self, Content, Item, MessageId};
use super::world::{
    CAMPAIGNS, Campaign, Category, Customer, FAILING, FAILURES, Failure, Hits, NUMBERS, Number, ORDER_UPDATE,
    ORDER_UPDATE_IN_ENGLISH, Speaks, TEMPLATE_PAUSED, Told, WINDOW_OVER, customers,
};
use super::{Delivery, Fault, Settings, Shape};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Campaign messages that begin per status that is told: each lives through two and a half, and answers take their share.
const MESSAGES_PER_STATUS: f64 = 0.39;
/// Messages from customers per status.
const INBOUND_PER_STATUS: f64 = 0.026;
/// Share of the customers' messages that somebody answers.
const ANSWERED: f64 = 0.6;
/// Share of campaign messages that go to somebody who also writes.
const TO_CUSTOMERS: f64 = 0.02;
/// Share of deliveries that are sent again, and of statuses that overtake others.
const REPEATED: f64 = 0.01;
const OVERTAKEN: f64 = 0.01;
/// A simulated day, in ms: traffic rises and falls once.
const DAY: f64 = 24.0 * 60_000.0;
/// Extra failures of answers while the incident lasts, beside the usual tenth of a percent.
const WINDOW_OVER_IN_INCIDENT: f64 = 0.003;

/// Deliveries in time order, without end.
#[derive(Debug)]
pub struct Traffic {
    settings: Settings,
    chance: Chance,
    customers: Vec<Customer>,
    steps: BinaryHeap<Reverse<Step>>,
    steps_so_far: u64,
    ready: VecDeque<Delivery>,
    /// When the next campaign message begins, when a customer writes, when a signature is wrong: ms after the start.
    next_message: f64,
    next_inbound: f64,
    next_fault: u64,
    faults_so_far: usize,
    /// How busy the present five seconds are, and until when they last.
    mood: f64,
    mood_until: f64,
}

/// Something that is due.
#[derive(Debug)]
struct Step {
    at: u64,
    /// Statuses that Meta tells at the same moment for one number stand together.
    lane: u8,
    order: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Deliver(Item),
    Answer { customer: usize },
    Incident { round: i64 },
    Other,
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.lane, self.order).cmp(&(other.at, other.lane, other.order))
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Step {}

impl Traffic {
    /// The traffic of `settings`, from its first delivery on.
    pub fn new(settings: Settings) -> Self {
        let mut chance = Chance::new(settings.seed);
        let customers = customers(&mut chance);
        let mut traffic = Self {
            settings,
            chance,
            customers,
            steps: BinaryHeap::new(),
            steps_so_far: 0,
            ready: VecDeque::new(),
            next_message: 0.0,
            next_inbound: 3_000.0,
            next_fault: 2_500,
            faults_so_far: 0,
            mood: 1.0,
            mood_until: 0.0,
        };
        traffic.begin();
        traffic
    }

    /// What stood before the start, and one message of every type, so that nothing is empty for long.
    fn begin(&mut self) {
        let start = self.settings.start.0.div_euclid(1000);
        for (at, item) in notice::history(start) {
            self.deliver(at, item);
        }
        // Windows that close in 12, 25, 40 and 55 minutes, the rest of the day behind them.
        const WRITTEN_MINUTES_AGO: [(usize, Kind, i64); 8] = [
            (7, Kind::ButtonReply, 23 * 60 + 48),
            (12, Kind::Text, 23 * 60 + 35),
            (13, Kind::Image, 23 * 60 + 20),
            (8, Kind::Sticker, 23 * 60 + 5),
            (10, Kind::Unsupported, 12 * 60),
            (9, Kind::Location, 11 * 60),
            (6, Kind::Reaction, 9 * 60 + 36),
            (5, Kind::Voice, 99),
        ];
        for (position, (customer, kind, minutes)) in (0_i64..).zip(WRITTEN_MINUTES_AGO) {
            let item = inbound::item(kind, &self.customers[customer], start - minutes * 60, &mut self.chance);
            self.deliver(100 + position * 250, item);
        }
        for (position, (_, kind)) in (0_i64..).zip(KINDS) {
            let at = 300 + position * 290;
            let customer = self.chance.index(self.customers.len());
            let item = inbound::item(kind, &self.customers[customer], start + at / 1000, &mut self.chance);
            self.deliver(at, item);
        }
        self.schedule(0, What::Incident { round: 0 });
        self.schedule(4_000, What::Other);
    }

    fn schedule(&mut self, at: u64, what: What) {
        let lane = match &what {
            What::Deliver(Item { number, shape: Shape::Meta, content: Content::Status { .. } }) => {
                NUMBERS.iter().position(|known| known.phone == number.phone).map_or(0, |at| at + 1)
            }
            _ => 0,
        };
        self.steps_so_far += 1;
        let lane = u8::try_from(lane).unwrap_or(0);
        self.steps.push(Reverse(Step { at, lane, order: self.steps_so_far, what }));
    }

    fn deliver(&mut self, at: i64, item: Item) {
        self.schedule(at.unsigned_abs(), What::Deliver(item));
    }

    /// Campaign messages per ms at a moment: the simulated day, and the mood of the present five seconds.
    fn messages_per_ms(&mut self, at: f64) -> f64 {
        const MOOD_LASTS: f64 = 5_000.0;
        if at >= self.mood_until {
            self.mood = self.chance.latency(1.0, 1.15);
            self.mood_until = at + MOOD_LASTS;
        }
        let hour = 1.0 + 0.25 * (std::f64::consts::TAU * at / DAY).sin();
        self.settings.rate * MESSAGES_PER_STATUS * hour * self.mood / 1000.0
    }

    fn begin_message(&mut self) {
        let at = self.next_message;
        let rate = self.messages_per_ms(at);
        self.next_message += self.chance.gap(1.0 / rate);
        let born = whole(at);
        if notice::paused(born) && self.chance.happens(WINDOW_OVER_IN_INCIDENT) {
            return self.send_answer(born, None, Some(&WINDOW_OVER));
        }
        let failure = self.chance.happens(FAILING).then(|| {
            let position = self.chance.weighted(FAILURES.iter().map(|failure| failure.share));
            &FAILURES[position]
        });
        match failure {
            Some(failure) if failure.hits == Hits::Answer => self.send_answer(born, None, Some(failure)),
            failure => self.send_campaign_message(born, failure),
        }
    }

    fn send_campaign_message(&mut self, born: i64, failure: Option<&'static Failure>) {
        let campaign = self.campaign(failure);
        let number = self.number(campaign, failure);
        let is_home = std::ptr::eq(number, &NUMBERS[0]);
        let paused = campaign.tag == ORDER_UPDATE
            && is_home
            && notice::paused(born)
            && self.chance.happens(ORDER_UPDATE_IN_ENGLISH);
        let failure = if paused { Some(&TEMPLATE_PAUSED) } else { failure };
        let customer = self.chance.happens(TO_CUSTOMERS).then(|| self.chance.index(self.customers.len()));
        let country = campaign.countries[self.chance.weighted(campaign.countries.iter().map(|&(share, _)| share))].1;
        let recipient = match customer {
            Some(customer) => self.customers[customer].phone.clone(),
            None => country.phone(&mut self.chance),
        };
        let message = self.outgoing(born, number, recipient, campaign.category, Some(campaign.tag));
        if let Some(customer) = customer {
            self.customers[customer].last_sent = Some(message.id.clone());
        }
        self.live(&message, failure);
    }

    fn campaign(&mut self, failure: Option<&Failure>) -> &'static Campaign {
        let marketing_only = failure.is_some_and(|failure| failure.hits == Hits::Marketing);
        let fits = |campaign: &Campaign| !marketing_only || campaign.category == Category::Marketing;
        let weights = CAMPAIGNS.iter().map(|campaign| if fits(campaign) { campaign.share } else { 0 });
        &CAMPAIGNS[self.chance.weighted(weights)]
    }

    /// Trouble of NXCloud's own can only hit a number that it sends for.
    fn number(&mut self, campaign: &Campaign, failure: Option<&Failure>) -> &'static Number {
        let platform = failure.is_some_and(|failure| failure.told == Told::Platform);
        let fits = |number: &Number| !platform || number.speaks == Speaks::Nxcloud;
        let shares = campaign.numbers.iter().zip(&NUMBERS);
        let position = self.chance.weighted(shares.map(|(&share, number)| if fits(number) { share } else { 0 }));
        &NUMBERS[position]
    }

    /// A free-form answer to `customer`, or to anybody.
    fn send_answer(&mut self, born: i64, customer: Option<usize>, failure: Option<&'static Failure>) {
        let customer = customer.unwrap_or_else(|| self.chance.index(self.customers.len()));
        let Customer { phone, number, .. } = &self.customers[customer];
        let (recipient, number) = (phone.clone(), &NUMBERS[*number]);
        let message = self.outgoing(born, number, recipient, Category::Service, None);
        self.customers[customer].last_sent = Some(message.id.clone());
        self.live(&message, failure);
    }

    fn outgoing(
        &mut self,
        born: i64,
        number: &'static Number,
        recipient: String,
        category: Category,
        tag: Option<&'static str>,
    ) -> Outgoing {
        let shape = wire::shape(number, &mut self.chance);
        let id = MessageId::new(shape, &recipient, &mut self.chance);
        let conversation = self.chance.hex(32);
        Outgoing { born, number, shape, id, recipient, category, tag, conversation }
    }

    fn live(&mut self, message: &Outgoing, failure: Option<&'static Failure>) {
        let stages = match failure {
            Some(failure) => message.failing_life(failure, &mut self.chance),
            None => message.life(&mut self.chance),
        };
        for stage in stages {
            self.tell(message, stage);
        }
    }

    /// Posts a status after the way it has to go; some are overtaken by later ones, some are posted twice.
    fn tell(&mut self, message: &Outgoing, stage: Stage) {
        const META_COLLECTS: f64 = 0.3;
        const META_COLLECTS_FOR: u64 = 250;
        let mut way = self.chance.latency(240.0, 900.0);
        if self.chance.happens(OVERTAKEN) {
            way += self.chance.latency(4_000.0, 9_000.0);
        }
        let mut at = (stage.at + whole(way)).unsigned_abs();
        if message.shape == Shape::Meta && self.chance.happens(META_COLLECTS) {
            at = at.next_multiple_of(META_COLLECTS_FOR);
        }
        let item = message.status(stage, self.settings.start);
        if self.chance.happens(REPEATED) {
            let again = at + self.chance.between(1_000..20_000).unsigned_abs();
            self.schedule(again, What::Deliver(item.clone()));
        }
        self.schedule(at, What::Deliver(item));
    }

    fn customer_writes(&mut self) {
        const MOST_ACTIVE: usize = 40;
        let at = self.next_inbound;
        let rate = self.settings.rate * INBOUND_PER_STATUS / 1000.0;
        self.next_inbound += self.chance.gap(1.0 / rate);
        let crowd = if self.chance.happens(0.4) { MOST_ACTIVE } else { self.customers.len() };
        let customer = self.chance.index(crowd);
        let kind = KINDS[self.chance.weighted(KINDS.iter().map(|&(share, _)| share))].1;
        let written = (self.settings.start.0 + whole(at)).div_euclid(1000);
        let item = inbound::item(kind, &self.customers[customer], written, &mut self.chance);
        let arrives = whole(at + self.chance.latency(300.0, 1_000.0)).unsigned_abs();
        if self.chance.happens(REPEATED) {
            self.schedule(arrives + 5_000, What::Deliver(item.clone()));
        }
        self.schedule(arrives, What::Deliver(item));
        if self.chance.happens(ANSWERED) {
            let answer = whole(at + self.chance.latency(52_000.0, 300_000.0)).unsigned_abs();
            self.schedule(answer, What::Answer { customer });
        }
    }

    fn take_step(&mut self, step: Step) {
        let at = i64::try_from(step.at).unwrap_or(i64::MAX);
        match step.what {
            What::Deliver(item) => self.post(step.at, step.lane, item),
            What::Answer { customer } => self.send_answer(at, Some(customer), None),
            What::Incident { round } => {
                let start = self.settings.start.0.div_euclid(1000);
                let story = notice::incident(start, round);
                let over = story.last().map_or(at, |&(at, _)| at).unsigned_abs();
                for (at, item) in story {
                    self.deliver(at, item);
                }
                self.schedule(over, What::Incident { round: round + 1 });
            }
            What::Other => {
                const EVERY: u64 = 19_000;
                let now = (self.settings.start.0 + at).div_euclid(1000);
                self.deliver(at, notice::other(&NUMBERS[1], now));
                self.schedule(step.at + EVERY, What::Other);
            }
        }
    }

    /// One post: the item, with what Meta collected beside it; before it, now and then, the same with a wrong signature.
    fn post(&mut self, at_ms: u64, lane: u8, item: Item) {
        const FAULT_EVERY: i64 = 150_000;
        const FIRST_FAULTS_EVERY: i64 = 2_000;
        let shape = item.shape;
        let mut items = vec![item];
        while lane > 0 && self.steps.peek().is_some_and(|Reverse(next)| (next.at, next.lane) == (at_ms, lane)) {
            if let Some(Reverse(Step { what: What::Deliver(item), .. })) = self.steps.pop() {
                items.push(item);
            }
        }
        let body = wire::body(items);
        if at_ms >= self.next_fault && shape != Shape::Meta {
            let fault = Fault::ALL[self.faults_so_far % Fault::ALL.len()];
            self.faults_so_far += 1;
            let every = if self.faults_so_far < Fault::ALL.len() { FIRST_FAULTS_EVERY } else { FAULT_EVERY };
            self.next_fault = at_ms + self.chance.between(every / 2..every * 2).unsigned_abs();
            self.ready.push_back(Delivery { at_ms, body: body.clone(), shape, fault: Some(fault) });
        }
        self.ready.push_back(Delivery { at_ms, body, shape, fault: None });
    }
}

impl Iterator for Traffic {
    type Item = Delivery;

    fn next(&mut self) -> Option<Delivery> {
        loop {
            if let Some(delivery) = self.ready.pop_front() {
                return Some(delivery);
            }
            let next_arrival = whole(self.next_message.min(self.next_inbound)).unsigned_abs();
            match self.steps.peek() {
                Some(Reverse(step)) if step.at <= next_arrival => {
                    if let Some(Reverse(step)) = self.steps.pop() {
                        self.take_step(step);
                    }
                }
                _ if self.next_message <= self.next_inbound => self.begin_message(),
                _ => self.customer_writes(),
            }
        }
    }
}

/// A time as whole milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "simulated times are far below 2^53 ms")]
fn whole(ms: f64) -> i64 {
    ms as i64
}
