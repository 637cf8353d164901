//! watop: "top" for WhatsApp Business traffic.
//!
//! The modules show the way of an event, and dependencies point one way, from the bottom of this list to its top:
//!
//! * [`event`]: wire formats (NXCloud, Meta) to one normalised [`event::Event`]; code catalogue, masking, text cleaning
//! * [`query`], [`monitor`], [`journal`]: filter language; pure counting of events; the durable log
//! * [`capture`]: stored requests as a file, and back
//! * [`receiver`], [`source`]: HTTP in; where a view's events come from
//! * [`forward`], [`notify`]: delivery to handlers, replay; telling somebody of an alert
//! * [`simulate`], [`report`]: seeded traffic; headless output
//! * [`tui`], [`cli`]: the screen; one file per subcommand
//!
//! [`config`] holds the settings that all of them are started with.

pub mod capture;
pub mod cli;
pub mod config;
pub mod event;
pub mod forward;
pub mod journal;
pub mod monitor;
pub mod notify;
pub mod query;
pub mod receiver;
pub mod report;
pub mod simulate;
pub mod source;
pub mod tui;
