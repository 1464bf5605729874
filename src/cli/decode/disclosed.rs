//! What an SD-JWT discloses.

use serde_json::{Value, json};

use crate::{
    cli::output::{columns, shown},
    kit::text::{escape, shorten},
    token::{
        Token,
        sd_jwt::{self, ClaimPlace, ClaimState},
    },
};

/// Hashes that are shown one by one in words.
const SHOWN: usize = 20;

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
            "reason": signature.and_then(Result::err).map(|why| why.to_string()),
        })
    });
    let unmatched: Vec<Value> = sd
        .disclosures
        .iter()
        .filter(|d| d.pointer.is_none())
        .map(|d| json!({ "name": d.name, "value": d.value, "digest": d.digest }))
        .collect();
    Some(json!({
        "claims": sd.claims,
        "places": sd.places.iter().filter_map(place).collect::<Vec<_>>(),
        "unmatched": unmatched,
        "disclosures": disclosures,
        "hidden": sd.hidden,
        "key_binding": binding,
    }))
}

/// A place where the holder may choose; none where the issuer signed in clear.
fn place(place: &ClaimPlace) -> Option<Value> {
    match &place.state {
        ClaimState::Signed(_) | ClaimState::Inside(..) => None,
        ClaimState::Disclosed(n) => Some(json!({
            "state": "disclosed",
            "pointer": place.pointer,
            "disclosure": n,
        })),
        ClaimState::Hidden(digest) => Some(json!({
            "state": "not_disclosed",
            "inside": place.pointer,
            "digest": digest,
        })),
    }
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
    let hidden = sd.places.iter().filter_map(|place| match &place.state {
        ClaimState::Hidden(digest) => Some((place.pointer.as_str(), digest)),
        _ => None,
    });
    for (inside, digest) in hidden.clone().take(SHOWN) {
        let inside = if inside.is_empty() { "/" } else { inside };
        rows.push((
            "not disclosed".into(),
            format!(
                "{}  in {}, or a decoy",
                escape(&shorten(digest, 60)),
                escape(inside)
            ),
        ));
    }
    if sd.hidden > SHOWN {
        let more = format!("{} more hashes, of claims or decoys", sd.hidden - SHOWN);
        rows.push(("not disclosed".into(), more));
    }
    if let Some(kb) = &sd.binding {
        let words = match (sd_jwt::binding(token), sd.hash_fits) {
            (Some(Ok(())), Some(true)) => {
                "signed by the key in `cnf`, for this presentation".to_owned()
            }
            (Some(Ok(())), _) => "signed by the key in `cnf`, for another presentation".to_owned(),
            (Some(Err(why)), _) => why.to_string(),
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
