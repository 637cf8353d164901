//! One connection: what it is doing, and how long it may go on with that.
//!
//! hyper's own header deadline counts the rest between two requests as well, so that a sender which posts every minute would
//! lose its connection again and again, now and then in the middle of a post. Here rest and header have a patience each.

use crate::event::Text;
use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Service;

/// Largest request head, in bytes: 431 beyond. Also the size of the pieces in which a body is read.
const HEAD_LIMIT: usize = 64 << 10;
/// Time to take the last answer, for a connection that is to end.
const FAREWELL: Duration = Duration::from_millis(100);

/// How long a connection may stay in a phase. There is none for a running request: its handler has its own deadlines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// From the connection or the first byte of a header to the end of the header.
    pub(super) header: Duration,
    /// From an answer to the first byte of the next request.
    pub(super) rest: Duration,
}

/// Peer address of a request, without the port.
#[derive(Debug, Clone)]
pub(super) struct Peer(pub(super) Text);

/// What a connection is doing and since when. Written by its own task, read by the accept loop.
pub(super) struct Activity {
    opened: Instant,
    /// Milliseconds from `opened` to the begin of the phase, times four, plus the phase.
    state: AtomicU64,
    end: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Header = 0,
    Request = 1,
    Rest = 2,
}

impl Activity {
    /// A connection just opened: its first header is due.
    pub(super) fn new() -> Self {
        Self { opened: Instant::now(), state: AtomicU64::new(Phase::Header as u64), end: Notify::new() }
    }

    /// Asks the connection to end: at once when it waits for its peer, else after the answer it works on.
    pub(super) fn end(&self) {
        self.end.notify_one();
    }

    /// Since when it waits for its peer; `None` while a request is being worked on.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let (phase, since) = self.phase();
        (phase != Phase::Request).then_some(since)
    }

    fn phase(&self) -> (Phase, Instant) {
        let state = self.state.load(Relaxed);
        let phase = match state & 3 {
            0 => Phase::Header,
            1 => Phase::Request,
            _ => Phase::Rest,
        };
        (phase, self.opened + Duration::from_millis(state >> 2))
    }

    fn enter(&self, phase: Phase) {
        let ms = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX >> 2);
        self.state.store(ms << 2 | phase as u64, Relaxed);
    }

    fn bytes_came(&self) {
        if self.state.load(Relaxed) & 3 == Phase::Rest as u64 {
            self.enter(Phase::Header);
        }
    }

    fn due(&self, patience: &Patience) -> Option<Instant> {
        match self.phase() {
            (Phase::Header, since) => Some(since + patience.header),
            (Phase::Request, _) => None,
            (Phase::Rest, since) => Some(since + patience.rest),
        }
    }
}

/// Serves one connection to its end. Whatever the peer does, it ends: each phase has a patience.
pub(super) async fn serve(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    activity: Arc<Activity>,
    mut patience: Patience,
) {
    let service = service_fn(|mut request: hyper::Request<hyper::body::Incoming>| {
        activity.enter(Phase::Request);
        request.extensions_mut().insert(peer.clone());
        let answer = router.clone().call(request);
        let activity = Arc::clone(&activity);
        async move {
            let answer = answer.await;
            activity.enter(Phase::Rest);
            answer
        }
    });
    let io = TokioIo::new(Watched { stream, activity: Arc::clone(&activity) });
    let mut http = http1::Builder::new();
    // A peer may close its side once the request is sent: the request is still finished and answered.
    http.timer(TokioTimer::new()).header_read_timeout(None).half_close(true).max_buf_size(HEAD_LIMIT);
    let mut conversation = pin!(http.serve_connection(io, service));
    let mut timer = pin!(sleep_until(Instant::now() + patience.header));
    let mut ending = false;
    loop {
        tokio::select! {
            biased;
            () = within(conversation.as_mut(), timer.as_mut(), &activity, &patience) => return,
            () = activity.end.notified(), if !ending => {
                ending = true;
                patience = Patience { header: FAREWELL, rest: FAREWELL };
                conversation.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Ready when the conversation is over or has overstayed a phase. The timer is set again only when something is due earlier
/// than it would ring, or when it rang too early: a busy connection hardly ever touches it.
async fn within(
    mut conversation: Pin<&mut impl Future>,
    mut timer: Pin<&mut Sleep>,
    activity: &Activity,
    patience: &Patience,
) {
    poll_fn(|cx| {
        if conversation.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        loop {
            let Some(due) = activity.due(patience) else { return Poll::Pending };
            if due < timer.deadline() {
                timer.as_mut().reset(due);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if due <= Instant::now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
    })
    .await;
}

/// A stream that tells when a peer that rested begins to send again.
struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.bytes_came();
        }
        outcome
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
