//! What a target of the workspace means: which forgeries are aimed at it, what it takes to fire at it,
//! and which targets are suggested.

use url::Url;

use crate::{
    app::{
        Model,
        directory::{Names, key_of},
        model::{Practice, PracticeInfo},
        practice,
        target::{Carrier, HeaderEntry, TargetEntry},
        token,
    },
    attack::{
        Aim, Family, Forgery, STACK, catalogue,
        fire::{Pace, Plan},
        named,
        target::{Endpoint, Target, TokenPlace},
    },
    chain::run::Directory as _,
    jose::Jwk,
    kit::{
        ids::TokenId,
        text::{capital, escape},
    },
    oauth::http::{Field, Method},
    practice::Faults,
    token::{Token, claims},
};

/// The target that a token of a practice server is for.
pub(super) fn fits(token: &Token, info: &PracticeInfo) -> Option<TargetEntry> {
    if token.claim_text("iss") != Some(info.issuer.as_str()) {
        return None;
    }
    let audience = token.claim("aud")?;
    let (name, _, scopes) = info.resources.iter().find(|(name, url, _)| {
        let own =
            |v: &serde_json::Value| v.as_str().is_some_and(|a| a == name || a == url.as_str());
        own(audience) || audience.as_array().is_some_and(|all| all.iter().any(own))
    })?;
    // The first scope reads; one more changes something.
    let granted = token.claim_text("scope").unwrap_or_default();
    let has = |scope: &String| granted.split(' ').any(|s| s == scope);
    let method = match scopes.first() {
        Some(read) if has(read) => Method::Get,
        _ => Method::Post,
    };
    Some(TargetEntry::practice(name, method, info.faults.clone()))
}

/// The target at a practice server that a token is for.
pub fn fitting(model: &Model, token: TokenId) -> Option<TargetEntry> {
    let token = &model.analysis.tokens.get(&token)?.token;
    model.practice.values().find_map(|server| match server {
        Practice::Running(info) => fits(token, info),
        _ => None,
    })
}

/// The practice server that a target is at, when the token in front is of another issuer: then the
/// control will be refused.
pub fn foreign(model: &Model, token: TokenId, entry: &TargetEntry) -> bool {
    if !entry.is_practice() || entry.carrier == Carrier::Exchange {
        return false;
    }
    let Some(Practice::Running(info)) = model.practice.get(&entry.faults) else {
        return false;
    };
    let view = model.analysis.tokens.get(&token);
    view.is_some_and(|v| v.token.claim_text("iss") != Some(info.issuer.as_str()))
}

/// Where forged key pointers lead, by the target in front; `None` without a valid address.
pub(super) fn callback(model: &Model) -> Option<String> {
    let entry = model
        .session
        .target
        .and_then(|id| model.workspace.target(id))?;
    web(entry.callback.trim()).map(|url| url.to_string())
}

/// Whether a family is aimed at this kind of endpoint. What is aimed at the other kind is left out.
pub fn aimed(entry: &TargetEntry, family: &Family) -> bool {
    match entry.carrier {
        Carrier::Exchange => family.aim != Aim::ResourceServer,
        _ => family.aim != Aim::TokenEndpoint,
    }
}

/// The forgeries that would be fired: those of the families that are on, aimed at this kind of
/// endpoint.
pub fn chosen(entry: &TargetEntry) -> Vec<&'static Forgery> {
    catalogue()
        .iter()
        .filter(|f| entry.fires(f.family) && aimed(entry, f.family))
        .collect()
}

/// What is fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shots {
    /// The families that are on.
    Chosen,
    /// One forgery.
    One(&'static Forgery),
    /// The stacked forgeries, as one.
    Stack,
    /// None: the token alone, once and as it is.
    Token,
}

/// A plan of firing the chosen families at a target with a token. The error says what is missing, as a
/// sentence.
pub fn plan(model: &Model, token: TokenId, entry: &TargetEntry, now: i64) -> Result<Plan, String> {
    plan_of(model, token, entry, now, Shots::Chosen)
}

/// [`plan`], of what is wanted.
pub fn plan_of(
    model: &Model,
    token: TokenId,
    entry: &TargetEntry,
    now: i64,
    shots: Shots,
) -> Result<Plan, String> {
    let raw = token::text_of(model, token);
    let forged = model
        .forge
        .forged
        .as_ref()
        .filter(|f| raw.as_ref() == Some(&f.basis.raw))
        .ok_or("The forgeries of this token are still being made.")?;
    let mut with = forged.with.clone();
    with.now = now;
    let callback = entry.callback.trim();
    if !callback.is_empty() && web(callback).is_none() {
        return Err("The callback has no valid address.".into());
    }
    with.stack = match shots {
        Shots::Stack => {
            let forgeries = model.forge.stack.iter().filter_map(|n| named(n));
            forgeries.map(|f| f.name).collect()
        }
        _ => Vec::new(),
    };
    let mut target = if entry.carrier == Carrier::Exchange {
        Target::exchange(endpoint(model, entry)?).map_err(|why| sentence(&why))?
    } else {
        Target::bearer(entry.method, address(model, entry)?)
    };
    match entry.carrier {
        Carrier::Authorization => {
            target.place = TokenPlace::Authorization(entry.scheme.trim().to_owned());
        }
        Carrier::Header => target.place = TokenPlace::Header(entry.token_header.trim().to_owned()),
        Carrier::Body => target.place = TokenPlace::Body,
        Carrier::Exchange => {}
    }
    if entry.sends_body() {
        target.body = Some((entry.media.trim().to_owned(), entry.body.clone()));
    }
    for header in entry.headers.iter().filter(|h| !h.name.trim().is_empty()) {
        target.headers.push(field(model, header)?);
    }
    match (entry.carrier, bound(model, token)) {
        (Carrier::Authorization, Some(key)) => {
            target.place = TokenPlace::Authorization("DPoP".into());
            target.proof = Some(key);
        }
        // A bound subject token is exchanged with a proof of its key.
        (Carrier::Exchange, Some(key)) => target.proof = Some(key),
        _ => {}
    }
    if entry.is_practice() && !entry.faults.is_empty() {
        target.label = Some(practice::title(&entry.faults));
    }
    target.refusals = entry.refused.iter().copied().collect();
    let second = entry.second.trim();
    if entry.carrier != Carrier::Exchange && !second.is_empty() {
        let url = web(second).ok_or("The second server has no valid address.")?;
        target.second = Some(url);
    }
    target.check().map_err(|why| sentence(&why))?;
    Ok(Plan {
        token: forged.basis.raw.to_string(),
        with,
        target,
        forgeries: match shots {
            Shots::Chosen => chosen(entry),
            Shots::One(forgery) => vec![forgery],
            Shots::Stack => vec![&STACK],
            Shots::Token => Vec::new(),
        },
        pace: Pace {
            per_second: entry.per_second,
            limit: entry.limit,
            at_once: entry.at_once,
            patience: entry.patience,
        },
    })
}

fn web(text: &str) -> Option<Url> {
    Url::parse(text)
        .ok()
        .filter(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
}

fn address(model: &Model, entry: &TargetEntry) -> Result<Url, String> {
    let Some(resource) = &entry.practice else {
        return web(entry.url.trim()).ok_or_else(|| {
            "Enter the address of the target, such as https://api.example.com/accounts.".into()
        });
    };
    let title = practice::title(&entry.faults);
    match model.practice.get(&entry.faults) {
        Some(Practice::Running(info)) => info
            .resources
            .iter()
            .find(|(name, ..)| name == resource)
            .map(|(_, url, _)| url.clone())
            .ok_or_else(|| format!("{title} has no resource server {}.", escape(resource))),
        Some(Practice::Starting) => Err(format!("{title} is still being started.")),
        _ => Err(format!("{title} does not run: start it.")),
    }
}

fn endpoint(model: &Model, entry: &TargetEntry) -> Result<Endpoint, String> {
    let asked = &entry.exchange;
    if asked.client.is_empty() {
        return Err("Choose the client that asks for the exchange.".into());
    }
    let names = Names::with(model, entry.faults.clone());
    let server = asked.server.as_deref();
    let view = names
        .server(server)
        .map_err(|why| sentence(&why.to_string()))?;
    let client = names
        .client(server, &asked.client)
        .map_err(|why| sentence(&why.to_string()))?;
    let actor_token = match asked.actor {
        None => None,
        Some(id) => Some(
            token::text_of(model, id)
                .ok_or("The actor token is not there any more: choose another.")?
                .to_string(),
        ),
    };
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let wanted = asked.requested_token_type.trim();
    Ok(Endpoint {
        server: (*view.metadata).clone(),
        client,
        actor_token,
        audience: words(&asked.audience),
        scope: words(&asked.scope),
        resource: words(&asked.resource),
        requested_token_type: (!wanted.is_empty()).then(|| wanted.to_owned()),
    })
}

/// A header as it is sent.
fn field(model: &Model, header: &HeaderEntry) -> Result<Field, String> {
    let name = header.name.trim();
    match (&header.value, model.vault.headers.get(&header.id)) {
        (Some(value), _) => Ok(Field::plain(name, value.trim())),
        (None, Some(secret)) => Ok(Field::secret(name, secret.expose().trim())),
        (None, None) => {
            let locked = if model.sealing.sealed.is_some() {
                "unlock the workspace with its passphrase"
            } else {
                "enter it again"
            };
            Err(format!(
                "The value of the header {} is not known here: {locked}.",
                escape(name)
            ))
        }
    }
}

/// The private key that the token is bound to, of the tray or made for a run, if it is there (RFC 9449
/// §6.1).
pub fn bound(model: &Model, id: TokenId) -> Option<Jwk> {
    let view = model.analysis.tokens.get(&id)?;
    let jkt = view.token.claim("cnf")?.get("jkt")?.as_str()?;
    key_of(model, jkt)
}

/// Targets at practice servers that run, to choose from: the server's title, whether it is broken on
/// purpose, and its targets. The one that issued the token in front stands first.
pub fn suggested(model: &Model) -> Vec<(String, bool, Vec<TargetEntry>)> {
    let front = model.session.token;
    let front = front.and_then(|id| model.analysis.tokens.get(&id));
    let front = front.map(|view| &*view.token);
    let issued = |info: &PracticeInfo| {
        front.is_some_and(|token| token.claim_text("iss") == Some(info.issuer.as_str()))
    };
    let running = model.practice.iter().filter_map(|(faults, p)| match p {
        Practice::Running(info) => Some((faults, info)),
        _ => None,
    });
    let mut running: Vec<_> = running.collect();
    running.sort_by_key(|(_, info)| !issued(info));
    running
        .into_iter()
        .map(|(faults, info)| {
            let mut targets = Vec::new();
            for (name, _, scopes) in &info.resources {
                // The first scope reads; one more changes something.
                let methods: &[Method] = match scopes.len() {
                    0 | 1 => &[Method::Get],
                    _ => &[Method::Get, Method::Post],
                };
                for method in methods {
                    targets.push(TargetEntry::practice(name, *method, faults.clone()));
                }
            }
            let all = clients(model, None, faults);
            let client = front.and_then(|token| asker(token, &all));
            if let Some(client) = client.or_else(|| all.first().cloned()) {
                targets.push(TargetEntry::exchange(&client, faults.clone()));
            }
            (practice::title(faults), !faults.is_empty(), targets)
        })
        .collect()
}

/// The client that would exchange a token: the one that it is addressed to, which may act on it, or that
/// it was issued to.
pub fn asker(token: &Token, clients: &[String]) -> Option<String> {
    let audiences = claims::audiences(token).unwrap_or_default();
    let allowed = token.claim("may_act").and_then(|m| m.get("sub")?.as_str());
    let named = audiences.iter().map(String::as_str).chain(allowed);
    let mut named = named.chain(token.claim_text("client_id"));
    named
        .find(|name| clients.iter().any(|client| client == name))
        .map(str::to_owned)
}

/// Tokens as actor tokens of an exchange, those first that the asking client may send: its own, of no
/// one else's delegation, alive; then the newest.
pub fn actors(model: &Model, entry: &TargetEntry, now: i64) -> Vec<TokenId> {
    let client = entry.exchange.client.as_str();
    let front = model.session.token;
    let front = front.and_then(|id| model.analysis.tokens.get(&id));
    let issuer = front.and_then(|view| view.token.claim_text("iss"));
    let mut all: Vec<_> = model
        .analysis
        .tokens
        .iter()
        .map(|(id, view)| {
            let token = &view.token;
            let own = !client.is_empty()
                && token.claim_text("sub") == Some(client)
                && token.claim("act").is_none();
            let fits = own
                && view.exp.is_none_or(|exp| exp > now)
                && (issuer.is_none() || token.claim_text("iss") == issuer);
            (!fits, !own, std::cmp::Reverse(*id))
        })
        .collect();
    all.sort_unstable();
    all.into_iter().map(|(.., id)| id.0).collect()
}

/// Clients of a server that can prove who they are, by `client_id`; `None` is the practice server
/// with these faults.
pub fn clients(model: &Model, server: Option<&str>, faults: &Faults) -> Vec<String> {
    use crate::oauth::client_auth::AuthMethod;
    let Some(name) = server else {
        let Some(Practice::Running(info)) = model.practice.get(faults) else {
            return Vec::new();
        };
        let proving = info.clients.iter().filter(|c| c.method != AuthMethod::None);
        return proving.map(|c| c.client_id.clone()).collect();
    };
    let entry = model.workspace.server(name);
    let clients = entry.into_iter().flat_map(|s| &s.clients);
    clients.map(|c| c.client_id.clone()).collect()
}

fn sentence(why: &str) -> String {
    format!("{}.", capital(why.trim_end_matches('.')))
}
