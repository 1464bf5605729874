//! What each kind of token is, and what it must hold, may hold, must not hold.

use super::{
    Demand, KindGuide,
    Level::{self, Discouraged, Forbidden, Optional, Recommended, Required},
};
use crate::token::{Kind, craft::Part};

const fn demand(part: Part, name: &'static str, level: Level, source: &'static str) -> Demand {
    Demand {
        part,
        name,
        level,
        value: None,
        when: "",
        source,
    }
}

/// A demand on a claim.
const fn claim(level: Level, name: &'static str, source: &'static str) -> Demand {
    demand(Part::Payload, name, level, source)
}

/// A demand on a claim that holds in some cases.
const fn claim_when(
    level: Level,
    name: &'static str,
    when: &'static str,
    source: &'static str,
) -> Demand {
    Demand {
        when,
        ..demand(Part::Payload, name, level, source)
    }
}

/// A demand on a header parameter.
const fn header(level: Level, name: &'static str, source: &'static str) -> Demand {
    demand(Part::Header, name, level, source)
}

/// A demand on the `typ` that the kind must have.
const fn typ(level: Level, value: &'static str, source: &'static str) -> Demand {
    Demand {
        value: Some(value),
        ..demand(Part::Header, "typ", level, source)
    }
}

pub(super) fn guide(kind: Kind) -> Option<&'static KindGuide> {
    let kind = match kind {
        // What it lacks to be one is told.
        Kind::PresumedAccessToken => Kind::AccessToken,
        kind => kind,
    };
    GUIDES.iter().find(|g| g.kind == kind)
}

const WIMSE: &str = "draft-ietf-wimse-workload-creds";
const WPT: &str = "draft-ietf-wimse-wpt";
const TXN: &str = "draft-ietf-oauth-transaction-tokens";
const JAG: &str = "draft-ietf-oauth-identity-assertion-authz-grant";
const ATTEST: &str = "draft-ietf-oauth-attestation-based-client-auth";
const SDVC: &str = "draft-ietf-oauth-sd-jwt-vc";
const STATUS: &str = "draft-ietf-oauth-status-list";
const CHAIN: &str = "draft-mw-oauth-actor-chain";
const AAUTH: &str = "draft-hardt-oauth-aauth-protocol";
const FED: &str = "OpenID Federation §3.1";
const SVID: &str = "SPIFFE JWT-SVID §3";
const LOGOUT: &str = "OpenID Connect Back-Channel Logout §2.4";
const CORE: &str = "OpenID Connect Core §2";

#[rustfmt::skip] // a table: one line a demand
const GUIDES: &[KindGuide] = &[
    KindGuide { kind: Kind::AccessToken, source: "RFC 9068",
        says: "What a client may do at an API for a subject. The client does not look into it.",
        issued: "Made by the authorization server; sent in `Authorization`, by the scheme `DPoP` when it is bound to a key.",
        checked: "The API checks type, issuer, audience, times and signature, then scope and actor for each request.",
        demands: &[
            typ(Required, "at+jwt", "RFC 9068 §2.1"), header(Required, "alg", "RFC 9068 §2.1"),
            claim(Required, "iss", "RFC 9068 §2.2"), claim(Required, "exp", "RFC 9068 §2.2"), claim(Required, "aud", "RFC 9068 §2.2"),
            claim(Required, "sub", "RFC 9068 §2.2"), claim(Required, "client_id", "RFC 9068 §2.2"), claim(Required, "iat", "RFC 9068 §2.2"), claim(Required, "jti", "RFC 9068 §2.2"),
            claim_when(Recommended, "scope", "when a scope was asked for", "RFC 9068 §2.2.3"),
            claim(Optional, "auth_time", "RFC 9068 §2.2.1"), claim(Optional, "acr", "RFC 9068 §2.2.1"), claim(Optional, "amr", "RFC 9068 §2.2.1"),
            claim(Optional, "roles", "RFC 9068 §2.2.3.1"), claim(Optional, "groups", "RFC 9068 §2.2.3.1"), claim(Optional, "entitlements", "RFC 9068 §2.2.3.1"),
            claim_when(Optional, "act", "when somebody acts for the subject", "RFC 8693 §4.1"), claim(Optional, "may_act", "RFC 8693 §4.4"),
            claim_when(Optional, "cnf", "when it is bound to a key", "RFC 7800 §3.1"), claim(Optional, "authorization_details", "RFC 9396 §9.1"),
        ] },
    KindGuide { kind: Kind::IdToken, source: "OpenID Connect Core §2",
        says: "That a person signed in, told to one client. It allows nothing, and is no access token.",
        issued: "Made by the OpenID provider; given to the client with the authorization response or at the token endpoint.",
        checked: "The client checks issuer, its own identifier in `aud`, times, signature and the `nonce` that it sent.",
        demands: &[
            claim(Required, "iss", CORE), claim(Required, "sub", CORE), claim(Required, "aud", CORE), claim(Required, "exp", CORE), claim(Required, "iat", CORE),
            claim_when(Optional, "nonce", "required when the request had one", CORE), claim_when(Optional, "auth_time", "required when `max_age` was asked for", CORE),
            claim(Optional, "acr", CORE), claim(Optional, "amr", CORE), claim_when(Optional, "azp", "when `aud` has several", CORE),
            claim_when(Optional, "at_hash", "required with an access token from the authorization endpoint", "OpenID Connect Core §3.1.3.6"),
            claim_when(Optional, "c_hash", "required with a code from the authorization endpoint", "OpenID Connect Core §3.3.2.11"),
            claim(Optional, "sid", "OpenID Connect Front-Channel Logout §3"),
            header(Discouraged, "x5u", CORE), header(Discouraged, "x5c", CORE), header(Discouraged, "jku", CORE), header(Discouraged, "jwk", CORE),
        ] },
    KindGuide { kind: Kind::RefreshToken, source: "RFC 6749 §1.5",
        says: "What a client gets new access tokens with. Its content is the authorization server's own business.",
        issued: "Made by the authorization server; sent to its token endpoint only, never to an API.",
        checked: "The authorization server checks that it is this client's, and of a public client that it was not used before or is bound to a key.",
        demands: &[] },
    KindGuide { kind: Kind::DpopProof, source: "RFC 9449 §4",
        says: "That the sender of one HTTP request holds a key. It names no principal.",
        issued: "Made by the client anew for each request; sent in the header `DPoP`.",
        checked: "The server checks type, the signature by the key inside, method, address, age and nonce; an API also `ath` and that the token is bound to this key.",
        demands: &[
            typ(Required, "dpop+jwt", "RFC 9449 §4.2"), header(Required, "alg", "RFC 9449 §4.2"), header(Required, "jwk", "RFC 9449 §4.2"),
            claim(Required, "jti", "RFC 9449 §4.2"), claim(Required, "htm", "RFC 9449 §4.2"), claim(Required, "htu", "RFC 9449 §4.2"), claim(Required, "iat", "RFC 9449 §4.2"),
            claim_when(Optional, "ath", "required with an access token", "RFC 9449 §4.2"), claim_when(Optional, "nonce", "required once the server gave one", "RFC 9449 §4.2"),
        ] },
    KindGuide { kind: Kind::ClientAssertion, source: "RFC 7523 §3",
        says: "That a client is who it says, by its signature.",
        issued: "Made by the client; sent to the token endpoint as `client_assertion`.",
        checked: "The authorization server checks the client's registered key, that `iss` and `sub` are the client, and that `aud` is itself.",
        demands: &[
            typ(Recommended, "client-authentication+jwt", "draft-ietf-oauth-rfc7523bis"),
            claim(Required, "iss", "RFC 7523 §3"), claim(Required, "sub", "RFC 7523 §3"), claim(Required, "aud", "RFC 7523 §3"), claim(Required, "exp", "RFC 7523 §3"),
            claim(Optional, "jti", "RFC 7523 §3"), claim(Optional, "iat", "RFC 7523 §3"), claim(Optional, "nbf", "RFC 7523 §3"),
        ] },
    KindGuide { kind: Kind::JwtGrant, source: "RFC 7523 §2.1",
        says: "What a client gets an access token with, in place of a user's sign-in: its own word, or that of somebody whom the server trusts.",
        issued: "Made by the client, or by an issuer that the server trusts; sent to the token endpoint as `assertion`.",
        checked: "The authorization server checks the issuer's key, that `aud` is itself, the end, and whether the issuer may speak for the subject.",
        demands: &[
            claim(Required, "iss", "RFC 7523 §3"), claim_when(Required, "sub", "Google's service accounts do without and mean themselves", "RFC 7523 §3"), claim(Required, "aud", "RFC 7523 §3"), claim(Required, "exp", "RFC 7523 §3"),
            claim(Optional, "scope", "RFC 7523 §2.1"), claim(Optional, "jti", "RFC 7523 §3"), claim(Optional, "iat", "RFC 7523 §3"), claim(Optional, "nbf", "RFC 7523 §3"),
        ] },
    KindGuide { kind: Kind::ClientAttestation, source: ATTEST,
        says: "What a trusted party says of one instance of a client, and which key the instance holds.",
        issued: "Made by the client's attester; sent in `OAuth-Client-Attestation` together with a proof.",
        checked: "The authorization server checks the attester's key, that `sub` is the client, and the proof by the key in `cnf`.",
        demands: &[
            typ(Required, "oauth-client-attestation+jwt", ATTEST), claim(Required, "sub", ATTEST), claim(Required, "exp", ATTEST), claim(Required, "cnf", ATTEST),
            claim(Optional, "iss", ATTEST), claim(Optional, "iat", ATTEST), claim(Optional, "nbf", ATTEST),
        ] },
    KindGuide { kind: Kind::ClientAttestationPop, source: ATTEST,
        says: "That the sender holds the key of a client attestation.",
        issued: "Made by the client's instance; sent in `OAuth-Client-Attestation-PoP`.",
        checked: "The authorization server checks it by the key in the attestation's `cnf`, and that `aud` is itself.",
        demands: &[
            typ(Required, "oauth-client-attestation-pop+jwt", ATTEST), claim(Required, "aud", ATTEST), claim(Required, "jti", ATTEST), claim(Required, "iat", ATTEST),
            claim_when(Optional, "challenge", "required once the server gave one", ATTEST), claim(Optional, "iss", ATTEST),
        ] },
    KindGuide { kind: Kind::JwtSvid, source: "SPIFFE JWT-SVID",
        says: "Which workload this is. It speaks for itself, never for a user, and whoever holds it can use it.",
        issued: "Made by the trust domain's server; fetched over the Workload API for one audience.",
        checked: "The recipient picks the bundle by the trust domain in `sub`, never by `iss`, then checks algorithm, signature, end and audience.",
        demands: &[
            header(Required, "alg", "SPIFFE JWT-SVID §2"), header(Optional, "kid", "SPIFFE JWT-SVID §2"), typ(Optional, "JWT|JOSE", "SPIFFE JWT-SVID §2"),
            header(Forbidden, "jku", "SPIFFE JWT-SVID §2"), header(Forbidden, "jwk", "SPIFFE JWT-SVID §2"), header(Forbidden, "x5u", "SPIFFE JWT-SVID §2"), header(Forbidden, "x5c", "SPIFFE JWT-SVID §2"), header(Forbidden, "crit", "SPIFFE JWT-SVID §2"),
            claim(Required, "sub", SVID), claim(Required, "aud", SVID), claim(Required, "exp", SVID),
            claim(Optional, "iat", SVID), claim(Optional, "iss", SVID), claim(Optional, "nbf", SVID), claim(Optional, "jti", SVID),
        ] },
    KindGuide { kind: Kind::Wit, source: WIMSE,
        says: "Which workload this is, and which key it holds. Worth nothing without a proof by that key.",
        issued: "Made by the workload's identity server; sent in `Workload-Identity-Token`, never in `Authorization`.",
        checked: "The recipient checks issuer, signature and end, then the proof by the key in `cnf`.",
        demands: &[
            typ(Required, "wit+jwt", WIMSE), header(Required, "alg", WIMSE),
            claim(Required, "sub", WIMSE), claim(Required, "exp", WIMSE), claim(Required, "cnf", WIMSE),
            claim(Recommended, "iss", WIMSE), claim(Optional, "iat", WIMSE), claim(Optional, "jti", WIMSE),
            claim_when(Discouraged, "aud", "a WIT-SVID must not have it", "SPIFFE WIT-SVID"),
        ] },
    KindGuide { kind: Kind::Wpt, source: WPT,
        says: "That the sender of one request holds the key of a workload identity token, and which tokens ride along.",
        issued: "Made by the workload anew for each request; sent in `Workload-Proof-Token`.",
        checked: "The recipient checks it by the identity token's key, `aud`, end, and each hash of what rides along.",
        demands: &[
            typ(Required, "wpt+jwt", WPT), header(Required, "alg", WPT),
            claim(Required, "aud", WPT), claim(Required, "exp", WPT), claim(Required, "jti", WPT), claim(Required, "wth", WPT),
            claim_when(Optional, "ath", "required with an access token", WPT), claim_when(Optional, "tth", "required with a transaction token", WPT), claim_when(Optional, "oth", "required with other tokens", WPT),
        ] },
    KindGuide { kind: Kind::TxnToken, source: TXN,
        says: "What one transaction inside one trust domain is, and for whom. It is no credential and no access token.",
        issued: "Made by the domain's transaction token service; sent in `Txn-Token`, passed on unchanged.",
        checked: "Every workload checks signature, that `aud` is its own trust domain, and the end.",
        demands: &[
            typ(Required, "txntoken+jwt", TXN), claim(Required, "iat", TXN), claim(Required, "aud", TXN), claim(Required, "exp", TXN), claim(Required, "txn", TXN),
            claim(Required, "sub", TXN), claim(Required, "scope", TXN), claim(Required, "req_wl", TXN), claim(Recommended, "tctx", TXN), claim(Recommended, "rctx", TXN),
            claim(Optional, "iss", TXN), claim_when(Optional, "act", "of agents", "draft-araut-oauth-transaction-tokens-for-agents"), claim_when(Optional, "agentic_ctx", "of agents", "draft-araut-oauth-transaction-tokens-for-agents"),
        ] },
    KindGuide { kind: Kind::IdJag, source: JAG,
        says: "That a person who signed in at one identity provider may be served by a client at another authorization server.",
        issued: "Made by the identity provider in a token exchange; redeemed at the resource's authorization server by `jwt-bearer`.",
        checked: "The resource's authorization server checks type, issuer, that `aud` is itself alone, and that `client_id` is the client that asks.",
        demands: &[
            typ(Required, "oauth-id-jag+jwt", JAG), claim(Required, "iss", JAG), claim(Required, "sub", JAG), claim(Required, "aud", JAG), claim(Required, "client_id", JAG),
            claim(Required, "jti", JAG), claim(Required, "exp", JAG), claim(Required, "iat", JAG), claim(Optional, "resource", JAG), claim(Optional, "scope", JAG),
            claim(Optional, "authorization_details", JAG), claim(Optional, "act", JAG), claim(Optional, "tenant", JAG), claim(Optional, "aud_tenant", JAG), claim(Optional, "aud_sub", JAG),
            claim(Optional, "auth_time", JAG), claim(Optional, "acr", JAG), claim(Optional, "amr", JAG), claim(Optional, "email", JAG), claim(Optional, "cnf", JAG),
        ] },
    KindGuide { kind: Kind::LogoutToken, source: LOGOUT,
        says: "That a session at the OpenID provider has ended.",
        issued: "Made by the OpenID provider; posted to the client's back-channel address.",
        checked: "The client checks it like an ID token, the event inside, and that there is no `nonce`.",
        demands: &[
            typ(Recommended, "logout+jwt", LOGOUT), claim(Required, "iss", LOGOUT), claim(Required, "aud", LOGOUT), claim(Required, "iat", LOGOUT), claim(Required, "exp", LOGOUT),
            claim(Required, "jti", LOGOUT), claim(Required, "events", LOGOUT), claim_when(Required, "sub|sid", "one of them", LOGOUT), claim_when(Forbidden, "nonce", "so that it passes for no ID token", LOGOUT),
        ] },
    KindGuide { kind: Kind::SecurityEvent, source: "RFC 8417",
        says: "That something happened which others should know: a session revoked, an account disabled.",
        issued: "Made by a transmitter; pushed or polled (RFC 8935, RFC 8936).",
        checked: "The receiver checks issuer, audience and signature, and that `jti` is new; it has no end.",
        demands: &[
            typ(Recommended, "secevent+jwt", "RFC 8417 §2.3"), claim(Required, "iss", "RFC 8417 §2.2"), claim(Required, "iat", "RFC 8417 §2.2"), claim(Required, "jti", "RFC 8417 §2.2"),
            claim(Required, "events", "RFC 8417 §2.2"), claim(Recommended, "aud", "RFC 8417 §2.2"), claim(Optional, "sub_id|sub", "RFC 8417 §2.2"), claim(Optional, "toe", "RFC 8417 §2.2"),
            claim(Optional, "txn", "RFC 8417 §2.2"), claim(Discouraged, "exp", "RFC 8417 §2.2"),
        ] },
    KindGuide { kind: Kind::RequestObject, source: "RFC 9101",
        says: "An authorization request whose parameters are signed by the client.",
        issued: "Made by the client; sent as `request`, by `request_uri`, or pushed (RFC 9126).",
        checked: "The authorization server checks the client's key and `client_id`, and uses only what stands inside.",
        demands: &[
            typ(Recommended, "oauth-authz-req+jwt", "RFC 9101 §10.8"), claim(Required, "client_id", "RFC 9101 §5"), claim(Required, "response_type", "RFC 6749 §4.1.1"),
            claim(Recommended, "iss", "RFC 9101 §4"), claim(Recommended, "aud", "RFC 9101 §4"), claim(Optional, "exp", "RFC 9101 §4"), claim(Optional, "nbf", "RFC 9101 §4"), claim(Optional, "jti", "RFC 9101 §4"),
            claim(Optional, "redirect_uri", "RFC 6749 §4.1.1"), claim(Optional, "scope", "RFC 6749 §4.1.1"), claim(Optional, "state", "RFC 6749 §4.1.1"), claim(Optional, "code_challenge", "RFC 7636 §4.3"),
            claim(Forbidden, "request", "RFC 9101 §4"), claim(Forbidden, "request_uri", "RFC 9101 §4"),
            claim_when(Discouraged, "sub", "with the client's name it would pass for a client assertion", "RFC 9101 §10.8"),
        ] },
    KindGuide { kind: Kind::SoftwareStatement, source: "RFC 7591 §2.3",
        says: "What somebody whom an authorization server trusts says of a client that wants to register.",
        issued: "Made by a directory or the maker of the software; sent as `software_statement` with the registration.",
        checked: "The authorization server checks the issuer's key; what stands inside outweighs what stands beside it.",
        demands: &[
            claim(Required, "iss", "RFC 7591 §2.3"), claim(Recommended, "software_id", "RFC 7591 §2"), claim(Optional, "redirect_uris|software_redirect_uris", "RFC 7591 §2"), claim(Optional, "client_name|software_client_name", "RFC 7591 §2"),
            claim(Optional, "jti", "RFC 7519 §4.1.7"), claim(Optional, "iat", "RFC 7519 §4.1.6"), claim(Optional, "exp", "RFC 7519 §4.1.4"),
        ] },
    KindGuide { kind: Kind::UserInfo, source: "OpenID Connect Core §5.3.2",
        says: "What the OpenID provider tells a client of its user. It allows nothing.",
        issued: "Made by the OpenID provider; the answer of its UserInfo endpoint.",
        checked: "The client checks issuer, that `aud` is itself, the signature, and that `sub` is the one of the ID token.",
        demands: &[
            claim(Required, "sub", "OpenID Connect Core §5.3.2"), claim(Recommended, "iss", "OpenID Connect Core §5.3.2"), claim(Recommended, "aud", "OpenID Connect Core §5.3.2"),
            claim(Optional, "name", "OpenID Connect Core §5.1"), claim(Optional, "email", "OpenID Connect Core §5.1"), claim(Optional, "preferred_username", "OpenID Connect Core §5.1"),
        ] },
    KindGuide { kind: Kind::JarmResponse, source: "JARM §2.1",
        says: "An authorization response whose parameters are signed by the authorization server.",
        issued: "Made by the authorization server; sent to the redirect URI as `response`.",
        checked: "The client checks issuer, that `aud` is itself, end and signature, before it reads `code` or `error`.",
        demands: &[
            claim(Required, "iss", "JARM §2.1"), claim(Required, "aud", "JARM §2.1"), claim(Required, "exp", "JARM §2.1"), claim_when(Required, "code|error|access_token|response", "what the request asked for, or why not", "JARM §2.1"),
            claim_when(Optional, "state", "required when the request had one", "JARM §2.1"),
        ] },
    KindGuide { kind: Kind::IntrospectionResponse, source: "RFC 9701",
        says: "What an authorization server says of a token, signed for the API that asked.",
        issued: "Made by the authorization server; the answer of its introspection endpoint.",
        checked: "The API checks type, issuer and that `aud` is itself, then reads `active`.",
        demands: &[
            typ(Required, "token-introspection+jwt", "RFC 9701 §5"), claim(Required, "iss", "RFC 9701 §5"), claim(Required, "aud", "RFC 9701 §5"), claim(Required, "iat", "RFC 9701 §5"),
            claim(Required, "token_introspection", "RFC 9701 §5"), claim_when(Discouraged, "sub", "so that it passes for no access token", "RFC 9701 §5"), claim_when(Discouraged, "exp", "so that it passes for no access token", "RFC 9701 §5"),
        ] },
    KindGuide { kind: Kind::SdJwt, source: "RFC 9901",
        says: "Claims that the holder can disclose one by one; the issuer signed only their hashes.",
        issued: "Made by an issuer; presented by the holder with the disclosures that it chooses.",
        checked: "The verifier checks the signature, matches each disclosure with exactly one hash, and the key binding where it asks for one.",
        demands: &[
            header(Recommended, "typ", "RFC 9901 §9.11"), claim(Optional, "_sd", "RFC 9901 §4.2.4.1"), claim_when(Optional, "_sd_alg", "SHA-256 without it", "RFC 9901 §4.1.1"),
            claim_when(Optional, "cnf", "required with key binding", "RFC 9901 §4.1.2"), claim(Forbidden, "...", "RFC 9901 §4.1"),
        ] },
    KindGuide { kind: Kind::SdJwtVc, source: SDVC,
        says: "A credential whose holder discloses claims one by one.",
        issued: "Made by an issuer; presented by the holder from a wallet.",
        checked: "The verifier checks type, issuer, signature, disclosures, status and the key binding.",
        demands: &[
            typ(Required, "dc+sd-jwt|vc+sd-jwt", SDVC), claim(Required, "vct", SDVC), claim(Optional, "iss", SDVC), claim(Optional, "nbf", SDVC), claim(Optional, "exp", SDVC),
            claim_when(Optional, "cnf", "required with key binding", SDVC), claim(Optional, "status", SDVC), claim(Optional, "vct#integrity", SDVC), claim(Optional, "sub", SDVC), claim(Optional, "iat", SDVC),
            claim(Optional, "_sd", "RFC 9901 §4.2.4.1"), claim(Optional, "_sd_alg", "RFC 9901 §4.1.1"), claim(Forbidden, "...", "RFC 9901 §4.1"),
        ] },
    KindGuide { kind: Kind::KeyBinding, source: "RFC 9901 §4.3",
        says: "That the presenter of an SD-JWT holds the key that it is bound to.",
        issued: "Made by the holder anew for each presentation; the last part of the SD-JWT.",
        checked: "The verifier checks it by the key in `cnf`, `aud`, its own `nonce`, and recomputes `sd_hash`.",
        demands: &[
            typ(Required, "kb+jwt", "RFC 9901 §4.3"), header(Required, "alg", "RFC 9901 §4.3"), claim(Required, "iat", "RFC 9901 §4.3"), claim(Required, "aud", "RFC 9901 §4.3"),
            claim(Required, "nonce", "RFC 9901 §4.3"), claim(Required, "sd_hash", "RFC 9901 §4.3"),
        ] },
    KindGuide { kind: Kind::CredentialProof, source: "OpenID for Verifiable Credential Issuance, appendix F.1",
        says: "That a wallet holds the key that a credential is to be bound to.",
        issued: "Made by the wallet; sent with its credential request.",
        checked: "The issuer checks it by the key in the header, that `aud` is itself, and its own nonce.",
        demands: &[
            typ(Required, "openid4vci-proof+jwt", "OpenID4VCI F.1"), header(Required, "alg", "OpenID4VCI F.1"), header(Required, "kid|jwk|x5c", "OpenID4VCI F.1"),
            claim(Required, "aud", "OpenID4VCI F.1"), claim(Required, "iat", "OpenID4VCI F.1"), claim_when(Optional, "nonce", "required where the issuer gives one", "OpenID4VCI F.1"), claim(Optional, "iss", "OpenID4VCI F.1"),
        ] },
    KindGuide { kind: Kind::VerifiableCredential, source: "W3C VC Data Model",
        says: "What an issuer says of a subject, to be shown to others.",
        issued: "Made by an issuer; kept by the holder.",
        checked: "The verifier checks the issuer's key, times, status and schema.",
        demands: &[
            claim_when(Required, "iss|issuer", "`iss` in version 1.1", "W3C VC Data Model"), claim_when(Required, "vc|credentialSubject", "`vc` in version 1.1", "W3C VC Data Model"),
            claim(Optional, "nbf|validFrom", "W3C VC Data Model"), claim(Optional, "exp|validUntil", "W3C VC Data Model"), claim(Optional, "jti|id", "W3C VC Data Model"), claim(Optional, "sub", "W3C VC Data Model"),
        ] },
    KindGuide { kind: Kind::VerifiablePresentation, source: "W3C VC Data Model",
        says: "Credentials that a holder shows to one verifier.",
        issued: "Made by the holder for one verifier.",
        checked: "The verifier checks the holder's key, `aud`, its own `nonce`, and each credential for itself.",
        demands: &[
            claim_when(Required, "vp|verifiableCredential", "`vp` in version 1.1", "W3C VC Data Model"), claim(Optional, "iss|holder", "W3C VC Data Model"), claim(Recommended, "aud", "W3C VC Data Model"), claim(Recommended, "nonce", "W3C VC Data Model"),
        ] },
    KindGuide { kind: Kind::StatusList, source: STATUS,
        says: "Which of many tokens are revoked or suspended, as compressed bits.",
        issued: "Made by a status issuer; fetched from the address that a token's `status` names.",
        checked: "The verifier checks that `sub` is the address, signature and age, and bounds what it unpacks.",
        demands: &[
            typ(Required, "statuslist+jwt", STATUS), claim(Required, "sub", STATUS), claim(Required, "iat", STATUS), claim(Required, "status_list", STATUS), claim(Recommended, "exp", STATUS), claim(Recommended, "ttl", STATUS),
        ] },
    KindGuide { kind: Kind::EntityStatement, source: "OpenID Federation §3",
        says: "What an entity of a federation says of itself or of one below it.",
        issued: "Made by the entity or its superior; fetched from well-known places.",
        checked: "Whoever resolves the chain checks each link up to a trust anchor of its own.",
        demands: &[
            typ(Required, "entity-statement+jwt", FED), header(Required, "kid", FED), claim(Required, "iss", FED), claim(Required, "sub", FED), claim(Required, "iat", FED), claim(Required, "exp", FED), claim(Required, "jwks", FED),
            claim_when(Optional, "authority_hints", "required of those below others, in their own statement", FED), claim(Optional, "metadata", FED), claim(Optional, "metadata_policy", FED), claim(Optional, "constraints", FED), claim(Optional, "trust_marks", FED), claim(Optional, "crit", FED),
        ] },
    KindGuide { kind: Kind::TrustMark, source: "OpenID Federation §7",
        says: "That an entity fulfils some rules.",
        issued: "Made by a trust mark issuer; shown by the entity.",
        checked: "Whoever reads it checks the issuer's key along the federation, and the delegation where there is an owner.",
        demands: &[
            typ(Required, "trust-mark+jwt", "OpenID Federation §7.1"), claim(Required, "iss", "OpenID Federation §7.1"), claim(Required, "sub", "OpenID Federation §7.1"), claim(Required, "trust_mark_type|id", "OpenID Federation §7.1"), claim(Required, "iat", "OpenID Federation §7.1"),
            claim(Optional, "exp", "OpenID Federation §7.1"), claim(Optional, "logo_uri", "OpenID Federation §7.1"), claim(Optional, "ref", "OpenID Federation §7.1"), claim(Optional, "delegation", "OpenID Federation §7.1"),
        ] },
    KindGuide { kind: Kind::ActorStepProof, source: CHAIN,
        says: "That an actor took one step of a chain.",
        issued: "Made by the actor; sent with the exchange as `actor_chain_step_proof`.",
        checked: "The authorization server checks it by the actor's key, within about a minute.",
        demands: &[
            typ(Required, "act-step-proof+jwt", CHAIN), claim(Required, "ctx", CHAIN), claim(Required, "acti", CHAIN), claim(Required, "prev", CHAIN), claim(Required, "sub", CHAIN), claim(Required, "target_context", CHAIN), claim(Required, "act", CHAIN), claim(Required, "iat", CHAIN),
        ] },
    KindGuide { kind: Kind::ActorCommitment, source: CHAIN,
        says: "A link of a hash chain over all steps so far.",
        issued: "Made by the authorization server; stands in the token as `actc`.",
        checked: "Whoever audits recomputes `curr` and follows `prev`.",
        demands: &[
            typ(Required, "act-commitment+jwt", CHAIN), claim(Required, "ctx", CHAIN), claim(Required, "iss", CHAIN), claim(Required, "acti", CHAIN), claim(Required, "actp", CHAIN), claim(Required, "halg", CHAIN), claim(Required, "prev", CHAIN), claim(Required, "step_hash", CHAIN), claim(Required, "curr", CHAIN), claim(Discouraged, "exp", CHAIN),
        ] },
    KindGuide { kind: Kind::ActorHopAck, source: CHAIN,
        says: "That a recipient accepted a hop.",
        issued: "Made by the recipient.",
        checked: "Whoever audits checks it by the recipient's key.",
        demands: &[typ(Required, "act-hop-ack+jwt", CHAIN), claim(Required, "ctx", CHAIN), claim(Required, "ack", CHAIN), claim(Required, "inbound_jti", CHAIN)] },
    KindGuide { kind: Kind::AauthAgent, source: AAUTH,
        says: "Which agent this is, and which key it holds.",
        issued: "Made by the agent's provider; rides in `Signature-Key`. It should live a day at most.",
        checked: "The recipient checks it, then the request's signature by the key in `cnf`.",
        demands: &[
            typ(Required, "aa-agent+jwt", AAUTH), claim(Required, "iss", AAUTH), claim(Required, "dwk", AAUTH), claim(Required, "sub", AAUTH), claim(Required, "jti", AAUTH), claim(Required, "cnf", AAUTH), claim(Required, "iat", AAUTH), claim(Required, "exp", AAUTH), claim(Optional, "ps", AAUTH), claim(Optional, "parent_agent", AAUTH),
        ] },
    KindGuide { kind: Kind::AauthPerson, source: AAUTH,
        says: "Which person an agent belongs to.",
        issued: "Made by the person's server.",
        checked: "The recipient checks issuer, signature and end.",
        demands: &[typ(Required, "aa-person+jwt", AAUTH)] },
    KindGuide { kind: Kind::AauthResource, source: AAUTH,
        says: "What a resource wants before it serves an agent.",
        issued: "Made by the resource; should live five minutes at most.",
        checked: "The authorization server checks the resource's key, and that the agent is the one named.",
        demands: &[typ(Required, "aa-resource+jwt", AAUTH), claim(Required, "iss", AAUTH), claim(Required, "agent_jkt", AAUTH), claim(Optional, "presented_jti", AAUTH)] },
    KindGuide { kind: Kind::AauthAuth, source: AAUTH,
        says: "What an agent may do at a resource. It holds no chain, and its subject differs from resource to resource.",
        issued: "Made by the authorization server; must live an hour at most.",
        checked: "The resource checks it, then the request's signature by the key in `cnf`.",
        demands: &[
            typ(Required, "aa-auth+jwt", AAUTH), claim(Required, "iss", AAUTH), claim(Required, "dwk", AAUTH), claim(Required, "aud", AAUTH), claim(Required, "jti", AAUTH), claim(Required, "ps", AAUTH), claim(Required, "sub", AAUTH), claim(Required, "cnf", AAUTH), claim(Required, "iat", AAUTH), claim(Required, "exp", AAUTH),
            claim(Optional, "scope", AAUTH), claim(Optional, "account", AAUTH), claim(Optional, "mission_s256", AAUTH), claim(Optional, "tenant", AAUTH),
        ] },
    KindGuide { kind: Kind::Mission, source: "mission-bound authorization drafts",
        says: "A mission that was approved, or a token that is bound to it.",
        issued: "Made by the server that approved the mission.",
        checked: "The recipient checks that what is asked belongs to the mission.",
        demands: &[header(Required, "typ", "mission-bound authorization drafts")] },
    KindGuide { kind: Kind::NestedJwt, source: "RFC 7519 §5.2",
        says: "A token whose content is another token: mostly signed first, then encrypted.",
        issued: "Made by whoever holds the recipient's key.",
        checked: "The recipient decrypts, then verifies what is inside for itself: decryption authenticates nobody.",
        demands: &[header(Required, "cty", "RFC 7519 §5.2"), header(Required, "alg", "RFC 7516 §4.1.1")] },
    KindGuide { kind: Kind::Encrypted, source: "RFC 7516",
        says: "A token that only the holder of a key can read.",
        issued: "Made by whoever knows the recipient's public key, or shares a secret.",
        checked: "The recipient decrypts it; that alone authenticates nobody when the key is public.",
        demands: &[header(Required, "alg", "RFC 7516 §4.1.1"), header(Required, "enc", "RFC 7516 §4.1.2"), header(Discouraged, "zip", "RFC 8725 §3.6")] },
    KindGuide { kind: Kind::Opaque, source: "RFC 7662",
        says: "A string that says nothing by itself.",
        issued: "Made by the authorization server.",
        checked: "The recipient asks the issuer by introspection.",
        demands: &[] },
    KindGuide { kind: Kind::SamlAssertion, source: "SAML 2.0 core §2.3.3, RFC 7522",
        says: "What an identity provider says of a subject, in XML.",
        issued: "Made by the identity provider; posted by the browser, or exchanged for a token.",
        checked: "The recipient checks the XML signature, issuer, audience, times, and the confirmation of the subject.",
        demands: &[] },
    KindGuide { kind: Kind::Paseto, source: "PASETO specification",
        says: "A token with a version instead of an algorithm. It is recognised, but not read here.",
        issued: "Made by an issuer with the version's one algorithm.",
        checked: "Its own verifier checks version, purpose, key and claims.",
        demands: &[] },
    KindGuide { kind: Kind::Macaroon, source: "Macaroons (NDSS 2014)",
        says: "A bearer credential that everyone who holds it can narrow by caveats. It is recognised, but not read here.",
        issued: "Made by the service that checks it.",
        checked: "That service checks the chain of MACs and every caveat.",
        demands: &[] },
    KindGuide { kind: Kind::Biscuit, source: "Biscuit specification",
        says: "A token that everyone who holds it can narrow by blocks of rules, verified by a public key. It is recognised, but not read here.",
        issued: "Made by an issuer; blocks are added by holders.",
        checked: "Its own verifier checks the chain of signatures and runs the rules.",
        demands: &[] },
];
