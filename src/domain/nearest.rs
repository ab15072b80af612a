//! "Did you mean": the known words nearest to one that is not known.
//!
//! It never corrects anything; it only proposes.

use super::fold::fold;

/// How many words are proposed at most.
pub const MOST: usize = 3;

/// The candidates nearest to `wanted`, best first, at most [`MOST`]; equally near ones keep their order.
///
/// Case, width, and blank, underscore and hyphen are alike. Near is a candidate that `wanted` begins (or its last part
/// behind a dot), or one within a third of its letters by Damerau-Levenshtein distance.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = alike(wanted);
    let length = wanted.chars().count();
    if length == 0 || length > LONGEST {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| Some((farness(&wanted, candidate)?, candidate)))
        .collect();
    near.sort_by_key(|(farness, _)| *farness);
    near.truncate(MOST);
    near.into_iter().map(|(_, candidate)| candidate).collect()
}

/// A longer word is no slip of the keyboard, and the distance takes time and memory in proportion to both lengths.
const LONGEST: usize = 64;

/// The fewest letters of a beginning that is worth a proposal.
const SHORTEST_PREFIX: usize = 2;

/// 0 is the same word; `None` is not near.
fn farness(wanted: &str, candidate: &str) -> Option<usize> {
    let candidate = alike(candidate);
    let last_part = candidate.rsplit('.').next().unwrap_or_default();
    [candidate.as_str(), last_part].into_iter().filter_map(|whole| distance_to(wanted, whole)).min()
}

fn distance_to(wanted: &str, whole: &str) -> Option<usize> {
    let (wanted_length, whole_length) = (wanted.chars().count(), whole.chars().count());
    let longest = wanted_length.max(whole_length);
    if longest > LONGEST {
        return None;
    }
    if wanted == whole {
        return Some(0);
    }
    let allowed = (longest / 3).max(1);
    let distance = Some(strsim::damerau_levenshtein(wanted, whole)).filter(|distance| *distance <= allowed);
    let begins = (wanted_length >= SHORTEST_PREFIX && whole.starts_with(wanted)).then_some(1);
    // A one-letter word is one edit away from every other.
    if longest < 2 { None } else { distance.into_iter().chain(begins).min() }
}

fn alike(text: &str) -> String {
    fold(text.trim()).replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPES: [&str; 6] =
        ["account", "account.funds", "product", "product.release", "product.expiration", "security.account"];

    #[test]
    fn a_slip_proposes_the_word_that_was_meant() {
        assert_eq!(nearest("acount", TYPES), ["account", "security.account"]);
        assert_eq!(nearest("product.relaese", TYPES), ["product.release"]);
        assert_eq!(nearest("PRODUCT", TYPES), ["product", "product.release", "product.expiration"]);
    }

    #[test]
    fn a_beginning_or_a_last_part_is_near() {
        assert_eq!(nearest("prod", TYPES), ["product", "product.release", "product.expiration"]);
        assert_eq!(nearest("release", TYPES), ["product.release"]);
        assert_eq!(nearest("relase", TYPES), ["product.release"]);
    }

    #[test]
    fn blank_underscore_and_hyphen_are_alike() {
        assert_eq!(nearest("finance directer", ["ceo", "finance_director"]), ["finance_director"]);
        assert_eq!(nearest("no-verifi", ["no_verify"]), ["no_verify"]);
    }

    #[test]
    fn what_is_far_is_not_proposed() {
        assert!(nearest("weather", TYPES).is_empty());
        assert!(nearest("", TYPES).is_empty());
        assert!(nearest(&"a".repeat(100_000), TYPES).is_empty());
        assert!(nearest("x", ["y"]).is_empty());
    }

    proptest! {
        #[test]
        fn a_known_word_is_its_own_nearest(index in 0..TYPES.len()) {
            prop_assert_eq!(nearest(TYPES[index], TYPES)[0], TYPES[index]);
        }

        #[test]
        fn at_most_three_are_proposed_for_any_text(text in any::<String>()) {
            prop_assert!(nearest(&text, TYPES).len() <= MOST);
        }
    }
}
