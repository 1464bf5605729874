//! Node kind `call`: a call of an API with a token.

use serde::{Deserialize, Serialize};
use url::Url;

use super::StepKind;
use crate::{
    chain::{
        Node, Role,
        engine::{Begun, Proving, Stage, Starting},
        file::{FileError, fields::Fields, write::Lines},
        run::Failure,
        wires::Input,
    },
    kit::text::{escape, excerpt},
    oauth::{
        http::{Field, Method, Request},
        metadata,
    },
};

/// Settings of a node that calls an API.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Call {
    /// Node whose token is sent.
    pub token: String,
    /// Absolute URL, or the name of a practice resource server (`payments-api`).
    pub url: String,
    /// Method; `GET` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

impl StepKind for Call {
    fn read(fields: &mut Fields<'_, '_>) -> Result<Self, FileError> {
        Ok(Self {
            token: fields.required("token")?,
            url: fields.required("url")?,
            method: fields.text("method")?,
        })
    }

    fn write(&self, out: &mut Lines) {
        out.text("token", Some(&self.token));
        out.text("url", Some(&self.url));
        out.text("method", self.method.as_ref());
    }

    fn title(&self) -> &'static str {
        "Call"
    }

    fn word(&self) -> &'static str {
        "call"
    }

    fn start(&self, starting: &Starting<'_>) -> Begun {
        let (sent, _) = starting.input(&self.token, Role::Bearer)?;
        let url = api(starting, &self.url)?;
        let method = match self.method.as_deref() {
            None => Method::Get,
            Some(name) => Method::parse(name).ok_or_else(|| {
                Failure::setup(
                    format!("`{}` is no method that is sent here", excerpt(name, 40)),
                    "choose GET, POST, PUT, PATCH or DELETE",
                )
            })?,
        };
        let mut notes = Vec::new();
        let giver = starting.run.nodes.get(&self.token);
        let scheme = giver.and_then(|n| n.scheme.as_deref());
        if scheme == Some("N_A") {
            return Err(Failure {
                expected: "RFC 8693 §2.2.1: a token issued as N_A is no access token and is never sent to an API".into(),
                ..Failure::setup(
                    "the token was issued with `token_type` N_A",
                    "ask for an access token in the exchange before",
                )
            });
        }
        let key = starting.key_for(&self.token, &sent)?;
        if key.is_none() && scheme == Some("DPoP") {
            notes.push(
                "the token is bound to a key and is sent as Bearer without a proof, as this node says: an API that checks refuses it (RFC 9449 §7.2)".into(),
            );
        }
        if url.scheme() == "http" && !metadata::is_loopback(&url) {
            notes.push("the token goes over the network in clear text (RFC 6750 §5.3)".into());
        }
        let purpose = format!(
            "call, {}",
            url.path_segments()
                .and_then(|mut s| s.next_back().map(str::to_owned))
                .filter(|s| !s.is_empty())
                .or_else(|| url.host_str().map(str::to_owned))
                .unwrap_or_default()
        );
        let mut request = Request::get(url);
        request.method = method;
        let scheme = if key.is_some() { "DPoP" } else { "Bearer" };
        request.headers.push(Field::token(
            "Authorization",
            format!("{scheme} {}", sent.raw),
        ));
        match key {
            None => Ok(starting.send(purpose, request, Stage::Call, notes)),
            Some(key) => {
                let proving = Proving::of_token(key.clone(), request, sent);
                starting.prove(purpose, proving, &key, Stage::Call, notes)
            }
        }
    }

    fn flaws(&self, _node: &Node, flaw: &mut dyn FnMut(String)) {
        if self.url.trim().is_empty() {
            flaw(
                "no URL is given: write an absolute URL, or the name of a practice resource server"
                    .into(),
            );
        }
        if let Some(method) = &self.method
            && Method::parse(method).is_none()
        {
            flaw(format!(
                "`{}` is no method that is sent here: GET, POST, PUT, PATCH or DELETE",
                escape(method)
            ));
        }
    }

    fn inputs(&self) -> Vec<(Role, Option<&str>)> {
        vec![(Role::Bearer, Some(&self.token))]
    }

    fn inputs_mut(&mut self) -> Vec<(Role, Input<'_>)> {
        vec![(Role::Bearer, Input::Needed(&mut self.token))]
    }

    fn instead_of_token(&self) -> Option<&'static str> {
        Some("calls an API")
    }

    fn is_at_practice(&self, _node: &Node) -> bool {
        Url::parse(&self.url).is_err()
    }

    fn stands_beside(&self) -> bool {
        true
    }
}

fn api(starting: &Starting<'_>, text: &str) -> Result<Url, Failure> {
    let text = text.trim();
    if let Some(url) = starting.directory.resource(text) {
        return Ok(url);
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url),
        _ => Err(Failure::setup(
            format!(
                "`{}` is no http or https URL, and the practice server has no resource server of that name",
                excerpt(text, 100)
            ),
            "write an absolute URL, or the name of a practice resource server such as payments-api; start the practice server if it does not run",
        )),
    }
}
