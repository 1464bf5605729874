//! What an SD-JWT discloses.

use serde_json::{Value, json};

use super::shown;
use crate::{
    cli::output::columns,
    kit::text::escape,
    token::{Token, sd_jwt},
};

/// `None` when the token is no SD-JWT.
pub(super) fn as_json(token: &Token) -> Option<Value> {
    let sd = token.disclosed.as_ref()?;
    let disclosures: Vec<Value> = sd
        .disclosures
        .iter()
        .map(|d| {
            json!({ "name": d.name, "value": d.value, "pointer": d.pointer, "digest": d.digest })
        })
        .collect();
    let binding = sd.binding.as_ref().map(|kb| {
        let signature = sd_jwt::binding(token);
        json!({
            "header": kb.header.as_ref().map(|j| &j.value),
            "claims": kb.claims.as_ref().map(|j| &j.value),
            "hash_fits": sd.hash_fits,
            "verified": matches!(signature, Some(Ok(()))),
            "reason": signature.and_then(Result::err),
        })
    });
    Some(json!({
        "claims": sd.claims,
        "disclosures": disclosures,
        "hidden": sd.hidden,
        "key_binding": binding,
    }))
}

/// Nothing when the token is no SD-JWT.
pub(super) fn in_words(token: &Token) -> String {
    let Some(sd) = &token.disclosed else {
        return String::new();
    };
    let mut rows: Vec<(String, String)> = Vec::new();
    for one in &sd.disclosures {
        let place = one.pointer.as_deref().unwrap_or("belongs to no hash");
        rows.push((
            "disclosed".into(),
            format!("{}  {}", escape(place), shown(&one.value)),
        ));
    }
    if sd.hidden > 0 {
        rows.push((
            "hidden".into(),
            format!("{} hashes of hidden claims or decoys", sd.hidden),
        ));
    }
    if let Some(kb) = &sd.binding {
        let words = match (sd_jwt::binding(token), sd.hash_fits) {
            (Some(Ok(())), Some(true)) => {
                "signed by the key in `cnf`, for this presentation".to_owned()
            }
            (Some(Ok(())), _) => "signed by the key in `cnf`, for another presentation".to_owned(),
            (Some(Err(why)), _) => why,
            (None, _) => "cannot be read".to_owned(),
        };
        let to = kb.claim_text("aud").unwrap_or("?");
        rows.push((
            "key binding".into(),
            format!("{words}; audience {}", escape(to)),
        ));
    }
    columns(2, &rows)
}
