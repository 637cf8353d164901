//! `--mask`: pseudonyms in place of phones, names, texts and ids.

use super::failure::Failure;
use crate::event::mask::Masker;
use crate::journal::Reader;
use clap::Args;

/// What a command takes whose output can be masked.
#[derive(Debug, Args)]
pub(super) struct Masking {
    /// Pseudonyms in place of phone numbers, names, message texts and ids; the same person has the same one everywhere
    #[arg(long)]
    pub(super) mask: bool,
}

impl Masking {
    /// The masker of this journal, when masking is asked for.
    pub(super) fn masker(&self, reader: &Reader) -> Result<Option<Masker>, Failure> {
        Ok(if self.mask { Some(reader.masker()?) } else { None })
    }
}
