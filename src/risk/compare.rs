//! The chain comparison of the catalogue, §0.1: how the actors of a child relate to its parent's.

use std::collections::HashMap;

use crate::token::claims::Pid;

/// A row of the comparison's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Label {
    /// No actor on either side, and the presenter is not the subject.
    Impersonation,
    /// Actors before, none after.
    Dropped,
    /// The same actors.
    Continuation,
    /// The presenter in front of the parent's actors.
    Regular,
    /// Somebody else than the presenter in front of the parent's actors.
    Mismatch,
    /// Two or more new ones in front of the parent's actors.
    UnseenHops,
    /// The same actors in another order.
    Reordered,
    /// Some of the parent's actors are missing.
    Truncated,
    /// Somebody who is neither in the parent nor the presenter.
    Spliced,
    /// One side names issuers, the other does not.
    NotComparable,
}

/// What a comparison gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The first row that matches; none when no row does.
    pub main: Option<Label>,
    /// The rows after it that match too.
    pub rest: Vec<Label>,
    /// Names were compared without issuers, because one side has none.
    pub by_name: bool,
    /// The actors in front of the parent's (`UnseenHops`), or those that came from nowhere (`Spliced`).
    pub strangers: Vec<Pid>,
}

impl Comparison {
    /// Whether a row matches, first or later.
    pub fn has(&self, label: Label) -> bool {
        self.main == Some(label) || self.rest.contains(&label)
    }

    /// Whether the child continues the parent's actors, or adds its presenter.
    pub fn is_sound(&self) -> bool {
        matches!(self.main, Some(Label::Continuation | Label::Regular))
    }
}

/// Compares `p`, the parent's actors, with `c`, the child's, both outermost first; `x` presented the
/// exchange, when that is known, and `subject` is the child's subject. Identities are compared as
/// exact strings.
///
/// Without `x` a single new actor in front counts as the presenter: whether it is stays open, and so
/// DG-413 does.
pub fn compare(p: &[Pid], c: &[Pid], x: Option<&Pid>, subject: Option<&Pid>) -> Comparison {
    let named = |side: &[Pid]| {
        (
            side.iter().any(|a| a.iss.is_some()),
            side.iter().any(|a| a.iss.is_none()),
        )
    };
    let ((p_some, p_none), (c_some, c_none)) = (named(p), named(c));
    let by_name = (p_none && c_some) || (c_none && p_some);
    if by_name {
        let bare = |pid: &Pid| Pid {
            iss: None,
            sub: pid.sub.clone(),
        };
        let bares = |side: &[Pid]| side.iter().map(bare).collect::<Vec<_>>();
        let mut found = rows(
            &bares(p),
            &bares(c),
            x.map(bare).as_ref(),
            subject.map(bare).as_ref(),
        );
        found.by_name = true;
        found.rest.push(Label::NotComparable);
        return found;
    }
    rows(p, c, x, subject)
}

fn rows(p: &[Pid], c: &[Pid], x: Option<&Pid>, subject: Option<&Pid>) -> Comparison {
    let mut found = Comparison::default();
    let mut add = |label: Label, holds: bool| {
        if holds {
            if found.main.is_none() {
                found.main = Some(label);
            } else {
                found.rest.push(label);
            }
        }
    };
    let ahead = c.len().checked_sub(p.len()).filter(|n| &c[*n..] == p);
    let first = c.first();
    let presenter = x.or_else(|| first.filter(|f| !p.contains(f)));
    let rest = without(c, presenter);

    let other_presenter = x.is_some() && x != subject;
    add(
        Label::Impersonation,
        p.is_empty() && c.is_empty() && other_presenter,
    );
    add(Label::Dropped, !p.is_empty() && c.is_empty());
    add(Label::Continuation, c == p);
    add(
        Label::Regular,
        ahead == Some(1) && (x.is_none() || first == x),
    );
    add(
        Label::Mismatch,
        ahead == Some(1) && x.is_some() && first != x,
    );
    add(Label::UnseenHops, ahead.is_some_and(|n| n >= 2));
    add(Label::Reordered, rest != p && same_members(&rest, p));
    add(
        Label::Truncated,
        rest.len() < p.len() && is_subsequence(&rest, p),
    );
    let strangers: Vec<Pid> = c
        .iter()
        .filter(|a| !p.contains(a) && Some(*a) != presenter)
        .cloned()
        .collect();
    add(Label::Spliced, !strangers.is_empty());
    found.strangers = match ahead {
        Some(n) if n >= 2 => c[..n].to_vec(),
        _ => strangers,
    };
    found
}

/// `c` without the outermost occurrence of `x`.
fn without(c: &[Pid], x: Option<&Pid>) -> Vec<Pid> {
    let at = x.and_then(|x| c.iter().position(|a| a == x));
    c.iter()
        .enumerate()
        .filter(|(n, _)| Some(*n) != at)
        .map(|(_, a)| a.clone())
        .collect()
}

fn same_members(a: &[Pid], b: &[Pid]) -> bool {
    let mut counts: HashMap<&Pid, isize> = HashMap::new();
    for pid in a {
        *counts.entry(pid).or_default() += 1;
    }
    for pid in b {
        *counts.entry(pid).or_default() -= 1;
    }
    counts.values().all(|n| *n == 0)
}

fn is_subsequence(a: &[Pid], b: &[Pid]) -> bool {
    let mut b = b.iter();
    a.iter().all(|pid| b.any(|other| other == pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pids(names: &str) -> Vec<Pid> {
        names
            .split_whitespace()
            .map(|name| {
                let (sub, iss) = name.split_once('@').unwrap_or((name, "as"));
                Pid {
                    iss: (iss != "-").then(|| iss.to_owned()),
                    sub: sub.to_owned(),
                }
            })
            .collect()
    }

    /// Parent, child, presenter (`?` unknown), main label, rest.
    #[test]
    fn the_table_row_by_row() {
        #[allow(clippy::enum_glob_use)] // the table reads as the catalogue's
        use Label::*;
        type Row = (
            &'static str,
            &'static str,
            &'static str,
            Option<Label>,
            &'static [Label],
        );
        let table: &[Row] = &[
            ("", "", "a", Some(Impersonation), &[Continuation]),
            ("", "", "alice", Some(Continuation), &[]),
            ("", "", "?", Some(Continuation), &[]),
            ("a", "", "b", Some(Dropped), &[Truncated]),
            ("a", "a", "b", Some(Continuation), &[]),
            ("", "a", "a", Some(Regular), &[]),
            ("a", "b a", "b", Some(Regular), &[]),
            ("a", "b a", "?", Some(Regular), &[]),
            ("b a", "a b a", "a", Some(Regular), &[]),
            ("a", "m a", "b", Some(Mismatch), &[Spliced]),
            ("", "m", "b", Some(Mismatch), &[Spliced]),
            ("a", "c b a", "c", Some(UnseenHops), &[Spliced]),
            ("", "b a", "?", Some(UnseenHops), &[Spliced]),
            ("b a", "c a b", "c", Some(Reordered), &[]),
            ("b a", "a b", "?", Some(Reordered), &[]),
            ("b a", "c a", "c", Some(Truncated), &[]),
            ("b a", "c", "?", Some(Truncated), &[]),
            ("a", "c m", "c", Some(Spliced), &[]),
            ("a", "c m", "?", Some(Spliced), &[]),
            ("a b", "b a a", "?", None, &[]),
            // Same names, other issuer: strangers. One side without issuer: by name.
            ("a@one", "b@one a@two", "b@one", Some(Spliced), &[]),
            ("a@-", "b@as a@as", "b@as", Some(Regular), &[NotComparable]),
        ];
        let alice = pids("alice").remove(0);
        for (p, c, x, main, rest) in table {
            let x = (*x != "?").then(|| pids(x).remove(0));
            let found = compare(&pids(p), &pids(c), x.as_ref(), Some(&alice));
            assert_eq!(
                (found.main, found.rest.as_slice()),
                (*main, *rest),
                "[{p}] -> [{c}] by {x:?}"
            );
        }
    }

    #[test]
    fn case_and_slashes_are_not_folded() {
        let x = pids("b").remove(0);
        let found = compare(&pids("https://a"), &pids("b https://a/"), Some(&x), None);
        assert_eq!(found.main, Some(Label::Spliced));
    }
}
