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

/// A claim.
const fn c(level: Level, name: &'static str, source: &'static str) -> Demand {
    demand(Part::Payload, name, level, source)
}

/// A claim that is wanted in some cases.
const fn cw(level: Level, name: &'static str, when: &'static str, source: &'static str) -> Demand {
    Demand {
        when,
        ..demand(Part::Payload, name, level, source)
    }
}

/// A header parameter.
const fn h(level: Level, name: &'static str, source: &'static str) -> Demand {
    demand(Part::Header, name, level, source)
}

/// The `typ` that the kind must have.
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
            typ(Required, "at+jwt", "RFC 9068 §2.1"), h(Required, "alg", "RFC 9068 §2.1"),
            c(Required, "iss", "RFC 9068 §2.2"), c(Required, "exp", "RFC 9068 §2.2"), c(Required, "aud", "RFC 9068 §2.2"),
            c(Required, "sub", "RFC 9068 §2.2"), c(Required, "client_id", "RFC 9068 §2.2"), c(Required, "iat", "RFC 9068 §2.2"), c(Required, "jti", "RFC 9068 §2.2"),
            cw(Recommended, "scope", "when a scope was asked for", "RFC 9068 §2.2.3"),
            c(Optional, "auth_time", "RFC 9068 §2.2.1"), c(Optional, "acr", "RFC 9068 §2.2.1"), c(Optional, "amr", "RFC 9068 §2.2.1"),
            c(Optional, "roles", "RFC 9068 §2.2.3.1"), c(Optional, "groups", "RFC 9068 §2.2.3.1"), c(Optional, "entitlements", "RFC 9068 §2.2.3.1"),
            cw(Optional, "act", "when somebody acts for the subject", "RFC 8693 §4.1"), c(Optional, "may_act", "RFC 8693 §4.4"),
            cw(Optional, "cnf", "when it is bound to a key", "RFC 7800 §3.1"), c(Optional, "authorization_details", "RFC 9396 §9.1"),
        ] },
    KindGuide { kind: Kind::IdToken, source: "OpenID Connect Core §2",
        says: "That a person signed in, told to one client. It allows nothing, and is no access token.",
        issued: "Made by the OpenID provider; given to the client with the authorization response or at the token endpoint.",
        checked: "The client checks issuer, its own identifier in `aud`, times, signature and the `nonce` that it sent.",
        demands: &[
            c(Required, "iss", CORE), c(Required, "sub", CORE), c(Required, "aud", CORE), c(Required, "exp", CORE), c(Required, "iat", CORE),
            cw(Optional, "nonce", "required when the request had one", CORE), cw(Optional, "auth_time", "required when `max_age` was asked for", CORE),
            c(Optional, "acr", CORE), c(Optional, "amr", CORE), cw(Optional, "azp", "when `aud` has several", CORE),
            cw(Optional, "at_hash", "required with an access token from the authorization endpoint", "OpenID Connect Core §3.1.3.6"),
            cw(Optional, "c_hash", "required with a code from the authorization endpoint", "OpenID Connect Core §3.3.2.11"),
            c(Optional, "sid", "OpenID Connect Front-Channel Logout §3"),
            h(Discouraged, "x5u", CORE), h(Discouraged, "x5c", CORE), h(Discouraged, "jku", CORE), h(Discouraged, "jwk", CORE),
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
            typ(Required, "dpop+jwt", "RFC 9449 §4.2"), h(Required, "alg", "RFC 9449 §4.2"), h(Required, "jwk", "RFC 9449 §4.2"),
            c(Required, "jti", "RFC 9449 §4.2"), c(Required, "htm", "RFC 9449 §4.2"), c(Required, "htu", "RFC 9449 §4.2"), c(Required, "iat", "RFC 9449 §4.2"),
            cw(Optional, "ath", "required with an access token", "RFC 9449 §4.2"), cw(Optional, "nonce", "required once the server gave one", "RFC 9449 §4.2"),
        ] },
    KindGuide { kind: Kind::ClientAssertion, source: "RFC 7523 §3",
        says: "That a client is who it says, by its signature.",
        issued: "Made by the client; sent to the token endpoint as `client_assertion`.",
        checked: "The authorization server checks the client's registered key, that `iss` and `sub` are the client, and that `aud` is itself.",
        demands: &[
            typ(Recommended, "client-authentication+jwt", "draft-ietf-oauth-rfc7523bis"),
            c(Required, "iss", "RFC 7523 §3"), c(Required, "sub", "RFC 7523 §3"), c(Required, "aud", "RFC 7523 §3"), c(Required, "exp", "RFC 7523 §3"),
            c(Optional, "jti", "RFC 7523 §3"), c(Optional, "iat", "RFC 7523 §3"), c(Optional, "nbf", "RFC 7523 §3"),
        ] },
    KindGuide { kind: Kind::ClientAttestation, source: ATTEST,
        says: "What a trusted party says of one instance of a client, and which key the instance holds.",
        issued: "Made by the client's attester; sent in `OAuth-Client-Attestation` together with a proof.",
        checked: "The authorization server checks the attester's key, that `sub` is the client, and the proof by the key in `cnf`.",
        demands: &[
            typ(Required, "oauth-client-attestation+jwt", ATTEST), c(Required, "sub", ATTEST), c(Required, "exp", ATTEST), c(Required, "cnf", ATTEST),
            c(Optional, "iss", ATTEST), c(Optional, "iat", ATTEST), c(Optional, "nbf", ATTEST),
        ] },
    KindGuide { kind: Kind::ClientAttestationPop, source: ATTEST,
        says: "That the sender holds the key of a client attestation.",
        issued: "Made by the client's instance; sent in `OAuth-Client-Attestation-PoP`.",
        checked: "The authorization server checks it by the key in the attestation's `cnf`, and that `aud` is itself.",
        demands: &[
            typ(Required, "oauth-client-attestation-pop+jwt", ATTEST), c(Required, "aud", ATTEST), c(Required, "jti", ATTEST), c(Required, "iat", ATTEST),
            cw(Optional, "challenge", "required once the server gave one", ATTEST), c(Optional, "iss", ATTEST),
        ] },
    KindGuide { kind: Kind::JwtSvid, source: "SPIFFE JWT-SVID",
        says: "Which workload this is. It speaks for itself, never for a user, and whoever holds it can use it.",
        issued: "Made by the trust domain's server; fetched over the Workload API for one audience.",
        checked: "The recipient picks the bundle by the trust domain in `sub`, never by `iss`, then checks algorithm, signature, end and audience.",
        demands: &[
            h(Required, "alg", "SPIFFE JWT-SVID §2"), h(Optional, "kid", "SPIFFE JWT-SVID §2"), typ(Optional, "JWT|JOSE", "SPIFFE JWT-SVID §2"),
            h(Forbidden, "jku", "SPIFFE JWT-SVID §2"), h(Forbidden, "jwk", "SPIFFE JWT-SVID §2"), h(Forbidden, "x5u", "SPIFFE JWT-SVID §2"), h(Forbidden, "x5c", "SPIFFE JWT-SVID §2"), h(Forbidden, "crit", "SPIFFE JWT-SVID §2"),
            c(Required, "sub", SVID), c(Required, "aud", SVID), c(Required, "exp", SVID),
            c(Optional, "iat", SVID), c(Optional, "iss", SVID), c(Optional, "nbf", SVID), c(Optional, "jti", SVID),
        ] },
    KindGuide { kind: Kind::Wit, source: WIMSE,
        says: "Which workload this is, and which key it holds. Worth nothing without a proof by that key.",
        issued: "Made by the workload's identity server; sent in `Workload-Identity-Token`, never in `Authorization`.",
        checked: "The recipient checks issuer, signature and end, then the proof by the key in `cnf`.",
        demands: &[
            typ(Required, "wit+jwt", WIMSE), h(Required, "alg", WIMSE),
            c(Required, "sub", WIMSE), c(Required, "exp", WIMSE), c(Required, "cnf", WIMSE),
            c(Recommended, "iss", WIMSE), c(Optional, "iat", WIMSE), c(Optional, "jti", WIMSE),
            cw(Discouraged, "aud", "a WIT-SVID must not have it", "SPIFFE WIT-SVID"),
        ] },
    KindGuide { kind: Kind::Wpt, source: WPT,
        says: "That the sender of one request holds the key of a workload identity token, and which tokens ride along.",
        issued: "Made by the workload anew for each request; sent in `Workload-Proof-Token`.",
        checked: "The recipient checks it by the identity token's key, `aud`, end, and each hash of what rides along.",
        demands: &[
            typ(Required, "wpt+jwt", WPT), h(Required, "alg", WPT),
            c(Required, "aud", WPT), c(Required, "exp", WPT), c(Required, "jti", WPT), c(Required, "wth", WPT),
            cw(Optional, "ath", "required with an access token", WPT), cw(Optional, "tth", "required with a transaction token", WPT), cw(Optional, "oth", "required with other tokens", WPT),
        ] },
    KindGuide { kind: Kind::TxnToken, source: TXN,
        says: "What one transaction inside one trust domain is, and for whom. It is no credential and no access token.",
        issued: "Made by the domain's transaction token service; sent in `Txn-Token`, passed on unchanged.",
        checked: "Every workload checks signature, that `aud` is its own trust domain, and the end.",
        demands: &[
            typ(Required, "txntoken+jwt", TXN), c(Required, "iat", TXN), c(Required, "aud", TXN), c(Required, "exp", TXN), c(Required, "txn", TXN),
            c(Required, "sub", TXN), c(Required, "scope", TXN), c(Required, "req_wl", TXN), c(Recommended, "tctx", TXN), c(Recommended, "rctx", TXN),
            c(Optional, "iss", TXN), cw(Optional, "act", "of agents", "draft-araut-oauth-transaction-tokens-for-agents"), cw(Optional, "agentic_ctx", "of agents", "draft-araut-oauth-transaction-tokens-for-agents"),
        ] },
    KindGuide { kind: Kind::IdJag, source: JAG,
        says: "That a person who signed in at one identity provider may be served by a client at another authorization server.",
        issued: "Made by the identity provider in a token exchange; redeemed at the resource's authorization server by `jwt-bearer`.",
        checked: "The resource's authorization server checks type, issuer, that `aud` is itself alone, and that `client_id` is the client that asks.",
        demands: &[
            typ(Required, "oauth-id-jag+jwt", JAG), c(Required, "iss", JAG), c(Required, "sub", JAG), c(Required, "aud", JAG), c(Required, "client_id", JAG),
            c(Required, "jti", JAG), c(Required, "exp", JAG), c(Required, "iat", JAG), c(Optional, "resource", JAG), c(Optional, "scope", JAG),
            c(Optional, "authorization_details", JAG), c(Optional, "act", JAG), c(Optional, "tenant", JAG), c(Optional, "aud_tenant", JAG), c(Optional, "aud_sub", JAG),
            c(Optional, "auth_time", JAG), c(Optional, "acr", JAG), c(Optional, "amr", JAG), c(Optional, "email", JAG), c(Optional, "cnf", JAG),
        ] },
    KindGuide { kind: Kind::LogoutToken, source: LOGOUT,
        says: "That a session at the OpenID provider has ended.",
        issued: "Made by the OpenID provider; posted to the client's back-channel address.",
        checked: "The client checks it like an ID token, the event inside, and that there is no `nonce`.",
        demands: &[
            typ(Recommended, "logout+jwt", LOGOUT), c(Required, "iss", LOGOUT), c(Required, "aud", LOGOUT), c(Required, "iat", LOGOUT), c(Required, "exp", LOGOUT),
            c(Required, "jti", LOGOUT), c(Required, "events", LOGOUT), cw(Required, "sub|sid", "one of them", LOGOUT), cw(Forbidden, "nonce", "so that it passes for no ID token", LOGOUT),
        ] },
    KindGuide { kind: Kind::SecurityEvent, source: "RFC 8417",
        says: "That something happened which others should know: a session revoked, an account disabled.",
        issued: "Made by a transmitter; pushed or polled (RFC 8935, RFC 8936).",
        checked: "The receiver checks issuer, audience and signature, and that `jti` is new; it has no end.",
        demands: &[
            typ(Recommended, "secevent+jwt", "RFC 8417 §2.3"), c(Required, "iss", "RFC 8417 §2.2"), c(Required, "iat", "RFC 8417 §2.2"), c(Required, "jti", "RFC 8417 §2.2"),
            c(Required, "events", "RFC 8417 §2.2"), c(Recommended, "aud", "RFC 8417 §2.2"), c(Optional, "sub_id|sub", "RFC 8417 §2.2"), c(Optional, "toe", "RFC 8417 §2.2"),
            c(Optional, "txn", "RFC 8417 §2.2"), c(Discouraged, "exp", "RFC 8417 §2.2"),
        ] },
    KindGuide { kind: Kind::RequestObject, source: "RFC 9101",
        says: "An authorization request whose parameters are signed by the client.",
        issued: "Made by the client; sent as `request`, by `request_uri`, or pushed (RFC 9126).",
        checked: "The authorization server checks the client's key and `client_id`, and uses only what stands inside.",
        demands: &[
            typ(Recommended, "oauth-authz-req+jwt", "RFC 9101 §10.8"), c(Required, "client_id", "RFC 9101 §5"), c(Required, "response_type", "RFC 6749 §4.1.1"),
            c(Recommended, "iss", "RFC 9101 §4"), c(Recommended, "aud", "RFC 9101 §4"), c(Optional, "exp", "RFC 9101 §4"), c(Optional, "nbf", "RFC 9101 §4"), c(Optional, "jti", "RFC 9101 §4"),
            c(Optional, "redirect_uri", "RFC 6749 §4.1.1"), c(Optional, "scope", "RFC 6749 §4.1.1"), c(Optional, "state", "RFC 6749 §4.1.1"), c(Optional, "code_challenge", "RFC 7636 §4.3"),
            c(Forbidden, "request", "RFC 9101 §4"), c(Forbidden, "request_uri", "RFC 9101 §4"),
            cw(Discouraged, "sub", "with the client's name it would pass for a client assertion", "RFC 9101 §10.8"),
        ] },
    KindGuide { kind: Kind::JarmResponse, source: "JARM §2.1",
        says: "An authorization response whose parameters are signed by the authorization server.",
        issued: "Made by the authorization server; sent to the redirect URI as `response`.",
        checked: "The client checks issuer, that `aud` is itself, end and signature, before it reads `code` or `error`.",
        demands: &[
            c(Required, "iss", "JARM §2.1"), c(Required, "aud", "JARM §2.1"), c(Required, "exp", "JARM §2.1"), cw(Required, "code|error|access_token|response", "what the request asked for, or why not", "JARM §2.1"),
            cw(Optional, "state", "required when the request had one", "JARM §2.1"),
        ] },
    KindGuide { kind: Kind::IntrospectionResponse, source: "RFC 9701",
        says: "What an authorization server says of a token, signed for the API that asked.",
        issued: "Made by the authorization server; the answer of its introspection endpoint.",
        checked: "The API checks type, issuer and that `aud` is itself, then reads `active`.",
        demands: &[
            typ(Required, "token-introspection+jwt", "RFC 9701 §5"), c(Required, "iss", "RFC 9701 §5"), c(Required, "aud", "RFC 9701 §5"), c(Required, "iat", "RFC 9701 §5"),
            c(Required, "token_introspection", "RFC 9701 §5"), cw(Discouraged, "sub", "so that it passes for no access token", "RFC 9701 §5"), cw(Discouraged, "exp", "so that it passes for no access token", "RFC 9701 §5"),
        ] },
    KindGuide { kind: Kind::SdJwt, source: "RFC 9901",
        says: "Claims that the holder can disclose one by one; the issuer signed only their hashes.",
        issued: "Made by an issuer; presented by the holder with the disclosures that it chooses.",
        checked: "The verifier checks the signature, matches each disclosure with exactly one hash, and the key binding where it asks for one.",
        demands: &[
            h(Recommended, "typ", "RFC 9901 §9.11"), c(Optional, "_sd", "RFC 9901 §4.2.4.1"), cw(Optional, "_sd_alg", "SHA-256 without it", "RFC 9901 §4.1.1"),
            cw(Optional, "cnf", "required with key binding", "RFC 9901 §4.1.2"), c(Forbidden, "...", "RFC 9901 §4.1"),
        ] },
    KindGuide { kind: Kind::SdJwtVc, source: SDVC,
        says: "A credential whose holder discloses claims one by one.",
        issued: "Made by an issuer; presented by the holder from a wallet.",
        checked: "The verifier checks type, issuer, signature, disclosures, status and the key binding.",
        demands: &[
            typ(Required, "dc+sd-jwt|vc+sd-jwt", SDVC), c(Required, "vct", SDVC), c(Optional, "iss", SDVC), c(Optional, "nbf", SDVC), c(Optional, "exp", SDVC),
            cw(Optional, "cnf", "required with key binding", SDVC), c(Optional, "status", SDVC), c(Optional, "vct#integrity", SDVC), c(Optional, "sub", SDVC), c(Optional, "iat", SDVC),
            c(Optional, "_sd", "RFC 9901 §4.2.4.1"), c(Optional, "_sd_alg", "RFC 9901 §4.1.1"), c(Forbidden, "...", "RFC 9901 §4.1"),
        ] },
    KindGuide { kind: Kind::KeyBinding, source: "RFC 9901 §4.3",
        says: "That the presenter of an SD-JWT holds the key that it is bound to.",
        issued: "Made by the holder anew for each presentation; the last part of the SD-JWT.",
        checked: "The verifier checks it by the key in `cnf`, `aud`, its own `nonce`, and recomputes `sd_hash`.",
        demands: &[
            typ(Required, "kb+jwt", "RFC 9901 §4.3"), h(Required, "alg", "RFC 9901 §4.3"), c(Required, "iat", "RFC 9901 §4.3"), c(Required, "aud", "RFC 9901 §4.3"),
            c(Required, "nonce", "RFC 9901 §4.3"), c(Required, "sd_hash", "RFC 9901 §4.3"),
        ] },
    KindGuide { kind: Kind::CredentialProof, source: "OpenID for Verifiable Credential Issuance, appendix F.1",
        says: "That a wallet holds the key that a credential is to be bound to.",
        issued: "Made by the wallet; sent with its credential request.",
        checked: "The issuer checks it by the key in the header, that `aud` is itself, and its own nonce.",
        demands: &[
            typ(Required, "openid4vci-proof+jwt", "OpenID4VCI F.1"), h(Required, "alg", "OpenID4VCI F.1"), h(Required, "kid|jwk|x5c", "OpenID4VCI F.1"),
            c(Required, "aud", "OpenID4VCI F.1"), c(Required, "iat", "OpenID4VCI F.1"), cw(Optional, "nonce", "required where the issuer gives one", "OpenID4VCI F.1"), c(Optional, "iss", "OpenID4VCI F.1"),
        ] },
    KindGuide { kind: Kind::VerifiableCredential, source: "W3C VC Data Model",
        says: "What an issuer says of a subject, to be shown to others.",
        issued: "Made by an issuer; kept by the holder.",
        checked: "The verifier checks the issuer's key, times, status and schema.",
        demands: &[
            cw(Required, "iss|issuer", "`iss` in version 1.1", "W3C VC Data Model"), cw(Required, "vc|credentialSubject", "`vc` in version 1.1", "W3C VC Data Model"),
            c(Optional, "nbf|validFrom", "W3C VC Data Model"), c(Optional, "exp|validUntil", "W3C VC Data Model"), c(Optional, "jti|id", "W3C VC Data Model"), c(Optional, "sub", "W3C VC Data Model"),
        ] },
    KindGuide { kind: Kind::VerifiablePresentation, source: "W3C VC Data Model",
        says: "Credentials that a holder shows to one verifier.",
        issued: "Made by the holder for one verifier.",
        checked: "The verifier checks the holder's key, `aud`, its own `nonce`, and each credential for itself.",
        demands: &[
            cw(Required, "vp|verifiableCredential", "`vp` in version 1.1", "W3C VC Data Model"), c(Optional, "iss|holder", "W3C VC Data Model"), c(Recommended, "aud", "W3C VC Data Model"), c(Recommended, "nonce", "W3C VC Data Model"),
        ] },
    KindGuide { kind: Kind::StatusList, source: STATUS,
        says: "Which of many tokens are revoked or suspended, as compressed bits.",
        issued: "Made by a status issuer; fetched from the address that a token's `status` names.",
        checked: "The verifier checks that `sub` is the address, signature and age, and bounds what it unpacks.",
        demands: &[
            typ(Required, "statuslist+jwt", STATUS), c(Required, "sub", STATUS), c(Required, "iat", STATUS), c(Required, "status_list", STATUS), c(Recommended, "exp", STATUS), c(Recommended, "ttl", STATUS),
        ] },
    KindGuide { kind: Kind::EntityStatement, source: "OpenID Federation §3",
        says: "What an entity of a federation says of itself or of one below it.",
        issued: "Made by the entity or its superior; fetched from well-known places.",
        checked: "Whoever resolves the chain checks each link up to a trust anchor of its own.",
        demands: &[
            typ(Required, "entity-statement+jwt", FED), h(Required, "kid", FED), c(Required, "iss", FED), c(Required, "sub", FED), c(Required, "iat", FED), c(Required, "exp", FED), c(Required, "jwks", FED),
            cw(Optional, "authority_hints", "required of those below others, in their own statement", FED), c(Optional, "metadata", FED), c(Optional, "metadata_policy", FED), c(Optional, "constraints", FED), c(Optional, "trust_marks", FED), c(Optional, "crit", FED),
        ] },
    KindGuide { kind: Kind::TrustMark, source: "OpenID Federation §7",
        says: "That an entity fulfils some rules.",
        issued: "Made by a trust mark issuer; shown by the entity.",
        checked: "Whoever reads it checks the issuer's key along the federation, and the delegation where there is an owner.",
        demands: &[
            typ(Required, "trust-mark+jwt", "OpenID Federation §7.1"), c(Required, "iss", "OpenID Federation §7.1"), c(Required, "sub", "OpenID Federation §7.1"), c(Required, "trust_mark_type|id", "OpenID Federation §7.1"), c(Required, "iat", "OpenID Federation §7.1"),
            c(Optional, "exp", "OpenID Federation §7.1"), c(Optional, "logo_uri", "OpenID Federation §7.1"), c(Optional, "ref", "OpenID Federation §7.1"), c(Optional, "delegation", "OpenID Federation §7.1"),
        ] },
    KindGuide { kind: Kind::ActorStepProof, source: CHAIN,
        says: "That an actor took one step of a chain.",
        issued: "Made by the actor; sent with the exchange as `actor_chain_step_proof`.",
        checked: "The authorization server checks it by the actor's key, within about a minute.",
        demands: &[
            typ(Required, "act-step-proof+jwt", CHAIN), c(Required, "ctx", CHAIN), c(Required, "acti", CHAIN), c(Required, "prev", CHAIN), c(Required, "sub", CHAIN), c(Required, "target_context", CHAIN), c(Required, "act", CHAIN), c(Required, "iat", CHAIN),
        ] },
    KindGuide { kind: Kind::ActorCommitment, source: CHAIN,
        says: "A link of a hash chain over all steps so far.",
        issued: "Made by the authorization server; stands in the token as `actc`.",
        checked: "Whoever audits recomputes `curr` and follows `prev`.",
        demands: &[
            typ(Required, "act-commitment+jwt", CHAIN), c(Required, "ctx", CHAIN), c(Required, "iss", CHAIN), c(Required, "acti", CHAIN), c(Required, "actp", CHAIN), c(Required, "halg", CHAIN), c(Required, "prev", CHAIN), c(Required, "step_hash", CHAIN), c(Required, "curr", CHAIN), c(Discouraged, "exp", CHAIN),
        ] },
    KindGuide { kind: Kind::ActorHopAck, source: CHAIN,
        says: "That a recipient accepted a hop.",
        issued: "Made by the recipient.",
        checked: "Whoever audits checks it by the recipient's key.",
        demands: &[typ(Required, "act-hop-ack+jwt", CHAIN), c(Required, "ctx", CHAIN), c(Required, "ack", CHAIN), c(Required, "inbound_jti", CHAIN)] },
    KindGuide { kind: Kind::AauthAgent, source: AAUTH,
        says: "Which agent this is, and which key it holds.",
        issued: "Made by the agent's provider; rides in `Signature-Key`. It should live a day at most.",
        checked: "The recipient checks it, then the request's signature by the key in `cnf`.",
        demands: &[
            typ(Required, "aa-agent+jwt", AAUTH), c(Required, "iss", AAUTH), c(Required, "dwk", AAUTH), c(Required, "sub", AAUTH), c(Required, "jti", AAUTH), c(Required, "cnf", AAUTH), c(Required, "iat", AAUTH), c(Required, "exp", AAUTH), c(Optional, "ps", AAUTH), c(Optional, "parent_agent", AAUTH),
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
        demands: &[typ(Required, "aa-resource+jwt", AAUTH), c(Required, "iss", AAUTH), c(Required, "agent_jkt", AAUTH), c(Optional, "presented_jti", AAUTH)] },
    KindGuide { kind: Kind::AauthAuth, source: AAUTH,
        says: "What an agent may do at a resource. It holds no chain, and its subject differs from resource to resource.",
        issued: "Made by the authorization server; must live an hour at most.",
        checked: "The resource checks it, then the request's signature by the key in `cnf`.",
        demands: &[
            typ(Required, "aa-auth+jwt", AAUTH), c(Required, "iss", AAUTH), c(Required, "dwk", AAUTH), c(Required, "aud", AAUTH), c(Required, "jti", AAUTH), c(Required, "ps", AAUTH), c(Required, "sub", AAUTH), c(Required, "cnf", AAUTH), c(Required, "iat", AAUTH), c(Required, "exp", AAUTH),
            c(Optional, "scope", AAUTH), c(Optional, "account", AAUTH), c(Optional, "mission_s256", AAUTH), c(Optional, "tenant", AAUTH),
        ] },
    KindGuide { kind: Kind::Mission, source: "mission-bound authorization drafts",
        says: "A mission that was approved, or a token that is bound to it.",
        issued: "Made by the server that approved the mission.",
        checked: "The recipient checks that what is asked belongs to the mission.",
        demands: &[h(Required, "typ", "mission-bound authorization drafts")] },
    KindGuide { kind: Kind::NestedJwt, source: "RFC 7519 §5.2",
        says: "A token whose content is another token: mostly signed first, then encrypted.",
        issued: "Made by whoever holds the recipient's key.",
        checked: "The recipient decrypts, then verifies what is inside for itself: decryption authenticates nobody.",
        demands: &[h(Required, "cty", "RFC 7519 §5.2"), h(Required, "alg", "RFC 7516 §4.1.1")] },
    KindGuide { kind: Kind::Encrypted, source: "RFC 7516",
        says: "A token that only the holder of a key can read.",
        issued: "Made by whoever knows the recipient's public key, or shares a secret.",
        checked: "The recipient decrypts it; that alone authenticates nobody when the key is public.",
        demands: &[h(Required, "alg", "RFC 7516 §4.1.1"), h(Required, "enc", "RFC 7516 §4.1.2"), h(Discouraged, "zip", "RFC 8725 §3.6")] },
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
