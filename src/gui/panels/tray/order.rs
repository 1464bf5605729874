//! In which order the tray shows its tokens, and which of them.

use std::collections::BTreeMap;

use crate::{
    app::analysis::{Analysis, TokenView},
    kit::{ids::TokenId, text::escape},
};

/// What tokens are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sort {
    /// As they came.
    #[default]
    Arrival,
    /// Subject and actors.
    Principal,
    /// Issuer.
    Issuer,
    /// End of life, the soonest first; those without one last.
    Expiry,
    /// Worst finding first.
    Finding,
    /// Kind.
    Kind,
    /// How often it was found, most often first.
    Count,
}

impl Sort {
    pub(super) const ALL: [Self; 7] = [
        Self::Arrival,
        Self::Principal,
        Self::Issuer,
        Self::Expiry,
        Self::Finding,
        Self::Kind,
        Self::Count,
    ];

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Arrival => "Arrival",
            Self::Principal => "Principal",
            Self::Issuer => "Issuer",
            Self::Expiry => "Expiry",
            Self::Finding => "Finding",
            Self::Kind => "Kind",
            Self::Count => "Times found",
        }
    }
}

/// What stands under one heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Group {
    /// The runs of chains, then the user's tokens.
    #[default]
    Run,
    /// No headings.
    None,
    /// One subject.
    Subject,
    /// One issuer.
    Issuer,
    /// One kind.
    Kind,
}

impl Group {
    pub(super) const ALL: [Self; 5] = [
        Self::Run,
        Self::None,
        Self::Subject,
        Self::Issuer,
        Self::Kind,
    ];

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Run => "Run of a chain",
            Self::None => "Nothing",
            Self::Subject => "Subject",
            Self::Issuer => "Issuer",
            Self::Kind => "Kind",
        }
    }
}

/// The wanted order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Order {
    pub sort: Sort,
    pub reverse: bool,
    pub group: Group,
    /// Words that must all occur.
    pub filter: String,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// A heading, by its number.
    Heading(usize),
    /// A token.
    Token(TokenId),
}

/// Rows in order.
pub(super) struct Arranged {
    pub rows: Vec<Row>,
    /// Title and caption.
    pub headings: Vec<(String, String)>,
    /// How many tokens fit the filter.
    pub shown: usize,
}

/// Puts the tokens of `analysis` into the wanted order.
pub(super) fn arrange(analysis: &Analysis, order: &Order) -> Arranged {
    let words: Vec<String> = order
        .filter
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let fits = |id: &TokenId| {
        analysis
            .tokens
            .get(id)
            .is_some_and(|view| words.iter().all(|word| view.search.contains(word.as_str())))
    };
    let mut groups: Vec<(String, String, Vec<TokenId>)> = Vec::new();
    match order.group {
        Group::Run => {
            for group in &analysis.tray {
                let ids: Vec<TokenId> = group.tokens.iter().copied().filter(fits).collect();
                // The only group of an ordinary tray needs no heading: the panel has one.
                let alone = analysis.tray.len() == 1 && group.chain.is_none();
                let title = if alone {
                    String::new()
                } else {
                    group.title.clone()
                };
                groups.push((title, group.caption.clone(), ids));
            }
        }
        by => {
            let mut buckets: BTreeMap<String, Vec<TokenId>> = BTreeMap::new();
            let all = analysis.tray.iter().flat_map(|g| g.tokens.iter().copied());
            for id in all.filter(fits) {
                let Some(view) = analysis.tokens.get(&id) else {
                    continue;
                };
                buckets.entry(bucket(view, by)).or_default().push(id);
            }
            groups.extend(buckets.into_iter().map(|(title, ids)| {
                let caption = if title.is_empty() {
                    String::new()
                } else {
                    ids.len().to_string()
                };
                (title, caption, ids)
            }));
        }
    }
    let mut out = Arranged {
        rows: Vec::new(),
        headings: Vec::new(),
        shown: 0,
    };
    for (title, caption, mut ids) in groups {
        if ids.is_empty() {
            continue;
        }
        sort(analysis, order, &mut ids);
        if !title.is_empty() {
            out.rows.push(Row::Heading(out.headings.len()));
            out.headings.push((title, caption));
        }
        out.shown += ids.len();
        out.rows.extend(ids.into_iter().map(Row::Token));
    }
    out
}

/// The heading that a token stands under.
fn bucket(view: &TokenView, by: Group) -> String {
    let named = |name: Option<&String>, none: &str| {
        name.map_or_else(|| none.to_owned(), |n| escape(n).into_owned())
    };
    match by {
        Group::Run | Group::None => String::new(),
        Group::Subject => named(view.principal.subject.as_ref(), "No subject"),
        Group::Issuer => named(view.principal.issuer.as_ref(), "No issuer"),
        Group::Kind => view.token.kind.label().to_owned(),
    }
}

fn sort(analysis: &Analysis, order: &Order, ids: &mut [TokenId]) {
    let view = |id: &TokenId| analysis.tokens.get(id);
    // Each is stable: what is the same stays as it came.
    match order.sort {
        Sort::Arrival => {}
        Sort::Principal => {
            ids.sort_by_cached_key(|id| view(id).map(|v| v.principal.short().to_lowercase()));
        }
        Sort::Issuer => {
            ids.sort_by_cached_key(|id| view(id).and_then(|v| v.principal.issuer.clone()));
        }
        Sort::Expiry => {
            ids.sort_by_key(|id| view(id).and_then(|v| v.exp).unwrap_or(i64::MAX));
        }
        Sort::Finding => ids.sort_by_key(|id| std::cmp::Reverse(view(id).and_then(|v| v.severity))),
        Sort::Kind => ids.sort_by_key(|id| view(id).map(|v| v.token.kind.label())),
        Sort::Count => ids.sort_by_key(|id| std::cmp::Reverse(view(id).map(|v| v.again))),
    }
    if order.reverse {
        ids.reverse();
    }
}
