//! Tokens with far more of something than anybody means.

use delegraph::jose::b64;
use serde_json::{Value, json};

/// A compact token with a signature that is none.
pub fn compact(header: &Value, claims: &Value) -> String {
    let encode = |v: &Value| b64::encode(v.to_string());
    format!("{}.{}.{}", encode(header), encode(claims), "A".repeat(86))
}

/// An access token with one more claim.
pub fn with(name: &str, value: Value) -> String {
    let mut claims = json!({
        "iss": "https://as.example", "sub": "alice", "exp": 1_800_000_000, "client_id": "agent",
    });
    claims[name] = value;
    compact(&json!({"alg": "ES256", "typ": "at+jwt"}), &claims)
}

/// An SD-JWT that discloses so many claims.
pub fn disclosures(count: usize) -> String {
    let all: Vec<String> = (0..count)
        .map(|n| b64::encode(json!([format!("salt-{n}"), format!("claim_{n}"), n]).to_string()))
        .collect();
    let digests: Vec<String> = all
        .iter()
        .map(|d| b64::encode(delegraph::jose::crypto::sha256(d.as_bytes())))
        .collect();
    let token = compact(
        &json!({"alg": "ES256", "typ": "dc+sd-jwt"}),
        &json!({"iss": "https://as.example", "vct": "card", "_sd": digests, "_sd_alg": "sha-256"}),
    );
    format!("{token}~{}~", all.join("~"))
}

/// How many there are of each.
pub struct Counts {
    /// Audiences, scopes, critical extensions.
    pub names: usize,
    /// Entries of `authorization_details`.
    pub details: usize,
    /// Disclosures.
    pub disclosures: usize,
    /// Claims.
    pub members: usize,
}

/// A token for each sort of width, by its name.
pub fn wide(counts: &Counts) -> Vec<(&'static str, String)> {
    let text = |n: usize| Value::from(format!("entry {n}"));
    let names = || (0..counts.names).map(text).collect::<Value>();
    let detail = |n: usize| json!({"type": "payment_initiation", "instructedAmount": {"amount": n.to_string(), "currency": "EUR"}});
    let scope: String = (0..counts.names).map(|n| format!("s{n} ")).collect();
    let mut actor = json!({"sub": "agent-0"});
    for n in 1..60 {
        actor = json!({"sub": format!("agent-{n}"), "act": actor});
    }
    let members: serde_json::Map<String, Value> = (0..counts.members)
        .map(|n| (format!("claim_{n}"), n.into()))
        .collect();
    vec![
        ("aud", with("aud", names())),
        ("scope", with("scope", scope.into())),
        (
            "details",
            with(
                "authorization_details",
                (0..counts.details).map(detail).collect(),
            ),
        ),
        ("act", with("act", actor)),
        (
            "crit",
            compact(
                &json!({"alg": "ES256", "crit": names()}),
                &json!({"sub": "alice"}),
            ),
        ),
        ("disclosures", disclosures(counts.disclosures)),
        (
            "members",
            compact(&json!({"alg": "ES256"}), &Value::Object(members)),
        ),
    ]
}
