//! Incident bundles: a capture and what was said of it, in a directory or one archive, with digests so that edits show.

use super::{CaptureError, Reader};
use crate::event::Millis;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

/// The capture in a bundle.
pub const CAPTURE: &str = "capture.ndjson.zst";
/// What lists the other files with their digests.
pub const MANIFEST: &str = "manifest.json";

/// The version of the form that is written, and the only one that is read.
const VERSION: u64 = 1;

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the form.
    pub watop_bundle: u64,
    /// When it was made.
    pub made_at: String,
    /// By what, such as `watop 0.1.0`.
    pub by: String,
    /// Whether phones, names, texts and ids are pseudonyms.
    pub masked: bool,
    /// Start of the window.
    pub from: String,
    /// End of the window.
    pub to: String,
    /// The files.
    pub files: Vec<Listed>,
}

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

impl Manifest {
    /// Of a bundle that this watop makes of the window `from` to `to`.
    pub fn new(masked: bool, (from, to): (Millis, Millis), made_at: Millis, files: Vec<Listed>) -> Self {
        Self {
            watop_bundle: VERSION,
            made_at: made_at.rfc3339(),
            by: concat!("watop ", env!("CARGO_PKG_VERSION")).to_owned(),
            masked,
            from: from.rfc3339(),
            to: to.rfc3339(),
            files,
        }
    }
}

impl Listed {
    /// Of a file with this content.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(name: &str, content: &mut dyn Read) -> io::Result<Self> {
        let mut digest = Digesting { sha: Sha256::new(), bytes: 0 };
        io::copy(content, &mut digest)?;
        Ok(Self { name: name.to_owned(), bytes: digest.bytes, sha256: hex::encode(digest.sha.finalize()) })
    }
}

struct Digesting {
    sha: Sha256,
    bytes: u64,
}

impl io::Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sha.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the directory is a bundle rather than a data directory.
pub fn is_bundle(dir: &Path) -> bool {
    dir.join(MANIFEST).is_file()
}

/// A bundle, or a capture file that stands alone.
pub struct Bundle {
    place: Place,
    manifest: Option<Manifest>,
    edited: Vec<String>,
    /// Of these, those that are not there.
    missing: Vec<String>,
}

enum Place {
    /// A capture file.
    Alone(PathBuf),
    /// The capture of an archive, unpacked into a file without a name.
    Unpacked(File),
}

impl Bundle {
    /// Opens a bundle in either form, or a capture file, and compares the files of a bundle with their digests.
    ///
    /// # Errors
    /// It cannot be read, or is neither.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        if path.is_dir() {
            return Self::directory(path);
        }
        if is_archive(path)? {
            return Self::archive(path);
        }
        Ok(Self { place: Place::Alone(path.to_owned()), manifest: None, edited: Vec::new(), missing: Vec::new() })
    }

    fn directory(dir: &Path) -> Result<Self, CaptureError> {
        let manifest = File::open(dir.join(MANIFEST)).map_err(|error| unusable(MANIFEST, &error))?;
        let manifest = read_manifest(manifest)?;
        let mut found = Vec::new();
        for Listed { name, .. } in &manifest.files {
            // A name with a path in it would lead out of the bundle.
            let inside = Path::new(name).components().count() == 1 && Path::new(name).file_name().is_some();
            if let Some(mut file) = inside.then(|| File::open(dir.join(name)).ok()).flatten() {
                found.push(Listed::of(name, &mut file).map_err(|error| unusable(name, &error))?);
            }
        }
        Ok(Self::listed(Place::Alone(dir.join(CAPTURE)), manifest, &found))
    }

    fn archive(path: &Path) -> Result<Self, CaptureError> {
        let failed = |error: io::Error| unusable("the archive", &error);
        let (mut manifest, mut capture, mut found) = (None, None, Vec::new());
        let mut archive = tar::Archive::new(plain(path).map_err(failed)?);
        for entry in archive.entries().map_err(failed)? {
            let mut entry = entry.map_err(failed)?;
            let name = entry.path().map_err(failed)?;
            let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == MANIFEST {
                manifest = Some(read_manifest(&mut entry)?);
            } else if name == CAPTURE {
                let mut file = tempfile::tempfile().map_err(failed)?;
                io::copy(&mut entry, &mut file).and_then(|_| file.rewind()).map_err(failed)?;
                found.push(Listed::of(&name, &mut file).map_err(failed)?);
                capture = Some(file);
            } else {
                found.push(Listed::of(&name, &mut entry).map_err(failed)?);
            }
        }
        let missing = |name: &str| CaptureError::Unusable(format!("the archive has no {name}: it is no bundle"));
        let manifest = manifest.ok_or_else(|| missing(MANIFEST))?;
        let place = Place::Unpacked(capture.ok_or_else(|| missing(CAPTURE))?);
        Ok(Self::listed(place, manifest, &found))
    }

    /// With the files that were `found` there.
    fn listed(place: Place, manifest: Manifest, found: &[Listed]) -> Self {
        let names = |lacks: &dyn Fn(&Listed) -> bool| {
            manifest.files.iter().filter(|listed| lacks(listed)).map(|listed| listed.name.clone()).collect()
        };
        let edited = names(&|listed| !found.contains(listed));
        let missing = names(&|listed| !found.iter().any(|found| found.name == listed.name));
        Self { place, manifest: Some(manifest), edited, missing }
    }

    /// The capture, from its beginning. One reader at a time.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn capture(&self) -> Result<Reader, CaptureError> {
        match &self.place {
            Place::Alone(path) => Reader::open(path),
            Place::Unpacked(file) => {
                let reopened = file.try_clone().and_then(|mut file| file.rewind().map(|()| file));
                Reader::new(reopened.map_err(|error| unusable(CAPTURE, &error))?)
            }
        }
    }

    /// What the bundle says of itself; `None` of a capture that stands alone.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// Files that are not what they were when the bundle was made, or are missing.
    pub fn edited(&self) -> &[String] {
        &self.edited
    }

    /// Of these, the files that are missing.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }
}

fn read_manifest(file: impl Read) -> Result<Manifest, CaptureError> {
    let manifest: Result<Manifest, _> = serde_json::from_reader(file.take(1 << 20));
    let manifest = manifest.map_err(|error| CaptureError::Unusable(format!("{MANIFEST} cannot be read: {error}")))?;
    match manifest.watop_bundle {
        VERSION => Ok(manifest),
        version => Err(CaptureError::Unusable(format!(
            "the bundle has version {version}, and this watop reads version {VERSION}; use a watop that fits it"
        ))),
    }
}

fn unusable(what: &str, error: &io::Error) -> CaptureError {
    CaptureError::Unusable(format!("{what} cannot be read: {error}"))
}

/// What stands at this place in the first block of every archive.
const MAGIC: (usize, &[u8]) = (257, b"ustar");

fn is_archive(path: &Path) -> Result<bool, CaptureError> {
    let mut begin = Vec::new();
    let read = plain(path).and_then(|file| file.take(512).read_to_end(&mut begin));
    match read {
        Ok(_) => Ok(begin.get(MAGIC.0..).is_some_and(|rest| rest.starts_with(MAGIC.1))),
        // Damage is told with its line by whoever reads the capture.
        Err(_) if path.is_file() => Ok(false),
        Err(error) => Err(unusable("it", &error)),
    }
}

/// The content of a file, compressed or not.
fn plain(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = BufReader::new(File::open(path)?);
    Ok(if io::BufRead::fill_buf(&mut file)?.starts_with(&super::reader::ZSTD) {
        Box::new(zstd::stream::read::Decoder::with_buffer(file)?)
    } else {
        Box::new(file)
    })
}
