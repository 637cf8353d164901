use super::layers::{Flags, check_exposure, load};
use super::*;
use std::ffi::OsString;
use std::fs;

/// A directory with a configuration file, and an environment of one's own.
struct Setup {
    dir: tempfile::TempDir,
    env: Vec<(&'static str, OsString)>,
}

impl Setup {
    fn new(text: &str) -> Self {
        let setup = Self { dir: tempfile::tempdir().unwrap(), env: Vec::new() };
        fs::write(setup.file(), text).unwrap();
        setup.mode(0o600);
        setup
    }

    fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("watop.toml")
    }

    fn mode(&self, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.file(), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn load_with(&self, flags: Flags) -> Result<layers::Loaded, ConfigError> {
        let env = |name: &str| self.env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        load(&flags, &env)
    }

    fn load(&self) -> Result<Config, ConfigError> {
        let flags = Flags { config: Some(self.file()), data_dir: Some("/data".into()), ..Flags::default() };
        self.load_with(flags).map(|loaded| loaded.config)
    }

    /// The defaults, as they are beside this file.
    fn defaults(&self) -> Config {
        let screen = Screen { themes: Some(self.dir.path().join("themes")), ..Screen::default() };
        Config { data_dir: "/data".into(), screen, ..Config::default() }
    }

    /// The message of the error, without the directory in front of `watop.toml`.
    fn error(&self) -> String {
        let message = self.load().expect_err("an error").to_string();
        message.replace(&format!("{}/", self.dir.path().display()), "")
    }
}

fn error(text: &str) -> String {
    Setup::new(text).error()
}

#[test]
fn an_empty_file_gives_the_defaults() {
    let setup = Setup::new("");
    let config = setup.load().unwrap();
    let expected = setup.defaults();
    assert_eq!(format!("{config:?}"), format!("{expected:?}"));
}

#[test]
fn the_printed_file_reads_back_as_the_defaults() {
    let setup = Setup::new(&default_file());
    let config = setup.load().unwrap();
    let expected = setup.defaults();
    assert_eq!(format!("{config:?}"), format!("{expected:?}"));
}

#[test]
fn the_printed_file_shows_every_setting_and_its_samples_are_valid() {
    let text = default_file();
    let switched_on: String = text
        .lines()
        .map(|line| match line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')) {
            Some(setting) => format!("{setting}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let setup = Setup::new(&switched_on).env("NX_SECRET", "a").env("META_VERIFY", "b");
    fs::create_dir(setup.dir.path().join("secrets")).unwrap();
    fs::write(setup.dir.path().join("secrets/meta-app"), "c\n").unwrap();
    let loaded = setup.load_with(Flags { config: Some(setup.file()), ..Flags::default() }).unwrap();
    assert_eq!(loaded.files(), [setup.file(), setup.dir.path().join("secrets/meta-app")]);
    let config = loaded.config;
    assert_eq!(config.data_dir, PathBuf::from("/var/lib/watop"));
    assert_eq!(config.signing.nxcloud[0].access_key.as_deref(), Some("fme2na3kdi3ki"));
    assert_eq!(config.signing.meta[0].value.bytes(), b"c");
    assert_eq!(config.signing.verify_token.unwrap().bytes(), b"b");
    assert_eq!(config.screen.theme.as_deref(), Some("dark"));
    assert_eq!(config.screen.keys, [("quit".to_owned(), vec!["q".to_owned(), "ctrl-c".to_owned()])]);

    let [route] = &config.forward[..] else { panic!("one [[forward]]") };
    let defaults = crate::forward::Route::new("http://127.0.0.1:3000/hook".parse().unwrap());
    let as_printed = crate::forward::Route { kinds: route.kinds.clone(), filter: route.filter.clone(), ..defaults };
    assert_eq!(format!("{route:?}"), format!("{as_printed:?}"), "the samples are the defaults");
    assert_eq!(route.kinds, [crate::event::Kind::Status, crate::event::Kind::Inbound]);

    // Whatever a file may hold stands in the printed one: the parser itself names what it knows.
    for section in ["", "receiver", "nxcloud", "meta", "journal", "monitor", "rules", "[rule]", "[forward]", "screen"] {
        let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
        let message = error(&format!("{header}zzzzzzzzzz = 1"));
        let known = message.split_once("known here: ").expect("a list of keys").1;
        let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        for key in known.split(", ") {
            assert!(words.contains(&key), "{key} of [{section}]");
        }
    }
}

#[test]
fn later_layers_win() {
    let setup = Setup::new("data_dir = \"kept\"\n[receiver]\nlisten = \"127.0.0.1:1001\"\npath = \"/file\"")
        .env("WATOP_LISTEN", "127.0.0.1:1002")
        .env("WATOP_PATH", "/env");
    let file = Some(setup.file());
    let config = setup.load_with(Flags { config: file.clone(), ..Flags::default() }).unwrap().config;
    assert_eq!(config.receiver.listen.port(), 1002);
    assert_eq!(config.receiver.path, "/env");
    assert_eq!(config.data_dir, setup.dir.path().join("kept"));

    let listen = Some("127.0.0.1:1003".parse().unwrap());
    let flags =
        Flags { config: file, data_dir: Some("/flag".into()), listen, path: Some("/flag".into()), ..Flags::default() };
    let config = setup.load_with(flags).unwrap().config;
    assert_eq!(config.receiver.listen.port(), 1003);
    assert_eq!(config.receiver.path, "/flag");
    assert_eq!(config.data_dir, PathBuf::from("/flag"));
}

#[test]
fn a_chosen_file_must_exist_and_the_platform_s_need_not() {
    let setup = Setup::new("");
    let chosen = Flags { config: Some(setup.dir.path().join("missing.toml")), ..Flags::default() };
    assert!(setup.load_with(chosen).unwrap_err().to_string().contains("missing.toml"));

    let home = setup.dir.path().to_str().unwrap().to_owned();
    let setup = setup.env("HOME", &home);
    let loaded = setup.load_with(Flags::default()).unwrap();
    assert_eq!(loaded.config.data_dir, PathBuf::from(home).join(".local/state/watop"));
}

#[test]
fn mistakes_name_the_file_the_line_and_the_key() {
    for (text, expected) in [
        (
            "[receiver]\n\nlsten = \"127.0.0.1:1\"",
            "watop.toml:3: receiver.lsten: there is no such key, did you mean listen?",
        ),
        ("[reciever]\n", "watop.toml:1: reciever: there is no such key, did you mean receiver?"),
        (
            "[receiver]\nlisten = 8787",
            "watop.toml:2: receiver.listen: invalid type: integer `8787`, expected an address",
        ),
        ("[receiver]\nlisten = \":8787\"", "watop.toml:2: receiver.listen: write an address and a port"),
        ("[receiver]\npath = \"webhook\"", "watop.toml:2: receiver.path: write a path such as /webhook"),
        ("[receiver]\nts_tolerance = \"5 minutes\"", "watop.toml:2: receiver.ts_tolerance: write a length of time"),
        ("[receiver]\nbody_timeout = \"0s\"", "watop.toml:2: receiver.body_timeout: write a length of time"),
        ("[receiver]\nbody_limit = \"4 megs\"", "watop.toml:2: receiver.body_limit: write a size"),
        ("[receiver]\nconnections = 0", "watop.toml:2: receiver.connections: invalid value"),
        ("[nxcloud]\nalgorithms = []", "watop.toml:2: nxcloud.algorithms: name at least one"),
        ("[nxcloud]\nalgorithms = [\"sha1\"]", "watop.toml:2: nxcloud.algorithms: unknown variant `sha1`"),
        ("[keys]\nquit = 3", "watop.toml:2: keys.quit: write a key or a list of keys"),
        ("[receiver\n", "watop.toml:1: "),
        ("a = 1\na = 2", "watop.toml:2: "),
        ("[[nxcloud.secret]]\nenv = \"X\"", "watop.toml:1: nxcloud.secret: missing field `label`"),
        ("[[nxcloud.secret]]\nlabel = \"a\"", "watop.toml:1: nxcloud.secret: say where the secret is"),
        (
            "[[nxcloud.secret]]\nlabel = \"a\"\nenv = \"X\"",
            "watop.toml:3: nxcloud.secret.env: the environment variable",
        ),
        ("[[meta.secret]]\nlabel = \"a\"\nfile = \"nope\"", "watop.toml:3: meta.secret.file: cannot read nope"),
        (
            "[[meta.secret]]\nlabel = \"a\"\nvalue = \"x\"\nfile = \"y\"",
            "watop.toml:4: meta.secret.file: write only one of env, file, value",
        ),
        ("[[meta.secret]]\nlabel = \"a\"\nvalue = \"\"", "watop.toml:3: meta.secret.value: the secret is empty"),
        (
            "[[meta.secret]]\nlabel = \"a\"\nvalue = \"x\"\naccess_key = \"k\"",
            "watop.toml:4: meta.secret.access_key: only nxcloud secrets",
        ),
        (
            "[[meta.secret]]\nlabel = \"a\"\nvalue = \"x\"\n[[meta.secret]]\nlabel = \"a\"\nvalue = \"y\"",
            "watop.toml:5: meta.secret.label: the label \"a\" is taken",
        ),
        ("[[meta.secret]]\nlabel = \" \"\nvalue = \"x\"", "watop.toml:2: meta.secret.label: write a label"),
        ("[meta]\nverify_token_env = \"NOPE\"", "watop.toml:2: meta.verify_token_env: the environment variable"),
    ] {
        let message = error(text);
        assert!(message.starts_with(expected), "{text}\n  {message}\n  {expected}");
    }
}

#[test]
fn secrets_come_from_variables_files_and_private_values() {
    let setup = Setup::new(
        "[[nxcloud.secret]]\nlabel = \"a\"\nenv = \"NX\"\n[[nxcloud.secret]]\nlabel = \"b\"\nfile = \"nx\"\n\
         [[meta.secret]]\nlabel = \"a\"\nvalue = \"three\"\n[meta]\nverify_token = \"four\"",
    );
    // Exactly one line end goes: a secret may end in blanks.
    fs::write(setup.dir.path().join("nx"), "two \r\n").unwrap();
    let signing = setup.env("NX", "one\n").load().unwrap().signing;
    assert_eq!(signing.nxcloud[0].value.bytes(), b"one\n");
    assert_eq!(signing.nxcloud[1].value.bytes(), b"two ");
    assert_eq!(signing.meta[0].value.bytes(), b"three");
    assert_eq!(signing.verify_token.unwrap().bytes(), b"four");
}

#[test]
fn a_value_in_a_file_that_others_can_read_is_refused() {
    let setup = Setup::new("[[meta.secret]]\nlabel = \"a\"\nvalue = \"hunter2\"");
    for mode in [0o644, 0o640, 0o604] {
        setup.mode(mode);
        let message = setup.error();
        assert!(
            message.starts_with("watop.toml:3: meta.secret.value: others can read this file; chmod 600"),
            "{message}"
        );
        assert!(!message.contains("hunter2"));
    }
}

#[test]
fn no_message_repeats_a_secret() {
    for text in [
        "[[meta.secret]]\nlabel = \"a\"\nvalue = 123456",
        "[[meta.secret]]\nlabel = \"a\"\nvalue = 1234.56",
        "[[meta.secret]]\nlabel = \"a\"\nvalue = [\"123456\"]",
        "[[meta.secret]]\nlabel = \"a\"\nvalue = {a = \"123456\"}",
        "[[meta.secret]]\nlabel = \"a\"\nvalue = 2026-01-01T12:34:56Z",
        "[[meta.secret]]\nlabel = \"a\"\nvalue = \"123456",
        "[[meta.secret]]\nlabel = \"a\"\nvalue = 123456x",
        "[[meta.secret]]\nlabel = \"a\"\nvalue = \"123456\"\nvalue = \"123456\"",
        "[[meta.secret]]\nlabel = \"a\"\nenv = \"x123456\"",
        "[meta]\nverify_token = 123456",
    ] {
        let message = error(text);
        assert!(!message.contains("3456") && !message.contains("34:56"), "{text}\n{message}");
    }
}

#[test]
fn the_environment_adds_secrets_labelled_env() {
    let setup = Setup::new("[[nxcloud.secret]]\nlabel = \"2026\"\nvalue = \"x\"")
        .env("WATOP_NXCLOUD_SECRET", "nx")
        .env("WATOP_NXCLOUD_ACCESS_KEY", "key")
        .env("WATOP_META_APP_SECRET", "app")
        .env("WATOP_META_VERIFY_TOKEN", "token");
    let signing = setup.load().unwrap().signing;
    let labels: Vec<_> = signing.nxcloud.iter().chain(&signing.meta).map(|secret| secret.label.as_str()).collect();
    assert_eq!(labels, ["2026", "env", "env"]);
    assert_eq!(signing.nxcloud[1].access_key.as_deref(), Some("key"));
    assert_eq!(signing.verify_token.unwrap().bytes(), b"token");
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    for (name, value, expected) in [
        ("WATOP_NXCLOUD_SECRET", "", "WATOP_NXCLOUD_SECRET is set but empty"),
        ("WATOP_META_VERIFY_TOKEN", "", "WATOP_META_VERIFY_TOKEN is set but empty"),
        ("WATOP_NXCLOUD_ACCESS_KEY", "k", "WATOP_NXCLOUD_ACCESS_KEY is checked beside WATOP_NXCLOUD_SECRET"),
        ("WATOP_LISTEN", "x", "WATOP_LISTEN: write an address"),
        ("WATOP_PATH", "x", "WATOP_PATH: write a path"),
    ] {
        let message = Setup::new("").env(name, value).error();
        assert!(message.starts_with(expected), "{message}");
    }
    let taken = Setup::new("[[meta.secret]]\nlabel = \"env\"\nvalue = \"x\"").env("WATOP_META_APP_SECRET", "y");
    assert!(taken.error().contains("WATOP_META_APP_SECRET is labelled \"env\""));
}

#[test]
fn beyond_loopback_a_secret_or_consent_is_needed() {
    let open = Setup::new("[receiver]\nlisten = \"0.0.0.0:8787\"");
    let config = open.load().unwrap();
    assert!(check_exposure(&config, false).unwrap_err().to_string().contains("--allow-unsigned"));
    assert_eq!(check_exposure(&config, true), Ok(()));
    let signed = open.env("WATOP_META_APP_SECRET", "x").load().unwrap();
    assert_eq!(check_exposure(&signed, false), Ok(()));
    let loopback = Setup::new("[receiver]\nlisten = \"[::1]:8787\"").load().unwrap();
    assert_eq!(check_exposure(&loopback, false), Ok(()));
}

#[test]
fn stamps_change_with_a_file() {
    let setup = Setup::new("a");
    let files = [setup.file(), setup.dir.path().join("absent")];
    let before = layers::Stamps::of(&files);
    assert_eq!(before, layers::Stamps::of(&files));
    fs::write(setup.file(), "longer").unwrap();
    assert_ne!(before, layers::Stamps::of(&files));
}

const RULE: &str = "[[rule]]\nname = \"mine\"\nmetric = \"failure_rate\"\n";

#[test]
fn rules_are_laid_over_the_built_in_ones() {
    use crate::monitor::rules::{Metric, Per, Side};
    use crate::notify::Target;
    let text = "[rules]\nnotify = [\"screen\", \"bell\"]\n[[rule]]\nname = \"failures up\"\nmetric = \"settled_rate\"\n\
                below = 0.95\ncritical_below = 0.8\nper = \"number\"\nwindow = \"15m\"\nfor = \"3m\"\nremind = \"4h\"\n\
                notify = [\"command:./page-me\"]\n";
    let setup = Setup::new(text);
    let rules = setup.load().unwrap().rules.0;
    assert_eq!(rules.len(), Rules::default().0.len(), "it takes the place of the built-in one");
    let setting = rules.iter().find(|setting| setting.rule.name == "failures up").unwrap();
    let rule = &setting.rule;
    assert_eq!((rule.metric, rule.per, rule.window, rule.hold), (Metric::SettledRate, Some(Per::Number), 15, 3));
    assert_eq!((rule.remind, rule.min_volume, rule.bound.side), (Some(240), 50, Side::Below));
    assert_eq!((rule.bound.open, rule.bound.critical), (0.95, Some(0.8)));
    assert!((rule.bound.clear - 0.955).abs() < 1e-9);
    assert_eq!(setting.notify, [Target::Command(setup.dir.path().join("./page-me"))]);
    assert_eq!(rules[0].notify, [Target::Screen, Target::Bell]);
    assert_eq!(Setup::new("[rules]\nbuiltin = false").load().unwrap().rules.0, []);
}

#[test]
fn a_wrong_rule_is_told_where_and_what_to_write() {
    for (rest, says) in [
        ("", "watop.toml:1: rule: say when it is broken: above or below"),
        ("above = 5", "watop.toml:4: rule.above: write a share from 0 to 1, such as 0.05 for 5 %"),
        ("above = 0.1\nbelow = 0.2", "watop.toml:5: rule.below: write either above or below"),
        (
            "above = 0.1\ncritical_above = 0.05",
            "watop.toml:5: rule.critical_above: the critical bound lies beyond the first",
        ),
        (
            "above = 0.1\ncritical_below = 0.05",
            "watop.toml:5: rule.critical_below: it goes with above or below of the same side",
        ),
        ("above = 0.1\nclear = 0.2", "watop.toml:5: rule.clear: clear lies on the right side of the bound"),
        ("above = 0.1\nper = \"numbr\"", "watop.toml:5: rule.per: there is no per \"numbr\", did you mean \"number\"?"),
        (
            "above = 0.1\nfilter = \"code:131026 ag<5m\"",
            "watop.toml:5: rule.filter: the filter is wrong\ncode:131026 ag<5m\n            ^^\n\
             unknown field ag, did you mean tag?",
        ),
        (
            "above = 0.1\nfilter = \"age<5m\"",
            "watop.toml:5: rule.filter: age changes by itself; a rule has its window for that",
        ),
        ("above = 0.1\ncode = 1", "watop.toml:5: rule.code: only the metric code_count counts a code"),
        (
            "above = 0.1\nwindow = \"90s\"",
            "watop.toml:5: rule.window: write whole minutes up to 24h, such as \"5m\": rules are judged once a minute",
        ),
        ("above = 0.1\nwindw = \"5m\"", "watop.toml:5: rule.windw: there is no such key, did you mean window?"),
        ("above = 0.1\nnotify = [\"bel\"]", "watop.toml:5: rule.notify: there is no \"bel\", did you mean \"bell\"?"),
    ] {
        assert_eq!(error(&format!("{RULE}{rest}")), says);
    }
    let text = format!("{RULE}above = 0.1\n{RULE}above = 0.2");
    assert_eq!(error(&text), "watop.toml:6: rule.name: the name \"mine\" is taken, choose another");
    let misnamed = RULE.replace("failure_rate", "failure_rat");
    let says = "watop.toml:3: rule.metric: there is no metric \"failure_rat\", did you mean \"failure_rate\"?";
    assert_eq!(error(&misnamed), says);
    let refused = RULE.replace("failure_rate", "refused");
    let says =
        "watop.toml:5: rule.per: refused cannot be judged per tag: a refused request is not read, so it names none";
    assert_eq!(error(&format!("{refused}above = 9\nper = \"tag\"")), says);
    let uncounted = RULE.replace("failure_rate", "code_count");
    assert!(error(&format!("{uncounted}above = 3")).contains("such as code = 131026"));
    let setup = Setup::new("[rules]\nnotify = [\"alertmanager:https://me:pw@example.org\"]");
    assert!(setup.load().is_ok());
    setup.mode(0o644);
    let message = setup.error();
    assert!(message.contains("chmod 600") && !message.contains("pw"), "{message}");
}

#[test]
fn forward_targets_of_file_and_flags_add_up_and_the_file_says_how() {
    let setup =
        Setup::new("[[forward]]\nurl = \"http://ana:pw@127.0.0.1:1/a\"\nkinds = [\"status\"]\ntimeout = \"2s\"");
    let address = |url: &str| url.parse::<crate::forward::Address>().unwrap();
    let flags = Flags {
        config: Some(setup.file()),
        data_dir: Some("/data".into()),
        forward: vec![address("http://127.0.0.1:1/a"), address("http://127.0.0.1:2/b")],
        ..Flags::default()
    };
    let config = setup.load_with(flags).unwrap().config;
    let shown: Vec<_> = config.forward.iter().map(|route| route.to.shown()).collect();
    assert_eq!(shown, ["http://127.0.0.1:1/a", "http://127.0.0.1:2/b"]);
    assert_eq!(config.forward[0].timeout, Duration::from_secs(2));
    assert!(config.forward[0].to.has_password());
    assert!(!format!("{config:?}").contains("pw"));
}

#[test]
fn wrong_forward_targets_are_refused_without_their_password() {
    let wrong = |more: &str| error(&format!("[[forward]]\nurl = \"http://127.0.0.1:1/a\"\n{more}"));
    let message = wrong("kinds = [\"stats\"]");
    assert!(message.starts_with("watop.toml:3: forward.kinds: ") && message.contains("unrecognised"), "{message}");
    assert!(wrong("kinds = []").contains("at least one kind"));
    let message = wrong("filter = \"statsu:failed\"");
    assert!(message.contains("forward.filter") && message.contains("^^^^^^"), "{message}");
    let message = wrong("filter = \"status:failed seq>5\"");
    assert!(message.starts_with("watop.toml:3: forward.filter: ") && message.contains("leave it out"), "{message}");
    assert!(wrong("[[forward]]\nurl = \"http://ana@127.0.0.1:1/a\"").contains("merge the two"));
    assert!(error("[[forward]]\nkinds = [\"status\"]").contains("url"));
    let message = error("[[forward]]\nurl = \"ftp://ana:pw@127.0.0.1/\"");
    assert!(message.starts_with("watop.toml:2: forward.url: write a URL") && !message.contains("pw"), "{message}");
    let shared = Setup::new("[[forward]]\nurl = \"https://ana:pw@example.org/\"");
    shared.mode(0o644);
    let message = shared.error();
    assert!(message.contains("chmod 600") && !message.contains("pw"), "{message}");
}
