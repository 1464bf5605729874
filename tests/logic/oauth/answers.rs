//! What real servers answer, and what becomes of it.

use std::collections::BTreeSet;

use delegraph::{
    jose::Jwks,
    oauth::{
        challenge,
        failure::{FailureKind, RefusalPlace},
        introspect::{self, Form},
        token_response::{self, Requested},
        token_type,
    },
};
use serde_json::{Value, json};

use super::{answer, example};

pub(super) fn asked(place: RefusalPlace, scope: &str) -> Requested {
    Requested {
        place,
        scope: scope.split_whitespace().map(str::to_owned).collect(),
        requested_token_type: None,
    }
}

const GOOD: &str = r#""issued_token_type":"urn:ietf:params:oauth:token-type:access_token""#;

#[test]
fn answers_that_depart_from_the_rfc_and_can_be_used() {
    let json = "application/json";
    let cases: [(&str, String, &[&str]); 12] = [
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD}}}"#),
            &[],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"bearer",{GOOD},"scope":"a"}}"#),
            &[],
        ),
        (
            "application/json; charset=utf-8",
            format!(r#"{{"access_token":"t","token_type":"DPoP",{GOOD}}}"#),
            &[],
        ),
        (
            json,
            r#"{"access_token":"t","token_type":"Bearer"}"#.into(),
            &["`issued_token_type` is missing"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"access_token",{GOOD}}}"#),
            &["taken as Bearer"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t",{GOOD}}}"#),
            &["`token_type` is missing"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"scope":["a"]}}"#),
            &["`scope` is a list"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"scope":"a b"}}"#),
            &["more scope than was asked for: b"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"scope":""}}"#),
            &["narrowed the scope: a not granted"],
        ),
        (
            "text/plain",
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"expires_in":"60"}}"#),
            &["says to be `text/plain`", "`expires_in` is a string"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"refresh_token":"r"}}"#),
            &["a refresh token came as well"],
        ),
        (
            json,
            format!(
                "\u{feff}{{\"access_token\":\"t\",\"access_token\":\"t\",\"token_type\":\"Bearer\",{GOOD}}}"
            ),
            &["occur twice"],
        ),
    ];
    for (content_type, text, notes) in cases {
        let issued = token_response::read(
            &answer(200, content_type, &text),
            &asked(RefusalPlace::Exchange, "a"),
        )
        .unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(&*issued.token, "t");
        assert_eq!(issued.token_type_uri, token_type::ACCESS_TOKEN);
        assert_eq!(
            issued.notes.len(),
            notes.len(),
            "{text}: {:?}",
            issued.notes
        );
        for (note, words) in issued.notes.iter().zip(notes) {
            assert!(note.contains(words), "{note}");
        }
        assert!(!format!("{issued:?}").contains("\"t\""));
    }
    // Another type than was requested is what the server says it is.
    let mut wanted = asked(RefusalPlace::Exchange, "");
    wanted.requested_token_type = Some(token_type::JWT.into());
    let text = format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD}}}"#);
    let issued = token_response::read(&answer(200, json, &text), &wanted).unwrap();
    assert!(issued.notes[0].contains("though"), "{:?}", issued.notes);
    // A plain grant has no `issued_token_type`, and none is missed.
    let text = r#"{"access_token":"t","token_type":"Bearer","scope":"a"}"#;
    let issued =
        token_response::read(&answer(200, json, text), &asked(RefusalPlace::Code, "a")).unwrap();
    assert_eq!(issued.notes, Vec::<String>::new());
    assert_eq!(issued.scope, Some(BTreeSet::from(["a".to_owned()])));
}

#[test]
fn refusals_as_real_servers_send_them() {
    let json = "application/json";
    // status, content type, body; what is said, what was expected
    let cases = [
        (
            401,
            json,
            r#"{"error":"invalid_client","error_description":"client authentication failed"}"#,
            "401 invalid_client: client authentication failed",
            "RFC 6749 §5.2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_request","error_description":"Actor token not supported"}"#,
            "400 invalid_request: Actor token not supported",
            "RFC 8693 §2.2.2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_target","error_description":"Unknown audience"}"#,
            "400 invalid_target: Unknown audience",
            "RFC 8707 §2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_request","error_description":"exactly one resource parameter is required"}"#,
            "exactly one resource",
            "RFC 8693 §2.2.2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_grant"}"#,
            "400 invalid_grant",
            "asks for `invalid_request`",
        ),
        (
            400,
            json,
            r#"{"error":"unsupported_token_type"}"#,
            "400 unsupported_token_type",
            "asks for `invalid_request`",
        ),
        (
            400,
            json,
            r#"{"error":"use_dpop_nonce","error_description":"x"}"#,
            "use_dpop_nonce",
            "RFC 9449 §8",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_dpop_proof","error_description":"DPoP proof htu mismatch"}"#,
            "htu mismatch",
            "RFC 9449",
        ),
        (
            400,
            json,
            r#"{"error":"scope_invalid"}"#,
            "scope_invalid",
            "a code of this server's own",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_scope"}"#,
            "invalid_scope",
            "RFC 6749 §5.2",
        ),
        (
            403,
            json,
            r#"{"error":"access_denied"}"#,
            "403 access_denied",
            "server's own",
        ),
        (
            400,
            "text/html",
            r#"{"error":"unauthorized_client"}"#,
            "unauthorized_client",
            "may not use this grant",
        ),
        (
            200,
            json,
            r#"{"error":"invalid_target"}"#,
            "200 invalid_target",
            "not for a success",
        ),
        (400, "", "", "400 and an empty body", "RFC 6749 §5.2"),
        (403, "", " \n", "403 and an empty body", "RFC 6749 §5.2"),
        (
            502,
            "text/html",
            "<html><head><title>Bad\n Gateway</title></head>",
            "502 and an HTML page titled “Bad Gateway”",
            "RFC 6749 §5.2",
        ),
        (
            200,
            "text/html",
            "<!DOCTYPE html><title>Log in</title>",
            "titled “Log in”",
            "RFC 6749 §5.1",
        ),
        (
            200,
            json,
            "access_token=hush&token_type=bearer",
            "no JSON, with the word “token” in it",
            "RFC 6749 §5.1",
        ),
        (200, json, "[1]", "no object", "RFC 6749 §5.1"),
        (
            200,
            json,
            r#"{"id_token":"hush","token_type":"Bearer"}"#,
            "it has `id_token`, `token_type`",
            "RFC 6749 §5.1",
        ),
        (
            200,
            json,
            r#"{"access_token":"","x\u202e":1}"#,
            "`x\\u{202e}`",
            "RFC 6749 §5.1",
        ),
        (
            200,
            json,
            r#"{"access_token":{"hush":1}}"#,
            "without `access_token`",
            "RFC 6749 §5.1",
        ),
        (
            400,
            json,
            r#"{"code":7}"#,
            "without `error`",
            "RFC 6749 §5.2",
        ),
        (500, json, "oops", "“oops”", "RFC 6749 §5.2"),
        (429, "", "", "429 and an empty body", "RFC 6749 §5.2"),
    ];
    for (status, content_type, text, said, expected) in cases {
        let failure = token_response::read(
            &answer(status, content_type, text),
            &asked(RefusalPlace::Exchange, "a"),
        )
        .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused);
        assert!(failure.said.contains(said), "{text}: {}", failure.said);
        assert!(
            failure.expected.contains(expected),
            "{text}: {}",
            failure.expected
        );
        assert!(!failure.try_this.is_empty(), "{text}");
        assert!(!failure.line().contains("hush"), "{}", failure.line());
    }
    let mut moved = answer(302, "", "");
    moved
        .headers
        .push(("Location".into(), "https://login.example/\u{7}".into()));
    let failure = token_response::read(&moved, &asked(RefusalPlace::Exchange, "")).unwrap_err();
    assert!(
        failure
            .said
            .contains("redirect to https://login.example/\\u{7}"),
        "{failure:?}"
    );
    // The same code at another place means something else.
    let invalid_grant = answer(400, json, r#"{"error":"invalid_grant"}"#);
    let code = token_response::read(&invalid_grant, &asked(RefusalPlace::Code, "")).unwrap_err();
    assert!(code.expected.contains("PKCE"), "{code:?}");
    assert_eq!(code.code.as_deref(), Some("invalid_grant"));
}

#[test]
fn hostile_answers_end_in_words() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let long = format!(
        r#"{{"error":"{}","error_description":"{}"}}"#,
        "x".repeat(100_000),
        "\\u202e".repeat(50_000)
    );
    let wide = format!(
        "{{{}}}",
        (0..50_000)
            .map(|n| format!("\"m{n}\":1"))
            .collect::<Vec<_>>()
            .join(",")
    );
    let title = format!("<html><title>{}", "t".repeat(1_000_000));
    for text in [deep, long, wide, title] {
        let failure =
            token_response::read(&answer(400, "x", &text), &asked(RefusalPlace::Exchange, ""))
                .unwrap_err();
        assert!(failure.line().len() < 2_000, "{}", failure.line().len());
        assert!(!failure.line().contains('\u{202e}'));
    }
    let mut bytes = answer(200, "application/json", "");
    bytes.body = vec![0xff; 1000];
    let failure = token_response::read(&bytes, &asked(RefusalPlace::Exchange, "")).unwrap_err();
    assert!(failure.said.contains("no text"), "{failure:?}");
}

#[test]
fn introspection_in_its_forms() {
    let signed = |claims: &Value| example(claims);
    let nested =
        signed(&json!({"iss": "x", "token_introspection": {"active": true, "sub": "alice"}}));
    let flat = signed(&json!({"active": true, "sub": "alice"}));
    let with_jwt = json!({"active": true, "sub": "alice", "jwt": flat}).to_string();
    let media = "application/token-introspection+jwt";
    for (content_type, text, form, notes) in [
        (
            "application/json",
            r#"{"active":true,"sub":"alice"}"#.to_owned(),
            Form::Json,
            0,
        ),
        (
            "application/json",
            r#"{"active":"true","sub":"alice"}"#.to_owned(),
            Form::Json,
            1,
        ),
        (media, nested.clone(), Form::SignedNested, 0),
        ("application/jwt", nested, Form::SignedNested, 1),
        (media, flat, Form::SignedFlat, 1),
        ("application/json", with_jwt, Form::JsonWithJwt, 0),
    ] {
        let found = introspect::read_introspection(&answer(200, content_type, &text)).unwrap();
        assert!(found.active, "{text}");
        assert_eq!(found.form, form);
        assert_eq!(found.members["sub"], "alice");
        assert_eq!(found.notes.len(), notes, "{:?}", found.notes);
    }
    let dead =
        introspect::read_introspection(&answer(200, "application/json", r#"{"active":false}"#));
    assert!(!dead.unwrap().active);
    for (status, text, said) in [
        (401, "", "401 and an empty body"),
        (200, "<html>", "HTML"),
        (200, "{}", "no `active`"),
        (200, "eyJhbGciOiJub25lIn0.e30.", "tells nothing"),
        (200, "ey...", "tells nothing"),
    ] {
        let failure = introspect::read_introspection(&answer(status, "", text)).unwrap_err();
        assert!(failure.said.contains(said), "{text}: {failure:?}");
    }
}

#[test]
fn key_sets_as_servers_publish_them() {
    let set =
        Jwks::parse(br#"{"keys":[{"kty":"EC","kid":"a"},"x",{"kty":"new"}],"more":1}"#).unwrap();
    assert_eq!(set.keys.len(), 2);
    assert_eq!(set.keys[0].kid(), Some("a"));
    for (text, words) in [
        ("<html>", "web page"),
        ("{", "line 1"),
        ("[]", "object"),
        ("{}", "has `keys`"),
        (r#"{"keys":{}}"#, "no list"),
        (r#"{"kty":"EC"}"#, "one JWK"),
    ] {
        let error = Jwks::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

/// What to try is about what the server means, whatever code it uses: bodies as these servers send them.
#[test]
fn advice_fits_what_real_servers_mean() {
    use RefusalPlace::{ClientCredentials, Code, Exchange, Resource};
    let table: [(&str, RefusalPlace, u16, &str, &str); 40] = [
        // Keycloak
        (
            "unknown audience",
            Exchange,
            400,
            r#"{"error":"invalid_client","error_description":"Audience not found"}"#,
            "does not know the `audience`",
        ),
        (
            "not in aud",
            Exchange,
            403,
            r#"{"error":"access_denied","error_description":"Client is not within the token audience"}"#,
            "into the token's `aud`",
        ),
        (
            "wrong secret",
            Exchange,
            401,
            r#"{"error":"unauthorized_client","error_description":"Invalid client or Invalid client credentials"}"#,
            "its secret or key",
        ),
        (
            "no may_act",
            Exchange,
            400,
            r#"{"error":"invalid_request","error_description":"Invalid may_act claim in the subject_token"}"#,
            "whose `may_act` names this actor",
        ),
        (
            "bound",
            Exchange,
            400,
            r#"{"error":"invalid_request","error_description":"Sender-constrained token exchange rejected as the token was not issued for the requesting client"}"#,
            "bound to the key",
        ),
        (
            "proof again",
            ClientCredentials,
            400,
            r#"{"error":"invalid_request","error_description":"DPoP proof has already been used"}"#,
            "serves once",
        ),
        (
            "proof elsewhere",
            ClientCredentials,
            400,
            r#"{"error":"invalid_request","error_description":"DPoP HTTP URL mismatch"}"#,
            "another address",
        ),
        (
            "proof missing",
            ClientCredentials,
            400,
            r#"{"error":"invalid_request","error_description":"DPoP proof is missing"}"#,
            "set DPoP at the node",
        ),
        (
            "not switched on",
            Exchange,
            400,
            r#"{"error":"invalid_request","error_description":"Standard token exchange is not enabled for the requested client"}"#,
            "switch token exchange on",
        ),
        (
            "type",
            Exchange,
            400,
            r#"{"error":"invalid_request","error_description":"requested_token_type unsupported"}"#,
            "tokens of this type",
        ),
        (
            "garbage",
            Exchange,
            400,
            r#"{"error":"invalid_request","error_description":"Invalid token"}"#,
            "subject token is valid now",
        ),
        (
            "consent",
            Exchange,
            400,
            r#"{"error":"invalid_scope","error_description":"Missing consents for Token Exchange in client booker"}"#,
            "agree",
        ),
        // Spring Authorization Server
        (
            "no words",
            Exchange,
            400,
            r#"{"error":"invalid_grant"}"#,
            "refused subject or actor token",
        ),
        (
            "no words",
            Exchange,
            401,
            r#"{"error":"invalid_client"}"#,
            "its secret or key",
        ),
        (
            "type",
            Exchange,
            400,
            r#"{"error":"unsupported_token_type","error_description":"OAuth 2.0 Token Exchange parameter: requested_token_type","error_uri":"https://datatracker.ietf.org/doc/html/rfc8693"}"#,
            "tokens of this type",
        ),
        (
            "grant",
            ClientCredentials,
            400,
            r#"{"error":"unauthorized_client"}"#,
            "allow the grant",
        ),
        (
            "whitelabel",
            Resource,
            404,
            r#"{"timestamp":"2026-11-30T00:00:00Z","status":404,"error":"Not Found","path":"/acounts"}"#,
            "check its path",
        ),
        (
            "whitelabel",
            Resource,
            403,
            r#"{"timestamp":"2026-11-30T00:00:00Z","status":403,"error":"Forbidden","path":"/a"}"#,
            "roles",
        ),
        // oidc-provider
        (
            "target",
            Exchange,
            400,
            r#"{"error":"invalid_target","error_description":"resource indicator is missing, or unknown"}"#,
            "registered there",
        ),
        (
            "client",
            ClientCredentials,
            401,
            r#"{"error":"invalid_client","error_description":"client authentication failed"}"#,
            "its secret or key",
        ),
        (
            "grant",
            Exchange,
            400,
            r#"{"error":"unsupported_grant_type","error_description":"unsupported grant_type requested"}"#,
            "grant_types_supported",
        ),
        (
            "code",
            Code,
            400,
            r#"{"error":"invalid_grant","error_description":"grant request is invalid"}"#,
            "sign in again",
        ),
        (
            "proof",
            ClientCredentials,
            400,
            r#"{"error":"invalid_dpop_proof","error_description":"DPoP proof htu mismatch"}"#,
            "another address",
        ),
        // Microsoft Entra ID
        (
            "assertion for another",
            Exchange,
            400,
            r#"{"error":"invalid_grant","error_description":"AADSTS500131: Assertion audience does not match the Client app presenting the assertion. Trace ID: 1","error_codes":[500131]}"#,
            "into the token's `aud`",
        ),
        (
            "no consent",
            Exchange,
            400,
            r#"{"error":"invalid_grant","error_description":"AADSTS65001: The user or administrator has not consented to use the application","suberror":"consent_required"}"#,
            "agree",
        ),
        (
            "more strongly",
            Exchange,
            400,
            r#"{"error":"interaction_required","error_description":"AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication"}"#,
            "more strongly",
        ),
        (
            "secret",
            ClientCredentials,
            401,
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}"#,
            "its secret or key",
        ),
        (
            "client",
            ClientCredentials,
            400,
            r#"{"error":"unauthorized_client","error_description":"AADSTS700016: Application with identifier 'x' was not found in the directory"}"#,
            "check the client id",
        ),
        (
            "resource",
            ClientCredentials,
            400,
            r#"{"error":"invalid_resource","error_description":"AADSTS500011: The resource principal named api://x was not found in the tenant"}"#,
            "one target at a time",
        ),
        (
            "Graph",
            Resource,
            401,
            r#"{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired or is not yet valid."}}"#,
            "`exp`",
        ),
        // Okta
        (
            "policy",
            ClientCredentials,
            400,
            r#"{"error":"access_denied","error_description":"Policy evaluation failed for this request, please check the policy configurations."}"#,
            "policies",
        ),
        (
            "API",
            Resource,
            401,
            r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorLink":"E0000011"}"#,
            "`exp`",
        ),
        (
            "scope",
            ClientCredentials,
            400,
            r#"{"error":"invalid_scope","error_description":"One or more scopes are not configured for the authorization server resource."}"#,
            "check the scopes",
        ),
        // Auth0
        (
            "audience",
            ClientCredentials,
            403,
            r#"{"error":"access_denied","error_description":"Service not enabled within domain: https://api.example/"}"#,
            "does not know the `audience`",
        ),
        (
            "client grant",
            ClientCredentials,
            403,
            r#"{"error":"access_denied","error_description":"Client is not authorized to access \"https://api\". You need to create a \"client-grant\" associated to this API."}"#,
            "authorized for it",
        ),
        (
            "API",
            Resource,
            401,
            r#"{"statusCode":401,"error":"Unauthorized","message":"Missing authentication"}"#,
            "`exp`",
        ),
        // Nobody says anything.
        ("empty", Resource, 403, "", "gateway"),
        ("empty", Exchange, 403, "", "gateway"),
        ("empty", Resource, 404, "", "check its path"),
        ("a page", Resource, 302, "", "sign in"),
    ];
    for (name, place, status, body, wanted) in table {
        let response = answer(status, "application/json", body);
        let failure = if place == Resource {
            challenge::refusal(&response)
        } else {
            token_response::read(&response, &asked(place, "")).unwrap_err()
        };
        assert!(
            failure.try_this.contains(wanted),
            "{name}, {status} {body}: {}",
            failure.line()
        );
    }
}
