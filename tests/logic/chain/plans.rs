//! The order of a chain, and what is wrong with its wiring.

use std::collections::BTreeSet;

use delegraph::chain::{Node, Step, plan};
use proptest::prelude::*;

use super::{chain, files::chains};

proptest! {
    #[test]
    fn the_order_respects_the_wires_and_leaves_out_only_what_cannot_run(chain in chains()) {
        let order = plan::order(&chain);
        let place = |id: &str| order.iter().position(|n| n == id);
        for id in &order {
            let node = chain.node(id).unwrap();
            for (_, input) in node.inputs() {
                if chain.node(input).is_some() {
                    prop_assert!(place(input) < place(id) && place(input).is_some());
                }
            }
            let up_to = plan::up_to(&chain, id);
            prop_assert_eq!(up_to.last(), Some(id));
            let set: BTreeSet<_> = up_to.iter().collect();
            prop_assert_eq!(set.len(), up_to.len());
            for other in &chain.nodes {
                let before = up_to.contains(&other.id) && other.id != *id;
                let after = plan::downstream(&chain, &other.id).contains(id);
                prop_assert_eq!(before, after, "{} {}", other.id, id);
            }
        }
        for node in chain.nodes.iter().filter(|n| place(&n.id).is_none()) {
            // It is on a cycle, or behind one: one of its inputs is left out as well.
            prop_assert!(node.inputs().iter().any(|(_, i)| chain.node(i).is_some() && place(i).is_none()));
            prop_assert_eq!(plan::up_to(&chain, &node.id), Vec::<String>::new());
        }
        let _ = plan::flaws(&chain);
    }
}

#[test]
fn flaws_of_wiring_and_settings() {
    let mut chain = chain(
        r#"
        [[node]]
        id = "a"
        kind = "exchange"
        client = "c"
        subject = "b"
        [[node]]
        id = "b"
        kind = "exchange"
        client = "c"
        subject = "a"
        [[node]]
        id = "behind"
        kind = "exchange"
        subject = "a"
        actor = "gone"
        [[node]]
        id = "self"
        kind = "call"
        token = "self"
        url = " "
        method = "TRACE"
        [[node]]
        id = "api"
        kind = "exchange"
        client = "c"
        subject = "self"
        actor_token_type = "jwt"
        requested_token_type = "acces_token"
        scope = ["a b"]
        resource = ["payments-api", "https://x.example/#f"]
        audience = [""]
        [[node]]
        id = "empty"
        kind = "paste"
        "#,
    );
    chain.nodes.push(chain.nodes[5].clone());
    let flaws = plan::flaws(&chain);
    let of = |id: &str| -> Vec<&str> {
        flaws
            .iter()
            .filter(|f| f.node == id)
            .map(|f| f.message.as_str())
            .collect()
    };
    let expect = |id: &str, words: &[&str]| {
        let found = of(id);
        assert_eq!(found.len(), words.len(), "{id}: {found:#?}");
        for (message, word) in found.iter().zip(words) {
            assert!(message.contains(word), "{id}: {message}");
        }
    };
    expect("a", &["in a circle"]);
    expect("b", &["in a circle"]);
    expect("behind", &["no such node", "no client"]);
    expect("self", &["in a circle", "no URL", "`TRACE` is no method"]);
    expect(
        "api",
        &[
            "calls an API and gives no token",
            "`a b` is no scope",
            "`payments-api` is no absolute URI",
            "has a fragment",
            "an audience is empty",
            "RFC 8693 §2.1",
            "`acces_token` is no token type",
        ],
    );
    expect("empty", &["no token is pasted", "already a node"]);
    assert_eq!(plan::order(&chain), ["empty"]);
    assert_eq!(plan::downstream(&chain, "a"), ["b", "behind"]);
}

#[test]
fn long_chains_are_ordered_quickly() {
    let mut nodes = String::from("[[node]]\nid = \"n0\"\nkind = \"paste\"\n");
    for n in 1..5_000 {
        nodes.push_str(&format!(
            "[[node]]\nid = \"n{n}\"\nkind = \"exchange\"\nclient = \"c\"\nsubject = \"n{}\"\n",
            n - 1
        ));
    }
    let mut chain = chain(&nodes);
    assert_eq!(plan::order(&chain).len(), 5_000);
    assert_eq!(plan::up_to(&chain, "n4999").len(), 5_000);
    assert_eq!(plan::flaws(&chain).len(), 1); // the paste is empty
    chain.nodes[0] = Node {
        id: "n0".into(),
        ..chain.nodes[4_999].clone()
    };
    if let Step::Exchange(exchange) = &mut chain.nodes[0].step {
        exchange.subject = "n4999".into();
    }
    assert_eq!(plan::flaws(&chain).len(), 5_000);
    assert_eq!(plan::order(&chain), Vec::<String>::new());
}
