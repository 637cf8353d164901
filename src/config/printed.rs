//! The commented default configuration that `watop check --print-config` prints, generated from the defaults themselves.

use super::units::format_size;
use super::{Algorithm, Config};
use crate::query::duration;
use std::fmt::Write as _;

/// One line of the file.
struct Setting {
    key: &'static str,
    about: &'static str,
    value: Shown,
}

enum Shown {
    /// The default, as TOML.
    Default(fn(&Config) -> String),
    /// Nothing is set by default; this shows how, commented out.
    Sample(&'static str),
}

use Shown::{Default as Is, Sample};

/// Every section in order: its header, whether the header itself is only a sample, what it is for, its settings.
const SECTIONS: &[(&str, &str, &[Setting])] = &[
    (
        "",
        "",
        &[Setting {
            key: "data_dir",
            about: "Where the journal is kept, from this file on. Default: the platform's state directory.",
            value: Sample("\"/var/lib/watop\""),
        }],
    ),
    (
        "[receiver]",
        "Where and how to listen.",
        &[
            Setting {
                key: "listen",
                about: "Address and port; port 0 picks a free one. Beyond loopback a secret must be configured.",
                value: Is(|config| quoted(&config.receiver.listen.to_string())),
            },
            Setting {
                key: "path",
                about: "The one path that takes posts.",
                value: Is(|config| quoted(&config.receiver.path)),
            },
            Setting {
                key: "ts_tolerance",
                about: "How far the ts header of NXCloud may be from now. Duplicates are recognised, so \"off\" is sound too.",
                value: Is(|config| quoted(&config.signing.ts_tolerance.map_or("off".to_owned(), duration::format))),
            },
            Setting {
                key: "answer",
                about: "Body of the 200 answer.",
                value: Is(|config| quoted(&config.receiver.answer)),
            },
            Setting {
                key: "body_limit",
                about: "Largest body; above it 413.",
                value: Is(|config| size(config.receiver.body_limit)),
            },
            Setting {
                key: "body_timeout",
                about: "How long a body may take to arrive; above it 408.",
                value: Is(|config| quoted(&duration::format(config.receiver.body_timeout))),
            },
            Setting {
                key: "header_timeout",
                about: "How long headers may take to arrive; above it the connection is closed.",
                value: Is(|config| quoted(&duration::format(config.receiver.header_timeout))),
            },
            Setting {
                key: "connections",
                about: "Connections at once.",
                value: Is(|config| config.receiver.connections.to_string()),
            },
        ],
    ),
    (
        "[nxcloud]",
        "Signatures of NXCloud.",
        &[Setting {
            key: "algorithms",
            about: "Digests that are accepted. A single one is pinned: the algorithm header is then ignored.",
            value: Is(|config| {
                let name = |algorithm: &Algorithm| match algorithm {
                    Algorithm::Md5 => "\"md5\"",
                    Algorithm::Sha256 => "\"sha256\"",
                };
                format!("[{}]", config.signing.algorithms.iter().map(name).collect::<Vec<_>>().join(", "))
            }),
        }],
    ),
    (
        "#[[nxcloud.secret]]",
        "Any number of these, so that secrets can be rotated. WATOP_NXCLOUD_SECRET and WATOP_NXCLOUD_ACCESS_KEY add one.",
        &[
            Setting { key: "label", about: "What it is called on screen and in events.", value: Sample("\"2026\"") },
            Setting {
                key: "env",
                about: "Name of the environment variable that holds it; or file = \"…\", from this file on; or value = \"…\"\n\
                        when this file is readable by its owner only.",
                value: Sample("\"NX_SECRET\""),
            },
            Setting {
                key: "access_key",
                about: "The accessKey header that must come with it. Left out: any.",
                value: Sample("\"fme2na3kdi3ki\""),
            },
        ],
    ),
    (
        "[meta]",
        "Signatures and handshake of Meta.",
        &[Setting {
            key: "verify_token_env",
            about: "Environment variable of the handshake's verify token; or verify_token_file, or verify_token as above.\n\
                    WATOP_META_VERIFY_TOKEN sets it too.",
            value: Sample("\"META_VERIFY\""),
        }],
    ),
    (
        "#[[meta.secret]]",
        "App secrets, named as those of NXCloud. WATOP_META_APP_SECRET adds one.",
        &[
            Setting { key: "label", about: "What it is called.", value: Sample("\"app\"") },
            Setting { key: "file", about: "Where it is.", value: Sample("\"secrets/meta-app\"") },
        ],
    ),
    (
        "[journal]",
        "What is kept on disk.",
        &[
            Setting {
                key: "retention",
                about: "How long requests and events are kept.",
                value: Is(|config| quoted(&duration::format(config.journal.retention))),
            },
            Setting {
                key: "min_free",
                about: "Below this much free disk the oldest go first.",
                value: Is(|config| quoted(&format_size(config.journal.min_free))),
            },
            Setting {
                key: "queue",
                about: "Requests that may wait for their commit; above it 503.",
                value: Is(|config| config.journal.queue.to_string()),
            },
            Setting {
                key: "queue_bytes",
                about: "The same in bytes.",
                value: Is(|config| size(config.journal.queue_bytes)),
            },
            Setting {
                key: "recent_keys",
                about: "Duplicate keys held in memory; older ones are looked up on disk.",
                value: Is(|config| config.journal.recent_keys.to_string()),
            },
        ],
    ),
    (
        "[monitor]",
        "How messages are counted.",
        &[Setting {
            key: "horizon",
            about: "A message neither delivered nor failed for this long is silent.",
            value: Is(|config| quoted(&duration::format(config.monitor.horizon))),
        }],
    ),
    (
        "[rules]",
        "What is watched for, once a minute: failures up, delivery slow, number silent, events late, requests refused,\n\
         account locked, billing problem. A [[rule]] of the same name takes the place of one.",
        &[
            Setting {
                key: "builtin",
                about: "Whether these hold.",
                value: Is(|config| (!config.rules.0.is_empty()).to_string()),
            },
            Setting {
                key: "notify",
                about: "Who is told by rules that do not say: \"screen\", \"bell\", \"desktop\" (by the terminal),\n\
                        \"command:./page-me\" (a program, from this file on, that reads JSON on its standard input),\n\
                        \"alertmanager:http://127.0.0.1:9093\".",
                value: Is(|_| "[\"screen\"]".to_owned()),
            },
        ],
    ),
    (
        "#[[rule]]",
        "Any number of these.",
        &[
            Setting { key: "name", about: "What the alert is called.", value: Sample("\"failures up\"") },
            Setting {
                key: "metric",
                about: "failure_rate, settled_rate, code_count (with code = N), read_rate, deliver_p95_s, events_per_s,\n\
                        transport_lag_s, refused, silence_s.",
                value: Sample("\"failure_rate\""),
            },
            Setting {
                key: "filter",
                about: "Judge only what it selects: messages with all that is known of them, or, for events_per_s,\n\
                        transport_lag_s and silence_s, single events. Not with refused.",
                value: Sample("\"template:order_update*\""),
            },
            Setting {
                key: "window",
                about: "Whole minutes that are judged. For silence_s: how far back such a silence is looked for.",
                value: Sample("\"5m\""),
            },
            Setting {
                key: "above",
                about: "Where it is broken: above, or below. Shares are written from 0 to 1.",
                value: Sample("0.05"),
            },
            Setting {
                key: "critical_above",
                about: "Where the alert becomes critical; critical_below with below.",
                value: Sample("0.2"),
            },
            Setting {
                key: "clear",
                about: "Where it is kept again. Left out: a tenth inside.",
                value: Sample("0.045"),
            },
            Setting {
                key: "min_volume",
                about: "What must stand behind a value: messages, or events to be expected for silence_s.",
                value: Sample("50"),
            },
            Setting {
                key: "per",
                about: "Judge each number, category, country or tag by itself; with failure_rate and code_count each\n\
                        code, too. Not with refused.",
                value: Sample("\"number\""),
            },
            Setting {
                key: "for",
                about: "How long it must be so to open, escalate or resolve.",
                value: Sample("\"1m\""),
            },
            Setting {
                key: "remind",
                about: "Tell again while it is open and nobody acknowledged it. Left out: never.",
                value: Sample("\"4h\""),
            },
            Setting { key: "notify", about: "Who is told.", value: Sample("[\"screen\", \"bell\"]") },
        ],
    ),
    (
        "#[[forward]]",
        "Any number of these: every request that was taken goes on to this URL, byte for byte. --forward URL adds one.",
        &[
            Setting {
                key: "url",
                about: "Where. With a password in it this file must be readable by its owner only.",
                value: Sample("\"http://127.0.0.1:3000/hook\""),
            },
            Setting {
                key: "kinds",
                about: "Only requests with an event of these kinds: status, inbound, template, account, other, unrecognised.",
                value: Sample("[\"status\", \"inbound\"]"),
            },
            Setting {
                key: "filter",
                about: "Only requests with an event that this finds.",
                value: Sample("\"status:failed\""),
            },
            Setting { key: "timeout", about: "Time for an answer.", value: Sample("\"10s\"") },
            Setting {
                key: "concurrency",
                about: "Requests under way at once; those of one message go in order.",
                value: Sample("4"),
            },
            Setting {
                key: "retry",
                about: "Pause before a request that was not answered 2xx is sent again; doubles up to 5m.",
                value: Sample("\"1s\""),
            },
            Setting { key: "give_up", about: "Age at which a request is given up.", value: Sample("\"24h\"") },
        ],
    ),
    (
        "[screen]",
        "How it looks.",
        &[
            Setting {
                key: "theme",
                about: "As watop theme lists them; themes/NAME.toml beside this file adds one.\n\
                        Left out: chosen by the terminal's background.",
                value: Sample("\"dark\""),
            },
            Setting {
                key: "detect",
                about: "Ask the terminal whether its background is light, where no theme is named.",
                value: Is(|config| config.screen.detect.to_string()),
            },
            Setting { key: "lang", about: "en or zh. Left out: the locale's.", value: Sample("\"en\"") },
            Setting { key: "ascii", about: "ASCII signs only.", value: Is(|config| config.screen.ascii.to_string()) },
            Setting {
                key: "mask",
                about: "Start with phones, names, texts and ids masked.",
                value: Is(|config| config.screen.mask.to_string()),
            },
            Setting {
                key: "mouse",
                about: "Take the mouse; with Shift held down the terminal's own selection still works.",
                value: Is(|config| config.screen.mouse.to_string()),
            },
        ],
    ),
    (
        "[keys]",
        "Keys of an action, one or several; several keys in one text are a chord, such as \"g g\".",
        &[Setting { key: "quit", about: "watop keys lists the actions.", value: Sample("[\"q\", \"ctrl-c\"]") }],
    ),
];

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn size(bytes: usize) -> String {
    quoted(&format_size(bytes as u64))
}

/// The default configuration as a commented file. Lines that begin with `#` and no blank are settings to switch on.
pub fn default_file() -> String {
    let defaults = Config::default();
    let mut text = String::from(
        "# Configuration of watop: every setting with its default. Delete what you do not change.\n\
         # Flags win over the environment, the environment over this file.\n",
    );
    for (header, about, settings) in SECTIONS {
        text.push('\n');
        if !header.is_empty() {
            comment(&mut text, about);
            let _ = writeln!(text, "{header}");
        }
        for setting in *settings {
            comment(&mut text, setting.about);
            let _ = match setting.value {
                Is(value) => writeln!(text, "{} = {}", setting.key, value(&defaults)),
                Sample(value) => writeln!(text, "#{} = {value}", setting.key),
            };
        }
    }
    text
}

fn comment(text: &mut String, about: &str) {
    for line in about.lines() {
        let _ = writeln!(text, "# {line}");
    }
}
