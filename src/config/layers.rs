//! Defaults < file < environment < flags.

use super::file::{Algorithm as WrittenAlgorithm, File, OneOrMany, Source};
use super::secrets::{Secrets, Whence};
use super::{Algorithm, Config, ConfigError, Secret, SecretText, Signing, forward, places, units};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the command line says; everything else comes from below.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--path`.
    pub path: Option<String>,
    /// `--forward`.
    pub forward: Vec<crate::forward::Address>,
}

/// The environment: the value of a variable by its name.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A resolved configuration and the files it was read from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The configuration file, whether or not it exists; `None` when the platform names no place for one.
    pub file: Option<PathBuf>,
    /// The files of its secrets.
    pub secret_files: Vec<PathBuf>,
}

impl Loaded {
    /// Every file that was read: when one changes, load again.
    pub fn files(&self) -> Vec<PathBuf> {
        self.file.iter().chain(&self.secret_files).cloned().collect()
    }
}

/// Reads all layers. Loading again is how a running receiver takes new secrets: on an error it keeps what it has.
///
/// # Errors
/// Each names the file, line and key, the environment variable or the flag, and what to write instead. No secret is in it.
pub fn load(flags: &Flags, env: Env<'_>) -> Result<Loaded, ConfigError> {
    let variable = |name: &str| env(name).map(PathBuf::from);
    let chosen = flags.config.clone().or_else(|| variable("WATOP_CONFIG"));
    let place = chosen.clone().or_else(|| places::config_file(env));
    let text = match &place {
        Some(path) => read(path, chosen.is_some())?,
        None => String::new(),
    };
    let path = place.clone().unwrap_or_default();
    let (mut file, source) = Source::parse(&path, &text)?;
    let mut secrets = Secrets { source: &source, env, files: Vec::new() };
    let mut signing = signing(&file, &mut secrets)?;
    let secret_files = secrets.files;
    signing_from_env(&mut signing, env)?;

    let written_dir = file.data_dir.as_ref().map(|dir| path.parent().unwrap_or(Path::new("")).join(dir));
    let data_dir = flags.data_dir.clone().or_else(|| variable("WATOP_DATA_DIR")).or(written_dir);
    let data_dir = data_dir.or_else(|| places::state_dir(env)).ok_or_else(|| {
        ConfigError("no home directory is known; say where to keep the journal with --data-dir DIR".to_owned())
    })?;

    let rules = super::rules::rules(&file, &source)?;
    let forward = forward::routes(&mut file, &source, &flags.forward)?;
    let mut config = Config { data_dir, signing, rules, forward, ..Config::default() };
    lay_file(&mut config, file);
    config.screen.themes = place.as_ref().and_then(|file| file.parent()).map(|directory| directory.join("themes"));
    lay_address(&mut config, flags, env)?;
    Ok(Loaded { config, file: place, secret_files })
}

fn read(path: &Path, chosen: bool) -> Result<String, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !chosen => Ok(String::new()),
        Err(error) => Err(ConfigError(format!("cannot read the configuration file {}: {error}", path.display()))),
    }
}

fn signing(file: &File, secrets: &mut Secrets<'_>) -> Result<Signing, ConfigError> {
    let mut signing = Signing::default();
    if let Some(algorithms) = &file.nxcloud.algorithms {
        if algorithms.get_ref().is_empty() {
            return Err(secrets.source.error(algorithms.span(), "name at least one of \"md5\" and \"sha256\""));
        }
        signing.algorithms = algorithms
            .get_ref()
            .iter()
            .map(|algorithm| match algorithm {
                WrittenAlgorithm::Md5 => Algorithm::Md5,
                WrittenAlgorithm::Sha256 => Algorithm::Sha256,
            })
            .collect();
    }
    if let Some(tolerance) = &file.receiver.ts_tolerance {
        signing.ts_tolerance = tolerance.0;
    }
    if let Some(key) = file.meta.secret.iter().find_map(|secret| secret.get_ref().access_key.as_ref()) {
        return Err(secrets.source.error(key.span(), "only nxcloud secrets have an access key"));
    }
    signing.nxcloud = secrets.labelled(&file.nxcloud.secret)?;
    signing.meta = secrets.labelled(&file.meta.secret)?;
    let token = Whence {
        env: file.meta.verify_token_env.as_ref(),
        file: file.meta.verify_token_file.as_ref(),
        value: file.meta.verify_token.as_ref(),
    };
    signing.verify_token = secrets.resolve(&token, &["verify_token_env", "verify_token_file", "verify_token"])?;
    Ok(signing)
}

/// Label of a secret that came by one of watop's own environment variables.
const ENV_LABEL: &str = "env";

fn signing_from_env(signing: &mut Signing, env: Env<'_>) -> Result<(), ConfigError> {
    let nxcloud = secret_variable(env, "WATOP_NXCLOUD_SECRET")?;
    let access_key = secret_variable(env, "WATOP_NXCLOUD_ACCESS_KEY")?
        .map(|key| {
            String::from_utf8(key.bytes().to_vec())
                .map_err(|_| ConfigError("WATOP_NXCLOUD_ACCESS_KEY is not text in UTF-8".to_owned()))
        })
        .transpose()?;
    match (nxcloud, access_key) {
        (Some(value), access_key) => {
            add(&mut signing.nxcloud, value, access_key, "WATOP_NXCLOUD_SECRET", "nxcloud")?;
        }
        (None, Some(_)) => {
            let message = "WATOP_NXCLOUD_ACCESS_KEY is checked beside WATOP_NXCLOUD_SECRET, which is not set; \
                           set both, or write access_key in the configuration file";
            return Err(ConfigError(message.to_owned()));
        }
        (None, None) => {}
    }
    if let Some(value) = secret_variable(env, "WATOP_META_APP_SECRET")? {
        add(&mut signing.meta, value, None, "WATOP_META_APP_SECRET", "meta")?;
    }
    if let Some(token) = secret_variable(env, "WATOP_META_VERIFY_TOKEN")? {
        signing.verify_token = Some(token);
    }
    Ok(())
}

fn add(
    secrets: &mut Vec<Secret>,
    value: SecretText,
    access_key: Option<String>,
    variable: &str,
    scheme: &str,
) -> Result<(), ConfigError> {
    if secrets.iter().any(|secret| secret.label == ENV_LABEL) {
        let message = format!("{variable} is labelled {ENV_LABEL:?}, as is a [[{scheme}.secret]]; relabel that one");
        return Err(ConfigError(message));
    }
    secrets.push(Secret { label: ENV_LABEL.into(), value, access_key: access_key.map(Into::into) });
    Ok(())
}

fn secret_variable(env: Env<'_>, name: &str) -> Result<Option<SecretText>, ConfigError> {
    match env(name) {
        Some(value) if value.is_empty() => Err(ConfigError(format!("{name} is set but empty; unset it or fill it"))),
        value => Ok(value.map(|value| SecretText::new(value.into_encoded_bytes()))),
    }
}

fn lay_file(config: &mut Config, file: File) {
    let receiver = &mut config.receiver;
    set(&mut receiver.listen, file.receiver.listen.map(|listen| listen.0));
    set(&mut receiver.path, file.receiver.path.map(|path| path.0));
    set(&mut receiver.answer, file.receiver.answer);
    set(&mut receiver.body_limit, file.receiver.body_limit.map(|size| bounded(size.0)));
    set(&mut receiver.body_timeout, file.receiver.body_timeout.map(|time| time.0));
    set(&mut receiver.header_timeout, file.receiver.header_timeout.map(|time| time.0));
    set(&mut receiver.connections, file.receiver.connections.map(usize::from));
    let journal = &mut config.journal;
    set(&mut journal.retention, file.journal.retention.map(|time| time.0));
    set(&mut journal.min_free, file.journal.min_free.map(|size| size.0));
    set(&mut journal.queue, file.journal.queue.map(usize::from));
    set(&mut journal.queue_bytes, file.journal.queue_bytes.map(|size| bounded(size.0)));
    set(&mut journal.recent_keys, file.journal.recent_keys.map(usize::from));
    set(&mut config.monitor.horizon, file.monitor.horizon.map(|time| time.0));
    config.screen.theme = file.screen.theme.or(config.screen.theme.take());
    set(&mut config.screen.detect, file.screen.detect);
    config.screen.lang = file.screen.lang.or(config.screen.lang);
    set(&mut config.screen.ascii, file.screen.ascii);
    set(&mut config.screen.mask, file.screen.mask);
    set(&mut config.screen.mouse, file.screen.mouse);
    let keys = file.keys.into_iter().map(|(action, keys)| match keys {
        OneOrMany::One(key) => (action, vec![key]),
        OneOrMany::Many(keys) => (action, keys),
    });
    config.screen.keys = keys.collect();
}

fn lay_address(config: &mut Config, flags: &Flags, env: Env<'_>) -> Result<(), ConfigError> {
    let variable = |name: &str| env(name).map(|value| value.to_string_lossy().into_owned());
    let in_variable = |name: &'static str| move |message: String| ConfigError(format!("{name}: {message}"));
    if let Some(listen) = variable("WATOP_LISTEN").filter(|_| flags.listen.is_none()) {
        config.receiver.listen = units::parse_listen(&listen).map_err(in_variable("WATOP_LISTEN"))?;
    }
    if let Some(path) = variable("WATOP_PATH").filter(|_| flags.path.is_none()) {
        config.receiver.path = units::parse_path(&path).map_err(in_variable("WATOP_PATH"))?;
    }
    set(&mut config.receiver.listen, flags.listen);
    set(&mut config.receiver.path, flags.path.clone());
    Ok(())
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn bounded(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// Refuses to listen beyond loopback without a secret, unless that was asked for: anybody could post.
pub fn check_exposure(config: &Config, allow_unsigned: bool) -> Result<(), ConfigError> {
    let listen = config.receiver.listen;
    if listen.ip().is_loopback() || config.signing.any() || allow_unsigned {
        return Ok(());
    }
    Err(ConfigError(format!(
        "{listen} is open to the network and no signature secret is configured: anybody could post events. \
         Set WATOP_NXCLOUD_SECRET or WATOP_META_APP_SECRET, write a [[nxcloud.secret]] or [[meta.secret]] in the \
         configuration file, listen on 127.0.0.1, or accept the risk with --allow-unsigned"
    )))
}

/// When files were last changed, to notice that they have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamps(Vec<Option<(SystemTime, u64)>>);

impl Stamps {
    /// The state of `files` now.
    pub fn of(files: &[PathBuf]) -> Self {
        let stamp = |path: &PathBuf| {
            let file = std::fs::metadata(path).ok()?;
            Some((file.modified().ok()?, file.len()))
        };
        Self(files.iter().map(stamp).collect())
    }
}
