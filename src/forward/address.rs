//! Where requests are sent: a URL that never shows its password.

use reqwest::Url;
use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// An `http` or `https` URL with a host. What is shown of it leaves out user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
    shown: String,
}

impl Address {
    /// The URL without user and password: fit to be printed, and the target's name in lists.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it holds a password, which then must come from where others cannot read it.
    pub fn has_password(&self) -> bool {
        self.url.password().is_some()
    }

    /// Refuses a password in an argument of the command line, where everybody on the machine can see it.
    pub fn check_argument(&self) -> Result<(), String> {
        match self.has_password() {
            true => Err(format!(
                "arguments can be seen by everybody on this machine: write the password of {self} into the url of a \
                 [[forward]] in the configuration file"
            )),
            false => Ok(()),
        }
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether it names this machine's loopback.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// Whether a post to it arrives at a receiver that listens on `listen`. Looks the host's name up.
    pub fn leads_to(&self, listen: SocketAddr) -> bool {
        let port = self.url.port_or_known_default().unwrap_or_default();
        if port != listen.port() {
            return false;
        }
        let arrives = |ip: IpAddr| ip == listen.ip() || (listen.ip().is_unspecified() && ip.is_loopback());
        match (self.host(), port).to_socket_addrs() {
            Ok(mut found) => found.any(|address| arrives(address.ip().to_canonical())),
            Err(_) => false,
        }
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }
}

impl FromStr for Address {
    type Err = String;

    /// Reads a URL. The error does not repeat the text, which may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "write a URL such as http://127.0.0.1:3000/hook or https://example.org/hook";
        let url = Url::parse(text).map_err(|error| format!("{EXPECTED} ({error})"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(EXPECTED.to_owned());
        }
        let mut shown = url.clone();
        // They fail only on URLs that cannot have a user, and these have none to show.
        let _ = shown.set_password(None);
        let _ = shown.set_username("");
        Ok(Self { url, shown: shown.into() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_kept_but_never_shown() {
        let address: Address = "https://ana:s3cret@example.org/hook?a=1".parse().unwrap();
        assert_eq!(address.shown(), "https://example.org/hook?a=1");
        assert_eq!(address.url().password(), Some("s3cret"));
        assert!(!format!("{address} {address:?}").contains("s3cret"));
        assert!(!address.check_argument().unwrap_err().contains("s3cret"));
        assert!(!"https://ana:s3cret@:x/".parse::<Address>().unwrap_err().contains("s3cret"));
    }

    #[test]
    fn only_http_urls_with_a_host_are_taken() {
        for text in ["", "/hook", "127.0.0.1:3000", "ftp://example.org/", "file:///etc/passwd", "http://"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_url_that_leads_back_is_known_by_address_and_port() {
        let leads = |url: &str, listen: &str| url.parse::<Address>().unwrap().leads_to(listen.parse().unwrap());
        assert!(leads("http://127.0.0.1:8787/other", "127.0.0.1:8787"));
        assert!(leads("http://127.0.0.1:8787/", "0.0.0.0:8787"));
        assert!(leads("http://[::1]:8787/", "[::]:8787"));
        assert!(!leads("http://127.0.0.1:8788/", "127.0.0.1:8787"));
        assert!(!leads("http://127.0.0.2:8787/", "127.0.0.1:8787"));
    }
}
