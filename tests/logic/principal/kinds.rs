//! What principals are drawn as, and which names are one node.

use super::*;

fn lone(claims: Value) -> Token {
    token_with(&json!({ "alg": "ES256", "typ": "JWT" }), &claims)
}

fn nodes(tokens: impl IntoIterator<Item = Token>) -> Vec<(NodeKind, String)> {
    let evidence = Evidence::chain_of(tokens);
    let report = risk::evaluate(&evidence, &settings());
    let graph = graph::build(&evidence, &report);
    let of_node = |n: &Node| (n.kind, n.label.clone());
    graph.nodes.iter().map(of_node).collect()
}

#[test]
fn a_name_alone_makes_nobody_a_person() {
    use NodeKind::{Agent, Client, Person, Service, Unknown};
    for (claims, kind) in [
        (json!({ "iss": "i", "sub": "alice", "scope": "a" }), Unknown),
        (
            json!({ "iss": "i", "sub": "alice@example.com", "azp": "app" }),
            Unknown,
        ),
        (
            json!({ "iss": "i", "sub": "batch", "client_id": "app" }),
            Unknown,
        ),
        (
            json!({ "iss": "i", "sub": "alice", "amr": ["pwd"] }),
            Person,
        ),
        (
            json!({ "iss": "i", "sub": "alice", "email": "a@example.com" }),
            Person,
        ),
        (
            json!({ "iss": "i", "sub": "alice", "aud": "c", "nonce": "n" }),
            Person,
        ),
        // Whoever is named as an actor of her own, whatever she is.
        (
            json!({ "iss": "i", "sub": "alice", "amr": ["pwd"], "act": { "sub": "alice" } }),
            Person,
        ),
        (
            json!({ "iss": "i", "sub": "alice", "act": { "sub": "alice" } }),
            Unknown,
        ),
        (
            json!({ "iss": "i", "sub": "job", "client_id": "job" }),
            Client,
        ),
        (json!({ "iss": "i", "sub": "job", "aud": "job" }), Client),
        (
            json!({ "sub": "system:serviceaccount:pay:worker", "aud": ["api"] }),
            Service,
        ),
        (
            json!({ "iss": "i", "sub": "x", "sub_profile": "ai_agent" }),
            Agent,
        ),
    ] {
        let all = nodes([lone(claims.clone())]);
        assert_eq!(all[0].0, kind, "{claims}: {all:?}");
    }
    let empty = nodes([lone(json!({ "iss": "i", "sub": "", "scope": "a" }))]);
    assert!(
        empty.iter().all(|(_, label)| !label.is_empty()),
        "{empty:?}"
    );
}

#[test]
fn people_act_for_others_as_people() {
    let support = lone(json!({ "iss": "i", "sub": "bob", "email": "bob@example.com" }));
    let session =
        lone(json!({ "iss": "i", "sub": "alice", "act": { "sub": "bob" }, "scope": "a" }));
    let all = nodes([support, session]);
    assert!(all.contains(&(NodeKind::Person, "bob".into())), "{all:?}");
    let said =
        lone(json!({ "iss": "i", "sub": "alice", "act": { "sub": "bob", "sub_profile": "user" } }));
    assert!(nodes([said]).contains(&(NodeKind::Person, "bob".into())));
    let agent = lone(json!({ "iss": "i", "sub": "alice", "act": { "sub": "planner" } }));
    assert!(nodes([agent]).contains(&(NodeKind::Agent, "planner".into())));
}

#[test]
fn one_party_is_one_node() {
    let labels = |all: &[(NodeKind, String)], name: &str| {
        all.iter().filter(|(_, label)| label == name).count()
    };
    for claims in [
        // The client that a token is for is the client that asked for it.
        json!({ "iss": "i", "sub": "alice", "client_id": "app", "aud": "app", "scope": "a" }),
        json!({ "iss": "i", "sub": "alice", "azp": "app", "aud": ["app", "api"], "scope": "a" }),
        json!({ "iss": "i", "sub": "app", "client_id": "app", "aud": "app" }),
        json!({ "iss": "i", "sub": "app", "aud": "app" }),
        json!({ "iss": "i", "sub": "app@clients", "azp": "app", "aud": "app", "gty": "client-credentials" }),
        json!({ "iss": "i", "client_id": "app", "aud": "app" }),
    ] {
        let all = nodes([lone(claims.clone())]);
        let named = labels(&all, "app") + labels(&all, "app@clients");
        assert_eq!(named, 1, "{claims}: {all:?}");
    }
    // The client of an ID-JAG is registered where the grant is redeemed.
    let grant = token_with(
        &json!({ "alg": "ES256", "typ": "oauth-id-jag+jwt" }),
        &json!({ "iss": "https://idp", "sub": "alice", "aud": "https://as", "client_id": "app", "jti": "1" }),
    );
    let access = token_with(
        &at_jwt(),
        &json!({ "iss": "https://as", "sub": "alice", "aud": "api", "client_id": "app" }),
    );
    let all = nodes([grant, access]);
    assert_eq!(labels(&all, "app"), 1, "{all:?}");
}

#[test]
fn who_asks_by_a_grant_is_no_authorization_server() {
    let all = nodes([lone(json!({
        "iss": "agent@p.iam.gserviceaccount.com", "scope": "a", "aud": "https://oauth2.googleapis.com/token",
    }))]);
    assert_eq!(
        all,
        [(NodeKind::Service, "agent@p.iam.gserviceaccount.com".into())]
    );
}
