//! A post over HTTP that is tried several times.

use crate::forward::Client;
use std::time::Duration;

/// Tries of one post.
const TRIES: u32 = 4;

/// Posts JSON, several times when it is not taken.
///
/// # Errors
/// What it answered last, in words for the user.
pub(super) async fn post(client: &Client, body: Vec<u8>) -> Result<(), String> {
    let body = bytes::Bytes::from(body);
    let mut tries = 0;
    loop {
        let headers = [("content-type", &b"application/json"[..])];
        let error = match client.post(headers, body.clone()).await {
            Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
            // What it does not understand it will not understand later.
            Ok(answer) if (400..500).contains(&answer.status) && answer.status != 429 => {
                return Err(format!("answered {}: {}", answer.status, first_line(&answer.first)));
            }
            Ok(answer) => format!("answered {}", answer.status),
            Err(error) => error.to_string(),
        };
        tries += 1;
        if tries == TRIES {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_secs(1 << (tries - 1))).await;
    }
}

fn first_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line: String = text.lines().next().unwrap_or_default().chars().take(200).collect();
    crate::event::clean::clean(&line).into_owned()
}
