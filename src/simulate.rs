//! Realistic traffic from a seed: what the platforms would post for a few business numbers on an ordinary day.
//!
//! [`Traffic`] is pure: the same [`Settings`] give the same deliveries, byte for byte. `demo`, the load tests and the
//! benchmarks share it. [`drive`] sends it over real HTTP with real signatures; [`client`] is the small HTTP client it uses.
//!
//! The world: four business numbers, two speaking the NXCloud shape, one Meta's, one both (`world`); campaigns whose
//! messages live through sent, delivered, read or failed (`message`); customers who write every type of message
//! (`inbound`); template and account events, and an incident that begins within the first minute (`notice`).

mod chance;
pub mod client;
mod drive;
mod inbound;
mod message;
mod notice;
mod traffic;
mod wire;
mod world;

pub use drive::{Secrets, Summary, drive, signed_request};
pub use traffic::Traffic;

use crate::config::Algorithm;
use crate::event::Millis;
use bytes::Bytes;

/// What decides the traffic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Seed of everything random.
    pub seed: u64,
    /// Statuses per second, averaged over the simulated day. More than 0.
    pub rate: f64,
    /// The moment of offset 0: provider times lie around it.
    pub start: Millis,
}

impl Settings {
    /// Statuses per second where nobody asked for another rate: that of a busy mid-sized sender.
    pub const DEFAULT_RATE: f64 = 120.0;
}

/// One post, as a platform would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When it is sent, in milliseconds after [`Settings::start`]. Rises from one delivery to the next.
    pub at_ms: u64,
    /// The exact body.
    pub body: Bytes,
    /// Who sends it and how it is signed.
    pub shape: Shape,
    /// What is wrong with its signature; such a delivery repeats the body of another one.
    pub fault: Option<Fault>,
}

/// The shape of a body, which is also the way it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// NXCloud's flat shape, signed with the algorithm its application was set up with.
    Nxcloud(Algorithm),
    /// Meta's envelope, signed with the app secret.
    Meta,
}

/// A signature that a receiver must refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No signature header at all.
    Unsigned,
    /// Signed with a secret the receiver does not know.
    WrongSecret,
    /// Signed right, twelve minutes ago.
    Stale,
    /// Signed before something on the way re-indented the body.
    Reindented,
}

impl Fault {
    /// All of them, in the order in which they turn up.
    pub const ALL: [Self; 4] = [Self::Unsigned, Self::Reindented, Self::WrongSecret, Self::Stale];
}

#[cfg(test)]
mod tests;
