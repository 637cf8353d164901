//! The data directory: made private, kept off network file systems, and held by one writer at a time.

use super::OpenError;
use crate::event::Millis;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Name of the log's file.
pub(super) const JOURNAL: &str = "journal.db";
/// Name of the search index's file. It is derived: whoever removes it loses time only.
pub(super) const INDEX: &str = "index.db";
/// Name of the second database.
pub(crate) const OPERATOR: &str = "operator.db";
/// Name of the file that the writer locks.
const LOCK: &str = "journal.lock";

/// Makes `dir` when it is not there, private to its owner. A directory that holds other people's things keeps its mode.
pub(super) fn prepare(dir: &Path) -> Result<(), OpenError> {
    let made = !dir.exists();
    make(dir).map_err(|error| unusable(dir, "cannot be created", &error))?;
    let ours = made
        || dir.join(JOURNAL).exists()
        || fs::read_dir(dir).map_err(|error| unusable(dir, "cannot be read", &error))?.next().is_none();
    if ours {
        only_owner(dir, 0o700).map_err(|error| unusable(dir, "cannot be made private (0700)", &error))?;
    }
    match file_system(dir) {
        Some(name) => Err(OpenError::Unusable(format!(
            "{} is on a network file system ({name}), where SQLite's locks and shared memory do not hold; choose a local disk with --data-dir",
            dir.display()
        ))),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn make(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

/// Makes a database file private before SQLite opens it, because SQLite gives its `-wal` and `-shm` the same mode. The name of
/// a new file is synced too: a commit in a file whose name is lost would be lost.
///
/// A file that is there is not opened: closing it again would end the locks that other connections of this process have on it.
pub(super) fn private_file(path: &Path) -> Result<(), OpenError> {
    let made = private(OpenOptions::new().write(true).create_new(true)).open(path);
    match made {
        Ok(_) => sync_directory(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => only_owner(path, 0o600),
        Err(error) => Err(error),
    }
    .map_err(|error| unusable(path, "cannot be opened for writing", &error))
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn only_owner(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn only_owner(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_directory(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn sync_directory(_file: &Path) -> io::Result<()> {
    Ok(())
}

/// The name of the network file system that `dir` is on, if it is on one.
pub(crate) fn file_system(dir: &Path) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    return rustix::fs::statfs(dir).ok().and_then(|stat| network(stat.f_type as u32));
    #[cfg(not(target_os = "linux"))]
    return None;
}

/// Linux's magic numbers of file systems that other machines share (`statfs(2)`).
#[cfg(target_os = "linux")]
fn network(magic: u32) -> Option<&'static str> {
    match magic {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x5346_414f | 0x6b41_4653 => Some("AFS"),
        0x00c3_6400 => Some("Ceph"),
        0x7375_7245 => Some("Coda"),
        0x564c => Some("NCP"),
        0x0102_1997 => Some("9P"),
        0x0bd0_0bd0 => Some("Lustre"),
        0x0116_1970 => Some("GFS2"),
        0x7461_636f => Some("OCFS2"),
        _ => None,
    }
}

/// Free bytes on the disk of `dir`, for its owner. `None` where the system does not say.
pub(crate) fn free(dir: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(dir).ok().map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
    #[cfg(not(unix))]
    return None;
}

/// The writer's lock: the operating system's own, so that it ends with the process however that dies.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Times to try, and how long to wait in between: [`holder`] has the lock for a moment.
    const TRIES: (u32, Duration) = (10, Duration::from_millis(10));

    /// Takes the lock of `dir` or says who holds it.
    pub(super) fn take(dir: &Path, now: Millis) -> Result<Self, OpenError> {
        let path = dir.join(LOCK);
        let failed = |error: &io::Error| unusable(&path, "cannot be locked", error);
        let mut file = private(OpenOptions::new().create(true).truncate(false).read(true).write(true))
            .open(&path)
            .map_err(|error| failed(&error))?;
        let mut tries = 1;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries < Self::TRIES.0 => std::thread::sleep(Self::TRIES.1),
                Err(TryLockError::WouldBlock) => {
                    let holder = Some(said_by_holder(&mut file)).filter(|holder| !holder.is_empty());
                    let holder = holder.unwrap_or_else(|| "another process".to_owned());
                    return Err(OpenError::Held { dir: dir.display().to_string(), holder });
                }
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
            tries += 1;
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "process {} since {}", std::process::id(), now.rfc3339()))
            .map_err(|error| failed(&error))?;
        Ok(Self { _file: file })
    }
}

/// Who writes a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Its process id, when it says so.
    pub pid: Option<u32>,
}

/// Who holds the lock of `dir` now; `None`: nobody writes there.
pub fn holder(dir: &Path) -> Option<Holder> {
    let mut file = File::open(dir.join(LOCK)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let said = said_by_holder(&mut file);
            let pid = said.strip_prefix("process ").and_then(|rest| rest.split(' ').next());
            Some(Holder { pid: pid.and_then(|pid| pid.parse().ok()) })
        }
        // Let go with the file.
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

/// What stands in the lock's file. It is only for messages; the lock itself has spoken.
fn said_by_holder(file: &mut File) -> String {
    let mut said = String::new();
    let _ = file.take(200).read_to_string(&mut said);
    said.trim().to_owned()
}

/// Renames a damaged database and what belongs to it, so that nothing is overwritten. Returns the new name.
pub(super) fn set_aside(dir: &Path, name: &str, now: Millis) -> Result<PathBuf, OpenError> {
    let stamp: String = now.rfc3339().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let mut aside = dir.join(format!("{name}.damaged-{stamp}"));
    for n in 2.. {
        if !aside.exists() {
            break;
        }
        aside = dir.join(format!("{name}.damaged-{stamp}-{n}"));
    }
    for suffix in ["", "-wal", "-shm"] {
        let from = dir.join(format!("{name}{suffix}"));
        if from.exists() {
            let mut to = aside.clone().into_os_string();
            to.push(suffix);
            fs::rename(&from, PathBuf::from(to))
                .map_err(|error| unusable(&from, "is damaged and cannot be renamed", &error))?;
        }
    }
    Ok(aside)
}

/// Databases in `dir` that were set aside: damaged ones and copies from before an upgrade.
pub(super) fn set_aside_files(dir: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let aside = |name: &str| {
        let of = |database: &&str| {
            name.strip_prefix(*database)
                .is_some_and(|rest| rest.starts_with(".damaged-") || rest.starts_with(".schema-"))
        };
        [JOURNAL, OPERATOR].iter().any(of)
    };
    let entries = fs::read_dir(dir).map_err(|error| unusable(dir, "cannot be read", &error))?;
    let names = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<PathBuf> =
        names.filter(|path| path.file_name().is_some_and(|name| aside(&name.to_string_lossy()))).collect();
    found.sort();
    Ok(found)
}

/// Removes a derived database and what belongs to it.
pub(super) fn remove(dir: &Path, name: &str) -> Result<(), OpenError> {
    for suffix in ["", "-wal", "-shm"] {
        let path = dir.join(format!("{name}{suffix}"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unusable(&path, "cannot be removed", &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Size on disk of the journal and its index, write-ahead logs included.
pub(super) fn size(dir: &Path) -> u64 {
    [JOURNAL, INDEX]
        .iter()
        .flat_map(|name| ["", "-wal"].map(|suffix| dir.join(format!("{name}{suffix}"))))
        .filter_map(|path| fs::metadata(path).ok())
        .map(|metadata| metadata.len())
        .sum()
}

/// Remembers which file a path named, to notice when it is gone: SQLite would go on writing into a file without a name.
#[derive(Debug)]
pub(super) struct Identity {
    path: PathBuf,
    #[cfg(unix)]
    file: (u64, u64),
}

impl Identity {
    /// Of the file that `path` names now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            #[cfg(unix)]
            file: identity(path)?,
        })
    }

    /// Whether `path` still names that file.
    pub(super) fn check(&self) -> Result<(), String> {
        #[cfg(unix)]
        let same = identity(&self.path).is_ok_and(|now| now == self.file);
        #[cfg(not(unix))]
        let same = self.path.exists();
        if same { Ok(()) } else { Err(format!("{} was removed or replaced while watop ran", self.path.display())) }
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

pub(super) fn unusable(path: &Path, what: &str, error: &io::Error) -> OpenError {
    OpenError::Unusable(format!("{} {what}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn network_file_systems_are_known_and_local_ones_pass() {
        assert_eq!(network(0x6969), Some("NFS"));
        assert_eq!(network(0xff53_4d42), Some("SMB"));
        for local in [0xef53, 0x9123_683e, 0x5846_5342, 0x0102_1994, 0x794c_7630] {
            assert_eq!(network(local), None, "{local:#x}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_with_other_things_in_it_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(dir.path().join("letter.txt"), "").unwrap();
        prepare(dir.path()).unwrap();
        assert_eq!(fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777, 0o755);
        fs::remove_file(dir.path().join("letter.txt")).unwrap();
        prepare(dir.path()).unwrap();
        assert_eq!(fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn who_holds_the_lock_is_known_and_looking_does_not_take_it() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(holder(dir.path()), None);
        let lock = Lock::take(dir.path(), Millis(0)).unwrap();
        assert_eq!(holder(dir.path()), Some(Holder { pid: Some(std::process::id()) }));
        drop(lock);
        assert_eq!(holder(dir.path()), None);
        drop(Lock::take(dir.path(), Millis(0)).unwrap());
    }

    #[test]
    fn setting_aside_twice_in_a_second_keeps_both() {
        let dir = tempfile::tempdir().unwrap();
        for content in ["one", "two"] {
            fs::write(dir.path().join(JOURNAL), content).unwrap();
            set_aside(dir.path(), JOURNAL, Millis(0)).unwrap();
        }
        let mut kept: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        kept.sort();
        assert_eq!(kept, ["one", "two"]);
    }
}
