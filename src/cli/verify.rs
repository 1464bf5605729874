//! `delegraph verify`: signature and claims of a token, or of each of several.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    fetch,
    input::{self, Placed, Source},
    key_options::KeyOptions,
    keys,
    output::{Done, Failure, columns},
    subcommand::Setting,
};
use crate::{
    jose::b64,
    kit::text::escape,
    token::{
        Form, Token,
        bound::{self, Bound},
        decrypt::decrypt,
        validate::{
            Candidate, KeyOwner, KeyUsed, Policy, Signature, Verdict, bound, judge, presented,
            steps::Outcome,
        },
    },
};

/// Check the signature and the claims of a token, or of several
#[derive(clap::Args)]
#[command(
    after_help = "Without a key a DPoP proof is verified by the key that it brings: that proves possession of this key, \
                  and nothing more. Any other token needs a key of its issuer."
)]
pub(super) struct Options {
    #[command(flatten)]
    keys: KeyOptions,
    /// Issuer: its metadata and keys are fetched, and `iss` must be it
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Allowed algorithm; may be repeated. Without it the key decides, never the header alone
    #[arg(long, value_name = "A", value_delimiter = ',')]
    alg: Vec<String>,
    /// Audience that `aud` must name
    #[arg(long, value_name = "A")]
    audience: Option<String>,
    /// Allowed clock difference in seconds
    #[arg(long, value_name = "S", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(0..=86_400))]
    leeway: i64,
    /// File with the content that the token does not carry (detached, RFC 7515 appendix F)
    #[arg(long, value_name = "FILE")]
    detached: Option<PathBuf>,
    /// Name in `crit` that you understand and check on your own; may be repeated
    #[arg(long, value_name = "NAME")]
    understood: Vec<String>,
    #[command(flatten)]
    pick: input::Pick,
    /// Any text with a token, or with several: all are judged; `-` or nothing is standard input
    file: Option<PathBuf>,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let policy = Policy {
        leeway: options.leeway,
        algs: options
            .alg
            .iter()
            .map(|name| keys::algorithm(name))
            .collect::<Result<_, _>>()?,
        audience: options.audience.clone(),
        issuer: options.issuer.clone(),
        understood: options.understood.clone(),
        detached: options.detached.as_deref().map(input::bytes).transpose()?,
        // Without any a proof of possession is judged as the window does: by the key that it brings.
        keys_given: options.keys.is_given() || options.issuer.is_some(),
        ..Policy::at(setting.clock.now())
    };
    let path = options.file.as_deref().unwrap_or(Path::new("-"));
    if path.as_os_str() == "-" && options.keys.read_standard_input() {
        return Err(Failure::usage(
            "the token and the key cannot both come from standard input",
        ));
    }
    let source: Source = input::text(path)?;
    let tokens = input::picked(&source, &options.pick)?;
    let candidates = options.candidates()?;
    let bound = bindings(&source, &tokens);
    if let [one] = &tokens[..] {
        return Ok(judged(&one.token, &candidates, &policy, &bound[0]));
    }
    Ok(several(&tokens, &candidates, &policy, &bound))
}

/// What an ID token says of what came with it, and whether that is so.
type Bindings = Vec<(&'static str, Bound)>;

/// The bindings of each token to the others of its text.
fn bindings(source: &Source, tokens: &[Placed]) -> Vec<Bindings> {
    let all = input::tokens(std::slice::from_ref(source));
    let named = |name: &str, placed: &&Placed| placed.found.context.as_deref() == Some(name);
    let access: Vec<&str> = all
        .iter()
        .filter(|placed| named("access_token", placed))
        .map(|placed| &*placed.found.raw)
        .collect();
    let codes = codes(&source.text);
    let of = |placed: &Placed| {
        [("at_hash", &access), ("c_hash", &codes)]
            .into_iter()
            .filter_map(|(claim, values)| Some((claim, bound::fits(&placed.token, claim, values)?)))
            .collect()
    };
    tokens.iter().map(of).collect()
}

/// The authorization codes of a text: what stands behind `code=`.
fn codes(text: &str) -> Vec<&str> {
    const MOST: usize = 32;
    let value = |(at, name): (usize, &str)| {
        let before = text[..at].chars().next_back();
        let own = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
        let rest = &text[at + name.len()..];
        let end = rest.find(|c: char| !c.is_ascii_graphic() || matches!(c, '&' | '"' | '\'' | '#'));
        let value = &rest[..end.unwrap_or(rest.len())];
        (own && !value.is_empty()).then_some(value)
    };
    text.match_indices("code=")
        .filter_map(value)
        .take(MOST)
        .collect()
}

/// The verdict of one token.
fn judged(token: &Token, candidates: &[Candidate], policy: &Policy, bound: &Bindings) -> Done {
    if token.form == Form::Jwe {
        return encrypted(token, candidates, policy);
    }
    let mut verdict = judge(token, candidates, policy);
    for (claim, bound) in bound {
        if *bound == Bound::Differs {
            verdict
                .claims_problems
                .push(format!("`{claim}` {}", in_short(claim, *bound)));
        }
    }
    let payload = match &policy.detached {
        Some(content) => json_or_base64url(content),
        None => payload(token),
    };
    let mut json = as_json(&verdict, &payload);
    let mut text = in_words(token, &verdict);
    if let Some(members) = json.as_object_mut() {
        for (claim, bound) in bound {
            let fits = match bound {
                Bound::Fits => true.into(),
                Bound::Differs => false.into(),
                Bound::Unknown => Value::Null,
            };
            members.insert(format!("{claim}_fits"), fits);
        }
    }
    let said: Vec<(&str, String)> = bound
        .iter()
        .filter(|(_, bound)| *bound != Bound::Differs)
        .map(|(claim, bound)| (*claim, in_short(claim, *bound).to_owned()))
        .collect();
    text.push_str(&columns(2, &said));
    Done {
        json,
        text,
        good: verdict.verified(),
    }
}

fn in_short(claim: &str, bound: Bound) -> &'static str {
    match (claim, bound) {
        ("at_hash", Bound::Fits) => "fits the access token that came with it",
        ("at_hash", Bound::Differs) => {
            "does not fit the access token that came with it: that is of another response, or was \
             exchanged (OpenID Connect Core §3.1.3.6)"
        }
        (_, Bound::Fits) => "fits the code that came with it",
        (_, Bound::Differs) => {
            "does not fit the code that came with it (OpenID Connect Core §3.3.2.11)"
        }
        (_, Bound::Unknown) => "cannot be checked: `alg` does not say by which hash it was made",
    }
}

/// The verdicts of several tokens, each with its place. A token without structure has none: only its
/// issuer can tell, and it makes the others no worse.
fn several(
    tokens: &[Placed],
    candidates: &[Candidate],
    policy: &Policy,
    bound: &[Bindings],
) -> Done {
    let mut documents = Vec::new();
    let mut text = String::new();
    let (mut checked, mut good) = (0, true);
    for (placed, bound) in tokens.iter().zip(bound) {
        let opaque = placed.token.form == Form::Opaque;
        let mut done = judged(&placed.token, candidates, policy, bound);
        if !opaque {
            checked += 1;
            good &= done.good;
        }
        if let Some(members) = done.json.as_object_mut() {
            if opaque {
                members.insert("opaque".into(), true.into());
                members.insert("reason".into(), OPAQUE.into());
            }
            members.insert("source".into(), placed.source_json());
        }
        documents.push(done.json);
        let context = placed.found.context.as_deref();
        let context = context.map_or_else(String::new, |c| format!("  {}", escape(c)));
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}{context}\n", placed.place()));
        text.push_str(&if opaque {
            format!("Not checked: {OPAQUE}\n")
        } else {
            done.text
        });
    }
    let good = good && checked > 0;
    Done {
        json: json!({ "verified": good, "tokens": documents }),
        text,
        good,
    }
}

/// What can be said of a token without structure.
const OPAQUE: &str = "The token is opaque: only its issuer can tell whether it is good (RFC 7662).";

/// An encrypted token is opened with the keys, and what is inside is judged. Decryption alone proves
/// nothing about who made it (RFC 8725bis).
fn encrypted(token: &Token, candidates: &[Candidate], policy: &Policy) -> Done {
    let keys: Vec<_> = candidates.iter().map(|c| c.jwk.clone()).collect();
    let opened = decrypt(&token.raw, &keys);
    let Some(inner) = opened.inner.as_ref().filter(|_| opened.is_complete()) else {
        let mut verdict = judge(token, candidates, policy);
        verdict.reason = match opened.stopped {
            Some(why) => format!("The token is encrypted and was not opened: {why}."),
            None => "The token is encrypted, and what is inside is not signed: who made it is not \
                     known."
                .into(),
        };
        return Done {
            json: as_json(&verdict, &Value::Null),
            text: in_words(token, &verdict),
            good: false,
        };
    };
    let verdict = judge(inner, candidates, policy);
    let mut json = as_json(&verdict, &payload(inner));
    if let Some(members) = json.as_object_mut() {
        let headers: Vec<_> = opened.layers.iter().map(|l| &l.header).collect();
        members.insert("encrypted".into(), json!(headers));
    }
    Done {
        json,
        text: in_words(inner, &verdict),
        good: verdict.verified(),
    }
}

impl Options {
    fn candidates(&self) -> Result<Vec<Candidate>, Failure> {
        let mut candidates = self.keys.candidates()?;
        if let Some(issuer) = &self.issuer {
            let (_, jwks) = fetch::issuer(issuer)?;
            candidates.extend(
                jwks.keys.into_iter().map(|jwk| {
                    Candidate::new(jwk, format!("JWKS of {issuer}"), Some(issuer.clone()))
                }),
            );
        }
        Ok(candidates)
    }
}

fn as_json(verdict: &Verdict, payload: &Value) -> Value {
    let key = |key: &KeyUsed| {
        json!({
            "kid": key.kid,
            "thumbprint": key.thumbprint,
            "from": key.from,
            "owner": key.owner.name(),
        })
    };
    let signatures: Vec<Value> = verdict
        .signatures
        .iter()
        .map(|one| {
            let steps: Vec<Value> = one
                .steps
                .iter()
                .map(|step| {
                    json!({
                        "check": step.check.name(),
                        "outcome": step.outcome.name(),
                        "detail": step.detail,
                        "source": step.check.source(),
                    })
                })
                .collect();
            json!({
                "signature": one.signature.name(),
                "reason": one.reason,
                "key": one.key.as_ref().map(key),
                "key_problems": one.key_problems,
                "steps": steps,
            })
        })
        .collect();
    json!({
        "verified": verdict.verified(),
        "signature": verdict.signature.name(),
        "reason": verdict.reason,
        "key": verdict.key.as_ref().map(key),
        "claims_problems": verdict.claims_problems,
        "presentation_problems": verdict.presentation_problems,
        "payload": payload,
        "key_problems": verdict.key_problems,
        "remarks": verdict.remarks,
        "signatures": signatures,
    })
}

/// The claims, of an SD-JWT as a verifier hands them on, with what is disclosed and without hashes (RFC
/// 9901 §7.1); any other JSON, or base64url of what is not JSON.
fn payload(token: &Token) -> Value {
    if let Some(sd) = &token.disclosed {
        return sd.claims.clone();
    }
    match (&token.claims, &token.payload_bytes) {
        (Some(claims), _) => claims.value.clone(),
        (None, Some(bytes)) => json_or_base64url(bytes),
        (None, None) => Value::Null,
    }
}

fn json_or_base64url(bytes: &[u8]) -> Value {
    crate::kit::json::parse(bytes).map_or_else(|_| b64::encode(bytes).into(), |json| json.value)
}

fn in_words(token: &Token, verdict: &Verdict) -> String {
    let headline = match (verdict.verified(), verdict.signature) {
        (true, _) if verdict.signer() == Some(KeyOwner::Brought) => {
            "Verified, by the key that the proof brings"
        }
        (true, _) => "Verified",
        (false, Signature::Valid) if verdict.weak_key() => {
            "Not accepted: the signature is valid, the key is too weak"
        }
        (false, Signature::Valid) if !verdict.key_problems.is_empty() => {
            "Not accepted: the signature is valid, the key is malformed"
        }
        (false, Signature::Valid) if verdict.claims_problems.is_empty() => {
            "Not accepted: the issuer's signature is valid, what is presented is not"
        }
        (false, Signature::Valid) => "Not accepted: the signature is valid, the claims are not",
        (false, _) => "Not verified",
    };
    let mut rows = vec![
        ("token", super::decode::short(token)),
        (
            "signature",
            format!(
                "{}: {}",
                verdict.signature.name().replace('_', " "),
                escape(&verdict.reason)
            ),
        ),
    ];
    if let Some(key) = &verdict.key {
        let mut words: Vec<String> = Vec::new();
        words.extend(key.kid.as_ref().map(|k| format!("kid {}", escape(k))));
        words.extend(key.thumbprint.as_ref().map(|t| format!("thumbprint {t}")));
        words.push(format!("from {}", escape(&key.from)));
        rows.push(("key", words.join(", ")));
    }
    for remark in &verdict.remarks {
        rows.push(("remark", escape(remark).into_owned()));
    }
    if let [_, _, ..] = verdict.signatures[..] {
        for one in &verdict.signatures {
            let state = one.signature.name().replace('_', " ");
            rows.push(("", format!("{state}: {}", escape(&one.reason))));
        }
    }
    for step in verdict.signatures.iter().flat_map(|one| &one.steps) {
        if step.outcome == Outcome::Failed {
            let failed = format!("{} ({})", step.check.label(), step.check.source());
            rows.push(("failed", failed));
        }
    }
    for problem in &verdict.claims_problems {
        rows.push(("claims", escape(problem).into_owned()));
    }
    for problem in &verdict.presentation_problems {
        rows.push(("presented", escape(problem).into_owned()));
    }
    if verdict.presentation_problems.is_empty() {
        rows.extend(presented(token).map(|names| ("disclosed", names)));
        rows.extend(bound(token).map(|words| ("key binding", words)));
    }
    format!("{headline}\n{}", columns(2, &rows))
}
