//! What stands in the box of a principal, line by line.

use super::text::{CAPTION_SIZE, NAME_SIZE, NODE_HEIGHT, NODE_PADDING, text_width};
use crate::principal::Node;

/// Widest line of a name; a longer one takes two or three.
const WIDEST: f32 = 148.0;
/// Most lines of a name.
const NAME_LINES: usize = 3;
/// Lines in a box, but for a name of three and one below it.
const LINES: usize = 3;

/// The lines of a box: the name in up to three, below it what the principal is here.
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
        } else if name.len() + 1 >= LINES || text_width(&node.detail, CAPTION_SIZE) <= widest {
            vec![node.detail.clone()]
        } else {
            let (first, rest) = node.detail.split_once(" · ").unwrap_or((&node.detail, ""));
            let lines = [first, rest].into_iter().filter(|l| !l.is_empty());
            lines.map(str::to_owned).collect()
        };
        Self { name, detail }
    }

    /// Height of a box that holds them.
    pub(super) fn height(&self) -> f32 {
        if self.name.len() + self.detail.len() > LINES {
            NODE_HEIGHT + 16.0
        } else {
            NODE_HEIGHT
        }
    }

    /// Width of the widest line. Text stays at 11 points when the view is zoomed out, so that it can be
    /// read: at the zoom `smallest` a box still holds its lines.
    pub(super) fn width(&self, smallest: f32) -> f32 {
        let wide = |line: &String, size: f32| text_width(line, size.max(CAPTION_SIZE / smallest));
        let names = self.name.iter().map(|line| wide(line, NAME_SIZE));
        let details = self.detail.iter().map(|line| wide(line, CAPTION_SIZE));
        names.chain(details).fold(0.0, f32::max)
    }
}

/// Width of a node: its lines, its icon, and room beside them, down to the zoom `smallest`.
pub(super) fn node_width(node: &Node, smallest: f32) -> f32 {
    let [left, icon, gap, right] = NODE_PADDING;
    (left + icon + gap + Words::of(node).width(smallest) + right)
        .clamp(104.0, 288.0)
        .ceil()
}

/// A name in as few lines as hold it, broken where a reader would break it.
fn broken(name: &str) -> Vec<String> {
    let lines = (text_width(name, NAME_SIZE) / WIDEST).ceil() as usize;
    let lines = lines.clamp(1, NAME_LINES);
    let all: Vec<(usize, char)> = name.char_indices().collect();
    let mut out = Vec::with_capacity(lines);
    let mut from = 0;
    for line in 1..lines {
        // After a separator, else anywhere; as even as can be.
        let even = all.len() * line / lines;
        let reach = all.len() / (2 * lines);
        let best = (even.saturating_sub(reach).max(from + 1)..(even + reach).min(all.len()))
            .min_by_key(|n| {
                let fair = matches!(all[n - 1].1, '/' | '.' | '-' | '@' | ':' | '_' | ' ' | '…');
                even.abs_diff(*n) + if fair { 0 } else { reach }
            });
        let Some(best) = best else { break };
        out.push(name[all[from].0..all[best].0].to_owned());
        from = best;
    }
    out.push(all.get(from).map_or("", |(at, _)| &name[*at..]).to_owned());
    out
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
        for length in [0, 1, 20, 40, 60] {
            let solid = "x".repeat(length);
            let lines = broken(&solid);
            assert!(lines.len() <= NAME_LINES);
            assert_eq!(lines.concat(), solid);
        }
    }
}
