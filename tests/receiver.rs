//! Every answer of the receiver over a real socket, and what is found in the journal afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "receiver/answers.rs"]
mod answers;
#[path = "receiver/connections.rs"]
mod connections;
#[path = "receiver/harness.rs"]
mod harness;
#[path = "receiver/refused.rs"]
mod refused;
#[path = "receiver/signatures.rs"]
mod signatures;
#[path = "receiver/unavailable.rs"]
mod unavailable;
