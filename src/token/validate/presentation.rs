//! What a verifier asks of an SD-JWT beside the issuer's signature (RFC 9901 §7.1, §7.3).

use super::Policy;
use crate::{
    kit::{
        clock::numeric_date_words,
        text::{capital, escape},
    },
    token::{
        Kind, ProblemKind, Token, claims,
        sd_jwt::{self, SdJwt},
    },
};

/// Why disclosures and key binding are to be refused, a sentence each; empty for any other token.
pub fn presentation_problems(token: &Token, policy: &Policy) -> Vec<String> {
    let Some(sd) = &token.disclosed else {
        return Vec::new();
    };
    let mut found: Vec<String> = token
        .problems
        .iter()
        .filter(|p| p.part == "disclosures" && p.kind != ProblemKind::Cleaned)
        .map(|p| format!("{}.", capital(&p.message)))
        .collect();
    found.extend(binding_problems(token, sd, policy));
    found
}

/// What is wrong with the key binding JWT, beside what reading it has found.
fn binding_problems(token: &Token, sd: &SdJwt, policy: &Policy) -> Vec<String> {
    let Some(kb) = &sd.binding else {
        return Vec::new();
    };
    let mut found = Vec::new();
    match sd_jwt::binding(token) {
        Some(Ok(())) => {}
        Some(Err(why)) => found.push(format!("{}.", capital(&why.to_string()))),
        None => found.push("The key binding cannot be read (RFC 9901 §4.3).".into()),
    }
    if kb.kind != Kind::KeyBinding {
        return found; // reading has said so
    }
    let typ = kb
        .header_text("typ")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if typ.strip_prefix("application/").unwrap_or(&typ) != "kb+jwt" {
        found.push("The `typ` of the key binding is not `kb+jwt` (RFC 9901 §4.3).".into());
    }
    for name in ["iat", "aud", "nonce", "sd_hash"] {
        if kb.claim(name).is_none() {
            found.push(format!(
                "The key binding has no `{name}`, which is required (RFC 9901 §4.3)."
            ));
        }
    }
    if kb.claim("iat").is_some() {
        match claims::numeric_date(kb, "iat") {
            Some(made) if policy.now.as_second().saturating_add(policy.leeway) < made => {
                let at = numeric_date_words(made);
                found.push(format!(
                    "The key binding was made in the future, at {at} (`iat`)."
                ));
            }
            Some(_) => {}
            None => found.push("`iat` of the key binding is not a number of seconds.".into()),
        }
    }
    found
}

/// What an SD-JWT without a fault discloses, and what its key binding is worth; `None` for any other
/// token.
pub fn presented(token: &Token) -> Option<String> {
    let sd = token.disclosed.as_deref()?;
    let names: Vec<String> = sd
        .disclosures
        .iter()
        .filter_map(|one| one.pointer.as_deref())
        .map(|pointer| escape(pointer.trim_start_matches('/')).into_owned())
        .collect();
    let disclosed = match names.len() {
        0 => "nothing selectively".to_owned(),
        1..=20 => names.join(", "),
        n => format!("{} and {} more", names[..20].join(", "), n - 20),
    };
    let hidden = match sd.hidden {
        0 => String::new(),
        1 => "; 1 hash has no disclosure: it stays hidden, or is a decoy".to_owned(),
        n => format!("; {n} hashes have no disclosure: they stay hidden, or are decoys"),
    };
    Some(format!("{disclosed}{hidden}"))
}

/// What the key binding is worth, in words; `None` without one.
pub fn key_binding_words(token: &Token) -> Option<String> {
    let kb = token.disclosed.as_deref()?.binding.as_deref()?;
    let fits = token.disclosed.as_deref()?.hash_fits == Some(true);
    let aud = kb.claim_text("aud").map(|aud| escape(aud).into_owned());
    Some(match sd_jwt::binding(token)? {
        Ok(()) if fits => format!(
            "fits: signed by the key in `cnf`, for this presentation to {}",
            aud.unwrap_or_else(|| "nobody it names".into())
        ),
        Ok(()) => "does not fit: signed by the key in `cnf`, but for another presentation".into(),
        Err(why) => format!("does not fit: {why}"),
    })
}
