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
        ("okta-internal-at+jwt", Kind::PresumedAccessToken),
        (
            "application/okta-internal-at+jwt",
            Kind::PresumedAccessToken,
        ),
        ("example+jwt", Kind::Unknown),
    ] {
        assert_eq!(of(Some(typ), json!({"sub":"x"})), kind, "{typ}");
    }
    for (claims, kind) in [
        (
            json!({"iss":"i","sub":"a","aud":"c","nonce":"n"}),
            Kind::IdToken,
        ),
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

/// Where no type says it: what several kinds have decides nothing against what one alone has.
#[test]
fn shapes_that_are_alike_are_told_apart() {
    let of = |claims: Value| decode(&unsigned(&json!({"alg":"ES256"}), &claims)).kind;
    let user = |more: Value| {
        let mut all = json!({"iss":"https://as","sub":"alice","aud":"c","exp":2,"iat":1});
        for (name, value) in more.as_object().unwrap() {
            all[name] = value.clone();
        }
        all
    };
    for (claims, kind) in [
        // A nonce alone makes no ID token.
        (
            user(json!({"nonce":"n","scope":"read"})),
            Kind::PresumedAccessToken,
        ),
        (
            user(json!({"nonce":"n","scp":["read"]})),
            Kind::PresumedAccessToken,
        ),
        (
            user(json!({"nonce":"n","client_id":"app"})),
            Kind::PresumedAccessToken,
        ),
        (
            user(json!({"nonce":"n","act":{"sub":"a"}})),
            Kind::PresumedAccessToken,
        ),
        (
            user(json!({"nonce":"n","typ":"Bearer"})),
            Kind::PresumedAccessToken,
        ),
        (
            user(json!({"nonce":"n","token_use":"access"})),
            Kind::PresumedAccessToken,
        ),
        (
            json!({"iss":"i","sub":"a","nonce":"n"}),
            Kind::PresumedAccessToken,
        ),
        (user(json!({"nonce":"n"})), Kind::IdToken),
        (
            user(json!({"nonce":"n","azp":"c","roles":["x"]})),
            Kind::IdToken,
        ),
        (
            user(json!({"at_hash":"h","azp":"c","scope":"openid"})),
            Kind::IdToken,
        ),
        (
            user(json!({"token_use":"id","cognito:username":"a"})),
            Kind::IdToken,
        ),
        (
            user(json!({"auth_time":1,"amr":["pwd"],"email":"a@b"})),
            Kind::IdToken,
        ),
        (
            user(json!({"auth_time":1,"amr":["pwd"],"scope":"a"})),
            Kind::PresumedAccessToken,
        ),
        (
            user(json!({"firebase":{"sign_in_provider":"custom"}})),
            Kind::IdToken,
        ),
        (user(json!({"token_type":"refresh"})), Kind::RefreshToken),
        (user(json!({"type":"access"})), Kind::PresumedAccessToken),
        // Of a user, for a client, without an end.
        (
            json!({"iss":"https://as","aud":"c","sub":"alice","email":"a@b"}),
            Kind::UserInfo,
        ),
        // Logout tokens, whatever else they hold.
        (
            user(
                json!({"nonce":"n","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}),
            ),
            Kind::LogoutToken,
        ),
        (user(json!({"events":[]})), Kind::SecurityEvent),
        // Workloads.
        (json!({"sub":"spiffe://t/w","exp":1}), Kind::JwtSvid),
        (
            json!({"sub":"SPIFFE://t/w","aud":[],"exp":1}),
            Kind::JwtSvid,
        ),
        (
            json!({"sub":"spiffe://t/w","scope":"read","exp":1}),
            Kind::PresumedAccessToken,
        ),
        (
            json!({"sub":"wimse://t/w","exp":1,"cnf":{"jwk":{"kty":"EC"}}}),
            Kind::Wit,
        ),
        (
            json!({"aud":"https://x","exp":1,"jti":"1","wth":"h"}),
            Kind::Wpt,
        ),
        (
            json!({"aud":"t","txn":"1","tctx":{},"sub":"a"}),
            Kind::TxnToken,
        ),
        // Grants and assertions (RFC 7523).
        (
            json!({"iss":"x@p.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/prediction","aud":"https://oauth2.googleapis.com/token","exp":2,"iat":1}),
            Kind::JwtGrant,
        ),
        (
            json!({"iss":"client","sub":"user@example.com","aud":"https://as.example/oauth2/token","exp":2}),
            Kind::JwtGrant,
        ),
        (
            json!({"iss":"c","sub":"c","scope":"a","aud":"https://as.example/token","exp":2}),
            Kind::JwtGrant,
        ),
        (
            json!({"iss":"c","sub":"c","aud":"https://as.example/token","exp":2,"jti":"1"}),
            Kind::ClientAssertion,
        ),
        (
            json!({"iss":"c","sub":"c","nonce":"n","aud":"https://as.example/token","exp":2}),
            Kind::ClientAssertion,
        ),
        (
            json!({"iss":"x@p.iam.gserviceaccount.com","sub":"x@p.iam.gserviceaccount.com","aud":"https://pubsub.googleapis.com/","exp":2}),
            Kind::PresumedAccessToken,
        ),
        // Documents and messages.
        (
            json!({"iss":"https://directory","software_id":"s","redirect_uris":["https://c/cb"]}),
            Kind::SoftwareStatement,
        ),
        (
            json!({"iss":"OpenBanking Ltd","software_client_id":"s","software_redirect_uris":[],"iat":1}),
            Kind::SoftwareStatement,
        ),
        (
            json!({"iss":"s","aud":"https://as","redirect_uris":[],"software_statement":"e30"}),
            Kind::Unknown,
        ),
        (
            json!({"iss":"c","aud":"https://as","response_type":"code","scope":"openid","nonce":"n"}),
            Kind::RequestObject,
        ),
        (
            json!({"iss":"c","aud":"https://as","login_hint":"a","binding_message":"1","scope":"openid"}),
            Kind::RequestObject,
        ),
        (
            json!({"iss":"https://as","aud":"c","exp":1,"error":"access_denied"}),
            Kind::JarmResponse,
        ),
        (
            json!({"iss":"https://up","sub":"https://down","iat":1,"exp":2,"jwks":{"keys":[]},"metadata_policy":{}}),
            Kind::EntityStatement,
        ),
        (
            json!({"iss":"https://as","aud":"https://api","iat":1,"token_introspection":{"active":true}}),
            Kind::IntrospectionResponse,
        ),
        (json!({"aud":"v","iat":1,"sd_hash":"x"}), Kind::KeyBinding),
        (
            json!({"iss":"https://as","authorization_endpoint":"https://as/a","jwks_uri":"https://as/k"}),
            Kind::Unknown,
        ),
    ] {
        assert_eq!(of(claims.clone()), kind, "{claims}");
    }
    // A word that is no media type names no kind.
    let odd = |typ: &str| {
        decode(&unsigned(
            &json!({"alg":"ES256","typ":typ}),
            &json!({"iss":"i","sub":"a","scope":"x"}),
        ))
        .kind
    };
    for typ in ["Bearer", "token", "JWS", "access"] {
        assert_eq!(odd(typ), Kind::PresumedAccessToken, "{typ}");
    }
}
