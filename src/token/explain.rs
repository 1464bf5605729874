//! "Who is the principal" in a sentence, with authority and history set apart (RFC 8693 §4.1).

use serde_json::Value;

use super::{Kind, Token, claims, naming};
use crate::kit::text::escape;

/// The answer to "who is acting for whom".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Principal {
    /// `sub`.
    pub subject: Option<String>,
    /// A name for people of a subject that is called by an identifier.
    pub name: Option<String>,
    /// Current actor first, then prior ones.
    pub actors: Vec<String>,
    /// `client_id` (or `azp`).
    pub client: Option<String>,
    /// `aud`.
    pub audience: Vec<String>,
    /// `iss`.
    pub issuer: Option<String>,
    /// What counts: the subject and the outermost actor.
    pub authoritative: String,
    /// What is information only: the inner actors. Empty when there are none.
    pub information: String,
}

impl Principal {
    /// Both parts as one text.
    pub fn sentence(&self) -> String {
        if self.information.is_empty() {
            self.authoritative.clone()
        } else {
            format!("{} {}", self.authoritative, self.information)
        }
    }

    /// Short form for lists: `alice ← researcher ← planner`.
    pub fn short(&self) -> String {
        let subject = self.name.as_ref().or(self.subject.as_ref());
        let mut parts = vec![subject.cloned().unwrap_or_else(|| "no subject".into())];
        parts.extend(self.actors.iter().cloned());
        parts.join(" ← ")
    }

    /// The audience for lists: of many the first, and how many more.
    pub fn audience_short(&self) -> String {
        const MOST: usize = 4;
        let shown = &self.audience[..self.audience.len().min(MOST)];
        match self.audience.len() - shown.len() {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

/// Reads the principal from a token. Names are escaped.
pub fn principal(token: &Token) -> Principal {
    let shown = |text: &str| escape(text).into_owned();
    let actors = claims::actors(token);
    let subject = claims::subject(token).map(|pid| shown(&pid.sub));
    let client = claims::client(token).map(shown);
    let names: Vec<String> = actors.iter().map(actor_name).collect();
    let mut principal = Principal {
        audience: claims::audiences(token)
            .unwrap_or_default()
            .iter()
            .map(|a| shown(a))
            .collect(),
        issuer: token.claim_text("iss").map(shown),
        subject,
        name: naming::subject_name(token).map(shown),
        client,
        actors: names,
        ..Principal::default()
    };
    if let Some(saml) = &token.saml {
        principal.subject = saml.subject.as_deref().map(shown);
        principal.issuer = saml.issuer.as_deref().map(shown);
        principal.audience = saml.audiences.iter().map(|a| shown(a)).collect();
    }
    principal.authoritative = authoritative(token, &principal);
    principal.information = information(token, &principal.actors);
    principal
}

fn actor_name(actor: &claims::Actor) -> String {
    if actor.pid.sub.is_empty() {
        match actor.members.get("iss").and_then(Value::as_str) {
            Some(iss) => format!("someone at {}", escape(iss)),
            None => "an unnamed actor".into(),
        }
    } else {
        escape(&actor.pid.sub).into_owned()
    }
}

fn authoritative(token: &Token, p: &Principal) -> String {
    match token.kind {
        Kind::Encrypted | Kind::NestedJwt if token.claims.is_none() => {
            return "The token is encrypted: who acts for whom stands inside and cannot be read \
                    here."
                .into();
        }
        Kind::Opaque => {
            return "The token is opaque: only its issuer can say who acts for whom (RFC 7662)."
                .into();
        }
        Kind::SamlAssertion => {
            let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "somebody".into());
            return format!(
                "{} says that {} is the subject of this assertion; its XML signature is not verified here.",
                name(&p.issuer),
                name(&p.subject)
            );
        }
        Kind::Paseto | Kind::Macaroon | Kind::Biscuit => {
            return format!(
                "This is a {}: it is recognised, but not read here, so who acts for whom cannot be \
                 told.",
                token.kind.label()
            );
        }
        Kind::DpopProof => {
            let text = |name| escape(token.claim_text(name).unwrap_or("?")).into_owned();
            return format!(
                "A proof that the sender of {} {} holds a key: it names no principal.",
                text("htm"),
                text("htu")
            );
        }
        _ => {}
    }
    if token.claims.is_none() {
        return "The claims cannot be read: who acts for whom cannot be told.".into();
    }
    let act = token.claim("act");
    let Some(subject) = &p.subject else {
        return without_subject(token, p);
    };
    // Called by its name, the identifier stands behind it once.
    let whole = match &p.name {
        Some(name) => format!("{name} ({subject})"),
        None => subject.clone(),
    };
    let who = p.name.as_ref().unwrap_or(subject);
    if let Some(actor) = p.actors.first() {
        if actor == subject && same_issuer(token) {
            return format!(
                "{whole} is the subject and is named as the actor as well: {who} acts for itself."
            );
        }
        return format!("{whole} is the subject. {actor} acts for {who} now.");
    }
    if act.is_some() {
        return format!("{whole} is the subject. {MALFORMED_ACT}");
    }
    match token.kind {
        Kind::ClientAssertion => {
            return format!(
                "{subject} proves to be the client {subject}: nobody else is spoken for."
            );
        }
        Kind::JwtSvid => {
            return format!("{subject} is a workload and speaks for itself.");
        }
        Kind::Wit => {
            return format!(
                "{subject} is a workload and speaks for itself, with a proof by the key in cnf beside it."
            );
        }
        Kind::IdToken => {
            let to = p.client.clone().or_else(|| p.audience.first().cloned());
            return match to {
                Some(to) => {
                    format!("{whole} signed in: the token tells {to} so, and allows nobody to act.")
                }
                None => {
                    format!("{whole} signed in: the token says so, and allows nobody to act.")
                }
            };
        }
        Kind::UserInfo => {
            return format!("What the issuer tells of {whole}; it allows nobody to act.");
        }
        Kind::JwtGrant => {
            let asks = p.issuer.clone().unwrap_or_else(|| "Its issuer".into());
            return if p.issuer.as_ref() == Some(subject) {
                format!("{asks} asks for a token for itself.")
            } else {
                format!("{asks} asks for a token for {whole}.")
            };
        }
        Kind::ClientAttestation => {
            return format!(
                "It attests an instance of the client {whole}, which has to prove the key in cnf."
            );
        }
        Kind::LogoutToken => return format!("{whole} signed out."),
        Kind::SecurityEvent => return format!("The event is about {whole}."),
        Kind::EntityStatement if p.issuer.as_ref() == Some(subject) => {
            return format!("{subject} states what it is itself.");
        }
        Kind::EntityStatement => {
            let by = p.issuer.as_deref().unwrap_or("Somebody who is not named");
            return format!("{by} states what {subject} is.");
        }
        _ => {}
    }
    if let Some(client) = naming::own_client(token) {
        let client = escape(client);
        let own = if p.client.as_ref() == Some(subject) {
            "subject and client are the same".to_owned()
        } else if p.name.as_deref() == Some(&*client) || p.client.is_none() {
            "the token is the client's own, and names no user".to_owned()
        } else {
            format!("the token is that of the client {client}, and names no user")
        };
        return format!("{whole} acts for itself: {own}.");
    }
    if naming::client_is_agent(token)
        && let Some(client) = &p.client
    {
        let client = match naming::client_name(token) {
            Some(name) => format!("{} ({client})", escape(name)),
            None => client.clone(),
        };
        return format!(
            "{whole} is the subject. {client} acts for {who}: the token has no act, but says that its client is an agent (xms_act_fct, xms_par_app_azp)."
        );
    }
    let holder = if claims::holder_key(token).is_some() {
        "whoever holds its key"
    } else {
        "it is a bearer token, and whoever holds it"
    };
    let mut out = format!("{whole} is the subject. No actor is named: {holder} acts as {who}.");
    if let Some(client) = &p.client {
        let client = match naming::client_name(token) {
            Some(name) => format!("{} ({client})", escape(name)),
            None => client.clone(),
        };
        out += &format!(" {client} asked for the token.");
    }
    out
}

/// What a token says that names nobody in `sub`.
fn without_subject(token: &Token, p: &Principal) -> String {
    if let Some(actor) = p.actors.first() {
        return format!(
            "{actor} acts now, but the token names no subject: for whom cannot be told."
        );
    }
    if token.claim("act").is_some() {
        return MALFORMED_ACT.into();
    }
    match token.kind {
        Kind::LogoutToken => {
            return "A session has ended: whose is told by its identifier alone (sid).".into();
        }
        Kind::RequestObject => {
            return match &p.client {
                Some(client) => {
                    format!("{client} asks for an authorization: nobody is spoken for.")
                }
                None => "A client asks for an authorization: nobody is spoken for.".into(),
            };
        }
        Kind::SoftwareStatement => {
            return match &p.issuer {
                Some(issuer) => format!("{issuer} vouches for a client: nobody is spoken for."),
                None => "It vouches for a client: nobody is spoken for.".into(),
            };
        }
        Kind::JwtGrant => {
            return match &p.issuer {
                Some(issuer) => format!("{issuer} asks for a token for itself."),
                None => "No subject is named: whom the token speaks for cannot be told.".into(),
            };
        }
        _ => {}
    }
    if let Some(client) = naming::own_client(token) {
        return format!(
            "No subject is named: the token is the client's own, and {} acts for itself.",
            escape(client)
        );
    }
    let empty = token.claim_text("sub") == Some("");
    let none = if empty {
        "The subject is empty: nobody is named"
    } else {
        "No subject is named"
    };
    match &p.issuer {
        Some(issuer) => format!("{none}: the token says only that {issuer} issued it."),
        None => format!("{none}: whom the token speaks for cannot be told."),
    }
}

const MALFORMED_ACT: &str = "`act` is not an object, so who acts cannot be told (RFC 8693 §4.1).";

/// Whether the outermost actor and the subject are names of one issuer.
fn same_issuer(token: &Token) -> bool {
    claims::actors(token)
        .first()
        .is_some_and(|a| a.pid.iss.as_deref() == token.claim_text("iss"))
}

fn information(token: &Token, actors: &[String]) -> String {
    // The chain ends early where an entry's `act` is no object.
    let mut inner = token.claim("act");
    for _ in 0..actors.len() {
        inner = inner.and_then(|entry| entry.get("act"));
    }
    let broken = !actors.is_empty() && inner.is_some();
    let mut out = match actors {
        [] | [_] => String::new(),
        [_, prior @ ..] => format!(
            "{} acted before: information only (RFC 8693 §4.1).",
            list(prior)
        ),
    };
    if broken {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str("An inner `act` is not an object: who acted before that cannot be told.");
    }
    out
}

/// `a`, `a and b`, `a, b and c`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Seconds after which the words of [`duration`] for the span between `moment` and `now` are others, as
/// the clock runs; from 1 to 3600.
pub fn changes_after(moment: i64, now: i64) -> u64 {
    let span = moment.abs_diff(now);
    let step = match span {
        0..3_600 => 1,
        3_600..86_400 => 60,
        _ => 3_600,
    };
    if moment > now {
        span % step + 1
    } else {
        step - span % step
    }
}

/// A span of time in words, its two largest units: `4 min 44 s`, `2 h 5 min`, `3 d`. A negative
/// span has a minus sign in front.
pub fn duration(seconds: i64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let sign = if seconds < 0 { "−" } else { "" };
    let total = seconds.unsigned_abs();
    let Some(top) = UNITS.iter().position(|(size, _)| total >= *size) else {
        return "0 s".into();
    };
    let (size, name) = UNITS[top];
    let mut out = format!("{sign}{} {name}", total / size);
    if let Some((small, name)) = UNITS.get(top + 1) {
        let rest = total % size / small;
        if rest > 0 {
            out += &format!(" {rest} {name}");
        }
    }
    out
}
