//! "Did you mean": the nearest known word to a misspelt one.

/// The candidate that `word` was probably meant to be: the nearest one within a distance that grows slowly with the word's
/// length (a swapped pair of letters counts as one mistake). On a tie the first candidate wins.
pub(crate) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let limit = 1 + word.chars().count() / 5;
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn swapped_missing_and_wrong_letters_are_recognised() {
        let words = ["code", "status", "platform_code", "to"];
        assert_eq!(closest("coed", words), Some("code"));
        assert_eq!(closest("Statsu", words), Some("status"));
        assert_eq!(closest("platform-cod", words), Some("platform_code"));
    }

    #[test]
    fn a_word_that_resembles_nothing_gets_no_suggestion() {
        assert_eq!(closest("colour", ["code", "status"]), None);
        assert_eq!(closest("x", ["to"]), None);
        assert_eq!(closest("", ["a"]), None);
    }
}
