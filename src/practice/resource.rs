//! The resource servers (RFC 6750, RFC 9068 §4, RFC 9449 §7). They answer what they saw in the token, what they
//! decided, and every reason against it: a learner sees the inside of an API gateway.

use serde_json::{Value, json};

use super::{
    Fault,
    answer::Answer,
    held::{self, Held, Scheme},
    issued::{Flaw, Seen},
    memory::NonceGiver,
    proof,
    realm::{PROFILE, RESOURCES, Realm, Resource},
    refusal::{plain, quote},
    server::{Request, Server},
};
use crate::oauth::dpop;

/// What is done with the token beside deciding.
const NOTE: &str = "Decided by the claims of the token itself and by the current actor. Prior actors are information and decide nothing (RFC 8693 §4.1).";

/// Any method on `/resources/{name}` and on paths below it.
pub fn answer(server: &mut Server<'_>, name: &str, request: &Request<'_>) -> Answer {
    let Some(resource) = RESOURCES.into_iter().find(|r| r.name == name) else {
        return Answer::not_found();
    };
    let (operation, needs) = match (request.method, resource.write) {
        ("GET" | "HEAD", _) => ("read", resource.read),
        ("POST", Some(write)) => ("change", write),
        _ => return wrong_method(resource),
    };
    let (scheme, token) = match credentials(request) {
        Ok(found) => found,
        Err(credentials) => return no_token(server.realm, resource, needs, credentials),
    };
    let mut seen = server.see(token, server.faults);
    let nonces = proof::nonces(server, NonceGiver::Resource);
    let sent = held::Sent {
        scheme,
        token,
        nonces: &nonces,
    };
    let held = held::judge(server, &seen, request, &sent);
    let verdict = judge(&mut seen, &held, resource, needs, server);
    let body = json!({
        "resource": resource.name,
        "operation": operation,
        "needs_scope": needs,
        "decision": if verdict.is_none() { "allowed" } else { "refused" },
        "error": verdict.map(|v| v.code),
        "saw": saw(&seen, &held),
        "reasons": seen.flaws.iter().map(reason).collect::<Vec<_>>(),
        "note": NOTE,
    });
    let answer = match verdict {
        None => uncached(200, body),
        Some(verdict) => {
            let words = seen
                .flaws
                .iter()
                .map(Flaw::words)
                .collect::<Vec<_>>()
                .join("; ");
            // The scheme that the token should have come by (RFC 9449 §7.1, §7.2).
            let scheme = if seen.jkt().is_some() {
                Scheme::Dpop
            } else {
                scheme
            };
            refuse(server.realm, resource, scheme, verdict, needs, &words, body)
        }
    };
    answer.with_nonce(&nonces)
}

fn uncached(status: u16, body: Value) -> Answer {
    Answer {
        status,
        headers: vec![("cache-control", "no-store".into())],
        body,
    }
}

/// How a request fails (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Verdict {
    status: u16,
    code: &'static str,
}

/// Adds what this resource server asks beyond a good token: its own name in `aud`, the proof of the
/// key that it is bound to, and the scope.
fn judge(
    seen: &mut Seen,
    held: &Held,
    resource: Resource,
    needs: &str,
    server: &Server<'_>,
) -> Option<Verdict> {
    let own = [
        resource.name.to_owned(),
        server.realm.resource_url(resource),
    ];
    let audience = seen.audience();
    if !server.faults.contains(Fault::AudienceIgnored)
        && !audience.is_empty()
        && !audience.iter().any(|a| own.contains(a))
    {
        seen.flaws.push(Flaw {
            check: "aud",
            found: quote(&audience.join(" ")),
            expected: format!("{} or {}", own[0], own[1]),
            source: "RFC 9068 §4",
        });
    }
    let bad_token = !seen.flaws.is_empty();
    seen.flaws.extend(held.flaws.iter().cloned());
    let invalid = !seen.flaws.is_empty();
    if !seen.scopes().contains(needs) {
        let found = seen.text("scope");
        let found = if found.is_empty() {
            "none".into()
        } else {
            quote(found)
        };
        seen.flaws.push(Flaw {
            check: "scope",
            found,
            expected: needs.to_owned(),
            source: "RFC 6750 §3.1",
        });
    }
    if invalid {
        Some(Verdict {
            status: 401,
            code: held.error.filter(|_| !bad_token).unwrap_or("invalid_token"),
        })
    } else if seen.flaws.is_empty() {
        None
    } else {
        Some(Verdict {
            status: 403,
            code: "insufficient_scope",
        })
    }
}

fn saw(seen: &Seen, held: &Held) -> Value {
    let mut actors = seen.actors().into_iter();
    let current = actors.next();
    let scopes = seen.scopes();
    let mut saw = json!({
        "signature_verified": seen.verified,
        "subject": seen.claims.get("sub"),
        "issuer": seen.claims.get("iss"),
        "audience": seen.audience(),
        "client": seen.claims.get("client_id"),
        "current_actor": current,
        "prior_actors": actors.collect::<Vec<_>>(),
        "scopes": scopes,
        "token_id": seen.claims.get("jti"),
        "expires": seen.claims.get("exp"),
        "binding": held.saw,
    });
    if seen.verified && scopes.contains(PROFILE) {
        saw["name"] = seen.text("sub").into();
    }
    saw
}

fn reason(flaw: &Flaw) -> Value {
    json!({
        "check": flaw.check,
        "found": flaw.found,
        "expected": flaw.expected,
        "source": flaw.source,
    })
}

/// Why there is no token to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credentials {
    None,
    Scheme,
    Several,
    Query,
}

/// The token of the Authorization header (RFC 6750 §2.1, RFC 9449 §7.1).
fn credentials<'a>(request: &Request<'a>) -> Result<(Scheme, &'a str), Credentials> {
    let in_query = url::form_urlencoded::parse(request.query.as_bytes())
        .any(|(name, _)| name == "access_token");
    if in_query {
        return Err(Credentials::Query);
    }
    let value = match request.authorization[..] {
        [] => return Err(Credentials::None),
        [value] => value,
        _ => return Err(Credentials::Several),
    };
    let text = std::str::from_utf8(value).ok().filter(|v| v.is_ascii());
    match text.and_then(|v| v.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok((Scheme::Bearer, token.trim()))
        }
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => {
            Ok((Scheme::Dpop, token.trim()))
        }
        _ => Err(Credentials::Scheme),
    }
}

fn no_token(realm: &Realm, resource: Resource, needs: &str, credentials: Credentials) -> Answer {
    let (status, code, found) = match credentials {
        Credentials::None => (401, "", "no Authorization header"),
        Credentials::Scheme => (
            401,
            "",
            "an Authorization header without Bearer or DPoP and a token after it",
        ),
        Credentials::Several => (400, "invalid_request", "several Authorization headers"),
        Credentials::Query => (
            400,
            "invalid_request",
            "a token in the query, where logs and histories keep it",
        ),
    };
    let flaw = Flaw {
        check: "credentials",
        found: found.into(),
        expected:
            "one header: Authorization: Bearer TOKEN, or DPoP TOKEN when it is bound to a key"
                .into(),
        source: "RFC 6750 §2.1, RFC 9449 §7.1",
    };
    let body = json!({
        "resource": resource.name,
        "needs_scope": needs,
        "decision": "refused",
        "error": (!code.is_empty()).then_some(code),
        "saw": null,
        "reasons": [reason(&flaw)],
        "note": NOTE,
    });
    let words = flaw.words();
    let mut answer = refuse(
        realm,
        resource,
        Scheme::Bearer,
        Verdict { status, code },
        needs,
        &words,
        body,
    );
    // Both schemes are offered (RFC 9449 §7.2).
    let dpop = format!("DPoP {}", algs());
    answer.headers.push(("www-authenticate", dpop));
    answer
}

/// `algs` of a challenge (RFC 9449 §7.1).
fn algs() -> String {
    let names = dpop::ALGS.map(|alg| alg.name().to_owned());
    format!("algs=\"{}\"", names.join(" "))
}

fn refuse(
    realm: &Realm,
    resource: Resource,
    scheme: Scheme,
    verdict: Verdict,
    needs: &str,
    words: &str,
    body: Value,
) -> Answer {
    let mut challenge = format!(
        "{} realm=\"{}\", resource_metadata=\"{}\"",
        scheme.name(),
        resource.name,
        realm.url(&format!(
            "/.well-known/oauth-protected-resource/resources/{}",
            resource.name
        )),
    );
    // RFC 6750 §3.1: no error code for a request that shows no credentials.
    if !verdict.code.is_empty() {
        challenge = format!(
            "{challenge}, error=\"{}\", error_description=\"{}\"",
            verdict.code,
            plain(words)
        );
    }
    if scheme == Scheme::Dpop {
        challenge = format!("{challenge}, {}", algs());
    }
    if matches!(verdict.code, "" | "invalid_request" | "insufficient_scope") {
        challenge = format!("{challenge}, scope=\"{needs}\"");
    }
    let mut answer = uncached(verdict.status, body);
    answer.headers.push(("www-authenticate", challenge));
    answer
}

fn wrong_method(resource: Resource) -> Answer {
    let allow = if resource.write.is_some() {
        "GET, HEAD, POST"
    } else {
        "GET, HEAD"
    };
    Answer {
        status: 405,
        headers: vec![("allow", allow.into())],
        body: json!({
            "error": "method_not_allowed",
            "error_description": format!("{} takes {allow}: GET reads, POST changes", resource.name),
        }),
    }
}
