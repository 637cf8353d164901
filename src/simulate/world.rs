//! Who takes part: business numbers, campaigns, countries, customers, and the ways in which a message fails.

use super::chance::Chance;
use crate::config::Algorithm;

/// A business number.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) phone: &'static str,
    pub(super) phone_number_id: &'static str,
    pub(super) waba: &'static str,
    /// NXCloud's application, a string of digits on the wire.
    pub(super) app_id: &'static str,
    pub(super) speaks: Speaks,
    /// What its NXCloud application signs with.
    pub(super) algorithm: Algorithm,
    /// What its NXCloud account is billed in.
    pub(super) currency: &'static str,
}

/// Who posts for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaks {
    Nxcloud,
    Meta,
    /// In the middle of a move from one to the other.
    Both,
}

pub(super) static NUMBERS: [Number; 4] = [
    Number {
        phone: "85230174859",
        phone_number_id: "161169804219812",
        waba: "109034418720925",
        app_id: "749",
        speaks: Speaks::Nxcloud,
        algorithm: Algorithm::Md5,
        currency: "USD",
    },
    Number {
        phone: "16692041193",
        phone_number_id: "124871190314609",
        waba: "104951380217327",
        app_id: "48",
        speaks: Speaks::Meta,
        algorithm: Algorithm::Md5,
        currency: "USD",
    },
    Number {
        phone: "447360955207",
        phone_number_id: "172050882431593",
        waba: "112204976315540",
        app_id: "812",
        speaks: Speaks::Both,
        algorithm: Algorithm::Sha256,
        currency: "USD",
    },
    Number {
        phone: "6581124441",
        phone_number_id: "240941736439281",
        waba: "118830025417066",
        app_id: "803",
        speaks: Speaks::Nxcloud,
        algorithm: Algorithm::Sha256,
        currency: "CNY",
    },
];

/// What a message is billed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    Utility,
    Marketing,
    Authentication,
    Service,
}

impl Category {
    /// The name on the wire: `conversation.origin.type`, `pricing.category`.
    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::Utility => "utility",
            Self::Marketing => "marketing",
            Self::Authentication => "authentication",
            Self::Service => "service",
        }
    }

    /// NXCloud's `cdr_type` of the line that is charged (PROTOCOL §3.2).
    pub(super) fn cdr_type(self) -> u8 {
        match self {
            Self::Utility => 5,
            Self::Marketing => 4,
            Self::Authentication => 6,
            Self::Service => 7,
        }
    }

    /// What one message costs: in USD, in CNY.
    pub(super) fn price(self) -> (f64, f64) {
        match self {
            Self::Utility => (0.0169, 0.1167),
            Self::Marketing => (0.0732, 0.5055),
            Self::Authentication => (0.02, 0.1381),
            Self::Service => (0.0, 0.0),
        }
    }
}

/// A campaign: messages of one template under one tag.
#[derive(Debug)]
pub(super) struct Campaign {
    /// `biz_opaque_callback_data`.
    pub(super) tag: &'static str,
    pub(super) category: Category,
    /// Share of all campaign messages, in percent.
    pub(super) share: u32,
    /// Share of each of [`NUMBERS`], in percent.
    pub(super) numbers: [u32; 4],
    pub(super) countries: &'static [(u32, Country)],
}

pub(super) static CAMPAIGNS: [Campaign; 5] = [
    Campaign {
        tag: ORDER_UPDATE,
        category: Category::Utility,
        share: 19,
        numbers: [62, 19, 10, 9],
        countries: &[(70, HONG_KONG), (18, CHINA), (7, SINGAPORE), (5, MALAYSIA)],
    },
    Campaign {
        tag: "spring-sale",
        category: Category::Marketing,
        share: 29,
        numbers: [50, 20, 20, 10],
        countries: &[(34, HONG_KONG), (14, SINGAPORE), (20, BRITAIN), (16, AMERICA), (10, MEXICO), (6, IRELAND)],
    },
    Campaign {
        tag: "parcel-eta",
        category: Category::Utility,
        share: 21,
        numbers: [36, 34, 19, 11],
        countries: &[(36, HONG_KONG), (30, AMERICA), (18, BRITAIN), (10, SINGAPORE), (6, SPAIN)],
    },
    Campaign {
        tag: "vip-early",
        category: Category::Marketing,
        share: 14,
        numbers: [55, 17, 18, 10],
        countries: &[(48, HONG_KONG), (22, CHINA), (16, BRITAIN), (14, SINGAPORE)],
    },
    Campaign {
        tag: "login-otp",
        category: Category::Authentication,
        share: 17,
        numbers: [40, 30, 16, 14],
        countries: &[(36, HONG_KONG), (28, AMERICA), (12, MEXICO), (14, SINGAPORE), (10, SPAIN)],
    },
];

/// The campaign that the incident hits: its template in one language is paused on the first of [`NUMBERS`].
pub(super) const ORDER_UPDATE: &str = "order-update";
/// Share of its messages on that number which use the language that gets paused.
pub(super) const ORDER_UPDATE_IN_ENGLISH: f64 = 0.7;

/// A country: its calling code and the range its subscribers' numbers are taken from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Country {
    code: &'static str,
    first: u64,
    span: u64,
}

const HONG_KONG: Country = Country { code: "852", first: 51_000_000, span: 48_000_000 };
const CHINA: Country = Country { code: "86", first: 13_000_000_000, span: 5_900_000_000 };
const SINGAPORE: Country = Country { code: "65", first: 80_000_000, span: 18_000_000 };
const MALAYSIA: Country = Country { code: "60", first: 110_000_000, span: 80_000_000 };
const BRITAIN: Country = Country { code: "44", first: 7_300_000_000, span: 600_000_000 };
const IRELAND: Country = Country { code: "353", first: 850_000_000, span: 40_000_000 };
const AMERICA: Country = Country { code: "1", first: 2_010_000_000, span: 7_000_000_000 };
const MEXICO: Country = Country { code: "52", first: 15_500_000_000, span: 400_000_000 };
const SPAIN: Country = Country { code: "34", first: 600_000_000, span: 99_000_000 };

impl Country {
    /// The phone of one of its subscribers, without a plus.
    pub(super) fn phone(self, chance: &mut Chance) -> String {
        /// People per country that a campaign reaches: some of them get a second message, most do not.
        const SUBSCRIBERS: i64 = 60_000;
        /// A prime, so that neighbours do not look like neighbours.
        const SCATTER: u64 = 2_654_435_761;
        let subscriber = chance.between(1..SUBSCRIBERS).unsigned_abs();
        format!("{}{}", self.code, self.first + subscriber * SCATTER % self.span)
    }
}

/// Somebody who writes.
#[derive(Debug)]
pub(super) struct Customer {
    pub(super) phone: String,
    pub(super) name: String,
    /// The business number they write to: its position in [`NUMBERS`].
    pub(super) number: usize,
    /// Ids of the last message they were sent: what they answer, quote and react to.
    pub(super) last_sent: Option<super::wire::MessageId>,
}

/// Customers known by name, and the number they write to.
static REGULARS: [(&str, &str, usize); 12] = [
    ("Jay", "85255311705", 0),
    ("Mei 陈", "8613163731467", 2),
    ("Priya N.", "6591234418", 3),
    ("李伟", "85298700331", 0),
    ("Kwok H.", "85266120871", 0),
    ("Tomás", "5215550142212", 1),
    ("Siobhán", "353861234902", 2),
    ("Ana", "34600111012", 0),
    ("周敏", "8613800138221", 0),
    ("D. Lim", "60123456288", 3),
    ("Chan TM", "85291100246", 0),
    ("ليلى", "447700900123", 2),
];

static NAMES: [&str; 30] = [
    "Aisha",
    "Ben",
    "Carmen",
    "Cheung WK",
    "Daniel",
    "Eoin",
    "Fatima",
    "Grace",
    "Hugo",
    "Ines",
    "James",
    "Kavya",
    "Lau SY",
    "Lucía",
    "Marta",
    "Nadia",
    "Oscar",
    "Paul",
    "Rahul",
    "Rosa",
    "Sam",
    "Tan BH",
    "Uma",
    "Víctor",
    "Wong KF",
    "Xin",
    "Yuki",
    "Zoë",
    "张伟",
    "王芳",
];

/// How many customers write at all.
const CUSTOMERS: usize = 260;

/// Everybody who writes, the regulars first.
pub(super) fn customers(chance: &mut Chance) -> Vec<Customer> {
    let regulars = REGULARS.iter().map(|&(name, phone, number)| Customer {
        phone: phone.to_owned(),
        name: name.to_owned(),
        number,
        last_sent: None,
    });
    let mut everybody: Vec<Customer> = regulars.collect();
    while everybody.len() < CUSTOMERS {
        let campaign = chance.pick(&CAMPAIGNS);
        let country = campaign.countries[chance.weighted(campaign.countries.iter().map(|&(share, _)| share))].1;
        let initial = char::from(b'A' + u8::try_from(chance.index(26)).unwrap_or(0));
        everybody.push(Customer {
            phone: country.phone(chance),
            name: format!("{} {initial}.", chance.pick(&NAMES)),
            number: chance.weighted(campaign.numbers.iter().copied()),
            last_sent: None,
        });
    }
    everybody
}

/// A way in which a message fails.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: i64,
    /// Share of the failures of an ordinary day, in percent.
    pub(super) share: u32,
    pub(super) title: &'static str,
    pub(super) details: Option<&'static str>,
    /// How NXCloud tells it.
    pub(super) told: Told,
    /// What kind of message it happens to.
    pub(super) hits: Hits,
}

/// The generations of NXCloud's errors (PROTOCOL §3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Refused while submitting: code 10000 around Meta's.
    Wrapped,
    /// Failed later: Meta's own code.
    Direct,
    /// Now so, now so.
    Either,
    /// NXCloud's own trouble; Meta knows no such code.
    Platform,
}

/// What kind of message a failure happens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hits {
    /// Any campaign.
    Campaign,
    /// Marketing campaigns.
    Marketing,
    /// Free-form answers to a customer.
    Answer,
}

/// Share of messages that fail on an ordinary day.
pub(super) const FAILING: f64 = 0.018;

pub(super) static FAILURES: [Failure; 9] = [
    Failure {
        code: 131_026,
        share: 47,
        title: "Message Undeliverable.",
        details: Some("Message Undeliverable."),
        told: Told::Either,
        hits: Hits::Campaign,
    },
    Failure {
        code: 131_049,
        share: 31,
        title: "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
        details: None,
        told: Told::Direct,
        hits: Hits::Marketing,
    },
    WINDOW_OVER,
    Failure {
        code: 130_472,
        share: 5,
        title: "Failed to send message because this user's phone number is part of an experiment",
        details: None,
        told: Told::Direct,
        hits: Hits::Marketing,
    },
    Failure {
        code: 10_002,
        share: 4,
        title: "Wa Engine Send Message Timeout",
        details: None,
        told: Told::Platform,
        hits: Hits::Campaign,
    },
    Failure {
        code: 131_056,
        share: 3,
        title: "(Business Account, Consumer Account) pair rate limit hit",
        details: Some(
            "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
        ),
        told: Told::Wrapped,
        hits: Hits::Campaign,
    },
    Failure {
        code: 131_053,
        share: 2,
        title: "Media upload error",
        details: Some("Unsupported Image mime type image/webp. Please use one of image/jpeg, image/png."),
        told: Told::Direct,
        hits: Hits::Marketing,
    },
    Failure {
        code: 131_000,
        share: 1,
        title: "Something went wrong",
        details: None,
        told: Told::Either,
        hits: Hits::Campaign,
    },
    Failure {
        code: 132_000,
        share: 1,
        title: "Number of parameters does not match the expected number of params",
        details: Some("body: number of localizable_params (1) does not match the expected number of params (2)"),
        told: Told::Wrapped,
        hits: Hits::Campaign,
    },
];

/// A free-form answer that came too late. It rises while the incident lasts: people write instead of the template.
pub(super) const WINDOW_OVER: Failure = Failure {
    code: 131_047,
    share: 6,
    title: "Re-engagement message",
    details: Some(
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    told: Told::Direct,
    hits: Hits::Answer,
};

/// What the incident fails with.
pub(super) static TEMPLATE_PAUSED: Failure = Failure {
    code: 132_015,
    share: 0,
    title: "(#132015) Template is Paused",
    details: Some("order_update (en_US) is paused due to low quality"),
    told: Told::Either,
    hits: Hits::Campaign,
};
