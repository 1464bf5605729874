//! What a token can be for. Which it is of a given one stands in [`super::purpose`].

use serde::{Deserialize, Serialize};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// RFC 9068, `typ: at+jwt`.
    AccessToken,
    /// A JWT without a profile, taken as an access token.
    PresumedAccessToken,
    /// OpenID Connect Core §2.
    IdToken,
    /// RFC 6749 §1.5; as a JWT only by vendors.
    RefreshToken,
    /// RFC 9449 §4.
    DpopProof,
    /// RFC 7523 §3.
    ClientAssertion,
    /// RFC 7523 §2.1: an authorization grant.
    JwtGrant,
    /// draft-ietf-oauth-attestation-based-client-auth: who the client's instance is.
    ClientAttestation,
    /// The proof that goes with a [`Self::ClientAttestation`].
    ClientAttestationPop,
    /// SPIFFE JWT-SVID.
    JwtSvid,
    /// draft-ietf-wimse-workload-creds.
    Wit,
    /// draft-ietf-wimse-wpt.
    Wpt,
    /// draft-ietf-oauth-transaction-tokens.
    TxnToken,
    /// draft-ietf-oauth-identity-assertion-authz-grant.
    IdJag,
    /// OpenID Connect Back-Channel Logout §2.4.
    LogoutToken,
    /// RFC 8417.
    SecurityEvent,
    /// RFC 9101 (JAR).
    RequestObject,
    /// RFC 7591 §2.3.
    SoftwareStatement,
    /// OpenID Connect Core §5.3.2, signed.
    UserInfo,
    /// JARM: an authorization response as a JWT.
    JarmResponse,
    /// RFC 9701.
    IntrospectionResponse,
    /// RFC 9901.
    SdJwt,
    /// draft-ietf-oauth-sd-jwt-vc.
    SdJwtVc,
    /// RFC 9901 §4.3.
    KeyBinding,
    /// OpenID for Verifiable Credential Issuance, appendix F.1.
    CredentialProof,
    /// W3C Verifiable Credentials as a JWT.
    VerifiableCredential,
    /// W3C Verifiable Presentations as a JWT.
    VerifiablePresentation,
    /// draft-ietf-oauth-status-list.
    StatusList,
    /// OpenID Federation §3.
    EntityStatement,
    /// OpenID Federation §7.
    TrustMark,
    /// draft-mw-oauth-actor-chain.
    ActorStepProof,
    /// draft-mw-oauth-actor-chain.
    ActorCommitment,
    /// draft-mw-oauth-actor-chain.
    ActorHopAck,
    /// draft-hardt-oauth-aauth-protocol.
    AauthAgent,
    /// draft-hardt-oauth-aauth-protocol.
    AauthPerson,
    /// draft-hardt-oauth-aauth-protocol.
    AauthResource,
    /// draft-hardt-oauth-aauth-protocol.
    AauthAuth,
    /// Mission-bound authorization: a mandate and its siblings.
    Mission,
    /// A JWT inside a JWE or JWS (RFC 7519 §5.2, `cty: JWT`).
    NestedJwt,
    /// SAML 2.0 or 1.1, XML.
    SamlAssertion,
    /// Recognised, not read.
    Paseto,
    /// Recognised, not read.
    Macaroon,
    /// Recognised, not read.
    Biscuit,
    /// A JWE whose content cannot be seen.
    Encrypted,
    /// A string without structure that is known here.
    Opaque,
    /// Anything else.
    Unknown,
}

/// Every kind with its name in JSON output and rules, and in words.
const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::AccessToken, "access_token", "Access token"),
    (
        Kind::PresumedAccessToken,
        "access_token?",
        "Access token, by its shape",
    ),
    (Kind::IdToken, "id_token", "ID token"),
    (Kind::RefreshToken, "refresh_token", "Refresh token"),
    (Kind::DpopProof, "dpop_proof", "DPoP proof"),
    (
        Kind::ClientAssertion,
        "client_assertion",
        "Client assertion",
    ),
    (Kind::JwtGrant, "jwt_grant", "Authorization grant"),
    (
        Kind::ClientAttestation,
        "client_attestation",
        "Client attestation",
    ),
    (
        Kind::ClientAttestationPop,
        "client_attestation_pop",
        "Client attestation proof",
    ),
    (Kind::JwtSvid, "jwt_svid", "JWT-SVID"),
    (Kind::Wit, "wit", "Workload identity token"),
    (Kind::Wpt, "wpt", "Workload proof token"),
    (Kind::TxnToken, "txn_token", "Transaction token"),
    (Kind::IdJag, "id_jag", "ID-JAG"),
    (Kind::LogoutToken, "logout_token", "Logout token"),
    (
        Kind::SecurityEvent,
        "security_event",
        "Security event token",
    ),
    (Kind::RequestObject, "request_object", "Request object"),
    (
        Kind::SoftwareStatement,
        "software_statement",
        "Software statement",
    ),
    (Kind::UserInfo, "userinfo", "UserInfo response"),
    (
        Kind::JarmResponse,
        "jarm_response",
        "Authorization response",
    ),
    (
        Kind::IntrospectionResponse,
        "introspection_response",
        "Introspection response",
    ),
    (Kind::SdJwt, "sd_jwt", "SD-JWT"),
    (Kind::SdJwtVc, "sd_jwt_vc", "SD-JWT credential"),
    (Kind::KeyBinding, "kb_jwt", "Key binding proof"),
    (
        Kind::CredentialProof,
        "credential_proof",
        "Credential request proof",
    ),
    (
        Kind::VerifiableCredential,
        "verifiable_credential",
        "Verifiable credential",
    ),
    (
        Kind::VerifiablePresentation,
        "verifiable_presentation",
        "Verifiable presentation",
    ),
    (Kind::StatusList, "status_list", "Status list"),
    (
        Kind::EntityStatement,
        "entity_statement",
        "Entity statement",
    ),
    (Kind::TrustMark, "trust_mark", "Trust mark"),
    (Kind::ActorStepProof, "actor_step_proof", "Actor step proof"),
    (
        Kind::ActorCommitment,
        "actor_commitment",
        "Actor chain commitment",
    ),
    (
        Kind::ActorHopAck,
        "actor_hop_ack",
        "Actor chain acknowledgement",
    ),
    (Kind::AauthAgent, "aauth_agent", "AAuth agent token"),
    (Kind::AauthPerson, "aauth_person", "AAuth person token"),
    (
        Kind::AauthResource,
        "aauth_resource",
        "AAuth resource token",
    ),
    (Kind::AauthAuth, "aauth_auth", "AAuth authorization token"),
    (Kind::Mission, "mission", "Mission token"),
    (Kind::NestedJwt, "nested_jwt", "Nested JWT"),
    (Kind::SamlAssertion, "saml_assertion", "SAML assertion"),
    (Kind::Paseto, "paseto", "PASETO"),
    (Kind::Macaroon, "macaroon", "Macaroon"),
    (Kind::Biscuit, "biscuit", "Biscuit"),
    (Kind::Encrypted, "encrypted", "Encrypted token"),
    (Kind::Opaque, "opaque", "Opaque token"),
    (Kind::Unknown, "unknown", "Token"),
];

impl Kind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, _, _)| *kind)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        // In the order of the declaration: a test holds both together.
        &KINDS[self as usize]
    }

    /// In words, for people.
    pub fn label(self) -> &'static str {
        self.row().2
    }

    /// The name used in JSON output and rules.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Whether the token is of a family that is recognised, but not read here.
    pub fn is_foreign(self) -> bool {
        matches!(self, Self::Paseto | Self::Macaroon | Self::Biscuit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row() {
        for (n, kind) in Kind::all().enumerate() {
            assert_eq!(kind as usize, n, "{kind:?}");
        }
        let mut names: Vec<_> = Kind::all().map(Kind::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KINDS.len());
        assert_eq!(Kind::Unknown as usize + 1, KINDS.len());
    }
}
