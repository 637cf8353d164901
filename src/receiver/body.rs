//! Request bodies: read under a deadline and a cap, nothing buffered past the cap.

use super::answer::{Reason, Refusal};
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};

/// Memory for all bodies that are being read or wait for their commit, in KiB, beyond the first [`FREE`] bytes of each: whoever
/// opens many connections can keep large bodies out, but neither the ordinary small ones nor the process itself.
const ROOM_KIB: usize = 128 << 10;
/// Bytes of each body that need no room: more than an ordinary post.
const FREE: usize = 16 << 10;
/// How long a peer may pause while the rest of a refused body is thrown away.
const LULL: Duration = Duration::from_secs(1);

/// Reads bodies.
pub(super) struct Bodies {
    limit: usize,
    timeout: Duration,
    room: Semaphore,
}

/// A whole body, with the room it takes until it is dropped.
pub(super) struct Received<'a> {
    pub(super) bytes: Bytes,
    _room: Option<SemaphorePermit<'a>>,
}

/// A body that was not read to its end.
pub(super) struct Unread {
    pub(super) refusal: Refusal,
    /// What had been read of it.
    pub(super) start: Bytes,
    /// Its length, as far as it is known.
    pub(super) length: u64,
}

impl Bodies {
    /// `limit` in bytes; `timeout` for a whole body.
    pub(super) fn new(limit: usize, timeout: Duration) -> Self {
        Self { limit, timeout, room: Semaphore::new(ROOM_KIB) }
    }

    /// Reads `body` to its end, or says why not. The rest of a refused body is read on and thrown away for a while, so that
    /// the peer gets to see the answer instead of a reset.
    pub(super) async fn read(&self, headers: &HeaderMap, mut body: Body) -> Result<Received<'_>, Unread> {
        let mut gathered = Gathered { room: None, first: Bytes::new(), joined: BytesMut::new() };
        let outcome = match declared_length(headers) {
            Some(length) if length > self.limit as u64 => Err(Stopped::TooLarge),
            _ => timeout(self.timeout, self.gather(&mut body, &mut gathered)).await.unwrap_or(Err(Stopped::Late)),
        };
        let Err(stopped) = outcome else {
            return Ok(Received { bytes: gathered.finish(), _room: gathered.room });
        };
        let start = gathered.finish();
        let length = declared_length(headers).unwrap_or(start.len() as u64);
        if matches!(stopped, Stopped::TooLarge | Stopped::NoRoom) && !headers.contains_key(EXPECT) {
            tokio::spawn(discard(body, self.timeout));
        }
        Err(Unread { refusal: self.refusal(&stopped, start.len()), start, length })
    }

    async fn gather<'a>(&'a self, body: &mut Body, gathered: &mut Gathered<'a>) -> Result<(), Stopped> {
        // Asking for the end first spares the wake-up that would only bring "no more frames".
        while !body.is_end_stream() {
            let Some(frame) = body.frame().await else { break };
            let Ok(data) = frame.map_err(|_| Stopped::BrokenOff)?.into_data() else { continue };
            if data.len() > self.limit - gathered.len() {
                return Err(Stopped::TooLarge);
            }
            gathered.push(data, &self.room)?;
        }
        Ok(())
    }

    fn refusal(&self, stopped: &Stopped, read: usize) -> Refusal {
        let (reason, message) = match stopped {
            Stopped::TooLarge => (Reason::TooLarge, format!("a body may have {} bytes", self.limit)),
            Stopped::Late => {
                let waited = self.timeout.as_secs_f64();
                (Reason::Timeout, format!("only {read} bytes of the body came within {waited} s"))
            }
            Stopped::BrokenOff => (Reason::Timeout, format!("the body broke off after {read} bytes")),
            Stopped::NoRoom => {
                (Reason::Unavailable, "too many large bodies are being read at once; send it again".to_owned())
            }
        };
        Refusal::new(reason, message).closing()
    }
}

/// Why a body was not read to its end.
enum Stopped {
    TooLarge,
    Late,
    BrokenOff,
    NoRoom,
}

/// The bytes so far. A body that comes in one piece is never copied.
struct Gathered<'a> {
    first: Bytes,
    joined: BytesMut,
    room: Option<SemaphorePermit<'a>>,
}

impl<'a> Gathered<'a> {
    fn len(&self) -> usize {
        self.first.len() + self.joined.len()
    }

    fn push(&mut self, data: Bytes, room: &'a Semaphore) -> Result<(), Stopped> {
        self.make_room(self.len() + data.len(), room)?;
        if self.len() == 0 {
            self.first = data;
        } else {
            self.joined.extend_from_slice(&std::mem::take(&mut self.first));
            self.joined.extend_from_slice(&data);
        }
        Ok(())
    }

    fn make_room(&mut self, length: usize, room: &'a Semaphore) -> Result<(), Stopped> {
        let held = self.room.as_ref().map_or(0, SemaphorePermit::num_permits);
        let more = length.saturating_sub(FREE).div_ceil(1024).saturating_sub(held);
        if more == 0 {
            return Ok(());
        }
        let more = u32::try_from(more).ok().and_then(|more| room.try_acquire_many(more).ok()).ok_or(Stopped::NoRoom)?;
        match &mut self.room {
            Some(held) => held.merge(more),
            None => self.room = Some(more),
        }
        Ok(())
    }

    fn finish(&mut self) -> Bytes {
        if self.joined.is_empty() { std::mem::take(&mut self.first) } else { self.joined.split().freeze() }
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads on for at most `patience`, keeping nothing. Ends early when the peer falls silent or the connection is closed.
async fn discard(mut body: Body, patience: Duration) {
    let deadline = Instant::now() + patience;
    while let Ok(Some(Ok(_))) = timeout_at(deadline.min(Instant::now() + LULL), body.frame()).await {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(room_kib: usize) -> Bodies {
        Bodies { limit: 1 << 20, timeout: Duration::from_secs(10), room: Semaphore::new(room_kib) }
    }

    async fn read(bodies: &Bodies, length: usize) -> Result<Received<'_>, Unread> {
        bodies.read(&HeaderMap::new(), Body::from(vec![b'x'; length])).await
    }

    #[tokio::test]
    async fn large_bodies_share_a_bounded_room_and_small_ones_need_none() {
        let bodies = bodies(100);
        let first = read(&bodies, FREE + 90 * 1024).await.ok().unwrap();
        let refused = read(&bodies, FREE + 11 * 1024).await.err().unwrap();
        assert_eq!(refused.refusal.reason, Reason::Unavailable);
        assert!(read(&bodies, FREE).await.is_ok());
        drop(first);
        assert!(read(&bodies, FREE + 11 * 1024).await.is_ok());
        assert_eq!(bodies.room.available_permits(), 100, "refused and finished bodies give their room back");
    }

    #[tokio::test]
    async fn pieces_are_joined_and_counted_together() {
        let pieces = |count: usize| {
            let piece = |_| Ok::<_, std::io::Error>(hyper::body::Frame::data(Bytes::from(vec![b'x'; 1000])));
            Body::new(http_body_util::StreamBody::new(futures_util::stream::iter((0..count).map(piece))))
        };
        let bodies = bodies(3000);
        let whole = bodies.read(&HeaderMap::new(), pieces(1048)).await.ok().unwrap();
        assert_eq!(whole.bytes, vec![b'x'; 1_048_000]);
        let over = bodies.read(&HeaderMap::new(), pieces(1049)).await.err().unwrap();
        assert_eq!((over.refusal.reason, over.start.len()), (Reason::TooLarge, 1_048_000));
    }
}
