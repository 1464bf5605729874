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
    evidence::response,
    jose::b64,
    kit::text::escape,
    oauth::dpop::{Check, Reading, Seen},
    token::{
        Form, Kind, Token, claims,
        decrypt::decrypt,
        hashes::{self, Bound},
        validate::{
            Candidate, KeyOwner, KeyUsed, Policy, Signature, Verdict, judge, key_binding_words,
            presented, steps::Outcome,
        },
    },
};

/// Check the signature and the claims of a token, or of several
#[derive(clap::Args)]
#[command(
    after_help = "A DPoP proof is verified by the key that it brings, where it stands in a request or no key is given: that \
                  proves possession of this key, and nothing more. It is compared with the request and the token that it \
                  was sent with, as far as the text shows them. Any other token needs a key of its issuer."
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
    let all = input::tokens(std::slice::from_ref(&source));
    let judge = Judge {
        candidates: &candidates,
        policy: &policy,
        text: &source.text,
        all: &all,
    };
    // A token that another one holds in its claims is judged beside it, and makes it no worse.
    let outer = tokens.iter().filter(|t| t.found.inside.is_none()).count();
    if let [one] = &tokens[..] {
        return Ok(judge.one(one));
    }
    if outer == 1
        && let [one, inner @ ..] = &tokens[..]
        && one.found.inside.is_none()
    {
        return Ok(judge.with_inner(one, inner));
    }
    Ok(judge.several(&tokens))
}

/// What tokens are judged by.
struct Judge<'a> {
    candidates: &'a [Candidate],
    policy: &'a Policy,
    /// The text that holds them, and all tokens of it.
    text: &'a str,
    all: &'a [Placed],
}

/// What an ID token says of what came with it, and whether that is so.
type Bindings = Vec<(&'static str, Bound)>;

impl Judge<'_> {
    /// The verdict of one token.
    fn one(&self, placed: &Placed) -> Done {
        let token = &placed.token;
        if token.form == Form::Jwe && !token.is_cut() {
            return encrypted(token, self.candidates, self.policy);
        }
        let mut verdict = self.verdict(placed);
        let bound = self.bindings(placed);
        for (claim, bound) in &bound {
            if *bound == Bound::Differs {
                verdict
                    .claims_problems
                    .push(format!("`{claim}` {}", in_short(claim, *bound)));
            }
        }
        let proof = self.proof(placed);
        for step in proof.iter().flat_map(|reading| &reading.flaws) {
            verdict.presentation_problems.push(format!(
                "`{}`: {}, expected {} ({}).",
                step.check.name(),
                step.found,
                step.expected,
                step.check.source()
            ));
        }
        let payload = match &self.policy.detached {
            Some(content) => json_or_base64url(content),
            None => payload(token),
        };
        let mut json = as_json(&verdict, &payload);
        let mut text = in_words(token, &verdict);
        let mut said: Vec<(&str, String)> = Vec::new();
        if let Some(members) = json.as_object_mut() {
            for (claim, bound) in &bound {
                let fits = match bound {
                    Bound::Fits => true.into(),
                    Bound::Differs => false.into(),
                    Bound::Unknown => Value::Null,
                };
                members.insert(format!("{claim}_fits"), fits);
            }
            if let Some(reading) = &proof {
                members.insert("not_compared".into(), json!(reading.open));
            }
        }
        said.extend(
            bound
                .iter()
                .filter(|(_, bound)| *bound != Bound::Differs)
                .map(|(claim, bound)| (*claim, in_short(claim, *bound).to_owned())),
        );
        said.extend(
            proof
                .iter()
                .flat_map(|reading| &reading.open)
                .map(|why| ("unknown", (*why).to_owned())),
        );
        text.push_str(&columns(2, &said));
        Done {
            json,
            text,
            good: verdict.verified(),
        }
    }

    /// A proof that came in a request is by the key that it brings: the keys that are given are those of
    /// the tokens beside it. One that stands alone is judged by a key that is given for it.
    fn verdict(&self, placed: &Placed) -> Verdict {
        let token = &placed.token;
        let is_proof = token.kind == Kind::DpopProof;
        let own = Policy {
            keys_given: false,
            ..self.policy.clone()
        };
        if is_proof && (placed.sent.is_some() || placed.token_of_proof.is_some()) {
            return judge(token, self.candidates, &own);
        }
        let mut verdict = judge(token, self.candidates, self.policy);
        if is_proof
            && verdict.signature == Signature::Invalid
            && judge(token, &[], &own).signer() == Some(KeyOwner::Brought)
        {
            verdict.reason.push_str(
                " It fits the key that the proof brings in `jwk`, which is none of the keys given.",
            );
        }
        verdict
    }

    /// A proof of possession, compared with the request and the token that it was sent with.
    fn proof(&self, placed: &Placed) -> Option<Reading> {
        if placed.token.kind != Kind::DpopProof || placed.token.is_cut() {
            return None;
        }
        let sent = placed.sent.as_ref();
        let request = sent.and_then(|sent| sent.request.as_ref());
        let token = placed.token_of_proof.as_ref();
        let key = token.and_then(claims::holder_key);
        let seen = Seen {
            proof: &placed.token.raw,
            proofs: sent.map_or(1, |sent| sent.proofs),
            method: request.map(|line| line.method.as_str()),
            url: request.and_then(|line| line.url.as_deref()),
            token: token
                .filter(|token| !token.is_cut())
                .map(|token| &*token.raw),
            jkt: key.as_deref().and_then(|key| key.strip_prefix("jkt:")),
            now: self.policy.now.as_second(),
        };
        let mut reading = seen.judge();
        // The signature and the time are judged above, by the same policy as those of any token.
        reading
            .flaws
            .retain(|step| !matches!(step.check, Check::Signature | Check::Age));
        Some(reading)
    }

    /// What an ID token says of what came with it: in one response. Of what stands elsewhere in the text
    /// it says nothing.
    fn bindings(&self, placed: &Placed) -> Bindings {
        let named = |placed: &&Placed| placed.found.context.as_deref() == Some("access_token");
        let access: Vec<&str> = self
            .all
            .iter()
            .filter(named)
            .filter(|other| response::is_one(self.text, &placed.found.span, &other.found.span))
            .map(|other| &*other.found.raw)
            .collect();
        let codes = response::codes(self.text, &placed.found.span);
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let response = match placed.found.context.as_deref() {
            // The token of an earlier response, handed in.
            Some("id_token_hint" | "subject_token" | "actor_token" | "assertion") => false,
            _ => placed.found.inside.is_none(),
        };
        [("at_hash", &access), ("c_hash", &codes)]
            .into_iter()
            .filter(|_| response)
            .filter_map(|(claim, values)| {
                Some((claim, hashes::fits(&placed.token, claim, values)?))
            })
            .collect()
    }

    /// The verdict of a token, with those of the tokens that it holds in its claims.
    fn with_inner(&self, outer: &Placed, inner: &[Placed]) -> Done {
        let mut done = self.one(outer);
        let mut documents = Vec::new();
        for placed in inner {
            let (document, text, _) = self.placed(placed);
            documents.push(document);
            done.text.push_str(&format!("\n{text}"));
        }
        if let Some(members) = done.json.as_object_mut() {
            members.insert("inside".into(), documents.into());
        }
        done
    }

    /// The verdicts of several tokens, each with its place. A token without structure has none: only
    /// its issuer can tell, and it makes the others no worse; neither does one that stands in the
    /// claims of another.
    fn several(&self, tokens: &[Placed]) -> Done {
        let mut documents = Vec::new();
        let mut texts = Vec::new();
        let (mut checked, mut good) = (0, true);
        for placed in tokens {
            let (document, text, verdict) = self.placed(placed);
            if let Some(verdict) = verdict.filter(|_| placed.found.inside.is_none()) {
                checked += 1;
                good &= verdict;
            }
            documents.push(document);
            texts.push(text);
        }
        let good = good && checked > 0;
        Done {
            json: json!({ "verified": good, "tokens": documents }),
            text: texts.join("\n"),
            good,
        }
    }

    /// The verdict of a token with its place, as JSON and in words, and whether it is good; nothing
    /// where that cannot be said of it.
    fn placed(&self, placed: &Placed) -> (Value, String, Option<bool>) {
        // What is left of a token is no opaque one: nobody can tell whether it was good.
        let opaque = placed.token.form == Form::Opaque && !placed.token.is_cut();
        let mut done = self.one(placed);
        if let Some(members) = done.json.as_object_mut() {
            if opaque {
                members.insert("opaque".into(), true.into());
                members.insert("reason".into(), OPAQUE.into());
            }
            if let Some(claim) = &placed.found.inside {
                members.insert("claim".into(), claim.as_str().into());
            }
            members.insert("source".into(), placed.source_json());
        }
        let mut title = placed.place();
        if let Some(context) = &placed.found.context {
            title.push_str(&format!("  {}", escape(context)));
        }
        if let Some(claim) = &placed.found.inside {
            title.push_str(&format!("  inside the token, at {}", escape(claim)));
        }
        let words = if opaque {
            format!("Not checked: {OPAQUE}\n")
        } else {
            done.text
        };
        let verdict = (!opaque).then_some(done.good);
        (done.json, format!("{title}\n{words}"), verdict)
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
        (false, Signature::Cut) => "Cannot be judged: the token is cut or masked",
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
        rows.extend(key_binding_words(token).map(|words| ("key binding", words)));
    }
    format!("{headline}\n{}", columns(2, &rows))
}
