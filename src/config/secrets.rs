//! Where secrets come from: an environment variable, a file, or the configuration file when nobody else can read it.

use super::file::{Hidden, Secret as Entry, Source};
use super::{ConfigError, Secret, SecretText};
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Resolves secrets named in one configuration file and remembers the files they stand in.
pub(super) struct Secrets<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) env: &'a dyn Fn(&str) -> Option<OsString>,
    /// Files that were read, to be watched for changes.
    pub(super) files: Vec<PathBuf>,
}

/// The three ways to name a secret.
pub(super) struct Whence<'e> {
    pub(super) env: Option<&'e Spanned<String>>,
    pub(super) file: Option<&'e Spanned<PathBuf>>,
    pub(super) value: Option<&'e Spanned<Hidden>>,
}

impl Secrets<'_> {
    /// Resolves the labelled secrets of one scheme. Labels are told apart on screen, so no two are alike.
    pub(super) fn labelled(&mut self, entries: &[Spanned<Entry>]) -> Result<Vec<Secret>, ConfigError> {
        let mut secrets: Vec<Secret> = Vec::new();
        for spanned in entries {
            let Entry { label, env, file, value, access_key } = spanned.get_ref();
            let name = label.get_ref().trim();
            if name.is_empty() || name.chars().any(char::is_control) {
                return Err(self.source.error(label.span(), "write a label that can be shown, such as \"2026\""));
            }
            if secrets.iter().any(|other| other.label == name) {
                return Err(self.source.error(label.span(), &format!("the label {name:?} is taken, choose another")));
            }
            let whence = Whence { env: env.as_ref(), file: file.as_ref(), value: value.as_ref() };
            let Some(value) = self.resolve(&whence, &["env", "file", "value"])? else {
                return Err(self.source.error(spanned.span(), "say where the secret is: env, file or value"));
            };
            let access_key = match access_key {
                Some(key) if key.get_ref().is_empty() => {
                    return Err(self.source.error(key.span(), "leave access_key out when it should not be checked"));
                }
                key => key.as_ref().map(|key| key.get_ref().as_str().into()),
            };
            secrets.push(Secret { label: name.into(), value, access_key });
        }
        Ok(secrets)
    }

    /// Resolves one secret; `None` when none of the three ways is used. `names` are their keys, for the message.
    pub(super) fn resolve(&mut self, whence: &Whence<'_>, names: &[&str]) -> Result<Option<SecretText>, ConfigError> {
        match (whence.env, whence.file, whence.value) {
            (None, None, None) => Ok(None),
            (Some(env), None, None) => self.in_variable(env).map(Some),
            (None, Some(file), None) => self.in_file(file).map(Some),
            (None, None, Some(value)) => self.in_value(value).map(Some),
            (env, file, value) => {
                let spans = [env.map(Spanned::span), file.map(Spanned::span), value.map(Spanned::span)];
                let last = spans.into_iter().flatten().max_by_key(|span| span.start).unwrap_or_default();
                Err(self.source.error(last, &format!("write only one of {}", names.join(", "))))
            }
        }
    }

    fn in_variable(&self, name: &Spanned<String>) -> Result<SecretText, ConfigError> {
        // The variable's name is not repeated: somebody may have written the secret itself here.
        let value = (self.env)(name.get_ref()).ok_or_else(|| {
            let message = "the environment variable named here is not set; write its name, not the secret";
            self.source.error(name.span(), message)
        })?;
        self.not_empty(value.into_encoded_bytes(), name.span(), "the environment variable named here is empty")
    }

    fn in_file(&mut self, path: &Spanned<PathBuf>) -> Result<SecretText, ConfigError> {
        let full = self.source.path.parent().unwrap_or(Path::new("")).join(path.get_ref());
        let read = std::fs::read(&full);
        let text = read.map_err(|error| {
            let message = format!("cannot read {}: {error}; a relative path starts at this file", full.display());
            self.source.error(path.span(), &message)
        })?;
        self.files.push(full);
        self.not_empty(without_line_end(text), path.span(), "the file named here is empty")
    }

    fn in_value(&self, value: &Spanned<Hidden>) -> Result<SecretText, ConfigError> {
        if !is_private(self.source.path) {
            let path = self.source.path.display();
            let message = format!("others can read this file; chmod 600 {path}, or use env or file for the secret");
            return Err(self.source.error(value.span(), &message));
        }
        self.not_empty(value.get_ref().0.clone().into_bytes(), value.span(), "the secret is empty")
    }

    fn not_empty(&self, value: Vec<u8>, span: Range<usize>, message: &str) -> Result<SecretText, ConfigError> {
        match value.is_empty() {
            true => Err(self.source.error(span, message)),
            false => Ok(SecretText::new(value)),
        }
    }
}

/// A secret's file without the line end that editors add.
fn without_line_end(mut text: Vec<u8>) -> Vec<u8> {
    if text.ends_with(b"\n") {
        text.pop();
        if text.ends_with(b"\r") {
            text.pop();
        }
    }
    text
}

/// Whether nobody but the owner may read the file. Where permissions work differently, that is left to the user.
pub(crate) fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        true
    }
}
