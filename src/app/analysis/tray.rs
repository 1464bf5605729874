//! The order of the tray: a group for each run, its actors' tokens, then the user's.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{Group, Input};
use crate::{
    app::chains::words,
    evidence::Evidence,
    kit::ids::{ChainId, TokenId},
};

/// The tray's groups; empty ones are left out.
pub(super) fn groups(
    input: &Input,
    evidence: &Evidence,
    offsets: &BTreeMap<ChainId, usize>,
) -> Vec<Group> {
    let mut groups = Vec::new();
    for (id, run) in &input.runs {
        let (Some(chain), Some(offset)) = (input.workspace.chain(*id), offsets.get(id)) else {
            continue;
        };
        let label = id.to_string();
        let own = evidence.hops.iter().skip(*offset);
        let own: Vec<(bool, TokenId)> = own
            .take_while(|hop| hop.chain.as_deref() == Some(&label))
            .filter_map(|hop| Some((hop.supporting, hop.token_id?)))
            .filter(|(_, token)| input.workspace.token(*token).is_none())
            .collect();
        let part = |supporting: bool| -> Vec<TokenId> {
            let part = own.iter().filter(|(s, _)| *s == supporting);
            part.map(|(_, id)| *id).collect()
        };
        let caption = run.started.map_or_else(String::new, |at| {
            let local = at.to_zoned(TimeZone::system());
            local.strftime("%H:%M:%S").to_string()
        });
        groups.push(Group {
            title: format!("{} · run {}", words::title(chain), run.number),
            caption,
            tokens: part(false),
            chain: Some(*id),
        });
        groups.push(Group {
            title: "Actors".into(),
            caption: String::new(),
            tokens: part(true),
            chain: Some(*id),
        });
    }
    groups.push(Group {
        title: "Tokens".into(),
        caption: String::new(),
        tokens: input.workspace.tokens.iter().map(|t| t.id).collect(),
        chain: None,
    });
    groups.retain(|g| !g.tokens.is_empty());
    groups
}
