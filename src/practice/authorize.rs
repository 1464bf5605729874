//! The authorization endpoint (RFC 6749 §3.1, PKCE by RFC 7636, redirects by RFC 8252 §7.3).

use url::{Host, Url};

use super::{
    form::Form,
    memory::{CODE_LIFE, Code, Grant},
    realm::{self, PROFILE, USERS, WORKBENCH},
    refusal::{Refusal, quote},
    server::Server,
    target::{self, Plan},
};
use crate::jose::b64;

/// What the browser gets.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It is sent back to the client, at this address.
    Back(Url),
    /// The page to choose a user.
    Choose(Choice),
    /// Nothing is sent back: client or redirect URI are not known to be good (RFC 6749 §4.1.2.1).
    Stop(Refusal),
}

/// What the page to choose a user shows.
#[derive(Debug, Clone)]
pub struct Choice {
    /// `client_id`, and where it waits.
    pub client: String,
    /// What the token will be for.
    pub target: String,
    /// Scopes, in words.
    pub scope: String,
    /// The agent that alone may exchange it.
    pub may_act: Option<&'static str>,
    /// What to say about a `login_hint` that is no user.
    pub note: Option<String>,
    /// Users and where their choice leads.
    pub users: Vec<(&'static str, String)>,
    /// Where refusing leads.
    pub deny: String,
}

/// `GET /authorize`.
pub fn answer(server: &mut Server<'_>, query: &str) -> Reply {
    let known = Form::read(query.as_bytes())
        .and_then(|form| redirect_uri(&form).map(|redirect| (form, redirect)));
    let (form, redirect) = match known {
        Ok(known) => known,
        Err(refusal) => return Reply::Stop(refusal),
    };
    let said = match decide(server, &form, &redirect) {
        Ok(Next::Choose(choice)) => return Reply::Choose(choice),
        Ok(Next::Code(code)) => vec![("code", code)],
        Err(refusal) => vec![
            ("error", refusal.code.to_owned()),
            ("error_description", refusal.description),
        ],
    };
    Reply::Back(back(server, &form, redirect, &said))
}

enum Next {
    Choose(Choice),
    Code(String),
}

fn decide(server: &mut Server<'_>, form: &Form, redirect: &Url) -> Result<Next, Refusal> {
    let response_type = form.need("response_type")?;
    if response_type != "code" {
        return Err(Refusal::new(
            "unsupported_response_type",
            format!(
                "response_type is {}, this server has code",
                quote(response_type)
            ),
        ));
    }
    if let Some(mode) = form.one("response_mode")?
        && mode != "query"
    {
        return Err(Refusal::request(format!(
            "response_mode is {}, this server has query",
            quote(mode)
        )));
    }
    for unsupported in ["request", "request_uri"] {
        if form.one(unsupported)?.is_some() {
            return Err(Refusal::request(format!(
                "{unsupported} is not supported: send the parameters themselves (RFC 9101 §6.3)"
            )));
        }
    }
    let challenge = challenge(form)?;
    let plan = target::plan(server.realm, form, &[PROFILE])?;
    let may_act = form.may_act()?;
    form.one("state")?;
    let jkt = dpop_jkt(form)?;
    if form.one("deny")?.is_some() {
        return Err(Refusal::new("access_denied", "the user refused"));
    }
    let hint = form.one("login_hint")?;
    match hint.and_then(|hint| USERS.into_iter().find(|user| *user == hint)) {
        Some(user) => {
            let code = server.random(32);
            let now = server.now;
            let kept = server.memory.add_code(
                code.clone(),
                Code {
                    redirect_uri: form.need("redirect_uri")?.to_owned(),
                    challenge,
                    usable_until: now + CODE_LIFE,
                    jkt,
                    grant: Grant {
                        user,
                        scope: plan.scope,
                        target: plan.wanted.target,
                        audience: plan.wanted.audience,
                        may_act,
                        offline: plan.offline,
                        auth_time: now,
                        issued: Vec::new(),
                        revoked: false,
                    },
                    used: None,
                },
                now,
            );
            if kept {
                Ok(Next::Code(code))
            } else {
                Err(Refusal::server(
                    "too many sign-ins under way; wait a minute",
                ))
            }
        }
        None => Ok(Next::Choose(choose(form, redirect, &plan, may_act, hint))),
    }
}

/// `code_challenge`, S256 only (RFC 7636 §4.3; RFC 9700 §2.1.1).
fn challenge(form: &Form) -> Result<String, Refusal> {
    let Some(challenge) = form.one("code_challenge")? else {
        return Err(Refusal::request(
            "code_challenge is missing: a public client must use PKCE (RFC 8252 §6, RFC 7636 §4.4.1)",
        ));
    };
    match form.one("code_challenge_method")? {
        Some("S256") => {}
        Some(other) => {
            return Err(Refusal::request(format!(
                "code_challenge_method is {}, this server has S256",
                quote(other)
            )));
        }
        None => {
            return Err(Refusal::request(
                "code_challenge_method is missing and would mean plain (RFC 7636 §4.3); this server has S256",
            ));
        }
    }
    if b64::decode(challenge).map_or(0, |hash| hash.len()) != 32 {
        return Err(Refusal::request(format!(
            "code_challenge is {}, expected the 43 characters of a SHA-256 in base64url (RFC 7636 §4.2)",
            quote(challenge)
        )));
    }
    Ok(challenge.to_owned())
}

/// `dpop_jkt`: the key that the code is to be bound to (RFC 9449 §10).
fn dpop_jkt(form: &Form) -> Result<Option<String>, Refusal> {
    match form.one("dpop_jkt")? {
        Some(jkt) if b64::decode(jkt).map_or(0, |hash| hash.len()) != 32 => {
            Err(Refusal::request(format!(
                "dpop_jkt is {}, expected the 43 characters of a key's SHA-256 thumbprint in base64url (RFC 9449 §10, RFC 7638)",
                quote(jkt)
            )))
        }
        jkt => Ok(jkt.map(str::to_owned)),
    }
}

/// The redirect URI, when client and redirect URI are good.
fn redirect_uri(form: &Form) -> Result<Url, Refusal> {
    let client = form.need("client_id")?;
    if realm::agent(client).is_some() {
        return Err(Refusal::new(
            "unauthorized_client",
            format!(
                "{client} signs in no users and has no redirect URI; users sign in with {WORKBENCH}"
            ),
        ));
    }
    if client != WORKBENCH {
        return Err(Refusal::request(format!(
            "client_id is {}, which is no client that users sign in with; that is {WORKBENCH}",
            quote(client)
        )));
    }
    let text = form.need("redirect_uri")?;
    Url::parse(text)
        .ok()
        .filter(is_callback)
        .ok_or_else(|| {
            Refusal::request(format!(
                "redirect_uri is {}, expected http://127.0.0.1:PORT/callback or http://[::1]:PORT/callback with any port (RFC 8252 §7.3)",
                quote(text)
            ))
        })
}

/// Loopback by its address, not by a name (RFC 8252 §8.3); everything but the port is exact.
fn is_callback(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        _ => false,
    };
    loopback
        && url.scheme() == "http"
        && url.path() == "/callback"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

/// The address that sends the browser back to the client, with `state` and `iss` (RFC 9207).
fn back(server: &Server<'_>, form: &Form, mut redirect: Url, said: &[(&str, String)]) -> Url {
    {
        let mut query = redirect.query_pairs_mut();
        query.extend_pairs(said);
        if let Some(state) = form.all("state").next() {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &server.realm.issuer);
    }
    redirect
}

fn choose(
    form: &Form,
    redirect: &Url,
    plan: &Plan,
    may_act: Option<&'static str>,
    hint: Option<&str>,
) -> Choice {
    let link = |name: &str, value: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (known, value) in form.fields() {
            if known != "login_hint" && known != "deny" {
                query.append_pair(known, value);
            }
        }
        query.append_pair(name, value);
        format!("/authorize?{}", query.finish())
    };
    Choice {
        client: format!("{WORKBENCH} ({})", redirect.authority()),
        target: plan.wanted.audience.clone(),
        scope: realm::join_scope(&plan.scope),
        may_act,
        note: hint.map(|hint| format!("There is no user {} here.", quote(hint))),
        users: USERS
            .into_iter()
            .map(|user| (user, link("login_hint", user)))
            .collect(),
        deny: link("deny", "1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_are_loopback_addresses_with_any_port() {
        for (uri, good) in [
            ("http://127.0.0.1/callback", true),
            ("http://127.0.0.1:54321/callback", true),
            ("http://[::1]:54321/callback", true),
            ("http://localhost:54321/callback", false),
            ("https://127.0.0.1:54321/callback", false),
            ("http://127.0.0.1:54321/callback/", false),
            ("http://127.0.0.1:54321/callback?x=1", false),
            ("http://127.0.0.1:54321/callback#x", false),
            ("http://a@127.0.0.1:54321/callback", false),
            ("http://127.0.0.1.evil.example/callback", false),
            ("http://evil.example/callback", false),
            ("com.example.app:/callback", false),
        ] {
            assert_eq!(is_callback(&Url::parse(uri).unwrap()), good, "{uri}");
        }
    }
}
