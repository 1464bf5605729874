//! Why a request did not give what was asked for, told so that a learner can go on: what the server
//! said, what the RFC expects, what to try.

mod place;
mod words;

use crate::kit::text;

pub use place::RefusalPlace;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailureKind {
    /// The server answered, and the answer is a refusal or cannot be used.
    #[default]
    Refused,
    /// No answer came.
    Unreachable,
    /// Nothing was sent: something is missing or set wrongly here.
    Setup,
    /// The answer came and is not what the chain expects.
    Expectation,
}

impl FailureKind {
    /// Whether nothing was learnt of the server: no request was sent, or no answer came.
    pub fn is_undone(self) -> bool {
        matches!(self, Self::Unreachable | Self::Setup)
    }
}

/// Why a node failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What happened: the server's own words where it said any.
    pub said: String,
    /// What the RFC would have expected, with the clause; may be empty.
    pub expected: String,
    /// What to try.
    pub try_this: String,
    /// OAuth error code, when there was one.
    pub code: Option<String>,
}

impl Failure {
    /// Nothing was sent, because of something here.
    pub fn setup(said: impl Into<String>, try_this: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Setup,
            said: said.into(),
            try_this: try_this.into(),
            ..Self::default()
        }
    }

    /// No answer came; `reason` is the transport's.
    pub fn unreachable(reason: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Unreachable,
            said: reason.into(),
            try_this: "check that the server runs and that its address is right, then run again"
                .into(),
            ..Self::default()
        }
    }

    /// In one line: `said. Expected: … Try: …`.
    pub fn line(&self) -> String {
        let mut line = self.said.clone();
        if !self.expected.is_empty() {
            line.push_str(". Expected: ");
            line.push_str(&self.expected);
        }
        if !self.try_this.is_empty() {
            line.push_str(". Try: ");
            line.push_str(&self.try_this);
        }
        line
    }
}

/// Codes by which a resource server says what it wants (RFC 6750 §3.1, RFC 9449 §7.1, RFC 9470 §3).
const CODES_OF_RESOURCES: [&str; 6] = [
    "invalid_token",
    "insufficient_scope",
    "invalid_request",
    "use_dpop_nonce",
    "invalid_dpop_proof",
    "insufficient_user_authentication",
];

/// A refusal with an OAuth error code.
pub fn refusal(
    place: RefusalPlace,
    status: Option<u16>,
    code: Option<&str>,
    description: Option<&str>,
) -> Failure {
    let shown = |t: &str| text::shorten(&text::escape(t), 400).into_owned();
    let code = code.map(|c| text::shorten(c, 80).into_owned());
    let mut said = Vec::new();
    said.extend(status.map(|s| s.to_string()));
    said.extend(code.as_deref().map(shown));
    let mut said = said.join(" ");
    if let Some(description) = description.map(str::trim).filter(|d| !d.is_empty()) {
        said = format!("{said}: {}", shown(description));
    }
    let hint = description.unwrap_or_default().to_ascii_lowercase();
    let (expected, mut try_this) = advice(place, code.as_deref().unwrap_or_default(), &hint);
    // What an API says of itself is no code of the protocol: its status says more.
    if place == RefusalPlace::Resource
        && !CODES_OF_RESOURCES.contains(&code.as_deref().unwrap_or_default())
        && let Some(status) = status
    {
        by_status(place, status).clone_into(&mut try_this);
    }
    if let Some(closer) = words::advice(place, &hint) {
        closer.clone_into(&mut try_this);
    }
    Failure {
        kind: FailureKind::Refused,
        said,
        expected,
        try_this,
        code,
    }
}

/// A refusal without an error code: `said` tells what came instead.
pub fn without_code(place: RefusalPlace, status: u16, said: String) -> Failure {
    let expected = match place {
        RefusalPlace::Resource => {
            "RFC 6750 §3: a refusal carries WWW-Authenticate; with a token that was looked at, its `error` says why"
        }
        RefusalPlace::Revocation => "RFC 7009 §2.2: 200, or a JSON object with `error`",
        RefusalPlace::Introspection => "RFC 7662 §2.2: 200 with a JSON object, or 401",
        RefusalPlace::Authorization => "RFC 6749 §4.1.2.1: a redirect with `error`",
        _ => "RFC 6749 §5.2: 400, or 401 for `invalid_client`, and a JSON object with `error`",
    };
    let try_this = by_status(place, status);
    Failure {
        kind: FailureKind::Refused,
        said,
        expected: expected.to_owned(),
        try_this: try_this.to_owned(),
        code: None,
    }
}

/// What to try where the status alone says something.
fn by_status(place: RefusalPlace, status: u16) -> &'static str {
    match (place, status) {
        (RefusalPlace::Resource, 300..=399) => {
            "the API sends the caller elsewhere, as it does with browsers that are to sign in: check the address, and whether it takes tokens at all"
        }
        (RefusalPlace::Resource, 401) => {
            "the API took no token: look at its `exp`, `aud` and issuer, at the scheme that it is sent with, and whether the API wants it in another header"
        }
        (RefusalPlace::Resource, 403) => {
            "the API or a gateway before it forbids the call and does not say why: look at the token's `scope`, roles and `aud`, and at the log of the API"
        }
        (RefusalPlace::Resource, 404) => {
            "the API has nothing at this address: check its path; some APIs answer so for what the token may not see"
        }
        (RefusalPlace::Resource, 405) => {
            "the address is right and the method is not: set another one"
        }
        (RefusalPlace::Resource, 406 | 415) => {
            "the API wants another media type: look at its documentation"
        }
        (_, 300..=399) => {
            "the address has moved: fetch the server's metadata again; redirects are not followed, since they would carry the request elsewhere"
        }
        (_, 401) => "check the client's credential and its authentication method",
        (_, 403) => {
            "the server, or a gateway before it, forbids this and does not say why: look whether the client may use this grant and exchange this token, and at the server's log"
        }
        (_, 404 | 405) => "this is not the endpoint: fetch the server's metadata again",
        (_, 408 | 425 | 429 | 503) => {
            "the server is busy or limits requests: wait a little, then run again"
        }
        (_, 500..=599) => "the server itself failed: look at its log",
        _ => "look at the raw answer in the inspector, and at the server's log",
    }
}

/// What the RFC says of the code at this place, and what to try. `hint` is the description in lower
/// case.
fn advice(place: RefusalPlace, code: &str, hint: &str) -> (String, String) {
    use RefusalPlace::{
        Authorization, ClientCredentials, Code, Exchange, Refresh, Resource, Revocation,
    };
    let (expected, try_this) = match (place, code) {
        (Exchange, "invalid_request") => (
            "RFC 8693 §2.2.2: this is the code for a malformed request, and also for a subject or actor token that is invalid or not acceptable",
            if hint.contains("actor") {
                "look at the actor token: is it expired, of another issuer, or does this server take none? Run the hop without one to see"
            } else if hint.contains("resource") {
                "look at `resource`: some servers want exactly one, an absolute URI without a fragment; others take `audience` only"
            } else if hint.contains("may_act") {
                "the subject token's `may_act` names who may act: let that party act, or ask for a token that names this one"
            } else if hint.contains("depth") || hint.contains("chain") {
                "the chain of actors is longer than the server allows: leave out a hop"
            } else {
                "check that the subject token is valid now, that its type fits, and that it may be exchanged by this client"
            },
        ),
        (Exchange, "invalid_grant") => (
            "RFC 8693 §2.2.2 asks for `invalid_request` when a subject or actor token is not acceptable; `invalid_grant` is common all the same",
            "read it as a refused subject or actor token: expired, revoked, of another issuer, not meant for this client, or against `may_act`",
        ),
        (Exchange, "unsupported_token_type") => (
            "RFC 8693 §2.2.2 asks for `invalid_request`; `unsupported_token_type` is a code of revocation (RFC 7009 §2.2.1)",
            "try another token type: most servers take `access_token`, some take `jwt`",
        ),
        (_, "invalid_target") => (
            "RFC 8693 §2.2.2, RFC 8707 §2: the server will not issue a token for the `audience` or `resource` that was asked for",
            "check the name against the server's registered APIs, ask for one target at a time, and look whether the server wants `audience` or `resource`",
        ),
        (Exchange, "access_denied") => (
            "a code of this server's own: RFC 8693 §2.2.2 has `invalid_request` for a token that is not acceptable",
            "see whether the subject token's `aud` names the client that exchanges it, and whether a policy of the server keeps this client from exchanging it",
        ),
        (ClientCredentials | Code | Refresh, "access_denied") => (
            "a code of the authorization endpoint (RFC 6749 §4.1.2.1), sent by this server's token endpoint",
            "see whether the server's policies and grants let this client have such a token",
        ),
        (_, "invalid_resource") => (
            "a code of this server's own; RFC 8707 §2 has `invalid_target`",
            "check the name of the API: the server does not know it, or it is not there for this organization",
        ),
        (Exchange, "invalid_scope") => (
            "RFC 6749 §5.2: the scope is unknown, malformed, or exceeds what may be granted; an exchange may only narrow what the subject token has, where the server keeps to that",
            "ask only for scopes that the subject token has, and that the target knows",
        ),
        (Refresh, "invalid_scope") => (
            "RFC 6749 §6: a refresh may not ask for more than was granted first",
            "ask for fewer scopes",
        ),
        (_, "invalid_scope") => (
            "RFC 6749 §5.2: the scope is unknown, malformed, or exceeds what may be granted",
            "check the scopes against those that the server offers to this client",
        ),
        (_, "invalid_client") => (
            "RFC 6749 §5.2: the client is unknown, or its proof is missing, wrong or of a method it may not use; 401 when the Authorization header was used",
            "check the client id, its secret or key, and the authentication method registered at the server",
        ),
        (Exchange, "unauthorized_client") => (
            "RFC 6749 §5.2: the client is known and may not use this grant",
            "switch token exchange on for this client at the server (at Keycloak: Standard token exchange)",
        ),
        (_, "unauthorized_client") => (
            "RFC 6749 §5.2: the client is known and may not use this grant",
            "allow the grant for this client at the server",
        ),
        (Exchange, "unsupported_grant_type") => (
            "RFC 6749 §5.2: the server does not know this grant at all",
            "see whether `grant_types_supported` in its metadata names token exchange; some servers want it switched on",
        ),
        (_, "unsupported_grant_type") => (
            "RFC 6749 §5.2: the server does not know this grant at all",
            "see `grant_types_supported` in the server's metadata",
        ),
        (Code, "invalid_grant") => (
            "RFC 6749 §5.2, RFC 7636 §4.6: the code is expired, used, of another client or redirect URI, or the PKCE verifier does not fit",
            "sign in again; codes serve once and live for a short time",
        ),
        (Refresh, "invalid_grant") => (
            "RFC 6749 §5.2: the refresh token is expired, revoked, used already, or of another client",
            "sign in again",
        ),
        (_, "invalid_grant") => (
            "RFC 6749 §5.2: the grant is not valid",
            "look at what the grant is made of: is it expired, revoked, or of another client?",
        ),
        (Resource, "invalid_token") => (
            "RFC 6750 §3.1: the token is expired, revoked, malformed or not meant for this resource server; 401",
            "look at the token's `exp`, `aud` and signature; ask for a token whose audience is this API",
        ),
        (Resource, "insufficient_scope") => (
            "RFC 6750 §3.1: the token is good and its scope is too small; 403",
            "ask for the scope that the API names, on every hop before it",
        ),
        (Resource, "invalid_request") => (
            "RFC 6750 §3.1: the request is malformed, or carries its token in more than one way; 400",
            "look at the URL and the method",
        ),
        (Authorization, "access_denied") => (
            "RFC 6749 §4.1.2.1: the user or the server said no",
            "sign in again and agree, or ask for less",
        ),
        (
            Authorization,
            "login_required"
            | "interaction_required"
            | "consent_required"
            | "account_selection_required",
        ) => (
            "OpenID Connect Core §3.1.2.6: the server needs the user",
            "sign in in the browser, without `prompt=none`",
        ),
        (_, "interaction_required" | "consent_required" | "login_required") => (
            "OpenID Connect Core §3.1.2.6: the server needs the user",
            "sign in again in the browser and agree to what is asked, then run the hops after it",
        ),
        (Authorization, "unsupported_response_type") => (
            "RFC 6749 §4.1.2.1: the server gives no codes to this client",
            "allow the authorization code grant for this client",
        ),
        (Authorization, "invalid_request") => (
            "RFC 6749 §4.1.2.1: a parameter is missing, unknown, wrong or repeated",
            "check redirect URI, scopes and PKCE settings of the client",
        ),
        (_, "use_dpop_nonce") => (
            "RFC 9449 §8: the server wants a DPoP proof with the nonce it just sent",
            "the request is sent again with the nonce once; a server that asks again gives a nonce that does not hold: look at its answers",
        ),
        (_, "invalid_dpop_proof") => (
            "RFC 9449 §4.3, §5, §7.1: the DPoP proof is missing or wrong",
            "set DPoP at the node; if it is set, look at what the server says of the proof, at the clock, and whether a proxy changes the address",
        ),
        (_, "insufficient_user_authentication") => (
            "RFC 9470 §3: the user must sign in again, or more strongly",
            "sign in again, then run the hops after it",
        ),
        (Revocation, "unsupported_token_type") => (
            "RFC 7009 §2.2.1: the server does not revoke tokens of this type",
            "revoke the refresh token, or wait until the token expires",
        ),
        (_, "actor_unauthorized") => (
            "a code of the draft actor profile, not of RFC 8693: the actor may not act for this subject",
            "let the party act that the subject token's `may_act` names",
        ),
        (_, "invalid_authorization_details") => (
            "RFC 9396 §5: `authorization_details` is not acceptable",
            "check its types against the server's metadata",
        ),
        (_, "authorization_pending" | "slow_down" | "expired_token") => (
            "RFC 8628 §3.5: a code of the device flow",
            "look at the raw answer in the inspector",
        ),
        (_, "server_error" | "temporarily_unavailable") => (
            "RFC 6749 §4.1.2.1: the server failed or is overloaded",
            "wait a little, then run again; look at the server's log",
        ),
        (_, "invalid_request") => (
            "RFC 6749 §5.2: a parameter is missing, unknown, wrong or repeated",
            "look at the request in the inspector beside what the server says",
        ),
        (Exchange, _) => (
            "a code of this server's own; RFC 8693 §2.2.2 knows `invalid_request` for a bad token, `invalid_target` for a target, and the codes of RFC 6749 §5.2",
            "look the code up in the server's documentation",
        ),
        _ => (
            "a code of this server's own, not one of RFC 6749 §5.2",
            "look the code up in the server's documentation",
        ),
    };
    (expected.to_owned(), try_this.to_owned())
}
