//! Sends simulated traffic to a receiver, over real HTTP and with real signatures, as the platforms would.

use super::client::{Answer, Connection, request};
use super::{Delivery, Fault, Settings, Shape, Traffic};
use crate::config::{Algorithm, Secret, SecretText, Signing};
use crate::event::Millis;
use crate::receiver::signature::{sign_meta, sign_nxcloud};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Connections that are kept open to the receiver.
const CONNECTIONS: usize = 8;
/// Deliveries that may wait on one connection before the sender falls behind its schedule.
const WAITING: usize = 64;
/// How old a stale signature is: beyond the usual tolerance of five minutes.
const STALE_MS: i64 = 12 * 60_000;
/// The `action` of signed receipts, as the platform's signed callbacks have it (PROTOCOL §2.1).
const ACTION: &str = "dr";

/// Secrets that sign the traffic.
#[derive(Debug, Clone)]
pub struct Secrets {
    nxcloud: SecretText,
    access_key: String,
    meta: SecretText,
}

impl Secrets {
    /// New secrets from the system's random source.
    pub fn random() -> Result<Self, String> {
        let draw = || {
            let mut bytes = [0_u8; 16];
            let source = rustls::crypto::ring::default_provider().secure_random;
            source.fill(&mut bytes).map_err(|_| "the system gives no random bytes".to_owned())?;
            Ok::<_, String>(hex::encode(bytes))
        };
        let access_key = draw()?.chars().take(8).collect();
        Ok(Self { nxcloud: SecretText::new(draw()?), access_key, meta: SecretText::new(draw()?) })
    }

    /// Given secrets, for a receiver that was started elsewhere.
    pub fn new(nxcloud: &str, access_key: &str, meta: &str) -> Self {
        Self { nxcloud: SecretText::new(nxcloud), access_key: access_key.to_owned(), meta: SecretText::new(meta) }
    }

    /// What a receiver must verify against to take this traffic.
    pub fn signing(&self) -> Signing {
        let secret = |value: &SecretText, access_key: Option<&str>| Secret {
            label: "demo".into(),
            value: value.clone(),
            access_key: access_key.map(Into::into),
        };
        Signing {
            algorithms: vec![Algorithm::Md5, Algorithm::Sha256],
            ts_tolerance: Some(Duration::from_secs(5 * 60)),
            nxcloud: vec![secret(&self.nxcloud, Some(&self.access_key))],
            meta: vec![secret(&self.meta, None)],
            verify_token: None,
        }
    }
}

/// What became of the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Answered 200.
    pub stored: u64,
    /// Answered 401: the wrong signatures.
    pub refused: u64,
    /// Given up: another answer, or none before the stop.
    pub given_up: u64,
}

/// The bytes of `delivery` as they are sent at `now`, its fault included.
pub fn signed_request(address: SocketAddr, path: &str, secrets: &Secrets, delivery: &Delivery, now: Millis) -> Vec<u8> {
    let Delivery { body, shape, fault, .. } = delivery;
    if *fault == Some(Fault::Unsigned) {
        return request(address, path, &[], body);
    }
    let wrong = SecretText::new("not the secret that was agreed");
    let ts = if *fault == Some(Fault::Stale) { now.0 - STALE_MS } else { now.0 };
    let known = |secret| if *fault == Some(Fault::WrongSecret) { &wrong } else { secret };
    let headers = match shape {
        Shape::Nxcloud(algorithm) => {
            sign_nxcloud(body, known(&secrets.nxcloud).bytes(), &secrets.access_key, ACTION, ts, *algorithm)
        }
        Shape::Meta => vec![sign_meta(body, known(&secrets.meta).bytes())],
    };
    match fault {
        Some(Fault::Reindented) => request(address, path, &headers, &reindented(body)),
        _ => request(address, path, &headers, body),
    }
}

fn reindented(body: &[u8]) -> Vec<u8> {
    serde_json::from_slice::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_vec_pretty(&value))
        .unwrap_or_else(|_| body.to_vec())
}

/// Posts the traffic of `settings` to `address` in its own time until `stop` comes true. What is not answered 200 or 401 is
/// tried again every second, as the platforms do. Ends when everything that was begun has its answer.
pub async fn drive(
    address: SocketAddr,
    path: String,
    secrets: Secrets,
    settings: Settings,
    mut stop: watch::Receiver<bool>,
) -> Summary {
    let mut senders = Vec::with_capacity(CONNECTIONS);
    let mut tasks = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let (sender, queue) = mpsc::channel(WAITING);
        senders.push(sender);
        let target = Target { address, path: path.clone(), secrets: secrets.clone(), stop: stop.clone() };
        tasks.push(tokio::spawn(target.send_all(queue)));
    }
    let began = Instant::now();
    let wait_for_stop = async move {
        // A stop that can no longer come is a stop.
        let _ = stop.wait_for(|&stop| stop).await;
    };
    let hand_out = async {
        for (delivery, sender) in Traffic::new(settings).zip(senders.iter().cycle()) {
            tokio::time::sleep_until(began + Duration::from_millis(delivery.at_ms)).await;
            if sender.send(delivery).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = hand_out => {}
        () = wait_for_stop => {}
    }
    drop(senders);
    let mut summary = Summary::default();
    for task in tasks {
        if let Ok(part) = task.await {
            summary.stored += part.stored;
            summary.refused += part.refused;
            summary.given_up += part.given_up;
        }
    }
    summary
}

/// Where one connection's deliveries go.
struct Target {
    address: SocketAddr,
    path: String,
    secrets: Secrets,
    stop: watch::Receiver<bool>,
}

impl Target {
    async fn send_all(mut self, mut queue: mpsc::Receiver<Delivery>) -> Summary {
        let mut summary = Summary::default();
        let mut connection = None;
        while let Some(delivery) = queue.recv().await {
            match self.send(&mut connection, &delivery).await {
                Some(200) => summary.stored += 1,
                Some(401) => summary.refused += 1,
                _ => summary.given_up += 1,
            }
        }
        summary
    }

    /// The final answer to one delivery, if there is one before the stop.
    async fn send(&mut self, connection: &mut Option<Connection>, delivery: &Delivery) -> Option<u16> {
        loop {
            match self.attempt(connection, delivery).await {
                Ok(Answer { status: status @ (200 | 401), .. }) => return Some(status),
                Ok(_) => {}
                Err(_) => *connection = None,
            }
            let stopped = self.stop.wait_for(|&stop| stop);
            if tokio::time::timeout(Duration::from_secs(1), stopped).await.is_ok() {
                return None;
            }
        }
    }

    async fn attempt(&self, connection: &mut Option<Connection>, delivery: &Delivery) -> std::io::Result<Answer> {
        let now = Millis(jiff::Timestamp::now().as_millisecond());
        let request = signed_request(self.address, &self.path, &self.secrets, delivery, now);
        let connection = match connection {
            Some(open) => open,
            None => connection.insert(Connection::open(self.address).await?),
        };
        connection.post(&request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Bytes;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    const SETTINGS: Settings = Settings { seed: 5, rate: 250.0, start: Millis(1_773_297_000_000) };

    /// The bodies that a receiver took.
    type Seen = Arc<Mutex<BTreeSet<Bytes>>>;

    /// A receiver that refuses what is not signed and is unavailable the first time it is asked. It has enough once it has
    /// refused something.
    async fn receiver(seen: Seen, enough: watch::Sender<bool>) -> SocketAddr {
        let busy = Arc::new(Mutex::new(true));
        let take = async move |headers: HeaderMap, body: Bytes| {
            if !headers.contains_key("sign") && !headers.contains_key("x-hub-signature-256") {
                enough.send_replace(true);
                return StatusCode::UNAUTHORIZED;
            }
            if std::mem::take(&mut *busy.lock().unwrap()) {
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            seen.lock().unwrap().insert(body);
            StatusCode::OK
        };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
        address
    }

    #[tokio::test]
    async fn every_delivery_of_the_traffic_arrives_also_what_was_answered_503_at_first() {
        let seen = Seen::default();
        let (enough, stop) = watch::channel(false);
        let address = receiver(seen.clone(), enough).await;
        let summary = drive(address, "/hook".to_owned(), Secrets::random().unwrap(), SETTINGS, stop).await;
        let seen = seen.lock().unwrap();
        assert_eq!(summary.given_up, 0);
        assert_eq!(summary.refused, 1, "the unsigned one, which is not tried again");
        let handed_out = usize::try_from(summary.stored + summary.refused).unwrap();
        for delivery in Traffic::new(SETTINGS).take(handed_out).filter(|delivery| delivery.fault.is_none()) {
            assert!(seen.contains(&delivery.body), "lost: {delivery:?}");
        }
    }

    #[tokio::test]
    async fn a_receiver_that_is_gone_does_not_hold_up_the_stop() {
        let address = {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            listener.local_addr().unwrap()
        };
        let (end, stop) = watch::channel(false);
        let driving = tokio::spawn(drive(address, "/hook".to_owned(), Secrets::random().unwrap(), SETTINGS, stop));
        end.send_replace(true);
        let summary = tokio::time::timeout(Duration::from_secs(30), driving).await.unwrap().unwrap();
        assert_eq!((summary.stored, summary.refused), (0, 0));
    }

    #[test]
    fn secrets_are_drawn_anew_and_never_printed() {
        let [one, other] = [Secrets::random().unwrap(), Secrets::random().unwrap()];
        assert_ne!(one.nxcloud.bytes(), other.nxcloud.bytes());
        assert_ne!(one.nxcloud.bytes(), one.meta.bytes());
        let secret = str::from_utf8(one.meta.bytes()).unwrap();
        assert!(!format!("{one:?}").contains(secret));
    }
}
