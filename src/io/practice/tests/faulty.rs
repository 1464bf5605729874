//! Each fault of an exchange changes its one thing, and nothing else (those of validation: `forged`).

use super::*;

const ALL: &str = "accounts:read documents:read payments:initiate payments:read";

/// A server without the fault and one with it.
struct Pair {
    sound: Lab,
    faulty: Lab,
}

impl Pair {
    async fn new(fault: &str) -> Self {
        Self {
            sound: Lab::new().await,
            faulty: Lab::with(&[fault]).await,
        }
    }
}

/// Claims without those that differ in every token, and with the issuer's name replaced.
fn comparable(lab: &Lab, body: &Value) -> Value {
    let mut claims = claims_of(&token_of(body));
    claims.remove("jti");
    let text = Value::Object(claims)
        .to_string()
        .replace(lab.issuer(), "ISSUER");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_fault_scope_widened_changes_the_scope_alone() {
    let pair = Pair::new("scope-widened").await;
    let mut bodies = Vec::new();
    for lab in [&pair.sound, &pair.faulty] {
        let subject = lab.user_token(&[("scope", "payments:read")]).await;
        let extra = [("audience", "payments-api")];
        bodies.push(good(&lab.exchange("planner", &subject, &extra).await));
        let extra = [("audience", "payments-api"), ("scope", "payments:initiate")];
        let asked = lab.exchange("planner", &subject, &extra).await;
        assert_eq!(
            asked.status,
            if lab.shared.faults.contains(Fault::ScopeWidened) {
                200
            } else {
                400
            }
        );
    }
    let mut sound = comparable(&pair.sound, &bodies[0]);
    let faulty = comparable(&pair.faulty, &bodies[1]);
    assert_eq!(faulty["scope"], "payments:initiate payments:read");
    assert_eq!(bodies[1]["scope"], faulty["scope"]);
    sound["scope"] = faulty["scope"].clone();
    assert_eq!(sound, faulty);
}

#[tokio::test]
async fn the_fault_may_act_ignored_changes_who_may_act_alone() {
    let pair = Pair::new("may-act-ignored").await;
    for lab in [&pair.sound, &pair.faulty] {
        let subject = lab.user_token(&[("may_act", "planner")]).await;
        let named = comparable(lab, &good(&lab.exchange("planner", &subject, &[]).await));
        let other = lab.exchange("researcher", &subject, &[]).await;
        if lab.shared.faults.contains(Fault::MayActIgnored) {
            let mut other = comparable(lab, &good(&other));
            assert_eq!(other["act"]["sub"], "researcher");
            other["act"]["sub"] = json!("planner");
            other["client_id"] = json!("planner");
            assert_eq!(other, named);
        } else {
            refused(&other, 400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn the_fault_lifetime_extended_changes_exp_alone() {
    let pair = Pair::new("lifetime-extended").await;
    let mut claims = Vec::new();
    for lab in [&pair.sound, &pair.faulty] {
        let subject = lab.user_token(&[]).await;
        lab.later(100);
        let body = good(&lab.exchange("planner", &subject, &[]).await);
        assert_eq!(
            claim(&body, "exp"),
            lab.now() + body["expires_in"].as_i64().unwrap()
        );
        claims.push(comparable(lab, &body));
        lab.later(300);
        refused(
            &lab.exchange("planner", &subject, &[]).await,
            400,
            "invalid_request",
        );
    }
    assert_eq!(claims[0]["exp"], START + 300);
    assert_eq!(claims[1]["exp"], START + 100 + 3600);
    claims[0]["exp"] = claims[1]["exp"].clone();
    assert_eq!(claims[0], claims[1]);
}

#[tokio::test]
async fn the_fault_act_flattened_changes_act_alone() {
    let pair = Pair::new("act-flattened").await;
    let mut claims = Vec::new();
    for lab in [&pair.sound, &pair.faulty] {
        let subject = lab.user_token(&[]).await;
        let first = good(&lab.exchange("planner", &subject, &[]).await);
        let second = good(&lab.exchange("researcher", &token_of(&first), &[]).await);
        claims.push((comparable(lab, &first), comparable(lab, &second)));
    }
    assert_eq!(
        claims[0].0, claims[1].0,
        "the first hop has nothing to drop"
    );
    let (mut sound, faulty) = (claims[0].1.clone(), claims[1].1.clone());
    assert_eq!(sound["act"]["act"]["sub"], "planner");
    assert_eq!(faulty["act"], json!({"iss": "ISSUER", "sub": "researcher"}));
    sound["act"] = faulty["act"].clone();
    assert_eq!(sound, faulty);
}

#[tokio::test]
async fn all_faults_together_still_verify_signatures() {
    let faults = Fault::ALL.iter().filter(|f| f.part() != Part::Option);
    let names: Vec<&str> = faults.map(|f| f.name()).collect();
    let lab = Lab::with(&names).await;
    let other = Lab::new().await;
    assert_eq!(lab.server.info.faults.len(), names.len());
    refused(
        &lab.exchange("planner", &other.user_token(&[]).await, &[])
            .await,
        400,
        "invalid_request",
    );
    let subject = lab.user_token(&[("scope", ALL)]).await;
    let extra = [("audience", "nowhere")];
    refused(
        &lab.exchange("planner", &subject, &extra).await,
        400,
        "invalid_target",
    );
}
