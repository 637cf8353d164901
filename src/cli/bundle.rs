//! `watop bundle`: everything about an incident, to be given to a colleague.

use super::Common;
use super::export::counted;
use super::failure::Failure;
use super::output::{Data, Progress, Tone, diagnostic, note_absent};
use super::report::whole;
use super::target::{Target, check_place, encoder, exists, parent, unwritten};
use super::window::{Bounds, Moment, Window, now};
use crate::capture::bundle::{Bundle, CAPTURE, Listed, MANIFEST, Manifest};
use crate::capture::{self, Captured, Recipe, Selection};
use crate::config::Config;
use crate::event::Millis;
use crate::event::clean::clean;
use crate::event::mask::Masker;
use crate::journal::Reader;
use crate::journal::operator::Operator;
use crate::report::{Report, incident};
use clap::Args;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Gather everything about an incident, masked, into a directory or one file
///
/// A bundle holds a capture of the window, its report with what changed against the window before, the alerts as a timeline, the
/// beginnings of a summary, and a manifest with the SHA-256 of each file, so that edits show. `watop watch` opens it. Phone
/// numbers, names, texts and ids are replaced by pseudonyms that stay the same from bundle to bundle.
#[derive(Debug, Args)]
#[command(
    name = "bundle",
    after_help = "\
Examples:
  watop bundle --since 2h --output incident              a directory
  watop bundle --since 2h --output incident.tar.zst      one compressed file
  watop bundle --check incident.tar.zst                  what was edited since
  watop watch incident.tar.zst"
)]
pub(super) struct BundleArgs {
    #[command(flatten)]
    window: Window,
    /// Where to put it: a new directory, or a file that ends in .tar or .tar.zst
    #[arg(long, short, value_name = "DIR-or-FILE", required_unless_present = "check")]
    output: Option<PathBuf>,
    /// Leave phone numbers, names, texts and ids as they came
    #[arg(long)]
    unmasked: bool,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
    /// Compare the files of a bundle with its manifest instead; exit code 1 when one was edited
    #[arg(long, value_name = "BUNDLE", conflicts_with_all = ["output", "since", "until", "unmasked", "force"])]
    check: Option<PathBuf>,
}

/// The window when none is asked for.
const TWO_HOURS: Moment = Moment::Ago(2 * 3_600_000);

pub(super) fn run(common: &Common, args: &BundleArgs) -> Result<(), Failure> {
    if let Some(bundle) = &args.check {
        return check(common, bundle);
    }
    let Some(output) = &args.output else { return Err(Failure::usage("name the bundle with --output")) };
    let archive = is_archive(output);
    if let Some(other) = other_archive(output) {
        let message =
            format!("a bundle is a directory, or a file that ends in .tar or .tar.zst; .{other} is not written");
        return Err(Failure::usage(message));
    }
    if output.exists() && !(archive && args.force) {
        return Err(exists(output));
    }
    check_place(output)?;
    let now = now();
    let bounds = args.window.bounds(TWO_HOURS, now)?;
    let config = common.load()?.config;
    let reader = Reader::open(&config.data_dir)?;
    note_absent(&config.data_dir);
    let masker = if args.unmasked { None } else { Some(reader.masker()?) };
    let report = whole(&reader, &config, bounds, now)?;
    let report = match &masker {
        Some(masker) => report.masked(masker),
        None => report,
    };

    // Beside its place, so that giving it its name is one step; 0700.
    let failed = |error: io::Error| unwritten(output, &error);
    let mut place = tempfile::Builder::new();
    #[cfg(unix)]
    place.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let made = place.prefix(".watop-").tempdir_in(parent(output)).map_err(failed)?;
    let making = Making { dir: made.path(), reader: &reader, config: &config, masker: masker.as_ref(), now };
    let captured = making.make(bounds, &report)?;
    if archive {
        pack(made.path(), output, args.force, now)?;
    } else {
        // The directory goes under its new name: nothing is left to remove under the old one.
        fs::rename(made.keep(), output).map_err(failed)?;
    }
    let masked = if masker.is_some() { "masked" } else { "NOT masked" };
    diagnostic(&format!("{} with {}, {masked}", output.display(), counted(captured.requests, "request")));
    Ok(())
}

fn is_archive(output: &Path) -> bool {
    let name = output.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    name.ends_with(".tar") || name.ends_with(".tar.zst")
}

/// How the name of an archive ends that is not written: a directory of that name is not what was meant.
fn other_archive(output: &Path) -> Option<&'static str> {
    let ending = output.extension()?.to_str()?.to_ascii_lowercase();
    ["zip", "tgz", "gz", "bz2", "xz", "7z", "zst"].into_iter().find(|other| *other == ending && !is_archive(output))
}

/// A bundle being made in a directory.
struct Making<'a> {
    dir: &'a Path,
    reader: &'a Reader,
    config: &'a Config,
    masker: Option<&'a Masker>,
    now: Millis,
}

impl Making<'_> {
    fn make(&self, bounds: Bounds, report: &Report) -> Result<Captured, Failure> {
        let json = report.json().map_err(io::Error::from).map_err(|error| self.failed(&error))? + "\n";
        let mut files = Vec::new();
        for (name, content) in [
            ("summary.md", incident::summary(report, self.masker.is_some())),
            ("report.md", report.markdown()),
            ("report.txt", report.text()),
            ("report.json", json),
            ("alerts.txt", incident::timeline(report)),
        ] {
            self.write(name, content.as_bytes()).map_err(|error| self.failed(&error))?;
            files.push(name);
        }
        let captured = self.capture(bounds)?;
        files.push(CAPTURE);
        self.list(&files, report).map_err(|error| self.failed(&error))?;
        Ok(captured)
    }

    fn capture(&self, bounds: Bounds) -> Result<Captured, Failure> {
        let selection = Selection { from: bounds.from, to: bounds.to, requests: None, filter: None, now: self.now };
        let recipe = Recipe { selection: &selection, filter: "", masker: self.masker };
        let operator = Operator::open_read_only(&self.config.data_dir)?;
        let out = self.create(CAPTURE).and_then(|file| encoder(BufWriter::new(file)));
        let out = out.map_err(|error| self.failed(&error))?;
        let mut progress = Progress::new("gathering requests");
        let step = |done, total| progress.step(done, total);
        let captured = capture::capture(self.reader, Some(&operator), &recipe, out, step);
        let (out, captured) = captured.map_err(|error| match error {
            capture::SelectError::Journal(error) => error.into(),
            capture::SelectError::Taker(error) => self.failed(&error),
        })?;
        out.finish().and_then(|mut file| file.flush()).map_err(|error| self.failed(&error))?;
        Ok(captured)
    }

    /// Writes the manifest, last: it says what the others are.
    fn list(&self, files: &[&str], report: &Report) -> io::Result<()> {
        let listed = files.iter().map(|name| Listed::of(name, &mut File::open(self.dir.join(name))?));
        let span = report.scope.span;
        let listed = listed.collect::<io::Result<_>>()?;
        let manifest = Manifest::new(self.masker.is_some(), (span.from, span.to), self.now, listed);
        self.write(MANIFEST, (serde_json::to_string_pretty(&manifest)? + "\n").as_bytes())
    }

    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.create(name)?.write_all(content)
    }

    fn create(&self, name: &str) -> io::Result<File> {
        let mut options = File::options();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.write(true).create_new(true).open(self.dir.join(name))
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::failed(format!("cannot write the bundle in {}: {error}", parent(self.dir).display()))
    }
}

/// Puts the files of a directory into one archive, the manifest first.
fn pack(dir: &Path, output: &Path, force: bool, now: Millis) -> Result<(), Failure> {
    let failed = |error: io::Error| unwritten(output, &error);
    let target = Target::create(output, force)?;
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    let inside = name.split(".tar").next().filter(|stem| !stem.is_empty()).unwrap_or("bundle");
    let mut files: Vec<_> = fs::read_dir(dir)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.file_name())).collect())
        .map_err(failed)?;
    files.sort_by_key(|name| (name != MANIFEST, name.clone()));
    let mut archive = tar::Builder::new(target);
    for file in files {
        let mut add = || {
            let mut content = File::open(dir.join(&file))?;
            let mut header = tar::Header::new_gnu();
            header.set_size(content.metadata()?.len());
            header.set_mode(0o600);
            header.set_mtime(u64::try_from(now.0 / 1000).unwrap_or(0));
            archive.append_data(&mut header, Path::new(inside).join(&file), &mut content)
        };
        add().map_err(failed)?;
    }
    archive.into_inner().map_err(failed)?.finish()
}

fn check(common: &Common, path: &Path) -> Result<(), Failure> {
    let failed = |error: String| Failure::failed(format!("{}: {error}", path.display()));
    let bundle = Bundle::open(path).map_err(|error| failed(error.to_string()))?;
    let Some(manifest) = bundle.manifest() else {
        // Neither a bundle nor a capture is told by what is wrong with it.
        bundle.capture().map_err(|error| failed(error.to_string()))?;
        let message = "it is a capture and no bundle; a capture has a sum in each line and is checked when it is read";
        return Err(failed(message.to_owned()));
    };
    let mut out = Data::new(common.color);
    for Listed { name, .. } in &manifest.files {
        let (tone, word) = match (bundle.edited().contains(name), bundle.missing().contains(name)) {
            (_, true) => (Tone::Bad, "MISSING"),
            (true, false) => (Tone::Bad, "EDITED"),
            (false, false) => (Tone::Good, "unchanged"),
        };
        out.line(&format!("{:20}{}", clean(name), out.paint(tone, word)))?;
    }
    out.flush()?;
    if bundle.edited().is_empty() { Ok(()) } else { Err(Failure::told()) }
}
