//! Where a command writes a file: whole or not at all, private to its owner, and nothing overwritten unasked.

use super::failure::Failure;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Takes what is written. Until [`Target::finish`] nothing of it has its name.
pub(super) struct Target {
    sink: Sink,
    place: Option<Place>,
}

/// A file that is to have its name when it is whole.
struct Place {
    path: PathBuf,
    force: bool,
}

enum Sink {
    Stdout(BufWriter<Stdout>),
    /// A device or a pipe: it has its name already.
    Special(BufWriter<std::fs::File>),
    File(BufWriter<NamedTempFile>),
    Compressed(zstd::stream::write::Encoder<'static, BufWriter<NamedTempFile>>),
}

impl Target {
    const BUFFER: usize = 64 << 10;

    /// Begins to write to `path`; `-` is stdout. A name that ends in `.zst` is compressed. An existing file is replaced only when
    /// that is asked for with `force`.
    pub(super) fn create(path: &Path, force: bool) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self { sink: Sink::Stdout(BufWriter::with_capacity(Self::BUFFER, io::stdout())), place: None });
        }
        let failed = |error: io::Error| unwritten(path, &error);
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => {
                return Err(Failure::usage(format!("{} is a directory; name a file in it", path.display())));
            }
            Ok(metadata) if !metadata.is_file() => {
                let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
                let sink = Sink::Special(BufWriter::with_capacity(Self::BUFFER, file));
                return Ok(Self { sink, place: None });
            }
            Ok(_) if !force => return Err(exists(path)),
            _ => {}
        }
        check_place(path)?;
        // Beside it, so that giving it its name is one step; 0600.
        let file =
            tempfile::Builder::new().prefix(".watop-").suffix(".part").tempfile_in(parent(path)).map_err(failed)?;
        let file = BufWriter::with_capacity(Self::BUFFER, file);
        let compressed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zst"));
        let sink = if compressed { Sink::Compressed(encoder(file).map_err(failed)?) } else { Sink::File(file) };
        Ok(Self { sink, place: Some(Place { path: path.to_owned(), force }) })
    }

    /// Gives the file its name, everything in it and synced.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let file = match self.sink {
            Sink::Stdout(mut out) => return Ok(out.flush()?),
            Sink::Special(mut out) => return Ok(out.flush()?),
            Sink::File(file) => Ok(file),
            Sink::Compressed(encoder) => encoder.finish(),
        };
        let Some(Place { path, force }) = self.place else { return Ok(()) };
        let failed = |error: io::Error| unwritten(&path, &error);
        let file = file.map_err(failed)?.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        let named = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        match named {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&path)),
            Err(error) => Err(failed(error.error)),
        }
    }
}

/// With a checksum, so that an altered file is found out.
pub(super) fn encoder<W: Write>(out: W) -> io::Result<zstd::stream::write::Encoder<'static, W>> {
    let mut encoder = zstd::stream::write::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}

/// The directory of a file.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether the directory is there in which `path` is to stand.
pub(super) fn check_place(path: &Path) -> Result<(), Failure> {
    let directory = parent(path);
    match directory.is_dir() {
        true => Ok(()),
        false => {
            let (path, directory) = (path.display(), directory.display());
            Err(Failure::failed(format!("cannot write {path}: there is no directory {directory}; make it first")))
        }
    }
}

/// Says what could not be written; a stdout that nobody reads any more is a quiet end.
pub(super) fn unwritten(path: &Path, error: &io::Error) -> Failure {
    match path == Path::new("-") {
        true => io::Error::from(error.kind()).into(),
        false => Failure::failed(format!("cannot write {}: {error}", path.display())),
    }
}

pub(super) fn exists(path: &Path) -> Failure {
    Failure::usage(format!("{} exists; choose another name, or replace it with --force", path.display()))
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout(out) => out.write(bytes),
            Sink::Special(out) => out.write(bytes),
            Sink::File(out) => out.write(bytes),
            Sink::Compressed(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout(out) => out.flush(),
            Sink::Special(out) => out.flush(),
            Sink::File(out) => out.flush(),
            Sink::Compressed(out) => out.flush(),
        }
    }
}
