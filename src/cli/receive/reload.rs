//! The configuration, read again when it changes.

use super::super::{Common, ENV, ReceiveArgs};
use super::{Failure, Running, labels};
use crate::config::layers::{Flags, Stamps, check_exposure, load};
use crate::config::{Config, ConfigError, Lang};
use std::path::PathBuf;
use std::time::Duration;

/// How often files are looked at for changes.
const POLL: Duration = Duration::from_secs(2);
/// How long a changed file must have stood still: whoever saves it may empty it first, and an empty file is a configuration, too.
const SETTLED: Duration = Duration::from_millis(500);

/// Reads the configuration again when it changes.
pub(in crate::cli) struct Reload {
    flags: Flags,
    allow_unsigned: bool,
    /// What was read first: what of it cannot change while running stays.
    first: Config,
    /// Whether what is in force has a secret.
    verifies: bool,
    files: Vec<PathBuf>,
    stamps: Stamps,
}

/// What came of reading again.
pub(in crate::cli) struct Taken {
    secrets: String,
    rules: usize,
    targets: usize,
    /// Sections that differ and wait for a start.
    waiting: Vec<&'static str>,
}

impl Reload {
    /// Loads the configuration for the first time.
    pub(in crate::cli) fn first(common: &Common, receive: &ReceiveArgs) -> Result<(Config, Self), Failure> {
        let flags = common.flags_with(receive);
        let loaded = load(&flags, ENV)?;
        let (files, config) = (loaded.files(), loaded.config);
        check_exposure(&config, receive.allow_unsigned)?;
        let (stamps, verifies) = (Stamps::of(&files), config.signing.any());
        let first = config.clone();
        Ok((config, Self { flags, allow_unsigned: receive.allow_unsigned, first, verifies, files, stamps }))
    }

    /// Until a file has changed since it was last read, or last found wrong, and is not being written any more.
    pub(in crate::cli) async fn due(&self) {
        let mut seen = Stamps::of(&self.files);
        loop {
            tokio::time::sleep(if seen == self.stamps { POLL } else { SETTLED }).await;
            let now = Stamps::of(&self.files);
            if is_written(&self.stamps, &seen, &now) {
                return;
            }
            seen = now;
        }
    }

    /// Reads everything again and puts in force what can be.
    ///
    /// # Errors
    /// In words for the user. What was read before stays in force.
    pub(in crate::cli) async fn again(&mut self, running: &mut Running) -> Result<Taken, String> {
        let fresh = self.read().map_err(|error| format!("{error} (what was read before stays in force)"))?;
        let taken = Taken {
            secrets: labels(&fresh.signing),
            rules: fresh.rules.0.len(),
            targets: fresh.forward.len(),
            waiting: waiting(&self.first, &fresh),
        };
        running.take(fresh).await?;
        Ok(taken)
    }

    fn read(&mut self) -> Result<Config, ConfigError> {
        // Taken before reading, so that a change in between is seen next time.
        self.stamps = Stamps::of(&self.files);
        let loaded = load(&self.flags, ENV)?;
        let (files, config) = (loaded.files(), loaded.config);
        if files != self.files {
            self.stamps = Stamps::of(&files);
            self.files = files;
        }
        // A file that is gone for a moment while an editor replaces it must not open the door to unsigned posts.
        if self.verifies && !config.signing.any() {
            let message = "no signature secret is left; to take posts unverified, start watop again";
            return Err(ConfigError(message.to_owned()));
        }
        // The address that was bound stays, so new secrets are judged by it.
        let mut bound = config.clone();
        bound.receiver.listen = self.first.receiver.listen;
        check_exposure(&bound, self.allow_unsigned)?;
        self.verifies = config.signing.any();
        Ok(config)
    }
}

/// Whether files are other ones than when they were `read`, and the same `now` as when they were last `seen`.
fn is_written(read: &Stamps, seen: &Stamps, now: &Stamps) -> bool {
    now != read && now == seen
}

/// What of the configuration is read at the start alone, and differs now.
fn waiting(first: &Config, now: &Config) -> Vec<&'static str> {
    let differs = [
        ("data_dir", first.data_dir != now.data_dir),
        ("[receiver]", first.receiver != now.receiver),
        ("[journal]", first.journal != now.journal),
        ("[monitor]", first.monitor != now.monitor),
        ("[screen] and [keys]", first.screen != now.screen),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(section, _)| section).collect()
}

impl Taken {
    /// One line about it.
    pub(in crate::cli) fn said(&self, lang: Lang) -> String {
        let Self { secrets, rules, targets, waiting } = self;
        let said = match lang {
            Lang::En => {
                format!("configuration read again; secrets: {secrets}; rules: {rules}; forward targets: {targets}")
            }
            Lang::Zh => format!("已重新读取配置;密钥:{secrets};规则:{rules};转发目标:{targets}"),
        };
        if waiting.is_empty() {
            return said;
        }
        let waits = lang.pick("; not before watop is started again: ", ";重启 watop 后生效:");
        format!("{said}{waits}{}", waiting.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_emptied_before_it_is_written_is_not_read_in_between() {
        let dir = tempfile::tempdir().unwrap();
        let files = [dir.path().join("watop.toml")];
        let written = |text: &str| {
            std::fs::write(&files[0], text).unwrap();
            Stamps::of(&files)
        };
        let read = written("[rules]");
        let (emptied, whole) = (written(""), written("[[forward]]"));
        assert!(!is_written(&read, &read, &emptied), "it may go on to change");
        assert!(!is_written(&read, &emptied, &whole));
        assert!(is_written(&read, &whole, &whole));
        assert!(!is_written(&read, &read, &read));
    }
}
