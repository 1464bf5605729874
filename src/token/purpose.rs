//! What a token is for: by its `typ`, without one by the shape of its claims, and by what held it.
//!
//! Claims that one kind alone has come first. What several kinds have (`nonce`, `iss` that is `sub`) decides
//! only where nothing speaks against it.

use std::borrow::Cow;

use serde_json::Value;

use super::{Form, Kind, Token, opaque, spiffe::is_spiffe};

/// What `token` is for: by `typ` (RFC 8725 §3.11: compared without case, `application/` may be
/// left out), else by the shape of its claims.
pub fn of(token: &Token) -> Kind {
    match token.form {
        Form::Jwe => {
            return if nested(token) {
                Kind::NestedJwt
            } else {
                Kind::Encrypted
            };
        }
        Form::Opaque if token.saml.is_some() => return Kind::SamlAssertion,
        Form::Opaque => return opaque::kind(&token.raw),
        Form::Compact | Form::Flattened | Form::General => {}
    }
    let typ = token.header_text("typ").unwrap_or("");
    let typ: Cow<'_, str> = if typ.bytes().any(|b| b.is_ascii_uppercase()) {
        typ.to_ascii_lowercase().into()
    } else {
        typ.into()
    };
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    match typ {
        // Not explicit typing (RFC 8725 §3.11): the shape decides.
        "" | "jwt" | "jose" if nested(token) && token.claims.is_none() => Kind::NestedJwt,
        "" | "jwt" | "jose" | "jose+json" => by_shape(token),
        // A media type of a JWT names a kind, known here or not; any other word names none.
        _ => match by_type(typ) {
            Kind::Unknown if !typ.contains('+') => by_shape(token),
            kind => kind,
        },
    }
}

/// Whether the content is a JWT itself (RFC 7519 §5.2).
fn nested(token: &Token) -> bool {
    token
        .header_text("cty")
        .is_some_and(|cty| cty.eq_ignore_ascii_case("jwt"))
}

fn by_type(typ: &str) -> Kind {
    match typ {
        "at+jwt" => Kind::AccessToken,
        // Okta's, which does not follow RFC 9068.
        "okta-internal-at+jwt" => Kind::PresumedAccessToken,
        "dpop+jwt" => Kind::DpopProof,
        "client-authentication+jwt" => Kind::ClientAssertion,
        "oauth-client-attestation+jwt" => Kind::ClientAttestation,
        "oauth-client-attestation-pop+jwt" => Kind::ClientAttestationPop,
        "wit+jwt" => Kind::Wit,
        "wpt+jwt" => Kind::Wpt,
        "txntoken+jwt" => Kind::TxnToken,
        "oauth-id-jag+jwt" => Kind::IdJag,
        "logout+jwt" => Kind::LogoutToken,
        "secevent+jwt" => Kind::SecurityEvent,
        "oauth-authz-req+jwt" => Kind::RequestObject,
        "token-introspection+jwt" => Kind::IntrospectionResponse,
        "dc+sd-jwt" | "vc+sd-jwt" => Kind::SdJwtVc,
        "kb+jwt" => Kind::KeyBinding,
        "openid4vci-proof+jwt" => Kind::CredentialProof,
        "vc+jwt" | "vc-ld+jwt" | "vc+ld+json+jwt" => Kind::VerifiableCredential,
        "vp+jwt" | "vp-ld+jwt" | "vp+ld+json+jwt" => Kind::VerifiablePresentation,
        "statuslist+jwt" => Kind::StatusList,
        "entity-statement+jwt" => Kind::EntityStatement,
        "trust-mark+jwt" => Kind::TrustMark,
        "act-step-proof+jwt" => Kind::ActorStepProof,
        "act-commitment+jwt" => Kind::ActorCommitment,
        "act-hop-ack+jwt" => Kind::ActorHopAck,
        "aa-agent+jwt" => Kind::AauthAgent,
        "aa-person+jwt" => Kind::AauthPerson,
        "aa-resource+jwt" => Kind::AauthResource,
        "aa-auth+jwt" => Kind::AauthAuth,
        typ if typ.starts_with("mission-") && typ.ends_with("+jwt") => Kind::Mission,
        typ if typ.ends_with("sd-jwt") => Kind::SdJwt,
        _ => Kind::Unknown,
    }
}

/// What a token that was held under `name` is for: a parameter, a member of JSON, a header. What the
/// token says by its own type, or cannot be anything but, outweighs that.
pub fn held(token: &Token, name: &str) -> Kind {
    let own = token.kind;
    if token.claims.is_none() || is_typed(token) {
        return own;
    }
    let guessed = matches!(
        own,
        Kind::PresumedAccessToken
            | Kind::IdToken
            | Kind::ClientAssertion
            | Kind::JwtGrant
            | Kind::UserInfo
            | Kind::Unknown
    );
    let named = match name {
        "access_token"
        | "subject_token:access_token"
        | "actor_token:access_token"
        | "issued:access_token" => {
            // Hashes of other tokens stand in ID tokens alone.
            if own == Kind::IdToken && !is_surely_id_token(token) {
                Kind::PresumedAccessToken
            } else {
                return match own {
                    Kind::ClientAssertion | Kind::UserInfo => Kind::PresumedAccessToken,
                    own => own,
                };
            }
        }
        "id_token"
        | "id_token_hint"
        | "subject_token:id_token"
        | "actor_token:id_token"
        | "issued:id_token" => Kind::IdToken,
        "refresh_token" | "issued:refresh_token" | "subject_token:refresh_token" => {
            Kind::RefreshToken
        }
        "client_assertion" => Kind::ClientAssertion,
        "assertion" => Kind::JwtGrant,
        "logout_token" => Kind::LogoutToken,
        "request" => Kind::RequestObject,
        "response" => Kind::JarmResponse,
        "software_statement" => Kind::SoftwareStatement,
        "issued:txn_token" | "subject_token:txn_token" => Kind::TxnToken,
        "issued:id-jag" => Kind::IdJag,
        _ => {
            return match name.to_ascii_lowercase().as_str() {
                "oauth-client-attestation" if guessed => Kind::ClientAttestation,
                "oauth-client-attestation-pop" if guessed => Kind::ClientAttestationPop,
                "workload-identity-token" if guessed => Kind::Wit,
                "workload-proof-token" if guessed => Kind::Wpt,
                "txn-token" if guessed => Kind::TxnToken,
                _ => own,
            };
        }
    };
    if guessed { named } else { own }
}

/// Whether a token says in `typ`, of its header or as a claim, what it is for.
fn is_typed(token: &Token) -> bool {
    let typ = token.header_text("typ").unwrap_or_default();
    let bare = typ
        .get(..12)
        .filter(|head| head.eq_ignore_ascii_case("application/"))
        .map_or(typ, |_| &typ[12..]);
    bare.contains('+') && !bare.eq_ignore_ascii_case("jose+json") || named(token).is_some()
}

/// The event of a logout token.
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn by_shape(token: &Token) -> Kind {
    let claims = token.claims_map();
    let has = |name: &str| claims.contains_key(name);
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    if let Some(kind) = named(token) {
        return kind;
    }
    if let Some(kind) = proof_or_message(token) {
        return kind;
    }
    // Claims that say what may be done, or which client may do it.
    let gives_access = any(&[
        "scope",
        "scp",
        "client_id",
        "cid",
        "appid",
        "act",
        "may_act",
        "authorization_details",
        "realm_access",
        "resource_access",
        "permissions",
        "gty",
    ]);
    if is_surely_id_token(token) {
        return Kind::IdToken;
    }
    let told = any(&["iss"]) && any(&["sub"]) && any(&["aud"]);
    if told && !gives_access {
        let signed_in = has("auth_time") && any(&["amr", "acr", "name", "email", "sid", "picture"]);
        if has("nonce") && !is_token_endpoint(token) || signed_in && !has("azp") {
            return Kind::IdToken;
        }
        // A client is told who its user is, and when to ask again does not matter.
        let person = [
            "name",
            "email",
            "given_name",
            "preferred_username",
            "picture",
        ];
        if any(&person) && !any(&["exp", "jti", "azp", "cnf"]) {
            return Kind::UserInfo;
        }
    }
    let sub = token.claim_text("sub");
    let names_client = any(&["client_id", "cid", "appid"]);
    if sub.is_some_and(|sub| is_spiffe(sub) || sub.starts_with("wimse:")) && !names_client {
        if has("cnf") && !has("aud") && !gives_access {
            return Kind::Wit;
        }
        // One without `aud` is a broken SVID, unless it says what a server would say of authority.
        let of_server = any(&["scope", "scp", "azp", "act"]);
        if sub.is_some_and(is_spiffe) && (has("aud") || !of_server) {
            return Kind::JwtSvid;
        }
    }
    if let Some(kind) = assertion(token) {
        return kind;
    }
    let known = [
        "iss",
        "sub",
        "aud",
        "exp",
        "scope",
        "scp",
        "client_id",
        "azp",
        "act",
    ];
    // Metadata and registrations are signed as well, and give nothing.
    let is_document = any(&[
        "authorization_endpoint",
        "token_endpoint",
        "credential_endpoint",
        "software_statement",
    ]);
    if any(&known) && !is_document {
        Kind::PresumedAccessToken
    } else {
        Kind::Unknown
    }
}

/// What a claim names the purpose: Keycloak's `typ`, `token_use` and the like.
fn named(token: &Token) -> Option<Kind> {
    match token.claim_text("typ") {
        Some("Refresh" | "Offline") => return Some(Kind::RefreshToken),
        Some("ID") => return Some(Kind::IdToken),
        Some("Logout") => return Some(Kind::LogoutToken),
        Some("Bearer" | "DPoP") => return Some(Kind::PresumedAccessToken),
        _ => {}
    }
    ["token_use", "token_type", "type"]
        .iter()
        .find_map(|name| match token.claim_text(name)? {
            "access" | "access_token" => Some(Kind::PresumedAccessToken),
            "id" | "id_token" => Some(Kind::IdToken),
            "refresh" | "refresh_token" => Some(Kind::RefreshToken),
            _ => None,
        })
}

/// Whether a token holds what ID tokens alone do: hashes of the tokens and codes that it came with, and
/// what Firebase tells of a sign-in.
fn is_surely_id_token(token: &Token) -> bool {
    ["at_hash", "c_hash", "s_hash", "firebase", "sub_jwk"]
        .iter()
        .any(|name| token.claim(name).is_some())
}

/// Proofs, messages and documents: each has claims of its own.
fn proof_or_message(token: &Token) -> Option<Kind> {
    let claims = token.claims_map();
    let has = |name: &str| claims.contains_key(name);
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    let carries_key = token.header_map().contains_key("jwk");
    if has("htm") && has("htu") || carries_key && any(&["htm", "htu", "ath"]) {
        return Some(Kind::DpopProof);
    }
    if let Some(events) = token.claim("events") {
        return Some(if events.get(LOGOUT).is_some() {
            Kind::LogoutToken
        } else {
            Kind::SecurityEvent
        });
    }
    let discloses = any(&["_sd", "_sd_alg"]) || token.disclosed.is_some();
    if discloses {
        return Some(if has("vct") {
            Kind::SdJwtVc
        } else {
            Kind::SdJwt
        });
    }
    if has("vp") {
        return Some(Kind::VerifiablePresentation);
    }
    if has("vc") {
        return Some(Kind::VerifiableCredential);
    }
    if has("sd_hash") {
        return Some(Kind::KeyBinding);
    }
    if has("token_introspection") {
        return Some(Kind::IntrospectionResponse);
    }
    if has("response_type") && any(&["client_id", "redirect_uri", "scope", "code_challenge"])
        || has("redirect_uri") && any(&["client_id", "state"])
        // OpenID Connect CIBA §7.1.1.
        || any(&["login_hint_token", "binding_message", "requested_expiry"]) && has("aud")
    {
        return Some(Kind::RequestObject);
    }
    let answers = any(&["code", "response", "error"]) || has("access_token") && has("token_type");
    if has("aud") && !has("sub") && answers {
        return Some(Kind::JarmResponse);
    }
    let of_entity = any(&[
        "authority_hints",
        "metadata",
        "metadata_policy",
        "trust_marks",
        "constraints",
    ]);
    if has("jwks") && has("sub") && of_entity {
        return Some(Kind::EntityStatement);
    }
    let describes_client = any(&[
        "software_id",
        "software_redirect_uris",
        "software_client_id",
        "redirect_uris",
        "org_jwks_endpoint",
    ]);
    // A registration that carries a statement is a request, not the statement.
    if describes_client && !has("software_statement") {
        return Some(Kind::SoftwareStatement);
    }
    if has("status_list") {
        return Some(Kind::StatusList);
    }
    if has("wth") && has("aud") {
        return Some(Kind::Wpt);
    }
    if has("txn") && any(&["req_wl", "tctx", "rctx", "azd"]) {
        return Some(Kind::TxnToken);
    }
    None
}

/// Client assertions and authorization grants (RFC 7523), which differ in whom they speak for.
fn assertion(token: &Token) -> Option<Kind> {
    let iss = token.claim_text("iss").filter(|iss| !iss.is_empty())?;
    let sub = token.claim_text("sub");
    let names_client = ["client_id", "azp", "cid", "appid"]
        .iter()
        .any(|name| token.claim(name).is_some());
    let scope = token.claim("scope").is_some();
    token.claim("aud")?;
    if sub == Some(iss) {
        // Google's service accounts call APIs with tokens that they sign themselves.
        let of_google =
            iss.ends_with(".gserviceaccount.com") && !is_token_endpoint(token) && !scope;
        return match (scope, is_token_endpoint(token)) {
            (false, _) if !of_google => Some(Kind::ClientAssertion),
            (true, true) => Some(Kind::JwtGrant),
            _ => None,
        };
    }
    (is_token_endpoint(token) && !names_client).then_some(Kind::JwtGrant)
}

/// Whether a token is for a token endpoint alone, by the address.
fn is_token_endpoint(token: &Token) -> bool {
    let aud = match token.claim("aud") {
        Some(Value::String(aud)) => aud,
        Some(Value::Array(all)) => match all.as_slice() {
            [Value::String(aud)] => aud,
            _ => return false,
        },
        _ => return false,
    };
    url::Url::parse(aud).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url
                .path_segments()
                .and_then(|mut path| path.next_back())
                .is_some_and(|last| last == "token" || last == "token.oauth2")
    })
}
