//! The known name that a mistyped one was meant to be.

/// The name among `known` that is nearest to `found`, when one is near: two letters apart at most, `-` and
/// `_` and case aside.
pub fn nearest<'a, K: AsRef<str>>(found: &str, known: &'a [K]) -> Option<&'a str> {
    if found.len() > 40 {
        return None;
    }
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], "");
    let found = plain(found);
    known
        .iter()
        .map(|name| (distance(&found, &plain(name.as_ref())), name.as_ref()))
        // Of a short name two letters are most of it.
        .filter(|(distance, name)| *distance <= 2 && *distance < name.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Damerau's distance, in characters: two letters that have changed places are one step.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (row[j] + usize::from(x != y))
                .min(row[j + 1] + 1)
                .min(next[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let known = ["decode", "decrypt", "verify", "token_endpoint"];
        for (found, meant) in [
            ("decod", Some("decode")),
            ("decoed", Some("decode")),
            ("Verfiy", Some("verify")),
            ("token-endpoint", Some("token_endpoint")),
            ("tokenendpont", Some("token_endpoint")),
            ("graph", None),
            ("", None),
            ("ä", None),
        ] {
            assert_eq!(nearest(found, &known), meant, "{found}");
        }
        assert_eq!(nearest("x", &["id", "at"]), None);
    }
}
