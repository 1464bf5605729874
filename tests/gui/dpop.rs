//! Keys that nodes prove (RFC 9449): in the form, on the cards, in the request.

use delegraph::{
    app::{
        chains, history, keys,
        session::{Selection, View},
        view,
    },
    chain::Dpop,
    jose::{Alg, crypto},
    kit::{Env, clock::Clock},
    oauth::{
        dpop::{About, Draft, HEADER},
        http::Field,
    },
    token::{Kind, craft, decode::decode},
};
use egui_kittest::kittest::Queryable as _;
use serde_json::{Value, json};

use crate::{
    ran::{sample, window},
    rig::{key, settle},
};

const SIZE: [f32; 2] = [1440.0, 900.0];

#[test]
fn the_form_chooses_whose_key_is_proved() {
    let mut harness = crate::rig::window(
        true,
        SIZE,
        vec![
            chains::Command::LoadSample("sample-dpop".into()).into(),
            keys::Command::Generate {
                alg: "ES256".into(),
                name: "my key".into(),
            }
            .into(),
            keys::Command::Generate {
                alg: "HS256".into(),
                name: "a secret".into(),
            }
            .into(),
        ],
    );
    let id = harness.state().model().session.chain.unwrap();
    let choose = |harness: &mut egui_kittest::Harness<'_, delegraph::gui::shell::App>,
                  node: &str,
                  choice: &str| {
        let select = view::Command::Select(Selection::ChainNode(id, node.into()));
        harness.state_mut().push(select);
        settle(harness);
        harness
            .get_by_role_and_label(egui::accesskit::Role::Button, "DPoP")
            .click();
        settle(harness);
        assert!(
            harness.query_by_label("a secret").is_none(),
            "a shared secret proves nothing"
        );
        harness.get_by_label(choice).click();
        settle(harness);
        let chain = harness.state().model().workspace.chain(id).unwrap();
        chain.node(node).unwrap().dpop.clone()
    };
    assert_eq!(choose(&mut harness, "plan", "none"), None);
    let own = Some(Dpop::Key("my key".into()));
    assert_eq!(choose(&mut harness, "plan", "my key"), own);
    harness.state_mut().push(history::Command::Undo);
    harness.state_mut().push(history::Command::Undo);
    settle(&mut harness);
    let chain = harness.state().model().workspace.chain(id).unwrap();
    assert_eq!(chain.node("plan").unwrap().dpop, Some(Dpop::Generated));
    let chosen = choose(&mut harness, "call", "none: as Bearer");
    assert_eq!(chosen, Some(Dpop::None));
    let chosen = choose(&mut harness, "call", "a foreign key");
    assert_eq!(chosen, Some(Dpop::Generated));
}

#[test]
fn a_proof_is_on_the_card_in_the_request_and_opens_as_a_token() {
    let mut model = sample("sample-dpop");
    let id = model.session.chain.unwrap();
    let holder = crypto::generate(&Alg::Es256, None).unwrap();
    let jkt = holder.thumbprint().unwrap();
    let run = model.runs.get_mut(&id).unwrap();
    let given = run.nodes.get_mut("research").unwrap();
    let mut claims = given.token.as_ref().unwrap().claims_map().clone();
    claims.insert("cnf".into(), json!({ "jkt": jkt }));
    let (header, claims) = (json!({ "typ": "at+jwt" }), Value::Object(claims));
    let token = craft::mint(&header, &claims, &key(), &Alg::Es256).unwrap();
    given.token = Some(decode(&token).into());
    let call = run.nodes.get_mut("call").unwrap();
    call.proof_key = Some(holder.clone());
    let request = &mut call.exchanged[0].request;
    let about = About {
        method: "GET",
        url: &request.url.clone(),
        token: Some(&token),
        nonce: None,
    };
    let proof = Draft::new(&holder, &about, &Env::system(Clock::System));
    let proof = proof.unwrap().sign().unwrap();
    let bearer = Field::token("Authorization", format!("DPoP {token}"));
    request.headers.push(bearer);
    request.headers.push(Field::token(HEADER, &*proof));
    model.revision += 1;
    model.session.selection = Selection::ChainNode(id, "call".into());
    // High enough for the whole request.
    let mut harness = window(false, [1440.0, 1600.0], model, View::CHAIN);
    assert!(
        harness
            .query_by_label_contains(
                "Exchange as researcher, aud documents-api, documents:read, 200 · bound to key"
            )
            .is_some()
    );
    assert!(
        harness
            .query_by_label_contains("Call, GET documents-api, DPoP proof")
            .is_some()
    );
    assert!(harness.query_by_label(&jkt).is_some(), "whose key");
    harness.get_by_label("Request").click();
    settle(&mut harness);
    assert!(harness.query_by_label_contains(&proof[..60]).is_some());
    harness.get_by_label("Read this proof").click();
    settle(&mut harness);
    let model = harness.state().model();
    assert_eq!(model.session.view, View::TOKEN);
    let read = model.workspace.tokens.last().unwrap();
    assert_eq!(
        (&*read.raw, read.origin.as_str()),
        (&*proof, "pasted, header DPoP")
    );
    assert_eq!(decode(&read.raw).kind, Kind::DpopProof);
}
