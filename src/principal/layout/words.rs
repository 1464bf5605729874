//! What stands in the box of a principal, line by line.

use super::{CAPTION_SIZE, NAME_SIZE, text_width};
use crate::principal::Node;

/// Widest line of a name; a longer one takes two.
const WIDEST: f32 = 184.0;
/// Lines in a box.
const LINES: usize = 3;

/// The lines of a box: the name in one or two, below it what the principal is here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// The name.
    pub name: Vec<String>,
    /// `current actor`, `audience`.
    pub detail: Vec<String>,
}

impl Words {
    /// The lines of a principal.
    pub fn of(node: &Node) -> Self {
        let name = broken(&node.caption());
        let widest = name
            .iter()
            .map(|line| text_width(line, NAME_SIZE))
            .fold(0.0, f32::max);
        let detail = if node.detail.is_empty() {
            Vec::new()
        } else if name.len() + 1 == LINES || text_width(&node.detail, CAPTION_SIZE) <= widest {
            vec![node.detail.clone()]
        } else {
            let (first, rest) = node.detail.split_once(" · ").unwrap_or((&node.detail, ""));
            let lines = [first, rest].into_iter().filter(|l| !l.is_empty());
            lines.map(str::to_owned).collect()
        };
        Self { name, detail }
    }

    /// Width of the widest line. Captions shrink less than boxes do when the view is zoomed out, so
    /// they get a little more.
    pub(super) fn width(&self) -> f32 {
        let names = self.name.iter().map(|line| text_width(line, NAME_SIZE));
        let details = self
            .detail
            .iter()
            .map(|line| text_width(line, CAPTION_SIZE) * 1.08);
        names.chain(details).fold(0.0, f32::max)
    }
}

/// A name in one line, or in two, broken where a reader would break it.
fn broken(name: &str) -> Vec<String> {
    if text_width(name, NAME_SIZE) <= WIDEST {
        return vec![name.to_owned()];
    }
    let all: Vec<(usize, char)> = name.char_indices().collect();
    // After a separator, else anywhere; as even as can be.
    let cost = |n: usize| {
        let before = all[n - 1].1;
        let fair = matches!(before, '/' | '.' | '-' | '@' | ':' | '_' | ' ' | '…');
        all.len().abs_diff(2 * n) + if fair { 0 } else { all.len() / 2 }
    };
    let Some(best) = (1..all.len()).min_by_key(|n| cost(*n)) else {
        return vec![name.to_owned()];
    };
    let (first, second) = name.split_at(all[best].0);
    vec![first.to_owned(), second.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_break_after_a_separator_near_the_middle() {
        assert_eq!(broken("payments-agent"), ["payments-agent"]);
        assert_eq!(
            broken("spiffe://example.org/ns/agents/researcher"),
            ["spiffe://example.org/", "ns/agents/researcher"]
        );
        let solid = "x".repeat(40);
        let lines = broken(&solid);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines.concat(), solid);
    }
}
