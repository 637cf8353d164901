//! Where the platform keeps a program's state and configuration.

use std::ffi::OsString;
use std::path::PathBuf;

/// The data directory when none is chosen: `$XDG_STATE_HOME/watop`, else `~/.local/state/watop`; on macOS
/// `~/Library/Application Support/watop`, on Windows `%LOCALAPPDATA%\watop`. `None` when no home directory is known.
pub fn state_dir(env: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    place(env, "XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")
}

/// The configuration file when none is chosen: `$XDG_CONFIG_HOME/watop/config.toml`, else `~/.config/watop/config.toml`; on
/// macOS in the data directory, on Windows `%APPDATA%\watop\config.toml`.
pub fn config_file(env: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    place(env, "XDG_CONFIG_HOME", ".config", "APPDATA").map(|dir| dir.join("config.toml"))
}

fn place(env: &dyn Fn(&str) -> Option<OsString>, xdg: &str, under_home: &str, windows: &str) -> Option<PathBuf> {
    let absolute = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        absolute(windows)
    } else if cfg!(target_os = "macos") {
        absolute(xdg).or_else(|| absolute("HOME").map(|home| home.join("Library/Application Support")))
    } else {
        absolute(xdg).or_else(|| absolute("HOME").map(|home| home.join(under_home)))
    };
    base.map(|base| base.join("watop"))
}

#[cfg(all(test, not(windows), not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn the_xdg_directories_come_first_and_only_when_absolute() {
        let env = |name: &str| match name {
            "HOME" => Some("/home/op".into()),
            "XDG_STATE_HOME" => Some("/var/state".into()),
            "XDG_CONFIG_HOME" => Some("relative".into()),
            _ => None,
        };
        assert_eq!(state_dir(&env), Some("/var/state/watop".into()));
        assert_eq!(config_file(&env), Some("/home/op/.config/watop/config.toml".into()));
        assert_eq!(state_dir(&|_| None), None);
    }
}
