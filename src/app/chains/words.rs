//! What chains and samples are called.

use serde_json::Value;

use crate::{
    chain::{Chain, Node},
    kit::text::escape,
};

/// A chain as people call it.
pub(in crate::app) fn title(chain: &Chain) -> String {
    let title = if chain.title.is_empty() {
        &chain.name
    } else {
        &chain.title
    };
    escape(title).into_owned()
}

/// A sample as it stands inside a sentence.
pub(in crate::app) fn sample_in_words(name: &str) -> String {
    match name {
        "sample" => "the sample chain".into(),
        "sample-dpop" => "the sample chain with DPoP".into(),
        "sample-risky" => "the risky sample chain".into(),
        other => format!("the sample {}", escape(other)),
    }
}

/// What of a node's settings is another in `after`, as a form calls it; nothing where that cannot be told.
pub(super) fn changes(before: &Node, after: &Node) -> Option<String> {
    let members = |node: &Node| match serde_json::to_value(node) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    };
    let (before, after) = (members(before)?, members(after)?);
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let changed: Vec<String> = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value))
        .map(|(name, _)| name)
        .chain(gone)
        .map(|name| match name.as_str() {
            "id" => "name".to_owned(),
            "may_act" => name.clone(), // a claim
            "dpop" => "DPoP".into(),
            "url" => "URL".into(),
            "subject" => "subject token".into(),
            "actor" => "actor token".into(),
            "expect" => "expectations".into(),
            "at" => "place".into(),
            name => name.replace('_', " "),
        })
        .collect();
    match changed.as_slice() {
        [one] => Some(one.clone()),
        [one, other] => Some(format!("{one} and {other}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::chain::{Chain, Expect, file};

    fn request(node: &mut crate::chain::Node) -> &mut crate::chain::TokenRequest {
        match &mut node.step {
            crate::chain::Step::Exchange(exchange) => &mut exchange.request,
            _ => panic!("an exchange"),
        }
    }

    #[test]
    fn a_step_is_named_by_what_changed() {
        let text = file::sample("sample").unwrap();
        let chain: Chain = file::read(text).unwrap();
        let node = chain.nodes.iter().find(|n| n.id == "plan").unwrap();
        let said = |change: &dyn Fn(&mut crate::chain::Node)| {
            let mut after = node.clone();
            change(&mut after);
            super::changes(node, &after)
        };
        for (change, expected) in [
            (
                (&|n: &mut crate::chain::Node| request(n).scope.push("more".into()))
                    as &dyn Fn(&mut crate::chain::Node),
                Some("scope"),
            ),
            (
                &|n| request(n).audience.push("other".into()),
                Some("audience"),
            ),
            (&|n| request(n).audience.clear(), Some("audience")),
            (&|n| request(n).may_act = Some("x".into()), Some("may_act")),
            (&|n| n.title = Some("t".into()), Some("title")),
            (&|n| n.client = None, Some("client")),
            (
                &|n| n.expect.push(Expect::Status(418)),
                Some("expectations"),
            ),
            (
                &|n| {
                    n.title = Some("t".into());
                    n.client = None;
                },
                Some("title and client"),
            ),
            (&|_| {}, None),
        ] {
            let said = said(change);
            // The order of two is that of the members.
            let other = expected.and_then(|e| e.split_once(" and "));
            let other = other.map(|(a, b)| format!("{b} and {a}"));
            assert!(
                said.as_deref() == expected || said == other,
                "{said:?}, not {expected:?}"
            );
        }
    }
}
