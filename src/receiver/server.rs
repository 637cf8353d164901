//! The accept loop and the bound on connections.
//!
//! Connections that only wait for their peer hold nobody up: when all places are taken, the one that has waited longest makes
//! room for the next. Only connections with a request under way keep a place, and those have deadlines.

use super::connection::{self, Activity, Patience, Peer};
use axum::Router;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{sleep, timeout};

/// How long a peer may keep a connection between two requests: longer than the minute after which proxies usually let go, so
/// that it is not this side that closes while a post is on its way.
pub(super) const REST: Duration = Duration::from_secs(120);
/// Time for requests under way once the receiver is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(8);
/// How often to look again for somebody to make room while every place is taken by a request under way.
const RECHECK: Duration = Duration::from_millis(50);
/// Pause after a failed accept, which is mostly for want of file descriptors.
const BREATH: Duration = Duration::from_millis(50);

/// The open connections.
struct Places {
    router: Router,
    patience: Patience,
    limit: usize,
    tasks: JoinSet<()>,
    open: HashMap<Id, Arc<Activity>>,
}

/// Accepts connections until `stop` says true or its sender is gone, then lets the requests under way finish.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    limit: usize,
    mut stop: watch::Receiver<bool>,
) {
    let mut places = Places { router, patience, limit: limit.max(1), tasks: JoinSet::new(), open: HashMap::new() };
    tokio::select! {
        () = places.accept_all(&listener) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    drop(listener);
    places.close().await;
}

impl Places {
    /// Never returns. May be dropped at any await: a connection is either a task already or still the kernel's.
    async fn accept_all(&mut self, listener: &TcpListener) {
        loop {
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => self.forget(&ended),
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        self.make_room().await;
                        self.admit(stream, peer);
                    }
                    Err(_) => sleep(BREATH).await,
                },
            }
        }
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) {
        let _ = stream.set_nodelay(true); // a matter of speed only
        let activity = Arc::new(Activity::new());
        let peer = Peer(peer.ip().to_canonical().to_string().into()); // an IPv4 peer of an IPv6 socket is shown as IPv4
        let served = connection::serve(stream, peer, self.router.clone(), Arc::clone(&activity), self.patience);
        let id = self.tasks.spawn(served).id();
        self.open.insert(id, activity);
    }

    async fn make_room(&mut self) {
        while self.tasks.len() >= self.limit {
            let longest = self
                .open
                .values()
                .filter_map(|activity| Some((activity.waiting_since()?, activity)))
                .min_by_key(|(since, _)| *since);
            if let Some((_, activity)) = longest {
                activity.end();
            }
            if let Ok(Some(ended)) = timeout(RECHECK, self.tasks.join_next_with_id()).await {
                self.forget(&ended);
            }
        }
    }

    fn forget(&mut self, ended: &Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => *id,
            Err(failed) => failed.id(),
        };
        self.open.remove(&id);
    }

    async fn close(mut self) {
        for activity in self.open.values() {
            activity.end();
        }
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(LAST_ANSWERS, all_ended).await;
        self.tasks.shutdown().await; // whoever is left is cut off, and lets go of the journal
    }
}
