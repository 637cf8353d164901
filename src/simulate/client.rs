//! A small HTTP/1.1 client for posting ready-made requests over connections that are kept open.
//!
//! It knows just what a webhook sender needs, so that load tests measure the receiver and not the client: a request is bytes
//! built beforehand, an answer is its status, its request number and the length of a body that is read past.

use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that takes one request after the other.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What the receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Watop-Request`: the number under which the request is stored.
    pub request: Option<u64>,
}

/// The bytes of a post.
pub fn request(address: SocketAddr, path: &str, headers: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut request = head.into_bytes();
    request.extend_from_slice(body);
    request
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1024) })
    }

    /// Sends `request` and reads the answer to its end. After an error the connection is of no more use.
    pub async fn post(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed before the whole answer came"));
            }
            if let Some((answer, length)) = parse(&self.buffer)?
                && self.buffer.len() >= length
            {
                return Ok(answer);
            }
        }
    }
}

/// The answer and its whole length, once the head of it is there.
fn parse(bytes: &[u8]) -> io::Result<Option<(Answer, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let head = str::from_utf8(&bytes[..end]).map_err(|_| bad("the answer's head is not text"))?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok())
        .ok_or_else(|| bad("no HTTP status in the answer"))?;
    let (mut length, mut request) = (None, None);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().ok();
        } else if name.eq_ignore_ascii_case("watop-request") {
            request = value.trim().parse().ok();
        }
    }
    let length = length.ok_or_else(|| bad("the answer does not say how long it is"))?;
    Ok(Some((Answer { status, request }, end + 4 + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nWatop-Request: 17\r\nContent-Length: 7\r\n\r\nsuccess";

    #[test]
    fn an_answer_is_read_to_its_end_and_not_before() {
        let whole = (Answer { status: 200, request: Some(17) }, ANSWER.len());
        assert_eq!(parse(ANSWER).unwrap(), Some(whole));
        let head = ANSWER.len() - "success".len();
        assert_eq!(parse(&ANSWER[..head]).unwrap(), Some(whole));
        assert_eq!(parse(&ANSWER[..head - 1]).unwrap(), None);
    }

    #[test]
    fn an_answer_of_unknown_length_is_an_error() {
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(parse(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").is_err());
    }
}
