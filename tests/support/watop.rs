//! The real binary, run as a user would run it.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use watop::simulate::Secrets;

const NXCLOUD_SECRET: &str = "abciiiko2k3";
const ACCESS_KEY: &str = "fme2na3kdi3ki";
const META_SECRET: &str = "the app's secret";

/// How long anything may take before a test gives up. Far more than it takes, so that a busy machine fails no test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The path that takes posts.
pub(crate) const PATH: &str = "/webhook";

/// The secrets that [`Serving`] verifies against.
pub(crate) fn secrets() -> Secrets {
    Secrets::new(NXCLOUD_SECRET, ACCESS_KEY, META_SECRET)
}

/// `watop` with a data directory of its own and no configuration from outside.
pub(crate) fn watop(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watop"));
    command.env_clear().env("HOME", data_dir).env("WATOP_NXCLOUD_SECRET", NXCLOUD_SECRET);
    command.env("WATOP_NXCLOUD_ACCESS_KEY", ACCESS_KEY).env("WATOP_META_APP_SECRET", META_SECRET);
    command
}

/// Runs a command on a data directory and returns what it printed; it must succeed.
pub(crate) fn run(data_dir: &Path, arguments: &[&str]) -> String {
    let output: Output =
        watop(data_dir).args(arguments).arg("--data-dir").arg(data_dir).output().expect("the binary starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "watop {arguments:?}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Everything that a data directory holds, as `report` counts it.
pub(crate) fn report(data_dir: &Path) -> Value {
    serde_json::from_str(&run(data_dir, &["report", "--format", "json", "--since", "all"])).expect("JSON")
}

/// A running `watop serve` on a free port.
pub(crate) struct Serving {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Serving {
    /// Starts it and waits until it listens.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(data_dir: &Path, more: &[&str]) -> Self {
        let mut child = watop(data_dir)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let (found, address) = mpsc::channel();
        // Reads on to the end, so that the process can always write.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = found.send(line);
            }
        });
        let mut said = Vec::new();
        loop {
            match address.recv_timeout(PATIENCE) {
                Ok(line) => {
                    let url = line.strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix(PATH));
                    if let Some(address) = url.and_then(|address| address.parse().ok()) {
                        return Self { child, address };
                    }
                    said.push(line);
                }
                Err(_) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    panic!("watop serve does not listen; it said {said:?}");
                }
            }
        }
    }

    /// Asks it to end and waits until it has ended well.
    pub(crate) fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "watop serve ended with {status}");
    }
}

/// Ends it at once, as `kill -9` does.
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
