//! Names that are registered with IANA, as the registries stood in early 2026: "JSON Web Token Claims",
//! "JWT Confirmation Methods", "JSON Web Signature and Encryption Header Parameters", "OAuth URI",
//! "OAuth Token Introspection Response".

use std::collections::BTreeSet;

use delegraph::{
    oauth::token_type,
    token::guide::{self, Origin},
};

use super::*;

/// JSON Web Token Claims, in the registry's order. The last three came with the token status list.
const CLAIMS: &str = "iss sub aud exp nbf iat jti \
    name given_name family_name middle_name nickname preferred_username profile picture website email \
    email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at \
    azp nonce auth_time at_hash c_hash acr amr sub_jwk cnf \
    sip_from_tag sip_date sip_callid sip_cseq_num sip_via_branch orig dest mky events toe txn rph sid vot vtm \
    attest origid act scope client_id may_act jcard at_use_nbr div opt vc vp sph ace_profile cnonce exi \
    roles groups entitlements token_introspection \
    eat_nonce ueid sueids oemid hwmodel hwversion oemboot dbgstat location eat_profile submods uptime \
    bootcount bootseed dloas swname swversion manifests measurements measres intuse \
    cdniv cdnicrit cdniip cdniuc cdniets cdnistt cdnistd sig_val_claims authorization_details verified_claims \
    place_of_birth nationalities birth_family_name birth_given_name birth_middle_name salutation title msisdn \
    also_known_as htm htu ath atc sub_id rcd rcdi crn msgi _claim_names _claim_sources \
    rdap_allowed_purposes rdap_dnt_allowed geohash _sd ... _sd_alg sd_hash \
    consumerPlmnId consumerSnpnId producerPlmnId producerSnpnId producerSnssaiList producerNsiList \
    producerNfSetId producerNfServiceSetId sourceNfInstanceId analyticsIdList resOwnerId cmw \
    jwks metadata constraints crit ref delegation logo_uri authority_hints trust_anchor_hints trust_marks \
    trust_mark_issuers trust_mark_owners metadata_policy metadata_policy_crit source_endpoint keys \
    trust_mark_type trust_chain trust_anchor status status_list ttl";

/// JSON Web Signature and Encryption Header Parameters.
const PARAMETERS: &str = "alg jku jwk kid x5u x5c x5t x5t#S256 typ cty crit enc zip epk apu apv iv tag p2s p2c \
    iss sub aud b64 ppt url nonce svt iheSSId jwt client_id trust_chain peer_trust_chain";

fn registered<'a>(all: impl Iterator<Item = &'a guide::Meaning>) -> BTreeSet<&'a str> {
    all.filter(|m| m.origin == Origin::Registered)
        .map(|m| m.name)
        .collect()
}

#[test]
fn every_registered_name_is_known_and_none_is_called_so_that_is_not() {
    for (known, registry, count) in [
        (registered(guide::claims()), CLAIMS, 162),
        (registered(guide::parameters()), PARAMETERS, 33),
    ] {
        let registry: BTreeSet<&str> = registry.split_whitespace().collect();
        let missing: Vec<_> = registry.difference(&known).collect();
        let surplus: Vec<_> = known.difference(&registry).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{missing:?} {surplus:?}"
        );
        assert_eq!(known.len(), count);
    }
}

#[test]
fn references_are_those_of_the_registry() {
    for (name, source) in [
        ("sub_id", "RFC 9493 §4.1"),
        ("exi", "RFC 9200 §5.10.3"),
        ("ace_profile", "RFC 9200 §5.10"),
        ("sig_val_claims", "RFC 9321 §3.2.3"),
        ("cdnistd", "RFC 9246 §2.1.14"),
        ("mky", "RFC 8225 §5.2.2"),
        ("rph", "RFC 8443 §3"),
        ("rdap_dnt_allowed", "RFC 9560 §3.1.5.2"),
        ("geohash", "CTA-5009"),
        ("producerNsiList", "3GPP TS 29.510 §6.3.5.2.4"),
        ("resOwnerId", "3GPP TS 29.222 §8.5.4.2.8"),
        ("metadata_policy", "OpenID Federation §3.3"),
        ("trust_anchor", "OpenID Federation §12.2.3"),
        ("crit", "OpenID Federation §13.4"),
        ("_sd_alg", "RFC 9901 §4.1.1"),
        ("authorization_details", "RFC 9396 §9.1"),
        ("may_act", "RFC 8693 §4.4"),
    ] {
        assert_eq!(guide::claim(name).unwrap().source, source, "{name}");
    }
    for (name, source) in [
        ("jwt", "OpenID for Verifiable Presentations §12"),
        ("ppt", "RFC 8225 §8.1"),
        ("url", "RFC 8555 §6.4.1"),
        ("peer_trust_chain", "OpenID Federation §4.4"),
    ] {
        assert_eq!(guide::parameter(name).unwrap().source, source, "{name}");
    }
}

#[test]
fn confirmation_methods_token_types_and_introspection_members_are_known() {
    for (name, source) in [
        ("jwk", "RFC 7800 §3.2"),
        ("jwe", "RFC 7800 §3.3"),
        ("kid", "RFC 7800 §3.4"),
        ("jku", "RFC 7800 §3.5"),
        ("x5t#S256", "RFC 8705 §3.1"),
        ("osc", "RFC 9203 §3.2.1"),
        ("jkt", "RFC 9449 §6.1"),
    ] {
        let at = format!("/cnf/{name}");
        assert_eq!(
            guide::member(Part::Payload, &at).unwrap().source,
            source,
            "{name}"
        );
    }
    let types = [
        token_type::ACCESS_TOKEN,
        token_type::REFRESH_TOKEN,
        token_type::ID_TOKEN,
        token_type::JWT,
        token_type::SAML1,
        token_type::SAML2,
    ];
    let short: Vec<&str> = types
        .iter()
        .map(|t| t.strip_prefix("urn:ietf:params:oauth:token-type:").unwrap())
        .collect();
    // RFC 8693 §3.
    assert_eq!(
        short,
        [
            "access_token",
            "refresh_token",
            "id_token",
            "jwt",
            "saml1",
            "saml2"
        ]
    );
    // RFC 7662 §2.2, RFC 8693 §7.3, RFC 9396 §9.2 and others: members of an introspection response.
    for name in
        "active username client_id scope token_type exp iat nbf sub aud iss jti act may_act cnf \
        authorization_details acr auth_time"
            .split_whitespace()
    {
        let at = format!("/token_introspection/{name}");
        let inside = guide::member(Part::Payload, &at).unwrap();
        assert!(
            inside.name == name || guide::claim(name).is_some(),
            "{name}: {}",
            inside.name
        );
    }
}
