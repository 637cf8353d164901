//! `watop send`: sign JSON files and post them, to try an endpoint.

use super::Common;
use super::failure::Failure;
use super::output::{Data, Tone, diagnostic};
use crate::config::{Algorithm, Signing};
use crate::event::Scheme;
use crate::event::clean::clean;
use crate::forward::{Address, Client, PostError, Signer};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Sign JSON files and post them, to try an endpoint: this receiver or your own
///
/// The bytes of each file are posted unchanged, signed with a configured secret. Exit code 1 when an answer is not 2xx.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  WATOP_NXCLOUD_SECRET=… watop send event.json --to http://127.0.0.1:8787/webhook
  watop send *.json --to http://127.0.0.1:3000/hook --as meta
  echo '{\"statuses\":[]}' | watop send - --to http://127.0.0.1:8787/webhook --algorithm sha256")]
pub(super) struct Send {
    /// Files to post, in order; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to post
    #[arg(long, value_name = "URL")]
    to: Address,
    /// Sign as this platform [default: the first with a configured secret, nxcloud before meta; else none]
    #[arg(long = "as", value_enum, value_name = "PLATFORM")]
    platform: Option<Platform>,
    /// Label of the secret to sign with [default: the first of the platform]
    #[arg(long, value_name = "LABEL")]
    secret: Option<String>,
    /// Digest of the nxcloud signature [default: the first accepted one]
    #[arg(long, value_enum)]
    algorithm: Option<Digest>,
    /// The action header of the nxcloud signature
    #[arg(long, default_value = "dr")]
    action: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Platform {
    Nxcloud,
    Meta,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Digest {
    Md5,
    Sha256,
}

/// How long one post may take.
const TIMEOUT: Duration = Duration::from_secs(30);
const JSON: &str = "application/json";
const USER_AGENT: &str = concat!("watop/", env!("CARGO_PKG_VERSION"));
/// How much of an answer is shown, in characters.
const SHOWN: usize = 500;

pub(super) fn run(common: &Common, args: &Send) -> Result<(), Failure> {
    args.to.check_argument().map_err(Failure::usage)?;
    let signing = common.load()?.config.signing;
    let signer = signer(&signing, args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let client = Client::new(&args.to, TIMEOUT).map_err(Failure::failed)?;
    let mut out = Data::new(common.color);
    let mut all_taken = true;
    for file in &args.files {
        let body = read(file)?;
        let name = clean(&file.to_string_lossy()).into_owned();
        let headers = signer.as_ref().map(|signer| signer.headers(&body, Some(&args.action))).unwrap_or_default();
        match runtime.block_on(post(&client, headers, body)) {
            Ok((status, answer)) => {
                let taken = (200..300).contains(&status);
                all_taken &= taken;
                let status = out.paint(if taken { Tone::Good } else { Tone::Bad }, &status.to_string());
                out.line(format!("{status}  {name}  {answer}").trim_end())?;
            }
            Err(error) => {
                all_taken = false;
                diagnostic(&format!("{name}: {error}"));
            }
        }
        out.flush()?;
    }
    if all_taken { Ok(()) } else { Err(Failure::told()) }
}

fn read(file: &Path) -> Result<Bytes, Failure> {
    let read = if file == Path::new("-") {
        let mut body = Vec::new();
        std::io::stdin().lock().read_to_end(&mut body).map(|_| body)
    } else {
        std::fs::read(file)
    };
    read.map(Bytes::from).map_err(|error| Failure::failed(format!("cannot read {}: {error}", file.display())))
}

/// Posts one body; gives the status and the beginning of the answer, fit for a terminal.
async fn post(client: &Client, headers: Vec<(&'static str, String)>, body: Bytes) -> Result<(u16, String), PostError> {
    let own = [("content-type", JSON), ("user-agent", USER_AGENT)].map(|(name, value)| (name, value.as_bytes()));
    let signed = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    let answer = client.post(own.into_iter().chain(signed), body).await?;
    let text = String::from_utf8_lossy(&answer.first);
    let shown: String = text.trim_end().chars().take(SHOWN).collect();
    Ok((answer.status, clean(&shown).into_owned()))
}

/// What signs; `None` when nothing does.
fn signer(signing: &Signing, args: &Send) -> Result<Option<Signer>, Failure> {
    let platform = args.platform.unwrap_or(match (signing.nxcloud.is_empty(), signing.meta.is_empty()) {
        (false, _) => Platform::Nxcloud,
        (true, false) => Platform::Meta,
        (true, true) => Platform::None,
    });
    let scheme = match platform {
        Platform::Nxcloud => Scheme::Nxcloud,
        Platform::Meta => Scheme::Meta,
        Platform::None => {
            diagnostic("no signature secret is configured, so this is sent unsigned");
            return Ok(None);
        }
    };
    let signer = Signer::of_scheme(signing, scheme, args.secret.as_deref(), args.algorithm.map(Algorithm::from));
    signer.map(Some).map_err(Failure::usage)
}

impl From<Digest> for Algorithm {
    fn from(digest: Digest) -> Self {
        match digest {
            Digest::Md5 => Self::Md5,
            Digest::Sha256 => Self::Sha256,
        }
    }
}
