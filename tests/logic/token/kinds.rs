//! What a token is for: by its type, without one by its shape.

use super::*;

#[test]
fn typ_decides_and_without_it_the_shape() {
    let of = |typ: Option<&str>, claims: Value| {
        let mut header = json!({"alg":"ES256"});
        if let Some(typ) = typ {
            header["typ"] = typ.into();
        }
        decode(&unsigned(&header, &claims)).kind
    };
    for (typ, kind) in [
        ("at+jwt", Kind::AccessToken),
        ("AT+JWT", Kind::AccessToken),
        ("application/at+jwt", Kind::AccessToken),
        ("dpop+jwt", Kind::DpopProof),
        ("client-authentication+jwt", Kind::ClientAssertion),
        ("txntoken+jwt", Kind::TxnToken),
        ("oauth-id-jag+jwt", Kind::IdJag),
        ("logout+jwt", Kind::LogoutToken),
        ("secevent+jwt", Kind::SecurityEvent),
        ("oauth-authz-req+jwt", Kind::RequestObject),
        ("token-introspection+jwt", Kind::IntrospectionResponse),
        ("kb+jwt", Kind::KeyBinding),
        ("wit+jwt", Kind::Wit),
        ("application/wpt+jwt", Kind::Wpt),
        ("dc+sd-jwt", Kind::SdJwtVc),
        ("vc+sd-jwt", Kind::SdJwtVc),
        ("example+sd-jwt", Kind::SdJwt),
        ("statuslist+jwt", Kind::StatusList),
        ("entity-statement+jwt", Kind::EntityStatement),
        ("oauth-client-attestation+jwt", Kind::ClientAttestation),
        (
            "oauth-client-attestation-pop+jwt",
            Kind::ClientAttestationPop,
        ),
        ("aa-agent+jwt", Kind::AauthAgent),
        ("aa-auth+jwt", Kind::AauthAuth),
        ("mission-mandate+jwt", Kind::Mission),
        ("mission-txn-token+jwt", Kind::Mission),
        ("act-step-proof+jwt", Kind::ActorStepProof),
        ("vp+jwt", Kind::VerifiablePresentation),
        ("example+jwt", Kind::Unknown),
    ] {
        assert_eq!(of(Some(typ), json!({"sub":"x"})), kind, "{typ}");
    }
    for (claims, kind) in [
        (json!({"iss":"i","sub":"a","nonce":"n"}), Kind::IdToken),
        (json!({"iss":"i","sub":"a","at_hash":"n"}), Kind::IdToken),
        (
            json!({"htm":"GET","htu":"https://x","jti":"1"}),
            Kind::DpopProof,
        ),
        (json!({"sub":"spiffe://t/w","aud":"x"}), Kind::JwtSvid),
        (
            json!({"sub":"spiffe://t/w","aud":"x","client_id":"c"}),
            Kind::PresumedAccessToken,
        ),
        (
            json!({"iss":"c","sub":"c","aud":"https://as"}),
            Kind::ClientAssertion,
        ),
        (json!({"txn":"1","req_wl":"w","sub":"a"}), Kind::TxnToken),
        (json!({"events":{},"iss":"i"}), Kind::SecurityEvent),
        (json!({"typ":"Refresh","sub":"a"}), Kind::RefreshToken),
        (json!({"sub":"a","scope":"x"}), Kind::PresumedAccessToken),
        (
            json!({"iss":"i","aud":"c","exp":1,"code":"x","state":"s"}),
            Kind::JarmResponse,
        ),
        (
            json!({"iss":"i","aud":"c","exp":1,"error":"access_denied","state":"s"}),
            Kind::JarmResponse,
        ),
        (
            json!({"iss":"i","sub":"a","vc":{"type":["VerifiableCredential"]}}),
            Kind::VerifiableCredential,
        ),
        (
            json!({"iss":"i","_sd":["x"],"_sd_alg":"sha-256"}),
            Kind::SdJwt,
        ),
        (
            json!({"iss":"i","vct":"https://t","_sd":["x"]}),
            Kind::SdJwtVc,
        ),
        (
            json!({"nonce":"1","aud":"v","iat":1,"sd_hash":"x"}),
            Kind::KeyBinding,
        ),
        (
            json!({"iss":"i","sub":"i","jwks":{},"authority_hints":[]}),
            Kind::EntityStatement,
        ),
        (json!({"hello":"world"}), Kind::Unknown),
    ] {
        assert_eq!(of(None, claims.clone()), kind, "{claims}");
        assert_eq!(of(Some("JWT"), claims.clone()), kind, "{claims}");
    }
}
